"""What Rigs reads of the history on disk, off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # reading it loads numpy and the database
    from dbc_desktop.telemetry.history_store import HistoryStore
    from dbc_desktop.telemetry.history_writer import HistoryWriter
    from dbc_desktop.telemetry.ranges import RangeSeries

CURVE_FIELDS: tuple[str, ...] = (
    "gpu_percent",
    "memory_used",
    "temperature",
    "power_watts",
    "fan_percent",
    "graphics_mhz",
)
CURVE_STEPS, SPARK_STEPS = 300, 100
"""About a step for each pixel of a small multiple."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A stretch of the history of one GPU, by reading, and the utilisation of all by UUID."""

    uuid: str
    seconds: int
    curves: Mapping[str, RangeSeries]
    sparks: Mapping[str, RangeSeries]


def read_past(
    store: HistoryStore, rig: str, uuid: str, uuids: Sequence[str], end: float, seconds: int, fields: Sequence[str]
) -> Past:
    """Read what the page shows of a rig's `seconds` up to `end`.

    Raises:
        StorageError: The history cannot be read.
    """
    start = end - seconds
    return Past(
        uuid,
        seconds,
        {field: store.range(rig, uuid, field, start, end, CURVE_STEPS) for field in fields},
        {one: store.range(rig, one, "gpu_percent", start, end, SPARK_STEPS) for one in uuids},
    )


def export_to(writer: HistoryWriter, path: Path, now: float, seconds: float) -> int:
    """Write the readings of the last `seconds` to a file; how many rows it has.

    Raises:
        StorageError: The history cannot be read, or the file not be written.
    """
    from dbc_desktop.telemetry.export import Stretch, export

    return export(writer.store(), path, "json" if path.suffix.lower() == ".json" else "csv", Stretch.back(now, seconds))

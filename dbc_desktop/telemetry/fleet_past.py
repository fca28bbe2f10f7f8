"""What a Prometheus server remembers of its rigs, brought into the history once: the last day, a value each minute."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from dbc_desktop.telemetry import metric_names as names
from dbc_desktop.telemetry.history_store import GpuMinute, HistoryStore
from dbc_desktop.telemetry.packing import FIELDS, NONE, STEPS, Column, quantised
from dbc_desktop.telemetry.scrape import PastSeries
from dbc_desktop.telemetry.series import gpu_uuid, origin_and_rig

PAST_SECONDS = 86_400
STEP_SECONDS = 60
WINDOW_SECONDS = 3_600
"""Asked for at once, so that the answer of a large fleet stays below what is taken."""
WANTED = (names.RIG_INFO, *(name for name, metric in names.BY_NAME.items() if metric.field in FIELDS))
_MINUTES = WINDOW_SECONDS // STEP_SECONDS

GpuKey = tuple[str, str]


class PastSource(Protocol):
    """A server that can be asked for a stretch of the past, as `Scraper` is."""

    def past(self, start: float, end: float, step_seconds: float, wanted: Sequence[str] = ()) -> Iterable[PastSeries]:
        """Series between two times.

        Raises:
            NotRead: It gave nothing that can be used.
        """


def fill_past(
    source: PastSource, place: str, host: str, store: HistoryStore, now: float, is_over: Callable[[], bool]
) -> int:
    """Bring the last day of every GPU that `store` knows nothing of; how many minutes those were. Blocks for long.

    The minute that runs is left to the live readings, and so is every GPU that was read before: one value a minute
    must not stand in for what was read each few seconds.

    Raises:
        NotRead: The server gave nothing that can be used; hours that were brought before stay.
        StorageError, ChainBusy: The history cannot be written.
    """
    known = {(gpu.rig_key, gpu.uuid) for gpu in store.gpus()}
    end = int(now) // STEP_SECONDS * STEP_SECONDS
    written = 0
    for start in range(end - PAST_SECONDS, end, WINDOW_SECONDS):
        if is_over():
            break
        series = source.past(start, start + WINDOW_SECONDS - STEP_SECONDS, STEP_SECONDS, WANTED)
        for minutes in _by_gpu(series, place, host, start, known):
            if is_over():
                break
            store.write(minutes)
            written += len(minutes)
    return written


def _by_gpu(
    series: Iterable[PastSeries], place: str, host: str, start: int, known: set[GpuKey]
) -> Iterator[list[GpuMinute]]:
    tables: dict[GpuKey, Column] = {}
    titles: dict[GpuKey, str] = {}
    demo: set[str] = set()
    for one in series:
        origin, rig = origin_and_rig(one.labels, host, "instance")
        rig_key = f"{place}#{origin} {rig}" if origin else f"{place} {rig}"
        if one.name == names.RIG_INFO and one.labels.get("source") == "demo":
            demo.add(rig_key)
        metric, uuid = names.BY_NAME.get(one.name), gpu_uuid(one.labels)
        if metric is None or metric.field not in FIELDS or uuid is None or one.labels.get("GPU_I_ID"):
            continue
        key = (rig_key, uuid)
        if key in known:
            continue
        table = tables.setdefault(key, np.full((_MINUTES, len(FIELDS)), np.nan))
        titles[key] = titles.get(key) or one.labels.get("modelName", "")[:128] or one.labels.get("name", "")[:128]
        for at, value in zip(one.times, one.values, strict=True):
            row = int((at - start) // STEP_SECONDS) if math.isfinite(at) else -1
            reading = value / metric.scale
            if 0 <= row < _MINUTES and math.isfinite(reading) and 0 <= reading <= metric.most * 1.0001:
                table[row, FIELDS.index(metric.field)] = reading
    for (rig_key, uuid), table in tables.items():
        title = "".join(letter for letter in titles[rig_key, uuid] if letter.isprintable()) or "GPU"
        yield list(_minutes(rig_key, uuid, f"{title} (demo)" if rig_key in demo else title, start, table))


def _minutes(rig_key: str, uuid: str, title: str, start: int, table: Column) -> Iterator[GpuMinute]:
    whole = quantised(table, STEPS)
    for row, values in enumerate(whole):
        if (values != NONE).any():
            seconds = np.full((len(FIELDS), 60), NONE, np.int32)
            seconds[:, 0] = values
            yield GpuMinute(rig_key, uuid, title, start // STEP_SECONDS + row, seconds)

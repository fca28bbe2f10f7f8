"""The history as a file for spreadsheets (CSV) or scripts (JSON). Times are UTC; a gap is rows that are not there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

import numpy as np

from dbc_desktop.storage.files import files_translated
from dbc_desktop.telemetry.history_store import SECONDS_KEPT, HistoryStore, KnownGpu
from dbc_desktop.telemetry.packing import FIELDS, Column

Form = Literal["csv", "json"]
_HEAD = ("time", "rig", "gpu", "name")
_PARTS = ("least", "mean", "most")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is exported: from `start` to `end`, seconds since 1970; each second, or least, mean and most of minutes."""

    start: float
    end: float
    is_by_second: bool

    @classmethod
    def back(cls, now: float, seconds: float) -> Stretch:
        """The last `seconds`: each second where those are kept, else minutes."""
        return cls(now - seconds, now, seconds <= SECONDS_KEPT)


def columns(stretch: Stretch) -> tuple[str, ...]:
    """Names of the columns behind time, rig and GPU."""
    return FIELDS if stretch.is_by_second else tuple(f"{name}_{part}" for name in FIELDS for part in _PARTS)


def export(store: HistoryStore, path: Path, form: Form, stretch: Stretch) -> int:
    """Write the file and give back how many rows it has. It is made beside its place and moved there when whole.

    Raises:
        DataUnwritable: It cannot be written there.
        DataCorrupt: The history is damaged.
    """
    part = path.with_name(f".{path.name}.part")
    with files_translated(path):
        try:
            with part.open("w", encoding="utf-8", newline="") as file:
                written = _write_csv(file, store, stretch) if form == "csv" else _write_json(file, store, stretch)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return written


def _write_csv(file: TextIO, store: HistoryStore, stretch: Stretch) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*_HEAD, *columns(stretch)))
    written = 0
    for gpu in store.gpus():
        for time, values in _rows(store, gpu, stretch):
            writer.writerow((time, gpu.rig_key, gpu.uuid, _tame(gpu.name), *("" if v is None else v for v in values)))
            written += 1
    return written


def _write_json(file: TextIO, store: HistoryStore, stretch: Stretch) -> int:
    names, written = columns(stretch), 0
    file.write("[")
    for gpu in store.gpus():
        for time, values in _rows(store, gpu, stretch):
            row = dict(zip(_HEAD, (time, gpu.rig_key, gpu.uuid, gpu.name), strict=True))
            file.write((",\n" if written else "\n") + json.dumps(row | dict(zip(names, values, strict=True))))
            written += 1
    file.write("\n]\n")
    return written


def _rows(store: HistoryStore, gpu: KnownGpu, stretch: Stretch) -> Iterator[tuple[str, list[float | None]]]:
    """A day at a time, so that a year needs little memory."""
    day = float(SECONDS_KEPT)
    start = stretch.start
    while start <= stretch.end:
        end = min(stretch.end, (start // day + 1) * day - 1)
        yield from _day(store, gpu, start, end, is_by_second=stretch.is_by_second)
        start = (start // day + 1) * day


def _day(
    store: HistoryStore, gpu: KnownGpu, start: float, end: float, *, is_by_second: bool
) -> Iterator[tuple[str, list[float | None]]]:
    courses: list[tuple[Column, Column]] = []
    for field in FIELDS:
        if is_by_second:
            courses.append(store.seconds(gpu.rig_key, gpu.uuid, field, start, end))
        else:
            times, *parts = store.minutes(gpu.rig_key, gpu.uuid, field, start, end)
            courses += [(times, part) for part in parts]
    times = np.unique(np.concatenate([at for at, _ in courses]))
    table = np.full((len(times), len(courses)), np.nan)
    for number, (at, values) in enumerate(courses):
        table[np.searchsorted(times, at), number] = values
    for time, row in zip(times.tolist(), table.tolist(), strict=True):
        yield _utc(time), [None if value != value else value for value in row]


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tame(text: str) -> str:
    """A name is the driver's word: a spreadsheet must not take it for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text

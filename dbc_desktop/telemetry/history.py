"""The last hour of every GPU in memory, what happened to it, and the way to the history on disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.rig_event import RigEvent
from dbc_desktop.telemetry.happenings import Happenings
from dbc_desktop.telemetry.packing import FIELDS, Column
from dbc_desktop.telemetry.ranges import GAP_SECONDS

if TYPE_CHECKING:
    from dbc_desktop.telemetry.history_writer import HistoryWriter

__all__ = ["FIELDS", "KEPT_SECONDS", "History"]

KEPT_SECONDS = 3_600
FLEET_ROWS = 300
"""Rows for a GPU of another rig, which is read some times a minute: more than an hour of them."""
KEPT_EVENTS = 200
_COLUMN = {name: number for number, name in enumerate(FIELDS, start=1)}

Row = tuple[float | None, ...]


class _Ring:
    """Rows of time and readings of one GPU; the oldest give way."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.rows = np.full((size, len(FIELDS) + 1), np.nan)
        self.count = 0
        self.newest = -np.inf

    def append(self, row: Row) -> None:
        self.rows[self.count % self.size] = row
        self.count += 1
        self.newest = row[0]  # type: ignore[assignment]

    def columns(self, column: int, limit: int) -> tuple[Column, Column]:
        """Times and one column of the newest `limit` rows, oldest first, as copies."""
        wanted = min(limit, self.count, self.size)
        end = self.count % self.size if self.count > self.size or wanted < self.count else self.count
        if wanted <= end:
            part = self.rows[end - wanted : end]
            return part[:, 0].copy(), part[:, column].copy()
        older, newer = self.rows[end - wanted :], self.rows[:end]
        return (
            np.concatenate((older[:, 0], newer[:, 0])),
            np.concatenate((older[:, column], newer[:, column])),
        )


class History:
    """An hour of readings at one a second, and the events in it (`telemetry/ports.py: SampleKeeper`).

    One thread appends, any thread reads. With a writer whatever is appended also goes to the history on disk.
    """

    def __init__(self, writer: HistoryWriter | None = None) -> None:
        self.writer = writer
        self._mutex = threading.Lock()
        self._rings: dict[tuple[str, str], _Ring] = {}
        self._events: deque[RigEvent] = deque(maxlen=KEPT_EVENTS)
        self._rigs: dict[str, Happenings] = {}

    def append(self, sample: RigSample) -> None:
        """Keep a sample; a GPU that does not answer leaves a gap."""
        rig_key = sample.rig_key
        writer = self.writer
        with self._mutex:
            rig = self._rigs.get(rig_key)
            if rig is None:
                rig = self._rigs[rig_key] = Happenings(rig_key)
            told = rig.look(sample)
            if told:
                self._events.extend(told)
                if writer is not None:
                    writer.note(told)
            is_demo = sample.source == "demo"
            answered = set()
            for gpu in sample.gpus:
                key = (rig_key, gpu.uuid)
                ring = self._rings.get(key)
                if ring is None:
                    ring = self._rings[key] = _Ring(FLEET_ROWS if rig_key else KEPT_SECONDS)
                taken_at = gpu.taken_at
                if not rig_key and taken_at - ring.newest > GAP_SECONDS and ring.count:
                    ring.append((ring.newest + 1, *_GAP))
                row = (
                    taken_at,
                    gpu.gpu_percent,
                    gpu.memory_percent,
                    gpu.memory_used,
                    gpu.temperature,
                    gpu.memory_temperature,
                    gpu.power_watts,
                    gpu.power_limit_watts,
                    gpu.fan_percent,
                    gpu.graphics_mhz,
                    gpu.memory_mhz,
                )
                ring.append(row)
                if writer is not None and not gpu.is_lost:
                    writer.keep(rig_key, gpu.uuid, f"{gpu.name} (demo)" if is_demo else gpu.name, row)
                answered.add(key)
            if len(answered) < len(self._rings):
                for key in self._rings.keys() - answered:
                    if key[0] == rig_key:
                        self._rings[key].append((sample.taken_at, *_GAP))

    def note(self, event: RigEvent) -> None:
        """Keep something that happened outside of a sample."""
        with self._mutex:
            self._events.append(event)
            if self.writer is not None:
                self.writer.note((event,))

    def remember(self, uuid: str, rows: Sequence[Row], rig_key: str = "") -> None:
        """Put rows that were read from disk before those that came since; of a GPU that has more, nothing changes."""
        if not rows:
            return
        with self._mutex:
            before = self._rings.get((rig_key, uuid))
            first = np.inf
            later: list[Row] = []
            if before is not None:
                times = before.columns(1, before.size)[0]
                first = float(times[0]) if len(times) else np.inf
                later = [tuple(row) for row in before.rows[: before.count]] if before.count <= before.size else []
                if before.count > before.size:
                    return
            made = _Ring(FLEET_ROWS if rig_key else KEPT_SECONDS)
            for row in rows:
                if row[0] is not None and row[0] < first:
                    self._append_with_gap(made, row)
            for row in later:
                self._append_with_gap(made, row)
            self._rings[rig_key, uuid] = made

    @staticmethod
    def _append_with_gap(ring: _Ring, row: Row) -> None:
        if ring.count and row[0] is not None and row[0] - ring.newest > GAP_SECONDS:
            ring.append((ring.newest + 1, *_GAP))
        ring.append(row)

    def remember_events(self, events: Sequence[RigEvent]) -> None:
        """Put events of an earlier run (newest first) before those of this one."""
        with self._mutex:
            first = self._events[0].taken_at if self._events else np.inf
            for event in events:
                if event.taken_at < first and len(self._events) < KEPT_EVENTS:
                    self._events.appendleft(event)

    def series(self, uuid: str, field: str, seconds: float, rig_key: str = "") -> tuple[Column, Column]:
        """Times (seconds since 1970) and values of the last `seconds`, oldest first; nan where a reading is missing.

        Raises:
            KeyError: `field` is not one of `FIELDS`.
        """
        column = _COLUMN[field]
        with self._mutex:
            ring = self._rings.get((rig_key, uuid))
            if ring is None:
                return np.empty(0), np.empty(0)
            times, values = ring.columns(column, ring.size)
            newest = ring.newest
        # a clock that was set back leaves rows of the future behind: they are not shown
        shown = (times > newest - seconds) & (times <= newest)
        return (times, values) if shown.all() else (times[shown], values[shown])

    def lost_since(self, uuid: str, rig_key: str = "") -> float | None:
        """When a GPU that is lost now stopped to answer."""
        with self._mutex:
            rig = self._rigs.get(rig_key)
            return None if rig is None else rig.lost_since(uuid)

    def last_readings(self, uuid: str, rig_key: str = "") -> GpuReading | None:
        """The newest readings of a GPU that had any, also while it is lost."""
        with self._mutex:
            rig = self._rigs.get(rig_key)
            return None if rig is None else rig.last_readings(uuid)

    def events(self, rig_key: str | None = None) -> tuple[RigEvent, ...]:
        """What happened, newest first; to one rig, or to all."""
        with self._mutex:
            found = tuple(reversed(self._events))
        return found if rig_key is None else tuple(event for event in found if event.rig_key == rig_key)


_GAP: Row = (None,) * len(FIELDS)

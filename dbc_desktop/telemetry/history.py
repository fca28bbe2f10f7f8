"""The last hour of every GPU in memory, and what happened to it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind

KEPT_SECONDS = 3_600
KEPT_EVENTS = 200
GAP_SECONDS = 5.0
"""A longer silence (the computer slept) is a gap in the curves."""
FIELDS: tuple[str, ...] = (
    "gpu_percent",
    "memory_percent",
    "memory_used",
    "temperature",
    "memory_temperature",
    "power_watts",
    "power_limit_watts",
    "fan_percent",
    "graphics_mhz",
    "memory_mhz",
)
"""The readings that are kept."""
_COLUMN = {name: number for number, name in enumerate(FIELDS, start=1)}

Column = NDArray[np.float64]


class _Ring:
    """Rows of time and readings of one GPU; the oldest give way."""

    def __init__(self) -> None:
        self.rows = np.full((KEPT_SECONDS, len(FIELDS) + 1), np.nan)
        self.count = 0

    def append(self, row: Sequence[float | None]) -> None:
        self.rows[self.count % KEPT_SECONDS] = row
        self.count += 1

    def newest_time(self) -> float:
        return float(self.rows[(self.count - 1) % KEPT_SECONDS, 0]) if self.count else -np.inf

    def columns(self, column: int, limit: int) -> tuple[Column, Column]:
        """Times and one column of the newest `limit` rows, oldest first, as copies."""
        wanted = min(limit, self.count, KEPT_SECONDS)
        end = self.count % KEPT_SECONDS if self.count > KEPT_SECONDS or wanted < self.count else self.count
        if wanted <= end:
            part = self.rows[end - wanted : end]
            return part[:, 0].copy(), part[:, column].copy()
        older, newer = self.rows[end - wanted :], self.rows[:end]
        return (
            np.concatenate((older[:, 0], newer[:, 0])),
            np.concatenate((older[:, column], newer[:, column])),
        )


class History:
    """An hour of readings at one a second, and the events in it. One thread appends, any thread reads."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._rings: dict[str, _Ring] = {}
        self._events: deque[RigEvent] = deque(maxlen=KEPT_EVENTS)
        self._last: dict[str, GpuReading] = {}
        self._seen: dict[str, GpuReading] = {}
        self._lost_at: dict[str, float] = {}
        self._trouble_at: float | None = None

    def append(self, sample: RigSample) -> None:
        """Keep a sample; a GPU that does not answer leaves a gap."""
        with self._mutex:
            self._note_trouble(sample)
            answered = set()
            for gpu in sample.gpus:
                ring = self._rings.get(gpu.uuid)
                if ring is None:
                    ring = self._rings[gpu.uuid] = _Ring()
                self._note(gpu)
                if gpu.taken_at - ring.newest_time() > GAP_SECONDS and ring.count:
                    ring.append((ring.newest_time() + 1, *_GAP))
                ring.append(
                    (
                        gpu.taken_at,
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
                )
                answered.add(gpu.uuid)
            if len(answered) < len(self._rings):
                for uuid in self._rings.keys() - answered:
                    self._rings[uuid].append((sample.taken_at, *_GAP))

    def _note(self, gpu: GpuReading) -> None:
        before = self._seen.get(gpu.uuid)
        self._seen[gpu.uuid] = gpu
        if gpu.is_lost:
            if before is None or not before.is_lost:
                self._lost_at[gpu.uuid] = gpu.taken_at
                self._events.append(
                    RigEvent(gpu.taken_at, RigEventKind.GPU_LOST, gpu.uuid, gpu.index, self._last.get(gpu.uuid))
                )
            return
        self._last[gpu.uuid] = gpu
        if before is None:
            return
        if before.is_lost:
            away = gpu.taken_at - self._lost_at.pop(gpu.uuid, gpu.taken_at)
            self._events.append(
                RigEvent(gpu.taken_at, RigEventKind.GPU_BACK, gpu.uuid, gpu.index, seconds=max(0.0, away))
            )
        if before.index != gpu.index:
            self._events.append(RigEvent(gpu.taken_at, RigEventKind.GPU_MOVED, gpu.uuid, gpu.index, before))

    def _note_trouble(self, sample: RigSample) -> None:
        if sample.trouble is not None and self._trouble_at is None:
            self._trouble_at = sample.taken_at
            self._events.append(RigEvent(sample.taken_at, RigEventKind.DRIVER_GONE, reason=sample.trouble))
        elif sample.trouble is None and self._trouble_at is not None:
            away = max(0.0, sample.taken_at - self._trouble_at)
            self._trouble_at = None
            self._events.append(RigEvent(sample.taken_at, RigEventKind.DRIVER_BACK, seconds=away))

    def series(self, uuid: str, field: str, seconds: float) -> tuple[Column, Column]:
        """Times (seconds since 1970) and values of the last `seconds`, oldest first; nan where a reading is missing.

        Raises:
            KeyError: `field` is not one of `FIELDS`.
        """
        column = _COLUMN[field]
        with self._mutex:
            ring = self._rings.get(uuid)
            if ring is None:
                return np.empty(0), np.empty(0)
            times, values = ring.columns(column, KEPT_SECONDS)
            newest = ring.newest_time()
        # a clock that was set back leaves rows of the future behind: they are not shown
        shown = (times > newest - seconds) & (times <= newest)
        return (times, values) if shown.all() else (times[shown], values[shown])

    def lost_since(self, uuid: str) -> float | None:
        """When a GPU that is lost now stopped to answer."""
        with self._mutex:
            return self._lost_at.get(uuid)

    def last_readings(self, uuid: str) -> GpuReading | None:
        """The newest readings of a GPU that had any, also while it is lost."""
        with self._mutex:
            return self._last.get(uuid)

    def events(self) -> tuple[RigEvent, ...]:
        """What happened, newest first."""
        with self._mutex:
            return tuple(reversed(self._events))


_GAP: tuple[None, ...] = (None,) * len(FIELDS)

"""Brings the history to disk, a minute at a time, on a thread of its own: a slow or full disk holds up no reading."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import ChainBusy, DataCorrupt, DataTooNew, DataUnwritable, StorageError
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.history_store import GpuMinute, HistoryStore
from dbc_desktop.telemetry.packing import FIELDS, NONE, STEPS, quantised

if TYPE_CHECKING:
    from dbc_desktop.telemetry.history import History

LOOK_SECONDS = 5.0
"""How often the writer looks whether a minute is full."""
TIDY_SECONDS = 3_600.0
MOST_WAITING = 20_000
"""Minutes of GPUs kept while the disk does not take them: ten minutes of a large fleet, a day of one rig."""
STOP_SECONDS = 5.0
_MINUTE = 60

Row = tuple[float | None, ...]


class HistoryWriter:
    """Collects rows into minutes (`keep`, `note`: quick, on the sampler's thread) and writes them on its own thread.

    Where the disk is full the minutes wait, as many as memory may hold; a damaged file is put aside and a new one
    begun. Either is said as an event, and readings go on.

    Args:
        path: The history file.
        clock: Time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._mutex = threading.Lock()
        self._growing: dict[tuple[str, str], tuple[int, str, list[Row]]] = {}
        self._full: deque[tuple[str, str, str, int, list[Row]]] = deque(maxlen=MOST_WAITING)
        self._events: list[RigEvent] = []
        self._store: HistoryStore | None = None
        self._writing = threading.Lock()
        self._tidied_at: float | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._tell: Callable[[RigEvent], None] = lambda _: None
        self.trouble: str | None = None

    # from the sampler

    def keep(self, rig_key: str, uuid: str, name: str, row: Row) -> None:
        """Take a row: seconds since 1970, then the readings in the order of `FIELDS`."""
        key, minute = (rig_key, uuid), int(row[0] or 0) // _MINUTE
        growing = self._growing.get(key)
        if growing is not None and growing[0] == minute:
            growing[2].append(row)
            return
        if growing is not None:
            with self._mutex:
                self._full.append((rig_key, uuid, growing[1], growing[0], growing[2]))
        self._growing[key] = (minute, name, [row])

    def note(self, events: Sequence[RigEvent]) -> None:
        """Take what happened."""
        with self._mutex:
            self._events.extend(events)
            del self._events[:-1_000]

    # the thread

    def start(self, history: History) -> None:
        """Open the file, bring its last hour into `history`, then write."""
        if self._thread is not None:
            return
        self._tell = history.note
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(history,), name="history-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what there is, and let go of the file."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(STOP_SECONDS)
        if thread is None or not thread.is_alive():
            self.work_off(is_last=True)
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _run(self, history: History) -> None:
        self.load(history)
        while not self._stopping.is_set():
            if self._clock.wait(LOOK_SECONDS) or self._stopping.is_set():
                return
            self.work_off()

    def load(self, history: History) -> None:
        """Bring the last hour and the newest events of an earlier run into memory."""
        from dbc_desktop.telemetry.history import KEPT_EVENTS, KEPT_SECONDS

        now = self._clock.now()
        try:
            store = self.store()
            history.remember_events(store.events(now - 30 * 86_400, KEPT_EVENTS))
            for gpu in store.gpus():
                if gpu.rig_key == "":
                    history.remember(gpu.uuid, rows_of(store, gpu.uuid, now - KEPT_SECONDS, now))
        except (StorageError, ChainBusy) as error:
            self._failed(error)

    def store(self) -> HistoryStore:
        """The file, opened where it is not yet; callable from any thread.

        Raises:
            StorageError: It cannot be used.
            ChainBusy: Another process holds it.
        """
        with self._writing:
            if self._store is None:
                self._store = HistoryStore(self.path)
            return self._store

    def work_off(self, *, is_last: bool = False) -> None:
        """Write the minutes that are full (at the end of the program also those that are not)."""
        if is_last:
            with self._mutex:
                for (rig_key, uuid), (minute, name, rows) in self._growing.items():
                    self._full.append((rig_key, uuid, name, minute, rows))
                self._growing.clear()
        if not self._full and not self._events and self._tidied_at is not None:
            return
        with self._mutex:
            events, self._events = self._events, []
            waiting, self._full = self._full, deque(maxlen=MOST_WAITING)
        try:
            store = self.store()
            store.write([_packed(*one) for one in waiting], events)
            waiting, events = deque(), []
            now = self._clock.monotonic()
            if self._tidied_at is None or now - self._tidied_at > TIDY_SECONDS:
                self._tidied_at = now
                store.tidy(self._clock.now())
        except (StorageError, ChainBusy) as error:
            with self._mutex:  # what was not written waits for the next time
                self._events[:0] = events
                self._full = deque((*waiting, *self._full), maxlen=MOST_WAITING)
            self._failed(error)
            return
        if self.trouble is not None:
            self.trouble = None
            self._tell(RigEvent(self._clock.now(), RigEventKind.HISTORY_BACK))

    def _failed(self, error: StorageError | ChainBusy) -> None:
        reason = _reason(error)
        is_new = reason != self.trouble
        if isinstance(error, DataCorrupt):
            self._put_aside()
            reason = "damaged"
        self.trouble = reason
        if is_new:
            self._tell(RigEvent(self._clock.now(), RigEventKind.HISTORY_FAILED, reason=reason))

    def _put_aside(self) -> None:
        """A damaged file is kept beside the new one: it may be worth a look, and is never written again."""
        with self._writing:
            self.close()
            number = 1
            while (aside := self.path.with_suffix(f".damaged-{number}{self.path.suffix}")).exists():
                number += 1
            for tail in ("", "-wal", "-shm"):
                file = self.path.with_name(self.path.name + tail)
                if file.exists():
                    file.replace(aside.with_name(aside.name + tail))


def rows_of(store: HistoryStore, uuid: str, start: float, end: float) -> list[Row]:
    """The rows of one GPU of this computer, as the ring in memory has them."""
    columns = [store.seconds("", uuid, field, start, end) for field in FIELDS]
    times = np.unique(np.concatenate([at for at, _ in columns])) if columns else np.empty(0)
    table = np.full((len(times), len(FIELDS) + 1), np.nan)
    table[:, 0] = times
    for number, (at, values) in enumerate(columns, start=1):
        table[np.searchsorted(times, at), number] = values
    return [tuple(row) for row in table.tolist()]


def _packed(rig_key: str, uuid: str, name: str, minute: int, rows: list[Row]) -> GpuMinute:
    table = np.array(rows, dtype=np.float64)
    slots = (table[:, 0].astype(np.int64) - minute * _MINUTE) % _MINUTE
    seconds = np.full((len(FIELDS), _MINUTE), NONE, np.int32)
    seconds[:, slots] = quantised(table[:, 1:], STEPS).T
    return GpuMinute(rig_key, uuid, name, minute, seconds)


def _reason(error: StorageError | ChainBusy) -> str:
    if isinstance(error, ChainBusy):
        return "busy"
    if isinstance(error, DataUnwritable):
        return error.reason
    if isinstance(error, DataTooNew):
        return "too_new"
    return "damaged" if isinstance(error, DataCorrupt) else "failed"

"""Work that comes back with every sample or block: once at a time, and not more often than it has to be."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.lanes.runner import TaskRunner


class Paced:
    """Asks lanes for such work; callable from any thread.

    What goes wrong is tried again with the next call, not shown each time.
    """

    def __init__(self, runner: TaskRunner, clock: Clock) -> None:
        self._runner, self._clock = runner, clock
        self._mutex = threading.Lock()
        self._busy: set[str] = set()
        self._due: dict[str, float] = {}

    def ask(
        self,
        lane: str,
        what: str,
        pause_seconds: float,
        work: Callable[[], object],
        failed: Callable[[DbcError], None] = lambda error: None,
    ) -> None:
        """Do `work` unless `what` is under way, or was asked for less than `pause_seconds` of its last time ago."""
        now = self._clock.monotonic()
        with self._mutex:
            if what in self._busy or now < self._due.get(what, now):
                return
            self._busy.add(what)
            self._due[what] = now + pause_seconds

        def tell(error: DbcError) -> None:
            failed(error)
            self._free(what)

        self._runner.query(lane, work, done=lambda _: self._free(what), failed=tell)

    def _free(self, what: str) -> None:
        with self._mutex:
            self._busy.discard(what)

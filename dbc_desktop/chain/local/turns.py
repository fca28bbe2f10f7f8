"""A lock that a long job can lend out: readers get their turn between two slices of a jump."""

from __future__ import annotations

import threading
from types import TracebackType


class Turns:
    """A re-entrant lock that knows how many wait for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._count = threading.Lock()
        self._waiting = 0

    def __enter__(self) -> None:
        if self._lock.acquire(blocking=False):
            return
        with self._count:
            self._waiting += 1
        try:
            self._lock.acquire()
        finally:
            with self._count:
                self._waiting -= 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    @property
    def is_wanted(self) -> bool:
        """Whether someone waits."""
        return self._waiting > 0

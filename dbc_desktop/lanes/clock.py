"""The system's time behind the port of `domain/clock.py`."""

from __future__ import annotations

import threading
import time


class SystemClock:
    """Real time; `close` wakes everyone who waits, now and later."""

    def __init__(self) -> None:
        self._closing = threading.Event()

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait; True when woken early by `close`."""
        return self._closing.wait(max(0.0, seconds))

    def close(self) -> None:
        """Wake all who wait; their owners are closing."""
        self._closing.set()

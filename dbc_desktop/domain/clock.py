"""Time as a port: tests move it, nothing waits."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Wall time, monotonic time and waiting; callable from any thread."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards."""

    def wait(self, seconds: float) -> bool:
        """Wait; True when woken early because the owner is closing."""

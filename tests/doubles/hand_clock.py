"""A clock that the test holds in its hand: waiting moves it, nothing sleeps."""

from __future__ import annotations


class HandClock:
    """Starts at second 1,000; `ends_after` waits it says that the program is closing."""

    def __init__(self, ends_after: int | None = None) -> None:
        self.seconds = 1_000.0
        self.waits: list[float] = []
        self._ends_after = ends_after

    def now(self) -> float:
        return 1_700_000_000.0 + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.seconds += seconds
        return self._ends_after is not None and len(self.waits) >= self._ends_after

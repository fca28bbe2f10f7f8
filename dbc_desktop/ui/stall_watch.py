"""Notices when the window stood still: a timer that fires late tells for how long nothing was drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 200
KEPT_SECONDS = 3_600.0
STALL_MS = 50.0


class StallWatch(QObject):
    """Remembers the stalls of the last hour."""

    def __init__(self, monotonic: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._stalls: deque[tuple[float, float]] = deque(maxlen=500)
        self._last = monotonic()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to watch."""
        self._last = self._monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()

    def tick(self) -> None:
        """The timer fired: how much later than it should have?"""
        now = self._monotonic()
        late = (now - self._last) * 1_000 - INTERVAL_MS
        self._last = now
        if late > STALL_MS:
            self._stalls.append((now, late))

    def stalls(self) -> tuple[float, ...]:
        """Milliseconds of each stall of the last hour."""
        since = self._monotonic() - KEPT_SECONDS
        return tuple(late for at, late in self._stalls if at >= since)

"""Collects garbage on the GUI thread alone, in small sweeps.

Python collects on whatever thread happens to allocate. A collection on another thread may end Qt's objects there, which
crashes the program, and a full one holds Python's lock for a tenth of a second while the window waits.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 100
SETTLED_MS = 20_000
"""By then all pages are built: what is there stays, and later sweeps need not look at it."""


class Sweeper(QObject):
    """Runs from `start` to `stop`; one at a time in a process."""

    def __init__(self) -> None:
        super().__init__()
        self._look_timer = QTimer(self, interval=LOOK_MS)
        self._look_timer.timeout.connect(self.look)
        self._settle_timer = QTimer(self, interval=SETTLED_MS, singleShot=True)
        self._settle_timer.timeout.connect(gc.freeze)

    def start(self) -> None:
        """Take collecting over from Python; called again, what is there counts as new and settles anew."""
        gc.unfreeze()
        gc.disable()
        self._look_timer.start()
        self._settle_timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._look_timer.stop()
        self._settle_timer.stop()
        gc.unfreeze()
        gc.enable()

    def look(self) -> None:
        """Sweep the youngest generations that are due, as Python would."""
        due = [count > most for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[0]:
            gc.collect(2 if all(due) else 1 if due[1] else 0)

"""The real program on Rigs, with a clock that runs fifteen times as fast in all its processes; run by a soak.

The first argument is the data folder. `BEGAN` in the environment is when the clocks began to run ahead, in seconds
since 1970, so that window and engine agree.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import dbc_desktop.lanes.clock

PACE = 15.0
BEGAN = float(os.environ["BEGAN"])


class QuickClock(dbc_desktop.lanes.clock.SystemClock):
    """Fifteen seconds in one."""

    def now(self) -> float:
        return BEGAN + (time.time() - BEGAN) * PACE

    def monotonic(self) -> float:
        return time.monotonic() * PACE

    def wait(self, seconds: float) -> bool:
        return super().wait(seconds / PACE)


# The engine's process reads this file too before it does anything, as every process that is spawned from here.
dbc_desktop.lanes.clock.SystemClock = QuickClock  # type: ignore[misc]


def main(home: Path) -> int:
    """Until it is asked to end."""
    from PySide6.QtCore import QTimer

    from dbc_desktop.bootstrap import open_window

    running = open_window(home)
    timer = QTimer(singleShot=True, interval=5_000)
    timer.timeout.connect(lambda: running.window.show_page("rigs"))
    timer.start()
    return running.run()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))

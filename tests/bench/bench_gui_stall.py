"""The GUI thread never waits: the longest pause of its heartbeat, and what all processes hold in memory after a minute.

A child opens the real window with 8 demo GPUs and goes through all pages by mouse while the chain jumps 20 eras; a
timer of 5 ms on the GUI thread notes how late it comes. The floor is the same timer in a bare window.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BEAT_MS = 5
ERAS = 20
ROUNDS = 2
LONGEST_MS = 50.0
MEMORY_SECONDS = 60
MOST_MIB = 350.0


class Heartbeat:
    """Notes the pauses between beats on the GUI thread, in milliseconds, and during what they came."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.during = ""
        self.pauses: list[tuple[float, str]] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.pauses.append(((now - self._last) * 1_000, self.during))
        self._last = now

    def longest(self) -> tuple[float, str]:
        """The longest pause so far, and during what."""
        return max(self.pauses)


def bare_pause() -> float:
    """The longest pause of a window that does nothing, in milliseconds."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QMainWindow

    window = QMainWindow()
    window.resize(1280, 800)
    window.show()
    QTest.qWait(200)
    heartbeat = Heartbeat()
    QTest.qWait(3_000)
    window.close()
    return heartbeat.longest()[0]


def _held_mib() -> float:
    """Resident memory of this process and all below it; pages they share count once for each."""
    import psutil

    own = psutil.Process()
    return sum(each.memory_info().rss for each in (own, *own.children(recursive=True))) / 2**20


def _child(home: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from dbc_desktop.bootstrap import open_window
    from dbc_desktop.domain.network import BLOCKS_PER_ERA, Head
    from dbc_desktop.ui.pages import PAGES
    from dbc_desktop.ui.tour.hand import Hand

    app = QApplication(["bench"])
    floor = bare_pause()
    program = open_window(home)
    hand, core = Hand(program.window), program.program
    began = time.monotonic()
    program.window.show()
    hand.wait(lambda: program.window.head() is not None, "the first block", 60)
    heartbeat = Heartbeat()
    heartbeat.during = "the first two seconds"
    hand.rest(2_000)
    for entry in PAGES:
        heartbeat.during = f"{entry.key}, first shown"
        hand.click(f"rail.{entry.key}")
        hand.rest(300)
    ended: list[Head] = []
    is_over = False

    def jump(head: Head | None = None) -> None:
        """One jump after the other, so that there is one under way at every click."""
        if head is not None:
            ended.append(head)
        if not is_over:
            core.runner.command(
                "chain-write", lambda: core.backend.jump(ERAS * BLOCKS_PER_ERA), done=jump, deadline_seconds=300
            )

    jump()
    turns = 0
    while not ended or turns < ROUNDS * len(PAGES):
        entry = PAGES[turns % len(PAGES)]
        heartbeat.during = f"{entry.key}, while the chain jumps"
        hand.click(f"rail.{entry.key}")
        hand.rest(150)
        turns += 1
    is_over = True
    longest, during = heartbeat.longest()
    sample = core.sampler.latest()
    while time.monotonic() < began + MEMORY_SECONDS:
        hand.rest(500)
    held = _held_mib()
    program.close()
    del app
    gpus = 0 if sample is None else len(sample.gpus)
    found: dict[str, Any] = {
        "longest": longest,
        "during": during,
        "floor": floor,
        "held": held,
        "turns": turns,
        "gpus": gpus,
    }
    found["jumps"] = len(ended)
    sys.stdout.write(json.dumps(found) + "\n")


def measure() -> list[dict[str, Any]]:
    """One run of the child."""
    with tempfile.TemporaryDirectory() as home:
        answer = subprocess.run(
            [sys.executable, __file__, home],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(answer.stdout.splitlines()[-1])
    return [
        {
            "name": "longest pause of the GUI thread",
            "value": found["longest"],
            "unit": "ms",
            "limit": LONGEST_MS,
            "floor": found["floor"],
            "ok": found["longest"] <= LONGEST_MS,
            "note": f"during: {found['during']}; {found['turns']} pages during {found['jumps']} jumps of {ERAS} eras",
        },
        {
            "name": "memory of all processes",
            "value": found["held"],
            "unit": "MiB",
            "limit": MOST_MIB,
            "floor": None,
            "ok": found["held"] <= MOST_MIB,
            "note": f"resident, {MEMORY_SECONDS} s after the window opened, {found['gpus']} GPUs",
        },
    ]


if __name__ == "__main__":
    _child(Path(sys.argv[1]))

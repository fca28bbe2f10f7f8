"""Time from the start of the process to the first painted window, beside a bare PySide6 window started alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

RUNS = 5

BARE = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", flush=True)

app = QApplication(sys.argv)
window = Window()
window.setCentralWidget(QLabel("bare"))
window.resize(1280, 800)
window.show()
app.exec()
"""

OURS = """
import sys
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from dbc_desktop.bootstrap import open_window

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print("painted", flush=True)
            watched.removeEventFilter(self)
        return False

program = open_window(Path(sys.argv[1]))
first_paint = FirstPaint()
program.window.installEventFilter(first_paint)
program.window.show()
program.run()
"""


def _seconds_to_paint(code: str, *arguments: str) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a program that is installed does not compile itself anew
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert child.stdout is not None
    try:
        line = child.stdout.readline()
        seconds = time.perf_counter() - started
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert line.strip() == "painted", line
    return seconds


def measure() -> list[dict[str, Any]]:
    """The median of each, taken in turns after one warm-up; the program opens an existing chain."""
    with tempfile.TemporaryDirectory() as home:
        _seconds_to_paint(BARE)
        _seconds_to_paint(OURS, home)
        time.sleep(3)
        bare, ours = [], []
        for _ in range(RUNS):
            bare.append(_seconds_to_paint(BARE))
            ours.append(_seconds_to_paint(OURS, home))
    floor, value = statistics.median(bare), statistics.median(ours)
    return [
        {
            "name": "first painted window",
            "value": value / floor,
            "unit": "x bare QMainWindow",
            "limit": 2.0,
            "floor": floor,
            "ok": value <= 2 * floor,
            "note": f"{value:.2f} s against {floor:.2f} s, median of {RUNS}",
        }
    ]

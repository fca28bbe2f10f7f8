"""CPU of a second's work with 8 GPUs at 20 readings each, each beside its floor, in processes of their own, in turns.

Without a window the floor is a bare pynvml loop that makes the same calls; with the Rigs page open it is a bare PySide6
table and chart fed by that loop, and ours also surveys the slow readings and writes its history. nvitop is measured in
the same run, in a terminal of its own. All drive the real pynvml against `tests/data/fake_nvml.c`, whose values move.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BATCHES, WINDOW_BATCHES = 10, 3
RUNS = 5
LIMIT, WINDOW_LIMIT = 3.0, 2.0

BARE = """
import sys, time
import pynvml as n

n.nvmlInit()
handles = [n.nvmlDeviceGetHandleByIndex(i) for i in range(n.nvmlDeviceGetCount())]

def cycle():
    for h in handles:
        n.nvmlDeviceGetUtilizationRates(h)
        n.nvmlDeviceGetMemoryInfo(h, n.nvmlMemory_v2)
        n.nvmlDeviceGetTemperature(h, n.NVML_TEMPERATURE_GPU)
        n.nvmlDeviceGetPowerUsage(h)
        n.nvmlDeviceGetEnforcedPowerLimit(h)
        n.nvmlDeviceGetTotalEnergyConsumption(h)
        n.nvmlDeviceGetFanSpeed(h)
        n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_GRAPHICS)
        n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_MEM)
        n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_VIDEO)
        n.nvmlDeviceGetFieldValues(h, (n.NVML_FI_DEV_MEMORY_TEMP,))
        n.nvmlDeviceGetEncoderUtilization(h)
        n.nvmlDeviceGetDecoderUtilization(h)
        n.nvmlDeviceGetPerformanceState(h)
        n.nvmlDeviceGetCurrentClocksThrottleReasons(h)
        n.nvmlDeviceGetCurrPcieLinkGeneration(h)
        n.nvmlDeviceGetCurrPcieLinkWidth(h)
        n.nvmlDeviceGetTotalEccErrors(h, n.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, n.NVML_VOLATILE_ECC)
"""
OURS = """
import sys, time
HISTORY = None
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry.choose import choose_sensors
from dbc_desktop.telemetry.sampler import Sampler

clock = SystemClock()
sensors = choose_sensors(clock)
assert sensors.source == "nvml"
sampler = Sampler(lambda: sensors, clock, history_file=HISTORY)

def cycle():
    assert sampler.cycle(sensors)
"""
BARE_WINDOW = (
    BARE
    + """
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

class Chart(QWidget):
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("blue"), 1))
        w, h = self.width() / 600, self.height() / 100
        for curve in curves:
            painter.drawPolyline(QPolygonF([QPointF(x * w, h * (100 - y)) for x, y in enumerate(curve)]))
        painter.end()

app = QApplication([])
table, chart, box, window = QTableWidget(8, 20), Chart(), QWidget(), QMainWindow()
for row in range(8):
    for column in range(20):
        table.setItem(row, column, QTableWidgetItem("-"))
curves = [[50.0 + (t * 7 + row) % 40 for t in range(600)] for row in range(8)]
chart.setMinimumHeight(350)
layout = QVBoxLayout(box)
layout.addWidget(table)
layout.addWidget(chart)
window.setCentralWidget(box)
window.resize(1104, 756)
window.show()
read, tick = cycle, 0

def cycle():
    global tick
    tick += 1
    read()
    for row in range(8):
        curves[row].pop(0)
        curves[row].append(50.0 + (tick * 7 + row) % 40)
        for column in range(20):
            table.item(row, column).setText(str(tick * 31 % 997 + column))
    chart.update()
    app.processEvents()
"""
)
OUR_WINDOW = (
    OURS.replace(
        "HISTORY = None",
        "from pathlib import Path; import tempfile; FOLDER = tempfile.TemporaryDirectory(); "
        "HISTORY = Path(FOLDER.name) / 'telemetry.sqlite3'",
    )
    + """
from types import SimpleNamespace
from PySide6.QtWidgets import QApplication, QMainWindow
from dbc_desktop.ui import theme
from dbc_desktop.ui.pages.rigs import RigsPage

class Quick:
    seconds = time.time()
    def now(self):
        self.seconds += 1
        return self.seconds
    def monotonic(self):
        return time.monotonic()

app = QApplication([])
theme.apply(app, "dark")
sensors._clock = Quick()
nobody = SimpleNamespace(account=lambda: None, open_alerts=lambda: None)
alone = SimpleNamespace(parts=None)
window, page = QMainWindow(), RigsPage(SimpleNamespace(sampler=sampler, monitoring=alone), nobody)
window.setCentralWidget(page)
window.resize(1104, 756)
window.show()
for _ in range(600):
    sampler.cycle(sensors)
sample, second = cycle, 0

def cycle():
    global second
    second += 1
    sample()
    if second % 10 == 0:
        sensors.survey()
    if second % 5 == 0:
        sampler.history.writer.work_off()
    page.on_sample(sampler.latest())
    app.processEvents()
"""
)
TAIL = """
def milliseconds(cycles):
    started = time.process_time()
    for _ in range(cycles):
        cycle()
    return (time.process_time() - started) / cycles * 1000

milliseconds(50)
print(min(milliseconds(50) for _ in range(int(sys.argv[1]))))
"""


def built_driver(folder: Path) -> Path:
    """The fake driver, compiled into `folder`."""
    source, target = ROOT / "tests" / "data" / "fake_nvml.c", folder / "libnvidia-ml.so.1"
    flags = ["-shared", "-fPIC", "-O2", "-pthread", "-Wl,-soname,libnvidia-ml.so.1"]
    subprocess.run(["gcc", *flags, "-o", target, source], check=True)
    return folder


def driver_environment(library: Path) -> dict[str, str]:
    """An environment in which NVML is the fake driver, with values that move, and no screen is needed."""
    kept = {key: value for key, value in os.environ.items() if key != "FAKE_NVML_CONTROL"}
    return kept | {"LD_LIBRARY_PATH": str(library), "FAKE_NVML_DRIFT": "1", "QT_QPA_PLATFORM": "offscreen"}


def _milliseconds(code: str, library: Path, batches: int) -> float:
    said = subprocess.run(
        [sys.executable, "-c", code + TAIL, str(batches)],
        env=driver_environment(library),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(said.stdout)


NVITOP = """
import fcntl, os, pty, struct, sys, termios, threading, time
import psutil

child, screen = pty.fork()
if child == 0:
    os.execv(sys.executable, [sys.executable, "-m", "nvitop", "-m", "full", "--interval", "1"])
fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 140, 0, 0))

def drain():
    try:
        while os.read(screen, 65536):
            pass
    except OSError:
        pass

threading.Thread(target=drain, daemon=True).start()
process = psutil.Process(child)
time.sleep(5)
before, started = process.cpu_times(), time.monotonic()
time.sleep(float(sys.argv[1]))
after, seconds = process.cpu_times(), time.monotonic() - started
process.kill()
os.waitpid(child, 0)
print((after.user + after.system - before.user - before.system) / seconds * 1000)
"""
NVITOP_SECONDS = 10
ABOUT = 2.0
"""nvitop draws letters where we draw curves, and keeps no history."""


def _nvitop(library: Path) -> float:
    """CPU milliseconds of nvitop in a second, its full screen shown in a terminal of 140 by 60."""
    said = subprocess.run(
        [sys.executable, "-c", NVITOP, str(NVITOP_SECONDS)],
        env={key: value for key, value in os.environ.items() if key != "FAKE_NVML_CONTROL"}
        | {"LD_LIBRARY_PATH": str(library), "FAKE_NVML_DRIFT": "1", "TERM": "xterm-256color"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(said.stdout.splitlines()[-1])


def _row(name: str, floor_name: str, floor: float, value: float, limit: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": value / floor,
        "unit": f"x {floor_name}",
        "limit": limit,
        "floor": floor,
        "ok": value <= limit * floor,
        "note": f"CPU of a second's work {value:.2f} ms against {floor:.2f} ms, fake driver",
    }


def measure() -> list[dict[str, Any]]:
    """The least of many batches of each, taken in turns; whoever else works here only adds to them."""
    with tempfile.TemporaryDirectory() as folder:
        library = built_driver(Path(folder))
        rows = []
        for name, floor_name, bare_code, our_code, batches, limit in (
            ("sampling 8 GPUs each second, without a window", "a bare pynvml loop", BARE, OURS, BATCHES, LIMIT),
            (
                "sampling 8 GPUs each second, Rigs open",
                "a bare table and chart fed by that loop",
                BARE_WINDOW,
                OUR_WINDOW,
                WINDOW_BATCHES,
                WINDOW_LIMIT,
            ),
        ):
            bare, ours = [], []
            for _ in range(RUNS):
                bare.append(_milliseconds(bare_code, library, batches))
                ours.append(_milliseconds(our_code, library, batches))
            rows.append(_row(name, floor_name, min(bare), min(ours), limit))
        rows.append(_row("the same with Rigs open, beside nvitop", "nvitop", _nvitop(library), min(ours), ABOUT))
    return rows

"""The whole program with Rigs open, beside a bare window, nvitop and nvtop: CPU of a second, all of them at once.

The program is the real one (`bootstrap`): window, embedded chain at its own pace in the engine process, eight GPUs
each second, history and alerts written. The bare window is a PySide6 table and chart fed by a pynvml loop that makes
the same calls each second. What each and its children use is counted by the kernel, in the same spans of time.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from bench_sampling import BARE, BARE_WINDOW, built_driver, driver_environment

ROOT = Path(__file__).parents[2]
SETTLE_SECONDS = 45.0
SPAN_SECONDS = 12.0
"""Two blocks of the embedded chain."""
SPANS = 5
LIMIT, ABOUT = 2.0, 2.0

EACH_SECOND = """
from PySide6.QtCore import Qt, QTimer

timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1000)
timer.timeout.connect(cycle)
timer.start()
app.exec()
"""
AGENT_FLOOR = """
while True:
    cycle()
    time.sleep(1)
"""


def _program(home: Path) -> None:
    """The window as a person leaves it open: on Rigs."""
    from PySide6.QtCore import QTimer

    from dbc_desktop.bootstrap import open_window

    running = open_window(home)
    window = running.window
    timer = QTimer(interval=200)

    def open_rigs() -> None:
        page = window.visible_page()
        if window.head() is not None and window.sample() is not None and page is not None:
            if page.key == "rigs":
                timer.stop()
            else:
                window.show_page("rigs")

    timer.timeout.connect(open_rigs)
    timer.start()
    raise SystemExit(running.run())


class Measured:
    """A process with all below it."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def seconds(self) -> float:
        """CPU used so far, of all its threads and children that live."""
        return sum(self.by_process().values())

    def by_process(self) -> dict[int, float]:
        """The same for each process."""
        family = [self._process, *self._process.children(recursive=True)]
        return {one.pid: time.clock_gettime(~one.pid << 3 | 2) for one in family}  # the kernel's clock of a process


@contextmanager
def _piped(command: list[str], environment: dict[str, str]) -> Iterator[Measured]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield Measured(process.pid)
            if process.poll() is not None:
                said.seek(0)
                raise RuntimeError(said.read().decode())
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _in_terminal(command: list[str], environment: dict[str, str]) -> Iterator[Measured]:
    """In a terminal of 140 by 60 whose other end reads all that is drawn."""
    child, screen = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, environment | {"TERM": "xterm-256color"})
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 140, 0, 0))
    drawn = [0]

    def drain() -> None:
        try:
            while part := os.read(screen, 65_536):
                drawn[0] += len(part)
        except OSError:
            return

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        yield Measured(child)
        if drawn[0] < 4_000:
            raise RuntimeError(f"{command[0]} drew nothing")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        reader.join(5)
        os.close(screen)


def measure() -> list[dict[str, Any]]:
    """The least span of each; they run side by side, so that all meet the same computer."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        library = built_driver(Path(folder))
        environment = driver_environment(library)
        python = sys.executable
        programs = {
            "ours": _piped([python, __file__, str(Path(folder) / "home")], environment),
            "bare": _piped([python, "-c", BARE_WINDOW + EACH_SECOND], environment),
            "loop": _piped([python, "-c", BARE + AGENT_FLOOR], environment),
            "nvitop": _in_terminal([python, "-m", "nvitop", "-m", "full", "--interval", "1"], environment),
        }
        if shutil.which("nvtop"):
            programs["nvtop"] = _in_terminal(["nvtop", "-d", "10"], environment)
        measured = {name: running.enter_context(program) for name, program in programs.items()}
        time.sleep(SETTLE_SECONDS)
        spans: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(SPANS):
            started = time.monotonic()
            before = {name: one.seconds() for name, one in measured.items()}
            time.sleep(SPAN_SECONDS)
            after = {name: one.seconds() for name, one in measured.items()}
            seconds = time.monotonic() - started
            for name in measured:
                spans[name].append((after[name] - before[name]) / seconds * 1_000)
    least = {name: min(values) for name, values in spans.items()}
    note = (
        f"CPU of a second: program {least['ours']:.1f} ms, bare window {least['bare']:.1f}, "
        f"nvitop {least['nvitop']:.1f}, nvtop {least['nvtop']:.1f}"
        if "nvtop" in least
        else f"CPU of a second: program {least['ours']:.1f} ms, bare window {least['bare']:.1f}, "
        f"nvitop {least['nvitop']:.1f}; nvtop is not installed"
    )
    rows = [
        _row(
            "the whole program with Rigs open, 8 GPUs each second", "a bare table and chart", "bare", least, LIMIT, note
        )
    ]
    rows.append(_row("the same beside nvitop", "nvitop", "nvitop", least, ABOUT, note))
    return rows


def _row(name: str, floor_name: str, floor: str, least: dict[str, float], limit: float, note: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": least["ours"] / least[floor],
        "unit": f"x {floor_name}",
        "limit": limit,
        "floor": least[floor],
        "ok": least["ours"] <= limit * least[floor],
        "note": note,
    }


if __name__ == "__main__":
    _program(Path(sys.argv[1]))

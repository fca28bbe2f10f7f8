"""The whole program with Rigs open, beside a bare window, nvitop and nvtop: CPU of a second, all of them at once.

The program is the real one (`bootstrap`): window, embedded chain at its own pace in the engine process, eight GPUs
each second, history and alerts written. The bare window is a PySide6 table and chart fed by a pynvml loop that makes
the same calls each second. What each and its children use is counted by the kernel, in the same spans of time. A
second one of ours also reads a hundred rigs: what that adds, and what all its processes hold in memory.
"""

from __future__ import annotations

import fcntl
import json
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
from bench_fleet import GPUS, RIGS, served
from bench_fleet_window import home_with_fleet
from bench_sampling import BARE_WINDOW, built_driver, driver_environment

ROOT = Path(__file__).parents[2]
SETTLE_SECONDS = 45.0
SPAN_SECONDS = 30.0
"""Five blocks of the embedded chain, two turns of the fleet."""
SPANS = 3
LIMIT, ABOUT = 2.0, 2.0
MOST_PERCENT, MOST_MIB = 10.0, 350.0

EACH_SECOND = """
from PySide6.QtCore import Qt, QTimer

timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1000)
timer.timeout.connect(cycle)
timer.start()
app.exec()
"""


def _program(home: Path) -> None:
    """The window as a person leaves it open: on Rigs."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QTableView

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
    status = running.run()
    page, sample, head = window.visible_page(), window.sample(), window.head()
    assert page is not None
    assert sample is not None
    assert head is not None
    table = page.findChild(QTableView, "rigs.fleet")
    seen = {"page": page.key, "gpus": len(sample.gpus), "source": sample.source, "height": head.height}
    print(json.dumps(seen | {"rigs": table.model().rowCount()}))
    raise SystemExit(status)


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

    def mebibytes(self) -> float:
        """What they hold in memory; pages that they share count once."""
        family = [self._process, *self._process.children(recursive=True)]
        return sum(one.memory_full_info().pss for one in family) / 2**20


@contextmanager
def _piped(command: list[str], environment: dict[str, str], seen: dict[str, Any] | None = None) -> Iterator[Measured]:
    """`seen` gets what the program says at its end."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield Measured(process.pid)
            if process.poll() is not None:
                said.seek(0)
                raise RuntimeError(f"{command[:3]} ended with {process.returncode}: {said.read().decode()}")
        finally:
            process.terminate()
            process.wait(60)
        if seen is not None:
            said.seek(0)
            seen.update(json.loads(said.read().splitlines()[-1]))


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


def _spans(measured: dict[str, Measured]) -> dict[str, float]:
    """CPU milliseconds of a second of each, in its least span."""
    spans: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(SPANS):
        started = time.monotonic()
        before = {name: one.seconds() for name, one in measured.items()}
        time.sleep(SPAN_SECONDS)
        after = {name: one.seconds() for name, one in measured.items()}
        seconds = time.monotonic() - started
        for name in measured:
            spans[name].append((after[name] - before[name]) / seconds * 1_000)
    return {name: min(values) for name, values in spans.items()}


def measure() -> list[dict[str, Any]]:
    """They run side by side, so that all meet the same computer."""
    seen: dict[str, dict[str, Any]] = {"ours": {}, "fleet": {}}
    with tempfile.TemporaryDirectory() as folder:
        home, environment = Path(folder), driver_environment(built_driver(Path(folder)))
        ours, bare = [sys.executable, __file__], [sys.executable, "-c"]
        agent = [sys.executable, "-m", "dbc_desktop", "agent", "--json", "--listen", "127.0.0.1:0"]
        with ExitStack() as running:
            port = running.enter_context(served())
            programs = {
                "ours": _piped([*ours, str(home / "alone")], environment, seen["ours"]),
                "fleet": _piped(
                    [*ours, str(home_with_fleet(home / "fleet", "agent", port))], environment, seen["fleet"]
                ),
                "bare": _piped([*bare, BARE_WINDOW + EACH_SECOND], environment),
                "agent": _piped([*agent, "--home", str(home / "agent")], environment),
                "nvitop": _in_terminal([sys.executable, "-m", "nvitop", "-m", "full", "--interval", "1"], environment),
            }
            if shutil.which("nvtop"):
                programs["nvtop"] = _in_terminal(["nvtop", "-d", "10"], environment)
            measured = {name: running.enter_context(program) for name, program in programs.items()}
            time.sleep(SETTLE_SECONDS)
            least = _spans(measured)
            held = {name: measured[name].mebibytes() for name in seen}
    for name, rigs in (("ours", 0), ("fleet", RIGS + 1)):
        found = seen[name]
        expected = {"page": "rigs", "gpus": GPUS, "source": "nvml", "rigs": rigs}
        assert {key: found[key] for key in expected} == expected, found
        assert found["height"] > SPANS
    return _rows(least, held)


def _rows(least: dict[str, float], held: dict[str, float]) -> list[dict[str, Any]]:
    ours, bare, nvitop, agent = least["ours"], least["bare"], least["nvitop"], least["agent"]
    nvtop = f"nvtop {least['nvtop']:.1f}" if "nvtop" in least else "nvtop is not installed"
    note = f"CPU of a second: program {ours:.1f} ms, bare window {bare:.1f}, nvitop {nvitop:.1f}, {nvtop}"
    added = (least["fleet"] - ours) / 10
    beside_nvtop = [
        {
            "name": "the agent without a window, beside nvtop",
            "value": agent / floor,
            "unit": "x nvtop",
            "limit": ABOUT,
            "floor": floor,
            "ok": agent <= ABOUT * floor,
            "note": f"CPU of a second: agent {agent:.1f} ms, its slow readings and web server included; {nvtop}",
        }
        for name, floor in least.items()
        if name == "nvtop"
    ]
    return [
        *beside_nvtop,
        {
            "name": f"the whole program with Rigs open, {GPUS} GPUs each second",
            "value": ours / bare,
            "unit": "x a bare table and chart",
            "limit": LIMIT,
            "floor": bare,
            "ok": ours <= LIMIT * bare,
            "note": note,
        },
        {
            "name": "the same beside nvitop",
            "value": ours / nvitop,
            "unit": "x nvitop",
            "limit": ABOUT,
            "floor": nvitop,
            "ok": ours <= ABOUT * nvitop,
            "note": note,
        },
        {
            "name": f"what {RIGS} rigs add to it",
            "value": added,
            "unit": "% of a core",
            "limit": MOST_PERCENT,
            "floor": None,
            "ok": added <= MOST_PERCENT,
            "note": f"with their table on the screen; program with {RIGS} rigs {least['fleet']:.1f} ms of a second",
        },
        {
            "name": f"memory of all processes with {RIGS} rigs",
            "value": held["fleet"],
            "unit": "MiB",
            "limit": MOST_MIB,
            "floor": held["ours"],
            "ok": held["fleet"] <= MOST_MIB,
            "note": f"what is shared counts once; after {SETTLE_SECONDS + SPANS * SPAN_SECONDS:.0f} s; floor: no rigs",
        },
    ]


if __name__ == "__main__":
    _program(Path(sys.argv[1]))

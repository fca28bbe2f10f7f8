"""The real pynvml against the fake driver library, in a process of its own: its errors included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "data" / "fake_nvml.c"
MACHINES = ROOT / "tests" / "data" / "machines"

PRELUDE = """
import json, sys, threading
from pathlib import Path
from dbc_desktop.cli.telemetry_documents import sample_document
from dbc_desktop.domain.errors import DbcError, DriverMissing
from dbc_desktop.domain.gpu import ReadingLane
from dbc_desktop.telemetry.nvml import NvmlSensors

class Clock:
    seconds = 1000.0
    def now(self):
        return 1_700_000_000.0 + self.seconds
    def monotonic(self):
        return self.seconds
    def wait(self, seconds):
        return False

control = Path(sys.argv[1])
clock = Clock()

def say(text):
    control.with_suffix(".new").write_text(text)
    control.with_suffix(".new").replace(control)

def gpu_of(sample, number=0):
    return sample_document(sample)["gpus"][number]
"""


def build(folder: Path, *flags: str) -> Path:
    """Build the library into `folder`, and give back the folder."""
    library = folder / "libnvidia-ml.so.1"
    soname = "-Wl,-soname,libnvidia-ml.so.1"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-pthread", "-Wall", "-Werror", *flags, soname, "-o", library, SOURCE], check=True
    )
    return folder


def play(script: str, library: Path, control: Path, *more: str, machine: str = "") -> Any:
    """Run a script after `PRELUDE`; its last line prints JSON, which is given back."""
    env = {**os.environ, "LD_LIBRARY_PATH": str(library), "FAKE_NVML_CONTROL": str(control)}
    if machine:
        env["FAKE_NVML_MACHINE"] = str(MACHINES / f"{machine}.txt")
    if not control.exists():
        control.write_text("gpus 1\n")
    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", PRELUDE + script, control, *more],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout.splitlines()[-1])

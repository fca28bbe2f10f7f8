"""CPU of sampling 8 GPUs at 20 readings each, without a window, beside a bare pynvml loop that makes the same calls.

Both drive the real pynvml against `tests/data/fake_nvml.c`, each in a process of its own, in turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BATCHES = 10
RUNS = 5
LIMIT = 3.0

BARE = """
import sys, time
import pynvml as n

n.nvmlInit()
handles = [n.nvmlDeviceGetHandleByIndex(i) for i in range(n.nvmlDeviceGetCount())]

def cycle():
    for h in handles:
        n.nvmlDeviceGetUtilizationRates(h)
        n.nvmlDeviceGetMemoryInfo(h)
        n.nvmlDeviceGetTemperature(h, n.NVML_TEMPERATURE_GPU)
        n.nvmlDeviceGetPowerUsage(h)
        n.nvmlDeviceGetEnforcedPowerLimit(h)
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
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry.choose import choose_sensors
from dbc_desktop.telemetry.sampler import Sampler

clock = SystemClock()
sensors = choose_sensors(clock)
assert sensors.source == "nvml"
sampler = Sampler(lambda: sensors, clock)

def cycle():
    assert sampler.cycle(sensors)
"""
TAIL = """
def milliseconds(cycles):
    started = time.process_time()
    for _ in range(cycles):
        cycle()
    return (time.process_time() - started) / cycles * 1000

milliseconds(50)
print(min(milliseconds(50) for _ in range(int(sys.argv[1]))))
"""


def _milliseconds(code: str, library: Path) -> float:
    said = subprocess.run(
        [sys.executable, "-c", code + TAIL, str(BATCHES)],
        env={key: value for key, value in os.environ.items() if key != "FAKE_NVML_CONTROL"}
        | {"LD_LIBRARY_PATH": str(library)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(said.stdout)


def measure() -> list[dict[str, Any]]:
    """CPU of one cycle (a second's work): the least of many batches of each, taken in turns; others only add to it."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = ROOT / "tests" / "data" / "fake_nvml.c", Path(folder) / "libnvidia-ml.so.1"
        flags = ["-shared", "-fPIC", "-O2", "-Wl,-soname,libnvidia-ml.so.1"]
        subprocess.run(["gcc", *flags, "-o", library, source], check=True)
        bare, ours = [], []
        for _ in range(RUNS):
            bare.append(_milliseconds(BARE, Path(folder)))
            ours.append(_milliseconds(OURS, Path(folder)))
    floor, value = min(bare), min(ours)
    return [
        {
            "name": "sampling 8 GPUs each second, without a window",
            "value": value / floor,
            "unit": "x a bare pynvml loop",
            "limit": LIMIT,
            "floor": floor,
            "ok": value <= LIMIT * floor,
            "note": f"CPU of a cycle {value:.2f} ms against {floor:.2f} ms, fake driver, history kept",
        }
    ]

"""What the program reads of a real card, held against `nvidia-smi` in the same seconds; only where there is one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import Any

import pytest

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.lanes.clock import SystemClock

pytestmark = pytest.mark.skipif(shutil.which("nvidia-smi") is None, reason="no NVIDIA driver on this computer")

STILL = {
    "uuid": lambda gpu: gpu.uuid,
    "name": lambda gpu: gpu.name,
    "index": lambda gpu: gpu.index,
    "serial": lambda gpu: gpu.board.serial,
    "vbios_version": lambda gpu: gpu.board.vbios_version,
    "memory.total": lambda gpu: gpu.memory_total / 2**20,
    "memory.reserved": lambda gpu: gpu.health.memory_reserved / 2**20,
    "enforced.power.limit": lambda gpu: gpu.power_limit_watts,
    "power.limit": lambda gpu: gpu.health.power_set,
    "power.default_limit": lambda gpu: gpu.board.power_default,
    "power.min_limit": lambda gpu: gpu.board.power_least,
    "power.max_limit": lambda gpu: gpu.board.power_most,
    "clocks.max.graphics": lambda gpu: gpu.board.graphics_top_mhz,
    "clocks.max.memory": lambda gpu: gpu.board.memory_top_mhz,
    "pcie.link.gen.max": lambda gpu: gpu.pcie_top[0],
    "pcie.link.width.max": lambda gpu: gpu.pcie_top[1],
    "pcie.link.width.current": lambda gpu: gpu.pcie_lanes,
    "ecc.mode.current": lambda gpu: {True: "Enabled", False: "Disabled", None: None}[gpu.health.has_ecc],
    "ecc.errors.uncorrected.volatile.total": lambda gpu: gpu.ecc_errors,
    "ecc.errors.corrected.volatile.total": lambda gpu: gpu.health.ecc_corrected,
    "ecc.errors.uncorrected.aggregate.total": lambda gpu: gpu.health.ecc_lifetime,
    "mig.mode.current": lambda gpu: {True: "Enabled", False: "Disabled", None: None}[gpu.health.has_mig],
    "persistence_mode": lambda gpu: {True: "Enabled", False: "Disabled", None: None}[gpu.health.is_persistent],
    "fan.speed": lambda gpu: gpu.fan_percent,
}
"""What stands still between two readings."""
MOVING = {
    "memory.used": (lambda gpu: gpu.memory_used / 2**20, 64),
    "temperature.gpu": (lambda gpu: gpu.temperature, 4),
    "temperature.memory": (lambda gpu: gpu.memory_temperature, 4),
    "power.draw": (lambda gpu: gpu.power_watts, 60),
    "clocks.current.memory": (lambda gpu: gpu.memory_mhz, 5),
    "pstate": (lambda gpu: gpu.performance_state, 0),
    "utilization.encoder": (lambda gpu: gpu.encoder_percent, 5),
    "utilization.decoder": (lambda gpu: gpu.decoder_percent, 5),
}
"""What moves, and by how much at most between two readings of an idle or evenly busy card."""
BETWEEN = {"temperature.gpu.tlimit": (lambda gpu: gpu.health.margin, 4)}


def told_by_smi(keys: list[str]) -> list[dict[str, str]]:
    asked = ["nvidia-smi", f"--query-gpu={','.join(keys)}", "--format=csv,noheader,nounits"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout.splitlines()
    return [dict(zip(keys, (value.strip() for value in line.split(",")), strict=True)) for line in lines]


@pytest.fixture(scope="module")
def readings() -> tuple[RigSample, list[dict[str, str]]]:
    """Ours and nvidia-smi's, a moment apart."""
    from dbc_desktop.telemetry.nvml import NvmlSensors

    sensors = NvmlSensors("rig", SystemClock())
    try:
        sensors.sample()
        sensors.survey()
        smi = told_by_smi([*STILL, *MOVING, *BETWEEN])
        return sensors.sample(), smi
    finally:
        sensors.close()


def is_missing(text: str) -> bool:
    return text in ("[N/A]", "N/A", "[Not Supported]", "[Requested functionality has been deprecated]")


def number(value: Any) -> float:
    return float(str(value).removeprefix("P"))


@pytest.mark.parametrize("key", STILL)
def test_what_stands_still_is_the_same(key: str, readings: tuple[RigSample, list[dict[str, str]]]) -> None:
    sample, smi = readings
    assert len(sample.gpus) == len(smi) > 0
    for gpu, told in zip(sample.gpus, smi, strict=True):
        ours = STILL[key](gpu)
        if is_missing(told[key]):
            assert ours is None
        elif isinstance(ours, str):
            assert ours == told[key]
        else:
            assert ours == pytest.approx(number(told[key]), abs=1.01)


@pytest.mark.parametrize("key", {**MOVING, **BETWEEN})
def test_what_moves_is_near(key: str, readings: tuple[RigSample, list[dict[str, str]]]) -> None:
    sample, smi = readings
    read, most = {**MOVING, **BETWEEN}[key]
    for gpu, told in zip(sample.gpus, smi, strict=True):
        ours = read(gpu)
        if is_missing(told[key]):
            assert ours is None
        else:
            assert abs(ours - number(told[key])) <= most


def test_nothing_fails_on_a_healthy_card(readings: tuple[RigSample, list[dict[str, str]]]) -> None:
    """What is missing is not supported; a reading that failed would be a mistake of ours."""
    sample, _ = readings
    for gpu in sample.gpus:
        assert gpu.board is not None
        assert gpu.health is not None
        reasons = {*gpu.missing.values(), *gpu.board.missing.values(), *gpu.health.missing.values()}
        assert {str(reason) for reason in reasons} <= {"not_supported", "driver_too_old", "no_permission"}


def test_processes_are_those_of_nvidia_smi(readings: tuple[RigSample, list[dict[str, str]]]) -> None:
    sample, _ = readings
    asked = ["nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout.splitlines()
    theirs = {int(line.split(",")[0]) for line in lines if line.strip()}
    ours = {one.pid for gpu in sample.gpus for one in (gpu.health.processes or ()) if gpu.health}  # type: ignore[union-attr]
    assert ours == theirs


def test_the_agent_serves_what_the_card_tells() -> None:
    """The command itself, in a process of its own, once."""
    asked = [sys.executable, "-m", "dbc_desktop", "telemetry", "--once", "--json"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout
    (smi, *_) = told_by_smi(["uuid", "driver_version"])
    assert smi["uuid"] in said
    assert smi["driver_version"] in said

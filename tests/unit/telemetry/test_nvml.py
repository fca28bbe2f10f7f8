"""The real pynvml against a stand-in driver library, in a process of its own: its errors included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

DRIVE = """
import json, sys
from pathlib import Path
from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.telemetry.choose import choose_sensors
from dbc_desktop.telemetry.nvml import NvmlSensors

class Clock:
    seconds = 1000.0
    def now(self):
        return 1_700_000_000.0 + self.seconds
    def monotonic(self):
        return self.seconds
    def wait(self, seconds):
        return False

def plain(sample):
    return {"source": sample.source, "driver": sample.driver_version, "gpus": [
        {name: getattr(gpu, name) for name in gpu.__slots__ if name != "missing"} | {"missing": dict(gpu.missing)}
        for gpu in sample.gpus]}

control, steps = Path(sys.argv[1]), json.loads(sys.argv[2])
clock = Clock()
control.write_text(steps[0])
sensors = choose_sensors(clock) if sys.argv[3] == "choose" else NvmlSensors("rig", clock)
said = []
for step in steps:
    control.write_text(step)
    try:
        said.append(plain(sensors.sample()))
    except DriverMissing as error:
        said.append({"missing": error.reason})
    clock.seconds += 11
sensors.close()
print(json.dumps(said, default=str))
"""

Drive = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def drive(tmp_path: Path, driver: Path) -> Drive:
    def run(*steps: str, library: Path = driver, how: str = "nvml") -> list[dict[str, Any]]:
        control = tmp_path / "control"
        said = subprocess.run(
            [sys.executable, "-W", "error", "-c", DRIVE, control, json.dumps(steps), how],
            env={**os.environ, "LD_LIBRARY_PATH": str(library), "FAKE_NVML_CONTROL": str(control)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert said.returncode == 0, said.stderr
        answer: list[dict[str, Any]] = json.loads(said.stdout)
        return answer

    return run


def uuid(number: int) -> str:
    return f"GPU-00000000-0000-4000-8000-{number:012d}"


def test_all_readings_of_a_gpu_that_is_well(drive: Drive) -> None:
    (sample,) = drive("gpus 2")

    assert sample["source"] == "nvml"
    assert sample["driver"] == "580.95.05"
    assert len(sample["gpus"]) == 2
    assert sample["gpus"][1] == {
        "uuid": "GPU-00000000-0000-4000-8000-000000000001",
        "index": 1,
        "name": "NVIDIA GeForce RTX 3090",
        "taken_at": 1_700_001_000.0,
        "gpu_percent": 91,
        "memory_percent": 41,
        "memory_used": 20_000_000_000,
        "memory_total": 25_769_803_776,
        "temperature": 61,
        "power_watts": 331.5,
        "power_limit_watts": 350.0,
        "fan_percent": 64,
        "graphics_mhz": 1755,
        "memory_mhz": 9751,
        "missing": {},
        "is_lost": False,
        "temperature_limit": 93,
        "memory_temperature": 98,
        "video_mhz": 1545,
        "encoder_percent": 1,
        "decoder_percent": 2,
        "performance_state": 2,
        "slowed_by": ["power_limit", "heat"],
        "pcie_generation": 3,
        "pcie_lanes": 8,
        "pcie_top": [4, 16],
        "ecc_errors": 0,
        "energy_joules": 7_200_000.0,
        "board": None,
        "health": None,
    }


def test_a_lost_gpu_keeps_its_name_and_comes_back(drive: Drive) -> None:
    well, lost, back = drive("gpus 8", "gpus 8\nlost 3", "gpus 8")

    assert [gpu["is_lost"] for gpu in well["gpus"]] == [False] * 8
    assert [gpu["index"] for gpu in lost["gpus"] if gpu["is_lost"]] == [3]
    gone = lost["gpus"][3]
    assert (gone["uuid"], gone["name"]) == (uuid(3), "NVIDIA GeForce RTX 3090")
    assert gone["temperature"] is None
    assert gone["missing"]["temperature"] == "gpu_lost"
    assert lost["gpus"][4]["gpu_percent"] == 94
    assert back["gpus"][3]["is_lost"] is False
    assert back["gpus"][3]["gpu_percent"] == 93


def test_a_gpu_lost_while_the_devices_are_listed_stays_known(drive: Drive) -> None:
    samples = drive("gpus 4", "gpus 4\nlost 3", "gpus 4\nlost 3", "gpus 4\nlost 3", "gpus 4", "gpus 4")

    for sample in samples[1:4]:
        assert [(gpu["uuid"], gpu["is_lost"]) for gpu in sample["gpus"]] == [
            (uuid(0), False),
            (uuid(1), False),
            (uuid(2), False),
            (uuid(3), True),
        ]
    assert [gpu["is_lost"] for gpu in samples[-1]["gpus"]] == [False] * 4


def test_a_gpu_that_was_never_seen_alive_is_still_counted(drive: Drive) -> None:
    first, *_, last = drive("gpus 3\nlost 1", "gpus 3\nlost 1", "gpus 3", "gpus 3")

    assert [(gpu["index"], gpu["is_lost"]) for gpu in first["gpus"]] == [(0, False), (1, True), (2, False)]
    assert [gpu["uuid"] for gpu in last["gpus"]] == [uuid(0), uuid(1), uuid(2)]
    assert not any(gpu["is_lost"] for gpu in last["gpus"])


def test_what_a_gpu_does_not_support_is_none_with_its_reason(drive: Drive) -> None:
    for sample in drive("gpus 2\nno_fan 1\nno_permission 0", "gpus 2\nno_fan 1\nno_permission 0"):
        first, second = sample["gpus"]
        assert (first["fan_percent"], first["ecc_errors"]) == (64, None)
        assert first["missing"] == {"ecc_errors": "no_permission"}
        assert (second["fan_percent"], second["ecc_errors"]) == (None, 0)
        assert second["missing"] == {"fan_percent": "not_supported"}


def test_a_value_that_is_none_in_the_drivers_words_is_not_shown_as_watts(drive: Drive) -> None:
    (sample,) = drive("gpus 1\ngarbage 0")

    assert sample["gpus"][0]["power_watts"] is None
    assert sample["gpus"][0]["gpu_percent"] is None
    assert sample["gpus"][0]["memory_percent"] == 40
    assert sample["gpus"][0]["missing"] == {"gpu_percent": "failed", "power_watts": "failed"}


def test_a_function_that_an_old_driver_lacks(drive: Drive, old_driver: Path) -> None:
    for sample in drive("gpus 1", "gpus 1", library=old_driver):
        gpu = sample["gpus"][0]
        assert gpu["missing"] == {"encoder_percent": "driver_too_old", "decoder_percent": "driver_too_old"}
        assert gpu["temperature"] == 60


def test_a_reloaded_driver_with_another_order_is_the_same_gpus(drive: Drive) -> None:
    before, gone, still_gone, after = drive("gpus 3", "gpus 3\ngone 1", "gpus 3\ninit_error 9", "gpus 3\nreversed 1")

    assert [gpu["uuid"] for gpu in before["gpus"]] == [uuid(0), uuid(1), uuid(2)]
    assert gone == {"missing": "driver_gone"}
    assert still_gone == {"missing": "driver_gone"}
    assert [(gpu["index"], gpu["uuid"]) for gpu in after["gpus"]] == [(0, uuid(2)), (1, uuid(1)), (2, uuid(0))]
    assert [gpu["gpu_percent"] for gpu in after["gpus"]] == [92, 91, 90]


def test_a_gpu_that_is_not_listed_after_a_reload_is_lost_not_forgotten(drive: Drive) -> None:
    *_, after = drive("gpus 3", "gpus 3\ngone 1", "gpus 3\nremoved 0")

    assert {(gpu["uuid"], gpu["is_lost"]) for gpu in after["gpus"]} == {
        (uuid(0), True),
        (uuid(1), False),
        (uuid(2), False),
    }


def test_no_library_is_no_driver_and_the_demo_is_chosen(drive: Drive, tmp_path: Path) -> None:
    empty = tmp_path / "no_driver"
    empty.mkdir()
    (empty / "libnvidia-ml.so.1").write_text("not a library")

    assert drive("", library=empty) == [{"missing": "no_driver"}]
    (sample,) = drive("", library=empty, how="choose")
    assert sample["source"] == "demo"
    assert [gpu["name"] for gpu in sample["gpus"]] == ["NVIDIA GeForce RTX 4090"] * 8


@pytest.mark.parametrize(("code", "reason"), [(18, "driver_mismatch"), (4, "no_permission"), (999, "driver_failed")])
def test_a_driver_in_trouble_is_told_and_not_replaced_by_the_demo(drive: Drive, code: int, reason: str) -> None:
    in_trouble, mended = drive(f"init_error {code}", "gpus 1", how="choose")

    assert in_trouble == {"missing": reason}
    assert mended["source"] == "nvml"


def test_a_driver_that_is_not_loaded_counts_as_none(drive: Drive) -> None:
    (sample,) = drive("init_error 9", how="choose")

    assert sample["source"] == "demo"


def test_with_a_driver_nvml_is_chosen(drive: Drive) -> None:
    (sample,) = drive("gpus 5", how="choose")

    assert sample["source"] == "nvml"
    assert len(sample["gpus"]) == 5

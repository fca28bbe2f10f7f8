"""The slow lane, the driver's events and what is done only when asked, through the real pynvml."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.fake_driver import build, play

ALL = """
say(sys.argv[2])
sensors = NvmlSensors("rig", clock)
sensors.sample()
sensors.survey()
print(json.dumps(sample_document(sensors.sample())))
sensors.close()
"""


def read(order: str, driver: Path, tmp_path: Path) -> dict[str, Any]:
    sample: dict[str, Any] = play(ALL, driver, tmp_path / "control", order)
    return sample


def test_all_slow_readings_of_a_gpu_that_is_well(driver: Path, tmp_path: Path) -> None:
    sample = read(f"gpus 2\npid {os.getpid()}\nlinks 2\nlink_errors 7", driver, tmp_path)

    assert (sample["driver_version"], sample["cuda_version"]) == ("580.95.05", "13.0")
    health = sample["gpus"][0]["health"]
    (process,) = health.pop("processes")
    assert health == {
        "taken_at": 1_700_001_000.0,
        "missing": {},
        "cost_seconds": 0.0,
        "memory_reserved": 450_000_000,
        "bar1_used": 12_000_000,
        "fan_percents": [64, 65],
        "margin": 23,
        "power_instant": 340.25,
        "memory_power": 61.0,
        "held_back": {
            "by_power": 11.650329344,
            "by_heat": 2.0,
            "by_sync": 0.0,
            "by_board": 0.0,
            "by_reliability": 0.0,
        },
        "jpeg_percent": 3,
        "optical_flow_percent": 4,
        "power_set": 350.0,
        "pcie_replays": 3,
        "has_ecc": True,
        "has_ecc_next": True,
        "ecc_corrected": 5,
        "ecc_lifetime": 1,
        "retired_pages": 0,
        "row_remapping": {"corrected": 1, "uncorrected": 0, "is_pending": False, "has_failed": False},
        "spare_rows": {"all_left": 640, "few_left": 0, "none_left": 0},
        "nvlinks": [
            {
                "number": 0,
                "is_up": True,
                "generation": 3,
                "replay_errors": 7,
                "recovery_errors": 8,
                "crc_errors": 9,
            },
            {
                "number": 1,
                "is_up": False,
                "generation": None,
                "replay_errors": None,
                "recovery_errors": None,
                "crc_errors": None,
            },
        ],
        "has_mig": False,
        "mig": [],
        "compute_mode": "shared",
        "is_persistent": True,
    }
    assert (process["pid"], process["kind"], process["memory"]) == (os.getpid(), "compute", 19_000_000_000)
    assert process["command"].startswith(sys.orig_argv[0])
    assert process["user"]
    assert sample["gpus"][1]["health"]["processes"] == []


def test_the_host_is_read_beside_its_gpus(driver: Path, tmp_path: Path) -> None:
    host = read("gpus 1", driver, tmp_path)["host"]

    assert host["cpu_percent"] is None  # nothing to compare with at the first reading
    assert 0 < host["memory_used"] < host["memory_total"]
    assert host["cpu_count"] == os.cpu_count()
    assert host["booted_at"] > 1_000_000_000


def test_a_process_that_has_ended_or_is_hidden_keeps_its_memory(driver: Path, tmp_path: Path) -> None:
    (process,) = read("gpus 1\npid 4194999", driver, tmp_path)["gpus"][0]["health"]["processes"]

    assert process == {
        "pid": 4_194_999,
        "kind": "compute",
        "user": None,
        "command": None,
        "memory": 19_000_000_000,
        "started_at": None,
        "container": None,
    }


def test_memory_of_processes_that_the_driver_does_not_tell(driver: Path, tmp_path: Path) -> None:
    health = read("gpus 1\npid 4194999\nno process_memory", driver, tmp_path)["gpus"][0]["health"]

    assert health["processes"][0]["memory"] is None
    assert health["missing"] == {"process_memory": "not_supported", "nvlinks": "not_supported"}


def test_an_old_driver_lists_processes_in_its_own_form(old_driver: Path, tmp_path: Path) -> None:
    health = read("gpus 1\npid 4194999", old_driver, tmp_path)["gpus"][0]["health"]

    assert [process["pid"] for process in health["processes"]] == [4_194_999]
    assert health["missing"] == {
        "memory_reserved": "driver_too_old",
        "margin": "driver_too_old",
        "jpeg_percent": "driver_too_old",
        "optical_flow_percent": "driver_too_old",
        "row_remapping": "driver_too_old",
        "spare_rows": "driver_too_old",
        "nvlinks": "not_supported",
    }


def test_what_the_driver_keeps_is_not_called_used(driver: Path, old_driver: Path, tmp_path: Path) -> None:
    """As `nvidia-smi` tells it; before 510 the driver counts it in."""
    now = read("gpus 1", driver, tmp_path)["gpus"][0]
    old = read("gpus 1", old_driver, tmp_path)["gpus"][0]

    assert (now["memory_used"], now["health"]["memory_reserved"]) == (20_000_000_000, 450_000_000)
    assert (old["memory_used"], old["health"]["memory_reserved"]) == (20_450_000_000, None)


def test_a_lost_gpu_has_no_slow_readings_and_gets_them_back(driver: Path, tmp_path: Path) -> None:
    script = """
said = []
say("gpus 2")
sensors = NvmlSensors("rig", clock)
for order in ("gpus 2", "gpus 2\\nlost 1", "gpus 2", "gpus 2"):
    say(order)
    sensors.sample()
    sensors.survey()
    clock.seconds += 11
    said.append([gpu.health is not None for gpu in sensors.sample().gpus])
sensors.close()
print(json.dumps(said))
"""
    assert play(script, driver, tmp_path / "control") == [
        [True, True],
        [True, False],
        [True, False],
        [True, True],
    ]


def test_an_xid_is_heard_once_with_its_gpu(driver: Path, tmp_path: Path) -> None:
    script = """
say("gpus 4")
sensors = NvmlSensors("rig", clock)
sensors.sample()
heard = []
for order in ("gpus 4", "gpus 4\\nxid 3079", "gpus 4\\nxid 3079", "gpus 4\\nxid 1031"):
    say(order)
    assert sensors.wait_events(0.02)
    heard.append([(event.kind, event.uuid, event.index, event.facts["xid"]) for event in sensors.sample().happened])
sensors.close()
print(json.dumps(heard))
"""
    assert play(script, driver, tmp_path / "control") == [
        [],
        [["xid", "GPU-00000000-0000-4000-8000-000000000003", 3, 79]],
        [],
        [["xid", "GPU-00000000-0000-4000-8000-000000000001", 1, 31]],
    ]


def test_cards_that_tell_no_events_are_not_waited_for(driver: Path, tmp_path: Path) -> None:
    script = """
say("gpus 2\\nevents 0")
sensors = NvmlSensors("rig", clock)
sensors.sample()
print(json.dumps(sensors.wait_events(0.02)))
sensors.close()
"""
    assert play(script, driver, tmp_path / "control") is False


def test_events_go_on_after_the_driver_was_reloaded(driver: Path, tmp_path: Path) -> None:
    script = """
say("gpus 2")
sensors = NvmlSensors("rig", clock)
sensors.sample()
assert sensors.wait_events(0.02)
say("gpus 2\\ngone 1")
assert sensors.wait_events(0.02)
try:
    sensors.sample()
except DriverMissing:
    pass
say("gpus 2\\nxid 1048")
sensors.sample()
assert sensors.wait_events(0.02)
print(json.dumps([event.facts["xid"] for event in sensors.sample().happened]))
sensors.close()
"""
    assert play(script, driver, tmp_path / "control") == [48]


def test_two_gpus_with_one_uuid_are_told_apart(driver: Path, tmp_path: Path) -> None:
    script = """
say("gpus 3\\ntwice 2")
sensors = NvmlSensors("rig", clock)
first = sensors.sample()
clock.seconds += 30
second = sensors.sample()
sensors.close()
print(json.dumps([[gpu.uuid for gpu in first.gpus], [event.kind for event in first.happened],
                  [gpu.uuid for gpu in second.gpus], [event.kind for event in second.happened]]))
"""
    uuids = [
        "GPU-00000000-0000-4000-8000-000000000000",
        "GPU-00000000-0000-4000-8000-000000000001",
        "GPU-00000000-0000-4000-8000-000000000000#2",
    ]
    assert play(script, driver, tmp_path / "control") == [uuids, ["gpu_twice"], uuids, []]


def test_a_gpu_plugged_in_later_is_found(driver: Path, tmp_path: Path) -> None:
    script = """
say("gpus 1")
sensors = NvmlSensors("rig", clock)
counts = [len(sensors.sample().gpus)]
say("gpus 2")
for _ in range(3):
    clock.seconds += 9
    counts.append(len(sensors.sample().gpus))
sensors.close()
print(json.dumps(counts))
"""
    assert play(script, driver, tmp_path / "control") == [1, 1, 1, 2]


def test_a_gpu_whose_call_hung_is_left_out_and_the_others_are_read(driver: Path, tmp_path: Path) -> None:
    script = """
say("gpus 3")
sensors = NvmlSensors("rig", clock)
sensors.sample()
say("gpus 3\\nhang 1")
thread = threading.Thread(target=sensors.sample, daemon=True)
thread.start()
while not (sensors.asking(ReadingLane.FAST) or "").endswith("1"):
    pass
hung = sensors.asking(ReadingLane.FAST)
thread.join(0.1)
assert thread.is_alive()
sensors.leave_out(ReadingLane.FAST, hung)
said = []
for order in ("gpus 3\\nhang 1", "gpus 3\\nhang 1", "gpus 3"):
    say(order)
    clock.seconds += 11
    said.append([(gpu.gpu_percent, gpu.missing.get("temperature")) for gpu in sensors.sample().gpus])
thread.join(10)
clock.seconds += 120
said.append([(gpu.gpu_percent, gpu.missing.get("temperature")) for gpu in sensors.sample().gpus])
sensors.close()
print(json.dumps(said))
"""
    left_out = [[90, None], [None, "hangs"], [92, None]]
    assert play(script, driver, tmp_path / "control") == [
        left_out,
        left_out,
        left_out,
        [[90, None], [91, None], [92, None]],
    ]


def test_a_driver_upgraded_under_the_running_program_is_loaded_anew(tmp_path: Path) -> None:
    folder = build(tmp_path)
    script = """
say("gpus 1")
sensors = NvmlSensors("rig", clock)
said = [sensors.sample().driver_version]
for order in ("gpus 1\\ngone 1", "gpus 1\\ninit_error 18", "gpus 1\\ndriver 590"):
    say(order)
    try:
        said.append(sensors.sample().driver_version)
    except DriverMissing as error:
        said.append(error.reason)
import pynvml
said.append(pynvml.nvmlLib is not None)
sensors.close()
print(json.dumps(said))
"""
    assert play(script, folder, tmp_path / "control") == [
        "580.95.05",
        "driver_gone",
        "driver_mismatch",
        "590.95.05",
        True,
    ]


def test_the_library_is_not_let_go_while_another_thread_is_in_it(driver: Path, tmp_path: Path) -> None:
    script = """
from dbc_desktop.telemetry import nvml_library
say("gpus 1")
sensors = NvmlSensors("rig", clock)
sensors.sample()
inside, leave = threading.Event(), threading.Event()
def stay():
    with nvml_library.inside():
        inside.set()
        leave.wait(10)
thread = threading.Thread(target=stay)
thread.start()
inside.wait(10)
while_inside = nvml_library.let_go()
leave.set()
thread.join()
print(json.dumps([while_inside, nvml_library.let_go(), nvml_library.let_go()]))
"""
    assert play(script, driver, tmp_path / "control") == [False, True, False]


ASKED = """
say(sys.argv[2])
sensors = NvmlSensors("rig", clock)
uuid = sys.argv[3]
sensors.sample()
try:
    if sys.argv[4] == "pcie":
        asked = sensors.pcie_throughput(uuid)
        answer = [asked.sent, asked.received]
    else:
        answer = [sensors.set_power_limit(uuid, float(sys.argv[4])), sensors.sample().gpus[0].power_limit_watts]
except DbcError as error:
    answer = [type(error).__name__, *(str(one) for one in error.args)]
sensors.close()
print(json.dumps(answer))
"""
ZERO, NINE = "GPU-00000000-0000-4000-8000-000000000000", "GPU-00000000-0000-4000-8000-000000000009"


@pytest.mark.parametrize(
    ("order", "uuid", "what", "answer"),
    [
        ("gpus 1", ZERO, "pcie", [1_228_800, 3_481_600]),
        ("gpus 1\nno pcie_sent", ZERO, "pcie", ["ReadingMissing", "pcie_throughput: not_supported"]),
        ("gpus 1", NINE, "pcie", ["DeviceLost", NINE]),
        ("gpus 1", ZERO, "280", [280.0, 280.0]),
        ("gpus 1", ZERO, "20", ["ReadingMissing", "power_limit: not_supported"]),
        ("gpus 1\nread_only 1", ZERO, "280", ["ReadingMissing", "power_limit: no_permission"]),
        ("gpus 1\nno power_set", ZERO, "280", ["ReadingMissing", "power_limit: not_supported"]),
        ("gpus 2\nlost 0", ZERO, "280", ["DeviceLost", ZERO]),
    ],
)
def test_what_is_done_only_when_asked(
    order: str, uuid: str, what: str, answer: list[Any], driver: Path, tmp_path: Path
) -> None:
    assert play(ASKED, driver, tmp_path / "control", order, uuid, what) == answer

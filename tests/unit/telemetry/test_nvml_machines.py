"""Cards of seven generations, each with what it tells and what it does not, through the real pynvml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.doubles.fake_driver import play

ALL = """
sensors = NvmlSensors("rig", clock)
sensors.sample()
sensors.survey()
clock.seconds += 1
print(json.dumps(sample_document(sensors.sample())))
sensors.close()
"""


_KNOWN: dict[str, dict[str, Any]] = {}


def read(machine: str, driver: Path, tmp_path: Path) -> dict[str, Any]:
    """Each machine is asked once."""
    if machine not in _KNOWN:
        _KNOWN[machine] = play(ALL, driver, tmp_path / "control", machine=machine)
    return _KNOWN[machine]


def missing(part: dict[str, Any]) -> set[str]:
    """What is missing because the card does not support it, and for no other reason."""
    assert set(part["missing"].values()) <= {"not_supported"}
    assert all(part.get(name) is None for name in part["missing"])
    return set(part["missing"])


ECC = {"ecc_corrected", "ecc_lifetime", "has_ecc", "has_ecc_next", "retired_pages", "row_remapping", "spare_rows"}
NEWER = {"margin", "power_instant", "memory_power", "jpeg_percent", "optical_flow_percent"}
"""What cards before Ampere do not tell."""


@pytest.mark.parametrize(
    ("machine", "fast", "board", "health"),
    [
        (
            "gtx1080ti",
            {"memory_temperature", "energy_joules", "ecc_errors"},
            {"part_number", "serial", "memory_temperature_limit", "firmware_version"},
            {*ECC, *NEWER, "nvlinks", "has_mig", "memory_reserved"},
        ),
        (
            "v100",
            {"fan_percent"},
            {"firmware_version"},
            {*NEWER, "fan_percents", "row_remapping", "spare_rows", "has_mig"},
        ),
        (
            "rtx3090",
            {"memory_temperature", "ecc_errors"},
            {"part_number", "serial", "memory_temperature_limit"},
            {*ECC, "has_mig", "margin", "memory_power", "jpeg_percent"},
        ),
        (
            "a100",
            {"gpu_percent", "memory_percent", "fan_percent", "encoder_percent", "decoder_percent"},
            set(),
            {"fan_percents", "retired_pages", "margin", "memory_power", "jpeg_percent", "optical_flow_percent"},
        ),
        (
            "rtx4090",
            {"memory_temperature", "ecc_errors"},
            {"part_number", "serial", "memory_temperature_limit"},
            {*ECC, "nvlinks", "has_mig", "memory_power"} - {"has_ecc", "has_ecc_next"},
        ),
        ("h100", {"fan_percent"}, {"serial"}, {"fan_percents", "retired_pages", "nvlinks"}),
        ("h200", {"fan_percent"}, {"serial"}, {"fan_percents", "retired_pages", "nvlinks"}),
    ],
)
def test_a_card_tells_what_it_can_and_says_what_it_cannot(
    machine: str, fast: set[str], board: set[str], health: set[str], driver: Path, tmp_path: Path
) -> None:
    (gpu,) = read(machine, driver, tmp_path)["gpus"]

    assert missing(gpu) == fast
    assert missing(gpu["board"]) == board
    assert missing(gpu["health"]) == health


def test_a_card_in_slices(driver: Path, tmp_path: Path) -> None:
    health = read("a100", driver, tmp_path)["gpus"][0]["health"]

    assert health["has_mig"] is True
    assert health["mig"] == [
        {
            "uuid": "MIG-00000000-0000-4000-8000-000000000001",
            "name": "NVIDIA A100-SXM4-80GB MIG 1g.10gb",
            "gpu_instance": 1,
            "compute_instance": 0,
            "memory_used": 5_000_000_000,
            "memory_total": 12_271_335_131,
        },
        {
            "uuid": "MIG-00000000-0000-4000-8000-000000000002",
            "name": "NVIDIA A100-SXM4-80GB MIG 1g.10gb",
            "gpu_instance": 2,
            "compute_instance": 0,
            "memory_used": 5_000_000_000,
            "memory_total": 12_271_335_131,
        },
    ]
    assert health["row_remapping"] == {"corrected": 0, "uncorrected": 1, "is_pending": True, "has_failed": False}
    assert len(health["nvlinks"]) == 12


def test_the_boards_of_two_generations(driver: Path, tmp_path: Path) -> None:
    pascal = read("gtx1080ti", driver, tmp_path)["gpus"][0]["board"]
    hopper = read("h100", driver, tmp_path)["gpus"][0]["board"]

    assert (pascal["architecture"], hopper["architecture"]) == ("Pascal", "Hopper")
    assert (pascal["compute_capability"], hopper["compute_capability"]) == ([6, 1], [9, 0])
    assert (pascal["power_least"], pascal["power_most"], pascal["power_default"]) == (125.0, 300.0, 250.0)
    assert (hopper["shutdown_temperature"], hopper["memory_temperature_limit"]) == (95, 95)
    assert (hopper["firmware_version"], hopper["part_number"]) == ("580.159.04", "695-2G520-0200-000")
    assert (pascal["pci_address"], pascal["vbios_version"]) == ("0000:41:00.0", "86.02.39.00.01")
    assert (hopper["graphics_top_mhz"], hopper["memory_top_mhz"], hopper["video_top_mhz"]) == (1980, 2619, 1545)
    assert (pascal["cuda_cores"], pascal["memory_bus_bits"]) == (3584, 352)


def test_what_a_recorded_card_told_at_work(driver: Path, tmp_path: Path) -> None:
    """The H100 of the recording multiplied matrices and copied over the bus, at its power limit."""
    gpu = read("h100", driver, tmp_path)["gpus"][0]

    assert (gpu["gpu_percent"], gpu["memory_used"], gpu["memory_total"]) == (99, 14_347_468_800, 85_520_809_984)
    assert (gpu["power_watts"], gpu["power_limit_watts"], gpu["slowed_by"]) == (700.278, 700.0, ["power_limit"])
    assert (gpu["temperature"], gpu["temperature_limit"], gpu["health"]["margin"]) == (60, 89, 25)
    assert (gpu["memory_temperature"], gpu["graphics_mhz"], gpu["pcie_top"]) == (54, 1_410, [5, 16])
    assert (gpu["health"]["power_instant"], gpu["health"]["memory_power"]) == (397.071, 96.983)
    assert gpu["health"]["held_back"] == {
        "by_power": 8.268610144,
        "by_heat": 0.0,
        "by_sync": 0.0,
        "by_board": 0.0,
        "by_reliability": 0.0,
    }
    assert gpu["health"]["spare_rows"] == {"all_left": 2_560, "few_left": 0, "none_left": 0}

"""Cards of six generations, each with what it tells and what it does not, through the real pynvml."""

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


ECC = {"ecc_corrected", "ecc_lifetime", "has_ecc", "has_ecc_next", "retired_pages", "row_remapping"}


@pytest.mark.parametrize(
    ("machine", "fast", "board", "health"),
    [
        (
            "gtx1080ti",
            {"memory_temperature", "energy_joules", "ecc_errors"},
            {"part_number", "serial", "memory_temperature_limit"},
            {*ECC, "nvlinks", "has_mig", "memory_reserved"},
        ),
        ("v100", {"fan_percent"}, {"fan_count"}, {"fan_percents", "row_remapping", "has_mig"}),
        (
            "rtx3090",
            {"memory_temperature", "ecc_errors"},
            {"part_number", "serial", "memory_temperature_limit"},
            {*ECC, "has_mig"},
        ),
        (
            "a100",
            {"gpu_percent", "memory_percent", "fan_percent", "encoder_percent", "decoder_percent"},
            {"fan_count"},
            {"fan_percents", "retired_pages"},
        ),
        (
            "rtx4090",
            {"memory_temperature", "ecc_errors"},
            {"part_number", "serial", "memory_temperature_limit"},
            {"ecc_corrected", "ecc_lifetime", "retired_pages", "row_remapping", "nvlinks", "has_mig"},
        ),
        ("h100", {"fan_percent"}, {"fan_count", "target_temperature"}, {"fan_percents", "retired_pages"}),
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
    assert (hopper["shutdown_temperature"], hopper["memory_temperature_limit"]) == (92, 95)
    assert (hopper["serial"], hopper["part_number"]) == ("1652023000000", "692-2G520-0200-000")
    assert (pascal["pci_address"], pascal["vbios_version"]) == ("0000:41:00.0", "86.02.39.00.01")
    assert (hopper["graphics_top_mhz"], hopper["memory_top_mhz"], hopper["video_top_mhz"]) == (1980, 2619, 1545)
    assert (pascal["cuda_cores"], pascal["memory_bus_bits"]) == (3584, 352)

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.gpu_models import CUDA_CORES, cuda_cores
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.services.hardware import Host, hardware_of, read_host, this_computer

MACHINE = MachineId("ab" * 32)
HOST = Host("AMD EPYC 7402 24-Core Processor", 48, 2_800, 440, 480, 4_000)
GPU = GpuReading(
    "GPU-0", 0, "NVIDIA GeForce RTX 3080", 0.0, 98, 60, None, 10 * 2**30, 72, 340.0, 350.0, 60, 1_900, 9_501, {}
)


def rig(*gpus: GpuReading) -> RigSample:
    return RigSample("rig-01", "nvml", 0.0, gpus)


def test_four_cards_and_440_gb_have_the_calc_points_of_the_reference() -> None:
    """chain-rules 4.4: G=4, mem 440, 8704 cores, 10 GB -> 598.90 -> 59,890."""
    cards = [replace(GPU, uuid=f"GPU-{number}", index=number) for number in range(4)]
    assert hardware_of(HOST, rig(*cards), MACHINE) == HardwareInfo(
        MACHINE, "NVIDIA GeForce RTX 3080", 4, 8_704, 10, 59_890, 480, 4_000, "AMD EPYC 7402 24-Core Processor", 48,
        2_800, 440, "", True,
    )  # fmt: skip


def test_a_card_reports_a_little_less_memory_than_its_name_says() -> None:
    info = hardware_of(HOST, rig(replace(GPU, memory_total=25_757_220_864)), MACHINE)
    assert info.gpu_mem == 24


def test_the_most_frequent_model_counts() -> None:
    other = replace(GPU, uuid="GPU-9", name="NVIDIA GeForce RTX 2060")
    info = hardware_of(HOST, rig(other, GPU, replace(GPU, uuid="GPU-1")), MACHINE)
    assert (info.gpu_type, info.gpu_num) == ("NVIDIA GeForce RTX 3080", 2)


def test_an_unknown_model_gets_points_for_all_but_its_cores() -> None:
    """25 * 1 + 440 / 3.5 = 150.71."""
    info = hardware_of(HOST, rig(replace(GPU, name="NVIDIA GeForce RTX 9990")), MACHINE)
    assert (info.cuda_core, info.calc_point) == (0, 15_071)


def test_a_computer_without_readings_has_no_gpu_and_says_what_else_it_has() -> None:
    info = hardware_of(HOST, None, MACHINE)
    assert (info.gpu_type, info.gpu_num, info.gpu_mem, info.mem_num) == ("", 0, 0, 440)


@pytest.mark.parametrize(
    ("name", "cores"),
    [
        ("NVIDIA GeForce RTX 4090", 16_384),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
        ("NVIDIA A100-SXM4-80GB", 6_912),
        ("NVIDIA A100 80GB PCIe", 6_912),
        ("NVIDIA H100 PCIe", 14_592),
        ("NVIDIA H100 80GB HBM3", 16_896),
        ("NVIDIA H100 NVL", None),
        ("NVIDIA L40S", 18_176),
        ("Tesla V100-SXM2-32GB", 5_120),
        ("Tesla T4", 2_560),
        ("NVIDIA GeForce RTX 3080 Ti", 10_240),
        ("NVIDIA A1000", None),
        ("", None),
    ],
)
def test_cuda_cores_are_known_by_the_drivers_name_or_not_at_all(name: str, cores: int | None) -> None:
    assert cuda_cores(name) == cores


def test_the_table_holds_only_sane_numbers() -> None:
    assert all(1_000 <= cores <= 30_000 and cores % 64 == 0 for cores in CUDA_CORES.values())


def test_this_computer_is_read_from_its_operating_system() -> None:
    host = read_host()
    assert host.cpu_core_num >= 1
    assert host.mem_num >= 1
    assert host.sys_disk >= 1
    assert host.cpu_type
    info = this_computer(rig(GPU), MACHINE)
    assert (info.machine_id, info.gpu_num, info.rand_str, info.is_support) == (MACHINE, 1, "", True)

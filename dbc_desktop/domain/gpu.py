"""Readings of GPUs. What is missing is None with a reason, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    """Why a reading is not there."""

    NOT_SUPPORTED = "not_supported"
    NO_PERMISSION = "no_permission"
    GPU_LOST = "gpu_lost"
    DRIVER_TOO_OLD = "driver_too_old"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GpuReading:
    """One sample of one GPU.

    `taken_at` is seconds since 1970 (UTC). Memory in bytes, temperature in degrees Celsius, power in watts, clocks in
    MHz, fan and utilisations in percent. `missing` gives the reason for each reading that is None.

    Attributes:
        is_lost: It does not answer any more; `uuid`, `index` and `name` are those it had.
        temperature_limit: Where it slows itself down.
        slowed_by: Why its clocks are below their top now: `idle`, `settings`, `power_limit`, `heat`, `power_brake`,
            `hardware`, `sync`, `display`; empty where nothing holds it back.
        performance_state: 0 is the fastest, 15 the slowest.
        pcie_top: Generation and lanes that card and slot are capable of.
        ecc_errors: Uncorrected memory errors since the driver was loaded.
    """

    uuid: str
    index: int
    name: str
    taken_at: float
    gpu_percent: int | None
    memory_percent: int | None
    memory_used: int | None
    memory_total: int | None
    temperature: int | None
    power_watts: float | None
    power_limit_watts: float | None
    fan_percent: int | None
    graphics_mhz: int | None
    memory_mhz: int | None
    missing: Mapping[str, Missing]
    is_lost: bool = False
    temperature_limit: int | None = None
    memory_temperature: int | None = None
    video_mhz: int | None = None
    encoder_percent: int | None = None
    decoder_percent: int | None = None
    performance_state: int | None = None
    slowed_by: tuple[str, ...] | None = None
    pcie_generation: int | None = None
    pcie_lanes: int | None = None
    pcie_top: tuple[int, int] | None = None
    ecc_errors: int | None = None


@dataclass(frozen=True, slots=True)
class RigSample:
    """All GPUs of this computer at one instant.

    Attributes:
        source: `nvml` or `demo`; demo readings are not real and the window says so.
        trouble: Reason why there are no readings at all, e.g. `driver_gone`; None when all is well.
    """

    rig: str
    source: str
    taken_at: float
    gpus: tuple[GpuReading, ...]
    driver_version: str | None = None
    trouble: str | None = None

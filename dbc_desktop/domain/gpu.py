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
    MHz, fan and utilisations in percent. `missing` gives the reason for each field that is None.
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

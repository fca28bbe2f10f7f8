"""The calls of NVML behind each reading, and what its errors mean for a reading."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pynvml

from dbc_desktop.domain.gpu import Missing

Read = Callable[..., Any]
Single = tuple[str, Read, tuple[Any, ...], Callable[[Any], Any] | None]
"""A reading, the call behind it, what the call takes besides the GPU, and what makes its answer ours.

Most calls stand here as they are in `pynvml`: at seventeen a second and GPU, a function around each would be seen.
"""
Pair = tuple[tuple[str, str], Read, Callable[[Any], tuple[Any, Any]]]

LOST = frozenset({pynvml.NVML_ERROR_GPU_IS_LOST, pynvml.NVML_ERROR_RESET_REQUIRED, pynvml.NVML_ERROR_GPU_NOT_FOUND})
"""The GPU itself is gone, not one reading of it."""
GONE = frozenset({pynvml.NVML_ERROR_UNINITIALIZED, pynvml.NVML_ERROR_DRIVER_NOT_LOADED})
"""The driver went away under us."""
NEVER = frozenset({Missing.NOT_SUPPORTED, Missing.DRIVER_TOO_OLD})
"""Reasons that hold until the driver is opened anew; asking again each second would only cost."""

_REASONS = {
    pynvml.NVML_ERROR_NOT_SUPPORTED: Missing.NOT_SUPPORTED,
    pynvml.NVML_ERROR_VGPU_ECC_NOT_SUPPORTED: Missing.NOT_SUPPORTED,
    pynvml.NVML_ERROR_FUNCTION_NOT_FOUND: Missing.DRIVER_TOO_OLD,
    pynvml.NVML_ERROR_NO_PERMISSION: Missing.NO_PERMISSION,
}
UNKNOWN_VALUE = 0xFFFF_FFFF
"""What NVML answers where it has no value and no error."""
_SLOWED = (
    (pynvml.nvmlClocksThrottleReasonGpuIdle, "idle"),
    (pynvml.nvmlClocksThrottleReasonApplicationsClocksSetting, "settings"),
    (pynvml.nvmlClocksThrottleReasonSwPowerCap, "power_limit"),
    (pynvml.nvmlClocksThrottleReasonSwThermalSlowdown, "heat"),
    (pynvml.nvmlClocksThrottleReasonHwThermalSlowdown, "heat"),
    (pynvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown, "power_brake"),
    (pynvml.nvmlClocksThrottleReasonHwSlowdown, "hardware"),
    (pynvml.nvmlClocksThrottleReasonSyncBoost, "sync"),
    (pynvml.nvmlClocksThrottleReasonDisplayClockSetting, "display"),
)


class NoValue(Exception):
    """The driver answered without a value; `reason` is why."""

    def __init__(self, reason: Missing) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: pynvml.NVMLError) -> Missing:
    """What an error means for the one reading that was asked for."""
    return _REASONS.get(error.value, Missing.FAILED)


def _memory_temperature(handle: Any) -> int:
    field = pynvml.nvmlDeviceGetFieldValues(handle, (pynvml.NVML_FI_DEV_MEMORY_TEMP,))[0]
    if field.nvmlReturn:
        raise NoValue(_REASONS.get(field.nvmlReturn, Missing.FAILED))
    return int(field.value.uiVal)


def _watts(milliwatts: int) -> float:
    return milliwatts / 1000


def _first(answer: list[int]) -> int:
    return answer[0]


@lru_cache(maxsize=64)
def slowed_by(bits: int) -> tuple[str, ...]:
    """Words for the reasons that NVML gives as bits."""
    return tuple(dict.fromkeys(word for bit, word in _SLOWED if bits & bit)) if bits else ()


PAIRS: tuple[Pair, ...] = (
    (
        ("gpu_percent", "memory_percent"),
        pynvml.nvmlDeviceGetUtilizationRates,
        lambda rates: (rates.gpu, rates.memory),
    ),
    (
        ("memory_used", "memory_total"),
        pynvml.nvmlDeviceGetMemoryInfo,
        lambda memory: (memory.used, memory.total),
    ),
)
"""Calls that give two readings at once."""

SINGLES: tuple[Single, ...] = (
    ("temperature", pynvml.nvmlDeviceGetTemperature, (pynvml.NVML_TEMPERATURE_GPU,), None),
    ("power_watts", pynvml.nvmlDeviceGetPowerUsage, (), _watts),
    ("power_limit_watts", pynvml.nvmlDeviceGetEnforcedPowerLimit, (), _watts),
    ("fan_percent", pynvml.nvmlDeviceGetFanSpeed, (), None),
    ("graphics_mhz", pynvml.nvmlDeviceGetClockInfo, (pynvml.NVML_CLOCK_GRAPHICS,), None),
    ("memory_mhz", pynvml.nvmlDeviceGetClockInfo, (pynvml.NVML_CLOCK_MEM,), None),
    ("video_mhz", pynvml.nvmlDeviceGetClockInfo, (pynvml.NVML_CLOCK_VIDEO,), None),
    ("memory_temperature", _memory_temperature, (), None),
    ("encoder_percent", pynvml.nvmlDeviceGetEncoderUtilization, (), _first),
    ("decoder_percent", pynvml.nvmlDeviceGetDecoderUtilization, (), _first),
    ("performance_state", pynvml.nvmlDeviceGetPerformanceState, (), None),
    ("slowed_by", pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, (), slowed_by),
    ("pcie_generation", pynvml.nvmlDeviceGetCurrPcieLinkGeneration, (), None),
    ("pcie_lanes", pynvml.nvmlDeviceGetCurrPcieLinkWidth, (), None),
    (
        "ecc_errors",
        pynvml.nvmlDeviceGetTotalEccErrors,
        (pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC),
        None,
    ),
)
"""Calls that give one reading, each second."""

FIXED: tuple[tuple[str, Read], ...] = (
    (
        "temperature_limit",
        lambda handle: pynvml.nvmlDeviceGetTemperatureThreshold(handle, pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN),
    ),
    (
        "pcie_top",
        lambda handle: (
            pynvml.nvmlDeviceGetMaxPcieLinkGeneration(handle),
            pynvml.nvmlDeviceGetMaxPcieLinkWidth(handle),
        ),
    ),
)
"""Calls whose answer does not change; made once, when the devices are listed."""

"""The calls of NVML behind each reading, and what its errors mean for a reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pynvml

from dbc_desktop.domain.gpu import Missing

Read = Callable[[Any], Any]

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
_UNKNOWN_VALUE = 0xFFFF_FFFF
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


def _known(value: int) -> int:
    if value == _UNKNOWN_VALUE:
        raise NoValue(Missing.FAILED)
    return value


def _watts(milliwatts: int) -> float:
    return _known(milliwatts) / 1000


def _memory_temperature(handle: Any) -> int:
    field = pynvml.nvmlDeviceGetFieldValues(handle, (pynvml.NVML_FI_DEV_MEMORY_TEMP,))[0]
    if field.nvmlReturn:
        raise NoValue(_REASONS.get(field.nvmlReturn, Missing.FAILED))
    return _known(field.value.uiVal)


def _utilisation(handle: Any) -> tuple[int, int]:
    rates = pynvml.nvmlDeviceGetUtilizationRates(handle)
    return _known(rates.gpu), _known(rates.memory)


def _memory(handle: Any) -> tuple[int, int]:
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    return memory.used, memory.total


def slowed_by(bits: int) -> tuple[str, ...]:
    """Words for the reasons that NVML gives as bits."""
    return tuple(dict.fromkeys(word for bit, word in _SLOWED if bits & bit)) if bits else ()


PAIRS: tuple[tuple[tuple[str, str], Read], ...] = (
    (("gpu_percent", "memory_percent"), _utilisation),
    (("memory_used", "memory_total"), _memory),
)
"""Calls that give two readings at once."""

SINGLES: tuple[tuple[str, Read], ...] = (
    ("temperature", lambda h: _known(pynvml.nvmlDeviceGetTemperature(h, pynvml.NVML_TEMPERATURE_GPU))),
    ("power_watts", lambda h: _watts(pynvml.nvmlDeviceGetPowerUsage(h))),
    ("power_limit_watts", lambda h: _watts(pynvml.nvmlDeviceGetEnforcedPowerLimit(h))),
    ("fan_percent", lambda h: _known(pynvml.nvmlDeviceGetFanSpeed(h))),
    ("graphics_mhz", lambda h: _known(pynvml.nvmlDeviceGetClockInfo(h, pynvml.NVML_CLOCK_GRAPHICS))),
    ("memory_mhz", lambda h: _known(pynvml.nvmlDeviceGetClockInfo(h, pynvml.NVML_CLOCK_MEM))),
    ("video_mhz", lambda h: _known(pynvml.nvmlDeviceGetClockInfo(h, pynvml.NVML_CLOCK_VIDEO))),
    ("memory_temperature", _memory_temperature),
    ("encoder_percent", lambda h: _known(pynvml.nvmlDeviceGetEncoderUtilization(h)[0])),
    ("decoder_percent", lambda h: _known(pynvml.nvmlDeviceGetDecoderUtilization(h)[0])),
    ("performance_state", lambda h: _known(pynvml.nvmlDeviceGetPerformanceState(h))),
    ("slowed_by", lambda h: slowed_by(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons(h))),
    ("pcie_generation", lambda h: _known(pynvml.nvmlDeviceGetCurrPcieLinkGeneration(h))),
    ("pcie_lanes", lambda h: _known(pynvml.nvmlDeviceGetCurrPcieLinkWidth(h))),
    (
        "ecc_errors",
        lambda h: pynvml.nvmlDeviceGetTotalEccErrors(
            h, pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC
        ),
    ),
)
"""Calls that give one reading, each second."""

FIXED: tuple[tuple[str, Read], ...] = (
    (
        "temperature_limit",
        lambda h: _known(pynvml.nvmlDeviceGetTemperatureThreshold(h, pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN)),
    ),
    (
        "pcie_top",
        lambda h: (
            _known(pynvml.nvmlDeviceGetMaxPcieLinkGeneration(h)),
            _known(pynvml.nvmlDeviceGetMaxPcieLinkWidth(h)),
        ),
    ),
)
"""Calls whose answer does not change; made once, when the devices are listed."""

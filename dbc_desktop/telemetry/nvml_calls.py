"""The calls of NVML behind the readings of each second, and what its errors mean for a reading."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pynvml

from dbc_desktop.domain.gpu import Missing
from dbc_desktop.telemetry.metric_names import slowed_words

Read = Callable[..., Any]
Single = tuple[str, Read, tuple[Any, ...], int | None, Callable[[Any], Any] | None]
"""A reading, the call behind it, what the call takes besides the GPU, the most that can be, what makes it ours.

Most calls stand here as they are in `pynvml`: at eighteen a second and GPU, a function around each would be seen.
"""
Pair = tuple[tuple[str, str], Read, int, Callable[[Any], tuple[Any, Any]]]

LOST = frozenset({pynvml.NVML_ERROR_GPU_IS_LOST, pynvml.NVML_ERROR_RESET_REQUIRED, pynvml.NVML_ERROR_GPU_NOT_FOUND})
"""The GPU itself is gone, not one reading of it."""
GONE = frozenset({pynvml.NVML_ERROR_UNINITIALIZED, pynvml.NVML_ERROR_DRIVER_NOT_LOADED})
"""The driver went away under us."""
NEVER = frozenset({Missing.NOT_SUPPORTED, Missing.DRIVER_TOO_OLD})
"""Reasons that hold until the driver is opened anew; asking again each second would only cost."""

_REASONS = {
    pynvml.NVML_ERROR_NOT_SUPPORTED: Missing.NOT_SUPPORTED,
    pynvml.NVML_ERROR_INVALID_ARGUMENT: Missing.NOT_SUPPORTED,
    pynvml.NVML_ERROR_VGPU_ECC_NOT_SUPPORTED: Missing.NOT_SUPPORTED,
    pynvml.NVML_ERROR_FUNCTION_NOT_FOUND: Missing.DRIVER_TOO_OLD,
    pynvml.NVML_ERROR_ARGUMENT_VERSION_MISMATCH: Missing.DRIVER_TOO_OLD,
    pynvml.NVML_ERROR_NO_PERMISSION: Missing.NO_PERMISSION,
}
_PERCENT, _CELSIUS, _MILLIWATTS, _MHZ = 100, 200, 10_000_000, 20_000
_BYTES = 1 << 50
"""What is above cannot be: NVML answers 0xFFFFFFFF where it has no value, and broken firmware worse."""


class NoValue(Exception):
    """The driver answered without a value; `reason` is why."""

    def __init__(self, reason: Missing) -> None:
        super().__init__(reason)
        self.reason = reason


class GpuLost(Exception):
    """The GPU itself does not answer any more."""


def reason_of(error: pynvml.NVMLError | NoValue) -> Missing:
    """What an error means for the one reading that was asked for.

    Raises:
        GpuLost: It says that the whole GPU is gone.
        pynvml.NVMLError: The driver went away.
    """
    if isinstance(error, NoValue):
        return error.reason
    if error.value in GONE:
        raise error
    if error.value in LOST:
        raise GpuLost from error
    return reason_of_code(error.value)


def reason_of_code(code: int) -> Missing:
    """What an error code that came with one field of many means for that field."""
    return _REASONS.get(code, Missing.FAILED)


def text(call: Read, *of: Any) -> str:
    """A text of the driver, cut and printable.

    Raises:
        NoValue: It is not text at all.
    """
    try:
        given = str(call(*of))
    except UnicodeDecodeError as error:
        raise NoValue(Missing.FAILED) from error
    return "".join(letter for letter in given if letter.isprintable())[:96]


def memory_of(handle: Any) -> Any:
    """Memory with `total` and `used`; what driver and firmware keep for themselves is not among what is used.

    Drivers before 510 only know the older form of the call, which counts it in.
    """
    try:
        return pynvml.nvmlDeviceGetMemoryInfo(handle, pynvml.nvmlMemory_v2)
    except pynvml.NVMLError as error:
        if error.value not in _TOO_OLD:
            raise
    return pynvml.nvmlDeviceGetMemoryInfo(handle)


_TOO_OLD = (
    pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
    pynvml.NVML_ERROR_ARGUMENT_VERSION_MISMATCH,
    pynvml.NVML_ERROR_NOT_SUPPORTED,
)


def _memory_temperature(handle: Any) -> int:
    field = pynvml.nvmlDeviceGetFieldValues(handle, (pynvml.NVML_FI_DEV_MEMORY_TEMP,))[0]
    if field.nvmlReturn:
        raise NoValue(reason_of_code(field.nvmlReturn))
    return int(field.value.uiVal)


def thousandths(value: int) -> float:
    """Watts of milliwatts, joules of millijoules."""
    return value / 1000


def _engine_percent(answer: list[int]) -> int:
    if answer[0] > _PERCENT:
        raise NoValue(Missing.FAILED)
    return answer[0]


@lru_cache(maxsize=64)
def slowed_by(bits: int) -> tuple[str, ...]:
    """Words for the reasons that NVML gives as bits."""
    return slowed_words(bits) if bits else ()


PAIRS: tuple[Pair, ...] = (
    (
        ("gpu_percent", "memory_percent"),
        pynvml.nvmlDeviceGetUtilizationRates,
        _PERCENT,
        lambda rates: (rates.gpu, rates.memory),
    ),
    (
        ("memory_used", "memory_total"),
        memory_of,
        _BYTES,
        lambda memory: (memory.used, memory.total),
    ),
)
"""Calls that give two readings at once."""

SINGLES: tuple[Single, ...] = (
    ("temperature", pynvml.nvmlDeviceGetTemperature, (pynvml.NVML_TEMPERATURE_GPU,), _CELSIUS, None),
    ("power_watts", pynvml.nvmlDeviceGetPowerUsage, (), _MILLIWATTS, thousandths),
    ("power_limit_watts", pynvml.nvmlDeviceGetEnforcedPowerLimit, (), _MILLIWATTS, thousandths),
    ("energy_joules", pynvml.nvmlDeviceGetTotalEnergyConsumption, (), 1 << 62, thousandths),
    ("fan_percent", pynvml.nvmlDeviceGetFanSpeed, (), 300, None),
    ("graphics_mhz", pynvml.nvmlDeviceGetClockInfo, (pynvml.NVML_CLOCK_GRAPHICS,), _MHZ, None),
    ("memory_mhz", pynvml.nvmlDeviceGetClockInfo, (pynvml.NVML_CLOCK_MEM,), _MHZ, None),
    ("video_mhz", pynvml.nvmlDeviceGetClockInfo, (pynvml.NVML_CLOCK_VIDEO,), _MHZ, None),
    ("memory_temperature", _memory_temperature, (), _CELSIUS, None),
    ("encoder_percent", pynvml.nvmlDeviceGetEncoderUtilization, (), None, _engine_percent),
    ("decoder_percent", pynvml.nvmlDeviceGetDecoderUtilization, (), None, _engine_percent),
    ("performance_state", pynvml.nvmlDeviceGetPerformanceState, (), 15, None),
    ("slowed_by", pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, (), None, slowed_by),
    ("pcie_generation", pynvml.nvmlDeviceGetCurrPcieLinkGeneration, (), 15, None),
    ("pcie_lanes", pynvml.nvmlDeviceGetCurrPcieLinkWidth, (), 64, None),
    (
        "ecc_errors",
        pynvml.nvmlDeviceGetTotalEccErrors,
        (pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC),
        1 << 62,
        None,
    ),
)
"""Calls that give one reading, each second. A fan may turn faster than its maker's 100 %."""

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

"""The static lane: what NVML tells about a card once, when it is found."""

from __future__ import annotations

from typing import Any

import pynvml

from dbc_desktop.domain.gpu import Missing
from dbc_desktop.domain.gpu_board import GpuBoard
from dbc_desktop.telemetry import nvml_calls
from dbc_desktop.telemetry.nvml_calls import NoValue, Read, text, thousandths

_ARCHITECTURES = {
    pynvml.NVML_DEVICE_ARCH_KEPLER: "Kepler",
    pynvml.NVML_DEVICE_ARCH_MAXWELL: "Maxwell",
    pynvml.NVML_DEVICE_ARCH_PASCAL: "Pascal",
    pynvml.NVML_DEVICE_ARCH_VOLTA: "Volta",
    pynvml.NVML_DEVICE_ARCH_TURING: "Turing",
    pynvml.NVML_DEVICE_ARCH_AMPERE: "Ampere",
    pynvml.NVML_DEVICE_ARCH_ADA: "Ada",
    pynvml.NVML_DEVICE_ARCH_HOPPER: "Hopper",
    pynvml.NVML_DEVICE_ARCH_BLACKWELL: "Blackwell",
}


def _architecture(handle: Any) -> str:
    number = pynvml.nvmlDeviceGetArchitecture(handle)
    name = _ARCHITECTURES.get(number)
    if name is None:
        raise NoValue(Missing.FAILED)
    return name


def _pci_address(handle: Any) -> str:
    """`0000:41:00.0`: the driver pads the domain to eight digits."""
    bus = pynvml.nvmlDeviceGetPciInfo(handle).busId
    address = bus.decode("ascii", errors="replace") if isinstance(bus, bytes) else str(bus)
    domain, _, rest = address.partition(":")
    return f"{domain[-4:]}:{rest}".lower()[:32]


def _firmware(handle: Any) -> str:
    """Cards before Turing, and drivers that do not use it, have none."""
    version = pynvml.nvmlDeviceGetGspFirmwareVersion(handle)
    return version.decode("ascii", errors="replace") if isinstance(version, bytes) else str(version)


def _threshold(kind: int) -> Read:
    return lambda handle: int(pynvml.nvmlDeviceGetTemperatureThreshold(handle, kind))


def _top_clock(kind: int) -> Read:
    return lambda handle: int(pynvml.nvmlDeviceGetMaxClockInfo(handle, kind))


_CALLS: tuple[tuple[str, Read], ...] = (
    ("architecture", _architecture),
    ("vbios_version", lambda handle: text(pynvml.nvmlDeviceGetVbiosVersion, handle)),
    ("part_number", lambda handle: text(pynvml.nvmlDeviceGetBoardPartNumber, handle)),
    ("serial", lambda handle: text(pynvml.nvmlDeviceGetSerial, handle)),
    ("pci_address", _pci_address),
    ("cuda_cores", lambda handle: int(pynvml.nvmlDeviceGetNumGpuCores(handle))),
    ("compute_capability", lambda handle: tuple(pynvml.nvmlDeviceGetCudaComputeCapability(handle))),
    ("memory_bus_bits", lambda handle: int(pynvml.nvmlDeviceGetMemoryBusWidth(handle))),
    ("shutdown_temperature", _threshold(pynvml.NVML_TEMPERATURE_THRESHOLD_SHUTDOWN)),
    ("target_temperature", _threshold(pynvml.NVML_TEMPERATURE_THRESHOLD_GPU_MAX)),
    ("memory_temperature_limit", _threshold(pynvml.NVML_TEMPERATURE_THRESHOLD_MEM_MAX)),
    ("power_default", lambda handle: thousandths(pynvml.nvmlDeviceGetPowerManagementDefaultLimit(handle))),
    ("graphics_top_mhz", _top_clock(pynvml.NVML_CLOCK_GRAPHICS)),
    ("memory_top_mhz", _top_clock(pynvml.NVML_CLOCK_MEM)),
    ("video_top_mhz", _top_clock(pynvml.NVML_CLOCK_VIDEO)),
    ("fan_count", lambda handle: int(pynvml.nvmlDeviceGetNumFans(handle))),
    ("firmware_version", lambda handle: text(_firmware, handle)),
    ("bar1_total", lambda handle: int(pynvml.nvmlDeviceGetBAR1MemoryInfo(handle).bar1Total)),
)


def read_board(handle: Any) -> GpuBoard:
    """Ask a card what it is.

    Raises:
        GpuLost: It does not answer.
        pynvml.NVMLError: The driver went away.
    """
    values: dict[str, Any] = {}
    missing: dict[str, Missing] = {}
    for key, read in _CALLS:
        try:
            values[key] = read(handle)
        except (pynvml.NVMLError, NoValue) as error:
            missing[key] = nvml_calls.reason_of(error)
    try:
        least, most = pynvml.nvmlDeviceGetPowerManagementLimitConstraints(handle)
        values["power_least"], values["power_most"] = thousandths(least), thousandths(most)
    except pynvml.NVMLError as error:
        missing["power_least"] = missing["power_most"] = nvml_calls.reason_of(error)
    return GpuBoard(missing=missing, **values)

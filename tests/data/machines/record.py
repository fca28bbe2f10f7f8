"""Asks this computer's first card everything that `../fake_nvml.c` can answer, and prints it as a file for this folder.

    python tests/data/machines/record.py > tests/data/machines/NAME.txt

It calls NVML itself, not through the program, so that what the program makes of a card can be held against it. What
tells one card from another (serial number, UUID, bus address) is left out. Play something on the card meanwhile, so
that the readings are those of work.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pynvml as n

TEXTS: dict[str, Callable[[Any], Any]] = {
    "name": n.nvmlDeviceGetName,
    "vbios": n.nvmlDeviceGetVbiosVersion,
    "part": n.nvmlDeviceGetBoardPartNumber,
    "firmware": lambda card: n.nvmlDeviceGetGspFirmwareVersion(card).decode("ascii"),
}


def threshold(kind: int) -> Callable[[Any], int]:
    return lambda card: n.nvmlDeviceGetTemperatureThreshold(card, kind)


def clock(kind: int) -> Callable[[Any], int]:
    return lambda card: n.nvmlDeviceGetClockInfo(card, kind)


def top_clock(kind: int) -> Callable[[Any], int]:
    return lambda card: n.nvmlDeviceGetMaxClockInfo(card, kind)


def ecc(kind: int, counter: int) -> Callable[[Any], int]:
    return lambda card: n.nvmlDeviceGetTotalEccErrors(card, kind, counter)


def field(number: int, scope: int = 0) -> Callable[[Any], int]:
    def read(card: Any) -> int:
        answer = n.nvmlDeviceGetFieldValues(card, ((number, scope),))[0]
        if answer.nvmlReturn:
            raise n.NVMLError(answer.nvmlReturn)
        is_long = answer.valueType in (n.NVML_VALUE_TYPE_UNSIGNED_LONG, n.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG)
        return int(answer.value.ullVal if is_long else answer.value.uiVal)

    return read


def spare(banks: Any) -> dict[str, int]:
    return {"all": banks.max, "few": banks.high + banks.partial + banks.low, "none": banks.none}


def spare_rows(which: str) -> Callable[[Any], int]:
    return lambda card: spare(n.nvmlDeviceGetRowRemapperHistogram(card))[which]


def links(card: Any) -> int:
    """How many links the card knows, up or down."""
    n.nvmlDeviceGetNvLinkState(card, 0)
    for number in range(n.NVML_NVLINK_MAX_LINKS):
        try:
            n.nvmlDeviceGetNvLinkState(card, number)
        except n.NVMLError:
            return number
    return int(n.NVML_NVLINK_MAX_LINKS)


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "architecture": n.nvmlDeviceGetArchitecture,
    "capability": lambda card: (lambda pair: pair[0] * 10 + pair[1])(n.nvmlDeviceGetCudaComputeCapability(card)),
    "cores": n.nvmlDeviceGetNumGpuCores,
    "bus_bits": n.nvmlDeviceGetMemoryBusWidth,
    "cuda": lambda _card: n.nvmlSystemGetCudaDriverVersion(),
    "gpu_percent": lambda card: n.nvmlDeviceGetUtilizationRates(card).gpu,
    "memory_percent": lambda card: n.nvmlDeviceGetUtilizationRates(card).memory,
    "memory_total": lambda card: n.nvmlDeviceGetMemoryInfo(card).total,
    "memory_used": lambda card: n.nvmlDeviceGetMemoryInfo(card, version=n.nvmlMemory_v2).used,
    "memory_reserved": lambda card: n.nvmlDeviceGetMemoryInfo(card, version=n.nvmlMemory_v2).reserved,
    "bar1_total": lambda card: n.nvmlDeviceGetBAR1MemoryInfo(card).bar1Total,
    "bar1_used": lambda card: n.nvmlDeviceGetBAR1MemoryInfo(card).bar1Used,
    "temperature": lambda card: n.nvmlDeviceGetTemperature(card, n.NVML_TEMPERATURE_GPU),
    "shutdown_temperature": threshold(n.NVML_TEMPERATURE_THRESHOLD_SHUTDOWN),
    "slowdown_temperature": threshold(n.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN),
    "memory_limit": threshold(n.NVML_TEMPERATURE_THRESHOLD_MEM_MAX),
    "target_temperature": threshold(n.NVML_TEMPERATURE_THRESHOLD_GPU_MAX),
    "memory_temperature": field(n.NVML_FI_DEV_MEMORY_TEMP),
    "power": n.nvmlDeviceGetPowerUsage,
    "power_limit": n.nvmlDeviceGetEnforcedPowerLimit,
    "power_set": n.nvmlDeviceGetPowerManagementLimit,
    "power_least": lambda card: n.nvmlDeviceGetPowerManagementLimitConstraints(card)[0],
    "power_most": lambda card: n.nvmlDeviceGetPowerManagementLimitConstraints(card)[1],
    "power_default": n.nvmlDeviceGetPowerManagementDefaultLimit,
    "energy": n.nvmlDeviceGetTotalEnergyConsumption,
    "fan": n.nvmlDeviceGetFanSpeed,
    "fans": n.nvmlDeviceGetNumFans,
    "graphics": clock(n.NVML_CLOCK_GRAPHICS),
    "sm": clock(n.NVML_CLOCK_SM),
    "memory_clock": clock(n.NVML_CLOCK_MEM),
    "video": clock(n.NVML_CLOCK_VIDEO),
    "graphics_top": top_clock(n.NVML_CLOCK_GRAPHICS),
    "memory_top": top_clock(n.NVML_CLOCK_MEM),
    "video_top": top_clock(n.NVML_CLOCK_VIDEO),
    "state": n.nvmlDeviceGetPerformanceState,
    "generation": n.nvmlDeviceGetCurrPcieLinkGeneration,
    "lanes": n.nvmlDeviceGetCurrPcieLinkWidth,
    "top_generation": n.nvmlDeviceGetMaxPcieLinkGeneration,
    "top_lanes": n.nvmlDeviceGetMaxPcieLinkWidth,
    "replays": n.nvmlDeviceGetPcieReplayCounter,
    "slowed": n.nvmlDeviceGetCurrentClocksThrottleReasons,
    "ecc_mode": lambda card: n.nvmlDeviceGetEccMode(card)[0],
    "ecc_uncorrected": ecc(n.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, n.NVML_VOLATILE_ECC),
    "ecc_corrected": ecc(n.NVML_MEMORY_ERROR_TYPE_CORRECTED, n.NVML_VOLATILE_ECC),
    "ecc_lifetime": ecc(n.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, n.NVML_AGGREGATE_ECC),
    "retired_pages": lambda card: sum(len(n.nvmlDeviceGetRetiredPages(card, cause)) for cause in (0, 1)),
    "remapped_corrected": lambda card: n.nvmlDeviceGetRemappedRows(card)[0],
    "remapped_uncorrected": lambda card: n.nvmlDeviceGetRemappedRows(card)[1],
    "remap_pending": lambda card: n.nvmlDeviceGetRemappedRows(card)[2],
    "remap_failed": lambda card: n.nvmlDeviceGetRemappedRows(card)[3],
    "encoder": lambda card: n.nvmlDeviceGetEncoderUtilization(card)[0],
    "decoder": lambda card: n.nvmlDeviceGetDecoderUtilization(card)[0],
    "links": links,
    "link_generation": lambda card: n.nvmlDeviceGetNvLinkVersion(card, 0),
    "mig": lambda card: n.nvmlDeviceGetMigMode(card)[0],
    "compute_mode": n.nvmlDeviceGetComputeMode,
    "persistent": n.nvmlDeviceGetPersistenceMode,
    "pcie_sent": lambda card: n.nvmlDeviceGetPcieThroughput(card, n.NVML_PCIE_UTIL_TX_BYTES),
    "pcie_received": lambda card: n.nvmlDeviceGetPcieThroughput(card, n.NVML_PCIE_UTIL_RX_BYTES),
    "margin": n.nvmlDeviceGetMarginTemperature,
    "jpeg": lambda card: n.nvmlDeviceGetJpgUtilization(card)[0],
    "optical_flow": lambda card: n.nvmlDeviceGetOfaUtilization(card)[0],
    "power_instant": field(n.NVML_FI_DEV_POWER_INSTANT),
    "memory_power": field(n.NVML_FI_DEV_POWER_AVERAGE, n.NVML_POWER_SCOPE_MEMORY),
    "held_power": field(n.NVML_FI_DEV_PERF_POLICY_POWER),
    "held_heat": field(n.NVML_FI_DEV_PERF_POLICY_THERMAL),
    "held_sync": field(n.NVML_FI_DEV_PERF_POLICY_SYNC_BOOST),
    "held_board": field(n.NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT),
    "held_reliability": field(n.NVML_FI_DEV_PERF_POLICY_RELIABILITY),
    "spare_all": spare_rows("all"),
    "spare_few": spare_rows("few"),
    "spare_none": spare_rows("none"),
    "events": n.nvmlDeviceGetSupportedEventTypes,
}
"""Where one call gives several of these, the fake driver refuses them by the first of their names."""


def lines() -> list[str]:
    n.nvmlInit()
    card = n.nvmlDeviceGetHandleByIndex(0)
    driver = n.nvmlSystemGetDriverVersion()
    made = [f"# recorded from a real card, driver {driver}, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}"]
    made.append(f"driver {driver.partition('.')[0]}")
    for key, read in {**TEXTS, **NUMBERS}.items():
        try:
            made.append(f"{key} {read(card)}")
        except n.NVMLError as error:
            word = "denied" if error.value == n.NVML_ERROR_NO_PERMISSION else "no"
            made.append(f"{word} {key}")
            if error.value not in (n.NVML_ERROR_NOT_SUPPORTED, n.NVML_ERROR_NO_PERMISSION):
                made[-1] = f"# {key}: error {error.value}\n{made[-1]}"
    n.nvmlShutdown()
    return made


if __name__ == "__main__":
    print("\n".join(lines()))

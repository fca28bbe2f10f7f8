"""The slow lane: what NVML tells about a card some times a minute."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pynvml

from dbc_desktop.domain.gpu import Missing
from dbc_desktop.domain.gpu_board import (
    ComputeMode,
    GpuHealth,
    GpuProcess,
    HeldBack,
    MigInstance,
    NvLink,
    ProcessKind,
    RowRemapping,
    SpareRows,
)
from dbc_desktop.telemetry import nvml_calls
from dbc_desktop.telemetry.nvml_calls import NoValue, text, thousandths
from dbc_desktop.telemetry.processes import ProcessTable

_MODES = {
    pynvml.NVML_COMPUTEMODE_DEFAULT: ComputeMode.SHARED,
    pynvml.NVML_COMPUTEMODE_EXCLUSIVE_THREAD: ComputeMode.EXCLUSIVE_THREAD,
    pynvml.NVML_COMPUTEMODE_PROHIBITED: ComputeMode.PROHIBITED,
    pynvml.NVML_COMPUTEMODE_EXCLUSIVE_PROCESS: ComputeMode.EXCLUSIVE,
}
_MOST_PROCESSES = 256
_VOLATILE, _LIFETIME = pynvml.NVML_VOLATILE_ECC, pynvml.NVML_AGGREGATE_ECC


def read_health(
    handle: Any,
    fan_count: int,
    never: dict[str, Missing],
    processes: ProcessTable,
    taken_at: float,
    monotonic: Callable[[], float],
) -> GpuHealth:
    """Ask a card how it is.

    Args:
        handle: NVML's own.
        fan_count: How many fans it has.
        never: What it does not support; what turns out so is added, and not asked again.
        processes: Who processes are.
        taken_at: Seconds since 1970.
        monotonic: For what it costs.

    Raises:
        GpuLost: It does not answer.
        pynvml.NVMLError: The driver went away.
    """
    started = monotonic()
    values: dict[str, Any] = {}
    missing: dict[str, Missing] = dict(never)
    for key, read in _CALLS:
        if key not in never:
            _attempt(values, missing, never, key, partial(read, handle))
    if "fan_percents" not in never:
        _attempt(values, missing, never, "fan_percents", lambda: _fans(handle, fan_count))
    if values.get("has_mig"):
        values["mig"] = _slices(handle)
    _attempt(values, missing, never, "processes", lambda: _processes(handle, processes))
    if any(process.memory is None for process in values.get("processes", ())):
        missing["process_memory"] = Missing.NOT_SUPPORTED
    mode = values.pop("ecc", None)
    if mode is not None:
        values["has_ecc"], values["has_ecc_next"] = mode
    for name in ("has_ecc", "has_ecc_next"):
        if "ecc" in missing:
            missing[name] = missing["ecc"]
    missing.pop("ecc", None)
    return GpuHealth(taken_at=taken_at, missing=missing, cost_seconds=monotonic() - started, **values)


def _attempt(
    values: dict[str, Any],
    missing: dict[str, Missing],
    never: dict[str, Missing],
    key: str,
    read: Callable[[], Any],
) -> None:
    try:
        values[key] = read()
    except (pynvml.NVMLError, NoValue) as error:
        missing[key] = reason = nvml_calls.reason_of(error)
        if reason in nvml_calls.NEVER:
            never[key] = reason


def _reserved(handle: Any) -> int:
    return int(pynvml.nvmlDeviceGetMemoryInfo(handle, pynvml.nvmlMemory_v2).reserved)


def _remapping(handle: Any) -> RowRemapping:
    corrected, uncorrected, is_pending, has_failed = pynvml.nvmlDeviceGetRemappedRows(handle)
    return RowRemapping(int(corrected), int(uncorrected), bool(is_pending), bool(has_failed))


def _spare_rows(handle: Any) -> SpareRows:
    banks = pynvml.nvmlDeviceGetRowRemapperHistogram(handle)
    return SpareRows(int(banks.max), int(banks.high + banks.partial + banks.low), int(banks.none))


_VIOLATIONS = (
    ("by_power", pynvml.NVML_FI_DEV_PERF_POLICY_POWER),
    ("by_heat", pynvml.NVML_FI_DEV_PERF_POLICY_THERMAL),
    ("by_sync", pynvml.NVML_FI_DEV_PERF_POLICY_SYNC_BOOST),
    ("by_board", pynvml.NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT),
    ("by_reliability", pynvml.NVML_FI_DEV_PERF_POLICY_RELIABILITY),
)


def _held_back(handle: Any) -> HeldBack:
    answers = pynvml.nvmlDeviceGetFieldValues(handle, [number for _, number in _VIOLATIONS])
    told = {
        name: None if answer.nvmlReturn else answer.value.ullVal / 1e9
        for (name, _), answer in zip(_VIOLATIONS, answers, strict=True)
    }
    if all(seconds is None for seconds in told.values()):
        raise NoValue(nvml_calls.reason_of_code(answers[0].nvmlReturn))
    return HeldBack(**told)


_MOST_WATTS = 10_000.0


def _power(handle: Any, field: int | tuple[int, int]) -> float:
    """Watts of a field in milliwatts."""
    answer = pynvml.nvmlDeviceGetFieldValues(handle, [field])[0]
    if answer.nvmlReturn:
        raise NoValue(nvml_calls.reason_of_code(answer.nvmlReturn))
    watts = thousandths(answer.value.uiVal)
    if watts > _MOST_WATTS:
        raise NoValue(Missing.FAILED)
    return watts


def _percent(call: Callable[..., Any]) -> Callable[[Any], int]:
    def read(handle: Any) -> int:
        value = int(call(handle)[0])
        if value > 100:
            raise NoValue(Missing.FAILED)
        return value

    return read


def _margin(handle: Any) -> int:
    margin = int(pynvml.nvmlDeviceGetMarginTemperature(handle))
    if not -100 <= margin <= 200:
        raise NoValue(Missing.FAILED)
    return margin


def _retired(handle: Any) -> int:
    causes = (
        pynvml.NVML_PAGE_RETIREMENT_CAUSE_MULTIPLE_SINGLE_BIT_ECC_ERRORS,
        pynvml.NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR,
    )
    return sum(len(pynvml.nvmlDeviceGetRetiredPages(handle, cause)) for cause in causes)


def _compute_mode(handle: Any) -> ComputeMode:
    mode = _MODES.get(pynvml.nvmlDeviceGetComputeMode(handle))
    if mode is None:
        raise NoValue(Missing.FAILED)
    return mode


def _fans(handle: Any, count: int) -> tuple[int | None, ...]:
    if count == 0:
        raise NoValue(Missing.NOT_SUPPORTED)
    return tuple(_maybe(pynvml.nvmlDeviceGetFanSpeed_v2, handle, number) for number in range(min(count, 16)))


def _maybe(call: Callable[..., Any], *of: Any) -> int | None:
    """A number, or None where this one is not told; a GPU or driver that is gone is heard."""
    try:
        return int(call(*of))
    except pynvml.NVMLError as error:
        nvml_calls.reason_of(error)
        return None


def _links(handle: Any) -> tuple[NvLink, ...]:
    """All links there are; the first one that the card does not know ends the list."""
    links: list[NvLink] = []
    for number in range(pynvml.NVML_NVLINK_MAX_LINKS):
        try:
            is_up = bool(pynvml.nvmlDeviceGetNvLinkState(handle, number))
        except pynvml.NVMLError as error:
            reason = nvml_calls.reason_of(error)
            if number == 0:
                raise NoValue(reason) from error
            break
        if not is_up:
            links.append(NvLink(number, is_up))
            continue
        counts = {
            name: _maybe(pynvml.nvmlDeviceGetNvLinkErrorCounter, handle, number, kind)
            for name, kind in (
                ("replay_errors", pynvml.NVML_NVLINK_ERROR_DL_REPLAY),
                ("recovery_errors", pynvml.NVML_NVLINK_ERROR_DL_RECOVERY),
                ("crc_errors", pynvml.NVML_NVLINK_ERROR_DL_CRC_FLIT),
            )
        }
        generation = _maybe(pynvml.nvmlDeviceGetNvLinkVersion, handle, number)
        links.append(NvLink(number, is_up, generation=generation, **counts))
    return tuple(links)


def _slices(handle: Any) -> tuple[MigInstance, ...]:
    made = []
    for number in range(min(16, _maybe(pynvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0)):
        try:
            one = pynvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, number)
            uuid, name = text(pynvml.nvmlDeviceGetUUID, one), text(pynvml.nvmlDeviceGetName, one)
        except (pynvml.NVMLError, NoValue) as error:
            nvml_calls.reason_of(error)
            continue
        instances = (
            _maybe(pynvml.nvmlDeviceGetGpuInstanceId, one),
            _maybe(pynvml.nvmlDeviceGetComputeInstanceId, one),
        )
        used = total = None
        try:
            memory = nvml_calls.memory_of(one)
            used, total = int(memory.used), int(memory.total)
        except pynvml.NVMLError as error:
            nvml_calls.reason_of(error)
        made.append(MigInstance(uuid, name, *instances, used, total))
    return tuple(made)


_LISTS = (
    (
        ProcessKind.COMPUTE,
        (pynvml.nvmlDeviceGetComputeRunningProcesses_v3, pynvml.nvmlDeviceGetComputeRunningProcesses_v2),
    ),
    (
        ProcessKind.GRAPHICS,
        (pynvml.nvmlDeviceGetGraphicsRunningProcesses_v3, pynvml.nvmlDeviceGetGraphicsRunningProcesses_v2),
    ),
)


def _processes(handle: Any, table: ProcessTable) -> tuple[GpuProcess, ...]:
    found: dict[int, GpuProcess] = {}
    for kind, calls in _LISTS:
        for one in _listed(handle, calls)[:_MOST_PROCESSES]:
            facts = table.facts(int(one.pid))
            memory = None if one.usedGpuMemory is None else int(one.usedGpuMemory)
            found.setdefault(
                int(one.pid),
                GpuProcess(
                    int(one.pid), kind, facts.user, facts.command, memory, facts.started_at, facts.container
                ),
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda process: -(process.memory or 0)))


def _listed(handle: Any, calls: tuple[Callable[[Any], list[Any]], ...]) -> list[Any]:
    """By the newest form of the call that the driver knows."""
    for call in calls[:-1]:
        try:
            return call(handle)
        except pynvml.NVMLError as error:
            if error.value != pynvml.NVML_ERROR_FUNCTION_NOT_FOUND:
                raise
    return calls[-1](handle)


_CALLS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("memory_reserved", _reserved),
    ("bar1_used", lambda handle: int(pynvml.nvmlDeviceGetBAR1MemoryInfo(handle).bar1Used)),
    ("margin", _margin),
    ("power_instant", lambda handle: _power(handle, pynvml.NVML_FI_DEV_POWER_INSTANT)),
    (
        "memory_power",
        lambda handle: _power(handle, (pynvml.NVML_FI_DEV_POWER_AVERAGE, pynvml.NVML_POWER_SCOPE_MEMORY)),
    ),
    ("held_back", _held_back),
    ("jpeg_percent", _percent(pynvml.nvmlDeviceGetJpgUtilization)),
    ("optical_flow_percent", _percent(pynvml.nvmlDeviceGetOfaUtilization)),
    ("power_set", lambda handle: thousandths(pynvml.nvmlDeviceGetPowerManagementLimit(handle))),
    ("pcie_replays", lambda handle: int(pynvml.nvmlDeviceGetPcieReplayCounter(handle))),
    ("ecc", lambda handle: tuple(bool(state) for state in pynvml.nvmlDeviceGetEccMode(handle))),
    (
        "ecc_corrected",
        lambda handle: int(
            pynvml.nvmlDeviceGetTotalEccErrors(handle, pynvml.NVML_MEMORY_ERROR_TYPE_CORRECTED, _VOLATILE)
        ),
    ),
    (
        "ecc_lifetime",
        lambda handle: int(
            pynvml.nvmlDeviceGetTotalEccErrors(handle, pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, _LIFETIME)
        ),
    ),
    ("retired_pages", _retired),
    ("row_remapping", _remapping),
    ("spare_rows", _spare_rows),
    ("nvlinks", _links),
    ("has_mig", lambda handle: bool(pynvml.nvmlDeviceGetMigMode(handle)[0])),
    ("compute_mode", _compute_mode),
    ("is_persistent", lambda handle: bool(pynvml.nvmlDeviceGetPersistenceMode(handle))),
)

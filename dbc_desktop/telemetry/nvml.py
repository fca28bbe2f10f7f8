"""Readings of NVIDIA GPUs through NVML, the driver's own library. A GPU is known by its UUID, never by its number.

Import it on the thread that samples: reading `pynvml` takes a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pynvml

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.domain.gpu import GpuReading, Missing, RigSample
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry import nvml_calls

LIST_AGAIN_SECONDS = 60.0
LIST_AGAIN_WHILE_LOST_SECONDS = 10.0
READINGS: tuple[str, ...] = (
    "gpu_percent",
    "memory_percent",
    "memory_used",
    "memory_total",
    "temperature",
    "power_watts",
    "power_limit_watts",
    "fan_percent",
    "graphics_mhz",
    "memory_mhz",
    "temperature_limit",
    "memory_temperature",
    "video_mhz",
    "encoder_percent",
    "decoder_percent",
    "performance_state",
    "slowed_by",
    "pcie_generation",
    "pcie_lanes",
    "pcie_top",
    "ecc_errors",
)
"""The fields of `GpuReading` that can be missing."""
_ALL_LOST: dict[str, Missing] = dict.fromkeys(READINGS, Missing.GPU_LOST)
_NOTHING: dict[str, Any] = dict.fromkeys(READINGS)


@dataclass(slots=True)
class _Device:
    """A GPU that was seen at least once. `handle` is None while it is lost and cannot even be listed."""

    uuid: str
    index: int
    name: str
    handle: Any
    fixed: dict[str, Any] = field(default_factory=dict)
    never: dict[str, Missing] = field(default_factory=dict)
    pairs: tuple[nvml_calls.Pair, ...] = nvml_calls.PAIRS
    singles: tuple[nvml_calls.Single, ...] = nvml_calls.SINGLES
    is_lost: bool = False


class NvmlSensors:
    """The GPUs of this computer. One thread calls it; a call may hang with the driver.

    The driver is opened by the first `sample`, and again after it went away; GPUs that were seen stay in every sample,
    marked as lost while they do not answer.
    """

    @property
    def source(self) -> str:
        """NVIDIA's own library."""
        return "nvml"

    def __init__(self, rig: str, clock: Clock | None = None) -> None:
        self._rig = rig
        self._clock: Clock = clock or SystemClock()
        self._devices: dict[str, _Device] = {}
        self._driver_version: str | None = None
        self._is_open = self._was_open = False
        self._listed_at = 0.0

    def open(self) -> None:
        """Open the driver and list its GPUs; nothing happens where it is open.

        Raises:
            DriverMissing: `no_driver`, `driver_mismatch`, `no_permission`, `driver_failed`, or `driver_gone` where it
                answered before.
        """
        if self._is_open:
            return
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            raise DriverMissing(self._why(error.value)) from error
        self._is_open = self._was_open = True
        try:
            self._driver_version = _text(pynvml.nvmlSystemGetDriverVersion)
            self._list_devices()
        except pynvml.NVMLError as error:
            self.close()
            raise DriverMissing(self._why(error.value)) from error

    def _why(self, code: int) -> str:
        if code == pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH:
            return "driver_mismatch"
        if code == pynvml.NVML_ERROR_NO_PERMISSION:
            return "no_permission"
        if self._was_open:
            return "driver_gone"
        if code in (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED):
            return "no_driver"
        return "driver_failed"

    def sample(self) -> RigSample:
        """Read every GPU once; a lost GPU is reported inside the sample, not raised.

        Raises:
            DriverMissing: There is no driver, or it went away; the next call tries to open it again.
        """
        self.open()
        waited = self._clock.monotonic() - self._listed_at
        is_any_lost = any(device.is_lost for device in self._devices.values())
        try:
            if waited > LIST_AGAIN_SECONDS or (is_any_lost and waited > LIST_AGAIN_WHILE_LOST_SECONDS):
                self._list_devices()
            taken_at = self._clock.now()
            gpus = [self._read(device, taken_at) for device in self._devices.values()]
        except pynvml.NVMLError as error:
            if error.value not in nvml_calls.GONE and self._is_open:
                raise DriverMissing("driver_failed") from error
            self.close()
            raise DriverMissing("driver_gone") from error
        gpus.sort(key=_by_index)
        return RigSample(self._rig, self.source, taken_at, tuple(gpus), self._driver_version)

    def survey(self) -> None:
        """There are no slow readings yet."""

    def wait_events(self, seconds: float) -> bool:
        """The driver is not listened to yet."""
        return False

    def asking(self) -> str | None:
        """Which GPU is asked now."""
        return None

    def leave_out(self, uuid: str) -> None:
        """Every GPU is asked."""

    def close(self) -> None:
        """Let go of the driver; what was seen is remembered."""
        if not self._is_open:
            return
        self._is_open = False
        for device in self._devices.values():
            device.handle, device.is_lost = None, True
        try:
            pynvml.nvmlShutdown()
        except pynvml.NVMLError:
            return  # it went before we did

    # the devices

    def _list_devices(self) -> None:
        """Match the driver's GPUs with those we know, by UUID: numbers change when one falls out or comes back."""
        self._listed_at = self._clock.monotonic()
        seen: set[str] = set()
        for index in range(pynvml.nvmlDeviceGetCount()):
            try:
                handle = pynvml.nvmlDeviceGetHandleByIndex(index)
                uuid = _text(pynvml.nvmlDeviceGetUUID, handle)
            except pynvml.NVMLError as error:
                if error.value in nvml_calls.GONE:
                    raise
                uuid = None
            if uuid is None:
                if not any(device.index == index for device in self._devices.values()):
                    # lost before we ever saw it: its number is all there is to know it by
                    self._devices[f"number-{index}"] = _Device(f"number-{index}", index, "", None, is_lost=True)
                continue
            seen.add(uuid)
            known = self._devices.get(uuid)
            if known is not None and known.handle is not None and known.index == index and not known.is_lost:
                known.handle = handle
                continue
            self._devices.pop(f"number-{index}", None)
            self._devices[uuid] = self._describe(uuid, index, handle)
        for uuid, device in self._devices.items():
            if uuid not in seen:
                device.handle, device.is_lost = None, True

    def _describe(self, uuid: str, index: int, handle: Any) -> _Device:
        try:
            name = _text(pynvml.nvmlDeviceGetName, handle) or ""
        except pynvml.NVMLError as error:
            if error.value in nvml_calls.GONE:
                raise
            name = ""
        device = _Device(uuid, index, name, handle)
        for key, read in nvml_calls.FIXED:
            try:
                device.fixed[key] = read(handle)
            except nvml_calls.NoValue as error:
                device.never[key] = error.reason
            except pynvml.NVMLError as error:
                if error.value in nvml_calls.GONE:
                    raise
                device.never[key] = nvml_calls.reason_of(error)
        return device

    # the readings

    def _read(self, device: _Device, taken_at: float) -> GpuReading:
        if device.handle is None:
            return _lost(device, taken_at)
        values = {**_NOTHING, **device.fixed}
        missing = dict(device.never)
        handle = device.handle
        for pair in device.pairs:
            keys, call, parts = pair
            try:
                values[keys[0]], values[keys[1]] = parts(call(handle))
            except pynvml.NVMLError as error:
                if (reason := _reason(error)) is Missing.GPU_LOST:
                    return _lost(device, taken_at)
                missing[keys[0]] = missing[keys[1]] = reason
                if reason in nvml_calls.NEVER:
                    device.pairs = tuple(one for one in device.pairs if one is not pair)
                    device.never[keys[0]] = device.never[keys[1]] = reason
        for single in device.singles:
            key, call, more, convert = single
            try:
                value = call(handle, *more)
            except (pynvml.NVMLError, nvml_calls.NoValue) as error:
                if (reason := _reason(error)) is Missing.GPU_LOST:
                    return _lost(device, taken_at)
                missing[key] = reason
                if reason in nvml_calls.NEVER:
                    device.singles = tuple(one for one in device.singles if one is not single)
                    device.never[key] = reason
                continue
            if value == nvml_calls.UNKNOWN_VALUE:
                missing[key] = Missing.FAILED
            else:
                values[key] = value if convert is None else convert(value)
        device.is_lost = False
        return GpuReading(device.uuid, device.index, device.name, taken_at, missing=missing, **values)


def _reason(error: Exception) -> Missing:
    if isinstance(error, nvml_calls.NoValue):
        return error.reason
    code = getattr(error, "value", None)
    if code in nvml_calls.GONE:
        raise error
    return Missing.GPU_LOST if code in nvml_calls.LOST else nvml_calls.reason_of(error)


def _lost(device: _Device, taken_at: float) -> GpuReading:
    device.is_lost = True
    return GpuReading(device.uuid, device.index, device.name, taken_at, missing=_ALL_LOST, is_lost=True, **_NOTHING)


def _by_index(gpu: GpuReading) -> tuple[int, str]:
    return gpu.index, gpu.uuid


def _text(call: Callable[..., Any], *handle: Any) -> str | None:
    """A text of the driver, cut and printable; None where it is not text at all."""
    try:
        text = str(call(*handle))
    except UnicodeDecodeError:
        return None
    return "".join(letter for letter in text if letter.isprintable())[:96]

"""Readings of NVIDIA GPUs through NVML, the driver's own library. A GPU is known by its UUID, never by its number.

Import it on the thread that samples: reading `pynvml` takes a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pynvml

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DeviceLost, DriverMissing, ReadingMissing
from dbc_desktop.domain.gpu import GpuReading, Missing, PcieThroughput, ReadingLane, RigSample
from dbc_desktop.domain.host import HostReading
from dbc_desktop.domain.rig_event import RigEvent
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry import nvml_calls, nvml_library
from dbc_desktop.telemetry.host import HostSensors
from dbc_desktop.telemetry.nvml_board import read_board
from dbc_desktop.telemetry.nvml_devices import Device, Devices
from dbc_desktop.telemetry.nvml_events import NvmlEvents
from dbc_desktop.telemetry.nvml_health import read_health
from dbc_desktop.telemetry.processes import ProcessTable

LIST_AGAIN_SECONDS = 20.0
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
    "energy_joules",
)
"""The fields of `GpuReading` that can be missing."""
_ALL_LOST: dict[str, Missing] = dict.fromkeys(READINGS, Missing.GPU_LOST)
_ALL_HANG: dict[str, Missing] = dict.fromkeys(READINGS, Missing.HANGS)
_NOTHING: dict[str, Any] = dict.fromkeys(READINGS)


class NvmlSensors:
    """The GPUs of this computer (`telemetry/ports.py: Sensors, PcieMeter, PowerLimits`).

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
        self._devices = Devices(self._clock)
        self._events = NvmlEvents(self._clock, self._devices)
        self._host_sensors = HostSensors(self._clock)
        self._host: HostReading | None = None
        self._processes = ProcessTable()
        self._driver_version: str | None = None
        self._cuda_version: str | None = None
        self._is_open = self._was_open = False
        self._listed_at = 0.0
        self._opening = threading.Lock()
        self._surveying: str | None = None

    def open(self) -> None:
        """Open the driver and list its GPUs; nothing happens where it is open.

        Raises:
            DriverMissing: `no_driver`, `driver_mismatch`, `no_permission`, `driver_failed`, or `driver_gone` where it
                answered before.
        """
        if self._is_open:
            return
        with self._opening:
            self._open()

    def _open(self) -> None:
        if self._is_open:
            return
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            if error.value == pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH and self._was_open:
                # the driver was upgraded under us: the library in memory is the old one
                nvml_library.let_go()
            raise DriverMissing(self._why(error.value)) from error
        self._is_open = self._was_open = True
        try:
            self._driver_version = _told(pynvml.nvmlSystemGetDriverVersion)
            self._cuda_version = _cuda_version()
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

    def _list_devices(self) -> None:
        self._listed_at = self._clock.monotonic()
        self._devices.list_again()

    # the fast lane

    def sample(self) -> RigSample:
        """Read every GPU once; a lost GPU is reported inside the sample, not raised.

        Raises:
            DriverMissing: There is no driver, or it went away; the next call tries to open it again.
        """
        with nvml_library.inside():
            return self._sample()

    def _sample(self) -> RigSample:
        self.open()
        waited = self._clock.monotonic() - self._listed_at
        try:
            if waited > LIST_AGAIN_SECONDS or (waited > LIST_AGAIN_WHILE_LOST_SECONDS and self._devices.is_any_lost()):
                self._list_devices()
            taken_at = self._clock.now()
            gpus = [self._read(device, taken_at) for device in self._devices.all()]
        except pynvml.NVMLError as error:
            if error.value not in nvml_calls.GONE and self._is_open:
                raise DriverMissing("driver_failed") from error
            self.close()
            raise DriverMissing("driver_gone") from error
        finally:
            self._devices.asking = None
        gpus.sort(key=_by_index)
        return RigSample(
            self._rig,
            "nvml",
            taken_at,
            tuple(gpus),
            self._driver_version,
            cuda_version=self._cuda_version,
            host=self._host,
            happened=self._happened(),
        )

    def _happened(self) -> tuple[RigEvent, ...]:
        return (*self._devices.take_told(), *self._events.take())

    def _read(self, device: Device, taken_at: float) -> GpuReading:
        if device.handle is None:
            return _lost(device, taken_at)
        self._devices.asking = device.uuid
        values = {**_NOTHING, **device.fixed}
        missing = dict(device.never)
        handle = device.handle
        try:
            for pair in device.pairs:
                keys, call, most, parts = pair
                try:
                    first, second = parts(call(handle))
                except pynvml.NVMLError as error:
                    missing[keys[0]] = missing[keys[1]] = reason = nvml_calls.reason_of(error)
                    if reason in nvml_calls.NEVER:
                        device.pairs = tuple(one for one in device.pairs if one is not pair)
                        device.never[keys[0]] = device.never[keys[1]] = reason
                    continue
                for key, value in ((keys[0], first), (keys[1], second)):
                    if value > most:
                        missing[key] = Missing.FAILED
                    else:
                        values[key] = value
            for single in device.singles:
                key, call, more, limit, convert = single
                try:
                    value = call(handle, *more)
                    if limit is not None and value > limit:
                        missing[key] = Missing.FAILED
                    else:
                        values[key] = value if convert is None else convert(value)
                except (pynvml.NVMLError, nvml_calls.NoValue) as error:
                    missing[key] = reason = nvml_calls.reason_of(error)
                    if reason in nvml_calls.NEVER:
                        device.singles = tuple(one for one in device.singles if one is not single)
                        device.never[key] = reason
        except nvml_calls.GpuLost:
            return _lost(device, taken_at)
        device.is_lost = False
        return GpuReading(
            device.uuid,
            device.index,
            device.name,
            taken_at,
            missing=missing,
            board=device.board,
            health=device.health,
            **values,
        )

    # the slow lane and the driver's own events

    def survey(self) -> None:
        """Take the slow readings of every GPU, the static ones of those that are new, and the host's.

        A driver that went away is left for the fast lane to notice.
        """
        self._host = self._host_sensors.read()
        if not self._is_open:
            return
        with nvml_library.inside():
            try:
                for device in self._devices.to_survey():
                    self._surveying = device.uuid
                    self._survey(device)
            except pynvml.NVMLError:
                return
            finally:
                self._surveying = None

    def _survey(self, device: Device) -> None:
        handle = device.handle
        if handle is None or device.is_lost:
            return
        try:
            if device.board is None:
                device.board = read_board(handle)
            device.health = read_health(
                handle,
                device.board.fan_count or 0,
                device.never_slow,
                self._processes,
                self._clock.now(),
                self._clock.monotonic,
            )
        except nvml_calls.GpuLost:
            device.health = None

    def wait_events(self, seconds: float) -> bool:
        """Wait for what the driver tells by itself, such as Xid errors; False where no GPU tells anything."""
        if not self._is_open:
            self._clock.wait(seconds)
            return True
        with nvml_library.inside():
            return self._events.wait(seconds)

    def asking(self, lane: ReadingLane) -> str | None:
        """Which GPU is asked now."""
        return {ReadingLane.FAST: self._devices.asking, ReadingLane.SLOW: self._surveying}.get(lane)

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        """Do not ask a GPU for a while; each time it hangs anew, twice as long."""
        self._devices.leave_out(lane, uuid)

    # only when asked

    def pcie_throughput(self, uuid: str) -> PcieThroughput:
        """Measure what goes over the bus; the driver takes some 20 ms for each direction.

        Raises:
            DriverMissing: There is no driver, or it went away.
            DeviceLost: That GPU does not answer.
            ReadingMissing: This GPU or driver does not tell it.
        """
        started = self._clock.monotonic()
        with self._asked(uuid, "pcie_throughput") as handle:
            sent = pynvml.nvmlDeviceGetPcieThroughput(handle, pynvml.NVML_PCIE_UTIL_TX_BYTES)
            received = pynvml.nvmlDeviceGetPcieThroughput(handle, pynvml.NVML_PCIE_UTIL_RX_BYTES)
        cost = self._clock.monotonic() - started
        return PcieThroughput(uuid, self._clock.now(), int(sent) * 1024, int(received) * 1024, cost)

    def set_power_limit(self, uuid: str, watts: float) -> float:
        """Set the limit and ask what it is now, in watts.

        Raises:
            DriverMissing: There is no driver, or it went away.
            DeviceLost: That GPU does not answer.
            ReadingMissing: This GPU cannot, the driver does not let this user, or the limit is out of its range.
        """
        with self._asked(uuid, "power_limit") as handle:
            pynvml.nvmlDeviceSetPowerManagementLimit(handle, round(watts * 1000))
            return nvml_calls.thousandths(pynvml.nvmlDeviceGetPowerManagementLimit(handle))

    @contextmanager
    def _asked(self, uuid: str, reading: str) -> Iterator[Any]:
        """A GPU for one question; what NVML says against it becomes an error of the tree."""
        device = self._devices.get(uuid)
        if not self._is_open:
            raise DriverMissing("driver_gone" if self._was_open else "no_driver")
        if device is None or device.handle is None or device.is_lost:
            raise DeviceLost(uuid)
        with nvml_library.inside():
            try:
                yield device.handle
            except pynvml.NVMLError as error:
                if error.value in nvml_calls.GONE:
                    raise DriverMissing("driver_gone") from error
                try:
                    reason = nvml_calls.reason_of(error)
                except nvml_calls.GpuLost:
                    raise DeviceLost(uuid) from error
                raise ReadingMissing(reading, reason.value) from error

    def close(self) -> None:
        """Let go of the driver; what was seen is remembered."""
        if not self._is_open:
            return
        self._is_open = False
        self._events.close()
        self._devices.lose_all()
        try:
            pynvml.nvmlShutdown()
        except pynvml.NVMLError:
            return  # it went before we did


def _lost(device: Device, taken_at: float) -> GpuReading:
    device.is_lost = True
    return GpuReading(
        device.uuid,
        device.index,
        device.name,
        taken_at,
        missing=_ALL_HANG if device.hangs else _ALL_LOST,
        is_lost=True,
        board=device.board,
        **_NOTHING,
    )


def _by_index(gpu: GpuReading) -> tuple[int, str]:
    return gpu.index, gpu.uuid


def _told(call: nvml_calls.Read, *of: Any) -> str | None:
    try:
        return nvml_calls.text(call, *of)
    except nvml_calls.NoValue:
        return None


def _cuda_version() -> str | None:
    """`13.0`; the driver says 13000."""
    try:
        version = pynvml.nvmlSystemGetCudaDriverVersion()
    except pynvml.NVMLError as error:
        if error.value in nvml_calls.GONE:
            raise
        return None
    return f"{version // 1000}.{version % 1000 // 10}"

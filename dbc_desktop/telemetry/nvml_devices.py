"""Which GPUs the driver lists, matched with those that were seen before, by UUID."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pynvml

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.gpu import Missing, ReadingLane
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry import nvml_calls

LEFT_OUT_SECONDS = 120.0
"""How long a GPU whose call hung is not asked; twice as long each time it hangs anew, at most a day."""
LONGEST_LEFT_OUT = 86_400.0


@dataclass(slots=True)
class _Absence:
    """Until when a GPU is not asked in a lane, on the monotonic clock, and for how long that was."""

    until: float
    seconds: float


@dataclass(slots=True)
class Device:
    """A GPU that was seen at least once. `handle` is None while it is lost and cannot even be listed.

    Attributes:
        fixed: Readings of the fast lane that do not change.
        never: Readings of the fast lane that this card does not support; `never_slow` those of the slow lane.
        hangs: A call to it did not return, and it is not asked now.
    """

    uuid: str
    index: int
    name: str
    handle: Any
    fixed: dict[str, Any] = field(default_factory=dict)
    never: dict[str, Missing] = field(default_factory=dict)
    never_slow: dict[str, Missing] = field(default_factory=dict)
    pairs: tuple[nvml_calls.Pair, ...] = nvml_calls.PAIRS
    singles: tuple[nvml_calls.Single, ...] = nvml_calls.SINGLES
    is_lost: bool = False
    hangs: bool = False
    board: GpuBoard | None = None
    health: GpuHealth | None = None


class Devices:
    """All GPUs that were seen since the program started.

    The fast lane lists and reads; other lanes look a GPU up. A number changes when a GPU falls out or comes back, the
    UUID does not.

    Attributes:
        asking: UUID of the GPU that the fast lane asks now.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._devices: dict[str, Device] = {}
        self._absent: dict[tuple[ReadingLane, str], _Absence] = {}
        self._told: list[RigEvent] = []
        self._twice: set[str] = set()
        self.asking: str | None = None

    def all(self) -> tuple[Device, ...]:
        """Those that are lost included."""
        return tuple(self._devices.values())

    def get(self, uuid: str) -> Device | None:
        """One of them."""
        return self._devices.get(uuid)

    def by_handle(self, handle: Any) -> Device | None:
        """The GPU that an event of the driver names."""
        address = _address(handle)
        return next((one for one in self.all() if one.handle is not None and _address(one.handle) == address), None)

    def is_any_lost(self) -> bool:
        """Whether one of them does not answer."""
        return any(device.is_lost for device in self._devices.values())

    def to_survey(self) -> tuple[Device, ...]:
        """Those that the slow lane may ask."""
        return tuple(one for one in self.all() if not one.hangs and not self._is_left_out(ReadingLane.SLOW, one.uuid))

    def lose_all(self) -> None:
        """The driver went away."""
        for device in self._devices.values():
            device.handle, device.is_lost, device.health, device.board = None, True, None, None

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        """Do not ask a GPU for a while, because a call to it did not return."""
        before = self._absent.get((lane, uuid))
        seconds = LEFT_OUT_SECONDS if before is None else min(LONGEST_LEFT_OUT, 2 * before.seconds)
        self._absent[lane, uuid] = _Absence(self._clock.monotonic() + seconds, seconds)
        device = self._devices.get(uuid)
        if device is None:
            return
        if lane is ReadingLane.FAST:
            device.handle, device.is_lost, device.hangs = None, True, True
        else:
            device.health = None

    def _is_left_out(self, lane: ReadingLane, uuid: str) -> bool:
        absence = self._absent.get((lane, uuid))
        return absence is not None and self._clock.monotonic() < absence.until

    def take_told(self) -> tuple[RigEvent, ...]:
        """What was noticed while listing, once."""
        if not self._told:
            return ()
        told, self._told = tuple(self._told), []
        return told

    def list_again(self) -> None:
        """Ask the driver which GPUs there are.

        Raises:
            pynvml.NVMLError: The driver went away or does not answer at all.
        """
        seen: set[str] = set()
        for index in range(pynvml.nvmlDeviceGetCount()):
            known = next((one for one in self._devices.values() if one.index == index), None)
            if known is not None and known.hangs and self._is_left_out(ReadingLane.FAST, known.uuid):
                seen.add(known.uuid)
                continue
            self.asking = None if known is None else known.uuid
            handle, uuid = _handle_and_uuid(index)
            if uuid is None:
                if known is None:
                    # lost before we ever saw it: its number is all there is to know it by
                    self._devices[f"number-{index}"] = Device(f"number-{index}", index, "", None, is_lost=True)
                continue
            if uuid in seen:
                uuid = self._apart(uuid, index)
            seen.add(uuid)
            self._keep(uuid, index, handle)
        for uuid, device in self._devices.items():
            if uuid not in seen:
                device.handle, device.is_lost = None, True

    def _keep(self, uuid: str, index: int, handle: Any) -> None:
        known = self._devices.get(uuid)
        if known is not None and known.handle is not None and known.index == index and not known.is_lost:
            known.handle = handle
            return
        self._devices.pop(f"number-{index}", None)
        self._devices[uuid] = _describe(uuid, index, handle)

    def _apart(self, uuid: str, index: int) -> str:
        """Another name for a GPU whose UUID was given already; a card with a copied firmware does that."""
        name = f"{uuid}#{index}"
        if name not in self._twice:
            self._twice.add(name)
            self._told.append(RigEvent(self._clock.now(), RigEventKind.GPU_TWICE, name, index))
        return name


def _handle_and_uuid(index: int) -> tuple[Any, str | None]:
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        return handle, nvml_calls.text(pynvml.nvmlDeviceGetUUID, handle)
    except nvml_calls.NoValue:
        return None, None
    except pynvml.NVMLError as error:
        if error.value in nvml_calls.GONE:
            raise
        return None, None


def _describe(uuid: str, index: int, handle: Any) -> Device:
    device = Device(uuid, index, "", handle)
    try:
        device.name = nvml_calls.text(pynvml.nvmlDeviceGetName, handle)
    except (pynvml.NVMLError, nvml_calls.NoValue) as error:
        if getattr(error, "value", None) in nvml_calls.GONE:
            raise
    for key, read in nvml_calls.FIXED:
        try:
            device.fixed[key] = read(handle)
        except (pynvml.NVMLError, nvml_calls.NoValue) as error:
            try:
                device.never[key] = nvml_calls.reason_of(error)
            except nvml_calls.GpuLost:
                device.is_lost = True
                break
    return device


def _address(handle: Any) -> int | None:
    import ctypes

    return ctypes.cast(handle, ctypes.c_void_p).value

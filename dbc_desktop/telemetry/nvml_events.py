"""What the driver tells by itself, such as Xid errors: waited for, not polled."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import pynvml

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry import nvml_calls
from dbc_desktop.telemetry.nvml_devices import Devices

MOST_WAITING = 256
"""A card in trouble may tell thousands; the newest are kept until a sample takes them."""


class NvmlEvents:
    """One event set for all GPUs. `wait` is called by one thread, `take` by another."""

    def __init__(self, clock: Clock, devices: Devices) -> None:
        self._clock, self._devices = clock, devices
        self._mutex = threading.Lock()
        self._told: deque[RigEvent] = deque(maxlen=MOST_WAITING)
        self._set: Any = None
        self._listening: dict[str, Any] = {}

    def wait(self, seconds: float) -> bool:
        """Wait for one event; False where no GPU tells anything."""
        try:
            if not self._listen():
                return False
            event = pynvml.nvmlEventSetWait(self._set, int(seconds * 1000))
        except pynvml.NVMLError as error:
            if error.value != pynvml.NVML_ERROR_TIMEOUT:
                # the driver went, or the set with it: the fast lane notices, and this begins anew
                self.close()
                self._clock.wait(seconds)
            return True
        if event.eventType == pynvml.nvmlEventTypeXidCriticalError:
            self._tell_xid(event)
        return True

    def _tell_xid(self, event: Any) -> None:
        device = self._devices.by_handle(event.device)
        uuid, index = (None, None) if device is None else (device.uuid, device.index)
        told = RigEvent(self._clock.now(), RigEventKind.XID, uuid, index, facts={"xid": int(event.eventData)})
        with self._mutex:
            self._told.append(told)

    def take(self) -> tuple[RigEvent, ...]:
        """What was told since the last time."""
        if not self._told:
            return ()
        with self._mutex:
            told = tuple(self._told)
            self._told.clear()
        return told

    def _listen(self) -> bool:
        """Register every GPU that is there and not registered; whether any tells anything."""
        there = {device.uuid: device for device in self._devices.all() if device.handle is not None}
        for uuid in self._listening.keys() - there.keys():
            del self._listening[uuid]
        for uuid, device in there.items():
            if uuid in self._listening:
                continue
            if self._set is None:
                self._set = pynvml.nvmlEventSetCreate()
            self._listening[uuid] = self._register(device.handle)
        return not there or any(self._listening.values())

    def _register(self, handle: Any) -> bool:
        wanted = pynvml.nvmlEventTypeXidCriticalError
        try:
            if not pynvml.nvmlDeviceGetSupportedEventTypes(handle) & wanted:
                return False
            pynvml.nvmlDeviceRegisterEvents(handle, wanted, self._set)
        except pynvml.NVMLError as error:
            if error.value in nvml_calls.GONE:
                raise
            return False
        return True

    def close(self) -> None:
        """Listen to nothing; the next `wait` begins anew."""
        events, self._set = self._set, None
        self._listening.clear()
        if events is not None:
            try:
                pynvml.nvmlEventSetFree(events)
            except pynvml.NVMLError:
                return  # it went with the driver

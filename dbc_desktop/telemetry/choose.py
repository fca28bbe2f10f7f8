"""Which source of readings this computer has."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.telemetry.demo import DemoSensors
from dbc_desktop.telemetry.ports import PowerLimits, Sensors

if TYPE_CHECKING:
    from dbc_desktop.telemetry.sampler import Sampler


def limits_of(sampler: Sampler) -> PowerLimits | None:
    """The sampler's sensors, where those can set power limits: the demo cannot."""
    from dbc_desktop.telemetry.nvml import NvmlSensors

    sensors = sampler.sensors
    return sensors if isinstance(sensors, NvmlSensors) else None


def choose_sensors(clock: Clock) -> Sensors:
    """NVML where an NVIDIA driver is found, else the demo GPUs, which are marked as not real (design 6).

    A driver that is there and does not work is not a reason for demo GPUs: its trouble is shown, and it is tried again.
    """
    from dbc_desktop.telemetry.nvml import NvmlSensors

    rig = platform.node() or "rig-01"
    sensors = NvmlSensors(rig, clock)
    try:
        sensors.open()
    except DriverMissing as error:
        if error.reason == "no_driver":
            return DemoSensors(rig, clock)
    return sensors

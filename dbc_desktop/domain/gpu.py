"""Readings of GPUs, taken in three lanes. What is missing is None with a reason, never 0.

Fast, each second: `GpuReading`. Slow, some times a minute: `GpuHealth`. Static, when the driver is opened: `GpuBoard`
(both in `domain/gpu_board.py`). A sample of a rig carries the newest of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth
    from dbc_desktop.domain.host import HostReading
    from dbc_desktop.domain.rig_event import RigEvent


class Missing(StrEnum):
    """Why a reading is not there."""

    NOT_SUPPORTED = "not_supported"
    NO_PERMISSION = "no_permission"
    GPU_LOST = "gpu_lost"
    DRIVER_TOO_OLD = "driver_too_old"
    FAILED = "failed"
    HANGS = "hangs"
    """The driver does not return from the call."""
    NOT_EXPORTED = "not_exported"
    """The exporter of another rig does not tell it."""


class ReadingLane(StrEnum):
    """How often a reading is taken; each lane has a thread of its own, so that one that hangs holds up no other."""

    FAST = "fast"
    SLOW = "slow"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class GpuReading:
    """One sample of one GPU: the readings of the fast lane.

    `taken_at` is seconds since 1970 (UTC). Memory in bytes, temperature in degrees Celsius, power in watts, clocks in
    MHz, fan and utilisations in percent. `missing` gives the reason for each reading that is None.

    Attributes:
        is_lost: It does not answer any more; `uuid`, `index` and `name` are those it had.
        temperature_limit: Where it slows itself down.
        slowed_by: Why its clocks are below their top now: `idle`, `settings`, `power_limit`, `heat`, `power_brake`,
            `hardware`, `sync`, `display`; empty where nothing holds it back.
        performance_state: 0 is the fastest, 15 the slowest.
        pcie_top: Generation and lanes that card and slot are capable of.
        ecc_errors: Uncorrected memory errors since the driver was loaded.
        energy_joules: Energy used since the driver was loaded; it begins anew with the driver.
        board: What does not change while the driver is loaded; None where the source does not tell it.
        health: The newest readings of the slow lane; None before the first.
    """

    uuid: str
    index: int
    name: str
    taken_at: float
    gpu_percent: int | None
    memory_percent: int | None
    memory_used: int | None
    memory_total: int | None
    temperature: int | None
    power_watts: float | None
    power_limit_watts: float | None
    fan_percent: int | None
    graphics_mhz: int | None
    memory_mhz: int | None
    missing: Mapping[str, Missing]
    is_lost: bool = False
    temperature_limit: int | None = None
    memory_temperature: int | None = None
    video_mhz: int | None = None
    encoder_percent: int | None = None
    decoder_percent: int | None = None
    performance_state: int | None = None
    slowed_by: tuple[str, ...] | None = None
    pcie_generation: int | None = None
    pcie_lanes: int | None = None
    pcie_top: tuple[int, int] | None = None
    ecc_errors: int | None = None
    energy_joules: float | None = None
    board: GpuBoard | None = None
    health: GpuHealth | None = None


@dataclass(frozen=True, slots=True)
class LaneTrouble:
    """A lane whose call does not return, or did not and was left behind; another took its place where it could.

    Attributes:
        since: When the call began, in seconds since 1970.
        uuid: The GPU that the call asked, None where it is not known.
        abandoned: How many threads were left behind in this lane.
    """

    lane: ReadingLane
    since: float
    uuid: str | None
    abandoned: int


@dataclass(frozen=True, slots=True)
class RigSample:
    """All GPUs of one rig at one instant.

    Attributes:
        rig: The rig's own name; two rigs may have the same.
        source: `nvml`, `demo`, or how another rig is read; demo readings are not real and the window says so.
        trouble: Reason why there are no readings at all, e.g. `driver_gone`; None when all is well.
        place: Where it is read from, e.g. `http://10.0.0.7:9400`; empty for this computer. `rig_key` is unique.
        cuda_version: The newest CUDA that the driver runs, e.g. `13.0`.
        host: Processor, memory, disks and network of the rig; None before they were read.
        happened: What the source itself told since the sample before, e.g. Xid events of the driver.
        lanes: Lanes that hang now.
    """

    rig: str
    source: str
    taken_at: float
    gpus: tuple[GpuReading, ...]
    driver_version: str | None = None
    trouble: str | None = None
    place: str = ""
    cuda_version: str | None = None
    host: HostReading | None = None
    happened: tuple[RigEvent, ...] = ()
    lanes: tuple[LaneTrouble, ...] = ()

    @property
    def rig_key(self) -> str:
        """What tells this rig from all others, here and in the history: empty for this computer."""
        return f"{self.place} {self.rig}" if self.place else ""


@dataclass(frozen=True, slots=True)
class PcieThroughput:
    """What went over the bus in one short interval; measured only when asked, because the driver takes its time.

    Attributes:
        sent: Bytes a second from the GPU to the computer.
        received: Bytes a second from the computer to the GPU.
        cost_seconds: How long the driver was busy with the question.
    """

    uuid: str
    taken_at: float
    sent: int
    received: int
    cost_seconds: float

"""What a GPU tells beside the readings of each second: what it is made of, and how it is doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dbc_desktop.domain.gpu import Missing


@dataclass(frozen=True, slots=True)
class GpuBoard:
    """What does not change while the driver is loaded (the static lane).

    Temperatures in degrees Celsius, power in watts, clocks in MHz, memory in bytes; `missing` gives the reason for
    each reading that is None.

    Attributes:
        architecture: e.g. `Ampere`.
        pci_address: e.g. `0000:41:00.0`, as `lspci` and Xid messages name it.
        compute_capability: CUDA's, e.g. (8, 6).
        shutdown_temperature: Where it switches itself off.
        target_temperature: What it is regulated to.
        memory_temperature_limit: Where memory slows it down.
        power_least: The lowest limit that may be set; `power_most` the highest, `power_default` the maker's.
        graphics_top_mhz: The highest clocks it can reach; memory and video likewise.
        bar1_total: Bytes of GPU memory that the processor can map.
        firmware_version: Of the processor on the card that runs part of the driver (GSP).
    """

    missing: Mapping[str, Missing] = field(default_factory=dict)
    architecture: str | None = None
    vbios_version: str | None = None
    part_number: str | None = None
    serial: str | None = None
    pci_address: str | None = None
    cuda_cores: int | None = None
    compute_capability: tuple[int, int] | None = None
    memory_bus_bits: int | None = None
    shutdown_temperature: int | None = None
    target_temperature: int | None = None
    memory_temperature_limit: int | None = None
    power_least: float | None = None
    power_most: float | None = None
    power_default: float | None = None
    graphics_top_mhz: int | None = None
    memory_top_mhz: int | None = None
    video_top_mhz: int | None = None
    fan_count: int | None = None
    bar1_total: int | None = None
    firmware_version: str | None = None


class ProcessKind(StrEnum):
    """What a process does on a GPU."""

    COMPUTE = "compute"
    GRAPHICS = "graphics"


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory of a GPU.

    Attributes:
        user: Its owner; None where the operating system does not tell.
        command: Its command line, cut and printable; it may hold secrets of its owner and never leaves this computer.
        memory: Bytes of GPU memory; None where the driver does not tell (`Missing` stands in the health's `missing`).
        started_at: Seconds since 1970.
        container: The id of its container or the name of its service, where its control group tells one.
    """

    pid: int
    kind: ProcessKind
    user: str | None
    command: str | None
    memory: int | None
    started_at: float | None = None
    container: str | None = None


class ComputeMode(StrEnum):
    """Who may compute on a GPU."""

    SHARED = "shared"
    EXCLUSIVE_THREAD = "exclusive_thread"
    PROHIBITED = "prohibited"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class RowRemapping:
    """Rows of memory that were replaced by spare ones.

    Attributes:
        corrected: Rows replaced after errors that could be corrected.
        uncorrected: Rows replaced after errors that could not.
        is_pending: Replaced at the next reset.
        has_failed: No spare row was left: the card belongs to its maker.
    """

    corrected: int
    uncorrected: int
    is_pending: bool
    has_failed: bool


@dataclass(frozen=True, slots=True)
class SpareRows:
    """Banks of memory by how many spare rows they have left; what row remapping can still mend.

    Attributes:
        all_left: Banks with all their spare rows.
        few_left: Banks that used some: most, part or little is left.
        none_left: Banks whose next bad row cannot be replaced.
    """

    all_left: int
    few_left: int
    none_left: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Seconds since the driver was loaded in which something kept the clocks below their top; None where not told."""

    by_power: float | None
    by_heat: float | None
    by_sync: float | None
    by_board: float | None
    by_reliability: float | None


@dataclass(frozen=True, slots=True)
class NvLink:
    """One link to another GPU or a switch; error counters since the driver was loaded, None where not told."""

    number: int
    is_up: bool
    generation: int | None = None
    replay_errors: int | None = None
    recovery_errors: int | None = None
    crc_errors: int | None = None


@dataclass(frozen=True, slots=True)
class MigInstance:
    """A slice of a GPU that works as one of its own; memory in bytes."""

    uuid: str
    name: str
    gpu_instance: int | None
    compute_instance: int | None
    memory_used: int | None
    memory_total: int | None


@dataclass(frozen=True, slots=True)
class GpuHealth:
    """The readings of the slow lane.

    `taken_at` is seconds since 1970 (UTC). Memory in bytes, power in watts; `missing` gives the reason for each reading
    that is None.

    Attributes:
        cost_seconds: How long the driver took for these readings.
        memory_reserved: Kept by driver and firmware.
        fan_percents: Each fan by itself, None where one does not answer.
        margin: Degrees Celsius until it slows itself down.
        power_instant: Watts at this instant; `GpuReading.power_watts` is an average of the driver's on newer cards.
        memory_power: Watts of the memory alone.
        held_back: How long its clocks were held back, and by what.
        jpeg_percent: Use of the JPEG engine; `optical_flow_percent` of the optical flow engine.
        spare_rows: What row remapping has left.
        power_set: The limit that was set; the enforced one (`GpuReading.power_limit_watts`) may be lower.
        pcie_replays: Packets sent again since the driver was loaded: a bad slot or cable.
        ecc_corrected: Corrected memory errors since the driver was loaded; `ecc_lifetime` uncorrected ones ever.
        has_ecc: Whether error correction is on; `has_ecc_next` after the next restart.
        retired_pages: Pages of memory given up on cards before row remapping.
        nvlinks: Empty where the card has none.
        has_mig: Whether it is cut into slices; `mig` are those slices.
        is_persistent: Whether the driver stays loaded without a client.
        processes: Who uses it now.
    """

    taken_at: float
    missing: Mapping[str, Missing] = field(default_factory=dict)
    cost_seconds: float = 0.0
    memory_reserved: int | None = None
    bar1_used: int | None = None
    fan_percents: tuple[int | None, ...] | None = None
    margin: int | None = None
    power_instant: float | None = None
    memory_power: float | None = None
    held_back: HeldBack | None = None
    jpeg_percent: int | None = None
    optical_flow_percent: int | None = None
    power_set: float | None = None
    pcie_replays: int | None = None
    has_ecc: bool | None = None
    has_ecc_next: bool | None = None
    ecc_corrected: int | None = None
    ecc_lifetime: int | None = None
    retired_pages: int | None = None
    row_remapping: RowRemapping | None = None
    spare_rows: SpareRows | None = None
    nvlinks: tuple[NvLink, ...] | None = None
    has_mig: bool | None = None
    mig: tuple[MigInstance, ...] = ()
    compute_mode: ComputeMode | None = None
    is_persistent: bool | None = None
    processes: tuple[GpuProcess, ...] | None = None

"""The readings of one GPU and its computer as rows of a table. A missing one is a dash with its reason, never 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.gpu import GpuReading, Missing, PcieThroughput
from dbc_desktop.domain.gpu_board import (
    ComputeMode,
    GpuBoard,
    GpuHealth,
    HeldBack,
    NvLink,
    RowRemapping,
    SpareRows,
)
from dbc_desktop.domain.host import HostReading
from dbc_desktop.screens import formats
from dbc_desktop.screens.rig_events import pcie_text, slowed_text
from dbc_desktop.screens.texts import ntr, tr


class Section(StrEnum):
    """What the table shows."""

    NOW = "now"
    HEALTH = "health"
    CARD = "card"
    PROCESSES = "processes"
    COMPUTER = "computer"


def section_text(section: Section) -> str:
    """The word on its button."""
    return {
        Section.NOW: tr("Readings"),
        Section.HEALTH: tr("Health"),
        Section.CARD: tr("Card"),
        Section.PROCESSES: tr("Processes"),
        Section.COMPUTER: tr("Computer"),
    }[section]


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of the readings table; `note` says why a value is missing or what it is measured by."""

    name: str
    value: str
    note: str = ""


_MISSING: dict[Missing, Callable[[], str]] = {
    Missing.NOT_SUPPORTED: lambda: tr("not supported by this GPU"),
    Missing.NO_PERMISSION: lambda: tr("no permission to read it"),
    Missing.GPU_LOST: lambda: tr("the GPU is lost"),
    Missing.DRIVER_TOO_OLD: lambda: tr("the driver is too old"),
    Missing.FAILED: lambda: tr("the driver gave no value"),
    Missing.HANGS: lambda: tr("the driver does not return"),
    Missing.NOT_EXPORTED: lambda: tr("the exporter does not tell it"),
}
_MODES: dict[ComputeMode, Callable[[], str]] = {
    ComputeMode.SHARED: lambda: tr("shared by all"),
    ComputeMode.EXCLUSIVE_THREAD: lambda: tr("one thread alone"),
    ComputeMode.PROHIBITED: lambda: tr("computing is prohibited"),
    ComputeMode.EXCLUSIVE: lambda: tr("one program alone"),
}


def missing_text(missing: Mapping[str, Missing], field: str) -> str:
    """Why a reading is not there; empty where it is."""
    reason = missing.get(field)
    return "" if reason is None else _MISSING[reason]()


def section_rows(section: Section, gpu: GpuReading, host: HostReading | None, rental: str) -> tuple[Reading, ...]:
    """The rows of one section."""
    if section is Section.NOW:
        return _now(gpu)
    if section is Section.HEALTH:
        return _waiting() if gpu.health is None else _health(gpu.health, gpu)
    if section is Section.CARD:
        return _waiting() if gpu.board is None else _card(gpu.board, gpu)
    if section is Section.PROCESSES:
        return _waiting() if gpu.health is None else _processes(gpu.health, rental)
    return _waiting() if host is None else _computer(host)


def memory_text(gpu: GpuReading) -> str:
    """`21.9 / 24.0 GB`."""
    if gpu.memory_used is None:
        return formats.DASH
    used = formats.gigabytes(gpu.memory_used)
    return used if gpu.memory_total is None else f"{used.removesuffix(' GB')} / {formats.gigabytes(gpu.memory_total)}"


def throughput_text(measured: PcieThroughput) -> str:
    """What went over the bus, and what the question cost."""
    return tr(
        "PCIe: {sent} sent, {received} received. The driver took {ms} ms for it.",
        sent=_rate(measured.sent),
        received=_rate(measured.received),
        ms=f"{measured.cost_seconds * 1000:,.0f}",
    )


def _waiting() -> tuple[Reading, ...]:
    return (Reading(tr("Not read yet"), formats.DASH, tr("follows within seconds")),)


def _row(of: GpuReading | GpuHealth | GpuBoard, name: str, field: str, value: str, note: str = "") -> Reading:
    """A row of a field; a dash with the reason where it is missing."""
    if getattr(of, field) is None:
        return Reading(name, formats.DASH, missing_text(of.missing, field))
    return Reading(name, value, note)


def _number(value: float | None, unit: str) -> str:
    return formats.DASH if value is None else f"{value:,.0f} {unit}".strip()


def _now(gpu: GpuReading) -> tuple[Reading, ...]:
    heat = gpu.temperature_limit
    power = formats.watts(gpu.power_watts)
    if gpu.power_limit_watts is not None:
        power = f"{power.removesuffix(' W')} / {formats.watts(gpu.power_limit_watts)}"
    bus = "" if gpu.memory_percent is None else tr("memory bus {percent}", percent=formats.percent(gpu.memory_percent))
    memory_clock = formats.DASH if gpu.memory_mhz is None else f"{gpu.memory_mhz:,}"
    video = f"{formats.percent(gpu.encoder_percent)} / {formats.percent(gpu.decoder_percent)}"
    slows = "" if heat is None else tr("slows down at {temperature}", temperature=formats.temperature(heat))
    hot = None if gpu.board is None else gpu.board.memory_temperature_limit
    memory_slows = "" if hot is None else tr("slows down at {temperature}", temperature=formats.temperature(hot))
    return (
        _row(gpu, tr("Utilisation"), "gpu_percent", formats.percent(gpu.gpu_percent), bus),
        _row(gpu, tr("GPU memory"), "memory_used", memory_text(gpu)),
        _row(gpu, tr("Temperature"), "temperature", formats.temperature(gpu.temperature), slows),
        _row(
            gpu,
            tr("Memory temperature"),
            "memory_temperature",
            formats.temperature(gpu.memory_temperature),
            memory_slows,
        ),
        _row(gpu, tr("Power"), "power_watts", power),
        _row(gpu, tr("Fan"), "fan_percent", formats.percent(gpu.fan_percent)),
        _row(gpu, tr("Clocks"), "graphics_mhz", f"{gpu.graphics_mhz or 0:,} / {memory_clock} MHz", _top_clocks(gpu)),
        _row(gpu, tr("Video engine"), "encoder_percent", video, tr("encoding / decoding")),
        _row(gpu, tr("Slowed by"), "slowed_by", slowed_text(gpu.slowed_by or ())),
        _row(gpu, tr("Performance state"), "performance_state", f"P{gpu.performance_state}"),
        _row(gpu, tr("PCIe"), "pcie_generation", pcie_text(gpu.pcie_generation, gpu.pcie_lanes), _pcie_note(gpu)),
        _row(gpu, tr("ECC errors"), "ecc_errors", formats.count(gpu.ecc_errors or 0)),
        _row(gpu, tr("Energy used"), "energy_joules", _energy(gpu.energy_joules), tr("since the driver started")),
    )


def _top_clocks(gpu: GpuReading) -> str:
    board = gpu.board
    if board is None or board.graphics_top_mhz is None or board.memory_top_mhz is None:
        return tr("GPU / memory")
    return tr("at most {gpu} / {memory}", gpu=f"{board.graphics_top_mhz:,}", memory=f"{board.memory_top_mhz:,}")


def _pcie_note(gpu: GpuReading) -> str:
    if gpu.pcie_top is None:
        return ""
    if gpu.pcie_top == (gpu.pcie_generation, gpu.pcie_lanes):
        return tr("as capable")
    return tr("capable of {link}", link=pcie_text(*gpu.pcie_top))


def _energy(joules: float | None) -> str:
    return formats.DASH if joules is None else f"{joules / 3_600_000:,.2f} kWh"


def _health(health: GpuHealth, gpu: GpuReading) -> tuple[Reading, ...]:
    total = None if gpu.board is None else gpu.board.bar1_total
    bar1 = _mapped(health.bar1_used, total)
    fans = ", ".join(formats.percent(fan) for fan in health.fan_percents or ())
    slices = ntr("{n} slice", "{n} slices", len(health.mig)) if health.has_mig else tr("off")
    links = health.nvlinks or ()
    set_to = formats.watts(health.power_set)
    age = tr("read in {ms} ms", ms=f"{health.cost_seconds * 1000:,.1f}")
    engines = f"{formats.percent(health.jpeg_percent)} / {formats.percent(health.optical_flow_percent)}"
    of_memory = "" if health.memory_power is None else tr("memory {watts}", watts=formats.watts(health.memory_power))
    rows = [
        _row(health, tr("Degrees to slowing down"), "margin", formats.temperature(health.margin)),
        _row(health, tr("Power this instant"), "power_instant", formats.watts(health.power_instant), of_memory),
        _row(health, tr("Held back"), "held_back", *_held_back(health.held_back)),
        _row(health, tr("Other engines"), "jpeg_percent", engines, tr("JPEG / optical flow")),
        _row(health, tr("Reserved memory"), "memory_reserved", _megabytes(health.memory_reserved)),
        _row(health, tr("BAR1 memory"), "bar1_used", bar1),
        _row(health, tr("Fans"), "fan_percents", fans),
        _row(health, tr("Power limit set"), "power_set", set_to),
        _row(health, tr("PCIe packets sent again"), "pcie_replays", formats.count(health.pcie_replays or 0)),
        _row(health, tr("Error correction"), "has_ecc", _ecc_mode(health)),
        _row(health, tr("ECC errors, corrected"), "ecc_corrected", formats.count(health.ecc_corrected or 0)),
        _row(health, tr("ECC errors, ever"), "ecc_lifetime", formats.count(health.ecc_lifetime or 0)),
        _row(health, tr("Retired pages"), "retired_pages", formats.count(health.retired_pages or 0)),
        _row(health, tr("Row remapping"), "row_remapping", *_remapping(health.row_remapping)),
        _row(health, tr("Spare rows"), "spare_rows", *_spare(health.spare_rows)),
        _row(health, "NVLink", "nvlinks", *_links(links)),
        _row(health, "MIG", "has_mig", slices),
        *(
            Reading(f"MIG {one.gpu_instance}/{one.compute_instance}", _slice_memory(one.memory_used, one.memory_total))
            for one in health.mig
        ),
        _row(
            health,
            tr("Compute mode"),
            "compute_mode",
            "" if health.compute_mode is None else _MODES[health.compute_mode](),
        ),
        _row(health, tr("Driver stays loaded"), "is_persistent", tr("yes") if health.is_persistent else tr("no")),
        Reading(tr("These readings"), formats.clock_time(health.taken_at), age),
    ]
    return tuple(rows)


def _held_back(held: HeldBack | None) -> tuple[str, str]:
    """How long, and by what; longest first."""
    if held is None:
        return formats.DASH, ""
    causes = (
        (held.by_power, tr("power")),
        (held.by_heat, tr("heat")),
        (held.by_board, tr("board")),
        (held.by_sync, tr("other GPUs")),
        (held.by_reliability, tr("voltage")),
    )
    told = sorted(((seconds, cause) for seconds, cause in causes if seconds), reverse=True)
    if not told:
        return tr("never"), tr("since the driver started")
    value = formats.seconds_as_time(round(sum(seconds for seconds, _ in told)))
    return value, " · ".join(f"{cause} {formats.seconds_as_time(round(seconds))}" for seconds, cause in told)


def _spare(spare: SpareRows | None) -> tuple[str, str]:
    if spare is None:
        return formats.DASH, ""
    all_banks = spare.all_left + spare.few_left + spare.none_left
    value = ntr("{n} bank", "{n} banks", all_banks)
    if spare.none_left:
        return value, ntr("none left in {n} bank", "none left in {n} banks", spare.none_left)
    return value, ntr("some used in {n} bank", "some used in {n} banks", spare.few_left) if spare.few_left else tr(
        "none used"
    )


def _ecc_mode(health: GpuHealth) -> str:
    now = tr("on") if health.has_ecc else tr("off")
    if health.has_ecc_next is None or health.has_ecc_next == health.has_ecc:
        return now
    return tr("{now}, {then} after a restart", now=now, then=tr("on") if health.has_ecc_next else tr("off"))


def _remapping(rows: RowRemapping | None) -> tuple[str, str]:
    if rows is None:
        return formats.DASH, ""
    value = ntr("{n} row", "{n} rows", rows.corrected + rows.uncorrected)
    if rows.has_failed:
        return value, tr("failed: replace the card")
    return value, tr("more after a restart") if rows.is_pending else ""


def _links(links: tuple[NvLink, ...]) -> tuple[str, str]:
    up = sum(link.is_up for link in links)
    errors = sum((one.replay_errors or 0) + (one.recovery_errors or 0) + (one.crc_errors or 0) for one in links)
    return tr("{up} of {all} up", up=up, all=len(links)), ntr("{n} error", "{n} errors", errors)


def _slice_memory(used: int | None, total: int | None) -> str:
    return f"{formats.gigabytes(used).removesuffix(' GB')} / {formats.gigabytes(total)}"


def _card(board: GpuBoard, gpu: GpuReading) -> tuple[Reading, ...]:
    capability = formats.DASH if board.compute_capability is None else ".".join(map(str, board.compute_capability))
    limits = f"{_number(board.power_least, '')} – {formats.watts(board.power_most)}"
    usual = tr("{watts} as made", watts=formats.watts(board.power_default)) if board.power_default else ""
    clocks = f"{board.graphics_top_mhz or 0:,} / {board.memory_top_mhz or 0:,} MHz"
    video = tr("video {mhz} MHz", mhz=f"{board.video_top_mhz:,}") if board.video_top_mhz else ""
    return (
        Reading(tr("Model"), formats.gpu_name(gpu.name) or formats.DASH),
        _row(board, tr("Architecture"), "architecture", board.architecture or ""),
        _row(board, tr("CUDA cores"), "cuda_cores", _number(board.cuda_cores, "")),
        _row(board, tr("Compute capability"), "compute_capability", capability),
        _row(board, tr("Memory bus"), "memory_bus_bits", _number(board.memory_bus_bits, "bit")),
        _row(board, "VBIOS", "vbios_version", board.vbios_version or ""),
        _row(board, tr("GSP firmware"), "firmware_version", board.firmware_version or ""),
        _row(board, tr("Part number"), "part_number", board.part_number or ""),
        _row(board, tr("Serial number"), "serial", board.serial or ""),
        _row(board, tr("PCI address"), "pci_address", board.pci_address or ""),
        _row(board, tr("Power limits"), "power_least", limits, usual),
        _row(board, tr("Top clocks"), "graphics_top_mhz", clocks, video),
        _row(
            board, tr("Switches off at"), "shutdown_temperature", formats.temperature(board.shutdown_temperature)
        ),
        _row(board, tr("Regulated to"), "target_temperature", formats.temperature(board.target_temperature)),
        _row(
            board,
            tr("Memory slows it at"),
            "memory_temperature_limit",
            formats.temperature(board.memory_temperature_limit),
        ),
        _row(board, tr("Fans"), "fan_count", _number(board.fan_count, "")),
    )  # fmt: skip


def _processes(health: GpuHealth, rental: str) -> tuple[Reading, ...]:
    if health.processes is None:
        return (Reading(tr("Processes"), formats.DASH, missing_text(health.missing, "processes")),)
    if not health.processes:
        return (Reading(tr("No process uses this GPU"), "", rental),)
    return tuple(
        Reading(
            f"{one.command or tr('process {pid}', pid=one.pid)}",
            formats.DASH if one.memory is None else formats.gigabytes(one.memory),
            " · ".join(part for part in (rental, one.user or "", one.container or "") if part),
        )
        for one in health.processes
    )


def _computer(host: HostReading) -> tuple[Reading, ...]:
    memory = f"{formats.gigabytes(host.memory_used).removesuffix(' GB')} / {formats.gigabytes(host.memory_total)}"
    load = "" if host.load is None else tr("{load} waiting", load=f"{host.load:.2f}")
    up = None if host.booted_at is None else formats.seconds_as_time(int(host.taken_at - host.booted_at))
    heat = None if host.cpu_temperature is None else round(host.cpu_temperature)
    return (
        Reading(tr("Processor"), formats.percent(host.cpu_percent), load),
        Reading(
            tr("Processor temperature"),
            formats.temperature(heat),
            "" if heat is not None else tr("no sensor here"),
        ),
        Reading(tr("RAM"), memory, tr("swap {size}", size=formats.gigabytes(host.swap_used))),
        *(
            Reading(
                disk.mount,
                f"{disk.used / 10**9:,.0f} / {disk.total / 10**9:,.0f} GB",
                _both(disk.read_per_second, disk.written_per_second),
            )
            for disk in host.disks
        ),
        *(
            Reading(
                net.name,
                tr("up") if net.is_up else tr("down"),
                _both(net.received_per_second, net.sent_per_second),
            )
            for net in host.networks
        ),
        Reading(tr("Running for"), up or formats.DASH),
    )


def _both(first: float | None, second: float | None) -> str:
    """In and out, e.g. `1.2 MB/s in · 0.3 MB/s out`."""
    if first is None or second is None:
        return ""
    return tr("{first} in · {second} out", first=_rate(first), second=_rate(second))


def _rate(bytes_per_second: float) -> str:
    for unit, size in (("GB/s", 1e9), ("MB/s", 1e6), ("kB/s", 1e3)):
        if bytes_per_second >= size:
            return f"{bytes_per_second / size:,.1f} {unit}"
    return f"{bytes_per_second:,.0f} B/s"


def _mapped(used: int | None, total: int | None) -> str:
    """In MiB, or in GB where a card maps all of its memory."""
    if total is None or used is None:
        return _megabytes(used)
    if total >= 2**33:
        return f"{formats.gigabytes(used).removesuffix(' GB')} / {formats.gigabytes(total)}"
    return f"{_megabytes(used).removesuffix(' MiB')} / {_megabytes(total)}"


def _megabytes(size: int | None) -> str:
    return formats.DASH if size is None else f"{size / 2**20:,.0f} MiB"

"""What Rigs says about the GPUs of this computer. A missing reading is a dash with its reason, never 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.domain.gpu import GpuReading, Missing, RigSample
from dbc_desktop.domain.rig_event import RigEvent
from dbc_desktop.screens import formats
from dbc_desktop.screens.rig_events import EventLine, event_line, last_seen, pcie_text, slowed_text
from dbc_desktop.screens.texts import ntr, tr

RANGES: tuple[int, ...] = (60, 600, 3_600)
EVENTS_SHOWN = 12
IDLE_BELOW = 5
"""Percent of load below which a GPU counts as idle."""
_HELD_BACK = frozenset({"heat", "power_brake", "hardware"})


@dataclass(frozen=True, slots=True)
class GpuTile:
    """One GPU in the overview; `kind` is the token of its dot.

    Attributes:
        lost: How long it has been lost, e.g. `lost 00:02:14`; empty while it answers.
        advice: What was seen last and what to do, for a lost GPU.
    """

    uuid: str
    name: str
    kind: str
    load: str
    temperature: str
    power: str
    memory: str
    state: str
    lost: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """One live curve of the chosen GPU: which readings, its newest value, and what the heights mean."""

    field: str
    name: str
    value: str
    token: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of the readings table; `note` says why a value is missing or what it is measured by."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class GpuDetail:
    """The chosen GPU."""

    uuid: str
    name: str
    short_uuid: str
    curves: tuple[Curve, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class RigsScreen:
    """The whole page.

    Attributes:
        demo: Says that the GPUs are not real; empty where they are.
    """

    note: str
    driver: str
    demo: str
    totals: str
    tiles: tuple[GpuTile, ...]
    detail: GpuDetail | None
    events: tuple[EventLine, ...]


def rigs_screen(
    sample: RigSample,
    chosen: str | None,
    events: Sequence[RigEvent] = (),
    lost_since: Mapping[str, float] | None = None,
    last: Mapping[str, GpuReading] | None = None,
) -> RigsScreen:
    """What the page shows.

    Args:
        sample: The newest readings.
        chosen: UUID of the GPU that is looked at; the first where it is None or gone.
        events: What happened, newest first.
        lost_since: When each lost GPU stopped answering, in seconds since 1970.
        last: The last readings of each lost GPU.
    """
    since, seen = lost_since or {}, last or {}
    gpus = sample.gpus
    shown = next((gpu for gpu in gpus if gpu.uuid == chosen), gpus[0] if gpus else None)
    return RigsScreen(
        note=rig_text(sample),
        driver=tr("driver {version}", version=sample.driver_version) if sample.driver_version else "",
        demo=tr("demo GPUs, not real") if sample.source == "demo" else "",
        totals=_totals(gpus),
        tiles=tuple(_tile(gpu, sample.taken_at, since.get(gpu.uuid), seen.get(gpu.uuid)) for gpu in gpus),
        detail=None if shown is None else _detail(shown, seen.get(shown.uuid)),
        events=tuple(event_line(event) for event in events[:EVENTS_SHOWN]),
    )


def range_text(seconds: int) -> str:
    """`1 min`, `10 min`, `1 h`: what the curves go back."""
    return formats.seconds_as_time(seconds)


def rig_text(sample: RigSample) -> str:
    """`rig-02 · 8 × RTX 3090`."""
    names = {formats.gpu_name(gpu.name) for gpu in sample.gpus}
    total = len(sample.gpus)
    model = f"{total} × {names.pop()}" if len(names) == 1 and "" not in names else ntr("{n} GPU", "{n} GPUs", total)
    return f"{sample.rig} · {model}"


def _totals(gpus: Sequence[GpuReading]) -> str:
    heats = [gpu.temperature for gpu in gpus if gpu.temperature is not None]
    powers = [gpu.power_watts for gpu in gpus if gpu.power_watts is not None]
    parts = []
    if heats:
        parts.append(tr("hottest {temperature}", temperature=formats.temperature(max(heats))))
    if powers:
        parts.append(formats.watts(sum(powers)))
    return " · ".join(parts)


def _tile(gpu: GpuReading, now: float, lost_since: float | None, last: GpuReading | None) -> GpuTile:
    name = tr("GPU {index}", index=gpu.index)
    if gpu.is_lost:
        away = tr("lost {time}", time=_stopwatch(now - lost_since)) if lost_since is not None else tr("lost")
        return GpuTile(gpu.uuid, name, "warn", "", "", "", "", "", away, f"{last_seen(last)} {_what_to_do()}".strip())
    return GpuTile(
        uuid=gpu.uuid,
        name=name,
        kind="warn" if _HELD_BACK.intersection(gpu.slowed_by or ()) else "good",
        load=formats.DASH if gpu.gpu_percent is None else str(gpu.gpu_percent),
        temperature=formats.temperature(gpu.temperature),
        power=formats.watts(gpu.power_watts),
        memory=_memory(gpu),
        state=_state(gpu),
    )


def _what_to_do() -> str:
    return tr("Check its power and seating, then restart the computer.")


def _stopwatch(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _state(gpu: GpuReading) -> str:
    held = gpu.slowed_by or ()
    if _HELD_BACK.intersection(held):
        return tr("slowed by {reasons}", reasons=slowed_text(held))
    if gpu.gpu_percent is not None and gpu.gpu_percent < IDLE_BELOW:
        return tr("idle")
    if "power_limit" in held:
        return tr("at the power limit")
    return "" if gpu.gpu_percent is None else tr("at work")


_MISSING: dict[Missing, Callable[[], str]] = {
    Missing.NOT_SUPPORTED: lambda: tr("not supported by this GPU"),
    Missing.NO_PERMISSION: lambda: tr("no permission to read it"),
    Missing.GPU_LOST: lambda: tr("the GPU is lost"),
    Missing.DRIVER_TOO_OLD: lambda: tr("the driver is too old"),
    Missing.FAILED: lambda: tr("the driver gave no value"),
    Missing.HANGS: lambda: tr("the driver does not return"),
    Missing.NOT_EXPORTED: lambda: tr("the exporter does not tell it"),
}


def missing_text(gpu: GpuReading, field: str) -> str:
    """Why a reading is not there; empty where it is."""
    reason = gpu.missing.get(field)
    return "" if reason is None else _MISSING[reason]()


# the chosen GPU


def _detail(gpu: GpuReading, last: GpuReading | None) -> GpuDetail:
    name = formats.gpu_name(gpu.name)
    title = tr("GPU {index}", index=gpu.index)
    return GpuDetail(
        uuid=gpu.uuid,
        name=f"{title} · {name}" if name else title,
        short_uuid=formats.shorten(gpu.uuid, 8),
        curves=_curves(gpu, last or gpu),
        readings=_readings(gpu),
    )


def _curves(gpu: GpuReading, known: GpuReading) -> tuple[Curve, ...]:
    """Scales come from `known`, the last readings there were, so that the curves of a lost GPU keep theirs."""
    percent = ((0.0, "0"), (50.0, "50"), (100.0, "100"))
    total = float(known.memory_total or 24 * 2**30)
    limit = known.power_limit_watts
    watts = limit or 300.0
    heat = known.temperature_limit
    hottest = 100.0 if heat is None or heat <= 100 else float(heat)
    megahertz = 3_000 if (known.graphics_mhz or 0) <= 3_000 else 4_000
    return (
        Curve("gpu_percent", tr("Utilisation"), formats.percent(gpu.gpu_percent), "accent", 0, 100, percent),
        Curve(
            "memory_used",
            tr("GPU memory"),
            formats.gigabytes(gpu.memory_used),
            "accent",
            0,
            total,
            tuple((total * part, f"{total * part / 2**30:.0f}") for part in (0.0, 0.5, 1.0)),
        ),
        Curve(
            "temperature",
            tr("Temperature"),
            formats.temperature(gpu.temperature),
            "good",
            20,
            hottest,
            ((20.0, "20"), (60.0, "60"), (100.0, "100")),
            None if heat is None else float(heat),
        ),
        Curve(
            "power_watts",
            tr("Power"),
            formats.watts(gpu.power_watts),
            "locked",
            0,
            watts * 1.08,
            tuple((watts * part, f"{watts * part:.0f}") for part in (0.0, 0.5, 1.0)),
            limit,
        ),
        Curve("fan_percent", tr("Fan"), formats.percent(gpu.fan_percent), "good", 0, 100, percent),
        Curve(
            "graphics_mhz",
            tr("Clocks"),
            formats.DASH if gpu.graphics_mhz is None else f"{gpu.graphics_mhz:,} MHz",
            "locked",
            0,
            megahertz,
            ((0.0, "0"), (megahertz / 2, f"{megahertz // 2:,}"), (float(megahertz), f"{megahertz:,}")),
        ),
    )


def _memory(gpu: GpuReading) -> str:
    if gpu.memory_used is None:
        return formats.DASH
    used = formats.gigabytes(gpu.memory_used)
    return used if gpu.memory_total is None else f"{used.removesuffix(' GB')} / {formats.gigabytes(gpu.memory_total)}"


def _readings(gpu: GpuReading) -> tuple[Reading, ...]:
    def row(name: str, field: str, value: str, note: str = "") -> Reading:
        is_missing = getattr(gpu, field) is None
        return Reading(name, formats.DASH if is_missing else value, missing_text(gpu, field) if is_missing else note)

    heat = gpu.temperature_limit
    power = formats.watts(gpu.power_watts)
    if gpu.power_limit_watts is not None:
        power = f"{power.removesuffix(' W')} / {formats.watts(gpu.power_limit_watts)}"
    bus = "" if gpu.memory_percent is None else tr("memory bus {percent}", percent=formats.percent(gpu.memory_percent))
    memory_clock = formats.DASH if gpu.memory_mhz is None else f"{gpu.memory_mhz:,}"
    video = f"{formats.percent(gpu.encoder_percent)} / {formats.percent(gpu.decoder_percent)}"
    return (
        row(tr("Utilisation"), "gpu_percent", formats.percent(gpu.gpu_percent), bus),
        row(tr("GPU memory"), "memory_used", _memory(gpu)),
        row(
            tr("Temperature"),
            "temperature",
            formats.temperature(gpu.temperature),
            "" if heat is None else tr("slows down at {temperature}", temperature=formats.temperature(heat)),
        ),
        row(tr("Memory temperature"), "memory_temperature", formats.temperature(gpu.memory_temperature)),
        row(tr("Power"), "power_watts", power),
        row(tr("Fan"), "fan_percent", formats.percent(gpu.fan_percent)),
        row(tr("Clocks"), "graphics_mhz", f"{gpu.graphics_mhz or 0:,} / {memory_clock} MHz", tr("GPU / memory")),
        row(tr("Video engine"), "encoder_percent", video, tr("encoding / decoding")),
        row(tr("Slowed by"), "slowed_by", slowed_text(gpu.slowed_by or ())),
        row(tr("Performance state"), "performance_state", f"P{gpu.performance_state}"),
        row(tr("PCIe"), "pcie_generation", pcie_text(gpu.pcie_generation, gpu.pcie_lanes), _pcie_note(gpu)),
        row(tr("ECC errors"), "ecc_errors", formats.count(gpu.ecc_errors or 0)),
    )


def _pcie_note(gpu: GpuReading) -> str:
    if gpu.pcie_top is None:
        return ""
    if gpu.pcie_top == (gpu.pcie_generation, gpu.pcie_lanes):
        return tr("as capable")
    return tr("capable of {link}", link=pcie_text(*gpu.pcie_top))

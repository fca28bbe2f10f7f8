"""What Rigs says about the GPUs of this computer. A missing reading is a dash with its reason, never 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.domain.gpu import GpuReading, Missing, ReadingLane, RigSample
from dbc_desktop.domain.machine import Machine
from dbc_desktop.domain.rig_event import RigEvent
from dbc_desktop.screens import formats
from dbc_desktop.screens.machines import status_text
from dbc_desktop.screens.rig_events import EventLine, event_line, last_seen, slowed_text
from dbc_desktop.screens.rig_readings import Reading, Section, memory_text, section_rows
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.rig_rentals import RigRentals

RANGES: tuple[int, ...] = (60, 600, 3_600, 86_400, 30 * 86_400, 365 * 86_400)
LIVE_UP_TO = 3_600
"""Seconds that are in memory; longer ranges come from the history on disk."""
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
        trouble: Says that a call into the driver hangs while others answer; empty where none does.
    """

    note: str
    driver: str
    demo: str
    totals: str
    trouble: str
    tiles: tuple[GpuTile, ...]
    detail: GpuDetail | None
    events: tuple[EventLine, ...]


def rigs_screen(
    sample: RigSample,
    chosen: str | None,
    events: Sequence[RigEvent] = (),
    lost_since: Mapping[str, float] | None = None,
    last: Mapping[str, GpuReading] | None = None,
    section: Section = Section.NOW,
    rentals: RigRentals | None = None,
) -> RigsScreen:
    """What the page shows.

    Args:
        sample: The newest readings.
        chosen: UUID of the GPU that is looked at; the first where it is None or gone.
        events: What happened, newest first.
        lost_since: When each lost GPU stopped answering, in seconds since 1970.
        last: The last readings of each lost GPU.
        section: Which readings of the chosen GPU are looked at.
        rentals: Which rental each GPU works for.
    """
    since, seen = lost_since or {}, last or {}
    gpus, rented = sample.gpus, rental_texts(rentals or RigRentals())
    shown = next((gpu for gpu in gpus if gpu.uuid == chosen), gpus[0] if gpus else None)
    return RigsScreen(
        note=rig_text(sample),
        driver=_driver(sample),
        demo=tr("demo GPUs, not real") if sample.source == "demo" else "",
        totals=_totals(gpus),
        trouble=_lanes(sample),
        tiles=tuple(
            _tile(gpu, sample.taken_at, since.get(gpu.uuid), seen.get(gpu.uuid), rented.get(gpu.index, ""))
            for gpu in gpus
        ),
        detail=None
        if shown is None
        else _detail(
            shown,
            seen.get(shown.uuid),
            section_rows(section, shown, sample.host, rented.get(shown.index, "")),
        ),
        events=tuple(event_line(event) for event in events[:EVENTS_SHOWN]),
    )


def range_text(seconds: int) -> str:
    """`1 min`, `10 min`, `1 h`: what the curves go back."""
    return tr("1 year") if seconds == RANGES[-1] else formats.seconds_as_time(seconds)


def rig_text(sample: RigSample) -> str:
    """`rig-02 · 8 × RTX 3090`."""
    names = {formats.gpu_name(gpu.name) for gpu in sample.gpus}
    total = len(sample.gpus)
    model = f"{total} × {names.pop()}" if len(names) == 1 and "" not in names else ntr("{n} GPU", "{n} GPUs", total)
    return f"{sample.rig} · {model}"


def rental_texts(rentals: RigRentals) -> dict[int, str]:
    """`rental #18` by GPU number; a guess says that it is one."""
    if rentals.is_guess:
        return {index: tr("rental #{id}, a guess", id=rent_id) for index, rent_id in rentals.orders.items()}
    return {index: tr("rental #{id}", id=rent_id) for index, rent_id in rentals.orders.items()}


def machine_choice(machine: Machine) -> str:
    """`3f9a…c41d · 8 GPUs · online`, to choose a machine by."""
    gpus = ntr("{n} GPU", "{n} GPUs", machine.gpu_num)
    return f"{formats.short_id(machine.machine_id)} · {gpus} · {status_text(machine.status)[0]}"


def _driver(sample: RigSample) -> str:
    """`driver 580.95.05 · CUDA 13.0`."""
    if not sample.driver_version:
        return ""
    driver = tr("driver {version}", version=sample.driver_version)
    return f"{driver} · CUDA {sample.cuda_version}" if sample.cuda_version else driver


def _lanes(sample: RigSample) -> str:
    if not sample.lanes:
        return ""
    names = {ReadingLane.FAST: tr("readings"), ReadingLane.SLOW: tr("slow readings"), ReadingLane.EVENTS: tr("events")}
    lanes = ", ".join(names[one.lane] for one in sample.lanes)
    since = formats.clock_time(min(one.since for one in sample.lanes))
    return tr("The driver has not returned since {time} ({lanes}). The rest goes on.", time=since, lanes=lanes)


def _totals(gpus: Sequence[GpuReading]) -> str:
    heats = [gpu.temperature for gpu in gpus if gpu.temperature is not None]
    powers = [gpu.power_watts for gpu in gpus if gpu.power_watts is not None]
    parts = []
    if heats:
        parts.append(tr("hottest {temperature}", temperature=formats.temperature(max(heats))))
    if powers:
        parts.append(formats.watts(sum(powers)))
    return " · ".join(parts)


def _tile(gpu: GpuReading, now: float, lost_since: float | None, last: GpuReading | None, rental: str) -> GpuTile:
    name = tr("GPU {index}", index=gpu.index)
    if gpu.is_lost:
        away = tr("lost {time}", time=_stopwatch(now - lost_since)) if lost_since is not None else tr("lost")
        return GpuTile(gpu.uuid, name, "warn", "", "", "", "", "", away, _advice(gpu, last))
    return GpuTile(
        uuid=gpu.uuid,
        name=name,
        kind="warn" if _HELD_BACK.intersection(gpu.slowed_by or ()) else "good",
        load=formats.DASH if gpu.gpu_percent is None else str(gpu.gpu_percent),
        temperature=formats.temperature(gpu.temperature),
        power=formats.watts(gpu.power_watts),
        memory=memory_text(gpu),
        state=_state(gpu, rental),
    )


def _advice(gpu: GpuReading, last: GpuReading | None) -> str:
    if Missing.HANGS in gpu.missing.values():
        return tr("The driver does not return from a call to it. It is left out for a while; the others are read.")
    return f"{last_seen(last)} {tr('Check its power and seating, then restart the computer.')}"


def _stopwatch(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _state(gpu: GpuReading, rental: str) -> str:
    held = gpu.slowed_by or ()
    if _HELD_BACK.intersection(held):
        return tr("slowed by {reasons}", reasons=slowed_text(held))
    if rental:
        return rental
    if gpu.gpu_percent is not None and gpu.gpu_percent < IDLE_BELOW:
        return tr("idle")
    if "power_limit" in held:
        return tr("at the power limit")
    return "" if gpu.gpu_percent is None else tr("at work")


# the chosen GPU


def _detail(gpu: GpuReading, last: GpuReading | None, readings: tuple[Reading, ...]) -> GpuDetail:
    name = formats.gpu_name(gpu.name)
    title = tr("GPU {index}", index=gpu.index)
    return GpuDetail(
        uuid=gpu.uuid,
        name=f"{title} · {name}" if name else title,
        short_uuid=formats.shorten(gpu.uuid, 8),
        curves=_curves(gpu, last or gpu),
        readings=readings,
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

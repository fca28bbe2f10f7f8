"""What happened to rigs and GPUs, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbc_desktop.domain.gpu import GpuReading
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import driver_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.screens.xid import xid_text

NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened; `kind` is the token of its dot."""

    time: str
    moment: str
    kind: str
    text: str


def event_line(event: RigEvent) -> EventLine:
    """One line of the log."""
    kind, text = _TELLERS[event.kind](event)
    return EventLine(formats.clock_time(event.taken_at), formats.moment(event.taken_at), kind, text)


def last_seen(last: GpuReading | None) -> str:
    """When a GPU that is lost answered last, and what it said then."""
    if last is None:
        return tr("It has not answered since the program started.")
    values = [formats.temperature(last.temperature), formats.watts(last.power_watts)]
    known = ", ".join(value.replace(" ", NO_BREAK) for value in values if value != formats.DASH)
    time = formats.clock_time(last.taken_at)
    return tr("Last seen {time} at {values}.", time=time, values=known) if known else tr("Last seen {time}.", time=time)


def slowed_text(reasons: Sequence[str]) -> str:
    """Why clocks are held back, e.g. `power limit, heat`."""
    return ", ".join(_SLOWED[reason]() for reason in reasons if reason in _SLOWED) or tr("nothing")


def pcie_text(generation: object, lanes: object | None) -> str:
    """`gen 4 × 16`."""
    return tr("gen {generation} × {lanes}", generation=generation, lanes=lanes if lanes is not None else formats.DASH)


_SLOWED: dict[str, Callable[[], str]] = {
    "idle": lambda: tr("idleness"),
    "settings": lambda: tr("settings"),
    "power_limit": lambda: tr("power limit"),
    "heat": lambda: tr("heat"),
    "power_brake": lambda: tr("power brake"),
    "hardware": lambda: tr("hardware"),
    "sync": lambda: tr("sync with others"),
    "display": lambda: tr("display"),
}
_LANES: dict[str, Callable[[], str]] = {
    "fast": lambda: tr("readings"),
    "slow": lambda: tr("slow readings"),
    "events": lambda: tr("events"),
}
_HISTORY: dict[str, Callable[[], str]] = {
    "full": lambda: tr("The disk is full: readings go on, and this time will be missing from the history."),
    "read_only": lambda: tr("The history cannot be written: readings go on and will be missing from it."),
    "busy": lambda: tr("Another program holds the history: readings go on and may be missing from it."),
    "too_new": lambda: tr("A newer version wrote the history: readings go on and will be missing from it."),
    "damaged": lambda: tr("The history file was damaged. It was put aside and a new one begun."),
}

_Told = tuple[str, str]


def _away(event: RigEvent) -> str:
    return formats.seconds_as_time(int(event.seconds or 0))


def _number(event: RigEvent, name: str) -> int:
    value = event.facts.get(name, 0)
    return int(value) if isinstance(value, int | float) else 0


def _lost(event: RigEvent) -> _Told:
    fell = tr("GPU {index} stopped answering: it fell off the bus.", index=event.index)
    return "warn", f"{fell} {last_seen(event.last)}"


def _moved(event: RigEvent) -> _Told:
    before = None if event.last is None else event.last.index
    return "idle", tr("The driver counts anew: GPU {before} is GPU {index} now.", before=before, index=event.index)


def _driver_changed(event: RigEvent) -> _Told:
    before, now = event.facts.get("before", formats.DASH), event.facts.get("now", formats.DASH)
    return "idle", tr("The driver was changed from {before} to {now}.", before=before, now=now)


def _xid(event: RigEvent) -> _Told:
    number = _number(event, "xid")
    words = xid_text(number)
    what = tr("GPU {index}: {what} (Xid {number}).", index=event.index, what=words.what, number=number)
    return "loss" if words.is_hardware else "warn", f"{what} {words.to_do}"


def _slowed(event: RigEvent) -> _Told:
    reason = str(event.facts.get("reason", ""))
    text = tr("GPU {index} was slowed by {reason} for {time}.", index=event.index, reason=slowed_text((reason,)),
              time=_away(event))  # fmt: skip
    return "idle" if reason == "power_limit" else "warn", text


def _ecc(event: RigEvent) -> _Told:
    return "loss", ntr(
        "GPU {index}: {n} memory error that could not be corrected.",
        "GPU {index}: {n} memory errors that could not be corrected.",
        _number(event, "count"),
        index=event.index,
    )


def _pcie_below(event: RigEvent) -> _Told:
    return "warn", tr(
        "GPU {index} works over PCIe {link}, though it is capable of {top}. Check slot, riser and BIOS.",
        index=event.index,
        link=pcie_text(_number(event, "generation"), _number(event, "lanes")),
        top=pcie_text(_number(event, "top_generation"), _number(event, "top_lanes")),
    )


def _replays(event: RigEvent) -> _Told:
    return "warn", ntr(
        "GPU {index}: {n} packet had to be sent again over PCIe. Check slot and riser.",
        "GPU {index}: {n} packets had to be sent again over PCIe. Check slot and riser.",
        _number(event, "count"),
        index=event.index,
    )


def _lane_hung(event: RigEvent) -> _Told:
    lane = _LANES.get(str(event.facts.get("lane", "")), _LANES["fast"])()
    if event.index is not None:
        return "loss", tr(
            "The driver does not return from a call to GPU {index} ({lane}). That thread was left behind and replaced; "
            "the GPU is left out for a while.",
            index=event.index,
            lane=lane,
        )
    return "loss", tr(
        "The driver does not return from a call ({lane}). That thread was left behind and replaced.", lane=lane
    )


def _lane_back(event: RigEvent) -> _Told:
    lane = _LANES.get(str(event.facts.get("lane", "")), _LANES["fast"])()
    return "good", tr("The driver answers again ({lane}) after {time}.", lane=lane, time=_away(event))


def _clock(event: RigEvent) -> _Told:
    seconds = _number(event, "jump_seconds")
    time = formats.seconds_as_time(abs(seconds))
    if seconds < 0:
        return "idle", tr("The computer's clock was put back by {time}.", time=time)
    return "idle", tr("The computer slept, or its clock was put forward: {time} are missing.", time=time)


def _history_failed(event: RigEvent) -> _Told:
    words = _HISTORY.get(event.reason or "")
    return "warn", words() if words else tr("The history cannot be written ({reason}).", reason=event.reason)


_POWER: dict[str, Callable[..., str]] = {
    "set": lambda **f: tr("GPU {index}: power limit set to {now}, was {before}. It goes back unless it is kept.", **f),
    "kept": lambda **f: tr("GPU {index}: power limit {now} is kept.", **f),
    "reverted": lambda **f: tr("GPU {index}: power limit went back to {now}.", **f),
}


def _power_limit(event: RigEvent) -> _Told:
    now, before = (formats.watts(_number(event, name)) for name in ("watts", "before"))
    return "idle", _POWER[str(event.facts.get("how", "set"))](index=event.index, now=now, before=before)


_TELLERS: dict[RigEventKind, Callable[[RigEvent], _Told]] = {
    RigEventKind.GPU_LOST: _lost,
    RigEventKind.GPU_BACK: lambda e: (
        "good",
        tr("GPU {index} answers again after {time}.", index=e.index, time=_away(e)),
    ),
    RigEventKind.GPU_MOVED: _moved,
    RigEventKind.GPU_FOUND: lambda e: ("good", tr("GPU {index} is new here.", index=e.index)),
    RigEventKind.GPU_TWICE: lambda e: (
        "warn",
        tr("GPU {index} has the same UUID as another one; they are told apart by number.", index=e.index),
    ),
    RigEventKind.DRIVER_GONE: lambda e: ("loss", driver_text(e.reason or "")),
    RigEventKind.DRIVER_BACK: lambda e: ("good", tr("The driver answers again after {time}.", time=_away(e))),
    RigEventKind.DRIVER_CHANGED: _driver_changed,
    RigEventKind.XID: _xid,
    RigEventKind.SLOWED: _slowed,
    RigEventKind.ECC_ERRORS: _ecc,
    RigEventKind.ROWS_FAILED: lambda e: (
        "loss",
        tr("GPU {index}: a faulty row of memory could not be replaced. Have the card replaced.", index=e.index),
    ),
    RigEventKind.PCIE_BELOW: _pcie_below,
    RigEventKind.PCIE_REPLAYS: _replays,
    RigEventKind.LANE_HUNG: _lane_hung,
    RigEventKind.LANE_BACK: _lane_back,
    RigEventKind.CLOCK_JUMPED: _clock,
    RigEventKind.HISTORY_FAILED: _history_failed,
    RigEventKind.HISTORY_BACK: lambda _: ("good", tr("The history is written again.")),
    RigEventKind.POWER_LIMIT: _power_limit,
}
"""One for each kind; a test walks them."""

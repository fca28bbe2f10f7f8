"""Alerts in words: what is wrong, what it means, what to do; and the rules as a person sets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbc_desktop.domain.alert import Alert, AlertKind, AlertRule, Severity
from dbc_desktop.domain.balance import Balance
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import driver_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.screens.xid import xid_text

if TYPE_CHECKING:
    from dbc_desktop.telemetry.fleet_store import FleetSettings

Facts = Mapping[str, str | float]
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as a line.

    Attributes:
        tone: `idle`, `warn` or `loss`.
        when: Since when, or from when to when.
        advice: What it means and what to do.
        button: What the person can do here; empty once they know.
        page: The page that deals with it.
    """

    number: int
    tone: str
    when: str
    title: str
    advice: str
    button: str
    page: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as a person sets it; `unit` stands behind the threshold, empty where there is none."""

    kind: AlertKind
    name: str
    threshold: float | None
    unit: str
    for_seconds: float
    is_on: bool
    is_told: bool


_TONES = {Severity.NOTICE: "idle", Severity.WARN: "warn", Severity.LOSS: "loss"}


def alert_words(alert: Alert) -> Words:
    """Title and advice."""
    return _KINDS[alert.kind](alert.facts)


def alert_row(alert: Alert, now: float) -> AlertRow:
    """The line of an alert at `now`, in seconds since 1970."""
    title, advice = alert_words(alert)
    lasted = formats.seconds_as_time(max(0, round((alert.ended_at or now) - alert.began_at)))
    when = tr("for {time}", time=lasted) if alert.ended_at is None else formats.moment(alert.began_at)
    return AlertRow(
        number=alert.number,
        tone=_TONES[alert.severity],
        when=when,
        title=title,
        advice=advice,
        button=tr("I know") if alert.known_at is None and alert.ended_at is None else "",
        page=page_of(alert),
        is_known=alert.known_at is not None,
    )


def page_of(alert: Alert) -> str:
    """The page that deals with it."""
    return _PAGES.get(alert.kind, "rigs")


def rule_row(rule: AlertRule) -> RuleRow:
    """A rule as a person sets it."""
    name, unit = _RULES[rule.kind]
    return RuleRow(
        rule.kind,
        name(),
        rule.threshold,
        unit() if rule.threshold is not None else "",
        rule.for_seconds,
        rule.is_on,
        rule.is_told,
    )


def message_words(alert: Alert) -> Words:
    """Title and body of what leaves the window."""
    title, advice = alert_words(alert)
    return (tr("Over: {title}", title=title), "") if alert.ended_at is not None else (title, advice)


def trial_words() -> Words:
    """What the test button sends."""
    return tr("A test from DBC Desktop"), tr("Alerts reach you here.")


def _gpu(facts: Facts) -> str:
    index, rig = facts.get("index"), str(facts.get("rig", ""))
    if not isinstance(index, float | int):
        return rig
    return tr("{rig}: GPU {index}", rig=rig, index=round(index))


def _whole(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return f"{value:,.0f}" if isinstance(value, float | int) else formats.DASH


def _machine(facts: Facts) -> str:
    return formats.short_id(str(facts.get("machine_id", "")))


def _too_hot(facts: Facts) -> Words:
    title = tr("{gpu} is too hot: {celsius} °C", gpu=_gpu(facts), celsius=_whole(facts, "celsius"))
    return title, tr("Clean dust from the cooler and look at the airflow, or lower its power limit.")


def _memory_too_hot(facts: Facts) -> Words:
    title = tr("{gpu}: its memory is too hot: {celsius} °C", gpu=_gpu(facts), celsius=_whole(facts, "celsius"))
    return title, tr("Thermal pads age first. Lower the power limit until they are replaced.")


def _slowed_by_heat(facts: Facts) -> Words:
    return tr("{gpu} slows itself down from heat", gpu=_gpu(facts)), tr("It earns the same, but a renter gets less.")


def _slowed_by_power(facts: Facts) -> Words:
    title = tr("{gpu} is braked by its power supply", gpu=_gpu(facts))
    return title, tr("The hardware asks it to slow down. Check the power supply and its cables.")


def _fan_stuck(facts: Facts) -> Words:
    title = tr("{gpu}: a fan stands still at {celsius} °C", gpu=_gpu(facts), celsius=_whole(facts, "celsius"))
    return title, tr("Stop the work on it and look at the fan before it is damaged.")


def _memory_errors(facts: Facts) -> Words:
    if facts.get("has_failed"):
        return tr("{gpu}: memory can no longer be repaired", gpu=_gpu(facts)), tr("Have the card replaced.")
    if facts.get("is_pending"):
        advice = tr("The driver has spare rows for it. Restart the computer when nobody rents it.")
        return tr("{gpu}: memory waits for repair", gpu=_gpu(facts)), advice
    title = tr("{gpu}: {count} uncorrected memory errors", gpu=_gpu(facts), count=_whole(facts, "count"))
    return title, tr("Results on it may be wrong. Restart the computer; if it happens again have the card replaced.")


def _xid(facts: Facts) -> Words:
    number = facts.get("xid", 0)
    words = xid_text(round(number) if isinstance(number, float | int) else 0)
    title = tr("{gpu}: {what} (Xid {number})", gpu=_gpu(facts), what=words.what, number=_whole(facts, "xid"))
    return title, words.to_do


def _lost(facts: Facts) -> Words:
    advice = tr("Check its power and seating and restart the computer. Compare what a report costs on Disputes.")
    return tr("{gpu} is lost", gpu=_gpu(facts)), advice


def _pcie_below(facts: Facts) -> Words:
    title = tr(
        "{gpu} runs at PCIe {generation} × {lanes}",
        gpu=_gpu(facts),
        generation=_whole(facts, "generation"),
        lanes=_whole(facts, "lanes"),
    )
    advice = tr(
        "It is capable of {generation} × {lanes}. Check riser, slot and the settings of the board.",
        generation=_whole(facts, "top_generation"),
        lanes=_whole(facts, "top_lanes"),
    )
    return title, advice


def _idle(facts: Facts) -> Words:
    title = tr("Machine {machine} is rented and idle", machine=_machine(facts))
    return title, tr("Its renter may not get in. They could report it.")


def _busy(facts: Facts) -> Words:
    title = tr("Machine {machine} works and nobody rents it", machine=_machine(facts))
    return title, tr("Look at the processes on its GPUs: they are yours, or somebody else's.")


def _power(facts: Facts) -> Words:
    title = tr("{gpu} takes {watts} W", gpu=_gpu(facts), watts=_whole(facts, "watts"))
    return title, tr("Its peers take {usual} W for the same work.", usual=_whole(facts, "usual"))


def _driver(facts: Facts) -> Words:
    title = tr("{rig}: the driver changed", rig=facts.get("rig", ""))
    return title, tr("From {before} to {now}.", before=facts.get("before", ""), now=facts.get("now", ""))


def _disk(facts: Facts) -> Words:
    title = tr(
        "{rig}: {percent} of {mount} is full",
        rig=facts.get("rig", ""),
        mount=facts.get("mount", ""),
        percent=f"{_whole(facts, 'percent')} %",
    )
    return title, tr("A renter's data and the node need room. Free some.")


def _clock(facts: Facts) -> Words:
    title = tr("{rig}: its clock is off by {seconds} s", rig=facts.get("rig", ""), seconds=_whole(facts, "seconds"))
    return title, tr("Signatures and deadlines depend on it. Set it by the network (NTP).")


def _hangs(facts: Facts) -> Words:
    title = tr("{rig}: the driver does not return from a call", rig=facts.get("rig", ""))
    return title, tr("Readings go on where they can. Restart the computer when nobody rents it.")


def _node(facts: Facts) -> Words:
    title = tr("{rig}: {process} is not running", rig=facts.get("rig", ""), process=facts.get("process", ""))
    return title, tr("Renters cannot get in. Start the compute node again.")


def _silent(facts: Facts) -> Words:
    return tr("{rig} is silent", rig=facts.get("rig", "")), driver_text(str(facts.get("reason", "")))


def _slash(facts: Facts) -> Words:
    title = tr("The slash of machine {machine} grows soon", machine=_machine(facts))
    return title, tr("At block {height}. Bring it online before.", height=_whole(facts, "height"))


def _trouble(facts: Facts) -> Words:
    title = tr("Rented machine {machine} is in trouble", machine=_machine(facts))
    advice = tr("Nobody reported it yet: repaired in time it costs nothing. Compare the ways on Disputes.")
    return title, advice


def _lease(facts: Facts) -> Words:
    title = tr("Rent order {order} ends soon", order=facts.get("rent_id", ""))
    return title, tr("At block {height}. What is on the machine is deleted afterwards.", height=_whole(facts, "height"))


def _confirm(facts: Facts) -> Words:
    title = tr("Rent order {order} lapses soon", order=facts.get("rent_id", ""))
    return title, tr("Confirm it by block {height}, or let it lapse.", height=_whole(facts, "height"))


def _stake(facts: Facts) -> Words:
    missing = str(facts.get("missing", ""))
    amount = formats.amount(Balance(int(missing))) if missing.isdigit() else formats.DASH
    title = tr("Machine {machine} lacks stake", machine=_machine(facts))
    return title, tr("{amount} more and it can go online.", amount=amount)


def _reveal(facts: Facts) -> Words:
    title = tr("A reveal is due for {machine}", machine=_machine(facts))
    return title, tr("By block {height}; who is silent is slashed.", height=_whole(facts, "height"))


def _reward(facts: Facts) -> Words:
    title = tr("Machine {machine} earned nothing", machine=_machine(facts))
    return title, tr("It was online in era {era}. Look at its life line.", era=_whole(facts, "era"))


_KINDS: dict[AlertKind, Callable[[Facts], Words]] = {
    AlertKind.TOO_HOT: _too_hot,
    AlertKind.MEMORY_TOO_HOT: _memory_too_hot,
    AlertKind.SLOWED_BY_HEAT: _slowed_by_heat,
    AlertKind.SLOWED_BY_POWER: _slowed_by_power,
    AlertKind.FAN_STUCK: _fan_stuck,
    AlertKind.MEMORY_ERRORS: _memory_errors,
    AlertKind.XID: _xid,
    AlertKind.GPU_LOST: _lost,
    AlertKind.PCIE_BELOW: _pcie_below,
    AlertKind.IDLE_WHILE_RENTED: _idle,
    AlertKind.BUSY_WHILE_NOT_RENTED: _busy,
    AlertKind.POWER_OUT_OF_LINE: _power,
    AlertKind.DRIVER_CHANGED: _driver,
    AlertKind.DISK_FILLING: _disk,
    AlertKind.CLOCK_SKEW: _clock,
    AlertKind.DRIVER_HANGS: _hangs,
    AlertKind.NODE_GONE: _node,
    AlertKind.RIG_SILENT: _silent,
    AlertKind.SLASH_STEP: _slash,
    AlertKind.RENTED_IN_TROUBLE: _trouble,
    AlertKind.LEASE_ENDING: _lease,
    AlertKind.CONFIRM_ENDING: _confirm,
    AlertKind.STAKE_SHORT: _stake,
    AlertKind.REVEAL_DUE: _reveal,
    AlertKind.REWARD_MISSED: _reward,
}
_PAGES = {
    AlertKind.SLASH_STEP: "disputes",
    AlertKind.RENTED_IN_TROUBLE: "disputes",
    AlertKind.REVEAL_DUE: "disputes",
    AlertKind.LEASE_ENDING: "rentals",
    AlertKind.CONFIRM_ENDING: "rentals",
    AlertKind.STAKE_SHORT: "machines",
    AlertKind.REWARD_MISSED: "machines",
}


def _no_unit() -> str:
    return ""


def _degrees() -> str:
    return "°C"


def _percent() -> str:
    return "%"


def _seconds() -> str:
    return tr("seconds")


def _blocks() -> str:
    return tr("blocks before")


_RULES: dict[AlertKind, tuple[Callable[[], str], Callable[[], str]]] = {
    AlertKind.TOO_HOT: (lambda: tr("Too hot"), _degrees),
    AlertKind.MEMORY_TOO_HOT: (lambda: tr("Memory too hot"), _degrees),
    AlertKind.SLOWED_BY_HEAT: (lambda: tr("Slowed down by heat"), _no_unit),
    AlertKind.SLOWED_BY_POWER: (lambda: tr("Braked by the power supply"), _no_unit),
    AlertKind.FAN_STUCK: (lambda: tr("A fan stands still above"), _degrees),
    AlertKind.MEMORY_ERRORS: (lambda: tr("Memory errors, at least"), _no_unit),
    AlertKind.XID: (lambda: tr("Faults of the driver (Xid)"), _no_unit),
    AlertKind.GPU_LOST: (lambda: tr("GPU lost"), _no_unit),
    AlertKind.PCIE_BELOW: (lambda: tr("Below its PCIe capability at work"), _no_unit),
    AlertKind.IDLE_WHILE_RENTED: (lambda: tr("Rented and idle, below"), _percent),
    AlertKind.BUSY_WHILE_NOT_RENTED: (lambda: tr("Busy and not rented, above"), _percent),
    AlertKind.POWER_OUT_OF_LINE: (lambda: tr("Power out of line with its peers by"), _percent),
    AlertKind.DRIVER_CHANGED: (lambda: tr("Driver changed"), _no_unit),
    AlertKind.DISK_FILLING: (lambda: tr("Disk filling above"), _percent),
    AlertKind.CLOCK_SKEW: (lambda: tr("Clock off by more than"), _seconds),
    AlertKind.DRIVER_HANGS: (lambda: tr("The driver hangs"), _no_unit),
    AlertKind.NODE_GONE: (lambda: tr("Compute node not running"), _no_unit),
    AlertKind.RIG_SILENT: (lambda: tr("Rig silent"), _no_unit),
    AlertKind.SLASH_STEP: (lambda: tr("A slash grows in"), _blocks),
    AlertKind.RENTED_IN_TROUBLE: (lambda: tr("Rented machine in trouble, not reported"), _no_unit),
    AlertKind.LEASE_ENDING: (lambda: tr("Lease ends in"), _blocks),
    AlertKind.CONFIRM_ENDING: (lambda: tr("Confirm window ends in"), _blocks),
    AlertKind.STAKE_SHORT: (lambda: tr("Stake short"), _no_unit),
    AlertKind.REVEAL_DUE: (lambda: tr("Reveal due in"), _blocks),
    AlertKind.REWARD_MISSED: (lambda: tr("Reward missed"), _no_unit),
}


FORMS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("json", lambda: tr("A JSON document")),
    ("slack", lambda: "Slack, Mattermost, Rocket.Chat"),
    ("discord", lambda: "Discord"),
    ("telegram", lambda: "Telegram"),
)
"""The forms of `notify.webhook.WebhookForm` as a person chooses them."""

MUTES: tuple[tuple[int, Callable[[], str]], ...] = (
    (3_600, lambda: tr("Mute for an hour")),
    (0, lambda: tr("Unmute")),
)
"""For how many seconds all alerts can be muted; 0 ends it."""

_MOST_THRESHOLD = 1_000_000.0


def parse_threshold(text: str) -> float | None:
    """A limit as it was typed: a number from 0 to a million; None where it is none."""
    try:
        value = float(text.strip().replace(",", ""))
    except ValueError:
        return None
    return value if 0 <= value <= _MOST_THRESHOLD else None


def told_text(settings: FleetSettings) -> str:
    """Who gets to know beside the window."""
    if not settings.webhook_form:
        return tr("Told in this window and by notifications of this computer.")
    form = next((text() for key, text in FORMS if key == settings.webhook_form), settings.webhook_form)
    return tr("Told in this window, by notifications of this computer, and to: {form}.", form=form)


def alerts_title(count: int) -> str:
    """How many alerts last, for tray and page."""
    return ntr("{n} alert", "{n} alerts", count) if count else tr("No alerts")

"""The slash stopwatch in words: three ways a fault may go, what each costs now, next, and when (design 6)."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.dispute import SlashBranch, SlashClock, SlashStep, SlashWay
from dbc_desktop.domain.machine import Machine, MachineStatus
from dbc_desktop.domain.network import Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a branch: from when, what part of the stake, how much; `is_now` marks the one that holds."""

    when: str
    percent: str
    amount: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class BranchColumn:
    """One way; `tone` colours the figure, `next_text` says what comes and when, empty where nothing does.

    Attributes:
        cost: What it costs now; None where the way is closed.
    """

    way: SlashWay
    title: str
    note: str
    cost: Balance | None
    tone: str
    now_text: str
    reward_text: str
    next_text: str
    steps: tuple[StepRow, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class StopwatchCard:
    """The stopwatch of one machine.

    Attributes:
        advice: What is cheapest now, in one sentence.
        buttons: (`offline` or `online`, text) of what can be done; none of them is ever the default.
    """

    title: str
    state: str
    state_kind: str
    stake: str
    columns: tuple[BranchColumn, ...]
    advice: str
    buttons: tuple[tuple[str, str], ...]


def stopwatch_card(clock: SlashClock, machine: Machine, head: Head) -> StopwatchCard:
    """The card at block `head`, exact to the block: coming back is counted for the next one."""
    height = head.height + 1
    name = formats.gpu_name(machine.hardware.gpu_type) if machine.hardware is not None else ""
    title = f"{machine.gpu_num} × {name} · {formats.short_id(machine.machine_id)}"
    columns = tuple(_column(branch, height) for branch in clock.branches)
    works = machine.status in (MachineStatus.ONLINE, MachineStatus.RENTED)
    state, kind = _state(machine.status)
    return StopwatchCard(
        title=title,
        state=state,
        state_kind=kind,
        stake=tr("stake {amount}", amount=formats.amount(clock.stake)),
        columns=columns,
        advice=_advice(clock, machine, height),
        buttons=(("offline", tr("Report offline…")),) if works else (("online", tr("Report online…")),),
    )


def _state(status: MachineStatus) -> tuple[str, str]:
    return {
        MachineStatus.ONLINE: (tr("online"), "good"),
        MachineStatus.RENTED: (tr("rented"), "good"),
        MachineStatus.STAKER_REPORT_OFFLINE: (tr("you reported it offline"), "warn"),
        MachineStatus.REPORTER_REPORT_OFFLINE: (tr("reported by others"), "loss"),
    }.get(status, (status.value, "plain"))


def _column(branch: SlashBranch, height: int) -> BranchColumn:
    now, coming = branch.at(height), branch.next_after(height)
    return BranchColumn(
        way=branch.way,
        title=_title(branch),
        note=_note(branch, height),
        cost=None if not branch.is_open else ZERO if now is None else now.amount,
        tone="good" if now is None or not now.amount else "loss" if branch.since is not None else "warn",
        now_text=_now(branch, now) if branch.is_open else "",
        reward_text=tr("and today's reward: {amount}", amount=formats.amount(branch.reward_lost))
        if branch.reward_lost
        else "",
        next_text=_next(branch, coming, height) if branch.is_open else "",
        steps=tuple(_step(step, step is now) for step in branch.steps),
        is_open=branch.is_open,
    )


def _title(branch: SlashBranch) -> str:
    if branch.way is SlashWay.UNREPORTED:
        return tr("Repaired before anyone reports")
    if branch.way is SlashWay.OWN:
        return tr("You report it yourself")
    if branch.since is not None:
        return tr("Others reported it")
    return tr("Its renter reports it") if branch.reason == "RentedInaccessible" else tr("Somebody reports it")


def _note(branch: SlashBranch, height: int) -> str:
    if not branch.is_open:
        return tr("no longer possible")
    if branch.since is not None:
        return tr("running for {time}", time=formats.blocks_as_time(height - branch.since))
    if branch.way is SlashWay.UNREPORTED:
        return tr("no clock runs")
    return tr("the clock starts at the report")


def _now(branch: SlashBranch, now: SlashStep | None) -> str:
    if now is None:
        return tr("nothing is slashed, and it goes on earning")
    part = tr("{part} of the stake", part=f"{now.percent} %")
    if not now.amount:
        part = tr("forgiven: a year online, and ten days without a break")
    return part


def _next(branch: SlashBranch, coming: SlashStep | None, height: int) -> str:
    if coming is None:
        return tr("it does not grow any more") if branch.steps else ""
    amount = formats.amount(coming.amount)
    if branch.since is None:
        after = formats.blocks_as_time(coming.after)
        return tr("{amount} from {time} after the report", amount=amount, time=after)
    return tr("{amount} in {time}", amount=amount, time=formats.countdown(branch.since + coming.after - height))


def _step(step: SlashStep, is_now: bool) -> StepRow:
    when = tr("at once") if not step.after else tr("from {time}", time=formats.blocks_as_time(step.after))
    return StepRow(when, f"{step.percent} %", formats.amount(step.amount), is_now)


def _advice(clock: SlashClock, machine: Machine, height: int) -> str:
    if machine.status in (MachineStatus.ONLINE, MachineStatus.RENTED):
        return tr("A fault that is repaired before anyone reports it costs nothing. Reporting starts a clock.")
    running = next((branch for branch in clock.branches if branch.since is not None), None)
    now = None if running is None else running.at(height)
    delay = formats.blocks_as_time(clock.slash_delay)
    if now is None or not now.amount:
        return tr("Repair it and report it online: coming back costs nothing now.")
    return tr(
        "Repair it and report it online: {amount} is reserved then and taken {delay} later, unless you win an appeal.",
        amount=formats.amount(now.amount),
        delay=delay,
    )

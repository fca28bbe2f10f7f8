"""The slash stopwatch: what a fault of a machine costs in each of the three ways it may go (chain-rules 4.12)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.dispute import FaultKind, SlashBranch, SlashClock, SlashStep, SlashWay
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import departure, offline, payout, reported
from dbc_desktop.rules.online_profile.rows import MACHINES, MachineRow
from dbc_desktop.rules.online_profile.slashes import amount_at
from dbc_desktop.rules.work import era_of

Table = tuple[tuple[int | None, int], ...]


def slash_clock(engine: Engine, machine_id: MachineId) -> SlashClock | None:
    """The three branches for a machine that works or is offline; None for any other."""
    machine = engine.state.get(MACHINES, machine_id)
    if machine is None:
        return None
    works = machine.status in departure.WORKING
    if not works and machine.status not in reported.AWAY:
        return None
    found = reported.report_on(engine.state, machine_id, machine)
    own_report = machine.status is MachineStatus.STAKER_REPORT_OFFLINE
    lost = ZERO
    if works:
        era = era_of(engine.height + 1)
        lost = Balance(payout.expected_reward(engine.profile, engine.state, machine_id, era))
    branches = (
        SlashBranch(SlashWay.UNREPORTED, "", None, (), ZERO, works),
        _own(engine, machine, lost, is_open=works or own_report),
        _by_others(engine, machine, found, lost),
    )
    return SlashClock(machine_id, Balance(machine.stake_amount), engine.profile.slash_delay, branches)


def _own(engine: Engine, machine: MachineRow, lost: Balance, *, is_open: bool) -> SlashBranch:
    profile = engine.profile
    is_off = machine.status is MachineStatus.STAKER_REPORT_OFFLINE
    status = machine.previous if is_off else machine.status
    rented = status is MachineStatus.RENTED
    table = profile.offline_rented if rented else profile.offline_online
    since = machine.offline_height if is_off else None
    if _is_exempt(engine, machine, engine.height + 1 if since is None else since):
        table = ((None, 0),)
    reason = "RentedReportOffline" if rented else "OnlineReportOffline"
    return SlashBranch(SlashWay.OWN, reason, since, _steps(machine.stake_amount, table, amount_at), lost, is_open)


def _is_exempt(engine: Engine, machine: MachineRow, since: int) -> bool:
    profile = engine.profile
    return offline.is_exempt(profile, machine._replace(offline_height=since), engine.height + 1)


def _by_others(engine: Engine, machine: MachineRow, found: reported.Reported | None, lost: Balance) -> SlashBranch:
    if found is not None:
        table, since = reported.table_of(engine.profile, found.reason), found.report_time
        return SlashBranch(
            SlashWay.REPORTED,
            found.reason.value,
            since,
            _steps(machine.stake_amount, table, engine.profile.slashes.part),
            ZERO,
            is_open=True,
        )
    rented = MachineStatus.RENTED in (machine.status, machine.previous)
    kind = FaultKind.RENTED_INACCESSIBLE if rented else FaultKind.ONLINE_RENT_FAILED
    table = reported.table_of(engine.profile, kind)
    return SlashBranch(
        SlashWay.REPORTED,
        kind.value,
        None,
        _steps(machine.stake_amount, table, engine.profile.slashes.part),
        lost,
        is_open=True,
    )


def _steps(stake: int, table: Table, part: Callable[[int, int], int]) -> tuple[SlashStep, ...]:
    """The table by the block at which each part begins; `part` cuts percents as the rule for this way does."""
    starts = (0, *(end for end, _ in table if end is not None))
    return tuple(
        SlashStep(after, percent, Balance(part(stake, percent)))
        for after, (_, percent) in zip(starts, table, strict=True)
    )

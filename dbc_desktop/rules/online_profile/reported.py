"""A machine that others reported: offline until its controller brings it back, at a slash (chain-rules 4.12, 7)."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.dispute import FaultKind
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.codec import NUMBER, TEXT, row
from dbc_desktop.rules.online_profile import departure
from dbc_desktop.rules.online_profile.rows import MACHINES, MachineRow, PendingSlash, SlashShares, machine_of
from dbc_desktop.rules.online_profile.slashes import percent_at, plan_slash
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import Readable, declare
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineProfile"


class Reported(NamedTuple):
    """`ReporterReportOffline`: why, by whom and since when, and what the machine was before."""

    reason: FaultKind
    reporter: bytes | None
    committee: tuple[bytes, ...]
    report_time: int
    status: MachineStatus
    previous: MachineStatus | None
    offline_height: int


REPORTED = declare("OnlineProfile.ReporterReportOffline", TEXT, row(tuple[Reported, ...]))
"""The report on top of which a machine is offline; a report of a machine that was offline already lies on the other."""
OFFLINE_RENTERS = declare("OnlineProfile.OfflineMachine2renters", TEXT, row(tuple[bytes, ...]))
"""Who rented the machine when it was reported as out of reach; never cleared."""
MAX_SLASHED = declare("OnlineProfile.MaxSlashExeced", TEXT, NUMBER)
"""When `exec_slash` last took the whole stake of a machine."""

AWAY = (MachineStatus.STAKER_REPORT_OFFLINE, MachineStatus.REPORTER_REPORT_OFFLINE)


def report_offline(
    work: Work,
    machine_id: str,
    reason: FaultKind,
    report_time: int,
    reporter: bytes | None,
    committee: tuple[bytes, ...],
) -> None:
    """The members believe the report: the machine is offline at once, and has been since the report."""
    machine = work.layer.get(MACHINES, machine_id)
    if machine is None or machine.status not in (*departure.WORKING, *AWAY):
        return
    below = work.layer.get(REPORTED, machine_id) or ()
    if machine.status is not MachineStatus.REPORTER_REPORT_OFFLINE:
        below = ()
    before = (machine.status, machine.previous, machine.offline_height)
    found = Reported(reason, reporter, committee, report_time, *before)
    work.layer.put(REPORTED, machine_id, (found, *below))
    if machine.status in departure.WORKING:
        departure.leave(work, machine_id, machine, MachineStatus.REPORTER_REPORT_OFFLINE, report_time)
    else:
        wrapped = machine._replace(
            status=MachineStatus.REPORTER_REPORT_OFFLINE, previous=machine.status, offline_height=report_time
        )
        work.layer.put(MACHINES, machine_id, wrapped)


def report_on(layer: Readable, machine_id: str, machine: MachineRow) -> Reported | None:
    """The report because of which the machine is offline; None where its own controller reported it, or it is not."""
    if machine.status is not MachineStatus.REPORTER_REPORT_OFFLINE:
        return None
    stack = layer.get(REPORTED, machine_id) or ()
    return stack[0] if stack else None


def lift(work: Work, machine_id: str) -> None:
    """The newest report is settled."""
    below = (work.layer.get(REPORTED, machine_id) or ())[1:]
    if below:
        work.layer.put(REPORTED, machine_id, below)
    else:
        work.layer.remove(REPORTED, machine_id)


def table_of(profile: RulesProfile, reason: FaultKind) -> tuple[tuple[int | None, int], ...]:
    """Percent of the stake by blocks since the report."""
    if reason is FaultKind.RENTED_INACCESSIBLE:
        return profile.reported_inaccessible
    if reason is FaultKind.RENTED_HARDWARE_COUNTERFEIT:
        return profile.reported_counterfeit
    return profile.reported_malfunction


def slash_on_return(profile: RulesProfile, layer: Readable, machine_id: str, machine: MachineRow, height: int) -> int:
    """Units that coming back at `height` reserves for the slash; nothing where the whole stake was taken meanwhile."""
    found = report_on(layer, machine_id, machine)
    if found is None:
        return 0
    away = height - found.report_time
    taken = layer.get(MAX_SLASHED, machine_id)
    if away > profile.worst_after and taken is not None and found.report_time < taken < height:
        return 0
    return profile.slashes.part(machine.stake_amount, percent_at(table_of(profile, found.reason), away))


def shares_of(layer: Readable, machine_id: str, found: Reported) -> SlashShares:
    """Who shares in the slash of a reported machine."""
    return SlashShares(layer.get(OFFLINE_RENTERS, machine_id) or (), found.committee, found.reporter)


def exec_slash(work: Work, who: bytes, machine_id: str) -> None:
    """Anyone: have the whole stake of a machine taken that was reported over five days ago and did not come back."""
    machine = machine_of(work.layer, machine_id)
    found = report_on(work.layer, machine_id, machine)
    if found is None or work.height - found.report_time <= work.profile.worst_after:
        refuse(_PALLET, "MachineStatusNotAllowed")
    taken = work.layer.get(MAX_SLASHED, machine_id)
    if taken is not None and taken > found.report_time:
        refuse(_PALLET, "MachineStatusNotAllowed")
    work.layer.put(MAX_SLASHED, machine_id, work.height)
    plan_slash(
        work,
        PendingSlash(machine_id, machine.stash, machine.stake_amount, (), work.height, 0, found.reason.value),
        shares_of(work.layer, machine_id, found)._replace(eats_stake=True),
    )

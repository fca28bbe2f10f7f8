"""What ends when in disputes: slashes, appeals, reports, and a member's work."""

from __future__ import annotations

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.dispute import ReportStatus, SlashOutcome, WorkStep
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import Deadline
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import reported
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, MACHINES, stash_machines
from dbc_desktop.rules.views.disputes import committee_work, reporter, slashes
from dbc_desktop.rules.views.stopwatch import slash_clock


def disputed(engine: Engine, address: Address) -> set[Deadline]:
    """Deadlines of an account in disputes.

    Subjects: the machine id of a `slash` that will be taken (or `report N`), of an `appeal` that is lost unless
    granted, and of a `slash_step` (when coming back costs more); the report id of a `report` that its reporter must
    explain or that is judged; the machine id or `report N` of `committee_work`.
    """
    found: set[Deadline] = set()
    for slash in slashes(engine, address):
        if slash.outcome is SlashOutcome.PENDING and slash.amount:
            subject = slash.machine_id or f"report {slash.number}"
            found.add(Deadline("slash", slash.exec_time, subject))
            if slash.appeal is not None:
                found.add(Deadline("appeal", slash.appeal.expire_time, subject))
    for report in reporter(engine, address).reports:
        if report.status is not ReportStatus.COMMITTEE_CONFIRMED:
            ends = [one.told_until for one in report.members if one.told_until is not None]
            ends += [] if report.reveal_until is None else [report.reveal_until]
            if ends:
                found.add(Deadline("report", min(ends), str(report.report_id)))
    for work in committee_work(engine, address):
        if work.until is not None and work.step in (WorkStep.HASH, WorkStep.REVEAL):
            subject = work.machine_id if work.report is None else f"report {work.report.report_id}"
            found.add(Deadline("committee_work", work.until, subject))
    stash = engine.state.get(CONTROLLER_STASH, address.raw) or address.raw
    for machine_id in stash_machines(engine.state, stash).total:
        machine = engine.state.get(MACHINES, machine_id)
        if machine is not None and machine.status in reported.AWAY:
            found |= _next_step(engine, machine_id)
    return {deadline for deadline in found if deadline.height > engine.height}


def _next_step(engine: Engine, machine_id: str) -> set[Deadline]:
    clock = slash_clock(engine, MachineId(machine_id))
    running = [branch for branch in clock.branches if branch.since is not None] if clock is not None else []
    found = set()
    for branch in running:
        step, since = branch.next_after(engine.height), branch.since
        if step is not None and since is not None:
            found.add(Deadline("slash_step", since + step.after, machine_id))
    return found

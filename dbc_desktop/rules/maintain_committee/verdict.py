"""The verdict on a report, and its execution two days later (chain-rules 7.6)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import FaultKind, ReportResult, ReportStatus, SlashOutcome
from dbc_desktop.rules import committee, parameters, slashing
from dbc_desktop.rules.maintain_committee.rows import (
    RECORDS,
    REPORTS,
    RESULTS,
    MemberOrder,
    ReportRow,
    ResultRow,
    change_stake,
    no_longer_live,
    open_report,
    record_of,
)
from dbc_desktop.rules.online_profile import reported
from dbc_desktop.rules.online_profile.rows import MACHINES
from dbc_desktop.rules.work import Work

Members = tuple[bytes, ...]


def sum_up(work: Work, report_id: int, report: ReportRow) -> None:
    """Count the votes; a tie believes the reporter, and where nobody showed a vote, others shall look."""
    revealed = report.revealed()
    silent = tuple(sorted(order.member for order in report.orders if order not in revealed))
    supporters = tuple(sorted(order.member for order in revealed if order.supports))
    opponents = tuple(sorted(order.member for order in revealed if not order.supports))
    if not revealed:
        _others_shall_look(work, report_id, report, silent)
        return
    if not report.fault.is_fast and work.profile.reports.strands_silent:
        silent = ()
    unruly = (*report.unruly, *silent)
    if len(supporters) >= len(opponents):
        conclude(work, report_id, report, ReportResult.SUCCEED, opponents, unruly, supporters)
        _take_offline(work, report, supporters)
    else:
        conclude(work, report_id, report, ReportResult.REFUSED, supporters, unruly, opponents)


def conclude(
    work: Work,
    report_id: int,
    report: ReportRow,
    result: ReportResult,
    inconsistent: Members = (),
    unruly: Members = (),
    rewarded: Members = (),
) -> None:
    """The report is judged; what follows for the stakes happens after the slash delay."""
    remember(work, report_id, report, result, inconsistent, unruly, rewarded)
    work.layer.put(REPORTS, report_id, report._replace(status=ReportStatus.COMMITTEE_CONFIRMED))
    no_longer_live(work, report_id)
    if report.fault.is_fast or work.profile.reports.closes_every_record:
        held = record_of(work.layer, report.reporter)
        left = tuple(one for one in held.processing if one != report_id)
        if result is ReportResult.SUCCEED:
            held = held._replace(processing=left, succeeded=(*held.succeeded, report_id))
        else:
            held = held._replace(processing=left, failed=(*held.failed, report_id))
        work.layer.put(RECORDS, report.reporter, held)


def remember(
    work: Work,
    report_id: int,
    report: ReportRow,
    result: ReportResult,
    inconsistent: Members = (),
    unruly: Members = (),
    rewarded: Members = (),
) -> None:
    """Keep a result and have it executed after the slash delay."""
    due, profile = work.height + work.profile.slash_delay, work.profile
    machine = work.layer.get(MACHINES, report.machine_id) if report.fault.is_fast else None
    found = ResultRow(
        reporter=report.reporter,
        reporter_stake=0 if result is ReportResult.NO_CONSENSUS else report.reporter_stake,
        inconsistent=inconsistent,
        unruly=unruly,
        rewarded=rewarded,
        committee_stake=profile.reports.member_stake(parameters.order_stake(work), is_fast=report.fault.is_fast),
        machine_stash=None if machine is None else machine.stash,
        machine_id=report.machine_id,
        slash_time=work.height,
        exec_time=due,
        result=result,
    )
    work.layer.put(RESULTS, report_id, found)
    work.schedule(due, "report_result", str(report_id))


def blame_unruly(work: Work, report_id: int, report: ReportRow) -> None:
    """A report is taken back: members that missed their hash before still pay, nobody else does."""
    if report.unruly and not work.profile.reports.blames_reporter_for_silence:
        remember(work, report_id, report, ReportResult.NO_CONSENSUS, unruly=report.unruly)


def release(work: Work, order: MemberOrder) -> None:
    """A member is done with a report and has its stake free again."""
    committee.change_used(work, order.member, -order.stake)


def _others_shall_look(work: Work, report_id: int, report: ReportRow, silent: Members) -> None:
    conclude(work, report_id, report, ReportResult.NO_CONSENSUS, unruly=(*report.unruly, *silent))
    again = ReportRow(report.reporter, report.report_time, report.reporter_stake, report.fault)
    open_report(work, again._replace(machine_id=report.fault.machine_id, rent_id=report.fault.rent_id))


def _take_offline(work: Work, report: ReportRow, supporters: Members) -> None:
    reason = report.fault.kind
    reporter = None if reason is FaultKind.RENTED_INACCESSIBLE else report.reporter
    reported.report_offline(work, report.machine_id, reason, report.report_time, reporter, supporters)


def execute_results(work: Work) -> None:
    """At its height: who was wrong, late or silent loses the stake of the report, all others have theirs free."""
    for _, subject in work.due("report_result"):
        result = work.layer.get(RESULTS, int(subject))
        if result is None or result.outcome is SlashOutcome.CANCELED:
            continue
        _execute(work, result)
        work.layer.put(RESULTS, int(subject), result._replace(outcome=SlashOutcome.EXECUTED))


def _execute(work: Work, result: ResultRow) -> None:
    stake = result.committee_stake
    if result.result is ReportResult.SUCCEED:
        change_stake(work, result.reporter, -result.reporter_stake)
        shared: Members = (*result.rewarded, result.reporter)
    else:
        shared = ()
        if result.reporter_stake:
            slash_reporter(work, result.reporter, result.reporter_stake, result.rewarded)
    for member in (*result.inconsistent, *result.unruly):
        slash_member(work, member, stake, shared)
    for member in result.rewarded:
        committee.change_used(work, member, -stake)


def slash_reporter(work: Work, reporter: bytes, amount: int, to: Members) -> None:
    """Take used stake of a reporter."""
    slashing.take(work, reporter, amount, to)
    change_stake(work, reporter, -amount, staked=-amount)


def slash_member(work: Work, member: bytes, amount: int, to: Members) -> None:
    """Take used stake of a member."""
    slashing.take(work, member, amount, to)
    committee.change_used(work, member, -amount, slashed=amount)

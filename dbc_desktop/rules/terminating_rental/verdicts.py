"""What time does to a report of faked hardware, the verdict, and its execution two days later (chain-rules 8, 7.5)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import MemberStatus, ReportResult, ReportStatus, SlashOutcome
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import committee, parameters, slashing
from dbc_desktop.rules.maintain_committee.rows import MemberOrder, ReporterRecord, ReportRow, ResultRow
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.terminating_rental import away, renting
from dbc_desktop.rules.terminating_rental.reports import STEP, change_stake, open_report
from dbc_desktop.rules.terminating_rental.rows import (
    MACHINES,
    REPORTER_RECORDS,
    REPORTS,
    REPORTS_READY,
    RESULTS,
)
from dbc_desktop.rules.work import Work

_DUE = "tr_report_result"
_LOOKING = (MemberStatus.WAITING_ENCRYPT, MemberStatus.VERIFYING)
_WORKING = (MachineStatus.ONLINE, MachineStatus.RENTED)


def end_windows(work: Work) -> None:
    """At the end of a block: who is late is taken off, revealing begins, complete and overdue reports are judged."""
    ready, steps = work.layer.get(REPORTS_READY, SINGLE) or (), work.due(STEP)
    if not ready and not steps:
        return
    if ready:
        work.layer.remove(REPORTS_READY, SINGLE)
    for report_id in sorted({*ready, *(int(subject) for _, subject in steps)}):
        report = work.layer.get(REPORTS, report_id)
        if report is None or report.status is ReportStatus.COMMITTEE_CONFIRMED or not report.first_book_time:
            continue
        if report_id in ready:
            _judge(work, report_id, report)
        else:
            _step(work, report_id, report)


def _step(work: Work, report_id: int, report: ReportRow) -> None:
    now, windows = work.height, work.profile.report_windows
    for order in report.orders:
        if order.status is MemberStatus.WAITING_ENCRYPT and now - order.booked_time >= windows.encrypt:
            for one in report.orders:
                committee.change_used(work, one.member, -one.stake)
            _conclude(work, report_id, report, ReportResult.NOT_ENCRYPTED, unruly=report.unruly)
            return
    late = tuple(
        order
        for order in report.orders
        if order.status is MemberStatus.VERIFYING and now - order.booked_time >= windows.hash
    )
    if late:
        report = _without(report, late)._replace(unruly=(*report.unruly, *(order.member for order in late)))
        status = ReportStatus.WAITING_BOOK if report.orders else ReportStatus.REPORTED
        report = report._replace(status=status, first_book_time=report.first_book_time if report.orders else 0)
    since = now - report.first_book_time
    if report.first_book_time and since >= windows.reveal_until(is_fast=False):
        _judge(work, report_id, report)
        return
    if report.first_book_time and since >= windows.reveal_from(is_fast=False):
        looking = tuple(order for order in report.orders if order.status in _LOOKING)
        for order in looking:
            committee.change_used(work, order.member, -order.stake)
        report = _without(report, looking)._replace(status=ReportStatus.SUBMITTING_RAW)
    work.layer.put(REPORTS, report_id, report)


def _without(report: ReportRow, gone: tuple[MemberOrder, ...]) -> ReportRow:
    return report._replace(orders=tuple(order for order in report.orders if order not in gone))


def _judge(work: Work, report_id: int, report: ReportRow) -> None:
    """Count the votes; a tie believes the reporter, and where nobody showed one, others shall look."""
    revealed = report.revealed()
    silent = tuple(sorted(order.member for order in report.orders if order not in revealed))
    unruly = (*report.unruly, *silent)
    supporters = tuple(sorted(order.member for order in revealed if order.supports))
    opponents = tuple(sorted(order.member for order in revealed if not order.supports))
    if not revealed:
        _conclude(work, report_id, report, ReportResult.NO_CONSENSUS, unruly=unruly)
        open_report(work, ReportRow(report.reporter, report.report_time, report.reporter_stake, report.fault))
    elif len(supporters) >= len(opponents):
        _conclude(work, report_id, report, ReportResult.SUCCEED, opponents, unruly, supporters)
        _take_offline(work, report.machine_id)
    else:
        _conclude(work, report_id, report, ReportResult.REFUSED, supporters, unruly, opponents)


def _take_offline(work: Work, machine_id: str) -> None:
    machine = work.layer.get(MACHINES, machine_id)
    if machine is not None and machine.status in _WORKING:
        renting.end_all(work, machine_id)
        away.go(work, machine_id, MachineStatus.REPORTER_REPORT_OFFLINE)


def _conclude(
    work: Work,
    report_id: int,
    report: ReportRow,
    result: ReportResult,
    inconsistent: tuple[bytes, ...] = (),
    unruly: tuple[bytes, ...] = (),
    rewarded: tuple[bytes, ...] = (),
) -> None:
    due = work.height + work.profile.slash_delay
    kept = ResultRow(
        reporter=report.reporter,
        reporter_stake=0 if result is ReportResult.NO_CONSENSUS else report.reporter_stake,
        inconsistent=inconsistent,
        unruly=unruly,
        rewarded=rewarded,
        committee_stake=parameters.order_stake(work),
        machine_stash=None,
        machine_id=report.machine_id,
        slash_time=work.height,
        exec_time=due,
        result=result,
    )
    work.layer.put(RESULTS, report_id, kept)
    work.schedule(due, _DUE, str(report_id))
    work.layer.put(REPORTS, report_id, report._replace(status=ReportStatus.COMMITTEE_CONFIRMED))
    held = work.layer.get(REPORTER_RECORDS, report.reporter) or ReporterRecord()
    held = held._replace(processing=tuple(one for one in held.processing if one != report_id))
    if result is ReportResult.SUCCEED:
        held = held._replace(succeeded=(*held.succeeded, report_id))
    else:
        held = held._replace(failed=(*held.failed, report_id))
    work.layer.put(REPORTER_RECORDS, report.reporter, held)


def execute_results(work: Work) -> None:
    """At its height: who was wrong, late or silent loses a stake; who was right is free."""
    for _, subject in work.due(_DUE):
        result = work.layer.get(RESULTS, int(subject))
        if result is None:
            continue
        won = result.result is ReportResult.SUCCEED
        shared = (*result.rewarded, result.reporter) if won else ()
        if won:
            change_stake(work, result.reporter, -result.reporter_stake)
        elif result.reporter_stake:
            slashing.take(work, result.reporter, result.reporter_stake, result.rewarded)
            change_stake(work, result.reporter, -result.reporter_stake, staked=-result.reporter_stake)
        for member in (*result.inconsistent, *result.unruly):
            slashing.take(work, member, result.committee_stake, shared)
            committee.change_used(work, member, -result.committee_stake, slashed=result.committee_stake)
        for member in result.rewarded:
            committee.change_used(work, member, -result.committee_stake)
        work.layer.put(RESULTS, int(subject), result._replace(outcome=SlashOutcome.EXECUTED))

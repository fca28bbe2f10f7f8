"""What time does to a report: windows that close, and the verdict when enough is known (chain-rules 7.4, 7.5)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import MemberStatus, ReportResult, ReportStatus
from dbc_desktop.rules import committee
from dbc_desktop.rules.maintain_committee.rows import (
    READY,
    REPORTS,
    MemberOrder,
    ReportRow,
    live,
)
from dbc_desktop.rules.maintain_committee.verdict import conclude, release, remember, sum_up
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work

_LOOKING = (MemberStatus.WAITING_ENCRYPT, MemberStatus.VERIFYING)


def end_windows(work: Work) -> None:
    """At the end of a block: the slow reports, then the fast ones; those of which enough is known are summed up."""
    ready, steps = work.layer.get(READY, SINGLE) or (), work.due("report_step")
    if not ready and not steps:
        return
    if ready:
        work.layer.remove(READY, SINGLE)
    due = {*ready, *(int(subject) for _, subject in steps)}
    found = [(report_id, work.layer.get(REPORTS, report_id)) for report_id in sorted(due)]
    known = [(report_id, report) for report_id, report in found if report is not None]
    for report_id, report in sorted(known, key=lambda item: (item[1].fault.is_fast, item[0])):
        if report_id not in live(work.layer):
            continue
        if report_id in ready:
            sum_up(work, report_id, report)
        elif report.first_book_time:
            (_fast if report.fault.is_fast else _slow)(work, report_id, report)


def _fast(work: Work, report_id: int, report: ReportRow) -> None:
    windows, since = work.profile.report_windows, work.height - report.first_book_time
    if since >= windows.reveal_until(is_fast=True):
        sum_up(work, report_id, report)
    elif since >= windows.reveal_from(is_fast=True):
        work.layer.put(REPORTS, report_id, report._replace(status=ReportStatus.SUBMITTING_RAW))


def _slow(work: Work, report_id: int, report: ReportRow) -> None:
    windows, now = work.profile.report_windows, work.height
    for order in report.orders:
        if order.status is MemberStatus.WAITING_ENCRYPT and now - order.booked_time >= windows.encrypt:
            _not_told(work, report_id, report)
            return
    for order in report.orders:
        if order.status is MemberStatus.VERIFYING and now - order.booked_time >= windows.hash:
            report = _late(work, report_id, report, order)
    work.layer.put(REPORTS, report_id, report)
    if report_id not in live(work.layer) or not report.first_book_time:
        return
    since = now - report.first_book_time
    if since >= windows.reveal_until(is_fast=False):
        sum_up(work, report_id, report)
    elif since >= windows.reveal_from(is_fast=False) and report.status is not ReportStatus.SUBMITTING_RAW:
        _begin_revealing(work, report_id, report)


def _not_told(work: Work, report_id: int, report: ReportRow) -> None:
    """The reporter did not say what is wrong: members are free, the reporter pays."""
    for order in report.orders:
        release(work, order)
    conclude(work, report_id, report, ReportResult.NOT_ENCRYPTED, unruly=report.unruly)


def _late(work: Work, report_id: int, report: ReportRow, order: MemberOrder) -> ReportRow:
    """A member missed its hash: it is taken off, and pays when the report is judged."""
    left = tuple(one for one in report.orders if one.member != order.member)
    report = report._replace(orders=left, unruly=(*report.unruly, order.member))
    if work.profile.reports.blames_reporter_for_silence:
        remember(work, report_id, report, ReportResult.REFUSED, unruly=report.unruly)
    if left:
        waits = ReportStatus.WAITING_BOOK if not work.profile.reports.is_drawn else ReportStatus.VERIFYING
        done = work.profile.reports.is_drawn and len(report.hashed()) == len(left)
        return report._replace(status=ReportStatus.SUBMITTING_RAW if done else waits)
    return report._replace(status=ReportStatus.REPORTED, first_book_time=0)


def _begin_revealing(work: Work, report_id: int, report: ReportRow) -> None:
    """Who looks since less than an hour is let go without harm."""
    looking = tuple(order for order in report.orders if order.status in _LOOKING)
    for order in looking:
        committee.change_used(work, order.member, -order.stake)
    stuck = bool(looking) and work.profile.reports.late_booking_blocks
    left = tuple(order for order in report.orders if order not in looking)
    status = report.status if stuck else ReportStatus.SUBMITTING_RAW
    work.layer.put(REPORTS, report_id, report._replace(status=status, orders=left))

"""How members come to judge a report, and what they commit to (chain-rules 7.4, 7.5)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import MemberStatus, ReportStatus
from dbc_desktop.rules import committee, generic_func, parameters
from dbc_desktop.rules.maintain_committee.rows import (
    MEMBERS_PER_REPORT,
    REPORTS,
    MemberOrder,
    ReportRow,
    live,
    report_of,
)
from dbc_desktop.rules.work import Work, refuse

_PALLET = "MaintainCommittee"
_OPEN = (ReportStatus.REPORTED, ReportStatus.WAITING_BOOK)


def committee_book_report(work: Work, who: bytes, report_id: int) -> None:
    """Take a report to judge: for the fixed fee in the fast flow, with a stake and alone in the slow one."""
    if who not in committee.lists(work.layer).normal:
        refuse(_PALLET, "NotCommittee")
    report = report_of(work.layer, report_id)
    if report.order_of(who) is not None:
        refuse(_PALLET, "AlreadyBooked")
    if work.profile.reports.is_drawn or report.status not in _OPEN or len(report.orders) >= MEMBERS_PER_REPORT:
        refuse(_PALLET, "OrderNotAllowBook")
    if who in report.unruly:
        refuse(_PALLET, "NotProperCommittee")
    if work.profile.reports.pays_fixed_fee(is_fast=report.fault.is_fast) and not generic_func.pay_fixed_fee(work, who):
        refuse(_PALLET, "PayTxFeeFailed")
    _give(work, report_id, report, (who,))
    work.emit(_PALLET, "CommitteeBookReport", who=who, report_id=report_id)


def draw_arbiters(work: Work) -> None:
    """Have arbiters judge each report that waits for them, where the profile draws them."""
    if not work.profile.reports.is_drawn:
        return
    for report_id in live(work.layer):
        report = work.layer.get(REPORTS, report_id)
        if report is None or report.status is not ReportStatus.REPORTED:
            continue
        normal = tuple(one for one in committee.lists(work.layer).normal if one not in report.unruly)
        seed = work.random(b"report" + report_id.to_bytes(8))
        drawn = work.profile.reports.arbiters(normal, report.reporter, seed)
        if drawn:
            _give(work, report_id, report, drawn)
            for member in drawn:
                work.emit(_PALLET, "CommitteeBookReport", who=member, report_id=report_id)


def _give(work: Work, report_id: int, report: ReportRow, members: tuple[bytes, ...]) -> None:
    """These members judge it from now on, and the clock of the report runs."""
    profile, now, is_fast = work.profile, work.height, report.fault.is_fast
    stake = profile.reports.member_stake(parameters.order_stake(work), is_fast=is_fast)
    status = MemberStatus.VERIFYING if is_fast else MemberStatus.WAITING_ENCRYPT
    first = report.first_book_time or now
    for member in members:
        committee.change_used(work, member, stake)
    orders = (*report.orders, *(MemberOrder(member, now, stake, status) for member in members))
    alone = not is_fast or profile.reports.is_drawn or len(orders) >= MEMBERS_PER_REPORT
    after = ReportStatus.VERIFYING if alone else ReportStatus.WAITING_BOOK
    work.layer.put(REPORTS, report_id, report._replace(status=after, first_book_time=first, orders=orders))
    windows = profile.report_windows
    if not report.first_book_time:
        for offset in (windows.reveal_from(is_fast=is_fast), windows.reveal_until(is_fast=is_fast)):
            work.schedule(now + offset, "report_step", str(report_id))
    if not is_fast:
        for offset in (windows.encrypt, windows.hash):
            work.schedule(now + offset, "report_step", str(report_id))


def committee_submit_verify_hash(work: Work, who: bytes, report_id: int, digest: bytes) -> None:
    """Commit to what was found; when all have that can, revealing begins at once."""
    report = report_of(work.layer, report_id)
    order = report.order_of(who)
    if order is None:
        refuse(_PALLET, "NotInBookedList")
    if order.digest:
        refuse(_PALLET, "AlreadySubmitConfirmation")
    is_open = report.status is ReportStatus.VERIFYING or (
        report.fault.is_fast and report.status is ReportStatus.WAITING_BOOK
    )
    if not is_open or order.status is not MemberStatus.VERIFYING:
        refuse(_PALLET, "OrderStatusNotFeat")
    if any(other.digest == digest for other in report.orders):
        refuse(_PALLET, "DuplicateHash")
    told = order._replace(status=MemberStatus.WAITING_RAW, digest=digest, hash_time=work.height)
    report = report.with_order(told)
    work.layer.put(REPORTS, report_id, report._replace(status=_after_hash(work, report)))
    work.emit(_PALLET, "HashSubmited", report_id=report_id, who=who)


def _after_hash(work: Work, report: ReportRow) -> ReportStatus:
    hashed = len(report.hashed())
    drawn = work.profile.reports.is_drawn
    if hashed == (len(report.orders) if drawn else MEMBERS_PER_REPORT):
        return ReportStatus.SUBMITTING_RAW
    return report.status if drawn or report.fault.is_fast else ReportStatus.WAITING_BOOK

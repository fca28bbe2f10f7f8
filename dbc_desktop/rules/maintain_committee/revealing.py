"""Members show what they committed to (chain-rules 7.4, 7.5)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import MemberStatus, ReportStatus
from dbc_desktop.rules.maintain_committee.rows import READY, REPORTS, MemberOrder, ReportRow, report_of
from dbc_desktop.rules.report_hash import inaccessible_hash, member_hash, reporter_hash
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work, refuse

_PALLET = "MaintainCommittee"


def committee_submit_inaccessible_raw(
    work: Work, who: bytes, report_id: int, committee_rand_str: bytes, is_support: bool
) -> None:
    """Show whether the machine could be reached."""
    report, order = _to_reveal(work, who, report_id)
    if not report.fault.is_fast:
        refuse(_PALLET, "OrderStatusNotFeat")
    if order.digest != inaccessible_hash(report_id, committee_rand_str, supports=is_support):
        refuse(_PALLET, "NotEqualCommitteeSubmit")
    _keep(work, report_id, report, order._replace(supports=is_support))


def committee_submit_verify_raw(
    work: Work,
    who: bytes,
    report_id: int,
    machine_id: str,
    rent_order_id: int,
    reporter_rand_str: bytes,
    committee_rand_str: bytes,
    err_reason: bytes,
    extra_err_info: bytes,
    support_report: bool,
) -> None:
    """Show which machine it was, what the reporter said, and whether it is true."""
    report, order = _to_reveal(work, who, report_id)
    if report.fault.is_fast:
        refuse(_PALLET, "OrderStatusNotFeat")
    if report.fault.reporter_hash != reporter_hash(machine_id, rent_order_id, reporter_rand_str, err_reason):
        refuse(_PALLET, "NotEqualReporterSubmit")
    found = member_hash(
        machine_id, rent_order_id, reporter_rand_str, committee_rand_str, err_reason, supports=support_report
    )
    if order.digest != found:
        refuse(_PALLET, "NotEqualCommitteeSubmit")
    told = report._replace(machine_id=machine_id, rent_id=rent_order_id, reason=err_reason)
    _keep(work, report_id, told, order._replace(supports=support_report, extra=extra_err_info))


def _to_reveal(work: Work, who: bytes, report_id: int) -> tuple[ReportRow, MemberOrder]:
    report = report_of(work.layer, report_id)
    order = report.order_of(who)
    if order is None:
        refuse(_PALLET, "NotInBookedList")
    if report.status is not ReportStatus.SUBMITTING_RAW:
        refuse(_PALLET, "OrderStatusNotFeat")
    if order.status is MemberStatus.FINISHED:
        refuse(_PALLET, "AlreadySubmitConfirmation")
    if not order.digest:
        refuse(_PALLET, "NotOrderCommittee")
    return report, order


def _keep(work: Work, report_id: int, report: ReportRow, order: MemberOrder) -> None:
    report = report.with_order(order._replace(status=MemberStatus.FINISHED, confirm_time=work.height))
    work.layer.put(REPORTS, report_id, report)
    if len(report.revealed()) == len(report.hashed()):
        ready = work.layer.get(READY, SINGLE) or ()
        work.layer.put(READY, SINGLE, (*ready, report_id))
    work.emit(_PALLET, "RawInfoSubmited", report_id=report_id, who=order.member)

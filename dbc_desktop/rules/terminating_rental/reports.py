"""Reports of faked hardware, the only fault of this product (chain-rules 8, as 7.5); the stake is not touched."""

from __future__ import annotations

from dbc_desktop.domain.dispute import FaultKind, MachineFault, MemberStatus, ReportStatus
from dbc_desktop.rules import balances, committee, parameters
from dbc_desktop.rules.arithmetic import perbill_mul
from dbc_desktop.rules.maintain_committee.rows import (
    MEMBERS_PER_REPORT,
    MemberOrder,
    ReporterRecord,
    ReporterStake,
    ReportRow,
)
from dbc_desktop.rules.report_hash import member_hash, reporter_hash
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.terminating_rental.parameters import reporter_stakes
from dbc_desktop.rules.terminating_rental.rows import (
    NEXT_REPORT_ID,
    PALLET,
    REPORTER_RECORDS,
    REPORTER_STAKES,
    REPORTS,
    REPORTS_READY,
)
from dbc_desktop.rules.work import Work, refuse

STEP = "tr_report_step"
_OPEN = (ReportStatus.REPORTED, ReportStatus.WAITING_BOOK)


def stake_of(layer: Readable, reporter: bytes) -> ReporterStake:
    """What a reporter has at stake here."""
    return layer.get(REPORTER_STAKES, reporter) or ReporterStake()


def change_stake(work: Work, reporter: bytes, used: int, *, staked: int = 0) -> None:
    """Use more or less of a reporter's stake, or count more or less as staked."""
    held = stake_of(work.layer, reporter)
    after = ReporterStake(max(0, held.staked + staked), max(0, held.used + used))
    work.layer.put(REPORTER_STAKES, reporter, after)


def report_machine_fault(work: Work, who: bytes, report_hash: bytes, box_pubkey: bytes) -> None:
    """Say, under a hash, that a machine's hardware is faked; the first report stakes the baseline."""
    asked, held = reporter_stakes(work.profile, work.layer), stake_of(work.layer, who)
    if not held.staked:
        if not balances.reserve(work, who, asked.stake_baseline):
            refuse(PALLET, "BalanceNotEnough")
        held = held._replace(staked=asked.stake_baseline)
    after = held._replace(used=held.used + asked.stake_per_report)
    if not _healthy(work, after):
        refuse(PALLET, "StakeNotEnough")
    work.layer.put(REPORTER_STAKES, who, after)
    kind = FaultKind.RENTED_HARDWARE_COUNTERFEIT
    fault = MachineFault(kind, reporter_hash=report_hash, box_pubkey=box_pubkey)
    open_report(work, ReportRow(who, work.height, asked.stake_per_report, fault))
    work.emit(PALLET, "ReportMachineFault", who=who, fault=kind.value)


def open_report(work: Work, report: ReportRow) -> None:
    """Keep a new report."""
    report_id = work.layer.get(NEXT_REPORT_ID, SINGLE) or 0
    work.layer.put(NEXT_REPORT_ID, SINGLE, report_id + 1)
    work.layer.put(REPORTS, report_id, report)
    held = work.layer.get(REPORTER_RECORDS, report.reporter) or ReporterRecord()
    work.layer.put(REPORTER_RECORDS, report.reporter, held._replace(processing=(*held.processing, report_id)))


def reporter_add_stake(work: Work, who: bytes, amount: int) -> None:
    """Put more coins behind one's reports."""
    if not balances.reserve(work, who, amount):
        refuse(PALLET, "BalanceNotEnough")
    change_stake(work, who, 0, staked=amount)
    if not _healthy(work, stake_of(work.layer, who)):
        refuse(PALLET, "StakeNotEnough")
    work.emit(PALLET, "ReporterAddStake", who=who, amount=amount)


def reporter_reduce_stake(work: Work, who: bytes, amount: int) -> None:
    """Take back what no report needs."""
    held = stake_of(work.layer, who)
    if amount > held.staked or not _healthy(work, held._replace(staked=held.staked - amount)):
        refuse(PALLET, "StakeNotEnough")
    balances.unreserve(work, who, amount)
    change_stake(work, who, 0, staked=-amount)
    work.emit(PALLET, "ReporterReduceStake", who=who, amount=amount)


def reporter_cancel_report(work: Work, who: bytes, report_id: int) -> None:
    """Take a report back that no member looks at yet."""
    report = _report(work, report_id)
    if report.reporter != who:
        refuse(PALLET, "NotReporter")
    if report.status is not ReportStatus.REPORTED:
        refuse(PALLET, "ReportNotAllowCancel")
    change_stake(work, who, -report.reporter_stake)
    work.layer.remove(REPORTS, report_id)
    held = work.layer.get(REPORTER_RECORDS, who) or ReporterRecord()
    left = tuple(one for one in held.processing if one != report_id)
    work.layer.put(REPORTER_RECORDS, who, held._replace(processing=left, canceled=(*held.canceled, report_id)))
    work.emit(PALLET, "ReportCanceled", who=who, report_id=report_id, fault=report.fault.kind.value)


def committee_book_report(work: Work, who: bytes, report_id: int) -> None:
    """Take a report to judge, one member at a time, with an order's stake."""
    if who not in committee.lists(work.layer).normal:
        refuse(PALLET, "NotCommittee")
    report = _report(work, report_id)
    if report.order_of(who) is not None:
        refuse(PALLET, "AlreadyBooked")
    if report.status not in _OPEN or len(report.orders) >= MEMBERS_PER_REPORT:
        refuse(PALLET, "ReportNotAllowBook")
    if who in report.unruly:
        refuse(PALLET, "NotProperCommittee")
    amount, now, windows = parameters.order_stake(work), work.height, work.profile.report_windows
    committee.change_used(work, who, amount)
    orders = (*report.orders, MemberOrder(who, now, amount, MemberStatus.WAITING_ENCRYPT))
    first = report.first_book_time or now
    taken = report._replace(status=ReportStatus.VERIFYING, first_book_time=first, orders=orders)
    work.layer.put(REPORTS, report_id, taken)
    if not report.first_book_time:
        for offset in windows.slow:
            work.schedule(now + offset, STEP, str(report_id))
    for offset in (windows.encrypt, windows.hash):
        work.schedule(now + offset, STEP, str(report_id))
    work.emit(PALLET, "CommitteeBookReport", who=who, report_id=report_id)


def reporter_add_encrypted_error_info(
    work: Work, who: bytes, report_id: int, to_committee: bytes, encrypted_err_info: bytes
) -> None:
    """Send a member what is wrong with which machine, sealed to its box key."""
    report = _report(work, report_id)
    if report.reporter != who:
        refuse(PALLET, "NotOrderReporter")
    order = report.order_of(to_committee) or refuse(PALLET, "NotOrderCommittee")
    if order.status is not MemberStatus.WAITING_ENCRYPT:
        refuse(PALLET, "OrderStatusNotFeat")
    told = order._replace(status=MemberStatus.VERIFYING, encrypted=encrypted_err_info, encrypted_time=work.height)
    work.layer.put(REPORTS, report_id, report.with_order(told))
    work.emit(PALLET, "EncryptedInfoSent", reporter=who, committee=to_committee, report_id=report_id)


def committee_submit_verify_hash(work: Work, who: bytes, report_id: int, digest: bytes) -> None:
    """Commit to what was found; the report can be booked again until three have."""
    report = _report(work, report_id)
    order = report.order_of(who) or refuse(PALLET, "NotInBookedList")
    if report.status is not ReportStatus.VERIFYING or order.status is not MemberStatus.VERIFYING:
        refuse(PALLET, "OrderStatusNotFeat")
    if any(other.digest == digest for other in report.orders):
        refuse(PALLET, "DuplicateHash")
    report = report.with_order(order._replace(status=MemberStatus.WAITING_RAW, digest=digest, hash_time=work.height))
    full = len(report.hashed()) == MEMBERS_PER_REPORT
    status = ReportStatus.SUBMITTING_RAW if full else ReportStatus.WAITING_BOOK
    work.layer.put(REPORTS, report_id, report._replace(status=status))
    work.emit(PALLET, "HashSubmited", report_id=report_id, who=who)


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
    report = _report(work, report_id)
    order = report.order_of(who) or refuse(PALLET, "NotInBookedList")
    if report.status is not ReportStatus.SUBMITTING_RAW or order.status is not MemberStatus.WAITING_RAW:
        refuse(PALLET, "OrderStatusNotFeat")
    if report.fault.reporter_hash != reporter_hash(machine_id, rent_order_id, reporter_rand_str, err_reason):
        refuse(PALLET, "NotEqualReporterSubmit")
    found = member_hash(
        machine_id, rent_order_id, reporter_rand_str, committee_rand_str, err_reason, supports=support_report
    )
    if order.digest != found:
        refuse(PALLET, "NotEqualCommitteeSubmit")
    shown = order._replace(
        status=MemberStatus.FINISHED, confirm_time=work.height, supports=support_report, extra=extra_err_info
    )
    report = report._replace(machine_id=machine_id, rent_id=rent_order_id, reason=err_reason).with_order(shown)
    work.layer.put(REPORTS, report_id, report)
    if len(report.revealed()) == len(report.hashed()):
        work.layer.put(REPORTS_READY, SINGLE, (*(work.layer.get(REPORTS_READY, SINGLE) or ()), report_id))
    work.emit(PALLET, "RawInfoSubmited", report_id=report_id, who=who)


def _report(work: Work, report_id: int) -> ReportRow:
    return work.layer.get(REPORTS, report_id) or refuse(PALLET, "Unknown")


def _healthy(work: Work, held: ReporterStake) -> bool:
    free = reporter_stakes(work.profile, work.layer).min_free_stake_percent
    return held.staked - held.used >= perbill_mul(free, held.staked)

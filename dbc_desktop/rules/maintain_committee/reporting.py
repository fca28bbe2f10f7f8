"""A reporter's calls: report a fault, put coins behind it, take it back (chain-rules 7.1, 7.2)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import MachineFault, MemberStatus, ReportStatus
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import balances, generic_func, parameters
from dbc_desktop.rules.arithmetic import perbill_mul
from dbc_desktop.rules.maintain_committee.rows import (
    RECORDS,
    REPORTS,
    STAKES,
    ReporterStake,
    ReportRow,
    change_stake,
    no_longer_live,
    open_report,
    record_of,
    report_of,
    stake_of,
)
from dbc_desktop.rules.maintain_committee.verdict import blame_unruly
from dbc_desktop.rules.online_profile.reported import OFFLINE_RENTERS
from dbc_desktop.rules.online_profile.rows import MACHINES
from dbc_desktop.rules.orders import ORDERS
from dbc_desktop.rules.work import Work, refuse

_PALLET = "MaintainCommittee"


def report_machine_fault(work: Work, who: bytes, fault: MachineFault) -> None:
    """Say that a machine is at fault; the first report stakes the baseline, each has a part of the stake at risk."""
    if fault.is_fast:
        _check_renter(work, who, fault)
        if not generic_func.pay_fixed_fee(work, who):
            refuse(_PALLET, "PayTxFeeFailed")
    amount = parameters.reporter_stakes(work.profile, work.layer).stake_per_report
    _use_stake(work, who, amount)
    if fault.is_fast:
        _keep_renters(work, fault.machine_id)
    report = ReportRow(who, work.height, amount, fault, machine_id=fault.machine_id, rent_id=fault.rent_id)
    open_report(work, report)
    work.emit(
        _PALLET,
        "ReportMachineFault",
        who=who,
        fault=fault.kind.value,
        machine_id=fault.machine_id,
        rent_id=fault.rent_id,
    )


def reporter_add_stake(work: Work, who: bytes, amount: int) -> None:
    """Put more coins behind one's reports."""
    if amount < 0 or not balances.reserve(work, who, amount):
        refuse(_PALLET, "BalanceNotEnough")
    change_stake(work, who, 0, staked=amount)
    if not _healthy(work, stake_of(work.layer, who)):
        refuse(_PALLET, "StakeNotEnough")
    work.emit(_PALLET, "ReporterAddStake", who=who, amount=amount)


def reporter_reduce_stake(work: Work, who: bytes, amount: int) -> None:
    """Take back what no report needs."""
    held = stake_of(work.layer, who)
    left = work.profile.reports.reducible(held.staked, held.used, amount)
    if left is None or not _healthy(work, ReporterStake(left, held.used)):
        refuse(_PALLET, "StakeNotEnough")
    balances.unreserve(work, who, amount)
    work.layer.put(STAKES, who, ReporterStake(left, held.used))
    work.emit(_PALLET, "ReporterReduceStake", who=who, amount=amount)


def reporter_cancel_report(work: Work, who: bytes, report_id: int) -> None:
    """Take a report back that no member looks at yet."""
    report = report_of(work.layer, report_id)
    if report.reporter != who:
        refuse(_PALLET, "NotReporter")
    if report.status is not ReportStatus.REPORTED:
        refuse(_PALLET, "OrderNotAllowCancel")
    change_stake(work, who, -report.reporter_stake)
    held = record_of(work.layer, who)
    left = tuple(one for one in held.processing if one != report_id)
    work.layer.put(RECORDS, who, held._replace(processing=left, canceled=(*held.canceled, report_id)))
    no_longer_live(work, report_id)
    work.layer.remove(REPORTS, report_id)
    blame_unruly(work, report_id, report)
    work.emit(_PALLET, "ReportCanceld", who=who, report_id=report_id, fault=report.fault.kind.value)


def reporter_add_encrypted_error_info(
    work: Work, who: bytes, report_id: int, to_committee: bytes, encrypted_err_info: bytes
) -> None:
    """Send a member what is wrong with which machine, sealed to its box key."""
    report = report_of(work.layer, report_id)
    if report.reporter != who:
        refuse(_PALLET, "NotOrderReporter")
    if report.fault.is_fast:
        refuse(_PALLET, "NotNeedEncryptedInfo")
    order = report.order_of(to_committee)
    if order is None:
        refuse(_PALLET, "NotOrderCommittee")
    if order.status is not MemberStatus.WAITING_ENCRYPT:
        refuse(_PALLET, "OrderStatusNotFeat")
    told = order._replace(status=MemberStatus.VERIFYING, encrypted=encrypted_err_info, encrypted_time=work.height)
    work.layer.put(REPORTS, report_id, report.with_order(told))
    work.emit(_PALLET, "EncryptedInfoSent", reporter=who, committee=to_committee, report_id=report_id)


def _check_renter(work: Work, who: bytes, fault: MachineFault) -> None:
    order = work.layer.get(ORDERS, fault.rent_id)
    if order is None or order.renter != who or order.machine_id != fault.machine_id:
        refuse(_PALLET, "NotMachineRenter")


def _use_stake(work: Work, who: bytes, amount: int) -> None:
    held = stake_of(work.layer, who)
    if not held.staked:
        baseline = parameters.reporter_stakes(work.profile, work.layer).stake_baseline
        if not balances.reserve(work, who, baseline):
            refuse(_PALLET, "BalanceNotEnough")
        held = held._replace(staked=baseline)
    after = held._replace(used=held.used + amount)
    if not _healthy(work, after):
        refuse(_PALLET, "StakeNotEnough")
    work.layer.put(STAKES, who, after)


def _keep_renters(work: Work, machine_id: str) -> None:
    """Those who rent the machine now share in its slash, should it come to that."""
    machine = work.layer.get(MACHINES, machine_id)
    if machine is not None and machine.status is MachineStatus.RENTED:
        work.layer.put(OFFLINE_RENTERS, machine_id, machine.renters)


def _healthy(work: Work, held: ReporterStake) -> bool:
    free = parameters.reporter_stakes(work.profile, work.layer).min_free_stake_percent
    return held.staked - held.used >= perbill_mul(free, held.staked)

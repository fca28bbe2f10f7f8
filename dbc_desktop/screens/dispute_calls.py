"""What the spending sheet calls a report, an appeal or the judging of one: title, and text of the signing button."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr

Names = tuple[str, str]

_FAULTS: dict[FaultKind, Callable[[], str]] = {
    FaultKind.RENTED_INACCESSIBLE: lambda: tr("cannot be reached"),
    FaultKind.RENTED_HARDWARE_MALFUNCTION: lambda: tr("hardware is broken"),
    FaultKind.RENTED_HARDWARE_COUNTERFEIT: lambda: tr("hardware is not what was promised"),
    FaultKind.ONLINE_RENT_FAILED: lambda: tr("cannot be rented"),
}


def fault_text(kind: FaultKind) -> str:
    """What a report says of a machine, in a few words."""
    return _FAULTS[kind]()


def names_of(call: Call, args: Mapping[str, object], at_risk: Balance | None) -> Names | None:
    """Title and button of a call of this kind, None of any other; `at_risk` is what it puts at risk."""
    told = _told(call, args)
    if told is not None:
        return told
    naming = _NAMES.get((call.pallet, call.name))
    if naming is None:
        return None
    title, verb = naming(args)
    return title, f"{verb} · {formats.amount(at_risk, 0)}" if at_risk is not None else verb


def _fault(args: Mapping[str, object]) -> Names:
    fault = args["report_reason"]
    if not isinstance(fault, MachineFault):
        return tr("Report a fault"), tr("Report")
    if not fault.machine_id:
        return tr("Report a machine: {fault}", fault=fault_text(fault.kind)), tr("Report")
    machine = formats.short_id(fault.machine_id)
    return tr("Report {machine}: {fault}", machine=machine, fault=fault_text(fault.kind)), tr("Report")


def _told(call: Call, args: Mapping[str, object]) -> Names | None:
    """A batch that tells several members what is wrong in one report."""
    calls = args.get("calls")
    if (call.pallet, call.name) != ("Utility", "batch_all") or not isinstance(calls, tuple) or not calls:
        return None
    if not all(isinstance(one, Call) and one.name == "reporter_add_encrypted_error_info" for one in calls):
        return None
    title = tr("Tell {n} members what is wrong in report {report}", n=len(calls), report=calls[0].args[0])
    return title, tr("Send")


def _report(args: Mapping[str, object]) -> str:
    return str(args["report_id"])


_NAMES: dict[tuple[str, str], Callable[[Mapping[str, object]], Names]] = {
    ("MaintainCommittee", "report_machine_fault"): _fault,
    ("MaintainCommittee", "reporter_cancel_report"): lambda args: (
        tr("Take report {report} back", report=_report(args)),
        tr("Take back"),
    ),
    ("MaintainCommittee", "reporter_add_encrypted_error_info"): lambda args: (
        tr("Tell a member what is wrong in report {report}", report=_report(args)),
        tr("Send"),
    ),
    ("MaintainCommittee", "reporter_add_stake"): lambda args: (tr("Add to your reporter stake"), tr("Add")),
    ("MaintainCommittee", "reporter_reduce_stake"): lambda args: (tr("Take reporter stake back"), tr("Take back")),
    ("MaintainCommittee", "committee_book_report"): lambda args: (
        tr("Judge report {report}", report=_report(args)),
        tr("Take it"),
    ),
    ("MaintainCommittee", "committee_submit_verify_hash"): lambda args: (
        tr("Commit to your word on report {report}", report=_report(args)),
        tr("Commit"),
    ),
    ("MaintainCommittee", "committee_submit_verify_raw"): lambda args: (
        tr("Reveal your word on report {report}", report=_report(args)),
        tr("Reveal"),
    ),
    ("MaintainCommittee", "committee_submit_inaccessible_raw"): lambda args: (
        tr("Reveal your word on report {report}", report=_report(args)),
        tr("Reveal"),
    ),
    ("MaintainCommittee", "apply_slash_review"): lambda args: (
        tr("Appeal against the verdict on report {report}", report=str(args["report_result_id"])),
        tr("Appeal"),
    ),
    ("OnlineCommittee", "apply_slash_review"): lambda args: (
        tr("Appeal against the verdict on a machine"),
        tr("Appeal"),
    ),
    ("OnlineProfile", "apply_slash_review"): lambda args: (
        tr("Appeal against slash {slash}", slash=str(args["slash_id"])),
        tr("Appeal"),
    ),
    ("OnlineProfile", "exec_slash"): lambda args: (
        tr("Have the whole stake of {machine} taken", machine=formats.short_id(str(args["machine_id"]))),
        tr("Take the stake"),
    ),
    ("TechnicalCommittee", "propose"): lambda args: (tr("Grant an appeal"), tr("Grant")),
    ("TechnicalCommittee", "vote"): lambda args: (tr("Vote on a motion"), tr("Vote")),
    ("TechnicalCommittee", "close"): lambda args: (tr("Close a motion"), tr("Close it")),
}

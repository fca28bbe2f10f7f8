"""From a node's values of disputes to rows of the rules (chain-rules 4.12, 6.7, 7.3, 7.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.rows import Values, status, text
from dbc_desktop.domain.dispute import FaultKind, MachineFault, MemberStatus, ReportResult, ReportStatus, SlashOutcome
from dbc_desktop.domain.errors import ChainAnswerInvalid
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.rules import committee, online_committee
from dbc_desktop.rules.maintain_committee.rows import MemberOrder, ReporterRecord, ReporterStake, ReportRow, ResultRow
from dbc_desktop.rules.online_profile.reported import Reported
from dbc_desktop.rules.online_profile.rows import PendingSlash, SlashReview


@contextmanager
def _known() -> Iterator[None]:
    """A variant that no version has is a broken answer.

    Raises:
        ChainAnswerInvalid: `storage`.
    """
    try:
        yield
    except ValueError as error:
        raise ChainAnswerInvalid("storage") from error


def review(value: Values) -> SlashReview:
    """An appeal; all three pallets keep it in the same form."""
    return SlashReview(
        value["applicant"], value["staked_amount"], value["apply_time"], value["expire_time"], value["reason"]
    )


def machine_slash(value: Values) -> PendingSlash:
    """A slash of a machine (`OPPendingSlashInfo`)."""
    return PendingSlash(
        machine_id=text(value["machine_id"]),
        stash=value["slash_who"],
        amount=value["slash_amount"],
        renters=tuple(value["renters"]),
        slash_time=value["slash_time"],
        exec_time=value["slash_exec_time"],
        reason=value["slash_reason"].name,
    )


def verification_slash(value: Values) -> tuple[online_committee.PendingSlash, SlashOutcome]:
    """A slash of a verification (`OCPendingSlashInfo`), and what became of it."""
    with _known():
        outcome = SlashOutcome(value["slash_result"].name)
    row = online_committee.PendingSlash(
        machine_id=text(value["machine_id"]),
        stash=value["machine_stash"],
        stash_amount=value["stash_slash_amount"],
        invalid=tuple(value["inconsistent_committee"]),
        unruly=tuple(value["unruly_committee"]),
        valid=tuple(value["reward_committee"]),
        exec_time=value["slash_exec_time"],
        result=value["book_result"].name,
        executed=outcome is SlashOutcome.EXECUTED,
    )
    return row, outcome


def result(value: Values) -> ResultRow:
    """A verdict on a report (`MTReportResultInfo`)."""
    with _known():
        return ResultRow(
            reporter=value["reporter"],
            reporter_stake=value["reporter_stake"],
            inconsistent=tuple(value["inconsistent_committee"]),
            unruly=tuple(value["unruly_committee"]),
            rewarded=tuple(value["reward_committee"]),
            committee_stake=value["committee_stake"],
            machine_stash=value["machine_stash"],
            machine_id=text(value["machine_id"]),
            slash_time=value["slash_time"],
            exec_time=value["slash_exec_time"],
            result=ReportResult(value["report_result"].name),
            outcome=SlashOutcome(value["slash_result"].name),
        )


def fault(value: Variant) -> MachineFault:
    """What a report says is wrong."""
    with _known():
        kind = FaultKind(value.name)
    first, second = value.value
    if kind is FaultKind.RENTED_INACCESSIBLE:
        return MachineFault(kind, MachineId(text(first)), second)
    return MachineFault(kind, reporter_hash=first, box_pubkey=second)


def report(value: Values, work_of: Callable[[bytes], Values], found: ResultRow | None) -> ReportRow:
    """A report (`MTReportInfoDetail`).

    Args:
        value: What is stored.
        work_of: What is stored of a member's work on it (`MTCommitteeOpsDetail`).
        found: Its result; before the verdict it names those that were taken off the report (chain-rules 7.5 a).
    """
    with _known():
        stands = ReportStatus(value["report_status"].name)
        orders = tuple(_order(value, member, work_of(member)) for member in value["booked_committee"])
    is_over = stands is ReportStatus.COMMITTEE_CONFIRMED
    return ReportRow(
        reporter=value["reporter"],
        report_time=value["report_time"],
        reporter_stake=value["reporter_stake"],
        fault=fault(value["machine_fault_type"]),
        status=stands,
        first_book_time=value["first_book_time"],
        machine_id=text(value["machine_id"]),
        rent_id=value["rent_order_id"],
        reason=value["err_info"],
        orders=orders,
        unruly=() if is_over or found is None else found.unruly,
    )


def _order(value: Values, member: bytes, work: Values) -> MemberOrder:
    """A member's work; where the chain dropped it, what the report itself tells of it."""
    digest = work["confirm_hash"] if any(work["confirm_hash"]) else b""
    if work["booked_time"]:
        return MemberOrder(
            member=member,
            booked_time=work["booked_time"],
            stake=work["staked_balance"],
            status=MemberStatus(work["order_status"].name),
            encrypted=work["encrypted_err_info"] or b"",
            encrypted_time=work["encrypted_time"],
            digest=digest,
            hash_time=work["hash_time"],
            confirm_time=work["confirm_time"],
            supports=work["confirm_result"],
            extra=work["extra_err_info"],
        )
    known = MemberStatus.WAITING_RAW if member in value["hashed_committee"] else MemberStatus.VERIFYING
    if member in value["confirmed_committee"]:
        known = MemberStatus.FINISHED
    return MemberOrder(member, value["first_book_time"], 0, known, supports=member in value["support_committee"])


def reporter_stake(value: Values) -> ReporterStake:
    """What a reporter has at stake."""
    return ReporterStake(value["staked_amount"], value["used_stake"])


def reporter_record(value: Values) -> ReporterRecord:
    """The reports of an account."""
    return ReporterRecord(
        *(tuple(value[f"{name}_report"]) for name in ("processing", "canceled", "succeed", "failed")),
    )


def member_stake(value: Values) -> committee.CommitteeStake:
    """What a member of the committee has at stake, and its box key."""
    return committee.CommitteeStake(
        value["box_pubkey"],
        value["staked_amount"],
        value["used_stake"],
        value["can_claim_reward"],
        value["claimed_reward"],
    )


def live_reports(value: Mapping[str, Any]) -> tuple[int, ...]:
    """The reports that are not judged yet, sorted."""
    return tuple(sorted({one for name in ("bookable", "verifying", "waiting_raw") for one in value[f"{name}_report"]}))


def reports_on(value: Variant) -> tuple[Reported, ...]:
    """The reports because of which a machine is offline, the newest first; none where none made it so."""
    found: list[Reported] = []
    while value.name == "ReporterReportOffline":
        reason, before, who, members = value.value
        with _known():
            kind = FaultKind(reason.name)
        was, since, previous = status(before)
        reporter = None if kind is FaultKind.RENTED_INACCESSIBLE else who
        found.append(Reported(kind, reporter, tuple(members), reason.value, was, previous, since))
        value = before
    return tuple(found)

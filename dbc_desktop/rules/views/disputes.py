"""Slashes against an account, reports it made, and what a committee member has to do."""

from __future__ import annotations

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.dispute import (
    Appeal,
    CommitteeWork,
    MemberStatus,
    MemberWork,
    Report,
    Reporter,
    ReportResult,
    ReportStatus,
    Slash,
    SlashOutcome,
    SlashSource,
    WorkStep,
)
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.rules import committee, committee_appeals, generic_func, online_committee, parameters
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.maintain_committee import appeals
from dbc_desktop.rules.maintain_committee.rows import (
    MEMBERS_PER_REPORT,
    REPORTS,
    RESULTS,
    REVIEWS,
    MemberOrder,
    ReportRow,
    ResultRow,
    live,
    record_of,
    stake_of,
)
from dbc_desktop.rules.online_profile.rows import (
    CONTROLLER_STASH,
    PENDING_SLASH,
    SLASH_REVIEW,
    STASH_CONTROLLER,
    SlashReview,
)

_OPEN = (ReportStatus.REPORTED, ReportStatus.WAITING_BOOK)


def slashes(engine: Engine, address: Address) -> tuple[Slash, ...]:
    """Slashes against `address` and the stash it controls, the next to be taken first, then what is over."""
    stash = engine.state.get(CONTROLLER_STASH, address.raw) or address.raw
    accounts = tuple(dict.fromkeys((address.raw, stash)))
    found = [*_of_machines(engine, accounts), *_of_verifications(engine, accounts), *_of_reports(engine, accounts)]
    order = {SlashOutcome.PENDING: 0, SlashOutcome.CANCELED: 1, SlashOutcome.EXECUTED: 1}
    return tuple(sorted(found, key=lambda one: (order[one.outcome], one.exec_time, one.source, one.number)))


def _appeal(review: SlashReview | None) -> Appeal | None:
    if review is None:
        return None
    applicant, staked, apply_time, expire_time, reason = review
    return Appeal(Address(applicant), Balance(staked), apply_time, expire_time, reason)


def _of_machines(engine: Engine, accounts: tuple[bytes, ...]) -> list[Slash]:
    state, found = engine.state, []
    for slash_id, row in state.items(PENDING_SLASH):
        if row.stash not in accounts:
            continue
        review = _appeal(state.get(SLASH_REVIEW, slash_id))
        found.append(
            Slash(
                source=SlashSource.MACHINE,
                number=slash_id,
                who=Address(row.stash),
                machine_id=MachineId(row.machine_id),
                reason=row.reason,
                amount=Balance(row.amount),
                slash_time=row.slash_time,
                exec_time=row.exec_time,
                outcome=SlashOutcome.PENDING,
                appeal=review,
                can_appeal=review is None and engine.height + 1 < row.exec_time,
                signer=Address(state.get(STASH_CONTROLLER, row.stash) or row.stash),
                review_stake=Balance(parameters.slash_review_stake(engine.profile, state)),
                appeal_ends=row.exec_time,
            )
        )
    return found


def _of_verifications(engine: Engine, accounts: tuple[bytes, ...]) -> list[Slash]:
    state, found = engine.state, []
    order_stake = parameters.member_stakes(engine.profile, state).stake_per_order
    for slash_id, row in state.items(online_committee.PENDING):
        outcome = SlashOutcome.EXECUTED if row.executed else SlashOutcome.PENDING
        if state.get(online_committee.CANCELED, slash_id) is not None:
            outcome = SlashOutcome.CANCELED
        review = _appeal(state.get(committee_appeals.REVIEWS, slash_id))
        lost = [(who, order_stake) for who in row.unruly]
        if row.result != online_committee.NO_CONSENSUS:
            lost += [(who, order_stake) for who in row.invalid]
        if row.stash is not None and row.stash_amount:
            lost.append((row.stash, row.stash_amount))
        for who, amount in lost:
            if who not in accounts:
                continue
            is_stash = who == row.stash
            may = is_stash or who in row.invalid
            needs = engine.profile.appeals.needs_controller and not is_stash
            controls = not needs or state.get(CONTROLLER_STASH, who) is not None
            is_open = outcome is SlashOutcome.PENDING and engine.height + 1 < row.exec_time
            found.append(
                Slash(
                    source=SlashSource.VERIFICATION,
                    number=slash_id,
                    who=Address(who),
                    machine_id=MachineId(row.machine_id),
                    reason=row.result,
                    amount=Balance(amount),
                    slash_time=row.exec_time - engine.profile.slash_delay,
                    exec_time=row.exec_time,
                    outcome=outcome,
                    appeal=review,
                    can_appeal=may and controls and review is None and is_open,
                    signer=Address((state.get(STASH_CONTROLLER, who) or who) if is_stash else who),
                    review_stake=Balance(order_stake),
                    appeal_ends=engine.profile.appeals.settled_at(engine.height + 1, row.exec_time),
                )
            )
    return found


def _of_reports(engine: Engine, accounts: tuple[bytes, ...]) -> list[Slash]:
    state, found = engine.state, []
    for report_id, row in state.items(RESULTS):
        for who in accounts:
            amount = _lost(row, who)
            may = appeals.loses(row, who)
            if not amount and not may:
                continue
            review = _appeal(state.get(REVIEWS, report_id))
            is_open = row.outcome is SlashOutcome.PENDING and engine.height + 1 < row.exec_time
            found.append(
                Slash(
                    source=SlashSource.REPORT,
                    number=report_id,
                    who=Address(who),
                    machine_id=MachineId(row.machine_id),
                    reason=row.result.value,
                    amount=Balance(amount),
                    slash_time=row.slash_time,
                    exec_time=row.exec_time,
                    outcome=row.outcome,
                    appeal=review,
                    can_appeal=may and review is None and is_open,
                    signer=Address(who),
                    review_stake=Balance(parameters.reporter_stakes(engine.profile, state).stake_per_report),
                    appeal_ends=engine.profile.appeals.settled_at(engine.height + 1, row.exec_time),
                )
            )
    return found


def _lost(row: ResultRow, who: bytes) -> int:
    """Units the verdict itself takes from an account; a machine's stash pays by the slash of the machine."""
    if who == row.reporter and row.result in (ReportResult.REFUSED, ReportResult.NOT_ENCRYPTED):
        return row.reporter_stake
    return row.committee_stake if who in row.inconsistent or who in row.unruly else 0


def reporter(engine: Engine, address: Address) -> Reporter:
    """An account as a reporter, zeros and no reports where it never was one."""
    state = engine.state
    asked = parameters.reporter_stakes(engine.profile, state)
    held, record = stake_of(state, address.raw), record_of(state, address.raw)
    ids = sorted({*record.processing, *record.succeeded, *record.failed}, reverse=True)
    found = ((report_id, state.get(REPORTS, report_id)) for report_id in ids)
    return Reporter(
        staked=Balance(held.staked),
        used=Balance(held.used),
        first_stake=Balance(asked.stake_baseline),
        per_report=Balance(asked.stake_per_report),
        fixed_fee=Balance(generic_func.fixed_fee(engine.profile, state)),
        is_drawn=engine.profile.reports.is_drawn,
        reports=tuple(_report(engine, report_id, row) for report_id, row in found if row is not None),
    )


def _report(engine: Engine, report_id: int, row: ReportRow) -> Report:
    windows, is_fast, first = engine.profile.report_windows, row.fault.is_fast, row.first_book_time
    result = engine.state.get(RESULTS, report_id)
    is_over = row.status is ReportStatus.COMMITTEE_CONFIRMED
    return Report(
        report_id=report_id,
        reporter=Address(row.reporter),
        fault=row.fault,
        machine_id=MachineId(row.machine_id),
        rent_id=row.rent_id,
        status=row.status,
        report_time=row.report_time,
        stake=Balance(row.reporter_stake),
        members=tuple(_member(engine, row, order) for order in sorted(row.orders, key=_by_booking)),
        reveal_from=first + windows.reveal_from(is_fast=is_fast) if first else None,
        reveal_until=first + windows.reveal_until(is_fast=is_fast) if first else None,
        result=result.result if result is not None and is_over else None,
        exec_time=result.exec_time if result is not None and is_over else None,
        outcome=result.outcome if result is not None and is_over else None,
        bookable=not engine.profile.reports.is_drawn and row.status in _OPEN and len(row.orders) < MEMBERS_PER_REPORT,
    )


def _by_booking(order: MemberOrder) -> tuple[int, bytes]:
    """A chain keeps members by their account, not by who came first."""
    return order.booked_time, order.member


def _member(engine: Engine, row: ReportRow, order: MemberOrder) -> MemberWork:
    windows, is_fast = engine.profile.report_windows, row.fault.is_fast
    until = row.first_book_time + windows.reveal_from(is_fast=True)
    hashing = order.status in (MemberStatus.WAITING_ENCRYPT, MemberStatus.VERIFYING)
    waiting = order.status is MemberStatus.WAITING_ENCRYPT
    return MemberWork(
        member=Address(order.member),
        status=order.status,
        booked_time=order.booked_time,
        at_risk=Balance(order.stake),
        box_pubkey=committee.stake_of(engine.state, order.member).box_pubkey,
        encrypted=order.encrypted,
        told_until=order.booked_time + windows.encrypt if waiting else None,
        hash_until=(until if is_fast else order.booked_time + windows.hash) if hashing else None,
        supports=order.supports if order.status is MemberStatus.FINISHED else None,
    )


def committee_work(engine: Engine, address: Address) -> tuple[CommitteeWork, ...]:
    """What a member has to do or may take, the earliest deadline first; nothing for who is no member."""
    found = [*_verifications(engine, address.raw), *_judging(engine, address.raw)]
    return tuple(sorted(found, key=lambda one: (one.until is None, one.until or 0, one.machine_id)))


def _verifications(engine: Engine, member: bytes) -> list[CommitteeWork]:
    profile, found = engine.profile, []
    at_risk = Balance(parameters.member_stakes(profile, engine.state).stake_per_order)
    for machine_id, order in engine.state.items(online_committee.ORDERS):
        if member not in order.booked:
            continue
        digest = next((each for who, each in order.hashes if who == member), b"")
        if any(who == member for who, _ in order.infos):
            step, until = WorkStep.WAIT, order.book_time + profile.reveal_end
        elif digest and order.status == online_committee.HASHING:
            step, until = WorkStep.WAIT, order.book_time + profile.reveal_start
        elif digest:
            step, until = WorkStep.REVEAL, order.book_time + profile.reveal_end
        else:
            step, until = WorkStep.HASH, order.book_time + profile.reveal_end
        found.append(CommitteeWork(step, MachineId(machine_id), None, until, at_risk, digest))
    return found


def _judging(engine: Engine, member: bytes) -> list[CommitteeWork]:
    found, is_normal = [], member in committee.lists(engine.state).normal
    for report_id in live(engine.state):
        row = engine.state.get(REPORTS, report_id)
        if row is None:
            continue
        report, order = _report(engine, report_id, row), row.order_of(member)
        if order is None:
            if is_normal and report.bookable and member not in row.unruly:
                stakes = parameters.member_stakes(engine.profile, engine.state).stake_per_order
                stake = engine.profile.reports.member_stake(stakes, is_fast=row.fault.is_fast)
                found.append(CommitteeWork(WorkStep.BOOK, report.machine_id, report, None, Balance(stake)))
            continue
        mine = _member(engine, row, order)
        step, until = _step_of(report, mine)
        at_risk = Balance(order.stake) if order.stake else ZERO
        found.append(CommitteeWork(step, report.machine_id, report, until, at_risk, order.digest))
    return found


def _step_of(report: Report, mine: MemberWork) -> tuple[WorkStep, int | None]:
    if mine.status is MemberStatus.WAITING_ENCRYPT:
        return WorkStep.WAIT_FOR_REPORTER, mine.told_until
    if mine.status is MemberStatus.VERIFYING:
        return WorkStep.HASH, mine.hash_until
    if mine.status is MemberStatus.FINISHED:
        return WorkStep.WAIT, report.reveal_until
    if report.status is ReportStatus.SUBMITTING_RAW:
        return WorkStep.REVEAL, report.reveal_until
    return WorkStep.WAIT, report.reveal_from

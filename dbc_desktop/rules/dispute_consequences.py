"""The consequences of reports, of judging them, and of appeals (chain-rules 6.7, 7)."""

from __future__ import annotations

from dbc_desktop.domain.call import Call, Severity
from dbc_desktop.domain.dispute import MachineFault
from dbc_desktop.rules import balances, committee_appeals, parameters
from dbc_desktop.rules.maintain_committee.rows import REPORTS, RESULTS, REVIEWS
from dbc_desktop.rules.online_profile.rows import NEXT_SLASH_ID, PENDING_SLASH, SlashReview
from dbc_desktop.rules.state import SINGLE, State
from dbc_desktop.rules.told import Found, Teller, fixed_fee, units
from dbc_desktop.rules.told import one as _one
from dbc_desktop.rules.work import Work


def _report(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    fault, profile = args["report_reason"], work.profile
    reserved = balances.holdings(work.layer, signer).reserved - balances.holdings(before, signer).reserved
    if reserved > 0:
        yield _one("reporter_stake", Severity.INFO, reserved)
    yield _one("report_at_risk", Severity.WARN, parameters.reporter_stakes(profile, work.layer).stake_per_report)
    yield from fixed_fee(work)
    is_fast = isinstance(fault, MachineFault) and fault.is_fast
    kind = "arbiters_drawn" if profile.reports.is_drawn else "members_look"
    yield _one(kind, blocks=profile.report_windows.reveal_until(is_fast=is_fast))
    if not is_fast:
        yield _one("members_told", Severity.WARN, blocks=profile.report_windows.encrypt)


def _add_stake(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("reporter_stake", Severity.INFO, units(args["amount"]))


def _less_stake(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    freed = balances.holdings(before, signer).reserved - balances.holdings(work.layer, signer).reserved
    if freed > 0:
        yield _one("stake_released", Severity.INFO, freed)


def _take_back(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    report = before.get(REPORTS, units(args["report_id"]))
    if report is not None:
        yield _one("report_taken_back", Severity.INFO, report.reporter_stake)


def _book(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    report = work.layer.get(REPORTS, units(args["report_id"]))
    order = None if report is None else report.order_of(signer)
    yield from fixed_fee(work)
    if order is not None and order.stake:
        yield _one("member_at_risk", Severity.WARN, order.stake)


def _verdict_appeal(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from _appeal(work, work.layer.get(REVIEWS, units(args["report_result_id"])))


def _verification_appeal(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from _appeal(work, work.layer.get(committee_appeals.REVIEWS, units(args["slash_id"])))


def _appeal(work: Work, review: SlashReview | None) -> Found:
    if review is not None:
        blocks = review.expire_time - work.height
        yield _one("review_stake", Severity.WARN, review.staked, blocks=blocks, until=review.expire_time)


def _worst(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    slash = work.layer.get(PENDING_SLASH, before.get(NEXT_SLASH_ID, SINGLE) or 0)
    if slash is not None:
        yield _one("stake_taken", Severity.LOSS, slash.amount, blocks=work.profile.slash_delay)


def _grant(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    call = args["proposal"]
    if not isinstance(call, Call) or units(args["threshold"]) > 1:
        return
    number = units(call.args[0])
    if call.pallet == "OnlineProfile":
        slash = before.get(PENDING_SLASH, number)
        if slash is not None:
            yield _one("slash_canceled", Severity.INFO, slash.amount)
    elif call.pallet == "MaintainCommittee":
        result = before.get(RESULTS, number)
        if result is not None:
            yield _one("verdict_reversed", Severity.WARN)
    else:
        yield _one("verdict_reversed", Severity.WARN)


_PALLET = "MaintainCommittee"
TELLERS: dict[tuple[str, str], Teller] = {
    (_PALLET, "report_machine_fault"): _report,
    (_PALLET, "reporter_add_stake"): _add_stake,
    (_PALLET, "reporter_reduce_stake"): _less_stake,
    (_PALLET, "reporter_cancel_report"): _take_back,
    (_PALLET, "committee_book_report"): _book,
    (_PALLET, "apply_slash_review"): _verdict_appeal,
    ("OnlineCommittee", "apply_slash_review"): _verification_appeal,
    ("OnlineProfile", "exec_slash"): _worst,
    ("TechnicalCommittee", "propose"): _grant,
}

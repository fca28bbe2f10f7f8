"""Appeals against a verdict on a report (chain-rules 7.6)."""

from __future__ import annotations

from dbc_desktop.domain.dispute import ReportResult, SlashOutcome
from dbc_desktop.rules import balances, committee, parameters, slashing
from dbc_desktop.rules.maintain_committee.rows import RESULTS, REVIEWS, ResultRow, change_stake
from dbc_desktop.rules.maintain_committee.verdict import slash_member, slash_reporter
from dbc_desktop.rules.online_profile.rows import SlashReview
from dbc_desktop.rules.work import Work, refuse

_PALLET = "MaintainCommittee"


def apply_slash_review(work: Work, who: bytes, report_result_id: int, reason: bytes) -> None:
    """Appeal before the verdict is executed, with a stake that is lost unless the appeal is granted."""
    result = work.layer.get(RESULTS, report_result_id) or refuse(_PALLET, "Unknown")
    if not loses(result, who) or result.outcome is not SlashOutcome.PENDING:
        refuse(_PALLET, "NotSlashed")
    if work.layer.get(REVIEWS, report_result_id) is not None:
        refuse(_PALLET, "AlreadyApplied")
    if work.height >= result.exec_time:
        refuse(_PALLET, "TimeNotAllowed")
    amount = parameters.reporter_stakes(work.profile, work.layer).stake_per_report
    if not balances.reserve(work, who, amount):
        refuse(_PALLET, "BalanceNotEnough")
    _count(work, result, who, amount)
    ends = work.profile.appeals.settled_at(work.height, result.exec_time)
    work.layer.put(REVIEWS, report_result_id, SlashReview(who, amount, work.height, ends, reason))
    work.schedule(ends, "report_review", str(report_result_id))
    work.emit(_PALLET, "ApplySlashReview", report_id=report_result_id)


def loses(result: ResultRow, who: bytes) -> bool:
    """Whether the verdict costs this account anything, so that it may appeal."""
    if result.result is ReportResult.SUCCEED:
        reporter, stash = None, result.machine_stash
    else:
        reporter, stash = result.reporter if result.reporter_stake else None, None
    return who in (reporter, stash) or who in result.inconsistent or who in result.unruly


def cancel_reporter_slash(work: Work, slashed_report_id: int) -> None:
    """The technical committee grants an appeal: who was to lose has the stakes of who was to win."""
    result = work.layer.get(RESULTS, slashed_report_id) or refuse(_PALLET, "SlashIdNotExist")
    review = work.layer.get(REVIEWS, slashed_report_id) or refuse(_PALLET, "NotPendingReviewSlash")
    if work.height >= review.expire_time and result.outcome is not SlashOutcome.PENDING:
        refuse(_PALLET, "ExpiredApply")
    work.layer.remove(REVIEWS, slashed_report_id)
    work.unschedule(review.expire_time, "report_review", str(slashed_report_id))
    work.unschedule(result.exec_time, "report_result", str(slashed_report_id))
    balances.unreserve(work, review.applicant, review.staked)
    _count(work, result, review.applicant, -review.staked)
    _reverse(work, result)
    work.layer.put(RESULTS, slashed_report_id, result._replace(outcome=SlashOutcome.CANCELED))


def settle_reviews(work: Work) -> None:
    """An appeal that nobody granted in time loses its stake to the treasury."""
    for _, subject in work.due("report_review"):
        review, result = work.layer.get(REVIEWS, int(subject)), work.layer.get(RESULTS, int(subject))
        if review is None or result is None:
            continue
        work.layer.remove(REVIEWS, int(subject))
        slashing.take(work, review.applicant, review.staked)
        _count(work, result, review.applicant, -review.staked)


def _reverse(work: Work, result: ResultRow) -> None:
    stake = result.committee_stake
    freed = result.inconsistent
    if result.result is ReportResult.SUCCEED:
        slash_reporter(work, result.reporter, result.reporter_stake, freed)
        shared: tuple[bytes, ...] = freed
    else:
        change_stake(work, result.reporter, -result.reporter_stake)
        shared = (*freed, result.reporter) if result.reporter_stake else freed
    for member in (*result.rewarded, *result.unruly):
        slash_member(work, member, stake, shared)
    for member in freed:
        committee.change_used(work, member, -stake)


def _count(work: Work, result: ResultRow, who: bytes, amount: int) -> None:
    """Count the stake of an appeal with those that the applicant has as reporter or as member; a stash has neither."""
    if who == result.reporter and result.result is not ReportResult.SUCCEED:
        change_stake(work, who, amount, staked=amount)
    elif who in result.inconsistent or who in result.unruly:
        committee.change_used(work, who, amount, slashed=-amount)

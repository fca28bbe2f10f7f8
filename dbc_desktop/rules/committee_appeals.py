"""Appeals against what a verification costs: OnlineCommittee's review of slashes (chain-rules 6.7)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.rules import balances, committee, parameters, slashing
from dbc_desktop.rules.codec import NUMBER, row
from dbc_desktop.rules.online_committee import CANCELED, NO_CONSENSUS, PENDING, PendingSlash
from dbc_desktop.rules.online_profile import stake
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, STASH_CONTROLLER, SlashReview
from dbc_desktop.rules.state import Readable, declare
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineCommittee"

REVIEWS = declare("OnlineCommittee.PendingSlashReview", NUMBER, row(SlashReview))


def apply_slash_review(work: Work, who: bytes, slash_id: int, reason: bytes) -> None:
    """Appeal before the slash is executed, with the stake of an order that is lost unless the appeal is granted."""
    if work.profile.appeals.needs_controller and work.layer.get(CONTROLLER_STASH, who) is None:
        refuse(_PALLET, "Unknown")
    slash = work.layer.get(PENDING, slash_id) or refuse(_PALLET, "Unknown")
    stash = _stash_for(work.layer, slash, who)
    if stash is None and who not in slash.invalid:
        refuse(_PALLET, "NotSlashed")
    if work.layer.get(REVIEWS, slash_id) is not None or work.layer.get(CANCELED, slash_id) is not None:
        refuse(_PALLET, "AlreadyApplied")
    if slash.executed or work.height >= slash.exec_time:
        refuse(_PALLET, "TimeNotAllow")
    amount = parameters.order_stake(work)
    applicant = who if stash is None else stash
    if not balances.reserve(work, applicant, amount):
        refuse(_PALLET, "BalanceNotEnough")
    _count(work, slash, applicant, amount)
    ends = work.profile.appeals.settled_at(work.height, slash.exec_time)
    work.layer.put(REVIEWS, slash_id, SlashReview(applicant, amount, work.height, ends, reason))
    work.schedule(ends, "committee_review", str(slash_id))


def cancel_slash(work: Work, slash_id: int) -> None:
    """The technical committee grants an appeal: who outvoted the others loses, who was to lose is whole again."""
    slash = work.layer.get(PENDING, slash_id) or refuse(_PALLET, "Unknown")
    review = work.layer.get(REVIEWS, slash_id) or refuse(_PALLET, "NotPendingReviewSlash")
    if slash.executed or work.height >= slash.exec_time:
        refuse(_PALLET, "ExpiredApply")
    order = parameters.order_stake(work)
    work.layer.remove(REVIEWS, slash_id)
    work.unschedule(review.expire_time, "committee_review", str(slash_id))
    work.unschedule(slash.exec_time, "committee_slash", str(slash_id))
    balances.unreserve(work, review.applicant, review.staked)
    _count(work, slash, review.applicant, -review.staked)
    shared = slash.invalid if slash.stash is None else (*slash.invalid, slash.stash)
    for member in (*slash.valid, *slash.unruly):
        slashing.take(work, member, order, shared)
        committee.change_used(work, member, -order, slashed=order)
    if slash.result != NO_CONSENSUS:
        for member in slash.invalid:
            committee.change_used(work, member, -order)
    if slash.stash is not None and slash.stash_amount:
        stake.release(work, slash.stash, slash.stash_amount)
    work.layer.put(CANCELED, slash_id, work.height)


def settle_reviews(work: Work) -> None:
    """An appeal that nobody granted in time loses its stake to the treasury."""
    for _, subject in work.due("committee_review"):
        slash_id = int(subject)
        review, slash = work.layer.get(REVIEWS, slash_id), work.layer.get(PENDING, slash_id)
        if review is None or slash is None:
            continue
        work.layer.remove(REVIEWS, slash_id)
        slashing.take(work, review.applicant, review.staked)
        _count(work, slash, review.applicant, -review.staked)
        if work.profile.appeals.lost_pays_twice and review.applicant == slash.stash:
            slashing.take(work, slash.stash, slash.stash_amount, slash.valid)


def _stash_for(layer: Readable, slash: PendingSlash, who: bytes) -> bytes | None:
    """The slashed stash, where `who` controls it."""
    return slash.stash if slash.stash is not None and layer.get(STASH_CONTROLLER, slash.stash) == who else None


def _count(work: Work, slash: PendingSlash, who: bytes, amount: int) -> None:
    """Count the stake of a member's appeal with its others; that of a stash is only reserved."""
    if who in slash.invalid:
        committee.change_used(work, who, amount, slashed=-amount)


CALLS: dict[tuple[str, str], Callable[..., None]] = {(_PALLET, "apply_slash_review"): apply_slash_review}

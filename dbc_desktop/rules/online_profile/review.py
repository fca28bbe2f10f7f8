"""Appeals against a pending slash of a machine (chain-rules 4.12); the technical committee grants them."""

from __future__ import annotations

from dbc_desktop.rules import balances, parameters
from dbc_desktop.rules.online_profile import stake
from dbc_desktop.rules.online_profile.rows import (
    PENDING_SLASH,
    SLASH_REVIEW,
    SLASH_SHARES,
    SlashReview,
    machine_of,
)
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineProfile"


def apply_slash_review(work: Work, who: bytes, slash_id: int, reason: bytes) -> None:
    """Appeal before the slash is due, with a stake of the stash that is lost unless the appeal is granted."""
    layer, profile = work.layer, work.profile
    slash = layer.get(PENDING_SLASH, slash_id) or refuse(_PALLET, "Unknown")
    if machine_of(layer, slash.machine_id).controller != who:
        refuse(_PALLET, "NotMachineController")
    if slash.exec_time <= work.height:
        refuse(_PALLET, "ExpiredSlash")
    earlier = layer.get(SLASH_REVIEW, slash_id)
    back = 0 if earlier is None else profile.second_looks.returned(earlier.staked)
    if back:
        stake.take_back(work, slash.stash, back)
    amount = parameters.slash_review_stake(profile, layer)
    if not stake.add(work, slash.stash, amount):
        refuse(_PALLET, "BalanceNotEnough")
    layer.put(SLASH_REVIEW, slash_id, SlashReview(who, amount, work.height, slash.exec_time, reason))
    work.emit(_PALLET, "ApplySlashReview", slash_id=slash_id)


def cancel_slash(work: Work, slash_id: int) -> None:
    """The technical committee grants an appeal; the stash has both the slash and the appeal's stake free again."""
    layer = work.layer
    slash = layer.get(PENDING_SLASH, slash_id) or refuse(_PALLET, "SlashIdNotExist")
    review = layer.get(SLASH_REVIEW, slash_id) or refuse(_PALLET, "Unknown")
    shares = layer.get(SLASH_SHARES, slash_id)
    if shares is None or not shares.eats_stake:
        stake.take_back(work, slash.stash, slash.amount)
    stake.take_back(work, slash.stash, review.staked)
    layer.remove(SLASH_SHARES, slash_id)
    layer.remove(PENDING_SLASH, slash_id)
    layer.remove(SLASH_REVIEW, slash_id)
    work.unschedule(slash.exec_time, "slash", str(slash_id))
    work.emit(_PALLET, "SlashCanceled", slash_id=slash_id, who=slash.stash, amount=slash.amount)


def settle(work: Work, slash_id: int, stash: bytes) -> None:
    """The slash was executed: an appeal that nobody granted loses its stake to the treasury."""
    review = work.layer.get(SLASH_REVIEW, slash_id)
    if review is not None:
        stake.lower(work, stash, review.staked)
        balances.repatriate(work, stash, work.profile.treasury, review.staked)
        work.layer.remove(SLASH_REVIEW, slash_id)

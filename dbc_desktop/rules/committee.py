"""Committee 108: who verifies machines, and what they have at stake (chain-rules 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.domain.parameters import MemberStakeParams
from dbc_desktop.rules import balances, parameters
from dbc_desktop.rules.arithmetic import perbill_mul
from dbc_desktop.rules.codec import RAW, row
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, account, refuse

_PALLET = "Committee"


class CommitteeLists(NamedTuple):
    """Where each member stands; the lists are sorted."""

    normal: tuple[bytes, ...] = ()
    waiting_box_pubkey: tuple[bytes, ...] = ()
    fulfilling: tuple[bytes, ...] = ()


class CommitteeStake(NamedTuple):
    """One member; amounts in units."""

    box_pubkey: bytes = b""
    staked: int = 0
    used: int = 0
    can_claim: int = 0
    claimed: int = 0


LISTS = declare_value("Committee.Committee", row(CommitteeLists))
STAKES = declare("Committee.CommitteeStake", RAW, row(CommitteeStake))
CHILLED = declare_value("Committee.ChillList", row(tuple[bytes, ...]))
"""Members that take no orders for a while, by their own will; sorted."""


def lists(layer: Readable) -> CommitteeLists:
    """Where each member stands."""
    return layer.get(LISTS, SINGLE) or CommitteeLists()


def chilled(layer: Readable) -> tuple[bytes, ...]:
    """The members that take no orders by their own will."""
    return layer.get(CHILLED, SINGLE) or ()


def stake_of(layer: Readable, member: bytes) -> CommitteeStake:
    """What a member has at stake."""
    return layer.get(STAKES, member) or CommitteeStake()


def credit(work: Work, member: bytes, amount: int) -> None:
    """Add to what the member may claim."""
    held = stake_of(work.layer, member)
    work.layer.put(STAKES, member, held._replace(can_claim=held.can_claim + amount))


def change_used(work: Work, member: bytes, amount: int, *, slashed: int = 0) -> None:
    """Use more or less of a member's stake, or lose some of it; then the member stands where its health puts it."""
    held = stake_of(work.layer, member)
    after = held._replace(used=max(0, held.used + amount), staked=max(0, held.staked - slashed))
    work.layer.put(STAKES, member, after)
    now = lists(work.layer)
    fit = _healthy(work, after)
    if fit and member in now.fulfilling:
        moved = now._replace(normal=_with(now.normal, member), fulfilling=_less(now.fulfilling, member))
        work.layer.put(LISTS, SINGLE, moved)
    elif not fit and member in now.normal:
        moved = now._replace(normal=_less(now.normal, member), fulfilling=_with(now.fulfilling, member))
        work.layer.put(LISTS, SINGLE, moved)


def slash(work: Work, member: bytes, amount: int) -> None:
    """Take `amount` of a member's stake for the treasury, and free the order's part of it."""
    balances.repatriate(work, member, work.profile.treasury, amount)
    change_used(work, member, -amount, slashed=amount)


def seat(work: Work, who: bytes) -> None:
    """Give a seat to one whose stake is on record already."""
    now = lists(work.layer)
    if _healthy(work, stake_of(work.layer, who)):
        moved = now._replace(normal=_with(now.normal, who))
    else:
        moved = now._replace(fulfilling=_with(now.fulfilling, who))
    work.layer.put(LISTS, SINGLE, moved)


def unseat(work: Work, who: bytes) -> None:
    """Take the seat of a member; orders that it has go on, and its stake stays on record."""
    now = lists(work.layer)
    left = now._replace(normal=_less(now.normal, who), fulfilling=_less(now.fulfilling, who))
    work.layer.put(LISTS, SINGLE, left)


def add_committee(work: Work, member: object) -> None:
    """Root: a new member, who must set its box key to take orders."""
    who = account(member)
    now = lists(work.layer)
    if any(who in one for one in (*now, chilled(work.layer))):
        refuse(_PALLET, "AccountAlreadyExist")
    work.layer.put(LISTS, SINGLE, now._replace(waiting_box_pubkey=_with(now.waiting_box_pubkey, who)))
    work.emit(_PALLET, "CommitteeAdded", who=who)


def committee_set_box_pubkey(work: Work, who: bytes, box_pubkey: bytes) -> None:
    """The first key stakes the baseline and makes the member normal; a later one replaces it."""
    now = lists(work.layer)
    baseline = parameters.member_stakes(work.profile, work.layer).stake_baseline
    if who in now.waiting_box_pubkey:
        if not balances.reserve(work, who, baseline):
            refuse(_PALLET, "BalanceNotEnough")
        held = stake_of(work.layer, who)
        work.layer.put(STAKES, who, held._replace(box_pubkey=box_pubkey, staked=held.staked + baseline))
        moved = now._replace(normal=_with(now.normal, who), waiting_box_pubkey=_less(now.waiting_box_pubkey, who))
        work.layer.put(LISTS, SINGLE, moved)
    elif who in now.normal:
        work.layer.put(STAKES, who, stake_of(work.layer, who)._replace(box_pubkey=box_pubkey))
    else:
        refuse(_PALLET, "StatusNotAllowed")
    work.emit(_PALLET, "StakeAdded", who=who, amount=baseline)  # of the network also where nothing was added
    work.emit(_PALLET, "CommitteeSetBoxPubkey", who=who, box_pubkey=box_pubkey)


def committee_add_stake(work: Work, who: bytes, amount: int) -> None:
    """Stake more; who was short may take orders again."""
    now = lists(work.layer)
    if not any(who in one for one in (*now, chilled(work.layer))):
        refuse(_PALLET, "NotCommittee")
    if amount < 0 or not balances.reserve(work, who, amount):
        refuse(_PALLET, "BalanceNotEnough")
    _staked(work, who, amount)
    change_used(work, who, 0)
    work.emit(_PALLET, "StakeAdded", who=who, amount=amount)


def committee_reduce_stake(work: Work, who: bytes, amount: int) -> None:
    """Take back what neither the baseline nor the orders need."""
    if who not in lists(work.layer).normal:
        refuse(_PALLET, "NotInNormalList")
    if amount < 0:
        refuse(_PALLET, "BalanceNotEnough")
    _staked(work, who, -amount)
    balances.unreserve(work, who, amount)
    work.emit(_PALLET, "StakeReduced", who=who, amount=amount)


def claim_reward(work: Work, who: bytes) -> None:
    """Mint what the member earned; who left the committee may still do it."""
    held = stake_of(work.layer, who)
    if not held.can_claim:
        refuse(_PALLET, "NothingToClaim")
    work.layer.put(STAKES, who, held._replace(can_claim=0, claimed=held.claimed + held.can_claim))
    balances.mint(work, who, held.can_claim)
    work.emit(_PALLET, "ClaimReward", who=who, amount=held.can_claim)


def chill(work: Work, who: bytes) -> None:
    """Take no more orders; those that run go on. Whoever does not take any already is left as he is."""
    now, resting = lists(work.layer), chilled(work.layer)
    if who in resting:
        return
    if who in now.waiting_box_pubkey:
        refuse(_PALLET, "PubkeyNotSet")
    if who not in now.normal and who not in now.fulfilling:
        refuse(_PALLET, "NotCommittee")
    left = now._replace(normal=_less(now.normal, who), fulfilling=_less(now.fulfilling, who))
    work.layer.put(LISTS, SINGLE, left)
    work.layer.put(CHILLED, SINGLE, _with(resting, who))
    work.emit(_PALLET, "Chill", who=who)


def undo_chill(work: Work, who: bytes) -> None:
    """Take orders again, if the stake is enough; else first add to it."""
    _leave_chilled(work, who, "NotInChillList")
    seat(work, who)
    work.emit(_PALLET, "UndoChill", who=who)


def exit_committee(work: Work, who: bytes) -> None:
    """Leave for good, from the chill list and without any order; the whole stake is free again."""
    held = stake_of(work.layer, who)
    if held.used:
        refuse(_PALLET, "JobNotDone")
    _leave_chilled(work, who, "StatusNotFeat")
    balances.unreserve(work, who, held.staked)
    work.layer.put(STAKES, who, held._replace(staked=0))
    work.emit(_PALLET, "ExitFromCandidacy", who=who)


def _staked(work: Work, who: bytes, change: int) -> None:
    """Put so much more, or less, on the member's record, if it can then take orders."""
    held = stake_of(work.layer, who)
    after = held._replace(staked=held.staked + change)
    if not _healthy(work, after):
        refuse(_PALLET, "BalanceNotEnough")
    work.layer.put(STAKES, who, after)


def _leave_chilled(work: Work, who: bytes, error: str) -> None:
    resting = chilled(work.layer)
    if who not in resting:
        refuse(_PALLET, error)
    left = _less(resting, who)
    if left:
        work.layer.put(CHILLED, SINGLE, left)
    else:
        work.layer.remove(CHILLED, SINGLE)


def _healthy(work: Work, stake: CommitteeStake) -> bool:
    asked: MemberStakeParams = parameters.member_stakes(work.profile, work.layer)
    free = stake.staked - stake.used
    return stake.staked >= asked.stake_baseline and free >= perbill_mul(asked.min_free_stake_percent, stake.staked)


def _with(members: tuple[bytes, ...], one: bytes) -> tuple[bytes, ...]:
    return tuple(sorted({*members, one}))


def _less(members: tuple[bytes, ...], one: bytes) -> tuple[bytes, ...]:
    return tuple(member for member in members if member != one)


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, call.__name__): call
    for call in (
        committee_set_box_pubkey,
        committee_add_stake,
        committee_reduce_stake,
        claim_reward,
        chill,
        undo_chill,
        exit_committee,
    )
}
ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {(_PALLET, "add_committee"): add_committee}

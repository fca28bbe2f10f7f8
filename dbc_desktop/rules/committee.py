"""Committee 108: who verifies machines, and what they have at stake (chain-rules 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.rules import balances
from dbc_desktop.rules.codec import RAW, row
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, account, refuse


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


def lists(layer: Readable) -> CommitteeLists:
    """Where each member stands."""
    return layer.get(LISTS, SINGLE) or CommitteeLists()


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
    fit = _healthy(work.profile, after)
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


def add_committee(work: Work, member: object) -> None:
    """Root: a new member, who must set its box key to take orders."""
    who = account(member)
    now = lists(work.layer)
    if any(who in one for one in now):
        refuse("Committee", "AccountAlreadyExist")
    work.layer.put(LISTS, SINGLE, now._replace(waiting_box_pubkey=_with(now.waiting_box_pubkey, who)))
    work.emit("Committee", "CommitteeAdded", who=who)


def committee_set_box_pubkey(work: Work, who: bytes, box_pubkey: bytes) -> None:
    """The first key stakes the baseline and makes the member normal; a later one replaces it."""
    now = lists(work.layer)
    baseline = work.profile.committee_stake
    if who in now.waiting_box_pubkey:
        if not balances.reserve(work, who, baseline):
            refuse("Committee", "BalanceNotEnough")
        work.layer.put(STAKES, who, CommitteeStake(box_pubkey, baseline))
        moved = now._replace(normal=_with(now.normal, who), waiting_box_pubkey=_less(now.waiting_box_pubkey, who))
        work.layer.put(LISTS, SINGLE, moved)
        work.emit("Committee", "StakeAdded", who=who, amount=baseline)
    elif who in now.normal:
        work.layer.put(STAKES, who, stake_of(work.layer, who)._replace(box_pubkey=box_pubkey))
    else:
        refuse("Committee", "StatusNotAllowed")
    work.emit("Committee", "CommitteeSetBoxPubkey", who=who, box_pubkey=box_pubkey)


def _healthy(profile: RulesProfile, stake: CommitteeStake) -> bool:
    enough = stake.staked >= profile.committee_stake
    return enough and (stake.staked - stake.used) * 100 >= stake.staked * profile.committee_free_percent


def _with(members: tuple[bytes, ...], one: bytes) -> tuple[bytes, ...]:
    return tuple(sorted({*members, one}))


def _less(members: tuple[bytes, ...], one: bytes) -> tuple[bytes, ...]:
    return tuple(member for member in members if member != one)


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("Committee", "committee_set_box_pubkey"): committee_set_box_pubkey,
}
ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {("Committee", "add_committee"): add_committee}

"""CommitteeElection 201, of `launch-2021` only: seats for those with the most behind them (design 3.1).

Whoever stakes what a member must may stand. Accounts back one who stands, or sits, with coins that stay locked as long
as they back him. Every 30 eras the highest totals of own stake and backing sit; who loses a seat stands again, and
what he has taken to verify he still finishes. No runtime has this pallet; where the profile's `seating` elects nobody,
its calls are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules import balances, committee, parameters
from dbc_desktop.rules.codec import NUMBER, RAW, row
from dbc_desktop.rules.state import Readable, declare
from dbc_desktop.rules.work import Work, account, refuse

_PALLET = "CommitteeElection"
_LOCK = "committee"


class Backing(NamedTuple):
    """Whom an account backs, and with how many units."""

    candidate: bytes
    amount: int


CANDIDATES = declare("CommitteeElection.Candidates", RAW, NUMBER)
"""Who stands without a seat, and since when; the stake is on the member's record like that of a member."""
BACKINGS = declare("CommitteeElection.Backing", RAW, row(Backing))


def sits(layer: Readable, who: bytes) -> bool:
    """Whether the account has a seat, takes orders or not."""
    now = committee.lists(layer)
    return any(who in part for part in (*now, committee.chilled(layer)))


def totals(layer: Readable) -> dict[bytes, int]:
    """What each has behind him who would take part in an election now."""
    now = committee.lists(layer)
    taking_part = {*now.normal, *now.fulfilling, *(who for who, _ in layer.items(CANDIDATES))}
    found = {who: committee.stake_of(layer, who).staked for who in taking_part}
    for _, backing in layer.items(BACKINGS):
        if backing.candidate in found:
            found[backing.candidate] += backing.amount
    return found


def stand(work: Work, who: bytes, box_pubkey: bytes) -> None:
    """Stand for a seat, with a member's stake."""
    _only_where_elected(work)
    if work.layer.get(CANDIDATES, who) is not None or sits(work.layer, who):
        refuse(_PALLET, "AlreadyStands")
    amount = parameters.member_stakes(work.profile, work.layer).stake_baseline
    if not balances.reserve(work, who, amount):
        refuse(_PALLET, "BalanceNotEnough")
    held = committee.stake_of(work.layer, who)
    work.layer.put(committee.STAKES, who, held._replace(box_pubkey=box_pubkey, staked=held.staked + amount))
    work.layer.put(CANDIDATES, who, work.height)
    work.emit(_PALLET, "CandidateStands", who=who, amount=amount)


def step_down(work: Work, who: bytes) -> None:
    """Stand no more; the whole stake is free again. A member with a seat rests and leaves instead."""
    _only_where_elected(work)
    if work.layer.get(CANDIDATES, who) is None:
        refuse(_PALLET, "NotStanding")
    held = committee.stake_of(work.layer, who)
    if held.used:
        refuse(_PALLET, "JobNotDone")
    balances.unreserve(work, who, held.staked)
    work.layer.put(committee.STAKES, who, held._replace(staked=0))
    work.layer.remove(CANDIDATES, who)
    work.emit(_PALLET, "CandidateStepsDown", who=who)


def back(work: Work, who: bytes, candidate: object, amount: int) -> None:
    """Back one who stands or sits, instead of whom one backed before; nothing: back nobody, and unlock the coins."""
    _only_where_elected(work)
    named = account(candidate)
    if not amount:
        work.layer.remove(BACKINGS, who)
        balances.set_lock(work, who, _LOCK, 0)
    else:
        if work.layer.get(CANDIDATES, named) is None and not sits(work.layer, named):
            refuse(_PALLET, "NotStanding")
        if amount > balances.holdings(work.layer, who).free:
            refuse(_PALLET, "BalanceNotEnough")
        work.layer.put(BACKINGS, who, Backing(named, amount))
        balances.set_lock(work, who, _LOCK, amount)
    work.emit(_PALLET, "CandidateBacked", who=who, candidate=named, amount=amount)


def elect(work: Work) -> None:
    """At the first block of an era: give the seats anew where that is due and somebody stands."""
    if work.height % BLOCKS_PER_ERA != 1 or not work.profile.seating.is_due(work.era):
        return
    if next(work.layer.items(CANDIDATES), None) is None:
        return
    now = committee.lists(work.layer)
    sitting = {*now.normal, *now.fulfilling}
    seated = work.profile.seating.seated(totals(work.layer))
    for who in sorted(sitting - set(seated)):
        committee.unseat(work, who)
        work.layer.put(CANDIDATES, who, work.height)
    for who in seated:
        if who not in sitting:
            work.layer.remove(CANDIDATES, who)
            committee.seat(work, who)
    work.emit(_PALLET, "CommitteeSeated", members=seated, era=work.era)


def _only_where_elected(work: Work) -> None:
    if not work.profile.seating.is_elected:
        refuse("System", "CallFiltered")


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, call.__name__): call for call in (stand, step_down, back)
}

"""Slashes of machines: planned, and executed 28,800 blocks later (chain-rules 4.12)."""

from __future__ import annotations

from dbc_desktop.rules import balances, slashing
from dbc_desktop.rules.arithmetic import perbill_mul, percent
from dbc_desktop.rules.online_profile import review, stake
from dbc_desktop.rules.online_profile.rows import (
    MACHINES,
    NEXT_SLASH_ID,
    PENDING_SLASH,
    SLASH_SHARES,
    PendingSlash,
    SlashShares,
)
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work

_PALLET = "OnlineProfile"


def percent_at(table: tuple[tuple[int | None, int], ...], blocks: int) -> int:
    """Percent of the stake that so many blocks offline cost."""
    return next(part for end, part in table if end is None or blocks < end)


def amount_at(stake: int, of_hundred: int) -> int:
    """Units that so many percent of a machine's stake are, to the nearest one."""
    return perbill_mul(percent(of_hundred), stake)


def plan_slash(work: Work, slash: PendingSlash, shares: SlashShares | None = None) -> None:
    """Have the slash executed after the slash delay; whether its coins are reserved is the caller's affair."""
    slash_id = work.layer.get(NEXT_SLASH_ID, SINGLE) or 0
    due = work.height + work.profile.slash_delay
    renters = slash.renters if shares is None else shares.renters
    work.layer.put(PENDING_SLASH, slash_id, slash._replace(exec_time=due, renters=renters))
    work.layer.put(NEXT_SLASH_ID, SINGLE, slash_id + 1)
    if shares is not None:
        work.layer.put(SLASH_SHARES, slash_id, shares)
    work.schedule(due, "slash", str(slash_id))
    work.emit(_PALLET, "AddSlash", machine_id=slash.machine_id, slash_id=slash_id)


def execute_slashes(work: Work) -> None:
    """At its height: a tenth to the renters that were cut off, a fifth to the members, the rest to the treasury.

    Where the stash has less reserved, nothing is taken; nor, on the network, where the machine has left meanwhile.
    """
    for _, subject in work.due("slash"):
        slash_id = int(subject)
        slash = work.layer.get(PENDING_SLASH, slash_id)
        if slash is None:
            continue
        work.layer.remove(PENDING_SLASH, slash_id)
        shares = work.layer.get(SLASH_SHARES, slash_id)
        work.layer.remove(SLASH_SHARES, slash_id)
        is_there = work.layer.get(MACHINES, slash.machine_id) is not None or work.profile.second_looks.slashes_the_gone
        if is_there and balances.holdings(work.layer, slash.stash).reserved >= slash.amount:
            _execute(work, slash, () if shares is None else shares.committee)
            if shares is not None and shares.eats_stake and work.profile.second_looks.lowers_slashed_stake:
                _lower_record(work, slash)
        review.settle(work, slash_id, slash.stash)
        work.emit(_PALLET, "SlashExecuted", stash=slash.stash, machine_id=slash.machine_id, amount=slash.amount)


def _execute(work: Work, slash: PendingSlash, committee: tuple[bytes, ...]) -> None:
    profile, left = work.profile, slash.amount
    stake.lower(work, slash.stash, slash.amount)
    for share, to in ((profile.slash_renters_percent, slash.renters), (profile.slash_committee_percent, committee)):
        each = profile.slashes.each(profile.slashes.part(slash.amount, share), len(to))
        for who in to:
            balances.repatriate(work, slash.stash, who, each)
            left -= each
    slashing.take(work, slash.stash, left)


def _lower_record(work: Work, slash: PendingSlash) -> None:
    machine = work.layer.get(MACHINES, slash.machine_id)
    if machine is not None:
        left = max(0, machine.stake_amount - slash.amount)
        work.layer.put(MACHINES, slash.machine_id, machine._replace(stake_amount=left))

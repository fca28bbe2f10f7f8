"""The stake behind interruptible machines: a deposit until they are verified, then only what rent brings (8)."""

from __future__ import annotations

from dbc_desktop.rules import balances
from dbc_desktop.rules.terminating_rental.parameters import stake_cap
from dbc_desktop.rules.terminating_rental.rows import MACHINES, PALLET, STASH_STAKE, owned
from dbc_desktop.rules.work import Work


def add(work: Work, stash: bytes, amount: int) -> bool:
    """Reserve stake; False, and nothing happens, where less is free."""
    if not balances.reserve(work, stash, amount):
        return False
    lower(work, stash, -amount)
    work.emit(PALLET, "StakeAdded", who=stash, amount=amount)
    return True


def release(work: Work, stash: bytes, amount: int) -> None:
    """Give stake back."""
    balances.unreserve(work, stash, amount)
    lower(work, stash, amount)
    work.emit(PALLET, "StakeReduced", who=stash, amount=amount)


def lower(work: Work, stash: bytes, amount: int) -> None:
    """Count `amount` less as stake; the coins are moved elsewhere."""
    work.layer.put(STASH_STAKE, stash, max(0, (work.layer.get(STASH_STAKE, stash) or 0) - amount))


def top_up(work: Work, stash: bytes, budget: int) -> None:
    """Reserve up to `budget` for the machines of the stash below the cap, in the order of their ids; what it can."""
    cap = stake_cap(work.profile, work.layer)
    for machine_id in owned(work.layer, stash).online if cap is not None else ():
        machine = work.layer.get(MACHINES, machine_id)
        gap = 0 if machine is None or cap is None else cap * machine.gpu_num - machine.stake_amount
        added = min(gap, budget)
        if machine is None or added <= 0:
            continue
        if not add(work, stash, added):
            return
        work.layer.put(MACHINES, machine_id, machine._replace(stake_amount=machine.stake_amount + added))
        budget -= added

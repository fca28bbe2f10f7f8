"""The stake behind each GPU: what it must be, and how it grows from income (chain-rules 2.3, 4.10; design 3.1)."""

from __future__ import annotations

from dbc_desktop.rules import balances, parameters
from dbc_desktop.rules.online_profile.rows import MACHINES, STASH_STAKE, SYS_INFO, MachineRow, stash_machines, sys_info
from dbc_desktop.rules.price import cny_per_usd_milli, price
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.work import Work, refuse


def first_stake(profile: RulesProfile, layer: Readable) -> int | None:
    """Units for one GPU to bond at the present price; None while there is no price."""
    now = price(layer)
    return None if now is None else parameters.stake_rules(profile, layer).first_stake(now, cny_per_usd_milli(layer))


def stake_cap(profile: RulesProfile, layer: Readable) -> int | None:
    """Units for one GPU at which top-ups stop; None while there is no price."""
    now = price(layer)
    return None if now is None else parameters.stake_rules(profile, layer).cap(now, cny_per_usd_milli(layer))


def needed(machine: MachineRow) -> int:
    """Units the machine needs to come online with the GPUs it has."""
    return machine.init_stake_per_gpu * machine.gpu_num


def add(work: Work, stash: bytes, amount: int) -> bool:
    """Reserve mining stake; False, and nothing happens, where less is free."""
    if not balances.reserve(work, stash, amount):
        return False
    lower(work, stash, -amount)
    work.emit("OnlineProfile", "StakeAdded", who=stash, amount=amount)
    return True


def take_back(work: Work, stash: bytes, amount: int) -> None:
    """Give mining stake back because a call asks for it.

    Raises:
        ChainRejected: `ReduceStakeFailed`: the stash has less.
    """
    if (work.layer.get(STASH_STAKE, stash) or 0) < amount:
        refuse("OnlineProfile", "ReduceStakeFailed")
    release(work, stash, amount)


def release(work: Work, stash: bytes, amount: int) -> None:
    """Give mining stake back."""
    balances.unreserve(work, stash, amount)
    lower(work, stash, amount)
    work.emit("OnlineProfile", "StakeReduced", who=stash, amount=amount)


def lower(work: Work, stash: bytes, amount: int) -> None:
    """Count `amount` less as mining stake; the coins are moved elsewhere."""
    held = (work.layer.get(STASH_STAKE, stash) or 0) - amount
    work.layer.put(STASH_STAKE, stash, max(0, held))
    total = sys_info(work.layer)
    work.layer.put(SYS_INFO, SINGLE, total._replace(total_stake=max(0, total.total_stake - amount)))


def top_up(work: Work, stash: bytes, budget: int) -> int | None:
    """Reserve up to `budget` for the machines of the stash that are below the cap, in the order of their ids.

    The first machine whose gap is not closed is the last, also when nothing was left for it: it then gets 0.

    Returns:
        What was reserved; None where the price is unknown or the stash has less free: the caller decides.
    """
    cap = stake_cap(work.profile, work.layer)
    if cap is None:
        return None
    left = budget
    for machine_id in stash_machines(work.layer, stash).online:
        machine = work.layer.get(MACHINES, machine_id)
        gap = 0 if machine is None else cap * machine.gpu_num - machine.stake_amount
        if machine is None or gap <= 0:
            continue
        added = min(gap, left)
        if not add(work, stash, added):
            return None
        work.layer.put(MACHINES, machine_id, machine._replace(stake_amount=machine.stake_amount + added))
        work.emit(
            "OnlineProfile", "MachineAddStake", machine_id=machine_id, pre_stake=machine.stake_amount, delta=added
        )
        left -= added
        if gap > added:
            break
    return budget - left

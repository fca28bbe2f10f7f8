"""How two branches of one chain differ: who holds what, machines, what was earned in each era, totals."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from dbc_desktop.chain.local.branches import active_branch, active_folder, found_branch
from dbc_desktop.chain.local.ledger import hash_after, load
from dbc_desktop.chain.local.payout_books import earned_by_era
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.branches import (
    AccountDifference,
    BranchComparison,
    EraDifference,
    MachineDifference,
    Side,
)
from dbc_desktop.domain.errors import BackendMismatch
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.rules import balances, views
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile.rows import MACHINES
from dbc_desktop.rules.work import era_of

MOST_DIFFERENCES = 200
"""So many accounts and machines are listed; more would not be read."""


def compare_in(root: Path, name: str, account: Address | None) -> BranchComparison:
    """Compare the active branch of a chain's folder with another one of it.

    Raises:
        InvalidInput: `branch` with `missing`.
        BackendMismatch, DataCorrupt: As `compare`.
    """
    there = found_branch(root, name)
    return compare(active_folder(root), active_branch(root), there, name, account)


def compare(here: Path, here_name: str, there: Path, there_name: str, account: Address | None) -> BranchComparison:
    """Compare the chains of two folders, each at its newest commit; neither writer is held up.

    Eras are those of the account's machines, as stash or controller; without an account those of all machines.

    Raises:
        BackendMismatch: They do not begin with the same genesis.
        DataCorrupt: One of them cannot be read.
    """
    with (
        closing(Store(here, read_only=True)) as ours,
        closing(Store(there, read_only=True)) as theirs,
        ours.snapshot(),
        theirs.snapshot(),
    ):
        one, other = load(ours), load(theirs)
        if one.genesis_hash != other.genesis_hash:
            raise BackendMismatch("genesis")
        forked_at = _fork(ours, theirs, min(one.engine.height, other.engine.height))
        return BranchComparison(
            _side(here_name, one.engine),
            _side(there_name, other.engine),
            forked_at,
            _accounts(one.engine, other.engine),
            _machines(one.engine, other.engine),
            _eras(ours, theirs, era_of(forked_at), _own_machines(account, one.engine, other.engine)),
        )


def _side(name: str, engine: Engine) -> Side:
    return Side(name, engine.height, era_of(engine.height), views.network_totals(engine))


def _fork(ours: Store, theirs: Store, highest: int) -> int:
    """The last height at which both have one hash; before it they have, behind it never again."""
    low, high = 0, highest
    while low < high:
        middle = (low + high + 1) // 2
        if _hash_at(ours, middle) == _hash_at(theirs, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _hash_at(store: Store, height: int) -> bytes:
    last = store.last_block(height)
    if last is None:
        return b""
    return last[1] if last[0] == height else hash_after(last[1], height)


def _accounts(one: Engine, other: Engine) -> tuple[AccountDifference, ...]:
    here = {who: held.free + held.reserved for who, held in one.state.items(balances.ACCOUNTS)}
    there = {who: held.free + held.reserved for who, held in other.state.items(balances.ACCOUNTS)}
    found = [
        AccountDifference(Address(who), Balance(here.get(who, 0)), Balance(there.get(who, 0)))
        for who in here.keys() | there.keys()
        if here.get(who, 0) != there.get(who, 0)
    ]
    found.sort(key=lambda each: (-abs(each.here.units - each.there.units), each.address.raw))
    return tuple(found[:MOST_DIFFERENCES])


def _machines(one: Engine, other: Engine) -> tuple[MachineDifference, ...]:
    here, there = dict(one.state.items(MACHINES)), dict(other.state.items(MACHINES))
    found = []
    for machine_id in sorted(here.keys() | there.keys()):
        mine = views.machine(one, MachineId(machine_id))
        yours = views.machine(other, MachineId(machine_id))
        left, right = _figures(mine), _figures(yours)
        if left != right:
            found.append(MachineDifference(MachineId(machine_id), *left, *right))
    found.sort(key=lambda each: -abs(each.earned_here.units - each.earned_there.units))
    return tuple(found[:MOST_DIFFERENCES])


def _figures(machine: Machine | None) -> tuple[str | None, Balance, Balance]:
    """Status, stake, and all that was earned."""
    if machine is None:
        return None, Balance(0), Balance(0)
    return machine.status.value, machine.stake_held, machine.total_earned


def _own_machines(account: Address | None, *engines: Engine) -> frozenset[str] | None:
    if account is None:
        return None
    return frozenset(
        machine_id
        for engine in engines
        for machine_id, row in engine.state.items(MACHINES)
        if account.raw in (row.stash, row.controller)
    )


def _eras(ours: Store, theirs: Store, first: int, machines: frozenset[str] | None) -> tuple[EraDifference, ...]:
    here, there = earned_by_era(ours, first, machines), earned_by_era(theirs, first, machines)
    return tuple(
        EraDifference(era, _balance(here.get(era)), _balance(there.get(era)))
        for era in sorted(here.keys() | there.keys())
        if here.get(era) != there.get(era)
    )


def _balance(units: int | None) -> Balance | None:
    return None if units is None else Balance(units)

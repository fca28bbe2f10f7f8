"""A stash is read from a node and goes on on a local chain: machines, locked rewards, leases, coins."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.errors import BackendMismatch, InvalidInput
from dbc_desktop.domain.machine import MachineOwner, MachineStatus
from dbc_desktop.domain.rental import RentStatus
from tests.doubles.node_user import ChainThroughNode


def test_a_stash_goes_on_where_the_node_had_it(tmp_path: Path) -> None:
    real = ChainThroughNode(tmp_path / "real")
    try:
        real.jump(8_000)
        table = real.market()
        rented = next(one for one in table.machine_id if real.machine(one).rented_gpu_num)
        stash = real.machine(rented).stash
        before, machine = real.stash(stash), real.machine(rented)
        (order,) = real.orders_on(rented)
        schedule = real.release_schedule(stash)
        left = order.rent_end - real.head().height
        account = real.account(stash)
        copy = real.stash_copy(stash)
        with pytest.raises(InvalidInput) as nothing:
            real.stash_copy(Address(b"\x07" * 32))
        assert (nothing.value.field, nothing.value.reason) == ("address", "no_stash")
    finally:
        real.close()

    local = LocalChain(tmp_path / "local", is_running=False, profile="mainnet-411", seed=b"another", practice=copy)
    try:
        assert local.head().height == 28_900
        found = local.stash(stash)
        assert found.machines == before.machines
        assert (found.claimable, found.total_earned, found.total_claimed) == (
            before.claimable,
            before.total_earned,
            before.total_claimed,
        )
        assert (found.locked, found.total_staked, found.gpu_num) == (before.locked, before.total_staked, before.gpu_num)
        assert local.account(stash).total == account.total
        assert local.account(stash).reserved == account.reserved
        here = local.machine(rented)
        assert here is not None
        assert (here.status, here.hardware, here.stake_held) == (
            MachineStatus.RENTED,
            machine.hardware,
            machine.stake_held,
        )
        (lease,) = local.orders_on(rented)
        # It came with the genesis: no event tells who bonded it.
        assert local.machine_owner(rented, 28_900) == MachineOwner(stash, here.controller)
        assert (lease.status, lease.gpu_index, lease.rent_end) == (RentStatus.RENTING, order.gpu_index, 28_900 + left)
        # The locked rewards are released as they would have been; the first payout here comes in era 4.
        mine = local.release_schedule(stash)
        assert (mine.first_era, mine.amounts) == (3, schedule.amounts)
        local.jump(left)
        after = local.machine(rented)
        assert after is not None
        assert (after.status, after.rented_gpu_num) == (MachineStatus.ONLINE, 0)
        local.jump(2 * 14_400)
        assert local.stash(stash).claimable > before.claimable
        assert local.rewards(stash, 4, 9)[0].earned > ZERO
        assert local.replay() == local.head()
        with pytest.raises(BackendMismatch):
            local.stash_copy(stash)
    finally:
        local.close()

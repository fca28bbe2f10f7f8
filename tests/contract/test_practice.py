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
from dbc_desktop.domain.reward import RewardRow
from tests.doubles.dispute_story import OWNER, DisputeStory
from tests.doubles.node_user import ChainThroughNode
from tests.doubles.side_by_side import SideBySide


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


def test_what_earlier_rewards_release_is_what_the_node_releases_whatever_state_a_machine_is_in(tmp_path: Path) -> None:
    """Online, offline by its owner, and reported by a renter, with a slash that waits: three eras on both chains."""
    LocalChain(tmp_path / "real", is_running=False, profile="mainnet-411-strict").close()
    real = SideBySide(tmp_path / "real", "mainnet-411-strict")
    story = DisputeStory(real)
    stash = Address(real.keys.account(OWNER))
    real.machines = [story.machine(0), story.machine(1)]
    other = Address(real.keys.account("operator Frankfurt"))
    try:
        lease = story.rent(0, 2, 12 * 14_400)
        story.away(1, 10)
        slash = real.both.front.slashes(stash)[0]
        story.judge(story.inaccessible(0, lease), (True, True, True))
        own = story.machine_of("operator Frankfurt", 0)
        real.do("operator Frankfurt", "OnlineProfile", "controller_report_offline", own)
        copy, frankfurt = real.both.front.stash_copy(stash), real.both.front.stash_copy(other)
        assert real.both.front.machine(real.machines[0]).status is MachineStatus.REPORTER_REPORT_OFFLINE
        held = real.both.front.account(stash)
        real.jump(3 * 14_400 + 100)
        expected = _released(real.both.front.rewards(stash, 3, 5))
        frankfurt_expected = _released(real.both.front.rewards(other, 3, 5))
        frankfurt_expected = _released(real.both.front.rewards(other, 3, 5))
    finally:
        real.close()
    local = LocalChain(tmp_path / "local", is_running=False, profile="mainnet-411", seed=b"another", practice=copy)
    try:
        away = local.machine(story.machine(0))
        assert away is not None
        assert (away.status, local.slashes(stash)) == (MachineStatus.STAKER_REPORT_OFFLINE, ())
        assert local.account(stash).reserved == held.reserved >= slash.amount
        local.jump(3 * 14_400 + 100)
        found = _released(local.rewards(stash, 3, 5))
        # Offline it earns nothing new, so all three eras are the same. Online, new rewards count after the first.
        one = story.machine(0)
        assert [found[era, one] for era in (3, 4, 5)] == [expected[era, one] for era in (3, 4, 5)]
        assert found[3, story.machine(1)] == expected[3, story.machine(1)] > 0
    finally:
        local.close()
    local = LocalChain(tmp_path / "two", is_running=False, profile="mainnet-411", seed=b"third", practice=frankfurt)
    try:
        local.jump(3 * 14_400 + 100)
        found = _released(local.rewards(other, 3, 5))
        assert [found[era, own] for era in (3, 4, 5)] == [frankfurt_expected[era, own] for era in (3, 4, 5)]
    finally:
        local.close()


def _released(rows: tuple[RewardRow, ...]) -> dict[tuple[int, str], int]:
    """What each payout released of rewards of earlier eras."""
    return {(row.era, row.machine_id): row.from_earlier.units for row in rows}

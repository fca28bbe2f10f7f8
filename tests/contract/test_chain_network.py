"""What every `LocalBackend` says of super nodes, support and supply: in this process and through the engine process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.network import Census
from dbc_desktop.domain.super_node import Payee, PayTo, Support, Unlocking
from dbc_desktop.services.network import withdraw_call
from tests.doubles.chain_user import ChainUser
from tests.doubles.node_user import ChainThroughNode


class NetworkSuite:
    """One newcomer on a chain of residents."""

    rule = "totals"
    waiting = 21
    """The place of a node that 400,000 DBC carry over the line."""
    floor: Balance | None = Balance.of_dbc(100_000_000)
    knows_the_past = True
    """Whether it says what the treasury burned and when the price was set."""

    def test_a_newcomer_carries_a_waiting_node_over_the_threshold(self, chain: LocalBackend) -> None:
        alice = ChainUser("//Alice")
        found = chain.election()
        assert (found.era, found.next_height, found.seats, found.rule) == (2, 43_201, 21, self.rule)
        assert (len(found.nodes), found.elected, found.threshold) == (34, 21, found.nodes[20].total)
        assert found.era_payout == Balance.of_dbc(273_785)
        waiting = found.nodes[self.waiting]
        if self.rule == "totals":  # by Phragmén a node that waits is named by more than stood behind it with a seat
            gap = found.nodes[20].total - waiting.total
            assert ZERO < gap < Balance.of_dbc(400_000)
        assert (waiting.is_elected, waiting.is_winning) == (False, False)
        assert chain.support_of(alice.address) == Support(alice.address)

        chain.play_money(alice.address)
        chain.jump(1)
        stake = Balance.of_dbc(400_000)
        bond = Call("Staking", "bond", (stake.units, Payee(PayTo.STASH)))
        nominate = Call("Staking", "nominate", ((waiting.address.raw,),))
        tx_hash = alice.send(chain, Call("Utility", "batch_all", ((bond, nominate),)))
        chain.jump(1)
        receipt = chain.receipt(tx_hash)
        assert receipt is not None
        assert receipt.succeeded
        mine = chain.support_of(alice.address)
        assert (mine.bonded, mine.targets, mine.has_ledger) == (stake, (waiting.address,), True)
        state = chain.account(alice.address)
        assert (state.frozen, state.reserved) == (stake, ZERO)
        assert state.spendable == state.free - stake
        node = next(one for one in chain.election().nodes if one.address == waiting.address)
        assert (node.total, node.is_elected, node.is_winning) == (waiting.total + stake, False, True)

        chain.jump(43_201 - chain.head().height)
        after = chain.election()
        node = next(one for one in after.nodes if one.address == waiting.address)
        assert (after.era, node.is_elected, after.elected) == (3, True, 21)

    def test_the_supply_adds_up(self, chain: LocalBackend) -> None:
        found, totals = chain.supply(), chain.network()
        assert (found.issued, found.burned) == (totals.issuance, totals.burned)
        assert found.issued + found.burned == Balance.of_dbc(3_900_000_000)
        left = None if self.floor is None else found.issued - self.floor
        assert (found.burn_floor, found.to_floor) == (self.floor, left)
        assert (found.machine_emission, found.node_emission) == (Balance.of_dbc(1_095_890), Balance.of_dbc(273_785))
        assert chain.census() == Census(operators=4, places=4)
        past = (0, ZERO) if self.knows_the_past else (None, None)
        assert (found.price_usd, found.price_height, found.treasury_burned) == (12_000, *past)


class WithdrawalSuite(NetworkSuite):
    """And takes stake back, which the process that answers does not change."""

    def test_stake_is_taken_back_and_waits(self, chain: LocalBackend) -> None:
        alice, stake = ChainUser("//Alice"), 400_000 * 10**15
        chain.play_money(alice.address)
        chain.jump(1)
        target = chain.election().nodes[0].address
        bond = Call("Staking", "bond", (stake, Payee(PayTo.ACCOUNT, bytes(32))))
        nominate = Call("Staking", "nominate", ((target.raw,),))
        for call in (
            Call("Utility", "batch_all", ((bond, nominate),)),
            Call("Staking", "bond_extra", (100_000 * 10**15,)),
            Call("Staking", "unbond", (200_000 * 10**15,)),
        ):
            tx_hash = alice.send(chain, call)
            chain.jump(1)
            receipt = chain.receipt(tx_hash)
            assert receipt is not None
            assert receipt.succeeded, receipt
        mine = chain.support_of(alice.address)
        assert (mine.bonded, mine.leaving, mine.withdrawable) == (
            Balance.of_dbc(300_000),
            Balance.of_dbc(200_000),
            ZERO,
        )
        assert mine.unlocking == (Unlocking(Balance.of_dbc(200_000), 16, 16 * 14_400 + 1),)
        assert (mine.targets, mine.payee, mine.slashing_spans) == ((target,), Payee(PayTo.ACCOUNT, bytes(32)), 0)
        assert chain.account(alice.address).frozen == Balance.of_dbc(500_000)
        chain.jump(16 * 14_400 + 1 - chain.head().height)
        mine = chain.support_of(alice.address)
        assert (mine.unlocking, mine.withdrawable) == ((), Balance.of_dbc(200_000))
        tx_hash = alice.send(chain, Call("Utility", "batch_all", ((withdraw_call(mine), Call("Staking", "chill")),)))
        chain.jump(1)
        receipt = chain.receipt(tx_hash)
        assert receipt is not None
        assert receipt.succeeded, receipt
        mine = chain.support_of(alice.address)
        assert (mine.bonded, mine.withdrawable, mine.targets) == (Balance.of_dbc(300_000), ZERO, ())
        assert chain.account(alice.address).frozen == Balance.of_dbc(300_000)


class TestLocalChain(WithdrawalSuite):
    """In this process."""

    @pytest.fixture
    def chain(self, tmp_path: Path) -> Iterator[LocalBackend]:
        made = LocalChain(tmp_path, is_running=False)
        yield made
        made.close()


class TestHostedChain(NetworkSuite):
    """Through the engine process."""

    @pytest.fixture
    def chain(self, tmp_path: Path) -> Iterator[LocalBackend]:
        made = HostedChain(tmp_path, is_running=False)
        yield made
        made.close()


class TestSubstrateChain(WithdrawalSuite):
    """Through a node, by the network's rules."""

    rule = "phragmen"
    waiting = 22
    floor = None
    knows_the_past = False

    @pytest.fixture
    def chain(self, tmp_path: Path) -> Iterator[LocalBackend]:
        made = ChainThroughNode(tmp_path / "chain")
        yield made  # type: ignore[misc]
        made.close()

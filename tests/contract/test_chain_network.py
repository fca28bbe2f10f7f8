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
from dbc_desktop.domain.super_node import Payee, PayTo, Support
from tests.doubles.chain_user import ChainUser


class NetworkSuite:
    """One newcomer on a chain of residents."""

    def test_a_newcomer_carries_a_waiting_node_over_the_threshold(self, chain: LocalBackend) -> None:
        alice = ChainUser("//Alice")
        found = chain.election()
        assert (found.era, found.next_height, found.seats, found.rule) == (2, 43_201, 21, "totals")
        assert (len(found.nodes), found.elected, found.threshold) == (34, 21, found.nodes[20].total)
        assert found.era_payout == Balance.of_dbc(273_785)
        waiting = found.nodes[21]
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
        assert (found.burn_floor, found.to_floor) == (
            Balance.of_dbc(100_000_000),
            found.issued - Balance.of_dbc(100_000_000),
        )
        assert (found.machine_emission, found.node_emission) == (Balance.of_dbc(1_095_890), Balance.of_dbc(273_785))
        assert (found.price_usd, found.price_height, found.treasury_burned) == (12_000, 0, ZERO)


class TestLocalChain(NetworkSuite):
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

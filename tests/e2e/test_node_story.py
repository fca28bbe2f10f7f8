"""The story again through a node: the same services, wallet and journal, over JSON-RPC and the node's own metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.bootstrap import ReadOrders
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, TxStatus
from dbc_desktop.domain.errors import NoClientNode
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.domain.session import SessionState
from dbc_desktop.services.client_node import ClientNode
from dbc_desktop.services.network import network_summary, stop_call, support_call, unbond_call, withdraw_call
from dbc_desktop.services.networks import Networks
from dbc_desktop.services.renting import confirm_call, my_orders, parse_duration, rent_call
from dbc_desktop.services.sessions import Sessions
from dbc_desktop.services.staking import claim_call
from dbc_desktop.sessions.store import SessionStore
from tests.doubles.node_thread import running_node
from tests.doubles.node_user import ChainThroughNode
from tests.e2e.logged_in import needs_a_login, until_ready
from tests.e2e.newcomer import (
    ERA,
    bring_to_the_committee,
    let_the_committee_look,
    newcomer_at,
    take_play_money,
)


def through_a_node(folder: Path) -> Any:
    """The chain behind a node, by the network's rules."""
    return ChainThroughNode(folder)


def test_a_newcomer_bonds_rents_and_claims_through_a_node(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, through_a_node) as person:
        chain: Any = person.chain
        assert chain.identity().kind == "node"
        owner = person.make_account("operator")
        renter = person.make_account("customer")
        take_play_money(person, owner)
        take_play_money(person, renter)

        machine_id = bring_to_the_committee(person, owner)
        let_the_committee_look(person, machine_id)
        machine = person.machine(machine_id)
        assert (machine.status, machine.gpu_num) == (MachineStatus.ONLINE, 8)
        assert machine.stake_held == Balance.of_dbc(80_000)
        assert machine_id in chain.market().machine_id

        quote = chain.rent_quote(machine_id, 2, parse_duration("1 d"))
        person.spend(rent_call(machine_id, 2, parse_duration("1 d")), renter)
        (order,) = my_orders(chain, renter)
        assert (order.status, order.fee) == (RentStatus.WAITING_VERIFYING, quote.fee)
        person.spend(confirm_call(order.rent_id), renter)
        (order,) = my_orders(chain, renter)
        # The chain keeps no fee of a confirmed order: it is read from the event of that block.
        assert (order.status, order.fee) == (RentStatus.RENTING, quote.fee)
        assert person.machine(machine_id).rented_gpu_num == 2

        era = chain.head().era
        person.jump_to_era(era + 2, 100)
        stash = chain.stash(owner)
        assert stash.claimable > ZERO
        assert stash.total_earned == person.machine(machine_id).total_earned
        rows = chain.rewards(owner, 0, era + 2)
        assert sum(row.released.units for row in rows) == stash.claimable.units
        schedule = chain.release_schedule(owner)
        assert sum(one.units for one in schedule.amounts) == stash.locked.units
        assert schedule.first_era == era + 2
        receipt = person.spend(claim_call(), owner)
        assert (receipt.status, receipt.error) == (TxStatus.FINALISED, None)
        assert chain.stash(owner).claimable == ZERO
        assert chain.stash(owner).total_claimed == stash.claimable
        assert chain.head().height == (era + 1) * ERA + 101

        # Everything that was sent is settled in the journal, each once.
        assert person.transactions.resume() == ()
        sent = person.transactions.recent(50)
        assert {one.status for one in sent} == {TxStatus.FINALISED}
        assert chain.node.asked.count("author_submitExtrinsic") == len(sent)
        person.spend(Call("Balances", "transfer_keep_alive", (renter.raw, 1)), owner)


def test_a_newcomer_supports_a_super_node_through_a_node(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, through_a_node) as person:
        chain: Any = person.chain
        account = person.make_account("supporter")
        take_play_money(person, account)
        summary = network_summary(chain, account)
        assert summary.election is not None
        assert summary.support is not None
        assert summary.available == Balance.of_dbc(999_999)
        waiting = summary.election.nodes[22]
        assert (waiting.is_elected, waiting.is_winning) == (False, False)
        person.spend(support_call(summary.support, waiting.address, Balance.of_dbc(400_000)), account)
        person.jump_to(summary.election.next_height)
        after = network_summary(chain, account)
        assert after.election is not None
        assert after.support is not None
        node = next(one for one in after.election.nodes if one.address == waiting.address)
        assert (node.is_elected, after.election.era) == (True, 3)
        assert after.support.targets == (waiting.address,)
        assert after.account is not None
        assert after.account.spendable == after.account.free - Balance.of_dbc(400_000)
        person.spend(stop_call(after.support, waiting.address), account)
        person.spend(unbond_call(Balance.of_dbc(400_000)), account)
        (leaving,) = chain.support_of(account).unlocking
        assert (leaving.era, leaving.amount) == (17, Balance.of_dbc(400_000))
        person.jump_to(leaving.height)
        person.spend(withdraw_call(chain.support_of(account)), account)
        assert person.state(account).frozen == ZERO


@needs_a_login
def test_a_renter_logs_in_through_a_client_node_of_the_network(tmp_path: Path) -> None:
    """The client node is the stand-in, which reads the orders from the same network."""
    with newcomer_at(tmp_path, through_a_node) as person:
        chain: Any = person.chain
        renter = person.make_account("customer")
        take_play_money(person, renter)
        table = chain.market()
        machine_id = next(each for each, free in zip(table.machine_id, table.free_gpu, strict=True) if free)
        person.spend(rent_call(machine_id, 1, parse_duration("1 d")), renter)
        (order,) = my_orders(chain, renter)
        networks = Networks(tmp_path, lambda *_: pytest.fail("no node is asked how it fares"))
        network = networks.add_node("Ours", "https://node.example")
        store = SessionStore(tmp_path / "sessions.sqlite3", network.key)
        sessions = Sessions(chain, person.wallet, ClientNode(networks, network.key), store, person.clock)
        with pytest.raises(NoClientNode):
            sessions.launch(order)
        with running_node(ReadOrders(chain), machines={machine_id}) as address:
            networks.change_client_node(network.key, address)
            session = until_ready(sessions, sessions.launch(order))
            test = sessions.test_login(session)
            assert (test.works, test.detail) == (True, "")
            assert sessions.stop(session).state is SessionState.STOPPED
        store.close()

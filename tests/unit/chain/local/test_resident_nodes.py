"""Resident super nodes: a stranger's support is paid each day, nobody else's; supporters change sides by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.super_node import Payee, PayTo
from tests.doubles.chain_user import ChainUser

DBC = 10**15
ERA = 14_400


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    made = LocalChain(tmp_path, is_running=False)
    yield made
    made.close()


def rewarded(chain: LocalChain, since: int) -> set[bytes]:
    found = set()
    for block in chain.blocks(2**32, 200):
        if block.height > since:
            found |= {event.fields["stash"] for event in chain.events(block.height) if event.name == "Rewarded"}
    return {one for one in found if isinstance(one, bytes)}


def test_who_supports_a_resident_node_is_paid_each_day(chain: LocalChain) -> None:
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    node = chain.election().nodes[0].address.raw
    bond = Call("Staking", "bond", (100_000 * DBC, Payee(PayTo.STASH)))
    alice.send(chain, Call("Utility", "batch_all", ((bond, Call("Staking", "nominate", ((node,),))),)))
    before = chain.head().height
    chain.jump(ERA)
    assert rewarded(chain, before) == set()
    balance = chain.account(alice.address).free
    chain.jump(2 * ERA)
    assert alice.address.raw in rewarded(chain, before)
    assert len(rewarded(chain, before)) == 1 + chain.election().nodes[0].supporters
    gained = chain.account(alice.address).free - balance
    assert 36 * DBC < gained.units < 37 * DBC
    chain.replay()


def test_a_supporter_changes_sides_now_and_then(chain: LocalChain) -> None:
    before = {one.address: one.support for one in chain.election().nodes}
    chain.jump(30 * ERA)
    after = {one.address: one.support for one in chain.election().nodes}
    assert before.keys() == after.keys()
    assert before != after
    assert sum(one.units for one in before.values()) == sum(one.units for one in after.values())
    assert chain.election().elected == 21

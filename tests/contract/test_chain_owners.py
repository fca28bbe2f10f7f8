"""Who held a machine in the past, and which block stood where: what the checkers of evidence ask of every backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineId, MachineOwner
from tests.doubles.chain_user import ChainUser
from tests.doubles.node_user import ChainThroughNode

MACHINE_KEY = KeyPair.from_seed(b"\x4d" * 32)
MACHINE = MachineId(MACHINE_KEY.public.hex())
STRANGER = MachineId("ef" * 32)
NOBODY = MachineOwner(None, None)


def height_after(chain: LocalBackend, user: ChainUser, call: Call) -> int:
    tx_hash = user.send(chain, call)
    chain.jump(1)
    receipt = chain.receipt(tx_hash)
    assert receipt is not None
    assert receipt.succeeded, receipt
    assert chain.machine_owner(STRANGER, chain.head().height) == NOBODY  # the node of the tests keeps what was read
    return chain.head().height


@pytest.fixture(params=["here", "engine process", "node"])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalBackend]:
    made = {
        "here": lambda: LocalChain(tmp_path / "chain", is_running=False),
        "engine process": lambda: HostedChain(tmp_path / "chain", is_running=False),
        "node": lambda: ChainThroughNode(tmp_path / "chain"),
    }[request.param]()
    yield made
    made.close()


def test_who_held_a_machine_is_told_and_which_block_stood_where(chain: LocalBackend) -> None:
    alice, bob = ChainUser("//Alice"), ChainUser("//Bob")
    chain.play_money(alice.address)
    chain.jump(1)
    before = height_after(chain, alice, Call("OnlineProfile", "set_controller", (alice.address.raw,)))
    message = (MACHINE + ss58.encode(alice.address.raw)).encode()
    bonded = height_after(
        chain, alice, Call("OnlineProfile", "bond_machine", (MACHINE, message, MACHINE_KEY.sign(message)))
    )
    moved = height_after(chain, alice, Call("OnlineProfile", "stash_reset_controller", (bob.address.raw,)))
    assert chain.machine_owner(MACHINE, before) == NOBODY
    assert chain.machine_owner(MACHINE, bonded) == MachineOwner(alice.address, alice.address)
    assert chain.machine_owner(MACHINE, moved) == MachineOwner(alice.address, bob.address)
    assert chain.machine_owner(MACHINE, moved + 1) is None  # no such block yet
    assert chain.machine_owner(MachineId("no machine"), moved) == NOBODY
    machine = chain.machine(chain.market().machine_id[0])
    assert machine is not None
    owner = MachineOwner(machine.stash, machine.controller)
    assert chain.machine_owner(machine.machine_id, chain.head().height) == owner
    head = chain.head()
    here, again, beyond = chain.block_stamps((head.height, head.height, head.height + 5))
    assert here == again
    assert here is not None
    assert (here.height, here.hash) == (head.height, head.hash)
    assert here.timestamp_ms == head.timestamp_ms
    assert beyond is None
    assert chain.block_stamps(()) == ()


def test_a_node_that_forgot_a_state_tells_the_hash_and_no_more(tmp_path: Path) -> None:
    chain = ChainThroughNode(tmp_path / "chain")
    old = chain.head().height - 50
    (stamp,) = chain.block_stamps((old,))
    assert (stamp.height, stamp.timestamp_ms) == (old, None)
    assert chain.machine_owner(MACHINE, old) is None
    chain.close()

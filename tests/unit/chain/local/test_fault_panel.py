"""Faults on purpose: each looks as the real one does, and is gone when it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.branches import Fault
from dbc_desktop.domain.call import TxStatus
from dbc_desktop.domain.errors import ChainUnreachable, InvalidTransaction, OutcomeUnknown
from tests.doubles.chain_user import ChainUser, transfer


@pytest.fixture
def alice() -> ChainUser:
    return ChainUser("//Alice")


@pytest.fixture
def chain(tmp_path: Path, alice: ChainUser) -> Iterator[LocalChain]:
    made = LocalChain(tmp_path, is_running=False, residents=False)
    made.play_money(alice.address)
    made.jump(1)
    yield made
    made.close()


def test_a_lost_connection_answers_nothing_while_the_chain_goes_on(chain: LocalChain, alice: ChainUser) -> None:
    signed = alice.signed(chain.signing_context(alice.address), transfer(bytes(32), 1))
    heads: list[HeadChange] = []
    subscription = chain.follow(heads.append)
    chain.set_fault(Fault.LOST_CONNECTION)
    assert chain.fault() is Fault.LOST_CONNECTION
    for ask in (
        chain.head,
        chain.identity,
        chain.network,
        lambda: chain.account(alice.address),
        lambda: chain.signing_context(alice.address),
        lambda: chain.draft(transfer(bytes(32), 1), alice.address),
        lambda: chain.preview(transfer(bytes(32), 1), alice.address),
        lambda: chain.receipt(bytes(32)),
    ):
        with pytest.raises(ChainUnreachable):
            ask()
    with pytest.raises(OutcomeUnknown):
        chain.submit(signed)
    assert chain.jump(9).height == 10
    chain.set_fault(None)
    assert chain.head().height == 10
    # It had not arrived; handing it in again is what the journal does with an unknown outcome.
    assert chain.receipt(chain.submit(signed)) is not None
    subscription.close()
    assert all(change.head.height != 5 for change in heads)


def test_while_finality_stalls_no_later_block_becomes_final(chain: LocalChain, alice: ChainUser) -> None:
    early = alice.send(chain, transfer(bytes(32), 1))
    chain.jump(1)
    chain.set_fault(Fault.STALLED_FINALITY)
    late = alice.send(chain, transfer(bytes(32), 1))
    chain.jump(5)
    assert (chain.head().height, chain.head().finalised) == (7, 2)
    seen = chain.receipt(early), chain.receipt(late)
    assert [one and one.status for one in seen] == [TxStatus.FINALISED, TxStatus.INCLUDED]
    chain.set_fault(None)
    assert chain.head().finalised == 7
    after = chain.receipt(late)
    assert after is not None
    assert after.status is TxStatus.FINALISED


def test_what_is_signed_by_stale_metadata_is_refused(chain: LocalChain, alice: ChainUser) -> None:
    chain.set_fault(Fault.STALE_METADATA)
    assert chain.signing_context(alice.address).spec_version == 410
    with pytest.raises(InvalidTransaction) as refused:
        alice.send(chain, transfer(bytes(32), 1))
    assert refused.value.reason == "bad_proof"
    chain.set_fault(None)
    alice.send(chain, transfer(bytes(32), 1))


def test_a_fault_is_not_remembered(chain: LocalChain, tmp_path: Path) -> None:
    chain.set_fault(Fault.LOST_CONNECTION)
    chain.close()
    again = LocalChain(tmp_path, is_running=False, residents=False)
    assert (again.fault(), again.head().height) == (None, 1)
    again.close()

"""The write-ahead journal: durable before sent, forward only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.journal import Journal
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, Draft, SigningContext, TxStatus
from dbc_desktop.domain.errors import DataCorrupt

ALICE, BOB = b"\xa1" * 32, b"\xb0" * 32
CALL = Call("Balances", "transfer_allow_death", (BOB, 5))


def drafted(nonce: int = 0) -> tuple[Draft, bytes]:
    draft = codec.draft(CALL, ALICE, SigningContext(b"\x11" * 32, 411, 2, nonce, 7, b"\x22" * 32), ZERO)
    return draft, codec.assemble(draft, bytes(64))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.sqlite3")
    yield made
    made.close()


def test_what_is_stored_is_there_after_a_crash(journal: Journal, tmp_path: Path) -> None:
    draft, extrinsic = drafted()
    tx_hash = journal.store(draft, extrinsic)
    # A second connection sees only what was committed: what a process that starts after a crash would see.
    after = Journal(tmp_path / "journal.sqlite3")
    (entry,) = after.open_entries()
    after.close()
    assert tx_hash == codec.hash_of(extrinsic)
    assert (entry.tx_hash, entry.extrinsic, entry.status) == (tx_hash, extrinsic, TxStatus.STORED)
    assert (entry.signer, entry.genesis_hash, entry.call) == (ALICE, b"\x11" * 32, CALL)


def test_storing_twice_keeps_one(journal: Journal) -> None:
    draft, extrinsic = drafted()
    journal.store(draft, extrinsic)
    journal.mark(codec.hash_of(extrinsic), TxStatus.SENT)
    journal.store(draft, extrinsic)
    assert [(receipt.status, receipt.call) for receipt in journal.receipts(9)] == [(TxStatus.SENT, CALL)]


FORWARD = [
    (TxStatus.STORED, TxStatus.SENT, True),
    (TxStatus.STORED, TxStatus.UNKNOWN, True),
    (TxStatus.STORED, TxStatus.REJECTED, True),
    (TxStatus.SENT, TxStatus.UNKNOWN, True),
    (TxStatus.SENT, TxStatus.FINALISED, True),
    (TxStatus.UNKNOWN, TxStatus.INCLUDED, True),
    (TxStatus.UNKNOWN, TxStatus.REJECTED, True),
    (TxStatus.INCLUDED, TxStatus.FINALISED, True),
    (TxStatus.SENT, TxStatus.STORED, False),
    (TxStatus.UNKNOWN, TxStatus.SENT, True),
    (TxStatus.INCLUDED, TxStatus.UNKNOWN, False),
    (TxStatus.INCLUDED, TxStatus.REJECTED, False),
    (TxStatus.FINALISED, TxStatus.REJECTED, False),
    (TxStatus.REJECTED, TxStatus.FINALISED, False),
    (TxStatus.REJECTED, TxStatus.SENT, False),
]


@pytest.mark.parametrize(("first", "then", "moves"), FORWARD)
def test_an_entry_moves_forward_only(journal: Journal, first: TxStatus, then: TxStatus, moves: bool) -> None:
    tx_hash = journal.store(*drafted())
    journal.mark(tx_hash, first)
    assert journal.mark(tx_hash, then) is moves
    (receipt,) = journal.receipts(1)
    assert receipt.status is (then if moves else first)


def test_marks_keep_what_is_known(journal: Journal) -> None:
    tx_hash = journal.store(*drafted())
    journal.mark(tx_hash, TxStatus.INCLUDED, height=9, fee=Balance(2**100), error=("Balances", "InsufficientBalance"))
    journal.mark(tx_hash, TxStatus.FINALISED)
    (receipt,) = journal.receipts(1)
    assert (receipt.height, receipt.fee) == (9, Balance(2**100))
    assert receipt.error == ("Balances", "InsufficientBalance")
    assert not receipt.succeeded


def test_an_unknown_hash_is_not_marked(journal: Journal) -> None:
    assert journal.mark(b"\0" * 32, TxStatus.SENT) is False


def test_open_entries_are_those_without_an_outcome_oldest_first(journal: Journal) -> None:
    hashes = [journal.store(*drafted(nonce)) for nonce in range(5)]
    for tx_hash, status in zip(
        hashes, (TxStatus.FINALISED, TxStatus.UNKNOWN, TxStatus.REJECTED, TxStatus.SENT), strict=False
    ):
        journal.mark(tx_hash, status)
    assert [entry.tx_hash for entry in journal.open_entries()] == [hashes[1], hashes[3], hashes[4]]
    assert [receipt.tx_hash for receipt in journal.receipts(2)] == [hashes[4], hashes[3]]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"not a database, but long enough to be read as one" * 40)
    with pytest.raises(DataCorrupt):
        Journal(path)


def test_what_an_earlier_run_left_without_an_outcome_is_unknown(journal: Journal, tmp_path: Path) -> None:
    for nonce, status in enumerate((None, TxStatus.SENT, TxStatus.UNKNOWN, TxStatus.INCLUDED, TxStatus.REJECTED)):
        tx_hash = journal.store(*drafted(nonce))
        if status is not None:
            journal.mark(tx_hash, status)
    after = Journal(tmp_path / "journal.sqlite3")
    recalled = after.recall()
    statuses = [receipt.status for receipt in after.receipts(9)]
    assert after.recall() == ()
    after.close()
    assert [codec.decode(entry.extrinsic).nonce for entry in recalled] == [0, 1]
    assert {entry.status for entry in recalled} == {TxStatus.UNKNOWN}
    assert statuses == [TxStatus.REJECTED, TxStatus.INCLUDED, TxStatus.UNKNOWN, TxStatus.UNKNOWN, TxStatus.UNKNOWN]

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dbc_desktop.chain.extrinsic import assemble, decode
from dbc_desktop.chain.journal import Journal
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Draft, EventRecord, Receipt, TxStatus
from dbc_desktop.domain.errors import (
    BackendMismatch,
    ChainRejected,
    ChainUnreachable,
    InvalidTransaction,
    OutcomeUnknown,
    WalletLocked,
)
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.services.transactions import News, Prepared, Transactions
from tests.doubles.hand_clock import HandClock
from tests.doubles.scripted_chain import ScriptedChain

PAIR = KeyPair.from_seed(b"\x05" * 32)
ME = Address(PAIR.public)
BOB = b"\x02" * 32
TRANSFER = Call("Balances", "transfer_keep_alive", (BOB, 1_000))
RENT = Call("RentMachine", "rent_machine", (MachineId("ab" * 32), 4, 14_400))


@dataclass
class TestKey:
    """Signs with a fixed key and remembers what it signed."""

    __test__ = False
    signed: list[Draft] = field(default_factory=list)
    is_locked: bool = False

    @property
    def address(self) -> Address:
        return ME

    def sign(self, draft: Draft) -> bytes:
        if self.is_locked:
            raise WalletLocked
        self.signed.append(draft)
        return PAIR.sign(draft.payload)

    def sign_message(self, message: str) -> bytes:
        return PAIR.sign(message.encode("ascii"))


def included(*events: tuple[str, str], error: tuple[str, str] | None = None) -> Receipt:
    records = tuple(EventRecord(8, 1, pallet, name, {}) for pallet, name in events)
    return Receipt(b"", TxStatus.INCLUDED, 8, Balance(9), error, records)


@dataclass
class Desk:
    """Transactions over a scripted chain and a real journal."""

    journal: Journal
    chain: ScriptedChain = field(default_factory=ScriptedChain)
    clock: HandClock = field(default_factory=HandClock)
    key: TestKey = field(default_factory=TestKey)

    def __post_init__(self) -> None:
        self.transactions = Transactions(self.chain, self.journal, self.clock)

    def answers(self, *receipts: Receipt | None) -> None:
        """What the chain says of the next extrinsic, whatever its hash."""
        chain, script = self.chain, list(receipts)

        def receipt(tx_hash: bytes, born: int | None = None) -> Receipt | None:
            found = script.pop(0) if len(script) > 1 else script[0]
            return None if found is None else replace(found, tx_hash=tx_hash)

        chain.receipt = receipt  # type: ignore[method-assign]

    def statuses(self) -> list[TxStatus]:
        return [receipt.status for receipt in self.transactions.recent(10)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield Desk(journal)
    journal.close()


def test_a_prepared_transaction_shows_its_fee_and_what_it_would_do(desk: Desk) -> None:
    desk.chain.preview_error = ("Balances", "InsufficientBalance")
    prepared = desk.transactions.prepare(TRANSFER, ME)
    assert prepared.draft.call == TRANSFER
    assert prepared.draft.signer == ME.raw
    assert prepared.draft.fee == Balance(1_000_000_000_000)
    assert prepared.preview.error == ("Balances", "InsufficientBalance")
    assert desk.chain.submitted == []


def test_a_transfer_is_signed_submitted_once_and_followed_into_its_block(desk: Desk) -> None:
    desk.answers(None, None, included(("Balances", "Transfer")))
    receipt = desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    assert receipt.succeeded
    assert receipt.height == 8
    (extrinsic,) = desk.chain.submitted
    assert receipt.tx_hash == blake2_256(extrinsic)
    decoded = decode(extrinsic)
    assert (decoded.call, decoded.signer) == (TRANSFER, ME.raw)
    assert desk.statuses() == [TxStatus.INCLUDED]
    assert len(desk.clock.waits) == 2


def test_bytes_that_say_something_else_than_what_is_shown_are_never_signed(desk: Desk) -> None:
    shown = desk.transactions.prepare(TRANSFER, ME)
    other = desk.transactions.prepare(Call("Balances", "transfer_keep_alive", (BOB, 1_000_000)), ME)
    forged = Prepared(replace(shown.draft, payload=other.draft.payload), shown.preview)
    with pytest.raises(BackendMismatch) as caught:
        desk.transactions.send(forged, desk.key)
    assert caught.value.what == "payload"
    assert (desk.key.signed, desk.chain.submitted) == ([], [])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"nonce": 7}, "payload"),
        ({"genesis_hash": b"\x22" * 32}, "genesis"),
        ({"block_hash": b"\x22" * 32}, "genesis"),
        ({"spec_version": 412}, "version"),
    ],
)
def test_bytes_that_bind_to_something_else_than_the_draft_says_are_never_signed(
    desk: Desk, change: dict[str, object], what: str
) -> None:
    shown = desk.transactions.prepare(TRANSFER, ME)
    context = replace(shown.draft.context, **change)  # type: ignore[arg-type]
    with pytest.raises(BackendMismatch) as caught:
        desk.transactions.send(Prepared(replace(shown.draft, context=context), shown.preview), desk.key)
    assert caught.value.what == what
    assert desk.key.signed == []


def test_bytes_that_cannot_be_read_are_never_signed(desk: Desk) -> None:
    shown = desk.transactions.prepare(TRANSFER, ME)
    forged = Prepared(replace(shown.draft, payload=shown.draft.payload[:-1]), shown.preview)
    with pytest.raises(BackendMismatch):
        desk.transactions.send(forged, desk.key)
    assert desk.key.signed == []


def test_a_preview_of_another_call_is_never_signed(desk: Desk) -> None:
    shown = desk.transactions.prepare(TRANSFER, ME)
    other = desk.transactions.prepare(RENT, ME)
    with pytest.raises(BackendMismatch):
        desk.transactions.send(Prepared(shown.draft, other.preview), desk.key)
    assert desk.key.signed == []


@pytest.mark.parametrize(("change", "what"), [("genesis_hash", "genesis"), ("spec_version", "version")])
def test_a_chain_that_changed_since_voids_the_draft(desk: Desk, change: str, what: str) -> None:
    prepared = desk.transactions.prepare(TRANSFER, ME)
    setattr(desk.chain, change, {"genesis_hash": b"\x22" * 32, "spec_version": 412}[change])
    with pytest.raises(BackendMismatch) as caught:
        desk.transactions.send(prepared, desk.key)
    assert caught.value.what == what
    assert (desk.key.signed, desk.chain.submitted) == ([], [])


def test_a_locked_key_leaves_nothing_behind(desk: Desk) -> None:
    desk.key.is_locked = True
    with pytest.raises(WalletLocked):
        desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    assert desk.statuses() == []


def test_a_call_that_failed_in_its_block_is_named(desk: Desk) -> None:
    desk.answers(included(("System", "ExtrinsicFailed"), error=("RentMachine", "GPUNotEnough")))
    with pytest.raises(ChainRejected) as caught:
        desk.transactions.send(desk.transactions.prepare(RENT, ME), desk.key)
    assert (caught.value.pallet, caught.value.name) == ("RentMachine", "GPUNotEnough")
    (entry,) = desk.transactions.recent(1)
    assert entry.error == ("RentMachine", "GPUNotEnough")


def test_a_rent_that_succeeded_and_did_nothing_is_not_a_success(desk: Desk) -> None:
    """chain-rules 5.2: renting a machine without GPUs is Ok, and nothing happens."""
    desk.answers(included(("System", "ExtrinsicSuccess")))
    with pytest.raises(ChainRejected) as caught:
        desk.transactions.send(desk.transactions.prepare(RENT, ME), desk.key)
    assert (caught.value.pallet, caught.value.name) == ("RentMachine", "NothingHappened")


def test_one_that_was_not_taken_is_rejected_and_said_so(desk: Desk) -> None:
    desk.chain.submit_error = InvalidTransaction("payment")
    with pytest.raises(InvalidTransaction):
        desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    assert desk.statuses() == [TxStatus.REJECTED]
    assert desk.transactions.resume() == ()


def test_one_that_is_not_seen_in_time_is_unknown_and_is_looked_up_later_without_sending_again(desk: Desk) -> None:
    desk.answers(None)
    with pytest.raises(OutcomeUnknown) as caught:
        desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key, timeout_seconds=2)
    assert 2.0 <= sum(desk.clock.waits) < 2.1
    assert desk.statuses() == [TxStatus.UNKNOWN]
    assert desk.transactions.resume() == ()
    desk.answers(included(("Balances", "Transfer")))
    (settled,) = desk.transactions.resume()
    assert settled.tx_hash == caught.value.tx_hash
    assert desk.statuses() == [TxStatus.INCLUDED]
    assert len(desk.chain.submitted) == 1


@pytest.mark.parametrize("error", [ChainUnreachable(), OutcomeUnknown(b"\x01" * 32)])
def test_a_connection_that_breaks_while_sending_leaves_the_outcome_unknown(
    desk: Desk, error: ChainUnreachable | OutcomeUnknown
) -> None:
    desk.chain.submit_error = error
    with pytest.raises(OutcomeUnknown) as caught:
        desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    assert caught.value.tx_hash == blake2_256(desk.chain.submitted[0])
    assert desk.statuses() == [TxStatus.UNKNOWN]


def test_closing_the_program_while_waiting_leaves_the_outcome_unknown(desk: Desk) -> None:
    desk.clock = HandClock(ends_after=1)
    desk.transactions = Transactions(desk.chain, desk.journal, desk.clock)
    desk.answers(None)
    with pytest.raises(OutcomeUnknown):
        desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    assert len(desk.clock.waits) == 1


def test_it_is_in_the_journal_before_it_leaves(desk: Desk) -> None:
    seen: list[list[TxStatus]] = []
    submit = desk.chain.submit

    def spying(extrinsic: bytes) -> bytes:
        seen.append(desk.statuses())
        return submit(extrinsic)

    desk.chain.submit = spying  # type: ignore[method-assign]
    desk.answers(included(("Balances", "Transfer")))
    desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    assert seen == [[TxStatus.STORED]]


def test_what_became_of_an_open_one_is_told_once(desk: Desk) -> None:
    told: list[News] = []
    desk.transactions = Transactions(desk.chain, desk.journal, desk.clock, tell=told.append)
    desk.answers(None)
    with pytest.raises(OutcomeUnknown):
        desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key, timeout_seconds=0)
    assert told == []  # the spending sheet said so
    assert desk.transactions.has_open
    found = included(("Balances", "Transfer"))
    desk.answers(found)
    desk.transactions.resume()
    desk.transactions.resume()
    desk.answers(replace(found, status=TxStatus.FINALISED))
    desk.transactions.resume()
    assert [[one.status for one in news.known] for news in told] == [[TxStatus.INCLUDED]]
    assert not desk.transactions.has_open


def test_a_block_that_is_taken_back_is_told(desk: Desk) -> None:
    told: list[News] = []
    desk.answers(included(("Balances", "Transfer")))
    desk.transactions = Transactions(desk.chain, desk.journal, desk.clock, tell=told.append)
    desk.transactions.send(desk.transactions.prepare(TRANSFER, ME), desk.key)
    desk.answers(None)
    desk.transactions.resume()
    assert [(one.status, one.call) for news in told for one in news.known] == [(TxStatus.RETRACTED, TRANSFER)]


def test_what_an_earlier_run_left_is_told_before_the_chain_answers(desk: Desk) -> None:
    told: list[News] = []
    draft = desk.transactions.prepare(TRANSFER, ME).draft
    desk.journal.store(draft, assemble(draft, bytes(64)))
    desk.transactions = Transactions(desk.chain, desk.journal, desk.clock, tell=told.append)
    assert [one.status for one in desk.transactions.recall()] == [TxStatus.UNKNOWN]
    assert [[one.call for one in news.open] for news in told] == [[TRANSFER]]
    assert desk.transactions.recall() == ()
    assert len(told) == 1

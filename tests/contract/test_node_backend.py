"""What a real node may do to us, and what its backend makes of it: a node of the tests misbehaves on command."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.chain.history_store import HistoryStore
from dbc_desktop.chain.journal import Journal
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.substrate.backend import SubstrateChain
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Draft, Trial, TxStatus
from dbc_desktop.domain.errors import (
    BackendMismatch,
    ChainAnswerInvalid,
    ChainRejected,
    ChainRequestFailed,
    ChainUnreachable,
    InvalidTransaction,
    OutcomeUnknown,
)
from dbc_desktop.domain.network import Capability
from dbc_desktop.domain.super_node import Outlook
from dbc_desktop.services.transactions import Transactions
from tests.doubles.chain_user import ChainUser, transfer
from tests.doubles.hand_clock import HandClock
from tests.doubles.node_user import ChainThroughNode
from tests.doubles.substrate_node import declared
from tests.doubles.substrate_node.declared import EXTENSIONS, node_metadata
from tests.doubles.substrate_node.node import TestNode
from tests.doubles.substrate_node.server import NodeServer

DBC = 10**15


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain on which Alice has a million, to copy."""
    folder = tmp_path_factory.mktemp("template") / "chain"
    chain = LocalChain(folder, is_running=False, profile="mainnet-411-strict")
    chain.play_money(ChainUser("//Alice").address)
    chain.jump(1)
    chain.close()
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "chain", ignore=shutil.ignore_patterns("*.lock")))


@pytest.fixture
def chain(folder: Path) -> Iterator[ChainThroughNode]:
    made = ChainThroughNode(folder)
    yield made
    made.close()


class Key:
    """Alice's key as the wallet would lend it."""

    def __init__(self) -> None:
        self.pair = KeyPair.from_phrase("//Alice")
        self.address = Address(self.pair.public)

    def sign(self, draft: Draft) -> bytes:
        from dbc_desktop.chain.extrinsic import signed_bytes

        return self.pair.sign(signed_bytes(draft.payload))

    def sign_message(self, message: str) -> bytes:
        raise AssertionError(message)


ALICE = ChainUser("//Alice")
BOB = ChainUser("//Bob")


@pytest.fixture
def desk(chain: ChainThroughNode, tmp_path: Path) -> Iterator[tuple[Transactions, Journal]]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield Transactions(chain.front, journal, HandClock()), journal
    journal.close()


def test_it_says_what_it_is_and_what_it_lacks(chain: ChainThroughNode) -> None:
    identity = chain.front.identity()
    assert (identity.kind, identity.name, identity.rules_profile) == ("node", "Node of the tests", "mainnet-411-strict")
    assert (identity.spec_version, identity.transaction_version, identity.ss58_prefix) == (411, 2, 42)
    assert identity.genesis_hash == chain.behind.identity().genesis_hash
    assert chain.front.capabilities() == frozenset(
        {Capability.PREVIEW, Capability.DISPUTES, Capability.EXPLORER, Capability.SUPER_NODES}
    )
    with pytest.raises(BackendMismatch):
        chain.front.extrinsic(bytes(32))


def test_every_read_is_what_the_chain_behind_it_says(chain: ChainThroughNode) -> None:
    front, behind = chain.front, chain.behind
    table = behind.market()
    assert front.market().machine_id == table.machine_id
    for name in ("gpu_num", "free_gpu", "price_usd", "calc_point", "longitude"):
        assert list(getattr(front.market(), name)) == list(getattr(table, name))
    assert front.network() == behind.network()
    assert front.head() == behind.head()
    for machine_id in table.machine_id[::3]:
        machine = behind.machine(machine_id)
        assert machine is not None
        assert front.machine(machine_id) == machine
        assert front.orders_on(machine_id) == behind.orders_on(machine_id)
        assert front.rent_quote(machine_id, 1, 600) == behind.rent_quote(machine_id, 1, 600)
        stash = machine.stash
        for read in ("account", "controller_of", "stash_of", "stash", "server_rooms", "machines_of", "deadlines"):
            assert getattr(front, read)(stash) == getattr(behind, read)(stash), read
        assert front.release_schedule(stash) == behind.release_schedule(stash)
        # A payout of nothing is in the books of the embedded chain, and nowhere on a node.
        paid = tuple(row for row in behind.rewards(stash, 0, 99) if row.earned or row.at_once or row.from_earlier)
        assert front.rewards(stash, 0, 99) == paid != ()
    assert front.supply() == replace(behind.supply(), treasury_burned=None, price_height=None)
    election = behind.election()
    assert front.election() == replace(election, outlook=Outlook.ESTIMATED)
    for node in election.nodes[::5]:
        assert front.support_of(node.address) == behind.support_of(node.address)
        assert front.account(node.address) == behind.account(node.address)


def test_a_page_does_not_mix_two_blocks(folder: Path) -> None:
    clock = HandClock()
    chain = ChainThroughNode(folder, fresh_seconds=5.0, clock=clock)
    try:
        before = chain.front.account(ALICE.address).free
        chain.play_money(ALICE.address)
        chain.jump(1)
        assert chain.front.account(ALICE.address).free == before
        assert chain.front.head().height == 28_901
        clock.wait(5.0)
        assert chain.front.account(ALICE.address).free == before + Balance.of_dbc(1_000_000)
        assert chain.front.head().height == 28_902
    finally:
        chain.close()


def test_what_was_read_of_a_block_is_not_asked_for_again(folder: Path) -> None:
    clock = HandClock()
    chain = ChainThroughNode(folder, fresh_seconds=5.0, clock=clock)
    try:
        machine_id = chain.behind.market().machine_id[0]
        stash = chain.behind.machine(machine_id).stash
        reads = [
            partial(getattr(chain.front, name), stash) for name in ("stash", "slashes", "deadlines", "machines_of")
        ]
        reads += [partial(chain.front.slash_clock, machine_id), chain.front.network]
        first = [read() for read in reads]
        asked = len(chain.node.asked)
        assert [read() for read in reads] == first
        assert len(chain.node.asked) == asked
        clock.wait(5.0)
        assert [read() for read in reads] == first
        assert len(chain.node.asked) == asked + 4  # is there a newer block?
    finally:
        chain.close()


def test_a_day_s_reward_is_not_guessed_where_the_chain_says_nothing_of_points(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tuple(one for one in declared.STORAGE["OnlineProfile"] if one.name != "ErasMachinePoints")
    monkeypatch.setitem(declared.STORAGE, "OnlineProfile", kept)
    declared._metadata.cache_clear()
    try:
        metadata = declared.node_metadata()
    finally:
        declared._metadata.cache_clear()
    chain = ChainThroughNode(folder, metadata=metadata)
    try:
        machine_id = chain.behind.market().machine_id[0]
        clocks = [one.slash_clock(machine_id) for one in (chain.front, chain.behind)]
        lost = [clock.branches[1].reward_lost.units for clock in clocks if clock is not None]
        assert lost[0] == 0 < lost[1]
    finally:
        chain.close()


def test_a_preview_of_a_node_is_told_and_never_forbids(chain: ChainThroughNode) -> None:
    seen = chain.front.preview(transfer(BOB.address.raw, 3 * DBC), ALICE.address)
    assert seen.free_after == Balance.of_dbc(999_997) - seen.fee
    refused = chain.front.preview(transfer(BOB.address.raw, 2_000_000 * DBC), ALICE.address)
    assert refused.error is None
    assert "would_fail" in [one.kind for one in refused.consequences]
    table = chain.behind.market()
    rent = Call("RentMachine", "rent_machine", (table.machine_id[int(table.free_gpu.argmax())], 1, 600))
    own = chain.behind.preview(rent, ALICE.address)
    assert chain.front.preview(rent, ALICE.address) == replace(own, trial=Trial.DENIED)
    assert own.error is None


def test_the_books_hold_what_a_follower_saw(folder: Path, tmp_path: Path) -> None:
    chain = ChainThroughNode(folder, history=HistoryStore(tmp_path / "history.sqlite3"))
    try:
        page = chain.front.history(ALICE.address, None, 10)
        assert (page.rows, page.known_from) == ((), 28_902)
        chain.front._follower.poll()
        chain.behind.submit(ALICE.signed(chain.behind.signing_context(ALICE.address), transfer(BOB.address.raw, DBC)))
        chain.jump(3)
        chain.front._follower.poll()
        rows = chain.front.history(BOB.address, None, 10).rows
        assert [(row.height, row.amount, row.other) for row in rows] == [(28_902, Balance(DBC), ALICE.address)]
    finally:
        chain.close()


# --- sent once, followed to its end -----------------------------------------------------------------------------


def sent(desk: tuple[Transactions, Journal], amount: int = DBC) -> bytes:
    """A transfer whose outcome the desk could not wait for."""
    transactions, journal = desk
    prepared = transactions.prepare(transfer(BOB.address.raw, amount), ALICE.address)
    with pytest.raises(OutcomeUnknown):
        transactions.send(prepared, Key(), timeout_seconds=0)
    return journal.entries(1)[0].tx_hash


def test_in_pool_included_finalised(chain: ChainThroughNode, desk: tuple[Transactions, Journal]) -> None:
    chain.node.faults.finality_lag = 2
    transactions, journal = desk
    tx_hash = sent(desk)
    found = chain.front.receipt(tx_hash, 28_899)
    assert found is not None
    assert found.status is TxStatus.SENT
    chain.jump(1)
    (receipt,) = transactions.resume()
    assert (receipt.status, receipt.height, receipt.error) == (TxStatus.INCLUDED, 28_902, None)
    chain.jump(2)
    (receipt,) = transactions.resume()
    assert receipt.status is TxStatus.FINALISED
    assert transactions.resume() == ()
    assert journal.entries(1)[0].status is TxStatus.FINALISED
    assert chain.node.asked.count("author_submitExtrinsic") == 1


def test_a_connection_that_breaks_while_sending_is_looked_up_and_never_repeated(
    chain: ChainThroughNode, desk: tuple[Transactions, Journal]
) -> None:
    transactions, journal = desk
    prepared = transactions.prepare(transfer(BOB.address.raw, DBC), ALICE.address)
    chain.node.faults.lose_submit = True
    with pytest.raises(OutcomeUnknown):
        transactions.send(prepared, Key())
    chain.node.faults.lose_submit = False
    assert journal.entries(1)[0].status is TxStatus.UNKNOWN
    chain.jump(1)
    (receipt,) = transactions.resume()
    assert receipt.status is TxStatus.FINALISED
    assert chain.node.balance_of(BOB.address) == DBC
    assert chain.node.asked.count("author_submitExtrinsic") == 1


def test_stored_and_never_sent_is_unknown_and_then_expired(
    chain: ChainThroughNode, desk: tuple[Transactions, Journal]
) -> None:
    """Killed between journal and submit: nothing is sent again, and when no block can take it any more it is over."""
    transactions, journal = desk
    prepared = transactions.prepare(transfer(BOB.address.raw, DBC), ALICE.address)
    from dbc_desktop.chain.extrinsic import assemble

    journal.store(prepared.draft, assemble(prepared.draft, Key().sign(prepared.draft)))
    assert transactions.resume() == ()
    assert journal.entries(1)[0].status is TxStatus.UNKNOWN
    chain.jump(255)
    assert transactions.resume() == ()
    chain.jump(1)
    (receipt,) = transactions.resume()
    assert receipt.status is TxStatus.EXPIRED
    assert journal.entries(1)[0].status is TxStatus.EXPIRED
    assert "author_submitExtrinsic" not in chain.node.asked
    assert chain.node.balance_of(BOB.address) == 0


def test_what_the_pool_dropped_is_dropped_until_it_expires(
    chain: ChainThroughNode, desk: tuple[Transactions, Journal]
) -> None:
    transactions, journal = desk
    chain.node.faults.drop_pool = True
    sent(desk)
    transactions.resume()
    assert journal.entries(1)[0].status is TxStatus.DROPPED
    chain.jump(256)
    (receipt,) = transactions.resume()
    assert receipt.status is TxStatus.EXPIRED


def test_a_block_that_is_taken_back_is_told_and_the_transaction_comes_again(
    folder: Path, chain: ChainThroughNode, desk: tuple[Transactions, Journal], tmp_path: Path
) -> None:
    transactions, journal = desk
    changes: list[HeadChange] = []
    chain.node.faults.finality_lag = 10
    other = LocalChain(
        Path(shutil.copytree(folder, tmp_path / "other", ignore=shutil.ignore_patterns("*.lock"))),
        is_running=False,
        profile="mainnet-411-strict",
    )
    try:
        tx_hash = sent(desk)
        extrinsic = journal.entries(1)[0].extrinsic
        subscription = chain.front._follower._feed.follow(changes.append)
        chain.front._follower.poll()
        chain.jump(2)
        chain.front._follower.poll()
        transactions.resume()
        assert journal.entries(1)[0].status is TxStatus.INCLUDED
        # The branch that wins does not hold it.
        other.jump(1)
        other.submit(ALICE.signed(other.signing_context(ALICE.address), transfer(bytes(32), 1), nonce=0))
        other.jump(3)
        chain.node.serve(other)
        transactions.resume()
        assert journal.entries(1)[0].status is TxStatus.RETRACTED
        assert chain.front._follower.poll()
        assert chain.front._follower._last is not None
        assert chain.front._follower._last.hash == other.head().hash
        subscription.close()
        # On the first branch again, where it stands in a block.
        chain.node.serve(chain.behind)
        chain.jump(5)
        transactions.resume()
        found = journal.entries(1)[0]
        assert (found.status, found.height, found.tx_hash) == (TxStatus.INCLUDED, 28_902, tx_hash)
        assert extrinsic == found.extrinsic
    finally:
        other.close()


def test_a_block_whose_state_is_forgotten_is_unknown_with_its_height(
    chain: ChainThroughNode, desk: tuple[Transactions, Journal]
) -> None:
    tx_hash = sent(desk)
    chain.jump(5)
    chain.node.faults.forgets_state = 1
    found = chain.front.receipt(tx_hash, 28_901)
    assert found is not None
    assert (found.status, found.height, found.error) == (TxStatus.UNKNOWN, 28_902, None)


# --- tried out before it is sent --------------------------------------------------------------------------------


def test_a_trial_that_succeeds_is_sent(chain: ChainThroughNode, desk: tuple[Transactions, Journal]) -> None:
    chain.node.faults.tries_out = True
    transactions, _ = desk
    assert transactions.prepare(transfer(BOB.address.raw, DBC), ALICE.address).preview.trial is Trial.SERVED
    sent(desk)
    assert chain.node.asked.count("system_dryRun") == 2  # whether it is served, and the one that was signed
    chain.jump(1)
    (receipt,) = transactions.resume()
    assert receipt.succeeded
    assert chain.node.balance_of(BOB.address) == DBC


def test_what_fails_when_tried_out_is_never_sent(chain: ChainThroughNode, desk: tuple[Transactions, Journal]) -> None:
    chain.node.faults.tries_out = True
    transactions, journal = desk
    prepared = transactions.prepare(transfer(BOB.address.raw, 2_000_000 * DBC), ALICE.address)
    with pytest.raises(ChainRejected) as refused:
        transactions.send(prepared, Key())
    assert (refused.value.pallet, refused.value.name) == ("Balances", "InsufficientBalance")
    entry = journal.entries(1)[0]
    assert (entry.status, entry.error) == (TxStatus.REJECTED, ("Balances", "InsufficientBalance"))
    assert "author_submitExtrinsic" not in chain.node.asked
    chain.jump(1)
    assert chain.front.account(ALICE.address).free == Balance.of_dbc(1_000_000)


def test_of_what_is_invalid_when_tried_out_the_pool_has_the_word(chain: ChainThroughNode) -> None:
    """One that waits for another in the pool is invalid when tried out alone."""
    chain.node.faults.tries_out = True
    for nonce in (0, 1):
        chain.front.submit(ALICE.signed(chain.front.signing_context(ALICE.address), transfer(BOB.address.raw, DBC)))
        assert chain.front.account(ALICE.address).nonce == nonce + 1
    chain.jump(1)
    assert chain.node.balance_of(BOB.address) == 2 * DBC
    context = chain.front.signing_context(ALICE.address)
    with pytest.raises(InvalidTransaction) as refused:
        chain.front.submit(ALICE.signed(context, transfer(BOB.address.raw, DBC), nonce=0))
    assert refused.value.reason == "stale"


@pytest.mark.parametrize(
    ("change", "trial"),
    [
        ({}, Trial.DENIED),
        ({"lacks": {"system_dryRun"}}, Trial.LACKING),
        ({"errors": {"system_dryRun": -1}}, Trial.DENIED),
    ],
    ids=["unsafe", "unknown", "broken"],
)
def test_where_nothing_is_tried_out_it_is_sent_all_the_same(
    chain: ChainThroughNode, desk: tuple[Transactions, Journal], change: dict[str, object], trial: Trial
) -> None:
    for name, value in change.items():
        setattr(chain.node.faults, name, value)
    transactions, _ = desk
    assert transactions.prepare(transfer(BOB.address.raw, DBC), ALICE.address).preview.trial is trial
    sent(desk)
    sent(desk, 2 * DBC)
    assert chain.node.asked.count("system_dryRun") == 1
    chain.jump(1)
    assert chain.node.balance_of(BOB.address) == 3 * DBC


def test_a_trial_that_nobody_can_read_keeps_nothing_from_being_sent(chain: ChainThroughNode) -> None:
    chain.node.faults.tries_out = True
    answers = ("0x", "0x00", "0x0001", "0x000103ffffffffffffff", "0x7f", "nonsense", "0x0100ff")
    for answer in answers:
        chain.node.faults.trial = answer
        chain.front.submit(ALICE.signed(chain.front.signing_context(ALICE.address), transfer(BOB.address.raw, DBC)))
    assert chain.node.asked.count("system_dryRun") == len(answers)
    chain.jump(1)
    assert chain.node.balance_of(BOB.address) == 7 * DBC


# --- drafts that must stop --------------------------------------------------------------------------------------


def test_a_new_runtime_voids_the_draft(chain: ChainThroughNode, desk: tuple[Transactions, Journal]) -> None:
    transactions, journal = desk
    prepared = transactions.prepare(transfer(BOB.address.raw, DBC), ALICE.address)
    chain.node.faults.spec_version = 412
    chain.jump(1)
    with pytest.raises(BackendMismatch) as refused:
        transactions.send(prepared, Key())
    assert refused.value.what == "version"
    assert journal.entries(5) == ()
    assert transactions.prepare(transfer(BOB.address.raw, DBC), ALICE.address).draft.context.spec_version == 412


def test_a_fee_out_of_proportion_stops_the_draft(chain: ChainThroughNode) -> None:
    call = transfer(BOB.address.raw, DBC)
    assert chain.front.draft(call, ALICE.address).fee == Balance(149 * 10**9 + 113_638_000 + 10_000)
    chain.node.faults.fee_times = 100_000
    with pytest.raises(BackendMismatch) as refused:
        chain.front.draft(call, ALICE.address)
    assert refused.value.what == "fee"


def test_bytes_that_say_something_else_stop(chain: ChainThroughNode) -> None:
    draft = chain.front.draft(transfer(BOB.address.raw, DBC), ALICE.address)
    chain.front.check_draft(draft)
    for at in range(0, len(draft.payload), 9):
        changed = bytearray(draft.payload)
        changed[at] ^= 1
        with pytest.raises(BackendMismatch):
            chain.front.check_draft(replace(draft, payload=bytes(changed)))
    with pytest.raises(BackendMismatch):
        chain.front.check_draft(replace(draft, call=transfer(BOB.address.raw, 2 * DBC)))


@pytest.mark.parametrize(
    ("extensions", "what"),
    [
        ([*EXTENSIONS, ("CheckTheMoon", "()", "()")], "extension"),
        ([one for one in EXTENSIONS if one[0] != "CheckGenesis"], "extension"),
        ([(name, "u32" if name == "CheckWeight" else kind, more) for name, kind, more in EXTENSIONS], "extension"),
        ([*EXTENSIONS, EXTENSIONS[0]], "extension"),
    ],
    ids=["unknown", "missing", "another type", "twice"],
)
def test_signed_extensions_that_cannot_be_known_stop_the_draft(
    folder: Path, extensions: list[tuple[str, str, str]], what: str
) -> None:
    chain = ChainThroughNode(folder, metadata=node_metadata(extensions=extensions))
    try:
        with pytest.raises(BackendMismatch) as refused:
            chain.front.draft(transfer(BOB.address.raw, DBC), ALICE.address)
        assert refused.value.what == what
        assert chain.front.account(ALICE.address).free == Balance.of_dbc(1_000_000)
    finally:
        chain.close()


def test_metadata_of_the_future_is_refused_and_v15_is_read(folder: Path) -> None:
    for metadata, is_known in ((node_metadata(version=15), True), (b"meta\x10" + bytes(50), False)):
        chain = ChainThroughNode(folder, metadata=metadata)
        try:
            if is_known:
                assert chain.front.account(ALICE.address).free == Balance.of_dbc(1_000_000)
                chain.front.check_draft(chain.front.draft(transfer(BOB.address.raw, 1), ALICE.address))
            else:
                with pytest.raises(ChainUnreachable):
                    chain.front.head()
        finally:
            chain.close()
            shutil.rmtree(folder.parent / "metadata", ignore_errors=True)


# --- endpoints --------------------------------------------------------------------------------------------------


def test_another_genesis_than_the_pinned_one_is_refused(chain: ChainThroughNode) -> None:
    pinned = SubstrateChain([chain.server.url], genesis_hash=b"\x07" * 32)
    try:
        with pytest.raises(BackendMismatch) as refused:
            pinned.head()
        assert refused.value.what == "genesis"
    finally:
        pinned.close()


def test_the_next_endpoint_answers_where_the_first_is_down_or_another_chain(chain: ChainThroughNode) -> None:
    liar = TestNode(chain.behind)
    liar.faults.genesis = b"\x09" * 32
    server = NodeServer(liar)
    genesis = chain.behind.identity().genesis_hash
    front = SubstrateChain(
        ["http://127.0.0.1:9", server.url, chain.server.url.replace("http://", "ws://")],
        genesis_hash=genesis,
        fresh_seconds=0,
    )
    try:
        assert front.identity().genesis_hash == genesis
        assert front.head() == chain.behind.head()
        assert front.rpc.url == chain.server.url
        assert set(liar.asked) == {"chain_getBlockHash"}
        health = front.health()
        assert (health.url, health.height, health.finalised) == (chain.server.url, 28_901, 28_901)
        assert (health.peers, health.is_syncing, health.spec_version) == (3, False, 411)
    finally:
        front.close()
        server.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"down": True}, ChainUnreachable),
        ({"garbage": b"<html>nope</html>"}, ChainAnswerInvalid),
        ({"garbage": b"[" * 200_000}, ChainAnswerInvalid),
        ({"garbage": b'{"jsonrpc":"2.0","id":1}'}, ChainAnswerInvalid),
        ({"garbage": b'[1,2,"x"]'}, ChainAnswerInvalid),
        ({"truncate": 20}, ChainUnreachable),
        ({"giant": 40 * 1024 * 1024}, ChainAnswerInvalid),
        ({"errors": {"chain_getHeader": -1}}, ChainRequestFailed),
        ({"lacks": {"state_getRuntimeVersion"}}, ChainRequestFailed),
    ],
    ids=lambda value: str(value)[:28] if isinstance(value, dict) else value.__name__,
)
def test_bad_answers_end_in_an_error_of_the_tree_and_nothing_is_lost(
    folder: Path, fault: dict[str, object], kind: type[ChainUnreachable]
) -> None:
    clock = HandClock()
    chain = ChainThroughNode(folder, clock=clock)
    try:
        for name, value in fault.items():
            setattr(chain.node.faults, name, value)
        with pytest.raises(kind):
            chain.front.head()
        chain.node.faults.__init__()  # type: ignore[misc]
        clock.wait(120)
        assert chain.front.head() == chain.behind.head()
    finally:
        chain.close()


def test_where_batches_of_keys_are_not_served_each_is_asked_for(chain: ChainThroughNode) -> None:
    chain.node.faults.lacks = {"state_queryStorageAt", "system_accountNextIndex", "author_pendingExtrinsics"}
    assert chain.front.network() == chain.behind.network()
    assert chain.front.account(ALICE.address) == chain.behind.account(ALICE.address)


def test_metadata_is_kept_by_genesis_and_version(chain: ChainThroughNode) -> None:
    chain.front.head()
    assert chain.node.asked.count("state_getMetadata") == 1
    again = SubstrateChain([chain.server.url], folder=chain.folder.parent / "metadata")
    try:
        assert again.head().height == 28_901
        assert chain.node.asked.count("state_getMetadata") == 1
        (kept,) = (chain.folder.parent / "metadata").iterdir()
        kept.write_bytes(kept.read_bytes()[:-1])
    finally:
        again.close()
    damaged = SubstrateChain([chain.server.url], folder=chain.folder.parent / "metadata")
    try:
        assert damaged.head().height == 28_901
        assert chain.node.asked.count("state_getMetadata") == 2
    finally:
        damaged.close()


def test_missed_blocks_are_filled_in(chain: ChainThroughNode) -> None:
    changes: list[HeadChange] = []
    is_told = threading.Event()

    def hear(change: HeadChange) -> None:
        changes.append(change)
        if change.head.height >= 28_906:
            is_told.set()

    subscription = chain.front._follower._feed.follow(hear)
    follower = chain.front._follower
    assert not follower.poll()
    for amount in (1, 2, 3):
        context = chain.behind.signing_context(ALICE.address)
        chain.behind.submit(ALICE.signed(context, transfer(BOB.address.raw, amount)))
        chain.jump(2)
    assert follower.poll()
    assert not follower.poll()
    assert is_told.wait(30)  # a thread of the feed tells it
    follower._feed.close()
    subscription.close()
    told = [event for change in changes for event in change.events if event.name == "Transfer"]
    assert [event.fields["amount"] for event in told] == [1, 2, 3]
    assert [event.height for event in told] == [28_902, 28_904, 28_906]

"""One suite for every backend: the embedded chain in this process and through the engine process, and a node."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dbc_desktop.chain.backend import HeadChange, LocalBackend
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.branches import Fault, ResidentSettings
from dbc_desktop.domain.call import Call, Receipt, TxStatus
from dbc_desktop.domain.errors import (
    Cancelled,
    ChainBusy,
    ChainRejected,
    ChainUnreachable,
    InvalidInput,
    InvalidTransaction,
)
from dbc_desktop.domain.explorer import EventQuery, ExtrinsicQuery
from dbc_desktop.domain.history import Flow, HistoryKind
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import Capability, ClockMode
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.domain.simulation import Plan
from dbc_desktop.rules.hardware_report import report_message
from tests.doubles.chain_user import ChainUser, transfer
from tests.doubles.node_user import ChainThroughNode

DBC = 10**15
TRANSFER_FEE = 149 * 10**9 + 113_638_000 + 10_000
"""Of the 149 bytes of a transfer (chain-rules 1.3)."""

MACHINE_KEY = KeyPair.from_seed(b"\x4d" * 32)
MACHINE = MachineId(MACHINE_KEY.public.hex())
HARDWARE = HardwareInfo(
    MACHINE, "NVIDIA GeForce RTX 3080", 4, 8_704, 10, 59_890, 480, 3_905, "Xeon 4214R", 46, 2_400, 440, "", True
)


@pytest.fixture
def alice() -> ChainUser:
    return ChainUser("//Alice")


@pytest.fixture
def bob() -> ChainUser:
    return ChainUser("//Bob")


def funded(chain: LocalBackend, user: ChainUser) -> None:
    """A million play money, in a block."""
    tx_hash = chain.play_money(user.address)
    chain.jump(1)
    assert outcome(chain, tx_hash).succeeded


def outcome(chain: LocalBackend, tx_hash: bytes) -> Receipt:
    receipt = chain.receipt(tx_hash)
    assert receipt is not None
    return receipt


def found_machine(chain: LocalBackend, machine_id: MachineId) -> Machine:
    machine = chain.machine(machine_id)
    assert machine is not None
    return machine


def done(chain: LocalBackend, user: ChainUser, call: Call) -> Receipt:
    """Send, let a block pass, and have succeeded."""
    tx_hash = user.send(chain, call)
    chain.jump(1)
    receipt = outcome(chain, tx_hash)
    assert receipt.succeeded, receipt
    return receipt


def describe(chain: LocalBackend, user: ChainUser) -> None:
    """From a controller to a described machine."""
    message = (MACHINE + ss58.encode(user.address.raw)).encode()
    done(chain, user, Call("OnlineProfile", "set_controller", (user.address.raw,)))
    done(chain, user, Call("OnlineProfile", "bond_machine", (MACHINE, message, MACHINE_KEY.sign(message))))
    done(chain, user, Call("OnlineProfile", "gen_server_room"))
    (room,) = chain.server_rooms(user.address)
    is_launch = chain.identity().rules_profile == "launch-2021"
    assert found_machine(chain, MACHINE).awaits_report == is_launch
    if is_launch:
        report = report_message(HARDWARE, ss58.encode(user.address.raw), chain.head().height)
        signed = (HARDWARE, report, MACHINE_KEY.sign(report))
        done(chain, user, Call("MachineCheck", "submit_hardware_report", signed))
    info = CustomizeInfo(room, 100, 100, Coordinate("East", 80_000), Coordinate("North", 480_000), ("Telco",))
    done(chain, user, Call("OnlineProfile", "add_machine_info", (MACHINE, info)))
    assert (found_machine(chain, MACHINE).open_order is not None) == is_launch


class BackendSuite:
    """What every backend promises; `chain` has residents and stands still unless it is told to move."""

    described = MachineStatus.DISTRIBUTING_ORDER
    """Where a described machine waits: members grab it at launch; by today's rules some are drawn in the same block."""
    keeps_the_past = True
    """Whether orders that lapsed or ended can still be read; a node forgets them."""

    def test_a_new_chain_is_populated_and_paid_for_one_era(self, chain: LocalBackend) -> None:
        head = chain.head()
        assert (head.height, head.era, head.finalised) == (28_900, 3, 28_900)
        totals = chain.network()
        assert (totals.machine_num, totals.gpu_num) == (7, 36)
        assert totals.issuance + totals.burned == Balance.of_dbc(3_900_000_000)
        market = chain.market()
        assert len(market) == 7
        assert int(market.gpu_num.sum()) == 36
        assert "NVIDIA GeForce RTX 4090" in market.gpu_type
        owner = found_machine(chain, market.machine_id[0])
        assert owner.status in (MachineStatus.ONLINE, MachineStatus.RENTED)
        assert owner.total_earned > ZERO
        rows = chain.rewards(owner.stash, 0, 9)
        assert {row.era for row in rows} == {2}
        assert sum(row.released.units for row in rows) == chain.stash(owner.stash).claimable.units

    def test_an_account_nobody_saw_is_all_zero(self, chain: LocalBackend, bob: ChainUser) -> None:
        state = chain.account(bob.address)
        assert (state.free, state.reserved, state.nonce) == (ZERO, ZERO, 0)
        assert chain.controller_of(bob.address) is None
        assert chain.stash_of(bob.address) is None
        assert chain.stash(bob.address).machines == ()
        assert chain.rent_orders(bob.address) == ()
        assert chain.rewards(bob.address, 0, 100) == ()
        assert chain.machine(MACHINE) is None
        assert chain.receipt(b"\0" * 32) is None
        assert chain.rent_order(2**40) is None

    def test_play_money_arrives_with_the_next_block(self, chain: LocalBackend, alice: ChainUser) -> None:
        tx_hash = chain.play_money(alice.address)
        assert outcome(chain, tx_hash).status is TxStatus.SENT
        assert chain.account(alice.address).free == ZERO
        chain.jump(1)
        receipt = outcome(chain, tx_hash)
        assert (receipt.status, receipt.height, receipt.error) == (TxStatus.FINALISED, 28_901, None)
        assert chain.account(alice.address).free == Balance.of_dbc(1_000_000)

    def test_a_transfer_moves_coins_and_costs_its_fee(
        self, chain: LocalBackend, alice: ChainUser, bob: ChainUser
    ) -> None:
        funded(chain, alice)
        receipt = done(chain, alice, transfer(bob.address.raw, 25 * DBC))
        assert receipt.fee == Balance(TRANSFER_FEE)
        assert [event.name for event in receipt.events] == ["TransactionFeePaid", "Transfer", "ExtrinsicSuccess"]
        assert receipt.events[1].fields["to"] == bob.address.raw
        assert receipt.events[1].fields["amount"] == 25 * DBC
        assert chain.account(bob.address).free == Balance(25 * DBC)
        after = chain.account(alice.address)
        assert after.free == Balance(1_000_000 * DBC - 25 * DBC - TRANSFER_FEE)
        assert after.nonce == 1
        assert receipt.height is not None
        assert list(receipt.events) == [one for one in chain.events(receipt.height) if one.extrinsic == 0]
        (block,) = chain.blocks(receipt.height + 1, 1)
        assert (block.height, block.extrinsic_num, block.event_num) == (receipt.height, 1, 3)

    def test_the_preview_is_what_happens(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        call = transfer(bob.address.raw, 3 * DBC)
        before = chain.account(alice.address)
        seen = chain.preview(call, alice.address)
        assert chain.account(alice.address) == before
        assert (seen.fee, seen.error) == (Balance(TRANSFER_FEE), None)
        assert chain.fee_of(149, call) == TRANSFER_FEE
        done(chain, alice, call)
        assert chain.account(alice.address).free == seen.free_after

    def test_a_failed_call_is_in_its_block_and_costs_the_fee(
        self, chain: LocalBackend, alice: ChainUser, bob: ChainUser
    ) -> None:
        funded(chain, alice)
        tx_hash = alice.send(chain, transfer(bob.address.raw, 2_000_000 * DBC))
        chain.jump(1)
        receipt = outcome(chain, tx_hash)
        assert (receipt.status, receipt.error) == (TxStatus.FINALISED, ("Balances", "InsufficientBalance"))
        assert not receipt.succeeded
        assert chain.account(alice.address).free == Balance(1_000_000 * DBC - receipt.fee.units if receipt.fee else 0)

    def test_pending_extrinsics_count_in_the_nonce(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        hashes = [alice.send(chain, transfer(bob.address.raw, 1)) for _ in range(3)]
        assert chain.account(alice.address).nonce == 3
        assert chain.signing_context(alice.address).nonce == 3
        chain.jump(1)
        assert {outcome(chain, one).height for one in hashes} == {28_902}
        assert chain.account(bob.address).free == Balance(3)

    def test_the_same_bytes_twice_are_harmless(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        extrinsic = alice.signed(chain.signing_context(alice.address), transfer(bob.address.raw, 7))
        first = chain.submit(extrinsic)
        assert chain.submit(extrinsic) == first
        chain.jump(1)
        assert chain.submit(extrinsic) == first
        chain.jump(1)
        assert chain.account(bob.address).free == Balance(7)

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"genesis_hash": b"\x01" * 32}, "bad_proof"),
            ({"spec_version": 410}, "bad_proof"),
            ({"transaction_version": 1}, "bad_proof"),
            ({"block_hash": b"\x01" * 32}, "bad_proof"),
            ({"nonce": 0}, "stale"),
            ({"nonce": 2}, "future"),
        ],
        ids=lambda value: value if isinstance(value, str) else next(iter(value)),
    )
    def test_what_a_signature_binds_to_is_checked(
        self, chain: LocalBackend, alice: ChainUser, bob: ChainUser, changed: dict[str, object], reason: str
    ) -> None:
        funded(chain, alice)
        done(chain, alice, transfer(bob.address.raw, 1))
        context = chain.signing_context(alice.address)
        assert context.nonce == 1
        with pytest.raises(InvalidTransaction) as refused:
            chain.submit(alice.signed(context, transfer(bob.address.raw, 1), **changed))
        assert refused.value.reason == reason

    @pytest.mark.parametrize("at", [4, 40, 110, 148], ids=["signer", "signature", "call", "amount"])
    def test_any_changed_byte_breaks_the_signature(
        self, chain: LocalBackend, alice: ChainUser, bob: ChainUser, at: int
    ) -> None:
        funded(chain, alice)
        extrinsic = bytearray(alice.signed(chain.signing_context(alice.address), transfer(bob.address.raw, 10**15)))
        extrinsic[at] ^= 1
        with pytest.raises(InvalidTransaction) as refused:
            chain.submit(bytes(extrinsic))
        assert refused.value.reason in ("bad_proof", "malformed")

    def test_malformed_bytes_are_refused(self, chain: LocalBackend) -> None:
        for data in (b"", b"\x00", b"\x04\x84", bytes(200), b"\xff" * 70_000):
            with pytest.raises(InvalidTransaction) as refused:
                chain.submit(data)
            assert refused.value.reason == "malformed"

    def test_an_argument_that_is_too_long_is_refused_before_anything_runs(
        self, chain: LocalBackend, alice: ChainUser
    ) -> None:
        funded(chain, alice)
        before = chain.account(alice.address)
        for call in (
            Call("OnlineProfile", "bond_machine", (MACHINE, b"x" * 70_000, bytes(64))),
            Call("OnlineProfile", "apply_slash_review", (0, b"x" * 1_000_000)),
        ):
            with pytest.raises(InvalidTransaction) as refused:
                alice.send(chain, call)
            assert refused.value.reason == "malformed"
        chain.jump(1)
        assert chain.account(alice.address) == before

    def test_who_has_nothing_cannot_pay(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        with pytest.raises(InvalidTransaction) as refused:
            bob.send(chain, transfer(alice.address.raw, 0))
        assert refused.value.reason == "payment"

    def test_an_old_transaction_is_not_taken(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        extrinsic = alice.signed(chain.signing_context(alice.address), transfer(bob.address.raw, 1))
        chain.jump(255)
        with pytest.raises(InvalidTransaction) as refused:
            chain.submit(extrinsic)
        assert refused.value.reason == "ancient_birth_block"

    def test_a_young_transaction_outlives_a_short_jump(
        self, chain: LocalBackend, alice: ChainUser, bob: ChainUser
    ) -> None:
        funded(chain, alice)
        extrinsic = alice.signed(chain.signing_context(alice.address), transfer(bob.address.raw, 1))
        chain.jump(254)
        chain.submit(extrinsic)
        chain.jump(1)
        assert chain.account(bob.address).free == Balance(1)

    def test_a_shown_machine_is_verified_and_comes_online(self, chain: LocalBackend, alice: ChainUser) -> None:
        funded(chain, alice)
        chain.show_machine(HARDWARE)
        describe(chain, alice)
        assert found_machine(chain, MACHINE).status is self.described
        chain.jump(100)
        assert found_machine(chain, MACHINE).status is MachineStatus.COMMITTEE_VERIFYING
        chain.jump(4_770)
        machine = found_machine(chain, MACHINE)
        assert machine.status is MachineStatus.ONLINE
        assert machine.hardware == HARDWARE
        assert (machine.stash, machine.controller, machine.gpu_num) == (alice.address, alice.address, 4)
        assert MACHINE in chain.market().machine_id
        assert chain.machines_of(alice.address) == (machine,)

    def test_a_machine_that_was_never_shown_is_refused(self, chain: LocalBackend, alice: ChainUser) -> None:
        funded(chain, alice)
        describe(chain, alice)
        chain.jump(4_870)
        assert chain.machine(MACHINE) is None

    def test_a_committee_never_changes_its_mind(self, chain: LocalBackend, alice: ChainUser) -> None:
        funded(chain, alice)
        chain.show_machine(HARDWARE)
        describe(chain, alice)
        chain.jump(2_500)
        chain.show_machine(HardwareInfo(MACHINE, "Other", 8, 1, 1, 1, 1, 1, "x", 1, 1, 1, "", True))
        chain.jump(2_370)
        assert found_machine(chain, MACHINE).hardware == HARDWARE

    def test_a_rent_order_is_quoted_placed_confirmed_and_remembered(
        self, chain: LocalBackend, alice: ChainUser
    ) -> None:
        funded(chain, alice)
        table = chain.market()
        at = int(np.argmax(table.free_gpu))
        quote = chain.rent_quote(table.machine_id[at], 1, 600)
        receipt = done(chain, alice, Call("RentMachine", "rent_machine", (table.machine_id[at], 1, 600)))
        (order,) = chain.rent_orders(alice.address)
        assert (order.status, order.fee, order.rent_start) == (RentStatus.WAITING_VERIFYING, quote.fee, receipt.height)
        assert "confirm" in [deadline.kind for deadline in chain.deadlines(alice.address)]
        done(chain, alice, Call("RentMachine", "confirm_rent", (order.rent_id,)))
        assert order.rent_id in [one.rent_id for one in chain.orders_on(order.machine_id)]
        chain.jump(600)
        ended = chain.rent_order(order.rent_id)
        if not self.keeps_the_past:
            assert ended is None
            assert chain.rent_orders(alice.address) == ()
            return
        assert ended is not None
        assert ended.status is RentStatus.ENDED
        assert chain.rent_orders(alice.address) == (ended,)

    def test_a_quote_is_refused_as_the_order_would_be(self, chain: LocalBackend) -> None:
        machine_id = chain.market().machine_id[0]
        with pytest.raises(ChainRejected) as refused:
            chain.rent_quote(machine_id, 1, 301)
        assert (refused.value.pallet, refused.value.name) == ("RentMachine", "OnlyHalfHourAllowed")

    def test_heads_and_events_are_told_until_the_end(self, chain: LocalBackend, alice: ChainUser) -> None:
        changes: list[HeadChange] = []
        arrived = threading.Event()

        def told(change: HeadChange) -> None:
            changes.append(change)
            if change.head.height == 28_901:
                arrived.set()

        subscription = chain.follow(told)
        chain.play_money(alice.address)
        chain.jump(1)
        assert arrived.wait(10)
        assert changes[-1].head == chain.head()
        assert "Transfer" in [event.name for event in changes[-1].events]
        subscription.close()
        seen = len(changes)
        chain.jump(5)
        chain.head()
        assert len(changes) == seen


class LocalSuite(BackendSuite):
    """What only the embedded chain promises: its clock, its log, its file, its certainty."""

    def test_a_plan_is_played_beside_the_chain(self, chain: LocalBackend) -> None:
        head = chain.head()
        plan = Plan(gpus=8, points_per_gpu=24_158, power_watts=400, tariff_usd=250_000)
        found = chain.simulate(plan, 30)
        assert (found.height, found.rules_profile, len(found.rows)) == (28_900, "launch-2021", 30)
        assert (found.rows[0].era, found.rows[0].electricity_usd) == (4, 19_200_000)
        assert found.earned == found.released + found.rows[-1].locked
        assert chain.simulate(plan, 30) == found
        assert chain.head() == head
        with pytest.raises(InvalidInput) as refused:
            chain.simulate(plan, 731)
        assert (refused.value.field, refused.value.reason) == ("eras", "out_of_range")

    def test_a_reward_is_explained_by_what_it_was_reckoned_from(self, chain: LocalBackend) -> None:
        machine_id = chain.market().machine_id[0]
        owner = found_machine(chain, machine_id)
        (row,) = [row for row in chain.rewards(owner.stash, 2, 2) if row.machine_id == machine_id]
        found = chain.explain(machine_id, 2)
        inputs, steps = found.inputs, found.steps
        assert (inputs.stash, inputs.gpu_num, inputs.earlier) == (owner.stash, owner.gpu_num, ())
        assert (inputs.genesis_hash, inputs.rules_profile) == (chain.identity().genesis_hash, "launch-2021")
        assert (steps.earned, steps.at_once, steps.from_earlier) == (row.earned, row.at_once, row.from_earlier)
        assert steps.earned.units + 3 * (steps.reward.units // 100 // 3) == steps.reward.units
        hashes = {block.height: block.hash for block in chain.blocks(28_901, 200)}
        assert inputs.began.height == 14_401
        assert hashes[inputs.paid.height] == inputs.paid.hash
        assert 28_803 <= inputs.paid.height < 28_863
        for era, reason in ((1, "not_paid"), (3, "not_paid")):
            with pytest.raises(InvalidInput) as refused:
                chain.explain(machine_id, era)
            assert (refused.value.field, refused.value.reason) == ("reward", reason)

    def test_it_says_which_chain_it_is(self, chain: LocalBackend) -> None:
        identity = chain.identity()
        assert (identity.kind, identity.rules_profile) == ("local", "launch-2021")
        assert (identity.spec_version, identity.transaction_version) == (411, 2)
        assert (identity.token, identity.decimals, identity.ss58_prefix) == ("DBC", 15, 42)
        assert chain.capabilities() == frozenset(Capability)
        genesis = chain.blocks(1, 5)
        assert [block.height for block in genesis] == [0]
        assert genesis[0].hash == identity.genesis_hash

    def test_a_preview_names_the_failure(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        seen = chain.preview(transfer(bob.address.raw, 2_000_000 * DBC), alice.address)
        assert seen.error == ("Balances", "InsufficientBalance")
        assert "would_fail" in [one.kind for one in seen.consequences]

    def test_a_jump_tells_its_progress_and_can_be_called_off(self, chain: LocalBackend) -> None:
        told: list[tuple[int, int]] = []
        head = chain.jump(14_400, lambda done, total: told.append((done, total)))
        assert head.height == 43_300
        assert told[-1] == (14_400, 14_400)

        def stop(done: int, total: int) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            chain.jump(14_400 * 2_000, stop)
        stood = chain.head().height
        assert 43_300 < stood < 43_300 + 14_400 * 2_000
        assert chain.replay().height == stood

    def test_the_log_replays_to_the_same_chain(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        done(chain, alice, transfer(bob.address.raw, 5))
        chain.jump(3 * 14_400)
        told: list[tuple[int, int]] = []
        assert chain.replay(lambda done, total: told.append((done, total))) == chain.head()
        assert told[-1][0] == told[-1][1] > 50

    def test_instant_mode_makes_a_block_for_each_transaction(self, chain: LocalBackend, alice: ChainUser) -> None:
        chain.set_clock(ClockMode.INSTANT)
        assert chain.clock_mode() is ClockMode.INSTANT
        before = chain.head().height
        tx_hash = chain.play_money(alice.address)
        assert outcome(chain, tx_hash).height == before + 1
        chain.set_clock(ClockMode.MANUAL)
        tx_hash = chain.play_money(alice.address)
        assert outcome(chain, tx_hash).status is TxStatus.SENT
        assert chain.head().height == before + 1
        chain.set_clock(ClockMode.INSTANT)
        assert outcome(chain, tx_hash).height == before + 2

    def test_a_second_writer_is_told_who_has_it(self, chain: LocalBackend, folder: Path) -> None:
        chain.head()
        with pytest.raises(ChainBusy) as busy:
            LocalChain(folder)
        assert busy.value.folder == folder
        assert busy.value.pid is not None

    def test_a_reader_beside_it_reads_the_same(self, chain: LocalBackend, folder: Path, alice: ChainUser) -> None:
        funded(chain, alice)
        chain.show_machine(HARDWARE)
        describe(chain, alice)
        chain.jump(2 * 14_400)
        reader = LocalReader(folder)
        try:
            assert_reads_alike(chain, reader, alice.address)
            tx_hash = alice.send(chain, transfer(bytes(32), 9))
            chain.jump(700)
            assert reader.receipt(tx_hash) == chain.receipt(tx_hash)
            assert_reads_alike(chain, reader, alice.address)
        finally:
            reader.close()

    def test_the_past_can_be_searched(self, chain: LocalBackend, alice: ChainUser, bob: ChainUser) -> None:
        funded(chain, alice)
        sent = done(chain, alice, transfer(bob.address.raw, 25 * DBC))
        refused = alice.send(chain, transfer(bob.address.raw, 2_000_000 * DBC))
        chain.jump(1)
        page = chain.extrinsics(ExtrinsicQuery(signer=alice.address), 10)
        assert [(row.height, row.hash) for row in page.rows] == [(28_903, refused), (28_902, sent.tx_hash)]
        assert (page.total, page.older) == (2, None)
        assert page.rows[1].arguments[1].value == 25 * DBC
        assert page.rows[1].events == sent.events
        (first,) = chain.extrinsics(ExtrinsicQuery(), 1).rows
        assert first == page.rows[0]
        mark = chain.extrinsics(ExtrinsicQuery(), 1).older
        assert chain.extrinsics(ExtrinsicQuery(), 1, mark).rows == page.rows[1:]
        assert chain.extrinsics(ExtrinsicQuery(pallet="Balances", succeeded=False), 10).rows == page.rows[:1]
        detail = chain.extrinsic(sent.tx_hash)
        assert detail is not None
        assert (detail.row, detail.nonce, detail.length) == (page.rows[1], 0, 149)
        assert chain.extrinsic_at(28_902, 0) == detail
        assert chain.extrinsic(bytes(32)) is None
        events = chain.event_log(EventQuery(name="Transfer", subject=bob.address.raw), 10)
        assert [(event.height, event.extrinsic, event.fields["amount"]) for event in events.rows] == [
            (28_902, 0, 25 * DBC)
        ]
        newest = chain.event_log(EventQuery(), 2)
        assert [event.name for event in newest.rows] == ["ExtrinsicFailed", "TransactionFeePaid"]
        assert chain.event_log(EventQuery(), 1, newest.older).rows[0].name == "ExtrinsicSuccess"

    def test_the_history_of_an_account_adds_up_to_what_it_has(
        self, chain: LocalBackend, alice: ChainUser, bob: ChainUser
    ) -> None:
        """Bond, come online, earn, rent and claim: the movements are the balance, to the unit."""
        funded(chain, alice)
        funded(chain, bob)
        chain.show_machine(HARDWARE)
        describe(chain, alice)
        chain.jump(4_870)
        done(chain, bob, transfer(alice.address.raw, 7 * DBC))
        order = done(chain, bob, Call("RentMachine", "rent_machine", (MACHINE, 2, 14_400)))
        rent_id = next(event.fields["rent_id"] for event in order.events if event.name == "Rent")
        done(chain, bob, Call("RentMachine", "confirm_rent", (rent_id,)))
        done(chain, bob, Call("RentMachine", "rent_machine", (MACHINE, 1, 600)))  # this one lapses
        chain.jump(2 * 14_400)
        done(chain, alice, Call("OnlineProfile", "claim_rewards"))
        for user in (alice, bob):
            rows, mark = [], None
            while True:
                page = chain.history(user.address, mark, 3)
                assert len(page.rows) <= 3
                rows += page.rows
                if (mark := page.older) is None:
                    break
            assert page.known_from == 0
            assert [row.height for row in rows] == sorted((row.height for row in rows), reverse=True)
            assert tuple(rows) == chain.history(user.address, None, 1_000).rows
            state = chain.account(user.address)
            signs = {Flow.IN: 1, Flow.OUT: -1, Flow.HELD: -1, Flow.FREED: 1, Flow.TAKEN: 0}
            held = {Flow.IN: 0, Flow.OUT: 0, Flow.HELD: 1, Flow.FREED: -1, Flow.TAKEN: -1}
            assert sum(signs[row.flow] * row.amount.units for row in rows) == state.free.units
            assert sum(held[row.flow] * row.amount.units for row in rows) == state.reserved.units
        kinds = {row.kind for row in chain.history(alice.address, None, 100).rows}
        assert kinds == {HistoryKind.TRANSFER, HistoryKind.STAKE, HistoryKind.FEE, HistoryKind.REWARD}
        bobs = chain.history(bob.address, None, 100, frozenset({HistoryKind.RENT, HistoryKind.TRANSFER})).rows
        assert [(row.kind, row.flow, row.other) for row in bobs] == [
            (HistoryKind.RENT, Flow.HELD, None),
            (HistoryKind.RENT, Flow.TAKEN, None),
            (HistoryKind.RENT, Flow.HELD, None),
            (HistoryKind.TRANSFER, Flow.OUT, alice.address),
            (HistoryKind.TRANSFER, Flow.IN, bobs[-1].other),
        ]
        assert {row.subject for row in bobs[1:]} == {str(rent_id), ""}
        assert bobs[3].amount == Balance(7 * DBC)
        assert chain.history(ChainUser("//Nobody").address, None, 10).rows == ()

    def test_time_forks_and_the_branches_are_compared(
        self, chain: LocalBackend, tmp_path: Path, alice: ChainUser, bob: ChainUser
    ) -> None:
        funded(chain, alice)
        kept = chain.take_snapshot("fork")
        made = chain.make_branch("other")
        assert (kept.height, made.height, made.forked_at) == (28_901, 28_901, 28_901)
        done(chain, alice, transfer(bob.address.raw, 25 * DBC))
        chain.show_machine(HARDWARE)
        describe(chain, alice)
        chain.jump(14_400 * 3)
        assert chain.use_branch("other").height == 28_901
        assert chain.account(bob.address).free == ZERO
        chain.set_residents(ResidentSettings(is_paused=True))
        assert chain.resident_settings().is_paused
        chain.jump(14_400 * 3)
        found = chain.compare("main")
        assert (found.here.name, found.there.name, found.forked_at) == ("other", "main", 28_901)
        assert bob.address in [one.address for one in found.accounts]
        assert found.there.totals.burned > found.here.totals.burned
        # All machines together earn nearly the same: what Alice's earns on one branch the others lack there.
        assert [one.era for one in found.eras] == [4, 5]  # by less than a thousandth of a DBC
        machines = {one.machine_id: one for one in found.machines}
        assert machines[MACHINE].status_here is None
        assert machines[MACHINE].earned_there > machines[MACHINE].earned_here == ZERO
        assert {one.earned_here > one.earned_there for key, one in machines.items() if key != MACHINE} == {True}
        eras = chain.compare("main", alice.address).eras
        assert [(one.era, one.here) for one in eras] == [(4, ZERO), (5, ZERO)]
        assert sum(one.there.units for one in eras if one.there) == machines[MACHINE].earned_there.units
        assert [one.name for one in chain.branches() if one.is_active] == ["other"]
        assert chain.use_branch("main").height == 28_907 + 14_400 * 3
        assert chain.revert("fork").height == 28_901
        assert chain.account(bob.address).free == ZERO
        head = chain.export(tmp_path / "file.dbcchain")
        assert head.height == 28_901
        again = chain.import_branch(tmp_path / "file.dbcchain", "again")
        assert again.height == 28_901
        assert chain.make_branch("earlier", 20_000).height == 20_000
        assert chain.reorganise(1).height == 28_900
        chain.drop_branch("again")
        assert [one.name for one in chain.branches()] == ["main", "earlier", "other"]
        with pytest.raises(InvalidInput):
            chain.use_branch("again")
        assert chain.replay() == chain.head()

    def test_faults_are_made_on_purpose(self, chain: LocalBackend, alice: ChainUser) -> None:
        chain.set_fault(Fault.LOST_CONNECTION)
        with pytest.raises(ChainUnreachable):
            chain.head()
        assert chain.fault() is Fault.LOST_CONNECTION
        chain.set_fault(Fault.STALLED_FINALITY)
        chain.jump(3)
        assert (chain.head().height, chain.head().finalised) == (28_903, 28_900)
        chain.set_fault(None)
        assert chain.head().finalised == 28_903

    def test_closed_it_stands_still_and_goes_on_where_it_was(
        self, chain: LocalBackend, folder: Path, alice: ChainUser
    ) -> None:
        funded(chain, alice)
        chain.jump(1_234)
        before = chain.head(), chain.account(alice.address), chain.identity()
        chain.close()
        again = LocalChain(folder, is_running=False)
        try:
            assert (again.head(), again.account(alice.address), again.identity()) == before
        finally:
            again.close()


def assert_reads_alike(chain: LocalBackend, reader: LocalReader, who: Address) -> None:
    """Every answer of the port that a reader has too."""
    assert reader.identity() == chain.identity()
    assert reader.head() == chain.head()
    assert reader.account(who) == chain.account(who)
    assert reader.controller_of(who) == chain.controller_of(who)
    assert reader.stash_of(who) == chain.stash_of(who)
    assert reader.stash(who) == chain.stash(who)
    assert reader.server_rooms(who) == chain.server_rooms(who)
    assert reader.machines_of(who) == chain.machines_of(who) != ()
    assert reader.rewards(who, 0, 99) == chain.rewards(who, 0, 99)
    assert reader.release_schedule(who) == chain.release_schedule(who)
    assert reader.network() == chain.network()
    assert reader.census() == chain.census()
    assert reader.election() == chain.election()
    assert reader.support_of(who) == chain.support_of(who)
    assert reader.supply() == chain.supply()
    assert reader.deadlines(who) == chain.deadlines(who) != ()
    assert reader.market().machine_id == chain.market().machine_id
    assert reader.blocks(2**32, 20) == chain.blocks(2**32, 20) != ()
    for block in chain.blocks(2**32, 5):
        assert reader.events(block.height) == chain.events(block.height)
    for rent_id in range(6):
        assert reader.rent_order(rent_id) == chain.rent_order(rent_id)
    order = chain.rent_order(0)
    assert order is not None
    assert reader.rent_orders(order.renter) == chain.rent_orders(order.renter) != ()
    assert reader.orders_on(order.machine_id) == chain.orders_on(order.machine_id)
    assert reader.machine(order.machine_id) == chain.machine(order.machine_id)
    quote = reader.rent_quote(order.machine_id, 1, 300)
    assert quote == chain.rent_quote(order.machine_id, 1, 300)
    page = reader.extrinsics(ExtrinsicQuery(), 20)
    assert page == chain.extrinsics(ExtrinsicQuery(), 20)
    assert reader.extrinsic(page.rows[0].hash) == chain.extrinsic_at(page.rows[0].height, page.rows[0].position)
    assert reader.event_log(EventQuery(subject=who.raw), 50) == chain.event_log(EventQuery(subject=who.raw), 50)
    reads = {Capability.EXPLORER, Capability.EXPLAIN, Capability.SIMULATE, Capability.SUPER_NODES, Capability.DISPUTES}
    assert reader.capabilities() == reads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "chain"


class TestLocalChain(LocalSuite):
    """In this process."""

    @pytest.fixture
    def chain(self, folder: Path) -> Iterator[LocalBackend]:
        made = LocalChain(folder, is_running=False)
        yield made
        made.close()


class TestHostedChain(LocalSuite):
    """Through the engine process."""

    @pytest.fixture
    def chain(self, folder: Path) -> Iterator[LocalBackend]:
        made = HostedChain(folder, is_running=False)
        yield made
        made.close()


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new chain by the network's rules, to copy: each test through a node begins where it begins."""
    made = tmp_path_factory.mktemp("populated") / "chain"
    LocalChain(made, is_running=False, profile="mainnet-411").close()
    return made


class TestSubstrateChain(BackendSuite):
    """Through a node, over JSON-RPC."""

    described = MachineStatus.COMMITTEE_VERIFYING
    keeps_the_past = False

    @pytest.fixture
    def chain(self, folder: Path, populated: Path) -> Iterator[LocalBackend]:
        shutil.copytree(populated, folder, ignore=shutil.ignore_patterns("*.lock"))
        made = ChainThroughNode(folder)
        yield made  # type: ignore[misc]
        made.close()

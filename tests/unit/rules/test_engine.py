"""The engine itself: errors change nothing, jumping is stepping, rows come back, coins are conserved (design 3)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.rules import balances, catalogue, dispatch, online_committee, reward_queue, technical_committee
from dbc_desktop.rules.engine import Engine, SignedCall
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import MACHINES, STASH_STAKE, stash_rewards, sys_info
from dbc_desktop.rules.profile import PROFILES
from dbc_desktop.rules.work import AGENDA

DBC = 10**15
FEE = 150_113_648_000


def copy(chain, other):
    """Another driver that goes on from the rows of `chain`."""
    engine = chain.engine
    other.engine = Engine.from_rows(engine.profile.name, engine.height, engine.digest, engine.rows())
    other.history = list(chain.history)
    return other


def test_every_call_of_the_catalogue_is_done_by_someone() -> None:
    names = {name for name, spec in catalogue.BY_NAME.items() if not spec.root and name != ("Sudo", "sudo")}
    assert set(dispatch.SIGNED) == names - set(technical_committee.MOTIONS)
    assert set(dispatch.ROOT) == {name for name, spec in catalogue.BY_NAME.items() if spec.root}


def test_error_changes_nothing_but_fee_and_nonce(chain) -> None:
    before = {(name, key): value for name, key, value in chain.engine.rows()}
    signed = chain.signed(chain.stash, "Balances", "transfer_keep_alive", chain.renter, 10_000_001 * DBC)
    chain.goto(1)
    outcome = chain.apply(2, [signed])
    assert outcome.outcomes[0].error == ("Balances", "InsufficientBalance")
    assert outcome.outcomes[0].fee == FEE
    changed = {key for key in outcome.changes if key[0] != "OnlineProfile.CurrentEra"}
    profile = chain.engine.profile
    author = profile.fee.shares(FEE)[1][0]
    assert changed == {("System.Account", who) for who in (chain.stash, profile.treasury, author)}
    held = balances.holdings(chain.engine.state, chain.stash)
    assert (held.free, held.reserved, held.nonce) == (10_000_000 * DBC - FEE, 0, 1)
    assert balances.holdings(chain.engine.state, chain.renter).free == 20_000_000 * DBC
    assert [event.name for event in outcome.events] == ["TransactionFeePaid", "ExtrinsicFailed"]
    assert before["System.Account", chain.stash] == b"[10000000000000000000000,0,0]"


def test_fee_goes_to_treasury_and_author(chain) -> None:
    chain.do(chain.stash, "Balances", "transfer_keep_alive", chain.renter, 1)
    (treasury, most), (author, rest) = chain.engine.profile.fee.shares(FEE)
    assert (most, rest) == (120_090_918_400, 30_022_729_600)
    assert (chain.free(treasury), chain.free(author)) == (most, rest)


def test_check_names_what_is_wrong_with_a_transaction(chain) -> None:
    call = Call("Balances", "transfer_keep_alive", (chain.renter, 1))
    chain.engine.check(SignedCall(chain.stash, call, 0, 150))
    for signed, reason in (
        (SignedCall(chain.stash, call, 1, 150), "future"),
        (SignedCall(b"x" * 32, call, 0, 150), "payment"),
        (SignedCall(chain.stash, call, 0, 150, -1), "payment"),
    ):
        with pytest.raises(InvalidTransaction) as refused:
            chain.engine.check(signed)
        assert refused.value.reason == reason
    chain.do(chain.stash, "Balances", "transfer_keep_alive", chain.renter, 1)
    with pytest.raises(InvalidTransaction) as refused:
        chain.engine.check(SignedCall(chain.stash, call, 0, 150))
    assert refused.value.reason == "stale"


def test_invalid_transaction_in_a_block_changes_nothing_at_all(chain) -> None:
    chain.goto(1)
    digest = chain.engine.digest
    call = Call("Balances", "transfer_keep_alive", (chain.renter, 1))
    outcome = chain.apply(2, [SignedCall(chain.stash, call, 5, 150)])
    assert outcome.outcomes[0].error == ("InvalidTransaction", "future")
    assert outcome.outcomes[0].fee == 0
    assert outcome.changes == {}
    assert chain.engine.digest == digest


def test_quiet_block_changes_nothing_and_due_ones_cannot_be_skipped(chain) -> None:
    chain.goto(1)
    digest = chain.engine.digest
    assert chain.apply(7_000, []).changes == {}
    assert chain.engine.digest == digest
    assert chain.engine.next_due() == 14_401
    for height in (14_402, 7_000, 1):
        with pytest.raises(ValueError, match="height"):
            chain.engine.apply(height, bytes(32), [])


def test_jumping_gives_what_stepping_gives(chain, new_chain) -> None:
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 2, 600)
    stepping = copy(chain, new_chain())
    for runner in (chain, stepping):
        runner.do(runner.renter, "RentMachine", "confirm_rent", 0)
        runner.do(runner.renter, "RentMachine", "rent_machine", runner.machine_id, 1, 300)
    target = 2 * 14_400 + 100
    chain.goto(target)
    for height in range(stepping.engine.height + 1, target + 1):
        stepping.apply(height, [])
    assert stepping.engine.digest == chain.engine.digest
    assert list(stepping.engine.rows()) == list(chain.engine.rows())
    assert stepping.history == chain.history
    assert [row.kind for row in chain.history] == ["reward_owner", "rent_order", "rent_order", "reward"]


def test_rows_bring_back_the_same_engine(chain, new_chain) -> None:
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    chain.eras(3)
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    again = copy(chain, new_chain())
    assert again.engine.state.tables == chain.engine.state.tables
    assert again.engine.next_due() == chain.engine.next_due()
    for runner in (chain, again):
        runner.do(runner.stash, "OnlineProfile", "controller_report_online", runner.machine_id)
        runner.eras(4)
    assert again.engine.digest == chain.engine.digest


def test_changes_carry_the_state_from_block_to_block(chain) -> None:
    kept = {(name, key): value for name, key, value in chain.engine.rows()}
    outcomes = []
    record = chain.engine.apply
    chain.engine.apply = lambda *args: outcomes.append(record(*args)) or outcomes[-1]
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 300)
    chain.eras(2)
    for outcome in outcomes:
        for key, value in outcome.changes.items():
            if value is None:
                del kept[key]
            else:
                kept[key] = value
    assert kept == {(name, key): value for name, key, value in chain.engine.rows()}


def test_past_pages_of_the_agenda_are_torn_out(chain) -> None:
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 300)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    assert [height for height, _ in chain.engine.state.items(AGENDA)] == [chain.engine.height - 1 + 300]
    chain.eras(1)
    assert dict(chain.engine.state.items(AGENDA)) == {}


def test_preview_writes_nothing_and_tells_the_consequences(chain) -> None:
    chain.online()
    rows, digest = list(chain.engine.rows()), chain.engine.digest
    rent = Call("RentMachine", "rent_machine", (chain.machine_id, 4, 144_000))
    seen = chain.engine.preview(rent, chain.renter, 150)
    assert [(one.kind, one.facts.get("amount") and one.facts["amount"].units) for one in seen.consequences] == [
        ("rent_reserved", 249_541_666_666_666_666_666),
        ("fixed_fee", 10 * DBC),
        ("confirm_window", None),
    ]
    assert seen.reserved_after.units == 249_541_666_666_666_666_666
    bad = chain.engine.preview(Call("RentMachine", "rent_machine", (chain.machine_id, 4, 290)), chain.renter, 150)
    assert bad.error == ("RentMachine", "OnlyHalfHourAllowed")
    assert bad.consequences[0].facts == {"pallet": "RentMachine", "name": "OnlyHalfHourAllowed"}
    assert (list(chain.engine.rows()), chain.engine.digest) == (rows, digest)


@pytest.mark.parametrize(
    ("prepare", "call", "kinds"),
    [
        ((), ("OnlineProfile", "controller_report_offline"), ["goes_offline", "reward_of_era_lost", "slash_on_return"]),
        (
            ("controller_report_offline",),
            ("OnlineProfile", "controller_report_online"),
            ["goes_online", "slash_on_return"],
        ),
    ],
)
def test_preview_of_going_off_and_on(chain, prepare, call, kinds) -> None:
    chain.online()
    chain.eras(1)
    for name in prepare:
        chain.do(chain.stash, "OnlineProfile", name, chain.machine_id)
    seen = chain.engine.preview(Call(*call, (chain.machine_id,)), chain.stash, 150)
    assert [one.kind for one in seen.consequences] == kinds
    assert seen.consequences[-1].facts["amount"].units == 5_714_285_714_285_714_286


def test_preview_of_claim_and_confirm(chain) -> None:
    chain.online()
    chain.eras(2)
    claim = chain.engine.preview(Call("OnlineProfile", "claim_rewards"), chain.stash, 150)
    assert [(one.kind, one.facts["amount"].units) for one in claim.consequences] == [
        ("reward_minted", 271_232_775_000_000_000_000),
        ("stake_topped_up", 271_232_775_000_000_000_000),
    ]
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    confirm = chain.engine.preview(Call("RentMachine", "confirm_rent", (0,)), chain.renter, 150)
    assert [one.kind for one in confirm.consequences] == ["rent_burned", "lease_starts"]
    assert confirm.consequences[0].facts["amount"].units == 249_541_666_666_666_666_666


ACTS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 20_000)),
    st.tuples(st.just("rent"), st.integers(0, 5), st.sampled_from([300, 600, 14_400, 290])),
    st.tuples(st.just("confirm"), st.integers(0, 3)),
    st.tuples(st.just("relet"), st.integers(0, 3)),
    st.tuples(st.sampled_from(["offline", "online", "claim"])),
    st.tuples(st.sampled_from(["change_hardware", "describe", "vote", "refuse", "appeal", "grant", "exit", "restake"])),
    st.tuples(st.just("extra"), st.integers(0, 10**11)),
    st.tuples(st.just("receiver"), st.booleans()),
    st.tuples(st.just("send"), st.integers(0, 10**23)),
    st.tuples(st.just("price"), st.integers(1, 10**6)),
)


def act(chain, name: str, *args: int) -> None:
    machine = chain.machine_id
    if name == "wait":
        chain.goto(chain.engine.height + args[0])
    elif name == "rent":
        chain.attempt(chain.renter, "RentMachine", "rent_machine", machine, *args)
    elif name == "confirm":
        chain.attempt(chain.renter, "RentMachine", "confirm_rent", *args)
    elif name == "relet":
        chain.attempt(chain.renter, "RentMachine", "relet_machine", args[0], 500)
    elif name == "claim":
        chain.attempt(chain.stash, "OnlineProfile", "claim_rewards")
    elif name == "send":
        chain.attempt(chain.stash, "Balances", "transfer_allow_death", chain.renter, *args)
    elif name == "price":
        inner = Call("DBCPriceOCW", "submit_price_by_root", args)
        chain.attempt(chain.sudo, "Sudo", "sudo", inner)
    elif name in ("offline", "online"):
        chain.attempt(chain.stash, "OnlineProfile", f"controller_report_{name}", machine)
    elif name == "grant":
        chain.grant("OnlineProfile", "cancel_slash", 0)
    elif name == "appeal":
        chain.attempt(chain.stash, "OnlineProfile", "apply_slash_review", 0, b"why")
    elif name == "extra":
        chain.attempt(chain.stash, "OnlineProfile", "set_machine_extra_price", machine, *args)
    elif name == "receiver":
        chain.attempt(chain.stash, "OnlineProfile", "set_rent_receiver", chain.sudo if args[0] else None)
    elif name in ("vote", "refuse"):
        verdict(chain, support=name == "vote")
    elif name == "describe":
        row = chain.engine.state.get(MACHINES, machine)
        if row is not None:
            chain.attempt(chain.stash, "OnlineProfile", "add_machine_info", machine, row.customize)
    else:
        chain.attempt(chain.stash, "OnlineProfile", _CALLS[name], machine)


_CALLS = {
    "change_hardware": "offline_machine_change_hardware_info",
    "exit": "machine_exit",
    "restake": "restake_online_machine",
}


def verdict(chain, *, support: bool) -> None:
    """The members that have an order now find the same, and five GPUs if they find anything."""
    order = chain.engine.state.get(online_committee.ORDERS, chain.machine_id)
    if order is not None and order.status == online_committee.HASHING and not order.hashes:
        chain.booked = order.booked
        chain.vote(*[chain.hardware(gpus=5, support=support)] * 3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=25))
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_play_makes_or_loses_a_coin(profile, acts, new_chain) -> None:
    chain = new_chain(profile=profile)
    chain.online()
    for each in acts:
        act(chain, *each)
        state = chain.engine.state
        assert chain.total() == balances.issuance(state)
        assert all(min(held) >= 0 for _, held in state.items(balances.ACCOUNTS))
        assert (state.get(STASH_STAKE, chain.stash) or 0) == chain.reserved(chain.stash)
        assert sys_info(state).total_stake == chain.reserved(chain.stash)
        if profile.strict:
            continue
        held = stash_rewards(state, chain.stash)
        queue = reward_queue.unpack(state.get(payout.QUEUES, chain.machine_id))
        if profile.payout.counts_locked:
            assert held.earned == held.claimed + held.can_claim + held.locked == queue.earned
        era = (chain.engine.height + 14_399) // 14_400
        for at in (era, era + 1):
            machine = points.machine_at(state, chain.machine_id, at)
            stash = points.stash_at(state, chain.stash, at)
            alone = points.machine_total(chain.engine.profile, machine, stash.gpus)
            assert points.total_at(state, at) == points.stash_total(chain.engine.profile, stash) == alone
    assert list(copy(chain, new_chain()).engine.rows()) == list(chain.engine.rows())

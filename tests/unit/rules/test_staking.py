"""Staking: bonding and its lock, standing and supporting, payouts, slashes that wait (chain-rules 9, 2.2)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.super_node import Payee, PayTo, SuperNodePrefs, Unlocking
from dbc_desktop.rules import balances, views
from dbc_desktop.rules.genesis import FirstNode, FirstSupporter
from dbc_desktop.rules.profile import FOUNDATION, LAUNCH_2021, MAINNET_411, TEAM, TREASURY
from dbc_desktop.rules.staking import slashing
from dbc_desktop.rules.staking.rows import Chunk, LedgerRow, elected_in, ledger_of
from dbc_desktop.rules.state import Overlay
from dbc_desktop.rules.stream_policies import YearlyStream
from dbc_desktop.rules.work import Work

DBC = 10**15
FEE = 150_113_648_000
NODES = tuple(bytes([number]) * 32 for number in range(200, 224))
FRIEND = b"f" * 32
STASH = Payee(PayTo.STASH)
TOO_MUCH = ("Balances", "InsufficientBalance")


def first_nodes(number: int = 24) -> tuple[FirstNode, ...]:
    """Own stakes of 1,000,000 DBC, 990,000 DBC and so on; a commission of a tenth."""
    return tuple(FirstNode(who, (1_000_000 - 10_000 * at) * DBC, 100_000_000) for at, who in enumerate(NODES[:number]))


@pytest.fixture
def nodes(new_chain):
    return new_chain(nodes=first_nodes(), supporters=(FirstSupporter(FRIEND, 500_000 * DBC, (NODES[0],)),))


def at_era(chain, era: int):
    """To the first block of a staking era."""
    chain.goto(era * 14_400 + 1)
    return chain


def seated(chain, era: int) -> set[bytes]:
    return {one.who for one in elected_in(chain.engine.state, era)}


# --- coins in and out -----------------------------------------------------------------------------------------------


def test_what_is_bonded_stays_and_cannot_be_sent(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 9_999_000 * DBC, STASH)
    assert nodes.event("Bonded").fields == {"stash": nodes.stash, "amount": 9_999_000 * DBC}
    assert nodes.attempt(nodes.stash, "Balances", "transfer_keep_alive", nodes.renter, 1_000 * DBC) == TOO_MUCH
    nodes.do(nodes.stash, "Balances", "transfer_keep_alive", nodes.renter, 999 * DBC)
    state = views.account_state(nodes.engine, Address(nodes.stash))
    assert state.frozen == Balance(9_999_000 * DBC)
    assert state.spendable == Balance(DBC - 3 * FEE)


def test_no_more_is_bonded_than_there_is_and_only_once(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 10**30, STASH)
    assert ledger_of(nodes.engine.state, nodes.stash).total == 10_000_000 * DBC - FEE
    assert nodes.attempt(nodes.stash, "Staking", "bond", 1, STASH) == ("InvalidTransaction", "payment")


def test_a_second_bond_is_refused_and_more_is_added(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 100 * DBC, STASH)
    assert nodes.attempt(nodes.stash, "Staking", "bond", DBC, STASH) == ("Staking", "AlreadyBonded")
    nodes.do(nodes.stash, "Staking", "bond_extra", 20 * DBC)
    assert ledger_of(nodes.engine.state, nodes.stash).active == 120 * DBC
    assert nodes.attempt(nodes.renter, "Staking", "bond_extra", DBC) == ("Staking", "NotStash")


def test_unbonded_coins_are_free_after_fourteen_staking_eras(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 100 * DBC, STASH)
    nodes.do(nodes.stash, "Staking", "unbond", 40 * DBC)
    nodes.do(nodes.stash, "Staking", "unbond", 10 * DBC)
    assert ledger_of(nodes.engine.state, nodes.stash) == LedgerRow(100 * DBC, 50 * DBC, (Chunk(50 * DBC, 14),))
    nodes.goto(14 * 14_400 - 1)
    nodes.do(nodes.stash, "Staking", "withdraw_unbonded", 0)
    assert not [event for event in nodes.events if event.name == "Withdrawn"]
    at_era(nodes, 14)
    assert views.support_of(nodes.engine, Address(nodes.stash)).withdrawable == Balance(50 * DBC)
    nodes.do(nodes.stash, "Staking", "withdraw_unbonded", 0)
    assert nodes.event("Withdrawn").fields["amount"] == 50 * DBC
    assert balances.frozen(nodes.engine.state, nodes.stash) == 50 * DBC


def test_what_leaves_may_come_back_the_newest_first(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 100 * DBC, STASH)
    nodes.do(nodes.stash, "Staking", "unbond", 30 * DBC)
    at_era(nodes, 1)
    nodes.do(nodes.stash, "Staking", "unbond", 20 * DBC)
    nodes.do(nodes.stash, "Staking", "rebond", 25 * DBC)
    ledger = ledger_of(nodes.engine.state, nodes.stash)
    assert (ledger.active, ledger.unlocking) == (75 * DBC, (Chunk(25 * DBC, 14),))
    found = views.support_of(nodes.engine, Address(nodes.stash))
    assert found.unlocking == (Unlocking(Balance(25 * DBC), 14, 201_601),)
    nodes.do(nodes.stash, "Staking", "rebond", 10**30)
    assert ledger_of(nodes.engine.state, nodes.stash).active == 100 * DBC
    assert nodes.attempt(nodes.stash, "Staking", "rebond", 1) == ("Staking", "NoUnlockChunk")
    for call in (("unbond", 1), ("chill",), ("set_payee", STASH), ("withdraw_unbonded", 0)):
        assert nodes.attempt(nodes.renter, "Staking", *call) == ("Staking", "NotController")


def test_thirty_two_amounts_may_be_on_their_way_out(nodes) -> None:
    short = dataclasses.replace(nodes.engine.profile, most_unlocking_chunks=2)
    nodes.engine.profile = short
    nodes.do(nodes.stash, "Staking", "bond", 100 * DBC, STASH)
    for era in (0, 1):
        at_era(nodes, era)
        nodes.do(nodes.stash, "Staking", "unbond", DBC)
    at_era(nodes, 2)
    assert nodes.attempt(nodes.stash, "Staking", "unbond", DBC) == ("Staking", "NoMoreChunks")
    at_era(nodes, 14)
    nodes.do(nodes.stash, "Staking", "unbond", DBC)
    assert [chunk.era for chunk in ledger_of(nodes.engine.state, nodes.stash).unlocking] == [15, 28]
    assert LAUNCH_2021.most_unlocking_chunks == 32


# --- standing and supporting ----------------------------------------------------------------------------------------


def test_twenty_one_are_elected_and_ten_more_after_a_quarter(new_chain) -> None:
    chain = new_chain(nodes=first_nodes(24))
    assert seated(chain, 0) == set(NODES[:21])
    at_era(chain, 89)
    assert seated(chain, 89) == set(NODES[:21])
    at_era(chain, 90)
    assert seated(chain, 90) == set(NODES)
    assert views.election(chain.engine).seats == 31


def test_support_puts_a_node_over_the_threshold_at_the_next_election(nodes) -> None:
    assert views.election(nodes.engine).threshold == Balance(800_000 * DBC)
    bond = Call("Staking", "bond", (30_000 * DBC, STASH))
    nominate = Call("Staking", "nominate", ((NODES[22],),))
    nodes.do(nodes.stash, "Utility", "batch_all", (bond, nominate))
    found = views.election(nodes.engine)
    node = next(one for one in found.nodes if one.address.raw == NODES[22])
    assert (node.own, node.support, node.supporters) == (Balance(780_000 * DBC), Balance(30_000 * DBC), 1)
    assert (node.is_elected, node.is_winning, found.threshold) == (False, True, Balance(810_000 * DBC))
    assert (found.era, found.next_height, found.rule) == (0, 14_401, "totals")
    nodes.goto(14_400)
    assert NODES[22] not in seated(nodes, 0)
    nodes.goto(14_401)
    assert seated(nodes, 1) == {*NODES[:20], NODES[22]}
    assert views.support_of(nodes.engine, Address(nodes.stash)).targets == (Address(NODES[22]),)


def test_support_is_shared_equally_among_those_it_names(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 30_001, STASH)
    nodes.do(nodes.stash, "Staking", "nominate", (NODES[1], NODES[2]))
    found = {one.address.raw: one.support.units for one in views.election(nodes.engine).nodes}
    assert (found[NODES[1]], found[NODES[2]]) == (15_001, 15_000)


def test_who_supports_may_not_name_nobody_too_many_or_those_that_take_none(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", DBC, STASH)
    assert nodes.attempt(nodes.stash, "Staking", "nominate", ()) == ("Staking", "EmptyTargets")
    assert nodes.attempt(nodes.stash, "Staking", "nominate", NODES[:17]) == ("Staking", "TooManyTargets")
    assert nodes.attempt(nodes.renter, "Staking", "nominate", NODES[:1]) == ("Staking", "NotController")
    nodes.do(NODES[3], "Staking", "validate", SuperNodePrefs(0, blocked=True))
    assert nodes.attempt(nodes.stash, "Staking", "nominate", NODES[3:4]) == ("Staking", "BadTarget")


def test_who_chills_is_out_of_the_next_election_only(nodes) -> None:
    nodes.do(NODES[0], "Staking", "chill")
    assert NODES[0] in seated(nodes, 0)
    at_era(nodes, 1)
    assert seated(nodes, 1) == set(NODES[1:22])
    nodes.do(NODES[0], "Staking", "validate", SuperNodePrefs(50_000_000))
    at_era(nodes, 2)
    assert seated(nodes, 2) == set(NODES[:21])


def test_root_sets_the_seats_of_the_network_and_the_least_commission(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411, nodes=first_nodes(8))
    assert chain.root("Staking", "set_validator_count", 4) is None
    at_era(chain, 1)
    assert seated(chain, 1) == set(NODES[:4])
    assert chain.root("Staking", "increase_validator_count", 2) is None
    at_era(chain, 2)
    assert len(seated(chain, 2)) == 6
    assert chain.root("Staking", "set_min_commission", 20_000_000) is None
    low = SuperNodePrefs(19_999_999)
    assert chain.attempt(NODES[0], "Staking", "validate", low) == ("Staking", "CommissionTooLow")


def test_an_election_that_changes_nothing_stores_nothing(nodes) -> None:
    at_era(nodes, 1)
    changes = {name for name, _ in nodes.apply(14_402, []).changes}
    before = len(list(nodes.engine.rows()))
    at_era(nodes, 60)
    assert len(list(nodes.engine.rows())) - before == 59
    assert changes == set()


# --- payouts --------------------------------------------------------------------------------------------------------


@pytest.mark.vector
def test_v21_a_hundred_million_a_year_are_273_785_dbc_a_day() -> None:
    stream = YearlyStream()
    assert stream.era_payout(14_401, 86_400_000) == 273_785 * DBC
    assert YearlyStream((1_000_000_000, 0, 0), 0).era_payout(0, 365 * 86_400_000) == 999_315_537
    assert YearlyStream((25_000, 0, 0), 0).era_payout(0, 86_400_000) == 68
    assert YearlyStream((50_000, 0, 0), 0).era_payout(0, 86_400_000) == 137


@pytest.mark.vector
@pytest.mark.parametrize(
    ("height", "dbc"),
    [
        (8_799, 0),
        (8_800, 273_785),
        (8_800 + 15_778_800 - 1, 273_785),
        (8_800 + 15_778_800, 136_892_500),
        (8_800 + 42_076_800 - 1, 136_892_500),
        (8_800 + 42_076_800, 68_446_250),
    ],
)
def test_the_stream_halves_after_three_and_after_eight_years(height: int, dbc: int) -> None:
    whole = dbc * DBC if dbc < 1_000_000 else dbc * DBC // 1_000
    assert YearlyStream().era_payout(height, 86_400_000) == whole


def test_launch_mints_a_hundred_million_for_nodes_and_four_hundred_for_machines_a_year() -> None:
    days = 365 * YearlyStream().era_payout(14_401, 86_400_000)
    machines = 365 * LAUNCH_2021.emission.era_reward(1)
    assert (days, machines) == (99_931_525 * DBC, 399_999_850 * DBC)
    assert LAUNCH_2021.releases.due(240) == ()


def test_a_payout_gives_commission_first_and_the_rest_by_stake(nodes) -> None:
    at_era(nodes, 1)
    assert nodes.event("EraPaid").fields == {"era_index": 0, "validator_payout": 273_785 * DBC, "remainder": 0}
    before = {who: nodes.free(who) for who in (NODES[0], FRIEND)}
    issued = balances.issuance(nodes.engine.state)
    nodes.do(nodes.renter, "Staking", "payout_stakers", NODES[0], 0)
    # It wrote 685 of 14,400 blocks, 47,569,444 parts of 10^9: 13,023,800,225,540,000,000 units of the 273,785 DBC.
    gained = {who: nodes.free(who) - before[who] for who in before}
    assert gained == {NODES[0]: 9_116_660_150_063_719_865, FRIEND: 3_907_140_063_754_859_932}
    assert balances.issuance(nodes.engine.state) - issued == sum(gained.values())
    again = nodes.attempt(nodes.renter, "Staking", "payout_stakers", NODES[0], 0)
    assert again == ("Staking", "AlreadyClaimed")


def test_all_payouts_of_an_era_are_no_more_than_the_era(nodes) -> None:
    at_era(nodes, 1)
    issued = balances.issuance(nodes.engine.state)
    for node in NODES[:21]:
        nodes.do(nodes.renter, "Staking", "payout_stakers", node, 0)
    minted = balances.issuance(nodes.engine.state) - issued
    assert 273_784_990 * DBC // 1_000 < minted <= 273_785 * DBC


def test_payouts_that_cannot_be(nodes) -> None:
    invalid = ("Staking", "InvalidEraToReward")
    assert nodes.attempt(nodes.renter, "Staking", "payout_stakers", NODES[0], 0) == invalid
    at_era(nodes, 1)
    assert nodes.attempt(nodes.renter, "Staking", "payout_stakers", nodes.renter, 0) == ("Staking", "NotStash")
    issued = balances.issuance(nodes.engine.state)
    nodes.do(nodes.renter, "Staking", "payout_stakers", NODES[23], 0)
    assert balances.issuance(nodes.engine.state) == issued
    at_era(nodes, 85)
    assert nodes.attempt(nodes.renter, "Staking", "payout_stakers", NODES[0], 0) == invalid
    nodes.do(nodes.renter, "Staking", "payout_stakers", NODES[0], 1)


@pytest.mark.parametrize(
    ("payee", "free", "bonded"),
    [
        (Payee(PayTo.STAKED), 3_907_140_063_754_859_932, 3_907_140_063_754_859_932),
        (Payee(PayTo.CONTROLLER), 3_907_140_063_754_859_932, 0),
        (Payee(PayTo.ACCOUNT, b"q" * 32), 0, 0),
        (Payee(PayTo.NOWHERE), 0, 0),
    ],
)
def test_a_reward_goes_where_its_owner_says(nodes, payee: Payee, free: int, bonded: int) -> None:
    nodes.do(FRIEND, "Staking", "set_payee", payee)
    at_era(nodes, 1)
    before = nodes.free(FRIEND)
    nodes.do(nodes.renter, "Staking", "payout_stakers", NODES[0], 0)
    assert nodes.free(FRIEND) - before == free
    assert ledger_of(nodes.engine.state, FRIEND).active == 500_000 * DBC + bonded
    assert nodes.free(b"q" * 32) == (3_907_140_063_754_859_932 if payee.pay_to is PayTo.ACCOUNT else 0)


def test_root_changes_the_stream(nodes) -> None:
    assert nodes.root("Staking", "set_phase0_reward", 50_000_000 * DBC) is None
    assert views.supply(nodes.engine).node_emission == Balance(136_892_500 * DBC // 1_000)
    assert nodes.root("Staking", "set_reward_start_height", 14_402) is None
    at_era(nodes, 1)
    assert nodes.event("EraPaid").fields["validator_payout"] == 0
    at_era(nodes, 2)
    assert nodes.event("EraPaid").fields["validator_payout"] == 136_892_500 * DBC // 1_000


@pytest.mark.vector
def test_team_foundation_and_treasury_get_their_releases_on_the_network(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411, nodes=first_nodes(4))
    at_era(chain, 234)
    assert [chain.free(who) for who in (*TEAM, FOUNDATION)] == [0] * 5
    treasury = chain.free(TREASURY)
    at_era(chain, 235)
    assert chain.free(TREASURY) - treasury == 4_250_000 * DBC
    at_era(chain, 240)
    millions = [chain.free(who) // (1_000_000 * DBC) for who in (*TEAM, FOUNDATION)]
    assert millions == [48, 24, 16, 12, 49]
    due = {era for era in range(6_000) if MAINNET_411.releases.due(era)}
    assert sum(amount for era in due for who, amount in MAINNET_411.releases.due(era)) == 1_500_000_000 * DBC
    assert (min(due), 240 + 2 * 365 in due, 235 + 143 * 30 in due, max(due)) == (235, True, True, 235 + 143 * 30)


# --- slashes --------------------------------------------------------------------------------------------------------


def offend(chain, who: bytes, fraction: int, era: int) -> None:
    layer = Overlay(chain.engine.state)
    slashing.report_offence(Work(chain.engine.profile, chain.engine.height, b"", layer), who, fraction, era)
    layer.settle()


def test_a_slash_waits_thirteen_eras_and_goes_to_the_treasury(nodes) -> None:
    at_era(nodes, 1)
    offend(nodes, NODES[0], 100_000_000, 1)
    at_era(nodes, 2)
    assert NODES[0] not in seated(nodes, 2)
    at_era(nodes, 14)
    node, friend, treasury = nodes.free(NODES[0]), nodes.free(FRIEND), nodes.free(TREASURY)
    at_era(nodes, 15)
    assert node - nodes.free(NODES[0]) == 100_000 * DBC
    assert friend - nodes.free(FRIEND) == 50_000 * DBC
    assert nodes.free(TREASURY) - treasury == 150_000 * DBC
    assert ledger_of(nodes.engine.state, FRIEND).active == 450_000 * DBC
    assert balances.frozen(nodes.engine.state, FRIEND) == 450_000 * DBC


def test_unbonding_does_not_flee_a_slash(nodes) -> None:
    at_era(nodes, 1)
    nodes.do(FRIEND, "Staking", "unbond", 300_000 * DBC)
    offend(nodes, NODES[0], 100_000_000, 1)
    at_era(nodes, 15)
    ledger = ledger_of(nodes.engine.state, FRIEND)
    assert (ledger.active, ledger.unlocking) == (180_000 * DBC, (Chunk(270_000 * DBC, 15),))


def test_only_the_harder_part_of_a_second_offence_in_an_era_counts(nodes) -> None:
    at_era(nodes, 1)
    for fraction in (50_000_000, 20_000_000, 100_000_000):
        offend(nodes, NODES[0], fraction, 1)
    before = nodes.free(NODES[0])
    at_era(nodes, 15)
    assert before - nodes.free(NODES[0]) == 100_000 * DBC


def test_root_cancels_a_slash_that_waits(nodes) -> None:
    at_era(nodes, 1)
    offend(nodes, NODES[0], 100_000_000, 1)
    offend(nodes, NODES[1], 100_000_000, 1)
    for indices, name in (((), "EmptyTargets"), ((1, 0), "NotSortedAndUnique"), ((0, 2), "InvalidSlashIndex")):
        assert nodes.root("Staking", "cancel_deferred_slash", 15, indices) == ("Staking", name)
    assert nodes.root("Staking", "cancel_deferred_slash", 15, (0,)) is None
    before = {who: nodes.free(who) for who in NODES[:2]}
    at_era(nodes, 15)
    assert [before[who] - nodes.free(who) for who in NODES[:2]] == [0, 99_000 * DBC]


@pytest.mark.parametrize(
    ("ledger", "amount", "first_liable", "after"),
    [
        (LedgerRow(100, 100), 30, 20, LedgerRow(70, 70)),
        (LedgerRow(100, 40, (Chunk(30, 5), Chunk(30, 9))), 60, 20, LedgerRow(40, 0, (Chunk(30, 5), Chunk(10, 9)))),
        (LedgerRow(100, 40, (Chunk(30, 5), Chunk(30, 25))), 35, 20, LedgerRow(65, 20, (Chunk(30, 5), Chunk(15, 25)))),
        (LedgerRow(100, 40, (Chunk(60, 25),)), 300, 20, LedgerRow(0, 0)),
        (LedgerRow(101, 50, (Chunk(51, 25),)), 10, 20, LedgerRow(91, 45, (Chunk(46, 25),))),
    ],
)
def test_what_a_ledger_loses(ledger: LedgerRow, amount: int, first_liable: int, after: LedgerRow) -> None:
    assert slashing.slashed(ledger, amount, first_liable) == after


def test_coins_are_conserved_while_people_come_and_go(nodes) -> None:
    nodes.do(nodes.stash, "Staking", "bond", 1_000_000 * DBC, Payee(PayTo.STAKED))
    nodes.do(nodes.stash, "Staking", "nominate", (NODES[22], NODES[3]))
    for era in range(1, 20):
        at_era(nodes, era)
        nodes.do(nodes.renter, "Staking", "payout_stakers", NODES[3], era - 1)
        if era == 5:
            offend(nodes, NODES[3], 30_000_000, 5)
        if era in (4, 8):
            nodes.do(nodes.stash, "Staking", "unbond", 100_000 * DBC)
        assert nodes.total() == balances.issuance(nodes.engine.state)
    ledger = ledger_of(nodes.engine.state, nodes.stash)
    assert ledger.total == ledger.active + sum(chunk.value for chunk in ledger.unlocking)

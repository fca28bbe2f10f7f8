"""Vectors V-1 to V-35 of the reference on `mainnet-411` (chain-rules 12.1 to 12.3), named by their ids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import committee
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational
from dbc_desktop.rules.online_profile import points, stake
from dbc_desktop.rules.online_profile.points import MachinePoints, StashPoints, machine_total, stash_total
from dbc_desktop.rules.online_profile.rows import MACHINES, stash_rewards
from dbc_desktop.rules.orders import ORDERS, machine_orders
from dbc_desktop.rules.policies import FixedStake, PhasedEmission
from dbc_desktop.rules.price import oracle_price
from dbc_desktop.rules.profile import MAINNET_411, RENT_POT
from dbc_desktop.rules.rent_machine import free_indexes
from dbc_desktop.rules.reward_queue import Owner, Queue
from dbc_desktop.rules.work import era_of

pytestmark = pytest.mark.vector

DBC = 10**15
RENT, PROFILE = "RentMachine", "OnlineProfile"
FEE = 249_541_666_666_666_666_666
TO_STASH = 237_064_583_333_333_333_333
CALL = 150_113_648_000
VECTORS = replace(
    MAINNET_411,
    stake=FixedStake(usd_limit=7_700_000_000),
    emission=PhasedEmission((1_100_000 * DBC, 550_000 * DBC, 275_000 * DBC)),
)
"""The inputs that all vectors share."""
MEMBERS = (b"1" * 32, b"2" * 32, b"3" * 32)


@pytest.fixture
def chain(new_chain):
    made = new_chain(profile=VECTORS)
    made.online()
    return made


def machine(chain):
    return chain.engine.state.get(MACHINES, chain.machine_id)


def order(chain, rent_id: int = 0):
    return chain.engine.state.get(ORDERS, rent_id)


def rent(chain, gpus: int, duration: int) -> None:
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, gpus, duration)


def rent_and_confirm(chain, gpus: int = 4, duration: int = 144_000) -> None:
    rent(chain, gpus, duration)
    chain.do(chain.renter, RENT, "confirm_rent", 0)


def can_claim(chain, member: bytes) -> int:
    return committee.stake_of(chain.engine.state, member).can_claim


def test_v1_fee_of_four_gpus_for_ten_days(chain) -> None:
    rent(chain, 4, 144_000)
    assert order(chain).fee == 249_541_666_666_666_666_666


def test_v2_split_at_five_percent(chain) -> None:
    rent_and_confirm(chain)
    assert chain.free(RENT_POT) == 12_477_083_333_333_333_333
    found = machine(chain)
    assert (found.total_burn_fee, found.total_rent_fee) == (12_477_083_333_333_333_333, 237_064_583_333_333_333_333)


def test_v3_v4_all_rent_becomes_stake_up_to_the_cap(chain) -> None:
    free = chain.free(chain.stash)
    assert chain.reserved(chain.stash) == 40_000 * DBC
    rent_and_confirm(chain)
    assert chain.free(chain.stash) == free
    assert chain.reserved(chain.stash) == 40_000 * DBC + 237_064_583_333_333_333_333
    chain.do(chain.renter, RENT, "relet_machine", 0, 144_000)
    assert machine(chain).total_rent_fee == 474_129_166_666_666_666_666
    assert chain.reserved(chain.stash) == 400_000 * DBC
    assert chain.free(chain.stash) == free + 114_129_166_666_666_666_666


def test_v5_order_and_relet(chain) -> None:
    free = chain.free(chain.renter)
    chain.goto(10)
    rent(chain, 4, 144_000)
    assert chain.engine.height == 11
    chain.goto(30)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    chain.do(chain.renter, RENT, "relet_machine", 0, 144_000)
    assert order(chain).rent_end == 20 * 14_400 + 11
    assert order(chain).gpu_index == (0, 1, 2, 3)
    assert free - chain.free(chain.renter) == 2 * FEE + 10 * DBC + 3 * CALL


def test_v6_v7_seventy_days_are_sixty(chain) -> None:
    chain.goto(10)
    rent_and_confirm(chain, 4, 70 * 14_400)
    assert order(chain).fee == 1_497_250 * DBC
    assert order(chain).rent_end == 11 + 864_000
    chain.goto(20)
    chain.do(chain.renter, RENT, "relet_machine", 0, 14_400)
    assert order(chain).rent_end == 21 + 864_000


def test_v8_290_blocks(chain) -> None:
    call = (chain.renter, RENT, "rent_machine", chain.machine_id, 4, 290)
    assert chain.attempt(*call) == (RENT, "OnlyHalfHourAllowed")


def test_v9_lapse_after_half_an_hour_of_rent(chain) -> None:
    free = chain.free(chain.renter)
    rent(chain, 4, 300)
    assert order(chain).fee == 519_878_416_666_666_666
    chain.goto(chain.engine.height + 150)
    assert free - chain.free(chain.renter) == 10 * DBC + CALL
    assert order(chain) is None


def test_v10_one_of_four(chain) -> None:
    chain.goto(10)
    rent(chain, 1, 144_000)
    assert (order(chain).fee, order(chain).gpu_index) == (62_385_416_666_666_666_666, (0,))
    chain.goto(160)
    assert order(chain) is not None
    chain.goto(161)
    assert order(chain) is None


def test_v11_lowest_free_indexes(chain) -> None:
    assert free_indexes((1,), 2, 4) == (0, 2)
    rent(chain, 1, 300)
    rent(chain, 1, 600)
    chain.do(chain.renter, RENT, "confirm_rent", 1)
    chain.goto(chain.engine.height + 160)
    assert machine_orders(chain.engine.state, chain.machine_id).used_gpu == (1,)
    rent(chain, 2, 300)
    assert order(chain, 2).gpu_index == (0, 2)
    assert machine_orders(chain.engine.state, chain.machine_id).used_gpu == (0, 1, 2)


def test_v12_v13_extra_price(chain) -> None:
    call = (chain.stash, PROFILE, "set_machine_extra_price", chain.machine_id)
    assert chain.attempt(*call, 10_000_000_001) == (PROFILE, "ExtraPriceTooHigh")
    chain.do(*call, 10_000_000_000)
    chain.do(*call, 1_000_000)
    rent(chain, 4, 144_000)
    assert order(chain).fee == 252_875_000_000_000_000_000


@pytest.mark.parametrize(
    ("text", "micro_usd"),
    [
        ("0.00001354211", 13),
        ("0.006354266", 6_354),
        ("0.6354266", 635_426),
        ("100.006354266", 100_006_354),
        ("0.000009954211", None),
    ],
)
def test_v14_price_of_the_oracle(text: str, micro_usd: int | None) -> None:
    assert oracle_price(text) == micro_usd


@pytest.mark.parametrize("text", ["9.954e-6", "1", ".5", "-0.5", "0.123456789012345", "", "0.5 "])
def test_what_is_no_price_is_rejected(text: str) -> None:
    assert oracle_price(text) is None


def test_v16_stake_of_a_machine_that_keeps_hours() -> None:
    assert VECTORS.stake.time_slot_stake() == 20_000 * DBC


def test_v15_first_stake(chain) -> None:
    assert stake.first_stake(VECTORS, chain.engine.state) == 10_000 * DBC


@pytest.mark.parametrize(
    ("price", "cap"), [(500, 100_000), (1_000, 100_000), (3_000, 100_000), (5_000, 60_000), (12_000, 25_000)]
)
def test_v17_cap_of_300_dollars(price: int, cap: int) -> None:
    assert MAINNET_411.stake.cap(price, 7_000) == cap * DBC


def test_v18_second_machine_is_fulfilled(new_chain) -> None:
    chain = new_chain(profile=VECTORS, stash_dbc=52_041)
    chain.online()
    chain.use("//Alice")
    chain.bond()
    chain.describe()
    assert chain.free(chain.stash) // DBC == 2_000
    free = chain.free(chain.stash)
    chain.vote(*[chain.hardware()] * 3)
    assert machine(chain).status is MachineStatus.WAITING_FULFILL
    assert machine(chain).init_stake_per_gpu == 10_000 * DBC
    assert chain.reserved(chain.stash) == 50_000 * DBC
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", chain.stash, 30_000 * DBC)
    chain.do(chain.stash, PROFILE, "fulfill_machine", chain.machine_id)
    assert machine(chain).status is MachineStatus.ONLINE
    assert chain.reserved(chain.stash) == 80_000 * DBC
    assert chain.free(chain.stash) == free - CALL


def test_v19_restake(chain) -> None:
    call = (PROFILE, "restake_online_machine", chain.machine_id)
    assert chain.attempt(chain.stash, *call) == (PROFILE, "TooFastToReStake")
    chain.goto((365 + 100) * 14_400)
    chain.do(chain.stash, *call)
    assert machine(chain).stake_amount == chain.reserved(chain.stash) == 40_000 * DBC
    chain.plant_stake(440_000 * DBC)
    chain.goto((730 + 200) * 14_400)
    free = chain.free(chain.stash)
    chain.do(chain.stash, *call)
    assert chain.free(chain.stash) - free == 40_000 * DBC - CALL
    assert machine(chain).stake_amount == chain.reserved(chain.stash) == 400_000 * DBC
    assert chain.event("MachineRestaked").fields["old_stake"] == 440_000 * DBC


def test_v20_stake_on_the_way_online(new_chain) -> None:
    chain = new_chain(profile=VECTORS)
    free = chain.free(chain.stash)
    chain.bond()
    chain.do(chain.stash, PROFILE, "gen_server_room")
    chain.describe()
    assert chain.reserved(chain.stash) == 10_000 * DBC
    assert free - chain.free(chain.stash) == 30 * DBC + 10_000 * DBC + 5 * CALL
    chain.vote(*[chain.hardware()] * 3)
    assert chain.reserved(chain.stash) == 40_000 * DBC


def test_v22_points_of_a_stash(chain) -> None:
    assert points.total_at(chain.engine.state, 2) == 59_914


def test_v23_points_of_eight_gpus(new_chain) -> None:
    chain = new_chain(profile=VECTORS)
    chain.online(gpus=8, point=119_780)
    assert points.total_at(chain.engine.state, 2) == 119_876


def test_v24_points_of_a_rented_machine(chain) -> None:
    rent_and_confirm(chain)
    assert points.total_at(chain.engine.state, 2) == 77_881
    assert machine_total(VECTORS, MachinePoints(1, 4, 59_890, rented=True), 4) == 77_881


def test_v25_to_v28_first_payouts_and_the_claim(chain) -> None:
    chain.eras(1)
    assert stash_rewards(chain.engine.state, chain.stash).earned == 0
    chain.eras(1)
    held = stash_rewards(chain.engine.state, chain.stash)
    assert (held.earned, held.can_claim) == (1_089_000 * DBC, 272_250 * DBC)
    assert [can_claim(chain, member) for member in chain.booked] == [916_666_665_750_000_000] * 3
    chain.eras(1)
    held = stash_rewards(chain.engine.state, chain.stash)
    assert (held.earned, held.can_claim, held.released[-1]) == (2_178_000 * DBC, 549_945 * DBC, 277_695 * DBC)
    assert [can_claim(chain, member) for member in chain.booked] == [1_851_666_664_815_000_000] * 3
    free = chain.free(chain.stash)
    chain.do(chain.stash, PROFILE, "claim_rewards")
    assert machine(chain).stake_amount == chain.reserved(chain.stash) == 400_000 * DBC
    assert chain.free(chain.stash) == free - 360_000 * DBC + 549_945 * DBC - CALL
    held = stash_rewards(chain.engine.state, chain.stash)
    assert (held.can_claim, held.claimed) == (0, 549_945 * DBC)


def test_v29_one_reward_and_then_nothing() -> None:
    queue, released = Queue(), []
    for era in range(1, 152):
        queue, paid = VECTORS.payout.step(queue, Owner(b"", MEMBERS, 0), era, 1_100_000 * DBC if era == 1 else 0)
        released.append(paid.at_once + paid.from_earlier)
    assert released == [275_000 * DBC] + [5_500 * DBC] * 149 + [0]
    assert sum(released) == 1_094_500 * DBC


def test_v30_the_same_reward_each_day() -> None:
    queue, owner = Queue(), Owner(b"", MEMBERS, 730)
    for era in range(1, 155):
        queue, paid = VECTORS.payout.step(queue, owner, era, 1_100_000 * DBC)
        if era >= 150:
            assert paid.at_once + paid.from_earlier == 1_083_555 * DBC
            assert paid.each_member == 3_648_333_329_685_000_000
    _, paid = VECTORS.payout.step(queue, Owner(b"", MEMBERS, 0), 155, 1_100_000 * DBC)
    assert paid.at_once + paid.from_earlier == 1_094_500 * DBC


def test_v31_two_members_agreed(new_chain) -> None:
    chain = new_chain(profile=VECTORS)
    chain.bond()
    chain.describe()
    chain.vote(chain.hardware(), chain.hardware())
    agreed = machine(chain).reward_committee
    assert len(agreed) == 2
    chain.goto(((chain.engine.height + 14_399) // 14_400 + 1) * 14_400 + 100)
    assert [can_claim(chain, member) for member in agreed] == [1_375 * DBC] * 2


def test_v32_two_stashes() -> None:
    a, b = perbill_rational(77_881, 197_757), perbill_rational(119_876, 197_757)
    assert (a, b) == (393_821_710, 606_178_289)
    pool = MAINNET_411.emission.era_reward(2)
    reward = perbill_mul(a, pool)
    assert (reward, perbill_mul(b, pool)) == (431_585_273_771_900_000_000, 664_304_725_132_210_000_000)
    _, paid = MAINNET_411.payout.step(Queue(), Owner(b"", MEMBERS, 731), 2, reward)
    assert paid.earned == 427_269_421_034_181_000_000
    assert (paid.at_once, paid.from_earlier) == (106_817_355_258_545_250_000, 0)
    assert paid.each_member == 359_654_394_450_262_272
    assert stash_total(MAINNET_411, StashPoints(2, 8, 119_780, 0)) == 119_876


@pytest.mark.parametrize(("era", "earned"), [(700, 1_098_295), (600, 1_092_795)])
def test_v33_earned_near_the_deadline(era: int, earned: int) -> None:
    _, paid = MAINNET_411.payout.step(Queue(), Owner(b"", MEMBERS, 731), era, 1_100_000 * DBC)
    assert paid.earned == earned * DBC


def test_v34_what_a_queue_still_releases() -> None:
    queue, owner = Queue(), Owner(b"", MEMBERS, 0)
    for era in (1, 2, 3):
        queue, _ = MAINNET_411.payout.step(queue, owner, era, 1_000)
    schedule = MAINNET_411.payout.schedule(queue, owner)
    assert sum(schedule.values()) == 2_220
    assert (min(schedule), max(schedule)) == (4, 152)


@pytest.mark.parametrize(("height", "era"), [(1, 1), (14_400, 1), (14_401, 2), (28_801, 3)])
def test_v35_era_of_a_block(height: int, era: int) -> None:
    assert era_of(height) == era

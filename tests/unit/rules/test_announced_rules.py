"""The rules that were announced at launch, one test for each row of the table in chain-rules 13, on `launch-2021`.

Rows about super nodes and arbiters are tried here in short; `test_staking`, `test_elections` and `test_arbiters` hold
every corner of them, `test_machine_check` those of the automatic check.
"""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.domain.dispute import ReportResult
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import balances, committee, online_committee
from dbc_desktop.rules.calendar import moment
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.election_policies import Voter
from dbc_desktop.rules.online_profile import payout, points, stake
from dbc_desktop.rules.online_profile.rows import MACHINES, PENDING_SLASH, stash_rewards
from dbc_desktop.rules.orders import ORDERS
from dbc_desktop.rules.profile import LAUNCH_2021, TREASURY
from dbc_desktop.rules.reward_queue import Owner, Queue
from tests.doubles.reporting import commit, inaccessible, report, reporter_stake, result, reveal, together

DBC = 10**15
PROFILE, RENT = "OnlineProfile", "RentMachine"
PRICE, CHEAPER = 12_000, 6_000
FEE = 249_541_666_666_666_666_666
"""Four GPUs for ten days."""


def machine(chain):
    return chain.engine.state.get(MACHINES, chain.machine_id)


def rented(chain, duration: int = 144_000):
    chain.online()
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, duration)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    return chain


def test_row_1_five_hundred_million_a_year_in_the_first_three_years() -> None:
    of_machines, of_nodes = LAUNCH_2021.emission, LAUNCH_2021.node_stream
    assert 365 * of_machines.era_reward(1) == 399_999_850 * DBC
    assert of_machines.era_reward(1_094) == 1_095_890 * DBC
    assert of_machines.era_reward(1_095) == 547_945 * DBC
    assert of_nodes.era_payout(14_401, 86_400_000) == 273_785 * DBC


def test_row_2_a_gpu_has_at_stake_what_6000_to_20000_yuan_buy(new_chain) -> None:
    chain = new_chain()
    chain.online()
    state = chain.engine.state
    first, cap = stake.first_stake(LAUNCH_2021, state), stake.stake_cap(LAUNCH_2021, state)
    assert (first, cap) == (71_428_571_428_571_428_571, 238_095_238_095_238_095_238)
    assert first * PRICE * 7 // DBC // 10**6 == 5_999  # yuan, cut by a unit
    assert cap * PRICE * 7 // DBC // 10**6 == 19_999
    assert chain.reserved(chain.stash) == 4 * first
    for _ in range(64):
        assert chain.root("DBCPriceOCW", "submit_price_by_root", CHEAPER) is None
    assert stake.first_stake(LAUNCH_2021, chain.engine.state) == 142_857_142_857_142_857_142
    chain.eras(12)
    chain.do(chain.stash, PROFILE, "claim_rewards")
    assert machine(chain).stake_amount == 4 * 476_190_476_190_476_190_476


def test_row_3_a_quarter_at_once_and_the_rest_in_150_equal_daily_parts() -> None:
    owner = Owner(b"s" * 32, (b"1" * 32, b"2" * 32, b"3" * 32), 730)
    for reward in (1_000_000 * DBC, 1_234_567_890_123_456_789, 7):
        queue, owned, members, parts = Queue(), 0, 0, []
        for era in range(1, 153):
            queue, paid = LAUNCH_2021.payout.step(queue, owner, era, reward if era == 1 else 0)
            owned += paid.at_once + paid.from_earlier
            members += 3 * paid.each_member
            parts.append(paid.at_once + paid.from_earlier + 3 * paid.each_member)
        assert owned + members == reward  # no unit is lost
        assert parts[151] == 0
    queue, first = LAUNCH_2021.payout.step(Queue(), Owner(b"", (), 0), 1, 1_000 * DBC)
    later = []
    for era in range(2, 152):
        queue, paid = LAUNCH_2021.payout.step(queue, Owner(b"", (), 0), era, 0)
        later.append(paid.from_earlier)
    assert (first.at_once, later) == (250 * DBC, [5 * DBC] * 150)


def test_row_4_all_of_the_rent_is_burned(new_chain) -> None:
    chain = new_chain()
    chain.online()
    stash = chain.free(chain.stash)
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 144_000)
    before = balances.issuance(chain.engine.state)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert before - balances.issuance(chain.engine.state) == FEE
    assert (machine(chain).total_burn_fee, machine(chain).total_rent_fee) == (FEE, 0)
    assert chain.free(chain.stash) == stash


def test_row_5_burning_stops_when_exactly_a_hundred_million_are_left(new_chain) -> None:
    chain = new_chain(sudo_dbc=70_200_000)
    chain.online()
    spare = balances.issuance(chain.engine.state) - 100_000_000 * DBC
    assert FEE < spare < 2 * FEE
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert machine(chain).total_rent_fee == 0
    chain.goto(chain.engine.state.get(ORDERS, 0).rent_end)
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, RENT, "confirm_rent", 1)
    assert balances.issuance(chain.engine.state) == 100_000_000 * DBC
    assert machine(chain).total_rent_fee == 2 * FEE - spare
    stake_before = machine(chain).stake_amount
    chain.do(chain.renter, RENT, "relet_machine", 1, 14_400)
    assert balances.issuance(chain.engine.state) == 100_000_000 * DBC
    assert machine(chain).stake_amount - stake_before == 24_954_166_666_666_666_666


def test_row_6_a_rented_machine_earns_three_tenths_more(new_chain) -> None:
    chain = new_chain()
    chain.online()
    assert points.total_at(chain.engine.state, 2) == 59_914
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 1, 144_000)
    assert points.total_at(chain.engine.state, 2) == 59_914  # not before it is confirmed
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert points.total_at(chain.engine.state, 2) == 77_881 == 59_914 + 17_967


def test_row_7_more_machines_share_the_same_pool_and_a_larger_stash_has_a_little_more(new_chain) -> None:
    chain = new_chain()
    chain.online()
    alone = payout.reward_of(LAUNCH_2021, chain.engine.state, chain.machine_id, chain.stash, 2)
    first = chain.machine_id
    chain.use("//Alice")
    chain.online()
    shared = payout.reward_of(LAUNCH_2021, chain.engine.state, first, chain.stash, 2)
    assert (alone, shared) == (1_095_890 * DBC, 547_945 * DBC)
    bonuses = [points.inflation(LAUNCH_2021, gpus) for gpus in (1, 8, 1_000, 5_000)]
    assert bonuses == [100_000, 800_000, 100_000_000, 100_000_000]


def test_row_8_a_program_checks_first_and_then_members_grab_the_order(new_chain) -> None:
    chain = new_chain()
    chain.bond()
    chain.do(chain.stash, PROFILE, "gen_server_room")
    assert chain.report(gpu_num=8) == ("MachineCheck", "ReportDiffers")
    assert chain.report() is None
    chain.do(chain.stash, PROFILE, "add_machine_info", chain.machine_id, chain.description())
    for member in chain.committee[1:4]:
        chain.do(member, "MachineCheck", "grab_order", chain.machine_id)
    order = chain.engine.state.get(online_committee.ORDERS, chain.machine_id)
    assert order.booked == chain.committee[1:4]
    infos = [dataclasses.replace(chain.hardware(), rand_str=f"word {number}") for number in range(3)]
    for member, info in zip(order.booked, infos, strict=True):
        chain.do(member, "OnlineCommittee", "submit_confirm_hash", chain.machine_id, hardware_hash(info))
    for member, info in zip(order.booked, infos, strict=True):
        chain.do(member, "OnlineCommittee", "submit_confirm_raw", info)
    assert machine(chain).status is MachineStatus.ONLINE


def test_row_9_who_cheats_is_judged_by_arbiters_that_are_drawn(new_chain) -> None:
    chain = rented(new_chain())
    assert together(chain, (chain.renter, "report_machine_fault", inaccessible(chain))) == [None]
    drawn = tuple(order.member for order in report(chain).orders)
    assert len(set(drawn)) == 3
    assert set(drawn) <= set(chain.committee)


def judged(chain, *votes: bool) -> None:
    drawn = tuple(order.member for order in report(chain).orders)
    assert together(chain, *(commit(one, 0, vote) for one, vote in zip(drawn, votes, strict=True))) == [None] * 3
    assert together(chain, *(reveal(one, 0, vote) for one, vote in zip(drawn, votes, strict=True))) == [None] * 3


def test_row_10_a_false_accusation_costs_the_buyer_the_stake_behind_it(new_chain) -> None:
    chain = rented(new_chain())
    assert together(chain, (chain.renter, "report_machine_fault", inaccessible(chain))) == [None]
    assert reporter_stake(chain, chain.renter) == (20_000 * DBC, 1_000 * DBC)
    judged(chain, False, False, False)
    assert result(chain).result is ReportResult.REFUSED
    chain.goto(result(chain).exec_time)
    assert reporter_stake(chain, chain.renter) == (19_000 * DBC, 0)
    assert machine(chain).status is MachineStatus.RENTED


def test_row_11_a_dishonest_supplier_loses_staked_coins(new_chain) -> None:
    chain = rented(new_chain())
    at_stake = machine(chain).stake_amount
    assert together(chain, (chain.renter, "report_machine_fault", inaccessible(chain))) == [None]
    judged(chain, True, True, True)
    assert machine(chain).status is MachineStatus.REPORTER_REPORT_OFFLINE
    chain.goto(chain.engine.height + 20_000)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert slash.amount == at_stake * 8 // 100
    held, treasury = chain.reserved(chain.stash), chain.free(TREASURY)
    chain.goto(slash.exec_time)
    assert held - chain.reserved(chain.stash) == slash.amount
    assert chain.free(TREASURY) > treasury


def test_row_12_twenty_one_super_nodes_and_ten_more_each_quarter() -> None:
    assert [LAUNCH_2021.election.seats(era, 4) for era in (0, 89, 90, 180, 365)] == [21, 21, 31, 41, 61]


def test_row_13_the_highest_totals_of_own_and_supporters_stake_are_elected() -> None:
    own = {b"a": 10, b"b": 30, b"c": 20}
    found = LAUNCH_2021.election.elect(own, [Voter(b"v", 25, (b"a",))], 2)
    assert [(one.who, one.total) for one in found.elected] == [(b"a", 35), (b"b", 30)]
    assert [one.who for one in found.waiting] == [b"c"]


def test_row_14_what_nodes_earn_is_a_fixed_amount_by_the_length_of_the_era() -> None:
    stream = LAUNCH_2021.node_stream
    assert stream.era_payout(14_401, 43_200_000) == 136_892_500_000_000_000_000
    assert stream.era_payout(0, 86_400_000) == 0


def test_row_15_rent_is_paid_in_dbc_and_priced_in_dollars(new_chain) -> None:
    fees = []
    for price in (PRICE, CHEAPER):
        chain = new_chain(price=price)
        chain.online()
        chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 144_000)
        fees.append(chain.engine.state.get(ORDERS, 0).fee)
    assert fees == [FEE, 499_083_333_333_333_333_333]


def test_row_16_the_calendar_of_the_launch_begins_with_june_2021() -> None:
    assert moment(LAUNCH_2021, 0) == (18_779, 0)


def test_row_17_a_day_has_14400_blocks_of_six_seconds(new_chain) -> None:
    assert moment(LAUNCH_2021, 14_400) == (18_780, 0)
    assert moment(LAUNCH_2021, 600).hour == 1
    chain = new_chain()
    chain.online()
    chain.goto(14_402)
    assert stash_rewards(chain.engine.state, chain.stash).earned == 0
    chain.eras(2)
    assert stash_rewards(chain.engine.state, chain.stash).earned > 0


@pytest.mark.parametrize(
    ("name", "args"),
    [("set_machine_extra_price", (1_000_000,)), ("set_weekly_schedule", (0, ())), ("clear_specific_date", (18_779,))],
)
def test_row_18_what_came_later_is_there_too(new_chain, name: str, args: tuple[object, ...]) -> None:
    chain = new_chain()
    chain.online()
    chain.do(chain.stash, PROFILE, name, chain.machine_id, *args)
    chain.do(chain.stash, PROFILE, "set_rent_receiver", b"r" * 32)
    chain.do(chain.stash, "TerminatingRental", "set_controller", chain.stash)


def test_a_member_must_have_20000_dbc_at_stake(new_chain) -> None:
    chain = new_chain()
    assert {committee.stake_of(chain.engine.state, one).staked for one in chain.committee} == {20_000 * DBC}

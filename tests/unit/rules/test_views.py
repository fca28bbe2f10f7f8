"""What pages and commands read out of an engine."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import Deadline
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import views
from dbc_desktop.rules.commit_hash import hardware_hash

DBC = 10**15
FIRST = 71_428_571_428_571_428_571
REWARD = 1_084_931_100_000_000_000_002
AT_ONCE = 271_232_775_000_000_000_000
PART = 5_424_655_500_000_000_000
FEE = 249_541_666_666_666_666_666


def test_account_nobody_ever_saw_is_all_zero(chain) -> None:
    state = views.account_state(chain.engine, Address(b"n" * 32))
    assert (state.free, state.reserved, state.nonce) == (Balance(0), Balance(0), 0)


def test_controller_and_stash_find_each_other(chain) -> None:
    stash, renter = Address(chain.stash), Address(chain.renter)
    assert views.controller_of(chain.engine, stash) is None
    chain.do(chain.stash, "OnlineProfile", "set_controller", renter)
    assert views.controller_of(chain.engine, stash) == renter
    assert views.stash_of(chain.engine, renter) == stash
    assert views.server_rooms(chain.engine, stash) == ()


def test_machine_shows_the_committee_at_work(chain) -> None:
    assert views.machine(chain.engine, chain.machine_id) is None
    chain.bond()
    chain.describe()
    info = chain.hardware("abcdefg1")
    member = chain.booked[1]
    booked = chain.engine.height
    chain.do(member, "OnlineCommittee", "submit_confirm_hash", chain.machine_id, hardware_hash(info))
    seen = views.machine(chain.engine, chain.machine_id)
    assert seen.status is MachineStatus.COMMITTEE_VERIFYING
    assert seen.stake_held == Balance(FIRST)
    assert (seen.stake_needed, seen.stake_cap, seen.day_price_usd, seen.hardware) == (None, None, None, None)
    order = seen.verification
    assert order.booked == tuple(Address(one) for one in chain.booked)
    assert (order.hashed, order.confirmed) == ((Address(member),), ())
    assert (order.book_time, order.hash_until, order.reveal_until) == (booked, booked + 21_600, booked + 28_800)
    window = Deadline("verification", booked + 21_600, chain.machine_id)
    assert window in views.deadlines(chain.engine, Address(chain.stash))


def test_online_machine_and_the_market(chain) -> None:
    assert len(views.market(chain.engine)) == 0
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 1, 300)
    (seen,) = views.machines_of(chain.engine, Address(chain.stash))
    assert seen.status is MachineStatus.RENTED
    assert (seen.stake_needed, seen.stake_held) == (Balance(4 * FIRST), Balance(4 * FIRST))
    assert seen.stake_cap == Balance(4 * 238_095_238_095_238_095_238)
    assert (seen.gpu_num, seen.rented_gpu_num, seen.day_price_usd) == (4, 1, 299_450_000)
    table = views.market(chain.engine)
    assert (table.machine_id, table.gpu_type) == ((chain.machine_id,), ("GeForceRTX3080",))
    assert [int(column[0]) for column in (table.gpu_num, table.free_gpu, table.gpu_mem_gb, table.mem_gb)] == [
        4,
        3,
        10,
        440,
    ]
    assert [
        int(column[0]) for column in (table.data_disk_gb, table.download_mbit, table.price_usd, table.calc_point)
    ] == [
        3_905,
        20,
        74_862_500,
        59_890,
    ]
    assert (float(table.longitude[0]), float(table.latitude[0])) == (131.1548, -0.8)


def test_rewards_add_up_and_the_schedule_is_what_really_comes(chain) -> None:
    chain.online()
    chain.eras(3)
    stash = Address(chain.stash)
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    before = views.stash_overview(chain.engine, stash)
    assert (before.total_earned, before.total_claimed) == (Balance(2 * REWARD), Balance(0))
    assert before.claimable == Balance(2 * AT_ONCE + PART)
    assert before.claimable + before.locked == before.total_earned
    assert before.released_last_era == Balance(AT_ONCE + PART)
    assert before.released_last_7_eras == before.claimable
    assert (before.rule.at_once_permille, before.rule.parts, before.rule.part_permille) == (250, 150, 5)
    schedule = views.release_schedule(chain.engine, stash)
    assert schedule.first_era == 4
    assert [one.units for one in schedule.amounts[:2]] == [2 * PART, 2 * PART]
    assert [one.units for one in schedule.amounts[-3:]] == [2 * PART, 2 * PART + 2, PART + 2]
    assert sum(one.units for one in schedule.amounts) == before.locked.units
    assert len(schedule.amounts) == 150
    claimable = before.claimable.units
    for coming in schedule.amounts:
        chain.eras(1)
        now = views.stash_overview(chain.engine, stash)
        assert now.claimable.units - claimable == coming.units
        assert now.released_last_era == coming
        claimable = now.claimable.units
    assert views.release_schedule(chain.engine, stash).amounts == ()
    rows = views.reward_rows(row for row in chain.history if row.kind == "reward")
    assert [row.era for row in rows] == list(range(153, 1, -1))
    assert (rows[-1].earned, rows[-1].at_once, rows[-1].from_earlier) == (Balance(REWARD), Balance(AT_ONCE), Balance(0))
    assert sum(row.released.units for row in rows) == 2 * REWARD


def test_reward_today_is_of_the_last_paid_era_only(chain) -> None:
    chain.online()
    chain.eras(2)
    assert views.machine(chain.engine, chain.machine_id).reward_today == Balance(REWARD)
    chain.goto(3 * 14_400 + 2)
    assert views.machine(chain.engine, chain.machine_id).reward_today == Balance(REWARD)
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    chain.eras(1)
    seen = views.machine(chain.engine, chain.machine_id)
    assert (seen.reward_today, seen.total_earned) == (Balance(0), Balance(2 * REWARD))


def test_orders_of_a_renter_past_ones_included(chain) -> None:
    chain.online()
    renter = Address(chain.renter)
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 1, 300)
    chain.goto(chain.engine.height + 150)
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 2, 600)
    start = chain.engine.height
    past = [row for row in chain.history if row.kind == "rent_order" and row.subject == chain.renter.hex()]
    newest, oldest = views.rent_orders(chain.engine, renter, past)
    assert (newest.rent_id, newest.status, newest.confirm_until) == (1, RentStatus.WAITING_VERIFYING, start + 150)
    assert (oldest.rent_id, oldest.status, oldest.gpu_index) == (0, RentStatus.LAPSED, (0,))
    assert views.rent_order(chain.engine, 0) is None
    assert views.rent_order(chain.engine, 1) == newest
    assert views.orders_on(chain.engine, chain.machine_id) == (newest,)


def test_quote_is_what_the_order_then_costs(chain) -> None:
    chain.online()
    quote = views.rent_quote(chain.engine, chain.machine_id, 4, 144_000)
    assert (quote.fee_usd, quote.fee, quote.burned) == (2_994_500_000, Balance(FEE), Balance(FEE))
    assert quote.fixed_fee == Balance(10 * DBC)
    with pytest.raises(ChainRejected, match="OnlyHalfHourAllowed"):
        views.rent_quote(chain.engine, chain.machine_id, 4, 299)


def test_network_totals(chain) -> None:
    at_first = views.network_totals(chain.engine)
    assert at_first.issuance == Balance(3_030_000_000 * DBC + 5 * 21_000 * DBC)
    assert at_first.bond_stake == Balance(FIRST)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 3, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    now = views.network_totals(chain.engine)
    assert (now.machine_num, now.gpu_num, now.rented_gpu_num) == (1, 4, 3)
    assert now.total_staked == Balance(4 * FIRST)
    assert now.burned == at_first.issuance - now.issuance == Balance(187_156_250_000_000_000_000)
    assert (now.burn_floor, now.era_reward) == (Balance(100_000_000 * DBC), Balance(1_095_890 * DBC))
    assert now.dbc_price_usd == 12_000


def test_deadlines_come_in_order(chain) -> None:
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 1, 300)
    start = chain.engine.height
    assert views.deadlines(chain.engine, Address(chain.renter)) == (
        Deadline("confirm", start + 150, "0"),
        Deadline("era", 14_401, "2"),
    )
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    assert Deadline("lease_end", start + 300, "0") in views.deadlines(chain.engine, Address(chain.stash))
    chain.eras(1)
    found = views.deadlines(chain.engine, Address(chain.stash))
    assert found == (Deadline("era", 28_801, "3"), Deadline("payout", 28_803, "2"))

"""Rent orders: price, confirm, burn, lapse, relet, end (chain-rules 5, 12.1; design 3.1)."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import balances, views
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.rows import MACHINES, sys_info
from dbc_desktop.rules.orders import ORDERS, machine_orders

DBC = 10**15
RENT = "RentMachine"
FEE = 249_541_666_666_666_666_666


@pytest.fixture
def rentable(chain):
    chain.online()
    return chain


def rent(chain, gpus: int = 4, duration: int = 144_000, who: bytes | None = None) -> int:
    chain.do(who or chain.renter, RENT, "rent_machine", chain.machine_id, gpus, duration)
    return chain.event("Rent").fields["rent_id"]


def status(chain) -> MachineStatus:
    return chain.engine.state.get(MACHINES, chain.machine_id).status


@pytest.mark.vector
def test_v5_order_reserves_the_fee_and_relet_moves_the_end(rentable) -> None:
    chain = rentable
    free = chain.free(chain.renter)
    rent(chain)
    start = chain.engine.height
    assert chain.reserved(chain.renter) == FEE
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    chain.do(chain.renter, RENT, "relet_machine", 0, 144_000)
    order = chain.engine.state.get(ORDERS, 0)
    assert order.rent_end == start + 20 * 14_400
    assert order.gpu_index == (0, 1, 2, 3)
    assert free - chain.free(chain.renter) == 2 * FEE + 10 * DBC + 3 * 150_113_648_000
    assert chain.reserved(chain.renter) == 0


@pytest.mark.vector
def test_v6_v7_seventy_days_are_cut_to_sixty(rentable) -> None:
    chain = rentable
    rent(chain, 4, 70 * 14_400)
    order = chain.engine.state.get(ORDERS, 0)
    assert order.fee == 1_497_250 * DBC
    assert order.rent_end == chain.engine.height + 864_000
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    chain.goto(chain.engine.height + 8)
    chain.do(chain.renter, RENT, "relet_machine", 0, 14_400)
    assert chain.engine.state.get(ORDERS, 0).rent_end == chain.engine.height + 864_000
    assert chain.event("Relet").fields["duration"] == 10


@pytest.mark.vector
def test_v9_unconfirmed_order_lapses_after_150_blocks(rentable) -> None:
    chain = rentable
    free = chain.free(chain.renter)
    rent(chain, 4, 300)
    start = chain.engine.height
    assert chain.engine.state.get(ORDERS, 0).fee == 519_878_416_666_666_666
    assert status(chain) is MachineStatus.RENTED
    chain.goto(start + 149)
    assert chain.engine.state.get(ORDERS, 0) is not None
    chain.goto(start + 150)
    assert chain.engine.state.get(ORDERS, 0) is None
    assert status(chain) is MachineStatus.ONLINE
    assert chain.free(chain.renter) == free - 10 * DBC - 150_113_648_000
    assert chain.reserved(chain.renter) == 0
    (row,) = [row for row in chain.history if row.kind == "rent_order"]
    past = views.ended_order(chain.engine, row)
    assert (past.rent_id, past.status, past.fee.units) == (0, RentStatus.LAPSED, 519_878_416_666_666_666)
    assert chain.attempt(chain.renter, RENT, "confirm_rent", 0) == (RENT, "Unknown")


def test_order_can_be_confirmed_in_the_very_last_block(rentable) -> None:
    chain = rentable
    rent(chain, 4, 300)
    chain.goto(chain.engine.height + 149)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert chain.engine.state.get(ORDERS, 0).status is RentStatus.RENTING


@pytest.mark.vector
def test_v10_one_gpu_of_four(rentable) -> None:
    rent(rentable, 1)
    order = rentable.engine.state.get(ORDERS, 0)
    assert (order.fee, order.gpu_index) == (62_385_416_666_666_666_666, (0,))


@pytest.mark.parametrize(
    ("gpus", "duration", "error"),
    [
        (4, 290, "OnlyHalfHourAllowed"),
        (4, 0, "OnlyHalfHourAllowed"),
        (5, 300, "GPUNotEnough"),
        (0, 300, "GPUNotEnough"),
    ],
)
def test_v8_bad_orders(rentable, gpus: int, duration: int, error: str) -> None:
    call = ("rent_machine", rentable.machine_id, gpus, duration)
    assert rentable.attempt(rentable.renter, RENT, *call) == (RENT, error)


def test_unknown_machine_poor_renter_and_offline_machine(rentable) -> None:
    chain = rentable
    assert chain.attempt(chain.renter, RENT, "rent_machine", "0" * 64, 1, 300) == (RENT, "Unknown")
    poor = b"p" * 32
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 5 * DBC)
    call = ("rent_machine", chain.machine_id, 4, 144_000)
    assert chain.attempt(poor, RENT, *call) == (RENT, "PayTxFeeFailed")
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 10 * DBC)
    assert chain.attempt(poor, RENT, *call) == (RENT, "InsufficientValue")
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    assert chain.attempt(chain.renter, RENT, *call) == (RENT, "MachineNotRentable")


def test_confirm_burns_all_of_the_rent(rentable) -> None:
    chain = rentable
    rent(chain)
    before = balances.issuance(chain.engine.state)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert before - balances.issuance(chain.engine.state) == FEE
    assert chain.engine.state.get(balances.BURNED, chain.renter) == FEE
    found = chain.engine.state.get(MACHINES, chain.machine_id)
    assert (found.total_burn_fee, found.total_rent_fee, found.total_rented_times) == (FEE, 0, 1)


def test_burn_stops_exactly_at_the_floor(new_chain) -> None:
    chain = new_chain(stash_dbc=70_000_000, sudo_dbc=9_995_500)
    chain.online()
    over = balances.issuance(chain.engine.state) - 100_000_000 * DBC
    assert 0 < over < FEE
    stake = chain.reserved(chain.stash)
    rent(chain)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert balances.issuance(chain.engine.state) == 100_000_000 * DBC
    found = chain.engine.state.get(MACHINES, chain.machine_id)
    assert (found.total_burn_fee, found.total_rent_fee) == (over, FEE - over)
    assert chain.reserved(chain.stash) == stake + FEE - over
    chain.do(chain.renter, RENT, "relet_machine", 0, 144_000)
    assert balances.issuance(chain.engine.state) == 100_000_000 * DBC


def test_rented_machine_counts_thirty_percent_more_from_the_next_era(rentable) -> None:
    chain = rentable
    chain.eras(1)
    era = 2
    rent(chain)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert points.total_at(chain.engine.state, era) == 59_914
    assert points.total_at(chain.engine.state, era + 1) == 77_881
    assert sys_info(chain.engine.state).rented_gpu_num == 4


def test_end_of_the_rent_frees_the_machine(rentable) -> None:
    chain = rentable
    rent(chain, 2, 300)
    end = chain.engine.height + 300
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    chain.goto(end - 1)
    assert status(chain) is MachineStatus.RENTED
    chain.goto(end)
    assert status(chain) is MachineStatus.ONLINE
    found = chain.engine.state.get(MACHINES, chain.machine_id)
    assert found.total_rented_duration == 150
    assert found.renters == ()
    assert found.last_online_height == end
    assert points.total_at(chain.engine.state, 2) == 59_914
    assert sys_info(chain.engine.state).rented_gpu_num == 0


def test_two_renters_share_a_machine_until_the_last_one_leaves(rentable) -> None:
    chain = rentable
    rent(chain, 1, 600)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    rent(chain, 2, 300, chain.sudo)
    chain.do(chain.sudo, RENT, "confirm_rent", 1)
    assert machine_orders(chain.engine.state, chain.machine_id).used_gpu == (0, 1, 2)
    assert chain.attempt(chain.sudo, RENT, "rent_machine", chain.machine_id, 2, 300) == (RENT, "GPUNotEnough")
    chain.goto(chain.engine.state.get(ORDERS, 1).rent_end)
    assert status(chain) is MachineStatus.RENTED
    assert machine_orders(chain.engine.state, chain.machine_id).used_gpu == (0,)
    assert points.total_at(chain.engine.state, 2) == 77_881
    chain.goto(chain.engine.state.get(ORDERS, 0).rent_end)
    assert status(chain) is MachineStatus.ONLINE


def test_only_the_renter_confirms_and_only_once(rentable) -> None:
    chain = rentable
    rent(chain)
    assert chain.attempt(chain.sudo, RENT, "confirm_rent", 0) == (RENT, "NoOrderExist")
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert chain.attempt(chain.renter, RENT, "confirm_rent", 0) == (RENT, "NoOrderExist")
    assert chain.attempt(chain.renter, RENT, "relet_machine", 0, 99) == (RENT, "ReletTooShort")
    assert chain.attempt(chain.sudo, RENT, "relet_machine", 0, 100) == (RENT, "NotMachineRenter")


def test_machine_offline_while_an_order_waits_comes_back_without_a_bonus(rentable) -> None:
    chain = rentable
    chain.eras(1)
    rent(chain)
    assert chain.attempt(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id) is None
    assert chain.attempt(chain.renter, RENT, "confirm_rent", 0) == (RENT, "StatusNotAllowed")
    assert points.total_at(chain.engine.state, 3) == 0
    chain.goto(chain.engine.height + 150)
    assert status(chain) is MachineStatus.STAKER_REPORT_OFFLINE
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    assert status(chain) is MachineStatus.ONLINE
    assert points.total_at(chain.engine.state, 3) == 59_914

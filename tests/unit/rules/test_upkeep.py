"""Calls between going online and leaving: controller, description, price, receiver, restake, exit (4.6, 4.13)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import views
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.rows import MACHINES, STASH_STAKE, stash_machines, stash_rewards, sys_info
from dbc_desktop.rules.orders import ORDER_RECEIVER, ORDERS
from dbc_desktop.rules.profile import MAINNET_411

DBC = 10**15
PROFILE = "OnlineProfile"


def machine(chain):
    return chain.engine.state.get(MACHINES, chain.machine_id)


def told(chain, who: bytes, name: str, *args: object) -> dict[str, object]:
    """The consequences that a preview names, with their amounts."""
    seen = chain.engine.preview(Call(PROFILE, name, args), who, 150)
    return {one.kind: one.facts.get("amount") for one in seen.consequences}


def test_another_controller_takes_over_the_machines(chain) -> None:
    chain.online()
    new = b"n" * 32
    call = (chain.stash, PROFILE, "stash_reset_controller")
    assert chain.attempt(chain.renter, PROFILE, "stash_reset_controller", new) == (PROFILE, "Unknown")
    assert chain.attempt(*call, chain.stash) == (PROFILE, "AlreadyController")
    assert told(chain, chain.stash, "stash_reset_controller", new) == {"controller_named": None}
    chain.do(*call, new)
    assert machine(chain).controller == new
    assert chain.attempt(chain.stash, PROFILE, "controller_report_offline", chain.machine_id) == (
        PROFILE,
        "NotMachineController",
    )
    chain.do(chain.renter, PROFILE, "set_controller", chain.stash)


def test_a_description_can_be_changed_at_any_time_after_the_first(chain) -> None:
    chain.bond()
    other = dataclasses.replace
    room = bytes(32)
    chain.do(chain.stash, PROFILE, "gen_server_room")
    room = chain.event("ServerRoomGenerated").fields["server_room"]
    assert machine(chain).customize is None
    chain.describe()
    info = machine(chain).customize
    better = other(info, upload_net=1_000, server_room=room)
    call = (PROFILE, "update_machine_info", chain.machine_id)
    assert chain.attempt(chain.renter, *call, better) == (PROFILE, "NotMachineController")
    assert chain.attempt(chain.stash, *call, other(info, telecom_operators=())) == (PROFILE, "TelecomIsNull")
    assert chain.attempt(chain.stash, *call, other(info, server_room=b"x" * 32)) == (PROFILE, "ServerRoomNotFound")
    chain.do(chain.stash, *call, better)
    assert machine(chain).customize == better
    assert machine(chain).status is MachineStatus.COMMITTEE_VERIFYING


def test_the_first_description_is_another_call(chain) -> None:
    chain.bond()
    chain.do(chain.stash, PROFILE, "gen_server_room")
    call = (PROFILE, "update_machine_info", chain.machine_id)
    assert chain.attempt(chain.stash, *call, None) == (PROFILE, "TelecomIsNull")


def test_extra_price_is_part_of_the_quote_and_of_the_market(chain) -> None:
    chain.online()
    chain.do(chain.stash, PROFILE, "set_machine_extra_price", chain.machine_id, 1_000_000)
    quote = views.rent_quote(chain.engine, chain.machine_id, 2, 14_400)
    assert quote.fee_usd == 151_725_000
    assert list(views.market(chain.engine).price_usd) == [75_862_500]
    assert views.machine(chain.engine, chain.machine_id).day_price_usd == 303_450_000
    other = (chain.renter, PROFILE, "set_machine_extra_price", chain.machine_id, 1)
    assert chain.attempt(*other) == (PROFILE, "NotMachineController")


def test_rent_goes_to_the_receiver_of_the_order(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    chain.online()
    first, second = b"1" * 32, b"2" * 32
    assert chain.attempt(chain.stash, PROFILE, "set_rent_receiver", bytes(32)) == (PROFILE, "InvalidRentReceiver")
    chain.do(chain.stash, PROFILE, "set_rent_receiver", first)
    assert told(chain, chain.stash, "set_rent_receiver", second) == {"rent_receiver_named": None}
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.stash, PROFILE, "set_rent_receiver", second)
    free = chain.free(chain.stash)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    assert chain.free(first) == 237_064_583_333_333_333_333
    assert chain.free(second) == 0
    assert free - chain.free(chain.stash) == 60_000 * DBC
    chain.do(chain.stash, PROFILE, "set_rent_receiver", None)
    chain.goto(chain.engine.state.get(ORDERS, 0).rent_end)
    assert chain.engine.state.get(ORDER_RECEIVER, 0) is None
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 300)
    assert chain.engine.state.get(ORDER_RECEIVER, 1) is None


def test_rent_to_a_receiver_is_not_counted_where_the_stash_cannot_stake_it(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411, stash_dbc=41_000)
    chain.online()
    chain.do(chain.stash, PROFILE, "set_rent_receiver", b"1" * 32)
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    assert chain.free(b"1" * 32) == 237_064_583_333_333_333_333
    assert (machine(chain).total_rent_fee, machine(chain).total_burn_fee) == (0, 0)
    assert machine(chain).stake_amount == 40_000 * DBC


@pytest.mark.parametrize("name", ["launch-2021", "mainnet-411"])
def test_exit_frees_the_stake_and_the_rest_is_still_released(new_chain, name: str) -> None:
    chain = new_chain(profile=MAINNET_411 if name == "mainnet-411" else new_chain().engine.profile)
    chain.online()
    stake = chain.reserved(chain.stash)
    call = (PROFILE, "machine_exit", chain.machine_id)
    assert chain.attempt(chain.renter, *call) == (PROFILE, "NotMachineController")
    assert chain.attempt(chain.stash, *call) == (PROFILE, "TimeNotAllowed")
    chain.goto(365 * 14_400 - 1)
    assert machine(chain).reward_deadline == 731
    assert chain.attempt(chain.stash, *call) == (PROFILE, "TimeNotAllowed")
    assert chain.engine.height == 365 * 14_400
    locked = views.stash_overview(chain.engine, views.machine(chain.engine, chain.machine_id).stash).locked
    assert locked > Balance(0)
    assert told(chain, chain.stash, "machine_exit", chain.machine_id)["stake_released"] == Balance(stake)
    chain.do(chain.stash, *call)
    assert chain.reserved(chain.stash) == 0
    assert chain.engine.state.get(STASH_STAKE, chain.stash) == 0
    assert machine(chain) is None
    assert stash_machines(chain.engine.state, chain.stash) == ((chain.machine_id,), ())
    assert sys_info(chain.engine.state) == (0, 0, 0, 0)
    assert points.total_at(chain.engine.state, 366) == 0
    seen = views.stash_overview(chain.engine, Address(chain.stash))
    assert (seen.machines, seen.gpu_num) == ((), 0)
    assert seen.locked >= locked
    before = stash_rewards(chain.engine.state, chain.stash).can_claim
    chain.eras(2)
    assert stash_rewards(chain.engine.state, chain.stash).can_claim > before
    message = bind_message(chain.machine_id, ss58.encode(chain.stash))
    again = (PROFILE, "bond_machine", chain.machine_id, message, chain.keys.sign(message))
    assert chain.attempt(chain.stash, *again) == (PROFILE, "MachineIdExist")


def test_nobody_else_may_bond_a_machine_whose_rewards_still_wait(new_chain) -> None:
    results = []
    for profile in (new_chain().engine.profile, MAINNET_411):
        chain = new_chain(profile=profile)
        chain.online()
        chain.goto(365 * 14_400 + 10)
        chain.do(chain.stash, PROFILE, "machine_exit", chain.machine_id)
        chain.do(chain.renter, PROFILE, "set_controller", chain.renter)
        message = bind_message(chain.machine_id, ss58.encode(chain.renter))
        call = (PROFILE, "bond_machine", chain.machine_id, message, chain.keys.sign(message))
        results.append(chain.attempt(chain.renter, *call))
        assert views.machines_of(chain.engine, Address(chain.stash)) == ()
        assert views.stash_overview(chain.engine, Address(chain.stash)).machines == ()
    assert results == [(PROFILE, "MachineIdExist"), None]


def test_restake_is_too_fast_within_a_year(chain) -> None:
    chain.online()
    call = (PROFILE, "restake_online_machine", chain.machine_id)
    assert chain.attempt(chain.renter, *call) == (PROFILE, "NotMachineController")
    assert chain.attempt(chain.stash, *call) == (PROFILE, "TooFastToReStake")

"""Machines that are forced out, and what an order may still come to (chain-rules 4.13, 5.2)."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.rows import CONFIRMED, HARDWARE_CHANGE, MACHINES, STASH_STAKE, sys_info
from dbc_desktop.rules.orders import EVM_OWNERS, ORDERS, machine_orders
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, PROFILES
from dbc_desktop.rules.state import SINGLE

DBC = 10**15
PROFILE, RENT = "OnlineProfile", "RentMachine"


def allow(chain) -> bytes:
    assert chain.root(PROFILE, "update_authorized_force_exit_accounts", (chain.sudo,)) is None
    return chain.sudo


def force(chain, *machine_ids: str) -> tuple[str, str] | None:
    return chain.attempt(chain.sudo, PROFILE, "force_machine_exit", machine_ids)


def test_only_listed_accounts_force_machines_out_and_all_or_none(chain) -> None:
    chain.online()
    assert force(chain, chain.machine_id) == (PROFILE, "NotAuthorized")
    allow(chain)
    assert force(chain, chain.machine_id, "0" * 64) == (PROFILE, "Unknown")
    assert chain.engine.state.get(MACHINES, chain.machine_id) is not None
    call = Call(PROFILE, "force_machine_exit", ((chain.machine_id,),))
    seen = chain.engine.preview(call, chain.sudo, 150)
    assert [one.kind for one in seen.consequences] == ["machine_leaves", "stake_released"]
    assert force(chain, chain.machine_id) is None
    assert chain.engine.state.get(MACHINES, chain.machine_id) is None
    assert chain.root(PROFILE, "update_authorized_force_exit_accounts", ()) is None
    assert force(chain) == (PROFILE, "NotAuthorized")


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_rented_machine_that_is_forced_out_takes_bonus_and_counters_with_it(new_chain, name: str) -> None:
    chain = new_chain(profile=PROFILES[name])
    chain.online()
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 2, 600)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert points.total_at(chain.engine.state, 2) == 77_881
    allow(chain)
    assert force(chain, chain.machine_id) is None
    assert [event.name for event in chain.events if event.pallet == PROFILE] == ["StakeReduced", "MachineExit"]
    assert points.total_at(chain.engine.state, 2) == 0
    assert (chain.reserved(chain.stash), chain.engine.state.get(STASH_STAKE, chain.stash)) == (0, 0)
    chain.goto(chain.engine.state.get(ORDERS, 0).rent_end)
    assert chain.engine.state.get(ORDERS, 0) is None
    assert machine_orders(chain.engine.state, chain.machine_id) == ((), ())
    assert sys_info(chain.engine.state)[:4] == (0, 0, 0, 0)


def test_a_machine_that_waits_for_a_committee_gets_none_any_more(new_chain) -> None:
    chain = new_chain(members=2)
    chain.bond()
    chain.do(chain.stash, PROFILE, "gen_server_room")
    with pytest.raises(ValueError, match="not enough values"):
        chain.describe()
    assert chain.engine.state.get(CONFIRMED, SINGLE) == (chain.machine_id,)
    allow(chain)
    assert force(chain, chain.machine_id) is None
    assert chain.engine.state.get(CONFIRMED, SINGLE) == ()


def test_what_was_set_aside_for_a_second_look_comes_back_where_no_coin_may_be_stranded(new_chain) -> None:
    left = {}
    for profile in (LAUNCH_2021, MAINNET_411):
        chain = new_chain(profile=profile)
        chain.online()
        chain.do(chain.stash, PROFILE, "offline_machine_change_hardware_info", chain.machine_id)
        allow(chain)
        assert force(chain, chain.machine_id) is None
        kept = chain.engine.state.get(HARDWARE_CHANGE, chain.machine_id) is not None
        left[profile.name] = (chain.reserved(chain.stash) // DBC, kept)
    assert left == {"launch-2021": (0, False), "mainnet-411": (5_433, True)}


def test_an_address_of_the_evm_stands_for_the_owner(chain) -> None:
    chain.online()
    call = (RENT, "bond_evm_address", chain.machine_id, b"\x0e" * 20)
    assert chain.attempt(chain.renter, *call) == (RENT, "NotMachineOwner")
    assert chain.attempt(chain.stash, RENT, "bond_evm_address", "0" * 64, b"\x0e" * 20) == ("System", "Other")
    chain.do(chain.stash, *call)
    assert chain.event("SetEvmAddress").fields == {"evm_address": b"\x0e" * 20, "owner": chain.stash}
    assert chain.engine.state.get(EVM_OWNERS, b"\x0e" * 20) == chain.stash


def test_an_order_for_nothing_is_refused_at_launch_and_passed_over_by_the_network(new_chain) -> None:
    found = {}
    for profile in (LAUNCH_2021, MAINNET_411):
        chain = new_chain(profile=profile)
        chain.bond()
        chain.describe()
        free = chain.free(chain.renter)
        unverified = chain.attempt(chain.renter, RENT, "rent_machine", chain.machine_id, 1, 300)
        chain.vote(*[chain.hardware()] * 3)
        no_time = chain.attempt(chain.renter, RENT, "rent_machine", chain.machine_id, 1, 0)
        seen = chain.engine.preview(Call(RENT, "rent_machine", (chain.machine_id, 1, 0)), chain.renter, 150)
        found[profile.name] = (unverified, no_time, [one.kind for one in seen.consequences])
        assert free - chain.free(chain.renter) == 2 * 150_113_648_000
        assert chain.engine.state.get(ORDERS, 0) is None
        assert chain.engine.state.get(MACHINES, chain.machine_id).status is MachineStatus.ONLINE
    assert found == {
        "launch-2021": ((RENT, "MachineNotRentable"), (RENT, "OnlyHalfHourAllowed"), ["would_fail"]),
        "mainnet-411": (None, None, ["nothing_happens"]),
    }


def test_a_lease_is_shortened_in_silence_but_not_in_a_preview(chain) -> None:
    chain.online()
    call = Call(RENT, "rent_machine", (chain.machine_id, 4, 70 * 14_400))
    told = {one.kind: one.facts for one in chain.engine.preview(call, chain.renter, 150).consequences}
    assert told["lease_shortened"] == {"blocks": 864_000, "asked_blocks": 1_008_000}
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 864_000)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    call = Call(RENT, "relet_machine", (0, 100))
    chain.do(chain.renter, RENT, "relet_machine", 0, 100)
    assert chain.engine.state.get(ORDERS, 0).rent_end == chain.engine.height + 864_000
    seen = chain.engine.preview(call, chain.renter, 150).consequences
    assert [one.kind for one in seen] == ["rent_burned", "lease_extended"]


def test_the_fixed_fee_is_asked_for_before_the_price(new_chain) -> None:
    chain = new_chain()
    chain.online()
    poor = b"o" * 32
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 9 * DBC)
    assert chain.attempt(poor, RENT, "rent_machine", chain.machine_id, 1, 300) == (RENT, "PayTxFeeFailed")
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 2 * DBC)
    assert chain.attempt(poor, RENT, "rent_machine", chain.machine_id, 1, 300) == (RENT, "InsufficientValue")
    assert chain.free(poor) == 11 * DBC - 2 * 150_113_648_000


def test_the_slash_of_a_machine_that_was_forced_out_strands_its_coins_on_the_network_only(new_chain) -> None:
    left = {}
    for profile in (LAUNCH_2021, MAINNET_411):
        chain = new_chain(profile=profile)
        chain.online()
        chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
        chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
        allow(chain)
        assert force(chain, chain.machine_id) is None
        waiting = chain.reserved(chain.stash)
        chain.goto(chain.engine.height + 28_800)
        assert waiting > 0
        left[profile.name] = chain.reserved(chain.stash) == waiting
    assert left == {"launch-2021": False, "mainnet-411": True}

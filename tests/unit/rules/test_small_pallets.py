"""GenericFunc, Treasury, Balances and Utility: fees, gifts, burning, locks, batches (chain-rules 2.1, 2.4 to 2.6)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.rules import balances, price, treasury, views
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, TREASURY
from dbc_desktop.rules.state import Overlay
from dbc_desktop.rules.work import Work

DBC = 10**15
FEE = 150_113_648_000
"""What a call of the driver costs."""


def plant(chain, **locks: int) -> None:
    layer = Overlay(chain.engine.state)
    work = Work(chain.engine.profile, 0, b"", layer)
    for name, amount in locks.items():
        balances.set_lock(work, chain.stash, name, amount)
    layer.settle()


@pytest.mark.vector
def test_v48_a_person_burns_coins(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    before = balances.issuance(chain.engine.state)
    chain.do(chain.stash, "GenericFunc", "destroy_free_dbc", 1_000 * DBC)
    assert chain.free(chain.stash) == 10_000_000 * DBC - 1_000 * DBC - FEE
    assert before - balances.issuance(chain.engine.state) == 1_000 * DBC


@pytest.mark.vector
def test_v48_a_hook_burns_all_but_the_fixed_fee_every_ten_blocks(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    before = balances.issuance(chain.engine.state)
    assert chain.root("GenericFunc", "set_auto_destroy", chain.stash, 10) is None
    chain.goto(10)
    assert chain.free(chain.stash) == 10 * DBC
    assert balances.issuance(chain.engine.state) == before - 9_999_990 * DBC
    chain.do(chain.renter, "Balances", "transfer_keep_alive", chain.stash, 1_000 * DBC)
    chain.goto(19)
    assert chain.free(chain.stash) == 1_010 * DBC
    chain.goto(20)
    assert chain.free(chain.stash) == 10 * DBC
    assert chain.root("GenericFunc", "set_auto_destroy", chain.stash, 0) is None
    chain.do(chain.renter, "Balances", "transfer_keep_alive", chain.stash, 1_000 * DBC)
    chain.goto(40)
    assert chain.free(chain.stash) == 1_010 * DBC


def test_who_has_no_more_than_the_fixed_fee_burns_nothing(new_chain) -> None:
    chain = new_chain(stash_dbc=10)
    chain.do(chain.stash, "GenericFunc", "destroy_free_dbc", 5 * DBC)
    assert chain.free(chain.stash) == 10 * DBC - FEE


def test_root_sets_the_fixed_fee_and_burns_the_coins_of_others(chain) -> None:
    assert chain.root("GenericFunc", "set_fixed_tx_fee", 3 * DBC) is None
    treasury_before = chain.free(TREASURY)
    chain.do(chain.stash, "OnlineProfile", "set_controller", chain.stash)
    chain.do(chain.stash, "OnlineProfile", "gen_server_room")
    assert chain.event("TxFeeToTreasury").fields == {"who": chain.stash, "amount": 3 * DBC}
    assert chain.free(TREASURY) - treasury_before == 3 * DBC + 2 * (FEE * 80 // 100)
    assert chain.root("GenericFunc", "force_destroy_free_dbc", chain.renter, 10**30) is None
    assert chain.free(chain.renter) == 3 * DBC
    assert chain.attempt(chain.stash, "GenericFunc", "set_fixed_tx_fee", 0) == ("System", "BadOrigin")


def test_a_gift_to_the_treasury(chain) -> None:
    before = chain.free(TREASURY)
    chain.do(chain.stash, "GenericFunc", "deposit_into_treasury", 5 * DBC)
    assert chain.free(TREASURY) - before == 5 * DBC + FEE * 80 // 100
    assert chain.event("DonateToTreasury").fields == {"who": chain.stash, "amount": 5 * DBC}
    refused = chain.attempt(chain.stash, "GenericFunc", "deposit_into_treasury", 10**30)
    assert refused == ("GenericFunc", "FreeBalanceNotEnough")


def spending(new_chain, profile=MAINNET_411):
    chain = new_chain(profile=profile, treasury_spends=True)
    chain.do(chain.sudo, "GenericFunc", "deposit_into_treasury", 1_000_000 * DBC)
    return chain


def test_the_treasury_burns_half_a_percent_every_twelve_days(new_chain) -> None:
    chain = spending(new_chain)
    chain.goto(172_799)
    pot, existing = chain.free(TREASURY), balances.issuance(chain.engine.state)
    chain.goto(172_800)
    assert pot == 1_000_000 * DBC + FEE * 80 // 100
    assert chain.event("Burnt").fields == {"burnt_funds": 5_000_000_000_600_454_592}
    assert chain.free(TREASURY) == pot - 5_000_000_000_600_454_592
    assert existing - balances.issuance(chain.engine.state) == 5_000_000_000_600_454_592
    chain.goto(345_600)
    assert treasury.burnt(chain.engine.state) == 5_000_000_000_600_454_592 + 4_975_000_000_597_452_319
    assert views.network_totals(chain.engine).burned.units == 0


def test_the_treasury_burns_nothing_of_the_last_hundred_million(new_chain) -> None:
    floor = dataclasses.replace(LAUNCH_2021.rent, floor=3_030_104_990 * DBC)
    chain = spending(new_chain, dataclasses.replace(LAUNCH_2021, rent=floor))
    assert balances.issuance(chain.engine.state) == 3_030_105_000 * DBC
    chain.goto(172_800)
    assert balances.issuance(chain.engine.state) == 3_030_104_990 * DBC
    chain.goto(345_600)
    assert balances.issuance(chain.engine.state) == 3_030_104_990 * DBC


def test_an_average_needs_all_sixty_four_prices_and_cuts(chain) -> None:
    for number in range(63):
        assert chain.root("DBCPriceOCW", "submit_price_by_root", 6_354 + number) is None
    assert chain.root("DBCPriceOCW", "submit_price_by_root", 7_000) is None
    assert chain.engine.state.get(price.AVG_PRICE, b"") == 6_394
    assert len(chain.engine.state.get(price.PRICES, b"")) == 64


def test_all_that_may_be_spent_is_sent(chain) -> None:
    chain.do(chain.stash, "Balances", "transfer_all", chain.renter, True)
    assert chain.free(chain.stash) == 0
    assert chain.free(chain.renter) == 20_000_000 * DBC + 10_000_000 * DBC - FEE


def test_locked_coins_stay_and_reserved_ones_serve_the_lock_first(chain) -> None:
    plant(chain, staking=9_999_000 * DBC, phrelect=4_000 * DBC)
    too_much = ("Balances", "InsufficientBalance")
    assert balances.spendable(chain.engine.state, chain.stash) == 1_000 * DBC
    assert chain.attempt(chain.stash, "Balances", "transfer_keep_alive", chain.renter, 1_000 * DBC) == too_much
    chain.do(chain.stash, "Balances", "transfer_all", chain.renter, False)
    assert chain.free(chain.stash) == 9_999_000 * DBC
    assert balances.spendable(chain.engine.state, chain.stash) == 0
    plant(chain, staking=0, phrelect=0)
    assert chain.engine.state.get(balances.LOCKS, chain.stash) is None


def test_coins_reserved_for_a_machine_count_towards_a_lock(chain) -> None:
    plant(chain, staking=9_900_000 * DBC)
    chain.bond()
    held = balances.holdings(chain.engine.state, chain.stash)
    assert balances.spendable(chain.engine.state, chain.stash) == held.free - (9_900_000 * DBC - held.reserved)


def test_a_batch_does_all_or_nothing(chain) -> None:
    send = Call("Balances", "transfer_keep_alive", (chain.renter, DBC))
    too_much = Call("Balances", "transfer_keep_alive", (chain.renter, 10**30))
    chain.do(chain.stash, "Utility", "batch_all", (send, send))
    assert chain.free(chain.renter) == 20_000_002 * DBC
    assert [event.name for event in chain.events if event.pallet == "Utility"] == [
        "ItemCompleted",
        "ItemCompleted",
        "BatchCompleted",
    ]
    refused = chain.attempt(chain.stash, "Utility", "batch_all", (send, too_much))
    assert refused == ("Balances", "InsufficientBalance")
    assert chain.free(chain.renter) == 20_000_002 * DBC
    assert chain.attempt(chain.stash, "Utility", "batch_all", (send,) * 65) == ("Utility", "TooManyCalls")
    inner = Call("Utility", "batch_all", ((send,),))
    assert chain.attempt(chain.stash, "Utility", "batch_all", (inner,)) == ("System", "CallFiltered")

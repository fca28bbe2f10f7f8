"""What root sets for the whole network, and from when it holds (chain-rules 2.2, 2.3, 2.5, 6.1)."""

from __future__ import annotations

import dataclasses

from dbc_desktop.domain.parameters import MemberStakeParams, OnlineStakeParams, PhaseRewards, PointPrice
from dbc_desktop.rules import committee, views
from dbc_desktop.rules.online_profile import payout, stake
from dbc_desktop.rules.online_profile.rows import MACHINES, stash_rewards
from dbc_desktop.rules.orders import ORDERS
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, RENT_POT

DBC = 10**15
PROFILE, RENT = "OnlineProfile", "RentMachine"
POT = b"p" * 32


def era_reward(chain, era: int) -> int:
    return payout.era_reward(chain.engine.profile, chain.engine.state, era) // DBC


def test_only_root_sets_them(chain) -> None:
    call = (PROFILE, "set_rentfee_destroy_percent", 1)
    assert chain.attempt(chain.renter, *call) == ("System", "BadOrigin")
    assert chain.attempt(chain.renter, RENT, "set_rent_fee_pot", POT) == ("System", "BadOrigin")


def test_a_new_reward_holds_from_the_next_era_on(chain) -> None:
    chain.online()
    chain.goto(14_401)
    assert chain.root(PROFILE, "set_reward_info", PhaseRewards(0, 3, 0, 5 * DBC, 2 * DBC, 1 * DBC)) is None
    assert [era_reward(chain, era) for era in (1, 2, 3, 4)] == [1_095_890, 1_095_890, 2, 2]
    chain.eras(1)
    assert stash_rewards(chain.engine.state, chain.stash).earned // DBC == 1_084_931
    chain.eras(1)
    assert stash_rewards(chain.engine.state, chain.stash).earned // DBC == 1_084_933
    assert chain.root(PROFILE, "set_reward_info", PhaseRewards(9, 3, 0, 5 * DBC, 2 * DBC, 1 * DBC)) is None
    assert [era_reward(chain, era) for era in (3, 4, 5, 8, 9, 11, 12)] == [2, 2, 0, 0, 5, 5, 2]


def test_the_last_word_of_root_in_an_era_counts(chain) -> None:
    for reward in (7, 8):
        info = PhaseRewards(0, 100, 0, reward * DBC, 0, 0)
        assert chain.root(PROFILE, "set_reward_info", info) is None
    assert [era_reward(chain, era) for era in (1, 2)] == [1_095_890, 8]


def test_root_names_the_era_of_the_galaxy(chain) -> None:
    assert chain.root(PROFILE, "set_reward_info", PhaseRewards(0, 100, 40, 3 * DBC, 0, 0)) is None
    assert [era_reward(chain, era) for era in (1, 2, 40, 99, 100)] == [1_095_890, 6, 6, 6, 0]


def test_the_galaxy_that_begins_under_roots_figures_doubles_them(new_chain) -> None:
    emission = dataclasses.replace(MAINNET_411.emission, galaxy_gpus=4)
    chain = new_chain(profile=dataclasses.replace(MAINNET_411, emission=emission))
    assert chain.root(PROFILE, "set_reward_info", PhaseRewards(0, 100, 0, 3 * DBC, 0, 0)) is None
    chain.goto(14_401)
    chain.online()
    assert [era_reward(chain, era) for era in (2, 3, 61, 62)] == [3, 6, 6, 3]


def test_a_new_stake_holds_at_once_on_the_network_and_not_where_it_is_in_yuan(new_chain) -> None:
    params = OnlineStakeParams(50_000 * DBC, 120_000_000, 24_000_000, 700 * DBC)
    found = []
    for profile in (MAINNET_411, LAUNCH_2021):
        chain = new_chain(profile=profile)
        assert chain.root(PROFILE, "set_online_stake_params", params) is None
        state = chain.engine.state
        found.append((stake.first_stake(profile, state) // DBC, stake.stake_cap(profile, state) // DBC))
    assert found == [(5_000, 10_000), (71_428, 238_095)]


def test_a_second_look_and_an_appeal_cost_what_root_says(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    params = OnlineStakeParams(100_000 * DBC, 300_000_000, 24_000_000, 700 * DBC)
    assert chain.root(PROFILE, "set_online_stake_params", params) is None
    chain.online()
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    reserved = chain.reserved(chain.stash)
    chain.do(chain.stash, PROFILE, "apply_slash_review", 0, b"")
    assert chain.reserved(chain.stash) - reserved == 700 * DBC
    chain.do(chain.stash, PROFILE, "offline_machine_change_hardware_info", chain.machine_id)
    assert chain.event("MachineOfflineToMutHardware").fields["verify_fee"] == 2_000 * DBC


def test_the_standard_price_is_roots(chain) -> None:
    chain.online()
    assert chain.root(PROFILE, "set_standard_gpu_point_price", PointPrice(0, 1)) == ("DBCPriceOCW", "InvalidPrice")
    assert chain.root(PROFILE, "set_standard_gpu_point_price", PointPrice(500, 5_000_000)) is None
    assert views.rent_quote(chain.engine, chain.machine_id, 4, 14_400).fee_usd == 598_900_000


def test_the_destroyed_part_and_its_pot_are_roots(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    chain.online()
    assert chain.root(PROFILE, "set_rentfee_destroy_percent", 300_000_000) is None
    assert chain.root(RENT, "set_rent_fee_pot", POT) is None
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert chain.free(POT) == 74_862_500_000_000_000_000
    assert chain.free(RENT_POT) == 0
    assert chain.engine.state.get(MACHINES, chain.machine_id).total_rent_fee == 174_679_166_666_666_666_666


def test_what_was_announced_at_launch_is_not_roots_to_change(chain) -> None:
    chain.online()
    assert chain.root(PROFILE, "set_rentfee_destroy_percent", 0) is None
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert chain.engine.state.get(ORDERS, 0).fee == 249_541_666_666_666_666_666
    assert chain.event("DestroyDBC").fields["amount"] == 249_541_666_666_666_666_666


def test_no_rent_is_taken_without_a_pot(new_chain) -> None:
    rent = dataclasses.replace(MAINNET_411.rent, pot=None)
    chain = new_chain(profile=dataclasses.replace(MAINNET_411, rent=rent))
    chain.online()
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 4, 300)
    assert chain.attempt(chain.renter, RENT, "confirm_rent", 0) == (RENT, "UndefinedRentPot")
    assert chain.root(RENT, "set_rent_fee_pot", POT) is None
    chain.do(chain.renter, RENT, "confirm_rent", 0)


def test_members_stake_what_root_says(chain) -> None:
    params = MemberStakeParams(5_000 * DBC, 500 * DBC, 100_000_000)
    assert chain.root("Committee", "set_committee_stake_params", params) is None
    new = b"n" * 32
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", new, 6_000 * DBC)
    assert chain.root("Committee", "add_committee", new) is None
    chain.do(new, "Committee", "committee_set_box_pubkey", b"k" * 32)
    assert committee.stake_of(chain.engine.state, new).staked == 5_000 * DBC
    chain.bond()
    chain.describe()
    assert [committee.stake_of(chain.engine.state, one).used for one in chain.booked] == [500 * DBC] * 3

"""What differs between the profiles, policy by policy (chain-rules 2, 4, 5, 14; design 3.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.genesis import GenesisSpec, genesis
from dbc_desktop.rules.online_profile.rows import GALAXY_ERA
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT, PROFILES, RENT_POT
from dbc_desktop.rules.reward_queue import Owner, Queue
from dbc_desktop.rules.state import SINGLE

DBC = 10**15
MEMBERS = (b"1" * 32, b"2" * 32, b"3" * 32)
ONLINE, RENTED = MachineStatus.ONLINE, MachineStatus.RENTED


def test_a_chain_can_be_created_with_each_profile() -> None:
    assert sorted(PROFILES) == ["launch-2021", "mainnet-411", "mainnet-411-strict"]
    for name in PROFILES:
        engine = genesis(GenesisSpec(name, b"a" * 32, ((b"a" * 32, DBC),), MEMBERS, 12_000))
        engine.apply(1, bytes(32), [])
        assert (engine.profile.name, engine.profile.strict) == (name, name.endswith("strict"))


def test_the_quirks_that_hurt_are_in_the_strict_profile_only() -> None:
    assert [profile.orders.least_gpus for profile in PROFILES.values()] == [1, 1, 0]
    offline = MachineStatus.STAKER_REPORT_OFFLINE
    assert [profile.orders.after_lapse(offline, 0) for profile in PROFILES.values()] == [offline, offline, ONLINE]
    assert LAUNCH_2021.snapshots == MAINNET_411.snapshots != MAINNET_411_STRICT.snapshots


def test_an_order_that_waits_keeps_a_machine_rented_in_2021_only() -> None:
    assert LAUNCH_2021.orders.after_end(RENTED, 1, running=False) is RENTED
    assert MAINNET_411.orders.after_end(RENTED, 1, running=False) is ONLINE
    assert MAINNET_411.orders.after_end(RENTED, 1, running=True) is RENTED


def test_the_network_burns_five_percent_of_the_rent_by_way_of_a_pot() -> None:
    assert MAINNET_411.rent.split(1_000 * DBC, 0) == (0, 950 * DBC, 50 * DBC)
    assert (MAINNET_411.rent.pot, MAINNET_411.rent.floor) == (RENT_POT, None)
    assert LAUNCH_2021.rent.pot is None


def test_the_queue_of_a_new_life_is_empty_on_the_network_only() -> None:
    queue = Queue(5, 4, 3, 2, 1, bytes(16))
    assert LAUNCH_2021.payout.reopened(queue) == queue
    assert MAINNET_411.payout.reopened(queue) == Queue()


@pytest.mark.parametrize(("eras", "deadline"), [(100, 60), (1, 60), (150, 60), (170, 200)])
def test_the_schedule_of_a_window_is_what_its_payouts_then_release(eras: int, deadline: int) -> None:
    policy, owner = MAINNET_411.payout, Owner(b"s" * 32, MEMBERS, deadline)
    queue = Queue()
    for era in range(1, eras + 1):
        queue, _ = policy.step(queue, owner, era, 7_777_777_777_777 * era)
    expected = policy.schedule(queue, owner)
    released = {}
    for era in range(eras + 1, eras + 200):
        queue, paid = policy.step(queue, owner, era, 0)
        if paid.from_earlier:
            released[era] = paid.from_earlier
    assert released == expected
    assert (min(expected), max(expected)) == (eras + 1, eras + 149)
    assert queue.waiting == b""


def test_a_preview_tells_what_of_the_rent_is_burned_and_what_the_owner_gets(new_chain) -> None:
    told = {}
    for profile in (LAUNCH_2021, MAINNET_411):
        chain = new_chain(profile=profile)
        chain.online()
        chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
        seen = chain.engine.preview(Call("RentMachine", "confirm_rent", (0,)), chain.renter, 150)
        told[profile.name] = [(one.kind, one.facts["amount"].units) for one in seen.consequences[:-1]]
    assert told == {
        "launch-2021": [("rent_burned", 249_541_666_666_666_666_666)],
        "mainnet-411": [
            ("rent_burned", 12_477_083_333_333_333_333),
            ("rent_paid", 237_064_583_333_333_333_333),
        ],
    }


def test_the_galaxy_begins_at_exactly_its_number_of_gpus_and_doubles_59_eras(new_chain) -> None:
    results = {}
    for gpus in (4, 3):
        galaxy = replace(MAINNET_411, emission=replace(MAINNET_411.emission, galaxy_gpus=gpus))
        chain = new_chain(profile=galaxy)
        chain.online()
        results[gpus] = chain.engine.state.get(GALAXY_ERA, SINGLE)
    assert results == {4: 1, 3: None}
    reward = MAINNET_411.emission.era_reward
    assert [reward(era, 1) // DBC for era in (1, 2, 60, 61)] == [1_095_890, 2_191_780, 2_191_780, 1_095_890]
    assert (MAINNET_411.emission.galaxy_gpus, LAUNCH_2021.emission.galaxy_gpus) == (5_000, None)


def test_a_play_of_2021_ends_as_it_always_did(new_chain) -> None:
    """Chains that people have must replay: whoever changes this digest breaks them, and has to say so."""
    chain = new_chain(seats=0)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 2, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    chain.eras(3)
    chain.do(chain.stash, "OnlineProfile", "claim_rewards")
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    chain.goto(chain.engine.height + 100)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 1, 600)
    chain.do(chain.renter, "RentMachine", "relet_machine", 0, 600)
    chain.do(chain.renter, "GenericFunc", "destroy_free_dbc", 5 * DBC)
    chain.eras(12)
    chain.do(chain.stash, "OnlineProfile", "claim_rewards")
    chain.eras(160)
    assert chain.engine.height == 2_520_100
    assert chain.engine.digest.hex() == "fcb7b541180a6918c8159d397366c34a96413f51b10dc5c5b54ebebe2788a28a"

"""GPUs by the place where they stand (chain-rules 4.6)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.domain.machine import Coordinate
from dbc_desktop.rules.online_profile.regions import REGIONS
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411

PROFILE, RENT = "OnlineProfile", "RentMachine"
HERE = "East 1311548, South 8000"


def at(chain, place: str = HERE) -> tuple[int, ...] | None:
    found = chain.engine.state.get(REGIONS, place)
    return None if found is None else tuple(found)


def act(chain, name: str, *args: object) -> None:
    chain.do(chain.stash, PROFILE, name, chain.machine_id, *args)


@pytest.mark.parametrize("profile", [LAUNCH_2021, MAINNET_411], ids=lambda one: one.name)
def test_a_place_counts_what_is_online_rented_and_was_ever_offline(new_chain, profile) -> None:
    chain = new_chain(profile=profile)
    chain.bond()
    assert at(chain) is None
    chain.describe()
    chain.vote(*[chain.hardware()] * 3)
    assert at(chain) == (4, 0, 0, 59_890)
    chain.do(chain.renter, RENT, "rent_machine", chain.machine_id, 1, 600)
    assert at(chain) == (4, 0, 0, 59_890)
    chain.do(chain.renter, RENT, "confirm_rent", 0)
    assert at(chain) == (4, 0, 4, 59_890)
    act(chain, "controller_report_offline")
    assert at(chain) == (0, 4, 0, 0)
    act(chain, "controller_report_online")
    assert at(chain) == (4, 4, 4, 59_890)
    chain.goto(chain.engine.height + 600)
    assert at(chain) == (4, 4, 0, 59_890)
    act(chain, "controller_report_offline")
    assert at(chain) == (0, 8, 0, 0)


def test_two_machines_at_one_place_are_counted_together_and_one_that_leaves_is_not_offline(chain) -> None:
    chain.online()
    first = chain.machine_id
    chain.use("//Alice")
    chain.online(gpus=8, point=119_780)
    assert at(chain) == (12, 0, 0, 179_670)
    assert chain.root(PROFILE, "update_authorized_force_exit_accounts", (chain.sudo,)) is None
    chain.do(chain.sudo, PROFILE, "force_machine_exit", (first,))
    assert at(chain) == (8, 0, 0, 119_780)
    chain.do(chain.sudo, PROFILE, "force_machine_exit", (chain.machine_id,))
    assert at(chain) is None


def test_who_moves_a_machine_that_is_online_leaves_the_old_entry_behind(chain) -> None:
    chain.online()
    elsewhere = dataclasses.replace(chain.description(), longitude=Coordinate("West", 7))
    act(chain, "update_machine_info", elsewhere)
    act(chain, "controller_report_offline")
    assert at(chain) == (4, 0, 0, 59_890)
    assert at(chain, "West 7, South 8000") == (0, 4, 0, 0)
    act(chain, "controller_report_online")
    assert at(chain, "West 7, South 8000") == (4, 4, 0, 59_890)

"""Appeals against a slash, and machines that are verified again (chain-rules 4.11, 4.12)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import (
    HARDWARE_CHANGE,
    MACHINES,
    PENDING_SLASH,
    SLASH_REVIEW,
    STASH_STAKE,
    sys_info,
)
from dbc_desktop.rules.policies import FixedStake
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411
from dbc_desktop.rules.reward_queue import unpack

DBC = 10**15
PROFILE = "OnlineProfile"


def machine(chain):
    return chain.engine.state.get(MACHINES, chain.machine_id)


def act(chain, name: str, *args: object) -> str:
    error = chain.attempt(chain.stash, PROFILE, name, *args)
    return error[1] if error else "ok"


def slashed(chain) -> None:
    """Online, a moment offline, and back."""
    chain.online()
    assert act(chain, "controller_report_offline", chain.machine_id) == "ok"
    assert act(chain, "controller_report_online", chain.machine_id) == "ok"


def test_an_appeal_that_nobody_grants_costs_its_stake(chain) -> None:
    slashed(chain)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    seen = chain.engine.preview(Call(PROFILE, "apply_slash_review", (0, b"why")), chain.stash, 150)
    (told,) = seen.consequences
    assert (told.kind, told.facts["amount"]) == ("review_stake", Balance(1_000 * DBC))
    assert act(chain, "apply_slash_review", 0, b"why") == "ok"
    treasury = chain.free(chain.engine.profile.treasury)
    chain.goto(slash.exec_time)
    assert chain.free(chain.engine.profile.treasury) - treasury == slash.amount + 1_000 * DBC
    assert (
        chain.engine.state.get(STASH_STAKE, chain.stash) == chain.reserved(chain.stash) == machine(chain).stake_amount
    )
    assert sys_info(chain.engine.state).total_stake == machine(chain).stake_amount
    assert chain.engine.state.get(SLASH_REVIEW, 0) is None


def test_who_may_appeal_and_until_when(new_chain) -> None:
    chain = new_chain(stash_dbc=292_500)
    slashed(chain)
    assert act(chain, "apply_slash_review", 7, b"") == "Unknown"
    assert chain.attempt(chain.renter, PROFILE, "apply_slash_review", 0, b"") == (PROFILE, "NotMachineController")
    chain.do(chain.stash, "Balances", "transfer_keep_alive", chain.renter, chain.free(chain.stash) - 100 * DBC)
    assert act(chain, "apply_slash_review", 0, b"") == "BalanceNotEnough"
    chain.goto(chain.engine.state.get(PENDING_SLASH, 0).exec_time)
    assert act(chain, "apply_slash_review", 0, b"") == "Unknown"


@pytest.mark.parametrize(("profile", "reserved"), [(LAUNCH_2021, 1_000), (MAINNET_411, 2_000)])
def test_a_second_appeal_strands_the_stake_of_the_first_on_the_network_only(new_chain, profile, reserved) -> None:
    chain = new_chain(profile=profile)
    slashed(chain)
    before = chain.reserved(chain.stash)
    assert act(chain, "apply_slash_review", 0, b"why") == "ok"
    assert act(chain, "apply_slash_review", 0, b"once more") == "ok"
    assert chain.reserved(chain.stash) - before == reserved * DBC
    assert chain.engine.state.get(SLASH_REVIEW, 0).reason == b"once more"


def test_the_technical_committee_grants_an_appeal_only_where_there_is_one(chain) -> None:
    slashed(chain)
    stake = machine(chain).stake_amount
    assert chain.attempt(chain.sudo, PROFILE, "cancel_slash", 0) == ("System", "BadOrigin")
    assert chain.root(PROFILE, "cancel_slash", 0) == ("System", "BadOrigin")
    assert chain.grant(PROFILE, "cancel_slash", 5) == (PROFILE, "SlashIdNotExist")
    assert chain.grant(PROFILE, "cancel_slash", 0) == (PROFILE, "Unknown")
    assert act(chain, "apply_slash_review", 0, b"why") == "ok"
    due = chain.engine.state.get(PENDING_SLASH, 0).exec_time
    assert chain.grant(PROFILE, "cancel_slash", 0) is None
    assert chain.reserved(chain.stash) == stake
    treasury = chain.free(chain.engine.profile.treasury)
    chain.goto(due + 1)
    assert chain.free(chain.engine.profile.treasury) == treasury


def test_only_an_idle_machine_can_change_its_hardware(chain) -> None:
    chain.bond()
    assert act(chain, "offline_machine_change_hardware_info", chain.machine_id) == "MachineStatusNotAllowed"
    other = (chain.renter, PROFILE, "offline_machine_change_hardware_info", chain.machine_id)
    assert chain.attempt(*other) == (PROFILE, "NotMachineController")
    chain.describe()
    chain.vote(*[chain.hardware()] * 3)
    chain.do(chain.stash, "Balances", "transfer_keep_alive", chain.renter, chain.free(chain.stash) - 100 * DBC)
    assert act(chain, "offline_machine_change_hardware_info", chain.machine_id) == "BalanceNotEnough"
    assert machine(chain).status is MachineStatus.ONLINE
    assert chain.engine.state.get(HARDWARE_CHANGE, chain.machine_id) is None


def test_changed_hardware_is_told_before_it_is_paid(chain) -> None:
    chain.online()
    call = Call(PROFILE, "offline_machine_change_hardware_info", (chain.machine_id,))
    told = {one.kind: one.facts.get("amount") for one in chain.engine.preview(call, chain.stash, 150).consequences}
    assert told["verify_fee"] == Balance(3_833_333_333_333_333_333)
    assert told["hardware_slash"] == Balance(11_428_571_428_571_428_571)
    assert "goes_offline" in told


def test_a_refused_second_look_is_paid_and_starts_over(chain) -> None:
    chain.online()
    online_height, deadline = machine(chain).online_height, machine(chain).reward_deadline
    stake = machine(chain).stake_amount
    chain.eras(3)
    locked = unpack(chain.engine.state.get(payout.QUEUES, chain.machine_id)).locked
    assert locked > 0
    assert act(chain, "offline_machine_change_hardware_info", chain.machine_id) == "ok"
    assert points.total_at(chain.engine.state, 4) == 0
    chain.describe()
    before = [chain.free(member) for member in chain.booked]
    chain.vote(*[chain.hardware(support=False)] * 3)
    assert machine(chain).status is MachineStatus.COMMITTEE_VERIFYING
    gained = [chain.free(member) - old for member, old in zip(chain.booked, before, strict=True)]
    assert gained == [1_277_777_777_777_777_777 - 2 * 150_113_648_000] * 3
    change = chain.engine.state.get(HARDWARE_CHANGE, chain.machine_id)
    assert (change.verify_fee, change.offline_slash, change.to_describe) == (0, 11_428_571_428_571_428_571, True)
    held = chain.reserved(chain.stash)
    chain.describe()
    assert chain.reserved(chain.stash) - held == 3_833_333_333_333_333_333
    chain.vote(*[chain.hardware()] * 3)
    found = machine(chain)
    assert (found.status, found.online_height, found.reward_deadline) == (
        MachineStatus.ONLINE,
        online_height,
        deadline,
    )
    assert found.stake_amount == chain.reserved(chain.stash) == stake
    assert chain.engine.state.get(STASH_STAKE, chain.stash) == stake
    assert unpack(chain.engine.state.get(payout.QUEUES, chain.machine_id)).locked == locked


@pytest.mark.parametrize(("profile", "result"), [(LAUNCH_2021, "MachineStatusNotAllowed"), (MAINNET_411, "ok")])
def test_a_machine_with_new_hardware_may_slip_back_unseen_on_the_network_only(new_chain, profile, result) -> None:
    chain = new_chain(profile=profile)
    chain.online()
    assert act(chain, "offline_machine_change_hardware_info", chain.machine_id) == "ok"
    assert act(chain, "controller_report_online", chain.machine_id) == result


@pytest.mark.parametrize(("profile", "kept"), [(LAUNCH_2021, True), (MAINNET_411, False)])
def test_more_gpus_than_the_stash_can_pay_for_wait(new_chain, profile, kept: bool) -> None:
    chain = new_chain(profile=profile)
    chain.online()
    chain.eras(3)
    assert act(chain, "offline_machine_change_hardware_info", chain.machine_id) == "ok"
    chain.describe()
    chain.do(chain.stash, "Balances", "transfer_keep_alive", chain.renter, chain.free(chain.stash) - 100 * DBC)
    chain.vote(*[chain.hardware(gpus=8)] * 3)
    assert machine(chain).status is MachineStatus.WAITING_FULFILL
    chain.do(chain.renter, "Balances", "transfer_keep_alive", chain.stash, 1_000_000 * DBC)
    assert act(chain, "fulfill_machine", chain.machine_id) == "ok"
    assert machine(chain).gpu_num == 8
    assert machine(chain).stake_amount == 8 * machine(chain).init_stake_per_gpu
    assert bool(unpack(chain.engine.state.get(payout.QUEUES, chain.machine_id)).waiting) is kept


@pytest.mark.vector
def test_v44_hardware_change(new_chain) -> None:
    profile = replace(MAINNET_411, stake=FixedStake(usd_limit=7_700_000_000), reonline_stake=24_000_000)
    chain = new_chain(profile=profile)
    chain.online()
    chain.plant_stake(400_000 * DBC)
    assert act(chain, "offline_machine_change_hardware_info", chain.machine_id) == "ok"
    told = chain.event("MachineOfflineToMutHardware").fields
    assert (told["verify_fee"], told["offline_slash"]) == (2_000 * DBC, 16_000 * DBC)
    chain.describe()
    before = [chain.free(member) for member in chain.booked]
    chain.vote(*[chain.hardware(gpus=8)] * 3)
    gained = [chain.free(member) - old for member, old in zip(chain.booked, before, strict=True)]
    assert gained == [666_666_666_000_000_000 - 2 * 150_113_648_000] * 3
    assert machine(chain).stake_amount == 80_000 * DBC
    assert chain.reserved(chain.stash) == 400_000 * DBC

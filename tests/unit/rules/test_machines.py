"""A machine from the bond to the payout, and off and on again (chain-rules 4; design 3.1)."""

from __future__ import annotations

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, MachineStatus
from dbc_desktop.rules import committee, reward_queue
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.rows import MACHINES, PENDING_SLASH, STASH_STAKE, stash_rewards

DBC = 10**15
FIRST = 71_428_571_428_571_428_571
PROFILE = "OnlineProfile"


def machine(chain):
    return chain.engine.state.get(MACHINES, chain.machine_id)


def test_bond_reserves_the_first_stake_and_takes_ten_dbc(chain) -> None:
    chain.bond()
    fees = 2 * (113_638_000 + 150 * 10**9 + 10_000)
    assert chain.reserved(chain.stash) == FIRST
    assert chain.free(chain.stash) == 10_000_000 * DBC - FIRST - 10 * DBC - fees
    assert machine(chain).status is MachineStatus.ADDING_CUSTOMIZE_INFO
    assert chain.event("BondMachine").fields["stake"] == FIRST


def test_controller_serves_one_stash_only(chain) -> None:
    chain.do(chain.stash, PROFILE, "set_controller", chain.renter)
    assert chain.attempt(chain.stash, PROFILE, "set_controller", chain.sudo) == (PROFILE, "AlreadyController")
    assert chain.attempt(chain.sudo, PROFILE, "set_controller", chain.renter) == (PROFILE, "AlreadyController")


def test_bond_needs_a_stash_an_unknown_id_and_enough_coins(new_chain) -> None:
    chain = new_chain()
    message = bind_message(chain.machine_id, ss58.encode(chain.stash))
    call = (chain.stash, PROFILE, "bond_machine", chain.machine_id, message, chain.keys.sign(message))
    assert chain.attempt(*call) == (PROFILE, "NoStashBond")
    chain.bond()
    assert chain.attempt(*call) == (PROFILE, "MachineIdExist")
    poor = new_chain(stash_dbc=71_428)
    poor.do(poor.stash, PROFILE, "set_controller", poor.stash)
    before = poor.free(poor.stash)
    assert poor.attempt(*call) == (PROFILE, "BalanceNotEnough")
    assert poor.free(poor.stash) == before - (113_638_000 + 150 * 10**9 + 10_000)


def test_description_needs_an_operator_and_an_own_room(chain) -> None:
    chain.bond()
    east, north = Coordinate("East", 1), Coordinate("North", 1)
    nowhere = CustomizeInfo(bytes(32), 1, 1, east, north, ("x",))
    silent = CustomizeInfo(bytes(32), 1, 1, east, north, ())
    call = (PROFILE, "add_machine_info", chain.machine_id)
    assert chain.attempt(chain.stash, *call, silent) == (PROFILE, "TelecomIsNull")
    assert chain.attempt(chain.stash, *call, nowhere) == (PROFILE, "ServerRoomNotFound")
    assert chain.attempt(chain.renter, *call, nowhere) == (PROFILE, "NotMachineController")
    chain.describe()
    assert machine(chain).status is MachineStatus.COMMITTEE_VERIFYING


def test_confirmed_machine_takes_the_stake_of_all_gpus_and_goes_online(chain) -> None:
    chain.online()
    found = machine(chain)
    assert found.status is MachineStatus.ONLINE
    assert found.stake_amount == chain.reserved(chain.stash) == 4 * FIRST
    assert found.hardware is not None
    assert found.hardware.rand_str == ""
    assert found.reward_deadline == 731
    assert sorted(found.reward_committee) == sorted(chain.booked)


def test_machine_without_enough_stake_waits_until_it_is_fulfilled(new_chain) -> None:
    chain = new_chain(stash_dbc=100_000)
    chain.online()
    assert machine(chain).status is MachineStatus.WAITING_FULFILL
    call = (chain.stash, PROFILE, "fulfill_machine", chain.machine_id)
    assert chain.attempt(*call) == (PROFILE, "BalanceNotEnough")
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", chain.stash, 250_000 * DBC)
    chain.do(*call)
    assert machine(chain).status is MachineStatus.ONLINE
    assert chain.reserved(chain.stash) == 285_714_285_714_285_714_284
    assert chain.attempt(*call) == (PROFILE, "MachineStatusNotAllowed")


def test_only_machine_earns_the_whole_pool_a_quarter_at_once(chain) -> None:
    chain.online()
    chain.goto(14_402)
    assert stash_rewards(chain.engine.state, chain.stash).earned == 0
    chain.goto(2 * 14_400 + 3)
    held = stash_rewards(chain.engine.state, chain.stash)
    assert held.earned == 1_084_931_100_000_000_000_002
    assert held.can_claim == 271_232_775_000_000_000_000
    assert held.locked == 813_698_325_000_000_000_002
    (row,) = [row for row in chain.history if row.kind == "reward"]
    assert (row.subject, row.index) == (chain.machine_id, 2)


def test_all_of_a_reward_is_released_to_the_last_unit_150_eras_later(chain) -> None:
    chain.online()
    chain.eras(2)
    earned = stash_rewards(chain.engine.state, chain.stash).earned
    assert earned == 1_084_931_100_000_000_000_002
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.eras(149)
    held = stash_rewards(chain.engine.state, chain.stash)
    assert held.earned == earned
    assert held.locked == 5_424_655_500_000_000_002
    chain.eras(1)
    held = stash_rewards(chain.engine.state, chain.stash)
    assert (held.can_claim, held.locked) == (earned, 0)
    chain.do(chain.stash, PROFILE, "claim_rewards")
    assert chain.event("ClaimReward").fields["amount"] == earned
    assert chain.engine.next_due() == 2_203_201


def test_committee_gets_its_percent_and_nothing_is_lost(chain) -> None:
    chain.online()
    chain.eras(2)
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.eras(150)
    parts = [committee.stake_of(chain.engine.state, member).can_claim for member in chain.booked]
    assert parts == [3_652_966_666_666_666_666] * 3
    assert sum(parts) + stash_rewards(chain.engine.state, chain.stash).earned == 1_095_890 * DBC


def test_claim_first_raises_the_stake_to_its_cap(chain) -> None:
    chain.online()
    chain.eras(2)
    free = chain.free(chain.stash)
    chain.do(chain.stash, PROFILE, "claim_rewards")
    assert machine(chain).stake_amount == 285_714_285_714_285_714_284 + 271_232_775_000_000_000_000
    assert chain.free(chain.stash) == free - 150_113_648_000
    for _ in range(3):
        chain.eras(1)
        chain.do(chain.stash, PROFILE, "claim_rewards")
    assert machine(chain).stake_amount == chain.reserved(chain.stash) == 4 * 238_095_238_095_238_095_238
    assert stash_rewards(chain.engine.state, chain.stash).can_claim == 0


def test_offline_loses_the_reward_of_the_era_and_costs_two_percent(chain) -> None:
    chain.online()
    chain.eras(2)
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    assert machine(chain).status is MachineStatus.STAKER_REPORT_OFFLINE
    assert points.total_at(chain.engine.state, 3) == 0
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    slash = 5_714_285_714_285_714_286
    assert chain.engine.state.get(PENDING_SLASH, 0).amount == slash
    assert chain.reserved(chain.stash) == 4 * FIRST + slash
    treasury = chain.free(chain.engine.profile.treasury)
    due = chain.engine.height + 28_800
    chain.goto(due - 1)
    assert chain.reserved(chain.stash) == 4 * FIRST + slash
    chain.goto(due)
    assert chain.reserved(chain.stash) == 4 * FIRST
    assert chain.engine.state.get(STASH_STAKE, chain.stash) == 4 * FIRST
    assert chain.free(chain.engine.profile.treasury) == treasury + slash
    rewards = [row for row in chain.history if row.kind == "reward"]
    assert [(row.index, row.value.split(b",")[0]) for row in rewards] == [
        (2, b"[1084931100000000000002"),
        (3, b"[0"),
        (4, b"[1084931100000000000002"),
    ]


def test_renters_share_a_tenth_of_the_slash(chain) -> None:
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.goto(chain.engine.height + 100)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    assert machine(chain).status is MachineStatus.RENTED
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert (slash.amount, slash.renters, slash.reason) == (
        11_428_571_428_571_428_571,
        (chain.renter,),
        "RentedReportOffline",
    )
    before = chain.free(chain.renter)
    chain.goto(slash.exec_time)
    assert chain.free(chain.renter) - before == 1_142_857_142_857_142_857


def test_queue_survives_packing() -> None:
    queue = reward_queue.Queue(1, 2, 3, 4, 5, (10**24).to_bytes(16) + (7).to_bytes(16))
    assert reward_queue.unpack(reward_queue.pack(queue)) == queue
    assert reward_queue.rewards(queue) == [10**24, 7]

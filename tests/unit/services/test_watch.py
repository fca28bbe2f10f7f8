from __future__ import annotations

from dataclasses import replace

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.gpu import GpuReading, Missing, RigSample
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.services.watch import NeedKind, needs_you
from tests.doubles.scripted_chain import ScriptedChain

ME = Address(b"\x01" * 32)
OTHER = Address(b"\x02" * 32)
MACHINE = MachineId("ab" * 32)
ORDER = RentOrder(
    7, MACHINE, ME, 4, (0, 1, 2, 3), 1_000, 1_150, 15_400, RentStatus.WAITING_VERIFYING, Balance.of_dbc(37)
)
WAITING = Machine(
    machine_id=MACHINE, stash=ME, controller=ME, status=MachineStatus.WAITING_FULFILL, bonding_height=100,
    online_height=0, last_online_height=0, stake_held=Balance.of_dbc(70_000), stake_needed=Balance.of_dbc(560_000),
    stake_cap=None, gpu_num=8, rented_gpu_num=0, hardware=None, customize=None, verification=None, day_price_usd=None,
    reward_today=ZERO, total_earned=ZERO, total_rented_times=0, total_rented_duration=0, total_rent_fee=ZERO,
    total_burn_fee=ZERO,
)  # fmt: skip
LOST = GpuReading(
    "GPU-3", 3, "NVIDIA GeForce RTX 4090", 0.0, None, None, None, None, None, None, None, None, None, None,
    {"gpu_percent": Missing.GPU_LOST}, is_lost=True,
)  # fmt: skip


def kinds(chain: ScriptedChain, account: Address | None = ME) -> list[NeedKind]:
    return [need.kind for need in needs_you(chain, (), account, None)]


def test_an_order_needs_its_renter_up_to_the_last_block_of_the_confirm_window() -> None:
    chain = ScriptedChain(height=1_150, orders=[ORDER])
    (need,) = needs_you(chain, (), ME, None)
    assert (need.kind, need.height, need.subject) == (NeedKind.CONFIRM_WINDOW, 1_150, "7")
    assert need.facts["fee"] == Balance.of_dbc(37)
    chain.height = 1_151
    assert kinds(chain) == []


def test_another_account_is_not_bothered_with_my_order() -> None:
    assert kinds(ScriptedChain(height=1_100, orders=[ORDER]), OTHER) == []


def test_a_lease_is_told_in_its_last_hour() -> None:
    running = replace(ORDER, status=RentStatus.RENTING)
    assert kinds(ScriptedChain(height=14_799, orders=[running])) == []
    assert kinds(ScriptedChain(height=14_800, orders=[running])) == [NeedKind.LEASE_ENDING]
    ended = replace(ORDER, status=RentStatus.ENDED)
    assert kinds(ScriptedChain(height=15_399, orders=[ended])) == []


def test_a_confirmed_machine_that_lacks_stake_says_how_much() -> None:
    (need,) = needs_you(ScriptedChain(machines=[WAITING]), (), ME, None)
    assert (need.kind, need.subject) == (NeedKind.STAKE_SHORT, MACHINE)
    assert need.facts["missing"] == Balance.of_dbc(490_000)


def test_the_controller_sees_the_machines_of_its_stash() -> None:
    chain = ScriptedChain(machines=[WAITING], controllers={ME: OTHER})
    assert kinds(chain, OTHER) == [NeedKind.STAKE_SHORT]


def test_an_offline_machine_needs_its_owner() -> None:
    offline = replace(WAITING, status=MachineStatus.STAKER_REPORT_OFFLINE)
    assert kinds(ScriptedChain(machines=[offline])) == [NeedKind.MACHINE_OFFLINE]


def test_a_key_that_was_not_written_down_needs_its_owner_and_a_watched_account_does_not() -> None:
    accounts = (
        Account(ME, "mine", KeyPlace.KEYRING),
        Account(OTHER, "safe", KeyPlace.KEYRING, backed_up=True),
        Account(Address(b"\x03" * 32), "watched", KeyPlace.WATCH_ONLY),
    )
    needs = needs_you(ScriptedChain(), accounts, None, None)
    assert [(need.kind, need.facts["name"]) for need in needs] == [(NeedKind.KEY_NOT_BACKED_UP, "mine")]


def test_deadlines_come_first_and_the_rest_by_how_bad_it_is() -> None:
    soon = replace(ORDER, rent_id=8, confirm_until=1_120)
    chain = ScriptedChain(height=1_100, orders=[ORDER, soon], machines=[WAITING])
    sample = RigSample("rig-01", "nvml", 0.0, (LOST,), trouble="driver_gone")
    needs = needs_you(chain, (Account(ME, "mine", KeyPlace.KEYRING),), ME, sample)
    assert [(need.kind.value, need.subject) for need in needs] == [
        ("confirm_window", "8"),
        ("confirm_window", "7"),
        ("gpu_lost", "GPU-3"),
        ("driver_trouble", "rig-01"),
        ("stake_short", MACHINE),
        ("key_not_backed_up", "01" * 32),
    ]


def test_nothing_is_asked_of_a_newcomer() -> None:
    assert needs_you(ScriptedChain(), (), None, None) == ()

"""Vectors V-36 to V-49 of the reference on `mainnet-411` (chain-rules 12.4): slashes, committees, burn."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.dispute import FaultKind, MachineFault
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import balances, committee, online_committee
from dbc_desktop.rules.council_reward import council_reward
from dbc_desktop.rules.online_profile import offline
from dbc_desktop.rules.online_profile.rows import PENDING_SLASH, SLASH_SHARES
from dbc_desktop.rules.profile import RENT_POT, TREASURY
from tests.doubles.reporting import judged_fast
from tests.unit.rules.test_vectors import CALL, DBC, PROFILE, RENT, VECTORS, machine, order, rent_and_confirm

pytestmark = pytest.mark.vector


@pytest.fixture
def chain(new_chain):
    made = new_chain(profile=VECTORS)
    made.online()
    return made


def test_v36_offline_for_ten_blocks(chain) -> None:
    chain.goto(10)
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.goto(20)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert (slash.amount, slash.renters, slash.reason) == (800 * DBC, (), "OnlineReportOffline")
    assert slash.exec_time == 21 + 28_800
    assert chain.reserved(chain.stash) == 40_800 * DBC
    chain.goto(21 + 28_800)
    assert chain.reserved(chain.stash) == 40_000 * DBC


def test_v37_offline_while_rented(chain) -> None:
    rent_and_confirm(chain)
    chain.plant_stake(436_000 * DBC)
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.goto(chain.engine.height + 9)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert (slash.amount, slash.renters) == (8_720 * DBC, (chain.renter,))
    renter, treasury = chain.free(chain.renter), chain.free(TREASURY)
    chain.goto(slash.exec_time)
    assert chain.free(chain.renter) - renter == 872 * DBC
    assert chain.free(TREASURY) - treasury == 7_848 * DBC


def test_v38_rent_ends_while_offline(chain) -> None:
    rent_and_confirm(chain, 4, 14_400)
    end = order(chain).rent_end
    chain.plant_stake(436_000 * DBC)
    chain.goto(end - 300)
    chain.do(chain.stash, PROFILE, "controller_report_offline", chain.machine_id)
    chain.goto(end + 300)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert (slash.amount, slash.renters) == (17_440 * DBC, ())
    assert machine(chain).status is MachineStatus.ONLINE
    assert machine(chain).total_rented_duration == 14_400


@pytest.mark.parametrize(("blocks", "amount"), [(50, 800), (200, 1_600), (28_801, 12_000), (144_001, 32_000)])
def test_v39_percent_of_an_idle_machine(chain, blocks: int, amount: int) -> None:
    away = machine(chain)._replace(previous=MachineStatus.ONLINE, offline_height=1_000)
    assert offline.slash_on_return(VECTORS, away, 1_000 + blocks) == amount * DBC


@pytest.fixture
def upheld(chain):
    """A rented machine with 400,000 DBC at stake, reported by its renter and away for 53 blocks."""
    rent_and_confirm(chain)
    chain.do(chain.renter, RENT, "relet_machine", 0, 144_000)
    assert machine(chain).stake_amount == 400_000 * DBC
    fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, chain.machine_id, 0)
    chain.do(chain.renter, "MaintainCommittee", "report_machine_fault", fault)
    reported = chain.engine.height
    judged_fast(chain, [True] * 3)
    chain.goto(reported + 52)
    chain.do(chain.stash, PROFILE, "controller_report_online", chain.machine_id)
    return chain


def test_v40_slash_of_an_upheld_report(upheld) -> None:
    chain = upheld
    slash, shares = chain.engine.state.get(PENDING_SLASH, 0), chain.engine.state.get(SLASH_SHARES, 0)
    assert (slash.amount, slash.renters, slash.reason) == (16_000 * DBC, (chain.renter,), "RentedInaccessible")
    assert (shares.reporter, shares.committee) == (None, tuple(chain.committee[:3]))
    accounts = (chain.renter, *chain.committee[:3], TREASURY)
    before = [chain.free(who) for who in accounts]
    chain.goto(slash.exec_time)
    gained = [chain.free(who) - old for who, old in zip(accounts, before, strict=True)]
    assert gained == [1_600 * DBC, *[1_066_666_665_600_000_000] * 3, 11_200 * DBC + 3_200_000_000]


def test_v40_an_appeal_that_is_granted_gives_both_back(upheld) -> None:
    chain, reserved = upheld, upheld.reserved(upheld.stash)
    chain.do(chain.stash, PROFILE, "apply_slash_review", 0, b"the line was cut")
    assert chain.reserved(chain.stash) - reserved == 1_000 * DBC
    assert chain.grant(PROFILE, "cancel_slash", 0) is None
    assert reserved - chain.reserved(chain.stash) == 16_000 * DBC
    assert chain.engine.state.get(PENDING_SLASH, 0) is None


def test_v41_refused_machine(new_chain) -> None:
    chain = new_chain(profile=VECTORS)
    chain.bond()
    chain.describe()
    free = chain.free(chain.stash)
    chain.vote(*[chain.hardware(support=False)] * 3)
    assert chain.free(chain.stash) - free == 9_500 * DBC
    assert chain.reserved(chain.stash) == 500 * DBC
    before, treasury = [chain.free(member) for member in chain.booked], chain.free(TREASURY)
    chain.goto(chain.engine.height + 28_800)
    gained = [chain.free(member) - old for member, old in zip(chain.booked, before, strict=True)]
    assert gained == [166_666_666_500_000_000] * 3
    assert chain.free(TREASURY) - treasury == 500_000_000


def test_v42_silent_member(new_chain) -> None:
    chain = new_chain(profile=VECTORS)
    chain.bond()
    chain.describe()
    booked, silent = chain.engine.height, chain.booked[2]
    chain.vote(chain.hardware(), chain.hardware())
    slash = chain.engine.state.get(online_committee.PENDING, 0)
    assert chain.engine.height > booked + 21_600
    assert slash.exec_time == chain.engine.height + 28_800
    chain.goto(slash.exec_time)
    held = committee.stake_of(chain.engine.state, silent)
    assert (held.staked, held.used) == (19_000 * DBC, 0)


def test_v43_verification_slots(new_chain) -> None:
    chain = new_chain(profile=VECTORS)
    chain.bond()
    chain.describe()
    order = chain.engine.state.get(online_committee.ORDERS, chain.machine_id)
    assert order.book_time == 4
    slots = [online_committee.verify_times(order, member) for member in order.booked]
    assert slots == [
        (4, 4 + 7_200, 4 + 14_400),
        (4 + 2_400, 4 + 9_600, 4 + 16_800),
        (4 + 4_800, 4 + 12_000, 4 + 19_200),
    ]
    chain.goto(4 + 21_600)
    revealing = chain.engine.state.get(online_committee.ORDERS, chain.machine_id)
    assert revealing.status == online_committee.REVEALING


@pytest.mark.parametrize(
    ("price", "dbc"),
    [
        (10_000, (500_000, 200_000, 200_000)),
        (20_000, (250_000, 100_000, 100_000)),
        (5_000, (600_000, 200_000, 200_000)),
    ],
)
def test_v49_reward_of_the_council(price: int, dbc: tuple[int, ...]) -> None:
    assert council_reward(price) == tuple(amount * DBC for amount in dbc)


def test_v48_coins_are_destroyed_by_hand_and_by_the_hook(chain) -> None:
    issuance, free = balances.issuance(chain.engine.state), chain.free(chain.renter)
    chain.do(chain.renter, "GenericFunc", "destroy_free_dbc", 1_000 * DBC)
    assert free - chain.free(chain.renter) == 1_000 * DBC + CALL
    assert issuance - balances.issuance(chain.engine.state) == 1_000 * DBC
    chain.do(chain.renter, "Balances", "transfer_keep_alive", RENT_POT, 10_000 * DBC)
    chain.goto(14_399)
    assert chain.free(RENT_POT) == 10_000 * DBC
    chain.goto(14_400)
    assert chain.free(RENT_POT) == 10 * DBC
    assert issuance - balances.issuance(chain.engine.state) == 10_990 * DBC
    chain.do(chain.renter, "Balances", "transfer_keep_alive", RENT_POT, 1_000 * DBC)
    chain.goto(28_800)
    assert chain.free(RENT_POT) == 10 * DBC
    assert chain.engine.state.get(balances.BURNED, RENT_POT) == 10_990 * DBC

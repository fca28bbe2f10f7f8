"""Each alert that the chain gives rise to, from signed extrinsics, at the block from which on something can be lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.bootstrap.monitoring import message_of
from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.chain.local.launch import SEED, SUDO, PlayKeys
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.alert import AlertKind
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.branches import ResidentSettings
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import WorkStep
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.parameters import PhaseRewards
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.services.renting import confirm_call, my_orders, rent_call
from dbc_desktop.services.staking import fulfill_call, offline_call
from dbc_desktop.telemetry.alert_book import AlertBook
from tests.doubles.chain_user import ChainUser
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample
from tests.e2e.newcomer import (
    Newcomer,
    bring_to_the_committee,
    in_process,
    let_the_committee_look,
    newcomer_at,
    take_play_money,
)


class Watch:
    """The alerts of a person and whom else is asked for, judged block by block."""

    def __init__(self, person: Newcomer, folder: Path) -> None:
        self.person, self.clock = person, HandClock()
        self.alerts = Alerts(AlertBook(folder / "alerts.sqlite3", self.clock), message_of, self.clock)

    def now(self, *accounts: Address) -> list[tuple[AlertKind, str]]:
        """What is told at the newest block; each look is of another time."""
        self.clock.wait(1)
        self.alerts.look_at_chain(self.person.chain, accounts)
        return sorted((one.kind, one.subject) for one in self.alerts.book.open_alerts())

    def begins_at(self, height: int, alert: tuple[AlertKind, str], *accounts: Address) -> None:
        """It is not told one block before `height`, and told at it."""
        self.person.jump_to(height - 1)
        assert alert not in self.now(*accounts)
        self.person.jump_to(height)
        assert alert in self.now(*accounts)


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Newcomer]:
    with newcomer_at(tmp_path, in_process) as made:
        yield made


@pytest.fixture
def watch(person: Newcomer, tmp_path: Path) -> Iterator[Watch]:
    made = Watch(person, tmp_path)
    yield made
    made.alerts.close()


def test_every_alert_of_the_chain_comes_before_the_penalty(person: Newcomer, watch: Watch) -> None:
    chain, owner, renter = person.chain, person.make_account("operator"), person.make_account("customer")
    take_play_money(person, owner)
    machine_id = bring_to_the_committee(person, owner)
    person.spend(Call("Balances", "transfer_keep_alive", (renter.raw, Balance.of_dbc(500_000).units)), owner)

    # A member that committed to what it found has to reveal it.
    while (order := person.machine(machine_id).verification) is None or not order.hashed:
        person.jump_to(chain.head().height + 300)
    member = order.hashed[0]
    (work,) = [one for one in chain.committee_work(member) if one.machine_id == machine_id]
    assert (work.step, work.until) == (WorkStep.WAIT, order.hash_until)
    chain.set_residents(ResidentSettings(is_paused=True))
    watch.begins_at(order.reveal_until - 2_400, (AlertKind.REVEAL_DUE, machine_id), member)
    chain.set_residents(ResidentSettings())
    let_the_committee_look(person, machine_id)
    assert watch.now(member) == []

    # Verified, but the stake is not there.
    assert person.machine(machine_id).status is MachineStatus.WAITING_FULFILL
    assert watch.now(owner) == [(AlertKind.STAKE_SHORT, machine_id)]
    (short,) = watch.alerts.book.open_alerts()
    assert short.facts["missing"] == "499999999999999999997"  # seven GPUs at 71,428.571428571428571 DBC
    take_play_money(person, owner)
    person.spend(fulfill_call(machine_id), owner)
    assert watch.now(owner) == []

    # Rented: the renter has to confirm, and both are told when the lease ends.
    rented = person.spend(rent_call(machine_id, 4, 1_200), renter)
    (rent,) = my_orders(chain, renter)
    subject = str(rent.rent_id)
    assert rent.confirm_until == rent.rent_start + 150
    watch.begins_at(rent.confirm_until - 100, (AlertKind.CONFIRM_ENDING, subject), renter)
    person.spend(confirm_call(rent.rent_id), renter)
    assert watch.now(renter) == []
    assert rented.succeeded
    watch.begins_at(rent.rent_end - 600, (AlertKind.LEASE_ENDING, subject), renter, owner)

    # A GPU of the rented machine is lost, and nobody has said so yet.
    watch.alerts.match({machine_id: ""})
    watch.alerts.hear(sample(lost(0), *(reading(index) for index in range(1, 8))))
    trouble = (AlertKind.RENTED_IN_TROUBLE, machine_id)
    watch.now(owner)
    watch.clock.wait(29)
    assert trouble in watch.now(owner)
    person.spend(offline_call(machine_id), owner)
    watch.now(owner)
    watch.clock.wait(60)  # what a sensor says may flicker
    assert trouble not in watch.now(owner)

    # Reported: each step makes coming back dearer, and is told before it is there.
    clock = chain.slash_clock(machine_id)
    assert clock is not None
    step = (AlertKind.SLASH_STEP, machine_id)
    (first, *_) = sorted(one.height for one in chain.deadlines(owner) if one.kind == "slash_step")
    assert first > chain.head().height
    assert step in watch.now(owner)
    person.jump_to(first + 1)
    (second, *_) = sorted(one.height for one in chain.deadlines(owner) if one.kind == "slash_step")
    assert second > first
    watch.begins_at(second - 600, step, owner)


def test_a_day_without_a_reward_is_told_once_every_payout_is_through(person: Newcomer, watch: Watch) -> None:
    """Root lets an era earn nothing: the machine was online for all of it."""
    chain, owner = person.chain, person.make_account("operator")
    take_play_money(person, owner)
    machine_id = bring_to_the_committee(person, owner)
    take_play_money(person, owner)
    let_the_committee_look(person, machine_id)
    assert person.machine(machine_id).status is MachineStatus.ONLINE
    era = chain.head().era
    person.jump_to_era(era + 2, 101)
    assert watch.now(owner) == []  # the era before was paid
    root(chain, Call("OnlineProfile", "set_reward_info", (PhaseRewards(0, 10_000, 0, 0, 0, 0),)))
    # Era + 3 earns nothing; its payouts run through the first hundred blocks of the next.
    watch.begins_at((era + 3) * 14_400 + 101, (AlertKind.REWARD_MISSED, machine_id), owner)


def root(chain: LocalBackend, call: Call) -> None:
    """A signed extrinsic of the resident who holds the sudo key."""
    sudo = ChainUser("//Alice")
    sudo.pair = PlayKeys(SEED).pair(SUDO)
    sudo.address = Address(sudo.pair.public)
    receipt = chain.receipt(sudo.send(chain, Call("Sudo", "sudo", (call,))))
    assert receipt is not None
    assert receipt.succeeded

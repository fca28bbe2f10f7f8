"""Rigs and chain are judged together, and somebody is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.alert import RULES, AlertKind
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.errors import NotDelivered
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.network import Deadline
from dbc_desktop.domain.reward import RewardRow
from dbc_desktop.notify.ports import Message
from dbc_desktop.screens.alerts import message_words
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.services.chain_alerts import chain_conditions
from dbc_desktop.telemetry.alert_book import AlertBook
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample
from tests.doubles.scripted_chain import ScriptedChain
from tests.unit.services.test_watch import ME, WAITING

BY_KIND = {rule.kind: rule for rule in RULES}
MACHINE = MachineId("ab" * 32)
ONLINE = replace(WAITING, status=MachineStatus.ONLINE, gpu_num=2, last_online_height=100)
RENTED = replace(ONLINE, status=MachineStatus.RENTED, rented_gpu_num=2)


def found(chain: ScriptedChain, rigs=None, account: Address = ME):
    return [(one.kind, one.subject) for one in chain_conditions(chain, (account,), rigs or {}, BY_KIND)]


def test_deadlines_become_alerts_when_they_are_near():
    ends = (
        Deadline("slash_step", 2_000, MACHINE),
        Deadline("confirm", 1_450, "7"),
        Deadline("lease_end", 2_001, "8"),
        Deadline("payout", 1_402, "1"),
    )
    assert found(ScriptedChain(height=1_400, ends=ends)) == [
        (AlertKind.SLASH_STEP, MACHINE),
        (AlertKind.CONFIRM_ENDING, "7"),
    ]


def test_a_machine_that_lacks_stake_is_told_with_the_amount():
    (one,) = chain_conditions(ScriptedChain(machines=[WAITING]), (ME,), {}, BY_KIND)
    assert (one.kind, one.facts["missing"]) == (AlertKind.STAKE_SHORT, str(Balance.of_dbc(490_000).units))


@pytest.mark.parametrize(
    ("machine", "rig", "kind"),
    [
        (RENTED, sample(reading(0), lost(1)), AlertKind.RENTED_IN_TROUBLE),
        (RENTED, replace(sample(), trouble="unreachable"), AlertKind.RENTED_IN_TROUBLE),
        (RENTED, sample(reading(0)), AlertKind.RENTED_IN_TROUBLE),
        (RENTED, sample(reading(0, load=0), reading(1, load=0)), AlertKind.IDLE_WHILE_RENTED),
        (ONLINE, sample(reading(0, load=0), reading(1, load=50)), AlertKind.BUSY_WHILE_NOT_RENTED),
    ],
)
def test_rig_and_machine_are_seen_together(machine, rig, kind):
    assert found(ScriptedChain(machines=[machine]), {MACHINE: rig}) == [(kind, MACHINE)]


@pytest.mark.parametrize(
    ("machine", "rig"),
    [
        (RENTED, sample(reading(0), reading(1))),
        (ONLINE, sample(reading(0, load=0), reading(1, load=0))),
        (ONLINE, replace(sample(), trouble="unreachable")),
    ],
)
def test_what_is_as_it_should_be_is_not_told(machine, rig):
    assert found(ScriptedChain(machines=[machine]), {MACHINE: rig}) == []


def test_a_machine_that_was_online_all_day_and_got_nothing_is_told():
    chain = ScriptedChain(height=2 * 14_400 + 101, machines=[replace(ONLINE, last_online_height=10)])
    assert found(chain) == [(AlertKind.REWARD_MISSED, MACHINE)]
    chain.reward_rows = [RewardRow(2, MACHINE, Balance.of_dbc(5), ZERO, ZERO)]
    assert found(chain) == []
    chain.reward_rows, chain.height = [], 2 * 14_400 + 50  # payouts are still running
    assert found(chain) == []


class Carrier:
    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.error: NotDelivered | None = None
        self.is_closed = False

    def send(self, message: Message) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)

    def close(self) -> None:
        self.is_closed = True


def words(alert):
    title, advice = message_words(alert)
    return Message(f"{alert.kind} {alert.subject}", alert.severity, title, advice, alert.began_at)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def alerts(tmp_path, clock):
    made = Alerts(AlertBook(tmp_path / "alerts.sqlite3", clock), words, clock)
    yield made
    made.close()


def lose_a_gpu(alerts: Alerts, clock: HandClock) -> None:
    alerts.hear(sample(lost(3)))
    clock.wait(3)
    alerts.hear(sample(lost(3)))


def test_a_lost_gpu_is_told_once_and_its_return_too(alerts, clock):
    carrier, heard = Carrier(), []
    alerts.set_carriers([carrier])
    alerts.subscribe(heard.append)
    lose_a_gpu(alerts, clock)
    alerts.hear(sample(lost(3)))
    assert alerts.deliver() == 1
    assert [message.title for message in carrier.sent] == ["rig-02: GPU 3 is lost"]
    alerts.hear(sample(reading(3)))
    clock.wait(60)
    alerts.hear(sample(reading(3)))
    assert alerts.deliver() == 1
    assert carrier.sent[1].title == "Over: rig-02: GPU 3 is lost"
    assert [(len(change.began), len(change.ended)) for change in heard] == [(1, 0), (0, 1)]


def test_what_is_not_taken_waits_and_is_not_lost(alerts, clock):
    carrier = Carrier()
    carrier.error = NotDelivered("unreachable")
    alerts.set_carriers([carrier])
    lose_a_gpu(alerts, clock)
    assert alerts.deliver() == 0
    assert isinstance(alerts.trouble, NotDelivered)
    assert alerts.has_messages()
    carrier.error = None
    assert alerts.deliver() == 1
    assert alerts.trouble is None
    assert not alerts.has_messages()


def test_the_test_button_says_what_went_wrong(alerts):
    carrier = Carrier()
    alerts.set_carriers([carrier])
    alerts.try_out("A test", "It works.")
    assert [(message.severity, message.body) for message in carrier.sent] == [("test", "It works.")]
    carrier.error = NotDelivered("refused")
    with pytest.raises(NotDelivered):
        alerts.try_out("A test", "")
    alerts.set_carriers([])
    assert carrier.is_closed


def test_a_sign_of_life_is_given_only_while_nothing_is_being_lost(alerts, clock):
    assert not alerts.is_well()
    alerts.hear(sample(reading(3)))
    assert alerts.is_well()
    lose_a_gpu(alerts, clock)
    assert not alerts.is_well()
    alerts.book.acknowledge(alerts.book.open_alerts()[0].number)
    assert alerts.is_well()


def test_a_matched_machine_is_judged_by_its_rig(alerts, clock):
    chain = ScriptedChain(machines=[RENTED])
    alerts.match({MACHINE: ""})
    alerts.hear(sample(lost(0), lost(1)))
    alerts.look_at_chain(chain, (ME,))
    clock.wait(30)
    change = alerts.look_at_chain(chain, (ME,))
    assert [one.kind for one in change.began] == [AlertKind.RENTED_IN_TROUBLE]


def test_the_nodes_program_is_missed(alerts, clock):
    alerts.watch_node("no-such-program-of-a-node")
    alerts.hear(sample(reading(0)))
    clock.wait(60)
    alerts.hear(sample(reading(0)))
    assert [one.kind for one in alerts.book.open_alerts()] == [AlertKind.NODE_GONE]
    alerts.watch_node("")
    alerts.hear(sample(reading(0)))
    clock.wait(60)
    alerts.hear(sample(reading(0)))
    assert alerts.book.open_alerts() == ()

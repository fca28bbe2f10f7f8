"""How long something holds, who knows, what is muted; and that a restart forgets nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.alert import RULES, AlertKind, Condition
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.telemetry.alert_book import EVERYTHING, AlertBook
from tests.doubles.hand_clock import HandClock

HOT = Condition(AlertKind.TOO_HOT, "GPU-0", {"celsius": 88.0})
LOST = Condition(AlertKind.GPU_LOST, "GPU-1", {"index": 1.0})
XID = Condition(AlertKind.XID, "GPU-0 79", {"xid": 79.0}, is_moment=True)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def book(tmp_path, clock):
    made = AlertBook(tmp_path / "alerts.sqlite3", clock)
    yield made
    made.close()


def begins(book: AlertBook, *conditions: Condition, source: str = "rig") -> list[AlertKind]:
    return [alert.kind for alert in book.look(source, conditions).began]


def test_a_condition_must_hold_for_its_time(book, clock):
    assert begins(book, HOT) == []
    clock.wait(59)
    assert begins(book, HOT) == []
    clock.wait(1)
    assert begins(book, HOT) == [AlertKind.TOO_HOT]
    assert begins(book, HOT) == []
    assert [one.facts for one in book.open_alerts()] == [{"celsius": 88.0}]


def test_a_gap_starts_the_time_anew(book, clock):
    begins(book, HOT)
    clock.wait(40)
    begins(book)
    clock.wait(40)
    assert begins(book, HOT) == []


def test_what_flickers_is_one_alert(book, clock):
    book.look("rig", [LOST])
    clock.wait(3)
    assert begins(book, LOST) == [AlertKind.GPU_LOST]
    for _ in range(5):
        clock.wait(30)
        assert book.look("rig", []).ended == ()
        clock.wait(20)
        assert book.look("rig", [LOST]).began == ()
    book.look("rig", [])
    clock.wait(60)
    (ended,) = book.look("rig", []).ended
    assert ended.ended_at == clock.now()
    assert book.open_alerts() == ()
    assert [one.number for one in book.history()] == [ended.number]


def test_a_moment_is_told_at_once_and_ends_by_itself(book, clock):
    assert begins(book, XID) == [AlertKind.XID]
    clock.wait(3_599)
    assert book.look("rig", []).ended == ()
    clock.wait(1)
    assert [one.kind for one in book.look("rig", []).ended] == [AlertKind.XID]


def test_one_source_does_not_end_what_another_says(book, clock):
    begins(book, LOST, source="rig a")
    clock.wait(3)
    begins(book, LOST, source="rig a")
    clock.wait(600)
    assert book.look("rig b", []).ended == ()
    assert [one.kind for one in book.open_alerts()] == [AlertKind.GPU_LOST]


def test_worst_comes_first(book, clock):
    book.look("rig", [HOT, LOST, XID])
    clock.wait(60)
    book.look("rig", [HOT, LOST])
    assert [one.kind for one in book.open_alerts()] == [AlertKind.GPU_LOST, AlertKind.TOO_HOT, AlertKind.XID]


def test_what_somebody_knows_stays_known(book, clock):
    (alert,) = book.look("rig", [XID]).told
    assert alert.known_at is None
    clock.wait(10)
    book.acknowledge(alert.number)
    assert [one.known_at for one in book.open_alerts()] == [clock.now()]


def test_muted_is_kept_but_not_told(book, clock):
    book.mute("GPU-0 79", clock.now() + 100)
    change = book.look("rig", [XID])
    assert (len(change.began), change.told) == (1, ())
    assert book.muted_until("GPU-0 79") == clock.now() + 100
    clock.wait(101)
    assert book.muted_until("GPU-0 79") is None
    book.mute(EVERYTHING, clock.now() + 100)
    assert book.muted_until("GPU-7") == clock.now() + 100
    book.mute(EVERYTHING, 0)
    assert book.muted_until("GPU-7") is None


def test_a_rule_stays_as_it_was_set(tmp_path, clock):
    path = tmp_path / "alerts.sqlite3"
    book = AlertBook(path, clock)
    rule = replace(book.rules()[AlertKind.TOO_HOT], threshold=70.0, is_told=False)
    book.set_rule(rule)
    book.close()
    book = AlertBook(path, clock)
    assert book.rules()[AlertKind.TOO_HOT] == rule
    assert len(book.rules()) == len(RULES)
    book.close()


def test_a_rule_switched_off_ends_its_alert(book, clock):
    book.look("rig", [XID])
    book.set_rule(replace(book.rules()[AlertKind.XID], is_on=False))
    assert [one.kind for one in book.look("rig", []).ended] == [AlertKind.XID]
    assert begins(book, XID) == []


def test_an_alert_outlives_the_program_and_ends_when_its_cause_is_gone(tmp_path, clock):
    path = tmp_path / "alerts.sqlite3"
    book = AlertBook(path, clock)
    book.look("rig", [LOST])
    clock.wait(3)
    book.look("rig", [LOST])
    book.close()
    book = AlertBook(path, clock)
    assert [one.kind for one in book.open_alerts()] == [AlertKind.GPU_LOST]
    assert begins(book, LOST) == []
    book.look("rig", [])
    clock.wait(60)
    assert [one.kind for one in book.look("rig", []).ended] == [AlertKind.GPU_LOST]
    book.close()


def test_a_damaged_file_is_told(tmp_path, clock):
    path = tmp_path / "alerts.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(DataCorrupt):
        AlertBook(path, clock)

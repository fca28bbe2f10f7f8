from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.session import Login, Session, SessionState
from dbc_desktop.sessions.store import _MIGRATIONS, SessionStore
from dbc_desktop.storage.sqlite import open_database
from tests.doubles.rented_machine import MACHINE

PASSWORD = "Zq7mPlantedSecret"


def session(task_id: str = "a" * 22, rent_id: int = 7, state: SessionState = SessionState.READY) -> Session:
    return Session(task_id, rent_id, MACHINE, state, Login("127.0.0.1", 5601, "dbc", PASSWORD), "2026-01-02 03:04:05")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[SessionStore]:
    opened = SessionStore(path)
    yield opened
    opened.close()


def test_a_session_survives_a_restart_without_its_login(path: Path) -> None:
    first = SessionStore(path)
    first.save(session())
    first.close()
    second = SessionStore(path)
    assert second.of_order(7) == Session("a" * 22, 7, MACHINE, SessionState.READY, None, "2026-01-02 03:04:05")
    second.close()


def test_the_password_is_nowhere_in_the_files(path: Path, store: SessionStore) -> None:
    store.save(session())
    for file in path.parent.iterdir():
        assert PASSWORD.encode() not in file.read_bytes()


def test_saving_again_moves_the_state_and_keeps_what_a_later_answer_left_out(store: SessionStore) -> None:
    store.save(session())
    store.save(Session("a" * 22, 7, MACHINE, SessionState.FAILED, None, "", "create error"))
    assert store.of_order(7) == Session(
        "a" * 22, 7, MACHINE, SessionState.FAILED, None, "2026-01-02 03:04:05", "create error"
    )


def test_the_newest_session_of_an_order_counts(store: SessionStore) -> None:
    store.save(session("a" * 22, state=SessionState.FAILED))
    store.save(session("b" * 22, state=SessionState.CREATING))
    store.save(session("c" * 22, rent_id=8))
    found = store.of_order(7)
    assert found is not None
    assert found.task_id == "b" * 22
    assert store.of_order(9) is None


def test_those_alive_are_listed_newest_first(store: SessionStore) -> None:
    for letter, state in zip(
        "abcd", (SessionState.READY, SessionState.ENDED, SessionState.BOOTING, SessionState.FAILED), strict=True
    ):
        store.save(session(letter * 22, state=state))
    assert [one.task_id[0] for one in store.alive()] == ["c", "a"]


def test_a_login_that_worked_is_remembered_when_the_session_is_over(store: SessionStore) -> None:
    store.save(session())
    assert not store.has_logged_in()
    store.mark_logged_in("a" * 22)
    store.save(session(state=SessionState.ENDED))
    assert store.has_logged_in()


def test_a_damaged_file_is_told(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be one" * 40)
    with pytest.raises(DataCorrupt):
        SessionStore(path)


def test_each_network_has_its_own_orders(path: Path, store: SessionStore) -> None:
    store.save(session("a" * 20))
    elsewhere = SessionStore(path, "mainnet")
    assert elsewhere.of_order(7) is None
    elsewhere.save(session("b" * 20))
    assert [one.task_id for one in (store.of_order(7), elsewhere.of_order(7)) if one] == ["a" * 20, "b" * 20]
    assert [one.task_id for one in elsewhere.alive()] == ["b" * 20]
    elsewhere.close()


def test_sessions_of_a_version_without_networks_are_of_the_local_chain(path: Path) -> None:
    connection = open_database(path, _MIGRATIONS[:1])
    connection.execute(
        "INSERT INTO session (task_id, rent_id, machine_id, state, created_at, detail)"
        " VALUES (?, 7, ?, 'ready', '', '')",
        ("c" * 20, "ab" * 32),
    )
    connection.commit()
    connection.close()
    store = SessionStore(path)
    found = store.of_order(7)
    assert found is not None
    assert found.task_id == "c" * 20
    store.close()

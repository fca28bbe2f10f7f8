from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dbc_desktop.domain.account import KeyPlace, Signer
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import (
    InvalidInput,
    NoClientNode,
    NodeRefused,
    NodeUnreachable,
    SessionError,
    WalletLocked,
)
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.session import Login, Session, SessionState
from dbc_desktop.services.sessions import Node, Sessions
from dbc_desktop.sessions.store import SessionStore
from dbc_desktop.sessions.vm_spec import VmSpec
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.wallet import Wallet
from tests.doubles.hand_clock import HandClock
from tests.doubles.scripted_chain import ScriptedChain

PASSPHRASE = "correct horse battery"
WORDS = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
MACHINE = MachineId("ab" * 32)
LOGIN = Login("127.0.0.1", 5_601, "dbc", "s3cret-pass")


@dataclass
class ScriptedNode:
    """A compute node that makes every machine at once; it counts, and fails where the test says so."""

    created: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    info_error: SessionError | None = None
    create_error: SessionError | None = None
    state: SessionState = SessionState.READY

    def connect(self, base_url: str, machine_id: str, rent_id: int, signer: Signer) -> Node:
        assert (base_url, machine_id) == ("http://127.0.0.1:1", MACHINE)
        assert len(signer.sign_message("nonce")) == 64
        return self

    def node_info(self) -> Mapping[str, object]:
        if self.info_error is not None:
            raise self.info_error
        return {"gpu": {"gpu_count": "8"}, "cpu": {"cores": "16"}, "mem": {"free": "64G"}}

    def create(self, task_id: str, *, gpu_count: int, spec: VmSpec | None = None) -> Session:
        self.created.append(task_id)
        assert spec is not None
        assert (gpu_count, spec.gpu_count, spec.cpu_cores) == (4, 4, 8)
        if self.create_error is not None:
            raise self.create_error
        return Session(task_id, 7, MACHINE, SessionState.CREATING, None, "2026-11-23 10:00:00")

    def task(self, task_id: str, before: SessionState = SessionState.BOOTING) -> Session:
        login = LOGIN if self.state is SessionState.READY else None
        return Session(task_id, 7, MACHINE, self.state, login, "2026-11-23 10:00:00")

    def start(self, task_id: str) -> None:
        self.started.append(task_id)

    def stop(self, task_id: str) -> None:
        self.stopped.append(task_id)


class Listening:
    """A node process that always runs."""

    def start(self) -> str:
        return "http://127.0.0.1:1"


@dataclass
class Rented:
    """A renter with one order, its key unlocked."""

    sessions: Sessions
    node: ScriptedNode
    chain: ScriptedChain
    wallet: Wallet
    order: RentOrder

    def end_lease(self) -> None:
        self.chain.orders = [replace(self.order, status=RentStatus.ENDED)]


@pytest.fixture
def rented(tmp_path: Path) -> Iterator[Rented]:
    wallet = Wallet({KeyPlace.FILE: FileStore(tmp_path / "keys")}, tmp_path / "wallet.sqlite3", HandClock())
    renter = wallet.create("customer", WORDS, PASSPHRASE, KeyPlace.FILE).address
    wallet.unlock(renter, PASSPHRASE)
    order = RentOrder(
        7, MACHINE, renter, 4, (0, 1, 2, 3), 1_200, 1_350, 15_600, RentStatus.WAITING_VERIFYING, Balance.of_dbc(37)
    )
    chain, node, store = ScriptedChain(orders=[order]), ScriptedNode(), SessionStore(tmp_path / "sessions.sqlite3")
    sessions = Sessions(chain, wallet, Listening(), store, HandClock(), node.connect)  # type: ignore[arg-type]
    yield Rented(sessions, node, chain, wallet, order)
    store.close()
    wallet.close()


def test_an_order_gets_one_machine_however_often_it_is_launched(rented: Rented) -> None:
    first = rented.sessions.launch(rented.order)
    assert first.state is SessionState.CREATING
    again = rented.sessions.launch(rented.order)
    assert (again.task_id, again.state, again.login) == (first.task_id, SessionState.READY, LOGIN)
    assert rented.node.created == [first.task_id]


def test_a_password_is_shown_and_never_stored(rented: Rented, tmp_path: Path) -> None:
    session = rented.sessions.refresh(rented.sessions.launch(rented.order))
    assert session.login == LOGIN
    assert "s3cret-pass" not in repr(session)
    kept = rented.sessions.of_order(7)
    assert kept is not None
    assert (kept.task_id, kept.state, kept.login) == (session.task_id, SessionState.READY, None)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"s3cret-pass" not in file.read_bytes()


def test_a_closed_machine_is_started_again_and_not_made_anew(rented: Rented) -> None:
    session = rented.sessions.refresh(rented.sessions.launch(rented.order))
    stopped = rented.sessions.stop(session)
    assert (stopped.state, stopped.login) == (SessionState.STOPPED, None)
    assert rented.node.stopped == [session.task_id]
    assert rented.sessions.launch(rented.order).state is SessionState.READY
    assert rented.node.started == [session.task_id]
    assert len(rented.node.created) == 1


def test_when_the_lease_is_over_the_session_is_too_and_no_node_is_asked(rented: Rented) -> None:
    session = rented.sessions.refresh(rented.sessions.launch(rented.order))
    rented.end_lease()
    rented.wallet.lock()
    ended = rented.sessions.refresh(session)
    assert (ended.state, ended.login) == (SessionState.ENDED, None)
    with pytest.raises(WalletLocked):
        rented.sessions.launch(rented.order)
    rented.wallet.unlock(rented.order.renter, PASSPHRASE)
    with pytest.raises(InvalidInput):
        rented.sessions.launch(rented.order)
    assert len(rented.node.created) == 1


def test_without_the_key_nothing_is_asked_for(rented: Rented) -> None:
    rented.wallet.lock()
    with pytest.raises(WalletLocked):
        rented.sessions.launch(rented.order)
    assert rented.node.created == []
    assert rented.sessions.of_order(7) is None


def test_a_refusal_is_kept_in_the_nodes_words_and_may_be_tried_again(rented: Rented) -> None:
    rented.node.create_error = NodeRefused(-3, "no gpu left")
    with pytest.raises(NodeRefused):
        rented.sessions.launch(rented.order)
    failed = rented.sessions.of_order(7)
    assert failed is not None
    assert (failed.state, failed.detail) == (SessionState.FAILED, "no gpu left")
    rented.node.create_error = None
    assert rented.sessions.launch(rented.order).state is SessionState.CREATING
    assert len(set(rented.node.created)) == 2


def test_a_lost_answer_is_looked_up_and_not_asked_for_twice(rented: Rented) -> None:
    rented.node.create_error = NodeUnreachable("timeout")
    with pytest.raises(NodeUnreachable):
        rented.sessions.launch(rented.order)
    assert rented.sessions.launch(rented.order).state is SessionState.READY
    assert len(rented.node.created) == 1


def test_a_node_that_never_answered_leaves_no_session_behind(rented: Rented) -> None:
    rented.node.info_error = NodeUnreachable("refused")
    with pytest.raises(NodeUnreachable):
        rented.sessions.launch(rented.order)
    assert rented.sessions.of_order(7) is None


def test_a_login_that_does_not_work_is_not_counted(rented: Rented) -> None:
    """Port 1 of this computer: nothing listens."""
    session = replace(rented.sessions.launch(rented.order), login=Login("127.0.0.1", 1, "dbc", "x"))
    test = rented.sessions.test_login(session)
    assert (test.works, test.detail) == (False, "refused")
    assert rented.sessions.test_login(replace(session, login=None)).detail == "no_login"
    assert not rented.sessions.has_logged_in()


def test_an_unknown_order_cannot_be_stopped(rented: Rented) -> None:
    session = rented.sessions.launch(rented.order)
    rented.chain.orders = []
    with pytest.raises(InvalidInput):
        rented.sessions.stop(session)


def test_without_a_client_node_nothing_is_begun(rented: Rented) -> None:
    class Nowhere:
        def start(self) -> str:
            raise NoClientNode

    rented.sessions._node = Nowhere()
    with pytest.raises(NoClientNode):
        rented.sessions.launch(rented.order)
    assert rented.sessions.of_order(7) is None

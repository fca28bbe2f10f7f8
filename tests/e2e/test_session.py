"""A renter's session through the services: the chain's order, the wallet's key, the node as a process, a real login."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput, WalletLocked
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.domain.session import SessionState
from dbc_desktop.services.onboarding import StepId, StepState, first_steps
from dbc_desktop.services.renting import confirm_call, my_orders, parse_duration, rent_call
from dbc_desktop.services.sessions import Sessions
from dbc_desktop.sessions.node_process import NodeProcess
from dbc_desktop.sessions.store import SessionStore
from tests.e2e.logged_in import needs_a_login, until_ready
from tests.e2e.newcomer import Newcomer, in_process, newcomer_at, take_play_money

pytestmark = needs_a_login


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Newcomer]:
    with newcomer_at(tmp_path, in_process) as newcomer:
        yield newcomer


@pytest.fixture
def node(tmp_path: Path, person: Newcomer) -> Iterator[NodeProcess]:
    del person  # its chain must be there first
    process = NodeProcess([sys.executable, "-m", "dbc_desktop", "node", "--home", str(tmp_path)])
    yield process
    process.stop()


def rent(person: Newcomer, renter: Address) -> RentOrder:
    table = person.chain.market()
    machine_id = next(each for each, free in zip(table.machine_id, table.free_gpu, strict=True) if free)
    person.spend(rent_call(machine_id, 1, parse_duration("30 min")), renter)
    return my_orders(person.chain, renter)[0]


def is_login_ticked(person: Newcomer, renter: Address, sessions: Sessions) -> bool:
    steps = {step.id: step.state for step in first_steps(person.chain, renter, sessions.has_logged_in())}
    return steps[StepId.LOGIN] is StepState.DONE


def test_a_renter_logs_in_before_paying_and_the_lease_ends_the_session(
    tmp_path: Path, person: Newcomer, node: NodeProcess
) -> None:
    renter = person.make_account("customer")
    take_play_money(person, renter)
    order = rent(person, renter)
    store = SessionStore(tmp_path / "sessions.sqlite3")
    sessions = Sessions(person.chain, person.wallet, node, store, person.clock)

    # Launched while the order waits to be confirmed; the login works, and only then is it paid.
    session = until_ready(sessions, sessions.launch(order))
    assert session.login is not None
    assert (session.login.host, session.rent_id) == ("127.0.0.1", order.rent_id)
    assert not is_login_ticked(person, renter, sessions)
    test = sessions.test_login(session)
    assert (test.works, test.detail) == (True, "")
    assert test.user
    assert is_login_ticked(person, renter, sessions)
    person.spend(confirm_call(order.rent_id), renter)

    # Another start of the app finds the session again and asks the node for the login.
    store.close()
    store = SessionStore(tmp_path / "sessions.sqlite3")
    sessions = Sessions(person.chain, person.wallet, node, store, person.clock)
    found = sessions.of_order(order.rent_id)
    assert found is not None
    assert found.login is None
    assert sessions.refresh(found).login == session.login
    assert sessions.launch(order).task_id == session.task_id

    # Stopped and started again.
    stopped = sessions.stop(found)
    assert stopped.state is SessionState.STOPPED
    again = until_ready(sessions, sessions.launch(order))
    assert again.task_id == session.task_id
    assert sessions.test_login(again).works

    # Nobody without the key gets anything from the node.
    person.wallet.lock()
    with pytest.raises(WalletLocked):
        sessions.refresh(again)

    # The lease ends: the session is over, and its door is closed.
    person.jump_to(order.rent_end + 1)
    over = sessions.refresh(again)
    assert (over.state, over.login) == (SessionState.ENDED, None)
    person.wallet.unlock(renter, "correct horse battery")
    with pytest.raises(InvalidInput):
        sessions.launch(order)
    until = time.monotonic() + 15
    while sessions.test_login(again).works and time.monotonic() < until:
        time.sleep(0.2)
    assert not sessions.test_login(again).works
    store.close()

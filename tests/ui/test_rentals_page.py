"""The rentals page: cards filled in place, the login, and what each button asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import ChainUnreachable, NoClientNode, NodeUnreachable
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.domain.session import Login, SessionState
from dbc_desktop.services.networks import Networks
from dbc_desktop.services.sessions import LoginTest
from dbc_desktop.services.terminal import Terminal
from dbc_desktop.ui.clipboard import CLEAR_SECONDS, secret_clipboard
from dbc_desktop.ui.dialogs.client_node import ClientNodeSheet
from dbc_desktop.ui.dialogs.extend_sheet import ExtendSheet
from dbc_desktop.ui.pages.rentals import RentalsPage
from tests.ui.renting_doubles import ALICE, HEAD, MACHINE, FakeWindow, machine, order, program, session, spends


@pytest.fixture
def window() -> FakeWindow:
    return FakeWindow()


@pytest.fixture
def parts() -> Any:
    made = program()
    made.backend.machines = [machine()]
    made.backend.orders = [order(31)]
    return made


@pytest.fixture
def page(qtbot: QtBot, parts: Any, window: FakeWindow) -> RentalsPage:
    made = RentalsPage(parts, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    made.on_shown()
    return made


def child(widget: Any, kind: Any, name: str) -> Any:
    found = widget.findChildren(kind, name)
    assert found, name
    return found[0]


def click(qtbot: QtBot, page: Any, name: str) -> None:
    button = child(page, QPushButton, name)
    assert button.isVisible(), name
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_waiting_order_counts_in_the_rail(page: RentalsPage, window: FakeWindow) -> None:
    assert page.state == "content"
    assert window.marks == {"rentals": "1"}
    assert child(page, QLabel, "rentals.clock.31").text() == "12:42"


def test_a_new_head_moves_the_clock_without_reading_or_building(page: RentalsPage, parts: Any) -> None:
    card, reads = page._cards[31], parts.backend.reads
    page.on_head(HeadChange(replace(HEAD, height=HEAD.height + 10), ()))
    assert child(page, QLabel, "rentals.clock.31").text() == "11:42"
    assert page._cards[31] is card
    assert parts.backend.reads == reads


def test_it_reads_again_when_a_window_passed_or_an_order_changed(page: RentalsPage, parts: Any) -> None:
    reads = parts.backend.reads
    page.on_head(HeadChange(HEAD, (EventRecord(1, 0, "RentMachine", "ConfirmRent", {}),)))
    assert parts.backend.reads > reads
    reads = parts.backend.reads
    parts.backend.now = replace(HEAD, height=HEAD.height + 200)
    parts.backend.orders = [order(31, RentStatus.LAPSED)]
    page.on_head(HeadChange(parts.backend.now, ()))
    assert parts.backend.reads > reads
    assert child(page, QPushButton, "rentals.again.31").isVisible()
    assert not child(page, QPushButton, "rentals.confirm.31").isVisible()


def test_launch_unlocks_asks_the_node_and_follows_until_the_login_is_there(
    page: RentalsPage, parts: Any, window: FakeWindow, qtbot: QtBot
) -> None:
    answers = [session(SessionState.BOOTING), session(SessionState.BOOTING), session(SessionState.READY)]
    parts.sessions.refresh = lambda known: answers.pop(0)
    click(qtbot, page, "rentals.launch.31")
    assert window.asked == ["unlock"]
    assert parts.sessions.launched == [31]
    assert "io" in parts.runner.lanes
    assert answers == []
    assert child(page, QLineEdit, "rentals.ssh.31").text() == "ssh -p 5612 dbc@127.0.0.1"
    assert not child(page, QPushButton, "rentals.launch.31").isVisible()


def test_a_node_that_does_not_answer_is_said_in_the_strip(
    page: RentalsPage, parts: Any, window: FakeWindow, qtbot: QtBot
) -> None:
    parts.sessions.fail = NodeUnreachable()
    click(qtbot, page, "rentals.launch.31")
    assert [notice.title for notice in window.notices] == ["The node does not answer"]
    assert child(page, QPushButton, "rentals.launch.31").isEnabled()


def test_a_client_node_is_asked_for_where_none_is_named_and_the_launch_goes_on(
    page: RentalsPage, parts: Any, window: FakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    parts.networks = Networks(tmp_path, lambda *_: (b"", None))  # type: ignore[arg-type, return-value]
    parts.networks.choose("mainnet")
    parts.sessions.fail = NoClientNode()
    parts.sessions.refresh = lambda _: session(SessionState.READY)
    click(qtbot, page, "rentals.launch.31")
    (sheet,) = window.sheets
    assert isinstance(sheet, ClientNodeSheet)
    assert (window.notices, parts.sessions.launched) == ([], [])
    qtbot.addWidget(sheet)
    sheet.address.set_text("nowhere")
    sheet.go.click()
    assert parts.networks.chosen().client_node == ""
    assert any("https://" in label.text() for label in sheet.address.findChildren(QLabel))
    parts.sessions.fail = None
    sheet.address.set_text("http://127.0.0.1:5050")
    sheet.go.click()
    assert parts.networks.chosen().client_node == "http://127.0.0.1:5050"
    assert parts.sessions.launched == [31]


def test_buttons_rest_while_the_node_is_asked(page: RentalsPage, parts: Any, qtbot: QtBot) -> None:
    parts.runner.hold = True
    click(qtbot, page, "rentals.launch.31")
    assert not child(page, QPushButton, "rentals.launch.31").isEnabled()


@pytest.fixture
def ready(page: RentalsPage, parts: Any) -> RentalsPage:
    parts.sessions.by_order = {31: session()}
    page._read()
    return page


def test_the_password_is_hidden_until_asked_for(ready: RentalsPage, qtbot: QtBot) -> None:
    password = child(ready, QLineEdit, "rentals.password.31")
    assert "s3cret" not in password.text()
    click(qtbot, ready, "rentals.password.show.31")
    assert password.text() == "s3cret-pass"
    click(qtbot, ready, "rentals.password.show.31")
    assert "s3cret" not in password.text()


def test_a_copied_password_leaves_the_clipboard_after_its_countdown(ready: RentalsPage, qtbot: QtBot) -> None:
    click(qtbot, ready, "rentals.password.copy.31")
    assert QGuiApplication.clipboard().text() == "s3cret-pass"
    button = child(ready, QPushButton, "rentals.password.copy.31")
    for left in range(CLEAR_SECONDS, 0, -1):
        assert button.text() == f"Cleared in {left} s"
        secret_clipboard().tick()
    assert QGuiApplication.clipboard().text() == ""
    assert button.text() == "Copy password"


def test_what_the_person_copied_since_is_left_alone(ready: RentalsPage, qtbot: QtBot) -> None:
    click(qtbot, ready, "rentals.password.copy.31")
    click(qtbot, ready, "rentals.copy.31")
    for _ in range(CLEAR_SECONDS):
        secret_clipboard().tick()
    assert QGuiApplication.clipboard().text() == "ssh -p 5612 dbc@127.0.0.1"


def test_testing_the_login_shows_the_table_and_recommends(ready: RentalsPage, qtbot: QtBot) -> None:
    confirm = child(ready, QPushButton, "rentals.confirm.31")
    assert confirm.property("kind") == "plain"
    click(qtbot, ready, "rentals.test.31")
    assert confirm.property("kind") == "primary"
    texts = [label.text() for label in ready._cards[31]._tests.findChildren(QLabel)]
    assert "Login by SSH" in texts
    assert texts.count("passed") == 2


def test_a_login_that_fails_recommends_to_let_it_lapse(ready: RentalsPage, parts: Any, qtbot: QtBot) -> None:
    parts.sessions.test = LoginTest(False, "", 5.0, "timeout")
    click(qtbot, ready, "rentals.test.31")
    assert ready._cards[31]._advice_title.text() == "Let it lapse"
    assert child(ready, QPushButton, "rentals.confirm.31").property("kind") == "plain"


def test_confirm_goes_to_the_spending_sheet(page: RentalsPage, qtbot: QtBot) -> None:
    wanted = spends(page)
    click(qtbot, page, "rentals.confirm.31")
    assert wanted[0][:2] == (Call("RentMachine", "confirm_rent", (31,)), ALICE)


def test_letting_it_lapse_takes_the_count_away_and_keeps_confirm(
    page: RentalsPage, window: FakeWindow, qtbot: QtBot
) -> None:
    click(qtbot, page, "rentals.lapse.31")
    assert window.marks == {"rentals": ""}
    assert not child(page, QPushButton, "rentals.lapse.31").isVisible()
    assert child(page, QPushButton, "rentals.confirm.31").isVisible()


def test_stop_ends_the_session_and_offers_to_launch_again(ready: RentalsPage, parts: Any, qtbot: QtBot) -> None:
    click(qtbot, ready, "rentals.stop.31")
    assert parts.sessions.stopped == [31]
    assert not child(ready, QLineEdit, "rentals.ssh.31").isVisible()
    assert child(ready, QPushButton, "rentals.launch.31").isVisible()


def test_extending_asks_for_a_duration_first(page: RentalsPage, parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.orders = [order(31, RentStatus.RENTING)]
    page._read()
    wanted = spends(page)
    click(qtbot, page, "rentals.extend.31")
    sheet = window.sheets[-1]
    assert isinstance(sheet, ExtendSheet)
    qtbot.addWidget(sheet)
    sheet.show()
    field = child(sheet, QLineEdit, "extend.duration")
    field.setText("45 min")
    click(qtbot, sheet, "extend.go")
    assert wanted == []
    assert "30 minutes" in sheet._duration.error()
    field.setText("2 h")
    click(qtbot, sheet, "extend.go")
    assert wanted[0][0] == Call("RentMachine", "relet_machine", (31, 1_200))


def test_a_terminal_is_offered_only_where_there_is_one(ready: RentalsPage, parts: Any, qtbot: QtBot) -> None:
    opened: list[Login] = []

    class Recorder(Terminal):
        def open(self, login: Login) -> None:
            opened.append(login)

    row = ready._cards[31].login
    row.set_terminal("none here")
    assert not child(ready, QPushButton, "rentals.terminal.31").isVisible()
    assert child(ready, QLabel, "rentals.no_terminal.31").text() == "none here"
    row.set_terminal("")
    ready._terminal = Recorder(("xterm", "-e"))
    click(qtbot, ready, "rentals.terminal.31")
    assert [login.port for login in opened] == [5612]


def test_rent_again_goes_to_that_machine(page: RentalsPage, parts: Any, qtbot: QtBot) -> None:
    parts.backend.orders = [order(31, RentStatus.ENDED)]
    page._read()
    went: list[tuple[str, object]] = []
    page.navigate.connect(lambda key, argument: went.append((key, argument)))
    click(qtbot, page, "rentals.again.31")
    assert went == [("market", MACHINE)]


def test_one_button_on_the_page_is_primary(page: RentalsPage, parts: Any) -> None:
    parts.backend.orders = [order(31), order(30, RentStatus.RENTING), order(29, RentStatus.RENTING)]
    page._read()
    primary = [
        button.objectName()
        for button in page.findChildren(QPushButton)
        if button.isVisible() and button.property("kind") == "primary"
    ]
    assert primary == ["rentals.launch.31"]


def test_cards_go_in_and_out_without_the_others_moving(page: RentalsPage, parts: Any) -> None:
    first = page._cards[31]
    parts.backend.orders = [order(32), order(31)]
    page._read()
    assert page._cards[31] is first
    assert page.body.indexOf(page._cards[32]) == 0
    parts.backend.orders = [order(32)]
    page._read()
    assert set(page._cards) == {32}


def test_empty_failed_offline_and_no_account(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.orders = []
    page = RentalsPage(parts, window)
    qtbot.addWidget(page)
    page.show()
    parts.runner.hold = True
    page.on_shown()
    assert page.state == "loading"
    parts.runner.hold = False
    parts.runner.release()
    went: list[str] = []
    page.navigate.connect(lambda key, _: went.append(key))
    click(qtbot, page, "rentals.to_market")
    assert went == ["market"]
    parts.backend.orders = [order(31)]
    page.on_shown()
    parts.backend.fail = ChainUnreachable()
    page.on_shown()
    assert page.state == "content"
    assert page.retry_button.isVisible()
    page.on_account()
    assert page.state == "message"
    window.chosen, parts.backend.fail = None, None
    page.on_account()
    click(qtbot, page, "rentals.create_account")
    assert window.asked == ["create_account"]

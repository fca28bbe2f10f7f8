"""The machines page: table, life line, and the wizard walked by clicks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.domain.machine import CustomizeInfo, MachineStatus
from dbc_desktop.screens.bring_online import BringStep
from dbc_desktop.screens.machines import machines_screen
from dbc_desktop.ui.pages.machine_table import MachineModel
from dbc_desktop.ui.pages.machines import BRING_ONLINE, MachinesPage
from tests.ui.renting_doubles import (
    ALICE,
    BOB,
    HEAD,
    MACHINE,
    OTHER,
    VERIFICATION,
    FakeWallet,
    FakeWindow,
    machine,
    program,
    spends,
    unverified,
)

ROOM = bytes([0x9B]) * 32


@pytest.fixture
def window() -> FakeWindow:
    return FakeWindow()


@pytest.fixture
def parts() -> Any:
    made = program()
    made.backend.machines = [
        machine(),
        machine(MachineStatus.WAITING_FULFILL, machine_id=OTHER, stake_held=Balance(71_428_571_428_571_428_571)),
    ]
    return made


def open_page(qtbot: QtBot, parts: Any, window: FakeWindow) -> MachinesPage:
    made = MachinesPage(parts, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    made.on_shown()
    return made


@pytest.fixture
def page(qtbot: QtBot, parts: Any, window: FakeWindow) -> MachinesPage:
    return open_page(qtbot, parts, window)


def seen(widget: Any, kind: Any, name: str) -> Any:
    found = [each for each in widget.findChildren(kind, name) if each.isVisible()]
    assert len(found) == 1, (name, len(found))
    return found[0]


def click(qtbot: QtBot, page: Any, name: str) -> None:
    button = seen(page, QPushButton, name)
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester, qapp: object) -> None:
    model = MachineModel()
    first, second = machine(), machine(machine_id=OTHER)
    for rows in ([], [first], [second, first], [first], [replace(first, rented_gpu_num=1), second], []):
        model.show_rows(machines_screen(rows, HEAD).rows)
        assert model.rowCount() == len(rows)
        qtmodeltester.check(model)


def test_only_a_row_that_differs_is_drawn_again(qapp: object) -> None:
    model, changed = MachineModel(), []
    first, second = machine(), machine(machine_id=OTHER)
    model.show_rows(machines_screen([first, second], HEAD).rows)
    model.dataChanged.connect(lambda top, _bottom: changed.append(top.row()))
    model.show_rows(machines_screen([first, replace(second, rented_gpu_num=1)], HEAD).rows)
    assert changed == [1]


def test_the_first_machine_is_chosen_and_its_life_line_shown(page: MachinesPage) -> None:
    assert page.note_label.text() == "2 machines · 1 online · 16 GPUs"
    assert page._view.currentIndex().row() == 0
    assert seen(page, QPushButton, "machines.row.report_offline").property("kind") == "danger"


def test_a_selection_survives_a_read(page: MachinesPage, parts: Any) -> None:
    page._view.selectRow(1)
    parts.backend.machines = [machine(machine_id=parts.backend.machines[1].machine_id), *parts.backend.machines[:1]]
    page.on_head(HeadChange(HEAD, (EventRecord(1, 0, "OnlineProfile", "StakeAdded", {}),)))
    assert page._chosen == OTHER
    assert page._model.row_at(page._view.currentIndex().row()).machine_id == OTHER


def test_quiet_blocks_read_nothing(page: MachinesPage, parts: Any) -> None:
    reads = parts.backend.reads
    page.on_head(HeadChange(replace(HEAD, height=HEAD.height + 1), ()))
    assert parts.backend.reads == reads
    page.on_head(HeadChange(replace(HEAD, era=HEAD.era + 1), ()))
    assert parts.backend.reads > reads


@pytest.mark.parametrize(
    ("made", "button", "call"),
    [
        (machine(), "machines.row.report_offline", "controller_report_offline"),
        (machine(MachineStatus.STAKER_REPORT_OFFLINE), "machines.row.report_online", "controller_report_online"),
        (machine(MachineStatus.WAITING_FULFILL, stake_held=Balance(1)), "machines.row.fulfil", "fulfill_machine"),
    ],
)
def test_acts_on_a_machine_are_signed_by_its_controller(
    made: Any, button: str, call: str, parts: Any, window: FakeWindow, qtbot: QtBot
) -> None:
    parts.backend.machines = [replace(made, controller=BOB)]
    page = open_page(qtbot, parts, window)
    wanted = spends(page)
    click(qtbot, page, button)
    assert wanted[0][:2] == (Call("OnlineProfile", call, (MACHINE,)), BOB)


def test_no_machine_offers_the_wizard(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = []
    page = open_page(qtbot, parts, window)
    assert page.state == "message"
    click(qtbot, page, "machines.bring_online")
    assert page.is_bringing
    assert page.title_label.text() == "Bring a machine online"


def test_without_an_account_the_wizard_asks_for_one(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    window.chosen = None
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    assert window.asked == ["create_account"]
    assert not page.is_bringing


def test_failed_and_offline(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.fail = ChainUnreachable()
    page = open_page(qtbot, parts, window)
    assert page.state == "message"
    parts.backend.fail = None
    click(qtbot, page, "machines.failed")
    assert page.state == "content"
    parts.backend.fail = ChainUnreachable()
    page.on_shown()
    assert page.state == "content"
    assert page.retry_button.isVisible()


def test_the_whole_way_online_by_clicks(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    chain, wallet = parts.backend, parts.wallet
    chain.machines, chain.controller = [], None
    page = open_page(qtbot, parts, window)
    wanted = spends(page)

    def step() -> str:
        return page._wizard._screen.step.value  # type: ignore[union-attr]

    click(qtbot, page, "machines.bring_online")
    assert step() == "account"
    click(qtbot, page, "bring.next")
    assert step() == "key"
    click(qtbot, page, "bring.next")
    assert wallet.keys == []  # a passphrase is needed
    qtbot.keyClicks(seen(page, QLineEdit, "bring.new_passphrase"), FakeWallet.PASSPHRASE)
    qtbot.keyClicks(seen(page, QLineEdit, "bring.new_passphrase_again"), FakeWallet.PASSPHRASE)
    click(qtbot, page, "bring.next")
    assert wallet.keys == [MACHINE]
    assert step() == "controller"

    click(qtbot, page, "bring.next")
    assert wanted[-1][:2] == (Call("OnlineProfile", "set_controller", (ALICE.raw,)), ALICE)
    chain.controller = ALICE
    wanted[-1][2](None)
    assert step() == "bond"

    qtbot.keyClicks(seen(page, QLineEdit, "bring.passphrase"), "wrong passphrase")
    click(qtbot, page, "bring.next")
    assert seen(page, QLabel, "bring.problem").text().startswith("Wrong passphrase")
    seen(page, QLineEdit, "bring.passphrase").setText(FakeWallet.PASSPHRASE)
    click(qtbot, page, "bring.next")
    assert wallet.proofs == [(MACHINE, ALICE)]
    assert parts.runner.lanes.count("secrets") >= 3
    assert wanted[-1][0] == Call("OnlineProfile", "bond_machine", (MACHINE, b"m" * 112, b"s" * 64))
    assert seen(page, QLineEdit, "bring.passphrase").text() == ""
    chain.machines = [unverified(MachineStatus.ADDING_CUSTOMIZE_INFO)]
    wanted[-1][2](None)
    assert step() == "room"

    click(qtbot, page, "bring.next")
    assert wanted[-1][0] == Call("OnlineProfile", "gen_server_room")
    chain.rooms = (ROOM,)
    chain.machines = [unverified(MachineStatus.ADDING_CUSTOMIZE_INFO, awaits_report=True)]
    wanted[-1][2](None)
    assert step() == "report"

    qtbot.keyClicks(seen(page, QLineEdit, "bring.report_passphrase"), FakeWallet.PASSPHRASE)
    click(qtbot, page, "bring.next")
    assert [(machine_id, hardware.gpu_num) for machine_id, hardware, _, _ in wallet.reports] == [(MACHINE, 8)]
    assert wallet.reports[0][2:] == (ALICE, HEAD.height)
    assert wanted[-1][0].args[1:] == (b"DBC hardware report", b"s" * 64)
    assert wanted[-1][0].args[0].gpu_num == 8
    assert seen(page, QLineEdit, "bring.report_passphrase").text() == ""
    chain.machines = [unverified(MachineStatus.ADDING_CUSTOMIZE_INFO)]
    wanted[-1][2](None)
    assert step() == "describe"

    place = seen(page, QComboBox, "bring.place")
    place.setCurrentText("Singapore")
    click(qtbot, page, "bring.next")
    assert page._wizard._describe.operators.error() != ""  # the operator is missing
    qtbot.keyClicks(seen(page, QLineEdit, "bring.operators"), "SingTel")
    click(qtbot, page, "bring.next")
    assert chain.shown[0].gpu_num == 8
    assert chain.shown[0].machine_id == MACHINE
    assert "chain-write" in parts.runner.lanes
    described = wanted[-1][0]
    assert (described.name, described.args[0]) == ("add_machine_info", MACHINE)
    told = described.args[1]
    assert isinstance(told, CustomizeInfo)
    assert (told.server_room, told.upload_net, told.telecom_operators) == (ROOM, 1_000, ("SingTel",))
    chain.machines = [unverified(MachineStatus.COMMITTEE_VERIFYING, verification=VERIFICATION)]
    wanted[-1][2](None)
    assert step() == "committee"

    assert not page._wizard._go.isVisible()
    click(qtbot, page, "bring.jump")
    assert window.asked == ["jump"]
    chain.machines = [machine(MachineStatus.WAITING_FULFILL, stake_held=Balance(71_428_571_428_571_428_571))]
    page.on_head(HeadChange(HEAD, ()))
    assert step() == "stake"

    click(qtbot, page, "bring.next")
    assert wanted[-1][:2] == (Call("OnlineProfile", "fulfill_machine", (MACHINE,)), ALICE)
    chain.machines = [machine(MachineStatus.ONLINE)]
    wanted[-1][2](None)
    assert step() == "online"
    page.on_head(HeadChange(HEAD, ()))
    assert page.is_bringing  # it stays to be read
    click(qtbot, page, "bring.next")
    assert not page.is_bringing
    assert page._model.rowCount() == 1


def test_the_wizard_is_left_and_resumed_where_the_chain_stands(page: MachinesPage, parts: Any, qtbot: QtBot) -> None:
    parts.backend.machines = [unverified(MachineStatus.DISTRIBUTING_ORDER)]
    click(qtbot, page, "machines.bring_online")
    assert page._wizard._screen is not None
    assert page._wizard._screen.step is BringStep.COMMITTEE
    click(qtbot, page, "bring.leave")
    assert not page.is_bringing
    click(qtbot, page, "machines.row.follow")
    assert page._wizard._screen.step is BringStep.COMMITTEE


def test_an_argument_opens_the_wizard_or_chooses_a_machine(page: MachinesPage) -> None:
    page.on_argument(BRING_ONLINE)
    assert page.is_bringing
    page.on_argument(OTHER)
    assert not page.is_bringing
    assert page._chosen == OTHER


def test_play_money_is_offered_where_too_little_is_free(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines, parts.backend.free = [], Balance.of_dbc(1)
    asked: list[object] = []

    def play_money(address: object) -> bytes:
        asked.append(address)
        parts.backend.free = Balance.of_dbc(1_000_001)
        return bytes(32)

    parts.backend.play_money = play_money
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    assert not seen(page, QPushButton, "bring.next").isEnabled()
    click(qtbot, page, "bring.play_money")
    assert asked == [ALICE]
    assert seen(page, QPushButton, "bring.next").isEnabled()


def test_a_pasted_node_dat_is_kept_under_a_passphrase(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = []
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    click(qtbot, page, "bring.next")
    seen(page, QComboBox, "bring.key_mode").setCurrentIndex(1)
    page._wizard._key.node_dat.setPlainText("node_id=…")
    seen(page, QLineEdit, "bring.new_passphrase").setText("correct horse")
    seen(page, QLineEdit, "bring.new_passphrase_again").setText("correct horse")
    click(qtbot, page, "bring.next")
    assert parts.wallet.keys == [OTHER]
    assert page._wizard._key.node_dat.toPlainText() == ""
    assert page._wizard._choice.machine_id == OTHER


def test_another_account_starts_from_its_own_beginning(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = []
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    accounts = seen(page, QComboBox, "bring.account")
    assert [accounts.itemText(row) for row in range(accounts.count())] == ["rig stash", "second"]
    accounts.setCurrentIndex(1)
    assert page._wizard._choice.stash == BOB


def test_coming_back_to_a_finished_wizard_shows_the_machines(page: MachinesPage, parts: Any, qtbot: QtBot) -> None:
    parts.backend.machines = [unverified(MachineStatus.DISTRIBUTING_ORDER)]
    click(qtbot, page, "machines.bring_online")
    page.on_shown()
    assert page.is_bringing
    parts.backend.machines = [machine(MachineStatus.ONLINE)]
    page.on_shown()
    page.on_shown()
    assert not page.is_bringing
    assert page._model.rowCount() == 1


def test_gpus_that_are_read_later_open_the_describing_step(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    sample, parts.sampler.sample = parts.sampler.sample, None
    parts.backend.machines, parts.backend.rooms = [unverified(MachineStatus.ADDING_CUSTOMIZE_INFO)], (ROOM,)
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    assert not seen(page, QPushButton, "bring.next").isEnabled()
    assert "No GPU" in seen(page, QLabel, "bring.problem").text()
    parts.sampler.sample = sample
    page.on_sample(sample)
    assert seen(page, QPushButton, "bring.next").isEnabled()
    assert not page._wizard._problem.isVisible()
    reads = parts.backend.reads
    page.on_sample(sample)
    assert parts.backend.reads == reads


def test_nothing_is_signed_twice_while_the_chain_is_read_again(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = [unverified(MachineStatus.ADDING_CUSTOMIZE_INFO)]
    page = open_page(qtbot, parts, window)
    wanted = spends(page)
    click(qtbot, page, "machines.bring_online")
    click(qtbot, page, "bring.next")
    assert [call.name for call, _, _ in wanted] == ["gen_server_room"]
    parts.runner.hold = True
    wanted[0][2](None)
    assert not seen(page, QPushButton, "bring.next").isEnabled()
    parts.runner.release()
    assert seen(page, QPushButton, "bring.next").isEnabled()


def test_a_refused_machine_is_said_and_may_be_bonded_again(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = [unverified(MachineStatus.COMMITTEE_VERIFYING, verification=VERIFICATION)]
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    parts.backend.machines = []
    page.on_head(HeadChange(HEAD, ()))
    assert page._wizard._screen is not None
    assert page._wizard._screen.step is BringStep.BOND
    assert seen(page, QLabel, "bring.problem").text().startswith("The committee refused the machine")
    assert seen(page, QPushButton, "bring.next").isEnabled()


def test_a_machine_of_another_stash_is_followed_for_that_stash(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = [unverified(MachineStatus.DISTRIBUTING_ORDER)]
    window.chosen = replace(FakeWallet().accounts()[1], address=BOB)
    parts.backend.stash_of = lambda controller: ALICE
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.row.follow")
    assert page._wizard._choice.stash == ALICE
    assert page._wizard._screen is not None
    assert page._wizard._screen.step is BringStep.COMMITTEE


def test_the_keyboard_alone_makes_a_key(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.backend.machines = []
    page = open_page(qtbot, parts, window)
    click(qtbot, page, "machines.bring_online")
    click(qtbot, page, "bring.next")
    qtbot.keyClicks(seen(page, QLineEdit, "bring.new_passphrase"), FakeWallet.PASSPHRASE)
    again = seen(page, QLineEdit, "bring.new_passphrase_again")
    qtbot.keyClicks(again, FakeWallet.PASSPHRASE)
    qtbot.keyClick(again, Qt.Key.Key_Return)
    assert parts.wallet.keys == [MACHINE]


def test_loading_shows_the_shape_of_the_page(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.runner.hold = True
    page = open_page(qtbot, parts, window)
    assert page.state == "loading"
    parts.runner.release()
    assert page.state == "content"


def test_an_answer_for_the_account_before_is_not_shown(parts: Any, window: FakeWindow, qtbot: QtBot) -> None:
    parts.runner.hold = True
    page = open_page(qtbot, parts, window)
    window.chosen = replace(FakeWallet().accounts()[1], address=BOB)
    parts.backend.controller = None
    page.on_account()
    parts.runner.release()
    assert page._machines == ()
    parts.runner.release()
    assert page.state == "message"  # the other account has no machine

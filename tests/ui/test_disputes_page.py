"""The disputes page: its states, its clocks, and what each button asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.chain.sealed_report import unpack
from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.dispute import FaultKind, MachineFault, MemberStatus, ReportStatus, WorkStep
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.ui.dialogs.appeal_sheet import AppealSheet
from dbc_desktop.ui.dialogs.report_sheet import ReportSheet
from dbc_desktop.ui.pages.disputes import DisputesPage
from dbc_desktop.ui.widgets import AmountLabel
from tests.ui.dispute_doubles import MACHINE, NOW, OTHER, believed, clock, disputed_program, member, report, slash, work
from tests.ui.renting_doubles import ALICE, HEAD, FakeWindow, machine, order, spends

MEMBER = BoxKey(b"\x09" * 32)


@pytest.fixture
def window() -> FakeWindow:
    return FakeWindow()


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    made = disputed_program(tmp_path)
    made.backend.machines = [machine(MachineStatus.STAKER_REPORT_OFFLINE)]
    made.backend.clocks = {MACHINE: clock(own_since=NOW - 30), OTHER: clock(machine_id=OTHER)}
    made.backend.found = [slash()]
    return made


def opened(qtbot: QtBot, parts: Any, window: FakeWindow) -> DisputesPage:
    made = DisputesPage(parts, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    made.on_shown()
    return made


@pytest.fixture
def page(qtbot: QtBot, parts: Any, window: FakeWindow) -> DisputesPage:
    return opened(qtbot, parts, window)


def child(widget: Any, kind: Any, name: str) -> Any:
    found = [one for one in widget.findChildren(kind, name) if not one.isHidden()]
    assert found, name
    return found[0]


def click(qtbot: QtBot, page: Any, name: str) -> None:
    QApplication.processEvents()  # lines that were just made are laid out
    button = child(page, QPushButton, name)
    assert button.isVisible(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def text(page: Any, name: str) -> str:
    return str(child(page, QLabel, name).text())


def test_a_slash_counts_in_the_rail_and_its_clock_runs(page: DisputesPage, parts: Any, window: FakeWindow) -> None:
    assert page.state == "content"
    assert window.marks == {"disputes": "1"}
    assert text(page, "disputes.when.slash.machine.4") == "in 47 h"
    reads = parts.backend.reads
    page.on_head(HeadChange(replace(HEAD, height=NOW + 28_400), ()))
    assert text(page, "disputes.when.slash.machine.4") == "30:00"
    assert parts.backend.reads == reads


def test_the_stopwatch_moves_with_the_blocks(page: DisputesPage) -> None:
    assert child(page, AmountLabel, "disputes.clock.cost.1").text() == "11,428.57 DBC"
    assert text(page, "disputes.clock.next.1") == "22,857.14 DBC in 03:54"
    page.on_head(HeadChange(replace(HEAD, height=NOW + 39), ()))
    assert child(page, AmountLabel, "disputes.clock.cost.1").text() == "22,857.14 DBC"
    assert text(page, "disputes.clock.next.1") == "171,428.57 DBC in 1 d 23:53"


def test_it_reads_again_when_something_happened_or_a_window_closed(page: DisputesPage, parts: Any) -> None:
    reads = parts.backend.reads
    page.on_head(HeadChange(HEAD, (EventRecord(1, 0, "OnlineProfile", "SlashCanceled", {}),)))
    assert parts.backend.reads > reads
    reads = parts.backend.reads
    page.on_head(HeadChange(replace(HEAD, height=NOW + 30_000), ()))
    assert parts.backend.reads > reads


def test_an_appeal_asks_why_and_is_signed_by_the_controller(
    page: DisputesPage, window: FakeWindow, qtbot: QtBot
) -> None:
    asked = spends(page)
    click(qtbot, page, "disputes.appeal.slash.machine.4")
    (sheet,) = window.sheets
    assert isinstance(sheet, AppealSheet)
    qtbot.addWidget(sheet)
    sheet.show()
    click(qtbot, sheet, "appeal.go")
    assert asked == []
    assert sheet._reason.error() == "Say in a few words why."
    qtbot.keyClicks(child(sheet, QLineEdit, "appeal.reason"), "the power failed")
    click(qtbot, sheet, "appeal.go")
    call = Call("OnlineProfile", "apply_slash_review", (4, b"the power failed"))
    assert [(one, signer) for one, signer, *_ in asked] == [(call, ALICE)]


def test_a_rented_machine_is_reported_with_its_cost_said_first(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.orders = [order(31, RentStatus.RENTING), order(22, RentStatus.ENDED)]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    click(qtbot, page, "disputes.report")
    (sheet,) = window.sheets
    assert isinstance(sheet, ReportSheet)
    qtbot.addWidget(sheet)
    sheet.show()
    assert child(sheet, QComboBox, "report.order").count() == 1
    words = " ".join(label.text() for label in sheet.findChildren(QLabel))
    assert "1,000 DBC of your stake are lost" in words
    assert "A first report reserves 20,000 DBC" in words
    click(qtbot, sheet, "report.go")
    fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, MACHINE, 31)
    assert [one for one, *_ in asked] == [Call("MaintainCommittee", "report_machine_fault", (fault,))]


def test_rentals_brings_its_order_along(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.orders = [order(31, RentStatus.RENTING), order(32, RentStatus.RENTING)]
    page = opened(qtbot, parts, window)
    page.on_argument(32)
    (sheet,) = window.sheets
    assert child(sheet, QComboBox, "report.order").currentText() == "4 GPUs of 3f9a…c41d · order 32"


def test_a_report_nobody_judges_can_be_taken_back(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.reports = [report(status=ReportStatus.REPORTED, members=(), reveal_until=None), believed()]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    click(qtbot, page, "disputes.take_back.report.7")
    assert [one for one, *_ in asked] == [Call("MaintainCommittee", "reporter_cancel_report", (7,))]
    assert text(page, "disputes.badge.report.3") == "believed"


def test_a_member_books_votes_and_reveals(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.to_judge = [work(WorkStep.BOOK, None)]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    click(qtbot, page, "disputes.book.work.report.9")
    parts.backend.to_judge = [work()]
    page.on_shown()
    click(qtbot, page, "disputes.fails.work.report.9")
    parts.backend.to_judge = [work(WorkStep.REVEAL)]
    page.on_shown()
    click(qtbot, page, "disputes.reveal.work.report.9")
    calls = [one for one, *_ in asked]
    assert [one.name for one in calls] == [
        "committee_book_report",
        "committee_submit_verify_hash",
        "committee_submit_inaccessible_raw",
    ]
    assert calls[2].args[0] == 9
    assert calls[2].args[2] is True
    assert "io" in parts.runner.lanes


def test_a_vote_that_cannot_be_kept_is_not_signed(qtbot: QtBot, parts: Any, window: FakeWindow, tmp_path: Path) -> None:
    parts.backend.to_judge = [work()]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    (tmp_path / "votes.json").write_bytes(b"broken")
    click(qtbot, page, "disputes.works.work.report.9")
    assert asked == []
    assert len(window.notices) == 1


def test_another_machine_is_chosen_for_the_stopwatch(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.machines = [*parts.backend.machines, machine(MachineStatus.RENTED, machine_id=OTHER)]
    page = opened(qtbot, parts, window)
    box = child(page, QComboBox, "disputes.clock.machine")
    assert box.count() == 2
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert text(page, "disputes.clock.state") == "rented"
    page.on_argument(MACHINE)
    assert text(page, "disputes.clock.state") == "you reported it offline"


@pytest.mark.parametrize(
    ("status", "button", "name"),
    [
        (MachineStatus.STAKER_REPORT_OFFLINE, "disputes.clock.online", "controller_report_online"),
        (MachineStatus.RENTED, "disputes.clock.offline", "controller_report_offline"),
    ],
)
def test_the_way_back_is_offered_and_never_the_default(
    qtbot: QtBot, parts: Any, window: FakeWindow, status: MachineStatus, button: str, name: str
) -> None:
    parts.backend.machines = [machine(status)]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    assert child(page, QPushButton, button).property("kind") == "plain"
    click(qtbot, page, button)
    assert [one for one, *_ in asked] == [Call("OnlineProfile", name, (MACHINE,))]


# states


def test_without_an_account_it_offers_to_make_one(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    window.chosen = None
    page = opened(qtbot, parts, window)
    assert page.state == "message"
    click(qtbot, page, "disputes.create_account")
    assert window.asked == ["create_account"]


def test_with_nothing_disputed_it_says_what_would_be_here(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.machines, parts.backend.found = [], []
    page = opened(qtbot, parts, window)
    assert page.state == "message"
    went: list[str] = []
    page.navigate.connect(lambda key, _: went.append(key))
    click(qtbot, page, "disputes.to_rentals")
    assert went == ["rentals"]
    parts.backend.orders = [order(31, RentStatus.RENTING)]
    page.on_shown()
    click(qtbot, page, "disputes.first_report")
    assert isinstance(window.sheets[0], ReportSheet)


def test_a_skeleton_stands_in_while_it_reads(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.runner.hold = True
    page = opened(qtbot, parts, window)
    assert page.state == "loading"
    page.on_shown()
    parts.runner.hold = False
    parts.runner.release()
    assert page.state == "content"


def test_a_chain_that_does_not_answer_at_first(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.fail = ChainUnreachable()
    page = opened(qtbot, parts, window)
    assert page.state == "message"
    parts.backend.fail = None
    click(qtbot, page, "disputes.failed")
    assert page.state == "content"


def test_a_chain_that_goes_away_leaves_the_last_values_greyed(page: DisputesPage, parts: Any) -> None:
    parts.backend.fail = ChainUnreachable()
    page.on_shown()
    assert page.state == "content"
    assert child(page, QLabel, "disputes.age").text() == "No answer from the chain"
    assert page._content.graphicsEffect() is not None
    assert child(page, QPushButton, "disputes.retry").isVisible()
    parts.backend.fail = None
    page.on_shown()
    assert page._content.graphicsEffect() is None


def test_a_backend_without_disputes_says_so(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    window.capabilities = frozenset  # type: ignore[method-assign]
    page = opened(qtbot, parts, window)
    assert page.state == "message"
    assert any("does not tell" in label.text() for label in page.findChildren(QLabel))
    assert parts.backend.reads == 0


def test_another_account_reads_anew(page: DisputesPage, parts: Any) -> None:
    parts.backend.found = []
    page.on_account()
    assert not any(one.isVisible() for one in page.findChildren(QWidget, "disputes.row.slash.machine.4"))


def test_broken_hardware_is_reported_in_secret_and_told_to_each_member(
    qtbot: QtBot, parts: Any, window: FakeWindow
) -> None:
    parts.backend.orders = [order(31, RentStatus.RENTING)]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    click(qtbot, page, "disputes.report")
    (sheet,) = window.sheets
    qtbot.addWidget(sheet)
    sheet.show()
    assert sheet._reason.isHidden()
    child(sheet, QComboBox, "report.kind").setCurrentIndex(1)
    assert "Keep the program open until then" in sheet._text.text()
    click(qtbot, sheet, "report.go")
    assert (asked, sheet._reason.error()) == ([], "Say in a few words why.")
    qtbot.keyClicks(child(sheet, QLineEdit, "report.reason"), "GPU 3 is dead")
    click(qtbot, sheet, "report.go")
    fault = asked[0][0].args[0]
    assert (fault.kind, fault.machine_id) == (FaultKind.RENTED_HARDWARE_MALFUNCTION, "")
    waits = member(MemberStatus.WAITING_ENCRYPT, told_until=NOW + 290, box_pubkey=MEMBER.public)
    parts.backend.reports = [report(fault=fault, machine_id=MachineId(""), members=(waits, waits, waits))]
    page.on_shown()
    assert window.marks["disputes"] == "2"
    click(qtbot, page, "disputes.tell.report.7")
    batch = asked[1][0]
    assert (batch.pallet, batch.name, len(batch.args[0])) == ("Utility", "batch_all", 3)
    told = unpack(MEMBER.open(batch.args[0][0].args[2], fault.box_pubkey) or b"")
    assert told is not None
    assert (told.machine_id, told.rent_id, told.reason) == (MACHINE, 31, "GPU 3 is dead")
    assert told.digest() == fault.reporter_hash


def test_what_another_session_reported_cannot_be_told_here(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    fault = MachineFault(FaultKind.RENTED_HARDWARE_MALFUNCTION, reporter_hash=b"\x01" * 16, box_pubkey=b"\x02" * 32)
    waits = member(MemberStatus.WAITING_ENCRYPT, told_until=NOW + 290)
    parts.backend.reports = [report(fault=fault, machine_id=MachineId(""), members=(waits,))]
    page = opened(qtbot, parts, window)
    assert page.findChildren(QPushButton, "disputes.tell.report.7") == []


def test_a_member_whose_key_is_none_is_said(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    call = parts.secret_reports.report_call(FaultKind.RENTED_HARDWARE_COUNTERFEIT, order(31), "other GPUs")
    waits = member(MemberStatus.WAITING_ENCRYPT, told_until=NOW + 290, box_pubkey=b"short")
    parts.backend.reports = [report(fault=call.args[0], machine_id=MachineId(""), members=(waits,))]
    page = opened(qtbot, parts, window)
    asked = spends(page)
    click(qtbot, page, "disputes.tell.report.7")
    assert asked == []
    assert "nothing can be sealed to it" in window.notices[0].body

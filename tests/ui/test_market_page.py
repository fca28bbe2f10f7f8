"""The market page: its model, its query line, its detail and the way to an order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.screens.market import MarketColumn
from dbc_desktop.ui.dialogs.rent_sheet import RentSheet
from dbc_desktop.ui.pages.market import MarketPage
from dbc_desktop.ui.pages.market_table import MarketModel
from tests.ui.renting_doubles import ALICE, HEAD, MACHINE, FakeWindow, machine, program, spends, table


@pytest.fixture
def window() -> FakeWindow:
    return FakeWindow()


@pytest.fixture
def parts() -> Any:
    return program()


@pytest.fixture
def page(qtbot: QtBot, parts: Any, window: FakeWindow) -> MarketPage:
    made = MarketPage(parts, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    made.on_shown()
    return made


def child(widget: Any, kind: Any, name: str) -> Any:
    found = widget.findChild(kind, name)
    assert found is not None, name
    return found


def shown(page: MarketPage) -> list[str]:
    view = page._view
    model = view.model()
    return [model.index(row, int(MarketColumn.MACHINE)).data() for row in range(model.rowCount())]


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester, qapp: object) -> None:
    model = MarketModel()
    qtmodeltester.check(model)
    small = table(12)
    model.show_order(small, np.arange(12, dtype=np.int64), 12_000)
    qtmodeltester.check(model)
    model.show_order(small, np.arange(11, -1, -1, dtype=np.int64)[:5], 12_000)
    qtmodeltester.check(model)


def test_a_persistent_index_follows_its_machine_and_is_let_go_with_it(qapp: object) -> None:
    model, small = MarketModel(), table(6)
    model.show_order(small, np.arange(6, dtype=np.int64), 12_000)
    kept = QPersistentModelIndex(model.index(1, 2))
    model.show_order(table(6), np.array([5, 4, 3, 2, 1, 0]), 12_000)
    assert (kept.row(), kept.column()) == (4, 2)
    model.show_order(small, np.array([0, 2]), 12_000)
    assert not kept.isValid()


def test_the_cheapest_machine_stands_first(page: MarketPage) -> None:
    assert page.state == "content"
    assert page.note_label.text() == "24 machines · 113 GPUs free"
    assert shown(page)[:2] == ["3f9a…c41d", "b07e…19aa"]
    assert len(shown(page)) == 24


def test_typing_a_query_filters_and_makes_chips(page: MarketPage, qtbot: QtBot) -> None:
    line = child(page, QLineEdit, "market.query")
    qtbot.keyClicks(line, "gpu:3090 free>=7")
    assert all("3090" in page._model.index(row, 1).data() for row in range(page._model.rowCount()))
    assert 0 < page._model.rowCount() < 24
    chip = child(page, QPushButton, "market.chip.1")
    assert chip.text().startswith("≥ 7 GPUs free")
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert line.text() == "gpu:3090"
    assert page._model.rowCount() == 6


def test_a_query_that_is_not_understood_says_so_and_keeps_the_rows(page: MarketPage, qtbot: QtBot) -> None:
    line = child(page, QLineEdit, "market.query")
    line.setText("colour:red")
    assert "colour" in child(page, QLabel, "market.problem").text()
    assert page._model.rowCount() == 24
    line.clear()
    assert child(page, QLabel, "market.problem").text() == ""


def test_no_match_offers_to_clear_the_search(page: MarketPage, qtbot: QtBot) -> None:
    line = child(page, QLineEdit, "market.query")
    line.setText("gpu:H200")
    clear = child(page, QPushButton, "market.clear")
    assert clear.isVisible()
    assert not page._view.isVisible()
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert line.text() == ""
    assert page._view.isVisible()


def test_a_click_on_the_head_sorts_and_a_second_turns_it_round(page: MarketPage) -> None:
    head = page._view.horizontalHeader()
    head.sectionClicked.emit(int(MarketColumn.FREE))
    assert page._model.headerData(int(MarketColumn.FREE), Qt.Orientation.Horizontal) == "Free ↓"
    free = [int(page._model.index(row, int(MarketColumn.FREE)).data()) for row in range(24)]
    assert free == sorted(free, reverse=True)
    head.sectionClicked.emit(int(MarketColumn.FREE))
    free = [int(page._model.index(row, int(MarketColumn.FREE)).data()) for row in range(24)]
    assert free == sorted(free)


def test_sorting_runs_in_a_lane_and_only_the_newest_answer_counts(page: MarketPage, parts: Any) -> None:
    parts.runner.hold = True
    line = child(page, QLineEdit, "market.query")
    line.setText("gpu:3090")
    line.setText("gpu:A6000")
    assert page._model.rowCount() == 24  # nothing waited for
    parts.runner.held.reverse()  # the older answer comes last
    parts.runner.release()
    assert parts.runner.lanes[-1] == "io"
    assert all("A6000" in page._model.index(row, 1).data() for row in range(page._model.rowCount()))


def test_a_row_opens_the_detail_which_follows_the_machine(page: MarketPage, parts: Any) -> None:
    parts.backend.machines = [machine()]
    page._view.selectRow(0)
    panel = page._panel
    assert panel.isVisible()
    assert child(panel, QPushButton, "market.rent").isEnabled()
    page._view.horizontalHeader().sectionClicked.emit(int(MarketColumn.USD_HOUR))  # now the dearest first
    assert page._chosen == MACHINE
    assert page._view.currentIndex().row() == 23
    assert page._view.selectionModel().isRowSelected(23)


def test_a_chosen_machine_that_left_the_market_closes_its_detail(page: MarketPage, parts: Any) -> None:
    page._view.selectRow(0)
    whole = table(24)
    parts.backend.table = type(whole)(*[getattr(whole, name)[1:] for name in whole.__dataclass_fields__])
    page._read()
    assert not page._panel.isVisible()
    assert page._model.rowCount() == 23


def test_only_what_a_renter_would_see_is_read_again(page: MarketPage, parts: Any) -> None:
    reads = parts.backend.reads
    page.on_head(HeadChange(HEAD, (EventRecord(1, 0, "Balances", "Transfer", {}),)))
    assert parts.backend.reads == reads
    page.on_head(HeadChange(HEAD, (EventRecord(1, 0, "RentMachine", "Rent", {}),)))
    assert parts.backend.reads > reads


def test_heads_that_come_while_reading_lead_to_one_more_read(page: MarketPage, parts: Any) -> None:
    parts.runner.hold = True
    change = HeadChange(HEAD, (EventRecord(1, 0, "RentMachine", "Rent", {}),))
    for _ in range(5):
        page.on_head(change)
    assert len(parts.runner.held) == 1
    parts.runner.release()
    assert len(parts.runner.held) == 1


def test_renting_goes_through_the_sheet_to_the_spending_sheet(
    page: MarketPage, parts: Any, window: FakeWindow, qtbot: QtBot
) -> None:
    wanted = spends(page)
    went: list[tuple[str, object]] = []
    page.navigate.connect(lambda key, argument: went.append((key, argument)))
    page._view.selectRow(0)
    qtbot.mouseClick(child(page, QPushButton, "market.rent"), Qt.MouseButton.LeftButton)
    sheet = window.sheets[-1]
    assert isinstance(sheet, RentSheet)
    qtbot.addWidget(sheet)
    sheet.show()
    gpus = child(sheet, QLineEdit, "rent.gpus")
    gpus.selectAll()
    qtbot.keyClicks(gpus, "4")
    assert child(sheet, QPushButton, "rent.go").text() == "Rent 4 GPUs"
    qtbot.mouseClick(child(sheet, QPushButton, "rent.go"), Qt.MouseButton.LeftButton)
    call, signer, done = wanted[0]
    assert call == Call("RentMachine", "rent_machine", (MACHINE, 4, 14_400))
    assert signer == ALICE
    done(None)
    assert went == [("rentals", None)]


def test_the_rent_sheet_refuses_with_a_sentence(parts: Any, qtbot: QtBot) -> None:
    sheet = RentSheet(parts, MACHINE, "RTX 4090", "Singapore", 8, ALICE)
    qtbot.addWidget(sheet)
    sheet.show()
    duration = child(sheet, QLineEdit, "rent.duration")
    go = child(sheet, QPushButton, "rent.go")
    duration.setText("20 min")
    assert "30 minutes" in sheet._duration.error()
    assert not go.isEnabled()
    qtbot.mouseClick(child(sheet, QPushButton, "rent.preset.12h"), Qt.MouseButton.LeftButton)
    assert duration.text() == "12 h"
    assert go.isEnabled()
    for text in ("0", "9", "x", ""):
        child(sheet, QLineEdit, "rent.gpus").setText(text)
        assert child(sheet, QLabel, "rent.problem").text() == "Choose a number of GPUs from 1 to 8."
        assert not go.isEnabled()
    qtbot.mouseClick(child(sheet, QPushButton, "rent.gpus.more"), Qt.MouseButton.LeftButton)
    assert child(sheet, QLineEdit, "rent.gpus").text() == "2"
    assert go.isEnabled()


def test_the_rent_sheet_says_when_the_money_is_short(parts: Any, qtbot: QtBot) -> None:
    parts.backend.free = Balance.of_dbc(100)
    sheet = RentSheet(parts, MACHINE, "RTX 4090", "Singapore", 8, ALICE)
    qtbot.addWidget(sheet)
    sheet.show()
    assert not child(sheet, QPushButton, "rent.go").isEnabled()
    assert "572.08 DBC" in child(sheet, QLabel, "rent.problem").text()


def test_without_an_account_renting_asks_for_one(page: MarketPage, window: FakeWindow, qtbot: QtBot) -> None:
    window.chosen = None
    page._view.selectRow(0)
    qtbot.mouseClick(child(page, QPushButton, "market.rent"), Qt.MouseButton.LeftButton)
    assert window.asked == ["create_account"]


def test_loading_failed_and_offline(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    page = MarketPage(parts, window)
    qtbot.addWidget(page)
    page.show()
    parts.runner.hold = True
    page.on_shown()
    assert page.state == "loading"
    parts.backend.fail = ChainUnreachable()
    parts.runner.release()
    assert page.state == "message"
    parts.backend.fail, parts.runner.hold = None, False
    qtbot.mouseClick(child(page, QPushButton, "market.failed"), Qt.MouseButton.LeftButton)
    assert page.state == "content"
    parts.backend.fail = ChainUnreachable()
    page.on_shown()
    assert page.state == "content"  # the last known rows, greyed
    assert page.retry_button.isVisible()
    assert page._model.rowCount() == 24


def test_an_empty_market_says_what_will_be_here(qtbot: QtBot, parts: Any, window: FakeWindow) -> None:
    parts.backend.table = _nothing()
    page = MarketPage(parts, window)
    qtbot.addWidget(page)
    page.show()
    page.on_shown()
    assert page._nothing.isVisible()
    assert page._nothing.title_label.text() == "No machine is on offer"
    assert not page._nothing.button.isVisible()


def _nothing() -> Any:
    whole = table(2)
    return type(whole)(*[getattr(whole, name)[:0] for name in whole.__dataclass_fields__])


def test_an_argument_that_finds_one_machine_opens_it(page: MarketPage) -> None:
    page.on_argument(MACHINE)
    assert page._model.rowCount() == 1
    assert page._panel.isVisible()
    assert page._chosen == MACHINE

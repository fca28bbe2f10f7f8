"""An update touches the rows that differ and no others; who is chosen stays chosen."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView
from pytestqt.qtbot import QtBot

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.table import ShortTable, dress_table, fit_columns
from dbc_desktop.ui.widgets.table_model import BADGE, RowsModel, TableColumn, mono, strong


class Thing(NamedTuple):
    name: str
    worth: int = 1


COLUMNS: dict[int, TableColumn[Thing]] = {
    1: TableColumn(
        lambda: "Worth",
        lambda row: f"{row.worth}.00",
        lambda row: f"{row.worth}.000000 DBC" if row.worth else "",
        is_number=True,
        font=strong,
        tone=lambda row: "" if row.worth else "loss",
        badge=lambda row: "good" if row.worth > 5 else "",
    ),
    0: TableColumn(lambda: "Name", lambda row: row.name, font=mono, dot=lambda row: "good"),
}


class Told:
    """What a model told of its rows, in words."""

    def __init__(self, model: RowsModel[Thing]) -> None:
        self.all: list[str] = []
        model.rowsInserted.connect(lambda _, first, last: self.all.append(f"in {first}-{last}"))
        model.rowsRemoved.connect(lambda _, first, last: self.all.append(f"out {first}-{last}"))
        model.dataChanged.connect(lambda first, last: self.all.append(f"changed {first.row()}-{last.row()}"))
        model.layoutChanged.connect(lambda: self.all.append("moved"))
        model.modelReset.connect(lambda: self.all.append("reset"))

    def take(self) -> list[str]:
        told, self.all = self.all, []
        return told


@pytest.fixture
def model(qapp) -> RowsModel[Thing]:
    made: RowsModel[Thing] = RowsModel(COLUMNS, lambda row: row.name)
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)  # type: ignore[attr-defined]
    return made


def things(names: str, worth: int = 1) -> list[Thing]:
    return [Thing(name, worth) for name in names]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "abc", ["in 0-2"]),
        ("abc", "abc", []),
        ("abc", "xyabc", ["in 0-1"]),
        ("abc", "abcx", ["in 3-3"]),
        ("abcde", "ace", ["out 3-3", "out 1-1"]),
        ("abcd", "dabc", ["moved"]),
        ("abcd", "xdcq", ["out 0-1", "moved", "in 0-0", "in 3-3"]),
        ("abc", "", ["out 0-2"]),
        ("abc", "xy", ["out 0-2", "in 0-1"]),
    ],
)
def test_only_what_came_went_or_moved_is_told(model, before, after, told):
    model.show_rows(things(before))
    heard = Told(model)
    model.show_rows(things(after))
    assert heard.all == told
    assert [row.name for row in model.rows] == list(after)


def test_a_row_that_changed_is_drawn_anew_and_no_other(model):
    model.show_rows(things("abcdef"))
    heard = Told(model)
    model.show_rows([Thing("a"), Thing("b", 2), Thing("c", 3), Thing("d"), Thing("e", 4), Thing("f")])
    assert heard.take() == ["changed 1-2", "changed 4-4"]
    model.show_rows([Thing("f", 9), *model.rows[:5]])
    assert heard.take() == ["moved", "changed 0-0"]


def test_whatever_happens_the_rows_and_the_chosen_ones_are_right(model):
    seeded = random.Random(7)
    for _ in range(60):
        names = seeded.sample("abcdefghijkl", seeded.randrange(13))
        watched = {row.name: QPersistentModelIndex(model.index(at, 0)) for at, row in enumerate(model.rows)}
        model.show_rows([Thing(name, seeded.randrange(3)) for name in names])
        assert [model.index(at, 0).data() for at in range(model.rowCount())] == names
        for name, index in watched.items():
            assert index.isValid() is (name in names)
            assert not index.isValid() or index.data() == name
            assert model.place_of(name) == (names.index(name) if name in names else -1)


def test_a_column_says_all_there_is_of_a_cell(model):
    model.show_rows([Thing("a", 7), Thing("b", 0)])
    rich, poor = model.index(0, 1), model.index(1, 1)
    assert [model.headerData(at, Qt.Orientation.Horizontal) for at in (0, 1)] == ["Name", "Worth"]
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    assert rich.data(Qt.ItemDataRole.TextAlignmentRole) == right
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole) == right
    assert (rich.data(), rich.data(BADGE), poor.data(BADGE)) == ("7.00", "good", None)
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
        assert (rich.data(role), poor.data(role)) == ("7.000000 DBC", None)
    assert rich.data(Qt.ItemDataRole.ForegroundRole) is None
    assert QColor(poor.data(Qt.ItemDataRole.ForegroundRole)) == theme.color("loss")
    assert rich.data(Qt.ItemDataRole.FontRole).weight() == 600
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole) is not None


def test_a_short_table_is_as_high_as_its_rows(qtbot: QtBot, model):
    table = ShortTable(model, "things", 4)
    qtbot.addWidget(table)
    heights = []
    for names in ("", "abc", "abcdef", "a"):
        model.show_rows(things(names))
        heights.append(table.height())
    assert heights == [62, 126, 158, 62]


def test_a_column_is_as_wide_as_its_longest_text_and_no_narrower_than_told(qapp: QApplication, qtbot: QtBot, model):
    theme.apply(qapp, "dark")  # the sheet pads the cells
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    head = dress_table(view, "things")
    head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    head.resizeSection(0, 77)
    rows = [Thing(f"thing {number}", number) for number in range(5)]
    model.show_rows([*rows, Thing("the richest", 1_234_567_890_123)])
    fit_columns(view, model, 0, 40)
    assert view.columnWidth(0) == 77
    # Never less than Qt itself would ask for all cells, and hardly more.
    assert 0 <= view.columnWidth(1) - view.sizeHintForColumn(1) <= 2
    model.show_rows(rows)
    fit_columns(view, model, 0, 240)
    assert view.columnWidth(1) == 240

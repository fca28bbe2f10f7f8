"""The history of an account in Wallet: a table that reads on as it is scrolled, filters, and CSV."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QHeaderView, QTableView

from dbc_desktop.screens.formats import TOKEN
from dbc_desktop.screens.history import HistoryLine, filters
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets import Button, Card, Label
from dbc_desktop.ui.widgets.table import HEAD_HEIGHT, ROW_HEIGHT, dress_table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
ROWS_SHOWN = 10
"""So many rows are seen at once; the table scrolls for the rest."""


class Column(IntEnum):
    """Columns in the order they stand."""

    WHEN = 0
    BLOCK = 1
    WHAT = 2
    AMOUNT = 3
    OTHER = 4
    SUBJECT = 5


_CELLS: dict[Column, Callable[[HistoryLine], str]] = {
    Column.WHEN: lambda row: row.when,
    Column.BLOCK: lambda row: row.block,
    Column.WHAT: lambda row: row.what,
    Column.AMOUNT: lambda row: row.amount,
    Column.OTHER: lambda row: row.other,
    Column.SUBJECT: lambda row: row.subject,
}
_TIPS: dict[Column, Callable[[HistoryLine], str]] = {
    Column.WHEN: lambda row: row.when_full,
    Column.AMOUNT: lambda row: row.amount_full,
    Column.OTHER: lambda row: row.other_full,
    Column.SUBJECT: lambda row: row.subject_full,
}
_TITLES: dict[Column, Callable[[], str]] = {
    Column.WHEN: lambda: tr("When"),
    Column.BLOCK: lambda: tr("Block"),
    Column.WHAT: lambda: tr("What"),
    Column.AMOUNT: lambda: TOKEN,
    Column.OTHER: lambda: tr("With"),
    Column.SUBJECT: lambda: tr("About"),
}
_RIGHT_SIDE = (Column.BLOCK, Column.AMOUNT)


class HistoryModel(QAbstractTableModel):
    """Newest first; `wanted` asks for older rows when the table is scrolled to its end."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[HistoryLine, ...] = ()
        self._has_older = False

    def show_rows(self, rows: tuple[HistoryLine, ...], has_older: bool) -> None:
        """Show `rows`: where they begin with those that stand there, the others are put below."""
        known = len(self._rows)
        self._has_older = has_older
        if rows == self._rows:
            return
        if known and rows[:known] == self._rows:
            self.beginInsertRows(_ROOT, known, len(rows) - 1)
            self._rows = rows
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def row_at(self, row: int) -> HistoryLine:
        """One line."""
        return self._rows[row]

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there are older rows."""
        return self._has_older and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        """Ask for them."""
        if self._has_older:
            self._has_older = False
            self.wanted.emit()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Rows that were read so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """As many as `Column` has."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell in one role."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _CELLS[column](row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[column](row) if column in _TIPS else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            if column is Column.AMOUNT:
                return theme.font(weight=600)
            return theme.font(12, mono=True) if column is Column.OTHER and "…" in row.other else None
        if role == Qt.ItemDataRole.ForegroundRole:
            if column is Column.AMOUNT and row.tone:
                return theme.color(row.tone)
            return theme.color("muted") if column in (Column.WHEN, Column.BLOCK, Column.SUBJECT) else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The names of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[Column(section)]()
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT_SIDE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class HistoryCard(Card):
    """`filtered(Filter)`, `older_wanted()` and `csv_asked()` say what the person wants."""

    filtered = Signal(object)
    older_wanted = Signal()
    csv_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("History"))
        self.model = HistoryModel()
        self.model.wanted.connect(self.older_wanted)
        self.csv = Button(tr("Save as CSV…"), small=True, name="wallet.history.csv", act=self.csv_asked.emit)
        self.add_right(self.csv)
        line = QHBoxLayout()
        line.setSpacing(8)
        group = QButtonGroup(self)
        for each in filters():
            button = Button(
                each.text, small=True, name=f"wallet.history.{each.key}", act=partial(self.filtered.emit, each)
            )
            button.setCheckable(True)
            button.setChecked(each.kinds is None)
            group.addButton(button)
            line.addWidget(button)
        line.addStretch(1)
        self.body.addLayout(line)
        self._message = Label("", "muted", wrap=True)
        self._message.setObjectName("wallet.history.message")
        self.body.addWidget(self._message)
        self.table = QTableView()
        self.table.setModel(self.model)
        head = dress_table(self.table, "wallet.history")
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(Column.WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((Column.WHEN, 158), (Column.BLOCK, 100), (Column.AMOUNT, 170), (Column.OTHER, 180)):
            head.resizeSection(column, width)
        head.resizeSection(Column.SUBJECT, 150)
        self.table.doubleClicked.connect(self._copy)
        self.body.addWidget(self.table)
        self.show_message(tr("Reading…"))

    def show_lines(self, lines: tuple[HistoryLine, ...], note: str, has_older: bool) -> None:
        """Show what was read so far."""
        self.set_title(tr("History"), note)
        self.model.show_rows(lines, has_older)
        self._message.setVisible(not lines)
        self._message.setText(tr("Nothing moved yet. Transfers, stake, rent, rewards and fees will stand here."))
        self.table.setVisible(bool(lines))
        rows = min(max(1, len(lines)), ROWS_SHOWN)
        self.table.setFixedHeight(HEAD_HEIGHT + ROW_HEIGHT * rows + 2)
        self.csv.setEnabled(bool(lines))

    def show_message(self, text: str) -> None:
        """Say something in the place of the table: that it is read, or why it cannot be."""
        self._message.setText(text)
        self._message.show()
        self.table.hide()
        self.csv.setEnabled(False)

    def _copy(self, index: QModelIndex) -> None:
        """A double click copies what the cell stands for."""
        row, column = self.model.row_at(index.row()), Column(index.column())
        QGuiApplication.clipboard().setText((_TIPS.get(column) or _CELLS[column])(row))

"""The ledger of Rewards: a model over rows that a screen function has written."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.screens.rewards import LedgerRow
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.table import HEAD_HEIGHT, ROW_HEIGHT, dress_table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ALL_COLUMNS = 620
"""Pixels in which every column has room beside a machine's id and model."""


class Column(IntEnum):
    """Columns in the order they stand."""

    ERA = 0
    MACHINE = 1
    EARNED = 2
    AT_ONCE = 3
    FROM_EARLIER = 4
    RELEASED = 5
    EXPLAIN = 6


_CELLS: dict[Column, Callable[[LedgerRow], str]] = {
    Column.ERA: lambda row: row.era,
    Column.MACHINE: lambda row: row.machine,
    Column.EARNED: lambda row: row.earned,
    Column.AT_ONCE: lambda row: row.at_once,
    Column.FROM_EARLIER: lambda row: row.from_earlier,
    Column.RELEASED: lambda row: row.released,
    Column.EXPLAIN: lambda row: row.explain,
}
_TITLES: dict[Column, Callable[[], str]] = {
    Column.ERA: lambda: tr("Era"),
    Column.MACHINE: lambda: tr("Machine"),
    Column.EARNED: lambda: tr("Earned"),
    Column.AT_ONCE: lambda: tr("At once"),
    Column.FROM_EARLIER: lambda: tr("Earlier parts"),
    Column.RELEASED: lambda: tr("Released"),
    Column.EXPLAIN: lambda: "",
}


class LedgerModel(QAbstractTableModel):
    """Newest era first."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[LedgerRow, ...] = ()

    def show_rows(self, rows: tuple[LedgerRow, ...]) -> None:
        """Show other rows; those that only moved down because new eras came are kept."""
        before = self._rows
        new = next((n for n in range(len(rows) + 1) if rows[n:] == before[: len(rows) - n]), len(rows))
        if new == 0 and len(rows) == len(before):
            return
        if before and new + len(before) == len(rows):
            self.beginInsertRows(_ROOT, 0, new - 1)
            self._rows = rows
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def row_at(self, index: Index) -> LedgerRow:
        """The row of an index."""
        return self._rows[index.row()]

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Rows of the ledger."""
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
            return row.released_full if column is Column.RELEASED else row.machine_id
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole and column is Column.RELEASED:
            return theme.font(weight=600)
        if role == Qt.ItemDataRole.ForegroundRole and column is Column.EXPLAIN:
            return theme.color("accent")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The names of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[Column(section)]()
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= Column.EARNED else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class LedgerView(QTableView):
    """The table on a card, never higher than its rows; in a small window what was earned goes before the names do.

    `explained` brings the row whose reward shall be explained: a click on its last cell, or Enter.
    """

    explained = Signal(object)

    def __init__(self, model: LedgerModel) -> None:
        super().__init__()
        self._ledger = model
        self.setModel(model)
        head = dress_table(self, "rewards.table")
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(Column.MACHINE, QHeaderView.ResizeMode.Stretch)
        head.setMinimumSectionSize(48)
        model.rowsInserted.connect(self._fit)
        model.modelReset.connect(self._fit)
        self.clicked.connect(self._clicked)
        self.setMouseTracking(True)
        self.entered.connect(self._entered)
        self._fit()

    def allow_explain(self, can: bool) -> None:
        """Whether rewards can be explained here."""
        self.setColumnHidden(Column.EXPLAIN, not can)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == Column.EXPLAIN:
            self.explained.emit(self._ledger.row_at(index))

    def _entered(self, index: QModelIndex) -> None:
        over = index.column() == Column.EXPLAIN
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter explains the chosen row."""
        index = self.currentIndex()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and index.isValid() and not self.isColumnHidden(Column.EXPLAIN):
            self.explained.emit(self._ledger.row_at(index))
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        self.setMaximumHeight(HEAD_HEIGHT + ROW_HEIGHT * max(1, self.model().rowCount()) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave a column out where there is no room for all."""
        super().resizeEvent(event)
        is_small = self.width() < _ALL_COLUMNS
        if self.isColumnHidden(Column.EARNED) is not is_small:
            self.setColumnHidden(Column.EARNED, is_small)

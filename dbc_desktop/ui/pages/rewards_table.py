"""The ledger of Rewards: a model over rows that a screen function has written."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.screens.rewards import LedgerRow
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets.table import HEAD_HEIGHT, ROW_HEIGHT, dress_table
from dbc_desktop.ui.widgets.table_model import RowsModel, TableColumn, strong

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


_COLUMNS: dict[Column, TableColumn[LedgerRow]] = {
    Column.ERA: TableColumn(lambda: tr("Era"), lambda row: row.era, lambda row: row.machine_id),
    Column.MACHINE: TableColumn(lambda: tr("Machine"), lambda row: row.machine, lambda row: row.machine_id),
    Column.EARNED: TableColumn(
        lambda: tr("Earned"), lambda row: row.earned, lambda row: row.machine_id, is_number=True
    ),
    Column.AT_ONCE: TableColumn(
        lambda: tr("At once"), lambda row: row.at_once, lambda row: row.machine_id, is_number=True
    ),
    Column.FROM_EARLIER: TableColumn(
        lambda: tr("Earlier parts"), lambda row: row.from_earlier, lambda row: row.machine_id, is_number=True
    ),
    Column.RELEASED: TableColumn(
        lambda: tr("Released"), lambda row: row.released, lambda row: row.released_full, is_number=True, font=strong
    ),
    Column.EXPLAIN: TableColumn(
        lambda: "", lambda row: row.explain, lambda row: row.machine_id, is_number=True, tone=lambda _: "accent"
    ),
}


class LedgerModel(RowsModel[LedgerRow]):
    """Newest era first."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS, lambda row: (row.era_number, row.machine_id))


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
        model.rowsRemoved.connect(self._fit)
        self.clicked.connect(self._clicked)
        self.setMouseTracking(True)
        self.entered.connect(self._entered)
        self._fit()

    def allow_explain(self, can: bool) -> None:
        """Whether rewards can be explained here."""
        self.setColumnHidden(Column.EXPLAIN, not can)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == Column.EXPLAIN:
            self.explained.emit(self._ledger.row_at(index.row()))

    def _entered(self, index: QModelIndex) -> None:
        over = index.column() == Column.EXPLAIN
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter explains the chosen row."""
        index = self.currentIndex()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and index.isValid() and not self.isColumnHidden(Column.EXPLAIN):
            self.explained.emit(self._ledger.row_at(index.row()))
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

"""The table of super nodes: a model over rows that a screen function has written."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.domain.account import Address
from dbc_desktop.screens import formats
from dbc_desktop.screens.network import TONES, NodeRow, Standing
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.table import dress_table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ALL_COLUMNS = 640
"""Pixels in which every column has room."""


class Column(IntEnum):
    """Columns in the order they stand."""

    RANK = 0
    NODE = 1
    OWN = 2
    SUPPORT = 3
    SUPPORTERS = 4
    TOTAL = 5
    COMMISSION = 6
    STATE = 7


_CELLS: dict[Column, Callable[[NodeRow], str]] = {
    Column.RANK: lambda row: row.rank,
    Column.NODE: lambda row: row.name,
    Column.OWN: lambda row: row.own,
    Column.SUPPORT: lambda row: row.support,
    Column.SUPPORTERS: lambda row: row.supporters,
    Column.TOTAL: lambda row: row.total,
    Column.COMMISSION: lambda row: row.commission,
    Column.STATE: lambda row: row.state,
}
_TITLES: dict[Column, Callable[[], str]] = {
    Column.RANK: lambda: "#",
    Column.NODE: lambda: tr("Super node"),
    Column.OWN: lambda: tr("Own stake"),
    Column.SUPPORT: lambda: tr("Supporters' stake"),
    Column.SUPPORTERS: lambda: tr("Votes"),
    Column.TOTAL: lambda: tr("Total"),
    Column.COMMISSION: lambda: tr("Keeps"),
    Column.STATE: lambda: tr("Next election"),
}


class NodeModel(QAbstractTableModel):
    """The highest totals first."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[NodeRow, ...] = ()

    def show_rows(self, rows: tuple[NodeRow, ...]) -> None:
        """Show other rows; where the same nodes stand in the same order only what changed is drawn anew."""
        before, self_order = self._rows, [row.address for row in self._rows]
        if self_order == [row.address for row in rows]:
            self._rows = rows
            for number, (old, new) in enumerate(zip(before, rows, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(number, 0), self.index(number, len(Column) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_at(self, number: int) -> NodeRow | None:
        """The row at a place."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def place_of(self, address: Address) -> int | None:
        """Where a node stands."""
        return next((number for number, row in enumerate(self._rows) if row.address == address), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many stand."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """As many as `Column` has."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell in one role."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _CELLS[column](row)
            case Qt.ItemDataRole.ToolTipRole:
                return formats.address_text(row.address) if column is Column.NODE else row.full
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.FontRole:
                return _font(row, column)
            case Qt.ItemDataRole.ForegroundRole:
                return _colour(row, column)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The names of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[Column(section)]()
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _font(row: NodeRow, column: Column) -> Any:
    if column is Column.TOTAL:
        return theme.font(weight=600)
    if column is Column.NODE:
        return theme.font(12, 600 if row.is_mine else 400, mono=True)
    return None


def _colour(row: NodeRow, column: Column) -> Any:
    if column is Column.STATE:
        return theme.color(TONES[row.standing])
    if row.is_mine and column is Column.NODE:
        return theme.color("accent")
    return theme.color("muted") if row.standing is Standing.WAITS else None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    right = column is Column.RANK or Column.OWN <= column <= Column.COMMISSION
    return (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter


class NodeView(QTableView):
    """The table; in a small window the parts of the total go before the total does."""

    def __init__(self, model: NodeModel) -> None:
        super().__init__()
        self.setModel(model)
        head = dress_table(self, "network.table")
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(Column.NODE, QHeaderView.ResizeMode.Stretch)
        head.setMinimumSectionSize(34)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave columns out where there is no room for all."""
        super().resizeEvent(event)
        is_small = self.width() < _ALL_COLUMNS
        for column in (Column.OWN, Column.SUPPORT):
            if self.isColumnHidden(column) is not is_small:
                self.setColumnHidden(column, is_small)

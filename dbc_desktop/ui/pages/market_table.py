"""The market's table: a model over the columns of a `MachineTable` and an index array made off the GUI thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.screens.market import MarketColumn, cell, column_title, is_number, tooltip
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.table import dress_table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
BADGE_GOOD = Qt.ItemDataRole.UserRole
"""Role of a record cell: whether there is a record to be glad of."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_STRONG = (MarketColumn.USD_HOUR,)
_QUIET = (MarketColumn.DOWNLOAD, MarketColumn.MEMORY, MarketColumn.GPU_MEMORY)


class MarketModel(QAbstractTableModel):
    """Rows of `table` in the order of `rows`; texts are made only for cells that are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._table: MachineTable | None = None
        self._rows: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._dbc_price = 0
        self._sort = (MarketColumn.USD_HOUR, True)

    def show_sort(self, column: MarketColumn, ascending: bool) -> None:
        """Say in the head what the rows are ordered by."""
        before, self._sort = self._sort[0], (column, ascending)
        for section in {before, column}:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, int(section), int(section))

    @property
    def table(self) -> MachineTable | None:
        """The table behind it."""
        return self._table

    @property
    def dbc_price(self) -> int:
        """Micro-USD for one DBC."""
        return self._dbc_price

    def show_rows(self, table: MachineTable, rows: NDArray[np.int64], dbc_price: int) -> None:
        """Show other rows; whoever is selected stays selected, wherever it went."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self.machine_id(index.row()) for index in before]
        self._table, self._rows, self._dbc_price = table, rows, dbc_price
        place = {machine_id: self.row_of(machine_id) for machine_id in dict.fromkeys(ids)}
        after = [
            QModelIndex() if place[machine_id] < 0 else self.index(place[machine_id], index.column())
            for index, machine_id in zip(before, ids, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def machine_id(self, row: int) -> MachineId:
        """The machine in a row of the screen."""
        assert self._table is not None
        return self._table.machine_id[int(self._rows[row])]

    def table_row(self, row: int) -> int:
        """The row in the table behind a row of the screen."""
        return int(self._rows[row])

    def row_of(self, machine_id: MachineId) -> int:
        """The row of the screen that shows a machine, -1 where none does."""
        if self._table is None or machine_id not in self._table.machine_id:
            return -1
        found = np.flatnonzero(self._rows == self._table.machine_id.index(machine_id))
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Matching machines."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """All columns of the market."""
        return 0 if parent.isValid() else len(MarketColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if self._table is None or not index.isValid():
            return None
        column = MarketColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell(self._table, int(self._rows[index.row()]), column, self._dbc_price)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if is_number(column) else _LEFT
            case Qt.ItemDataRole.FontRole:
                return self._font(column)
            case Qt.ItemDataRole.ForegroundRole:
                return theme.color("muted") if column in _QUIET else None
            case Qt.ItemDataRole.UserRole:
                return column is MarketColumn.RECORD and bool(self._table.rented_times[int(self._rows[index.row()])])
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._table, int(self._rows[index.row()]), column, self._dbc_price) or None
        return None

    def _font(self, column: MarketColumn) -> object:
        if column is MarketColumn.MACHINE:
            return theme.font(12, mono=True)
        return theme.font(13, 600) if column in _STRONG else theme.font(13)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words above the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = (" ↑" if self._sort[1] else " ↓") if section == self._sort[0] else ""
            return column_title(MarketColumn(section)) + arrow
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if is_number(MarketColumn(section)) else _LEFT
        return None


class BadgeDelegate(QStyledItemDelegate):
    """Draws the text of a cell as a badge."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The ground of the cell, then the badge."""
        text = str(index.data() or "")
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(widget.style().ControlElement.CE_ItemViewItem, option, painter, widget)
        if not text:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11, 500))
        rect = option.rect
        width = painter.fontMetrics().horizontalAdvance(text) + 14
        box = QRectF(rect.left() + 10, rect.center().y() - 8, min(width, rect.width() - 12), 18)
        quiet = not index.data(BADGE_GOOD)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.color("soft_plain" if quiet else "soft_good")))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.color("muted" if quiet else "good"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


_WIDTHS = {
    MarketColumn.MACHINE: 92,
    MarketColumn.GPUS: 130,
    MarketColumn.FREE: 48,
    MarketColumn.GPU_MEMORY: 96,
    MarketColumn.MEMORY: 80,
    MarketColumn.POINTS: 88,
    MarketColumn.USD_HOUR: 100,
    MarketColumn.DBC_HOUR: 84,
    MarketColumn.PLACE: 96,
    MarketColumn.DOWNLOAD: 76,
    MarketColumn.RECORD: 118,
}
_FIRST_TO_GO = (
    MarketColumn.MEMORY,
    MarketColumn.DOWNLOAD,
    MarketColumn.GPU_MEMORY,
    MarketColumn.DBC_HOUR,
    MarketColumn.POINTS,
    MarketColumn.PLACE,
)


class MarketView(QTableView):
    """Rows of 32 pixels, whole rows selected; the least telling columns go when there is no room for all."""

    def __init__(self, model: MarketModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegateForColumn(MarketColumn.RECORD, BadgeDelegate(self))
        head = dress_table(self, "market.table")
        head.setSectionsClickable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setMinimumSectionSize(40)

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(600, 400)

    def resizeEvent(self, event: Any) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Hide what does not fit, and share what is left among the columns that read as words."""
        room = self.viewport().width()
        shown = list(MarketColumn)
        for column in _FIRST_TO_GO:
            if sum(_WIDTHS[each] for each in shown) > room:
                shown.remove(column)
        spare = max(0, room - sum(_WIDTHS[each] for each in shown))
        part = spare // len(shown)
        for column in MarketColumn:
            self.setColumnHidden(column, column not in shown)
            if column in shown:
                self.setColumnWidth(column, _WIDTHS[column] + part)
        self.setColumnWidth(shown[-1], _WIDTHS[shown[-1]] + spare - part * (len(shown) - 1))

"""The table of own machines: rows keyed by machine, changed in place."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.domain.machine import MachineId
from dbc_desktop.screens.machines import MachineRow
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.dot import dot_icon
from dbc_desktop.ui.widgets.table import HEAD_HEIGHT, ROW_HEIGHT, dress_table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
MAX_SHOWN = 8


class Column(IntEnum):
    """The columns in the order they are drawn."""

    STATUS = 0
    MACHINE = 1
    GPUS = 2
    STAKE = 3
    RENTED = 4
    REWARD = 5
    DEADLINE = 6


_NUMBERS = (Column.STAKE, Column.RENTED, Column.REWARD)


class MachineModel(QAbstractTableModel):
    """Rows of `MachineRow`; an update inserts, removes or changes only the rows that differ."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[MachineRow] = []

    def show_rows(self, rows: tuple[MachineRow, ...]) -> None:
        """Make the table say `rows`."""
        wanted = {row.machine_id for row in rows}
        for number in range(len(self._rows) - 1, -1, -1):
            if self._rows[number].machine_id not in wanted:
                self.beginRemoveRows(QModelIndex(), number, number)
                del self._rows[number]
                self.endRemoveRows()
        known = [row.machine_id for row in self._rows]
        kept = [row.machine_id for row in rows if row.machine_id in known]
        if kept != known:  # the order of the chain's list changed, which is rare
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        for number, row in enumerate(rows):
            if number < len(self._rows) and self._rows[number].machine_id == row.machine_id:
                if self._rows[number] != row:
                    self._rows[number] = row
                    self.dataChanged.emit(self.index(number, 0), self.index(number, len(Column) - 1))
                continue
            self.beginInsertRows(QModelIndex(), number, number)
            self._rows.insert(number, row)
            self.endInsertRows()

    def machine_id(self, number: int) -> MachineId:
        """The machine in a row."""
        return self._rows[number].machine_id

    def row_of(self, machine_id: MachineId) -> int:
        """Where a machine stands, -1 where it does not."""
        return next((number for number, row in enumerate(self._rows) if row.machine_id == machine_id), -1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Own machines."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """All columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column in _NUMBERS else _LEFT
            case Qt.ItemDataRole.FontRole:
                return theme.font(12, mono=True) if column is Column.MACHINE else theme.font(13)
            case Qt.ItemDataRole.ForegroundRole if column is Column.STAKE and row.stake_short:
                return theme.color("warn")
            case Qt.ItemDataRole.ForegroundRole if column is Column.DEADLINE:
                return theme.color("muted")
            case Qt.ItemDataRole.DecorationRole if column is Column.STATUS:
                return dot_icon(row.kind)
            case Qt.ItemDataRole.ToolTipRole if column is Column.MACHINE:
                return str(row.machine_id)
        return None

    def _text(self, row: MachineRow, column: Column) -> str:
        return {
            Column.STATUS: row.status,
            Column.MACHINE: row.name,
            Column.GPUS: row.gpus,
            Column.STAKE: row.stake,
            Column.RENTED: row.rented,
            Column.REWARD: row.reward_today,
            Column.DEADLINE: row.deadline,
        }[column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words above the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if Column(section) in _NUMBERS else _LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.STATUS: tr("Status"),
            Column.MACHINE: tr("Machine"),
            Column.GPUS: tr("GPUs"),
            Column.STAKE: tr("Stake held / required, DBC"),
            Column.RENTED: tr("Rented"),
            Column.REWARD: tr("Last era, DBC"),
            Column.DEADLINE: tr("Next"),
        }[Column(section)]


class MachineView(QTableView):
    """As high as its rows, eight at most."""

    resized = Signal()

    def __init__(self, model: MachineModel) -> None:
        super().__init__()
        self.setModel(model)
        head = dress_table(self, "machines.table")
        self.setIconSize(QSize(10, 10))
        head.setSectionsClickable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in ((Column.MACHINE, 110), (Column.RENTED, 80), (Column.REWARD, 110)):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)
        head.setSectionResizeMode(Column.STAKE, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(Column.STAKE, 210)
        model.rowsInserted.connect(self.fit)
        model.rowsRemoved.connect(self.fit)
        model.modelReset.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Take the height that the rows need."""
        shown = min(MAX_SHOWN, max(1, self.model().rowCount()))
        self.setFixedHeight(HEAD_HEIGHT + ROW_HEIGHT * shown + 2)

    def sizeHint(self) -> QSize:
        """As wide as there is."""
        return QSize(600, self.height())

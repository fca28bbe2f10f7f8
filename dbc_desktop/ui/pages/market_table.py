"""The market's table: a model over the columns of a `MachineTable` and an index array made off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.screens.market import MarketColumn, cell, column_title, is_number, tooltip
from dbc_desktop.ui.widgets.badge_delegate import BadgeDelegate
from dbc_desktop.ui.widgets.table import dress_table
from dbc_desktop.ui.widgets.table_model import TableColumn, TableModel, mono, muted, strong

_FONTS = {MarketColumn.MACHINE: mono, MarketColumn.USD_HOUR: strong}
_QUIET = (MarketColumn.DOWNLOAD, MarketColumn.MEMORY, MarketColumn.GPU_MEMORY)


class Offer(NamedTuple):
    """One row of the screen: `number` counts in the table."""

    table: MachineTable
    number: int
    dbc_price: int

    @property
    def machine_id(self) -> MachineId:
        """The machine on offer."""
        return self.table.machine_id[self.number]


def _column(column: MarketColumn) -> TableColumn[Offer]:
    def badge(row: Offer) -> str:
        return "good" if row.table.rented_times[row.number] else "plain"

    return TableColumn(
        partial(column_title, column),
        lambda row: cell(row.table, row.number, column, row.dbc_price),
        lambda row: tooltip(row.table, row.number, column, row.dbc_price),
        is_number=is_number(column),
        font=_FONTS.get(column),
        tone=muted if column in _QUIET else None,
        badge=badge if column is MarketColumn.RECORD else None,
    )


class _Offers(Sequence[Offer]):
    """The rows of a table in an order; each is made when it is drawn, never all of them."""

    def __init__(self, table: MachineTable, order: NDArray[np.int64], dbc_price: int) -> None:
        self.table, self.order, self.dbc_price = table, order, dbc_price

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, place: int) -> Offer: ...
    @overload
    def __getitem__(self, place: slice) -> _Offers: ...
    def __getitem__(self, place: int | slice) -> Offer | _Offers:
        if isinstance(place, slice):
            return _Offers(self.table, self.order[place], self.dbc_price)
        return Offer(self.table, int(self.order[place]), self.dbc_price)


class MarketModel(TableModel[Offer]):
    """Rows of `table` in an order; texts are made only for cells that are drawn."""

    def __init__(self) -> None:
        super().__init__({column: _column(column) for column in MarketColumn})
        self.table: MachineTable | None = None
        self.dbc_price = 0
        self._order: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._sort = (MarketColumn.USD_HOUR, True)

    def show_sort(self, column: MarketColumn, ascending: bool) -> None:
        """Say in the head what the rows are ordered by."""
        before, self._sort = self._sort[0], (column, ascending)
        for section in {before, column}:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, int(section), int(section))

    def show_order(self, table: MachineTable, order: NDArray[np.int64], dbc_price: int) -> None:
        """Show these rows of a table, at this price in micro-USD for one DBC."""
        self.table, self._order, self.dbc_price = table, order, dbc_price
        self._order_anew(_Offers(table, order, dbc_price), lambda row: self.row_of(row.machine_id))

    def row_of(self, machine_id: MachineId) -> int:
        """The row of the screen that shows a machine, -1 where none does."""
        if self.table is None or machine_id not in self.table.machine_id:
            return -1
        found = np.flatnonzero(self._order == self.table.machine_id.index(machine_id))
        return int(found[0]) if len(found) else -1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words above the columns, and which way the rows are ordered."""
        told = super().headerData(section, orientation, role)
        if role != Qt.ItemDataRole.DisplayRole or section != self._sort[0] or told is None:
            return told
        return told + (" ↑" if self._sort[1] else " ↓")


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

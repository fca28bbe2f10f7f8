"""The table of super nodes: a model over rows that a screen function has written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.screens import formats
from dbc_desktop.screens.network import TONES, NodeRow, Standing
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.table import dress_table, fit_columns
from dbc_desktop.ui.widgets.table_model import RowsModel, TableColumn, strong

_ALL_COLUMNS = 640
"""Pixels in which every column has room."""
_NARROWEST = 34


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


def _tone(row: NodeRow) -> str:
    return "muted" if row.standing is Standing.WAITS else ""


def _number(title: Callable[[], str], text: Callable[[NodeRow], str]) -> TableColumn[NodeRow]:
    return TableColumn(title, text, lambda row: row.full, is_number=True, tone=_tone)


_COLUMNS: dict[Column, TableColumn[NodeRow]] = {
    Column.RANK: _number(lambda: "#", lambda row: row.rank),
    Column.NODE: TableColumn(
        lambda: tr("Super node"),
        lambda row: row.name,
        lambda row: formats.address_text(row.address),
        font=lambda row: theme.font(12, 600 if row.is_mine else 400, mono=True),
        tone=lambda row: "accent" if row.is_mine else _tone(row),
    ),
    Column.OWN: _number(lambda: tr("Own stake"), lambda row: row.own),
    Column.SUPPORT: _number(lambda: tr("Supporters' stake"), lambda row: row.support),
    Column.SUPPORTERS: _number(lambda: tr("Votes"), lambda row: row.supporters),
    Column.TOTAL: replace(_number(lambda: tr("Total"), lambda row: row.total), font=strong),
    Column.COMMISSION: _number(lambda: tr("Keeps"), lambda row: row.commission),
    Column.STATE: TableColumn(
        lambda: tr("Next election"),
        lambda row: row.state,
        lambda row: row.full,
        tone=lambda row: TONES[row.standing],
    ),
}


class NodeModel(RowsModel[NodeRow]):
    """The highest totals first."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS, lambda row: row.address)


class NodeView(QTableView):
    """The table; in a small window the parts of the total go before the total does."""

    def __init__(self, model: NodeModel) -> None:
        super().__init__()
        self._nodes = model
        self.setModel(model)
        head = dress_table(self, "network.table")
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(Column.NODE, QHeaderView.ResizeMode.Stretch)
        head.setMinimumSectionSize(_NARROWEST)

    def fit(self) -> None:
        """Give the columns the width that the present rows need."""
        fit_columns(self, self._nodes, Column.NODE, _NARROWEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave columns out where there is no room for all."""
        super().resizeEvent(event)
        is_small = self.width() < _ALL_COLUMNS
        for column in (Column.OWN, Column.SUPPORT):
            if self.isColumnHidden(column) is not is_small:
                self.setColumnHidden(column, is_small)

"""The table of own machines: rows keyed by machine, changed in place."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHeaderView

from dbc_desktop.screens.machines import MachineRow
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets.table import ShortTable
from dbc_desktop.ui.widgets.table_model import RowsModel, TableColumn, mono, muted

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


_COLUMNS: dict[Column, TableColumn[MachineRow]] = {
    Column.STATUS: TableColumn(lambda: tr("Status"), lambda row: row.status, dot=lambda row: row.kind),
    Column.MACHINE: TableColumn(
        lambda: tr("Machine"), lambda row: row.name, lambda row: str(row.machine_id), font=mono
    ),
    Column.GPUS: TableColumn(lambda: tr("GPUs"), lambda row: row.gpus),
    Column.STAKE: TableColumn(
        lambda: tr("Stake held / required, DBC"),
        lambda row: row.stake,
        is_number=True,
        tone=lambda row: "warn" if row.stake_short else "",
    ),
    Column.RENTED: TableColumn(lambda: tr("Rented"), lambda row: row.rented, is_number=True),
    Column.REWARD: TableColumn(lambda: tr("Last era, DBC"), lambda row: row.reward_today, is_number=True),
    Column.DEADLINE: TableColumn(lambda: tr("Next"), lambda row: row.deadline, tone=muted),
}


class MachineModel(RowsModel[MachineRow]):
    """Own machines, in the order of the chain's list."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS, lambda row: row.machine_id)


class MachineView(ShortTable):
    """Eight machines are seen at once."""

    def __init__(self, model: MachineModel) -> None:
        super().__init__(model, "machines.table", MAX_SHOWN)
        self.head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (Column.MACHINE, 110),
            (Column.STAKE, 210),
            (Column.RENTED, 80),
            (Column.REWARD, 110),
        ):
            self.head.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)

    def sizeHint(self) -> QSize:
        """As wide as there is."""
        return QSize(600, self.height())

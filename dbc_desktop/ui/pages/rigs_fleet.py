"""The rigs of a fleet as a table: what is wrong first; a row that changed is changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHeaderView

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens.fleet import RigRow, fleet_summary, rig_row
from dbc_desktop.screens.notices import Notice, driver_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Card
from dbc_desktop.ui.widgets.table import ShortTable
from dbc_desktop.ui.widgets.table_model import RowsModel, TableColumn, mono, muted

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program
    from dbc_desktop.ui.page import WindowServices

MAX_SHOWN = 6


class Column(IntEnum):
    """The columns in the order they are drawn."""

    NAME = 0
    PLACE = 1
    MACHINE = 2
    GPUS = 3
    USE = 4
    HOTTEST = 5
    POWER = 6
    STATE = 7


_COLUMNS: dict[Column, TableColumn[RigRow]] = {
    Column.NAME: TableColumn(lambda: tr("Rig"), lambda row: row.name, dot=lambda row: row.tone),
    Column.PLACE: TableColumn(
        lambda: tr("Read from"), lambda row: row.place, lambda row: row.place, font=mono, tone=muted
    ),
    Column.MACHINE: TableColumn(lambda: tr("Machine"), lambda row: row.machine, font=mono),
    Column.GPUS: TableColumn(lambda: tr("GPUs"), lambda row: row.gpus, is_number=True),
    Column.USE: TableColumn(lambda: tr("Use"), lambda row: row.use, is_number=True),
    Column.HOTTEST: TableColumn(lambda: tr("Hottest"), lambda row: row.hottest, is_number=True),
    Column.POWER: TableColumn(lambda: tr("Power"), lambda row: row.power, is_number=True),
    Column.STATE: TableColumn(
        lambda: tr("State"),
        lambda row: row.state,
        lambda row: row.state,
        tone=lambda row: row.tone if row.tone != "good" else "muted",
    ),
}


class RigModel(RowsModel[RigRow]):
    """What is wrong comes first, then names."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS, lambda row: row.key)


class RigView(ShortTable):
    """Six rigs are seen at once."""

    def __init__(self, model: RigModel) -> None:
        super().__init__(model, "rigs.fleet", MAX_SHOWN)
        self.head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column, width in (
            (Column.NAME, 150),
            (Column.MACHINE, 100),
            (Column.GPUS, 64),
            (Column.USE, 64),
            (Column.HOTTEST, 76),
            (Column.POWER, 90),
        ):
            self.setColumnWidth(column, width)
        for column in (Column.PLACE, Column.STATE):
            self.head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)


class FleetCard(Card):
    """The table with its summary; `chosen` gives the key of the rig that is to be looked at."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Fleet"))
        self.setObjectName("rigs.fleetcard")
        self.model = RigModel()
        self.view = RigView(self.model)
        # Not the current row's change: that also moves when a rig finds another place in the order.
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self.body.addWidget(self.view)

    def show_rigs(self, rows: Iterable[RigRow]) -> None:
        """Show the rigs that are read, in the order of what is wrong with them."""
        self.model.show_rows(sorted(rows, key=lambda row: row.order))
        self.set_title(tr("Fleet"), fleet_summary(self.model.rows))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.model.row_at(index.row()).key)


class FleetSide:
    """What the Rigs page has beside the rig it shows: the fleet's table, and the ways to rigs, alerts and evidence.

    Attributes:
        rig: The key of the rig that is looked at; empty for this computer.
        card: The table; hidden while no other rig is read.
        actions: Buttons for the card of what happened.
    """

    def __init__(self, program: Program, window_services: WindowServices, show: Callable[[], None]) -> None:
        self.rig = ""
        self._program, self._window, self._show = program, window_services, show
        self._seen: dict[str, RigSample] = {}
        self._rows: dict[str, RigRow] = {}
        self.card = FleetCard()
        self.card.hide()
        self.card.chosen.connect(self._choose)
        self.actions = (
            Button(tr("Machine…"), small=True, name="rigs.machine", act=self._open_machine),
            Button(tr("Evidence…"), small=True, name="rigs.evidence", act=self._open_evidence),
            Button(tr("Alerts…"), small=True, name="rigs.alerts", act=window_services.open_alerts),
            Button(tr("Rigs…"), small=True, name="rigs.sources", act=self._open_sources),
        )

    def update(self, own: RigSample) -> RigSample:
        """Take what is new of every rig into the table; the sample of the rig that is looked at."""
        monitoring = self._program.monitoring
        fleet = monitoring.parts.fleet if monitoring.parts is not None else None
        latest = {} if fleet is None else {key: fleet.latest(key) for key in fleet.rig_keys()}
        others = {key: sample for key, sample in latest.items() if sample is not None}
        self.card.setVisible(bool(others))
        if not others:
            self.rig, self._seen = "", {}
            return own
        machines = monitoring.settings().machines
        known = {"": own, **others}
        self._rows = {
            key: self._rows[key] if self._seen.get(key) is sample else rig_row(sample, machines)
            for key, sample in known.items()
        }
        self._seen = known
        self.card.show_rigs(self._rows.values())
        chosen = known.get(self.rig, own)
        if chosen is not own and not chosen.gpus:  # it fell silent while it was looked at
            self.rig = ""
            self._say(chosen)
            return own
        return chosen

    def _choose(self, key: str) -> None:
        sample = self._seen.get(key)
        if key == self.rig or sample is None:
            return
        if key and not sample.gpus:
            self._say(sample)
            return
        self.rig = key
        self._show()

    def _say(self, sample: RigSample) -> None:
        body = driver_text(sample.trouble) if sample.trouble is not None else tr("It tells of no GPU.")
        self._window.show_notice(Notice(tr("{rig} is silent", rig=sample.rig), body))

    def _open_machine(self) -> None:
        from dbc_desktop.ui.dialogs.rig_machine import RigMachineSheet

        sample = self._seen.get(self.rig) or self._program.sampler.latest()
        if sample is not None:
            self._window.open_sheet(RigMachineSheet(self._program, self._window, sample, self._show))

    def _open_evidence(self) -> None:
        from dbc_desktop.ui.dialogs.evidence_sheet import EvidenceSheet

        self._window.open_sheet(EvidenceSheet(self._program, self._window))

    def _open_sources(self) -> None:
        from dbc_desktop.ui.dialogs.rig_sources import RigSourcesSheet

        self._window.open_sheet(RigSourcesSheet(self._program, self._show))

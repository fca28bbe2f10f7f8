"""The rigs of a fleet as a table: what is wrong first; a row that changed is changed in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.screens.fleet import RigRow, fleet_summary, rig_row
from dbc_desktop.screens.notices import Notice, driver_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets import Button, Card
from dbc_desktop.ui.widgets.dot import dot_icon
from dbc_desktop.ui.widgets.table import HEAD_HEIGHT, ROW_HEIGHT, dress_table

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program
    from dbc_desktop.ui.page import WindowServices

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
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


_NUMBERS = (Column.GPUS, Column.USE, Column.HOTTEST, Column.POWER)
_MONO = (Column.PLACE, Column.MACHINE)


class RigModel(QAbstractTableModel):
    """Rows of `RigRow`, kept in their order."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[RigRow] = []

    @property
    def rows(self) -> tuple[RigRow, ...]:
        """All rows in their order."""
        return tuple(self._rows)

    def put(self, row: RigRow) -> None:
        """Say this of a rig: in place, or at its new place when its state changed."""
        at = self.row_of(row.key)
        if at >= 0 and self._rows[at].order == row.order:
            if self._rows[at] != row:
                self._rows[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(Column) - 1))
            return
        if at >= 0:
            self._remove(at)
        place = bisect_left([one.order for one in self._rows], row.order)
        self.beginInsertRows(QModelIndex(), place, place)
        self._rows.insert(place, row)
        self.endInsertRows()

    def keep(self, keys: set[str]) -> None:
        """Drop the rigs that are read no more."""
        for at in range(len(self._rows) - 1, -1, -1):
            if self._rows[at].key not in keys:
                self._remove(at)

    def key(self, at: int) -> str:
        """The rig in a row."""
        return self._rows[at].key

    def row_of(self, key: str) -> int:
        """Where a rig stands, -1 where it does not."""
        return next((at for at, row in enumerate(self._rows) if row.key == key), -1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """The rigs."""
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
                return _text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column in _NUMBERS else _LEFT
            case Qt.ItemDataRole.FontRole:
                return theme.font(12, mono=True) if column in _MONO else theme.font(13)
            case Qt.ItemDataRole.ForegroundRole if column is Column.STATE and row.tone != "good":
                return theme.color(row.tone)
            case Qt.ItemDataRole.ForegroundRole if column in (Column.PLACE, Column.STATE):
                return theme.color("muted")
            case Qt.ItemDataRole.DecorationRole if column is Column.NAME:
                return dot_icon(row.tone)
            case Qt.ItemDataRole.ToolTipRole if column in (Column.PLACE, Column.STATE):
                return _text(row, column)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words above the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if Column(section) in _NUMBERS else _LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.NAME: tr("Rig"),
            Column.PLACE: tr("Read from"),
            Column.MACHINE: tr("Machine"),
            Column.GPUS: tr("GPUs"),
            Column.USE: tr("Use"),
            Column.HOTTEST: tr("Hottest"),
            Column.POWER: tr("Power"),
            Column.STATE: tr("State"),
        }[Column(section)]

    def _remove(self, at: int) -> None:
        self.beginRemoveRows(QModelIndex(), at, at)
        del self._rows[at]
        self.endRemoveRows()


def _text(row: RigRow, column: Column) -> str:
    return {
        Column.NAME: row.name,
        Column.PLACE: row.place,
        Column.MACHINE: row.machine,
        Column.GPUS: row.gpus,
        Column.USE: row.use,
        Column.HOTTEST: row.hottest,
        Column.POWER: row.power,
        Column.STATE: row.state,
    }[column]


class RigView(QTableView):
    """As high as its rows, six at most."""

    def __init__(self, model: RigModel) -> None:
        super().__init__()
        self.setModel(model)
        head = dress_table(self, "rigs.fleet")
        self.setIconSize(QSize(10, 10))
        head.setSectionsClickable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
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
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        model.rowsInserted.connect(self.fit)
        model.rowsRemoved.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Take the height that the rows need."""
        shown = min(MAX_SHOWN, max(1, self.model().rowCount()))
        self.setFixedHeight(HEAD_HEIGHT + ROW_HEIGHT * shown + 2)


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

    def show_rig(self, sample: RigSample, machines: Mapping[MachineId, str]) -> None:
        """A new sample of a rig."""
        self.model.put(rig_row(sample, machines))
        self.set_title(tr("Fleet"), fleet_summary(self.model.rows))

    def keep(self, keys: set[str]) -> None:
        """Drop the rigs that are read no more."""
        self.model.keep(keys)
        self.set_title(tr("Fleet"), fleet_summary(self.model.rows))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.model.key(index.row()))


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
        self.card = FleetCard()
        self.card.hide()
        self.card.chosen.connect(self._choose)
        self.actions = (
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
        if self._seen.keys() - known.keys():
            self.card.keep(set(known))
        for key, sample in known.items():
            if self._seen.get(key) is not sample:
                self.card.show_rig(sample, machines)
        self._seen = known
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

    def _open_evidence(self) -> None:
        from dbc_desktop.ui.dialogs.evidence_sheet import EvidenceSheet

        self._window.open_sheet(EvidenceSheet(self._program, self._window))

    def _open_sources(self) -> None:
        from dbc_desktop.ui.dialogs.rig_sources import RigSourcesSheet

        self._window.open_sheet(RigSourcesSheet(self._program, self._show))

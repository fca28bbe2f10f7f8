"""The rigs of a fleet: which addresses are read, how that goes, and new ones by address or from a discovery file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QGridLayout, QScrollArea, QWidget

from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.screens.fleet import KINDS, SourceRow, added_text, source_row
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.widgets import Button, ElidedLabel, Label, StateDot

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_LIST_HEIGHT = 180


class RigSourcesSheet(FormSheet):
    """Adds and removes addresses; `changed` is called after each."""

    def __init__(self, program: Program, changed: Callable[[], None]) -> None:
        super().__init__(
            program,
            "sources",
            tr("Rigs that are read"),
            tr("This computer is always read. Others need an exporter, or a Prometheus server that scrapes them."),
            go=tr("Add this rig"),
        )
        self._changed = changed
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setMaximumHeight(_LIST_HEIGHT)
        self.body.addWidget(self._area)
        self.kind = QComboBox()
        self.kind.setObjectName("sources.kind")
        self.kind.setAccessibleName(tr("What answers there"))
        self.kind.setFixedHeight(32)
        for kind, text in KINDS:
            self.kind.addItem(text(), kind)
        self.body.addWidget(self.kind)
        self.address = self.add_field("address", tr("Address"), wrong="rig_address", mono=True)
        self.address.edit.setPlaceholderText("10.0.0.7:9400")
        self.token = self.add_field("token", tr("Token, where the rig asks for one"), secret=True)
        self.end_fields()
        self.cancel.setText(tr("Close"))
        self.buttons.insertWidget(0, Button(tr("From a file…"), name="sources.file", act=self._choose_file))
        self._show()

    def first_focus(self) -> QWidget:
        """The address."""
        return self.address.edit

    def work(self) -> Callable[[], None]:
        """Read one more.

        Raises:
            InvalidInput: `rig_address`.
        """
        token = self.token.text()
        source = source_of(self.address.text(), SourceKind(self.kind.currentData()), has_token=bool(token))
        sources = self.program.monitoring.sources
        return lambda: sources.add(source, token)

    def done(self, result: object) -> None:
        """Show it among the others."""
        del result
        self.forget_fields()
        self._show()
        self._changed()

    def add_file(self, path: Path) -> None:
        """Read all rigs of a discovery file."""
        sources = self.program.monitoring.sources

        def add() -> int:
            from dbc_desktop.telemetry.discovery import sources_in

            return sources.add_all(sources_in(path))

        def done(count: int) -> None:
            self.done(None)
            self.say(added_text(count))

        self.program.runner.command("io", add, owner=self, done=done, failed=self.failed)

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("A file of service discovery"), "", "JSON (*.json)")
        if chosen:
            self.add_file(Path(chosen))

    def _show(self) -> None:
        monitoring = self.program.monitoring
        parts = monitoring.parts
        states = {state.source.url: state for state in parts.fleet.states()} if parts is not None else {}
        rows = [source_row(source, states.get(source.url)) for source in monitoring.sources.all()]
        holder = QWidget()
        holder.setObjectName("scrolled")
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        if not rows:
            grid.addWidget(Label(tr("No other rig is read yet."), "muted"), 0, 0)
        for number, row in enumerate(rows):
            self._add_row(grid, number, row)
        grid.setColumnStretch(1, 1)
        self._area.setWidget(holder)
        self._area.setFixedHeight(min(_LIST_HEIGHT, max(24, holder.sizeHint().height())))

    def _add_row(self, grid: QGridLayout, number: int, row: SourceRow) -> None:
        dot = StateDot(row.tone)
        address = ElidedLabel(row.address, "mono")
        address.setObjectName(f"sources.row.{number}")
        grid.addWidget(dot, number, 0)
        grid.addWidget(address, number, 1)
        grid.addWidget(ElidedLabel(row.state, "muted"), number, 2)
        remove = partial(self._remove, row.address)
        grid.addWidget(
            Button(tr("Remove"), "danger", small=True, name=f"sources.remove.{number}", act=remove), number, 3
        )

    def _remove(self, url: str) -> None:
        sources = self.program.monitoring.sources
        self.program.runner.command(
            "secrets", lambda: sources.remove(url), owner=self, done=self.done, failed=self.failed
        )

"""The card of Settings that says what this program itself costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dbc_desktop.screens.self_audit import AuditRow, audit_rows
from dbc_desktop.screens.texts import tr
from dbc_desktop.telemetry.self_audit import OwnCost, SelfAudit
from dbc_desktop.ui.stall_watch import StallWatch
from dbc_desktop.ui.widgets import Card, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

LOOK_MS = 2_000


class AuditCard(Card):
    """Processor, memory, readings and stalls with their budgets; it looks only while it is seen."""

    def __init__(self, program: Program) -> None:
        super().__init__(tr("What this program costs"))
        self._program, self._audit = program, SelfAudit(program.clock)
        self._own: OwnCost | None = None
        self._rows: list[tuple[Label, Label, Label]] = []
        self._is_looking = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self._fill()
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def look(self) -> None:
        """Look at ourselves, off this thread: a system with many processes takes its time."""
        if self._is_looking:
            return
        self._is_looking = True
        self._program.runner.query("io", self._audit.look, owner=self, done=self._show, failed=lambda _: None)

    def _show(self, own: OwnCost) -> None:
        self._is_looking = False
        self._own = own
        self._fill()

    def _fill(self) -> None:
        watch = self.window().findChild(StallWatch)
        stalls = watch.stalls() if isinstance(watch, StallWatch) else ()
        rows = audit_rows(self._own, self._program.sampler.cost(), stalls)
        while len(self._rows) < len(rows):
            self._add_row()
        for labels, row in zip(self._rows, rows, strict=True):
            self._fill_row(labels, row)

    def _fill_row(self, labels: tuple[Label, Label, Label], row: AuditRow) -> None:
        name, value, budget = labels
        name.setText(row.name)
        value.setText(row.value)
        value.set_tone(row.token)
        budget.setText(row.budget)

    def _add_row(self) -> None:
        line = QWidget()
        line.setFixedHeight(26)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        labels = Label("", "muted"), Label("", "medium"), Label("", "label", "faint")
        for label in labels[1:]:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        labels[2].setFixedWidth(110)
        row.addWidget(labels[0], 1)
        row.addWidget(labels[1])
        row.addWidget(labels[2])
        self._rows.append(labels)
        self.body.addWidget(line)

"""What the check of a file of evidence found."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from dbc_desktop.screens.evidence import EvidenceLine, EvidenceScreen, Mark
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Label, Sheet

_TONES = {Mark.HOLDS: "good", Mark.FAILS: "loss", Mark.UNKNOWN: "warn", Mark.NOTE: "warn", Mark.LIMIT: "muted"}


class EvidenceVerdictSheet(Sheet):
    """What a file shows, each finding for itself, and what no such file can prove."""

    def __init__(self, screen: EvidenceScreen) -> None:
        super().__init__(screen.title)
        first = self._line(screen.verdict)
        first.setObjectName("verdict.verdict")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for row, (label, value) in enumerate(screen.rows):
            grid.addWidget(Label(label, "second"), row, 0)
            shown = Label(value, "mono", wrap=True)
            shown.setObjectName(f"verdict.{row}")
            grid.addWidget(shown, row, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        for number, line in enumerate(screen.lines):
            self._line(line).setObjectName(f"verdict.line.{number}")
        self.buttons.addStretch(1)
        self._close = Button(tr("Close"), name="verdict.close", act=self.close_sheet)
        self.buttons.addWidget(self._close)

    def first_focus(self) -> QWidget:
        """Closing."""
        return self._close

    def _line(self, line: EvidenceLine) -> Label:
        """The mark stands before the words, so that colour is not all that tells a finding from another."""
        row = QHBoxLayout()
        mark = Label(line.mark.value, "mono", _TONES[line.mark])
        mark.setFixedWidth(16)
        text = Label(line.text, "second", _TONES[line.mark], wrap=True)
        row.addWidget(mark)
        row.addWidget(text, 1)
        self.body.addLayout(row)
        return text

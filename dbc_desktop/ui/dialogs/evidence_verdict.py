"""What the check of a file of evidence found."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens import formats
from dbc_desktop.screens.evidence import EvidenceLine, EvidenceScreen, Mark
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Label, Sheet

_LONGEST = 50
_TONES = {Mark.HOLDS: "good", Mark.FAILS: "loss", Mark.UNKNOWN: "warn", Mark.NOTE: "warn", Mark.LIMIT: "muted"}


class EvidenceVerdictSheet(Sheet):
    """What a file shows, each finding for itself, and what no such file can prove."""

    def __init__(self, screen: EvidenceScreen) -> None:
        super().__init__(screen.title)
        self._lines: QBoxLayout = self.body
        first = self._line(screen.verdict)
        first.setObjectName("verdict.verdict")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for row, (label, value) in enumerate(screen.rows):
            grid.addWidget(Label(label, "second"), row, 0)
            # Ids have no place to break at: the whole of a long one is in the tooltip.
            shown = Label(formats.shorten(value, 20, 12) if len(value) > _LONGEST else value, "mono", wrap=True)
            shown.setToolTip(value)
            shown.setObjectName(f"verdict.{row}")
            grid.addWidget(shown, row, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self.body.addLayout(self._lines)
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
        self._lines.addLayout(row)
        return text

"""The readings table of Rigs: a section at a time, and what is done only when asked."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dbc_desktop.screens.rig_readings import Reading, Section, section_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Card, ElidedLabel, Hairline, Label

_ROW = 24
_NOTE_WIDTH = 168


class _Row(QWidget):
    """Name, value, and what is to be said about it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_ROW)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(12)
        self.name_label, self.value, self.note = ElidedLabel("", "muted"), Label(), ElidedLabel("", "label", "faint")
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note.setFixedWidth(_NOTE_WIDTH)
        row.addWidget(self.name_label, 1)
        row.addWidget(self.value)
        row.addWidget(self.note)


class ReadingsCard(Card):
    """Rows of one section; those that do not fit are scrolled to.

    Attributes:
        chosen: Emits the section that a person wants to see.
        measure: Asked to measure what goes over the bus.
        limit: Asked to set the power limit.
    """

    chosen = Signal(object)
    measure = Signal()
    limit = Signal()

    def __init__(self) -> None:
        super().__init__(padding=10)
        self.body.setSpacing(6)
        self._rows: list[_Row] = []
        self._lines: list[Hairline] = []
        self._shown: tuple[Reading, ...] = ()
        self.body.addLayout(self._build_sections())
        self.body.addWidget(self._build_table(), 1)
        self.body.addLayout(self._build_foot())

    def _build_sections(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(4)
        self._sections = QButtonGroup(self)
        for number, section in enumerate(Section):
            button = Button(section_text(section), small=True, name=f"rigs.section.{section.value}")
            button.setCheckable(True)
            button.setChecked(section is Section.NOW)
            button.clicked.connect(partial(self.chosen.emit, section))
            self._sections.addButton(button, number)
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _build_table(self) -> QWidget:
        content = QWidget()
        content.setObjectName("scrolled")
        self._table = QVBoxLayout(content)
        self._table.setContentsMargins(0, 0, 0, 0)
        self._table.setSpacing(0)
        self._table.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setObjectName("scrolled")
        area.setWidget(content)
        return area

    def _build_foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        self.answer = ElidedLabel("", "label", "faint")
        measure = Button(tr("Measure PCIe"), small=True, name="rigs.measure")
        measure.setToolTip(tr("The driver takes some 40 ms for it, so it is measured only when you ask."))
        measure.clicked.connect(self.measure.emit)
        limit = Button(tr("Power limit…"), small=True, name="rigs.limit")
        limit.clicked.connect(self.limit.emit)
        line.addWidget(self.answer, 1)
        line.addWidget(measure)
        line.addWidget(limit)
        return line

    def fill(self, readings: tuple[Reading, ...]) -> None:
        """Show other values in the rows there are; rows are added and hidden, never built anew."""
        if readings == self._shown:
            return
        self._shown = readings
        while len(self._rows) < len(readings):
            self._add_row()
        for number, row in enumerate(self._rows):
            is_used = number < len(readings)
            if row.isVisibleTo(self) != is_used:
                row.setVisible(is_used)
                self._lines[number].setVisible(is_used)
            if is_used:
                reading = readings[number]
                row.name_label.setText(reading.name)
                row.value.setText(reading.value)
                row.note.setText(reading.note)

    def _add_row(self) -> None:
        row, line = _Row(), Hairline()
        self._rows.append(row)
        self._lines.append(line)
        at = self._table.count() - 1
        self._table.insertWidget(at, row)
        self._table.insertWidget(at + 1, line)

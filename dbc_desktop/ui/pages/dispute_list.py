"""A card with one line for each dispute: until when, what it is about, and its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens.disputes import DisputeRow
from dbc_desktop.ui.widgets import Badge, Button, Card, ElidedLabel, Hairline, Label, StateDot

_WHEN_WIDTH = 92


class DisputeList(Card):
    """Lines are made anew only where a line came, went or changed its buttons; clocks move in place.

    `wanted` emits a row's key and what was asked for, e.g. `appeal`.
    """

    wanted = Signal(str, str)

    def __init__(self, title: str, note: str, nothing: str) -> None:
        super().__init__(title)
        self.add_right(Label(note, "muted"))
        self.body.setSpacing(0)
        self._nothing = nothing
        self._shape: list[tuple[object, ...]] | None = None
        self._lines: list[_Line] = []

    def fill(self, rows: Sequence[DisputeRow], primary: str = "") -> None:
        """Show these; `primary` is the key of the row whose first button is the page's primary one."""
        shape: list[tuple[object, ...]] = [(row.key, row.buttons, row.key == primary) for row in rows]
        if shape != self._shape:
            self._build(rows, primary)
            self._shape = shape
        for line, row in zip(self._lines, rows, strict=True):
            line.show_row(row)

    def _build(self, rows: Sequence[DisputeRow], primary: str) -> None:
        while self.body.count():
            item = self.body.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._lines = []
        if not rows:
            self.body.addWidget(Label(self._nothing, "muted"))
        for number, row in enumerate(rows):
            if number:
                self.body.addWidget(Hairline())
            line = _Line(row, is_primary=row.key == primary)
            line.wanted.connect(partial(self.wanted.emit, row.key))
            self._lines.append(line)
            self.body.addWidget(line)


class _Line(QWidget):
    wanted = Signal(str)

    def __init__(self, row: DisputeRow, *, is_primary: bool) -> None:
        super().__init__()
        self.setFixedHeight(51)
        self.setObjectName(f"disputes.row.{row.key}")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._dot = StateDot(row.tone)
        self._when = Label("", "strong")
        self._when.setObjectName(f"disputes.when.{row.key}")
        self._when.setFixedWidth(_WHEN_WIDTH)
        line.addWidget(self._dot)
        line.addWidget(self._when)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        self._title = ElidedLabel("")
        self._title.setObjectName(f"disputes.title.{row.key}")
        self._detail = ElidedLabel("", "second")
        words.addWidget(self._title)
        words.addWidget(self._detail)
        words.addStretch(1)
        line.addLayout(words, 1)
        self._badge = Badge()
        self._badge.setObjectName(f"disputes.badge.{row.key}")
        line.addWidget(self._badge)
        for number, (want, text) in enumerate(row.buttons):
            kind = "primary" if is_primary and not number else "plain"
            name = f"disputes.{want}.{row.key}"
            line.addWidget(Button(text, kind, small=True, name=name, act=partial(self.wanted.emit, want)))

    def show_row(self, row: DisputeRow) -> None:
        """Move its clock and its words."""
        self._dot.set_kind(row.tone)
        self._when.setText(row.when)
        self._title.setText(row.title)
        self._detail.setText(row.detail)
        self._badge.show_state(row.badge, row.badge_kind)
        self._badge.setVisible(bool(row.badge))

"""Rows of a name and a value with a hairline below each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.ui.widgets.hairline import Hairline
from dbc_desktop.ui.widgets.label import Label

Row = tuple[str, "str | QWidget"]
_SHORTENED = re.compile(r"\w{4,6}…\w{4}")


class KeyValue(QWidget):
    """`rows` of (name, text or widget); the name muted at the left, the value at the right, a shortened id in mono."""

    def __init__(self, rows: Sequence[Row] = (), parent: QWidget | None = None, *, row_height: int = 31) -> None:
        super().__init__(parent)
        self._row_height = row_height
        self._names: list[str] = []
        self._values: list[QWidget] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self.set_rows(rows)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; texts are changed in place where the names stay the same."""
        names = [name for name, _ in rows]
        if names == self._names and all(isinstance(value, str) for _, value in rows):
            for shown, (_, value) in zip(self._values, rows, strict=True):
                if isinstance(shown, Label) and isinstance(value, str):
                    shown.setText(value)
                    if shown.property("role") != _role(value):
                        shown.set_role(_role(value))
            return
        while self._box.count():
            item = self._box.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._names, self._values = names, []
        for number, (name, value) in enumerate(rows):
            line = QWidget()
            line.setMinimumHeight(self._row_height)
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(12)
            row.addWidget(Label(name, "muted"))
            row.addStretch(1)
            shown = Label(value, _role(value)) if isinstance(value, str) else value
            if isinstance(shown, Label):
                shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(shown)
            self._values.append(shown)
            self._box.addWidget(line)
            if number < len(rows) - 1:
                self._box.addWidget(Hairline())

    def value(self, name: str) -> QWidget:
        """The widget that shows the value of a row."""
        return self._values[self._names.index(name)]


def _role(text: str) -> str:
    return "mono" if _SHORTENED.fullmatch(text) else ""

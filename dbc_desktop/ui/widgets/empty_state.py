"""What a page or card says where there is nothing yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.ui.widgets.button import Button
from dbc_desktop.ui.widgets.label import Label

_WIDTH = 460


class EmptyState(QWidget):
    """Says what would be here and offers the first step."""

    def __init__(
        self,
        title: str = "",
        text: str = "",
        button: str = "",
        act: Callable[[], object] | None = None,
        parent: QWidget | None = None,
        *,
        name: str = "",
        primary: bool = True,
    ) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setSpacing(8)
        box.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        self.title_label = Label(title, "heading", wrap=True)
        self.text_label = Label(text, "muted", wrap=True)
        # An aligned item gets the height its text has at the width of the page, and is cut; a column is not.
        column = QVBoxLayout()
        column.setSpacing(8)
        for label in (self.title_label, self.text_label):
            label.setAlignment(centre)
            label.setFixedWidth(_WIDTH)
            column.addWidget(label)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(column)
        line.addStretch(1)
        box.addLayout(line)
        self.text_label.setVisible(bool(text))
        self.button = Button(button, "primary" if primary else "plain", name=name, act=act)
        self.button.setVisible(bool(button))
        box.addSpacing(8)
        box.addWidget(self.button, 0, centre)
        box.addStretch(2)

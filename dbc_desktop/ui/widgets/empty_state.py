"""What a page or card says where there is nothing yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dbc_desktop.ui.widgets.button import Button
from dbc_desktop.ui.widgets.label import Label


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
        for label in (self.title_label, self.text_label):
            label.setAlignment(centre)
            label.setMinimumWidth(420)
            label.setMaximumWidth(520)
            box.addWidget(label, 0, centre)
        self.text_label.setVisible(bool(text))
        self.button = Button(button, "primary" if primary else "plain", name=name, act=act)
        self.button.setVisible(bool(button))
        box.addSpacing(8)
        box.addWidget(self.button, 0, centre)
        box.addStretch(2)

"""A line to type in, with its name above and what is wrong below."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from dbc_desktop.ui.widgets.label import Label
from dbc_desktop.ui.widgets.style import restyle


class Field(QWidget):
    """A named input of 32 pixels; `secret` hides what is typed.

    Attributes:
        edit: The input itself; it carries the objectName.
    """

    def __init__(
        self,
        label: str = "",
        name: str = "",
        parent: QWidget | None = None,
        *,
        placeholder: str = "",
        secret: bool = False,
        mono: bool = False,
    ) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        self._label = Label(label, "second")
        self._label.setVisible(bool(label))
        box.addWidget(self._label)
        self.edit = QLineEdit()
        self.edit.setObjectName(name)
        self.edit.setAccessibleName(label or placeholder)
        self.edit.setFixedHeight(32)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setMaxLength(4_000)
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        if mono:
            self.edit.setProperty("mono", True)
        self._label.setBuddy(self.edit)
        box.addWidget(self.edit)
        self._error = Label("", "second", "loss", wrap=True)
        self._error.hide()
        box.addWidget(self._error)
        self.edit.textEdited.connect(lambda _: self.set_error(""))
        self.setFocusProxy(self.edit)

    def text(self) -> str:
        """What was typed."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Type it for the person."""
        self.edit.setText(text)
        self.set_error("")

    def set_error(self, text: str) -> None:
        """Say below the input what is wrong; empty takes it away."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        restyle(self.edit, wrong=bool(text))

    def error(self) -> str:
        """What stands below the input."""
        return self._error.text()

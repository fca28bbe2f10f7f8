"""The login of a session: the line to paste, the password, and a terminal."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dbc_desktop.domain.session import Login
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.ui.clipboard import secret_clipboard
from dbc_desktop.ui.widgets import Button, Label

_HIDDEN = "••••••••••••"


class LoginRow(QWidget):
    """Two lines: ssh command with its buttons, password with its buttons. The password is hidden until asked for."""

    wanted = Signal(str)

    def __init__(self, rent_id: int) -> None:
        super().__init__()
        self._login: Login | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(8)
        self._command = self._field(f"rentals.ssh.{rent_id}", tr("Command to log in"))
        first.addWidget(self._command, 1)
        first.addWidget(Button(tr("Copy"), name=f"rentals.copy.{rent_id}", act=self._copy_command))
        self._terminal = Button(tr("Open terminal"), name=f"rentals.terminal.{rent_id}")
        self._terminal.clicked.connect(lambda: self.wanted.emit("terminal"))
        first.addWidget(self._terminal)
        box.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(8)
        self._password = self._field(f"rentals.password.{rent_id}", tr("Password"))
        second.addWidget(self._password, 1)
        self._show = Button(tr("Show"), name=f"rentals.password.show.{rent_id}", act=self._toggle)
        self._copy = Button(tr("Copy password"), name=f"rentals.password.copy.{rent_id}", act=self._copy_password)
        second.addWidget(self._show)
        second.addWidget(self._copy)
        box.addLayout(second)
        self._no_terminal = Label("", "second")
        self._no_terminal.setObjectName(f"rentals.no_terminal.{rent_id}")
        box.addWidget(self._no_terminal)
        secret_clipboard().ticked.connect(self._tell)
        self.hide()

    def _field(self, name: str, label: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(label)
        edit.setReadOnly(True)
        edit.setProperty("mono", True)
        edit.setFixedHeight(32)
        return edit

    def show_command(self, command: str) -> None:
        """Show the line to paste; empty hides the whole row."""
        self.setVisible(bool(command))
        if self._command.text() != command:
            self._command.setText(command)
            self._command.setCursorPosition(0)

    def set_login(self, login: Login | None) -> None:
        """The login behind it; another one hides the password again."""
        if login != self._login:
            self._login = login
            self._hide_password()

    def set_terminal(self, why_not: str) -> None:
        """Offer a terminal, or say why there is none."""
        self._terminal.setVisible(not why_not)
        self._no_terminal.setText(why_not)
        self._no_terminal.setVisible(bool(why_not))

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._command.text())

    def _toggle(self) -> None:
        if self._login is None:
            return
        if self._password.text() == _HIDDEN:
            self._password.setText(self._login.password)
            self._show.setText(tr("Hide"))
        else:
            self._hide_password()

    def _hide_password(self) -> None:
        self._password.setText(_HIDDEN if self._login is not None else "")
        self._show.setText(tr("Show"))

    def _copy_password(self) -> None:
        if self._login is None:
            return
        secret_clipboard().copy(self._login.password, self)

    def _tell(self, left: int) -> None:
        is_mine = bool(left) and secret_clipboard().owner is self
        self._copy.setText(ntr("Cleared in {n} s", "Cleared in {n} s", left) if is_mine else tr("Copy password"))

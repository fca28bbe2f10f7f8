"""Receive and Send of Wallet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QSizePolicy, QVBoxLayout

from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import WalletScreen, recipient_address
from dbc_desktop.ui.widgets import Button, Card, Field, Label
from dbc_desktop.ui.widgets.qr import QrCode


class ReceiveCard(Card):
    """The address as a picture and as text."""

    def __init__(self) -> None:
        super().__init__(tr("Receive"))
        row = QHBoxLayout()
        row.setSpacing(16)
        self._qr = QrCode()
        row.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(8)
        self._name = Label("", "medium")
        self._address = Label("", "mono", wrap=True)
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._address.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._text = ""
        words.addWidget(self._name)
        words.addWidget(self._address)
        copy = Button(tr("Copy address"), name="wallet.copy", act=self._copy)
        words.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row.addLayout(words, 1)
        self.body.addLayout(row)

    def show_screen(self, screen: WalletScreen) -> None:
        """Show the address of the account that the window acts for."""
        self._text = screen.receive_text
        self._qr.set_text(screen.receive_text)
        self._name.setText(screen.receive_name)
        half = (len(screen.receive_text) + 1) // 2
        self._address.setText(f"{screen.receive_text[:half]}\n{screen.receive_text[half:]}")

    def _copy(self) -> None:
        if self._text:
            QGuiApplication.clipboard().setText(self._text)


class SendCard(Card):
    """`sent_for(to, amount)` says what was typed; `book_asked(address)` opens the address book."""

    send_asked = Signal(str, str)
    book_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Send"))
        self._free = Label("", "muted")
        self.add_right(self._free)
        self.to = Field(tr("To: an address, or a name of the address book"), "wallet.to", placeholder="5…", mono=True)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.to.edit.setCompleter(completer)
        self.amount = Field(tr("Amount in DBC"), "wallet.amount", placeholder="0.00")
        self.amount.edit.returnPressed.connect(self._send)
        self._button = Button(tr("Send…"), "primary", name="wallet.send", act=self._send)
        self.body.addWidget(self.to)
        self.body.addWidget(self.amount)
        line = QHBoxLayout()
        line.addWidget(Button(tr("Address book…"), name="wallet.book", act=self._open_book))
        line.addStretch(1)
        line.addWidget(self._button)
        self.body.addLayout(line)
        self.body.addStretch(1)

    def show_screen(self, screen: WalletScreen) -> None:
        """Show what may be sent."""
        self._free.setText(screen.free_text)

    def show_names(self, entries: Sequence[str]) -> None:
        """What typing suggests."""
        if self._names.stringList() != list(entries):
            self._names.setStringList(list(entries))

    def show_problem(self, error: DbcError) -> None:
        """Say below the field what is wrong."""
        if isinstance(error, InvalidInput):
            field = self.to if error.field == "address" else self.amount
            field.set_error(input_text(error))
            field.edit.setFocus()
        else:
            self.amount.set_error(notice_for(error).body)

    def empty(self) -> None:
        """It was sent."""
        self.to.set_text("")
        self.amount.set_text("")

    def _send(self) -> None:
        for field in (self.to, self.amount):
            field.set_error("")
        self.send_asked.emit(recipient_address(self.to.text()), self.amount.text())

    def _open_book(self) -> None:
        self.book_asked.emit(recipient_address(self.to.text()))

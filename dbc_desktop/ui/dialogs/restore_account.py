"""Restores an account from its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.account import Account
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.key_place import KeyPlaceChoice, passphrase_problem
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class RestoreAccountSheet(Sheet):
    """Words, an optional //path behind them, a name and a new passphrase; `on_made(account)` runs afterwards."""

    def __init__(self, program: Program, on_made: Callable[[Account], None]) -> None:
        super().__init__(tr("Restore an account"), tr("From the words you wrote down"))
        self._program, self._on_made = program, on_made
        self._words = Field(
            tr("12 or 24 words, and the derivation path behind them if there is one"),
            "restore.words",
            placeholder=tr("word word word … //path"),
            mono=True,
        )
        self._name = Field(tr("Name, seen only here"), "restore.name")
        self._name.edit.setMaxLength(40)
        self._choice = KeyPlaceChoice(program, "restore")
        self._first = Field(tr("New passphrase, at least 10 characters"), "restore.passphrase", secret=True)
        self._second = Field(tr("The same passphrase again"), "restore.repeat", secret=True)
        for widget in (self._words, self._name, self._choice, self._first, self._second):
            self.body.addWidget(widget)
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName("restore.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Cancel"), name="restore.cancel", act=self.close_sheet))
        self._go = Button(tr("Restore"), "primary", name="restore.go", act=self._restore)
        self.buttons.addWidget(self._go)

    def first_focus(self) -> QWidget:
        """The words."""
        return self._words.edit

    def _restore(self) -> None:
        self._problem.hide()
        if not self._words.text().strip():
            self._words.set_error(input_text(InvalidInput("words", "empty")))
            return
        if not self._name.text().strip():
            self._name.set_error(input_text(InvalidInput("name", "empty")))
            return
        place = self._choice.place()
        if place is None:
            self._say(tr("Choose where to keep the key: the keyring cannot be used now, an encrypted file can."))
            return
        if passphrase_problem(self._first, self._second):
            return
        self._go.setEnabled(False)
        wallet, name = self._program.wallet, self._name.text().strip()
        phrase, passphrase = self._words.text(), self._first.text()

        def restore() -> Account:
            account = wallet.restore(name, phrase, passphrase, place)
            wallet.mark_backed_up(account.address)
            return account

        self._program.runner.command("secrets", restore, owner=self, done=self._made, failed=self._failed)

    def _made(self, account: Account) -> None:
        on_made = self._on_made
        self.close_sheet()
        on_made(account)

    def _failed(self, error: DbcError) -> None:
        self._go.setEnabled(True)
        if isinstance(error, InvalidInput) and error.field == "words":
            self._words.set_error(input_text(error))
            self._words.edit.setFocus()
            return
        notice = notice_for(error)
        self._say(f"{notice.title}. {notice.body}")

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()

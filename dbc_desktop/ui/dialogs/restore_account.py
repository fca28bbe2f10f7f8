"""Restores an account from its words or seed, or from a keystore file of another wallet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.crypto import keystore
from dbc_desktop.domain.account import Account, KeyPlace
from dbc_desktop.domain.errors import DataCorrupt, DbcError, InvalidInput, WrongPassword
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.storage.files import read_limited
from dbc_desktop.ui.dialogs.current_steps import CurrentSteps
from dbc_desktop.ui.dialogs.key_place import KeyPlaceChoice, passphrase_problem
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_FILE_LIMIT = 64 * 1024
_WORDS, _FILE = 0, 1


class RestoreAccountSheet(Sheet):
    """Where it comes from, a name and a new passphrase; `on_made(account)` runs afterwards."""

    def __init__(self, program: Program, on_made: Callable[[Account], None]) -> None:
        super().__init__(tr("Restore an account"))
        self._program, self._on_made = program, on_made
        self.body.addLayout(self._build_ways())
        self._sources = CurrentSteps()
        self._sources.addWidget(self._build_words())
        self._sources.addWidget(self._build_file())
        self.body.addWidget(self._sources)
        self._name = Field(tr("Name, seen only here"), "restore.name")
        self._name.edit.setMaxLength(40)
        self._choice = KeyPlaceChoice(program, "restore")
        self._first = Field(tr("New passphrase, at least 10 characters"), "restore.passphrase", secret=True)
        self._second = Field(tr("The same passphrase again"), "restore.repeat", secret=True)
        for widget in (self._name, self._choice, self._first, self._second):
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

    def _build_ways(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        group = QButtonGroup(self)
        for index, (name, text) in enumerate((("words", tr("From words or a seed")), ("file", tr("From a file")))):
            way = Button(text, small=True, name=f"restore.way.{name}", act=partial(self._choose_way, index))
            way.setCheckable(True)
            way.setChecked(index == _WORDS)
            group.addButton(way)
            line.addWidget(way)
        line.addStretch(1)
        return line

    def _build_words(self) -> QWidget:
        self._words = Field(
            tr("12 or 24 words, or a raw seed, and the derivation path behind them if there is one"),
            "restore.words",
            placeholder=tr("word word word … //path"),
            mono=True,
        )
        return self._words

    def _build_file(self) -> QWidget:
        step = QWidget()
        box = QVBoxLayout(step)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._text = Field(
            tr("Keystore file of polkadot.js (JSON, version 3), or its content"), "restore.json", mono=True
        )
        self._text.edit.setMaxLength(_FILE_LIMIT)
        line.addWidget(self._text, 1)
        choose = Button(tr("Choose…"), name="restore.choose", act=self._choose_file)
        line.addWidget(choose, 0, Qt.AlignmentFlag.AlignBottom)
        self._old = Field(tr("Passphrase of that file"), "restore.old", secret=True)
        box.addLayout(line)
        box.addWidget(self._old)
        return step

    def _choose_way(self, index: int) -> None:
        self._problem.hide()
        self._sources.setCurrentIndex(index)
        (self._words if index == _WORDS else self._text).edit.setFocus()

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Keystore file"), "", "JSON (*.json);;* (*)")
        if name:
            self.read_file(Path(name))

    def read_file(self, path: Path) -> None:
        """Read a keystore file, and suggest the name inside it."""

        def read() -> tuple[str, str]:
            text = (read_limited(path, _FILE_LIMIT) or b"").decode("utf-8", "replace").strip()
            return text, keystore.name_of(text, path)

        self._program.runner.query("io", read, owner=self, done=lambda found: self._show_file(*found), failed=self._bad)

    def _show_file(self, text: str, name: str) -> None:
        self._text.set_text(" ".join(text.splitlines()))
        self._text.edit.setCursorPosition(0)
        if not self._name.text().strip():
            self._name.set_text(name[:40])
        self._old.edit.setFocus()

    def _bad(self, error: DbcError) -> None:
        wrong = InvalidInput("keystore", "damaged") if isinstance(error, DataCorrupt) else error
        self._failed(wrong)

    def _restore(self) -> None:
        self._problem.hide()
        from_file = self._sources.currentIndex() == _FILE
        source = self._text if from_file else self._words
        if not source.text().strip():
            source.set_error(input_text(InvalidInput("keystore" if from_file else "words", "empty")))
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
        work = self._from_file(place) if from_file else self._from_words(place)
        self._program.runner.command("secrets", work, owner=self, done=self._made, failed=self._failed)

    def _from_words(self, place: KeyPlace) -> Callable[[], Account]:
        wallet, name = self._program.wallet, self._name.text().strip()
        phrase, passphrase = self._words.text(), self._first.text()

        def restore() -> Account:
            account = wallet.restore(name, phrase, passphrase, place)
            wallet.mark_backed_up(account.address)
            return account

        return restore

    def _from_file(self, place: KeyPlace) -> Callable[[], Account]:
        wallet, name = self._program.wallet, self._name.text().strip()
        text, old, passphrase = self._text.text().strip(), self._old.text(), self._first.text()
        return lambda: wallet.import_keystore(name, text, old, passphrase, place)

    def _made(self, account: Account) -> None:
        on_made = self._on_made
        self.close_sheet()
        on_made(account)

    def _failed(self, error: DbcError) -> None:
        self._go.setEnabled(True)
        fields = {"words": self._words, "keystore": self._text, "name": self._name, "passphrase": self._first}
        field = fields.get(error.field) if isinstance(error, InvalidInput) else None
        notice = notice_for(error)
        if isinstance(error, WrongPassword):
            field = self._old
        if field is None:
            self._say(f"{notice.title}. {notice.body}")
            return
        field.set_error(input_text(error) if isinstance(error, InvalidInput) else f"{notice.title}. {notice.body}")
        field.edit.setFocus()

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()

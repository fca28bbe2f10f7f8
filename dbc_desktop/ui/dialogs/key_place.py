"""The part of both account sheets that asks where the key rests and under which passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import DbcError, InvalidInput, SecretStoreUnavailable
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Field, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

MIN_PASSPHRASE = 10


class KeyPlaceChoice(QWidget):
    """Keyring or encrypted file; where the keyring cannot be used it says why and how to mend it."""

    def __init__(self, program: Program, prefix: str) -> None:
        super().__init__()
        self._program = program
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(Label(tr("Keep the key in"), "second"))
        self._keyring = QRadioButton(tr("the keyring of this computer"))
        self._keyring.setObjectName(f"{prefix}.place.keyring")
        self._file = QRadioButton(tr("an encrypted file in the data folder"))
        self._file.setObjectName(f"{prefix}.place.file")
        for choice in (self._keyring, self._file):  # no wider than its text: a click in its middle counts
            choice.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            choice.setFixedHeight(20)
        group = QButtonGroup(self)
        group.addButton(self._keyring)
        group.addButton(self._file)
        self._keyring.setChecked(True)
        box.addWidget(self._keyring)
        self._reason = Label("", "second", "warn", wrap=True)
        self._reason.setContentsMargins(24, 0, 0, 0)
        self._reason.setObjectName(f"{prefix}.place.reason")
        self._reason.hide()
        box.addWidget(self._reason)
        box.addWidget(self._file)
        program.runner.query(
            "secrets",
            lambda: program.wallet.place_problem(KeyPlace.KEYRING),
            owner=self,
            done=self._show_problem,
            failed=self._show_failure,
        )

    def place(self) -> KeyPlace | None:
        """What was chosen; None while the person has to choose."""
        if self._file.isChecked():
            return KeyPlace.FILE
        return KeyPlace.KEYRING if self._keyring.isChecked() and self._keyring.isEnabled() else None

    def _show_failure(self, error: DbcError) -> None:
        self._show_reason(notice_for(error).body)

    def _show_problem(self, problem: SecretStoreUnavailable | None) -> None:
        if problem is not None:
            self._show_reason(notice_for(problem).body)

    def _show_reason(self, text: str) -> None:
        self._keyring.setEnabled(False)
        self._keyring.setAutoExclusive(False)
        group = self._keyring.group()
        if group is not None:
            group.setExclusive(False)
            self._keyring.setChecked(False)
            group.setExclusive(True)
        self._reason.setText(text)
        self._reason.show()


def passphrase_problem(first: Field, second: Field) -> bool:
    """Say below the fields what is wrong with the passphrase; True where something is."""
    if len(first.text()) < MIN_PASSPHRASE:
        first.set_error(input_text(InvalidInput("passphrase", "too_short")))
        first.edit.setFocus()
        return True
    if first.text() != second.text():
        second.set_error(input_text(InvalidInput("passphrase", "not_equal")))
        second.edit.setFocus()
        return True
    return False

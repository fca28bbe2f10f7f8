"""Asks for the passphrase of a locked account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.account import Account
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Field, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class UnlockSheet(Sheet):
    """Unlocks `account` and runs `then`."""

    def __init__(self, program: Program, account: Account, then: Callable[[], None]) -> None:
        short = formats.short_address(account.address)
        super().__init__(tr("Unlock {name}", name=account.name), short, width=420, subtitle_mono=True)
        self._program, self._account, self._then = program, account, then
        self.passphrase = Field(tr("Passphrase"), "unlock.passphrase", secret=True)
        self.passphrase.edit.returnPressed.connect(self._unlock)
        self.body.addWidget(self.passphrase)
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Cancel"), name="unlock.cancel", act=self.close_sheet))
        self._go = Button(tr("Unlock"), "primary", name="unlock.go", act=self._unlock)
        self.buttons.addWidget(self._go)

    def first_focus(self) -> QWidget:
        """The passphrase."""
        return self.passphrase.edit

    def _unlock(self) -> None:
        typed, address, wallet = self.passphrase.text(), self._account.address, self._program.wallet
        if not typed:
            self.passphrase.set_error(tr("Type the passphrase of this account."))
            return
        seconds = self._program.settings.load().auto_lock_minutes * 60.0
        self._go.setEnabled(False)
        self._program.runner.command(
            "secrets",
            lambda: wallet.unlock(address, typed, seconds),
            owner=self,
            done=lambda _: self._is_unlocked(),
            failed=self._failed,
        )

    def _is_unlocked(self) -> None:
        then = self._then
        self.close_sheet()
        then()

    def _failed(self, error: DbcError) -> None:
        self._go.setEnabled(True)
        notice = notice_for(error)
        self.passphrase.set_error(f"{notice.title}. {notice.body}")
        self.passphrase.edit.selectAll()
        self.passphrase.edit.setFocus()

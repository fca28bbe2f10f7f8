"""Asks before an account's key is removed from this computer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.ui.widgets import Button, KeyValue, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class RemoveAccountSheet(Sheet):
    """Keeping it is the primary choice."""

    def __init__(self, program: Program, row: AccountRow, on_removed: Callable[[], None]) -> None:
        super().__init__(tr("Remove {name} from this computer", name=row.name), row.address_text, subtitle_mono=True)
        self._program, self._on_removed = program, on_removed
        address = row.address
        self.body.addWidget(KeyValue([(tr("Free"), row.free), (tr("Reserved"), row.reserved)]))
        text = tr(
            "The key is deleted here. The coins stay on the chain; only the words on your paper bring the account back."
        )
        self.body.addWidget(Label(text, wrap=True))
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._keep = Button(tr("Keep it"), "primary", name="remove.keep", act=self.close_sheet)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self._keep)
        self.buttons.addWidget(Button(tr("Remove"), "danger", name="remove.go", act=lambda: self._remove(address)))

    def first_focus(self) -> QWidget:
        """Keeping it."""
        return self._keep

    def _remove(self, address: Address) -> None:
        wallet = self._program.wallet
        self._program.runner.command(
            "secrets", lambda: wallet.remove(address), owner=self, done=lambda _: self._removed(), failed=self._failed
        )

    def _removed(self) -> None:
        on_removed = self._on_removed
        self.close_sheet()
        on_removed()

    def _failed(self, error: DbcError) -> None:
        notice = notice_for(error)
        self._problem.setText(f"{notice.title}. {notice.body}")
        self._problem.show()

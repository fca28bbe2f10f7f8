"""Asks before an account's key is removed from this computer; its name must be typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.widgets import Badge, KeyValue

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class RemoveAccountSheet(FormSheet):
    """Keeping it is the primary choice; without the typed name nothing is removed."""

    def __init__(self, program: Program, row: AccountRow, on_removed: Callable[[], None]) -> None:
        title = tr("Remove {name} from this computer", name=row.name)
        super().__init__(program, "remove", title, row.address_text, go=tr("Remove"), subtitle_mono=True, kind="danger")
        self._row, self._on_removed = row, on_removed
        self.cancel.setText(tr("Keep it"))
        self.cancel.set_kind("primary")
        self.cancel.setObjectName("remove.keep")
        backup: QWidget | str = Badge(row.backup_text, row.backup_kind) if row.has_key else tr("its key is elsewhere")
        self.body.addWidget(KeyValue([(tr("Free"), row.free), (tr("Staked"), row.staked), (tr("Words"), backup)]))
        if row.has_key:
            text = tr(
                "The key is deleted here. The coins stay on the chain; only the words on your paper bring the account"
                " back."
            )
            self.add_note(text, "warn" if row.needs_backup else "")
        else:
            self.add_note(tr("Only the name and the address are forgotten here."))
        self.name = self.add_field("name", tr("Type the name of the account to remove it: {name}", name=row.name))
        self.name.edit.textChanged.connect(lambda _: self._compare())
        self.end_fields()
        self._compare()

    def first_focus(self) -> QWidget:
        """Keeping it."""
        return self.cancel

    def _compare(self) -> None:
        self.go.setEnabled(self.name.text().strip() == self._row.name)

    def work(self) -> Callable[[], Any]:
        """Remove it."""
        wallet, address = self.program.wallet, self._row.address
        return lambda: wallet.remove(address)

    def done(self, result: Any) -> None:
        """It has gone."""
        on_removed = self._on_removed
        self.close_sheet()
        on_removed()

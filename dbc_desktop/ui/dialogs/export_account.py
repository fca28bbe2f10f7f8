"""Gives an account to another wallet: its keystore under a fresh passphrase, as a file or through the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.ui.dialogs.form_sheet import fresh_passphrase
from dbc_desktop.ui.dialogs.secret_text import SecretTextSheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_HEIGHT = 140


class ExportSheet(SecretTextSheet):
    """First the passphrases, then the text, to save or to copy; `changed` is told when it was made."""

    def __init__(self, program: Program, row: AccountRow, changed: Callable[[], None]) -> None:
        title, file_name = tr("Export {name}", name=row.name), f"{row.address_text}.json"
        super().__init__(program, "export", title, row.address_text, go=tr("Export"), file_name=file_name)
        self._row, self._changed = row, changed
        text = tr(
            "A keystore file as polkadot.js and other wallets read it. It is encrypted with a passphrase of its own,"
            " so that whoever gets the file cannot open what rests here."
        )
        self.add_note(text)
        self.old = self.add_field("old", tr("Passphrase of {name}", name=row.name), secret=True)
        self.fresh = self.add_field("passphrase", tr("Passphrase for the file, at least 10 characters"), secret=True)
        self.again = self.add_field("repeat", tr("The same passphrase again"), secret=True)
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Encrypt it for the other wallet."""
        fresh = fresh_passphrase(self.fresh, self.again)
        wallet, address, old = self.program.wallet, self._row.address, self.old.text()
        return lambda: wallet.export_keystore(address, old, fresh)

    def done(self, result: Any) -> None:
        """Show it."""
        self.show_secret(result, _HEIGHT)
        self._changed()

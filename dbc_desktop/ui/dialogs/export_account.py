"""Gives an account to another wallet: its keystore under a fresh passphrase, as a file or through the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.storage.files import write_whole
from dbc_desktop.ui.clipboard import secret_clipboard
from dbc_desktop.ui.dialogs.form_sheet import FormSheet, fresh_passphrase
from dbc_desktop.ui.widgets import Button

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class ExportSheet(FormSheet):
    """First the passphrases, then the text, to save or to copy; `changed` is told when it was made."""

    def __init__(self, program: Program, row: AccountRow, changed: Callable[[], None]) -> None:
        title = tr("Export {name}", name=row.name)
        super().__init__(program, "export", title, row.address_text, go=tr("Export"), subtitle_mono=True)
        self._row, self._changed = row, changed
        text = tr(
            "A keystore file as polkadot.js and other wallets read it. It is encrypted with a passphrase of its own,"
            " so that whoever gets the file cannot open what rests here."
        )
        self._before = [self.add_note(text)]
        self.old = self.add_field("old", tr("Passphrase of {name}", name=row.name), secret=True)
        self.fresh = self.add_field("passphrase", tr("Passphrase for the file, at least 10 characters"), secret=True)
        self.again = self.add_field("repeat", tr("The same passphrase again"), secret=True)
        self.text = QPlainTextEdit()
        self.text.setObjectName("export.text")
        self.text.setProperty("mono", True)
        self.text.setReadOnly(True)
        self.text.setFixedHeight(140)
        self.text.hide()
        self.body.addWidget(self.text)
        self.end_fields()
        self.copy = Button(tr("Copy"), name="export.copy", act=self._copy)
        self.save = Button(tr("Save as a file…"), "primary", name="export.save", act=self._save)
        for button in (self.copy, self.save):
            button.hide()
            self.buttons.addWidget(button)
        secret_clipboard().ticked.connect(self._tell)

    def work(self) -> Callable[[], Any]:
        """Encrypt it for the other wallet."""
        fresh = fresh_passphrase(self.fresh, self.again)
        wallet, address, old = self.program.wallet, self._row.address, self.old.text()
        return lambda: wallet.export_keystore(address, old, fresh)

    def done(self, result: Any) -> None:
        """Show it."""
        for widget in (*self._before, self.old, self.fresh, self.again, self.go):
            widget.hide()
        for field in (self.old, self.fresh, self.again):
            field.edit.clear()
        self.text.setPlainText(result)
        self.cancel.setText(tr("Done"))
        for shown in (self.text, self.copy, self.save):
            shown.show()
        self.save.setFocus()
        self._changed()

    def _copy(self) -> None:
        secret_clipboard().copy(self.text.toPlainText(), self)

    def _tell(self, left: int) -> None:
        if secret_clipboard().owner is not self:
            left = 0
        self.copy.setText(ntr("Cleared in {n} s", "Cleared in {n} s", left) if left else tr("Copy"))

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the keystore file"), f"{self._row.address_text}.json")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the file, readable by its owner only."""
        data = self.text.toPlainText().encode()
        self.program.runner.command(
            "io", lambda: write_whole(path, data), owner=self, done=lambda _: self.close_sheet(), failed=self.failed
        )

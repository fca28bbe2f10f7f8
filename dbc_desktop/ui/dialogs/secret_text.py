"""A form whose result is a text to carry away: shown, copied for a while, or saved for its owner only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.storage.files import write_whole
from dbc_desktop.ui.clipboard import secret_clipboard
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.widgets import Button

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class SecretTextSheet(FormSheet):
    """Who inherits calls `end_fields` and, when it has the text, `show_secret`."""

    def __init__(self, program: Program, prefix: str, title: str, subtitle: str, *, go: str, file_name: str) -> None:
        super().__init__(program, prefix, title, subtitle, go=go, subtitle_mono=True)
        self._file_name = file_name
        self.text = QPlainTextEdit()
        self.text.setObjectName(f"{prefix}.text")
        self.text.setAccessibleName(title)
        self.text.setProperty("mono", True)
        self.text.setReadOnly(True)
        self.text.hide()
        self.copy = Button(tr("Copy"), name=f"{prefix}.copy", act=self._copy)
        self.save = Button(tr("Save as a file…"), "primary", name=f"{prefix}.save", act=self._ask_where)
        for button in (self.copy, self.save):
            button.hide()
            self.buttons.addWidget(button)
        secret_clipboard().ticked.connect(self._tell)

    def end_fields(self) -> None:
        """All fields are there: the text will follow."""
        self.body.addWidget(self.text)
        super().end_fields()

    def show_secret(self, text: str, height: int) -> None:
        """The text in the place of everything that was asked."""
        for at in range(self.body.count()):
            item = self.body.itemAt(at)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
        self.forget_fields()
        self.go.hide()
        self.text.setPlainText(text)
        self.text.setFixedHeight(height)
        self.cancel.setText(tr("Done"))
        for shown in (self.text, self.copy, self.save):
            shown.show()
        self.save.setFocus()

    def save_to(self, path: Path) -> None:
        """Write the file, readable by its owner only."""
        data = self.text.toPlainText().encode()
        self.program.runner.command(
            "io", lambda: write_whole(path, data), owner=self, done=lambda _: self.close_sheet(), failed=self.failed
        )

    def _copy(self) -> None:
        secret_clipboard().copy(self.text.toPlainText(), self)

    def _tell(self, left: int) -> None:
        is_mine = bool(left) and secret_clipboard().owner is self
        self.copy.setText(ntr("Cleared in {n} s", "Cleared in {n} s", left) if is_mine else tr("Copy"))

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save as a file…"), self._file_name)
        if name:
            self.save_to(Path(name))

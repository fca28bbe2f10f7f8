"""The report of something nobody expected, for the person to read before it goes anywhere."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Label, Sheet


class BugReportSheet(Sheet):
    """Shows `report`; nothing is sent by itself."""

    def __init__(self, report: str) -> None:
        super().__init__(tr("Something went wrong in the program"), width=680)
        text = tr(
            "Keys and chain are not touched by this. The report below was sent nowhere; read it before you share it."
        )
        self.body.addWidget(Label(text, wrap=True))
        shown = QPlainTextEdit(report)
        shown.setObjectName("bug.report")
        shown.setProperty("mono", True)
        shown.setReadOnly(True)
        shown.setFixedHeight(260)
        self.body.addWidget(shown)
        copy = Button(tr("Copy report"), name="bug.copy", act=lambda: QGuiApplication.clipboard().setText(report))
        self._close = Button(tr("Close"), "primary", name="bug.close", act=self.close_sheet)
        self.buttons.addWidget(copy)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self._close)

"""The sheet that asks why a slash is wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.dispute import Slash
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import disputes
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet


class AppealSheet(Sheet):
    """Asks for a reason; `appealed` brings the call to sign."""

    appealed = Signal(object)

    def __init__(self, slash: Slash, title: str) -> None:
        super().__init__(tr("Appeal"), title, width=480)
        self._slash = slash
        self._reason = Field(tr("Why it is wrong"), "appeal.reason", placeholder=tr("for example: the power failed"))
        self._reason.edit.setMaxLength(disputes.LONGEST_REASON)
        self._reason.edit.returnPressed.connect(self._go)
        self.body.addWidget(self._reason)
        text = tr(
            "The technical committee reads it; everybody can. {stake} is reserved with it and lost unless the appeal "
            "is granted before block {height}.",
            stake=formats.amount(slash.review_stake, 0),
            height=formats.height(slash.appeal_ends),
        )
        self.body.addWidget(Label(text, "muted", wrap=True))
        self.buttons.addWidget(Button(tr("Cancel"), name="appeal.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Appeal…"), "primary", name="appeal.go", act=self._go))

    def first_focus(self) -> QWidget:
        """The reason."""
        return self._reason.edit

    def _go(self) -> None:
        try:
            call = disputes.appeal_call(self._slash, self._reason.text())
        except InvalidInput as error:
            self._reason.set_error(notice_for(error).body)
            return
        self.close_sheet()
        self.appealed.emit(call)

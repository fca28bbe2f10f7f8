"""The sheet that asks how much longer a machine is wanted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import renting
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet


class ExtendSheet(Sheet):
    """Asks for a duration; `ordered` brings the call to sign."""

    ordered = Signal(object)

    def __init__(self, rent_id: int, title: str) -> None:
        super().__init__(tr("Extend the lease"), title, width=440)
        self._rent_id = rent_id
        self._duration = Field(tr("How much longer"), "extend.duration", placeholder=tr("for example 24 h or 2 d"))
        self._duration.set_text("1 d")
        self._duration.edit.returnPressed.connect(self._order)
        self.body.addWidget(self._duration)
        text = tr("The longer time is paid at once and cannot be returned. The next sheet says what it costs.")
        self.body.addWidget(Label(text, "muted", wrap=True))
        self.buttons.addWidget(Button(tr("Cancel"), name="extend.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Extend…"), "primary", name="extend.go", act=self._order))

    def first_focus(self) -> QWidget:
        """The duration."""
        return self._duration.edit

    def _order(self) -> None:
        try:
            duration = renting.parse_duration(self._duration.text())
        except InvalidInput as error:
            self._duration.set_error(notice_for(error).body)
            return
        self.close_sheet()
        self.ordered.emit(renting.relet_call(self._rent_id, duration))

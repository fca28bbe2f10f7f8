"""The sheet that explains a reward: what it is reckoned from, how, and in which blocks it stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.screens.explaining import explaining_screen
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, IdLabel, KeyValue, Label, Sheet

_WIDTH = 680
_ROW = 25
_WHOLE_HASH = 64


class ExplainSheet(Sheet):
    """Quiet: nothing is asked; `save` is called when the person wants it as a file."""

    def __init__(self, explanation: Explanation, save: Callable[[], object]) -> None:
        screen = explaining_screen(explanation)
        super().__init__(screen.title, width=_WIDTH)
        self.body.setSpacing(8)
        for section in screen.sections:
            self.body.addWidget(Label(section.heading, "heading"))
            rows = [(name, _shown(value)) for name, value in section.rows]
            self.body.addWidget(KeyValue(rows, row_height=_ROW))
        self._close = Button(tr("Close"), name="explain.close", act=self.close_sheet)
        self.buttons.addWidget(Button(tr("Save…"), name="explain.save", act=save))
        self.buttons.addStretch(1)
        self.buttons.addWidget(self._close)

    def first_focus(self) -> QWidget:
        """The button that leaves."""
        return self._close


def _shown(value: str) -> str | QWidget:
    """A hash is shortened and copied on a click; everything else stands as it is."""
    is_hash = value.startswith("0x") and len(value) == _WHOLE_HASH + 2
    return IdLabel(value) if is_hash else value

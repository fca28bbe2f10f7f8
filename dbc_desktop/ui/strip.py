"""The message strip: one line, one action, at the bottom of the window until it is dealt with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, ElidedLabel, Label, StateDot

if TYPE_CHECKING:
    from dbc_desktop.screens.notices import Notice


class MessageStrip(QWidget):
    """Shows the newest message; taking it away shows the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(44)
        self._waiting: list[tuple[Notice, str, Callable[[], None] | None]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 12, 0)
        row.setSpacing(12)
        self._dot = StateDot("warn")
        self._title = Label("", "strong")
        self._body = ElidedLabel("", "muted")
        self._act = Button("", small=True, name="strip.act", act=self._acted)
        self._close = Button("", "bare", small=True, name="strip.close", icon="close", act=self.dismiss)
        self._close.setAccessibleName(tr("Close message"))
        self._close.setToolTip(tr("Close message"))
        row.addWidget(self._dot)
        row.addWidget(self._title)
        row.addWidget(self._body, 1)
        row.addWidget(self._act)
        row.addWidget(self._close)
        self.hide()

    def say(self, notice: Notice, kind: str = "warn", act: Callable[[], None] | None = None) -> None:
        """Show a message; the same one twice is shown once."""
        self._waiting = [entry for entry in self._waiting if entry[0] != notice][-9:]
        self._waiting.append((notice, kind, act))
        self._show()

    def shown(self) -> Notice | None:
        """The message on screen."""
        return self._waiting[-1][0] if self._waiting else None

    def dismiss(self) -> None:
        """Take the message away."""
        if self._waiting:
            self._waiting.pop()
        self._show()

    def _acted(self) -> None:
        act = self._waiting[-1][2] if self._waiting else None
        self.dismiss()
        if act is not None:
            act()

    def _show(self) -> None:
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            return
        notice, kind, act = self._waiting[-1]
        self._dot.set_kind(kind)
        self._title.setText(notice.title)
        self._body.setText(notice.body)
        self._act.setText(notice.action)
        self._act.setVisible(bool(notice.action) and act is not None)

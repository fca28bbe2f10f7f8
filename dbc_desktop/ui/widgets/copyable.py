"""Addresses, ids and hashes: shortened, in the monospace face, whole in the tooltip and on copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QWidget

from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets.label import Label


class CopyLabel(Label):
    """A short form on screen, the whole `text` in the tooltip and, on a click, in the clipboard."""

    def __init__(self, text: str, shown: str, parent: QWidget | None = None, *, tone: str = "") -> None:
        super().__init__(shown, "mono", tone, parent)
        self.whole = text
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tell()

    def show_value(self, text: str, shown: str) -> None:
        """Show another value."""
        self.whole = text
        self.setText(shown)
        self._tell()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Copy the whole value."""
        if self.whole:
            QGuiApplication.clipboard().setText(self.whole)
        super().mouseReleaseEvent(event)

    def _tell(self) -> None:
        self.setToolTip(tr("{text}, click to copy", text=self.whole) if self.whole else "")


class AddressLabel(CopyLabel):
    """`5Grwva…utQY` of an address text."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, tone: str = "") -> None:
        super().__init__(text, formats.short_address(text), parent, tone=tone)

    def set_value(self, text: str) -> None:
        """Show another address."""
        self.show_value(text, formats.short_address(text))


class IdLabel(CopyLabel):
    """`3f9a…c41d` of a machine id or a hash."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, tone: str = "") -> None:
        super().__init__(text, formats.short_id(text), parent, tone=tone)

    def set_value(self, text: str) -> None:
        """Show another id."""
        self.show_value(text, formats.short_id(text))

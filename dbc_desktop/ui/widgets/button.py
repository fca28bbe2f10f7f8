"""Buttons; an objectName on each lets keyboard tours and tests find it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.style import restyle


class Button(QPushButton):
    """A button of `kind` primary, plain, danger, link or bare; 30 pixels high, 24 where `small`.

    `icon` is the name of a drawing in `resources/icons`, tinted by the theme; `icon_right` puts it behind the text.
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "plain",
        parent: QWidget | None = None,
        *,
        small: bool = False,
        name: str = "",
        icon: str = "",
        icon_right: bool = False,
        act: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name, self._icon_tint = icon, "muted"
        self.setProperty("kind", kind)
        self.setProperty("small", small)
        self.setObjectName(name)
        if kind != "link":
            self.setFixedHeight(24 if small else 30)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        if icon_right:
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        if act is not None:
            self.clicked.connect(lambda: act())
        self._tint()

    def set_icon(self, name: str, tint: str = "muted") -> None:
        """Show another drawing."""
        self._icon_name, self._icon_tint = name, tint
        self._tint()

    def set_kind(self, kind: str) -> None:
        """Change what the button stands for."""
        restyle(self, kind=kind)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, as the space bar does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew when the theme changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._icon_name:
            self._tint()

    def _tint(self) -> None:
        if self._icon_name:
            self.setIcon(theme.icon(self._icon_name, self._icon_tint))
            self.setIconSize(QSize(16, 16) if not self.text() else QSize(12, 12))

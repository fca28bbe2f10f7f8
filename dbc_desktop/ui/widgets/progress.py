"""A thin bar of how far something is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dbc_desktop.ui import theme


class Progress(QWidget):
    """A bar of 6 pixels; `fraction` from 0 to 1, `kind` a colour token."""

    def __init__(self, fraction: float = 0.0, kind: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction, self._kind = fraction, kind
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def fraction(self) -> float:
        """How far it is, 0 to 1."""
        return self._fraction

    def set_fraction(self, fraction: float, kind: str | None = None) -> None:
        """Show another state."""
        self._fraction = min(1.0, max(0.0, fraction))
        self._kind = kind or self._kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw groove and bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("soft_plain"))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        if self._fraction > 0:
            painter.setBrush(theme.color(self._kind))
            painter.drawRoundedRect(QRectF(0, 0, max(6.0, self.width() * self._fraction), 6), 3, 3)
        painter.end()

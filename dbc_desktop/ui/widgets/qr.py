"""A QR code, drawn by ourselves: always dark on light, as readers expect."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from dbc_desktop.ui import theme

_QUIET = 2
"""Modules of light around the code."""


class QrCode(QWidget):
    """Shows `text` as a square of `size` pixels."""

    def __init__(self, text: str = "", size: int = 148, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[int, ...], ...] = ()
        self.setFixedSize(size, size)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text; nothing for an empty one."""
        self._rows = tuple(tuple(row) for row in segno.make(text, error="m", micro=False).matrix) if text else ()
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the modules on whole pixels."""
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("line"))  # a square to be seen on a light card too
        painter.setBrush(QColor("#FFFFFF"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        number = len(self._rows)
        module = max(1, self.width() // (number + 2 * _QUIET))
        offset = (self.width() - module * number) // 2
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(offset + x * module, offset + y * module, module, module, QColor("#14181D"))
        painter.end()

"""The shape of what is about to come, instead of a spinner."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dbc_desktop.ui import theme


class Skeleton(QWidget):
    """Grey blocks where cards will be: each row of `rows` is (height in pixels, number of cards side by side)."""

    def __init__(
        self, rows: tuple[tuple[int, int], ...] = ((62, 2), (92, 4), (198, 1), (192, 1)), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = rows

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the blocks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = 0.0
        for height, number in self._rows:
            width = (self.width() - 12 * (number - 1)) / number
            for column in range(number):
                left = column * (width + 12)
                painter.setBrush(theme.color("card"))
                painter.drawRoundedRect(QRectF(left, top, width, height), 8, 8)
                painter.setBrush(theme.color("soft_plain"))
                painter.drawRoundedRect(QRectF(left + 16, top + 16, min(120.0, width / 3), 11), 4, 4)
                if height >= 60:
                    painter.drawRoundedRect(QRectF(left + 16, top + 36, min(200.0, width / 2), 14), 4, 4)
            top += height + 12
        painter.end()


def page_skeleton() -> QWidget:
    """What stands in the place of the first page until it is there."""
    place = QWidget()
    box = QVBoxLayout(place)
    box.setContentsMargins(20, 60, 20, 16)
    box.addWidget(Skeleton())
    return place

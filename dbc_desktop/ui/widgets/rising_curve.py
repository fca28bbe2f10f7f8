"""A curve of whole numbers that only grow, on its soft ground; the pointer says what a step stands for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dbc_desktop.ui import theme

_FINE = 1_000_000
"""Heights are scaled in whole numbers; this many steps are finer than any screen."""


class RisingCurve(QWidget):
    """`values` from left to right, the last one the highest; `texts` say each of them."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._values: tuple[int, ...] = ()
        self._texts: tuple[str, ...] = ()
        self.setMouseTracking(True)
        self.setFixedHeight(66)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A band of a card."""
        return QSize(310, 66)

    def show_values(self, values: Sequence[int], texts: Sequence[str]) -> None:
        """Show another curve."""
        if (tuple(values), tuple(texts)) != (self._values, self._texts):
            self._values, self._texts = tuple(values), tuple(texts)
            self.update()

    def text_at(self, x: float) -> str:
        """What is said of the step nearest to `x` pixels."""
        if len(self._texts) < 2 or self.width() < 2:
            return ""
        step = round(x * (len(self._texts) - 1) / (self.width() - 1))
        return self._texts[min(max(step, 0), len(self._texts) - 1)]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the step below the pointer stands for."""
        text = self.text_at(event.position().x())
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and line."""
        if len(self._values) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, ground = self._line(), self.height() - 1.0
        below = QPolygonF([*line, QPointF(line[-1].x(), ground), QPointF(line[0].x(), ground)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("soft_good"))
        painter.drawPolygon(below)
        painter.setPen(QPen(theme.color("good"), 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))
        painter.end()

    def _line(self) -> list[QPointF]:
        top, ground = max(1, max(self._values)), self.height() - 1.0
        wide = (self.width() - 1) / (len(self._values) - 1)
        heights = [value * _FINE // top / _FINE * (ground - 2) for value in self._values]
        return [QPointF(at * wide, ground - height) for at, height in enumerate(heights)]

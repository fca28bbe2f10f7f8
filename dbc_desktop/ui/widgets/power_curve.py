"""A small curve over power: how the price of electricity at which nothing is left falls with the watts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from dbc_desktop.ui import theme

_LEFT, _BELOW, _TOP = 44, 18, 6


class PowerCurve(QWidget):
    """Points of (watts, value) joined by a line, with their least and most at the edges."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[tuple[float, float], ...] = ()
        self.setFixedHeight(110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as a sheet."""
        return QSize(480, 110)

    def show_points(self, points: Sequence[tuple[float, float]]) -> None:
        """Show other points, by rising watts."""
        self._points = tuple(points)
        self.setVisible(len(self._points) >= 2)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes and curve."""
        if len(self._points) < 2:
            return
        painter = QPainter(self)
        painter.setFont(theme.font(11))
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - 8, self.height() - _TOP - _BELOW)
        xs, ys = [x for x, _ in self._points], [y for _, y in self._points]
        wide, tall = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in (min(ys), max(ys)):
            y = area.bottom() - (value - min(ys)) / tall * area.height()
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("faint"))
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right, f"{value:.3f}")
        for value, side in ((min(xs), Qt.AlignmentFlag.AlignLeft), (max(xs), Qt.AlignmentFlag.AlignRight)):
            painter.drawText(QRectF(area.left(), area.bottom() + 3, area.width(), 14), side, f"{value:,.0f} W")
        line = [
            QPointF(
                area.left() + (x - min(xs)) / wide * area.width(),
                area.bottom() - (y - min(ys)) / tall * area.height(),
            )
            for x, y in self._points
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 1.25))
        painter.drawPolyline(QPolygonF(line))
        painter.setBrush(theme.color("accent"))
        for point in line:
            painter.drawEllipse(point, 2.5, 2.5)
        painter.end()

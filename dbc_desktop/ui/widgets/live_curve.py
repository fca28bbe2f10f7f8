"""A curve that lives: hairlines, faint labels, and the newest second at the right edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dbc_desktop.screens import formats
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.plot import Series, grounds, polygons, time_step, time_ticks
from dbc_desktop.ui.widgets.spark_line import PEN_WIDTH, scaled

if TYPE_CHECKING:
    from dbc_desktop.telemetry.ranges import RangeSeries

_LEFT, _AXIS, _TOP = 40, 18, 4


class LiveCurve(QWidget):
    """Series over the last `seconds` up to `end`; several below each other share one time axis.

    Attributes:
        has_time_axis: Whether the times stand below; of small multiples only the lowest row says them.
    """

    def __init__(self, *, has_time_axis: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.has_time_axis = has_time_axis
        self._series: tuple[Series, ...] = ()
        self._past: RangeSeries | None = None
        self._end, self._seconds = 0.0, 600.0
        self._low, self._high = 0.0, 100.0
        self._ticks: tuple[tuple[float, str], ...] = ()
        self._limit: float | None = None
        self.setMinimumHeight(48)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the card below is drawn anew each second
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A third of a card."""
        return QSize(180, 84)

    def set_scale(
        self, low: float, high: float, ticks: Sequence[tuple[float, str]], limit: float | None = None
    ) -> None:
        """What the heights mean: labels at `ticks`, a dashed line at `limit`."""
        if (low, high, tuple(ticks), limit) != (self._low, self._high, self._ticks, self._limit):
            self._low, self._high, self._ticks, self._limit = low, high, tuple(ticks), limit
            self.update()

    def show_series(self, series: Sequence[Series], end: float, seconds: float) -> None:
        """Show other values."""
        self._series, self._end, self._seconds = tuple(series), end, seconds
        self._past = None
        self.update()

    def show_past(self, past: RangeSeries | None, token: str, end: float, seconds: float) -> None:
        """Show a stretch of the history: its means as a line, least to most as the ground behind it."""
        self._past, self._end, self._seconds = past, end, seconds
        self._series = () if past is None else (Series(past.times, past.means, token),)
        self.update()

    def plot_rect(self) -> QRectF:
        """Where the curves are drawn."""
        below = _AXIS if self.has_time_axis else 4
        return QRectF(_LEFT, _TOP, max(1, self.width() - _LEFT), max(8, self.height() - _TOP - below))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw hairlines, curves and labels."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("card"))
        painter.setFont(theme.font(11))
        area = self.plot_rect()
        to_pixels = scaled(area.width(), area.height(), self._seconds, self._low, self._high)
        self._draw_scale(painter, area)
        start = self._end - self._seconds
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area.adjusted(0, -2, 0, 2))
        painter.save()
        painter.translate(area.topLeft())
        painter.setTransform(to_pixels, True)
        if self._past is not None:
            self._draw_ground(painter, self._past, start)
        for series in self._series:
            pen = QPen(theme.color(series.token), PEN_WIDTH)
            pen.setCosmetic(True)
            painter.setPen(pen)
            for line in polygons(series, start, self._seconds, int(area.width())):
                if line.size() == 1:
                    painter.drawPoint(line.first())
                else:
                    painter.drawPolyline(line)
        painter.restore()
        painter.setClipping(False)
        if self.has_time_axis:
            self._draw_times(painter, area, start)
        painter.end()

    def _draw_ground(self, painter: QPainter, past: RangeSeries, start: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(f"soft_{self._series[0].token}"))
        for ground in grounds(past.times - start, past.least, past.most):
            painter.drawPolygon(ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _y(self, area: QRectF, value: float) -> float:
        room = area.height() - 2
        return area.top() + 1 + room * (self._high - value) / (self._high - self._low)

    def _draw_scale(self, painter: QPainter, area: QRectF) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, text in self._ticks:
            y = round(self._y(area, value)) + 0.5
            painter.setPen(theme.color("line"))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(theme.color("faint"))
            painter.drawText(QRectF(0, y - 8, area.left() - 6, 16), right, text)
        if self._limit is not None:
            y = round(self._y(area, self._limit)) + 0.5
            painter.setPen(QPen(theme.color("warn"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))

    def _draw_times(self, painter: QPainter, area: QRectF, start: float) -> None:
        painter.setPen(theme.color("faint"))
        step = time_step(self._seconds)
        has_seconds, is_by_day = step < 60, step >= 86_400
        wide = painter.fontMetrics().horizontalAdvance("00:00:00" if has_seconds else "00:00") + 4
        free_from = area.left() - 1.0
        for at in time_ticks(start, self._seconds):
            x = area.left() + (at - start) / self._seconds * area.width() - wide / 2
            if x < free_from or x + wide > area.right() + 1:
                continue
            text = formats.day_of_year(at) if is_by_day else formats.clock_time(at)
            place = QRectF(x, area.bottom() + 4, wide, 14)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text if has_seconds else text[:5])
            free_from = x + wide + 8

"""A curve as small as a word: a line on its soft ground, no axis."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.plot import Series, ground_below, polygons

PEN_WIDTH = 1.0


class SparkLine(QWidget):
    """The last `seconds` up to `end` of one series between `low` and `high`; a gap stays a gap."""

    def __init__(self, low: float = 0.0, high: float = 100.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = low, high
        self._series = Series()
        self._end, self._seconds = 0.0, 600.0
        self.setMinimumHeight(28)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the card below is drawn anew each second
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """One line of a card."""
        return QSize(120, 32)

    def show_series(self, series: Series, end: float, seconds: float) -> None:
        """Show other values."""
        self._series, self._end, self._seconds = series, end, seconds
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("card"))
        start, low = self._end - self._seconds, self._low
        lines = polygons(self._series, start, self._seconds, self.width() // 2)
        if lines:
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))  # how far the time reaches
        painter.setTransform(scaled(self.width(), self.height(), self._seconds, low, self._high))
        pen = QPen(theme.color(self._series.token), PEN_WIDTH)
        pen.setCosmetic(True)
        for line in lines:
            # the edge of the ground lies under the line: smoothing it would cost and not be seen
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(f"soft_{self._series.token}"))
            painter.drawPolygon(ground_below(line, low))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(line)
        painter.end()


def scaled(width: float, height: float, seconds: float, low: float, high: float, left: float = 0.0) -> QTransform:
    """From seconds and values to pixels, with half a pen kept free above and below."""
    room = height - 2
    return QTransform(width / seconds, 0, 0, -room / (high - low), left, 1 + room * high / (high - low))

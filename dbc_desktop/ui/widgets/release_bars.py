"""The release bars of Home: one bar for each coming era, in the colour of what is locked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dbc_desktop.domain.balance import Balance
from dbc_desktop.screens import formats
from dbc_desktop.ui import theme

_AXIS = 22


class ReleaseBars(QWidget):
    """`amounts[i]` is released in era `first_era + i`; `labels` are (index, text) below the bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first_era = 0
        self._amounts: tuple[Balance, ...] = ()
        self._labels: tuple[tuple[int, str], ...] = ()
        self.setMouseTracking(True)
        self.setMinimumHeight(112)
        self.setMaximumHeight(220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A band across the page."""
        return QSize(400, 136)

    def set_bars(self, first_era: int, amounts: Sequence[Balance], labels: Sequence[tuple[int, str]]) -> None:
        """Show other bars."""
        if (first_era, tuple(amounts), tuple(labels)) != (self._first_era, self._amounts, self._labels):
            self._first_era, self._amounts, self._labels = first_era, tuple(amounts), tuple(labels)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars with one pixel between them, and the labels."""
        top = max((amount.units for amount in self._amounts), default=0)
        if top <= 0:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("locked"))
        height = self.height() - _AXIS
        step = self.width() / len(self._amounts)
        for index, amount in enumerate(self._amounts):
            left, right = round(index * step), round((index + 1) * step)
            # 10^6 steps are finer than any screen; the division stays in whole numbers.
            tall = height * (amount.units * 1_000_000 // top) / 1_000_000
            if amount.units > 0:
                painter.drawRect(QRectF(left, height - max(1.0, tall), max(1, right - left - 1), max(1.0, tall)))
        painter.setPen(theme.color("faint"))
        painter.setFont(theme.font(11))
        for index, text in self._labels:
            wide = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(0, round(index * step)), self.width() - wide)
            place = QRectF(left, height + 6, wide, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def text_at(self, x: float) -> str:
        """What the bar at `x` pixels says."""
        if not self._amounts or not 0 <= x < self.width():
            return ""
        index = min(len(self._amounts) - 1, int(x * len(self._amounts) / self.width()))
        return formats.era_and_amount(self._first_era + index, self._amounts[index])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say era and amount of the bar below the pointer."""
        text = self.text_at(event.position().x())
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

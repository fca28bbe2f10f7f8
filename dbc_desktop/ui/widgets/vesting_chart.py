"""The vesting chart: what each era's payout released, and what the coming ones will."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dbc_desktop.screens.rewards import RewardsScreen, VestingBar
from dbc_desktop.ui import theme

_TOP, _AXIS, _GAP = 22, 24, 8
_FINE = 1_000_000
"""Heights are scaled in whole numbers; this many steps are finer than any screen."""


class VestingChart(QWidget):
    """Bars of a `RewardsScreen`; the pointer on a bar says the sum it came from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._screen: RewardsScreen | None = None
        self._left = 0
        self.setObjectName("rewards.chart")
        self.setMouseTracking(True)
        self.setMinimumHeight(220)
        self.setMaximumHeight(340)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A band across the page."""
        return QSize(560, 236)

    def show_screen(self, screen: RewardsScreen) -> None:
        """Show other bars."""
        before, self._screen = self._screen, screen
        labels = QFontMetrics(theme.font(11))
        self._left = max((labels.horizontalAdvance(text) for _, text in screen.ticks), default=0) + _GAP
        if before is None or (before.bars, before.ticks) != (screen.bars, screen.ticks):
            self.update()

    def bar_at(self, x: float) -> VestingBar | None:
        """The bar below `x` pixels."""
        screen = self._screen
        if screen is None or not screen.bars or not self._left <= x < self.width():
            return None
        index = int((x - self._left) / self._step(screen))
        return screen.bars[index] if index < len(screen.bars) else None

    def _step(self, screen: RewardsScreen) -> float:
        return min(14.0, (self.width() - self._left) / max(1, len(screen.bars)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say the sum of the bar below the pointer."""
        bar = self.bar_at(event.position().x())
        if bar is not None:
            QToolTip.showText(event.globalPosition().toPoint(), bar.text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw hairlines, bars, today and the labels."""
        screen = self._screen
        if screen is None or not screen.bars:
            return
        painter = QPainter(self)
        painter.setFont(theme.font(11))
        ground = self.height() - _AXIS
        top = max(bar.parts + bar.at_once + bar.locked for bar in screen.bars)
        room = ground - _TOP
        for value, text in screen.ticks:
            y = ground - room * (value * _FINE // top) / _FINE
            painter.setPen(theme.color("line"))
            painter.drawLine(QLineF(self._left, round(y) + 0.5, self.width(), round(y) + 0.5))
            painter.setPen(theme.color("faint"))
            where = QRectF(0, y - 8, self._left - _GAP, 16)
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        step = self._step(screen)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, bar in enumerate(screen.bars):
            left = self._left + round(index * step)
            wide = max(1, round((index + 1) * step) - round(index * step) - 1)
            base = float(ground)
            for amount, colour in _pieces(bar):
                tall = room * (amount * _FINE // top) / _FINE
                if amount:
                    tall = max(1.0, tall)
                    painter.fillRect(QRectF(left, base - tall, wide, tall), colour)
                    base -= tall
        self._draw_today(painter, screen, step, ground)
        self._draw_labels(painter, screen, step, ground)
        painter.end()

    def _draw_today(self, painter: QPainter, screen: RewardsScreen, step: float, ground: int) -> None:
        x = self._left + round(screen.first_coming * step) - 0.5
        painter.setPen(QPen(theme.color("muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 2), QPointF(x, ground))
        wide = painter.fontMetrics().horizontalAdvance(screen.today) + 4
        left = x + 6 if x + 6 + wide <= self.width() else x - 6 - wide
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(left, 0, wide, 16), Qt.AlignmentFlag.AlignVCenter, screen.today)

    def _draw_labels(self, painter: QPainter, screen: RewardsScreen, step: float, ground: int) -> None:
        painter.setPen(theme.color("faint"))
        for index, text in screen.labels:
            wide = painter.fontMetrics().horizontalAdvance(text) + 4
            left = self._left + round(index * step)
            if left + wide <= self.width():
                painter.drawText(QRectF(left, ground + 6, wide, 16), Qt.AlignmentFlag.AlignVCenter, text)


def _pieces(bar: VestingBar) -> tuple[tuple[int, QColor], ...]:
    if bar.locked:
        return ((bar.locked, theme.color("locked")),)
    parts, at_once = theme.color("good"), theme.color("good")
    at_once.setAlphaF(0.6)
    if not bar.is_claimable:  # claimed already: the same hue, quieter
        parts.setAlphaF(0.55)
        at_once.setAlphaF(0.32)
    return ((bar.parts, parts), (bar.at_once, at_once))

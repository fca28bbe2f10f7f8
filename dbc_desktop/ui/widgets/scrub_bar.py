"""The line of time: eras behind and before the head, deadlines on it; a click says where to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.time_line import TimeLine, TimeMark
from dbc_desktop.ui import theme

_LINE, _HEIGHT = 50, 78
_ROWS = (24, 8)
"""Where the words of the marks stand, above each other, so that neighbours do not meet."""
_REACH = 8
_STEP = 150


class ScrubBar(QWidget):
    """Emits `chosen` with the height that was clicked, or at which Enter was pressed.

    The arrow keys move a cursor by 15 minutes, with Shift by an era; Home brings it back to the head.
    """

    chosen = Signal(object)
    looked_at = Signal(object)

    def __init__(self, place_text: Callable[[int], str]) -> None:
        super().__init__()
        self._place_text = place_text
        self._line: TimeLine | None = None
        self._cursor: int | None = None
        self.setObjectName("chain.scrub")
        self.setAccessibleName(tr("Line of time"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(600, _HEIGHT)

    def show_line(self, line: TimeLine) -> None:
        """Show another line."""
        if line != self._line:
            self._line = line
            self.update()

    def x_of(self, height: int) -> float:
        """Where a height stands, in pixels."""
        line = self._line
        if line is None:
            return 0.0
        return 4 + (self.width() - 8) * (height - line.first) / max(1, line.last - line.first)

    def height_at(self, x: float) -> int:
        """The height at a pixel; near a deadline, just behind it."""
        line = self._line
        if line is None:
            return 0
        mark = min(line.marks, key=lambda one: abs(self.x_of(one.height) - x), default=None)
        if mark is not None and abs(self.x_of(mark.height) - x) <= _REACH:
            return mark.height + 1
        part = min(1.0, max(0.0, (x - 4) / max(1, self.width() - 8)))
        return line.first + round(part * (line.last - line.first))

    # the person

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the pointer."""
        self._look(self.height_at(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a height."""
        if event.button() == Qt.MouseButton.LeftButton and self._line is not None:
            self.chosen.emit(self.height_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, or choose where it stands."""
        line = self._line
        if line is None:
            return
        at = line.head if self._cursor is None else self._cursor
        step = BLOCKS_PER_ERA if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        match event.key():
            case Qt.Key.Key_Left:
                self._look(max(line.first, at - step), keep=True)
            case Qt.Key.Key_Right:
                self._look(min(line.last, at + step), keep=True)
            case Qt.Key.Key_Home:
                self._look(line.head, keep=True)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.chosen.emit(at)
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of the cursor."""
        super().focusOutEvent(event)
        self._cursor = None
        self.update()

    def _look(self, height: int, *, keep: bool = False) -> None:
        if keep:
            self._cursor = height
            self.update()
        text = self._place_text(height)
        self.setToolTip(text)
        self.looked_at.emit(text)

    # drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, what is past in the accent colour, ticks and marks."""
        line = self._line
        if line is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        head = self.x_of(line.head)
        painter.setPen(QPen(theme.color("line"), 2))
        painter.drawLine(QPointF(4, _LINE), QPointF(self.width() - 4, _LINE))
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawLine(QPointF(4, _LINE), QPointF(head, _LINE))
        self._draw_ticks(painter, line)
        self._draw_marks(painter, line.marks)
        if self._cursor is not None:
            x = self.x_of(self._cursor)
            painter.setPen(QPen(theme.color("muted"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, _LINE - 12), QPointF(x, _LINE + 12))
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(theme.color("card"))
        painter.drawRoundedRect(QRectF(head - 5, _LINE - 10, 10, 20), 3, 3)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 6, 6)
        painter.end()

    def _draw_ticks(self, painter: QPainter, line: TimeLine) -> None:
        free_from = 0.0
        for height, text in line.ticks:
            x = self.x_of(height)
            painter.setPen(theme.color("idle"))
            painter.drawLine(QPointF(x, _LINE - 4), QPointF(x, _LINE + 4))
            wide = painter.fontMetrics().horizontalAdvance(text)
            left = min(max(0.0, x - wide / 2), self.width() - wide)
            if left >= free_from:
                painter.setPen(theme.color("faint"))
                painter.drawText(QRectF(left, _LINE + 10, wide + 2, 16), Qt.AlignmentFlag.AlignLeft, text)
                free_from = left + wide + 8

    def _draw_marks(self, painter: QPainter, marks: tuple[TimeMark, ...]) -> None:
        free_from = [0.0] * len(_ROWS)
        for mark in marks:
            x = self.x_of(mark.height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(mark.colour))
            painter.drawEllipse(QPointF(x, _LINE), 4, 4)
            wide = painter.fontMetrics().horizontalAdvance(mark.text)
            left = min(max(0.0, x - wide / 2), self.width() - wide)
            for row, top in enumerate(_ROWS):
                if left >= free_from[row]:
                    painter.setPen(theme.color("muted"))
                    painter.drawText(QRectF(left, top - 6, wide + 2, 16), Qt.AlignmentFlag.AlignLeft, mark.text)
                    free_from[row] = left + wide + 12
                    break

"""A horizontal line of steps: what is done, where it stands, what comes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dbc_desktop.ui import theme


class StepKind(StrEnum):
    """State of one step."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"
    FAILED = "failed"


class StepLine(QWidget):
    """Steps as (text, kind) along a line; the label stands below each dot."""

    def __init__(self, steps: Sequence[tuple[str, StepKind]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[tuple[str, StepKind], ...] = tuple(steps)
        self.setFixedHeight(38)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def set_steps(self, steps: Sequence[tuple[str, StepKind]]) -> None:
        """Show other steps."""
        if tuple(steps) != self._steps:
            self._steps = tuple(steps)
            self._tell()
            self.update()

    def steps(self) -> tuple[tuple[str, StepKind], ...]:
        """What is shown."""
        return self._steps

    def _tell(self) -> None:
        self.setAccessibleName(", ".join(text for text, _ in self._steps))

    def sizeHint(self) -> QSize:
        """Room for every label."""
        return QSize(max(90 * len(self._steps), 120), 38)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw lines, dots and labels."""
        if not self._steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() / len(self._steps)
        y = 8.0
        for number, (_, kind) in enumerate(self._steps[1:], 1):
            painter.setPen(QPen(theme.color("line" if kind is StepKind.LATER else "good"), 2))
            painter.drawLine(QPointF((number - 1) * width + 12, y), QPointF(number * width, y))
        painter.setFont(theme.font(12))
        for number, (text, kind) in enumerate(self._steps):
            centre = QPointF(number * width + 6, y)
            token = {"done": "good", "current": "accent", "later": "line", "failed": "loss"}[kind.value]
            painter.setPen(QPen(theme.color(token), 2))
            painter.setBrush(theme.color(token) if kind in (StepKind.DONE, StepKind.FAILED) else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, 5, 5)
            painter.setPen(theme.color("muted" if kind is not StepKind.CURRENT else "text"))
            place = QRectF(number * width, 20, width - 4, 18)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

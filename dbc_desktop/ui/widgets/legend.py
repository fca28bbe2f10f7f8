"""The legend of a chart: a swatch and a name for each series."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.label import Label


class _Swatch(QWidget):
    def __init__(self, token: str, opacity: float) -> None:
        super().__init__()
        self._token, self._opacity = token, opacity
        self.setFixedSize(QSize(9, 9))

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = theme.color(self._token)
        colour.setAlphaF(self._opacity)
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour)
        painter.end()


class Legend(QWidget):
    """`series` of (name, colour token, opacity)."""

    def __init__(self, series: Sequence[tuple[str, str, float]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for number, (name, token, opacity) in enumerate(series):
            if number:
                row.addSpacing(6)
            row.addWidget(_Swatch(token, opacity))
            row.addWidget(Label(name, "muted"))

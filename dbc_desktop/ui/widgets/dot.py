"""The state dot."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from dbc_desktop.ui import theme


class StateDot(QWidget):
    """A dot of 8 pixels; `kind` is good, warn, loss, accent, locked or idle. A text beside it says the same."""

    def __init__(self, kind: str = "idle", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setFixedSize(10, 10)

    @property
    def kind(self) -> str:
        """The state shown."""
        return self._kind

    def set_kind(self, kind: str) -> None:
        """Show another state."""
        if kind != self._kind:
            self._kind = kind
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color(self._kind))
        painter.setBrush(theme.color(self._kind))
        painter.drawEllipse(QPointF(5, self.height() / 2), 3.5, 3.5)
        painter.end()


def dot_icon(kind: str) -> QIcon:
    """The same dot for a cell of a table; draw it at 10 × 10."""
    ratio = 2
    pixmap = QPixmap(10 * ratio, 10 * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(kind))
    painter.drawEllipse(QRectF(1, 1, 8, 8))
    painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint the dot of a selected row
        icon.addPixmap(pixmap, mode)
    return icon

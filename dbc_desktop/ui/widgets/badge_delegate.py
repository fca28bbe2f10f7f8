"""Draws the text of a table's cell as a badge."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.table_model import BADGE

_HEIGHT, _PADDING, _LEFT = 18, 7, 10


class BadgeDelegate(QStyledItemDelegate):
    """A badge in the colour that the column names: plain, accent, good, warn, loss or locked."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The ground of the cell, then the badge; a cell that names no colour is drawn as usual."""
        kind = index.data(BADGE)
        text = str(index.data() or "")
        if not isinstance(kind, str):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(widget.style().ControlElement.CE_ItemViewItem, option, painter, widget)
        if not text:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11, 500))
        rect = option.rect
        room = rect.width() - _LEFT - 2
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room - 2 * _PADDING)
        width = painter.fontMetrics().horizontalAdvance(shown) + 2 * _PADDING
        box = QRectF(rect.left() + _LEFT, rect.center().y() - _HEIGHT / 2 + 1, width, _HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.color(f"soft_{kind}")))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.color("muted" if kind == "plain" else kind))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
        painter.restore()

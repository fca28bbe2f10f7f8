"""A button with a drawing before its text and a chevron behind it, for menus."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionButton, QWidget

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.button import Button

_GAP = 6
_SIZE = 12


class BarButton(Button):
    """Opens `menu` without waiting for an answer; `lead` is a drawing before the text."""

    def __init__(
        self, text: str = "", kind: str = "plain", parent: QWidget | None = None, *, name: str = "", lead: str = ""
    ) -> None:
        self._lead = lead
        self._menu: QMenu | None = None
        super().__init__(text, kind, parent, name=name)
        self.setFixedHeight(26)
        self.setProperty("bar", kind == "plain")
        self.clicked.connect(self._open)

    def set_menu(self, menu: QMenu) -> None:
        """What a click opens; the old menu goes."""
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu

    def opened_menu(self) -> QMenu | None:
        """The menu behind the button."""
        return self._menu

    def set_lead(self, lead: str) -> None:
        """Show another drawing before the text."""
        if lead != self._lead:
            self._lead = lead
            self.updateGeometry()
            self.update()

    def _open(self) -> None:
        if self._menu is not None:
            self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        """Room for both drawings."""
        width = sum(self._metrics(weight).horizontalAdvance(text) for text, weight, _ in self.text_parts())
        width += (_SIZE + _GAP if self._lead else 0) + (_SIZE + _GAP if self._menu is not None else 0)
        return QSize(width + 2 * self._padding(), 26)

    def minimumSizeHint(self) -> QSize:
        """Nothing is cut."""
        return self.sizeHint()

    def text_parts(self) -> tuple[tuple[str, int, str], ...]:
        """The text in pieces of (text, weight, colour token)."""
        return ((self.text(), 400, "text"),)

    def _padding(self) -> int:
        return 10 if self.property("bar") else 4

    def _pixels(self) -> int:
        return 12 if self.property("bar") else 13

    def _metrics(self, weight: int) -> QFontMetrics:
        return QFontMetrics(theme.font(self._pixels(), weight))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the usual button without its text, then drawing, text and chevron."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        left = self._padding()
        ratio = self.devicePixelRatioF()
        top = (self.height() - _SIZE) // 2
        if self._lead:
            painter.drawPixmap(left, top, theme.icon_pixmap(self._lead, "text", _SIZE, ratio))
            left += _SIZE + _GAP
        for text, weight, token in self.text_parts():
            painter.setFont(theme.font(self._pixels(), weight))
            painter.setPen(theme.color(token))
            width = painter.fontMetrics().horizontalAdvance(text)
            vertical = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(left, 0, width + 2, self.height()), vertical, text)
            left += width
        if self._menu is not None:
            left += _GAP - 2
            painter.drawPixmap(left, top + 1, theme.icon_pixmap("chevron", "muted", _SIZE, ratio))
        painter.end()

"""The rail at the left: one row for each page, with a count or a dot where something needs the person."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dbc_desktop.ui import theme

WIDE, NARROW = 176, 52


class RailButton(QPushButton):
    """One row of 32 pixels; only its drawing when narrow."""

    def __init__(self, key: str, text: str, icon: str) -> None:
        super().__init__(text)
        self.key, self._title, self._icon, self._mark = key, text, icon, ""
        self._narrow = False
        self.setObjectName(f"rail.{key}")
        self.setProperty("rail", True)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)

    def set_narrow(self, narrow: bool) -> None:
        """Show the drawing only."""
        self._narrow = narrow
        self.setText("" if narrow else self._title)
        self.setToolTip(self._title if narrow else "")

    def set_mark(self, mark: str) -> None:
        """A count, `dot`, or nothing."""
        if mark != self._mark:
            self._mark = mark
            self.setAccessibleDescription(mark)
            self.update()

    def mark(self) -> str:
        """What stands behind the name."""
        return self._mark

    def sizeHint(self) -> QSize:
        """The rail decides the width."""
        return QSize(NARROW - 16, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the row, its drawing when narrow, and its mark."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._narrow:
            tint = "accent" if self.isChecked() else "muted"
            pixmap = theme.icon_pixmap(self._icon, tint, 16, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - 16) // 2, 8, pixmap)
        if self._mark == "dot":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("warn"))
            painter.drawEllipse(QPointF(self.width() - (8 if self._narrow else 15), 10 if self._narrow else 16), 4, 4)
        elif self._mark:
            painter.setFont(theme.font(10 if self._narrow else 11, 500))
            painter.setPen(theme.color("warn" if self._narrow else "muted"))
            place = QRect(0, 0, self.width() - (4 if self._narrow else 11), 16 if self._narrow else self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._mark)
        painter.end()


class Rail(QWidget):
    """All rows; `chosen` emits the key of the page."""

    chosen = Signal(str)

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDE)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 12, 8, 12)
        box.setSpacing(2)
        self._buttons: dict[str, RailButton] = {}
        for key, text, icon in rows:
            button = RailButton(key, text, icon)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._buttons[key] = button
            box.addWidget(button)
        box.addStretch(1)

    def show_chosen(self, key: str) -> None:
        """Select a row."""
        self._buttons[key].setChecked(True)

    def set_mark(self, key: str, mark: str) -> None:
        """Put a count or `dot` behind a name; keys that are not in the rail are ignored."""
        if key in self._buttons:
            self._buttons[key].set_mark(mark)

    def set_narrow(self, narrow: bool) -> None:
        """Drawings only, below 1100 pixels."""
        self.setFixedWidth(NARROW if narrow else WIDE)
        for button in self._buttons.values():
            button.set_narrow(narrow)

"""Sheets: modal questions inside the window, for secrets and for spending."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.ui.widgets.hairline import Hairline
from dbc_desktop.ui.widgets.label import Label


class Sheet(QFrame):
    """A sheet of `width` pixels: title, a monospace or muted subtitle, `body`, and a row of `buttons`.

    Escape closes it unless `can_escape` is off. `closed` tells that it went, by whatever way.
    """

    closed = Signal()

    def __init__(self, title: str = "", subtitle: str = "", *, width: int = 520, subtitle_mono: bool = False) -> None:
        super().__init__()
        self.setProperty("sheet", True)
        self.setFixedWidth(width)
        self.can_escape = True
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        head = QVBoxLayout()
        head.setSpacing(2)
        self.title_label = Label(title, "title", wrap=True)
        self.subtitle_label = Label(subtitle, "mono" if subtitle_mono else "muted", "muted", wrap=True)
        self.subtitle_label.setVisible(bool(subtitle))
        head.addWidget(self.title_label)
        head.addWidget(self.subtitle_label)
        outer.addLayout(head)
        outer.addWidget(Hairline())
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        outer.addLayout(self.body)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        outer.addLayout(self.buttons)

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Change the head."""
        self.title_label.setText(title)
        self.subtitle_label.setText(subtitle)
        self.subtitle_label.setVisible(bool(subtitle))

    def wanted_height(self) -> int:
        """How tall it must be for its width, wrapped lines counted once."""
        layout = self.layout()
        if layout is None:
            return self.sizeHint().height()
        layout.activate()
        return layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else self.sizeHint().height()

    def first_focus(self) -> QWidget | None:
        """Where typing goes when it opens; never an irreversible button."""
        return None

    def close_sheet(self) -> None:
        """Take the sheet off the window."""
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape and self.can_escape:
            self.close_sheet()
        else:
            super().keyPressEvent(event)


class SheetHost(QWidget):
    """Darkens the window and holds one sheet in its middle; the keyboard stays inside."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._sheet: Sheet | None = None
        self._before: QWidget | None = None
        self.hide()
        parent.installEventFilter(self)

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is open."""
        return self._sheet

    def open(self, sheet: Sheet) -> None:
        """Show a sheet; one that is open goes first."""
        if self._sheet is not None:
            self._sheet.close_sheet()
        self._before = self.window().focusWidget()
        self._sheet = sheet
        sheet.setParent(self)
        sheet.closed.connect(lambda: self._gone(sheet))
        sheet.installEventFilter(self)
        self.setGeometry(self._over.rect())
        sheet.show()
        self.show()
        self.raise_()
        self._place()
        first = sheet.first_focus()
        if first is None:
            sheet.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            sheet.setFocus()
        else:
            first.setFocus()

    def _gone(self, sheet: Sheet) -> None:
        if sheet is not self._sheet:
            return
        self._sheet = None
        sheet.removeEventFilter(self)
        sheet.hide()
        sheet.deleteLater()
        self.hide()
        # A page may have drawn the button that opened the sheet anew meanwhile.
        if self._before is not None and shiboken6.isValid(self._before) and self._before.isVisible():
            self._before.setFocus()

    def _place(self) -> None:
        if self._sheet is not None:
            width = self._sheet.width()
            height = min(self._sheet.wanted_height(), self.height() - 32)
            self._sheet.resize(width, height)
            self._sheet.move((self.width() - width) // 2, max(16, (self.height() - height) * 2 // 5))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size and the sheet's."""
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self.setGeometry(self._over.rect())
            self._place()
        elif event.type() == QEvent.Type.LayoutRequest and watched is self._sheet:
            self._place()
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the sheet."""
        stops = self._stops()
        if not stops:
            return True
        focused = self.window().focusWidget()
        place = stops.index(focused) if focused in stops else -1 if forward else 0
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _stops(self) -> list[QWidget]:
        """What Tab can reach in the sheet, in its order."""
        found: list[QWidget] = []
        sheet = self._sheet
        if sheet is None:
            return found
        widget = sheet.nextInFocusChain()
        while widget is not None and widget is not sheet:
            can = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
            is_here = widget.isVisible() and widget.isEnabled() and sheet.isAncestorOf(widget)
            if can and is_here and widget.focusProxy() is None:
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the sheet does nothing: what was typed is not lost."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darken what lies below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 90))
        painter.end()

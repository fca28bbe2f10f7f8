"""A hand on the window: it finds what a person sees, and only moves the mouse and presses keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QMenu,
    QScrollArea,
    QWidget,
)

_STEP_MS = 15
_TRY_AGAIN_SECONDS = 1.0


class TourStopped(AssertionError):
    """What the tour expected did not come to be; the text says what was looked for."""


class Hand:
    """Acts on the visible widgets of this application, found by their object name."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def seen(self, name: str) -> QWidget | None:
        """The one visible widget of that name, None where there is none."""
        for top in [*QApplication.topLevelWidgets(), self._window]:
            if not top.isVisible():
                continue
            for widget in [top, *top.findChildren(QWidget, name)]:
                if widget.objectName() == name and widget.isVisible():
                    return widget
        return None

    def find(self, name: str, seconds: float = 20) -> QWidget:
        """The visible and enabled widget of that name, waiting for it to appear."""
        self.wait(lambda: (found := self.seen(name)) is not None and found.isEnabled(), f"{name} to be there", seconds)
        found = self.seen(name)
        assert found is not None
        return found

    def click(self, name: str, seconds: float = 20) -> None:
        """One click with the left button in the middle of the widget, scrolled into view by the wheel first."""
        widget = self.find(name, seconds)
        self._scroll_to(widget)
        QTest.mouseMove(widget, widget.rect().center())
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())
        self.rest()

    def type(self, name: str, text: str) -> None:
        """Click into a field, select what is there, and type over it; an empty text clears the field."""
        widget = self.find(name)
        self._scroll_to(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        if text:
            QTest.keyClicks(widget, text)
        else:
            QTest.keyClick(widget, Qt.Key.Key_Delete)
        self.rest()

    def choose(self, name: str, row: int) -> None:
        """Open a drop-down with a click and choose a row of its list with the keyboard."""
        widget = self.find(name)
        if not isinstance(widget, QComboBox):
            raise TourStopped(f"{name} is no drop-down")
        self._scroll_to(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())
        rows = widget.view()
        self.wait(rows.isVisible, f"the list of {name}")
        QTest.keyClick(rows, Qt.Key.Key_Home)
        for _ in range(row):
            QTest.keyClick(rows, Qt.Key.Key_Down)
        QTest.keyClick(rows, Qt.Key.Key_Return)
        self.rest()

    def pick_action(self, menu_button: str, action: str) -> None:
        """Open a menu with a click and choose the action of that object name with the mouse."""
        widget = self.find(menu_button)
        found: list[tuple[QMenu, QAction]] = []
        next_try = time.monotonic()

        def is_open() -> bool:
            nonlocal next_try
            menus = [top for top in QApplication.topLevelWidgets() if isinstance(top, QMenu) and top.isVisible()]
            found[:] = [(menu, one) for menu in menus for one in menu.actions() if one.objectName() == action]
            if not found and time.monotonic() >= next_try:  # a button may learn late what it offers
                next_try = time.monotonic() + _TRY_AGAIN_SECONDS
                for menu in menus:
                    QTest.keyClick(menu, Qt.Key.Key_Escape)
                self._press(widget, widget.rect().center())
            return bool(found)

        self.wait(is_open, f"the menu entry {action} behind {menu_button}")
        self.rest()  # what has just opened is not laid out yet
        menu, entry = found[0]
        self._press(menu, menu.actionGeometry(entry).center())
        self.rest()

    def _press(self, widget: QWidget, where: QPoint) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)

    def click_row(self, name: str, row: int) -> None:
        """One click on a row of a table or list."""
        widget = self.find(name)
        if not isinstance(widget, QAbstractItemView):
            raise TourStopped(f"{name} is no table")
        model = widget.model()
        self.wait(lambda: model.rowCount() > row, f"row {row} of {name}")
        viewport = widget.viewport()
        for _ in range(200):
            place = widget.visualRect(model.index(row, 0)).center()
            if viewport.rect().adjusted(0, 8, 0, -8).contains(QPoint(viewport.rect().center().x(), place.y())):
                break
            self.turn_wheel(viewport, 120 if place.y() < 0 else -120)
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        self.rest()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press and release a key in the window that has the focus."""
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)
        self.rest()

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
        """Let the window live until `holds`.

        Raises:
            TourStopped: It did not hold in time.
        """
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise TourStopped(f"waited {seconds:.0f} s for {what}")
            _let_live(_STEP_MS)

    def rest(self, milliseconds: int = 40) -> None:
        """Let the window live for a moment."""
        _let_live(milliseconds)

    def picture(self, path: Path) -> None:
        """The window as a PNG."""
        self.rest(120)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._window.grab().save(str(path)):
            raise TourStopped(f"{path} could not be written")

    def _scroll_to(self, widget: QWidget) -> None:
        for _ in range(200):
            area = _area_of(widget)
            if area is None:
                return
            viewport = area.viewport()
            middle = widget.mapTo(viewport, widget.rect().center())
            if viewport.rect().adjusted(0, 8, 0, -8).contains(QPoint(viewport.rect().center().x(), middle.y())):
                return
            self.turn_wheel(viewport, 120 if middle.y() < 0 else -120)

    def turn_wheel(self, viewport: QWidget, turn: int) -> None:
        """One turn of the wheel over a widget; 120 is a notch, upwards where it is positive."""
        centre = viewport.rect().center()
        QApplication.sendEvent(
            viewport,
            QWheelEvent(
                QPointF(centre),
                QPointF(viewport.mapToGlobal(centre)),
                QPoint(0, turn),
                QPoint(0, turn),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )
        self.rest(5)


def _let_live(milliseconds: int) -> None:
    """Run the event loop for a while. `QTest.qWait` would keep Python's lock, and every lane would stand still."""
    loop = QEventLoop()
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)
    timer.start(milliseconds)
    loop.exec()


def _area_of(widget: QWidget) -> QAbstractScrollArea | None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return parent
        parent = parent.parentWidget()
    return None

"""The one way home from other threads to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot


class Hop(QObject):
    """Brings a function to the GUI thread and runs it there; create it on that thread.

    What belongs to an owner that is gone is dropped: a page that was closed gets no late answer.
    """

    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_open = True
        self._arrived.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, owner: object | None, fn: Callable[[], None]) -> None:
        """Run `fn` on the GUI thread soon; callable from any thread, dropped when `owner` is a QObject that is gone."""
        if self._is_open:
            self._arrived.emit(owner, fn)

    def close(self) -> None:
        """Drop whatever still arrives."""
        self._is_open = False

    @Slot(object, object)
    def _run(self, owner: object | None, fn: Callable[[], None]) -> None:
        if self._is_open and not (isinstance(owner, QObject) and not shiboken6.isValid(owner)):
            fn()

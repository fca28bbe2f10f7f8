"""The pages of a window: their modules are read on a lane, and each page is built while nobody needs the window.

Reading a page's module and building its widgets take longer than a person may wait for a click to be answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QStackedWidget

from dbc_desktop.ui.pages import PAGES, PageEntry

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program
    from dbc_desktop.ui.page import Page, WindowServices

PAUSE_MS = 120


class PageShelf(QObject):
    """Makes each page once and puts it into `stack`; `adopt` is told of every new page. All on the GUI thread."""

    def __init__(
        self,
        program: Callable[[], Program],
        window_services: WindowServices,
        stack: QStackedWidget,
        adopt: Callable[[Page], None],
    ) -> None:
        super().__init__(stack)
        self._get_program, self._services = program, window_services
        self._stack, self._adopt = stack, adopt
        self._kinds: dict[str, type[Page]] = {}
        self._unpolished: list[Page] = []
        self._pages: dict[str, Page] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._prepare_one)

    def page(self, key: str) -> Page | None:
        """A page that was built already."""
        return self._pages.get(key)

    def fetch(self, entry: PageEntry, then: Callable[[Page], None]) -> None:
        """Build the page where there is none yet, and hand it over; at once where its module was read before."""
        if entry.key in self._kinds:
            then(self._built(entry.key))
        else:
            self._read(entry, lambda: then(self._built(entry.key)))

    def prepare(self) -> None:
        """Build the pages that nobody asked for yet, one after the other with pauses between."""
        self._pause.start()

    def _prepare_one(self) -> None:
        if self._unpolished:
            self._unpolished.pop().ensurePolished()
            self._pause.start()
            return
        missing = next((entry for entry in PAGES if entry.key not in self._pages), None)
        if missing is None:
            return
        if missing.key in self._kinds:
            self._unpolished.append(self._built(missing.key))
            self._pause.start()
        else:
            self._read(missing, self._pause.start)

    def _read(self, entry: PageEntry, then: Callable[[], object]) -> None:
        def done(kind: type[Page]) -> None:
            self._kinds[entry.key] = kind
            then()

        self._get_program().runner.query("io", entry.load, owner=self, done=done)

    def _built(self, key: str) -> Page:
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = self._kinds[key](self._get_program(), self._services)
            self._adopt(page)
            self._stack.addWidget(page)
        return page

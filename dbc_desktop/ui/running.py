"""The window while it runs: from its first paint to its end, with the one handler for what nobody expected."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dbc_desktop.domain.errors import DbcError
from dbc_desktop.ui.hop import Hop
from dbc_desktop.ui.stall_watch import StallWatch
from dbc_desktop.ui.window import Window

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program
    from dbc_desktop.services.transactions import News
    from dbc_desktop.storage.settings import Settings

Post = Callable[[object | None, Callable[[], None]], None]


class Core(Protocol):
    """Everything but the window, as `bootstrap` puts it together."""

    @property
    def program(self) -> Program:
        """What pages may use."""

    def close(self) -> None:
        """Stop what runs, let go of files."""


OpenCore = Callable[[Post, Callable[[DbcError], None], Callable[[BaseException], None], "Callable[[News], None]"], Core]


class RunningWindow:
    """The window and what it stands on; that is put together after the first paint.

    Args:
        open_core: Puts it together; takes the way home to the GUI thread, and who hears of errors that no page waited
            for, of bugs, and of transactions that an earlier run left open.
        settings: Theme and language to begin with.
    """

    def __init__(self, open_core: OpenCore, settings: Settings) -> None:
        existing = QApplication.instance()
        self.app = existing if isinstance(existing, QApplication) else QApplication(["dbc-desktop"])
        self.app.setApplicationName("DBC Desktop")
        self.app.setDesktopFileName("dbc-desktop")
        self._open_core = open_core
        self._core: Core | None = None
        self._is_closed = False
        self._hop = Hop()
        self._refusal: DbcError | None = None
        self.window = self._make_window(settings)
        sys.excepthook = lambda kind, error, trace: None if error is self._refusal else self._on_bug(error)

    def _make_window(self, settings: Settings) -> Window:
        window = Window(self._open, settings)
        StallWatch(monotonic, window).start()
        window.networks.chosen.connect(self.reopen, Qt.ConnectionType.QueuedConnection)
        return window

    def reopen(self) -> None:
        """Put everything together anew on the network that is chosen now, in a window in the place of the old one."""
        if self._is_closed or self._core is None:
            return
        settings, before = self._core.program.settings.load(), self.window
        quits, place = self.app.quitOnLastWindowClosed(), before.saveGeometry()
        self.app.setQuitOnLastWindowClosed(False)
        before.close()
        self._core.close()
        self._core = None
        self.window = self._make_window(settings)
        self.window.restoreGeometry(place)
        self.window.show()
        before.deleteLater()
        self.app.setQuitOnLastWindowClosed(quits)

    @property
    def program(self) -> Program:
        """What stands behind the window, opened when it is first asked for."""
        if self._core is None:
            self._core = self._open_core(self._hop.post, self._on_failed, self._on_bug, self._on_news)
        return self._core.program

    def run(self) -> int:
        """Show the window until it is closed.

        Raises:
            DbcError: The data folder cannot be used, e.g. because another process writes there.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            # Python hears of it when the window's timer ticks next, within a second.
            signal.signal(number, lambda *_: self.app.quit())
        self.window.show()
        status = self.app.exec()
        self.close()
        if self._refusal is not None:
            raise self._refusal
        return status

    def close(self) -> None:
        """Close the window and what it stands on; closing twice is harmless."""
        if self._is_closed:
            return
        self._is_closed = True
        self.window.close()
        self._hop.close()
        if self._core is not None:
            self._core.close()
        sys.excepthook = sys.__excepthook__

    def _open(self) -> Program:
        try:
            return self.program
        except DbcError as error:  # e.g. the data folder is read-only: say it and leave
            self._refusal = error
            if self.app.platformName() != "offscreen":
                self._tell(error)
            self.app.exit(1)
            raise

    def _tell(self, error: DbcError) -> None:
        from PySide6.QtWidgets import QMessageBox

        from dbc_desktop.screens.notices import notice_for

        notice = notice_for(error)
        QMessageBox.critical(self.window, notice.title, notice.body)

    def _on_failed(self, error: DbcError) -> None:
        """An expected error that no page waited for is said in the strip, not lost."""
        from dbc_desktop.screens.notices import notice_for

        self._hop.post(self.window, lambda: self.window.show_notice(notice_for(error)))

    def _on_news(self, news: News) -> None:
        """What became of transactions that nobody waits for is said in the strip, and read again in front."""
        from dbc_desktop.screens.outcomes import news_notices

        window = self.window

        def say() -> None:
            for notice, kind in news_notices(news):
                window.show_notice(notice, lambda: window.show_page("wallet"), kind)
            page = window.visible_page()
            if page is not None:
                page.on_shown()

        self._hop.post(window, say)

    def _on_bug(self, error: BaseException) -> None:
        """One handler for what nobody expected: the person reads the report, nothing is sent anywhere."""
        report = "".join(traceback.format_exception(error))
        sys.stderr.write(report)  # it must not be lost when the window is gone
        self._hop.post(self.window, lambda: self.window.show_bug(report))

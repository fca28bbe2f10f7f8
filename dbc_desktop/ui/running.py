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
from dbc_desktop.lanes.runner import TaskRunner
from dbc_desktop.ui.hop import Hop
from dbc_desktop.ui.stall_watch import StallWatch
from dbc_desktop.ui.sweeper import Sweeper
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


_SWITCH_SECONDS = 120.0
"""How long closing one network and opening another may take."""

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
        self._leaving: Core | None = None
        self._is_closed = False
        self._hop = Hop()
        self._refusal: DbcError | None = None
        self._switches = TaskRunner(self._hop.post, on_failed=self._refuse, on_bug=self._on_bug)
        self.is_switching = False
        self._sweeper = Sweeper()
        self._sweeper.start()
        self.window = self._make_window(settings)
        sys.excepthook = lambda kind, error, trace: None if error is self._refusal else self._on_bug(error)

    def _make_window(self, settings: Settings, *, waits: bool = False) -> Window:
        window = Window(self._open, settings, waits=waits)
        StallWatch(monotonic, window).start()
        window.networks.chosen.connect(self.reopen, Qt.ConnectionType.QueuedConnection)
        return window

    def reopen(self) -> None:
        """Put everything together anew on the network that is chosen now, in a window in the place of the old one.

        What stood behind the old one is closed, and what stands behind the new one opened, away from the GUI thread; a
        node that hangs holds up neither. Until then the new window shows its frame only.
        """
        core = self._core
        if self._is_closed or core is None:
            return
        settings, networks, before = core.program.settings.load(), core.program.networks, self.window
        quits, place = self.app.quitOnLastWindowClosed(), before.saveGeometry()
        self.app.setQuitOnLastWindowClosed(False)
        before.close()
        self._core, self.is_switching = None, True
        self.window = window = self._make_window(settings, waits=True)
        if networks is not None:
            window.networks.show_opening(networks.chosen())
        window.restoreGeometry(place)
        window.show()
        self.app.setQuitOnLastWindowClosed(quits)

        self._leaving = core

        def switch() -> None:
            core.close()
            self._leaving = None
            self._core = self._open_core(self._hop.post, self._on_failed, self._on_bug, self._on_news)

        self._switches.command(
            "io", switch, done=lambda _: self._arrive(window, before), deadline_seconds=_SWITCH_SECONDS
        )

    def _arrive(self, window: Window, before: Window) -> None:
        self.is_switching = False
        before.deleteLater()  # in a turn of its own: a window full of pages takes long to take down
        self._sweeper.start()
        if not self._is_closed:
            window.begin()

    @property
    def program(self) -> Program:
        """What stands behind the window, opened when it is first asked for."""
        if self._core is None:
            if self.is_switching:
                raise RuntimeError("another network is being opened")
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
        self._switches.close(_SWITCH_SECONDS)
        for core in (self._leaving, self._core):
            if core is not None:
                core.close()
        self._sweeper.stop()
        sys.excepthook = sys.__excepthook__

    def _open(self) -> Program:
        try:
            return self.program
        except DbcError as error:
            self._refuse(error)
            raise

    def _refuse(self, error: DbcError) -> None:
        """It cannot be put together, e.g. the data folder is read-only: say it and leave."""
        self._refusal = error
        if self.app.platformName() != "offscreen":
            self._tell(error)
        self.app.exit(1)

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

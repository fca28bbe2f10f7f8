"""Tells the person of alerts: in the tray, by a notification, on the rail, and in the sheet that lists them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from dbc_desktop.screens.texts import tr

if TYPE_CHECKING:  # the sheets are imported when they are opened: the first paint does not wait for them
    from dbc_desktop.domain.alert import Alert
    from dbc_desktop.domain.gpu import RigSample
    from dbc_desktop.services.program import Program
    from dbc_desktop.telemetry.alert_book import AlertChange
    from dbc_desktop.ui.dialogs.alerts_sheet import AlertsSheet
    from dbc_desktop.ui.hop import Hop
    from dbc_desktop.ui.tray import Tray
    from dbc_desktop.ui.window import Window


class Alarm(QObject):
    """Listens to the alerts once they are open; alive as long as the window."""

    def __init__(self, program: Callable[[], Program], window: Window, hop: Hop) -> None:
        super().__init__(window)
        self._get_program, self._window, self._hop = program, window, hop
        self._sheet: AlertsSheet | None = None
        self._tray: Tray | None = None
        self._count, self._is_troubled = 0, False
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def _program(self) -> Program:
        return self._get_program()

    def start(self) -> None:
        """Show the tray icon, and listen as soon as the alerts are open."""
        from dbc_desktop.ui.tray import Tray

        self._tray = Tray(self._show_window, self._quit)
        self._program.monitoring.subscribe_open(self._opened)

    def close(self) -> None:
        """Listen no more; the tray icon goes."""
        self._unsubscribe()
        if self._tray is not None:
            self._tray.close()

    def on_sample(self, sample: RigSample) -> None:
        """A rig in trouble is marked at once, before it has lasted long enough for an alert."""
        self._is_troubled = sample.trouble is not None or any(gpu.is_lost for gpu in sample.gpus)
        self._mark()

    def open_sheet(self) -> None:
        """List the alerts."""
        from dbc_desktop.screens.notices import Notice
        from dbc_desktop.ui.dialogs.alerts_sheet import AlertsSheet

        alerts = self._program.monitoring.alerts
        if alerts is None:
            self._window.show_notice(Notice(tr("Not ready yet"), tr("Alerts are still being opened. Try again.")))
            return
        self._sheet = sheet = AlertsSheet(self._program, alerts, self._open_delivery, self._refresh)
        sheet.closed.connect(self._forget_sheet)
        self._window.open_sheet(sheet)

    def _open_delivery(self) -> None:
        from dbc_desktop.ui.dialogs.alert_delivery import AlertDeliverySheet

        alerts = self._program.monitoring.alerts
        if alerts is not None:
            self._window.open_sheet(AlertDeliverySheet(self._program, alerts))

    def _opened(self) -> None:
        alerts = self._program.monitoring.alerts
        if alerts is not None:
            self._unsubscribe = alerts.subscribe(lambda change: self._hop.post(self, lambda: self._changed(change)))
            self._refresh()

    def _changed(self, change: AlertChange) -> None:
        if self._tray is not None:
            self._tray.tell(change.told)
        self._refresh()
        if self._sheet is not None:
            self._sheet.refresh()

    def _refresh(self) -> None:
        alerts = self._program.monitoring.alerts
        if alerts is not None:
            self._program.runner.query("io", alerts.book.open_alerts, owner=self, done=self._show)

    def _show(self, found: tuple[Alert, ...]) -> None:
        from dbc_desktop.screens.alerts import page_of

        if self._tray is not None:
            self._tray.show_alerts(found)
        self._count = sum(alert.known_at is None and page_of(alert) == "rigs" for alert in found)
        self._mark()

    def _mark(self) -> None:
        self._window.mark("rigs", str(self._count) if self._count else "dot" if self._is_troubled else "")

    def _forget_sheet(self) -> None:
        self._sheet = None

    def _quit(self) -> None:
        self._window.close()

    def _show_window(self) -> None:
        self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()

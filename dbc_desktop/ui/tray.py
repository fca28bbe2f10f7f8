"""The tray icon: the one number that matters, and notifications of this computer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from dbc_desktop.domain.alert import Alert, Severity
from dbc_desktop.screens.alerts import alerts_title, message_words
from dbc_desktop.screens.texts import tr
from dbc_desktop.storage.resources import resource_path
from dbc_desktop.ui import theme

_SIZE = 64
_SHOWN_MS = 15_000
_MOST_AT_ONCE = 3


class Tray(QObject):
    """Shows how many alerts last; a click brings the window. Does nothing where the desktop has no tray."""

    def __init__(self, show_window: Callable[[], None], quit_program: Callable[[], None]) -> None:
        super().__init__()
        self._icon: QSystemTrayIcon | None = None
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        self._menu = QMenu()
        self._menu.addAction(tr("Show the window"), show_window)
        self._menu.addAction(tr("Quit"), quit_program)
        self._icon = QSystemTrayIcon(tray_icon(0, is_losing=False))
        self._icon.setToolTip(f"DBC Desktop: {alerts_title(0)}")
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(lambda reason: self._clicked(reason, show_window))
        self._icon.messageClicked.connect(show_window)
        self._icon.show()

    def show_alerts(self, alerts: tuple[Alert, ...]) -> None:
        """Those that last and nobody knows of."""
        if self._icon is not None:
            open_ones = [alert for alert in alerts if alert.known_at is None]
            is_losing = any(alert.severity is Severity.LOSS for alert in open_ones)
            self._icon.setIcon(tray_icon(len(open_ones), is_losing=is_losing))
            self._icon.setToolTip(f"DBC Desktop: {alerts_title(len(open_ones))}")

    def tell(self, told: tuple[Alert, ...]) -> None:
        """Notify of what began; many at once become one."""
        if self._icon is None or not told:
            return
        if len(told) > _MOST_AT_ONCE:
            self._icon.showMessage("DBC Desktop", alerts_title(len(told)), self._icon.icon(), _SHOWN_MS)
            return
        for alert in told:
            title, advice = message_words(alert)
            self._icon.showMessage(title, advice, self._icon.icon(), _SHOWN_MS)

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()
            self._icon = None

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason, show_window: Callable[[], None]) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            show_window()


def tray_icon(count: int, *, is_losing: bool) -> QIcon:
    """The mark of the program with a number on it; no number where nothing is wrong."""
    pixmap = QIcon(str(resource_path("icons/logo.svg"))).pixmap(_SIZE, _SIZE)
    if pixmap.isNull():
        pixmap = QPixmap(_SIZE, _SIZE)
        pixmap.fill(theme.color("accent"))
    if count:
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        disc = QRect(_SIZE // 3, _SIZE // 3, _SIZE * 2 // 3, _SIZE * 2 // 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("loss" if is_losing else "warn"))
        painter.drawEllipse(disc)
        painter.setPen(theme.color("canvas"))
        painter.setFont(theme.font(30 if count < 10 else 24, 600))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(count) if count < 100 else "99")
        painter.end()
    return QIcon(pixmap)

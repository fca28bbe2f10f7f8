"""Hears when the session of this computer locks or goes to sleep: over D-Bus, where there is one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT, QObject, Signal, Slot

if TYPE_CHECKING:  # the library is read after the first paint
    from PySide6.QtDBus import QDBusConnection

_SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
)
_LOGIND, _MANAGER, _MANAGER_PATH = (
    "org.freedesktop.login1.Session",
    "org.freedesktop.login1.Manager",
    "/org/freedesktop/login1",
)


class SessionLock(QObject):
    """Emits `locked` on the GUI thread; `is_listening` says whether anything can be heard on this computer."""

    locked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.is_listening = False

    @staticmethod
    def reach() -> None:
        """Read the library and connect to the buses, which may take its time: away from the GUI thread."""
        if sys.platform not in ("win32", "darwin"):
            from PySide6.QtDBus import QDBusConnection

            for bus in (QDBusConnection.sessionBus(), QDBusConnection.systemBus()):
                bus.isConnected()

    def listen(self) -> bool:
        """Begin; False where this system has no D-Bus that answers."""
        if sys.platform in ("win32", "darwin"):
            return False
        from PySide6.QtDBus import QDBusConnection

        system = QDBusConnection.systemBus()
        self.listen_on(QDBusConnection.sessionBus())
        if system.isConnected():
            self._hear(system, "", _LOGIND, "Lock", SLOT("_lock()"))
            self._hear(system, _MANAGER_PATH, _MANAGER, "PrepareForSleep", SLOT("_sleeping(bool)"))
        return self.is_listening

    def listen_on(self, session: QDBusConnection) -> bool:
        """Hear the screen savers of this session's bus: whoever owns the name when the time comes."""
        if session.isConnected():
            for interface, path in _SAVERS:
                self._hear(session, path, interface, "ActiveChanged", SLOT("_active(bool)"))
        return self.is_listening

    def _hear(self, bus: QDBusConnection, path: str, interface: str, name: str, slot: str) -> None:
        # The stub asks for bytes, PySide6 6.11.3 itself takes only text.
        self.is_listening |= bus.connect("", path, interface, name, self, slot)  # type: ignore[call-overload]

    @Slot(bool)
    def _active(self, is_active: bool) -> None:
        if is_active:
            self.locked.emit()

    @Slot(bool)
    def _sleeping(self, is_beginning: bool) -> None:
        if is_beginning:
            self.locked.emit()

    @Slot()
    def _lock(self) -> None:
        self.locked.emit()

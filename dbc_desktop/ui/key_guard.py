"""Closes keys in time: when their minutes are over, when the session of this computer locks, and on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from dbc_desktop.ui.acting_account import ActingAccount
from dbc_desktop.ui.session_lock import SessionLock

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class KeyGuard(QObject):
    """Everything on the GUI thread; what closes keys also takes secrets out of the clipboard."""

    def __init__(self, program: Callable[[], Program], acting: ActingAccount, parent: QObject) -> None:
        super().__init__(parent)
        self._get_program, self._acting = program, acting
        self.session = SessionLock(self)
        self.session.locked.connect(self._session_locked)
        self._is_started = False

    def start(self) -> None:
        """Begin to listen; after the first paint."""
        self._is_started = True
        self._get_program().runner.query("io", self.session.reach, owner=self, done=self._listen)

    def _listen(self, reached: None) -> None:
        self.session.listen()

    def tick(self) -> None:
        """A second is over."""
        self._acting.sweep()

    def lock(self) -> None:
        """Lock every account now."""
        self._clear_clipboard()
        self._acting.lock()

    def close(self) -> None:
        """The window goes: no secret stays in the clipboard."""
        if self._is_started:
            self._clear_clipboard()

    def _session_locked(self) -> None:
        program = self._get_program()
        program.runner.query("io", program.settings.load, owner=self, done=self._lock_if_wanted)

    def _lock_if_wanted(self, settings: object) -> None:
        if getattr(settings, "lock_with_session", True):
            self.lock()

    def _clear_clipboard(self) -> None:
        from dbc_desktop.ui.clipboard import secret_clipboard

        secret_clipboard().clear()

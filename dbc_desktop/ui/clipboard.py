"""Secrets in the clipboard: marked so that clipboard managers do not keep them, and gone after a countdown."""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication, QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

CLEAR_SECONDS = 30

_MARKS: dict[str, dict[str, bytes]] = {
    "darwin": {"application/x-nspasteboard-concealed-type": b"1"},
    "win32": {
        'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"1",
        'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
        'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
    },
}
_OTHERS = {"x-kde-passwordManagerHint": b"secret"}  # KDE's Klipper, and the managers that follow it


def secret_data(text: str, platform: str = sys.platform) -> QMimeData:
    """`text` with the hints of `platform` that it must not be kept."""
    data = QMimeData()
    data.setText(text)
    for kind, value in _MARKS.get(platform, _OTHERS).items():
        data.setData(kind, value)
    return data


class SecretClipboard(QObject):
    """One for the program, so that the countdown outlives the sheet that copied; all on the GUI thread.

    `ticked` tells the seconds left, 0 when the secret is gone.
    """

    ticked = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._text = ""
        self._left = 0
        self.owner: object = None
        self._timer = QTimer(self, interval=1_000)
        self._timer.timeout.connect(self.tick)

    @property
    def seconds_left(self) -> int:
        """How long the secret stays; 0 where there is none."""
        return self._left

    def copy(self, text: str, owner: object = None, seconds: int = CLEAR_SECONDS) -> None:
        """Put a secret into the clipboard for `seconds`; `owner` is who shows the countdown."""
        self._text, self._left, self.owner = text, seconds, owner
        QGuiApplication.clipboard().setMimeData(secret_data(text))
        self._timer.start()
        self.ticked.emit(self._left)

    def tick(self) -> None:
        """A second is over."""
        self._left -= 1
        if self._left > 0:
            self.ticked.emit(self._left)
        else:
            self.clear()

    def clear(self) -> None:
        """Take the secret out now, unless something else was copied meanwhile."""
        self._timer.stop()
        clipboard = QGuiApplication.clipboard()
        if self._text and clipboard.text() == self._text:
            clipboard.clear()
        self._text, self._left = "", 0
        self.ticked.emit(0)


def secret_clipboard() -> SecretClipboard:
    """The one of this program."""
    app = QCoreApplication.instance()
    if app is None:
        raise RuntimeError("there is no application yet")
    found = app.findChild(SecretClipboard)
    return found if isinstance(found, SecretClipboard) else SecretClipboard(app)

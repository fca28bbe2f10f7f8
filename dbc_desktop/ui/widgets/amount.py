"""An amount of DBC: whole part strong, decimals and unit smaller; every digit on hover and on copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from dbc_desktop.domain.balance import Balance
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets.label import Label


class AmountLabel(QWidget):
    """An amount; `role` is figure (20 pixels) or strong; `tone` colours the whole part."""

    def __init__(
        self, balance: Balance | None = None, tone: str = "", parent: QWidget | None = None, *, role: str = "figure"
    ) -> None:
        super().__init__(parent)
        self._balance = balance
        self._whole = Label("", role, tone)
        self._rest = Label("", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        bottom = Qt.AlignmentFlag.AlignBottom
        row.addWidget(self._whole, 0, bottom)
        row.addWidget(self._rest, 0, bottom)
        row.addStretch(1)
        if role == "figure":
            self._rest.setContentsMargins(0, 0, 0, 2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_balance(balance)

    def set_balance(self, balance: Balance | None) -> None:
        """Show another amount; a dash for None."""
        self._balance = balance
        if balance is None:
            self._whole.setText(formats.DASH)
            self._rest.setText("")
            self.setToolTip("")
            return
        whole, part, unit = formats.amount_parts(balance)
        self._whole.setText(whole)
        self._rest.setText(f"{part} {unit}")
        self.setToolTip(tr("{amount}, click to copy", amount=formats.amount(balance, None)))

    def text(self) -> str:
        """What is shown, as one line."""
        return self._whole.text() + self._rest.text()

    def set_tone(self, tone: str) -> None:
        """Colour the whole part."""
        self._whole.set_tone(tone)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Copy the amount to the last unit."""
        if self._balance is not None:
            QGuiApplication.clipboard().setText(self._balance.text())
        super().mouseReleaseEvent(event)

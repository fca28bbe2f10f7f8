"""Text in a role of the type scale."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from dbc_desktop.ui.widgets.style import restyle


class Label(QLabel):
    """A text: `role` is title, heading, figure, strong, medium, muted, faint, second, label, section, mono or empty.

    `tone` colours it: text, muted, faint, accent, good, warn, loss, locked. Plain text only: what comes from outside
    can bring no markup.
    """

    def __init__(
        self, text: str = "", role: str = "", tone: str = "", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        if tone:
            self.setProperty("tone", tone)
        self.setWordWrap(wrap)

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        restyle(self, tone=tone)

    def set_role(self, role: str) -> None:
        """Change the place in the type scale."""
        restyle(self, role=role)


class MixedLabel(QLabel):
    """A wrapped line of plain text with one strong figure in it; every part is escaped."""

    def __init__(self, text: str, strong: str = "", rest: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        from html import escape  # with a table of two thousand names: not before the first paint

        middle = f' <span style="font-weight:600">{escape(strong)}</span>' if strong else ""
        self.setText(f"{escape(text)}{middle}{escape(rest)}")
        self.setAccessibleName(f"{text} {strong}{rest}")


class ElidedLabel(Label):
    """One line that ends in an ellipsis where there is no room; the whole text is in the tooltip then."""

    def __init__(self, text: str = "", role: str = "", tone: str = "", parent: QWidget | None = None) -> None:
        self._whole = text
        super().__init__(text, role, tone, parent)
        self.setMinimumWidth(24)

    def setText(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self._elide()

    def whole_text(self) -> str:
        """The text without the ellipsis."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew for the new width."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")

    def minimumSizeHint(self) -> QSize:
        """Almost nothing: the text gives way."""
        hint = super().minimumSizeHint()
        hint.setWidth(24)
        return hint

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        hint = super().sizeHint()
        hint.setWidth(self.fontMetrics().horizontalAdvance(self._whole) + 2)
        return hint

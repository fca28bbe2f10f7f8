"""The card: the ground on which figures stand."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dbc_desktop.ui.widgets.label import Label
from dbc_desktop.ui.widgets.style import restyle


class Card(QFrame):
    """A card with an optional head line: `title`, a muted `note` beside it, and what `add_right` puts at its end.

    Attributes:
        body: Where the content goes.
        header: The head line's layout.
        outer: The layout of both, for cards with other margins.
    """

    def __init__(self, title: str = "", note: str = "", parent: QWidget | None = None, *, padding: int = 16) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.outer = outer = QVBoxLayout(self)
        outer.setContentsMargins(padding, padding - 2, padding, padding - 2)
        outer.setSpacing(8)
        self.header = QHBoxLayout()
        self.header.setSpacing(8)
        self.title_label = Label(title, "strong")
        self.note_label = Label(note, "muted")
        self.title_label.setVisible(bool(title))
        self.note_label.setVisible(bool(note))
        self.header.addWidget(self.title_label)
        self.header.addWidget(self.note_label)
        self.header.addStretch(1)
        outer.addLayout(self.header)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        outer.addLayout(self.body, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def set_title(self, title: str, note: str = "") -> None:
        """Change the head line."""
        self.title_label.setText(title)
        self.title_label.setVisible(bool(title))
        self.note_label.setText(note)
        self.note_label.setVisible(bool(note))

    def add_right(self, widget: QWidget) -> None:
        """Put a widget at the end of the head line."""
        self.header.addWidget(widget)

    def set_edge(self, kind: str) -> None:
        """Colour the edge: warn, accent, loss, or empty for the usual hairline."""
        restyle(self, edge=kind)

"""The panel beside the Chain page's table: one extrinsic with its arguments and events, and links from it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Address
from dbc_desktop.screens import formats
from dbc_desktop.screens.explorer import DetailScreen
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Badge, Button, Card, ElidedLabel, IdLabel, KeyValue, Label

WIDTH = 336


class ExtrinsicPanel(Card):
    """Built anew for each extrinsic; `filtered` brings a line of filters, `closed` that it goes."""

    filtered = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.setObjectName("chain.detail")
        head = QHBoxLayout()
        head.setSpacing(8)
        self._badge = Badge()
        close = Button("✕", "bare", small=True, name="chain.detail.close", act=self.closed.emit)
        close.setAccessibleName(tr("Close"))
        self._title = ElidedLabel("", "strong")
        head.addWidget(self._title, 1)
        head.addWidget(close)
        self.body.addLayout(head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area, 1)

    def render_detail(self, detail: DetailScreen) -> None:
        """Show an extrinsic."""
        self._title.setText(detail.title)
        inside = QWidget()
        inside.setObjectName("scrolled")
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, 4, 0)
        box.setSpacing(8)
        state = QHBoxLayout()
        badge = Badge(detail.badge, detail.kind)
        state.addWidget(badge)
        state.addStretch(1)
        box.addLayout(state)
        block = Button(
            formats.height(detail.block),
            "link",
            name="chain.detail.block",
            act=lambda: self.filtered.emit(f"block:{detail.block}"),
        )
        signer = Button(
            detail.signer_text,
            "link",
            name="chain.detail.signer",
            act=lambda: self.filtered.emit(f"of:{formats.address_text(Address(detail.signer))}"),
        )
        hash_label = IdLabel()
        hash_label.set_value(detail.hash)
        box.addWidget(
            KeyValue(
                [(tr("Block"), block), (tr("Signer"), signer), (tr("Hash"), hash_label), *detail.facts], row_height=28
            )
        )
        if detail.arguments:
            box.addWidget(Label(tr("Arguments").upper(), "section"))
        for name, kind, value in detail.arguments:
            box.addWidget(Label(f"{name} · {kind}", "second"))
            box.addWidget(_wrapping(value, "mono"))
        box.addWidget(Label(tr("Events").upper(), "section"))
        for name, said in detail.events:
            box.addWidget(Label(name, "mono"))
            box.addWidget(_wrapping(said, "second"))
        box.addStretch(1)
        before = self._area.takeWidget()
        if before is not None:
            before.deleteLater()
        self._area.setWidget(inside)


def _wrapping(text: str, role: str) -> Label:
    """A text that may break anywhere: addresses and hashes have no blanks."""
    label = Label("\u200b".join(text[at : at + 12] for at in range(0, len(text), 12)), role, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label

"""The panel beside the market's table: one machine, what it would cost, and its record."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens.market import MarketDetail
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Badge, Button, Card, Hairline, IdLabel, KeyValue, Label

WIDTH = 276
_ROOM_FOR_RECORD = 480
"""Pixels of height from which the record stands below the offer; what it costs to rent goes before it."""


class DetailPanel(Card):
    """Built once, filled by `render_detail`; `rent` and `closed` are what the person wants."""

    rent = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.setObjectName("market.detail")
        head = QHBoxLayout()
        head.setSpacing(8)
        self._id = IdLabel()
        self._badge = Badge()
        close = Button("✕", "bare", small=True, name="market.detail.close", act=self.closed.emit)
        close.setAccessibleName(tr("Close"))
        head.addWidget(self._id)
        head.addStretch(1)
        head.addWidget(self._badge)
        head.addWidget(close)
        self._subtitle = Label("", "muted", wrap=True)
        self._facts = KeyValue(row_height=28)
        self._offer = _OfferLines()
        self._why_not = Label("", "second", "warn", wrap=True)
        self._rent = Button(tr("Rent…"), "primary", name="market.rent", act=self.rent.emit)
        self._rent.setMaximumWidth(10_000)
        self._record_line = Hairline()
        self._record_title = Label(tr("Record on chain").upper(), "section")
        self._record = Label("", wrap=True)
        self.body.addLayout(head)
        for widget in (self._subtitle, self._facts, self._offer, self._why_not, self._rent, self._record_line,
                       self._record_title, self._record):  # fmt: skip
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def render_detail(self, detail: MarketDetail) -> None:
        """Show a machine."""
        self._id.set_value(detail.machine_id)
        self._badge.show_state(detail.badge, detail.badge_kind)
        self._subtitle.setText(detail.subtitle)
        self._facts.set_rows(detail.facts)
        self._offer.set_rows(detail.offer)
        self._offer.setVisible(detail.can_rent)
        self._why_not.setText(detail.why_not)
        self._why_not.setVisible(bool(detail.why_not))
        self._rent.setEnabled(detail.can_rent)
        self._record.setText("\n".join(detail.record))
        self._show_record()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the record out of a low window."""
        super().resizeEvent(event)
        self._show_record()

    def _show_record(self) -> None:
        is_shown = bool(self._record.text()) and self.height() >= _ROOM_FOR_RECORD
        for widget in (self._record_line, self._record_title, self._record):
            widget.setVisible(is_shown)


class _OfferLines(QWidget):
    """Price lines without hairlines, close together, the first one strong."""

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 4)
        box.setSpacing(2)
        self._lines: list[tuple[Label, Label]] = []
        for number in range(3):
            row = QHBoxLayout()
            row.setSpacing(8)
            name, value = Label("", "muted"), Label("", "strong" if number == 0 else "")
            row.addWidget(name)
            row.addStretch(1)
            row.addWidget(value)
            box.addLayout(row)
            self._lines.append((name, value))

    def set_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Show other lines; room for three stays, so that nothing below jumps."""
        filled = [*rows, *[("", "")] * (3 - len(rows))]
        for (name, value), (name_text, value_text) in zip(self._lines, filled, strict=True):
            name.setText(name_text)
            value.setText(value_text)

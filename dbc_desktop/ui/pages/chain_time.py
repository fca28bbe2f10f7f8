"""The time machine's card on the Chain page: the line of time, jumps, and which branch this is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.time_line import TimeLine
from dbc_desktop.ui.widgets import Button, Card, ElidedLabel
from dbc_desktop.ui.widgets.scrub_bar import ScrubBar


class TimeCard(Card):
    """`jumped` brings how many blocks shall pass, `looked` a height of the past, `branches` asks for the list."""

    jumped = Signal(object)
    looked = Signal(object)
    branches = Signal()

    def __init__(self, place_text: Callable[[int], str]) -> None:
        super().__init__()
        self._head = 0
        self._place = ""
        self._to_deadline: int | None = None
        self.scrub = ScrubBar(place_text)
        self.scrub.chosen.connect(self._chosen)
        self.scrub.looked_at.connect(self._show_place)
        self.body.addWidget(self.scrub)
        line = QHBoxLayout()
        line.setSpacing(8)
        for text, name, blocks in (
            (tr("+1 block"), "block", 1),
            (tr("+15 min"), "15min", 150),
            (tr("+1 era"), "era", BLOCKS_PER_ERA),
            (tr("+150 eras"), "150eras", 150 * BLOCKS_PER_ERA),
        ):
            line.addWidget(Button(text, small=True, name=f"chain.jump.{name}", act=partial(self.jumped.emit, blocks)))
        self._deadline = Button(tr("to the next deadline"), small=True, name="chain.jump.deadline", act=self._go)
        line.addWidget(self._deadline)
        self._note = ElidedLabel("", "second")
        self._note.setObjectName("chain.branch")
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._note, 1)
        line.addWidget(Button(tr("Branches…"), small=True, name="chain.branches", act=self.branches.emit))
        self.body.addLayout(line)

    def show_line(self, line: TimeLine, to_deadline: int | None, branch: str) -> None:
        """Show where the chain stands and what ends when."""
        self._head, self._to_deadline = line.head, to_deadline
        self.scrub.show_line(line)
        self._deadline.setEnabled(to_deadline is not None)
        self._note.setText(branch)

    def _chosen(self, height: int) -> None:
        if height > self._head:
            self.jumped.emit(height - self._head)
        else:
            self.looked.emit(height)

    def _go(self) -> None:
        if self._to_deadline is not None:
            self.jumped.emit(self._to_deadline)

    def _show_place(self, text: str) -> None:
        self.scrub.setAccessibleDescription(text)

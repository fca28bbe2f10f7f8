"""*What if* on Rewards: sliders whose plan the engine plays while they are dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.simulation import Simulation
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.what_if import (
    ERAS,
    Slider,
    SliderRow,
    WhatIfBase,
    plan_of,
    slider_rows,
    span_text,
    what_if_screen,
)
from dbc_desktop.ui.widgets import Button, Card, Label
from dbc_desktop.ui.widgets.rising_curve import RisingCurve

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class WhatIfCard(Card):
    """Asks for the newest plan only: what is dragged past while the engine computes is never asked.

    The page owns it; the window waits for nothing.
    """

    def __init__(self, program: Program) -> None:
        super().__init__(tr("What if"))
        self._program = program
        self._base: WhatIfBase | None = None
        self._is_asking = False
        self._is_stale = False
        self._reset = Button(tr("Reset"), "link", name="rewards.whatif.reset", act=self._to_now)
        self._reset.hide()
        self.add_right(self._reset)
        self.add_right(Label(span_text(), "second"))
        self._lines = {slider: _SliderLine(slider) for slider in Slider}
        for line in self._lines.values():
            line.slider.valueChanged.connect(self._moved)
            self.body.addWidget(line)
        self._curve = RisingCurve("rewards.whatif.curve")
        self.body.addWidget(self._curve)
        self._earned, self._net = Label("", "strong"), Label("", "strong")
        sums = QVBoxLayout()
        sums.setSpacing(2)
        for name, value in ((tr("earned"), self._earned), (tr("net of electricity"), self._net)):
            row = QHBoxLayout()
            row.addWidget(Label(name, "muted"))
            row.addStretch(1)
            row.addWidget(value)
            sums.addLayout(row)
        self.body.addLayout(sums)
        self._note = Label("", "second", wrap=True)
        self.body.addWidget(self._note)
        self.hide()

    def show_base(self, base: WhatIfBase | None) -> None:
        """Stand on the operator as it is; sliders that were moved stay where they are while it is the same one."""
        self.setVisible(base is not None)
        before, self._base = self._base, base
        if base is None or base == before:
            return
        moved = before is not None and before.stash == base.stash and not self._is_at_now()
        kept = {slider: line.value() for slider, line in self._lines.items()} if moved else {}
        for row in slider_rows(base):
            self._lines[row.slider].show_row(row, kept.get(row.slider))
        self._moved()

    def _to_now(self) -> None:
        for line in self._lines.values():
            line.slider.setValue(line.row.at)

    def _is_at_now(self) -> bool:
        return all(line.slider.value() == line.row.at for line in self._lines.values())

    def _moved(self) -> None:
        for line in self._lines.values():
            line.say()
        self._reset.setVisible(not self._is_at_now())
        self._ask()

    def _ask(self) -> None:
        if self._base is None:
            return
        if self._is_asking:
            self._is_stale = True
            return
        self._is_asking, self._is_stale = True, False
        plan = plan_of(self._base, {slider: line.value() for slider, line in self._lines.items()})
        backend = self._program.backend
        self._program.runner.query(
            "chain-read",
            lambda: backend.simulate(plan, ERAS),
            owner=self,
            done=self._answered,
            failed=self._failed,
        )

    def _answered(self, found: Simulation) -> None:
        screen = what_if_screen(found)
        self._curve.show_values(screen.curve, screen.points)
        self._earned.setText(screen.earned)
        self._net.setText(screen.net)
        self._net.set_tone("loss" if screen.is_loss else "")
        self._note.setText(screen.note)
        for label in (self._earned, self._net):
            label.setToolTip(screen.tooltip)
        self._asked()

    def _failed(self, error: DbcError) -> None:
        notice = notice_for(error)
        self._curve.show_values((), ())
        for label in (self._earned, self._net):
            label.setText("")
        self._note.setText(f"{notice.title}: {notice.body}")
        self._asked()

    def _asked(self) -> None:
        self._is_asking = False
        if self._is_stale:
            self._ask()


class _SliderLine(QWidget):
    """Name and value above the slider."""

    def __init__(self, slider: Slider) -> None:
        super().__init__()
        self.row = SliderRow(slider, "", (0,), 0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        head = QHBoxLayout()
        self._title, self._text = Label(), Label()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._text)
        box.addLayout(head)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(f"rewards.whatif.{slider}")
        self.slider.setFixedHeight(14)
        box.addWidget(self.slider)

    def show_row(self, row: SliderRow, value: int | None) -> None:
        """Show other steps, standing at the one nearest to `value`; at what is where None."""
        self.row = row
        self._title.setText(row.title)
        self.slider.setAccessibleName(row.title)
        step = row.at if value is None else min(range(len(row.values)), key=lambda at: abs(row.values[at] - value))
        before = self.slider.blockSignals(True)
        self.slider.setRange(0, len(row.values) - 1)
        self.slider.setPageStep(max(1, len(row.values) // 10))
        self.slider.setValue(step)
        self.slider.blockSignals(before)

    def value(self) -> int:
        """What it says."""
        return self.row.values[self.slider.value()]

    def say(self) -> None:
        """Write its value above it."""
        self._text.setText(self.row.text(self.slider.value()))

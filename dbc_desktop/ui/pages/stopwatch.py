"""The slash stopwatch as a card: three ways side by side, each with its figure now and its steps to come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens.stopwatch import BranchColumn, StepRow, StopwatchCard
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import AmountLabel, Badge, Button, Card, ElidedLabel, Hairline, Label

COLUMNS = 3


class Stopwatch(Card):
    """One machine's stopwatch. `chosen` emits the place of another machine, `wanted` `offline` or `online`."""

    chosen = Signal(object)
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Slash stopwatch"))
        self._badge = Badge()
        self._badge.setObjectName("disputes.clock.state")
        self.header.insertWidget(2, self._badge)
        self._stake = Label("", "muted")
        self._machines = QComboBox()
        self._machines.setObjectName("disputes.clock.machine")
        self._machines.setAccessibleName(tr("machine"))
        self._machines.setFixedHeight(24)
        self._machines.activated.connect(lambda row: self.chosen.emit(row))
        self.add_right(self._stake)
        self.add_right(self._machines)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        self._columns = [_Branch(number) for number in range(COLUMNS)]
        for number, column in enumerate(self._columns):
            if number:
                columns.addWidget(Hairline(vertical=True))
            columns.addWidget(column, 1)
        self.body.addLayout(columns)
        self.body.addWidget(Hairline())
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self._advice = Label("", "muted", wrap=True)
        foot.addWidget(self._advice, 1)
        self._button = Button("", small=True, act=lambda: self.wanted.emit(self._want))
        self._want = ""
        foot.addWidget(self._button)
        self.body.addLayout(foot)

    def set_machines(self, names: Sequence[str], row: int) -> None:
        """The machines to choose from; hidden where there is one only."""
        if [self._machines.itemText(number) for number in range(self._machines.count())] != list(names):
            self._machines.clear()
            self._machines.addItems(list(names))
        self._machines.setCurrentIndex(row)
        self._machines.setVisible(len(names) > 1)

    def fill(self, card: StopwatchCard) -> None:
        """Fill it in place."""
        self.note_label.setText(card.title)
        self.note_label.show()
        self._badge.show_state(card.state, card.state_kind)
        self._stake.setText(card.stake)
        for column, branch in zip(self._columns, card.columns, strict=True):
            column.fill(branch)
        self._advice.setText(card.advice)
        self._button.setVisible(bool(card.buttons))
        if card.buttons:
            self._want, text = card.buttons[0]
            self._button.setText(text)
            self._button.setObjectName(f"disputes.clock.{self._want}")


class _Branch(QWidget):
    """One way: its name, what it costs now, what comes next, and all its steps."""

    def __init__(self, number: int) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(2)
        self._title = ElidedLabel("", "medium")
        self._note = ElidedLabel("", "second")
        self._cost = AmountLabel()
        self._cost.setObjectName(f"disputes.clock.cost.{number}")
        self._now = Label("", "second", wrap=True)
        self._reward = Label("", "second", wrap=True)
        self._reward.setObjectName(f"disputes.clock.reward.{number}")
        self._next = Label("", "second", wrap=True)
        self._next.setObjectName(f"disputes.clock.next.{number}")
        box.addWidget(self._title)
        box.addWidget(self._note)
        box.addSpacing(4)
        box.addWidget(self._cost)
        box.addWidget(self._now)
        box.addWidget(self._reward)
        box.addWidget(self._next)
        box.addSpacing(6)
        self._steps = QGridLayout()
        self._steps.setHorizontalSpacing(12)
        self._steps.setVerticalSpacing(2)
        self._steps.setColumnStretch(0, 1)
        box.addLayout(self._steps)
        box.addStretch(1)
        self._shown: tuple[StepRow, ...] | None = None

    def fill(self, branch: BranchColumn) -> None:
        """Fill it in place."""
        self.setEnabled(branch.is_open)
        self._title.setText(branch.title)
        self._note.setText(branch.note)
        self._cost.set_balance(branch.cost)
        self._cost.set_tone(branch.tone if branch.is_open else "faint")
        self._now.setText(branch.now_text)
        self._reward.setText(branch.reward_text)
        self._reward.setVisible(bool(branch.reward_text))
        self._next.setText(branch.next_text)
        self._next.setVisible(bool(branch.next_text))
        if branch.steps != self._shown:
            self._shown = branch.steps
            self._show_steps(branch.steps)

    def _show_steps(self, steps: Sequence[StepRow]) -> None:
        while self._steps.count():
            item = self._steps.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        right = Qt.AlignmentFlag.AlignRight
        for number, step in enumerate(steps):
            role = "strong" if step.is_now else "muted"
            self._steps.addWidget(Label(step.when, role), number, 0)
            self._steps.addWidget(Label(step.percent, role), number, 1, right)
            self._steps.addWidget(Label(step.amount, role), number, 2, right)

"""One rent order as a card: its steps, its clock, its login and its buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens.rentals import Phase, RentalCard, TestedRow
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.pages.rental_login import LoginRow
from dbc_desktop.ui.widgets import Badge, Button, Card, CopyLabel, Hairline, Label, Progress, StepKind, StepLine

ADVICE_WIDTH = 316


class OrderCard(Card):
    """Built once for an order, filled by `show_card`; `wanted` says what the person asked for, e.g. `confirm`."""

    wanted = Signal(str)

    def __init__(self, rent_id: int) -> None:
        super().__init__()
        self.rent_id = rent_id
        self.setObjectName(f"rentals.card.{rent_id}")
        self._build_head()
        self._steps = StepLine()
        self.body.addWidget(self._steps)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(8)
        self._note = Label("", "muted", wrap=True)
        left.addWidget(self._note)
        self.login = LoginRow(rent_id)
        self.login.wanted.connect(self.wanted)
        left.addWidget(self.login)
        self._tests = _TestTable()
        left.addWidget(self._tests)
        self._launch_row = self._build_buttons()
        left.addWidget(self._launch_row)
        left.addStretch(1)
        middle.addLayout(left, 1)
        middle.addWidget(self._build_advice())
        self.body.addLayout(middle)
        self._facts = _Facts()
        self.body.addWidget(self._facts)

    def _build_head(self) -> None:
        self._title = Label("", "heading")
        self._subtitle = CopyLabel("", "", tone="muted")
        self._badge = Badge()
        self._clock_label = Label("", "muted")
        self._clock = Label("", "figure")
        self._clock.setObjectName(f"rentals.clock.{self.rent_id}")
        self._again = Button(tr("Rent again"), small=True, name=f"rentals.again.{self.rent_id}")
        self._again.clicked.connect(lambda: self.wanted.emit("again"))
        line = QHBoxLayout()
        line.setSpacing(8)
        for widget in (self._title, self._subtitle, self._badge):
            line.addWidget(widget)
        self._closing = Label("", "muted")
        line.addWidget(self._closing)
        line.addStretch(1)
        line.addWidget(self._clock_label)
        line.addWidget(self._clock)
        line.addWidget(self._again)
        self.body.addLayout(line)

    def _button(self, text: str, want: str, kind: str = "plain") -> Button:
        button = Button(text, kind, name=f"rentals.{want}.{self.rent_id}")
        button.clicked.connect(lambda: self.wanted.emit(want))
        return button

    def _build_buttons(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._launch = self._button(tr("Launch"), "launch", "primary")
        self._test = self._button(tr("Test login"), "test")
        self._extend = self._button(tr("Extend…"), "extend")
        self._stop = self._button(tr("Stop"), "stop", "danger")
        self._report = self._button(tr("Report…"), "report")
        for button in (self._launch, self._test, self._extend, self._report, self._stop):
            row.addWidget(button)
        row.addStretch(1)
        return holder

    def _build_advice(self) -> QWidget:
        self._advice = QWidget()
        self._advice.setFixedWidth(ADVICE_WIDTH)
        box = QVBoxLayout(self._advice)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(Label(tr("Recommendation").upper(), "section"))
        self._advice_title = Label("", "heading")
        self._advice_text = Label("", "muted", wrap=True)
        box.addWidget(self._advice_title)
        box.addWidget(self._advice_text)
        box.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._confirm = self._button("", "confirm", "primary")
        self._lapse = self._button(tr("Let it lapse"), "lapse")
        row.addWidget(self._confirm)
        row.addWidget(self._lapse)
        row.addStretch(1)
        box.addLayout(row)
        box.addStretch(1)
        return self._advice

    def show_card(self, card: RentalCard, *, is_busy: bool, primary: str, is_let_go: bool) -> None:
        """Fill it in place. `primary` names the one button that is primary now; `is_busy` while the node is asked."""
        over = card.phase is Phase.OVER
        self.set_edge("warn" if card.phase is Phase.TRYING and not is_let_go else "")
        self._title.setText(card.title)
        self._title.set_role("strong" if over else "heading")
        self._subtitle.show_value(card.machine_id, card.subtitle)
        self._badge.show_state(card.badge, card.badge_kind)
        self._badge.setVisible(bool(card.badge))
        self._closing.setText(" · ".join(f"{name} {value}" for name, value in card.facts) if over else "")
        self._closing.setVisible(over)
        self._clock_label.setText(card.clock_label)
        self._clock.setText(card.clock)
        self._clock.set_tone(card.clock_kind if card.clock_kind != "plain" else "text")
        self._clock_label.setVisible(not over)
        self._clock.setVisible(not over)
        self._again.setVisible(card.can_rent_again)
        self._steps.set_steps([(text, StepKind(mark.value)) for text, mark in card.steps])
        self._steps.setVisible(bool(card.steps))
        self._note.setText(card.note)
        self._note.set_tone(card.note_kind)
        self._note.setVisible(bool(card.note))
        self.login.show_command(card.ssh_command)
        self._tests.show_rows(card.tests)
        self._show_buttons(card, is_busy, primary)
        self._advice.setVisible(bool(card.advice))
        self._advice_title.setText(card.advice_title)
        self._advice_text.setText(card.advice)
        self._confirm.setText(card.confirm)
        self._confirm.setVisible(bool(card.confirm))
        self._confirm.set_kind("primary" if primary == "confirm" else "plain")
        self._lapse.setVisible(bool(card.confirm) and not is_let_go)
        self._facts.show_facts(() if over else card.facts, card.progress)

    def _show_buttons(self, card: RentalCard, is_busy: bool, primary: str) -> None:
        self._launch.setText(card.launch or tr("Launch"))
        for button, shown, want in (
            (self._launch, bool(card.launch), "launch"),
            (self._test, card.can_test, "test"),
            (self._extend, card.can_extend, "extend"),
            (self._report, card.can_extend, "report"),
        ):
            button.setVisible(shown)
            button.setEnabled(not is_busy)
            button.set_kind("primary" if want == primary else "plain")
        self._stop.setVisible(card.can_stop)
        self._stop.setEnabled(not is_busy)
        shown = bool(card.launch) or card.can_test or card.can_extend or card.can_stop
        self._launch_row.setVisible(shown)


class _TestTable(QWidget):
    """What the test measured, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._shown: tuple[TestedRow, ...] = ()
        self.hide()

    def show_rows(self, rows: tuple[TestedRow, ...]) -> None:
        """Show other rows; hidden where there are none."""
        self.setVisible(bool(rows))
        if rows == self._shown:
            return
        self._shown = rows
        while (item := self._grid.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(Label(tr("Test of the machine"), "label"), 0, 0)
        self._grid.addWidget(Label(tr("Expected"), "label"), 0, 1, right)
        self._grid.addWidget(Label(tr("Measured"), "label"), 0, 2, right)
        for number, row in enumerate(rows):
            line = 2 * number + 1
            self._grid.addWidget(Hairline(), line, 0, 1, 4)
            what = Label(row.what)
            what.setMinimumHeight(28)
            self._grid.addWidget(what, line + 1, 0)
            self._grid.addWidget(Label(row.on_chain, "muted"), line + 1, 1, right)
            self._grid.addWidget(Label(row.measured), line + 1, 2, right)
            self._grid.addWidget(Badge(row.verdict, row.kind), line + 1, 3, right)


class _Facts(QWidget):
    """Small figures side by side, and the bar of time left at their end."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(32)
        self._pairs = []
        for _ in range(2):
            box = QVBoxLayout()
            box.setSpacing(0)
            name, value = Label("", "section"), Label("", "strong")
            box.addWidget(name)
            box.addWidget(value)
            row.addLayout(box)
            self._pairs.append((name, value))
        self._bar_holder = QWidget()
        bar = QVBoxLayout(self._bar_holder)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(6)
        bar.addWidget(Label(tr("Time used").upper(), "section"))
        self._bar = Progress()
        bar.addWidget(self._bar)
        row.addWidget(self._bar_holder, 1)
        self._stretch = QWidget()
        row.addWidget(self._stretch, 1)

    def show_facts(self, facts: tuple[tuple[str, str], ...], progress: int | None) -> None:
        """Show other figures; hidden where there are none."""
        self.setVisible(bool(facts))
        for number, (name, value) in enumerate(self._pairs):
            text = facts[number] if number < len(facts) else ("", "")
            name.setText(text[0].upper())
            value.setText(text[1])
        self._bar_holder.setVisible(progress is not None)
        self._stretch.setVisible(progress is None)
        self._bar.set_fraction((progress or 0) / 1000)

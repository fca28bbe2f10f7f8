"""One machine below the table: its life line at the left, what the chain keeps about it at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens.life_line import LifeLineRow, MachineDetail
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.staking import LifeStage, LifeState
from dbc_desktop.ui.widgets import Badge, Button, Card, Hairline, IdLabel, KeyValue, Label, StateDot

SIDE_WIDTH = 340
_DOTS = {LifeState.DONE: "good", LifeState.CURRENT: "accent", LifeState.LATER: "idle", LifeState.TROUBLE: "warn"}
_ACT_NAMES = {
    "describe": "machines.row.describe",
    "wait": "machines.row.follow",
    "fulfil": "machines.row.fulfil",
    "online": "machines.row.report_online",
}


class LifePanel(QWidget):
    """Built once, filled by `show_detail`; `wanted` says what the person asked for, e.g. `fulfil`."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._act = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self._life = Card(tr("Life line"))
        self._life.body.setSpacing(0)
        self._button = Button("", small=False)
        self._button.clicked.connect(lambda: self.wanted.emit(self._act))
        self._steps: dict[LifeStage, _LifeStep] = {}
        for number, stage in enumerate(LifeStage):
            if number:
                self._life.body.addWidget(Hairline())
            self._steps[stage] = _LifeStep()
            self._life.body.addWidget(self._steps[stage])
        self._life.body.addStretch(1)
        row.addWidget(self._life, 1)
        row.addWidget(self._build_side(), 0)

    def _build_side(self) -> Card:
        side = Card()
        side.setFixedWidth(SIDE_WIDTH)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._id = IdLabel()
        self._badge = Badge()
        head.addWidget(self._id)
        head.addStretch(1)
        head.addWidget(self._badge)
        side.body.addLayout(head)
        self._subtitle = Label("", "muted")
        side.body.addWidget(self._subtitle)
        self._facts = KeyValue(row_height=28)
        side.body.addWidget(self._facts)
        self._offline = Button(tr("Report offline…"), "danger", name="machines.row.report_offline")
        self._offline.clicked.connect(lambda: self.wanted.emit("offline"))
        self._offline_note = Label(
            tr("The sheet says what it costs before you sign. Repairing while nobody has reported costs nothing."),
            "second",
            wrap=True,
        )
        side.body.addWidget(self._offline)
        side.body.addWidget(self._offline_note)
        side.body.addStretch(1)
        return side

    def show_detail(self, detail: MachineDetail) -> None:
        """Show a machine."""
        self._act = detail.act
        self._button.setText(detail.act_text)
        self._button.setObjectName(_ACT_NAMES.get(detail.act, ""))
        for row in detail.life:
            self._steps[row.stage].show_row(row)
        current = next((row.stage for row in detail.life if row.state in (LifeState.CURRENT, LifeState.TROUBLE)), None)
        if current is not None:
            self._steps[current].hold(self._button)
        self._button.setVisible(bool(detail.act) and current is not None)
        self._id.set_value(detail.machine_id)
        self._badge.show_state(detail.status, detail.kind)
        self._subtitle.setText(detail.subtitle)
        self._facts.set_rows(detail.facts)
        self._offline.setVisible(detail.can_report_offline)
        self._offline_note.setVisible(detail.can_report_offline)


class _LifeStep(QWidget):
    """One step: dot, title and body; for the open one who must act, until when, and the button."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 9, 0, 9)
        row.setSpacing(12)
        self._dot = StateDot()
        row.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignVCenter)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        self._title = Label("")
        self._body = Label("", "second", wrap=True)
        texts.addWidget(self._title)
        texts.addWidget(self._body)
        row.addLayout(texts, 1)
        right = QVBoxLayout()
        right.setSpacing(1)
        right.addStretch(1)
        self._who = Label("")
        self._until = Label("", "second")
        for label in (self._who, self._until):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            right.addWidget(label)
        right.addStretch(1)
        row.addLayout(right)
        self._row = row
        self.setMinimumHeight(52)

    def hold(self, button: Button) -> None:
        """Take the button that acts on the open step."""
        if self._row.indexOf(button) < 0:
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_row(self, row: LifeLineRow) -> None:
        """Show a step."""
        is_open = row.state in (LifeState.CURRENT, LifeState.TROUBLE)
        self._dot.set_kind(_DOTS[row.state])
        self._title.setText(row.title)
        self._title.set_role("strong" if is_open else "muted" if row.state is LifeState.LATER else "")
        self._body.setText(row.body)
        self._body.setVisible(bool(row.body))
        self._who.setText(tr("now: {who}", who=row.who) if row.who else "")
        self._who.setVisible(bool(row.who))
        self._until.setText(row.until)
        self._until.setVisible(bool(row.until))

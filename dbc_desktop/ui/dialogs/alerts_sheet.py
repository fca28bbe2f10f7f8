"""Alerts: what lasts, what is over, and the rules by which something becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QWidget

from dbc_desktop.domain.alert import Alert, AlertKind, AlertRule
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.screens.alerts import (
    MUTES,
    AlertRow,
    RuleRow,
    alert_row,
    parse_threshold,
    rule_row,
    told_text,
)
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.telemetry.alert_book import EVERYTHING
from dbc_desktop.ui.widgets import Button, ElidedLabel, Label, Sheet, StateDot, restyle

if TYPE_CHECKING:
    from dbc_desktop.services.alerts import Alerts
    from dbc_desktop.services.program import Program

T = TypeVar("T")

_HEIGHT = 380
_SHOWN = 100


class AlertsSheet(Sheet):
    """Three lists in one place; `deliver` opens the sheet that says where alerts go."""

    def __init__(
        self, program: Program, alerts: Alerts, deliver: Callable[[], None], changed: Callable[[], None]
    ) -> None:
        super().__init__(tr("Alerts"), told_text(program.monitoring.settings()), width=760)
        self._program, self._alerts, self._changed = program, alerts, changed
        self._shown = "now"
        tabs = QHBoxLayout()
        tabs.setSpacing(8)
        self._tabs = QButtonGroup(self)
        for key, text in (("now", tr("Now")), ("over", tr("Over")), ("rules", tr("Rules"))):
            tab = Button(text, small=True, name=f"alerts.tab.{key}", act=partial(self._show, key))
            tab.setCheckable(True)
            tab.setChecked(key == "now")
            self._tabs.addButton(tab)
            tabs.addWidget(tab)
        tabs.addStretch(1)
        for seconds, mute in MUTES:
            tabs.addWidget(Button(mute(), "link", name=f"alerts.mute.{seconds}", act=partial(self._mute, seconds)))
        self.body.addLayout(tabs)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFixedHeight(_HEIGHT)
        self.body.addWidget(self._area)
        self._problem = Label("", "second", "loss", wrap=True)
        self._problem.setObjectName("alerts.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.buttons.addWidget(Button(tr("Where alerts go…"), name="alerts.delivery", act=deliver))
        self.buttons.addStretch(1)
        self._close = Button(tr("Close"), name="alerts.close", act=self.close_sheet)
        self.buttons.addWidget(self._close)
        self._read()

    def first_focus(self) -> QWidget:
        """Closing, which changes nothing."""
        return self._close

    def refresh(self) -> None:
        """Something began or ended."""
        if self._shown != "rules":
            self._read()

    def _show(self, key: str) -> None:
        self._shown = key
        self._read()

    def _read(self) -> None:
        book, shown = self._alerts.book, self._shown
        if shown == "rules":
            self._ask(lambda: tuple(book.rules().values()), self._list_rules)
        else:
            self._ask(book.open_alerts if shown == "now" else lambda: book.history(_SHOWN), self._list_alerts)

    def _list_alerts(self, found: tuple[Alert, ...]) -> None:
        now = self._program.clock.now()
        rows = [alert_row(alert, now) for alert in found]
        holder, grid = _grid()
        if not rows:
            nothing = tr("Nothing is wrong.") if self._shown == "now" else tr("Nothing was wrong yet.")
            grid.addWidget(Label(nothing, "muted"), 0, 0)
        for number, row in enumerate(rows):
            self._add_row(grid, number, row)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(rows) + 1, 1)
        self._area.setWidget(holder)

    def _add_row(self, grid: QGridLayout, number: int, row: AlertRow) -> None:
        words = QWidget()
        box = QGridLayout(words)
        box.setContentsMargins(0, 0, 0, 0)
        box.setVerticalSpacing(0)
        title = ElidedLabel(row.title, "strong")
        title.setObjectName(f"alerts.row.{number}")
        box.addWidget(title, 0, 0)
        if row.advice:
            box.addWidget(Label(row.advice, "second", wrap=True), 1, 0)
        top = Qt.AlignmentFlag.AlignTop
        dot = StateDot(row.tone)
        grid.addWidget(dot, number, 0, top)
        grid.addWidget(words, number, 1)
        grid.addWidget(Label(row.when, "muted"), number, 2, top)
        if row.button:
            know = Button(row.button, small=True, name=f"alerts.know.{row.number}", act=partial(self._know, row.number))
            grid.addWidget(know, number, 3, top)

    def _list_rules(self, rules: tuple[AlertRule, ...]) -> None:
        holder, grid = _grid()
        for column, text in enumerate((tr("Alert"), tr("Limit"), "", tr("Tell others"))):
            grid.addWidget(Label(text, "section"), 0, column)
        for number, rule in enumerate(rules, 1):
            row = rule_row(rule)
            on = QCheckBox(row.name)
            on.setObjectName(f"alerts.rule.{row.kind.value}")
            on.setChecked(row.is_on)
            on.toggled.connect(partial(self._switch, row.kind))
            told = QCheckBox()
            told.setObjectName(f"alerts.tell.{row.kind.value}")
            told.setAccessibleName(tr("Tell others"))
            told.setChecked(row.is_told)
            told.toggled.connect(partial(self._tell, row.kind))
            grid.addWidget(on, number, 0)
            if row.threshold is not None:
                grid.addWidget(self._limit(row), number, 1)
                grid.addWidget(Label(row.unit, "muted"), number, 2)
            grid.addWidget(told, number, 3)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(rules) + 1, 1)
        self._area.setWidget(holder)

    def _limit(self, row: RuleRow) -> QLineEdit:
        edit = QLineEdit(f"{row.threshold:g}")
        edit.setObjectName(f"alerts.limit.{row.kind.value}")
        edit.setAccessibleName(row.name)
        edit.setFixedSize(72, 28)
        edit.setMaxLength(7)
        edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        edit.editingFinished.connect(partial(self._set_limit, row.kind, edit))
        return edit

    def _set_limit(self, kind: AlertKind, edit: QLineEdit) -> None:
        threshold = parse_threshold(edit.text())
        restyle(edit, wrong=threshold is None)
        if threshold is not None:
            self._set(kind, lambda rule: replace(rule, threshold=threshold))

    def _switch(self, kind: AlertKind, is_on: bool) -> None:
        self._set(kind, lambda rule: replace(rule, is_on=is_on))

    def _tell(self, kind: AlertKind, is_told: bool) -> None:
        self._set(kind, lambda rule: replace(rule, is_told=is_told))

    def _set(self, kind: AlertKind, change: Callable[[AlertRule], AlertRule]) -> None:
        book = self._alerts.book
        self._do(lambda: book.set_rule(change(book.rules()[kind])), read_again=False)

    def _know(self, number: int) -> None:
        self._do(lambda: self._alerts.book.acknowledge(number))

    def _mute(self, seconds: int) -> None:
        until = self._program.clock.now() + seconds if seconds else 0.0
        self._do(lambda: self._alerts.book.mute(EVERYTHING, until))

    def _ask(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._program.runner.query("io", work, owner=self, done=done, failed=self._failed)

    def _do(self, work: Callable[[], None], *, read_again: bool = True) -> None:
        self._problem.hide()

        def done(_: None) -> None:
            if read_again:
                self._read()
            self._changed()

        self._program.runner.command("io", work, owner=self, done=done, failed=self._failed)

    def _failed(self, error: DbcError) -> None:
        notice = notice_for(error)
        self._problem.setText(f"{notice.title}. {notice.body}")
        self._problem.show()


def _grid() -> tuple[QWidget, QGridLayout]:
    holder = QWidget()
    holder.setObjectName("scrolled")
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 8, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(10)
    return holder, grid

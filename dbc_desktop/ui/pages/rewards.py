"""Rewards: what was released, what is still locked, the ledger, and how the stake grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Receipt
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Capability
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.rewards import PAST_SHOWN, LedgerRow, RewardsScreen, StakeBar, rewards_csv, rewards_screen
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.what_if import base_of
from dbc_desktop.services.explaining import text_of
from dbc_desktop.services.rewards import RewardsSummary, rewards_summary
from dbc_desktop.services.staking import claim_call
from dbc_desktop.storage.files import write_whole
from dbc_desktop.ui.dialogs.explain_sheet import ExplainSheet
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.rewards_table import LedgerModel, LedgerView
from dbc_desktop.ui.pages.rewards_what_if import WhatIfCard
from dbc_desktop.ui.widgets import Card, ElidedLabel, KeyValue, Label, Progress
from dbc_desktop.ui.widgets.legend import Legend
from dbc_desktop.ui.widgets.vesting_chart import VestingChart

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_SIDE = 345
_CHART_FRAME = 56
"""What a card takes around the chart: its margins and its title."""


@dataclass(frozen=True, slots=True)
class _Read:
    summary: RewardsSummary
    machines: tuple[Machine, ...]
    controller: Address | None


class RewardsPage(Page):
    """Reads the stash of the chosen account when shown, and again when an era may have been paid."""

    key: ClassVar[str] = "rewards"
    icon_name: ClassVar[str] = "rewards"
    scrolls: ClassVar[bool] = False
    skeleton = ((284, 1), (230, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._last: _Read | None = None
        self._screen: RewardsScreen | None = None
        self._export = self.add_action_button(tr("Export CSV"), name="rewards.export", act=self._save_csv)
        self._claim = self.add_action_button("", primary=True, name="rewards.claim", act=self._ask_to_claim)
        self._claim.hide()
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addLayout(self._build_left(), 1)
        columns.addWidget(self._build_side())
        self.body.addLayout(columns, 1)
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Rewards")

    def _build_left(self) -> QVBoxLayout:
        left = QVBoxLayout()
        left.setSpacing(12)
        chart = Card(tr("Released and still locked"))
        chart.add_right(
            Legend(((tr("released"), "good", 1.0), (tr("of it at once"), "good", 0.6), (tr("locked"), "locked", 1.0)))
        )
        self._chart = VestingChart()
        chart.body.addWidget(self._chart)
        chart.setMaximumHeight(self._chart.maximumHeight() + _CHART_FRAME)
        self._model = LedgerModel()
        self._view = LedgerView(self._model)
        self._view.explained.connect(self._explain)
        self._ledger = ledger = Card(padding=8)
        ledger.body.addWidget(self._view)
        left.addWidget(chart, 2)
        left.addWidget(ledger, 3)
        left.addStretch()
        return left

    def _build_side(self) -> QWidget:
        side = QWidget()
        box = QVBoxLayout(side)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        totals = Card(tr("All rewards"))
        self._figures = KeyValue(row_height=26)
        totals.body.addWidget(self._figures)
        stake = Card(tr("Stake health"))
        self._stakes = QVBoxLayout()
        self._stakes.setSpacing(10)
        self._stake_note = Label("", "second", wrap=True)
        stake.body.addLayout(self._stakes)
        stake.body.addWidget(self._stake_note)
        self._what_if = WhatIfCard(self.program)
        box.addWidget(stake)
        box.addWidget(self._what_if)
        box.addWidget(totals)
        box.addStretch(1)
        area = QScrollArea()
        side.setObjectName("scrolled")
        area.setWidget(side)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(_SIDE)
        # Where the column is taller than the window its bar gets room of its own.
        area.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._side, self._side_area = box, area
        return area

    def _make_room(self, least: int, most: int) -> None:
        gap, bar = (4, 10) if most > least else (0, 0)
        self._side.setContentsMargins(0, 0, gap, 0)
        self._side_area.setFixedWidth(_SIDE + gap + bar)

    # reading

    def on_shown(self) -> None:
        """Read everything."""
        self._read()

    def on_head(self, change: HeadChange) -> None:
        """Payouts, claims and stakes leave events; a block without any changes nothing here."""
        if any(event.pallet == "OnlineProfile" for event in change.events) or (
            self._last is not None and change.head.era != self._last.summary.head.era
        ):
            self._read()

    def on_account(self) -> None:
        """Another stash."""
        self._last = self._screen = None
        self.show_loading()
        self._read()

    def _read(self) -> None:
        account = self.window_services.account()
        if account is None:
            self._claim.hide()
            self.show_empty(
                tr("No rewards yet"),
                tr("Here you will see what your machines earned, what is released and what is still locked."),
                tr("Make an account"),
                self.window_services.open_create_account,
                name="rewards.empty.create",
            )
            return
        backend, address = self.program.backend, account.address

        def read() -> _Read:
            stash = backend.stash_of(address) or address
            return _Read(
                rewards_summary(backend, stash, PAST_SHOWN), backend.machines_of(stash), backend.controller_of(stash)
            )

        self.program.runner.query("chain-read", read, owner=self, done=self._show, failed=self._failed)

    def _failed(self, error: DbcError) -> None:
        notice = notice_for(error)
        if self._screen is None:
            self.show_failed(notice)
        else:
            self.show_offline(notice)

    # showing

    def _show(self, found: _Read) -> None:
        self._last = found
        screen = rewards_screen(found.summary, found.machines)
        if not screen.bars:
            self._claim.hide()
            self._export.hide()
            self.show_empty(
                tr("No rewards yet"),
                tr("A machine that is online earns from its first full era; a quarter is released at once."),
                tr("Go to Machines"),
                lambda: self.navigate.emit("machines", None),
                name="rewards.empty.machines",
            )
            return
        self._screen = screen
        self.head_badge.show_state(screen.badge, "locked")
        self.head_badge.show()
        self._claim.setText(screen.claim_button)
        self._claim.setEnabled(screen.can_claim)
        self._claim.show()
        self._export.show()
        self._chart.show_screen(screen)
        self._view.allow_explain(Capability.EXPLAIN in self.window_services.capabilities())
        self._model.show_rows(screen.rows)
        margins = self._ledger.outer.contentsMargins()
        self._ledger.setMaximumHeight(self._view.maximumHeight() + margins.top() + margins.bottom() + 2)
        self._figures.set_rows(screen.figures)
        self._stake_note.setText(screen.stake_note)
        self._fill_stakes(screen.stakes)
        summary = found.summary
        can_play = Capability.SIMULATE in self.window_services.capabilities()
        base = base_of(summary.overview.stash, found.machines, summary.totals.dbc_price_usd, summary.head.era)
        self._what_if.show_base(base if can_play else None)
        self.show_content()

    def _fill_stakes(self, stakes: tuple[StakeBar, ...]) -> None:
        while self._stakes.count() > len(stakes):
            item = self._stakes.takeAt(self._stakes.count() - 1)
            if item is not None and (gone := item.widget()) is not None:
                gone.deleteLater()
        for number, stake in enumerate(stakes):
            item = self._stakes.itemAt(number)
            line = item.widget() if item is not None else None
            if not isinstance(line, _StakeLine):
                line = _StakeLine()
                self._stakes.addWidget(line)
            line.show_stake(stake)

    # acting

    def _ask_to_claim(self) -> None:
        if self._last is not None:
            signer = self._last.controller or self._last.summary.overview.stash
            self.spend.emit(claim_call(), signer, self._claimed)

    def _claimed(self, receipt: Receipt) -> None:
        self._read()

    def _explain(self, row: LedgerRow) -> None:
        backend, machine_id = self.program.backend, MachineId(row.machine_id)
        self.program.runner.query(
            "chain-read",
            lambda: backend.explain(machine_id, row.era_number),
            owner=self,
            done=self._show_explanation,
            failed=self._tell,
        )

    def _show_explanation(self, found: Explanation) -> None:
        self.window_services.open_sheet(ExplainSheet(found, lambda: self._save_explanation(found)))

    def _save_explanation(self, found: Explanation) -> None:
        era = found.inputs.era
        self._save(tr("Save the explanation"), f"reward-era-{era}.json", "JSON (*.json)", lambda: text_of(found))

    def _save_csv(self) -> None:
        if self._last is not None:
            rows = self._last.summary.rows
            self._save(tr("Export CSV"), "rewards.csv", "CSV (*.csv)", lambda: rewards_csv(rows))

    def _save(self, title: str, name: str, kinds: str, text: Callable[[], str]) -> None:
        """Ask where, and write what `text` makes."""
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, kinds)
        if chosen:
            self.program.runner.command(
                "io",
                lambda: write_whole(Path(chosen), text().encode()),
                owner=self,
                done=lambda _: None,
                failed=self._tell,
            )

    def _tell(self, error: DbcError) -> None:
        self.window_services.show_notice(notice_for(error))


class _StakeLine(QWidget):
    """Name and amounts of one machine's stake above its bar."""

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        line = QHBoxLayout()
        self._name, self._text, self._bar = ElidedLabel(), Label("", "second"), Progress()
        line.addWidget(self._name, 1)
        line.addWidget(self._text)
        box.addLayout(line)
        box.addWidget(self._bar)

    def show_stake(self, stake: StakeBar) -> None:
        """Show another state."""
        self._name.setText(stake.name)
        self._text.setText(stake.text)
        self._bar.set_fraction(stake.fraction)

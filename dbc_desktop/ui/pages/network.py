"""Network: super nodes and the election of today, own support, supply and burning, price, GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QItemSelection
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Account, Address
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import ChainUnreachable, DbcError
from dbc_desktop.domain.network import Head
from dbc_desktop.screens.network import FigureCard as FigureText
from dbc_desktop.screens.network import NetworkScreen, SupportCard, network_screen
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.network import NetworkSummary, network_summary, stop_call, withdraw_call
from dbc_desktop.ui.dialogs.stake_sheet import StakeSheet, UnstakeSheet
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.network_table import NodeModel, NodeView
from dbc_desktop.ui.widgets import Button, Card, KeyValue, Label, Progress

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_SIDE = 300
_MOVING = frozenset(
    {"Staking", "Treasury", "GenericFunc", "DBCPriceOCW", "OnlineProfile", "RentMachine", "Elections", "Utility"}
)
"""Pallets whose events may change what is shown."""


class NetworkPage(Page):
    """Reads the network when shown and when something in it changed; each block moves the countdown on."""

    key: ClassVar[str] = "network"
    icon_name: ClassVar[str] = "network"
    scrolls: ClassVar[bool] = False
    skeleton = ((92, 4), (420, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._summary: NetworkSummary | None = None
        self._head: Head | None = None
        self._chosen: Address | None = None
        self._is_reading = self._is_asked_again = False
        self._support_button = self.add_action_button(
            tr("Support…"), primary=True, name="network.support", act=self._ask_to_support
        )
        self._support_button.hide()
        figures = QHBoxLayout()
        figures.setSpacing(12)
        self._figures = [_FigureCard(f"network.figure.{number}") for number in range(4)]
        for card in self._figures:
            figures.addWidget(card, 1)
        self.body.addLayout(figures)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addWidget(self._build_nodes(), 1)
        columns.addWidget(self._build_side())
        self.body.addLayout(columns, 1)
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Network")

    def _build_nodes(self) -> Card:
        self._nodes = card = Card(tr("Super nodes"), padding=8)
        card.header.setContentsMargins(8, 6, 8, 0)
        self._threshold = Label("", "muted")
        self._threshold.setObjectName("network.threshold")
        card.add_right(self._threshold)
        self._model = NodeModel()
        self._view = NodeView(self._model)
        self._view.selectionModel().selectionChanged.connect(self._choose)
        self._view.doubleClicked.connect(lambda _: self._ask_to_support())
        card.body.addWidget(self._view)
        return card

    def _build_side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_SIDE)
        box = QVBoxLayout(side)
        box.setContentsMargins(0, 0, 0, 0)
        card = Card(tr("Your support"))
        self._support_rows = KeyValue()
        self._support_note = Label("", "second", wrap=True)
        self._withdraw = Button("", name="network.withdraw", act=self._take_out)
        self._stop = Button(tr("Stop supporting it"), name="network.stop", act=self._stop_supporting)
        self._unstake = Button(tr("Take stake back…"), name="network.unstake", act=self._ask_to_unstake)
        self._create = Button(
            tr("Make an account"), name="network.create", act=self.window_services.open_create_account
        )
        for widget in (self._support_rows, self._support_note, self._withdraw, self._stop, self._unstake, self._create):
            card.body.addWidget(widget)
        box.addWidget(card)
        box.addStretch(1)
        return side

    # reading

    def on_shown(self) -> None:
        """Read everything."""
        self._read()

    def on_account(self) -> None:
        """Another account: another support, the same network."""
        self._read()

    def on_head(self, change: HeadChange) -> None:
        """Read again where something moved; else only the countdown goes on."""
        summary = self._summary
        election = None if summary is None else summary.election
        moved = summary is None or (election is not None and change.head.height >= election.next_height)
        if moved or any(event.pallet in _MOVING for event in change.events):
            self._read()
        else:
            self._head = change.head
            self._fill()

    def _read(self) -> None:
        if self._is_reading:
            self._is_asked_again = True
            return
        self._is_reading = True
        account = self.window_services.account()
        address = None if account is None else account.address
        backend = self.program.backend
        self.program.runner.query(
            "chain-read",
            lambda: network_summary(backend, address),
            owner=self,
            done=self._show,
            failed=self._failed,
        )

    def _failed(self, error: DbcError) -> None:
        self._is_reading = self._is_asked_again = False
        notice = notice_for(error)
        if self._summary is None:
            self.show_failed(notice)
        elif isinstance(error, ChainUnreachable):
            self.show_offline(notice)
        else:
            self.set_stale(notice.title)

    # showing

    def _show(self, summary: NetworkSummary) -> None:
        self._is_reading = False
        self._summary, self._head = summary, summary.head
        self._fill()
        self.show_content()
        if self._is_asked_again:
            self._is_asked_again = False
            self._read()

    def _fill(self) -> None:
        if self._summary is None or self._head is None:
            return
        screen = network_screen(self._summary, self._head, self._profile())
        self.head_badge.show_state(screen.badge, "accent")
        self.head_badge.setVisible(bool(screen.badge))
        for card, figure in zip(self._figures, screen.figures, strict=True):
            card.show_figure(figure)
        self._threshold.setText(screen.note)
        self._fill_nodes(screen)
        self._fill_support(screen.support)

    def _profile(self) -> str:
        identity = self.window_services.identity()
        return identity.rules_profile if identity is not None else ""

    def _fill_nodes(self, screen: NetworkScreen) -> None:
        self._nodes.set_title(screen.title)
        before = self._model.rows
        self._model.show_rows(screen.rows)
        if self._model.rows != before:
            self._view.fit()
        if self._chosen is not None and not self._view.selectionModel().hasSelection():
            place = self._model.place_of(self._chosen)
            if place >= 0:
                self._view.selectRow(place)
        self._allow()

    def _fill_support(self, card: SupportCard | None) -> None:
        tells = self._summary is not None and self._summary.election is not None
        self._create.setVisible(card is None and tells)
        for widget in (self._support_rows, self._withdraw, self._stop, self._unstake):
            widget.setVisible(card is not None)
        if card is None:
            self._support_note.setText(
                tr("With an account you can stake DBC behind a super node and earn with it.")
                if tells
                else tr("Here you would stake DBC behind a super node. This chain does not tell of them.")
            )
            return
        self._support_rows.set_rows(card.rows)
        self._support_note.setText(card.note)
        self._withdraw.setText(card.withdraw)
        self._withdraw.setVisible(bool(card.withdraw))
        self._unstake.setVisible(card.can_unbond)
        self._allow()

    def _allow(self) -> None:
        summary = self._summary
        support = summary.support if summary is not None else None
        signs = support is not None and support.controller is None
        can = support is not None and signs and not support.is_super_node and self._chosen is not None
        self._support_button.setVisible(support is not None and bool(self._model.rowCount()))
        self._support_button.setEnabled(can)
        self._support_button.setToolTip("" if can else tr("Choose a super node in the table first."))
        self._stop.setVisible(support is not None and signs and self._chosen in support.targets)

    # acting

    def _choose(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        indexes = self._view.selectionModel().selectedRows()
        if indexes:
            self._chosen = self._model.row_at(indexes[0].row()).address
        self._allow()

    def _account(self) -> Account | None:
        return self.window_services.account()

    def _ask_to_support(self) -> None:
        summary = self._summary
        if summary is None or summary.election is None or summary.support is None or summary.support.is_super_node:
            return
        node = next((one for one in summary.election.nodes if one.address == self._chosen), None)
        if node is not None:
            sheet = StakeSheet(summary, summary.support, node)
            sheet.ordered.connect(self._spend)
            self.window_services.open_sheet(sheet)

    def _ask_to_unstake(self) -> None:
        if self._summary is not None and self._summary.support is not None:
            sheet = UnstakeSheet(self._summary.support)
            sheet.ordered.connect(self._spend)
            self.window_services.open_sheet(sheet)

    def _take_out(self) -> None:
        if self._summary is not None and self._summary.support is not None:
            self._spend(withdraw_call(self._summary.support))

    def _stop_supporting(self) -> None:
        if self._summary is not None and self._summary.support is not None and self._chosen is not None:
            self._spend(stop_call(self._summary.support, self._chosen))

    def _spend(self, call: Call) -> None:
        account = self._account()
        if account is not None:
            self.spend.emit(call, account.address, lambda _: self._read())


class _FigureCard(Card):
    """A figure with its name above and a line below; a thin bar where it is a part of something."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._name, self._note = Label("", "label"), Label("", "second", "muted")
        self._figure, self._unit = Label("", "figure"), Label("", "muted")
        self._bar = Progress(0.0, "warn")
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._figure)
        line.addWidget(self._unit)
        line.addStretch(1)
        self.body.setSpacing(4)
        self.body.addWidget(self._name)
        self.body.addLayout(line)
        self.body.addWidget(self._note)
        self.body.addWidget(self._bar)

    def show_figure(self, text: FigureText) -> None:
        """Show another figure."""
        self._name.setText(text.title)
        self._figure.setText(text.figure)
        self._unit.setText(text.unit)
        self._note.setText(text.note)
        self.setToolTip(text.tooltip)
        self._bar.setVisible(text.fraction is not None)
        self._bar.set_fraction(text.fraction or 0.0)

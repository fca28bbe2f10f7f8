"""Market: find a machine and rent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelectionModel, QModelIndex
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.call import Call, Receipt
from dbc_desktop.domain.errors import ChainRejected, DbcError, InvalidInput
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import BLOCKS_PER_ERA, MachineTable
from dbc_desktop.domain.rental import RentQuote
from dbc_desktop.screens.market import SORT_OF, MarketColumn, head_text, market_detail, smallest_first
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.market import MarketQuery, filter_and_sort
from dbc_desktop.ui.dialogs.rent_sheet import RentSheet
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.market_detail import DetailPanel
from dbc_desktop.ui.pages.market_query import QueryBar
from dbc_desktop.ui.pages.market_table import MarketModel, MarketView
from dbc_desktop.ui.widgets import EmptyState

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_MOVES_THE_MARKET = frozenset({"RentMachine", "OnlineProfile", "OnlineCommittee", "DBCPriceOCW", "MaintainCommittee"})


@dataclass(frozen=True, slots=True)
class _Found:
    """What a read of the market brings home."""

    table: MachineTable
    dbc_price: int
    rows: NDArray[np.int64]


class MarketPage(Page):
    """The query line, the table and the detail of the chosen machine."""

    key = "market"
    icon_name = "market"
    scrolls = False
    skeleton = ((36, 1), (24, 4), (520, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._model = MarketModel()
        self._view = MarketView(self._model)
        self._query = MarketQuery()
        self._sort, self._ascending = MarketColumn.USD_HOUR, True
        self._chosen: MachineId | None = None
        self._known: tuple[Machine | None, RentQuote | None] = (None, None)
        self._is_reading = self._is_outdated = self._opens_single = False
        self._asked = 0
        self._build()

    def title(self) -> str:
        """Its name."""
        return tr("Market")

    def _build(self) -> None:
        self._bar = QueryBar()
        self._bar.changed.connect(self._take_query)
        self.body.addWidget(self._bar)
        row = QHBoxLayout()
        row.setSpacing(12)
        card = QFrame()
        card.setProperty("card", True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.addWidget(self._view, 1)
        self._nothing = EmptyState(
            tr("No machine matches"),
            tr("Take a filter away, or ask for less."),
            tr("Clear the search"),
            lambda: self._bar.set_text(""),
            name="market.clear",
            primary=False,
        )
        self._nothing.hide()
        inside.addWidget(self._nothing, 1)
        row.addWidget(card, 1)
        self._panel = DetailPanel()
        self._panel.hide()
        self._panel.rent.connect(self._open_rent)
        self._panel.closed.connect(self._close_detail)
        row.addWidget(self._panel)
        self.body.addLayout(row, 1)
        self._view.horizontalHeader().sectionClicked.connect(self._sort_by)
        self._view.selectionModel().currentRowChanged.connect(self._choose)
        self._view.doubleClicked.connect(lambda _: self._open_rent())
        self._show_sort()

    # reading

    def on_shown(self) -> None:
        """Read the market."""
        if self._model.table is None:
            self.show_loading()
        self._read()

    def on_head(self, change: HeadChange) -> None:
        """Read again when something happened that a renter would see."""
        if self._model.table is None or any(event.pallet in _MOVES_THE_MARKET for event in change.events):
            self._read()

    def on_argument(self, argument: object) -> None:
        """A query to start with; where it finds one machine, that one is opened."""
        if isinstance(argument, str):
            self._opens_single = True
            self._bar.set_text(argument)
            self._show_result()

    def on_account(self) -> None:
        """The market is the same for everybody."""

    def _read(self) -> None:
        if self._is_reading:
            self._is_outdated = True
            return
        self._is_reading, self._is_outdated = True, False
        backend, query, column, ascending = self.program.backend, self._query, SORT_OF[self._sort], self._ascending

        def read() -> _Found:
            table = backend.market()
            return _Found(table, backend.network().dbc_price_usd, filter_and_sort(table, query, column, ascending))

        self._asked += 1
        asked = self._asked
        self.program.runner.query(
            "chain-read", read, owner=self, done=lambda found: self._arrived(found, asked), failed=self._fail
        )

    def _arrived(self, found: _Found, asked: int) -> None:
        self._is_reading = False
        self._model.show_order(found.table, found.rows, found.dbc_price)
        self.show_content()
        self.set_note(head_text(found.table))
        if asked != self._asked:  # the person typed or sorted meanwhile
            self._reorder()
        self._show_result()
        if self._chosen is not None:
            self._read_detail(self._chosen)
        if self._is_outdated:
            self._read()

    def _fail(self, error: DbcError) -> None:
        self._is_reading = False
        if self._model.table is None:
            self.show_failed(notice_for(error))
        else:
            self.show_offline(notice_for(error))

    def _reorder(self) -> None:
        """Filter and sort what is known, off the GUI thread; only the newest answer counts."""
        table = self._model.table
        if table is None:
            return
        self._asked += 1
        asked = self._asked
        query, column, ascending = self._query, SORT_OF[self._sort], self._ascending

        def ordered(rows: NDArray[np.int64]) -> None:
            if asked == self._asked and self._model.table is table:
                self._model.show_order(table, rows, self._model.dbc_price)
                self._show_result()

        self.program.runner.query(
            "io", lambda: filter_and_sort(table, query, column, ascending), owner=self, done=ordered, failed=self._fail
        )

    def _show_result(self) -> None:
        found = self._model.rowCount()
        is_everything = not self._bar.text().strip()
        self._bar.show_found(None if is_everything else found)
        self._nothing.setVisible(not found)
        self._view.setVisible(bool(found))
        if not found and is_everything:
            self._nothing.title_label.setText(tr("No machine is on offer"))
            self._nothing.text_label.setText(tr("Machines appear here once the committee has confirmed them."))
        else:
            self._nothing.title_label.setText(tr("No machine matches"))
            self._nothing.text_label.setText(tr("Take a filter away, or ask for less."))
        self._nothing.button.setVisible(not is_everything)
        if self._opens_single and found == 1 and not is_everything:
            self._opens_single = False
            self._view.selectRow(0)
        if self._chosen is not None:
            self._render_detail()

    # the person

    def _take_query(self, text: str) -> None:
        try:
            self._query = MarketQuery.parse(text)
        except InvalidInput as error:
            self._bar.show_problem(notice_for(error).body)
            return
        self._bar.show_query(self._query)
        self._reorder()

    def _sort_by(self, section: int) -> None:
        column = MarketColumn(section)
        if column is self._sort:
            self._ascending = not self._ascending
        else:
            self._sort, self._ascending = column, smallest_first(column)
        self._show_sort()
        self._reorder()

    def _show_sort(self) -> None:
        self._model.show_sort(self._sort, self._ascending)

    def _choose(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not current.isValid():
            return
        machine_id = self._model.row_at(current.row()).machine_id
        if machine_id == self._chosen and self._panel.isVisible():
            return
        self._chosen, self._known = machine_id, (None, None)
        self._render_detail()
        self._panel.show()
        self._read_detail(machine_id)

    def _close_detail(self) -> None:
        self._chosen = None
        self._panel.hide()
        self._view.selectionModel().clear()

    # the detail

    def _table_row(self) -> int:
        table = self._model.table
        if table is None or self._chosen is None or self._chosen not in table.machine_id:
            return -1
        return table.machine_id.index(self._chosen)

    def _render_detail(self) -> None:
        row, table = self._table_row(), self._model.table
        if row < 0 or table is None:
            self._close_detail()
            return
        machine, quote = self._known
        self._panel.render_detail(market_detail(table, row, self._model.dbc_price, machine, quote))
        shown = self._model.row_of(self._chosen) if self._chosen is not None else -1
        if shown >= 0 and self._view.currentIndex().row() != shown:
            self._view.selectionModel().setCurrentIndex(
                self._model.index(shown, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )

    def _read_detail(self, machine_id: MachineId) -> None:
        row, table = self._table_row(), self._model.table
        if row < 0 or table is None:
            return
        free, backend = int(table.free_gpu[row]), self.program.backend

        def read() -> tuple[Machine | None, RentQuote | None]:
            machine = backend.machine(machine_id)
            if not free:
                return machine, None
            try:
                return machine, backend.rent_quote(machine_id, free, BLOCKS_PER_ERA)
            except ChainRejected:  # somebody was quicker; the next read of the market says so
                return machine, None

        def arrived(known: tuple[Machine | None, RentQuote | None]) -> None:
            if machine_id == self._chosen:
                self._known = known
                self._render_detail()

        self.program.runner.query("chain-read", read, owner=self, done=arrived, failed=self._fail)

    def _open_rent(self) -> None:
        row, table = self._table_row(), self._model.table
        if row < 0 or table is None or not int(table.free_gpu[row]):
            return
        account = self.window_services.account()
        if account is None:
            self.window_services.open_create_account()
            return
        detail = market_detail(table, row, self._model.dbc_price)
        sheet = RentSheet(
            self.program,
            table.machine_id[row],
            table.gpu_type[row],
            f"{detail.title} · {detail.subtitle}",
            int(table.free_gpu[row]),
            account.address,
        )
        renter = account.address

        def spend(call: Call) -> None:
            self.spend.emit(call, renter, self._rented)

        sheet.ordered.connect(spend)
        self.window_services.open_sheet(sheet)

    def _rented(self, _receipt: Receipt) -> None:
        self._read()
        self.navigate.emit("rentals", None)

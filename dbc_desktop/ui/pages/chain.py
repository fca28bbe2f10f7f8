"""Chain: what happened in every block, and the machine that travels through its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.branches import Branch, BranchComparison
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.domain.explorer import HIGHEST, ExtrinsicDetail, ExtrinsicRow, Mark
from dbc_desktop.domain.network import BlockSummary, Capability, Deadline, Head, Identity
from dbc_desktop.screens import formats
from dbc_desktop.screens.explorer import PastLine, detail_screen, past_line, resident_name, total_text, view_name
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.time_line import branch_note, page_note, place_text, time_line, to_next_deadline
from dbc_desktop.services.explorer import MAX_QUERY, PastPage, PastQuery, PastRow, PastView, past_page
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.chain_detail import ExtrinsicPanel
from dbc_desktop.ui.pages.chain_table import PastModel, PastTable
from dbc_desktop.ui.pages.chain_time import TimeCard
from dbc_desktop.ui.pages.chain_travel import TravelActs
from dbc_desktop.ui.widgets import Button, Card, EmptyState, Label, restyle

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


@dataclass(frozen=True, slots=True)
class _Read:
    """What one look at the chain brings home."""

    head: Head
    page: PastPage
    lines: tuple[PastLine, ...]
    names: Mapping[bytes, str]
    deadlines: tuple[Deadline, ...]
    branches: tuple[Branch, ...]
    identity: Identity


class ChainPage(Page):
    """Reads the newest page when shown and with each block; older ones as the person scrolls."""

    key: ClassVar[str] = "chain"
    icon_name: ClassVar[str] = "chain"
    scrolls: ClassVar[bool] = False
    skeleton = ((126, 1), (24, 4), (480, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._view, self._query = PastView.EXTRINSICS, PastQuery()
        self._shown: tuple[PastView, PastQuery] | None = None
        self._read_one: _Read | None = None
        self._older: Mark | None = None
        self._compared: BranchComparison | None = None
        self._is_reading = self._is_outdated = False
        self._build()

    def title(self) -> str:
        """Its name."""
        return tr("Chain")

    def _build(self) -> None:
        self._acts = acts = TravelActs(self.program, self.window_services, self)
        acts.read_again.connect(self._read)
        acts.moved.connect(self._moved)
        acts.compared.connect(self._show_comparison)
        self._snapshot = self.add_action_button(tr("Snapshot"), name="chain.snapshot", act=acts.ask_snapshot)
        self._branch = self.add_action_button(tr("Branch here"), name="chain.branch_here", act=acts.ask_branch)
        self._export = self.add_action_button(tr("Export…"), name="chain.export", act=acts.export_file)
        self._time = TimeCard(self._place)
        self._time.jumped.connect(self.window_services.open_jump)
        self._time.looked.connect(self._look_at)
        self._time.branches.connect(acts.open_branches)
        self.body.addWidget(self._time)
        self.body.addLayout(self._build_filters())
        row = QHBoxLayout()
        row.setSpacing(12)
        card = Card(padding=8)
        inside = QVBoxLayout()
        card.body.addLayout(inside, 1)
        self._model = PastModel()
        self._model.wants_more.connect(self._read_older)
        self._table = PastTable(self._model)
        self._table.opened.connect(self._open)
        inside.addWidget(self._table, 1)
        self._nothing = EmptyState(
            tr("Nothing matches"),
            tr("Take a filter away, or look at other blocks."),
            tr("Show everything"),
            lambda: self._edit.setText(""),
            name="chain.clear",
            primary=False,
        )
        self._nothing.hide()
        inside.addWidget(self._nothing, 1)
        row.addWidget(card, 1)
        self._panel = ExtrinsicPanel()
        self._panel.closed.connect(self._panel.hide)
        self._panel.filtered.connect(self._edit.setText)
        self._panel.hide()
        row.addWidget(self._panel)
        self.body.addLayout(row, 1)

    def _build_filters(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        self._views: dict[PastView, Button] = {}
        for view in PastView:
            chip = Button(view_name(view), small=True, name=f"chain.view.{view.value}", act=partial(self._choose, view))
            chip.setProperty("chip", True)
            chip.setCheckable(True)
            self._views[view] = chip
            line.addWidget(chip)
        self._mine = Button(tr("mine only"), small=True, name="chain.mine", act=self._toggle_mine)
        self._mine.setProperty("chip", True)
        self._mine.setCheckable(True)
        line.addWidget(self._mine)
        self._edit = QLineEdit()
        self._edit.setObjectName("chain.query")
        self._edit.setAccessibleName(tr("Filters"))
        self._edit.setPlaceholderText(tr("Filter, for example call:RentMachine of:5Grw… block:100-2000 refused"))
        self._edit.setProperty("mono", True)
        self._edit.setFixedHeight(28)
        self._edit.setMaxLength(MAX_QUERY)
        self._edit.textChanged.connect(self._typed)
        line.addWidget(self._edit, 1)
        self._found = Label("", "muted")
        self._found.setObjectName("chain.found")
        self._problem = Label("", "second", "loss")
        self._problem.setObjectName("chain.problem")
        self._problem.hide()
        line.addWidget(self._found)
        line.addWidget(self._problem)
        self._residents = Button(
            tr("Residents…"), "bare", small=True, name="chain.residents", act=self._acts.open_residents
        )
        self._faults = Button(tr("Faults…"), "bare", small=True, name="chain.faults", act=self._acts.open_faults)
        line.addWidget(self._residents)
        line.addWidget(self._faults)
        self._show_choice()
        return line

    # reading

    def on_shown(self) -> None:
        """Read the newest page."""
        if self._read_one is None:
            self.show_loading()
        self._fit_to_backend()
        self._read()

    def on_head(self, change: HeadChange) -> None:
        """A new block is a new row, and time went on."""
        self._read()

    def on_account(self) -> None:
        """Other deadlines, and another one whose transactions are mine."""
        self._compared = None
        if self._mine.isChecked():
            self._set_mine()
        self._read()

    def on_argument(self, argument: object) -> None:
        """A line of filters to start with."""
        if isinstance(argument, str):
            self._edit.setText(argument)

    def _fit_to_backend(self) -> None:
        """Hide what this backend cannot do."""
        can = self.window_services.capabilities()
        travels = Capability.JUMP in can
        for widget in (self._time, self._snapshot, self._branch, self._export, self._residents, self._faults):
            widget.setVisible(travels)

    def _read(self) -> None:
        if self._is_reading:
            self._is_outdated = True
            return
        can = self.window_services.capabilities()
        if can and Capability.EXPLORER not in can:
            self.show_empty(
                tr("This network cannot be searched here"),
                tr("A node answers for its newest state only. The local chain keeps its whole past."),
            )
            return
        self._is_reading, self._is_outdated = True, False
        backend, view, query = self.program.backend, self._view, self._query
        account, travels = self.window_services.account(), Capability.JUMP in can

        own = {each.address.raw: each.name for each in self.window_services.accounts()}

        def read() -> _Read:
            head, page = backend.head(), past_page(backend, view, query)
            known = backend.resident_names() if travels else {}
            names = {raw: resident_name(name) for raw, name in known.items()} | own
            # A hundred rows of words take longer to write than a frame lasts: not on the GUI thread.
            return _Read(
                head,
                page,
                tuple(past_line(row, head, names) for row in page.rows),
                names,
                () if account is None else backend.deadlines(account.address),
                backend.branches() if travels else (),
                backend.identity(),
            )

        self.program.runner.query(
            "chain-read", read, owner=self, done=lambda found: self._arrived(found, view, query), failed=self._failed
        )

    def _arrived(self, found: _Read, view: PastView, query: PastQuery) -> None:
        self._is_reading = False
        if (view, query) != (self._view, self._query):
            self._read()
            return
        self._read_one = found
        is_same = self._shown == (view, query)
        rows = found.page.rows
        before = self._model.rowCount()
        self._model.show_first(view, rows, found.lines, more=found.page.older is not None, is_same=is_same)
        if not is_same or not before or self._model.rowCount() == len(rows):
            self._older = found.page.older
        self._shown = (view, query)
        self._show_result(found)
        self.show_content()
        if self._is_outdated:
            self._read()

    def _show_result(self, found: _Read) -> None:
        self.set_note(page_note(found.identity.rules_profile, found.branches))
        is_node = found.identity.kind == "node"
        self._found.setText(total_text(found.page.total, self._view is PastView.EXTRINSICS, is_node=is_node))
        self._show_rows()
        if not self._model.rowCount():  # nothing in the first stretch of blocks; in an older one there may be
            self._model.fetchMore(QModelIndex())
        account = self.window_services.account()
        self._time.show_line(
            time_line(found.head, found.deadlines),
            to_next_deadline(found.head, found.deadlines),
            branch_note(found.branches, self._compared, None if account is None else account.address.raw),
        )

    def _show_rows(self) -> None:
        """The table, or in its place why it is empty."""
        has_rows, is_searching = self._model.rowCount() > 0, self._older is not None
        self._table.setVisible(has_rows)
        self._nothing.setVisible(not has_rows)
        is_everything = self._query == PastQuery()
        title = tr("Nothing has happened yet") if is_everything else tr("Nothing matches")
        self._nothing.title_label.setText(tr("Looking through older blocks…") if is_searching else title)
        self._nothing.text_label.setText(
            tr("Each transaction and what it caused will stand here.")
            if is_everything
            else tr("Take a filter away, or look at other blocks.")
        )
        self._nothing.button.setVisible(not is_everything)

    def _read_older(self) -> None:
        mark, view, query, backend = self._older, self._view, self._query, self.program.backend
        if mark is None or self._read_one is None:
            self._model.give_up()
            return
        head, names = self._read_one.head, self._read_one.names

        def read() -> tuple[PastPage, tuple[PastLine, ...]]:
            page = past_page(backend, view, query, mark)
            return page, tuple(past_line(row, head, names) for row in page.rows)

        def arrived(found: tuple[PastPage, tuple[PastLine, ...]]) -> None:
            page, lines = found
            if (view, query) == self._shown and mark == self._older:
                self._older = page.older
                self._model.add_older(page.rows, lines, more=page.older is not None)
                self._show_rows()

        self.program.runner.query("chain-read", read, owner=self, done=arrived, failed=self._failed)

    def _failed(self, error: DbcError) -> None:
        self._is_reading = False
        self._model.give_up()
        if self._read_one is None:
            self.show_failed(notice_for(error))
        else:
            self.show_offline(notice_for(error))

    def _names(self) -> Mapping[bytes, str]:
        return {} if self._read_one is None else self._read_one.names

    # filters

    def _choose(self, view: PastView) -> None:
        if view is not self._view:
            self._view = view
            self._panel.hide()
            self._read()
        self._show_choice()

    def _show_choice(self) -> None:
        for view, chip in self._views.items():
            chip.setChecked(view is self._view)
            restyle(chip, chosen=view is self._view)
        restyle(self._mine, chosen=self._mine.isChecked())

    def _typed(self, text: str) -> None:
        try:
            query = PastQuery.parse(text)
        except InvalidInput as error:
            self._problem.setText(input_text(error))
            self._problem.show()
            self._found.hide()
            restyle(self._edit, wrong=True)
            return
        self._problem.hide()
        self._found.show()
        restyle(self._edit, wrong=False)
        account = self.window_services.account()
        self._mine.setChecked(account is not None and query.who == account.address.raw)
        self._show_choice()
        if query != self._query:
            self._query = query
            self._read()

    def _toggle_mine(self) -> None:
        if self._mine.isChecked():
            self._set_mine()
        else:
            self._edit.setText(_without(self._edit.text(), "of:"))

    def _set_mine(self) -> None:
        account = self.window_services.account()
        rest = _without(self._edit.text(), "of:")
        own = "" if account is None else f"of:{formats.address_text(account.address)}"
        self._edit.setText(f"{rest} {own}".strip())
        self._show_choice()

    def _look_at(self, height: int) -> None:
        """List from a height of the past downwards."""
        rest = _without(self._edit.text(), "block:")
        self._edit.setText(f"{rest} block:0-{min(height, HIGHEST)}".strip())

    def _place(self, height: int) -> str:
        return "" if self._read_one is None else place_text(height, self._read_one.head)

    # one row

    def _open(self, row: PastRow) -> None:
        if isinstance(row, BlockSummary):
            self._view = PastView.EXTRINSICS if row.extrinsic_num else PastView.EVENTS
            self._show_choice()
            self._edit.setText(f"block:{row.height}")
            return
        position = row.position if isinstance(row, ExtrinsicRow) else row.extrinsic
        if position is None:
            if isinstance(row, EventRecord):
                self._edit.setText(f"block:{row.height}")
            return
        height, backend = row.height, self.program.backend
        self.program.runner.query(
            "chain-read",
            lambda: backend.extrinsic_at(height, position),
            owner=self,
            done=self._show_detail,
            failed=self._failed,
        )

    def _show_detail(self, detail: ExtrinsicDetail | None) -> None:
        if detail is not None and self._read_one is not None:
            self._panel.render_detail(detail_screen(detail, self._read_one.head, self._names()))
            self._panel.show()

    # the time machine

    def _moved(self) -> None:
        """The chain stands elsewhere: what was read says nothing any more."""
        self._compared, self._shown = None, None
        self._panel.hide()
        self._read()

    def _show_comparison(self, found: BranchComparison) -> None:
        from dbc_desktop.ui.dialogs.branches_sheet import CompareSheet

        self._compared = found
        self.window_services.open_sheet(CompareSheet(found, self._names()))
        self._read()


def _without(text: str, key: str) -> str:
    """The line of filters without those of a kind."""
    return " ".join(term for term in text.split() if not term.startswith(key))

"""Reads the history of the account that the window acts for, page by page, and again when its balance changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.explorer import Mark
from dbc_desktop.domain.history import HistoryKind, HistoryPage, MoneyRow
from dbc_desktop.domain.network import Head
from dbc_desktop.screens.history import Filter, HistoryLine, history_lines, known_note
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.services.history import history_page
from dbc_desktop.ui.pages.wallet_history import HistoryCard

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

FEWEST_ROWS = 10
MOST_READS = 20
"""Pages may be short; so many are read in a row until the table is full."""


class HistoryReading:
    """Feeds a `HistoryCard`; all on the GUI thread but the reading itself."""

    def __init__(self, program: Program, card: HistoryCard, names: Callable[[], dict[Address, str]]) -> None:
        self._program, self._card, self._names = program, card, names
        self.kinds: frozenset[HistoryKind] | None = None
        self._account: Address | None = None
        self._seen: tuple[Address | None, AccountState | None] = (None, None)
        self._head: Head | None = None
        self._rows: tuple[MoneyRow, ...] = ()
        self._lines: tuple[HistoryLine, ...] = ()
        self._older: Mark | None = None
        self._named: dict[Address, str] = {}
        self._asked = 0
        card.filtered.connect(self._filter)
        card.older_wanted.connect(self._read_on)

    def look(self, account: Address | None, state: AccountState | None, head: Head) -> None:
        """Read anew where it is another account, or one whose coins have moved."""
        self._head = head
        if (account, state) == self._seen:
            return
        is_other = account != self._account
        self._seen, self._account = (account, state), account
        if is_other:
            self._forget()
        self._read(None)

    def _filter(self, chosen: Filter) -> None:
        self.kinds = chosen.kinds
        self._forget()
        self._read(None)

    def _forget(self) -> None:
        self._rows, self._lines, self._older = (), (), None

    def _read_on(self) -> None:
        if self._older is not None:
            self._read(self._older)

    def _read(self, before: Mark | None) -> None:
        self._asked += 1
        asked, account, kinds, backend = self._asked, self._account, self.kinds, self._program.backend
        if account is None:
            return

        def read() -> HistoryPage:
            page = history_page(backend, account, before, kinds)
            rows, reads = page.rows, 1
            while page.older is not None and len(rows) < FEWEST_ROWS and reads < MOST_READS:
                page = history_page(backend, account, page.older, kinds)
                rows, reads = (*rows, *page.rows), reads + 1
            return HistoryPage(rows, page.older, page.known_from)

        def done(page: HistoryPage) -> None:
            if asked == self._asked:  # else another account or filter was chosen meanwhile
                self._take(page, before)

        self._program.runner.query("chain-read", read, owner=self._card, done=done, failed=self._failed)

    def _take(self, page: HistoryPage, before: Mark | None) -> None:
        if self._head is None:
            return
        names = self._names()
        if before is not None:
            self._rows, self._older = (*self._rows, *page.rows), page.older
            self._lines = (*self._lines, *history_lines(page.rows, self._head, names))
        else:
            new = self._newer_than_known(page.rows)
            if new is None or names != self._named:
                self._rows, self._older = page.rows, page.older
                self._lines = history_lines(page.rows, self._head, names)
            else:  # what was read on stays, however far the person has scrolled
                self._rows = (*page.rows[:new], *self._rows)
                self._lines = (*history_lines(page.rows[:new], self._head, names), *self._lines)
        self._named = names
        note = known_note(page.known_from, len(self._rows), self._older is None)
        self._card.show_lines(self._lines, note, self._older is not None)

    def _newer_than_known(self, rows: tuple[MoneyRow, ...]) -> int | None:
        """How many of the newest rows are new above those that stand there; None where they do not fit together."""
        if not self._rows:
            return None
        new = next((at for at, row in enumerate(rows) if row == self._rows[0]), None)
        if new is None or rows[new:] != self._rows[: len(rows) - new]:
            return None
        return new

    def _failed(self, error: DbcError) -> None:
        self._seen = (None, None)  # the next block asks again
        if not self._rows:
            notice = notice_for(error)
            self._card.show_message(f"{notice.title}. {notice.body}")

"""The Chain page's table: a model over pages that are read as the person scrolls, never the whole past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.screens.explorer import PastLine, column_titles
from dbc_desktop.services.explorer import PastRow, PastView
from dbc_desktop.ui.widgets.badge_delegate import BadgeDelegate
from dbc_desktop.ui.widgets.table import dress_table
from dbc_desktop.ui.widgets.table_model import Index, TableColumn, TableModel, mono, muted

MOST_ROWS = 20_000
"""So many rows are kept; whoever looks for older ones says `block:`."""

_MONO = {PastView.EXTRINSICS: (2,), PastView.BLOCKS: (2, 3), PastView.EVENTS: (2,)}
_NUMBERS = {PastView.EXTRINSICS: (5,), PastView.BLOCKS: (4, 5), PastView.EVENTS: ()}
_QUIET = {PastView.EXTRINSICS: (1, 4, 5), PastView.BLOCKS: (1, 3), PastView.EVENTS: (1, 4)}
_WIDTHS = {
    PastView.EXTRINSICS: (96, 92, 278, 128, 0, 88, 146),
    PastView.BLOCKS: (104, 120, 160, 160, 110, 0),
    PastView.EVENTS: (96, 92, 278, 120, 0),
}
"""Pixels of each column; the one with 0 takes what is left."""

_STRETCH_LEAST = 120
_FIRST_TO_GO = {PastView.EXTRINSICS: (5, 1, 4), PastView.BLOCKS: (3, 1), PastView.EVENTS: (3, 1)}


class PastEntry(NamedTuple):
    """A row of the past, and the words for it."""

    row: PastRow
    line: PastLine


def _columns(view: PastView) -> dict[int, TableColumn[PastEntry]]:
    def column(number: int) -> TableColumn[PastEntry]:
        is_outcome = view is PastView.EXTRINSICS and number == len(_WIDTHS[view]) - 1
        return TableColumn(
            lambda: column_titles(view)[number],
            lambda entry: entry.line.cells[number],
            lambda entry: entry.line.tips[number],
            is_number=number in _NUMBERS[view],
            font=mono if number in _MONO[view] else None,
            tone=muted if number in _QUIET[view] else None,
            badge=(lambda entry: entry.line.kind) if is_outcome else None,
        )

    return {number: column(number) for number in range(len(_WIDTHS[view]))}


class PastModel(TableModel[PastEntry]):
    """Rows of one view, newest first; `wants_more` asks for the page behind the last one."""

    wants_more = Signal()

    def __init__(self) -> None:
        self.view = PastView.EXTRINSICS
        super().__init__(_columns(self.view))
        self._has_more = self._asked = False

    def show_first(
        self, view: PastView, rows: Sequence[PastRow], lines: Sequence[PastLine], *, more: bool, is_same: bool
    ) -> None:
        """Show the newest page; where the filters are the same, what is there already stays, selected or not."""
        if is_same and self._rows and not rows:  # all that matches is older than what one page looks through
            return
        page = [PastEntry(row, line) for row, line in zip(rows, lines, strict=True)]
        first = self._rows[0].line.key if is_same and self._rows else None
        new = next((at for at, line in enumerate(lines) if line.key == first), None)
        if new is None:
            self.view, self._has_more, self._asked = view, more, False
            self._reset(page, _columns(view))
            return
        if new:
            self._insert(0, page[:new])
        # Times go on: the words of the newest page are those of now.
        pairs = zip(page, self._rows, strict=False)
        self._refresh([fresh if fresh.line.key == known.line.key else known for fresh, known in pairs])

    def add_older(self, rows: Sequence[PastRow], lines: Sequence[PastLine], *, more: bool) -> None:
        """Put the next page below."""
        self._asked, self._has_more = False, more
        if rows:
            self._insert(len(self._rows), [PastEntry(row, line) for row, line in zip(rows, lines, strict=True)])
        elif more:
            # Nothing in that page matched; the next one may.
            self._asked = True
            self.wants_more.emit()

    def give_up(self) -> None:
        """A page did not come; scrolling on asks again."""
        self._asked = False

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there is an older page that may be kept."""
        return not parent.isValid() and self._has_more and not self._asked and len(self._rows) < MOST_ROWS

    def fetchMore(self, parent: Index) -> None:
        """Ask for it; it comes later."""
        if self.canFetchMore(parent):
            self._asked = True
            self.wants_more.emit()


class PastTable(QTableView):
    """Whole rows selected; `opened` brings the row that was clicked, or on which Enter was pressed."""

    opened = Signal(object)

    def __init__(self, model: PastModel) -> None:
        super().__init__()
        self._past = model
        self.setModel(model)
        head = dress_table(self, "chain.table")
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setMinimumSectionSize(40)
        self.setItemDelegate(BadgeDelegate(self))
        model.modelReset.connect(self._fit)
        self.clicked.connect(lambda index: self.opened.emit(model.row_at(index.row()).row))
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the chosen row."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(self._past.row_at(index.row()).row)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        view, room = self._past.view, self.viewport().width()
        widths = [width or _STRETCH_LEAST for width in _WIDTHS[view]]
        shown = list(range(len(widths)))
        for column in _FIRST_TO_GO[view]:
            if sum(widths[each] for each in shown) > room:
                shown.remove(column)
        # What is left goes to the column that reads as a sentence, else to the call's name.
        stretch = _WIDTHS[view].index(0)
        widths[stretch if stretch in shown else 2] += max(0, room - sum(widths[each] for each in shown))
        for column, width in enumerate(widths):
            self.setColumnHidden(column, column not in shown)
            self.setColumnWidth(column, width)

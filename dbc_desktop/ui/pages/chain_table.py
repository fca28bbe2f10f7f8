"""The Chain page's table: a model over pages that are read as the person scrolls, never the whole past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from dbc_desktop.screens.explorer import PastLine, column_titles
from dbc_desktop.services.explorer import PastRow, PastView
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.badge_delegate import BadgeDelegate
from dbc_desktop.ui.widgets.table import dress_table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
BADGE_KIND = Qt.ItemDataRole.UserRole
MOST_ROWS = 20_000
"""So many rows are kept; whoever looks for older ones says `block:`."""

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
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


class PastModel(QAbstractTableModel):
    """Rows of one view, newest first; `wants_more` asks for the page behind the last one."""

    wants_more = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.view = PastView.EXTRINSICS
        self._rows: list[PastRow] = []
        self._lines: list[PastLine] = []
        self._has_more = self._asked = False

    def show_first(
        self, view: PastView, rows: Sequence[PastRow], lines: Sequence[PastLine], *, more: bool, is_same: bool
    ) -> None:
        """Show the newest page; where the filters are the same, what is there already stays, selected or not."""
        first = self._lines[0].key if is_same and self._lines else None
        new = next((at for at, line in enumerate(lines) if line.key == first), None)
        if new is None:
            self.beginResetModel()
            self.view = view
            self._rows, self._lines = list(rows), list(lines)
            self._has_more, self._asked = more, False
            self.endResetModel()
            return
        if new:
            self.beginInsertRows(_ROOT, 0, new - 1)
            self._rows[:0], self._lines[:0] = list(rows[:new]), list(lines[:new])
            self.endInsertRows()
        self._refresh(lines)

    def _refresh(self, lines: Sequence[PastLine]) -> None:
        """Times go on: the texts of the newest page are those of now."""
        for at, line in enumerate(lines):
            if at < len(self._lines) and self._lines[at].key == line.key:
                self._lines[at] = line
        if lines:
            self.dataChanged.emit(self.index(0, 0), self.index(min(len(lines), len(self._lines)) - 1, 1))

    def add_older(self, rows: Sequence[PastRow], lines: Sequence[PastLine], *, more: bool) -> None:
        """Put the next page below."""
        self._asked, self._has_more = False, more
        if rows:
            start = len(self._rows)
            self.beginInsertRows(_ROOT, start, start + len(rows) - 1)
            self._rows += rows
            self._lines += lines
            self.endInsertRows()
        elif more:
            # Nothing in that page matched; the next one may.
            self._asked = True
            self.wants_more.emit()

    def give_up(self) -> None:
        """A page did not come; scrolling on asks again."""
        self._asked = False

    def row_at(self, row: int) -> PastRow:
        """What stands in a row."""
        return self._rows[row]

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there is an older page that may be kept."""
        return not parent.isValid() and self._has_more and not self._asked and len(self._rows) < MOST_ROWS

    def fetchMore(self, parent: Index) -> None:
        """Ask for it; it comes later."""
        if self.canFetchMore(parent):
            self._asked = True
            self.wants_more.emit()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Rows that were read so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """As many as the view has."""
        return 0 if parent.isValid() else len(_WIDTHS[self.view])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.cells[column]
            case Qt.ItemDataRole.ToolTipRole:
                return line.tips[column] or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column in _NUMBERS[self.view] else _LEFT
            case Qt.ItemDataRole.FontRole:
                return theme.font(12, mono=True) if column in _MONO[self.view] else theme.font(13)
            case Qt.ItemDataRole.ForegroundRole:
                return theme.color("muted") if column in _QUIET[self.view] else None
            case Qt.ItemDataRole.UserRole:
                is_badge = self.view is PastView.EXTRINSICS and column == len(line.cells) - 1
                return line.kind if is_badge else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words above the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column_titles(self.view)[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _NUMBERS[self.view] else _LEFT
        return None


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
        self.setItemDelegate(BadgeDelegate(self, BADGE_KIND))
        model.modelReset.connect(self._fit)
        self.clicked.connect(lambda index: self.opened.emit(model.row_at(index.row())))
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the chosen row."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(self._past.row_at(index.row()))
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

"""The history of an account in Wallet: a table that reads on as it is scrolled, filters, and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import partial

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QHeaderView

from dbc_desktop.screens.formats import TOKEN
from dbc_desktop.screens.history import HistoryLine, filters
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets import Button, Card, Label
from dbc_desktop.ui.widgets.table import ShortTable
from dbc_desktop.ui.widgets.table_model import Index, RowsModel, TableColumn, mono, muted, strong

ROWS_SHOWN = 10
"""So many rows are seen at once; the table scrolls for the rest."""


class Column(IntEnum):
    """Columns in the order they stand."""

    WHEN = 0
    BLOCK = 1
    WHAT = 2
    AMOUNT = 3
    OTHER = 4
    SUBJECT = 5


def _other_font(row: HistoryLine) -> QFont:
    return mono(row) if "…" in row.other else theme.font()


_COLUMNS: dict[Column, TableColumn[HistoryLine]] = {
    Column.WHEN: TableColumn(lambda: tr("When"), lambda row: row.when, lambda row: row.when_full, tone=muted),
    Column.BLOCK: TableColumn(lambda: tr("Block"), lambda row: row.block, is_number=True, tone=muted),
    Column.WHAT: TableColumn(lambda: tr("What"), lambda row: row.what),
    Column.AMOUNT: TableColumn(
        lambda: TOKEN,
        lambda row: row.amount,
        lambda row: row.amount_full,
        is_number=True,
        font=strong,
        tone=lambda row: row.tone,
    ),
    Column.OTHER: TableColumn(lambda: tr("With"), lambda row: row.other, lambda row: row.other_full, font=_other_font),
    Column.SUBJECT: TableColumn(lambda: tr("About"), lambda row: row.subject, lambda row: row.subject_full, tone=muted),
}


class HistoryModel(RowsModel[HistoryLine]):
    """Newest first; `wanted` asks for older rows when the table is scrolled to its end."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__(_COLUMNS, lambda row: row.key)
        self._has_older = False

    def show_lines(self, rows: Sequence[HistoryLine], *, has_older: bool) -> None:
        """Show `rows`, the newest of those that there are."""
        self._has_older = has_older
        self.show_rows(rows)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there are older rows."""
        return self._has_older and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        """Ask for them."""
        if self._has_older:
            self._has_older = False
            self.wanted.emit()


class HistoryCard(Card):
    """`filtered(Filter)`, `older_wanted()` and `csv_asked()` say what the person wants."""

    filtered = Signal(object)
    older_wanted = Signal()
    csv_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("History"))
        self.model = HistoryModel()
        self.model.wanted.connect(self.older_wanted)
        self.csv = Button(tr("Save as CSV…"), small=True, name="wallet.history.csv", act=self.csv_asked.emit)
        self.add_right(self.csv)
        line = QHBoxLayout()
        line.setSpacing(8)
        group = QButtonGroup(self)
        for each in filters():
            button = Button(
                each.text, small=True, name=f"wallet.history.{each.key}", act=partial(self.filtered.emit, each)
            )
            button.setCheckable(True)
            button.setChecked(each.kinds is None)
            group.addButton(button)
            line.addWidget(button)
        line.addStretch(1)
        self.body.addLayout(line)
        self._message = Label("", "muted", wrap=True)
        self._message.setObjectName("wallet.history.message")
        self.body.addWidget(self._message)
        self.table = ShortTable(self.model, "wallet.history", ROWS_SHOWN)
        head = self.table.head
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(Column.WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((Column.WHEN, 158), (Column.BLOCK, 100), (Column.AMOUNT, 170), (Column.OTHER, 180)):
            head.resizeSection(column, width)
        head.resizeSection(Column.SUBJECT, 150)
        self.table.doubleClicked.connect(self._copy)
        self.body.addWidget(self.table)
        self.show_message(tr("Reading…"))

    def show_lines(self, lines: tuple[HistoryLine, ...], note: str, has_older: bool) -> None:
        """Show what was read so far."""
        self.set_title(tr("History"), note)
        self.model.show_lines(lines, has_older=has_older)
        self._message.setVisible(not lines)
        self._message.setText(tr("Nothing moved yet. Transfers, stake, rent, rewards and fees will stand here."))
        self.table.setVisible(bool(lines))
        self.csv.setEnabled(bool(lines))

    def show_message(self, text: str) -> None:
        """Say something in the place of the table: that it is read, or why it cannot be."""
        self._message.setText(text)
        self._message.show()
        self.table.hide()
        self.csv.setEnabled(False)

    def _copy(self, index: QModelIndex) -> None:
        """A double click copies what the cell stands for."""
        row, column = self.model.row_at(index.row()), self.model.columns[index.column()]
        QGuiApplication.clipboard().setText((column.tip or column.text)(row))

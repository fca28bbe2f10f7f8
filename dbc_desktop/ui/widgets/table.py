"""How every table looks: rows of 32 pixels with a hairline below, whole rows selected, a quiet head of 28."""

from __future__ import annotations

import heapq
import math
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView

from dbc_desktop.ui.widgets.table_model import TableModel

ROW_HEIGHT, HEAD_HEIGHT = 32, 28
_MEASURED = 3
_CELL_MARGIN = 11
"""Left and right of a cell's text: the sheet's 8, and 3 of the style's own."""


def dress_table(view: QTableView, name: str) -> QHeaderView:
    """Give a table that look; its head, for the widths of its columns."""
    view.setObjectName(name)
    view.setShowGrid(False)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    view.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.setWordWrap(False)
    rows = view.verticalHeader()
    rows.setVisible(False)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(ROW_HEIGHT)
    rows.setDefaultSectionSize(ROW_HEIGHT)
    head = view.horizontalHeader()
    head.setFixedHeight(HEAD_HEIGHT)
    head.setHighlightSections(False)
    head.setStyleSheet("QHeaderView::section { padding: 0 11px; }")  # cells add 3 of their own to the sheet's 8
    return head


class ShortTable(QTableView):
    """A dressed table as high as its rows, `most` of them at the most; it scrolls for the rest."""

    def __init__(self, model: QAbstractItemModel, name: str, most: int) -> None:
        super().__init__()
        self._most = most
        self.setModel(model)
        self.head = dress_table(self, name)
        self.head.setSectionsClickable(False)
        self.setIconSize(QSize(10, 10))
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        shown = min(self._most, max(1, self.model().rowCount()))
        self.setFixedHeight(HEAD_HEIGHT + ROW_HEIGHT * shown + 2)


def fit_columns(view: QTableView, model: TableModel[Any], stretched: int, least: int) -> None:
    """Make every column but one as wide as its texts need; for after the rows were changed.

    Qt's `ResizeToContents` measures all cells again whenever the table is laid out, thirty milliseconds for a page of
    rows each time the page comes to the front. Figures are tabular: the widest is one of the longest.
    """
    head = view.horizontalHeader()
    for place, column in enumerate(model.columns):
        if place == stretched:
            continue
        wide = max(least, head.sectionSizeHint(place))
        for row in heapq.nlargest(_MEASURED, model.rows, key=lambda row: len(column.text(row))):
            measure = QFontMetricsF(view.font() if column.font is None else column.font(row))
            # A part of a pixel too little, and Qt puts dots in place of the last figures.
            wide = max(wide, math.ceil(measure.horizontalAdvance(column.text(row))) + 1 + 2 * _CELL_MARGIN)
        if head.sectionSize(place) != wide:
            head.resizeSection(place, wide)

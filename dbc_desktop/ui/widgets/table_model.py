"""What every table has below its looks: columns as data, and rows of which an update touches only what differs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.dot import dot_icon

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
BADGE = Qt.ItemDataRole.UserRole
"""Role of the kind of badge that `BadgeDelegate` draws a cell as."""

_ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class TableColumn(Generic[Row]):
    """What one column shows of a row.

    Attributes:
        title: The words above it; asked anew each time, since the language may change.
        text: The words in a cell.
        tip: What the cell shortens, for the pointer and for screen readers; empty where it shows all.
        is_number: Set to the right.
        font: For cells that are not written as the rest.
        tone: The token of the text's colour; empty for the table's own.
        dot: The kind of a state dot before the text.
        badge: The kind of the badge around the text; empty for none.
    """

    title: Callable[[], str]
    text: Callable[[Row], str]
    tip: Callable[[Row], str] | None = None
    is_number: bool = False
    font: Callable[[Row], QFont] | None = None
    tone: Callable[[Row], str] | None = None
    dot: Callable[[Row], str] | None = None
    badge: Callable[[Row], str] | None = None

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Of the cells, and of the title above them."""
        return _RIGHT if self.is_number else _LEFT

    def in_role(self, row: Row, role: int) -> Any:
        """A cell in one of Qt's roles; None where it has nothing to say."""
        read = _ROLES.get(role)  # Qt asks for eight roles of every cell it draws
        return None if read is None else read(self, row)


def _tip(column: TableColumn[Any], row: Any) -> str | None:
    return None if column.tip is None else column.tip(row) or None


def _colour(column: TableColumn[Any], row: Any) -> QColor | None:
    tone = "" if column.tone is None else column.tone(row)
    return theme.color(tone) if tone else None


_ROLES: dict[int, Callable[[TableColumn[Any], Any], Any]] = {
    int(Qt.ItemDataRole.DisplayRole): lambda column, row: column.text(row),
    int(Qt.ItemDataRole.TextAlignmentRole): lambda column, row: column.alignment,
    int(Qt.ItemDataRole.ToolTipRole): _tip,
    int(Qt.ItemDataRole.AccessibleDescriptionRole): _tip,
    int(Qt.ItemDataRole.FontRole): lambda column, row: None if column.font is None else column.font(row),
    int(Qt.ItemDataRole.ForegroundRole): _colour,
    int(Qt.ItemDataRole.DecorationRole): lambda column, row: None if column.dot is None else dot_icon(column.dot(row)),
    int(BADGE): lambda column, row: None if column.badge is None else column.badge(row) or None,
}


def muted(row: object) -> str:
    """The tone of cells that matter least."""
    return "muted"


def mono(row: object) -> QFont:
    """The font of ids and addresses."""
    return theme.font(12, mono=True)


def strong(row: object) -> QFont:
    """The font of the figure that a row is about."""
    return theme.font(weight=600)


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows that were given, drawn by columns; a subclass says how other rows take their place."""

    def __init__(self, columns: Mapping[Any, TableColumn[Row]]) -> None:
        super().__init__()
        self.columns: tuple[TableColumn[Row], ...] = _in_order(columns)
        self._rows: Sequence[Row] = ()

    @property
    def rows(self) -> Sequence[Row]:
        """All rows in their order."""
        return self._rows

    def row_at(self, number: int) -> Row:
        """What stands in a row."""
        return self._rows[number]

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell in one role."""
        if not index.isValid():
            return None
        return self.columns[index.column()].in_role(self._rows[index.row()], role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words above the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title()
        return self.columns[section].alignment if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _reset(self, rows: Sequence[Row], columns: Mapping[Any, TableColumn[Row]]) -> None:
        """Other rows with other columns: nothing of the view stays."""
        self.beginResetModel()
        self._rows, self.columns = rows, _in_order(columns)
        self.endResetModel()

    def _insert(self, place: int, rows: Sequence[Row]) -> None:
        self.beginInsertRows(_ROOT, place, place + len(rows) - 1)
        self._rows = [*self._rows[:place], *rows, *self._rows[place:]]
        self.endInsertRows()

    def _remove(self, start: int, end: int) -> None:
        self.beginRemoveRows(_ROOT, start, end - 1)
        self._rows = [*self._rows[:start], *self._rows[end:]]
        self.endRemoveRows()

    def _order_anew(self, rows: Sequence[Row], place_of: Callable[[Row], int]) -> None:
        """Show `rows`: whoever is selected stays selected at its new place, -1 where it has none."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = {row: place_of(self._rows[row]) for row in {index.row() for index in before}}
        self._rows = rows
        after = [
            QModelIndex() if places[index.row()] < 0 else self.index(places[index.row()], index.column())
            for index in before
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _refresh(self, rows: Sequence[Row]) -> None:
        """Draw anew the first rows as far as they differ from `rows`, which stand for the same things."""
        changed = [number for number, row in enumerate(rows) if row != self._rows[number]]
        self._rows = [*rows, *self._rows[len(rows) :]]
        for start, end in _runs(changed):
            self.dataChanged.emit(self.index(start, 0), self.index(end - 1, len(self.columns) - 1))


class RowsModel(TableModel[Row]):
    """Rows that are known by a key: those that came, went, moved or changed are touched, the others stay as they are.

    Args:
        columns: By their place, from 0.
        key: What a row stands for; no two rows may stand for the same.
    """

    def __init__(self, columns: Mapping[Any, TableColumn[Row]], key: Callable[[Row], Hashable]) -> None:
        super().__init__(columns)
        self._key = key

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on."""
        before, after = self._keys(), [self._key(row) for row in rows]
        known, wanted = set(before), set(after)
        if before != after:
            for start, end in reversed(list(_runs(at for at, key in enumerate(before) if key not in wanted))):
                self._remove(start, end)
            kept = {key: place for place, key in enumerate(key for key in after if key in known)}
            if self._keys() != list(kept):
                in_order = sorted(self._rows, key=lambda row: kept[self._key(row)])
                self._order_anew(in_order, lambda row: kept[self._key(row)])
            for start, end in _runs(at for at, key in enumerate(after) if key not in known):
                self._insert(start, rows[start:end])
        self._refresh(rows)

    def place_of(self, key: Hashable) -> int:
        """Where what has this key stands, -1 where it does not."""
        return next((place for place, row in enumerate(self._rows) if self._key(row) == key), -1)

    def _keys(self) -> list[Hashable]:
        return [self._key(row) for row in self._rows]


def _in_order(columns: Mapping[Any, TableColumn[Row]]) -> tuple[TableColumn[Row], ...]:
    return tuple(columns[place] for place in sorted(columns))


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as stretches: the first of each, and the one behind its last."""
    start = end = -1
    for number in numbers:
        if number != end:
            if start >= 0:
                yield start, end
            start = number
        end = number + 1
    if start >= 0:
        yield start, end

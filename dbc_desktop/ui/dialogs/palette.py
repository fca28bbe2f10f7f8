"""The command palette: type a few letters, go there or do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Field, Sheet


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One line: what it is called and what choosing it does."""

    text: str
    act: Callable[[], None]


def matches(text: str, typed: str) -> bool:
    """Whether every typed word occurs in `text`, whatever the case."""
    return all(word in text.casefold() for word in typed.casefold().split())


class PaletteSheet(Sheet):
    """Lists `entries`; arrows choose, Enter does it."""

    def __init__(self, entries: Sequence[PaletteEntry]) -> None:
        super().__init__(tr("Find"), width=480)
        self._entries = tuple(entries)
        self._field = Field("", "palette.text", placeholder=tr("Page or action"))
        self._list = QListWidget()
        self._list.setObjectName("palette.list")
        self._list.setFixedHeight(280)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self._field)
        self.body.addWidget(self._list)
        self._field.edit.textChanged.connect(self._filter)
        self._field.edit.returnPressed.connect(self._choose)
        self._field.edit.installEventFilter(self)
        self._list.itemClicked.connect(lambda _: self._choose())
        self._filter("")

    def first_focus(self) -> QWidget:
        """The line to type in."""
        return self._field.edit

    def shown(self) -> list[str]:
        """The texts that match."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def _filter(self, typed: str) -> None:
        self._list.clear()
        for number, entry in enumerate(self._entries):
            if matches(entry.text, typed):
                item = QListWidgetItem(entry.text)
                item.setData(Qt.ItemDataRole.UserRole, number)
                self._list.addItem(item)
        self._list.setCurrentRow(0)

    def _choose(self) -> None:
        item = self._list.currentItem()
        if self._list.currentRow() < 0:
            return
        entry = self._entries[item.data(Qt.ItemDataRole.UserRole)]
        self.close_sheet()
        entry.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while typing."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                row = min(max(0, self._list.currentRow() + step), self._list.count() - 1)
                self._list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

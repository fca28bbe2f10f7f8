"""The accounts of Wallet as a table, each with what can be done about it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLayout, QMenu, QVBoxLayout, QWidget

from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.ui.dialogs.account_sheets import move_text
from dbc_desktop.ui.widgets import AddressLabel, Badge, Button, Card, ElidedLabel, Hairline, Label

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_SUMS = (3, 4, 5)
_ACTIONS = 9
_FIRST_TO_GO = (2, 5, 6, 8)
"""Role, what is locked, the place of the key, and whether it is open: left out where there is no room."""


class AccountsCard(Card):
    """`asked` brings what to do (`act`, `unlock`, `lock`, `prove`, `rename`, …) and the row it is about."""

    asked = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(tr("Accounts"), tr("amounts in DBC"))
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(12)
        self._table.setVerticalSpacing(0)
        self.body.addLayout(self._table)
        self._menu: QMenu | None = None
        self._is_narrow = False

    def set_narrow(self, narrow: bool) -> None:
        """Leave columns out, or bring them back."""
        if narrow is not self._is_narrow:
            self._is_narrow = narrow
            self._fit()

    def _fit(self) -> None:
        for line in range(0, self._table.rowCount()):
            for column in _FIRST_TO_GO:
                item = self._table.itemAtPosition(line, column)
                cell = None if item is None else item.widget()
                if cell is not None and not isinstance(cell, Hairline):
                    cell.setVisible(not self._is_narrow)

    def show_rows(self, rows: tuple[AccountRow, ...]) -> None:
        """Draw the table anew."""
        clear(self._table)
        heads = (
            tr("Name"),
            tr("Address"),
            tr("Role"),
            tr("Free"),
            tr("Staked"),
            tr("Locked"),
            tr("Key in"),
            tr("Words"),
            tr("State"),
            "",
        )
        for column, text in enumerate(heads):
            put(self._table, 0, column, Label(text, "label"), right=column in _SUMS)
        for number, row in enumerate(rows):
            line = 2 * number + 1
            self._table.addWidget(Hairline(), line, 0, 1, len(heads))
            for column, cell in enumerate(self._cells(number, row)):
                put(self._table, line + 1, column, cell, right=column in (*_SUMS, _ACTIONS))
        self._table.setColumnStretch(0, 1)
        self._fit()

    def _cells(self, number: int, row: AccountRow) -> tuple[QWidget, ...]:
        free, staked, locked = Label(row.free, "strong"), Label(row.staked), Label(row.locked)
        for label, full in ((free, row.free_full), (staked, row.staked_full), (locked, row.locked_full)):
            label.setToolTip(full)
        backup = Badge(row.backup_text, row.backup_kind) if row.backup_kind else Label(row.backup_text, "muted")
        backup.setToolTip(row.backup_detail)
        backup.setObjectName(f"wallet.words.{number}")
        return (
            self._name(row),
            AddressLabel(row.address_text),
            ElidedLabel(row.role, "muted"),
            free,
            staked,
            locked,
            Label(row.place, "muted"),
            backup,
            Badge(row.lock_text, row.lock_kind),
            self._buttons(number, row),
        )

    def _name(self, row: AccountRow) -> QWidget:
        name = ElidedLabel(row.name, "strong" if row.is_chosen else "")
        name.setMinimumWidth(96)
        if row.is_chosen:
            name.setToolTip(tr("The window acts for this account"))
        if not row.origin:
            return name
        both = QWidget()
        box = QVBoxLayout(both)
        box.setContentsMargins(0, 4, 0, 4)
        box.setSpacing(0)
        box.addWidget(name)
        box.addWidget(ElidedLabel(row.origin, "second"))
        return both

    def _buttons(self, number: int, row: AccountRow) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addStretch(1)

        def add(key: str, text: str) -> None:
            line.addWidget(Button(text, small=True, name=f"wallet.{key}.{number}", act=partial(self._ask, key, row)))

        if not row.is_chosen:
            add("act", tr("Act as"))
        if row.can_unlock:
            add("unlock", tr("Unlock"))
        if row.can_lock:
            add("lock", tr("Lock"))
        more = Button(tr("More"), small=True, name=f"wallet.more.{number}", icon="chevron", icon_right=True)
        more.setAccessibleName(tr("More for {name}", name=row.name))
        more.clicked.connect(partial(self._open_menu, more, row))
        line.addWidget(more)
        return box

    def _open_menu(self, button: Button, row: AccountRow) -> None:
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu = QMenu(button.window())
        menu.setObjectName("wallet.menu")
        entries: list[tuple[str, str]] = []
        if row.needs_backup:
            entries.append(("prove", tr("Prove the words…")))
        entries.append(("rename", tr("Rename…")))
        if row.has_key:
            entries += [
                ("derive", tr("Derive a child…")),
                ("export", tr("Export for another wallet…")),
                ("passphrase", tr("Change the passphrase…")),
            ]
        if row.other_place is not None:
            entries.append(("move", move_text(row.other_place)))
        for key, text in entries:
            self._add(menu, key, text, row)
        menu.addSeparator()
        self._add(menu, "remove", tr("Remove…"), row)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def _add(self, menu: QMenu, key: str, text: str, row: AccountRow) -> None:
        action = menu.addAction(text)
        action.setObjectName(f"wallet.menu.{key}")
        action.triggered.connect(partial(self._ask, key, row))

    def _ask(self, key: str, row: AccountRow, *_: object) -> None:
        self.asked.emit(key, row)


def put(table: QGridLayout, row: int, column: int, cell: QWidget, *, right: bool) -> None:
    """Put a cell into a table of labels."""
    table.setRowMinimumHeight(row, 32 if row else 28)
    table.addWidget(cell, row, column, _RIGHT if right else _LEFT)


def clear(table: QLayout) -> None:
    """Take everything out of a table of labels."""
    while table.count():
        item = table.takeAt(0)
        if item is not None and (gone := item.widget()) is not None:
            gone.hide()
            gone.deleteLater()

"""The keys of machines that rest here, in Wallet."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import MachineKeyLine
from dbc_desktop.ui.pages.wallet_accounts import clear, put
from dbc_desktop.ui.widgets import Button, Card, Hairline, IdLabel, Label


class MachineKeysCard(Card):
    """Hidden where there are none; `asked` brings `node_dat` or `move_machine` and the line it is about."""

    asked = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(tr("Machine keys"), tr("the file node.dat of each GPU node"))
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(12)
        self._table.setVerticalSpacing(0)
        self.body.addLayout(self._table)
        self._lines: tuple[MachineKeyLine, ...] = ()
        self.hide()

    def show_lines(self, lines: tuple[MachineKeyLine, ...]) -> None:
        """Draw the table where it changed."""
        self.setVisible(bool(lines))
        if lines == self._lines:
            return
        self._lines = lines
        clear(self._table)
        for column, text in enumerate((tr("Machine"), tr("Key in"), "")):
            put(self._table, 0, column, Label(text, "label"), right=False)
        for number, line in enumerate(lines):
            row = 2 * number + 1
            self._table.addWidget(Hairline(), row, 0, 1, 3)
            cells = (IdLabel(line.machine_id), Label(line.place, "muted"), self._buttons(number, line))
            for column, cell in enumerate(cells):
                put(self._table, row + 1, column, cell, right=column == 2)
        self._table.setColumnStretch(2, 1)

    def _buttons(self, number: int, line: MachineKeyLine) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for key, text in (("node_dat", tr("node.dat…")), ("move_machine", tr("Move the key…"))):
            act = partial(self.asked.emit, key, line)
            row.addWidget(Button(text, small=True, name=f"wallet.{key}.{number}", act=act))
        return box

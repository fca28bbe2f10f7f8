"""The address book: other people's accounts by the names that the person gave them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QGridLayout, QWidget

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address, Contact
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.widgets import AddressLabel, Button, ElidedLabel, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_SHOWN = 8


class AddressBookSheet(FormSheet):
    """All contacts, each to be chosen or forgotten, and a line for a new one; `chosen(address)` fills the field."""

    def __init__(
        self, program: Program, chosen: Callable[[str], None], changed: Callable[[], None], address: str = ""
    ) -> None:
        super().__init__(
            program, "book", tr("Address book"), tr("Kept on this computer only"), go=tr("Keep this address")
        )
        self._chosen, self._changed = chosen, changed
        holder = QWidget()
        self._table = QGridLayout(holder)
        self._table.setContentsMargins(0, 0, 0, 0)
        self._table.setHorizontalSpacing(12)
        self._table.setVerticalSpacing(6)
        self.body.addWidget(holder)
        self._filter = Label("", "second", wrap=True)
        self._filter.hide()
        self.body.addWidget(self._filter)
        self.address = self.add_field("address", tr("Address"), mono=True, text=address)
        self.name = self.add_field("name", tr("Name"))
        self.name.edit.setMaxLength(40)
        self.note = self.add_field("note", tr("Note, for example what it is for"))
        self.end_fields()
        self.cancel.setText(tr("Close"))
        self._read()

    def first_focus(self) -> QWidget | None:
        """The name of an address that is here already, else the address."""
        return self.name.edit if self.address.text() else self.address.edit

    def work(self) -> Callable[[], Any]:
        """Keep it."""
        if not self.address.text().strip():
            raise InvalidInput("address", "empty")
        contact = Contact(Address(ss58.decode(self.address.text())), self.name.text(), self.note.text())
        wallet = self.program.wallet
        return lambda: wallet.keep_contact(contact)

    def done(self, result: Any) -> None:
        """Show it among the others."""
        for field in (self.address, self.name, self.note):
            field.set_text("")
        self._read()
        self._changed()

    def _read(self) -> None:
        wallet = self.program.wallet
        self.program.runner.query("secrets", wallet.contacts, owner=self, done=self._show, failed=self.failed)

    def _show(self, contacts: tuple[Contact, ...]) -> None:
        while self._table.count():
            item = self._table.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        if not contacts:
            self._table.addWidget(Label(tr("No address is kept yet."), "muted"), 0, 0)
        for number, contact in enumerate(contacts[:_SHOWN]):
            text = formats.address_text(contact.address)
            choose, forget = partial(self._choose, text), partial(self._forget, contact.address)
            cells = (
                ElidedLabel(contact.name, "strong"),
                AddressLabel(text),
                ElidedLabel(contact.note, "muted"),
                Button(tr("Choose"), small=True, name=f"book.choose.{number}", act=choose),
                Button(tr("Forget"), "danger", small=True, name=f"book.forget.{number}", act=forget),
            )
            for column, cell in enumerate(cells):
                self._table.addWidget(cell, number, column)
        self._table.setColumnStretch(0, 2)
        self._table.setColumnStretch(2, 3)
        hidden = len(contacts) - _SHOWN
        self._filter.setVisible(hidden > 0)
        self._filter.setText(tr("{n} more; type a name into “To” to find them.", n=hidden))

    def _choose(self, text: str) -> None:
        chosen = self._chosen
        self.close_sheet()
        chosen(text)

    def _forget(self, address: Address) -> None:
        wallet = self.program.wallet

        def done(_: None) -> None:
            self._read()
            self._changed()

        def failed(error: DbcError) -> None:
            self.failed(error)

        self.program.runner.command(
            "secrets", lambda: wallet.forget_contact(address), owner=self, done=done, failed=failed
        )

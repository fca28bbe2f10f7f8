"""Names the client node through which machines of a real network are reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from dbc_desktop.screens.texts import tr
from dbc_desktop.services.networks import Networks
from dbc_desktop.ui.dialogs.form_sheet import FormSheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class ClientNodeSheet(FormSheet):
    """One address; `named` when it is kept, with whether there is one now."""

    lane = "io"
    named = Signal(bool)

    def __init__(self, program: Program, networks: Networks, key: str) -> None:
        found = next(one for one in networks.all() if one.key == key)
        super().__init__(program, "client_node", tr("Client node"), found.name, go=tr("Keep it"))
        self._networks, self._key = networks, key
        self.address = self.add_field(
            "address",
            tr("Address, for example http://127.0.0.1:5050"),
            wrong="client_node",
            mono=True,
            text=found.client_node,
        )
        self.add_note(
            tr(
                "A renter does not talk to a GPU machine but to a DBC client node, which passes each request on. Run"
                " one yourself (dbc --client), or name one that you trust: it sees the passwords of your machines."
            )
        )
        self.add_note(
            tr("It has no encryption of its own. Use it on this computer, or behind https:// or a tunnel of yours.")
        )
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Keep the address."""
        address = self.address.text()
        return lambda: self._networks.change_client_node(self._key, address)

    def done(self, result: Any) -> None:
        """Back to where it was asked."""
        self.close_sheet()
        self.named.emit(bool(result.client_node))

"""Sheets about the key of a machine: its `node.dat` to carry to the machine, and another place to rest in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.topbar import place_text
from dbc_desktop.screens.wallet import MachineKeyLine
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.dialogs.secret_text import SecretTextSheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_HEIGHT = 92


class NodeDatSheet(SecretTextSheet):
    """The passphrase of the machine's key, then the two lines of its file in the clear."""

    def __init__(self, program: Program, line: MachineKeyLine) -> None:
        title = tr("node.dat of {machine}", machine=formats.short_id(line.machine_id))
        super().__init__(program, "nodedat", title, line.machine_id, go=tr("Show"), file_name="node.dat")
        self._line = line
        text = tr(
            "Whoever has this file is the machine. It goes into the folder dat of the GPU node and onto one back-up,"
            " nowhere else."
        )
        self.add_note(text, "warn")
        self.old = self.add_field("old", tr("Passphrase of the machine key"), secret=True)
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Open it."""
        wallet, machine_id, old = self.program.wallet, self._line.machine_id, self.old.text()
        return lambda: wallet.export_node_dat(machine_id, old)

    def done(self, result: Any) -> None:
        """Show it."""
        self.show_secret(result, _HEIGHT)


class MoveMachineKeySheet(FormSheet):
    """From the keyring into an encrypted file, or back."""

    def __init__(self, program: Program, line: MachineKeyLine, changed: Callable[[], None]) -> None:
        title = tr("Move the key of machine {machine}", machine=formats.short_id(line.machine_id))
        super().__init__(program, "movemachine", title, line.machine_id, go=tr("Move"), subtitle_mono=True)
        self._line, self._changed = line, changed
        self.add_note(tr("To: {place}. The old copy goes when the new one was read back.", place=self._to()))
        self.old = self.add_field("old", tr("Passphrase of the machine key"), secret=True)
        self.end_fields()

    def _to(self) -> str:
        return place_text(self._line.other_place)

    def work(self) -> Callable[[], Any]:
        """Move it."""
        wallet, line, old = self.program.wallet, self._line, self.old.text()
        place: KeyPlace = line.other_place
        return lambda: wallet.move_machine_key(line.machine_id, place, old)

    def done(self, result: Any) -> None:
        """It was moved."""
        changed = self._changed
        self.close_sheet()
        changed()

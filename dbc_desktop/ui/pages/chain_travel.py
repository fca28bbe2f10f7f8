"""What the buttons of the time machine do: ask in a sheet, then act on the chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from dbc_desktop.domain.errors import DbcError
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.page import WindowServices

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program
    from dbc_desktop.ui.dialogs.chain_sheets import FaultsSheet

_LONG_SECONDS = 3_600.0


class TravelActs(QObject):
    """The acts of one page; `read_again`, `moved` and `compared` (with the comparison) tell it what came of them."""

    read_again = Signal()
    moved = Signal()
    compared = Signal(object)

    def __init__(self, program: Program, window: WindowServices, page: QWidget) -> None:
        super().__init__(page)
        self._program, self._window, self._page = program, window, page

    def ask_snapshot(self) -> None:
        """Ask for a name, and keep this moment."""
        self._ask_name(
            tr("Keep this moment"),
            tr("You can go back to it whenever you like."),
            tr("Take the snapshot"),
            is_branch=False,
        )

    def ask_branch(self) -> None:
        """Ask for a name, and make a branch."""
        self._ask_name(
            tr("Branch here"),
            tr("Another chain with the same past. Let time pass differently on it, then compare the two."),
            tr("Make the branch"),
            is_branch=True,
        )

    def _ask_name(self, title: str, text: str, button: str, *, is_branch: bool) -> None:
        from dbc_desktop.ui.dialogs.chain_sheets import NameSheet

        backend = self._program.backend
        act = backend.make_branch if is_branch else backend.take_snapshot
        after = self.open_branches if is_branch else self.read_again.emit
        self._window.open_sheet(NameSheet(self._program, title, text, button, act, after))

    def open_branches(self) -> None:
        """List branches and snapshots."""
        from dbc_desktop.ui.dialogs.branches_sheet import BranchesSheet

        account = self._window.account()
        sheet = BranchesSheet(self._program, None if account is None else account.address.raw)
        sheet.moved.connect(self.moved)
        sheet.compared.connect(self.compared)
        self._window.open_sheet(sheet)

    def open_residents(self) -> None:
        """Show how the residents live."""
        from dbc_desktop.ui.dialogs.chain_sheets import ResidentsSheet

        self._program.runner.query(
            "chain-read",
            self._program.backend.resident_settings,
            owner=self._page,
            done=lambda found: self._window.open_sheet(ResidentsSheet(self._program, found)),
            failed=self._tell,
        )

    def open_faults(self) -> None:
        """Show the fault panel."""
        from dbc_desktop.ui.dialogs.chain_sheets import FaultsSheet

        def opened(sheet: FaultsSheet) -> None:
            sheet.closed.connect(self.read_again.emit)
            self._window.open_sheet(sheet)

        self._program.runner.query(
            "chain-read",
            self._program.backend.fault,
            owner=self._page,
            done=lambda found: opened(FaultsSheet(self._program, found)),
            failed=self._tell,
        )

    def export_file(self) -> None:
        """Ask where, and write the log of this branch."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._page, tr("Export the chain"), "chain.dbcchain", "DBC (*.dbcchain)"
        )
        if chosen:
            backend = self._program.backend
            self._program.runner.command(
                "chain-write",
                lambda: backend.export(Path(chosen)),
                owner=self._page,
                done=lambda _: None,
                failed=self._tell,
                deadline_seconds=_LONG_SECONDS,
            )

    def _tell(self, error: DbcError) -> None:
        self._window.show_notice(notice_for(error))

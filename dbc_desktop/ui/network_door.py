"""The way from one network to another: the chooser, its sheets, and what is said of a node with other rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dbc_desktop.ui.widgets import Sheet

if TYPE_CHECKING:
    from dbc_desktop.domain.network import Drift
    from dbc_desktop.services.networks import Network
    from dbc_desktop.ui.window import Window


class NetworkDoor(QObject):
    """Opens the chooser over the window; `chosen` when another network is to be opened in its place."""

    chosen = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def name_chain(self) -> None:
        """The chosen network's name before it answered."""
        from dbc_desktop.screens.networks import network_name

        networks = self._window.program.networks
        if networks is not None:
            self._window.top_bar.name_chain(network_name(networks.chosen()))

    def show_opening(self, network: Network) -> None:
        """This one is on its way; the one before is still being closed."""
        from dbc_desktop.screens.networks import network_name, opening_notice

        self._window.top_bar.name_chain(network_name(network))
        self._window.show_notice(opening_notice(network), kind="accent")

    def is_opened(self) -> None:
        """It is there."""
        self._window.strip.dismiss()

    def ask_drift(self) -> None:
        """A node may have other rules than the previews are computed by: say so once."""
        program = self._window.program

        def told(drifts: tuple[Drift, ...]) -> None:
            from dbc_desktop.screens.networks import drift_notice

            notice = drift_notice(drifts)
            if notice is not None:
                self._window.show_notice(notice)

        program.runner.query("chain-read", program.backend.drift, owner=self, done=told)

    def open(self) -> None:
        """Choose the chain that the window works on."""
        from dbc_desktop.ui.dialogs.networks import NetworksSheet

        networks = self._window.program.networks
        if networks is None:
            return
        sheet = NetworksSheet(self._window.program, networks)
        sheet.opened.connect(self._choose)
        sheet.sheet_asked.connect(self._open_beside)
        self._window.open_sheet(sheet)

    def _open_beside(self, sheet: Sheet) -> None:
        """A sheet that the chooser asked for; the chooser comes back when it did something."""
        for name in ("added", "named"):
            did_something = getattr(sheet, name, None)
            if did_something is not None:
                did_something.connect(lambda *_: self.open())
        self._window.open_sheet(sheet)

    def _choose(self, key: str) -> None:
        program = self._window.program
        networks = program.networks
        if networks is not None:
            program.runner.command("io", lambda: networks.choose(key), owner=self, done=lambda _: self.chosen.emit())

"""Machines: the table of own machines, the life line of the chosen one, and the wizard that brings one online."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Account
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Deadline, Head
from dbc_desktop.screens.life_line import machine_detail_screen
from dbc_desktop.screens.machines import machines_screen
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import staking
from dbc_desktop.ui.dialogs.bring_online import BringOnline
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.machine_life import LifePanel
from dbc_desktop.ui.pages.machine_table import MachineModel, MachineView

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

BRING_ONLINE = "bring_online"
"""Argument of `navigate` that opens the wizard."""
_MOVES_MACHINES = frozenset({"OnlineProfile", "OnlineCommittee", "RentMachine", "Committee", "DBCPriceOCW"})


@dataclass(frozen=True, slots=True)
class _Read:
    head: Head
    machines: tuple[Machine, ...]
    deadlines: tuple[Deadline, ...]


class MachinesPage(Page):
    """Own machines, or the wizard in their place."""

    key = "machines"
    icon_name = "machines"
    skeleton = ((104, 1), (360, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._machines: tuple[Machine, ...] = ()
        self._deadlines: tuple[Deadline, ...] = ()
        self._head: Head | None = None
        self._era = -1
        self._chosen: MachineId | None = None
        self._is_reading = self._is_outdated = False
        self._bring = self.add_action_button(
            tr("Bring a machine online"), primary=True, name="machines.bring_online", act=self.open_wizard
        )
        self._stack = QStackedWidget()
        self.body.addWidget(self._stack, 1)
        overview = QWidget()
        box = QVBoxLayout(overview)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        card = QFrame()
        card.setProperty("card", True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(8, 8, 8, 8)
        self._model = MachineModel()
        self._view = MachineView(self._model)
        inside.addWidget(self._view)
        box.addWidget(card)
        self._panel = LifePanel()
        self._panel.wanted.connect(self._act)
        box.addWidget(self._panel)
        box.addStretch(1)
        self._stack.addWidget(overview)
        self._view.selectionModel().currentRowChanged.connect(self._choose)

    def title(self) -> str:
        """Its name."""
        return tr("Machines")

    # the wizard

    @cached_property
    def _wizard(self) -> BringOnline:
        """Built when it is first opened: with its forms it takes as long as the page."""
        wizard = BringOnline(self.program, self.window_services)
        wizard.left.connect(self.close_wizard)
        wizard.spend.connect(self.spend)
        self._stack.addWidget(wizard)
        return wizard

    @property
    def is_bringing(self) -> bool:
        """The wizard is open."""
        return self._stack.currentIndex() == 1

    def open_wizard(self, machine: Machine | None = None) -> None:
        """Open the wizard, for a machine where one is given."""
        if self.window_services.account() is None:
            self.window_services.open_create_account()
            return
        self._wizard.start(machine)
        self._stack.setCurrentWidget(self._wizard)
        self._bring.hide()
        self.title_label.setText(tr("Bring a machine online"))
        self.set_note("")
        self.show_content()

    def close_wizard(self) -> None:
        """Go back to the table; nothing is lost, the chain remembers."""
        self._stack.setCurrentIndex(0)
        self._bring.show()
        self.title_label.setText(self.title())
        self._read()

    # reading

    def on_shown(self) -> None:
        """Read the machines; a wizard that was left in the middle goes on, one that is through makes room."""
        if self.is_bringing and self._wizard.is_finished:
            self.close_wizard()
            return
        if self.is_bringing:
            self._wizard.read()
            return
        if self._head is None:
            self.show_loading()
        self._read()

    def on_argument(self, argument: object) -> None:
        """`bring_online` opens the wizard; a machine id chooses that machine."""
        if argument == BRING_ONLINE:
            self.open_wizard()
        elif isinstance(argument, str) and argument:
            self._chosen = MachineId(argument)
            if self.is_bringing:
                self.close_wizard()
            self._render()

    def on_account(self) -> None:
        """Another account has other machines."""
        self._head, self._machines, self._chosen = None, (), None
        if self.is_bringing:
            self._wizard.start()
            return
        self.on_shown()

    def on_head(self, change: HeadChange) -> None:
        """Move the clocks; read again where something happened to a machine, and after each era."""
        if self.is_bringing:
            self._wizard.read()
            return
        self._head = change.head
        if change.head.era != self._era or any(event.pallet in _MOVES_MACHINES for event in change.events):
            self._read()
        elif self.state == "content":
            self._render()

    def on_sample(self, sample: RigSample) -> None:
        """The wizard shows the GPUs of this computer."""
        if self.is_bringing:
            self._wizard.see(sample)

    def _read(self) -> None:
        account = self.window_services.account()
        if account is None:
            self._show_none()
            return
        if self._is_reading:
            self._is_outdated = True
            return
        self._is_reading, self._is_outdated = True, False
        backend, address = self.program.backend, account.address

        def read() -> _Read:
            stash = backend.stash_of(address) or address
            return _Read(backend.head(), backend.machines_of(stash), backend.deadlines(stash))

        self.program.runner.query(
            "chain-read", read, owner=self, done=partial(self._arrived, account), failed=self._fail
        )

    def _arrived(self, account: Account, read: _Read) -> None:
        self._is_reading = False
        now = self.window_services.account()
        if self._is_outdated or now is None or now.address != account.address:
            self._read()
            return
        self._head, self._era = read.head, read.head.era
        self._machines, self._deadlines = read.machines, read.deadlines
        self._render()

    def _fail(self, error: DbcError) -> None:
        self._is_reading = False
        if self.is_bringing:
            return
        if self._head is None:
            self.show_failed(notice_for(error))
        else:
            self.show_offline(notice_for(error))

    # drawing

    def _render(self) -> None:
        if self._head is None or self.is_bringing:
            return
        if not self._machines:
            self._show_none()
            return
        screen = machines_screen(self._machines, self._head, self._deadlines)
        self._model.show_rows(screen.rows)
        self.set_note(screen.summary)
        self._bring.show()
        chosen = next((each for each in self._machines if each.machine_id == self._chosen), self._machines[0])
        self._chosen = chosen.machine_id
        row = self._model.place_of(chosen.machine_id)
        if self._view.currentIndex().row() != row:
            self._view.selectRow(row)
        self._show_chosen(chosen, self._head)
        self.show_content()

    def _show_chosen(self, machine: Machine, head: Head) -> None:
        self._panel.show_detail(machine_detail_screen(machine, staking.life_line(machine, head), head))

    def _show_none(self) -> None:
        self._model.show_rows(())
        self.set_note("")
        self._bring.hide()
        self.show_empty(
            tr("No machine yet"),
            tr(
                "Bond a machine, let the committee check it, and it earns a reward each era. On the local chain this "
                "costs play money only and takes a few minutes."
            ),
            tr("Bring a machine online"),
            self.open_wizard,
            name="machines.bring_online",
        )

    # the person

    def _choose(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not current.isValid() or self._head is None:
            return
        self._chosen = self._model.row_at(current.row()).machine_id
        chosen = next((each for each in self._machines if each.machine_id == self._chosen), None)
        if chosen is not None:
            self._show_chosen(chosen, self._head)

    def _act(self, want: str) -> None:
        machine = next((each for each in self._machines if each.machine_id == self._chosen), None)
        if machine is None:
            return
        calls: dict[str, Call] = {
            "offline": staking.offline_call(machine.machine_id),
            "online": staking.online_call(machine.machine_id),
            "fulfil": staking.fulfill_call(machine.machine_id),
        }
        if want in calls:
            self.spend.emit(calls[want], machine.controller, lambda _: self._read())
        elif want in ("describe", "wait"):
            self.open_wizard(machine)

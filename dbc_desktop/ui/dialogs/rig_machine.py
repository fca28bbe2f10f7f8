"""Which machine of the chain a rig is: said by the person, and then never guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QWidget

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.screens.rigs import machine_choice, rig_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.page import WindowServices

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class RigMachineSheet(FormSheet):
    """Lists the machines of the acting account and those that are matched; one choice, kept at once."""

    lane = "io"

    def __init__(
        self, program: Program, services: WindowServices, sample: RigSample, changed: Callable[[], None]
    ) -> None:
        super().__init__(program, "rigmachine", tr("Which machine is this rig?"), rig_text(sample), go=tr("Keep"))
        self._sample, self._changed = sample, changed
        self.add_note(
            tr("Its rentals, alerts and evidence are then those of that machine; nothing about it is guessed any more.")
        )
        self.machine = QComboBox()
        self.machine.setObjectName("rigmachine.machine")
        self.machine.setAccessibleName(tr("Machine"))
        self.machine.setFixedHeight(32)
        self.machine.addItem(tr("No machine of the chain"), "")
        self.body.addWidget(self.machine)
        self.end_fields()
        account, backend = services.account(), program.backend
        matched = program.monitoring.settings().machines

        def read() -> tuple[Machine, ...]:
            own = () if account is None else backend.machines_of(backend.stash_of(account.address) or account.address)
            known = {machine.machine_id for machine in own}
            others = (backend.machine(one) for one in matched if one not in known)
            return (*own, *(machine for machine in others if machine is not None))

        program.runner.query("chain-read", read, owner=self, done=self._list, failed=self.failed)

    def first_focus(self) -> QWidget:
        """The machine."""
        return self.machine

    def work(self) -> Callable[[], object]:
        """Match the chosen machine, and none of the others, to this rig."""
        monitoring, rig_key = self.program.monitoring, self._sample.rig_key
        chosen = str(self.machine.currentData())

        def keep() -> None:
            for machine_id, key in monitoring.settings().machines.items():
                if key == rig_key and machine_id != chosen:
                    monitoring.match(machine_id, None)
            if chosen:
                monitoring.match(MachineId(chosen), rig_key)

        return keep

    def done(self, result: object) -> None:
        """It is kept; the page shows what follows."""
        self._changed()
        self.close_sheet()

    def _list(self, machines: tuple[Machine, ...]) -> None:
        matched = self.program.monitoring.settings().machines
        for machine in machines:
            self.machine.addItem(machine_choice(machine), machine.machine_id)
            if matched.get(machine.machine_id) == self._sample.rig_key:
                self.machine.setCurrentIndex(self.machine.count() - 1)

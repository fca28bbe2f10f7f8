"""The person says which machine a rig is; what was guessed before is known from then on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from dbc_desktop.domain.account import Account, KeyPlace
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.ui.dialogs.rig_machine import RigMachineSheet
from dbc_desktop.ui.widgets import Button
from tests.doubles.readings import reading, sample
from tests.doubles.scripted_chain import ScriptedChain
from tests.ui.fake_program import ALICE, fakes
from tests.ui.renting_doubles import FakeWindow
from tests.unit.services.test_watch import WAITING

MINE, ANOTHERS = MachineId("ab" * 32), MachineId("cd" * 32)
THERE = "http://10.0.0.7:9400 rig-02"


class World:
    def __init__(self, folder: Path) -> None:
        machines = [replace(WAITING, machine_id=one, stash=ALICE, controller=ALICE) for one in (MINE, ANOTHERS)]
        self.fakes, self.window, self.store = fakes(), FakeWindow(), FleetStore(folder / "fleet.json")
        self.program = replace(self.fakes.program, backend=ScriptedChain(machines=machines))
        self.window.chosen = Account(ALICE, "me", KeyPlace.KEYRING, True)
        self.changes = 0
        monitoring = self.fakes.monitoring
        monitoring.settings = self.store.settings  # type: ignore[method-assign]
        monitoring.match = self.match  # type: ignore[attr-defined]

    def match(self, machine_id: MachineId, rig_key: str | None) -> None:
        kept = {key: value for key, value in self.store.settings().machines.items() if key != machine_id}
        self.store.change(lambda now: replace(now, machines=kept if rig_key is None else kept | {machine_id: rig_key}))

    def changed(self) -> None:
        self.changes += 1

    def sheet(self, qtbot, place: str = "") -> RigMachineSheet:
        made = RigMachineSheet(self.program, self.window, replace(sample(reading(0)), place=place), self.changed)
        qtbot.addWidget(made)
        made.show()
        return made


@pytest.fixture
def world(tmp_path, qapp):
    return World(tmp_path)


def choose(qtbot, sheet, row: int) -> None:
    sheet.findChild(QComboBox, "rigmachine.machine").setCurrentIndex(row)
    qtbot.mouseClick(sheet.findChild(Button, "rigmachine.go"), Qt.MouseButton.LeftButton)


def test_a_rig_is_one_machine_until_it_is_said_to_be_another_or_none(qtbot, world):
    sheet = world.sheet(qtbot)
    box = sheet.findChild(QComboBox, "rigmachine.machine")
    assert [box.itemText(row) for row in range(box.count())] == [
        "No machine of the chain",
        "abab…abab · 8 GPUs · Stake to pay",
        "cdcd…cdcd · 8 GPUs · Stake to pay",
    ]
    choose(qtbot, sheet, 1)
    assert world.store.load().machines == {MINE: ""}
    again = world.sheet(qtbot)
    assert again.findChild(QComboBox, "rigmachine.machine").currentIndex() == 1
    choose(qtbot, again, 2)
    assert world.store.load().machines == {ANOTHERS: ""}
    choose(qtbot, world.sheet(qtbot, "http://10.0.0.7:9400"), 1)
    assert world.store.load().machines == {ANOTHERS: "", MINE: THERE}
    choose(qtbot, world.sheet(qtbot), 0)
    assert world.store.load().machines == {MINE: THERE}
    assert world.changes == 4

"""The Rigs page with a fleet: the table appears with the first other rig, and any rig can be looked at."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.history import History
from dbc_desktop.ui.dialogs.rig_sources import RigSourcesSheet
from dbc_desktop.ui.pages.rigs import RigsPage
from dbc_desktop.ui.pages.rigs_cards import TileCard
from dbc_desktop.ui.pages.rigs_fleet import FleetCard
from dbc_desktop.ui.widgets import Button
from tests.doubles.readings import reading, sample
from tests.ui.fake_program import fakes
from tests.ui.renting_doubles import FakeWindow

NOW = 1_700_000_000.0


class Fleet:
    """Rigs as the fleet knows them, set by the test."""

    def __init__(self) -> None:
        self.samples: dict[str, RigSample] = {}

    def rig_keys(self) -> tuple[str, ...]:
        return tuple(self.samples)

    def latest(self, key: str) -> RigSample:
        return self.samples[key]

    def states(self) -> tuple[object, ...]:
        return ()

    def put(self, one: RigSample) -> None:
        self.samples[one.rig_key] = one


class Sampling:
    def __init__(self) -> None:
        self.history = History()
        self.sensors: Any = None
        self.newest: RigSample | None = None

    def latest(self) -> RigSample | None:
        return self.newest


class World:
    def __init__(self, qtbot: QtBot) -> None:
        self.fleet, self.sampling, self.window = Fleet(), Sampling(), FakeWindow()
        made = fakes()
        made.monitoring.parts = SimpleNamespace(fleet=self.fleet)
        program: Any = replace(made.program, sampler=self.sampling)
        self.page = RigsPage(program, self.window)
        qtbot.addWidget(self.page)
        self.page.resize(1_104, 900)
        self.page.show()

    def tick(self, second: int = 0) -> None:
        own = sample(reading(0, NOW + second), reading(1, NOW + second), taken_at=NOW + second)
        self.sampling.history.append(own)
        self.sampling.newest = own
        self.page.on_sample(own)

    @property
    def card(self) -> FleetCard:
        return self.page.findChild(FleetCard, "rigs.fleetcard")


@pytest.fixture
def world(qtbot: QtBot) -> World:
    return World(qtbot)


def other(place: str, count: int = 4, **more: Any) -> RigSample:
    one = sample(*(reading(at, NOW, uuid=f"GPU-{place[-1]}{at:08}") for at in range(count)), taken_at=NOW)
    return replace(one, place=place, rig=f"rig-{place[-1]}", **more)


def tiles(world: World) -> int:
    return sum(tile.isVisible() for tile in world.page.findChildren(TileCard))


def choose(qtbot: QtBot, world: World, row: int) -> None:
    view = world.card.view
    qtbot.waitUntil(lambda: view.viewport().height() >= 32 * world.card.model.rowCount())
    where = view.visualRect(world.card.model.index(row, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_without_other_rigs_there_is_no_table(world):
    world.tick()
    assert not world.card.isVisible()


def test_with_the_first_other_rig_the_table_appears(world):
    world.fleet.put(other("http://a"))
    world.tick()
    assert world.card.isVisible()
    assert [row.name for row in world.card.model.rows] == ["rig-02", "rig-a"]
    assert world.card.note_label.text() == "2 rigs, all well"


def test_a_rig_of_the_fleet_is_looked_at_and_left_again(qtbot, world):
    world.fleet.put(other("http://a"))
    world.tick()
    assert len(world.page.findChildren(TileCard)) == 2
    choose(qtbot, world, 1)
    qtbot.waitUntil(lambda: tiles(world) == 4)
    world.tick(1)
    qtbot.waitUntil(lambda: tiles(world) == 4)
    choose(qtbot, world, 0)
    qtbot.waitUntil(lambda: tiles(world) == 2)


def test_a_silent_rig_is_told_and_the_page_stays(qtbot, world):
    world.fleet.put(other("http://a"))
    world.fleet.put(replace(other("http://b"), gpus=(), trouble="unreachable"))
    world.tick()
    assert world.card.model.rows[0].name == "rig-b"
    choose(qtbot, world, 0)
    assert [notice.title for notice in world.window.notices] == ["rig-b is silent"]
    assert world.page.state == "content"
    choose(qtbot, world, 2)
    world.fleet.put(replace(other("http://a"), gpus=(), trouble="too_slow"))
    world.tick(1)
    assert [notice.title for notice in world.window.notices] == ["rig-b is silent", "rig-a is silent"]
    assert world.page.state == "content"


def test_a_rig_that_is_read_no_more_goes(world):
    world.fleet.put(other("http://a"))
    world.fleet.put(other("http://b"))
    world.tick()
    del world.fleet.samples["http://a rig-a"]
    world.tick(1)
    assert [row.name for row in world.card.model.rows] == ["rig-02", "rig-b"]
    world.fleet.samples.clear()
    world.tick(2)
    assert not world.card.isVisible()


def test_alerts_and_rigs_are_a_click_away(qtbot, world):
    world.tick()
    qtbot.mouseClick(world.page.findChild(Button, "rigs.alerts"), Qt.MouseButton.LeftButton)
    assert world.window.asked == ["alerts"]
    qtbot.mouseClick(world.page.findChild(Button, "rigs.sources"), Qt.MouseButton.LeftButton)
    assert isinstance(world.window.sheets[-1], RigSourcesSheet)
    assert world.page.findChild(Button, "rigs.evidence").isVisible()

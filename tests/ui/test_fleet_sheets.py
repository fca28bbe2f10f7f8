"""Alerts, their delivery, the sources of a fleet and its table, by mouse and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.alert import AlertKind, Condition
from dbc_desktop.domain.fleet import RigSource, SourceKind
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.notify.webhook import WebhookForm
from dbc_desktop.screens.fleet import rig_row
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.telemetry.alert_book import EVERYTHING, AlertBook
from dbc_desktop.telemetry.fleet_store import FleetSettings
from dbc_desktop.ui.dialogs.alert_delivery import AlertDeliverySheet
from dbc_desktop.ui.dialogs.alerts_sheet import AlertsSheet
from dbc_desktop.ui.dialogs.rig_sources import RigSourcesSheet
from dbc_desktop.ui.pages.rigs_fleet import Column, FleetCard
from dbc_desktop.ui.widgets import Button
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample
from tests.ui.fake_program import Fakes, fakes

LOST = Condition(AlertKind.GPU_LOST, "GPU-3", {"rig": "rig-02", "index": 3.0})
MACHINE = MachineId("ab" * 32)


def click(qtbot: QtBot, parent, name: str) -> None:
    qtbot.mouseClick(parent.findChild(Button, name), Qt.MouseButton.LeftButton)


class World:
    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.fakes: Fakes = fakes()
        self.book = AlertBook(folder / "alerts.sqlite3", self.clock)
        self.alerts = Alerts(self.book, lambda alert: None, self.clock)  # type: ignore[arg-type,return-value]
        self.calls: list[tuple[object, ...]] = []
        monitoring = self.fakes.monitoring
        for part, names in (
            (monitoring, ("watch_node",)),
            (monitoring.delivery, ("set_webhook", "set_sign_of_life")),
            (monitoring.sources, ("add", "remove", "add_all")),
        ):
            for name in names:
                setattr(part, name, lambda *given, name=name: self.calls.append((name, *given)) or 1)

    def lose(self) -> None:
        self.book.look("rig", [LOST])
        self.clock.wait(3)
        self.book.look("rig", [LOST])


@pytest.fixture
def world(tmp_path, qapp):
    made = World(tmp_path)
    yield made
    made.alerts.close()


def alerts_sheet(qtbot: QtBot, world: World) -> AlertsSheet:
    sheet = AlertsSheet(world.fakes.program, world.alerts, lambda: world.calls.append(("deliver",)), lambda: None)
    qtbot.addWidget(sheet)
    sheet.show()
    return sheet


def texts(parent) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]


def test_nothing_wrong_is_said(qtbot, world):
    assert "Nothing is wrong." in texts(alerts_sheet(qtbot, world))


def test_an_alert_is_shown_until_somebody_knows(qtbot, world):
    world.lose()
    sheet = alerts_sheet(qtbot, world)
    assert "rig-02: GPU 3 is lost" in texts(sheet)
    click(qtbot, sheet, "alerts.know.1")
    assert world.book.open_alerts()[0].known_at is not None
    assert sheet.findChild(Button, "alerts.know.1") is None or not sheet.findChild(Button, "alerts.know.1").isVisible()


def test_what_is_over_has_a_list_of_its_own(qtbot, world):
    world.lose()
    world.book.look("rig", [])
    world.clock.wait(60)
    world.book.look("rig", [])
    sheet = alerts_sheet(qtbot, world)
    assert "Nothing is wrong." in texts(sheet)
    click(qtbot, sheet, "alerts.tab.over")
    assert "rig-02: GPU 3 is lost" in texts(sheet)


def test_a_rule_is_changed_by_hand(qtbot, world):
    sheet = alerts_sheet(qtbot, world)
    click(qtbot, sheet, "alerts.tab.rules")
    limit = sheet.findChild(QLineEdit, "alerts.limit.too_hot")
    assert limit.text() == "85"
    limit.selectAll()
    qtbot.keyClicks(limit, "70")
    qtbot.keyClick(limit, Qt.Key.Key_Return)
    assert world.book.rules()[AlertKind.TOO_HOT].threshold == 70.0
    limit.selectAll()
    qtbot.keyClicks(limit, "hot")
    qtbot.keyClick(limit, Qt.Key.Key_Return)
    assert world.book.rules()[AlertKind.TOO_HOT].threshold == 70.0
    assert limit.property("wrong")
    sheet.findChild(QCheckBox, "alerts.rule.xid").click()
    sheet.findChild(QCheckBox, "alerts.tell.too_hot").click()
    assert not world.book.rules()[AlertKind.XID].is_on
    assert not world.book.rules()[AlertKind.TOO_HOT].is_told


def test_all_can_be_muted_for_an_hour(qtbot, world):
    world.fakes.clock.now = world.clock.now  # type: ignore[method-assign]
    sheet = alerts_sheet(qtbot, world)
    click(qtbot, sheet, "alerts.mute.3600")
    assert world.book.muted_until(EVERYTHING) == world.clock.now() + 3_600
    click(qtbot, sheet, "alerts.mute.0")
    assert world.book.muted_until(EVERYTHING) is None
    click(qtbot, sheet, "alerts.delivery")
    assert world.calls == [("deliver",)]


def delivery_sheet(qtbot: QtBot, world: World) -> AlertDeliverySheet:
    sheet = AlertDeliverySheet(world.fakes.program, world.alerts)
    qtbot.addWidget(sheet)
    sheet.show()
    return sheet


def test_addresses_are_typed_hidden_and_kept(qtbot, world):
    sheet = delivery_sheet(qtbot, world)
    assert sheet.webhook.edit.echoMode() is QLineEdit.EchoMode.Password
    sheet.form.setCurrentIndex(1)
    qtbot.keyClicks(sheet.webhook.edit, "https://hooks.example/x")
    qtbot.keyClicks(sheet.process.edit, "dbc")
    click(qtbot, sheet, "delivery.go")
    assert world.calls == [("set_webhook", "https://hooks.example/x", WebhookForm.SLACK), ("watch_node", "dbc")]


def test_an_address_in_the_clear_is_refused(qtbot, world):
    sheet = delivery_sheet(qtbot, world)
    qtbot.keyClicks(sheet.webhook.edit, "http://hooks.example/x")
    click(qtbot, sheet, "delivery.go")
    assert sheet.webhook.error() == "Messages would travel in the clear. Use an address with https://."
    assert world.calls == []


def test_the_test_button_needs_an_address_first(qtbot, world):
    sheet = delivery_sheet(qtbot, world)
    click(qtbot, sheet, "delivery.test")
    assert "Save an address first." in texts(sheet)


def test_what_is_kept_can_be_forgotten(qtbot, world):
    world.fakes.monitoring.set = FleetSettings(webhook_form="json", has_sign_of_life=True)
    sheet = delivery_sheet(qtbot, world)
    assert sheet.webhook.edit.placeholderText() == "one is kept; type to replace it"
    click(qtbot, sheet, "delivery.forget")
    assert world.calls == [("set_webhook", "", WebhookForm.JSON), ("set_sign_of_life", "")]


def sources_sheet(qtbot: QtBot, world: World) -> RigSourcesSheet:
    sheet = RigSourcesSheet(world.fakes.program, lambda: world.calls.append(("changed",)))
    qtbot.addWidget(sheet)
    sheet.show()
    return sheet


def test_a_rig_is_added_by_its_address(qtbot, world):
    sheet = sources_sheet(qtbot, world)
    assert "No other rig is read yet." in texts(sheet)
    qtbot.keyClicks(sheet.address.edit, "10.0.0.7")
    click(qtbot, sheet, "sources.go")
    assert world.calls == [
        ("add", RigSource("http://10.0.0.7:9400", SourceKind.EXPORTER), ""),
        ("changed",),
    ]
    assert sheet.address.text() == ""


def test_a_token_needs_tls(qtbot, world):
    sheet = sources_sheet(qtbot, world)
    qtbot.keyClicks(sheet.address.edit, "10.0.0.7")
    qtbot.keyClicks(sheet.token.edit, "a-token-of-enough-letters")
    click(qtbot, sheet, "sources.go")
    assert sheet.address.error() == "A token would travel in the clear. Write the address with https://."


def test_known_rigs_are_listed_and_removed(qtbot, world):
    world.fakes.monitoring.set = FleetSettings((RigSource("http://10.0.0.7:9400", SourceKind.EXPORTER),))
    sheet = sources_sheet(qtbot, world)
    assert "not read yet" in texts(sheet)
    click(qtbot, sheet, "sources.remove.0")
    assert world.calls == [("remove", "http://10.0.0.7:9400"), ("changed",)]


def test_a_discovery_file_adds_many(qtbot, world, tmp_path):
    path = tmp_path / "rigs.json"
    path.write_text('[{"targets": ["10.0.0.1:9400"]}]')
    sheet = sources_sheet(qtbot, world)
    sheet.add_file(path)
    assert world.calls[0] == ("add_all", (RigSource("http://10.0.0.1:9400", SourceKind.EXPORTER),))
    assert "1 rig was added." in texts(sheet)
    path.write_text("{")
    sheet.add_file(path)
    assert any("is not JSON" in text for text in texts(sheet))


def at(place: str, *gpus, rig: str = "rig-02", **more):
    return replace(sample(*gpus), place=place, rig=rig, **more)


def row_of(place: str, *gpus, rig: str = "rig-02", machines=MappingProxyType({}), **more):
    return rig_row(replace(sample(*gpus), place=place, rig=rig, **more), machines)


def test_the_table_puts_what_is_wrong_first_and_changes_in_place(qtbot, qapp):
    card = FleetCard()
    qtbot.addWidget(card)
    QAbstractItemModelTester(card.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    here = row_of("", reading(0), reading(1), rig="here", machines={MACHINE: ""})
    first, gone = row_of("http://a:9400", reading(0)), row_of("http://c:9400", rig="gone", trouble="unreachable")
    card.show_rigs([here, first, row_of("http://b:9400", reading(0), lost(1), rig="other"), gone])
    assert [row.name for row in card.model.rows] == ["gone", "other", "here", "rig-02"]
    assert card.note_label.text() == "4 rigs, 2 in trouble"
    cells = [card.model.index(2, column).data() for column in Column]
    assert cells == ["here", "this computer", "abab…abab", "2/2", "98 %", "71 °C", "663 W", "all well"]
    changed: list[int] = []
    card.model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    busy = row_of("", reading(0, load=10), reading(1), rig="here", machines={MACHINE: ""})
    card.show_rigs([busy, first, row_of("http://b:9400", reading(0), lost(1), rig="other"), gone])
    assert changed == [2]
    card.show_rigs([busy, first, row_of("http://b:9400", reading(0), reading(1), rig="other"), gone])
    assert [row.name for row in card.model.rows] == ["gone", "here", "other", "rig-02"]
    card.show_rigs([busy, first])
    assert [row.name for row in card.model.rows] == ["here", "rig-02"]
    assert card.note_label.text() == "2 rigs, all well"


def test_a_row_is_chosen_by_mouse(qtbot, qapp):
    card = FleetCard()
    qtbot.addWidget(card)
    card.resize(1_000, 300)
    card.show()
    card.show_rigs([row_of("", reading(0), rig="here"), row_of("http://a:9400", reading(0))])
    chosen: list[str] = []
    card.chosen.connect(chosen.append)
    where = card.view.visualRect(card.model.index(1, 0)).center()
    qtbot.mouseClick(card.view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert chosen == ["http://a:9400 rig-02"]


def test_a_hundred_rigs_are_one_row_each(qapp):
    card = FleetCard()
    card.show_rigs(row_of(f"http://10.0.0.{at}:9400", reading(0), rig=f"rig-{at:03}") for at in range(100))
    assert card.model.rowCount() == 100
    assert card.view.height() == 28 + 6 * 32 + 2
    card.deleteLater()

"""The test button and an alert reach a real HTTP server; the address of the webhook rests in the real keyring."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dbc_desktop.bootstrap.monitoring import message_of
from dbc_desktop.domain.errors import SecretStoreUnavailable
from dbc_desktop.lanes.paced import Paced
from dbc_desktop.services.alert_delivery import AlertDelivery
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.telemetry.alert_book import AlertBook
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.ui.dialogs.alert_delivery import AlertDeliverySheet
from dbc_desktop.ui.widgets import Button
from dbc_desktop.wallet.keyring_store import OsKeyringStore
from tests.contract.test_secret_store import gnome_keyring, private_bus, short_folder
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, sample
from tests.ui.fake_program import Fakes, InlineRunner, fakes
from tests.unit.notify.test_webhook import Receiver


class Desk:
    """Alerts, their delivery and the sheet of a program that was opened just now."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.store = HandClock(), FleetStore(folder / "fleet.json")
        self.alerts = Alerts(AlertBook(folder / "alerts.sqlite3", self.clock), message_of, self.clock)
        self.delivery = AlertDelivery(self.store, OsKeyringStore(), Paced(InlineRunner(), self.clock))
        self.delivery.use(self.alerts)
        self.fakes: Fakes = fakes()
        self.fakes.monitoring.settings = self.store.settings  # type: ignore[method-assign]
        self.fakes.monitoring.delivery = self.delivery  # type: ignore[assignment]
        self.fakes.monitoring.watch_node = lambda process: None  # type: ignore[attr-defined]

    def lose_a_gpu(self) -> None:
        self.alerts.hear(sample(lost(3)))
        self.clock.wait(3)
        self.alerts.hear(sample(lost(3)))

    def close(self) -> None:
        self.delivery.close()
        self.alerts.close()


@pytest.fixture
def receiver():
    made = Receiver()
    made.thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


def test_the_test_button_and_an_alert_arrive_and_the_address_rests_in_the_keyring(
    qtbot: QtBot, tmp_path: Path, receiver: Receiver
) -> None:
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            desk = Desk(tmp_path)
            sheet = AlertDeliverySheet(desk.fakes.program, desk.alerts)
            qtbot.addWidget(sheet)
            qtbot.keyClicks(sheet.webhook.edit, receiver.url)
            qtbot.mouseClick(sheet.findChild(Button, "delivery.go"), Qt.MouseButton.LeftButton)
            qtbot.mouseClick(sheet.findChild(Button, "delivery.test"), Qt.MouseButton.LeftButton)
            desk.lose_a_gpu()
            desk.delivery.send_waiting()
            test, alert = (json.loads(content) for _, content in receiver.got)
            assert [path for path, _ in receiver.got] == ["/hook/t0psecret"] * 2
            assert (test["severity"], alert["severity"], alert["title"]) == ("test", "loss", "rig-02: GPU 3 is lost")
            assert OsKeyringStore().get("webhook") == receiver.url
            assert "t0psecret" not in (tmp_path / "fleet.json").read_text()
            desk.close()
            # The program is opened anew: the keyring tells where to.
            desk = Desk(tmp_path)
            assert desk.delivery.needs_secrets()
            desk.delivery.fetch()
            desk.alerts.try_out("again", "")
            assert json.loads(receiver.got[2][1])["title"] == "again"
            desk.close()
        with gnome_keyring(folder, address, unlock=True):
            desk = Desk(tmp_path)
            OsKeyringStore().delete("webhook")
            desk.delivery.fetch()
            assert not desk.alerts.has_messages()
            desk.close()
        gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_without_the_keyring_nothing_is_carried_and_the_settings_stay(tmp_path: Path, receiver: Receiver) -> None:
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            desk = Desk(tmp_path)
            from dbc_desktop.notify.webhook import WebhookForm

            desk.delivery.set_webhook(receiver.url, WebhookForm.SLACK)
            desk.close()
        with gnome_keyring(folder, address, unlock=False):
            desk = Desk(tmp_path)
            with pytest.raises(SecretStoreUnavailable, match="locked"):
                desk.delivery.fetch()
            assert desk.store.load().webhook_form == "slack"
            gc.collect()
            desk.close()
    assert receiver.got == []

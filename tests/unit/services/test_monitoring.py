"""What the person sets is kept, secrets rest with the keyring, and everything is listened to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import DataUnwritable, InvalidInput, SecretStoreUnavailable
from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import BlockSummary
from dbc_desktop.lanes.paced import Paced
from dbc_desktop.notify.ports import Message
from dbc_desktop.notify.webhook import WebhookForm
from dbc_desktop.screens.alerts import message_words
from dbc_desktop.services.alert_delivery import AlertDelivery
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.services.monitoring import Monitoring, MonitoringParts
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.services.rig_sources import RigSources
from dbc_desktop.telemetry.alert_book import AlertBook
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from dbc_desktop.telemetry.exposition import Exposition
from dbc_desktop.telemetry.fleet import Fleet
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore
from dbc_desktop.telemetry.scrape import Scraper
from dbc_desktop.wallet.rig_key import KeyringRigKey
from tests.doubles.exporter import Exporter
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample
from tests.doubles.scripted_chain import ScriptedChain
from tests.ui.fake_program import InlineRunner

MACHINE = MachineId("ab" * 32)
BLOCK = bytes.fromhex("cc" * 32)


class Chain(ScriptedChain):
    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        return (BlockSummary(1_200, BLOCK, bytes(32), 1, 3),)


class Ring:
    """A keyring, which may be locked."""

    place = "a keyring"

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.is_locked = False

    def get(self, name: str) -> str | None:
        if self.is_locked:
            raise SecretStoreUnavailable("locked")
        return self.entries.get(name)

    def put(self, name: str, text: str) -> None:
        if self.is_locked:
            raise SecretStoreUnavailable("locked")
        self.entries[name] = text

    def delete(self, name: str) -> None:
        self.entries.pop(name, None)


class Feed:
    """A sampler in the test's hand."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[RigSample], None]] = []

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def rig_keys(self) -> tuple[str, ...]:
        return ("",)

    def latest(self, rig_key: str = "") -> RigSample | None:
        return None

    def subscribe(self, callback: Callable[[RigSample], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def give(self, one: RigSample) -> None:
        for callback in self.callbacks:
            callback(one)


class World:
    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.feed, self.ring = folder, HandClock(), Feed(), Ring()
        self.chain = Chain()
        self.monitoring = self.open()

    def open(self) -> Monitoring:
        runner, store = InlineRunner(), FleetStore(self.folder / "fleet.json")
        sources, paced = RigSources(store, self.ring), Paced(runner, self.clock)

        def parts() -> MonitoringParts:
            fleet = Fleet(self.clock, lambda source: Scraper(source, self.clock, sources.token_of(source)))
            fleet.start = lambda: None  # type: ignore[method-assign]  # the test reads by itself
            return MonitoringParts(
                fleet,
                Alerts(AlertBook(self.folder / "alerts.sqlite3", self.clock), words, self.clock),
                EvidenceLog(self.folder / "evidence.sqlite3"),
            )

        def words(alert) -> Message:
            title, body = message_words(alert)
            return Message(alert.subject, alert.severity.value, title, body, alert.began_at)

        return Monitoring(
            self.chain, self.feed, store, sources, AlertDelivery(store, self.ring, paced),
            RigEvidence(self.chain, lambda: "rig-02", store, lambda place, _: KeyringRigKey(self.ring)),
            parts, lambda: [Address(b"\x01" * 32)], runner, paced,
        )  # fmt: skip


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.monitoring.start()
    yield made
    made.monitoring.stop()


def test_who_waits_is_told_when_the_parts_are_open(tmp_path):
    world = World(tmp_path)
    told: list[str] = []
    world.monitoring.subscribe_open(lambda: told.append("open"))
    assert (world.monitoring.parts, told) == (None, [])
    world.monitoring.start()
    world.monitoring.subscribe_open(lambda: told.append("again"))
    assert told == ["open", "again"]
    world.monitoring.stop()
    assert world.feed.callbacks == []


def test_own_samples_become_alerts_and_evidence(world):
    world.monitoring.follow(None)
    for _ in range(2):
        world.feed.give(sample(lost(3), taken_at=world.clock.now()))
        world.clock.wait(60)
    assert [one.subject for one in world.monitoring.parts.alerts.book.open_alerts()] == [lost(3).uuid]
    _, minutes = world.monitoring.parts.evidence.minutes("nvml", 0.0, world.clock.now())
    assert [(one.height, one.block_hash) for one in minutes] == [(1_200, BLOCK)]


def test_a_rig_of_the_fleet_is_read_with_its_token_and_judged(world):
    page = Exposition("0.1.0").page(sample(lost(1), taken_at=world.clock.now()))
    with Exporter(lambda path: (200, page)) as exporter:
        source = source_of(exporter.url, SourceKind.EXPORTER, has_token=True)
        world.monitoring.sources.add(source, "a-token-of-enough-letters")
        fleet = world.monitoring.parts.fleet
        for _ in range(2):
            for one in list(fleet._readings.values()):
                fleet.read_one(one)
            world.clock.wait(3)
        assert exporter.asked == [("/metrics", "Bearer a-token-of-enough-letters")] * 2
        assert [one.facts["rig"] for one in world.monitoring.parts.alerts.book.open_alerts()] == ["rig-02"]
        with pytest.raises(InvalidInput, match="known"):
            world.monitoring.sources.add(source)
        world.monitoring.sources.remove(source.url)
    assert world.ring.entries == {}
    assert fleet.rig_keys() == ()


def test_a_server_is_asked_once_for_what_it_remembers(world, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(Fleet, "fetch_past", lambda _, source: asked.append(source.url))
    world.monitoring.sources.add(source_of("10.0.0.7", SourceKind.EXPORTER))
    world.monitoring.sources.add(source_of("10.0.0.8", SourceKind.PROMETHEUS))
    assert asked == ["http://10.0.0.8:9090"]


def test_what_was_set_is_there_after_a_restart(world):
    source = source_of("https://rig:9400", SourceKind.EXPORTER, has_token=True)
    world.monitoring.sources.add(source, "a-token-of-enough-letters")
    assert world.monitoring.sources.add_all([source, source_of("10.0.0.9", SourceKind.EXPORTER)]) == 1
    world.monitoring.match(MACHINE, "https://rig:9400 rig")
    world.monitoring.watch_node(" dbc ")
    world.monitoring.delivery.set_webhook("https://hooks.example/t0psecret", WebhookForm.SLACK)
    world.monitoring.delivery.set_sign_of_life("https://alive.example/t0psecret")
    again = world.open()
    assert again.settings() == FleetSettings(
        (source, source_of("10.0.0.9", SourceKind.EXPORTER)),
        {MACHINE: "https://rig:9400 rig"},
        "dbc",
        "slack",
        has_sign_of_life=True,
    )
    again.start()
    assert again.sources.token_of(source) == "a-token-of-enough-letters"
    again.stop()
    written = (world.folder / "fleet.json").read_text()
    assert "t0psecret" not in written
    assert "a-token" not in written


def test_a_locked_keyring_is_told_and_stops_nothing(world):
    world.monitoring.sources.add(source_of("https://rig:9400", SourceKind.EXPORTER, has_token=True), "x" * 20)
    world.ring.is_locked = True
    with pytest.raises(SecretStoreUnavailable):
        world.monitoring.delivery.set_webhook("https://hooks.example/x", WebhookForm.JSON)
    assert world.monitoring.settings().webhook_form == ""
    again = world.open()
    again.start()
    assert again.secret_trouble.reason == "locked"
    assert again.parts is not None
    again.stop()


def test_no_webhook_and_no_sign_of_life_any_more(world):
    world.monitoring.delivery.set_webhook("https://hooks.example/x", WebhookForm.JSON)
    world.monitoring.delivery.set_sign_of_life("https://alive.example/x")
    world.monitoring.delivery.set_webhook("", WebhookForm.JSON)
    world.monitoring.delivery.set_sign_of_life(" ")
    assert world.ring.entries == {}
    assert (world.monitoring.settings().webhook_form, world.monitoring.settings().has_sign_of_life) == ("", False)


@pytest.mark.parametrize("junk", ["{", "[]", '{"sources": [{"url": "ftp://x", "kind": "exporter"}, 5]}'])
def test_a_garbled_file_counts_as_not_set(tmp_path, junk):
    (tmp_path / "fleet.json").write_text(junk)
    assert FleetStore(tmp_path / "fleet.json").load() == FleetSettings()


def test_a_healthy_rig_gives_a_sign_of_life_once_a_minute(world):
    beats: list[float] = []

    class Sign:
        def beat(self) -> None:
            beats.append(world.clock.monotonic())

        def close(self) -> None: ...

    world.monitoring.delivery._sign = Sign()
    for _ in range(120):
        world.feed.give(sample(reading(0), taken_at=world.clock.now()))
        world.clock.wait(1)
    assert beats == [1_000.0, 1_060.0]


def test_lanes_that_set_things_at_once_lose_nothing(tmp_path):
    store = FleetStore(tmp_path / "fleet.json")
    together = threading.Barrier(8)

    def set_one(number: int) -> None:
        together.wait()
        store.change(lambda now: replace(now, machines=now.machines | {MachineId(f"{number:064x}"): "rig"}))

    threads = [threading.Thread(target=set_one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(FleetStore(tmp_path / "fleet.json").load().machines) == 8


def test_what_cannot_be_written_is_not_set(tmp_path):
    store = FleetStore(tmp_path / "rigs" / "fleet.json")
    assert store.settings() == FleetSettings()
    (tmp_path / "rigs").write_text("in the way of the folder")
    with pytest.raises(DataUnwritable):
        store.change(lambda now: replace(now, node_process="dbc"))
    assert store.settings() == FleetSettings()

"""Rigs that are not real are read like those of a server, and always marked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.telemetry.demo_fleet import DemoRigs, DemoServer
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.scrape import Scraper
from tests.doubles.hand_clock import HandClock


@pytest.fixture
def server() -> Iterator[DemoServer]:
    made = DemoServer(DemoRigs(HandClock(), 8), 0)
    made.start()
    yield made
    made.stop()


def read(address: str, kind: SourceKind):
    scraper = Scraper(source_of(address, kind), HandClock())
    try:
        return scraper.read()
    finally:
        scraper.close()


def test_all_rigs_are_read_from_one_server(server):
    rigs = read(server.address, SourceKind.PROMETHEUS)
    assert [rig.rig for rig in rigs] == [f"rig-00{number}" for number in range(1, 9)]
    assert [len(rig.gpus) for rig in rigs] == [8, 1, 2, 4, 8, 1, 0, 4]
    assert {rig.source for rig in rigs} == {"demo"}
    assert [gpu.is_lost for gpu in rigs[2].gpus] == [False, True]
    assert rigs[2].gpus[1].temperature is None
    assert rigs[6].trouble == "driver_failed"
    uuids = [gpu.uuid for rig in rigs for gpu in rig.gpus]
    assert len(set(uuids)) == len(uuids) == 28


def test_one_rig_has_a_page_of_its_own(server):
    (rig,) = read(f"{server.address}/rig-004", SourceKind.EXPORTER)
    assert (rig.rig, rig.source, len(rig.gpus)) == ("rig-004", "demo", 4)
    with pytest.raises(NotRead, match="no_page"):
        read(f"{server.address}/rig-009", SourceKind.EXPORTER)


@pytest.mark.parametrize("count", [0, 1_001])
def test_how_many_is_bounded(count):
    with pytest.raises(InvalidInput, match="not_in_range"):
        DemoRigs(HandClock(), count)


def test_a_port_in_use_is_told(server):
    port = int(server.address.rsplit(":", 1)[1])
    with pytest.raises(InvalidInput, match="taken"):
        DemoServer(DemoRigs(HandClock(), 1), port)

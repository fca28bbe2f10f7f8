"""What a server remembers is brought into the history, once, and live readings are left alone."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.telemetry.fleet import Fleet
from dbc_desktop.telemetry.fleet_past import fill_past
from dbc_desktop.telemetry.history_store import GpuMinute, HistoryStore
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.packing import FIELDS, NONE
from dbc_desktop.telemetry.scrape import Scraper
from tests.doubles.exporter import Answer, Exporter
from tests.doubles.hand_clock import HandClock

UUID = "GPU-7c1e0000-0000-4000-8000-000000000000"
NOW = 1_700_000_030.0
END = 1_700_000_000 // 60 * 60
LABELS = {"instance": "rig-07:9400", "Hostname": "rig-07", "UUID": UUID, "gpu": "0", "modelName": "RTX 3090"}


def server(path: str, *, bad: float | None = None) -> Answer:
    """Answers like Prometheus: 71 degrees at the full minutes of the last two hours, nothing before."""
    asked = parse_qs(urlsplit(path).query)
    start, end, step = (float(asked[name][0]) for name in ("start", "end", "step"))
    times = [at for at in np.arange(start, end + 1, step) if at >= END - 7_200]
    values = [[at, "71" if bad is None else str(bad)] for at in times]
    rows = [{"metric": {"__name__": "DCGM_FI_DEV_GPU_TEMP", **LABELS}, "values": values}] if times else []
    rows.append({"metric": {"__name__": "DCGM_FI_DEV_NEW_THING", **LABELS}, "values": values})
    document = {"status": "success", "data": {"resultType": "matrix", "result": rows}}
    return 200, json.dumps(document).encode()


@pytest.fixture
def store(tmp_path):
    made = HistoryStore(tmp_path / "telemetry.sqlite3")
    yield made
    made.close()


def fill(store: HistoryStore, exporter: Exporter, is_over=lambda: False) -> int:
    scraper = Scraper(source_of(exporter.url, SourceKind.PROMETHEUS), HandClock())
    try:
        return fill_past(scraper, exporter.url, "127.0.0.1", store, NOW, is_over)
    finally:
        scraper.close()


def test_the_last_day_is_brought_by_minutes(store):
    with Exporter(server) as exporter:
        assert fill(store, exporter) == 120
        key = f"{exporter.url}#rig-07:9400 rig-07"
        assert len(exporter.asked) == 24
    (gpu,) = store.gpus()
    assert (gpu.rig_key, gpu.uuid, gpu.name) == (key, UUID, "RTX 3090")
    times, values = store.seconds(key, UUID, "temperature", 0, NOW)
    assert (len(times), times[0], times[-1]) == (120, END - 7_200, END - 60)
    assert set(values) == {71.0}
    assert len(store.seconds(key, UUID, "power_watts", 0, NOW)[0]) == 0


def test_a_gpu_that_was_read_before_is_left_alone(store):
    with Exporter(server) as exporter:
        key = f"{exporter.url}#rig-07:9400 rig-07"
        seconds = np.full((len(FIELDS), 60), NONE, np.int32)
        seconds[3, 0] = 420
        store.write([GpuMinute(key, UUID, "RTX 3090", END // 60 - 1, seconds)])
        assert fill(store, exporter) == 0
        assert fill(store, exporter) == 0
    times, values = store.seconds(key, UUID, "temperature", 0, NOW)
    assert (list(times), list(values)) == ([END - 60], [42.0])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0, 1e30])
def test_what_cannot_be_true_is_left_out(store, bad):
    with Exporter(lambda path: server(path, bad=bad)) as exporter:
        assert fill(store, exporter) == 0


def test_it_ends_when_the_window_closes(store):
    with Exporter(server) as exporter:
        assert fill(store, exporter, lambda: True) == 0
        assert exporter.asked == []


def test_a_server_without_a_memory_is_no_harm(store):
    clock = HandClock()
    with Exporter(lambda path: (404, b"")) as exporter:
        with pytest.raises(NotRead, match="no_page"):
            fill(store, exporter)
        source = source_of(exporter.url, SourceKind.PROMETHEUS)
        fleet = Fleet(clock, lambda one: Scraper(one, clock), open_store=lambda: store)
        fleet.fetch_past(source).join(10)
        assert len(exporter.asked) == 2
    assert store.gpus() == ()


def test_the_fleet_brings_it_on_a_thread_of_its_own(store):
    clock = HandClock()
    clock.now = lambda: NOW  # type: ignore[method-assign]
    with Exporter(server) as exporter:
        fleet = Fleet(clock, lambda one: Scraper(one, clock), open_store=lambda: store)
        fleet.fetch_past(source_of(exporter.url, SourceKind.PROMETHEUS)).join(10)
    assert [gpu.uuid for gpu in store.gpus()] == [UUID]

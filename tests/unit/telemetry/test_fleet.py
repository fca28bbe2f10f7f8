"""A fleet is read source by source; what is silent, slow or garbled is told with its reason."""

from __future__ import annotations

import json

import pytest

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.fleet import RigSource, SourceKind, source_of
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.discovery import sources_in
from dbc_desktop.telemetry.exposition import Exposition
from dbc_desktop.telemetry.fleet import Fleet
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.scrape import Scraper
from tests.doubles.exporter import Exporter
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import reading, sample

NOW = 1_700_000_000.0
PAGE = Exposition("0.1.0").page(sample(reading(0), reading(1), taken_at=1_700_001_000.0))


class Kept:
    def __init__(self) -> None:
        self.samples: list[RigSample] = []

    def append(self, sample: RigSample) -> None:
        self.samples.append(sample)

    def note(self, event: object) -> None:
        raise AssertionError(event)


def scrape(exporter: Exporter, kind: SourceKind = SourceKind.EXPORTER, token: str | None = None):
    scraper = Scraper(RigSource(exporter.url, kind), HandClock(), token)
    try:
        return scraper.read()
    finally:
        scraper.close()


def test_an_exporter_is_read_with_its_token():
    with Exporter(lambda path: (200, PAGE)) as exporter:
        (rig,) = scrape(exporter, token="secret-secret-secret")
        assert exporter.asked == [("/metrics", "Bearer secret-secret-secret")]
    assert (rig.rig, len(rig.gpus), rig.place) == ("rig-02", 2, exporter.url)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, b"DCGM_FI_DEV_GPU_TEMP{ 5"), "garbage"),
        ((200, b"\xff\xfe\x00"), "garbage"),
        ((401, b""), "refused"),
        ((500, b"DCGM_FI_DEV_GPU_TEMP 5"), "no_page"),
        ((302, b""), "no_page"),
    ],
)
def test_what_is_no_page_has_a_reason(answer: tuple[int, bytes], reason: str):
    with Exporter(lambda path: answer) as exporter, pytest.raises(NotRead) as caught:
        scrape(exporter)
    assert caught.value.reason == reason


def test_an_answer_without_end_is_cut_off():
    with Exporter(lambda path: (200, b"")) as exporter:
        exporter.endless = True
        with pytest.raises(NotRead, match="too_large"):
            scrape(exporter)


def test_nobody_there_is_told():
    scraper = Scraper(RigSource("http://127.0.0.1:9", SourceKind.EXPORTER), HandClock())
    with pytest.raises(NotRead, match="unreachable"):
        scraper.read()
    scraper.close()


VECTOR = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [
            {
                "metric": {"__name__": "DCGM_FI_DEV_GPU_TEMP", "UUID": "GPU-aaaa", "gpu": "0", "instance": "a:9400"},
                "value": [NOW, "51"],
            },
            {
                "metric": {"__name__": "DCGM_FI_DEV_GPU_TEMP", "UUID": "GPU-bbbb", "gpu": "0", "instance": "b:9400"},
                "value": [NOW, "NaN"],
            },
        ],
    },
}


def test_a_server_is_asked_for_all_rigs_at_once():
    with Exporter(lambda path: (200, json.dumps(VECTOR).encode())) as server:
        first, second = scrape(server, SourceKind.PROMETHEUS)
        assert len(server.asked) == 1
        assert server.asked[0][0].startswith("/api/v1/query?query=%7B__name__%3D~%22DCGM_FI_DEV_.%2B")
    assert [(rig.rig, rig.gpus[0].temperature) for rig in (first, second)] == [("a:9400", 51), ("b:9400", None)]


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b'{"status": "error"}',
        b'{"status": "success", "data": {"result": 5}}',
        b'{"status": "success", "data": {"result": [{"metric": {"a": 5}, "value": [1, "2"]}]}}',
        b'{"status": "success", "data": {"result": [{"metric": {"a": "b"}, "value": "2"}]}}',
        b'{"status": "success", "data": {"result": [{"metric": {"a": "b"}, "value": [1, "x"]}]}}',
        b"[" * 100_000,
    ],
)
def test_a_server_that_answers_something_else_is_refused(document: bytes):
    with Exporter(lambda path: (200, document)) as server, pytest.raises(NotRead, match="garbage"):
        scrape(server, SourceKind.PROMETHEUS)


def fleet_of(*exporters: Exporter, keeper: Kept | None = None) -> tuple[Fleet, HandClock]:
    clock = HandClock()
    fleet = Fleet(clock, lambda source: Scraper(source, clock), keeper)
    fleet.set_sources([RigSource(exporter.url, SourceKind.EXPORTER) for exporter in exporters])
    return fleet, clock


def read_all(fleet: Fleet) -> None:
    for reading_ in list(fleet._readings.values()):
        fleet.read_one(reading_)


def test_each_rig_of_a_fleet_is_told_and_kept():
    keeper, heard = Kept(), []
    with Exporter(lambda path: (200, PAGE)) as one, Exporter(lambda path: (200, PAGE)) as two:
        fleet, _ = fleet_of(one, two, keeper=keeper)
        fleet.subscribe(heard.append)
        read_all(fleet)
        assert sorted(fleet.rig_keys()) == sorted([f"{one.url} rig-02", f"{two.url} rig-02"])
        fleet.set_sources([])
    assert len(heard) == len(keeper.samples) == 2
    assert fleet.rig_keys() == ()


def test_a_rig_that_falls_silent_is_told_with_its_reason_and_comes_back():
    answers = [(200, PAGE), (500, b""), (200, PAGE)]
    with Exporter(lambda path: answers.pop(0)) as exporter:
        fleet, _ = fleet_of(exporter)
        key = f"{exporter.url} rig-02"
        told = []
        for _ in range(3):
            read_all(fleet)
            told.append((fleet.latest(key).trouble, len(fleet.latest(key).gpus)))
        fleet.set_sources([])
    assert told == [(None, 2), ("no_page", 0), (None, 2)]


def test_a_source_that_never_answered_has_a_name():
    clock = HandClock()
    fleet = Fleet(clock, lambda source: Scraper(source, clock))
    fleet.set_sources([RigSource("http://127.0.0.1:9", SourceKind.EXPORTER)])
    read_all(fleet)
    assert fleet.rig_keys() == ("http://127.0.0.1:9 127.0.0.1",)
    (state,) = fleet.states()
    assert (state.trouble, state.failures) == ("unreachable", 1)
    fleet.set_sources([])


def test_an_exporter_whose_readings_are_old_is_stale():
    with Exporter(lambda path: (200, PAGE)) as exporter:
        fleet, clock = fleet_of(exporter)
        clock.wait(3_600)
        read_all(fleet)
        assert fleet.latest(f"{exporter.url} rig-02").trouble == "stale"
        fleet.set_sources([])


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("10.0.0.7", "http://10.0.0.7:9400"),
        ("rig-07:9835", "http://rig-07:9835"),
        (" https://gpu.example/metrics ", "https://gpu.example"),
        ("http://[fd00::7]:9400/metrics", "http://[fd00::7]:9400"),
        ("https://proxy.example/rig-7/metrics/", "https://proxy.example/rig-7"),
    ],
)
def test_an_address_is_understood(text: str, url: str):
    assert source_of(text, SourceKind.EXPORTER).url == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("http://a b/", "not_an_address"),
        ("ftp://rig", "not_an_address"),
        ("http://user:pass@rig:9400", "has_password"),
        ("http://rig:99999", "not_an_address"),
        ("http://rig/?q=1", "not_an_address"),
        ("http://[::1", "not_an_address"),
    ],
)
def test_what_is_no_address_is_told(text: str, reason: str):
    with pytest.raises(InvalidInput) as caught:
        source_of(text, SourceKind.EXPORTER)
    assert (caught.value.field, caught.value.reason) == ("rig_address", reason)


def test_a_token_does_not_travel_in_the_clear():
    with pytest.raises(InvalidInput, match="token_needs_tls"):
        source_of("http://rig:9400", SourceKind.EXPORTER, has_token=True)
    assert source_of("http://127.0.0.1:9400", SourceKind.EXPORTER, has_token=True).has_token


def test_a_discovery_file_names_rigs(tmp_path):
    path = tmp_path / "rigs.json"
    path.write_text(
        json.dumps(
            [
                {"targets": ["10.0.0.1:9400", "10.0.0.2:9400"], "labels": {"room": "a"}},
                {"targets": ["gpu.example:443", "10.0.0.1:9400"], "labels": {"__scheme__": "https"}},
            ]
        )
    )
    assert [source.url for source in sources_in(path)] == [
        "http://10.0.0.1:9400",
        "http://10.0.0.2:9400",
        "https://gpu.example:443",
        "https://10.0.0.1:9400",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not_json"),
        ("{}", "not_discovery"),
        ('[{"targets": "a"}]', "not_discovery"),
        ('[{"targets": [5]}]', "not_discovery"),
        ("[5]", "not_discovery"),
        ('[{"targets": ["a b"]}]', "not_an_address"),
    ],
)
def test_what_is_no_discovery_file_is_told(tmp_path, text: str, reason: str):
    path = tmp_path / "rigs.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=reason):
        sources_in(path)

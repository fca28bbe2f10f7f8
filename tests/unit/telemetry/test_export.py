"""The history as CSV and JSON: what was read, gaps as what is not there, names that are no formulas."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import DataUnwritable
from dbc_desktop.telemetry.export import Stretch, columns, export
from dbc_desktop.telemetry.history import History
from dbc_desktop.telemetry.history_store import HistoryStore
from dbc_desktop.telemetry.history_writer import HistoryWriter
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample

START = 1_700_006_400.0
UUID = "GPU-7c1e0000-0000-4000-8000-000000000000"


@pytest.fixture
def store(tmp_path: Path) -> HistoryStore:
    writer = HistoryWriter(tmp_path / "telemetry.sqlite3", HandClock())
    history = History(writer)
    for second in (0, 1, 2, 90):
        gpu = lost(0, START + second) if second == 1 else reading(0, START + second, load=second)
        if second == 2:
            gpu = replace(gpu, temperature=None, name="=cmd()")
        history.append(sample(gpu, taken_at=START + second))
    writer.work_off(is_last=True)
    return writer.store()


def test_each_second_as_csv(store: HistoryStore, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    assert export(store, path, "csv", Stretch(START, START + 100, is_by_second=True)) == 3
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    assert head[:6] == ["time", "rig", "gpu", "name", "gpu_percent", "memory_percent"]
    assert [row[0] for row in rows] == ["2023-11-15T00:00:00Z", "2023-11-15T00:00:02Z", "2023-11-15T00:01:30Z"]
    assert rows[1][1:5] == ["", UUID, "NVIDIA GeForce RTX 3090", "2.0"]
    assert rows[1][head.index("temperature")] == ""
    assert rows[2][head.index("power_watts")] == "331.4"
    assert not list(tmp_path.glob(".*"))
    store.close()


def test_minutes_as_json_have_least_mean_and_most(store: HistoryStore, tmp_path: Path) -> None:
    path = tmp_path / "out.json"

    assert export(store, path, "json", Stretch(START, START + 100, is_by_second=False)) == 2
    first, second = json.loads(path.read_text(encoding="utf-8"))
    assert (first["gpu_percent_least"], first["gpu_percent_mean"], first["gpu_percent_most"]) == (0.0, 1.0, 2.0)
    assert (second["time"], second["temperature_mean"]) == ("2023-11-15T00:01:00Z", 70.0)
    assert len(first) == 4 + len(columns(Stretch(0, 1, is_by_second=False)))
    store.close()


def test_a_name_cannot_become_a_formula(store: HistoryStore, tmp_path: Path) -> None:
    store._db.execute("UPDATE gpu SET name = '=cmd()'")
    export(store, tmp_path / "out.csv", "csv", Stretch(START, START + 100, is_by_second=True))

    assert "'=cmd()" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    store.close()


def test_a_day_is_by_second_and_more_by_minute() -> None:
    assert Stretch.back(START, 86_400).is_by_second
    assert not Stretch.back(START, 86_401).is_by_second


def test_a_folder_that_is_not_there_is_an_error_of_the_tree(store: HistoryStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((DataUnwritable, OSError)):
        export(store, tmp_path / "file" / "out.csv", "csv", Stretch(START, START + 100, is_by_second=True))
    store.close()

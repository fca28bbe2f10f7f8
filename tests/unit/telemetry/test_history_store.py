"""The history on disk: what is kept how long, gaps, damage, a full disk, and an hour after a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from dbc_desktop.domain.errors import ChainBusy, DataCorrupt, DataTooNew, DataUnwritable
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry import history_store
from dbc_desktop.telemetry.history import History
from dbc_desktop.telemetry.history_store import GpuMinute, HistoryStore, KnownGpu
from dbc_desktop.telemetry.history_writer import HistoryWriter
from dbc_desktop.telemetry.packing import FIELDS, NONE
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample

START = 1_700_006_400.0
"""A whole hour, so that figures stay plain."""
UUID = "GPU-7c1e0000-0000-4000-8000-000000000000"
DAY = 86_400


class At(HandClock):
    """A clock whose day is that of the readings."""

    def now(self) -> float:
        return START + self.seconds - 1_000.0


def fill(history: History, first: int, count: int, step: int = 1) -> None:
    for second in range(first, first + count, step):
        at = START + second
        history.append(sample(reading(0, at, load=second % 100), taken_at=at))


@pytest.fixture
def clock() -> At:
    return At()


@pytest.fixture
def writer(tmp_path: Path, clock: At) -> HistoryWriter:
    return HistoryWriter(tmp_path / "telemetry.sqlite3", clock)


def test_each_second_is_kept_as_it_was_read(writer: HistoryWriter) -> None:
    history = History(writer)
    fill(history, 0, 180)
    writer.work_off(is_last=True)
    store = writer.store()

    times, values = store.seconds("", UUID, "gpu_percent", START + 58, START + 62)
    assert times.tolist() == [START + 58, START + 59, START + 60, START + 61, START + 62]
    assert values.tolist() == [58.0, 59.0, 60.0, 61.0, 62.0]
    assert store.seconds("", UUID, "power_watts", START, START)[1].tolist() == [331.4]
    assert store.seconds("", UUID, "memory_used", START, START)[1].tolist() == [22 * 2.0**30]
    assert store.gpus() == (KnownGpu("", UUID, "NVIDIA GeForce RTX 3090"),)
    writer.close()


def test_a_minute_is_its_least_mean_and_most(writer: HistoryWriter) -> None:
    history = History(writer)
    fill(history, 0, 121)
    writer.work_off(is_last=True)

    times, least, means, most = writer.store().minutes("", UUID, "gpu_percent", START, START + 119)
    assert times.tolist() == [START, START + 60]
    assert least.tolist() == [0.0, 0.0]
    assert means.tolist() == [29.5, 56.2]
    assert most.tolist() == [59.0, 99.0]
    writer.close()


def test_a_minute_written_in_two_parts_is_one(writer: HistoryWriter) -> None:
    history = History(writer)
    fill(history, 0, 20)
    writer.work_off(is_last=True)
    fill(history, 20, 20)
    writer.work_off(is_last=True)

    times, values = writer.store().seconds("", UUID, "gpu_percent", START, START + 59)
    assert times.tolist() == [START + second for second in range(40)]
    assert values.tolist() == [float(second) for second in range(40)]
    assert writer.store().minutes("", UUID, "gpu_percent", START, START)[2].tolist() == [19.5]
    writer.close()


def test_a_lost_gpu_and_a_closed_program_are_gaps(writer: HistoryWriter) -> None:
    history = History(writer)
    fill(history, 0, 10)
    for second in range(10, 30):
        history.append(sample(lost(0, START + second), taken_at=START + second))
    fill(history, 30, 10)
    fill(history, 1_000, 10)
    writer.work_off(is_last=True)

    series = writer.store().range("", UUID, "gpu_percent", START, START + 1_100, 1_000)
    shown = [
        (at - START, None if np.isnan(mean) else mean) for at, mean in zip(series.times, series.means, strict=True)
    ]
    assert shown[9:12] == [(9.0, 9.0), (11.5, None), (30.0, 30.0)]
    assert shown[20:23] == [(39.0, 39.0), (41.5, None), (1_000.0, 0.0)]
    writer.close()


def test_a_range_has_no_more_steps_than_asked_and_keeps_the_peaks(writer: HistoryWriter) -> None:
    history = History(writer)
    fill(history, 0, 3_600)
    writer.work_off(is_last=True)

    series = writer.store().range("", UUID, "gpu_percent", START, START + 3_600, 36)
    assert len(series.times) == 36
    assert series.step_seconds == 100.0
    assert (np.diff(series.times) == 100).all()
    assert series.least.max() == 0.0
    assert series.most.min() == 99.0
    assert series.means.tolist() == [49.5] * 36
    with pytest.raises(KeyError):
        writer.store().range("", UUID, "happiness", START, START + 1, 10)
    writer.close()


def test_a_day_later_the_seconds_are_gone_and_the_minutes_packed(
    writer: HistoryWriter, clock: At, tmp_path: Path
) -> None:
    history = History(writer)
    fill(history, 0, 600)
    writer.work_off(is_last=True)
    before = writer.store().minutes("", UUID, "temperature", START, START + 600)
    clock.seconds += 2 * DAY
    fill(history, 2 * DAY, 60)
    writer.work_off(is_last=True)
    store = writer.store()

    assert store.seconds("", UUID, "temperature", START, START + 600)[0].tolist() == []
    after = store.minutes("", UUID, "temperature", START, START + 600)
    assert [column.tolist() for column in after] == [column.tolist() for column in before]
    assert after[2].tolist() == [70.0] * 10
    series = store.range("", UUID, "temperature", START - DAY, START + 3 * DAY, 300)
    assert np.isnan(series.means).any()
    writer.close()
    with sqlite3.connect(tmp_path / "telemetry.sqlite3") as file:
        assert file.execute("SELECT count(*) FROM minutes").fetchone() == (10,)
        assert file.execute("SELECT count(*) FROM recent").fetchone() == (1,)
    file.close()


def test_after_a_year_it_is_forgotten(writer: HistoryWriter, clock: At) -> None:
    history = History(writer)
    fill(history, 0, 60)
    history.note(RigEvent(START, RigEventKind.GPU_FOUND, UUID, 0))
    writer.work_off(is_last=True)
    for days in (2, 370):
        clock.seconds = 1_000.0 + days * DAY
        fill(history, days * DAY, 1)
        writer.work_off(is_last=True)
    store = writer.store()

    assert store.minutes("", UUID, "temperature", START, START + 60)[0].tolist() == []
    assert [event.kind for event in store.events(0, 10)] == []
    writer.close()


def test_the_last_hour_and_the_events_are_there_after_a_restart(writer: HistoryWriter, clock: At) -> None:
    first = History(writer)
    fill(first, 0, 100)
    first.note(RigEvent(START + 50, RigEventKind.XID, UUID, 0, facts={"xid": 79}))
    writer.work_off(is_last=True)
    writer.close()

    clock.seconds += 200
    again = HistoryWriter(writer.path, clock)
    history = History(again)
    fill(history, 200, 10)
    again.load(history)

    times, values = history.series(UUID, "gpu_percent", 3_600)
    assert len(times) == 111
    assert (times[0], times[-1]) == (START, START + 209)
    assert np.isnan(values[100])  # the program was closed
    assert [(event.kind, event.facts["xid"]) for event in history.events()] == [(RigEventKind.XID, 79)]
    again.close()


def test_two_rigs_with_the_same_gpus_are_kept_apart(writer: HistoryWriter) -> None:
    history = History(writer)
    for place, load in (("http://a:9400", 10), ("http://b:9400", 20)):
        one = reading(0, START, load=load)
        history.append(RigSample("rig", "prometheus", START, (one,), place=place))
    writer.work_off(is_last=True)
    store = writer.store()

    assert [gpu.rig_key for gpu in store.gpus()] == ["http://a:9400 rig", "http://b:9400 rig"]
    assert store.seconds("http://b:9400 rig", UUID, "gpu_percent", START, START)[1].tolist() == [20.0]
    assert history.series(UUID, "gpu_percent", 60, "http://a:9400 rig")[1].tolist() == [10.0]
    writer.close()


def test_demo_readings_say_so_in_the_file(writer: HistoryWriter) -> None:
    history = History(writer)
    history.append(sample(reading(0, START), taken_at=START, source="demo"))
    writer.work_off(is_last=True)

    assert writer.store().gpus() == (KnownGpu("", UUID, "NVIDIA GeForce RTX 3090 (demo)"),)
    writer.close()


def test_a_damaged_file_is_put_aside_and_sampling_goes_on(writer: HistoryWriter, tmp_path: Path) -> None:
    (tmp_path / "telemetry.sqlite3").write_bytes(b"this is no database, and never was one" * 100)
    history = History(writer)
    writer.load(history)
    fill(history, 0, 60)
    writer._tell = history.note
    writer.work_off(is_last=True)

    assert (tmp_path / "telemetry.damaged-1.sqlite3").read_bytes().startswith(b"this is no database")
    assert len(writer.store().seconds("", UUID, "gpu_percent", START, START + 60)[0]) == 60
    assert [event.kind for event in history.events()] == [RigEventKind.HISTORY_BACK]
    writer.close()


def test_a_page_damaged_under_the_running_program_is_said(writer: HistoryWriter, tmp_path: Path) -> None:
    history = History(writer)
    writer._tell = history.note
    fill(history, 0, 60)
    writer.work_off(is_last=True)
    with sqlite3.connect(writer.path) as file:
        file.execute("UPDATE seconds SET data = x'0102'")
    file.close()
    fill(history, 30, 30)  # the same minute: it is read again before it is written
    writer.work_off(is_last=True)
    fill(history, 60, 60)
    writer.work_off(is_last=True)

    kinds = [event.kind for event in history.events()]
    assert kinds == [RigEventKind.HISTORY_BACK, RigEventKind.HISTORY_FAILED]
    assert history.events()[1].reason == "damaged"
    assert (tmp_path / "telemetry.damaged-1.sqlite3").exists()
    assert len(writer.store().seconds("", UUID, "gpu_percent", START + 60, START + 120)[0]) == 60
    writer.close()


def test_on_a_full_disk_the_minutes_wait_and_are_written_later(
    writer: HistoryWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(writer)
    writer._tell = history.note
    store = writer.store()
    write = store.write

    def full(*_: object) -> None:
        raise DataUnwritable(writer.path, "full")

    monkeypatch.setattr(store, "write", full)
    for minute in range(3):
        fill(history, minute * 60, 60)
        writer.work_off(is_last=True)
    assert [(event.kind, event.reason) for event in history.events()] == [(RigEventKind.HISTORY_FAILED, "full")]
    monkeypatch.setattr(store, "write", write)
    writer.work_off(is_last=True)

    assert len(store.seconds("", UUID, "gpu_percent", START, START + 180)[0]) == 180
    assert history.events()[0].kind is RigEventKind.HISTORY_BACK
    assert [event.kind for event in store.events(0, 10)] == [RigEventKind.HISTORY_FAILED]
    writer.close()


def test_a_real_disk_that_is_full_loses_nothing_that_was_written(writer: HistoryWriter) -> None:
    history = History(writer)
    fill(history, 0, 60)
    writer.work_off(is_last=True)
    store = writer.store()
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    noise = np.random.default_rng(7).integers(-(2**31), 2**31 - 1, (len(FIELDS), 60), np.int32)
    rows = [GpuMinute("", UUID, "x", minute, noise) for minute in range(100)]

    with pytest.raises(DataUnwritable):
        store.write(rows)
    assert len(store.seconds("", UUID, "gpu_percent", START, START + 60)[0]) == 60
    writer.close()


def test_a_file_of_the_first_version_is_brought_up_to_now(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.sqlite3"
    seconds = np.full((len(FIELDS), 60), NONE, np.int32)
    seconds[0, 3] = 420
    with sqlite3.connect(path) as file:
        file.executescript(history_store._MIGRATIONS[0] + "PRAGMA user_version = 1;")
        file.execute("INSERT INTO gpu VALUES (1, '', ?, 'RTX')", (UUID,))
        minute = int(START) // 60
        file.execute("INSERT INTO seconds VALUES (1, ?, ?)", (minute, history_store.pack(seconds)))
    file.close()

    store = HistoryStore(path)
    assert store.seconds("", UUID, "gpu_percent", START, START + 60)[1].tolist() == [42.0]
    store.write((), (RigEvent(START, RigEventKind.GPU_FOUND, UUID, 0),))
    assert len(store.events(0, 10)) == 1
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(writer: HistoryWriter) -> None:
    with sqlite3.connect(writer.path) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    history = History(writer)
    writer._tell = history.note
    fill(history, 0, 60)
    writer.work_off(is_last=True)

    assert writer.trouble == "too_new"
    with pytest.raises(DataTooNew):
        writer.store()


def test_a_file_that_another_program_holds_is_tried_again(
    writer: HistoryWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(writer)
    writer._tell = history.note
    store = writer.store()

    def busy(*_: object) -> None:
        raise ChainBusy(writer.path.parent, None)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", busy)
        fill(history, 0, 60)
        writer.work_off(is_last=True)
    assert history.events()[0].reason == "busy"
    writer.work_off()
    assert len(store.seconds("", UUID, "gpu_percent", START, START + 60)[0]) == 60
    writer.close()


def test_a_file_that_was_put_away_says_so(writer: HistoryWriter) -> None:
    store = writer.store()
    writer.close()

    with pytest.raises(DataCorrupt):
        store.gpus()


def test_an_event_of_a_later_version_is_left_out(writer: HistoryWriter) -> None:
    store = writer.store()
    store.write((), (RigEvent(START, RigEventKind.GPU_FOUND, UUID, 0), RigEvent(START + 1, RigEventKind.HISTORY_BACK)))
    store._db.execute("UPDATE event SET kind = 'of the future' WHERE kind = 'gpu_found'")

    assert [event.kind for event in store.events(0, 10)] == [RigEventKind.HISTORY_BACK]
    writer.close()


def test_a_long_range_is_read_by_hours_and_keeps_the_peaks(writer: HistoryWriter, clock: At) -> None:
    history = History(writer)
    fill(history, 0, 7_200, step=20)  # loads 0, 20, 40, 60 and 80
    writer.work_off(is_last=True)
    clock.seconds += 30 * DAY
    fill(history, 30 * DAY, 60)
    writer.work_off(is_last=True)
    store = writer.store()

    series = store.range("", UUID, "gpu_percent", START - DAY, START + 31 * DAY, 10_000)
    hours = series.times < START + DAY
    assert series.times[hours][:2].tolist() == [START, START + 3_600]
    assert series.means[hours][:2].tolist() == [40.0, 40.0]
    assert (series.least[hours][0], series.most[hours][0]) == (0.0, 80.0)
    store._db.execute("DELETE FROM hours")  # days that a version before this one packed
    store._db.commit()
    by_minute = store.range("", UUID, "gpu_percent", START - DAY, START + 31 * DAY, 10_000)
    assert by_minute.times[1] - by_minute.times[0] == 60
    writer.close()

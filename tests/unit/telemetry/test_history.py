"""An hour of readings: a ring of rows, gaps where nothing was read, events where something happened."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.history import FIELDS, History
from tests.doubles.readings import lost, reading, sample, trouble

START = 1_700_000_000.0
UUID = "GPU-7c1e0000-0000-4000-8000-000000000000"


def at(second: float, load: int | None = 50) -> RigSample:
    return sample(reading(0, START + second, load=load), taken_at=START + second)


def test_series_are_the_last_seconds_oldest_first() -> None:
    history = History()
    for second in range(100):
        history.append(at(second, second))

    times, values = history.series(UUID, "gpu_percent", 4)

    assert times.tolist() == [START + 96, START + 97, START + 98, START + 99]
    assert values.tolist() == [96.0, 97.0, 98.0, 99.0]


def test_every_kept_field_comes_back_as_it_was_read() -> None:
    history = History()
    one = reading(0, START)
    history.append(sample(one))

    kept = {field: history.series(UUID, field, 60)[1].tolist() for field in FIELDS}
    assert kept == {
        "gpu_percent": [98.0],
        "memory_percent": [61.0],
        "memory_used": [23_622_320_128.0],
        "temperature": [70.0],
        "memory_temperature": [98.0],
        "power_watts": [331.4],
        "power_limit_watts": [350.0],
        "fan_percent": [64.0],
        "graphics_mhz": [1_755.0],
        "memory_mhz": [9_751.0],
    }


def test_after_an_hour_the_oldest_give_way() -> None:
    history = History()
    for second in range(4_000):
        history.append(at(second, second % 100))

    times, values = history.series(UUID, "gpu_percent", 3_600)

    assert len(times) == 3_600
    assert (times[0], times[-1]) == (START + 400, START + 3_999)
    assert np.all(np.diff(times) == 1)
    assert (values[0], values[-1]) == (0.0, 99.0)


def test_a_missing_reading_is_a_gap_not_zero() -> None:
    history = History()
    history.append(at(0, 40))
    history.append(at(1, None))
    history.append(at(2, 42))

    values = history.series(UUID, "gpu_percent", 60)[1]

    assert values[0] == 40
    assert np.isnan(values[1])
    assert values[2] == 42


def test_an_unknown_gpu_has_no_series_and_an_unknown_field_is_a_mistake() -> None:
    history = History()
    history.append(at(0))

    assert history.series("GPU-none", "temperature", 60)[0].tolist() == []
    with pytest.raises(KeyError):
        history.series(UUID, "happiness", 60)


def test_a_rig_without_readings_leaves_gaps_in_every_curve() -> None:
    history = History()
    history.append(at(0, 40))
    history.append(trouble("driver_gone", START + 1))
    history.append(trouble("driver_gone", START + 3))
    history.append(at(10, 41))

    values = history.series(UUID, "gpu_percent", 60)[1]
    assert values[0] == 40
    assert np.isnan(values[1:-1]).all()
    assert values[-1] == 41
    assert history.events() == (
        RigEvent(START + 10, RigEventKind.DRIVER_BACK, seconds=9.0),
        RigEvent(START + 1, RigEventKind.DRIVER_GONE, reason="driver_gone"),
    )


def test_a_computer_that_slept_leaves_a_gap() -> None:
    history = History()
    history.append(at(0, 40))
    history.append(at(600, 41))

    times, values = history.series(UUID, "gpu_percent", 3_600)
    assert times.tolist() == [START, START + 1, START + 600]
    assert np.isnan(values[1])


def test_a_clock_set_back_shows_no_rows_of_the_future() -> None:
    history = History()
    history.append(at(500, 1))
    history.append(at(0, 2))

    assert history.series(UUID, "gpu_percent", 3_600)[1].tolist() == [2.0]


def test_lost_and_back_are_told_once_with_what_was_read_last() -> None:
    history = History()
    alive = reading(3, START)
    history.append(sample(alive))
    for second in (1, 2, 3):
        history.append(sample(lost(3, START + second), taken_at=START + second))
    assert history.lost_since(alive.uuid) == START + 1
    assert history.last_readings(alive.uuid) == alive
    history.append(sample(reading(3, START + 135), taken_at=START + 135))

    assert history.events() == (
        RigEvent(START + 135, RigEventKind.GPU_BACK, alive.uuid, 3, seconds=134.0),
        RigEvent(START + 1, RigEventKind.GPU_LOST, alive.uuid, 3, alive),
    )
    assert history.lost_since(alive.uuid) is None


def test_another_number_for_the_same_gpu_is_told() -> None:
    history = History()
    before = reading(1, START, uuid="GPU-same")
    history.append(sample(before))
    history.append(sample(reading(0, START + 1, uuid="GPU-same"), taken_at=START + 1))

    assert history.events() == (RigEvent(START + 1, RigEventKind.GPU_MOVED, "GPU-same", 0, before),)


def test_reading_while_another_thread_appends_never_sees_half_a_row() -> None:
    history = History()
    seen_wrong: list[float] = []

    def append() -> None:
        for second in range(6_000):
            history.append(at(second, second % 100))

    writer = threading.Thread(target=append)
    writer.start()
    while writer.is_alive():
        times, values = history.series(UUID, "gpu_percent", 3_600)
        seen_wrong.extend(values[values != (times - START) % 100].tolist())
    writer.join()

    assert seen_wrong == []

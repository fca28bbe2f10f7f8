"""Two hours of eight GPUs at accelerated time: memory stays flat, and the history on disk holds every second."""

from __future__ import annotations

import gc
from pathlib import Path

import psutil
import pytest

from dbc_desktop.telemetry.demo import DemoSensors
from dbc_desktop.telemetry.history_writer import HistoryWriter
from dbc_desktop.telemetry.sampler import Sampler
from tests.doubles.hand_clock import HandClock

HOURS = 2
START_OF_CLOCK = 1_700_001_000
GROWTH = 16 * 2**20
"""Bytes that may come and go; a leak of one kilobyte a second and GPU would be 58 MB."""


class Second(HandClock):
    """Each second is one turn."""

    def now(self) -> float:
        return START_OF_CLOCK + self.seconds - 1_000.0


@pytest.mark.soak
def test_two_hours_leave_memory_flat(tmp_path: Path) -> None:
    clock = Second()
    sensors = DemoSensors("rig", clock)
    sampler = Sampler(lambda: sensors, clock, history_file=tmp_path / "telemetry.sqlite3")
    writer = sampler.history.writer
    assert isinstance(writer, HistoryWriter)
    process, sizes = psutil.Process(), []
    for second in range(HOURS * 3_600):
        sampler.cycle(sensors)
        clock.seconds += 1
        if second % 5 == 0:
            writer.work_off()
        if second % 600 == 599:
            gc.collect()
            sizes.append(process.memory_info().rss)
    writer.work_off(is_last=True)

    uuid = sensors.sample().gpus[0].uuid
    store = writer.store()
    times, _ = store.seconds("", uuid, "power_watts", START_OF_CLOCK, START_OF_CLOCK + HOURS * 3_600)
    assert len(times) == HOURS * 3_600
    assert len(sampler.history.series(uuid, "power_watts", 3_600)[0]) == 3_600
    assert sizes[-1] - sizes[2] < GROWTH, [size // 2**20 for size in sizes]
    writer.close()

"""The history of readings: how large a year of a GPU is, and how long its range takes to read and draw.

A year of minutes and a day of seconds are written as the program writes them, of readings that wander and jitter more
than those of a real card. The year is read and drawn as Rigs does it: six curves of one GPU, spark-lines of eight.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from dbc_desktop.telemetry.history_store import DAYS_KEPT, GpuMinute, HistoryStore, hours_of
from dbc_desktop.telemetry.packing import FIELDS, NONE, STEPS, pack, quantised

NOW = 1_790_000_000 // 86_400 * 86_400
MEGABYTES, DRAW_MS = 200.0, 200.0
CENTRES = np.array([80.0, 50.0, 18e9, 68.0, 88.0, 310.0, 350.0, 60.0, 1_700.0, 9_500.0])
WANDER = np.array([18.0, 12.0, 3e9, 7.0, 6.0, 60.0, 0.01, 9.0, 120.0, 200.0])
RUNS = 3


def _courses(rng: np.random.Generator, length: int) -> Any:
    """Ten readings that wander and jitter, by field."""
    steps = rng.standard_normal((len(FIELDS), length))
    walk = np.cumsum(steps, axis=1) / np.sqrt(length) * WANDER[:, None]
    return CENTRES[:, None] + walk + steps * WANDER[:, None] * 0.2


def _write(store: HistoryStore, gpu: int, rng: np.random.Generator, *, has_seconds: bool) -> None:
    uuid = f"GPU-{gpu:04d}"
    seconds = np.full((len(FIELDS), 60), NONE, np.int32)
    store.write([GpuMinute("", uuid, "RTX 4090", NOW // 60 - 1, seconds)])
    number = store._ids["", uuid]
    today = NOW // 86_400
    for day in range(today - DAYS_KEPT + 1, today):
        means = _courses(rng, 1_440)
        spread = np.abs(rng.standard_normal(means.shape)) * WANDER[:, None] * 0.3
        for field in range(len(FIELDS)):
            step = float(STEPS[field])
            table = np.stack([quantised(course[field], step) for course in (means - spread, means, means + spread)])
            store._db.execute("INSERT INTO minutes VALUES (?, ?, ?, ?)", (number, field, day, pack(table)))
            store._db.execute("INSERT INTO hours VALUES (?, ?, ?, ?)", (number, field, day, pack(hours_of(table))))
    store._db.commit()
    if has_seconds:
        minutes = []
        for minute in range(NOW // 60 - 1_440, NOW // 60):
            minutes.append(GpuMinute("", uuid, "RTX 4090", minute, quantised(_courses(rng, 60), STEPS[:, None])))
        store.write(minutes)


def measure() -> list[dict[str, Any]]:
    """Size of one GPU's year, and the time of a year's range."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from dbc_desktop.ui.pages.rigs_past import CURVE_FIELDS, read_past
    from dbc_desktop.ui.widgets.live_curve import LiveCurve

    app = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        store = HistoryStore(Path(folder) / "telemetry.sqlite3")
        rng = np.random.default_rng(7)
        _write(store, 0, rng, has_seconds=True)
        store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = (Path(folder) / "telemetry.sqlite3").stat().st_size / 1e6
        for gpu in range(1, 8):
            _write(store, gpu, rng, has_seconds=False)
        curves = [LiveCurve() for _ in CURVE_FIELDS]
        for curve in curves:
            curve.resize(220, 120)
            curve.set_scale(0, 20e9, ((0.0, "0"),))
        uuids = [f"GPU-{gpu:04d}" for gpu in range(8)]
        one, page = [], []
        for _ in range(RUNS):
            started = time.perf_counter()
            past = store.range("", uuids[0], "power_watts", NOW - 365 * 86_400, NOW, 1_000)
            curves[0].show_past(past, "accent", NOW, 365 * 86_400)
            curves[0].grab()
            one.append((time.perf_counter() - started) * 1_000)
            started = time.perf_counter()
            whole = read_past(store, "", uuids[0], uuids, NOW, 365 * 86_400, CURVE_FIELDS)
            for curve, field in zip(curves, CURVE_FIELDS, strict=True):
                curve.show_past(whole.curves[field], "accent", NOW, 365 * 86_400)
                curve.grab()
            page.append((time.perf_counter() - started) * 1_000)
        store.close()
    app.processEvents()
    return [
        {
            "name": "history of one GPU for a year",
            "value": size,
            "unit": "MB",
            "limit": MEGABYTES,
            "floor": None,
            "ok": size <= MEGABYTES,
            "note": "a year of minutes (least, mean, most of ten readings) and a day of seconds, on disk",
        },
        {
            "name": "a year's range of one reading, read and drawn",
            "value": min(one),
            "unit": "ms",
            "limit": DRAW_MS,
            "floor": None,
            "ok": min(one) <= DRAW_MS,
            "note": f"a year by hours in 1,000 steps; the whole page (6 curves, 8 spark-lines) {min(page):.0f} ms",
        },
    ]

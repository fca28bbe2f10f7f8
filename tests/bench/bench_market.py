"""Filtering and sorting 100,000 machines, beside the same selection with a bare numpy mask and argsort."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.services.market import MarketQuery, SortColumn, filter_and_sort

ROWS = 100_000
RUNS = 5
LIMIT_MS = 150.0
QUERIES = ("", "gpu:4090 gpus>=4 price<0.3 rented:no", "rtx 4090 ab12")


def _table() -> MachineTable:
    seeded, numbers = random.Random(1), np.random.default_rng(1)
    models = [f"NVIDIA GeForce RTX {model}" for model in (2080, 3080, 3090, 4080, 4090)]
    tops = (9, 9, 80, 1_024, 8_000, 10_000, 10_000_000, 200_000, 50)
    return MachineTable(
        tuple(MachineId(f"{seeded.getrandbits(256):064x}") for _ in range(ROWS)),
        tuple(seeded.choice(models) for _ in range(ROWS)),
        *(numbers.integers(1, top, ROWS) for top in tops),
        numbers.uniform(-180, 180, ROWS),
        numbers.uniform(-90, 90, ROWS),
    )


def _milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1_000)
    return statistics.median(times)


def measure() -> list[dict[str, Any]]:
    """The slowest of all orders for each of three queries."""
    table = _table()
    floor = _milliseconds(lambda: np.flatnonzero(table.price_usd > 0)[np.argsort(table.price_usd, kind="stable")])
    rows = []
    for text in QUERIES:
        query = MarketQuery.parse(text)
        taken = {
            (column, ascending): _milliseconds(lambda q=query, c=column, a=ascending: filter_and_sort(table, q, c, a))
            for column in SortColumn
            for ascending in (True, False)
        }
        slowest = max(taken, key=lambda key: taken[key])
        rows.append(
            {
                "name": f"market: 100,000 machines, {text or 'all'!r}",
                "value": taken[slowest],
                "unit": "ms",
                "limit": LIMIT_MS,
                "floor": floor,
                "ok": taken[slowest] <= LIMIT_MS,
                "note": f"slowest order: {slowest[0].value}",
            }
        )
    return rows

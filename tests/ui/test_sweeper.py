"""Garbage is collected on the GUI thread, and not looked at again when it has settled."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest
from pytestqt.qtbot import QtBot

from dbc_desktop.ui.sweeper import Sweeper


class Cycle:
    """Nobody but the collector ends it."""

    ended_on: ClassVar[list[str]] = []

    def __init__(self) -> None:
        self.own = self

    def __del__(self) -> None:
        self.ended_on.append(threading.current_thread().name)


@pytest.fixture
def sweeper(qtbot: QtBot) -> Iterator[Sweeper]:
    made = Sweeper()
    made.start()
    yield made
    made.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_another_thread_that_allocates_collects_nothing(sweeper: Sweeper) -> None:
    Cycle.ended_on.clear()
    gc.collect()

    def allocate() -> None:
        for _ in range(10):
            Cycle()
        kept = [[] for _ in range(20_000)]
        del kept

    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    kept = [[] for _ in range(2_000)]
    assert Cycle.ended_on == []
    sweeper.look()
    assert Cycle.ended_on == [threading.current_thread().name] * 10
    del kept


def test_without_much_new_nothing_is_swept(sweeper: Sweeper) -> None:
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    sweeper.look()
    assert gc.get_stats()[0]["collections"] == before


def test_what_has_settled_is_left_alone(sweeper: Sweeper) -> None:
    sweeper._settle_timer.timeout.emit()
    assert gc.get_freeze_count() > 10_000
    sweeper.start()  # the window is made anew
    assert gc.get_freeze_count() == 0

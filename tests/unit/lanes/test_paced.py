"""Recurring work runs once at a time, keeps its pause, and is tried again after an error."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.errors import ChainUnreachable, DbcError
from dbc_desktop.lanes.paced import Paced
from tests.doubles.hand_clock import HandClock


class HeldRunner:
    """Keeps jobs until the test lets them run."""

    def __init__(self) -> None:
        self.jobs = []

    def query(self, lane, work, *, done, failed) -> None:
        self.jobs.append((lane, work, done, failed))

    def run(self) -> None:
        _, work, done, failed = self.jobs.pop(0)
        try:
            result = work()
        except DbcError as error:
            failed(error)
        else:
            done(result)


class World:
    def __init__(self) -> None:
        self.clock, self.runner, self.done = HandClock(), HeldRunner(), []
        self.paced = Paced(self.runner, self.clock)  # type: ignore[arg-type]

    def ask(self, what: str = "chain", pause_seconds: float = 6.0) -> int:
        self.paced.ask("chain-read", what, pause_seconds, lambda: self.done.append(what))
        return len(self.runner.jobs)


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_under_way_is_not_asked_for_again(world):
    assert [world.ask(pause_seconds=0.0), world.ask(pause_seconds=0.0), world.ask("beat")] == [1, 1, 2]
    world.runner.run()
    assert world.ask(pause_seconds=0.0) == 2
    assert world.done == ["chain"]


def test_it_waits_for_its_pause(world):
    world.ask()
    world.runner.run()
    world.clock.wait(5.5)
    assert world.ask() == 0
    world.clock.wait(0.5)
    assert world.ask() == 1


def test_an_error_is_told_and_tried_again(world):
    def fail() -> None:
        raise ChainUnreachable("away")

    told: list[DbcError] = []
    for _ in range(2):
        world.paced.ask("io", "deliver", 0.0, fail, told.append)
        world.runner.run()
    assert [type(error) for error in told] == [ChainUnreachable, ChainUnreachable]

"""A power limit is set on trial, kept by the person, or taken back by itself, also after a crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import DriverMissing, InvalidInput, ReadingMissing
from dbc_desktop.domain.gpu import GpuReading
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth
from dbc_desktop.domain.rig_event import RigEvent
from dbc_desktop.services.power_limit import PowerLimitTrial
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import reading, sample


class Card:
    """Takes limits; refuses while `error` is set."""

    def __init__(self) -> None:
        self.limit = 350.0
        self.error: ReadingMissing | DriverMissing | None = None

    def set_power_limit(self, uuid: str, watts: float) -> float:
        if self.error is not None:
            raise self.error
        self.limit = watts
        return watts


GPU: GpuReading = replace(
    reading(1),
    board=GpuBoard(power_least=100.0, power_most=400.0, power_default=350.0),
    health=GpuHealth(0.0, power_set=350.0),
)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.card, self.clock, self.told = Card(), HandClock(), list[RigEvent]()
        self.file = folder / "power_limit.json"
        self.trial = self.again()

    def again(self) -> PowerLimitTrial:
        return PowerLimitTrial(lambda: self.card, self.file, self.clock, self.told.append)

    def said(self) -> list[tuple[object, object]]:
        return [(event.facts["how"], event.facts["watts"]) for event in self.told]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_limit_goes_back_by_itself_when_its_time_is_over(bench: Bench) -> None:
    bench.trial.apply(GPU, 280)
    assert (bench.card.limit, bench.trial.seconds_left()) == (280.0, 20.0)

    bench.clock.seconds += 19
    assert not bench.trial.check()
    bench.clock.seconds += 1
    assert bench.trial.check()
    assert (bench.card.limit, bench.trial.trial()) == (350.0, None)
    assert bench.said() == [("set", 280.0), ("reverted", 350.0)]
    assert not bench.file.exists()


def test_a_limit_that_is_kept_stays(bench: Bench) -> None:
    bench.trial.apply(GPU, 280)
    bench.trial.keep()
    bench.clock.seconds += 100

    assert not bench.trial.check()
    assert bench.card.limit == 280.0
    assert bench.said() == [("set", 280.0), ("kept", 280.0)]
    assert not bench.file.exists()
    bench.trial.keep()
    bench.trial.revert()
    assert len(bench.told) == 2


def test_what_a_crash_left_on_trial_is_taken_back_at_the_next_start(bench: Bench) -> None:
    bench.trial.apply(GPU, 280)
    after = bench.again()
    after.look(sample(GPU))
    after.look(sample(GPU))

    assert bench.card.limit == 350.0
    assert bench.said() == [("set", 280.0), ("reverted", 350.0)]
    assert not bench.file.exists()


def test_the_end_of_the_program_takes_it_back(bench: Bench) -> None:
    bench.trial.apply(GPU, 280)
    bench.trial.leave()

    assert bench.card.limit == 350.0


def test_a_driver_that_refuses_leaves_nothing_behind(bench: Bench) -> None:
    bench.card.error = ReadingMissing("power_limit", "no_permission")
    with pytest.raises(ReadingMissing):
        bench.trial.apply(GPU, 280)

    assert bench.trial.trial() is None
    assert not bench.file.exists()
    assert bench.told == []


def test_a_driver_that_is_gone_when_the_time_is_over_is_asked_again(bench: Bench) -> None:
    bench.trial.apply(GPU, 280)
    bench.clock.seconds += 30
    bench.card.error = DriverMissing("driver_gone")
    assert not bench.trial.check()
    bench.trial.leave()
    bench.card.error = None

    assert bench.trial.check()
    assert bench.card.limit == 350.0


def test_a_second_trial_goes_back_to_what_was_before_the_first(bench: Bench) -> None:
    bench.trial.apply(GPU, 280)
    bench.trial.apply(GPU, 200)
    bench.trial.revert()

    assert bench.card.limit == 350.0


@pytest.mark.parametrize("watts", [99.0, 401.0, float("nan")])
def test_what_the_card_does_not_allow_is_not_tried(bench: Bench, watts: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        bench.trial.apply(GPU, watts)
    assert (refused.value.reason, bench.card.limit) == ("range", 350.0)


def test_a_card_that_tells_no_limits_is_left_alone(bench: Bench) -> None:
    with pytest.raises(InvalidInput) as refused:
        bench.trial.apply(reading(1), 280)
    assert refused.value.reason == "unknown"


def test_a_garbled_note_is_forgotten(bench: Bench) -> None:
    bench.file.write_text('{"uuid": 7')
    bench.trial.look(sample(GPU))

    assert not bench.file.exists()
    assert bench.card.limit == 350.0

"""The sampler: its rhythm, its back-off, who it tells and what it costs."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.domain.gpu import ReadingLane, RigSample
from dbc_desktop.telemetry.sampler import Sampler
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import reading, sample


class ScriptedSensors:
    """Answers what the script says; `takes` seconds pass during each call."""

    source = "nvml"

    def __init__(self, clock: HandClock, answer: Callable[[int], RigSample], takes: float = 0.0) -> None:
        self._clock, self._answer, self._takes = clock, answer, takes
        self.asked_at: list[float] = []
        self.is_closed = False

    def sample(self) -> RigSample:
        self.asked_at.append(self._clock.monotonic())
        self._clock.seconds += self._takes
        return self._answer(len(self.asked_at))

    def survey(self) -> None:
        raise AssertionError("the slow lane does not run here")

    def wait_events(self, seconds: float) -> bool:
        raise AssertionError("nobody waits for events here")

    def asking(self, lane: ReadingLane) -> str | None:
        return None

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        raise AssertionError("nothing hangs here")

    def close(self) -> None:
        self.is_closed = True


def well(number: int) -> RigSample:
    return sample(reading(0, 1_700_000_000.0 + number), taken_at=1_700_000_000.0 + number)


def run(clock: HandClock, sensors: ScriptedSensors) -> Sampler:
    """Let it run until the clock says that the program is closing."""
    ended = threading.Event()
    sampler = Sampler(lambda: sensors, clock)
    close = sensors.close

    def closing() -> None:
        close()
        ended.set()

    sensors.close = closing  # type: ignore[method-assign]
    sampler.start()
    assert ended.wait(10)
    sampler.stop()
    return sampler


def test_it_samples_each_second_and_closes_the_sensors_at_the_end() -> None:
    clock = HandClock(ends_after=5)
    sensors = ScriptedSensors(clock, well)

    sampler = run(clock, sensors)

    assert sensors.asked_at == [1_000.0, 1_001.0, 1_002.0, 1_003.0, 1_004.0]
    assert sensors.is_closed
    latest = sampler.latest()
    assert latest is not None
    assert latest.gpus[0].taken_at == 1_700_000_005.0
    assert sampler.history.series(latest.gpus[0].uuid, "temperature", 60)[1].tolist() == [70.0] * 5


def test_the_time_a_sample_takes_does_not_shift_the_rhythm() -> None:
    clock = HandClock(ends_after=3)
    sensors = ScriptedSensors(clock, well, takes=0.25)

    sampler = run(clock, sensors)

    assert sensors.asked_at == [1_000.0, 1_001.0, 1_002.0]
    assert clock.waits == [0.75, 0.75, 0.75]
    cost = sampler.cost()
    assert (cost.cycles, cost.dropped, cost.last_ms, cost.mean_ms) == (3, 0, 250.0, 250.0)


def test_seconds_missed_while_a_sample_hung_are_dropped_not_caught_up() -> None:
    clock = HandClock(ends_after=2)
    sensors = ScriptedSensors(clock, well, takes=3.5)

    sampler = run(clock, sensors)

    assert sensors.asked_at == [1_000.0, 1_004.0]
    assert sampler.cost().dropped == 6


def test_without_a_driver_it_says_why_and_asks_again_more_and_more_rarely() -> None:
    def missing(number: int) -> RigSample:
        raise DriverMissing("driver_gone")

    clock = HandClock(ends_after=100)
    sensors = ScriptedSensors(clock, missing)

    sampler = run(clock, sensors)

    gaps = [later - sooner for sooner, later in zip(sensors.asked_at, sensors.asked_at[1:], strict=False)]
    assert gaps[:7] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    latest = sampler.latest()
    assert latest is not None
    assert (latest.source, latest.gpus, latest.trouble) == ("nvml", (), "driver_gone")


def test_a_driver_that_comes_back_is_sampled_each_second_again() -> None:
    def mended(number: int) -> RigSample:
        if number <= 3:
            raise DriverMissing("driver_gone")
        return well(number)

    clock = HandClock(ends_after=12)
    sensors = ScriptedSensors(clock, mended)

    sampler = run(clock, sensors)

    gaps = [later - sooner for sooner, later in zip(sensors.asked_at, sensors.asked_at[1:], strict=False)]
    assert gaps == [1.0, 2.0, 4.0, 1.0, 1.0, 1.0, 1.0]
    assert [event.kind.value for event in sampler.history.events()] == ["driver_back", "driver_gone"]


def test_who_listens_is_told_until_the_subscription_is_taken_back() -> None:
    clock = HandClock()
    sampler = Sampler(lambda: ScriptedSensors(clock, well), clock)
    sensors = ScriptedSensors(clock, well)
    told: list[RigSample] = []
    unsubscribe = sampler.subscribe(told.append)

    assert sampler.latest() is None
    assert sampler.cycle(sensors)
    unsubscribe()
    unsubscribe()
    sampler.cycle(sensors)

    assert [one.taken_at for one in told] == [1_700_000_001.0]
    assert sampler.latest() == well(2)


def test_stop_before_start_and_start_twice_are_harmless() -> None:
    clock = HandClock(ends_after=1)
    sampler = Sampler(lambda: ScriptedSensors(clock, well), clock)
    sampler.stop()
    sampler.start()
    sampler.start()
    sampler.stop()

    assert sampler.cost().cycles <= 1


def test_a_sampler_that_was_stopped_ends_though_its_clock_goes_on() -> None:
    clock = HandClock()
    begun = threading.Event()

    def answer(number: int) -> RigSample:
        begun.set()
        return well(number)

    sensors = ScriptedSensors(clock, answer)
    sampler = Sampler(lambda: sensors, clock)
    sampler.start()
    assert begun.wait(10)
    sampler.stop()

    assert sensors.is_closed

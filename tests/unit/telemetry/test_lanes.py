"""What happens when a call into the driver does not return: its lane goes on with another thread, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from dbc_desktop.domain.gpu import ReadingLane, RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.sampler import Sampler
from tests.doubles.readings import reading, sample


class SharedClock:
    """Moved by the test only; whoever waits is let go by the next move."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.offset = 1_700_000_000.0
        self._changed = threading.Condition()
        self.is_over = False

    def now(self) -> float:
        return self.offset + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        until = self.seconds + seconds
        with self._changed:
            self._changed.wait_for(lambda: self.is_over or self.seconds >= until, timeout=10)
        return self.is_over

    def move(self, seconds: float) -> None:
        with self._changed:
            self.seconds += seconds
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self.is_over = True
            self._changed.notify_all()


@dataclass
class HangingSensors:
    """Hangs where the test says so, until it lets go."""

    clock: SharedClock
    hangs_in: set[ReadingLane] = field(default_factory=set)
    free: threading.Event = field(default_factory=threading.Event)
    hanging: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    left_out: list[tuple[ReadingLane, str]] = field(default_factory=list)
    source: str = "nvml"

    def _call(self, lane: ReadingLane) -> None:
        if lane in self.hangs_in:
            self.hanging.release()
            self.free.wait(10)

    def sample(self) -> RigSample:
        self._call(ReadingLane.FAST)
        now = self.clock.now()
        return sample(reading(0, now), reading(1, now), taken_at=now)

    def survey(self) -> None:
        self._call(ReadingLane.SLOW)

    def wait_events(self, seconds: float) -> bool:
        self._call(ReadingLane.EVENTS)
        return False  # as cards that tell nothing: the lane then waits outside the driver

    def asking(self, lane: ReadingLane) -> str | None:
        return "GPU-7c1e0000-0000-4000-8000-000000000001" if lane is ReadingLane.FAST else None

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        self.left_out.append((lane, uuid))

    def close(self) -> None:
        pass


@dataclass
class Rig:
    clock: SharedClock
    sensors: HangingSensors
    sampler: Sampler
    told: list[RigSample] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, one: RigSample) -> None:
        with self.changed:
            self.told.append(one)
            self.changed.notify_all()

    def until(self, is_so: Callable[[], bool]) -> None:
        """Let seconds pass until it is so; each move gives the threads time to do what is due."""
        for _ in range(60):
            with self.changed:
                if self.changed.wait_for(is_so, timeout=0.1):
                    return
            self.clock.move(1)
        raise AssertionError("it never became so")

    def happened(self, *kinds: RigEventKind) -> list[RigEvent]:
        return [event for one in self.told for event in one.happened if event.kind in kinds]


@pytest.fixture
def rig() -> Iterator[Rig]:
    clock = SharedClock()
    sensors = HangingSensors(clock)
    made = Rig(clock, sensors, Sampler(lambda: sensors, clock, has_slow_lanes=True))
    made.sampler.subscribe(made.hear)
    yield made
    sensors.free.set()
    clock.close()
    made.sampler.stop()


def begin(rig: Rig) -> None:
    rig.sampler.start()
    rig.until(lambda: len(rig.told) >= 1)


def let_hang(rig: Rig, lane: ReadingLane) -> None:
    """Wait for the call that hangs, then let more time pass than a call may take."""
    while not rig.sensors.hanging.acquire(timeout=0.1):
        rig.clock.move(1)
    rig.clock.move(9)
    rig.sampler.check_lanes()


def test_a_call_may_take_some_seconds(rig: Rig) -> None:
    begin(rig)
    rig.sensors.hangs_in.add(ReadingLane.FAST)
    while not rig.sensors.hanging.acquire(timeout=0.1):
        rig.clock.move(1)
    rig.clock.move(5)
    rig.sampler.check_lanes()
    assert rig.sensors.left_out == []

    rig.sensors.hangs_in.clear()
    rig.sensors.free.set()
    rig.until(lambda: len(rig.told) >= 3)
    assert not rig.happened(RigEventKind.LANE_HUNG)


def test_a_sample_that_hangs_is_left_behind_with_its_gpu_and_said(rig: Rig) -> None:
    begin(rig)
    rig.sensors.hangs_in.add(ReadingLane.FAST)
    while not rig.sensors.hanging.acquire(timeout=0.1):
        rig.clock.move(1)
    rig.sensors.hangs_in.clear()  # the next call will return
    rig.clock.move(9)
    rig.sampler.check_lanes()

    rig.until(lambda: len(rig.happened(RigEventKind.LANE_BACK)) == 1)
    (hung,) = rig.happened(RigEventKind.LANE_HUNG)
    assert (hung.index, dict(hung.facts)) == (1, {"lane": "fast", "abandoned": 1.0})
    assert rig.sensors.left_out == [(ReadingLane.FAST, "GPU-7c1e0000-0000-4000-8000-000000000001")]
    latest = rig.sampler.latest()
    assert latest is not None
    assert latest.trouble is None


def test_while_nothing_answers_that_is_what_is_said(rig: Rig) -> None:
    begin(rig)
    rig.sensors.hangs_in.add(ReadingLane.FAST)
    let_hang(rig, ReadingLane.FAST)
    rig.until(lambda: rig.told[-1].trouble == "driver_hangs")

    latest = rig.sampler.latest()
    assert latest is not None
    assert (latest.gpus, latest.lanes[0].lane) == ((), ReadingLane.FAST)


def test_the_old_thread_that_returns_late_brings_nothing(rig: Rig) -> None:
    begin(rig)
    rig.sensors.hangs_in.add(ReadingLane.FAST)
    let_hang(rig, ReadingLane.FAST)
    rig.sensors.hangs_in.clear()
    rig.sensors.free.set()
    rig.until(lambda: len(rig.happened(RigEventKind.LANE_BACK)) == 1)
    given = len(rig.told)
    rig.until(lambda: len(rig.told) >= given + 3)

    times = [one.taken_at for one in rig.told if one.trouble is None]
    assert times == sorted(set(times))  # one thread samples, and no second is told twice


def test_a_survey_that_hangs_does_not_hold_up_the_samples(rig: Rig) -> None:
    rig.sensors.hangs_in.add(ReadingLane.SLOW)
    begin(rig)
    let_hang(rig, ReadingLane.SLOW)
    given = len(rig.told)
    rig.until(lambda: len(rig.told) >= given + 3 and bool(rig.happened(RigEventKind.LANE_HUNG)))

    hung = rig.happened(RigEventKind.LANE_HUNG)[0]
    assert (hung.uuid, hung.facts["lane"]) == (None, "slow")
    assert rig.told[-1].trouble is None
    assert rig.told[-1].lanes[0].lane is ReadingLane.SLOW


def test_at_most_three_threads_are_left_behind(rig: Rig) -> None:
    rig.sensors.hangs_in.add(ReadingLane.SLOW)
    begin(rig)
    for _ in range(3):
        let_hang(rig, ReadingLane.SLOW)
    rig.until(lambda: len(rig.happened(RigEventKind.LANE_HUNG)) == 3)
    given = len(rig.told)
    rig.until(lambda: len(rig.told) >= given + 12)

    assert not rig.sensors.hanging.acquire(blocking=False)
    assert [event.facts["abandoned"] for event in rig.happened(RigEventKind.LANE_HUNG)] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(("jump", "said"), [(7_200.0, 7_200.0), (-90.0, -90.0), (1.5, None)])
def test_a_clock_that_jumps_is_said(rig: Rig, jump: float, said: float | None) -> None:
    begin(rig)
    rig.clock.offset += jump
    given = len(rig.told)
    rig.until(lambda: len(rig.told) >= given + 2)

    jumps = [event.facts["jump_seconds"] for event in rig.happened(RigEventKind.CLOCK_JUMPED)]
    assert jumps == ([] if said is None else [said])

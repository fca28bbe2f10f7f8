"""Samples the sensors once a second on a thread of its own; whoever listens gets the newest value.

Three lanes, a thread each: `fast` samples, `slow` surveys, `events` waits for what the driver tells. A fourth thread
looks after them: a lane whose call does not return is left behind and replaced, and that is said in a sample.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.domain.gpu import LaneTrouble, ReadingLane, RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.lane import Lane, LaneThread
from dbc_desktop.telemetry.ports import Sensors

if TYPE_CHECKING:
    from dbc_desktop.telemetry.history import History
    from dbc_desktop.telemetry.history_writer import HistoryWriter

LONGEST_BACK_OFF = 30.0
STOP_SECONDS = 2.0
SURVEY_SECONDS = 10.0
EVENT_SECONDS = 1.0
"""How long one wait for events lasts; the end of the program waits for it."""
LOOK_SECONDS = 2.0
"""How often somebody looks whether a lane hangs."""
JUMP_SECONDS = 2.0
"""A clock that moved by more than that against the monotonic one was set, or the computer slept."""


@dataclass(frozen=True, slots=True)
class SamplerCost:
    """What sampling itself costs.

    Attributes:
        cycles: Samples taken, those without readings included.
        dropped: Seconds that passed without a sample because the one before took too long.
        last_ms: Milliseconds of the newest cycle.
        mean_ms: Milliseconds of a cycle on average.
        survey_ms: Milliseconds of the newest survey of slow readings; None before the first.
    """

    cycles: int
    dropped: int
    last_ms: float
    mean_ms: float
    survey_ms: float | None = None


class Sampler:
    """Reads `sensors_factory()` each `interval_seconds`; latest value wins (`telemetry/ports.py: RigFeed`).

    The factory is called on the sampler's thread and may take its time. Where there is no driver a sample without GPUs
    says why, and the sensors are asked again after 1, 2, 4 … at most 30 seconds. Callbacks run on its threads.

    Args:
        sensors_factory: Makes the sensors.
        clock: Time.
        interval_seconds: Between two samples.
        has_slow_lanes: Whether the slow lane, the events and the look-out run too.
        history_file: Where the history rests; without one it is forgotten with the program.
    """

    def __init__(
        self,
        sensors_factory: Callable[[], Sensors],
        clock: Clock,
        interval_seconds: float = 1.0,
        *,
        has_slow_lanes: bool = False,
        history_file: Path | None = None,
    ) -> None:
        self._make, self._clock, self._interval = sensors_factory, clock, interval_seconds
        self._has_slow_lanes, self._history_file = has_slow_lanes, history_file
        self._mutex = threading.Lock()
        self._callbacks: tuple[Callable[[RigSample], None], ...] = ()
        self._latest: RigSample | None = None
        self._sensors: Sensors | None = None
        self._making = threading.Lock()
        self._looking = threading.Lock()
        self._stopping = threading.Event()
        self._is_started = False
        self._fast = Lane(ReadingLane.FAST, self._sample_on, clock)
        self._slow = Lane(ReadingLane.SLOW, self._survey_on, clock)
        self._events = Lane(ReadingLane.EVENTS, self._wait_on, clock)
        self._look_out: threading.Thread | None = None
        self._told: list[RigEvent] = []
        self._offset: float | None = None
        self._cycles = self._dropped = 0
        self._last_seconds = self._all_seconds = 0.0
        self._survey_seconds: float | None = None
        self._history: History | None = None

    @property
    def history(self) -> History:
        """The last hour, and the way to the rest; made when first needed, because numpy takes longer than a paint."""
        from dbc_desktop.telemetry.history import History

        with self._mutex:
            if self._history is None:
                self._history = History(self._make_writer())
            return self._history

    def _make_writer(self) -> HistoryWriter | None:
        if self._history_file is None:
            return None
        from dbc_desktop.telemetry.history_writer import HistoryWriter

        return HistoryWriter(self._history_file, self._clock)

    @property
    def sensors(self) -> Sensors | None:
        """The sensors, for what is done only when asked; None before they were made."""
        return self._sensors

    def start(self) -> None:
        """Begin to sample; nothing happens where it runs already."""
        if self._is_started:
            return
        self._is_started = True
        self._stopping.clear()
        self._fast.start()
        if self._has_slow_lanes:
            self._slow.start()
            self._events.start()
            self._look_out = threading.Thread(target=self._look, name="gpu-look-out", daemon=True)
            self._look_out.start()

    def stop(self) -> None:
        """Sample no more. A driver that hangs is left behind after two seconds."""
        self._stopping.set()
        for lane in (self._events, self._slow, self._fast):
            lane.stop(STOP_SECONDS)
        look_out, self._look_out = self._look_out, None
        if look_out is not None:
            look_out.join(STOP_SECONDS)
        self._is_started = False
        self._close_sensors()
        if self._history is not None and self._history.writer is not None:
            self._history.writer.stop()

    def _close_sensors(self) -> None:
        with self._making:
            sensors, self._sensors = self._sensors, None
        if sensors is not None:
            sensors.close()

    def rig_keys(self) -> tuple[str, ...]:
        """This computer alone."""
        return ("",)

    def latest(self, rig_key: str = "") -> RigSample | None:
        """The newest sample, None before the first."""
        return self._latest if rig_key == "" else None

    def subscribe(self, callback: Callable[[RigSample], None]) -> Callable[[], None]:
        """Call back with each new sample; the answer takes the subscription back."""
        with self._mutex:
            self._callbacks = (*self._callbacks, callback)

        def unsubscribe() -> None:
            with self._mutex:
                self._callbacks = tuple(one for one in self._callbacks if one is not callback)

        return unsubscribe

    def tell(self, event: RigEvent) -> None:
        """Say something that happened with the next sample; callable from any thread."""
        with self._mutex:
            self._told.append(event)

    def cost(self) -> SamplerCost:
        """What sampling cost so far."""
        cycles = self._cycles
        return SamplerCost(
            cycles,
            self._dropped,
            self._last_seconds * 1_000,
            self._all_seconds * 1_000 / cycles if cycles else 0.0,
            None if self._survey_seconds is None else self._survey_seconds * 1_000,
        )

    # the fast lane

    def _get_sensors(self) -> Sensors:
        with self._making:
            if self._sensors is None:
                self._sensors = self._make()
            return self._sensors

    def _sample_on(self, thread: LaneThread) -> None:
        with thread.calling(is_answer=False):
            sensors = self._get_sensors()
        history = self.history
        if history.writer is not None:
            history.writer.start(history)
        try:
            self._sample_until_ended(sensors, thread)
        finally:
            if thread.is_current:
                self._close_sensors()

    def _sample_until_ended(self, sensors: Sensors, thread: LaneThread) -> None:
        failures = 0
        due = self._clock.monotonic()
        while thread.may_go_on:
            is_fine = self.cycle(sensors, thread)
            failures = 0 if is_fine else failures + 1
            pause = self._interval if is_fine else min(LONGEST_BACK_OFF, self._interval * 2.0 ** (failures - 1))
            due += pause
            late = self._clock.monotonic() - due
            if late > 0:
                missed = int(late // self._interval) + 1
                self._dropped += missed
                due += missed * self._interval
            if self._wait_until(due, thread):
                return

    def _wait_until(self, due: float, thread: LaneThread) -> bool:
        """Wait in steps of one interval, so that `stop` is heard soon; True when it is time to end."""
        while (left := due - self._clock.monotonic()) > 0:
            if self._clock.wait(min(left, self._interval)) or not thread.may_go_on:
                return True
        return False

    def cycle(self, sensors: Sensors, thread: LaneThread | None = None) -> bool:
        """Take one sample, keep it, tell who listens; False where there are no readings."""
        started = self._clock.monotonic()
        try:
            if thread is None:
                sample = sensors.sample()
            else:
                with thread.calling():
                    sample = sensors.sample()
        except DriverMissing as error:
            sample = self._without(sensors.source, error.reason)
        if thread is not None and not thread.is_current:
            return True  # another thread took this one's place: what it brings is old
        self._give(sample)
        self._last_seconds = self._clock.monotonic() - started
        self._all_seconds += self._last_seconds
        self._cycles += 1
        return sample.trouble is None

    def _without(self, source: str, reason: str) -> RigSample:
        return RigSample(platform.node() or "rig-01", source, self._clock.now(), (), None, reason)

    def _give(self, sample: RigSample) -> None:
        offset = self._clock.now() - self._clock.monotonic()
        if self._offset is not None and abs(offset - self._offset) > JUMP_SECONDS:
            jump = round(offset - self._offset, 1)
            self.tell(RigEvent(sample.taken_at, RigEventKind.CLOCK_JUMPED, facts={"jump_seconds": jump}))
        self._offset = offset
        lanes = self._troubled() if self._has_slow_lanes else ()
        if self._told or lanes:
            with self._mutex:
                told, self._told = tuple(self._told), []
            sample = replace(sample, happened=(*sample.happened, *told), lanes=lanes)
        self.history.append(sample)
        self._latest = sample
        for callback in self._callbacks:
            callback(sample)

    def _troubled(self) -> tuple[LaneTrouble, ...]:
        return tuple(lane.trouble for lane in (self._fast, self._slow, self._events) if lane.trouble is not None)

    # the slow lane, the events, and who looks after all three

    def _survey_on(self, thread: LaneThread) -> None:
        while thread.may_go_on:
            sensors = self._sensors
            if sensors is not None and self._latest is not None:
                started = self._clock.monotonic()
                with thread.calling():
                    sensors.survey()
                self._survey_seconds = self._clock.monotonic() - started
                if self._wait_until(started + SURVEY_SECONDS, thread):
                    return
            elif self._clock.wait(self._interval):
                return

    def _wait_on(self, thread: LaneThread) -> None:
        while thread.may_go_on:
            sensors = self._sensors
            if sensors is None or self._latest is None:
                if self._clock.wait(self._interval):
                    return
                continue
            with thread.calling():
                tells = sensors.wait_events(EVENT_SECONDS)
            if not tells and self._wait_until(self._clock.monotonic() + SURVEY_SECONDS, thread):
                return

    def _look(self) -> None:
        while not self._stopping.is_set():
            if self._clock.wait(LOOK_SECONDS):
                return
            self.check_lanes()

    def check_lanes(self) -> None:
        """Leave hanging lanes behind and put others in their place; say so, in a sample without readings if need be."""
        with self._looking:
            self._check_lanes()

    def _check_lanes(self) -> None:
        for lane in (self._fast, self._slow, self._events):
            hung, back = lane.check()
            if back is not None:
                self.tell(
                    RigEvent(self._clock.now(), RigEventKind.LANE_BACK, seconds=back, facts={"lane": lane.kind.value})
                )
            if hung is not None:
                self._leave_behind(lane, hung)
                lane.replace()
        if self._fast.trouble is not None:
            self._give_hanging()

    def _leave_behind(self, lane: Lane, hung: LaneTrouble) -> None:
        sensors = self._sensors
        uuid = None if sensors is None else sensors.asking(lane.kind)
        index = None
        if sensors is not None and uuid is not None:
            sensors.leave_out(lane.kind, uuid)
            lane.trouble = replace(hung, uuid=uuid)
            index = next((gpu.index for gpu in self._latest.gpus if gpu.uuid == uuid), None) if self._latest else None
        self.tell(
            RigEvent(
                self._clock.now(),
                RigEventKind.LANE_HUNG,
                uuid,
                index,
                facts={"lane": lane.kind.value, "abandoned": float(hung.abandoned)},
            )
        )

    def _give_hanging(self) -> None:
        """The fast lane brings nothing: say it in its place."""
        source = "nvml" if self._sensors is None else self._sensors.source
        self._give(self._without(source, "driver_hangs"))

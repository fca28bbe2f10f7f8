"""Samples the sensors once a second on a thread of its own; whoever listens gets the newest value."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.ports import Sensors

if TYPE_CHECKING:
    from dbc_desktop.telemetry.history import History

LONGEST_BACK_OFF = 30.0
STOP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class SamplerCost:
    """What sampling itself costs.

    Attributes:
        cycles: Samples taken, those without readings included.
        dropped: Seconds that passed without a sample because the one before took too long.
        last_ms: Milliseconds of the newest cycle.
        mean_ms: Milliseconds of a cycle on average.
    """

    cycles: int
    dropped: int
    last_ms: float
    mean_ms: float


class Sampler:
    """Reads `sensors_factory()` each `interval_seconds`; latest value wins.

    The factory is called on the sampler's thread and may take its time. Where there is no driver a sample without GPUs
    says why, and the sensors are asked again after 1, 2, 4 … at most 30 seconds. Callbacks run on the sampler's thread.
    """

    def __init__(self, sensors_factory: Callable[[], Sensors], clock: Clock, interval_seconds: float = 1.0) -> None:
        self._make, self._clock, self._interval = sensors_factory, clock, interval_seconds
        self._mutex = threading.Lock()
        self._callbacks: tuple[Callable[[RigSample], None], ...] = ()
        self._latest: RigSample | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._cycles = self._dropped = 0
        self._last_seconds = self._all_seconds = 0.0
        self._history: History | None = None

    @property
    def history(self) -> History:
        """The last hour; made when first needed, because its numpy takes longer to import than the window to paint."""
        from dbc_desktop.telemetry.history import History

        with self._mutex:
            if self._history is None:
                self._history = History()
            return self._history

    def start(self) -> None:
        """Begin to sample; nothing happens where it runs already."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="gpu-sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Sample no more. A driver that hangs is left behind after two seconds."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_SECONDS)

    def latest(self) -> RigSample | None:
        """The newest sample, None before the first."""
        return self._latest

    def subscribe(self, callback: Callable[[RigSample], None]) -> Callable[[], None]:
        """Call back with each new sample; the answer takes the subscription back."""
        with self._mutex:
            self._callbacks = (*self._callbacks, callback)

        def unsubscribe() -> None:
            with self._mutex:
                self._callbacks = tuple(one for one in self._callbacks if one is not callback)

        return unsubscribe

    def cost(self) -> SamplerCost:
        """What sampling cost so far."""
        cycles = self._cycles
        return SamplerCost(
            cycles, self._dropped, self._last_seconds * 1_000, self._all_seconds * 1_000 / cycles if cycles else 0.0
        )

    def _run(self) -> None:
        sensors = self._make()
        failures = 0
        due = self._clock.monotonic()
        try:
            while not self._stopping.is_set():
                is_fine = self.cycle(sensors)
                failures = 0 if is_fine else failures + 1
                pause = self._interval if is_fine else min(LONGEST_BACK_OFF, self._interval * 2.0 ** (failures - 1))
                due += pause
                late = self._clock.monotonic() - due
                if late > 0:
                    missed = int(late // self._interval) + 1
                    self._dropped += missed
                    due += missed * self._interval
                if self._wait_until(due):
                    return
        finally:
            sensors.close()

    def _wait_until(self, due: float) -> bool:
        """Wait in steps of one interval, so that `stop` is heard soon; True when it is time to end."""
        while (left := due - self._clock.monotonic()) > 0:
            if self._clock.wait(min(left, self._interval)) or self._stopping.is_set():
                return True
        return False

    def cycle(self, sensors: Sensors) -> bool:
        """Take one sample, keep it, tell who listens; False where there are no readings."""
        started = self._clock.monotonic()
        try:
            sample = sensors.sample()
        except DriverMissing as error:
            source = getattr(sensors, "source", "nvml")
            sample = RigSample(platform.node() or "rig-01", source, self._clock.now(), (), None, error.reason)
        self.history.append(sample)
        self._latest = sample
        for callback in self._callbacks:
            callback(sample)
        self._last_seconds = self._clock.monotonic() - started
        self._all_seconds += self._last_seconds
        self._cycles += 1
        return sample.trouble is None

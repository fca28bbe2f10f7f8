"""The ports of telemetry: who reads one computer, who delivers the readings of rigs, who keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dbc_desktop.domain.gpu import PcieThroughput, ReadingLane, RigSample
from dbc_desktop.domain.rig_event import RigEvent


class Sensors(Protocol):
    """The GPUs and the host of one computer.

    `sample`, `survey` and `wait_events` are called by a thread of their own each, and each may hang with the driver. A
    thread that hangs is left behind, and another one calls the same sensors: an old call that returns late is harmless.

    Attributes:
        source: As `RigSample.source`.
    """

    @property
    def source(self) -> str:
        """`nvml`, `demo` or how else the readings are got."""

    def sample(self) -> RigSample:
        """Read every GPU once; a lost GPU is reported inside the sample, not raised.

        The sample carries what `survey` read last, and what `wait_events` heard since the sample before.

        Raises:
            DriverMissing: There is no driver, or it went away.
        """

    def survey(self) -> None:
        """Take the readings of the slow lane; the next samples carry them.

        Raises:
            DriverMissing: There is no driver, or it went away.
        """

    def wait_events(self, seconds: float) -> bool:
        """Wait at most `seconds` for what the driver tells by itself; False where this source never tells anything.

        Raises:
            DriverMissing: There is no driver, or it went away.
        """

    def asking(self, lane: ReadingLane) -> str | None:
        """The UUID of the GPU that `lane` asks at this moment; callable from any thread."""

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        """Do not ask this GPU in `lane` for a while: a call to it did not return. Callable from any thread.

        In the fast lane it is told as lost, with `Missing.HANGS`.
        """

    def close(self) -> None:
        """Let go of the driver."""


class PcieMeter(Protocol):
    """Sensors that can measure what goes over the bus."""

    def pcie_throughput(self, uuid: str) -> PcieThroughput:
        """Measure once, which takes the driver some 40 ms; callable from any thread.

        Raises:
            DriverMissing: There is no driver, or it went away.
            DeviceLost: That GPU does not answer.
            ReadingMissing: This GPU or driver does not tell it.
        """


class PowerLimits(Protocol):
    """Sensors that can set the power limit of a GPU (NVML's own, nothing else)."""

    def set_power_limit(self, uuid: str, watts: float) -> float:
        """Set it and give back what the driver says it is now, in watts; callable from any thread.

        Raises:
            DriverMissing: There is no driver, or it went away.
            DeviceLost: That GPU does not answer.
            ReadingMissing: This GPU cannot, or the driver does not let this user.
        """


class RigFeed(Protocol):
    """Whoever delivers samples of one rig or of many, told apart by `RigSample.rig_key`; callable from any thread."""

    def start(self) -> None:
        """Begin to deliver."""

    def stop(self) -> None:
        """Deliver no more."""

    def rig_keys(self) -> tuple[str, ...]:
        """The rigs that are known, those included that never answered."""

    def latest(self, rig_key: str = "") -> RigSample | None:
        """The newest sample of a rig, None before the first."""

    def subscribe(self, callback: Callable[[RigSample], None]) -> Callable[[], None]:
        """Call back with each new sample, on a thread of the feed; the answer takes the subscription back."""


class SampleKeeper(Protocol):
    """Whoever keeps samples and what happened; one thread appends for each rig."""

    def append(self, sample: RigSample) -> None:
        """Keep a sample of any rig."""

    def note(self, event: RigEvent) -> None:
        """Keep something that happened."""

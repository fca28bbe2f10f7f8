"""The sensors port: whoever can read GPUs."""

from __future__ import annotations

from typing import Protocol

from dbc_desktop.domain.gpu import RigSample


class Sensors(Protocol):
    """A source of GPU readings. One thread calls it; a call may hang with the driver."""

    def sample(self) -> RigSample:
        """Read every GPU once; a lost GPU is reported inside the sample, not raised.

        Raises:
            DriverMissing: There is no driver, or it went away.
        """

    def close(self) -> None:
        """Let go of the driver."""

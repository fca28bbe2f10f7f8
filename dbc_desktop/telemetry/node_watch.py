"""Whether the compute node's program runs on this computer."""

from __future__ import annotations

from dbc_desktop.domain.alert import AlertKind, Condition
from dbc_desktop.domain.clock import Clock

_LOOK_SECONDS = 30.0


class NodeWatch:
    """Looks for a program by the name of its process, at most twice a minute. One thread at a time."""

    def __init__(self, process: str, clock: Clock) -> None:
        self._process, self._clock = process, clock
        self._looked_at: float | None = None
        self._is_running = True

    def conditions(self, rig: str) -> tuple[Condition, ...]:
        """That it is gone, where it is; `rig` is what the computer is called."""
        now = self._clock.monotonic()
        if self._looked_at is None or now - self._looked_at >= _LOOK_SECONDS:
            self._looked_at, self._is_running = now, is_running(self._process)
        if self._is_running:
            return ()
        return (Condition(AlertKind.NODE_GONE, self._process, {"rig": rig, "process": self._process}),)


def is_running(process: str) -> bool:
    """Whether a process of this name runs; names, not command lines, so that no rights are needed."""
    import psutil

    for one in psutil.process_iter():
        try:
            if one.name() == process and one.status() != psutil.STATUS_ZOMBIE:
                return True
        except psutil.Error:  # it ended meanwhile
            continue
    return False

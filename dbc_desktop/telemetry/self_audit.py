"""What this program itself costs: processor and memory of all its processes."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from dbc_desktop.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class OwnCost:
    """One look at ourselves.

    Attributes:
        cpu_percent: Of one core, all processes together, since the look before; None at the first.
        memory: Bytes resident, all processes together; pages that they share are counted in each.
        processes: How many they are.
    """

    cpu_percent: float | None
    memory: int
    processes: int


class SelfAudit:
    """Looks at this process and its children. One thread calls it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: tuple[float, float] | None = None

    def look(self) -> OwnCost:
        """What we cost now."""
        me = psutil.Process()
        try:
            family = [me, *me.children(recursive=True)]
        except (psutil.Error, OSError):
            family = [me]
        seconds, memory, counted = 0.0, 0, 0
        for one in family:
            try:
                times = one.cpu_times()
                seconds += times.user + times.system
                memory += one.memory_info().rss
                counted += 1
            except (psutil.Error, OSError):
                continue  # it has just ended
        now = self._clock.monotonic()
        before, self._before = self._before, (now, seconds)
        percent = None
        if before is not None and now > before[0] and seconds >= before[1]:
            percent = 100 * (seconds - before[1]) / (now - before[0])
        return OwnCost(percent, memory, counted)

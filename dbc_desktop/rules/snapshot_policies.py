"""What coming, going and renting do to the points of this era and the next (chain-rules 4.9). Pure: points in and out.

`CountedOnce` takes a machine out of the stash and the network with exactly what it has there. `AsWritten` does what the
chain does, which is something else where a machine comes and goes within one era (quirks Q6 and Q24 of chain-rules 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class MachinePoints(NamedTuple):
    """A machine from `era` on; no GPUs: it does not count."""

    era: int = 0
    gpus: int = 0
    basic: int = 0
    rented: bool = False


ABSENT = MachinePoints()


class Step(NamedTuple):
    """What one era's snapshot becomes.

    Attributes:
        machine: The machine's entry from now on.
        gpus: By how much the stash's entry moves; `basic` and `extra` too. It never falls below nothing.
        total: By how much the network moves; None: as the points of the stash do.
    """

    machine: MachinePoints
    gpus: int = 0
    basic: int = 0
    extra: int = 0
    total: int | None = None


Steps = tuple[tuple[Step, Step], ...]
"""One after the other: what becomes of this era and of the next."""


class SnapshotPolicy(Protocol):
    """How snapshots move; `bonus` are the points of a rented machine. Called by `online_profile.points`."""

    def online(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """The machine counts from the next era on."""

    def offline(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """It counts no more, this era included; `machine` is what it was by its record."""

    def rent_began(self, now: MachinePoints, coming: MachinePoints, bonus: int) -> Steps:
        """The bonus counts from the next era on."""

    def rent_ended(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """The bonus counts no more, this era included; `machine` is what it is by its record."""


def _to(before: MachinePoints, after: MachinePoints, bonus: int) -> Step:
    extra = bonus * (after.rented - before.rented)
    return Step(after, after.gpus - before.gpus, after.basic - before.basic, extra)


@dataclass(frozen=True, slots=True)
class CountedOnce:
    """A machine leaves with exactly what it has in each era."""

    def online(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """The machine counts from the next era on."""
        return ((Step(now), _to(coming, machine, bonus)),)

    def offline(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """It counts no more, this era included: the reward of the whole day is lost."""
        return ((_to(now, ABSENT, bonus), _to(coming, ABSENT, bonus)),)

    def rent_began(self, now: MachinePoints, coming: MachinePoints, bonus: int) -> Steps:
        """The bonus counts from the next era on, if the machine does."""
        return ((Step(now), _to(coming, coming._replace(rented=True), bonus)),) if coming.gpus else ()

    def rent_ended(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """The bonus counts no more, this era included."""
        after = now._replace(rented=False), coming._replace(rented=False)
        return ((_to(now, after[0], bonus), _to(coming, after[1], bonus)),)


@dataclass(frozen=True, slots=True)
class AsWritten:
    """As the chain writes its snapshots; for `strict` profiles only."""

    def online(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """Added to the stash, whatever entry the machine still has."""
        idle = machine._replace(rented=False)
        came = ((Step(now), Step(idle, machine.gpus, machine.basic)),)
        return (*came, *self.rent_began(now, idle, bonus)) if machine.rented else came

    def offline(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """First the end of the rent; then taken off the stash, but off the snapshots only where it is in this era's."""
        first: Steps = ()
        idle = machine._replace(rented=False)
        if machine.rented:
            first = self.rent_ended(now, coming, machine, bonus)
            now = coming = idle
        gone = (-machine.gpus, -machine.basic)
        here = Step(ABSENT, *gone) if now.gpus else Step(now)
        return (*first, (here, Step(ABSENT if now.gpus else coming, *gone)))

    def rent_began(self, now: MachinePoints, coming: MachinePoints, bonus: int) -> Steps:
        """The bonus counts from the next era on."""
        return ((Step(now), Step(coming._replace(rented=True), extra=bonus)),)

    def rent_ended(self, now: MachinePoints, coming: MachinePoints, machine: MachinePoints, bonus: int) -> Steps:
        """The bonus is taken off, there or not, and the machine written into this era, there or not."""
        if not machine.rented:
            return ()
        idle = machine._replace(rented=False)
        here = Step(idle, extra=-bonus, total=-bonus) if now.rented else Step(idle)
        return ((here, Step(idle, extra=-bonus, total=-bonus)),)

"""Points of machines, stashes and the network by era (chain-rules 4.9).

The chain copies whole snapshots each era. Here each value carries the era from which it holds, so that an era in which
nothing changes costs nothing; the values of the last era stay readable until its payout is over. A machine that leaves
is taken out of this era and the next as the profile's `snapshots` says.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, percent
from dbc_desktop.rules.codec import RAW, TEXT, row
from dbc_desktop.rules.online_profile import regions
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.snapshot_policies import MachinePoints, Steps
from dbc_desktop.rules.state import SINGLE, Map, Readable, declare, declare_value
from dbc_desktop.rules.work import Work


class StashPoints(NamedTuple):
    """A stash from `era` on."""

    era: int = 0
    gpus: int = 0
    basic: int = 0
    rent_extra: int = 0


class TotalPoints(NamedTuple):
    """The network from `era` on."""

    era: int = 0
    total: int = 0


MACHINE_POINTS = declare("OnlineProfile.ErasMachinePoints", TEXT, row(tuple[MachinePoints, ...]))
STASH_POINTS = declare("OnlineProfile.ErasStashPoints", RAW, row(tuple[StashPoints, ...]))
TOTAL_POINTS = declare_value("OnlineProfile.ErasTotalPoints", row(tuple[TotalPoints, ...]))

V = TypeVar("V", MachinePoints, StashPoints, TotalPoints)
K = TypeVar("K")


def inflation(profile: RulesProfile, gpus: int) -> int:
    """Bonus of a large stash in parts of 10^9: 0.01 % for each GPU, at most 10 %."""
    return perbill_rational(min(gpus, profile.stash_bonus_gpus), 10_000)


def rent_extra(profile: RulesProfile, basic: int) -> int:
    """Bonus points of a rented machine."""
    return perbill_mul(percent(profile.rented_bonus_percent), basic)


def stash_total(profile: RulesProfile, stash: StashPoints) -> int:
    """Points of a stash, bonuses included."""
    return perbill_mul(inflation(profile, stash.gpus), stash.basic) + stash.basic + stash.rent_extra


def machine_total(profile: RulesProfile, machine: MachinePoints, stash_gpus: int) -> int:
    """Points of a machine, bonuses included."""
    return with_bonuses(profile, machine, inflation(profile, stash_gpus))


def with_bonuses(profile: RulesProfile, machine: MachinePoints, bonus: int) -> int:
    """Points of a machine whose stash has this `inflation`."""
    return counted(profile.rented_bonus_percent, machine.basic, machine.rented, bonus)


def counted(extra_percent: int, basic: int, rented: bool, bonus: int) -> int:
    """Points of a machine of `basic` points: so many percent more while rented, and the `inflation` of its stash."""
    extra = perbill_mul(percent(extra_percent), basic) if rented else 0
    return basic + extra + perbill_mul(bonus, basic)


def machine_at(layer: Readable, machine_id: str, era: int) -> MachinePoints:
    """The machine in `era`; this era, the last and the next can be asked for."""
    return newest_at(layer.get(MACHINE_POINTS, machine_id), era) or MachinePoints()


def stash_at(layer: Readable, stash: bytes, era: int) -> StashPoints:
    """The stash in `era`."""
    return newest_at(layer.get(STASH_POINTS, stash), era) or StashPoints()


def total_at(layer: Readable, era: int) -> int:
    """The network's points in `era`."""
    return (newest_at(layer.get(TOTAL_POINTS, SINGLE), era) or TotalPoints()).total


def came_online(work: Work, machine_id: str, stash: bytes, gpus: int, basic: int, *, rented: bool) -> None:
    """It counts from the next era on."""
    machine = MachinePoints(0, gpus, basic, rented)
    steps = work.profile.snapshots.online(*_entries(work, machine_id), machine, rent_extra(work.profile, basic))
    _move(work, machine_id, stash, steps)
    regions.move(work, machine_id, online=gpus, rented=gpus * rented, basic=basic)


def went_offline(
    work: Work, machine_id: str, stash: bytes, gpus: int, basic: int, *, rented: bool, for_good: bool = False
) -> None:
    """It counts no more, this era included: the reward of the whole day is lost; `rented` is what its status says."""
    machine, entries = MachinePoints(0, gpus, basic, rented), _entries(work, machine_id)
    steps = work.profile.snapshots.offline(*entries, machine, rent_extra(work.profile, basic))
    _move(work, machine_id, stash, steps)
    away = 0 if for_good else gpus
    regions.move(work, machine_id, online=-gpus, offline=away, rented=-gpus * entries[1].rented, basic=-basic)


def rent_began(work: Work, machine_id: str, stash: bytes, basic: int) -> None:
    """The rented bonus counts from the next era on."""
    entries = _entries(work, machine_id)
    _move(work, machine_id, stash, work.profile.snapshots.rent_began(*entries, rent_extra(work.profile, basic)))
    regions.move(work, machine_id, rented=entries[1].gpus)


def rent_ended(work: Work, machine_id: str, stash: bytes, gpus: int, basic: int, *, rented: bool) -> None:
    """The rented bonus counts no more, this era included; `rented` is what the machine's status says."""
    machine, entries = MachinePoints(0, gpus, basic, rented), _entries(work, machine_id)
    bonus = rent_extra(work.profile, basic)
    _move(work, machine_id, stash, work.profile.snapshots.rent_ended(*entries, machine, bonus))
    if rented:
        regions.move(work, machine_id, rented=-gpus * entries[1].rented)


def _entries(work: Work, machine_id: str) -> tuple[MachinePoints, MachinePoints]:
    return machine_at(work.layer, machine_id, work.era), machine_at(work.layer, machine_id, work.era + 1)


def _move(work: Work, machine_id: str, stash: bytes, steps: Steps) -> None:
    """What the machine counts in this era and the next, and by how much stash and network move."""
    layer, eras, profile = work.layer, (work.era, work.era + 1), work.profile
    for pair in steps:
        stashes, totals = [], []
        for era, step in zip(eras, pair, strict=True):
            held = stash_at(layer, stash, era)
            moved = StashPoints(
                era,
                max(0, held.gpus + step.gpus),
                max(0, held.basic + step.basic),
                max(0, held.rent_extra + step.extra),
            )
            stashes.append(moved)
            by = stash_total(profile, moved) - stash_total(profile, held) if step.total is None else step.total
            totals.append(TotalPoints(era, max(0, total_at(layer, era) + by)))
        machines = [step.machine._replace(era=era) for era, step in zip(eras, pair, strict=True)]
        _keep(work, MACHINE_POINTS, machine_id, machines)
        _keep(work, STASH_POINTS, stash, stashes)
        _keep(work, TOTAL_POINTS, SINGLE, totals)


def newest_at(versions: tuple[V, ...] | None, era: int) -> V | None:
    """The version that holds in `era`; None where there was none yet."""
    for version in (versions or ())[::-1]:
        if version[0] <= era:
            return version
    return None


def _keep(work: Work, table: Map[K, tuple[V, ...]], key: K, new: list[V]) -> None:
    """Store the versions of this era and the next behind what held in the last era."""
    kept = [version for version in work.layer.get(table, key) or () if version.era < work.era][-1:]
    for version in new:
        if kept[-1][1:] != version[1:] if kept else any(version[1:]):
            kept.append(version)
    if any(any(version[1:]) for version in kept):
        work.layer.put(table, key, tuple(kept))
    else:
        work.layer.remove(table, key)

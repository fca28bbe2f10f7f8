"""GPUs by the place where they stand, for a map (chain-rules 4.6, `PosGPUInfo`).

A machine's entry is found by its present coordinates: whoever moves it while it is online leaves the old entry behind.
"""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.rules.codec import TEXT, row
from dbc_desktop.rules.online_profile.rows import MACHINES
from dbc_desktop.rules.state import declare
from dbc_desktop.rules.work import Work


class Region(NamedTuple):
    """What stands at one place; `offline_gpu` counts the GPUs that ever went offline and never falls."""

    online_gpu: int = 0
    offline_gpu: int = 0
    rented_gpu: int = 0
    online_gpu_calc_points: int = 0


REGIONS = declare("OnlineProfile.PosGPUInfo", TEXT, row(Region))
"""By longitude and latitude as `place` writes them."""


def place(work: Work, machine_id: str) -> str | None:
    """Where the machine stands now, None before it was described."""
    machine = work.layer.get(MACHINES, machine_id)
    if machine is None or machine.customize is None:
        return None
    east, north = machine.customize.longitude, machine.customize.latitude
    return f"{east.direction} {east.value}, {north.direction} {north.value}"


def move(work: Work, machine_id: str, *, online: int = 0, offline: int = 0, rented: int = 0, basic: int = 0) -> None:
    """Count so many GPUs more or less where the machine stands; nothing falls below zero, an empty place is dropped."""
    at = place(work, machine_id)
    if at is None:
        return
    held = work.layer.get(REGIONS, at) or Region()
    by = (online, offline, rented, basic)
    moved = Region(*(max(0, old + change) for old, change in zip(held, by, strict=True)))
    if any(moved):
        work.layer.put(REGIONS, at, moved)
    else:
        work.layer.remove(REGIONS, at)

"""What a joule earns at which power, out of the minutes that were measured on this card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import UNITS_PER_DBC
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.services.rig_rentals import machine_here

if TYPE_CHECKING:
    from dbc_desktop.telemetry.history_store import HistoryStore

STEP_WATTS = 10
WORKING_FROM = 90.0
"""Percent of load from which a minute counts: a card that waits says nothing about its power limit."""
LEAST_MINUTES = 5
MEASURED_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class PowerStep:
    """All minutes under load in which the card took about `watts`.

    Attributes:
        minutes: How many were measured.
        mhz: Mean clock of the GPU: how fast it worked.
    """

    watts: float
    minutes: int
    mhz: float

    @property
    def mhz_per_watt(self) -> float:
        """Work for power, to compare steps by."""
        return self.mhz / self.watts

    def income_per_joule(self, usd_per_hour: float) -> float:
        """USD that a joule earns, where an hour earns the same at any speed (a rental does)."""
        return usd_per_hour / 3_600 / self.watts

    def break_even(self, usd_per_hour: float) -> float:
        """USD for a kWh at which the card earns nothing any more."""
        return usd_per_hour / (self.watts / 1_000)


def power_steps(store: HistoryStore, uuid: str, now: float) -> tuple[PowerStep, ...]:
    """Steps of ten watts that were measured in the last month, lowest first; empty where the card never worked.

    Raises:
        StorageError: The history cannot be read.
    """
    courses = [
        store.minutes("", uuid, field, now - MEASURED_SECONDS, now)
        for field in ("power_watts", "graphics_mhz", "gpu_percent")
    ]
    times = courses[0][0]
    for course in courses[1:]:
        times = np.intersect1d(times, course[0])
    watts, mhz, load = (course[2][np.searchsorted(course[0], times)] for course in courses)
    return steps_of(watts[load >= WORKING_FROM].tolist(), mhz[load >= WORKING_FROM].tolist())


def steps_of(watts: Sequence[float], mhz: Sequence[float]) -> tuple[PowerStep, ...]:
    """Minutes by steps of ten watts."""
    found: dict[int, list[tuple[float, float]]] = {}
    for power, clock in zip(watts, mhz, strict=True):
        if power > 0:
            found.setdefault(int(power) // STEP_WATTS, []).append((power, clock))
    return tuple(
        PowerStep(
            sum(power for power, _ in minutes) / len(minutes),
            len(minutes),
            sum(clock for _, clock in minutes) / len(minutes),
        )
        for _, minutes in sorted(found.items())
        if len(minutes) >= LEAST_MINUTES
    )


def gpu_income(
    backend: ChainReader, account: Address, sample: RigSample, matched: Mapping[MachineId, str]
) -> float | None:
    """USD that one GPU of this computer earns in an hour by today's reward; None where no machine is known to be it."""
    machine = machine_here(backend, account, sample, matched)
    if machine is None or machine.gpu_num == 0 or machine.reward_today.units == 0:
        return None
    a_day = machine.reward_today.units / UNITS_PER_DBC * backend.network().dbc_price_usd / 1_000_000
    return a_day / 24 / machine.gpu_num

"""What a joule earned at which power, out of measured minutes; which machine this computer is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.services.power_curve import PowerStep, gpu_income, power_steps, steps_of
from dbc_desktop.services.rig_rentals import RigRentals, machine_here, rentals_here
from dbc_desktop.telemetry.history_store import GpuMinute, HistoryStore
from dbc_desktop.telemetry.packing import NONE
from tests.doubles.readings import reading, sample

NOW = 1_700_006_400.0
UUID = "GPU-7c1e0000-0000-4000-8000-000000000000"


def test_minutes_are_gathered_by_ten_watts() -> None:
    steps = steps_of([301.0, 303.0, 305.0, 300.0, 306.0, 341.0], [1500.0] * 5 + [1700.0])

    assert steps == (PowerStep(303.0, 5, 1500.0),)  # one minute at 341 W says nothing


def test_what_a_joule_earns_and_where_nothing_is_left() -> None:
    step = PowerStep(250.0, 60, 1_600.0)

    assert step.income_per_joule(0.09) == pytest.approx(1e-7)
    assert step.break_even(0.09) == pytest.approx(0.36)
    assert step.mhz_per_watt == 6.4


def test_only_minutes_under_load_count(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "telemetry.sqlite3")
    minutes = []
    for number in range(20):
        seconds = np.full((10, 60), NONE, np.int32)
        seconds[0] = 990 if number < 12 else 200  # tenths of a percent
        seconds[5] = 3_000 if number < 6 else 2_500  # tenths of a watt
        seconds[8] = 1_700 if number < 6 else 1_600
        minutes.append(GpuMinute("", UUID, "x", int(NOW) // 60 - 30 + number, seconds))
    store.write(minutes)

    assert power_steps(store, UUID, NOW) == (PowerStep(250.0, 6, 1_600.0), PowerStep(300.0, 6, 1_700.0))
    assert power_steps(store, "GPU-none", NOW) == ()
    store.close()


@dataclass
class Chain:
    """As much of a chain as these questions need."""

    machines: list[Any] = field(default_factory=list)
    orders: list[Any] = field(default_factory=list)

    def machine(self, machine_id: object) -> Any:
        return next((one for one in self.machines if one.machine_id == machine_id), None)

    def stash_of(self, account: object) -> None:
        return None

    def machines_of(self, stash: object) -> list[Any]:
        return self.machines

    def orders_on(self, machine_id: object) -> list[Any]:
        return self.orders

    def network(self) -> Any:
        return Part(dbc_price_usd=2_000)


class Part:
    """Values by name."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def machine(gpu_num: int = 2, gpu_type: str = "NVIDIA GeForce RTX 3090", reward: int = 1_200) -> Any:
    return Part(
        machine_id="3f9a", gpu_num=gpu_num, hardware=Part(gpu_type=gpu_type), reward_today=Balance.of_dbc(reward)
    )


HERE = sample(reading(0), reading(1))


def test_the_machine_with_the_same_gpus_is_this_computer() -> None:
    rented = Part(rent_id=18, gpu_index=(1,), status=RentStatus.RENTING)
    over = Part(rent_id=17, gpu_index=(0,), status=RentStatus.ENDED)
    chain: Any = Chain([machine(), machine(gpu_num=8)], [rented, over])
    account: Any = object()

    assert rentals_here(chain, account, HERE, {}) == RigRentals({1: 18}, is_guess=True)
    # 1,200 DBC a day at 0.002 USD are 2.4 USD a day, 0.05 USD an hour for each of the two
    assert gpu_income(chain, account, HERE, {}) == pytest.approx(0.05)


def test_where_nobody_knows_which_machine_it_is_nothing_is_said() -> None:
    account: Any = object()
    for machines in ([], [machine(), machine()], [machine(gpu_type="NVIDIA GeForce RTX 4090")]):
        chain: Any = Chain(machines)
        assert rentals_here(chain, account, HERE, {}) == RigRentals()
        assert gpu_income(chain, account, HERE, {}) is None
    unknown: Any = Chain([Part(machine_id="1", gpu_num=2, hardware=None)])
    assert rentals_here(unknown, account, HERE, {}) == RigRentals()
    idle: Any = Chain([machine(reward=0)])
    assert gpu_income(idle, account, HERE, {}) is None
    assert rentals_here(idle, account, replace(HERE, gpus=HERE.gpus[:1]), {}) == RigRentals()


def test_what_the_person_said_is_taken_before_any_guess() -> None:
    rented: Any = Part(rent_id=18, gpu_index=(0, 1), status=RentStatus.RENTING)
    other = machine(gpu_type="NVIDIA GeForce RTX 4090")
    other.machine_id = "other"
    chain: Any = Chain([machine(), other], [rented])
    account: Any = object()
    # By its GPUs this computer is the first machine; the person said that it is the other one.
    assert rentals_here(chain, account, HERE, {MachineId("other"): ""}) == RigRentals({0: 18, 1: 18})
    assert machine_here(chain, account, HERE, {MachineId("other"): ""}) is other
    # A machine that is said to be another rig is not guessed for this one.
    assert rentals_here(chain, account, HERE, {MachineId("3f9a"): "http://10.0.0.7:9400 rig-07"}) == RigRentals()
    # A rig of the fleet is never guessed, but may be matched; nobody has to act as an account for that.
    there = replace(HERE, place="http://10.0.0.7:9400")
    assert rentals_here(chain, account, there, {}) == RigRentals()
    assert rentals_here(chain, None, there, {MachineId("3f9a"): "http://10.0.0.7:9400 rig-02"}).orders == {0: 18, 1: 18}
    # A match with a machine that has left the chain counts no more.
    assert rentals_here(chain, account, HERE, {MachineId("gone"): ""}).is_guess

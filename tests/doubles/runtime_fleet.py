"""The machines of the recorded runs of the runtime of version 400, and its vectors (chain-rules 12.6)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import committee
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.rows import (
    HARDWARE_CHANGE,
    MACHINES,
    PENDING_SLASH,
    stash_machines,
    sys_info,
)
from dbc_desktop.rules.orders import ORDERS, machine_orders
from dbc_desktop.rules.policies import FixedStake, PercentToPot, PhasedEmission
from dbc_desktop.rules.profile import MAINNET_411, MAINNET_411_STRICT, RENT_POT

DATA = Path(__file__).parents[1] / "data" / "runtime_400.json"


class Reading(dict[str, Any]):
    """What a recording expects; it knows which of its figures nobody has looked at."""

    def __init__(self, held: dict[str, Any]) -> None:
        super().__init__({name: _reading(value) for name, value in held.items()})
        self._seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._seen.add(name)
        return super().get(name, default)

    def items(self) -> Any:
        self._seen |= set(self)
        return super().items()

    def __eq__(self, other: object) -> bool:
        self._seen |= set(self)
        for part in self.values():
            if isinstance(part, Reading):
                part._seen |= set(part)
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]

    def unread(self, path: str = "") -> list[str]:
        """The figures that no assertion has asked for."""
        found = []
        for name, value in super().items():
            if name not in self._seen:
                found.append(path + name)
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, Reading):
                    found += part.unread(f"{path}{name}.")
        return found


def _reading(value: Any) -> Any:
    if isinstance(value, dict):
        return Reading(value)
    return [_reading(one) for one in value] if isinstance(value, list) else value


VECTORS = {one["id"]: one for one in json.loads(DATA.read_text(encoding="utf-8"))["vectors"]}
for _one in VECTORS.values():
    _one["expected"] = Reading(_one["expected"])
DBC = 10**15
CALL = 150_113_648_000
RENT, PROFILE = "RentMachine", "OnlineProfile"
FLEET = {"A1": (1, 6_825), "A4": (4, 59_890), "B8": (8, 119_780), "B3": (3, 33_333)}
SORTED = ("A4", "A1", "B8", "B3")
STASHES = {"A": b"A" * 32, "B": b"B" * 32}
OFFLINE = MachineStatus.STAKER_REPORT_OFFLINE


def of(scenario: str) -> Any:
    ids = [name for name, one in VECTORS.items() if one["scenario"] == scenario]
    assert ids
    return pytest.mark.parametrize("vector", [VECTORS[name] for name in ids], ids=ids)


class Runtime:
    """The fleet of the recorded runs: A1 and A4 of one stash, B8 and B3 of another, three committee members."""

    def __init__(
        self,
        make: Any,
        vector: dict[str, Any],
        *,
        strict: bool = False,
        stash_dbc: int = 1_000_000,
        burned: int | None = None,
    ) -> None:
        params = vector["inputs"].get("params", {})
        profile = dataclasses.replace(
            MAINNET_411_STRICT if strict else MAINNET_411,
            stake=FixedStake(first_percent=1),
            rent=PercentToPot(RENT_POT, burned or params.get("rentfee_destroy_percent", 30)),
            emission=self._emission(vector["inputs"].get("phase")),
        )
        standard = (params.get("gpu_point", 1_000), params.get("gpu_price", 5_000_000))
        self.galaxy = vector["inputs"].get("phase", {}).get("galaxy_on_era")
        self.chain = make(profile=profile, price=params.get("avg_price", 12_000), members=3, standard=standard)
        phrases = sorted((f"//fleet{number}" for number in range(len(SORTED))), key=self._id)
        self.phrases = dict(zip(SORTED, phrases, strict=True))
        for stash in STASHES.values():
            self.chain.do(self.chain.sudo, "Balances", "transfer_keep_alive", stash, stash_dbc * DBC)

    @staticmethod
    def _emission(phase: dict[str, int] | None) -> PhasedEmission:
        if phase is None:  # the eras between two visited heights were never executed, so nobody earned
            return PhasedEmission((0, 0, 0))
        return PhasedEmission(
            tuple(phase[f"phase_{number}_reward_per_era"] for number in range(3)),
            first_phase_eras=phase["first_phase_duration"],
            start_era=phase["online_reward_start_era"],
        )

    @staticmethod
    def _id(phrase: str) -> str:
        return KeyPair.from_phrase(phrase).public.hex()

    @property
    def state(self) -> Any:
        return self.chain.engine.state

    def use(self, name: str) -> None:
        self.chain.stash = STASHES[name[0]]
        self.chain.use(self.phrases[name])

    def online(self, *names: str) -> None:
        for name in names:
            self.use(name)
            self.chain.online(*FLEET[name])

    def machine(self) -> Any:
        return self.state.get(MACHINES, self.chain.machine_id)

    def order(self, rent_id: int = 0) -> Any:
        return self.state.get(ORDERS, rent_id)

    def rent(self, gpus: int, duration: int, who: bytes | None = None) -> int:
        self.chain.do(who or self.chain.renter, RENT, "rent_machine", self.chain.machine_id, gpus, duration)
        return self.chain.event("Rent").fields["rent_id"]

    def confirm(self, rent_id: int, who: bytes | None = None) -> None:
        self.chain.do(who or self.chain.renter, RENT, "confirm_rent", rent_id)

    def act(self, name: str, *args: object) -> str:
        error = self.chain.attempt(self.chain.stash, PROFILE, name, self.chain.machine_id, *args)
        return error[1] if error else "ok"

    def at(self, height: int) -> None:
        """Have the next call in the block at `height`."""
        self.chain.goto(height - 1)

    def slash(self) -> Any:
        return self.state.get(PENDING_SLASH, 0)

    def reserved(self) -> int:
        return self.chain.reserved(self.chain.stash)

    def free(self) -> int:
        return self.chain.free(self.chain.stash)

    def total(self) -> int:
        """Points of the next era."""
        return points.total_at(self.state, self.chain.engine.height // 14_400 + 2)

    def members(self) -> list[tuple[int, ...]]:
        """What each member has staked, uses, may claim and claimed."""
        return [committee.stake_of(self.state, one)[1:] for one in self.chain.committee]

    def lists(self) -> list[str]:
        """The list of `LiveMachines` that the machine would be in."""
        machine, era = self.machine(), self.chain.engine.height // 14_400 + 2
        if machine is None:
            return []
        machine_id = self.chain.machine_id
        if machine_id in stash_machines(self.state, machine.stash).online:
            rented = points.machine_at(self.state, machine_id, era).rented
            return ["rentedMachine" if rented else "onlineMachine"]
        if machine.status is MachineStatus.COMMITTEE_VERIFYING:
            return ["bookedMachine"]
        change = self.state.get(HARDWARE_CHANGE, machine_id)
        return ["bondingMachine" if change is not None and change.to_describe else "offlineMachine"]

    def rented_gpus(self) -> int:
        """`MachineRentedGPU` of the machine."""
        return len(machine_orders(self.state, self.chain.machine_id).used_gpu)

    def sums(self) -> dict[str, int]:
        """`SysInfo`, as far as it follows from what machines and stashes have."""
        held, machines = sys_info(self.state), [row for _, row in self.state.items(MACHINES)]
        owners, era = {row.stash for row in machines}, self.chain.engine.height // 14_400 + 2
        counted = [points.stash_at(self.state, stash, era) for stash in owners]
        return {
            "total_gpu_num": held.gpu_num,
            "total_rented_gpu": held.rented_gpu_num,
            "total_staker": sum(bool(stash_machines(self.state, stash).online) for stash in owners),
            "total_calc_points": sum(points.stash_total(self.chain.engine.profile, one) for one in counted),
            "total_stake": held.total_stake,
            "total_rent_fee": sum(row.total_rent_fee for row in machines),
            "total_burn_fee": sum(row.total_burn_fee for row in machines),
        }


def plain(members: list[dict[str, int]]) -> list[tuple[int, ...]]:
    """What each member has, as `Runtime.members` gives it."""
    return [(one["staked"], one["used"], one["can_claim"], one["claimed"]) for one in members]


def away(run: Runtime, blocks: int) -> None:
    """Offline for so many blocks and back."""
    assert run.act("controller_report_offline") == "ok"
    run.at(run.chain.engine.height + blocks)
    assert run.act("controller_report_online") == "ok"

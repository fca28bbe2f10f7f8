"""Bringing a machine online and keeping it there: the calls, the life line, the wizard's next act (chain-rules 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import CustomizeInfo, Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import Head
from dbc_desktop.services.hardware import this_computer as this_computer

if TYPE_CHECKING:
    from dbc_desktop.wallet.wallet import BindProof, HardwareProof

_PALLET = "OnlineProfile"


def set_controller_call(controller: Address) -> Call:
    """Signed by the stash: `controller` may act for it; both may be one account (chain-rules 3)."""
    return Call(_PALLET, "set_controller", (controller.raw,))


def bond_call(proof: BindProof) -> Call:
    """Signed by the controller: bond the machine whose key signed `proof` (chain-rules 4.1, 4.7)."""
    return Call(_PALLET, "bond_machine", (proof.machine_id, proof.message, proof.signature))


def hardware_report_call(proof: HardwareProof) -> Call:
    """Signed by the controller: declare the hardware, with the machine's own signed report of it (design 3.1)."""
    return Call("MachineCheck", "submit_hardware_report", (proof.declared, proof.message, proof.signature))


def gen_server_room_call() -> Call:
    """Signed by the controller: a new server room; its id is random, see `backend.server_rooms`."""
    return Call(_PALLET, "gen_server_room")


def add_machine_info_call(machine_id: MachineId, info: CustomizeInfo) -> Call:
    """Signed by the controller: describe the machine and send it to the committee."""
    return Call(_PALLET, "add_machine_info", (machine_id, info))


def fulfill_call(machine_id: MachineId) -> Call:
    """Signed by the controller: pay the rest of the stake of a confirmed machine."""
    return Call(_PALLET, "fulfill_machine", (machine_id,))


def claim_call() -> Call:
    """Signed by the controller: claim all released rewards of the stash (chain-rules 4.10)."""
    return Call(_PALLET, "claim_rewards")


def offline_call(machine_id: MachineId) -> Call:
    """Signed by the controller: report the machine offline (chain-rules 4.12)."""
    return Call(_PALLET, "controller_report_offline", (machine_id,))


def online_call(machine_id: MachineId) -> Call:
    """Signed by the controller: report it online again."""
    return Call(_PALLET, "controller_report_online", (machine_id,))


class LifeStage(StrEnum):
    """The life line of a machine, in order."""

    BONDED = "bonded"
    DESCRIBED = "described"
    COMMITTEE = "committee"
    STAKE = "stake"
    ONLINE = "online"
    RENTED = "rented"


class LifeState(StrEnum):
    """Where one stage of the life line stands; `TROUBLE` is a machine that is offline at `ONLINE`."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class LifeStep:
    """One stage.

    Attributes:
        height: When it was reached, where the chain remembers; or by when it must be, for a current stage.
        facts: BONDED `stake` (Balance) · COMMITTEE `booked`, `hashed`, `confirmed` (int), `hash_until`, `reveal_until`
            (int or None) · STAKE `held`, `missing` (Balance, missing None while unknown) · ONLINE `status` ·
            RENTED `rented_gpu_num`, `gpu_num`.
    """

    stage: LifeStage
    state: LifeState
    height: int | None
    facts: Mapping[str, object]


_REACHED = {
    MachineStatus.ADDING_CUSTOMIZE_INFO: 1,
    MachineStatus.DISTRIBUTING_ORDER: 2,
    MachineStatus.COMMITTEE_VERIFYING: 2,
    MachineStatus.WAITING_FULFILL: 3,
    MachineStatus.STAKER_REPORT_OFFLINE: 4,
    MachineStatus.REPORTER_REPORT_OFFLINE: 4,
    MachineStatus.ONLINE: 5,
    MachineStatus.RENTED: 6,
}
_OFFLINE = (MachineStatus.STAKER_REPORT_OFFLINE, MachineStatus.REPORTER_REPORT_OFFLINE)


def life_line(machine: Machine, head: Head) -> tuple[LifeStep, ...]:
    """The six stages of `machine` at `head`; exactly the first that is not done is current (or in trouble)."""
    reached = _REACHED[machine.status]
    order = machine.verification
    missing = None if machine.stake_needed is None else max(ZERO, machine.stake_needed - machine.stake_held)
    details: dict[LifeStage, tuple[int | None, dict[str, object]]] = {
        LifeStage.BONDED: (machine.bonding_height, {"stake": machine.stake_held}),
        LifeStage.DESCRIBED: (None, {}),
        LifeStage.COMMITTEE: (
            _committee_height(machine, head),
            {
                "booked": len(order.booked) if order else _grabbed(machine),
                "hashed": len(order.hashed) if order else 0,
                "confirmed": len(order.confirmed) if order else 0,
                "hash_until": order.hash_until if order else None,
                "reveal_until": order.reveal_until if order else None,
            },
        ),
        LifeStage.STAKE: (None, {"held": machine.stake_held, "missing": missing}),
        LifeStage.ONLINE: (machine.online_height or None, {"status": machine.status}),
        LifeStage.RENTED: (None, {"rented_gpu_num": machine.rented_gpu_num, "gpu_num": machine.gpu_num}),
    }
    steps = []
    for number, stage in enumerate(LifeStage):
        if number < reached:
            state = LifeState.DONE
        elif number == reached:
            state = LifeState.TROUBLE if machine.status in _OFFLINE else LifeState.CURRENT
        else:
            state = LifeState.LATER
        height, facts = details[stage]
        steps.append(LifeStep(stage, state, height, facts))
    return tuple(steps)


def _grabbed(machine: Machine) -> int:
    return len(machine.open_order.members) if machine.open_order else 0


def _committee_height(machine: Machine, head: Head) -> int | None:
    order = machine.verification
    if machine.open_order is not None:
        return machine.open_order.drawn_at
    if order is None or machine.status is not MachineStatus.COMMITTEE_VERIFYING:
        return None
    return order.hash_until if head.height <= order.hash_until else order.reveal_until


class WizardStep(StrEnum):
    """What the *bring a machine online* wizard asks for next."""

    SET_CONTROLLER = "set_controller"
    BOND = "bond"
    SERVER_ROOM = "server_room"
    REPORT = "report"
    DESCRIBE = "describe"
    WAIT_COMMITTEE = "wait_committee"
    FULFILL = "fulfill"
    REPORT_ONLINE = "report_online"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class NextAct:
    """The wizard's next step.

    Attributes:
        call: What to sign, where nothing more has to be asked; None for BOND and REPORT (need the machine key),
            DESCRIBE (needs the description), WAIT_COMMITTEE and ONLINE.
        machine: What the chain knows of the machine, None before it is bonded.
        server_rooms: 32-byte ids to choose from at DESCRIBE.
        until: Height at which waiting ends at the latest, None where nothing ends.
    """

    step: WizardStep
    call: Call | None
    machine: Machine | None
    controller: Address | None
    server_rooms: tuple[bytes, ...]
    until: int | None


def next_act(backend: ChainReader, stash: Address, machine_id: MachineId | None) -> NextAct:
    """What comes next to bring `machine_id` online; the chain alone decides, so the wizard can be left anywhere.

    Args:
        backend: The chain.
        stash: Who pays the stake. Without a controller, it is proposed as its own.
        machine_id: None or an unknown one while the machine is not bonded.
    """
    controller = backend.controller_of(stash)
    machine = backend.machine(machine_id) if machine_id is not None else None
    rooms = backend.server_rooms(stash)
    until: int | None = None
    call: Call | None = None
    if controller is None:
        step, call = WizardStep.SET_CONTROLLER, set_controller_call(stash)
    elif machine is None:
        step = WizardStep.BOND
    elif machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO:
        described_next = WizardStep.REPORT if machine.awaits_report else WizardStep.DESCRIBE
        step = described_next if rooms else WizardStep.SERVER_ROOM
        call = None if rooms else gen_server_room_call()
    elif machine.status in (MachineStatus.DISTRIBUTING_ORDER, MachineStatus.COMMITTEE_VERIFYING):
        step = WizardStep.WAIT_COMMITTEE
        waited = machine.open_order.drawn_at if machine.open_order else None
        until = machine.verification.reveal_until if machine.verification else waited
    elif machine.status is MachineStatus.WAITING_FULFILL:
        step, call = WizardStep.FULFILL, fulfill_call(machine.machine_id)
    elif machine.status in _OFFLINE:
        step, call = WizardStep.REPORT_ONLINE, online_call(machine.machine_id)
    else:
        step = WizardStep.ONLINE
    return NextAct(step, call, machine, controller, rooms, until)

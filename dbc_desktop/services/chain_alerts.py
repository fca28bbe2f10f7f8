"""What the chain says is wrong for an account, and what is only wrong where GPUs and chain are seen together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.alert import AlertKind, AlertRule, Condition
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA

Rules = Mapping[AlertKind, AlertRule]

_DEADLINES = {
    "slash_step": AlertKind.SLASH_STEP,
    "confirm": AlertKind.CONFIRM_ENDING,
    "lease_end": AlertKind.LEASE_ENDING,
    "committee_work": AlertKind.REVEAL_DUE,
}
_PAID_OUT_BY = 100
"""Blocks into an era by which every machine's payout of the era before is through (chain-rules 4.9)."""
_SERVING = (MachineStatus.ONLINE, MachineStatus.RENTED)


def chain_conditions(
    backend: ChainReader, accounts: Sequence[Address], rigs: Mapping[MachineId, RigSample], rules: Rules
) -> tuple[Condition, ...]:
    """What is the case now for these accounts; blocks for some reads.

    Args:
        backend: The chain.
        accounts: As stash, controller, renter or committee member.
        rigs: The newest sample of the rig that each machine is, where the person has said so.
        rules: Those that are on count; thresholds of deadlines are in blocks.

    Raises:
        ChainUnreachable: The backend does not answer.
    """
    head = backend.head()
    found: dict[tuple[AlertKind, str], Condition] = {}
    for account in accounts:
        for one in _of_deadlines(backend, account, head.height, rules):
            found[one.kind, one.subject] = one
        stash = backend.stash_of(account) or account
        machines = backend.machines_of(stash)
        for one in (*_of_machines(machines, rigs, rules), *_of_rewards(backend, stash, machines, head.height)):
            found[one.kind, one.subject] = one
    return tuple(one for one in found.values() if one.kind in rules and rules[one.kind].is_on)


def _of_deadlines(backend: ChainReader, account: Address, height: int, rules: Rules) -> list[Condition]:
    found = []
    for deadline in backend.deadlines(account):
        kind = _DEADLINES.get(deadline.kind)
        within = rules[kind].threshold if kind is not None and kind in rules else None
        if kind is not None and within is not None and 0 <= deadline.height - height <= within:
            name = "rent_id" if kind in (AlertKind.CONFIRM_ENDING, AlertKind.LEASE_ENDING) else "machine_id"
            facts: dict[str, str | float] = {name: deadline.subject, "height": float(deadline.height)}
            found.append(Condition(kind, deadline.subject, facts))
    return found


def _of_machines(machines: Sequence[Machine], rigs: Mapping[MachineId, RigSample], rules: Rules) -> list[Condition]:
    found = []
    for machine in machines:
        facts: dict[str, str | float] = {"machine_id": machine.machine_id}
        if machine.status is MachineStatus.WAITING_FULFILL and machine.stake_needed is not None:
            missing = machine.stake_needed - machine.stake_held
            found.append(Condition(AlertKind.STAKE_SHORT, machine.machine_id, facts | {"missing": str(missing.units)}))
        rig = rigs.get(machine.machine_id)
        if rig is not None and machine.status in _SERVING:
            found += _of_rig(machine, rig, facts | {"rig": rig.rig}, rules)
    return found


def _of_rig(machine: Machine, rig: RigSample, facts: dict[str, str | float], rules: Rules) -> list[Condition]:
    trouble = rig.trouble or ("gpu_lost" if any(gpu.is_lost for gpu in rig.gpus) else None)
    if trouble is None and 0 < len(rig.gpus) < machine.gpu_num:
        trouble = "gpu_missing"
    if machine.rented_gpu_num and trouble is not None:
        return [Condition(AlertKind.RENTED_IN_TROUBLE, machine.machine_id, facts | {"reason": trouble})]
    work = [gpu.gpu_percent for gpu in rig.gpus if gpu.gpu_percent is not None]
    if not work:
        return []
    if machine.rented_gpu_num:
        most = rules[AlertKind.IDLE_WHILE_RENTED].threshold if AlertKind.IDLE_WHILE_RENTED in rules else None
        if most is not None and max(work) < most:
            return [Condition(AlertKind.IDLE_WHILE_RENTED, machine.machine_id, facts)]
    else:
        least = rules[AlertKind.BUSY_WHILE_NOT_RENTED].threshold if AlertKind.BUSY_WHILE_NOT_RENTED in rules else None
        if least is not None and max(work) >= least:
            percent: dict[str, str | float] = {"percent": float(max(work))}
            return [Condition(AlertKind.BUSY_WHILE_NOT_RENTED, machine.machine_id, facts | percent)]
    return []


def _of_rewards(backend: ChainReader, stash: Address, machines: Sequence[Machine], height: int) -> list[Condition]:
    """Machines that were online for the whole of the last era that was paid, and got nothing for it."""
    era = (height + BLOCKS_PER_ERA - 1) // BLOCKS_PER_ERA
    if (height - 1) % BLOCKS_PER_ERA < _PAID_OUT_BY or era < 2:
        return []
    paid = era - 1
    began = (paid - 1) * BLOCKS_PER_ERA
    due = [one for one in machines if one.status in _SERVING and 0 < one.last_online_height < began]
    if not due:
        return []
    earned = {row.machine_id for row in backend.rewards(stash, paid, paid) if row.earned.units > 0}
    return [
        Condition(AlertKind.REWARD_MISSED, one.machine_id, {"machine_id": one.machine_id, "era": float(paid)})
        for one in due
        if one.machine_id not in earned
    ]

"""What the committee's word does to a machine, and coming online (chain-rules 4.8, 6.5)."""

from __future__ import annotations

import dataclasses

from dbc_desktop.domain.machine import HardwareInfo, MachineStatus
from dbc_desktop.rules import slashing
from dbc_desktop.rules.online_profile import hardware_change, payout, points, stake
from dbc_desktop.rules.online_profile.rows import (
    CONFIRMED,
    DECLARED,
    MACHINES,
    STASH_MACHINES,
    MachineRow,
    controlled,
    count,
    stash_machines,
)
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work, insert, refuse, without

_PALLET = "OnlineProfile"


def booked(work: Work, machine_id: str) -> None:
    """A committee looks at the machine now."""
    layer = work.layer
    layer.put(CONFIRMED, SINGLE, without(layer.get(CONFIRMED, SINGLE) or (), machine_id))
    machine = layer.get(MACHINES, machine_id)
    if machine is not None:
        layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.COMMITTEE_VERIFYING))


def back_to_distribution(work: Work, machine_id: str) -> None:
    """The committee did not agree: others shall look."""
    layer = work.layer
    machine = layer.get(MACHINES, machine_id)
    if machine is not None:
        layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.DISTRIBUTING_ORDER))
        layer.put(CONFIRMED, SINGLE, insert(layer.get(CONFIRMED, SINGLE) or (), machine_id))


def confirm_machine(work: Work, machine_id: str, hardware: HardwareInfo, agreeing: tuple[bytes, ...]) -> None:
    """The committee found this hardware: take the stake for all GPUs and go online, or wait for the stake."""
    machine = work.layer.get(MACHINES, machine_id)
    if machine is None:
        return
    if hardware_change.confirmed(work, machine_id, machine.stash, agreeing):
        agreeing = machine.reward_committee
    machine = machine._replace(hardware=hardware, reward_committee=agreeing)
    short = stake.needed(machine) - machine.stake_amount
    if short > 0 and not stake.add(work, machine.stash, short):
        work.layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.WAITING_FULFILL))
        hardware_change.wait_for_stake(work, machine_id)
        return
    _come_online(work, machine_id, machine, fulfilled=False)


def fulfill_machine(work: Work, who: bytes, machine_id: str) -> None:
    """Reserve what the stake of a confirmed machine still lacks; it goes online."""
    machine = controlled(work, who, machine_id)
    if machine.status is not MachineStatus.WAITING_FULFILL:
        refuse(_PALLET, "MachineStatusNotAllowed")
    short = stake.needed(machine) - machine.stake_amount
    if short > 0 and not stake.add(work, machine.stash, short):
        refuse(_PALLET, "BalanceNotEnough")
    _come_online(work, machine_id, machine, fulfilled=True)


def refuse_machine(work: Work, machine_id: str, refusing: tuple[bytes, ...]) -> tuple[bytes, int] | None:
    """The committee refused: the record goes, all stake but the slash is free again; not so after a second look.

    Returns:
        The stash and what stays reserved for the slash.
    """
    layer = work.layer
    machine = layer.get(MACHINES, machine_id)
    if machine is None or hardware_change.refused(work, machine_id, machine.stash, refusing):
        return None
    slash = work.profile.slashes.part(machine.stake_amount, work.profile.refusal_slash_percent)
    stake.release(work, machine.stash, machine.stake_amount - slash)
    owned = stash_machines(layer, machine.stash)
    layer.put(STASH_MACHINES, machine.stash, owned._replace(total=without(owned.total, machine_id)))
    layer.remove(MACHINES, machine_id)
    layer.remove(DECLARED, machine_id)
    return machine.stash, slash


def share_slash(work: Work, stash: bytes, amount: int, to: tuple[bytes, ...]) -> None:
    """Take reserved mining stake: shared by `to`, what does not divide to the treasury (chain-rules 2.7)."""
    stake.lower(work, stash, amount)
    slashing.take(work, stash, amount, to)
    work.emit(_PALLET, "Slash", who=stash, amount=amount)


def _come_online(work: Work, machine_id: str, machine: MachineRow, *, fulfilled: bool) -> None:
    now = work.height
    first = work.profile.payout.restarts(machine.online_height, fulfilled=fulfilled)
    deadline = work.era + work.profile.reward_committee_eras if first else machine.reward_deadline
    hardware = machine.hardware
    if hardware is None:
        raise ValueError("a machine without hardware cannot come online")
    machine = machine._replace(
        stake_amount=work.profile.stake.recorded(machine.stake_amount, stake.needed(machine)),
        status=MachineStatus.ONLINE,
        last_online_height=now,
        last_machine_restake=now,
        online_height=now if first else machine.online_height,
        previous=None,
        offline_height=0,
        reward_deadline=deadline,
        hardware=dataclasses.replace(hardware, rand_str=""),
    )
    work.layer.put(MACHINES, machine_id, machine)
    owned = stash_machines(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, owned._replace(online=insert(owned.online, machine_id)))
    if first:
        payout.open_queue(work, machine_id, machine.stash, machine.reward_committee, deadline)
    hardware_change.over(work, machine_id)
    points.came_online(work, machine_id, machine.stash, hardware.gpu_num, hardware.calc_point, rented=False)
    count(work, machines=1, gpus=hardware.gpu_num)

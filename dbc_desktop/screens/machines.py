"""What the Machines page says: the table of own machines, and one machine as a life line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import Deadline, Head
from dbc_desktop.screens.formats import DASH, blocks_as_time, gpu_name, short_id
from dbc_desktop.screens.texts import ntr, tr


@dataclass(frozen=True, slots=True)
class MachineRow:
    """One machine in the table.

    Attributes:
        kind: How the state dot is coloured: `good`, `accent`, `warn`, `loss` or `plain`.
        stake_short: The stake held is less than it needs.
        can_report_offline: The chain would take `controller_report_offline` now (chain-rules 4.6).
        can_report_online: Likewise `controller_report_online`.
        can_fulfil: Likewise `fulfill_machine`.
    """

    machine_id: MachineId
    name: str
    status: str
    kind: str
    gpus: str
    stake: str
    stake_short: bool
    rented: str
    reward_today: str
    deadline: str
    can_report_offline: bool
    can_report_online: bool
    can_fulfil: bool


@dataclass(frozen=True, slots=True)
class MachinesScreen:
    """The table and the line beside the title."""

    summary: str
    rows: tuple[MachineRow, ...]


def status_text(status: MachineStatus) -> tuple[str, str]:
    """The status in words and the colour of its dot."""
    return {
        MachineStatus.ADDING_CUSTOMIZE_INFO: (tr("Bonded, not described"), "accent"),
        MachineStatus.DISTRIBUTING_ORDER: (tr("Waiting for a committee"), "accent"),
        MachineStatus.COMMITTEE_VERIFYING: (tr("Committee is checking"), "accent"),
        MachineStatus.WAITING_FULFILL: (tr("Stake to pay"), "warn"),
        MachineStatus.ONLINE: (tr("Online"), "good"),
        MachineStatus.STAKER_REPORT_OFFLINE: (tr("Offline, own report"), "warn"),
        MachineStatus.REPORTER_REPORT_OFFLINE: (tr("Offline, reported"), "loss"),
        MachineStatus.RENTED: (tr("Online, rented"), "good"),
    }[status]


def is_offline(machine: Machine) -> bool:
    """Reported offline, by its owner or by another."""
    return machine.status in (MachineStatus.STAKER_REPORT_OFFLINE, MachineStatus.REPORTER_REPORT_OFFLINE)


def is_earning(machine: Machine) -> bool:
    """Online or rented."""
    return machine.status in (MachineStatus.ONLINE, MachineStatus.RENTED)


def machines_screen(machines: Sequence[Machine], head: Head, deadlines: Sequence[Deadline] = ()) -> MachinesScreen:
    """The table of own machines at block `head`."""
    next_of: dict[str, Deadline] = {}
    for deadline in sorted(deadlines, key=lambda item: item.height):
        if deadline.height >= head.height:
            next_of.setdefault(deadline.subject, deadline)
    rows = tuple(_row(machine, head, next_of.get(machine.machine_id)) for machine in machines)
    online = sum(is_earning(machine) for machine in machines)
    gpus = sum(machine.gpu_num for machine in machines)
    if not machines:
        return MachinesScreen("", rows)
    count = ntr("{n} machine", "{n} machines", len(rows))
    parts = [count, tr("{online} online", online=online)]
    if gpus:
        parts.append(ntr("{n} GPU", "{n} GPUs", gpus))
    return MachinesScreen(" · ".join(parts), rows)


def _row(machine: Machine, head: Head, deadline: Deadline | None) -> MachineRow:
    text, kind = status_text(machine.status)
    needed, total = machine.stake_needed, machine.gpu_num
    return MachineRow(
        machine_id=machine.machine_id,
        name=short_id(machine.machine_id),
        status=text,
        kind=kind,
        gpus=gpus_text(machine),
        stake=stake_text(machine),
        stake_short=needed is not None and machine.stake_held < needed,
        rented=tr("{rented} of {total}", rented=machine.rented_gpu_num, total=total) if total else DASH,
        reward_today=machine.reward_today.text(2) if is_earning(machine) or machine.reward_today else DASH,
        deadline=_deadline(machine, head, deadline),
        can_report_offline=is_earning(machine),
        can_report_online=is_offline(machine),
        can_fulfil=machine.status is MachineStatus.WAITING_FULFILL,
    )


def gpus_text(machine: Machine) -> str:
    """`8 × RTX 4090`, a dash while the committee has not confirmed them."""
    if machine.hardware is None or not machine.gpu_num:
        return DASH
    return f"{machine.gpu_num} × {gpu_name(machine.hardware.gpu_type)}"


def stake_text(machine: Machine) -> str:
    """Held and required: `571,428.57 / 571,428.57`; only what is held until the GPUs are known."""
    held = machine.stake_held.text(2)
    return held if machine.stake_needed is None else f"{held} / {machine.stake_needed.text(2)}"


def _deadline(machine: Machine, head: Head, deadline: Deadline | None) -> str:
    if machine.verification is not None and machine.status is MachineStatus.COMMITTEE_VERIFYING:
        left = blocks_as_time(max(0, machine.verification.reveal_until - head.height))
        return tr("result within {time}", time=left)
    if machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO:
        return tr("describe it")
    if machine.status is MachineStatus.WAITING_FULFILL:
        return tr("pay the rest of the stake")
    if deadline is None:
        return DASH
    left = blocks_as_time(deadline.height - head.height)
    words = {
        "verification": tr("committee in {time}", time=left),
        "confirm": tr("renter confirms within {time}", time=left),
        "lease_end": tr("lease ends in {time}", time=left),
        "payout": tr("payout in {time}", time=left),
        "era": tr("era ends in {time}", time=left),
        "slash": tr("slash taken in {time}", time=left),
        "slash_step": tr("coming back costs more in {time}", time=left),
        "appeal": tr("appeal ends in {time}", time=left),
    }
    return words.get(deadline.kind, DASH)


def stake_missing(machine: Machine) -> Balance:
    """What is still to be staked before the machine may come online."""
    if machine.stake_needed is None or machine.stake_held >= machine.stake_needed:
        return ZERO
    return machine.stake_needed - machine.stake_held

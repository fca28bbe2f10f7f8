"""One machine as a life line: bonded, described, committee, stake, online, rented; the open step says who must act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import Head
from dbc_desktop.screens.formats import amount, blocks_as_time, gpu_name, height, short_address, short_id
from dbc_desktop.screens.machines import is_earning, is_offline, stake_missing, status_text
from dbc_desktop.screens.market import points
from dbc_desktop.screens.places import degrees, place_name
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.staking import LifeStage, LifeState, LifeStep


@dataclass(frozen=True, slots=True)
class LifeLineRow:
    """One step of the life line; `who` must act `until` then, both empty unless the step is open."""

    stage: LifeStage
    state: LifeState
    title: str
    body: str
    who: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class MachineDetail:
    """One machine: its life line and what the chain keeps about it.

    Attributes:
        act: What the person can do now: `describe`, `wait`, `fulfil`, `online` or empty; `act_text` is its button.
    """

    machine_id: MachineId
    name: str
    status: str
    kind: str
    subtitle: str
    life: tuple[LifeLineRow, ...]
    facts: tuple[tuple[str, str], ...]
    act: str
    act_text: str
    can_report_offline: bool


def machine_detail_screen(machine: Machine, life: Sequence[LifeStep], head: Head) -> MachineDetail:
    """One machine and its life line at block `head`."""
    text, kind = status_text(machine.status)
    act, act_text = _act(machine)
    return MachineDetail(
        machine_id=machine.machine_id,
        name=short_id(machine.machine_id),
        status=text,
        kind=kind,
        subtitle=_subtitle(machine),
        life=tuple(_row(step, machine, head) for step in life),
        facts=_facts(machine),
        act=act,
        act_text=act_text,
        can_report_offline=is_earning(machine),
    )


def _row(step: LifeStep, machine: Machine, head: Head) -> LifeLineRow:
    title, done, ahead = _texts(step.stage, machine)
    if step.state is LifeState.DONE:
        return LifeLineRow(step.stage, step.state, title, done)
    if step.state is LifeState.LATER:
        return LifeLineRow(step.stage, step.state, title, ahead)
    body, who, until = _open(machine, head)
    return LifeLineRow(step.stage, step.state, title, body, who, until)


def _texts(stage: LifeStage, machine: Machine) -> tuple[str, str, str]:
    """Title, what was reached, what will come."""
    match stage:
        case LifeStage.BONDED:
            return tr("Bonded"), tr("at block {height}", height=height(machine.bonding_height)), ""
        case LifeStage.DESCRIBED:
            return tr("Described"), _described(machine), tr("Where it stands and how it is connected")
        case LifeStage.COMMITTEE:
            return tr("Committee"), _confirmed(machine), tr("Three members look at the hardware, within 48 hours")
        case LifeStage.STAKE:
            held = tr("{stake} reserved", stake=amount(machine.stake_held))
            return tr("Stake"), held, tr("The rest of the stake, for all its GPUs")
        case LifeStage.ONLINE:
            since = tr("since block {height}", height=height(machine.last_online_height))
            return tr("Online"), since, tr("It earns a reward each era")
        case LifeStage.RENTED:
            rented = ntr(
                "{rented} of {n} GPU is rented",
                "{rented} of {n} GPUs are rented",
                machine.gpu_num,
                rented=machine.rented_gpu_num,
            )
            return tr("Rented"), rented, tr("Renters find it in the market; it earns more while rented")


def _confirmed(machine: Machine) -> str:
    found = machine.hardware
    if found is None:
        return ""
    gpu = gpu_name(found.gpu_type)
    return tr("{n} × {gpu}, {points} calc points", n=machine.gpu_num, gpu=gpu, points=points(found.calc_point))


def _described(machine: Machine) -> str:
    told = machine.customize
    if told is None:
        return ""
    place = place_name(degrees(told.longitude), degrees(told.latitude))
    return tr("{place}, {up} / {down} Mb", place=place, up=f"{told.upload_net:,}", down=f"{told.download_net:,}")


def _open(machine: Machine, head: Head) -> tuple[str, str, str]:
    """Body, who must act, by when."""
    you, committee = tr("you"), tr("the committee")
    match machine.status:
        case MachineStatus.ADDING_CUSTOMIZE_INFO:
            return tr("Say where the machine stands and how it is connected; this costs only the fee."), you, ""
        case MachineStatus.DISTRIBUTING_ORDER:
            return tr("Waiting until three committee members are free to look at it."), committee, ""
        case MachineStatus.COMMITTEE_VERIFYING:
            return _verifying(machine, head, committee)
        case MachineStatus.WAITING_FULFILL:
            missing = amount(stake_missing(machine))
            return (
                tr("Pay {missing} more. It is reserved, stays yours, and grows from income.", missing=missing),
                you,
                "",
            )
        case MachineStatus.STAKER_REPORT_OFFLINE | MachineStatus.REPORTER_REPORT_OFFLINE:
            body = tr("The machine is reported offline and earns nothing. Repair it, then report it online again.")
            return body, you, tr("the penalty grows with the time it is away")
        case MachineStatus.ONLINE:
            return tr("In the market. A renter may take any number of its GPUs."), tr("renters"), ""
        case MachineStatus.RENTED:
            return tr("Rented now."), "", ""


def _verifying(machine: Machine, head: Head, committee: str) -> tuple[str, str, str]:
    order = machine.verification
    if order is None:
        return tr("Committee members look at the hardware."), committee, ""
    sealed, revealed, booked = len(order.hashed), len(order.confirmed), len(order.booked)
    body = tr(
        "{booked} members look at the hardware: {sealed} gave a sealed answer, {revealed} opened it.",
        booked=booked,
        sealed=max(sealed, revealed),
        revealed=revealed,
    )
    left = order.hash_until - head.height
    if left > 0 and sealed < booked and not revealed:
        return body, committee, tr("sealed answers within {time}", time=blocks_as_time(left))
    return body, committee, tr("result within {time}", time=blocks_as_time(max(0, order.reveal_until - head.height)))


def _subtitle(machine: Machine) -> str:
    if machine.hardware is None or not machine.gpu_num:
        return tr("GPUs not yet confirmed")
    return f"{machine.gpu_num} × {gpu_name(machine.hardware.gpu_type)}"


def _facts(machine: Machine) -> tuple[tuple[str, str], ...]:
    facts = [(tr("Stake held"), amount(machine.stake_held))]
    if machine.stake_needed is not None:
        facts.append((tr("Stake required"), amount(machine.stake_needed)))
    if machine.stake_cap is not None and is_earning(machine):
        facts.append((tr("Grows from income to"), amount(machine.stake_cap)))
    if machine.total_earned or is_earning(machine):
        facts += [
            (tr("Reward of the last era"), amount(machine.reward_today)),
            (tr("Earned so far"), amount(machine.total_earned)),
        ]
    if machine.total_rented_times:
        paid = machine.total_rent_fee + machine.total_burn_fee
        facts.append((tr("Rented"), ntr("once", "{n} times", machine.total_rented_times)))
        facts.append((tr("Rent paid by renters"), amount(paid)))
        if machine.total_burn_fee != ZERO:
            facts.append((tr("of it burned"), amount(machine.total_burn_fee)))
    facts.append((tr("Controller"), short_address(machine.controller)))
    return tuple(facts)


def _act(machine: Machine) -> tuple[str, str]:
    if machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO:
        return "describe", tr("Describe it…")
    if machine.status in (MachineStatus.DISTRIBUTING_ORDER, MachineStatus.COMMITTEE_VERIFYING):
        return "wait", tr("Follow the check…")
    if machine.status is MachineStatus.WAITING_FULFILL:
        return "fulfil", tr("Stake {missing}", missing=amount(stake_missing(machine)))
    if is_offline(machine):
        return "online", tr("Report online")
    return "", ""

"""Going offline by one's own report, coming back, and the slash that follows (chain-rules 4.12)."""

from __future__ import annotations

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import balances
from dbc_desktop.rules.arithmetic import perbill_mul, percent
from dbc_desktop.rules.online_profile import hardware_change, points, review, stake
from dbc_desktop.rules.online_profile.rows import (
    MACHINES,
    NEXT_SLASH_ID,
    PENDING_SLASH,
    RENTED_FINISHED,
    STASH_MACHINES,
    MachineRow,
    PendingSlash,
    controlled,
    count,
    stash_machines,
)
from dbc_desktop.rules.orders import has_orders, is_running
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work, insert, refuse, without

_PALLET = "OnlineProfile"
_WORKING = (MachineStatus.ONLINE, MachineStatus.RENTED)


def controller_report_offline(work: Work, who: bytes, machine_id: str) -> None:
    """The machine leaves the market and the points; the reward of this era is lost, the slash comes on return."""
    machine = controlled(work, who, machine_id)
    if machine.status not in _WORKING:
        refuse(_PALLET, "MachineStatusNotAllowed")
    leave(work, machine_id, machine)
    work.emit(_PALLET, "ControllerReportOffline", machine_id=machine_id)


def leave(work: Work, machine_id: str, machine: MachineRow) -> None:
    """Take a working machine off the market and the points, by its controller's word."""
    rented = machine.status is MachineStatus.RENTED
    points.went_offline(work, machine_id, machine.stash, machine.gpu_num, machine.calc_point, rented=rented)
    owned = stash_machines(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, owned._replace(online=without(owned.online, machine_id)))
    no_more = machine.gpu_num if rented and is_running(work.layer, machine_id) else 0
    count(work, machines=-1, gpus=-machine.gpu_num, rented=-work.profile.orders.counted(running=no_more))
    gone = machine._replace(
        status=MachineStatus.STAKER_REPORT_OFFLINE, previous=machine.status, offline_height=work.height
    )
    work.layer.put(MACHINES, machine_id, gone)


def slash_percent(profile: RulesProfile, previous: MachineStatus | None, blocks: int) -> int:
    """Percent of the stake that so many blocks offline cost."""
    rented = previous is MachineStatus.RENTED
    table = profile.offline_rented if rented else profile.offline_online
    return next(part for end, part in table if end is None or blocks < end)


def slash_on_return(profile: RulesProfile, machine: MachineRow, height: int) -> int:
    """Units that coming back at `height` reserves for the slash."""
    old = height - machine.online_height > profile.slash_free_age
    if old and machine.offline_height - machine.last_online_height >= profile.slash_free_online:
        return 0
    part = slash_percent(profile, machine.previous, height - machine.offline_height)
    return perbill_mul(percent(part), machine.stake_amount)


def controller_report_online(work: Work, who: bytes, machine_id: str) -> None:
    """The machine works again; the slash is reserved now and executed 28,800 blocks later."""
    machine = controlled(work, who, machine_id)
    if machine.status is not MachineStatus.STAKER_REPORT_OFFLINE:
        refuse(_PALLET, "MachineStatusNotAllowed")
    if not hardware_change.may_return(work, machine_id):
        refuse(_PALLET, "MachineStatusNotAllowed")
    amount = slash_on_return(work.profile, machine, work.height)
    if amount:
        _set_aside(work, machine_id, machine, amount)
    orders, running = work.profile.orders, is_running(work.layer, machine_id)
    status = orders.on_return(
        ordered=has_orders(work.layer, machine_id),
        was_rented=machine.previous is MachineStatus.RENTED,
        ended_while_away=work.layer.get(RENTED_FINISHED, machine_id) is not None,
    )
    work.layer.remove(RENTED_FINISHED, machine_id)
    back = machine._replace(status=status, previous=None, offline_height=0, last_online_height=work.height)
    work.layer.put(MACHINES, machine_id, back)
    owned = stash_machines(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, owned._replace(online=insert(owned.online, machine_id)))
    rented = orders.bonus_on_return(status, running=running)
    points.came_online(work, machine_id, machine.stash, machine.gpu_num, machine.calc_point, rented=rented)
    again = orders.counted(running=machine.gpu_num if rented else 0)
    count(work, machines=1, gpus=machine.gpu_num, rented=again)
    work.emit(_PALLET, "ControllerReportOnline", machine_id=machine_id)


def execute_slashes(work: Work) -> None:
    """At its height: a tenth to the renters that were cut off, the rest to the treasury."""
    for _, subject in work.due("slash"):
        slash_id = int(subject)
        slash = work.layer.get(PENDING_SLASH, slash_id)
        if slash is None:
            continue
        work.layer.remove(PENDING_SLASH, slash_id)
        left = slash.amount
        stake.lower(work, slash.stash, slash.amount)
        to_renters = work.profile.slashes.part(slash.amount, work.profile.slash_renters_percent)
        each = work.profile.slashes.each(to_renters, len(slash.renters))
        for renter in slash.renters:
            balances.repatriate(work, slash.stash, renter, each)
            left -= each
        balances.repatriate(work, slash.stash, work.profile.treasury, left)
        review.settle(work, slash_id, slash.stash)
        work.emit(_PALLET, "SlashExecuted", stash=slash.stash, machine_id=slash.machine_id, amount=slash.amount)


def _set_aside(work: Work, machine_id: str, machine: MachineRow, amount: int) -> None:
    if not stake.add(work, machine.stash, amount):
        refuse(_PALLET, "BalanceNotEnough")
    rented = machine.previous is MachineStatus.RENTED
    slash_id = work.layer.get(NEXT_SLASH_ID, SINGLE) or 0
    due = work.height + work.profile.slash_delay
    slash = PendingSlash(
        machine_id,
        machine.stash,
        amount,
        machine.renters if rented else (),
        work.height,
        due,
        "RentedReportOffline" if rented else "OnlineReportOffline",
    )
    work.layer.put(PENDING_SLASH, slash_id, slash)
    work.layer.put(NEXT_SLASH_ID, SINGLE, slash_id + 1)
    work.schedule(due, "slash", str(slash_id))
    work.emit(_PALLET, "AddSlash", machine_id=machine_id, slash_id=slash_id)

"""Going offline by one's own report, and coming back from any (chain-rules 4.12)."""

from __future__ import annotations

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.online_profile import departure, hardware_change, points, reported, stake
from dbc_desktop.rules.online_profile.rows import (
    MACHINES,
    RENTED_FINISHED,
    STASH_MACHINES,
    MachineRow,
    PendingSlash,
    controlled,
    count,
    stash_machines,
)
from dbc_desktop.rules.online_profile.slashes import amount_at, percent_at, plan_slash
from dbc_desktop.rules.orders import has_orders, is_running
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.work import Work, insert, refuse

_PALLET = "OnlineProfile"


def controller_report_offline(work: Work, who: bytes, machine_id: str) -> None:
    """The machine leaves the market and the points; the reward of this era is lost, the slash comes on return."""
    machine = controlled(work, who, machine_id)
    if machine.status not in departure.WORKING:
        refuse(_PALLET, "MachineStatusNotAllowed")
    departure.leave(work, machine_id, machine, MachineStatus.STAKER_REPORT_OFFLINE, work.height)
    work.emit(_PALLET, "ControllerReportOffline", machine_id=machine_id)


def slash_percent(profile: RulesProfile, previous: MachineStatus | None, blocks: int) -> int:
    """Percent of the stake that so many blocks offline cost."""
    rented = previous is MachineStatus.RENTED
    table = profile.offline_rented if rented else profile.offline_online
    return percent_at(table, blocks)


def is_exempt(profile: RulesProfile, machine: MachineRow, height: int) -> bool:
    """Whether an own report costs nothing: online for a year, and ten days on end before it went offline."""
    old = height - machine.online_height > profile.slash_free_age
    return old and machine.offline_height - machine.last_online_height >= profile.slash_free_online


def slash_on_return(profile: RulesProfile, machine: MachineRow, height: int) -> int:
    """Units that coming back at `height` reserves for the slash."""
    if is_exempt(profile, machine, height):
        return 0
    part = slash_percent(profile, machine.previous, height - machine.offline_height)
    return amount_at(machine.stake_amount, part)


def controller_report_online(work: Work, who: bytes, machine_id: str) -> None:
    """The machine works again; the slash is reserved now and executed 28,800 blocks later.

    A machine that was offline already when others reported it is offline by its controller's word again.
    """
    machine = controlled(work, who, machine_id)
    if machine.status not in reported.AWAY:
        refuse(_PALLET, "MachineStatusNotAllowed")
    if not hardware_change.may_return(work, machine_id):
        refuse(_PALLET, "MachineStatusNotAllowed")
    found = reported.report_on(work.layer, machine_id, machine)
    if found is None:
        amount = slash_on_return(work.profile, machine, work.height)
    else:
        amount = reported.slash_on_return(work.profile, work.layer, machine_id, machine, work.height)
    if amount:
        _set_aside(work, machine_id, machine, amount)
    if found is not None:
        reported.lift(work, machine_id)
        if found.status in reported.AWAY:
            still = machine._replace(status=found.status, previous=found.previous, offline_height=found.offline_height)
            work.layer.put(MACHINES, machine_id, still)
            work.emit(_PALLET, "ControllerReportOnline", machine_id=machine_id)
            return
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


def _set_aside(work: Work, machine_id: str, machine: MachineRow, amount: int) -> None:
    if not stake.add(work, machine.stash, amount):
        refuse(_PALLET, "BalanceNotEnough")
    rented = machine.previous is MachineStatus.RENTED
    reason = "RentedReportOffline" if rented else "OnlineReportOffline"
    renters = machine.renters if rented else ()
    shares, found = None, reported.report_on(work.layer, machine_id, machine)
    if found is not None:
        reason, shares = found.reason.value, reported.shares_of(work.layer, machine_id, found)
    plan_slash(work, PendingSlash(machine_id, machine.stash, amount, renters, work.height, 0, reason), shares)

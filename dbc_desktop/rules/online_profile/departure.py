"""A working machine leaves the market and the points, by its controller's word or by a report."""

from __future__ import annotations

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.rows import MACHINES, STASH_MACHINES, MachineRow, count, stash_machines
from dbc_desktop.rules.orders import is_running
from dbc_desktop.rules.work import Work, without

WORKING = (MachineStatus.ONLINE, MachineStatus.RENTED)


def leave(work: Work, machine_id: str, machine: MachineRow, status: MachineStatus, since: int) -> None:
    """Take the machine off; the reward of this era is lost, and the time offline counts from `since`."""
    rented = machine.status is MachineStatus.RENTED
    points.went_offline(work, machine_id, machine.stash, machine.gpu_num, machine.calc_point, rented=rented)
    owned = stash_machines(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, owned._replace(online=without(owned.online, machine_id)))
    no_more = machine.gpu_num if rented and is_running(work.layer, machine_id) else 0
    count(work, machines=-1, gpus=-machine.gpu_num, rented=-work.profile.orders.counted(running=no_more))
    gone = machine._replace(status=status, previous=machine.status, offline_height=since)
    work.layer.put(MACHINES, machine_id, gone)

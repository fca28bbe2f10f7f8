"""Leaving for good: by the controller after a year, or by whom root lets force machines out (chain-rules 4.13)."""

from __future__ import annotations

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import machine_check
from dbc_desktop.rules.codec import row
from dbc_desktop.rules.online_profile import departure, hardware_change, points, stake
from dbc_desktop.rules.online_profile.reported import REPORTED
from dbc_desktop.rules.online_profile.rows import (
    MACHINES,
    RENTED_FINISHED,
    STASH_MACHINES,
    MachineRow,
    controlled,
    count,
    machine_of,
    stash_machines,
)
from dbc_desktop.rules.orders import is_running
from dbc_desktop.rules.state import SINGLE, declare_value
from dbc_desktop.rules.work import Work, account, refuse, without

_PALLET = "OnlineProfile"

FORCE_EXIT_ACCOUNTS = declare_value("OnlineProfile.AuthorizedForceExitAccounts", row(tuple[bytes, ...]))
"""Who may force machines out; sorted."""


def machine_exit(work: Work, who: bytes, machine_id: str) -> None:
    """Leave for good after a year: the whole stake is free, the record goes, what is locked is still released.

    The stash keeps the id, so the same stash cannot bond it again.
    """
    profile = work.profile
    machine = controlled(work, who, machine_id)
    if machine.status is not MachineStatus.ONLINE:
        refuse(_PALLET, "MachineStatusNotAllowed")
    idle = work.height - machine.last_online_height
    if machine.reward_deadline > work.era + profile.exit_eras_left or idle < profile.exit_idle:
        refuse(_PALLET, "TimeNotAllowed")
    _leave(work, machine_id, machine)


def force_machine_exit(work: Work, who: bytes, machine_ids: tuple[str, ...]) -> None:
    """Have machines leave whatever they do; only an account that root listed may."""
    if who not in (work.layer.get(FORCE_EXIT_ACCOUNTS, SINGLE) or ()):
        refuse(_PALLET, "NotAuthorized")
    for machine_id in machine_ids:
        _leave(work, machine_id, machine_of(work.layer, machine_id))


def update_authorized_force_exit_accounts(work: Work, accounts: tuple[object, ...]) -> None:
    """Root: who may force machines out; nobody else from now on."""
    work.layer.put(FORCE_EXIT_ACCOUNTS, SINGLE, tuple(sorted({account(one) for one in accounts})))


def _leave(work: Work, machine_id: str, machine: MachineRow) -> None:
    """The stake is free, the record goes; a rent that runs loses its bonus first, its order its machine."""
    layer, rented = work.layer, machine.status is MachineStatus.RENTED
    stake.take_back(work, machine.stash, machine.stake_amount)
    if machine.status in departure.WORKING:
        points.went_offline(
            work, machine_id, machine.stash, machine.gpu_num, machine.calc_point, rented=rented, for_good=True
        )
        no_more = machine.gpu_num if rented and is_running(layer, machine_id) else 0
        count(work, machines=-1, gpus=-machine.gpu_num, rented=-work.profile.orders.counted(running=no_more))
    hardware_change.abandon(work, machine_id, machine.stash)
    owned = stash_machines(layer, machine.stash)
    layer.put(STASH_MACHINES, machine.stash, owned._replace(online=without(owned.online, machine_id)))
    machine_check.withdraw(work, machine_id)
    layer.remove(RENTED_FINISHED, machine_id)
    layer.remove(REPORTED, machine_id)
    layer.remove(MACHINES, machine_id)
    work.emit(_PALLET, "MachineExit", machine_id=machine_id)

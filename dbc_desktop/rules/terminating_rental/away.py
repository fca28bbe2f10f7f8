"""A machine goes away and comes back, or leaves for good (chain-rules 8): no slash, unless it stays away too long."""

from __future__ import annotations

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import slashing
from dbc_desktop.rules.terminating_rental import renting, stake
from dbc_desktop.rules.terminating_rental.rows import (
    MACHINES,
    PALLET,
    STASH_MACHINES,
    MachineRow,
    controlled,
    owned,
)
from dbc_desktop.rules.work import Work, insert, refuse, without

_TIMEOUT = "tr_timeout"
_WORKING = (MachineStatus.ONLINE, MachineStatus.RENTED)
_OFFLINE = (MachineStatus.STAKER_REPORT_OFFLINE, MachineStatus.REPORTER_REPORT_OFFLINE)


def machine_offline(work: Work, who: bytes, machine_id: str) -> None:
    """Take a machine away a day after it came at the earliest: renters pay the whole hours that they had."""
    machine = controlled(work, who, machine_id)
    if machine.status not in _WORKING:
        refuse(PALLET, "StatusNotAllowed")
    if work.height - machine.last_online_height < work.profile.interruptible.stay_online:
        refuse(PALLET, "OfflineNotYetAllowed")
    renting.end_all(work, machine_id)
    go(work, machine_id, MachineStatus.STAKER_REPORT_OFFLINE)


def go(work: Work, machine_id: str, status: MachineStatus) -> None:
    """The machine is off the market from now on; if it does not come back in ten days its stake is gone."""
    machine = work.layer.get(MACHINES, machine_id)
    if machine is None:
        return
    work.layer.put(MACHINES, machine_id, machine._replace(status=status, offline_height=work.height))
    held = owned(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, held._replace(online=without(held.online, machine_id)))
    work.schedule(work.height + work.profile.interruptible.return_within, _TIMEOUT, machine_id)


def machine_online(work: Work, who: bytes, machine_id: str) -> None:
    """The machine is back."""
    machine = controlled(work, who, machine_id)
    if machine.status not in _OFFLINE:
        refuse(PALLET, "StatusNotAllowed")
    rules = work.profile.interruptible
    if rules.finds_timeout:
        work.unschedule(machine.offline_height + rules.return_within, _TIMEOUT, machine_id)
    back = machine._replace(status=MachineStatus.ONLINE, last_online_height=work.height, offline_height=0)
    work.layer.put(MACHINES, machine_id, back)
    held = owned(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, held._replace(online=insert(held.online, machine_id)))


def machine_exit(work: Work, who: bytes, machine_id: str) -> None:
    """Leave for good after a year, also while it is rented: renters pay the whole hours that they had."""
    machine = controlled(work, who, machine_id)
    if machine.status not in _WORKING:
        refuse(PALLET, "StatusNotAllowed")
    if work.height - machine.online_height < work.profile.interruptible.exit_age:
        refuse(PALLET, "TimeNotAllow")
    renting.end_all(work, machine_id)
    machine = work.layer.get(MACHINES, machine_id) or machine
    stake.release(work, machine.stash, machine.stake_amount)
    held = owned(work.layer, machine.stash)
    left = held._replace(total=without(held.total, machine_id), online=without(held.online, machine_id))
    work.layer.put(STASH_MACHINES, machine.stash, left)
    work.layer.remove(MACHINES, machine_id)


def end_waits(work: Work) -> None:
    """Ten days after it went: the stake of a machine that is still away goes to the treasury."""
    for _, machine_id in work.due(_TIMEOUT):
        machine = work.layer.get(MACHINES, machine_id)
        if machine is not None and machine.stake_amount:
            _take(work, machine_id, machine)


def _take(work: Work, machine_id: str, machine: MachineRow) -> None:
    """Coins of a machine that is back stay reserved where only its record is emptied (quirk Q20)."""
    if machine.status in _OFFLINE:
        stake.lower(work, machine.stash, machine.stake_amount)
        slashing.take(work, machine.stash, machine.stake_amount)
    work.layer.put(MACHINES, machine_id, machine._replace(stake_amount=0))

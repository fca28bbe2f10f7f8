"""The committee looks at interruptible machines, as at others, but the deposit is at stake (chain-rules 8, as 6)."""

from __future__ import annotations

import dataclasses

from dbc_desktop.domain.machine import HardwareInfo, MachineStatus
from dbc_desktop.rules import committee, parameters, slashing
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_committee import (
    CONFIRMED_RESULT,
    HASHING,
    NO_CONSENSUS,
    REFUSED_RESULT,
    REVEALING,
    SUMMARIZING,
    PendingSlash,
    tally,
)
from dbc_desktop.rules.online_committee import OrderRow as VerificationRow
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.terminating_rental import stake
from dbc_desktop.rules.terminating_rental.rows import (
    CONFIRMED,
    MACHINES,
    NEXT_SLASH_ID,
    PALLET,
    PENDING_SLASH,
    STASH_MACHINES,
    VERIFICATION_READY,
    VERIFICATIONS,
    owned,
)
from dbc_desktop.rules.verification_policies import drawn_of
from dbc_desktop.rules.work import Work, insert, refuse, without

_MEMBERS = 3
_REVEAL, _SUMMARY, _SLASH = "tr_reveal", "tr_summary", "tr_slash"


def submit_confirm_hash(work: Work, who: bytes, machine_id: str, digest: bytes) -> None:
    """Commit to what was found; when the last of the booked did, revealing begins at once."""
    order = work.layer.get(VERIFICATIONS, machine_id)
    if order is not None and any(other == digest for _, other in order.hashes):
        refuse(PALLET, "DuplicateHash")
    if order is None or who not in order.booked:
        refuse(PALLET, "NotInBookList")
    if any(member == who for member, _ in order.hashes):
        refuse(PALLET, "AlreadySubmitHash")
    hashes = (*order.hashes, (who, digest))
    status = REVEALING if len(hashes) == len(order.booked) else order.status
    work.layer.put(VERIFICATIONS, machine_id, order._replace(hashes=hashes, status=status))
    work.emit(PALLET, "AddConfirmHash", who=who, hash=digest, machine_id=machine_id)


def submit_confirm_raw(work: Work, who: bytes, info: HardwareInfo) -> None:
    """Reveal; when all who committed did, the order is summed up at the end of this block."""
    order = work.layer.get(VERIFICATIONS, info.machine_id)
    if order is None or (who, hardware_hash(info)) not in order.hashes:
        refuse(PALLET, "InfoNotFeatHash")
    if any(member == who for member, _ in order.infos):
        refuse(PALLET, "NotSubmitHash")
    since, profile = work.height - order.book_time, work.profile
    if order.status != REVEALING and not profile.reveal_start <= since <= profile.reveal_end:
        refuse(PALLET, "TimeNotAllow")
    infos = (*order.infos, (who, dataclasses.replace(info, rand_str="")))
    status = order.status
    if len(infos) == len(order.hashes):
        status = SUMMARIZING
        ready = work.layer.get(VERIFICATION_READY, SINGLE) or ()
        work.layer.put(VERIFICATION_READY, SINGLE, (*ready, info.machine_id))
    work.layer.put(VERIFICATIONS, info.machine_id, order._replace(infos=infos, status=status))
    work.emit(PALLET, "AddConfirmRaw", who=who, machine_id=info.machine_id)


def end_windows(work: Work) -> None:
    """At the end of a block: begin revealing, sum up complete and overdue orders, give out machines that wait."""
    for _, subject in work.due(_REVEAL):
        machine_id, order = _current(work, subject)
        if order is not None and order.status == HASHING:
            work.layer.put(VERIFICATIONS, machine_id, order._replace(status=REVEALING))
    ready = work.layer.get(VERIFICATION_READY, SINGLE) or ()
    if ready:
        work.layer.remove(VERIFICATION_READY, SINGLE)
    overdue = [_current(work, subject) for _, subject in work.due(_SUMMARY)]
    for machine_id in sorted({*ready, *(machine_id for machine_id, order in overdue if order is not None)}):
        _sum_up(work, machine_id)
    for machine_id in work.layer.get(CONFIRMED, SINGLE) or ():
        _distribute(work, machine_id)


def _current(work: Work, subject: str) -> tuple[str, VerificationRow | None]:
    machine_id, book_time = subject.split(":")
    order = work.layer.get(VERIFICATIONS, machine_id)
    return machine_id, order if order is not None and order.book_time == int(book_time) else None


def _distribute(work: Work, machine_id: str) -> None:
    machine = work.layer.get(MACHINES, machine_id)
    normal = committee.lists(work.layer).normal
    chosen = drawn_of(normal, _MEMBERS, work.random(PALLET.encode() + machine_id.encode()))
    if machine is None or not chosen:
        return
    for member in chosen:
        committee.change_used(work, member, parameters.order_stake(work))
        work.emit(PALLET, "MachineDistributed", machine_id=machine_id, member=member)
    work.layer.put(VERIFICATIONS, machine_id, VerificationRow(work.height, chosen))
    work.layer.put(CONFIRMED, SINGLE, without(work.layer.get(CONFIRMED, SINGLE) or (), machine_id))
    work.layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.COMMITTEE_VERIFYING))
    for offset, kind in ((work.profile.reveal_start, _REVEAL), (work.profile.reveal_end, _SUMMARY)):
        work.schedule(work.height + offset, kind, f"{machine_id}:{work.height}")


def _sum_up(work: Work, machine_id: str) -> None:
    order, machine = work.layer.get(VERIFICATIONS, machine_id), work.layer.get(MACHINES, machine_id)
    if order is None:
        return
    work.layer.remove(VERIFICATIONS, machine_id)
    for offset, kind in ((work.profile.reveal_start, _REVEAL), (work.profile.reveal_end, _SUMMARY)):
        work.unschedule(order.book_time + offset, kind, f"{machine_id}:{order.book_time}")
    revealed = tuple(member for member, _ in order.infos)
    unruly = tuple(member for member in order.booked if member not in revealed)
    result, hardware, valid = tally(order.infos)
    invalid = tuple(sorted(member for member in revealed if member not in valid))
    stash, amount = None, 0
    if machine is not None and result == CONFIRMED_RESULT and hardware is not None:
        _come_online(work, machine_id, hardware)
    elif machine is not None and result == REFUSED_RESULT:
        stash, amount = machine.stash, machine.stake_amount
        held = owned(work.layer, stash)
        work.layer.put(STASH_MACHINES, stash, held._replace(total=without(held.total, machine_id)))
        work.layer.remove(MACHINES, machine_id)
    elif machine is not None:
        work.layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.DISTRIBUTING_ORDER))
        work.layer.put(CONFIRMED, SINGLE, insert(work.layer.get(CONFIRMED, SINGLE) or (), machine_id))
    if result == NO_CONSENSUS:
        _free(work, invalid)
    if amount or unruly or (invalid and result != NO_CONSENSUS):
        due = work.height + work.profile.slash_delay
        slash_id = work.layer.get(NEXT_SLASH_ID, SINGLE) or 0
        work.layer.put(NEXT_SLASH_ID, SINGLE, slash_id + 1)
        slash = PendingSlash(machine_id, stash, amount, invalid, unruly, valid, due, result)
        work.layer.put(PENDING_SLASH, slash_id, slash)
        work.schedule(due, _SLASH, str(slash_id))
    else:
        _free(work, valid)


def _come_online(work: Work, machine_id: str, hardware: HardwareInfo) -> None:
    """Confirmed: the deposit is free again, and the machine stands in the market without any stake."""
    machine = work.layer.get(MACHINES, machine_id)
    if machine is None:
        return
    stake.release(work, machine.stash, machine.stake_amount)
    online = machine._replace(
        stake_amount=0,
        status=MachineStatus.ONLINE,
        hardware=hardware,
        online_height=work.height,
        last_online_height=work.height,
    )
    work.layer.put(MACHINES, machine_id, online)
    held = owned(work.layer, machine.stash)
    work.layer.put(STASH_MACHINES, machine.stash, held._replace(online=insert(held.online, machine_id)))


def execute_slashes(work: Work) -> None:
    """At its height: who was absent or outvoted loses an order's stake; a refused deposit is shared by the refusing."""
    order_stake = parameters.order_stake(work)
    for _, subject in work.due(_SLASH):
        slash = work.layer.get(PENDING_SLASH, int(subject))
        if slash is None:
            continue
        for member in slash.unruly if slash.result == NO_CONSENSUS else (*slash.unruly, *slash.invalid):
            committee.slash(work, member, order_stake)
        _free(work, slash.valid)
        if slash.stash is not None and slash.stash_amount:
            stake.lower(work, slash.stash, slash.stash_amount)
            slashing.take(work, slash.stash, slash.stash_amount, slash.valid)
        work.layer.put(PENDING_SLASH, int(subject), slash._replace(executed=True))


def _free(work: Work, members: tuple[bytes, ...]) -> None:
    for member in members:
        committee.change_used(work, member, -parameters.order_stake(work))

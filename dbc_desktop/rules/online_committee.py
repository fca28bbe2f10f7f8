"""OnlineCommittee 110: three members look at a new machine, commit, reveal and are summed up (chain-rules 6.2-6.6)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.rules import committee, machine_check, parameters
from dbc_desktop.rules.codec import NUMBER, TEXT, row
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_profile import online
from dbc_desktop.rules.online_profile.rows import CONFIRMED
from dbc_desktop.rules.state import SINGLE, declare, declare_value
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineCommittee"
SLOT_BLOCKS = 2_400
"""A verification slot, 4 h."""
HASHING, REVEALING, SUMMARIZING = "SubmittingHash", "SubmittingRaw", "Summarizing"
CONFIRMED_RESULT, REFUSED_RESULT, NO_CONSENSUS = "OnlineSucceed", "OnlineRefused", "NoConsensus"


class OrderRow(NamedTuple):
    """The order of one machine; `hashes` and `infos` as they came in."""

    book_time: int
    booked: tuple[bytes, ...]
    status: str = HASHING
    hashes: tuple[tuple[bytes, bytes], ...] = ()
    infos: tuple[tuple[bytes, HardwareInfo], ...] = ()


class PendingSlash(NamedTuple):
    """A slash that waits for its height, members by what they did."""

    machine_id: str
    stash: bytes | None
    stash_amount: int
    invalid: tuple[bytes, ...]
    unruly: tuple[bytes, ...]
    valid: tuple[bytes, ...]
    exec_time: int
    result: str
    executed: bool = False


ORDERS = declare("OnlineCommittee.MachineCommittee", TEXT, row(OrderRow))
SUMMARIZE = declare_value("OnlineCommittee.Summarizing", row(tuple[str, ...]))
"""Machines of which enough is known at the end of this block."""
PENDING = declare("OnlineCommittee.PendingSlash", NUMBER, row(PendingSlash))
CANCELED = declare("OnlineCommittee.CanceledSlashes", NUMBER, NUMBER)
"""Slashes that an appeal undid, and the height at which; they stay in `PENDING` and are never executed."""
NEXT_SLASH_ID = declare_value("OnlineCommittee.NextSlashId", NUMBER)


def submit_confirm_hash(work: Work, who: bytes, machine_id: str, digest: bytes) -> None:
    """Commit to what was found; when the last of the booked did, revealing begins at once."""
    order = work.layer.get(ORDERS, machine_id)
    if order is not None and any(other == digest for _, other in order.hashes):
        refuse(_PALLET, "DuplicateHash")
    if order is None or who not in order.booked:
        refuse(_PALLET, "NotInBookList")
    if any(member == who for member, _ in order.hashes):
        refuse(_PALLET, "AlreadySubmitHash")
    hashes = (*order.hashes, (who, digest))
    status = REVEALING if len(hashes) == len(order.booked) else order.status
    work.layer.put(ORDERS, machine_id, order._replace(hashes=hashes, status=status))
    work.emit(_PALLET, "AddConfirmHash", who=who, machine_id=machine_id, hash=digest)


def submit_confirm_raw(work: Work, who: bytes, info: HardwareInfo) -> None:
    """Reveal; when all who committed did, the order is summed up at the end of this block."""
    order = work.layer.get(ORDERS, info.machine_id)
    if order is None:
        refuse(_PALLET, "InfoNotFeatHash")
    if (who, hardware_hash(info)) not in order.hashes:
        refuse(_PALLET, "InfoNotFeatHash")
    if any(member == who for member, _ in order.infos):
        refuse(_PALLET, "NotSubmitHash")
    profile = work.profile
    since = work.height - order.book_time
    if order.status != REVEALING and not profile.reveal_start <= since <= profile.reveal_end:
        refuse(_PALLET, "TimeNotAllow")
    infos = (*order.infos, (who, dataclasses.replace(info, rand_str="")))
    status = order.status
    if len(infos) == len(order.hashes):
        status = SUMMARIZING
        waiting = work.layer.get(SUMMARIZE, SINGLE) or ()
        work.layer.put(SUMMARIZE, SINGLE, (*waiting, info.machine_id))
    work.layer.put(ORDERS, info.machine_id, order._replace(infos=infos, status=status))
    work.emit(_PALLET, "AddConfirmRaw", who=who, machine_id=info.machine_id)


def start_revealing(work: Work) -> None:
    """36 h after the order, whoever has not committed yet."""
    for _, subject in work.due("committee_reveal"):
        machine_id, book_time = subject.split(":")
        order = work.layer.get(ORDERS, machine_id)
        if order is not None and order.book_time == int(book_time) and order.status == HASHING:
            work.layer.put(ORDERS, machine_id, order._replace(status=REVEALING))


def summarize(work: Work) -> None:
    """Sum up the orders that are complete, and those whose 48 h are over."""
    complete, due = work.layer.get(SUMMARIZE, SINGLE) or (), work.due("committee_summary")
    if not complete and not due:
        return
    if complete:
        work.layer.remove(SUMMARIZE, SINGLE)
    overdue = []
    for _, subject in due:
        machine_id, book_time = subject.split(":")
        order = work.layer.get(ORDERS, machine_id)
        if order is not None and order.book_time == int(book_time):
            overdue.append(machine_id)
    for machine_id in sorted({*complete, *overdue}):
        _sum_up(work, machine_id)


def distribute(work: Work) -> None:
    """Have a committee look at each machine that waits for one."""
    profile = work.profile
    for machine_id in work.layer.get(CONFIRMED, SINGLE) or ():
        normal, waiting = committee.lists(work.layer).normal, machine_check.announce(work, machine_id)
        seed = work.random(machine_id.encode())
        chosen = profile.verification.choose(normal, seed, waiting.members, work.height - waiting.since)
        if not chosen:
            continue
        for member in chosen:
            if member not in waiting.members:
                machine_check.use_stake(work, member)
        machine_check.close(work, machine_id)
        work.layer.put(ORDERS, machine_id, OrderRow(work.height, chosen))
        subject = f"{machine_id}:{work.height}"
        work.schedule(work.height + profile.reveal_start, "committee_reveal", subject)
        work.schedule(work.height + profile.reveal_end, "committee_summary", subject)
        online.booked(work, machine_id)
        work.emit(_PALLET, "MachineDistributed", machine_id=machine_id, committee=chosen)


def verify_times(order: OrderRow, member: bytes) -> tuple[int, ...]:
    """Heights of the three four-hour slots in which a member should look; nobody enforces them (chain-rules 6.2)."""
    first = order.booked.index(member)
    return tuple(order.book_time + SLOT_BLOCKS * slot for slot in (first, first + 3, first + 6))


def execute_slashes(work: Work) -> None:
    """At its height: who was absent or outvoted loses an order's stake, who was right gets its stake back."""
    order_stake = parameters.order_stake(work)
    for _, subject in work.due("committee_slash"):
        slash = work.layer.get(PENDING, int(subject))
        if slash is None or work.layer.get(CANCELED, int(subject)) is not None:
            continue
        lost = slash.unruly if slash.result == NO_CONSENSUS else (*slash.unruly, *slash.invalid)
        for member in lost:
            committee.slash(work, member, order_stake)
        again = work.profile.verification.freed_again(slash.invalid) if slash.result == NO_CONSENSUS else ()
        for member in (*slash.valid, *again):
            committee.change_used(work, member, -order_stake)
        if slash.stash is not None and slash.stash_amount:
            online.share_slash(work, slash.stash, slash.stash_amount, slash.valid)
        work.layer.put(PENDING, int(subject), slash._replace(executed=True))


def tally(infos: tuple[tuple[bytes, HardwareInfo], ...]) -> tuple[str, HardwareInfo | None, tuple[bytes, ...]]:
    """The result, the hardware agreed on, and who agreed: two of three, or all that revealed."""
    votes: dict[HardwareInfo, list[bytes]] = {}
    for member, info in infos:
        votes.setdefault(info if info.is_support else _REFUSAL, []).append(member)
    if not votes:
        return NO_CONSENSUS, None, ()
    info, agreeing = max(votes.items(), key=lambda item: len(item[1]))
    if len(votes) > 1 and len(agreeing) < 2:
        return NO_CONSENSUS, None, ()
    if not info.is_support:
        return REFUSED_RESULT, None, tuple(sorted(agreeing))
    return CONFIRMED_RESULT, info, tuple(sorted(agreeing))


_REFUSAL = HardwareInfo(MachineId(""), "", 0, 0, 0, 0, 0, 0, "", 0, 0, 0, "", False)


def _sum_up(work: Work, machine_id: str) -> None:
    order = work.layer.get(ORDERS, machine_id)
    if order is None:
        return
    work.layer.remove(ORDERS, machine_id)
    for offset, kind in (
        (work.profile.reveal_start, "committee_reveal"),
        (work.profile.reveal_end, "committee_summary"),
    ):
        if order.book_time + offset > work.height:
            work.unschedule(order.book_time + offset, kind, f"{machine_id}:{order.book_time}")
    revealed = tuple(member for member, _ in order.infos)
    unruly = tuple(member for member in order.booked if member not in revealed)
    result, hardware, valid = tally(order.infos)
    invalid = tuple(sorted(member for member in revealed if member not in valid))
    slashed = None
    if result == CONFIRMED_RESULT and hardware is not None:
        online.confirm_machine(work, machine_id, hardware, valid)
    elif result == REFUSED_RESULT:
        slashed = online.refuse_machine(work, machine_id, valid)
    else:
        online.back_to_distribution(work, machine_id)
        _free(work, invalid)
    if slashed or unruly or (invalid and result != NO_CONSENSUS):
        stash, amount = slashed or (None, 0)
        due = work.height + work.profile.slash_delay
        slash_id = work.layer.get(NEXT_SLASH_ID, SINGLE) or 0
        work.layer.put(NEXT_SLASH_ID, SINGLE, slash_id + 1)
        work.layer.put(PENDING, slash_id, PendingSlash(machine_id, stash, amount, invalid, unruly, valid, due, result))
        work.schedule(due, "committee_slash", str(slash_id))
    else:
        _free(work, valid)


def _free(work: Work, members: tuple[bytes, ...]) -> None:
    order_stake = parameters.order_stake(work)
    for member in members:
        committee.change_used(work, member, -order_stake)


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, "submit_confirm_hash"): submit_confirm_hash,
    (_PALLET, "submit_confirm_raw"): submit_confirm_raw,
}

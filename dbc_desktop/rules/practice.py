"""Practice from a real account: a stash as a node had it at one block, put into a chain of one's own and gone on from.

The copy waits in the chain's genesis and enters at `BEGINS_AT`, when the residents' network stands; so a replay needs
nothing else. Its heights and eras are moved so that the block it was read at is that block. From then on everything is
the rules' own: what was online earns from the next era on, leases end when they would, locked rewards are released.
"""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import balances
from dbc_desktop.rules.codec import row
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import (
    CONTROLLER_STASH,
    EXTRA_PRICE,
    MACHINES,
    SERVER_ROOMS,
    STASH_CONTROLLER,
    STASH_MACHINES,
    STASH_REWARDS,
    STASH_STAKE,
    SYS_INFO,
    MachineRow,
    StashMachines,
    StashRewards,
    count,
    sys_info,
)
from dbc_desktop.rules.orders import MACHINE_ORDERS, NEXT_RENT_ID, ORDERS, USER_ORDERS, MachineOrders, OrderRow
from dbc_desktop.rules.reward_queue import Owner, pack, unpack
from dbc_desktop.rules.state import SINGLE, declare_value
from dbc_desktop.rules.work import Work, era_of

BEGINS_AT = 28_900
"""The height at which a copy enters: a new chain with residents stands there, paid for one era."""

_KIND = "practice_begin"
_WORKS = (MachineStatus.ONLINE, MachineStatus.RENTED)
_KEPT = (*_WORKS, MachineStatus.STAKER_REPORT_OFFLINE, MachineStatus.REPORTER_REPORT_OFFLINE)


class MachineCopy(NamedTuple):
    """A machine with its reward queue, packed, and whose that is."""

    machine_id: str
    record: MachineRow
    queue: bytes
    owner: Owner
    extra_price: int


class OrderCopy(NamedTuple):
    """A confirmed rent order on one of the machines."""

    rent_id: int
    record: OrderRow


class StashCopy(NamedTuple):
    """A stash as it was at `height`, its eras counted by heights.

    Attributes:
        accounts: Free and reserved coins of the stash and its controller.
    """

    height: int
    stash: bytes
    controller: bytes
    accounts: tuple[tuple[bytes, int, int], ...]
    stake: int
    can_claim: int
    earned: int
    claimed: int
    rooms: tuple[bytes, ...]
    machines: tuple[MachineCopy, ...]
    orders: tuple[OrderCopy, ...]


COPY = row(StashCopy)
"""The one form in which a copy is kept."""

WAITING = declare_value("Practice.Waiting", COPY)


def await_copy(work: Work, data: bytes) -> None:
    """At genesis: have the copy enter at `BEGINS_AT`.

    Raises:
        ValueError: It is not of the canonical form.
    """
    try:
        copy = COPY.decode(data)
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError("no copy of a stash") from error
    work.layer.put(WAITING, SINGLE, copy)
    work.schedule(BEGINS_AT, _KIND, "")


def begin(work: Work) -> None:
    """Put the copy that waits into the chain."""
    for _ in work.due(_KIND):
        copy = work.layer.get(WAITING, SINGLE)
        if copy is not None:
            work.layer.remove(WAITING, SINGLE)
            _enter(work, copy)


def _enter(work: Work, copy: StashCopy) -> None:
    layer, stash = work.layer, copy.stash
    for who, free, reserved in copy.accounts:
        balances.mint(work, who, free + reserved)
        balances.reserve(work, who, reserved)
    layer.put(STASH_CONTROLLER, stash, copy.controller)
    layer.put(CONTROLLER_STASH, copy.controller, stash)
    layer.put(STASH_STAKE, stash, copy.stake)
    sums = sys_info(layer)
    layer.put(SYS_INFO, SINGLE, sums._replace(total_stake=sums.total_stake + copy.stake))
    layer.put(SERVER_ROOMS, stash, copy.rooms)
    layer.put(STASH_REWARDS, stash, StashRewards(can_claim=copy.can_claim, earned=copy.earned, claimed=copy.claimed))
    kept = [one for one in copy.machines if one.record.status in _KEPT and one.record.hardware is not None]
    working = [one.machine_id for one in kept if one.record.status in _WORKS]
    total = tuple(sorted(one.machine_id for one in kept))
    layer.put(STASH_MACHINES, stash, StashMachines(total, tuple(sorted(working))))
    held: dict[str, list[OrderCopy]] = {}
    for order in copy.orders:
        if order.record.rent_end > copy.height and order.record.machine_id in working:
            held.setdefault(order.record.machine_id, []).append(order)
    for one in kept:
        _enter_machine(work, copy, one, sorted(held.get(one.machine_id, []), key=lambda order: order.rent_id))


def _enter_machine(work: Work, copy: StashCopy, one: MachineCopy, orders: list[OrderCopy]) -> None:
    layer, record = work.layer, one.record
    moved, eras = work.height - copy.height, work.era - era_of(copy.height)

    def at(height: int) -> int:
        """A height on this chain; what was before it began is at its first block."""
        return max(1, height + moved) if height else 0

    status = record.status
    if status in _WORKS:
        status = MachineStatus.RENTED if orders else MachineStatus.ONLINE
    record = record._replace(
        controller=copy.controller,
        stash=copy.stash,
        status=status,
        bonding_height=at(record.bonding_height),
        online_height=at(record.online_height),
        last_online_height=at(record.last_online_height),
        last_machine_restake=at(record.last_machine_restake),
        offline_height=at(record.offline_height),
        renters=tuple(sorted({order.record.renter for order in orders})),
        reward_deadline=max(0, record.reward_deadline + eras),
    )
    layer.put(MACHINES, one.machine_id, record)
    queue = unpack(one.queue)
    layer.put(payout.QUEUES, one.machine_id, pack(queue._replace(last_era=max(0, queue.last_era + eras))))
    deadline = max(0, one.owner.deadline + eras)
    layer.put(payout.OWNERS, one.machine_id, Owner(copy.stash, one.owner.committee, deadline))
    if one.extra_price:
        layer.put(EXTRA_PRICE, one.machine_id, one.extra_price)
    used: list[int] = []
    ids: list[int] = []
    for order in orders:
        ids.append(_enter_order(work, order.record, moved))
        used += order.record.gpu_index
    if ids:
        layer.put(MACHINE_ORDERS, one.machine_id, MachineOrders(tuple(ids), tuple(sorted(used))))
    if status in _WORKS:
        points.came_online(
            work, one.machine_id, copy.stash, record.gpu_num, record.calc_point, rented=status is MachineStatus.RENTED
        )
        count(work, machines=1, gpus=record.gpu_num, rented=len(used))


def _enter_order(work: Work, record: OrderRow, moved: int) -> int:
    """A lease that runs on under a number of this chain."""
    layer = work.layer
    rent_id = layer.get(NEXT_RENT_ID, SINGLE) or 0
    layer.put(NEXT_RENT_ID, SINGLE, rent_id + 1)
    end = record.rent_end + moved
    started, confirmed = max(1, record.rent_start + moved), max(1, record.confirm_rent + moved)
    layer.put(ORDERS, rent_id, record._replace(rent_start=started, confirm_rent=confirmed, rent_end=end))
    layer.put(USER_ORDERS, record.renter, tuple(sorted((*(layer.get(USER_ORDERS, record.renter) or ()), rent_id))))
    work.schedule(max(end, work.height + 1), "rent_end", str(rent_id))
    return rent_id

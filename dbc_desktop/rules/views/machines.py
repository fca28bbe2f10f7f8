"""Machines, one by one and as the market's columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import Coordinate, Machine, MachineId, MachineStatus, OpenOrder, Verification
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.rules import machine_check, online_committee, reward_queue
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout, stake
from dbc_desktop.rules.online_profile.rows import EXTRA_PRICE, MACHINES, MachineRow, stash_machines
from dbc_desktop.rules.orders import machine_orders
from dbc_desktop.rules.price import standard_price
from dbc_desktop.rules.rent_machine import day_price
from dbc_desktop.rules.views.eras import newest_paid_era

_SHOWN = (MachineStatus.ONLINE, MachineStatus.RENTED)


def machine(engine: Engine, machine_id: MachineId) -> Machine | None:
    """One machine, None where no record of it exists."""
    found = engine.state.get(MACHINES, machine_id)
    return None if found is None else _machine(engine, machine_id, found)


def machines_of(engine: Engine, stash: Address) -> tuple[Machine, ...]:
    """All machines of a stash that the chain has a record of, by id."""
    found = (machine(engine, MachineId(one)) for one in stash_machines(engine.state, stash.raw).total)
    return tuple(one for one in found if one is not None and one.stash == stash)


def market(engine: Engine) -> MachineTable:
    """Every machine that is online or rented."""
    state = engine.state
    standard = standard_price(engine.profile, state)
    ids: list[MachineId] = []
    models: list[str] = []
    numbers: list[tuple[int, ...]] = []
    for machine_id, found in sorted(state.items(MACHINES)):
        hardware, customize = found.hardware, found.customize
        if found.status not in _SHOWN or hardware is None or customize is None or not hardware.gpu_num:
            continue
        ids.append(MachineId(machine_id))
        models.append(hardware.gpu_type)
        numbers.append(
            (
                hardware.gpu_num,
                hardware.gpu_num - len(machine_orders(state, machine_id).used_gpu),
                hardware.gpu_mem,
                hardware.mem_num,
                hardware.data_disk,
                customize.download_net,
                day_price(standard, hardware.calc_point, 1, hardware.gpu_num, state.get(EXTRA_PRICE, machine_id) or 0),
                hardware.calc_point,
                found.total_rented_times,
                _signed(customize.longitude),
                _signed(customize.latitude),
            )
        )
    columns: NDArray[np.int64] = np.array(numbers, dtype=np.int64).reshape(len(ids), 11).T
    whole = [np.ascontiguousarray(column) for column in columns[:9]]
    degrees = [column.astype(np.float64) / 10_000 for column in columns[9:]]
    return MachineTable(tuple(ids), tuple(models), *whole, *degrees)


def _signed(at: Coordinate) -> int:
    return at.value if at.direction in ("East", "North") else -at.value


def _machine(engine: Engine, machine_id: MachineId, row: MachineRow) -> Machine:
    profile, state = engine.profile, engine.state
    data, owner = state.get(payout.QUEUES, machine_id), state.get(payout.OWNERS, machine_id)
    queue = reward_queue.unpack(data) if data is not None else reward_queue.Queue()
    today = 0
    if owner is not None and queue.waiting and queue.last_era >= newest_paid_era(engine):
        newest = int.from_bytes(queue.waiting[-16:])
        share = profile.committee_share.share
        today = share(newest, len(owner.committee), queue.last_era, owner.deadline).owner
    standard = standard_price(profile, state)
    extra = state.get(EXTRA_PRICE, machine_id) or 0
    hardware, cap = row.hardware, stake.stake_cap(profile, state)
    gpus = row.gpu_num
    return Machine(
        machine_id=machine_id,
        stash=Address(row.stash),
        controller=Address(row.controller),
        status=row.status,
        bonding_height=row.bonding_height,
        online_height=row.online_height,
        last_online_height=row.last_online_height,
        stake_held=Balance(row.stake_amount),
        stake_needed=Balance(stake.needed(row)) if hardware else None,
        stake_cap=Balance(cap * gpus) if hardware and cap is not None else None,
        gpu_num=gpus,
        rented_gpu_num=len(machine_orders(state, machine_id).used_gpu),
        hardware=hardware,
        customize=row.customize,
        verification=_verification(engine, machine_id),
        open_order=_open_order(engine, machine_id),
        awaits_report=profile.verification.checks_reports and machine_check.reportable(state, machine_id, row.status),
        day_price_usd=day_price(standard, hardware.calc_point, gpus, gpus, extra) if hardware and gpus else None,
        reward_today=Balance(today) if today else ZERO,
        total_earned=Balance(queue.earned),
        total_rented_times=row.total_rented_times,
        total_rented_duration=row.total_rented_duration,
        total_rent_fee=Balance(row.total_rent_fee),
        total_burn_fee=Balance(row.total_burn_fee),
    )


def _verification(engine: Engine, machine_id: str) -> Verification | None:
    order = engine.state.get(online_committee.ORDERS, machine_id)
    if order is None:
        return None
    return Verification(
        book_time=order.book_time,
        hash_until=order.book_time + engine.profile.reveal_start,
        reveal_until=order.book_time + engine.profile.reveal_end,
        booked=tuple(Address(member) for member in order.booked),
        hashed=tuple(sorted(Address(member) for member, _ in order.hashes)),
        confirmed=tuple(sorted(Address(member) for member, _ in order.infos)),
    )


def _open_order(engine: Engine, machine_id: str) -> OpenOrder | None:
    order = machine_check.open_order(engine.state, machine_id)
    if order is None:
        return None
    drawn_at = order.since + engine.profile.verification.grab_window
    return OpenOrder(order.since, drawn_at, tuple(Address(member) for member in order.members))

"""Rent that is paid when it ends, for as long as it was had (chain-rules 8)."""

from __future__ import annotations

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import balances, generic_func
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, value_to_dbc
from dbc_desktop.rules.orders import MachineOrders
from dbc_desktop.rules.price import price
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.rent_machine import day_price, free_indexes
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.terminating_rental import stake
from dbc_desktop.rules.terminating_rental.parameters import split, standard_price
from dbc_desktop.rules.terminating_rental.rows import (
    EXTRA_PRICE,
    MACHINE_ORDERS,
    MACHINES,
    NEXT_RENT_ID,
    ORDERS,
    PALLET,
    RENT_RECEIVER,
    USER_RENTED,
    MachineRow,
    RentRow,
    machine_of,
    machine_orders,
)
from dbc_desktop.rules.work import Work, refuse

HOUR = 600
"""Blocks; a machine that goes away charges whole hours only."""

_RENT_END = "tr_rent_end"
_RENTABLE = (MachineStatus.ONLINE, MachineStatus.RENTED)
_U64 = 2**64


def fee_of(profile: RulesProfile, layer: Readable, machine_id: str, machine: MachineRow, gpus: int, blocks: int) -> int:
    """Units for so many GPUs and blocks at the present price.

    Raises:
        ChainRejected: `GetMachinePriceFailed`, `Overflow`.
    """
    now = price(layer)
    if now is None or machine.hardware is None:
        refuse(PALLET, "GetMachinePriceFailed")
    extra = layer.get(EXTRA_PRICE, machine_id) or 0
    a_day = day_price(standard_price(profile, layer), machine.calc_point, gpus, machine.gpu_num, extra)
    fee_usd = a_day * blocks // BLOCKS_PER_ERA
    if fee_usd >= _U64:
        refuse(PALLET, "Overflow")
    return value_to_dbc(fee_usd, now)


def rent_machine(work: Work, who: bytes, machine_id: str, rent_gpu_num: int, duration: int) -> None:
    """Order GPUs: the fixed fee is gone, the rent is reserved until the order ends."""
    layer, profile, now = work.layer, work.profile, work.height
    machine = machine_of(layer, machine_id)
    if profile.orders.passes_over_nothing and (not machine.gpu_num or not duration):
        return
    held = machine_orders(layer, machine_id)
    if rent_gpu_num < profile.orders.least_gpus or rent_gpu_num + len(held.used_gpu) > machine.gpu_num:
        refuse(PALLET, "GPUNotEnough")
    if duration <= 0 or duration % profile.rent_unit:
        refuse(PALLET, "OnlyAllowIntegerMultipleOfHour")
    if machine.status not in _RENTABLE:
        refuse(PALLET, "MachineNotRentable")
    blocks = min(duration, profile.max_rental)
    if not generic_func.pay_fixed_fee(work, who):
        refuse(PALLET, "PayTxFeeFailed")
    fee = fee_of(profile, layer, machine_id, machine, rent_gpu_num, blocks)
    if not balances.reserve(work, who, fee):
        refuse(PALLET, "InsufficientValue")
    rent_id = layer.get(NEXT_RENT_ID, SINGLE) or 0
    layer.put(NEXT_RENT_ID, SINGLE, rent_id + 1)
    indexes = free_indexes(held.used_gpu, rent_gpu_num, machine.gpu_num)
    waiting = RentStatus.WAITING_VERIFYING
    layer.put(ORDERS, rent_id, RentRow(machine_id, who, now, 0, now + blocks, fee, waiting, rent_gpu_num, indexes))
    layer.put(USER_RENTED, who, (*(layer.get(USER_RENTED, who) or ()), rent_id))
    used = tuple(sorted((*held.used_gpu, *indexes)))
    layer.put(MACHINE_ORDERS, machine_id, MachineOrders((*held.rent_order, rent_id), used))
    layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.RENTED))
    work.schedule(now + blocks, _RENT_END, str(rent_id))
    work.emit(
        PALLET,
        "RentBlockNum",
        rent_id=rent_id,
        renter=who,
        machine_id=machine_id,
        fee=fee,
        duration=blocks,
        gpu_num=rent_gpu_num,
    )


def confirm_rent(work: Work, who: bytes, rent_id: int) -> None:
    """The machine works. Whoever does not say so in 150 blocks has the order all the same, and pays for it."""
    layer, now = work.layer, work.height
    order = _own_order(work, who, rent_id)
    if order.status is not RentStatus.WAITING_VERIFYING:
        refuse(PALLET, "NoOrderExist")
    if now - order.rent_start > work.profile.confirm_window:
        refuse(PALLET, "ExpiredConfirm")
    machine = machine_of(layer, order.machine_id)
    if machine.status is not MachineStatus.RENTED:
        refuse(PALLET, "StatusNotAllowed")
    layer.put(ORDERS, rent_id, order._replace(status=RentStatus.RENTING, confirm_rent=now))
    renters = tuple(sorted({*machine.renters, who}))
    rented = machine._replace(renters=renters, total_rented_times=machine.total_rented_times + 1)
    layer.put(MACHINES, order.machine_id, rented)
    work.emit(
        PALLET,
        "ConfirmReletBlockNum",
        renter=who,
        machine_id=order.machine_id,
        fee=order.reserved,
        duration=order.rent_end - order.rent_start,
    )


def relet_machine(work: Work, who: bytes, rent_id: int, duration: int) -> None:
    """Extend a confirmed order; what it costs more is reserved too."""
    layer, profile = work.layer, work.profile
    if duration < profile.min_relet:
        refuse(PALLET, "ReletTooShort")
    order = _own_order(work, who, rent_id)
    if order.status is not RentStatus.RENTING:
        refuse(PALLET, "NoOrderExist")
    end = profile.interruptible.extended_until(order.rent_end, duration, work.height, profile.max_rental)
    added = end - order.rent_end
    if added <= 0:
        return
    machine = machine_of(layer, order.machine_id)
    fee = fee_of(profile, layer, order.machine_id, machine, order.gpu_num, added)
    if not balances.reserve(work, who, fee):
        refuse(PALLET, "InsufficientValue")
    work.unschedule(order.rent_end, _RENT_END, str(rent_id))
    work.schedule(end, _RENT_END, str(rent_id))
    layer.put(ORDERS, rent_id, order._replace(rent_end=end, reserved=order.reserved + fee))
    work.emit(
        PALLET,
        "ReletBlockNum",
        rent_id=rent_id,
        renter=who,
        machine_id=order.machine_id,
        fee=fee,
        duration=added,
        gpu_num=order.gpu_num,
    )


def terminate_rent(work: Work, who: bytes, rent_id: int) -> None:
    """End an order now: the part of the time that has passed is paid, the rest of the rent is free again."""
    order = _own_order(work, who, rent_id)
    settle(work, rent_id, order, work.height - order.rent_start)
    work.unschedule(order.rent_end, _RENT_END, str(rent_id))


def end_orders(work: Work) -> None:
    """The rented time is over: the whole rent is paid, confirmed or not."""
    for _, subject in work.due(_RENT_END):
        order = work.layer.get(ORDERS, int(subject))
        if order is not None and order.rent_end == work.height:
            settle(work, int(subject), order, order.rent_end - order.rent_start)


def end_all(work: Work, machine_id: str) -> None:
    """The machine goes away: each renter pays for whole elapsed hours only."""
    for rent_id in machine_orders(work.layer, machine_id).rent_order:
        order = work.layer.get(ORDERS, rent_id)
        if order is not None:
            hours = (work.height - order.rent_start) // HOUR
            settle(work, rent_id, order, min(hours * HOUR, order.rent_end - order.rent_start))
            work.unschedule(order.rent_end, _RENT_END, str(rent_id))


def settle(work: Work, rent_id: int, order: RentRow, had: int) -> None:
    """Charge an order for `had` blocks of it, give the rest back, and take it off all lists."""
    due = perbill_mul(perbill_rational(had, order.rent_end - order.rent_start), order.reserved)
    if balances.holdings(work.layer, order.renter).reserved < order.reserved:
        work.emit(PALLET, "RentFeePayoutFailed", rent_id=rent_id, renter=order.renter, amount=due)
    else:
        balances.unreserve(work, order.renter, order.reserved)
        _pay(work, order, due)
    _close(work, rent_id, order, had)


def _pay(work: Work, order: RentRow, amount: int) -> None:
    """Burned as the profile says, a part to the pot if there is one, the rest to the owner and into the stake."""
    (burned, to_owner, to_pot), pot = split(work.profile, work.layer, amount, balances.issuance(work.layer))
    machine = work.layer.get(MACHINES, order.machine_id)
    if burned:
        balances.burn(work, order.renter, burned)
    if to_pot and pot is not None:
        balances.withdraw(work, order.renter, to_pot)
        balances.deposit(work, pot, to_pot)
        work.emit("Balances", "Transfer", **{"from": order.renter, "to": pot, "amount": to_pot})
    if machine is None:
        return
    if to_owner:
        to = work.layer.get(RENT_RECEIVER, machine.stash) or machine.stash
        balances.withdraw(work, order.renter, to_owner)
        balances.deposit(work, to, to_owner)
        work.emit("Balances", "Transfer", **{"from": order.renter, "to": to, "amount": to_owner})
        stake.top_up(work, machine.stash, to_owner)
        machine = work.layer.get(MACHINES, order.machine_id) or machine
    paid = machine._replace(
        total_burn_fee=machine.total_burn_fee + burned + to_pot, total_rent_fee=machine.total_rent_fee + to_owner
    )
    work.layer.put(MACHINES, order.machine_id, paid)


def _close(work: Work, rent_id: int, order: RentRow, had: int) -> None:
    layer = work.layer
    layer.remove(ORDERS, rent_id)
    own = tuple(other for other in layer.get(USER_RENTED, order.renter) or () if other != rent_id)
    if own:
        layer.put(USER_RENTED, order.renter, own)
    else:
        layer.remove(USER_RENTED, order.renter)
    held = machine_orders(layer, order.machine_id)
    others = tuple(other for other in held.rent_order if other != rent_id)
    if others:
        used = tuple(index for index in held.used_gpu if index not in order.gpu_index)
        layer.put(MACHINE_ORDERS, order.machine_id, MachineOrders(others, used))
    else:
        layer.remove(MACHINE_ORDERS, order.machine_id)
    machine = layer.get(MACHINES, order.machine_id)
    if machine is None:
        return
    weighted = perbill_mul(perbill_rational(order.gpu_num, machine.gpu_num), had)
    machine = machine._replace(total_rented_duration=machine.total_rented_duration + weighted)
    remaining = (layer.get(ORDERS, other) for other in others)
    if not any(one is not None and one.renter == order.renter for one in remaining):
        machine = machine._replace(renters=tuple(one for one in machine.renters if one != order.renter))
    if machine.status is MachineStatus.RENTED and not others:
        machine = machine._replace(status=MachineStatus.ONLINE)
    layer.put(MACHINES, order.machine_id, machine)


def _own_order(work: Work, who: bytes, rent_id: int) -> RentRow:
    order = work.layer.get(ORDERS, rent_id) or refuse(PALLET, "Unknown")
    if order.renter != who:
        refuse(PALLET, "NotOrderRenter")
    return order

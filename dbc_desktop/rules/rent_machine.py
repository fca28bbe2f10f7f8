"""RentMachine 111: order, confirm, extend, lapse and end (chain-rules 5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import balances, generic_func, parameters
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, value_to_dbc
from dbc_desktop.rules.online_profile import points, schedule, stake
from dbc_desktop.rules.online_profile.rows import (
    EXTRA_PRICE,
    MACHINES,
    RENT_RECEIVER,
    RENTED_FINISHED,
    MachineRow,
    count,
    machine_of,
)
from dbc_desktop.rules.orders import (
    EVM_OWNERS,
    MACHINE_ORDERS,
    NEXT_RENT_ID,
    ORDER_RECEIVER,
    ORDERS,
    USER_ORDERS,
    MachineOrders,
    OrderRow,
    is_running,
    machine_orders,
)
from dbc_desktop.rules.price import StandardPrice, price, standard_price
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.work import Work, refuse

_PALLET = "RentMachine"
_RENTABLE = (MachineStatus.ONLINE, MachineStatus.RENTED)
_U64 = 2**64


class Terms(NamedTuple):
    """What an order comes to: blocks after the cap, micro-USD, and units."""

    duration: int
    fee_usd: int
    fee: int


def day_price(standard: StandardPrice, calc_point: int, gpus: int, of_gpus: int, extra: int = 0) -> int:
    """Micro-USD a day for `gpus` of the `of_gpus` cards of a machine, each division cut; `extra` for each of them."""
    return standard.gpu_price * calc_point * 10_000 // standard.gpu_point * gpus // of_gpus // 10_000 + extra * gpus


def fees(
    profile: RulesProfile, layer: Readable, machine_id: str, machine: MachineRow, gpus: int, duration: int
) -> tuple[int, int]:
    """Micro-USD and units for so many GPUs and blocks.

    Raises:
        ChainRejected: `GetMachinePriceFailed`, `Overflow`.
    """
    now = price(layer)
    if now is None or machine.hardware is None:
        refuse(_PALLET, "GetMachinePriceFailed")
    extra = layer.get(EXTRA_PRICE, machine_id) or 0
    a_day = day_price(standard_price(profile, layer), machine.calc_point, gpus, machine.gpu_num, extra)
    fee_usd = a_day * duration // BLOCKS_PER_ERA
    if fee_usd >= _U64:
        refuse(_PALLET, "Overflow")
    return fee_usd, value_to_dbc(fee_usd, now)


def terms(profile: RulesProfile, layer: Readable, height: int, machine_id: str, gpus: int, duration: int) -> Terms:
    """What an order in the block at `height` would come to.

    Raises:
        ChainRejected: As `rent_machine` before any coin is looked at.
    """
    duration = allowed(profile, layer, height, machine_id, gpus, duration)
    fee_usd, fee = fees(profile, layer, machine_id, machine_of(layer, machine_id, _PALLET), gpus, duration)
    return Terms(duration, fee_usd, fee)


def allowed(profile: RulesProfile, layer: Readable, height: int, machine_id: str, gpus: int, duration: int) -> int:
    """Blocks that the order would last: as many as were asked for, or silently the longest that is allowed.

    Zero GPUs are refused (quirk Q23 of chain-rules 14 not copied) where the profile's `orders` say so.

    Raises:
        ChainRejected: In this order `Unknown`, `GPUNotEnough`, `OnlyHalfHourAllowed`, `MachineNotRentable`,
            `OutOfRentalSchedule`.
    """
    machine = machine_of(layer, machine_id, _PALLET)
    if machine.hardware is None:
        refuse(_PALLET, "MachineNotRentable")
    if gpus < profile.orders.least_gpus or gpus + len(machine_orders(layer, machine_id).used_gpu) > machine.gpu_num:
        refuse(_PALLET, "GPUNotEnough")
    if duration <= 0 or duration % profile.rent_unit:
        refuse(_PALLET, "OnlyHalfHourAllowed")
    if machine.status not in _RENTABLE:
        refuse(_PALLET, "MachineNotRentable")
    duration = min(duration, profile.max_rental)
    if not schedule.is_open(profile, layer, machine_id, height, duration):
        refuse(_PALLET, "OutOfRentalSchedule")
    return duration


def free_indexes(used: tuple[int, ...], gpus: int, of_gpus: int) -> tuple[int, ...]:
    """The lowest free GPU indexes."""
    return tuple(index for index in range(of_gpus) if index not in used)[:gpus]


def rent_machine(work: Work, who: bytes, machine_id: str, rent_gpu_num: int, duration: int) -> None:
    """Order GPUs: 10 DBC are gone, the rent is reserved, and 150 blocks are left to confirm."""
    layer, now, profile = work.layer, work.height, work.profile
    machine = machine_of(layer, machine_id, _PALLET)
    if profile.orders.passes_over_nothing and (not machine.gpu_num or not duration):
        return
    blocks = allowed(profile, layer, now, machine_id, rent_gpu_num, duration)
    if not generic_func.pay_fixed_fee(work, who):
        refuse(_PALLET, "PayTxFeeFailed")
    _, fee = fees(profile, layer, machine_id, machine, rent_gpu_num, blocks)
    if not balances.reserve(work, who, fee):
        refuse(_PALLET, "InsufficientValue")
    rent_id = layer.get(NEXT_RENT_ID, SINGLE) or 0
    held = machine_orders(layer, machine_id)
    indexes = free_indexes(held.used_gpu, rent_gpu_num, machine.gpu_num)
    end = now + blocks
    order = OrderRow(machine_id, who, now, 0, end, fee, RentStatus.WAITING_VERIFYING, rent_gpu_num, indexes)
    layer.put(NEXT_RENT_ID, SINGLE, rent_id + 1)
    layer.put(ORDERS, rent_id, order)
    receiver = layer.get(RENT_RECEIVER, machine.stash)
    if receiver is not None:
        layer.put(ORDER_RECEIVER, rent_id, receiver)
    layer.put(USER_ORDERS, who, (*(layer.get(USER_ORDERS, who) or ()), rent_id))
    used = tuple(sorted((*held.used_gpu, *indexes)))
    layer.put(MACHINE_ORDERS, machine_id, MachineOrders((*held.rent_order, rent_id), used))
    layer.put(MACHINES, machine_id, machine._replace(status=MachineStatus.RENTED))
    count(work, rented=work.profile.orders.counted(ordered=rent_gpu_num))
    work.schedule(now + work.profile.confirm_window, "confirm_end", str(rent_id))
    work.schedule(end, "rent_end", str(rent_id))
    work.emit(
        _PALLET,
        "Rent",
        rent_id=rent_id,
        renter=who,
        machine_id=machine_id,
        gpu_num=rent_gpu_num,
        duration=blocks,
        fee=fee,
    )


def confirm_rent(work: Work, who: bytes, rent_id: int) -> None:
    """The machine works: the reserved rent is paid, that is burned, and the rent runs."""
    layer, now = work.layer, work.height
    order = layer.get(ORDERS, rent_id) or refuse(_PALLET, "Unknown")
    if order.renter != who or order.status is not RentStatus.WAITING_VERIFYING:
        refuse(_PALLET, "NoOrderExist")
    if now - order.rent_start > work.profile.confirm_window:
        refuse(_PALLET, "ExpiredConfirm")
    machine = machine_of(layer, order.machine_id, _PALLET)
    if machine.status is not MachineStatus.RENTED:
        refuse(_PALLET, "StatusNotAllowed")
    first = not is_running(layer, order.machine_id)
    balances.unreserve(work, who, order.fee)
    pay(work, who, rent_id, order.machine_id, order.fee)
    layer.put(ORDERS, rent_id, order._replace(status=RentStatus.RENTING, confirm_rent=now))
    work.unschedule(order.rent_start + work.profile.confirm_window, "confirm_end", str(rent_id))
    machine = machine_of(layer, order.machine_id, _PALLET)
    renters = tuple(sorted({*machine.renters, who}))
    paid = machine._replace(renters=renters, total_rented_times=machine.total_rented_times + 1)
    layer.put(MACHINES, order.machine_id, paid)
    if first:
        points.rent_began(work, order.machine_id, machine.stash, machine.calc_point)
        count(work, rented=work.profile.orders.counted(running=machine.gpu_num))
    work.emit(
        _PALLET,
        "ConfirmRent",
        rent_id=rent_id,
        renter=who,
        machine_id=order.machine_id,
        gpu_num=order.gpu_num,
        duration=order.rent_end - order.rent_start,
        fee=order.fee,
    )


def relet_machine(work: Work, who: bytes, rent_id: int, relet_duration: int) -> None:
    """Extend a running rent; what is longer than 60 days from now is cut, and it is paid at once."""
    layer, profile = work.layer, work.profile
    if relet_duration < profile.min_relet:
        refuse(_PALLET, "ReletTooShort")
    order = layer.get(ORDERS, rent_id) or refuse(_PALLET, "Unknown")
    if order.renter != who:
        refuse(_PALLET, "NotMachineRenter")
    if order.status is not RentStatus.RENTING:
        refuse(_PALLET, "NoOrderExist")
    end = min(order.rent_end + relet_duration, work.height + profile.max_rental)
    added = end - order.rent_end
    if added <= 0:
        return
    machine = machine_of(layer, order.machine_id, _PALLET)
    _, fee = fees(profile, layer, order.machine_id, machine, order.gpu_num, added)
    if fee >= balances.spendable(layer, who):
        refuse(_PALLET, "InsufficientValue")
    pay(work, who, rent_id, order.machine_id, fee)
    work.unschedule(order.rent_end, "rent_end", str(rent_id))
    work.schedule(end, "rent_end", str(rent_id))
    layer.put(ORDERS, rent_id, order._replace(rent_end=end, fee=order.fee + fee))
    work.emit(
        _PALLET,
        "Relet",
        rent_id=rent_id,
        renter=who,
        machine_id=order.machine_id,
        gpu_num=order.gpu_num,
        duration=added,
        fee=fee,
    )


def pay(work: Work, renter: bytes, rent_id: int, machine_id: str, fee: int) -> None:
    """Pay rent from the renter's free coins: burned as the profile says, the rest to the stash and into its stake.

    If the stash named a receiver, the coins go there; the stake then grows from what the stash has, and where that is
    not enough the payment is not counted (quirk Q16 of chain-rules 14).
    """
    rules = parameters.rent_rules(work.profile, work.layer)
    burned, to_owner, to_pot = rules.split(fee, balances.issuance(work.layer))
    pot = rules.pot
    if to_pot and pot is None:
        refuse(_PALLET, "UndefinedRentPot")
    machine = machine_of(work.layer, machine_id, _PALLET)
    if burned:
        balances.burn(work, renter, burned)
    if to_owner:
        balances.withdraw(work, renter, to_owner)
        stash = machine.stash
        to = work.layer.get(ORDER_RECEIVER, rent_id) or work.layer.get(RENT_RECEIVER, stash) or stash
        balances.deposit(work, to, to_owner)
        work.emit("Balances", "Transfer", **{"from": renter, "to": to, "amount": to_owner})
    if to_pot and pot is not None:
        balances.withdraw(work, renter, to_pot)
        balances.deposit(work, pot, to_pot)
        work.emit("Balances", "Transfer", **{"from": renter, "to": pot, "amount": to_pot})
    if to_owner:
        if stake.top_up(work, machine.stash, to_owner) is None:
            return
        machine = machine_of(work.layer, machine_id, _PALLET)
    paid = machine._replace(
        total_burn_fee=machine.total_burn_fee + burned + to_pot, total_rent_fee=machine.total_rent_fee + to_owner
    )
    work.layer.put(MACHINES, machine_id, paid)


def bond_evm_address(work: Work, who: bytes, machine_id: str, evm_address: bytes) -> None:
    """Let an address of the EVM stand for the owner of a machine; an unknown machine is no error of this pallet."""
    machine = work.layer.get(MACHINES, machine_id) or refuse("System", "Other")
    if who not in (machine.controller, machine.stash):
        refuse(_PALLET, "NotMachineOwner")
    work.layer.put(EVM_OWNERS, evm_address, who)
    work.emit(_PALLET, "SetEvmAddress", evm_address=evm_address, owner=who)


def lapse_orders(work: Work) -> None:
    """150 blocks without a confirmation: the rent is free again, the GPUs too."""
    for _, subject in work.due("confirm_end"):
        rent_id = int(subject)
        order = work.layer.get(ORDERS, rent_id)
        if order is None or order.status is not RentStatus.WAITING_VERIFYING:
            continue
        balances.unreserve(work, order.renter, order.fee)
        # The only trace of it, as on the network: no call of the renter's did this.
        work.emit("Balances", "Unreserved", who=order.renter, amount=order.fee)
        work.unschedule(order.rent_end, "rent_end", subject)
        _close(work, rent_id, order, RentStatus.LAPSED)


def end_orders(work: Work) -> None:
    """The rented time is over."""
    for _, subject in work.due("rent_end"):
        rent_id = int(subject)
        order = work.layer.get(ORDERS, rent_id)
        if order is None or order.rent_end != work.height:
            continue
        machine = work.layer.get(MACHINES, order.machine_id)
        if machine is not None:
            part = perbill_rational(order.gpu_num, machine.gpu_num)
            weighted = perbill_mul(part, order.rent_end - order.rent_start)
            moved = machine._replace(total_rented_duration=machine.total_rented_duration + weighted)
            work.layer.put(MACHINES, order.machine_id, moved)
        _close(work, rent_id, order, RentStatus.ENDED)


def _close(work: Work, rent_id: int, order: OrderRow, ending: RentStatus) -> None:
    """Take the order off all lists; the machine is online again when no order holds any of its GPUs."""
    layer = work.layer
    layer.remove(ORDERS, rent_id)
    layer.remove(ORDER_RECEIVER, rent_id)
    own = tuple(other for other in layer.get(USER_ORDERS, order.renter) or () if other != rent_id)
    if own:
        layer.put(USER_ORDERS, order.renter, own)
    else:
        layer.remove(USER_ORDERS, order.renter)
    held = machine_orders(layer, order.machine_id)
    others = tuple(other for other in held.rent_order if other != rent_id)
    if others:
        used = tuple(index for index in held.used_gpu if index not in order.gpu_index)
        layer.put(MACHINE_ORDERS, order.machine_id, MachineOrders(others, used))
    else:
        layer.remove(MACHINE_ORDERS, order.machine_id)
    count(work, rented=-work.profile.orders.counted(ordered=order.gpu_num))
    value = [order.machine_id, order.renter.hex(), *order[2:6], ending.value, order.gpu_num, order.gpu_index]
    work.record("rent_order", order.renter.hex(), rent_id, json.dumps(value, separators=(",", ":")).encode())
    machine = layer.get(MACHINES, order.machine_id)
    if machine is None:
        return
    remaining = (layer.get(ORDERS, other) for other in others)
    if not any(o is not None and o.renter == order.renter and o.status is RentStatus.RENTING for o in remaining):
        machine = machine._replace(renters=tuple(one for one in machine.renters if one != order.renter))
    rules, held_now = work.profile.orders, len(machine_orders(layer, order.machine_id).used_gpu)
    running = is_running(layer, order.machine_id)
    if ending is RentStatus.ENDED:
        if rules.ends_while_away(machine.status):
            layer.put(RENTED_FINISHED, order.machine_id, order.renter)
        if not running:
            machine = _last_ended(work, order.machine_id, machine)
        status = rules.after_end(machine.status, held_now, running=running)
    else:
        status = rules.after_lapse(machine.status, held_now)
    layer.put(MACHINES, order.machine_id, machine._replace(status=status))


def _last_ended(work: Work, machine_id: str, machine: MachineRow) -> MachineRow:
    """No confirmed order is left: the bonus goes, and a machine that works has nothing to do from now on."""
    rented = machine.status is MachineStatus.RENTED
    points.rent_ended(work, machine_id, machine.stash, machine.gpu_num, machine.calc_point, rented=rented)
    if not rented:
        return machine
    count(work, rented=-work.profile.orders.counted(running=machine.gpu_num))
    return machine._replace(last_online_height=work.height)


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, "rent_machine"): rent_machine,
    (_PALLET, "confirm_rent"): confirm_rent,
    (_PALLET, "relet_machine"): relet_machine,
    (_PALLET, "bond_evm_address"): bond_evm_address,
}

"""What RentMachine stores: orders, and which GPUs of a machine they hold (chain-rules 5.5)."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules.codec import NUMBER, RAW, TEXT, row
from dbc_desktop.rules.state import Readable, declare, declare_value


class OrderRow(NamedTuple):
    """`RentOrderDetail`; `fee` is what was reserved, and after confirm all that was paid, relets included."""

    machine_id: str
    renter: bytes
    rent_start: int
    confirm_rent: int
    rent_end: int
    fee: int
    status: RentStatus
    gpu_num: int
    gpu_index: tuple[int, ...]


class MachineOrders(NamedTuple):
    """The orders on a machine and the GPUs they hold, both sorted."""

    rent_order: tuple[int, ...] = ()
    used_gpu: tuple[int, ...] = ()


ORDERS = declare("RentMachine.RentInfo", NUMBER, row(OrderRow))
USER_ORDERS = declare("RentMachine.UserOrder", RAW, row(tuple[int, ...]))
MACHINE_ORDERS = declare("RentMachine.MachineRentOrder", TEXT, row(MachineOrders))
ORDER_RECEIVER = declare("RentMachine.RentOrderReceiver", NUMBER, RAW)
"""Who gets the rent of an order, where the stash had named someone when it was placed."""
EVM_OWNERS = declare("RentMachine.EvmAddress2Account", RAW, RAW)
"""The owner behind an address of the EVM, by its 20 bytes."""
NEXT_RENT_ID = declare_value("RentMachine.NextRentId", NUMBER)


def machine_orders(layer: Readable, machine_id: str) -> MachineOrders:
    """The orders on a machine."""
    return layer.get(MACHINE_ORDERS, machine_id) or MachineOrders()


def has_orders(layer: Readable, machine_id: str) -> bool:
    """Whether any order holds GPUs of the machine, confirmed or not."""
    return bool(machine_orders(layer, machine_id).rent_order)


def is_running(layer: Readable, machine_id: str) -> bool:
    """Whether a confirmed order runs on the machine."""
    held = (layer.get(ORDERS, rent_id) for rent_id in machine_orders(layer, machine_id).rent_order)
    return any(order is not None and order.status is RentStatus.RENTING for order in held)

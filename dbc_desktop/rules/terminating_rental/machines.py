"""From a stash and its controller to a described machine, and what its owner sets (chain-rules 8, as 3 and 4)."""

from __future__ import annotations

from dbc_desktop.domain.machine import CustomizeInfo, MachineStatus
from dbc_desktop.rules import generic_func
from dbc_desktop.rules.bind_message import check_bind_message
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.terminating_rental import stake
from dbc_desktop.rules.terminating_rental.parameters import online_deposit
from dbc_desktop.rules.terminating_rental.rows import (
    CONFIRMED,
    CONTROLLER_STASH,
    EXTRA_PRICE,
    MACHINES,
    PALLET,
    RENT_RECEIVER,
    SERVER_ROOMS,
    STASH_CONTROLLER,
    STASH_MACHINES,
    MachineRow,
    controlled,
    machine_of,
    owned,
)
from dbc_desktop.rules.work import Work, account, insert, refuse

_DESCRIBABLE = (
    MachineStatus.ADDING_CUSTOMIZE_INFO,
    MachineStatus.DISTRIBUTING_ORDER,
    MachineStatus.COMMITTEE_VERIFYING,
    MachineStatus.STAKER_REPORT_OFFLINE,
)


def set_controller(work: Work, who: bytes, controller: object) -> None:
    """The stash names who acts for its interruptible machines; these pairs are not those of OnlineProfile."""
    named = account(controller)
    if work.layer.get(CONTROLLER_STASH, named) is not None or work.layer.get(STASH_CONTROLLER, who) is not None:
        refuse(PALLET, "AlreadyController")
    work.layer.put(STASH_CONTROLLER, who, named)
    work.layer.put(CONTROLLER_STASH, named, who)
    work.emit(PALLET, "ControllerStashBonded", controller=named, stash=who)


def gen_server_room(work: Work, who: bytes) -> None:
    """A new room id for the stash, for the fixed fee of the controller."""
    stash = work.layer.get(CONTROLLER_STASH, who) or refuse(PALLET, "NoStashBond")
    if not generic_func.pay_fixed_fee(work, who):
        refuse(PALLET, "PayTxFeeFailed")
    room = work.random(stash)
    work.layer.put(SERVER_ROOMS, stash, (*(work.layer.get(SERVER_ROOMS, stash) or ()), room))
    work.emit(PALLET, "ServerRoomGenerated", controller=who, server_room=room)


def bond_machine(work: Work, who: bytes, machine_id: str, msg: bytes, sig: bytes) -> None:
    """Bond a machine with its own signature, for a deposit of the stash and no fee."""
    layer = work.layer
    stash = layer.get(CONTROLLER_STASH, who) or refuse(PALLET, "NoStashBond")
    held = owned(layer, stash)
    if layer.get(MACHINES, machine_id) is not None or machine_id in held.total:
        refuse(PALLET, "MachineIdExist")
    check_bind_message(machine_id, stash, msg, sig, PALLET)
    deposit = online_deposit(work.profile, layer)
    if not stake.add(work, stash, deposit):
        refuse(PALLET, "BalanceNotEnough")
    layer.put(STASH_MACHINES, stash, held._replace(total=insert(held.total, machine_id)))
    layer.put(MACHINES, machine_id, MachineRow(who, stash, work.height, deposit))


def add_machine_info(work: Work, who: bytes, machine_id: str, info: CustomizeInfo) -> None:
    """Say where the machine stands and what net it has; the first time it then waits for the committee."""
    layer = work.layer
    if machine_of(layer, machine_id).status not in _DESCRIBABLE:
        refuse(PALLET, "NotAllowedChangeMachineInfo")
    machine = controlled(work, who, machine_id)
    if not info.telecom_operators:
        refuse(PALLET, "TelecomIsNull")
    if info.server_room not in (layer.get(SERVER_ROOMS, machine.stash) or ()):
        refuse(PALLET, "ServerRoomNotFound")
    machine = machine._replace(customize=info)
    if machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO:
        machine = machine._replace(status=MachineStatus.DISTRIBUTING_ORDER)
        layer.put(CONFIRMED, SINGLE, insert(layer.get(CONFIRMED, SINGLE) or (), machine_id))
    layer.put(MACHINES, machine_id, machine)
    work.emit(PALLET, "MachineInfoAdded", machine_id=machine_id)


def set_machine_extra_price(work: Work, who: bytes, machine_id: str, extra_price: int) -> None:
    """Ask for more than the standard price: micro-USD for each GPU and day."""
    machine = machine_of(work.layer, machine_id)
    if who not in (machine.stash, machine.controller):
        refuse(PALLET, "NotMachineController")
    if not 0 <= extra_price <= work.profile.max_extra_price:
        refuse(PALLET, "ExtraPriceTooHigh")
    work.layer.put(EXTRA_PRICE, machine_id, extra_price)
    work.emit(PALLET, "MachineExtraPriceSet", machine_id=machine_id, extra_price=extra_price)


def set_rent_receiver(work: Work, who: bytes, receiver: object) -> None:
    """Have the rent of one's interruptible machines paid to another account; None: to the stash again."""
    named = None if receiver is None else account(receiver)
    if named == bytes(32):
        refuse(PALLET, "InvalidRentReceiver")
    if named is None:
        work.layer.remove(RENT_RECEIVER, who)
    else:
        work.layer.put(RENT_RECEIVER, who, named)
    work.emit(PALLET, "RentReceiverChanged", stash=who, receiver=named)

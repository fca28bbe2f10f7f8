"""From a stash and its controller to a described machine that waits for the committee (chain-rules 3, 4.5-4.7)."""

from __future__ import annotations

from dbc_desktop.domain.machine import CustomizeInfo, MachineStatus
from dbc_desktop.rules import generic_func
from dbc_desktop.rules.bind_message import check_bind_message
from dbc_desktop.rules.machine_check import awaits_report
from dbc_desktop.rules.online_profile import hardware_change, payout, stake
from dbc_desktop.rules.online_profile.rows import (
    CONFIRMED,
    CONTROLLER_STASH,
    MACHINES,
    SERVER_ROOMS,
    STASH_CONTROLLER,
    STASH_MACHINES,
    MachineRow,
    controlled,
    machine_of,
    stash_machines,
)
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work, account, insert, refuse

_PALLET = "OnlineProfile"
_DESCRIBABLE = (
    MachineStatus.ADDING_CUSTOMIZE_INFO,
    MachineStatus.DISTRIBUTING_ORDER,
    MachineStatus.COMMITTEE_VERIFYING,
    MachineStatus.WAITING_FULFILL,
    MachineStatus.STAKER_REPORT_OFFLINE,
)


def set_controller(work: Work, who: bytes, controller: object) -> None:
    """The stash names who acts for it; one controller for a stash and one stash for a controller."""
    named = account(controller)
    if work.layer.get(CONTROLLER_STASH, named) is not None or work.layer.get(STASH_CONTROLLER, who) is not None:
        refuse(_PALLET, "AlreadyController")
    work.layer.put(STASH_CONTROLLER, who, named)
    work.layer.put(CONTROLLER_STASH, named, who)
    work.emit(_PALLET, "ControllerStashBonded", controller=named, stash=who)


def bond_machine(work: Work, who: bytes, machine_id: str, msg: bytes, sig: bytes) -> None:
    """Bond a machine with its own signature: 10 DBC of the controller, the first stake of the stash."""
    layer = work.layer
    stash = layer.get(CONTROLLER_STASH, who) or refuse(_PALLET, "NoStashBond")
    owned = stash_machines(layer, stash)
    if layer.get(MACHINES, machine_id) is not None or machine_id in owned.total:
        refuse(_PALLET, "MachineIdExist")
    if payout.belongs_to_another(work, machine_id, stash):
        refuse(_PALLET, "MachineIdExist")
    check_bind_message(machine_id, stash, msg, sig)
    first = stake.first_stake(work.profile, layer)
    if first is None:
        refuse(_PALLET, "CalcStakeAmountFailed")
    if not generic_func.pay_fixed_fee(work, who):
        refuse(_PALLET, "PayTxFeeFailed")
    if not stake.add(work, stash, first):
        refuse(_PALLET, "BalanceNotEnough")
    layer.put(STASH_MACHINES, stash, owned._replace(total=insert(owned.total, machine_id)))
    layer.put(MACHINES, machine_id, MachineRow(who, stash, work.height, first, first))
    work.emit(_PALLET, "BondMachine", controller=who, machine_id=machine_id, stake=first)


def gen_server_room(work: Work, who: bytes) -> None:
    """A new room id for the stash, for 10 DBC of the controller."""
    layer = work.layer
    stash = layer.get(CONTROLLER_STASH, who) or refuse(_PALLET, "NoStashBond")
    if not generic_func.pay_fixed_fee(work, who):
        refuse(_PALLET, "PayTxFeeFailed")
    room = work.random(stash)
    layer.put(SERVER_ROOMS, stash, (*(layer.get(SERVER_ROOMS, stash) or ()), room))
    work.emit(_PALLET, "ServerRoomGenerated", controller=who, server_room=room)


def described(work: Work, who: bytes, machine_id: str, info: CustomizeInfo) -> MachineRow:
    """The machine with this description, if its controller may give it.

    Raises:
        ChainRejected: `NotMachineController`, `TelecomIsNull`, `ServerRoomNotFound`.
    """
    machine = controlled(work, who, machine_id)
    if not info.telecom_operators:
        refuse(_PALLET, "TelecomIsNull")
    if info.server_room not in (work.layer.get(SERVER_ROOMS, machine.stash) or ()):
        refuse(_PALLET, "ServerRoomNotFound")
    return machine._replace(customize=info)


def add_machine_info(work: Work, who: bytes, machine_id: str, info: CustomizeInfo) -> None:
    """Say where the machine stands and what net it has; the first time it then waits for the committee."""
    layer = work.layer
    if machine_of(layer, machine_id).status not in _DESCRIBABLE:
        refuse(_PALLET, "NotAllowedChangeMachineInfo")
    machine = described(work, who, machine_id, info)
    if awaits_report(work, machine_id, machine.status):
        refuse("MachineCheck", "NotReported")
    again = hardware_change.describe_again(work, machine_id, machine.stash)
    if machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO:
        machine = machine._replace(status=MachineStatus.DISTRIBUTING_ORDER)
        again = True
    if again:
        layer.put(CONFIRMED, SINGLE, insert(layer.get(CONFIRMED, SINGLE) or (), machine_id))
    layer.put(MACHINES, machine_id, machine)
    work.emit(_PALLET, "MachineInfoAdded", machine_id=machine_id)

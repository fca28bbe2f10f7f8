"""What the owner of a machine does between going online and leaving (chain-rules 3, 4.6)."""

from __future__ import annotations

from dbc_desktop.domain.machine import CustomizeInfo, MachineStatus
from dbc_desktop.rules.online_profile import bonding, departure, hardware_change, stake
from dbc_desktop.rules.online_profile.rows import (
    CONTROLLER_STASH,
    EXTRA_PRICE,
    MACHINES,
    RENT_RECEIVER,
    STASH_CONTROLLER,
    controlled,
    machine_of,
    owned,
    stash_machines,
)
from dbc_desktop.rules.work import Work, account, refuse

_PALLET = "OnlineProfile"


def stash_reset_controller(work: Work, who: bytes, new_controller: object) -> None:
    """The stash names another controller, who then controls its machines."""
    layer, named = work.layer, account(new_controller)
    if layer.get(CONTROLLER_STASH, named) is not None:
        refuse(_PALLET, "AlreadyController")
    old = layer.get(STASH_CONTROLLER, who) or refuse(_PALLET, "Unknown")
    layer.remove(CONTROLLER_STASH, old)
    layer.put(CONTROLLER_STASH, named, who)
    layer.put(STASH_CONTROLLER, who, named)
    for machine_id in stash_machines(layer, who).total:
        machine = layer.get(MACHINES, machine_id)
        if machine is not None and machine.stash == who:
            layer.put(MACHINES, machine_id, machine._replace(controller=named))
    work.emit(_PALLET, "StashResetController", stash=who, old=old, new=named)


def update_machine_info(work: Work, who: bytes, machine_id: str, info: CustomizeInfo) -> None:
    """Describe a machine anew, whatever it does just now (quirk Q19 of chain-rules 14)."""
    if machine_of(work.layer, machine_id).customize is None:
        refuse(_PALLET, "TelecomIsNull")
    work.layer.put(MACHINES, machine_id, bonding.described(work, who, machine_id, info))
    work.emit(_PALLET, "MachineInfoUpdated", machine_id=machine_id)


def set_machine_extra_price(work: Work, who: bytes, machine_id: str, extra_price: int) -> None:
    """Ask for more than the standard price: micro-USD for each GPU and day."""
    owned(work, who, machine_id)
    if not 0 <= extra_price <= work.profile.max_extra_price:
        refuse(_PALLET, "ExtraPriceTooHigh")
    work.layer.put(EXTRA_PRICE, machine_id, extra_price)
    work.emit(_PALLET, "MachineExtraPriceSet", machine_id=machine_id, extra_price=extra_price)


def set_rent_receiver(work: Work, who: bytes, receiver: object) -> None:
    """Have the rent of one's machines paid to another account; None: to the stash again. Orders keep what they had."""
    named = None if receiver is None else account(receiver)
    if named == bytes(32):
        refuse(_PALLET, "InvalidRentReceiver")
    if named is None:
        work.layer.remove(RENT_RECEIVER, who)
    else:
        work.layer.put(RENT_RECEIVER, who, named)
    work.emit(_PALLET, "RentReceiverChanged", stash=who, receiver=named)


def offline_machine_change_hardware_info(work: Work, who: bytes, machine_id: str) -> None:
    """Take an idle machine off to change its hardware: a committee looks at it again before it comes back."""
    machine = controlled(work, who, machine_id)
    if machine.status is not MachineStatus.ONLINE:
        refuse(_PALLET, "MachineStatusNotAllowed")
    change = hardware_change.begin(work, machine_id, machine)
    departure.leave(work, machine_id, machine, MachineStatus.STAKER_REPORT_OFFLINE, work.height)
    work.emit(
        _PALLET,
        "MachineOfflineToMutHardware",
        machine_id=machine_id,
        verify_fee=change.verify_fee,
        offline_slash=change.offline_slash,
    )


def restake_online_machine(work: Work, who: bytes, machine_id: str) -> None:
    """Once a year: what is above the present cap is free again; nothing is asked for."""
    profile, now = work.profile, work.height
    machine = controlled(work, who, machine_id)
    if now - machine.last_machine_restake < profile.restake_every:
        refuse(_PALLET, "TooFastToReStake")
    cap = stake.stake_cap(profile, work.layer)
    if cap is None:
        refuse(_PALLET, "CalcStakeAmountFailed")
    need, held = cap * machine.gpu_num, machine.stake_amount
    if held > need:
        stake.take_back(work, machine.stash, held - need)
    again = machine._replace(stake_amount=min(held, need), last_machine_restake=now, init_stake_per_gpu=cap)
    work.layer.put(MACHINES, machine_id, again)
    work.emit(_PALLET, "MachineRestaked", machine_id=machine_id, old_stake=held, new_stake=need)

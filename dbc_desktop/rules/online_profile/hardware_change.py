"""A machine whose hardware changed is verified again; the stash pays for the look and for the time off (4.11).

`offline_machine_change_hardware_info` takes it off the market, a new description sends it to a committee, and what the
committee says ends it or starts it over.
"""

from __future__ import annotations

from dbc_desktop.rules import parameters, slashing
from dbc_desktop.rules.arithmetic import value_to_dbc
from dbc_desktop.rules.online_profile import stake
from dbc_desktop.rules.online_profile.rows import DECLARED, HARDWARE_CHANGE, HardwareChange, MachineRow
from dbc_desktop.rules.price import price
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineProfile"


def begin(work: Work, machine_id: str, machine: MachineRow) -> HardwareChange:
    """Set aside what the look and the time off cost.

    Raises:
        ChainRejected: `GetReonlineStakeFailed`, `BalanceNotEnough`.
    """
    fee = _verify_fee(work)
    slash = work.profile.slashes.part(machine.stake_amount, work.profile.hardware_slash_percent)
    for amount in (fee, slash):
        if not stake.add(work, machine.stash, amount):
            refuse(_PALLET, "BalanceNotEnough")
    made = HardwareChange(fee, slash, work.height)
    work.layer.put(HARDWARE_CHANGE, machine_id, made)
    work.layer.remove(DECLARED, machine_id)
    return made


def describe_again(work: Work, machine_id: str, stash: bytes) -> bool:
    """Whether a new description sends the machine to a committee; what members got for the last look is due again.

    Raises:
        ChainRejected: `GetReonlineStakeFailed`, `BalanceNotEnough`.
    """
    change = work.layer.get(HARDWARE_CHANGE, machine_id)
    if change is None:
        return False
    if not change.verify_fee:
        fee = _verify_fee(work)
        if not stake.add(work, stash, fee):
            refuse(_PALLET, "BalanceNotEnough")
        change = change._replace(verify_fee=fee)
    work.layer.put(HARDWARE_CHANGE, machine_id, change._replace(to_describe=False))
    return change.to_describe


def confirmed(work: Work, machine_id: str, stash: bytes, agreeing: tuple[bytes, ...]) -> bool:
    """Whether this was a second look; the members get their fee and the treasury the slash."""
    change = work.layer.get(HARDWARE_CHANGE, machine_id)
    if change is None:
        return False
    _pay(work, stash, change.verify_fee, agreeing)
    _pay(work, stash, change.offline_slash, ())
    work.layer.put(HARDWARE_CHANGE, machine_id, change._replace(verify_fee=0, offline_slash=0))
    return True


def refused(work: Work, machine_id: str, stash: bytes, refusing: tuple[bytes, ...]) -> bool:
    """Whether this was a second look; the members get their fee and the machine waits to be described again."""
    change = work.layer.get(HARDWARE_CHANGE, machine_id)
    if change is None:
        return False
    _pay(work, stash, change.verify_fee, refusing)
    work.layer.put(HARDWARE_CHANGE, machine_id, change._replace(verify_fee=0, to_describe=True))
    work.layer.remove(DECLARED, machine_id)
    return True


def wait_for_stake(work: Work, machine_id: str) -> None:
    """A machine that was looked at lacks its stake: the profile says whether that is kept like a second look."""
    if not work.profile.second_looks.keeps_record_of_waiting:
        over(work, machine_id)
    elif work.layer.get(HARDWARE_CHANGE, machine_id) is None:
        work.layer.put(HARDWARE_CHANGE, machine_id, HardwareChange(0, 0, work.height, to_describe=False))


def over(work: Work, machine_id: str) -> None:
    """The machine is online."""
    work.layer.remove(HARDWARE_CHANGE, machine_id)


def abandon(work: Work, machine_id: str, stash: bytes) -> None:
    """The machine leaves for good; the profile says whether what was set aside for a second look comes back."""
    change = work.layer.get(HARDWARE_CHANGE, machine_id)
    if change is None or not work.profile.second_looks.frees_on_exit:
        return
    if change.verify_fee + change.offline_slash:
        stake.take_back(work, stash, change.verify_fee + change.offline_slash)
    over(work, machine_id)


def may_return(work: Work, machine_id: str) -> bool:
    """Whether the machine may be reported online."""
    return work.profile.second_looks.may_return or work.layer.get(HARDWARE_CHANGE, machine_id) is None


def _verify_fee(work: Work) -> int:
    now = price(work.layer)
    if now is None:
        refuse(_PALLET, "GetReonlineStakeFailed")
    return value_to_dbc(parameters.reonline_stake(work.profile, work.layer), now)


def _pay(work: Work, stash: bytes, amount: int, to: tuple[bytes, ...]) -> None:
    """Take reserved mining stake: shared by `to`, what does not divide to the treasury (chain-rules 2.7)."""
    stake.lower(work, stash, amount)
    slashing.take(work, stash, amount, to)

"""MachineCheck 200, of `launch-2021` only: the automatic check of a machine, and orders that members grab (design 3.1).

The network's runtime has no such pallet: index 200 is far above those it uses (chain-rules 1.4). Whether a profile asks
for a report, and for how long members grab, is said by its `verification`; where it does not, both calls are refused.

First the controller hands in what it declares together with the machine's own signed report; the chain compares them.
Then, described too, the machine waits in the open: the first three members of the committee that grab its order get it.
After 12 hours the missing ones are drawn.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.domain.machine import HardwareInfo, MachineStatus
from dbc_desktop.rules import committee, parameters
from dbc_desktop.rules.bind_message import is_machine_id
from dbc_desktop.rules.codec import TEXT, row
from dbc_desktop.rules.hardware_report import differing, read_report
from dbc_desktop.rules.online_profile.rows import CONFIRMED, DECLARED, HARDWARE_CHANGE, Declared, controlled
from dbc_desktop.rules.state import SINGLE, Readable, declare
from dbc_desktop.rules.work import Work, refuse

_PALLET = "MachineCheck"
FRESH = 14_400
"""Blocks for which a report may be handed in."""


class OpenOrder(NamedTuple):
    """An order that waits for members since `since`; `members` grabbed it, in this order."""

    since: int
    members: tuple[bytes, ...] = ()


OPEN = declare("MachineCheck.OpenOrders", TEXT, row(OpenOrder))


def open_order(layer: Readable, machine_id: str) -> OpenOrder | None:
    """The machine's order that members may grab, None where there is none."""
    return layer.get(OPEN, machine_id)


def awaits_report(work: Work, machine_id: str, status: MachineStatus) -> bool:
    """Whether the profile's check of this machine is still to be passed."""
    return work.profile.verification.checks_reports and reportable(work.layer, machine_id, status)


def reportable(layer: Readable, machine_id: str, status: MachineStatus) -> bool:
    """Whether the machine waits for its description and has handed in no report for it."""
    change = layer.get(HARDWARE_CHANGE, machine_id)
    described = status is not MachineStatus.ADDING_CUSTOMIZE_INFO and (change is None or not change.to_describe)
    return not described and layer.get(DECLARED, machine_id) is None


def submit_hardware_report(work: Work, who: bytes, declared: HardwareInfo, report: bytes, signature: bytes) -> None:
    """Declare the hardware of a machine; its own signed report must say the same.

    Raises:
        ChainRejected: In this order `CallFiltered`, `Unknown` or `NotMachineController` of OnlineProfile,
            `ReportNotNeeded`, `BadReport`, `ReportOfAnother`, `ReportNotFresh`, `BadReportSignature`, `ReportDiffers`
            (fact `field`).
    """
    _only_where_asked(work)
    machine_id = declared.machine_id
    machine = controlled(work, who, machine_id)
    if not reportable(work.layer, machine_id, machine.status):
        refuse(_PALLET, "ReportNotNeeded")
    try:
        said = read_report(report)
    except ValueError:
        refuse(_PALLET, "BadReport")
    if (said.machine_id, said.stash) != (machine_id, ss58.encode(machine.stash)):
        refuse(_PALLET, "ReportOfAnother")
    if not work.height - FRESH <= said.height <= work.height:
        refuse(_PALLET, "ReportNotFresh")
    if not is_machine_id(machine_id) or not verify(bytes.fromhex(machine_id), report, signature):
        refuse(_PALLET, "BadReportSignature")
    wrong = differing(said, declared)
    if wrong is not None:
        refuse(_PALLET, "ReportDiffers", field=wrong)
    kept = dataclasses.replace(declared, calc_point=0, rand_str="", is_support=True)
    work.layer.put(DECLARED, machine_id, Declared(kept, said.height))
    work.emit(_PALLET, "HardwareReported", machine_id=machine_id, gpu_type=kept.gpu_type, gpu_num=kept.gpu_num)


def grab_order(work: Work, who: bytes, machine_id: str) -> None:
    """A member takes the order of a machine; the third makes it complete, and committing begins.

    Raises:
        ChainRejected: In this order `CallFiltered`, `NotCommittee`, `NoOrderToGrab`, `AlreadyGrabbed`.
    """
    _only_where_asked(work)
    if who not in committee.lists(work.layer).normal:
        refuse(_PALLET, "NotCommittee")
    order = open_order(work.layer, machine_id)
    if order is None or len(order.members) >= work.profile.verification.members:
        refuse(_PALLET, "NoOrderToGrab")
    if who in order.members:
        refuse(_PALLET, "AlreadyGrabbed")
    use_stake(work, who)
    work.layer.put(OPEN, machine_id, order._replace(members=(*order.members, who)))
    work.emit(_PALLET, "OrderGrabbed", who=who, machine_id=machine_id)


def announce(work: Work, machine_id: str) -> OpenOrder:
    """The machine's open order; one that was not there is opened where the profile has members grab."""
    order = open_order(work.layer, machine_id)
    if order is not None:
        return order
    order, window = OpenOrder(work.height), work.profile.verification.grab_window
    if window:
        work.layer.put(OPEN, machine_id, order)
        work.schedule(work.height + window, "grab_end", machine_id)
        work.emit(_PALLET, "OrderOpened", machine_id=machine_id, until=work.height + window)
    return order


def close(work: Work, machine_id: str) -> None:
    """The order is complete, or nobody needs it any more."""
    order = open_order(work.layer, machine_id)
    if order is not None:
        work.layer.remove(OPEN, machine_id)
        work.unschedule(order.since + work.profile.verification.grab_window, "grab_end", machine_id)


def withdraw(work: Work, machine_id: str) -> None:
    """The machine left before its order was complete: who grabbed it is free again."""
    order = open_order(work.layer, machine_id)
    close(work, machine_id)
    for member in order.members if order is not None else ():
        use_stake(work, member, back=True)
    work.layer.remove(DECLARED, machine_id)
    waiting = work.layer.get(CONFIRMED, SINGLE) or ()
    if machine_id in waiting:
        work.layer.put(CONFIRMED, SINGLE, tuple(other for other in waiting if other != machine_id))


def use_stake(work: Work, member: bytes, *, back: bool = False) -> None:
    """Use an order's part of a member's stake, or give it back."""
    amount = parameters.order_stake(work)
    committee.change_used(work, member, -amount if back else amount)


def _only_where_asked(work: Work) -> None:
    if not work.profile.verification.checks_reports:
        refuse("System", "CallFiltered")


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, "submit_hardware_report"): submit_hardware_report,
    (_PALLET, "grab_order"): grab_order,
}

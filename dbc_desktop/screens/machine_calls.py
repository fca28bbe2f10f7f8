"""What the spending sheet calls the care of a machine, interruptible rents and seats: title, and text of the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbc_desktop.domain.call import Call
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr

Names = tuple[str, str]


def machine_names(call: Call, args: Mapping[str, object]) -> Names | None:
    """Title and button of a call of this kind, None of any other."""
    naming = _NAMES.get((call.pallet, call.name))
    return naming(args) if naming is not None else None


def _machine(args: Mapping[str, object]) -> str:
    return formats.short_id(str(args["machine_id"]))


def _order(args: Mapping[str, object]) -> str:
    return str(args["rent_id"])


def _hours(args: Mapping[str, object]) -> Names:
    return tr("Set the hours of {machine}", machine=_machine(args)), tr("Set hours")


def _extra(args: Mapping[str, object]) -> Names:
    return tr("Set the extra price of {machine}", machine=_machine(args)), tr("Set price")


def _receiver(args: Mapping[str, object]) -> Names:
    return tr("Name who receives the rent"), tr("Name receiver")


_NAMES: dict[tuple[str, str], Callable[[Mapping[str, object]], Names]] = {
    ("MachineCheck", "submit_hardware_report"): lambda args: (
        tr("Declare the hardware, signed by the machine"),
        tr("Declare"),
    ),
    ("MachineCheck", "grab_order"): lambda args: (
        tr("Take the order to check {machine}", machine=_machine(args)),
        tr("Take order"),
    ),
    ("CommitteeElection", "stand"): lambda args: (tr("Stand for a seat in the committee"), tr("Stand")),
    ("CommitteeElection", "step_down"): lambda args: (tr("Stand for the committee no more"), tr("Step down")),
    ("CommitteeElection", "back"): lambda args: (
        (tr("Back a candidate"), tr("Lock and back"))
        if args["amount"]
        else (tr("Back nobody any more"), tr("End backing"))
    ),
    ("OnlineProfile", "set_machine_rental_mode"): _hours,
    ("OnlineProfile", "set_weekly_schedule"): _hours,
    ("OnlineProfile", "set_specific_date_schedule"): _hours,
    ("OnlineProfile", "clear_specific_date"): _hours,
    ("OnlineProfile", "set_machine_extra_price"): _extra,
    ("OnlineProfile", "set_rent_receiver"): _receiver,
    ("OnlineProfile", "machine_exit"): lambda args: (
        tr("Leave for good with {machine}", machine=_machine(args)),
        tr("Leave"),
    ),
    ("OnlineProfile", "force_machine_exit"): lambda args: (tr("Force machines out"), tr("Force out")),
    ("RentMachine", "bond_evm_address"): lambda args: (
        tr("Name an EVM address for {machine}", machine=_machine(args)),
        tr("Name address"),
    ),
    ("TerminatingRental", "bond_machine"): lambda args: (
        tr("Bond {machine} for short rents", machine=_machine(args)),
        tr("Bond"),
    ),
    ("TerminatingRental", "rent_machine"): lambda args: (
        tr("Rent {machine} until you end it", machine=_machine(args)),
        tr("Rent"),
    ),
    ("TerminatingRental", "confirm_rent"): lambda args: (
        tr("Confirm order {order}", order=_order(args)),
        tr("Confirm"),
    ),
    ("TerminatingRental", "relet_machine"): lambda args: (
        tr("Extend order {order}", order=_order(args)),
        tr("Extend"),
    ),
    ("TerminatingRental", "terminate_rent"): lambda args: (
        tr("End order {order} now", order=_order(args)),
        tr("End order"),
    ),
    ("TerminatingRental", "machine_offline"): lambda args: (
        tr("Take {machine} off the market", machine=_machine(args)),
        tr("Take off"),
    ),
    ("TerminatingRental", "machine_online"): lambda args: (
        tr("Bring {machine} back", machine=_machine(args)),
        tr("Bring back"),
    ),
    ("TerminatingRental", "machine_exit"): lambda args: (
        tr("Leave for good with {machine}", machine=_machine(args)),
        tr("Leave"),
    ),
    ("TerminatingRental", "set_machine_extra_price"): _extra,
    ("TerminatingRental", "set_rent_receiver"): _receiver,
}

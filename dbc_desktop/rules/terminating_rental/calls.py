"""The calls of TerminatingRental that accounts sign."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.rules.terminating_rental import away, machines, renting, reports, verification
from dbc_desktop.rules.terminating_rental.rows import PALLET

CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (PALLET, call.__name__): call
    for call in (
        machines.set_controller,
        machines.gen_server_room,
        machines.bond_machine,
        machines.add_machine_info,
        machines.set_machine_extra_price,
        machines.set_rent_receiver,
        verification.submit_confirm_hash,
        verification.submit_confirm_raw,
        renting.rent_machine,
        renting.confirm_rent,
        renting.relet_machine,
        renting.terminate_rent,
        away.machine_offline,
        away.machine_online,
        away.machine_exit,
        reports.report_machine_fault,
        reports.reporter_add_stake,
        reports.reporter_reduce_stake,
        reports.reporter_cancel_report,
        reports.committee_book_report,
        reports.reporter_add_encrypted_error_info,
        reports.committee_submit_verify_hash,
        reports.committee_submit_verify_raw,
    )
}

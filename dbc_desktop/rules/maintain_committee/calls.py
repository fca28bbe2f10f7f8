"""The calls of MaintainCommittee."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.rules.maintain_committee import appeals, booking, reporting, revealing

CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("MaintainCommittee", call.__name__): call
    for call in (
        reporting.report_machine_fault,
        reporting.reporter_add_stake,
        reporting.reporter_reduce_stake,
        reporting.reporter_cancel_report,
        reporting.reporter_add_encrypted_error_info,
        booking.committee_book_report,
        booking.committee_submit_verify_hash,
        revealing.committee_submit_verify_raw,
        revealing.committee_submit_inaccessible_raw,
        appeals.apply_slash_review,
    )
}

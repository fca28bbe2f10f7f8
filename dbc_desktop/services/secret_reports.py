"""Reports whose machine stays secret: the sealed messages that tell each member what is wrong (chain-rules 7.5).

What binds a report to its messages is kept while the program runs and nowhere else: a member must be told within half
an hour of taking the report anyway.
"""

from __future__ import annotations

import secrets

from dbc_desktop.chain import sealed_report
from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault, MemberStatus, MemberWork, Report
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.services.disputes import LONGEST_REASON

_PALLET = "MaintainCommittee"


class SecretReports:
    """The secrets of the reports made since the program was opened. One thread at a time."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[sealed_report.Told, BoxKey]] = {}

    def __repr__(self) -> str:
        """How many, never what."""
        return f"SecretReports({len(self._kept)}, ***)"

    def report_call(self, kind: FaultKind, order: RentOrder, reason: str) -> Call:
        """Signed by the reporter: the machine of `order` is at fault; only its hash is shown.

        Raises:
            InvalidInput: `reason` with `empty` or `too_long`.
        """
        text = reason.strip()
        if not text:
            raise InvalidInput("reason", "empty")
        if len(text) > LONGEST_REASON:
            raise InvalidInput("reason", "too_long", most=LONGEST_REASON)
        told = sealed_report.Told(order.machine_id, order.rent_id, secrets.token_hex(16), text)
        key = BoxKey(secrets.token_bytes(32))
        self._kept[told.digest()] = told, key
        fault = MachineFault(kind, reporter_hash=told.digest(), box_pubkey=key.public)
        return Call(_PALLET, "report_machine_fault", (fault,))

    def can_tell(self, report: Report) -> bool:
        """Whether a member waits to be told, and what to tell it is known here."""
        return report.fault.reporter_hash in self._kept and bool(_waiting(report))

    def tell_call(self, report: Report) -> Call | None:
        """Signed by the reporter: tell every member that waits, in one call; None where nothing is to be told.

        Raises:
            InvalidInput: `box_key` with `odd`: a member named a key that cannot be one.
        """
        kept = self._kept.get(report.fault.reporter_hash)
        if kept is None or not _waiting(report):
            return None
        told, key = kept
        plain = sealed_report.pack(told)
        calls = tuple(
            Call(
                _PALLET,
                "reporter_add_encrypted_error_info",
                (report.report_id, one.member.raw, key.seal(plain, one.box_pubkey)),
            )
            for one in _waiting(report)
        )
        return calls[0] if len(calls) == 1 else Call("Utility", "batch_all", (calls,))


def _waiting(report: Report) -> list[MemberWork]:
    return [one for one in report.members if one.status is MemberStatus.WAITING_ENCRYPT]

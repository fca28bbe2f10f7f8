"""Faults, reports, slashes and appeals (chain-rules 4.12, 6.7, 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.machine import MachineId


class FaultKind(StrEnum):
    """`MachineFaultType` of chain-rules 7.1: what a report says of a machine."""

    RENTED_INACCESSIBLE = "RentedInaccessible"
    RENTED_HARDWARE_MALFUNCTION = "RentedHardwareMalfunction"
    RENTED_HARDWARE_COUNTERFEIT = "RentedHardwareCounterfeit"
    ONLINE_RENT_FAILED = "OnlineRentFailed"


_NO_MACHINE = MachineId("")


@dataclass(frozen=True, slots=True)
class MachineFault:
    """A fault as `report_machine_fault` takes it.

    Attributes:
        machine_id: The machine, and `rent_id` the order, of `RentedInaccessible`; the other kinds keep both secret.
        reporter_hash: 16 bytes that bind the reporter to what is kept secret; empty for `RentedInaccessible`.
        box_pubkey: The reporter's X25519 key, 32 bytes; empty for `RentedInaccessible`.
    """

    kind: FaultKind
    machine_id: MachineId = _NO_MACHINE
    rent_id: int = 0
    reporter_hash: bytes = b""
    box_pubkey: bytes = b""

    @property
    def is_fast(self) -> bool:
        """Whether members look at once, without a secret (chain-rules 7.4)."""
        return self.kind is FaultKind.RENTED_INACCESSIBLE


class ReportStatus(StrEnum):
    """Where a report stands (chain-rules 7.3)."""

    REPORTED = "Reported"
    WAITING_BOOK = "WaitingBook"
    VERIFYING = "Verifying"
    SUBMITTING_RAW = "SubmittingRaw"
    COMMITTEE_CONFIRMED = "CommitteeConfirmed"


class MemberStatus(StrEnum):
    """Where one member's work on a report stands (chain-rules 7.3)."""

    WAITING_ENCRYPT = "WaitingEncrypt"
    VERIFYING = "Verifying"
    WAITING_RAW = "WaitingRaw"
    FINISHED = "Finished"


class ReportResult(StrEnum):
    """What the members found (chain-rules 7.6)."""

    SUCCEED = "ReportSucceed"
    REFUSED = "ReportRefused"
    NOT_ENCRYPTED = "ReporterNotSubmitEncryptedInfo"
    NO_CONSENSUS = "NoConsensus"


class SlashOutcome(StrEnum):
    """What became of a slash."""

    PENDING = "Pending"
    CANCELED = "Canceled"
    EXECUTED = "Executed"

"""Faults, reports, slashes and appeals (chain-rules 4.12, 6.7, 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
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


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal that waits; heights in blocks.

    Attributes:
        staked: Lost unless the appeal is granted before `expire_time`.
    """

    applicant: Address
    staked: Balance
    apply_time: int
    expire_time: int
    reason: bytes


class SlashSource(StrEnum):
    """What a slash follows from, each with numbers of its own: a machine offline, a verification, a report."""

    MACHINE = "machine"
    VERIFICATION = "verification"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Slash:
    """A slash against an account that waits for its height, or was taken or cancelled; heights in blocks.

    Attributes:
        number: The slash id of `MACHINE` and `VERIFICATION`, the report id of `REPORT`.
        who: Who loses; a stash, a reporter or a committee member.
        reason: `OPSlashReason` of a machine, the result of a verification or a report.
        amount: What this account loses.
        can_appeal: Whether `signer` may still appeal.
        signer: Who must sign an appeal: the controller for a stash.
        review_stake: What an appeal reserves; lost unless it is granted before `appeal_ends`.
    """

    source: SlashSource
    number: int
    who: Address
    machine_id: MachineId
    reason: str
    amount: Balance
    slash_time: int
    exec_time: int
    outcome: SlashOutcome
    appeal: Appeal | None
    can_appeal: bool
    signer: Address
    review_stake: Balance
    appeal_ends: int


@dataclass(frozen=True, slots=True)
class MemberWork:
    """One member's work on a report; heights in blocks, None where no window runs.

    Attributes:
        box_pubkey: The member's X25519 key, to seal a message to it.
        encrypted: What the reporter sealed to it; empty before.
        supports: Its vote, once revealed.
    """

    member: Address
    status: MemberStatus
    booked_time: int
    at_risk: Balance
    box_pubkey: bytes
    encrypted: bytes
    told_until: int | None
    hash_until: int | None
    supports: bool | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report; heights in blocks.

    Attributes:
        machine_id: Empty while the members keep it secret.
        stake: What the reporter has at risk.
        reveal_from: When revealing begins; None before anybody judges it. `reveal_until` is when it ends.
        exec_time: When the verdict is executed; None before there is one.
        bookable: Whether members may still take it.
    """

    report_id: int
    reporter: Address
    fault: MachineFault
    machine_id: MachineId
    rent_id: int
    status: ReportStatus
    report_time: int
    stake: Balance
    members: tuple[MemberWork, ...]
    reveal_from: int | None
    reveal_until: int | None
    result: ReportResult | None
    exec_time: int | None
    outcome: SlashOutcome | None
    bookable: bool


@dataclass(frozen=True, slots=True)
class Reporter:
    """An account as a reporter.

    Attributes:
        staked: Reserved behind its reports; `used` is at risk now.
        first_stake: What the first report reserves; `per_report` is what one puts at risk.
        reports: Its reports, newest first.
    """

    staked: Balance
    used: Balance
    first_stake: Balance
    per_report: Balance
    fixed_fee: Balance
    is_drawn: bool
    reports: tuple[Report, ...]


class WorkStep(StrEnum):
    """What a committee member does next."""

    BOOK = "book"
    WAIT_FOR_REPORTER = "wait_for_reporter"
    HASH = "hash"
    WAIT = "wait"
    REVEAL = "reveal"


@dataclass(frozen=True, slots=True)
class CommitteeWork:
    """A machine to verify or a report to judge; heights in blocks.

    Attributes:
        machine_id: Empty for a report whose machine is secret.
        report: None for a verification.
        until: When the step must be done, or the wait ends; None where nothing ends.
        digest: What the member committed to; empty before.
    """

    step: WorkStep
    machine_id: MachineId
    report: Report | None
    until: int | None
    at_risk: Balance
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class SlashStep:
    """From `after` blocks on, coming back costs `amount`, `percent` of the machine's stake."""

    after: int
    percent: int
    amount: Balance


class SlashWay(StrEnum):
    """The three ways a fault may go (design 6)."""

    UNREPORTED = "unreported"
    OWN = "own"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class SlashBranch:
    """What one way costs.

    Attributes:
        reason: `OPSlashReason`; empty while nobody reported.
        since: The height its clock counts from; None where it would begin with the report.
        steps: By blocks since then, the first at 0; none where repairing is all there is to it.
        reward_lost: Of this era, at the moment the machine goes offline.
        is_open: Whether it can still happen.
    """

    way: SlashWay
    reason: str
    since: int | None
    steps: tuple[SlashStep, ...]
    reward_lost: Balance
    is_open: bool

    def at(self, height: int) -> SlashStep | None:
        """The step that holds at `height`; a clock that has not begun stands at its first."""
        away = 0 if self.since is None else height - self.since
        return next((step for step in reversed(self.steps) if step.after <= away), None)

    def next_after(self, height: int) -> SlashStep | None:
        """The step that comes next; None at the last."""
        away = 0 if self.since is None else height - self.since
        return next((step for step in self.steps if step.after > away), None)


@dataclass(frozen=True, slots=True)
class SlashClock:
    """The slash stopwatch of a machine: three branches side by side, amounts exact (chain-rules 4.12)."""

    machine_id: MachineId
    stake: Balance
    slash_delay: int
    branches: tuple[SlashBranch, ...]

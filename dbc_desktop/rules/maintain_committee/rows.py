"""What MaintainCommittee stores."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.dispute import MachineFault, MemberStatus, ReportResult, ReportStatus, SlashOutcome
from dbc_desktop.rules.codec import NUMBER, RAW, row
from dbc_desktop.rules.online_profile.rows import SlashReview
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, refuse

PALLET = "MaintainCommittee"
MEMBERS_PER_REPORT = 3
"""`CommitteeLimit` (chain-rules 11.2)."""


class ReporterStake(NamedTuple):
    """What a reporter has at stake, in units."""

    staked: int = 0
    used: int = 0


class ReporterRecord(NamedTuple):
    """The reports of an account by what became of them, each list sorted."""

    processing: tuple[int, ...] = ()
    canceled: tuple[int, ...] = ()
    succeeded: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()


class MemberOrder(NamedTuple):
    """One member's work on a report; times in blocks, `stake` in units."""

    member: bytes
    booked_time: int
    stake: int
    status: MemberStatus
    encrypted: bytes = b""
    encrypted_time: int = 0
    digest: bytes = b""
    hash_time: int = 0
    confirm_time: int = 0
    supports: bool = False
    extra: bytes = b""


class ReportRow(NamedTuple):
    """`MTReportInfoDetail`; `unruly` are members that were taken off it because they were late."""

    reporter: bytes
    report_time: int
    reporter_stake: int
    fault: MachineFault
    status: ReportStatus = ReportStatus.REPORTED
    first_book_time: int = 0
    machine_id: str = ""
    rent_id: int = 0
    reason: bytes = b""
    orders: tuple[MemberOrder, ...] = ()
    unruly: tuple[bytes, ...] = ()

    def order_of(self, member: bytes) -> MemberOrder | None:
        """The work of a member on it."""
        return next((order for order in self.orders if order.member == member), None)

    def with_order(self, changed: MemberOrder) -> ReportRow:
        """The report with this order in the place of the member's earlier one."""
        return self._replace(orders=tuple(changed if one.member == changed.member else one for one in self.orders))

    def hashed(self) -> tuple[MemberOrder, ...]:
        """The orders whose members committed to something."""
        return tuple(order for order in self.orders if order.digest)

    def revealed(self) -> tuple[MemberOrder, ...]:
        """The orders whose members revealed."""
        return tuple(order for order in self.orders if order.status is MemberStatus.FINISHED)


class ResultRow(NamedTuple):
    """`MTReportResultInfo`: a verdict and the slashes that follow from it; amounts in units."""

    reporter: bytes
    reporter_stake: int
    inconsistent: tuple[bytes, ...]
    unruly: tuple[bytes, ...]
    rewarded: tuple[bytes, ...]
    committee_stake: int
    machine_stash: bytes | None
    machine_id: str
    slash_time: int
    exec_time: int
    result: ReportResult
    outcome: SlashOutcome = SlashOutcome.PENDING


REPORTS = declare("MaintainCommittee.ReportInfo", NUMBER, row(ReportRow))
RESULTS = declare("MaintainCommittee.ReportResult", NUMBER, row(ResultRow))
REVIEWS = declare("MaintainCommittee.PendingSlashReview", NUMBER, row(SlashReview))
STAKES = declare("MaintainCommittee.ReporterStake", RAW, row(ReporterStake))
RECORDS = declare("MaintainCommittee.ReporterReport", RAW, row(ReporterRecord))
NEXT_REPORT_ID = declare_value("MaintainCommittee.NextReportId", NUMBER)
LIVE = declare_value("MaintainCommittee.LiveReport", row(tuple[int, ...]))
"""Reports that are not judged yet, sorted."""
READY = declare_value("MaintainCommittee.Summarizing", row(tuple[int, ...]))
"""Reports of which enough is known at the end of this block."""


def report_of(layer: Readable, report_id: int) -> ReportRow:
    """The report.

    Raises:
        ChainRejected: `Unknown`.
    """
    return layer.get(REPORTS, report_id) or refuse("MaintainCommittee", "Unknown")


def stake_of(layer: Readable, reporter: bytes) -> ReporterStake:
    """What a reporter has at stake."""
    return layer.get(STAKES, reporter) or ReporterStake()


def record_of(layer: Readable, reporter: bytes) -> ReporterRecord:
    """The reports of an account."""
    return layer.get(RECORDS, reporter) or ReporterRecord()


def live(layer: Readable) -> tuple[int, ...]:
    """The reports that are not judged yet."""
    return layer.get(LIVE, SINGLE) or ()


def change_stake(work: Work, reporter: bytes, used: int, *, staked: int = 0) -> None:
    """Use more or less of a reporter's stake, or count more or less as staked; the coins are moved elsewhere."""
    held = stake_of(work.layer, reporter)
    after = ReporterStake(max(0, held.staked + staked), max(0, held.used + used))
    work.layer.put(STAKES, reporter, after)


def open_report(work: Work, report: ReportRow) -> int:
    """Keep a new report; its id."""
    report_id = work.layer.get(NEXT_REPORT_ID, SINGLE) or 0
    work.layer.put(NEXT_REPORT_ID, SINGLE, report_id + 1)
    work.layer.put(REPORTS, report_id, report)
    work.layer.put(LIVE, SINGLE, (*live(work.layer), report_id))
    held = record_of(work.layer, report.reporter)
    work.layer.put(RECORDS, report.reporter, held._replace(processing=(*held.processing, report_id)))
    return report_id


def no_longer_live(work: Work, report_id: int) -> None:
    """Nobody has anything to do with the report any more."""
    left = tuple(one for one in live(work.layer) if one != report_id)
    if left:
        work.layer.put(LIVE, SINGLE, left)
    else:
        work.layer.remove(LIVE, SINGLE)

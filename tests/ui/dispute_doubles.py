"""Doubles for the disputes page: a chain on which something is disputed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.dispute import (
    Appeal,
    CommitteeWork,
    FaultKind,
    MachineFault,
    MemberStatus,
    MemberWork,
    Report,
    Reporter,
    ReportResult,
    ReportStatus,
    Slash,
    SlashBranch,
    SlashClock,
    SlashOutcome,
    SlashSource,
    SlashStep,
    SlashWay,
    WorkStep,
)
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.services.secret_reports import SecretReports
from tests.ui.renting_doubles import ALICE, BOB, HEAD, MACHINE, OTHER, FakeChain, program

NOW = HEAD.height


def slash(number: int = 4, **changes: Any) -> Slash:
    fields: dict[str, Any] = {
        "source": SlashSource.MACHINE,
        "number": number,
        "who": ALICE,
        "machine_id": MACHINE,
        "reason": "RentedReportOffline",
        "amount": Balance(11_428_571_428_571_428_571),
        "slash_time": NOW - 100,
        "exec_time": NOW + 28_700,
        "outcome": SlashOutcome.PENDING,
        "appeal": None,
        "can_appeal": True,
        "signer": ALICE,
        "review_stake": Balance.of_dbc(1_000),
        "appeal_ends": NOW + 28_700,
    }
    return Slash(**{**fields, **changes})


APPEAL = Appeal(ALICE, Balance.of_dbc(1_000), NOW - 10, NOW + 28_700, b"the power failed")


def member(status: MemberStatus = MemberStatus.VERIFYING, **changes: Any) -> MemberWork:
    fields: dict[str, Any] = {
        "member": BOB,
        "status": status,
        "booked_time": NOW - 5,
        "at_risk": Balance.of_dbc(1_000),
        "box_pubkey": b"\x01" * 32,
        "encrypted": b"",
        "told_until": None,
        "hash_until": NOW + 45,
        "supports": None,
    }
    return MemberWork(**{**fields, **changes})


def report(report_id: int = 7, **changes: Any) -> Report:
    fields: dict[str, Any] = {
        "report_id": report_id,
        "reporter": ALICE,
        "fault": MachineFault(FaultKind.RENTED_INACCESSIBLE, OTHER, 31),
        "machine_id": OTHER,
        "rent_id": 31,
        "status": ReportStatus.VERIFYING,
        "report_time": NOW - 6,
        "stake": Balance.of_dbc(1_000),
        "members": (member(), member(), member(MemberStatus.FINISHED, supports=False)),
        "reveal_from": NOW + 45,
        "reveal_until": NOW + 95,
        "result": None,
        "exec_time": None,
        "outcome": None,
        "bookable": False,
    }
    return Report(**{**fields, **changes})


def work(step: WorkStep = WorkStep.HASH, until: int | None = NOW + 45, **changes: Any) -> CommitteeWork:
    fields: dict[str, Any] = {
        "step": step,
        "machine_id": OTHER,
        "report": report(9, reporter=BOB),
        "until": until,
        "at_risk": Balance.of_dbc(1_000),
    }
    return CommitteeWork(**{**fields, **changes})


OWN = ((0, 2), (70, 4), (28_800, 30), (72_000, 50))
REPORTED = ((0, 4), (70, 8), (28_800, 60), (72_000, 100))
STAKE = 571_428_571_428_571_428_568


def steps(table: tuple[tuple[int, int], ...]) -> tuple[SlashStep, ...]:
    return tuple(SlashStep(after, percent, Balance(STAKE * percent // 100)) for after, percent in table)


def clock(
    own_since: int | None = None, reported_since: int | None = None, machine_id: MachineId = MACHINE
) -> SlashClock:
    works = own_since is None and reported_since is None
    lost = Balance(268_400_000_000_000_000) if works else ZERO
    return SlashClock(
        machine_id,
        Balance(STAKE),
        28_800,
        (
            SlashBranch(SlashWay.UNREPORTED, "", None, (), ZERO, works),
            SlashBranch(
                SlashWay.OWN, "RentedReportOffline", own_since, steps(OWN), lost, works or own_since is not None
            ),
            SlashBranch(SlashWay.REPORTED, "RentedInaccessible", reported_since, steps(REPORTED), lost, True),
        ),
    )


class DisputedChain(FakeChain):
    """A chain with slashes, reports, work and clocks that a test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Slash] = []
        self.reports: list[Report] = []
        self.to_judge: list[CommitteeWork] = []
        self.clocks: dict[MachineId, SlashClock] = {}
        self.is_drawn = True

    def identity(self) -> Any:
        return SimpleNamespace(genesis_hash=b"\x11" * 32)

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        self._read()
        return tuple(self.found)

    def reporter(self, address: Address) -> Reporter:
        staked = Balance.of_dbc(20_000) if self.reports else ZERO
        per_report, fee = Balance.of_dbc(1_000), Balance.of_dbc(10)
        used = per_report if self.reports else ZERO
        first = Balance.of_dbc(20_000)
        return Reporter(staked, used, first, per_report, fee, self.is_drawn, tuple(self.reports))

    def committee_work(self, member: Address) -> tuple[CommitteeWork, ...]:
        return tuple(self.to_judge)

    def slash_clock(self, machine_id: MachineId) -> SlashClock | None:
        return self.clocks.get(machine_id)


def disputed_program(home: Any) -> Any:
    made = program()
    made.home = home
    made.secret_reports = SecretReports()
    made.backend = DisputedChain()
    return made


def believed(report_id: int = 3) -> Report:
    return report(
        report_id,
        status=ReportStatus.COMMITTEE_CONFIRMED,
        result=ReportResult.SUCCEED,
        exec_time=NOW - 600,
        outcome=SlashOutcome.EXECUTED,
    )

"""The inbox and the stopwatch in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import (
    FaultKind,
    MachineFault,
    MemberStatus,
    Reporter,
    ReportResult,
    ReportStatus,
    SlashOutcome,
    SlashSource,
    SlashStep,
    WorkStep,
)
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.screens.dispute_calls import fault_text
from dbc_desktop.screens.disputes import DisputesScreen, disputes_screen
from dbc_desktop.screens.spending import title_of
from dbc_desktop.screens.stopwatch import stopwatch_card
from dbc_desktop.services.disputes import DisputeFacts
from tests.ui.dispute_doubles import APPEAL, MACHINE, NOW, believed, clock, member, report, slash, work
from tests.ui.renting_doubles import BOB, HEAD, machine, order


def screen(*slashes: Any, reports: Any = (), to_judge: Any = (), voted: Any = (), rented: Any = ()) -> DisputesScreen:
    first, per_report, fee = Balance.of_dbc(20_000), Balance.of_dbc(1_000), Balance.of_dbc(10)
    reporter = Reporter(ZERO, ZERO, first, per_report, fee, True, tuple(reports))
    facts = DisputeFacts(HEAD, slashes, reporter, tuple(to_judge), (), None, tuple(rented))
    return disputes_screen(facts, HEAD, voted)


def test_the_inbox_is_sorted_by_deadline() -> None:
    found = screen(slash(), reports=[report()], to_judge=[work()])
    assert [(row.key, row.when) for row in found.inbox] == [
        ("work.report.9", "04:30"),
        ("report.7", "09:30"),
        ("slash.machine.4", "in 47 h"),
    ]
    assert found.summary == "1 slash · 1 report · 1 to judge"
    assert found.waiting == 2
    assert not found.can_report


def test_a_slash_can_be_appealed_once() -> None:
    (row,) = screen(slash()).inbox
    assert row.title == "11,428.57 DBC will be taken: 3f9a…c41d"
    assert row.detail == "you reported it offline while it was rented · an appeal puts 1,000 DBC at risk"
    assert row.buttons == (("appeal", "Appeal…"),)
    (row,) = screen(slash(appeal=APPEAL, can_appeal=False)).inbox
    assert (row.badge, row.buttons) == ("appealed", ())
    assert row.detail == (
        "you reported it offline while it was rented · appeal waits; its stake of 1,000 DBC is lost unless it is "
        "granted within 47 h 50 min"
    )
    (row,) = screen(slash(can_appeal=False)).inbox
    assert (row.detail, row.buttons) == ("you reported it offline while it was rented", ())


@pytest.mark.parametrize(
    ("outcome", "badge", "title"),
    [
        (SlashOutcome.CANCELED, "cancelled", "11,428.57 DBC came back: 3f9a…c41d"),
        (SlashOutcome.EXECUTED, "taken", "11,428.57 DBC taken: 3f9a…c41d"),
    ],
)
def test_what_is_over_stands_below(outcome: SlashOutcome, badge: str, title: str) -> None:
    found = screen(slash(outcome=outcome, exec_time=NOW - 600, can_appeal=False))
    assert found.inbox == ()
    (row,) = found.over
    assert (row.badge, row.title, row.when) == (badge, title, "1 h ago")


def test_a_verdict_is_told_once() -> None:
    lost = slash(7, source=SlashSource.REPORT, reason="ReportRefused", amount=Balance.of_dbc(1_000))
    over = report(7, result=ReportResult.REFUSED, status=ReportStatus.COMMITTEE_CONFIRMED, exec_time=NOW + 28_000)
    found = screen(lost, reports=[over])
    (row,) = found.inbox
    assert (row.title, found.over) == ("1,000.00 DBC will be taken: report 7", ())
    assert row.detail == "the members found the report false · an appeal puts 1,000 DBC at risk"
    (row,) = screen(replace(lost, amount=ZERO, reason="ReportSucceed")).inbox
    assert (row.title, row.tone) == ("Verdict on report 7 about 3f9a…c41d", "idle")


@pytest.mark.parametrize(
    ("changes", "badge", "detail"),
    [
        ({}, "judged", "1 of 3 members have said what they saw · 1,000 DBC at risk"),
        (
            {"status": ReportStatus.REPORTED, "members": (), "reveal_until": None},
            "waits",
            "nobody judges it yet · 1,000 DBC at risk",
        ),
        (
            {"members": (member(MemberStatus.WAITING_ENCRYPT, told_until=NOW + 290),)},
            "judged",
            "a member waits to be told what is wrong; the stake of 1,000 DBC is lost otherwise",
        ),
        (
            {"status": ReportStatus.SUBMITTING_RAW},
            "revealing",
            "1 of 3 members have said what they saw · 1,000 DBC at risk",
        ),
    ],
)
def test_a_report_says_where_it_stands(changes: dict[str, Any], badge: str, detail: str) -> None:
    (row,) = screen(reports=[report(**changes)]).inbox
    assert (row.badge, row.detail) == (badge, detail)
    assert row.title == "You reported b07e…19aa: cannot be reached"
    assert bool(row.buttons) == (badge == "waits")


@pytest.mark.parametrize(
    ("result", "badge", "detail"),
    [
        (ReportResult.SUCCEED, "believed", "believed; the stake of 1,000 DBC comes back when the verdict is executed"),
        (ReportResult.REFUSED, "refused", "not believed; the stake of 1,000 DBC is lost"),
        (ReportResult.NO_CONSENSUS, "refused", "nobody gave a word; others were asked"),
    ],
)
def test_a_report_that_is_over(result: ReportResult, badge: str, detail: str) -> None:
    (row,) = screen(reports=[replace(believed(), result=result)]).over
    assert (row.badge, row.detail, row.when) == (badge, detail, "1 h ago")


def test_a_secret_report_hides_its_machine() -> None:
    fault = MachineFault(FaultKind.RENTED_HARDWARE_COUNTERFEIT, reporter_hash=b"\x01" * 16, box_pubkey=b"\x02" * 32)
    (row,) = screen(reports=[report(fault=fault, machine_id=MachineId(""))]).inbox
    assert row.title == "You reported a machine kept secret: hardware is not what was promised"


@pytest.mark.parametrize(
    ("step", "voted", "buttons", "detail"),
    [
        (WorkStep.BOOK, (), ["book"], "open to you · b07e…19aa · 1,000 DBC at risk"),
        (WorkStep.HASH, (), ["works", "fails"], "look, and commit to what you see · b07e…19aa · 1,000 DBC at risk"),
        (
            WorkStep.WAIT,
            (9,),
            [],
            "done for now; the others have their say · b07e…19aa · your vote is kept here · 1,000 DBC at risk",
        ),
        (
            WorkStep.REVEAL,
            (9,),
            ["reveal"],
            "show what you committed to · b07e…19aa · your vote is kept here · 1,000 DBC at risk",
        ),
        (WorkStep.REVEAL, (), [], "show what you committed to · b07e…19aa · 1,000 DBC at risk"),
        (
            WorkStep.WAIT_FOR_REPORTER,
            (),
            [],
            "the reporter has yet to tell you what is wrong · b07e…19aa · 1,000 DBC at risk",
        ),
    ],
)
def test_a_member_sees_the_next_step(step: WorkStep, voted: Any, buttons: list[str], detail: str) -> None:
    (row,) = screen(to_judge=[work(step)], voted=voted).inbox
    assert ([want for want, _ in row.buttons], row.detail) == (buttons, detail)


def test_a_verification_is_work_without_a_report() -> None:
    (row,) = screen(to_judge=[work(report=None, until=NOW + 600)]).inbox
    assert (row.title, row.when, row.buttons) == ("Verify machine b07e…19aa", "in 1 h", ())


def test_a_running_lease_can_be_reported() -> None:
    assert screen(rented=[order(31, RentStatus.RENTING)]).can_report


def card(machine_status: MachineStatus = MachineStatus.RENTED, **since: int) -> Any:
    return stopwatch_card(clock(**since), machine(machine_status), HEAD)


def test_three_ways_side_by_side_before_a_report() -> None:
    found = card()
    assert (found.title, found.state, found.stake) == ("8 × RTX 4090 · 3f9a…c41d", "rented", "stake 571,428.57 DBC")
    unreported, own, others = found.columns
    assert (unreported.title, unreported.cost, unreported.tone) == ("Repaired before anyone reports", ZERO, "good")
    assert unreported.now_text == "nothing is slashed, and it goes on earning"
    assert own.cost == Balance(11_428_571_428_571_428_571)
    assert own.now_text == "2 % of the stake"
    assert own.reward_text == "and today's reward: 268.40 DBC"
    assert unreported.reward_text == ""
    assert own.next_text == "22,857.14 DBC from 7 min after the report"
    assert [(step.when, step.percent, step.is_now) for step in own.steps] == [
        ("at once", "2 %", True),
        ("from 7 min", "4 %", False),
        ("from 2 d", "30 %", False),
        ("from 5 d", "50 %", False),
    ]
    assert (others.title, others.cost) == ("Its renter reports it", Balance(22_857_142_857_142_857_142))
    assert found.buttons == (("offline", "Report offline…"),)
    assert found.advice == "A fault that is repaired before anyone reports it costs nothing. Reporting starts a clock."


def test_a_running_clock_counts_to_the_block() -> None:
    found = card(MachineStatus.STAKER_REPORT_OFFLINE, own_since=NOW - 60)
    unreported, own, _ = found.columns
    assert (unreported.cost, unreported.note, unreported.now_text) == (None, "no longer possible", "")
    assert (own.note, own.tone, own.next_text) == ("running for 6 min 6 s", "loss", "22,857.14 DBC in 00:54")
    assert found.advice == (
        "Repair it and report it online: 11,428.57 DBC is reserved then and taken 2 d later, unless you win an appeal."
    )
    assert found.buttons == (("online", "Report online…"),)
    at_the_step = card(MachineStatus.STAKER_REPORT_OFFLINE, own_since=NOW - 69).columns[1]
    assert at_the_step.cost == Balance(22_857_142_857_142_857_142)
    last = card(MachineStatus.STAKER_REPORT_OFFLINE, own_since=NOW - 80_000).columns[1]
    assert (last.next_text, last.steps[3].is_now) == ("it does not grow any more", True)


def test_a_machine_that_others_reported() -> None:
    found = card(MachineStatus.REPORTER_REPORT_OFFLINE, reported_since=NOW - 100)
    _, own, others = found.columns
    assert (found.state, own.is_open, others.title) == ("reported by others", False, "Others reported it")
    assert others.cost == Balance(45_714_285_714_285_714_285)
    assert others.next_text == "342,857.14 DBC in 1 d 23:49"


def test_a_forgiven_outage_costs_nothing() -> None:
    unreported, own, others = clock(own_since=NOW - 10).branches
    free = replace(
        clock(own_since=NOW - 10), branches=(unreported, replace(own, steps=(SlashStep(0, 0, ZERO),)), others)
    )
    found = stopwatch_card(free, machine(MachineStatus.STAKER_REPORT_OFFLINE), HEAD)
    assert found.columns[1].now_text == "forgiven: a year online, and ten days without a break"
    assert found.advice == "Repair it and report it online: coming back costs nothing now."


def test_who_reported_is_not_the_reader() -> None:
    (row,) = screen(to_judge=[work(report=report(9, reporter=BOB))]).inbox
    assert row.title == "Judge report 9: cannot be reached"
    assert row.key == "work.report.9"
    assert MACHINE not in row.title


def test_the_spending_sheet_names_what_is_signed() -> None:
    secret = MachineFault(FaultKind.RENTED_HARDWARE_MALFUNCTION, reporter_hash=b"\x01" * 16, box_pubkey=b"\x02" * 32)
    open_fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, MACHINE, 31)
    info = Call("MaintainCommittee", "reporter_add_encrypted_error_info", (7, BOB.raw, b"sealed"))
    titles = {
        "Report 3f9a…c41d: cannot be reached": Call("MaintainCommittee", "report_machine_fault", (open_fault,)),
        "Report a machine: hardware is broken": Call("MaintainCommittee", "report_machine_fault", (secret,)),
        "Tell a member what is wrong in report 7": info,
        "Tell 2 members what is wrong in report 7": Call("Utility", "batch_all", ((info, info),)),
        "Take report 7 back": Call("MaintainCommittee", "reporter_cancel_report", (7,)),
        "Judge report 7": Call("MaintainCommittee", "committee_book_report", (7,)),
        "Appeal against slash 4": Call("OnlineProfile", "apply_slash_review", (4, b"why")),
        "Appeal against the verdict on report 7": Call("MaintainCommittee", "apply_slash_review", (7, b"why")),
    }
    assert {title_of(call) for call in titles.values()} == set(titles)
    assert "cannot be reached" in fault_text(FaultKind.RENTED_INACCESSIBLE)

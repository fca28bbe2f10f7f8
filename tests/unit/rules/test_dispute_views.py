"""What is read of disputes: slashes, reports, a member's work, the stopwatch and the deadlines."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.dispute import (
    MemberStatus,
    ReportStatus,
    SlashOutcome,
    SlashSource,
    SlashWay,
    WorkStep,
)
from dbc_desktop.rules import views
from dbc_desktop.rules.profile import MAINNET_411, MAINNET_411_STRICT
from tests.doubles.reporting import (
    book,
    commit,
    commit_secret,
    inaccessible,
    judged_fast,
    report,
    result,
    secret,
    tell,
    together,
)

DBC = 10**15


@pytest.fixture
def rented(new_chain):
    chain = new_chain(profile=MAINNET_411)
    chain.online()
    chain.plant_stake(400_000 * DBC)
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    return chain


def slashes(chain, who: bytes):
    return views.slashes(chain.engine, Address(who))


def clock(chain):
    return views.slash_clock(chain.engine, chain.machine_id)


def ends(chain, who: bytes) -> set[tuple[str, int, str]]:
    kinds = ("slash", "slash_step", "appeal", "report", "committee_work")
    found = views.deadlines(chain.engine, Address(who))
    return {(one.kind, one.height, one.subject) for one in found if one.kind in kinds}


def test_the_stopwatch_shows_three_ways_before_anyone_reports(rented) -> None:
    unreported, own, others = clock(rented).branches
    height = rented.engine.height
    assert clock(rented).stake == Balance(400_000 * DBC)
    assert (unreported.way, unreported.steps, unreported.at(height)) == (SlashWay.UNREPORTED, (), None)
    assert [(step.after, step.percent, step.amount) for step in own.steps] == [
        (0, 2, Balance(8_000 * DBC)),
        (70, 4, Balance(16_000 * DBC)),
        (28_800, 30, Balance(120_000 * DBC)),
        (72_000, 50, Balance(200_000 * DBC)),
    ]
    assert (own.reason, own.since, own.at(height).percent, own.next_after(height).after) == (
        "RentedReportOffline",
        None,
        2,
        70,
    )
    assert [(step.after, step.amount) for step in others.steps] == [
        (0, Balance(16_000 * DBC)),
        (70, Balance(32_000 * DBC)),
        (28_800, Balance(240_000 * DBC)),
        (72_000, Balance(400_000 * DBC)),
    ]
    assert others.reason == "RentedInaccessible"
    assert [branch.is_open for branch in clock(rented).branches] == [True, True, True]


def test_the_reward_of_the_day_is_part_of_what_a_report_costs(rented) -> None:
    assert clock(rented).branches[1].reward_lost == ZERO
    rented.eras(1)
    own = clock(rented).branches[1]
    assert own.reward_lost == Balance(1_084_931_100 * DBC // 1_000)
    assert clock(rented).branches[2].reward_lost == own.reward_lost
    assert clock(rented).branches[0].reward_lost == ZERO


def test_an_idle_machine_has_other_tables(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    chain.online()
    _, own, others = clock(chain).branches
    assert [step.percent for step in own.steps] == [2, 4, 30, 80]
    assert (others.reason, [step.percent for step in others.steps]) == ("OnlineRentFailed", [6, 12, 16, 60, 100])
    assert views.slash_clock(chain.engine, "ab" * 32) is None


def test_a_clock_that_runs_says_what_the_chain_then_takes(rented) -> None:
    chain = rented
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    start = chain.engine.height
    unreported, own, _ = clock(chain).branches
    assert (unreported.is_open, own.since) == (False, start)
    assert ends(chain, chain.stash) == {("slash_step", start + 70, chain.machine_id)}
    chain.goto(start + 69)
    assert own.at(start + 69).percent == 2
    assert own.at(start + 70).amount == Balance(16_000 * DBC)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    (slash,) = slashes(chain, chain.stash)
    assert slash.amount == Balance(16_000 * DBC)
    due = start + 70 + 28_800
    assert (slash.source, slash.number, slash.exec_time, slash.can_appeal) == (SlashSource.MACHINE, 0, due, True)
    assert (slash.signer, slash.review_stake) == (Address(chain.stash), Balance(1_000 * DBC))
    assert slash.appeal_ends == due
    assert ends(chain, chain.stash) == {("slash", due, chain.machine_id)}
    chain.do(chain.stash, "OnlineProfile", "apply_slash_review", 0, b"the power failed")
    (slash,) = slashes(chain, chain.stash)
    assert (slash.can_appeal, slash.appeal.expire_time, slash.appeal.reason) == (False, due, b"the power failed")
    assert ("appeal", due, chain.machine_id) in ends(chain, chain.stash)
    chain.goto(due)
    assert slashes(chain, chain.stash) == ()


def test_a_year_of_service_is_forgiven_in_the_stopwatch_too(rented) -> None:
    chain = rented
    chain.goto(370 * 14_400)
    (step,) = clock(chain).branches[1].steps
    assert (step.percent, step.amount) == (0, ZERO)


def test_a_controller_sees_the_slashes_of_its_stash(rented) -> None:
    chain = rented
    other = b"c" * 32
    chain.do(chain.stash, "OnlineProfile", "stash_reset_controller", other)
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", other, 10 * DBC)
    for name in ("offline", "online"):
        chain.do(other, "OnlineProfile", f"controller_report_{name}", chain.machine_id)
    (slash,) = slashes(chain, other)
    assert (slash.who, slash.signer) == (Address(chain.stash), Address(other))
    assert slashes(chain, chain.stash) == (slash,)


def test_a_report_is_followed_by_its_reporter_and_its_members(rented) -> None:
    chain, (first, second, *_) = rented, rented.committee
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)))
    (open_work,) = views.committee_work(chain.engine, Address(first))
    assert (open_work.step, open_work.at_risk, open_work.report.bookable) == (WorkStep.BOOK, ZERO, True)
    together(chain, book(first))
    start = chain.engine.height
    (mine,) = views.committee_work(chain.engine, Address(first))
    assert (mine.step, mine.until, mine.machine_id) == (WorkStep.HASH, start + 50, chain.machine_id)
    assert ends(chain, first) == {("committee_work", start + 50, "report 0")}
    together(chain, commit(first, 0, False))
    (mine,) = views.committee_work(chain.engine, Address(first))
    assert (mine.step, mine.until) == (WorkStep.WAIT, start + 50)
    chain.goto(start + 50)
    (mine,) = views.committee_work(chain.engine, Address(first))
    assert (mine.step, mine.until) == (WorkStep.REVEAL, start + 100)
    found = views.reporter(chain.engine, Address(chain.renter))
    assert (found.staked, found.used) == (Balance(20_000 * DBC), Balance(1_000 * DBC))
    assert (found.reports[0].status, found.reports[0].reveal_until) == (ReportStatus.SUBMITTING_RAW, start + 100)
    assert ("report", start + 100, "0") in ends(chain, chain.renter)
    assert views.committee_work(chain.engine, Address(second)) == ()
    assert views.committee_work(chain.engine, Address(chain.stash)) == ()


def test_a_secret_report_waits_for_its_reporter(rented) -> None:
    chain, first = rented, rented.committee[0]
    together(chain, (chain.renter, "report_machine_fault", secret(chain)), book(first))
    start = chain.engine.height
    (mine,) = views.committee_work(chain.engine, Address(first))
    assert (mine.step, mine.until, mine.at_risk) == (
        WorkStep.WAIT_FOR_REPORTER,
        start + 300,
        Balance(1_000 * DBC),
    )
    assert ("report", start + 300, "0") in ends(chain, chain.renter)
    together(chain, tell(chain.renter, first))
    (mine,) = views.committee_work(chain.engine, Address(first))
    (member,) = mine.report.members
    assert (mine.step, mine.until, member.encrypted) == (WorkStep.HASH, start + 600, b"sealed")
    together(chain, commit_secret(chain, first, True))
    member = views.reporter(chain.engine, Address(chain.renter)).reports[0].members[0]
    assert (member.status, member.supports, member.hash_until) == (MemberStatus.WAITING_RAW, None, None)
    assert report(chain).machine_id == ""


def test_a_verdict_is_a_slash_of_who_loses_by_it(rented) -> None:
    chain = rented
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)))
    judged_fast(chain, [False, False, True])
    (lost,) = slashes(chain, chain.renter)
    assert (lost.source, lost.reason, lost.amount) == (SlashSource.REPORT, "ReportRefused", Balance(1_000 * DBC))
    assert lost.can_appeal
    (outvoted,) = slashes(chain, chain.committee[2])
    assert (outvoted.amount, outvoted.can_appeal) == (ZERO, True)
    assert slashes(chain, chain.committee[0]) == ()
    chain.goto(result(chain).exec_time)
    (lost,) = slashes(chain, chain.renter)
    assert (lost.outcome, lost.can_appeal) == (SlashOutcome.EXECUTED, False)


def test_a_member_outvoted_in_a_verification_sees_its_slash(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    chain.bond()
    chain.describe()
    (work,) = views.committee_work(chain.engine, Address(chain.booked[0]))
    assert (work.step, work.until, work.report) == (WorkStep.HASH, chain.engine.height + 28_800, None)
    chain.vote(chain.hardware(), chain.hardware(), chain.hardware(support=False))
    (slash,) = slashes(chain, chain.booked[2])
    assert (slash.source, slash.amount) == (SlashSource.VERIFICATION, Balance(1_000 * DBC))
    assert not slash.can_appeal  # on the network only who also controls a stash may
    chain.do(chain.booked[2], "OnlineProfile", "set_controller", chain.booked[2])
    assert slashes(chain, chain.booked[2])[0].can_appeal


def test_the_stopwatch_is_exact_to_the_unit_where_percents_do_not_divide(new_chain) -> None:
    chain = new_chain()
    chain.online()
    chain.plant_stake(285_714_285_714_285_714_275)
    step = clock(chain).branches[1].steps[0]
    assert step.amount.units == 5_714_285_714_285_714_285
    chain.plant_stake(285_714_285_714_285_714_288)
    step = clock(chain).branches[1].steps[0]
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    (slash,) = slashes(chain, chain.stash)
    assert slash.amount.units == step.amount.units == 5_714_285_714_285_714_286


@pytest.mark.parametrize(("profile", "blocks"), [(MAINNET_411, 28_800), (MAINNET_411_STRICT, 2)])
def test_until_when_an_appeal_can_be_granted_is_said_before_it_is_made(new_chain, profile, blocks) -> None:
    chain = new_chain(profile=profile)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)))
    judged_fast(chain, [False, False, False])
    (slash,) = slashes(chain, chain.renter)
    assert slash.appeal_ends == chain.engine.height + blocks
    together(chain, (chain.renter, "apply_slash_review", 0, b"why"))
    (slash,) = slashes(chain, chain.renter)
    assert slash.appeal.expire_time == chain.engine.height - 1 + blocks

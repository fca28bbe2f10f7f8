"""`launch-2021`: arbiters are drawn, the loser is slashed, a false report costs its stake (design 3.1)."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.dispute import FaultKind, ReportResult, ReportStatus
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import committee
from dbc_desktop.rules.online_profile.reported import MAX_SLASHED
from dbc_desktop.rules.online_profile.rows import MACHINES, PENDING_SLASH
from dbc_desktop.rules.profile import LAUNCH_2021, TREASURY
from tests.doubles.reporting import (
    MC,
    book,
    commit,
    commit_secret,
    inaccessible,
    record,
    report,
    reporter_stake,
    result,
    reveal,
    reveal_secret,
    secret,
    tell,
    together,
)

DBC = 10**15


@pytest.fixture
def rented(new_chain):
    chain = new_chain(profile=LAUNCH_2021)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    return chain


def held(chain, member: bytes) -> tuple[int, int]:
    return committee.stake_of(chain.engine.state, member)[1:3]


def reported(chain, who: bytes, fault) -> tuple[bytes, ...]:
    assert together(chain, (who, "report_machine_fault", fault)) == [None]
    return tuple(order.member for order in report(chain).orders)


def judged(chain, arbiters, *votes: bool) -> None:
    assert together(chain, *(commit(one, 0, vote) for one, vote in zip(arbiters, votes, strict=False))) == [None] * 3
    assert together(chain, *(reveal(one, 0, vote) for one, vote in zip(arbiters, votes, strict=False))) == [None] * 3


def test_three_arbiters_are_drawn_with_the_report_and_nobody_else_may_judge(rented) -> None:
    chain = rented
    arbiters = reported(chain, chain.renter, inaccessible(chain))
    assert len(set(arbiters)) == 3
    assert set(arbiters) <= set(chain.committee)
    assert report(chain).status is ReportStatus.VERIFYING
    assert [held(chain, one) for one in arbiters] == [(20_000 * DBC, 1_000 * DBC)] * 3
    other = next(one for one in chain.committee if one not in arbiters)
    assert together(chain, book(other)) == [(MC, "OrderNotAllowBook")]


def test_a_reporter_is_never_its_own_arbiter(rented) -> None:
    chain, member = rented, rented.committee[0]
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", member, 100_000 * DBC)
    for _ in range(12):
        together(chain, (member, "report_machine_fault", secret(chain)))
    found = [report(chain, number).orders for number in range(12)]
    drawn = [order.member for orders in found for order in orders]
    assert len(drawn) >= 12
    assert member not in drawn


def test_a_false_report_costs_the_renter_its_stake(rented) -> None:
    chain, renter = rented, rented.renter
    arbiters = reported(chain, renter, inaccessible(chain))
    assert reporter_stake(chain, renter) == (20_000 * DBC, 1_000 * DBC)
    judged(chain, arbiters, False, False, True)
    assert result(chain).result is ReportResult.REFUSED
    assert chain.engine.state.get(MACHINES, chain.machine_id).status is MachineStatus.RENTED
    assert record(chain, renter)["failedReport"] == [0]
    reserved, treasury = chain.reserved(renter), chain.free(TREASURY)
    winners = [chain.free(one) for one in arbiters[:2]]
    chain.goto(result(chain).exec_time)
    assert chain.reserved(renter) - reserved == -1_000 * DBC
    assert reporter_stake(chain, renter) == (19_000 * DBC, 0)
    gained = [chain.free(one) - old for one, old in zip(arbiters[:2], winners, strict=True)]
    assert gained == [500 * DBC, 500 * DBC]
    assert [held(chain, one) for one in arbiters] == [(20_000 * DBC, 0), (20_000 * DBC, 0), (19_000 * DBC, 0)]
    assert chain.free(TREASURY) - treasury == 1_000 * DBC


def test_cheating_that_is_found_costs_the_owner_and_who_denied_it(rented) -> None:
    """6,000 CNY at 0.012 USD and 7.0 CNY are 71,428.57 DBC a card; four of them, 24 % after 2,400 blocks."""
    chain, reporter = rented, rented.sudo
    arbiters = reported(chain, reporter, secret(chain, FaultKind.RENTED_HARDWARE_COUNTERFEIT))
    since = chain.engine.height
    assert together(chain, *(tell(reporter, one) for one in arbiters)) == [None] * 3
    votes = list(zip(arbiters, (True, True, False), strict=True))
    assert together(chain, *(commit_secret(chain, one, vote) for one, vote in votes)) == [None] * 3
    assert report(chain).status is ReportStatus.SUBMITTING_RAW
    assert together(chain, *(reveal_secret(chain, one, vote) for one, vote in votes)) == [None] * 3
    assert result(chain).result is ReportResult.SUCCEED
    assert record(chain, reporter)["succeedReport"] == [0]
    chain.goto(since + 2_399)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert slash.amount == 68_571_428_571_428_571_428
    chain.goto(result(chain).exec_time - 1)
    before = [chain.free(one) for one in (*arbiters, reporter)]
    chain.goto(result(chain).exec_time)
    gained = [chain.free(one) - old for one, old in zip((*arbiters, reporter), before, strict=True)]
    third = 333_333_333_333_333_333
    assert gained == [third, third, 0, third]
    assert held(chain, arbiters[2]) == (19_000 * DBC, 0)
    before = [chain.free(one) for one in arbiters]
    treasury = chain.free(TREASURY)
    chain.goto(slash.exec_time)
    shares = [chain.free(one) - old for one, old in zip(arbiters, before, strict=True)]
    assert shares == [6_857_142_857_142_857_142, 6_857_142_857_142_857_142, 0]
    assert chain.free(TREASURY) - treasury == 54_857_142_857_142_857_144


def test_an_arbiter_that_is_silent_pays_and_others_are_drawn(rented) -> None:
    chain = rented
    arbiters = reported(chain, chain.renter, inaccessible(chain))
    chain.goto(report(chain).first_book_time + 100)
    assert (result(chain).result, result(chain).unruly) == (ReportResult.NO_CONSENSUS, arbiters)
    assert report(chain, 1).status is ReportStatus.VERIFYING
    assert report(chain, 1).report_time == report(chain, 0).report_time
    chain.goto(result(chain).exec_time)
    assert [held(chain, one)[0] for one in arbiters] == [19_000 * DBC] * 3
    assert reporter_stake(chain, chain.renter)[1] == 1_000 * DBC


def test_a_report_waits_until_there_are_enough_arbiters(new_chain) -> None:
    chain = new_chain(profile=LAUNCH_2021, members=3)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    chain.do(chain.committee[0], "Committee", "chill")
    assert reported(chain, chain.renter, inaccessible(chain)) == ()
    assert together(chain, (chain.renter, "reporter_cancel_report", 0)) == [None]
    assert reported_again(chain) == ()
    chain.do(chain.committee[0], "Committee", "undo_chill")
    assert len(report(chain, 1).orders) == 3


def reported_again(chain) -> tuple[object, ...]:
    assert together(chain, (chain.renter, "report_machine_fault", inaccessible(chain))) == [None]
    return report(chain, 1).orders


def test_a_stake_that_was_taken_is_no_longer_on_record(rented) -> None:
    """On the network it stays there, and leaving or restaking fails (quirk Q4 of chain-rules 14)."""
    chain = rented
    arbiters = reported(chain, chain.renter, inaccessible(chain))
    since = chain.engine.height
    judged(chain, arbiters, True, True, True)
    chain.goto(since + 72_000)
    chain.do(chain.sudo, "OnlineProfile", "exec_slash", chain.machine_id)
    assert chain.engine.state.get(MAX_SLASHED, chain.machine_id) == since + 72_001
    again = chain.attempt(chain.sudo, "OnlineProfile", "exec_slash", chain.machine_id)
    assert again == ("OnlineProfile", "MachineStatusNotAllowed")
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert slash.amount == 285_714_285_714_285_714_284
    chain.goto(slash.exec_time)
    assert chain.engine.state.get(MACHINES, chain.machine_id).stake_amount == 0
    assert chain.reserved(chain.stash) == 0

"""Reports step by step: who may do what, and when (chain-rules 7)."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto.hashing import blake2_128
from dbc_desktop.domain.dispute import FaultKind, MemberStatus, ReportResult, ReportStatus
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.parameters import ReporterStakeParams
from dbc_desktop.rules import committee
from dbc_desktop.rules.maintain_committee.rows import MemberOrder, live
from dbc_desktop.rules.online_profile.reported import OFFLINE_RENTERS, REPORTED, Reported
from dbc_desktop.rules.online_profile.rows import MACHINES, PENDING_SLASH
from dbc_desktop.rules.profile import MAINNET_411, TREASURY
from dbc_desktop.rules.report_hash import inaccessible_hash, member_hash, reporter_hash
from tests.doubles.reporting import (
    MC,
    book,
    commit,
    commit_secret,
    inaccessible,
    judged_fast,
    looked_at,
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
BOB = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
REASON = "补充信息，可留空".encode()


@pytest.mark.vector
def test_hashes_of_reports() -> None:
    assert blake2_128(b"0abcd1").hex() == "73124a023f585b4018b9ed3593c7470a"
    assert inaccessible_hash(0, b"abcd", supports=True).hex() == "73124a023f585b4018b9ed3593c7470a"
    assert reporter_hash(BOB, 0, b"abcdef", REASON).hex() == "2611557f5306f050019eeb27648c5494"
    digest = member_hash(BOB, 0, b"abcdef", b"abc1", REASON, supports=True)
    assert digest.hex() == "7980cfd18a2e6cb338f4924ae0fff495"


@pytest.fixture
def away(new_chain):
    """A chain of `mainnet-411` with a machine whose first order runs."""
    chain = new_chain(profile=MAINNET_411)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    return chain


def say(chain, who: bytes, *act: object) -> str:
    error = together(chain, (who, *act))[0]
    return "ok" if error is None else f"{error[0]}.{error[1]}"


def machine(chain):
    return chain.engine.state.get(MACHINES, chain.machine_id)


def members(chain) -> list[tuple[int, int]]:
    return [committee.stake_of(chain.engine.state, one)[1:3] for one in chain.committee]


@pytest.mark.vector
def test_v45_one_member_supports_a_malfunction(away) -> None:
    chain, reporter, (member, *_) = away, away.sudo, away.committee
    assert say(chain, reporter, "report_machine_fault", secret(chain)) == "ok"
    assert reporter_stake(chain, reporter) == (20_000 * DBC, 1_000 * DBC)
    looked_at(chain, reporter, member, True)
    start = report(chain).first_book_time
    assert report(chain).status is ReportStatus.WAITING_BOOK
    chain.goto(start + 1_799)
    assert report(chain).status is ReportStatus.WAITING_BOOK
    chain.goto(start + 1_800)
    assert report(chain).status is ReportStatus.SUBMITTING_RAW
    assert together(chain, reveal_secret(chain, member, True)) == [None]
    assert result(chain).exec_time == chain.engine.height + 28_800
    assert machine(chain).status is MachineStatus.REPORTER_REPORT_OFFLINE
    chain.goto(result(chain).exec_time)
    assert reporter_stake(chain, reporter) == (20_000 * DBC, 0)
    assert members(chain)[0] == (20_000 * DBC, 0)


@pytest.mark.vector
def test_v46_a_reporter_that_says_nothing_pays(away) -> None:
    chain, reporter, (member, *_) = away, away.sudo, away.committee
    together(chain, (reporter, "report_machine_fault", secret(chain)), book(member))
    start = chain.engine.height
    chain.goto(start + 299)
    assert result(chain) is None
    chain.goto(start + 300)
    assert result(chain).result is ReportResult.NOT_ENCRYPTED
    assert members(chain)[0] == (20_000 * DBC, 0)
    treasury = chain.free(TREASURY)
    chain.goto(result(chain).exec_time)
    assert chain.free(TREASURY) - treasury == 1_000 * DBC
    assert (reporter_stake(chain, reporter), members(chain)[0]) == ((19_000 * DBC, 0), (20_000 * DBC, 0))


@pytest.mark.vector
def test_v46_a_member_that_does_not_reveal_pays(away) -> None:
    chain, reporter, (member, *_) = away, away.sudo, away.committee
    assert say(chain, reporter, "report_machine_fault", secret(chain)) == "ok"
    looked_at(chain, reporter, member, True)
    chain.goto(report(chain).first_book_time + 2_400)
    assert result(chain).result is ReportResult.NO_CONSENSUS
    assert record(chain, reporter)["processingReport"] == [0, 1]
    chain.goto(result(chain).exec_time)
    assert reporter_stake(chain, reporter) == (20_000 * DBC, 1_000 * DBC)
    assert members(chain)[0] == (19_000 * DBC, 0)
    assert report(chain, 1).report_time == report(chain, 0).report_time


@pytest.mark.vector
def test_v47_one_member_cannot_reach_a_machine(away) -> None:
    chain, (member, *_) = away, away.committee
    assert say(chain, chain.renter, "report_machine_fault", inaccessible(chain)) == "ok"
    reported = chain.engine.height
    assert chain.engine.state.get(OFFLINE_RENTERS, chain.machine_id) == (chain.renter,)
    start = judged_fast(chain, [True])
    assert chain.engine.height == start + 51
    assert result(chain).result is ReportResult.SUCCEED
    assert result(chain).committee_stake == 0
    (found,) = chain.engine.state.get(REPORTED, chain.machine_id)
    told = (FaultKind.RENTED_INACCESSIBLE, None, (member,), reported, MachineStatus.RENTED, None, 0)
    assert found == Reported(*told)


def test_only_the_renter_says_that_a_machine_cannot_be_reached(away) -> None:
    chain = away
    assert say(chain, chain.stash, "report_machine_fault", inaccessible(chain)) == f"{MC}.NotMachineRenter"
    assert say(chain, chain.renter, "report_machine_fault", inaccessible(chain, 7)) == f"{MC}.NotMachineRenter"
    poor = chain.committee[0]
    assert say(chain, poor, "report_machine_fault", secret(chain)) == f"{MC}.BalanceNotEnough"


def test_a_report_is_booked_by_members_one_by_one_where_it_is_secret(away) -> None:
    chain, (first, second, *_) = away, away.committee
    assert say(chain, first, *book(first)[1:]) == f"{MC}.Unknown"
    together(chain, (chain.sudo, "report_machine_fault", secret(chain)))
    assert together(chain, book(chain.sudo), book(first), book(first), book(second)) == [
        (MC, "NotCommittee"),
        None,
        (MC, "AlreadyBooked"),
        (MC, "OrderNotAllowBook"),
    ]
    assert members(chain)[:2] == [(20_000 * DBC, 1_000 * DBC), (20_000 * DBC, 0)]
    assert say(chain, chain.sudo, "reporter_cancel_report", 0) == f"{MC}.OrderNotAllowCancel"
    assert say(chain, *commit_secret(chain, first, True)) == f"{MC}.OrderStatusNotFeat"
    assert say(chain, chain.stash, *tell(b"", first)[1:]) == f"{MC}.NotOrderReporter"
    assert say(chain, *tell(chain.sudo, second)) == f"{MC}.NotOrderCommittee"
    assert say(chain, *tell(chain.sudo, first)) == "ok"
    assert say(chain, *tell(chain.sudo, first)) == f"{MC}.OrderStatusNotFeat"
    assert say(chain, *commit_secret(chain, first, True)) == "ok"
    assert say(chain, *commit_secret(chain, first, False)) == f"{MC}.AlreadySubmitConfirmation"
    assert say(chain, *reveal_secret(chain, first, True)) == f"{MC}.OrderStatusNotFeat"


def test_what_is_revealed_must_fit_what_was_committed(away) -> None:
    chain, (first, second, third, *_) = away, away.committee
    together(chain, (chain.sudo, "report_machine_fault", secret(chain)))
    for member in (first, second, third):
        looked_at(chain, chain.sudo, member, True)
    assert report(chain).status is ReportStatus.SUBMITTING_RAW
    who, name, *args = reveal_secret(chain, first, True)
    other = [*args[:5], b"another reason", *args[6:]]
    assert say(chain, who, name, *other) == f"{MC}.NotEqualReporterSubmit"
    assert say(chain, *reveal_secret(chain, first, False)) == f"{MC}.NotEqualCommitteeSubmit"
    assert say(chain, *reveal(first, 0, True)) == f"{MC}.OrderStatusNotFeat"
    assert say(chain, *reveal_secret(chain, first, True)) == "ok"
    assert say(chain, *reveal_secret(chain, first, True)) == f"{MC}.AlreadySubmitConfirmation"
    assert say(chain, chain.sudo, *reveal_secret(chain, b"x", True)[1:]) == f"{MC}.NotInBookedList"


def test_two_members_may_not_send_the_same_hash(away) -> None:
    chain, (first, second, *_) = away, away.committee
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)), book(first), book(second))
    digest = inaccessible_hash(0, b"same", supports=True)
    same = [(one, "committee_submit_verify_hash", 0, digest) for one in (first, second)]
    assert together(chain, *same) == [None, (MC, "DuplicateHash")]
    assert say(chain, *tell(chain.renter, first)) == f"{MC}.NotNeedEncryptedInfo"


def test_a_late_member_pays_and_the_report_goes_on(away) -> None:
    """On the network, and in its strict profile, the reporter would pay as well (chain-rules 7.5 a)."""
    chain, reporter, (late, good, *_) = away, away.sudo, away.committee
    together(chain, (reporter, "report_machine_fault", secret(chain)), book(late))
    start = chain.engine.height
    together(chain, tell(reporter, late))
    chain.goto(start + 600)
    assert report(chain)[4:6] == (ReportStatus.REPORTED, 0)
    assert (report(chain).unruly, result(chain)) == ((late,), None)
    assert say(chain, *book(late)) == f"{MC}.NotProperCommittee"
    looked_at(chain, reporter, good, True)
    chain.goto(report(chain).first_book_time + 1_800)
    together(chain, reveal_secret(chain, good, True))
    assert (result(chain).unruly, result(chain).rewarded) == ((late,), (good,))
    free = chain.free(reporter)
    chain.goto(result(chain).exec_time)
    assert chain.free(reporter) - free == 500 * DBC
    assert members(chain)[:2] == [(19_000 * DBC, 0), (20_000 * DBC, 0)]
    assert reporter_stake(chain, reporter) == (20_000 * DBC, 0)


def test_taking_a_report_back_does_not_spare_who_was_late(away) -> None:
    chain, reporter, late = away, away.sudo, away.committee[0]
    together(chain, (reporter, "report_machine_fault", secret(chain)), book(late))
    start = chain.engine.height
    together(chain, tell(reporter, late))
    chain.goto(start + 600)
    assert say(chain, reporter, "reporter_cancel_report", 0) == "ok"
    assert reporter_stake(chain, reporter) == (20_000 * DBC, 0)
    assert live(chain.engine.state) == ()
    chain.goto(result(chain).exec_time)
    assert members(chain)[0] == (19_000 * DBC, 0)
    assert reporter_stake(chain, reporter) == (20_000 * DBC, 0)


def test_who_books_late_is_let_go_and_the_others_reveal(away) -> None:
    """On the network nobody could reveal any more (chain-rules 7.5 b)."""
    chain, reporter, (first, second, *_) = away, away.sudo, away.committee
    together(chain, (reporter, "report_machine_fault", secret(chain)))
    looked_at(chain, reporter, first, False)
    start = report(chain).first_book_time
    chain.goto(start + 1_600)
    together(chain, book(second))
    chain.goto(start + 1_800)
    assert [order.member for order in report(chain).orders] == [first]
    assert members(chain)[1] == (20_000 * DBC, 0)
    assert say(chain, *reveal_secret(chain, first, False)) == "ok"
    assert result(chain).result is ReportResult.REFUSED


def test_a_member_that_hides_its_vote_pays(away) -> None:
    """On the network its stake would stay used for ever (chain-rules 7.5 c)."""
    chain, reporter, (first, second, *_) = away, away.sudo, away.committee
    together(chain, (reporter, "report_machine_fault", secret(chain)))
    for member in (first, second):
        looked_at(chain, reporter, member, True)
    chain.goto(report(chain).first_book_time + 1_800)
    together(chain, reveal_secret(chain, first, True))
    chain.goto(report(chain).first_book_time + 2_400)
    assert (result(chain).rewarded, result(chain).unruly) == ((first,), (second,))
    chain.goto(result(chain).exec_time)
    assert members(chain)[:2] == [(20_000 * DBC, 0), (19_000 * DBC, 0)]


def test_a_machine_reported_while_it_is_away_returns_to_where_it_was(away) -> None:
    chain = away
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    left = chain.engine.height
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)))
    judged_fast(chain, [True, True, True])
    assert machine(chain)[5] is MachineStatus.REPORTER_REPORT_OFFLINE
    assert machine(chain).previous is MachineStatus.STAKER_REPORT_OFFLINE
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    assert (machine(chain).status, machine(chain).previous) == (
        MachineStatus.STAKER_REPORT_OFFLINE,
        MachineStatus.RENTED,
    )
    assert machine(chain).offline_height == left
    assert chain.engine.state.get(REPORTED, chain.machine_id) is None
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    assert machine(chain).status is MachineStatus.RENTED
    reasons = [chain.engine.state.get(PENDING_SLASH, number).reason for number in (0, 1)]
    assert reasons == ["RentedInaccessible", "RentedReportOffline"]


@pytest.mark.parametrize(
    ("kind", "blocks", "percent"),
    [
        (FaultKind.RENTED_HARDWARE_MALFUNCTION, 2_399, 6),
        (FaultKind.RENTED_HARDWARE_MALFUNCTION, 14_400, 16),
        (FaultKind.RENTED_HARDWARE_COUNTERFEIT, 14_399, 24),
        (FaultKind.RENTED_HARDWARE_COUNTERFEIT, 28_799, 32),
        (FaultKind.ONLINE_RENT_FAILED, 28_800, 60),
        (FaultKind.ONLINE_RENT_FAILED, 72_000, 100),
    ],
)
def test_the_slash_grows_with_the_time_since_the_report(away, kind, blocks, percent) -> None:
    chain = away
    together(chain, (chain.sudo, "report_machine_fault", secret(chain, kind)))
    since = chain.engine.height
    for member in chain.committee[:3]:
        looked_at(chain, chain.sudo, member, True)
    together(chain, *(reveal_secret(chain, member, True) for member in chain.committee[:3]))
    chain.goto(since + blocks - 1)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    assert slash.amount * 100 == machine(chain).stake_amount * percent
    assert (slash.reason, slash.renters) == (kind.value, ())


def test_a_tie_believes_the_reporter_and_a_booked_order_keeps_its_place(away) -> None:
    chain, (first, second, *_) = away, away.committee
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)), book(first), book(second))
    assert report(chain).order_of(first) == MemberOrder(first, chain.engine.height, 0, MemberStatus.VERIFYING)
    together(chain, commit(first, 0, True), commit(second, 0, False))
    chain.goto(report(chain).first_book_time + 50)
    assert together(chain, reveal(first, 0, True), reveal(second, 0, False)) == [None, None]
    assert result(chain).result is ReportResult.SUCCEED


def test_root_changes_what_a_reporter_must_have(away) -> None:
    chain = away
    params = ReporterStakeParams(10_000 * DBC, 2_000 * DBC, 500_000_000)
    assert chain.root(MC, "set_reporter_stake_params", params) is None
    acts = [(chain.sudo, "report_machine_fault", secret(chain))] * 3
    assert together(chain, *acts) == [None, None, (MC, "StakeNotEnough")]
    assert reporter_stake(chain, chain.sudo) == (10_000 * DBC, 4_000 * DBC)

"""What the runtime of version 400 did with reports and appeals, done again (chain-rules 12.6)."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.dispute import FaultKind, ReportStatus
from dbc_desktop.rules import committee, committee_appeals, online_committee
from dbc_desktop.rules.maintain_committee.rows import NEXT_REPORT_ID, REVIEWS, live
from dbc_desktop.rules.online_profile.rows import PENDING_SLASH, SLASH_SHARES, STASH_STAKE
from dbc_desktop.rules.profile import TREASURY
from dbc_desktop.rules.state import SINGLE
from tests.doubles.reporting import (
    MC,
    book,
    inaccessible,
    judged_fast,
    looked_at,
    record,
    report,
    reporter_stake,
    result,
    reveal_secret,
    secret,
    tell,
    together,
)
from tests.doubles.runtime_fleet import CALL, DBC, PROFILE, STASHES, VECTORS, Runtime, of, plain

pytestmark = pytest.mark.vector

REPORTER = b"p" * 32


def rented(new_chain, vector, **options) -> Runtime:
    """A4 rented for fifteen days by the renter, its stake full; the reporter of secret faults has coins."""
    run = Runtime(new_chain, vector, **options)
    run.online("A1", "A4")
    run.confirm(run.rent(4, 216_000))
    run.chain.do(run.chain.sudo, "Balances", "transfer_keep_alive", REPORTER, 100_000 * DBC)
    return run


class Meter:
    """How free and reserved coins move over one block."""

    def __init__(self, run: Runtime, reporter: bytes) -> None:
        self.chain, self.run, self.reporter = run.chain, run, reporter
        self.before = self.read()

    def read(self) -> dict[str, list[int]]:
        chain = self.chain
        return {
            "reporter": [chain.free(self.reporter), chain.reserved(self.reporter)],
            "committee_free": [chain.free(one) for one in chain.committee],
            "committee_reserved": [chain.reserved(one) for one in chain.committee],
            "stash_reserved": [chain.reserved(chain.stash)],
            "treasury": [chain.free(TREASURY)],
        }

    def moved(self) -> dict[str, object]:
        now = self.read()
        delta = {name: [b - a for a, b in zip(self.before[name], now[name], strict=True)] for name in now}
        return {
            "reporter_free_delta": delta["reporter"][0],
            "reporter_reserved_delta": delta["reporter"][1],
            "committee_free_delta": delta["committee_free"],
            "committee_reserved_delta": delta["committee_reserved"],
            "stash_reserved_delta": delta["stash_reserved"][0],
            "treasury_free_delta": delta["treasury"][0],
        }


def check(expected: dict[str, object], moved: dict[str, object]) -> None:
    told = {name: value for name, value in expected.items() if name in moved}
    assert len(told) >= 4
    assert {name: moved[name] for name in told} == told


def at_execution(run: Runtime, reporter: bytes, height: int) -> dict[str, object]:
    run.chain.goto(height - 1)
    meter = Meter(run, reporter)
    run.chain.goto(height)
    return meter.moved()


def staked(held: dict[str, int]) -> tuple[int, int]:
    return held["staked"], held["used"]


def check_slash(run: Runtime, expected: dict[str, object], report_time: int) -> int:
    """Bring the machine back; the slash that is reserved, and the height at which it is taken."""
    chain = run.chain
    before = run.reserved()
    chain.goto(report_time + expected["offline_blocks_counted"] - 1)
    assert run.act("controller_report_online") == "ok"
    slash = chain.engine.state.get(PENDING_SLASH, 0)
    shares = chain.engine.state.get(SLASH_SHARES, 0)
    assert slash.amount == expected["amount"]
    assert run.machine().stake_amount == expected["stake_amount"]
    assert (len(slash.renters), len(shares.committee)) == (expected["renters"], expected["committee"])
    assert (shares.reporter is not None) == expected["reporter_recorded"]
    if "reason" in expected:
        assert slash.reason == expected["reason"]
        assert run.reserved() - before == expected["reserved_delta"]
        assert run.machine().status.value == expected["status_after"]
    return slash.exec_time


@of("report-inaccessible")
def test_report_inaccessible(vector, new_chain) -> None:
    given, expected, run = vector["inputs"], vector["expected"], rented(new_chain, vector)
    chain, reporter = run.chain, run.chain.renter
    assert run.order().fee == given["rent_fee"]
    free, reserved = chain.free(reporter), chain.reserved(reporter)
    assert together(chain, (reporter, "report_machine_fault", inaccessible(chain))) == [None]
    reported = chain.engine.height
    assert chain.free(reporter) - free + CALL == expected["reporter_free_delta"]
    assert chain.reserved(reporter) - reserved == expected["reporter_reserved_delta"]
    assert reporter_stake(chain, reporter) == staked(expected["reporter_after_report"])
    votes = given["votes"]
    held = [chain.free(one) for one in chain.committee]
    seen: dict[str, object] = {}
    start = judged_fast(chain, votes, seen=seen)
    assert seen == {name: expected[name] for name in seen if name in expected}
    windows = chain.engine.profile.report_windows
    assert windows.reveal_from(is_fast=True) == expected["confirm_start_minus_book"]
    calls = [3 if vote is not None else 1 for vote in votes]
    paid = [old - chain.free(one) for one, old in zip(chain.committee, held, strict=True)][: len(votes)]
    assert [gone - CALL * number for gone, number in zip(paid, calls, strict=True)] == expected["committee_fee"]
    assert chain.engine.height - start == expected["summary_minus_book"]
    assert run.machine().status.value == expected["machine_status"]
    assert record(chain, reporter) == expected["report_record"]
    assert chain.engine.state.get(NEXT_REPORT_ID, SINGLE) == expected["next_report_id"]
    found, told = result(chain), expected["result"]
    assert found.result.value == told["type"]
    assert (found.reporter_stake, found.committee_stake) == (told["reporter_stake"], told["committee_stake"])
    counted = (len(found.rewarded), len(found.inconsistent), len(found.unruly))
    assert counted == (told["supporters_or_winners"], told["inconsistent"], told["unruly"])
    assert found.exec_time - chain.engine.height == told["exec_minus_now"]
    due = found.exec_time
    if "machine_slash" in expected:
        taken = check_slash(run, expected["machine_slash"], reported)
    check(expected["exec_report"], at_execution(run, reporter, due))
    assert reporter_stake(chain, reporter) == staked(expected["exec_report"]["reporter_stake"])
    if "machine_slash" in expected:
        check(expected["exec_machine"], at_execution(run, reporter, taken))
        assert reporter_stake(chain, reporter) == staked(expected["exec_machine"]["reporter_stake"])


@of("report-hardware")
def test_report_hardware(vector, new_chain) -> None:
    given, expected, run = vector["inputs"], vector["expected"], rented(new_chain, vector)
    chain = run.chain
    fault = secret(chain, FaultKind(given["kind"]))
    assert together(chain, (REPORTER, "report_machine_fault", fault)) == [None]
    reported = chain.engine.height
    assert reporter_stake(chain, REPORTER) == staked(expected["reporter_after_report"])
    voters = list(zip(chain.committee, given["votes"], strict=False))
    for member, vote in voters:
        looked_at(chain, REPORTER, member, vote)
    assert run.members() == plain(expected["committee_after_hash"])
    chain.goto(report(chain).first_book_time + 1_800)
    assert report(chain).status.value == expected["status_before_raw"]
    for member, vote in voters:
        assert together(chain, reveal_secret(chain, member, vote)) == [None]
    found, told = result(chain), expected["result"]
    assert (found.result.value, found.committee_stake) == (told["type"], told["committee_stake"])
    assert (found.reporter_stake, found.machine_stash is not None) == (
        told["reporter_stake"],
        told["machine_stash_recorded"],
    )
    assert found.exec_time - chain.engine.height == told["exec_minus_now"]
    assert run.machine().status.value == expected["machine_status"]
    assert record(chain, REPORTER) == expected["report_record"]
    if "machine_slash" in expected:
        taken = check_slash(run, expected["machine_slash"], reported)
    renter = chain.free(chain.renter)
    check(expected["exec_report"], at_execution(run, REPORTER, found.exec_time))
    assert reporter_stake(chain, REPORTER) == staked(expected["exec_report"]["reporter_stake"])
    assert run.members() == plain(expected["exec_report"]["committee"])
    if "machine_slash" in expected:
        check(expected["exec_machine"], at_execution(run, REPORTER, taken))
    assert chain.free(chain.renter) - renter == expected["exec_report"]["renter_free_delta"]


@of("reporter-stake")
def test_reporter_stake(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector)
    chain = run.chain
    fault = secret(chain, FaultKind.ONLINE_RENT_FAILED)
    done = together(chain, *[(REPORTER, "report_machine_fault", fault)] * 16)
    assert [named(one) for one in done] == expected["results"]
    assert reporter_stake(chain, REPORTER) == staked(expected["after"])
    done = together(
        chain,
        (REPORTER, "reporter_reduce_stake", 1),
        (REPORTER, "reporter_add_stake", 1_000 * DBC),
        (chain.renter, "reporter_cancel_report", 0),
        (REPORTER, "reporter_cancel_report", 0),
        (REPORTER, "reporter_cancel_report", 0),
    )
    assert [named(one) for one in done] == expected["more"]
    assert reporter_stake(chain, REPORTER) == staked(expected["after_more"])
    assert record(chain, REPORTER) == expected["report_record"]


def named(error: tuple[str, str] | None) -> str:
    return "ok" if error is None else f"{error[0][0].lower()}{error[0][1:]}.{error[1]}"


@of("quirk-reporter-reduce-stake")
def test_quirk_reporter_reduce_stake(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector, strict=True)
    run.online("A1", "A4")
    chain = run.chain
    assert run.reserved() == expected["reserved_before"]
    assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake_before"]
    assert named(chain.attempt(chain.stash, MC, "reporter_reduce_stake", given["amount"])) == expected["result"]
    assert run.reserved() == expected["reserved_after"]
    assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake_after"]
    sane = Runtime(new_chain, vector)
    sane.online("A1", "A4")
    sane.chain.stash = STASHES["A"]
    refused = sane.chain.attempt(sane.chain.stash, MC, "reporter_reduce_stake", given["amount"])
    assert refused == (MC, "StakeNotEnough")


@of("quirk-exec-slash")
def test_quirk_exec_slash(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector)
    after_max_slash(run, expected)
    assert run.act("controller_report_online") == expected["report_online"]
    assert (run.state.get(PENDING_SLASH, 1) is not None) == expected["second_slash"]
    assert run.machine().status.value == expected["status"]


def after_max_slash(run: Runtime, expected: dict[str, object]) -> None:
    chain = run.chain
    assert together(chain, (chain.renter, "report_machine_fault", inaccessible(chain))) == [None]
    reported = chain.engine.height
    judged_fast(chain, [True])
    run.at(reported + 72_000)
    anyone = (chain.sudo, PROFILE, "exec_slash", chain.machine_id)
    assert named(chain.attempt(*anyone)) == expected["at_exactly_72000"]
    before = run.reserved()
    assert named(chain.attempt(*anyone)) == expected["at_72001"]
    assert run.slash().amount == expected["amount"]
    assert run.reserved() - before == expected["reserved_delta_on_exec_slash"]
    chain.goto(run.slash().exec_time)
    assert run.reserved() - before == expected["reserved_delta_on_execution"]
    assert run.machine().stake_amount == expected["stake_amount"]
    assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake_after"]


@of("quirk-exit-after-max-slash")
def test_quirk_exit_after_max_slash(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector)
    before = VECTORS["R-quirk-exec-slash-1"]["expected"]
    after_max_slash(run, before)
    assert run.act("controller_report_online") == "ok"
    run.chain.goto(400 * 14_400)
    assert run.machine().status.value == expected["status"]
    assert run.machine().stake_amount == expected["stake_amount"]
    assert run.state.get(STASH_STAKE, run.chain.stash) == expected["stash_stake_before_exit"]
    assert named(run.chain.attempt(run.chain.stash, PROFILE, "machine_exit", run.chain.machine_id)) == expected["exit"]
    assert run.reserved() == expected["reserved_after"]


@of("quirk-committee-misses-hash")
def test_quirk_committee_misses_hash(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector, strict=True)
    chain, member = run.chain, run.chain.committee[0]
    assert together(chain, (REPORTER, "report_machine_fault", secret(chain))) == [None]
    assert together(chain, book(member)) == [None]
    start = chain.engine.height
    assert together(chain, tell(REPORTER, member)) == [None]
    chain.goto(start + 600)
    assert report(chain).status.value == expected["report_status"]
    assert len(live(run.state)) == expected["bookable"]
    found = result(chain)
    assert (found.result.value, found.reporter_stake) == (expected["result_type"], expected["reporter_stake"])
    assert len(found.unruly) == expected["unruly"]
    moved = at_execution(run, REPORTER, found.exec_time)
    assert moved["reporter_reserved_delta"] == expected["reporter_reserved_delta"]
    assert moved["committee_reserved_delta"] == [expected["committee_reserved_delta"], 0, 0]
    assert reporter_stake(chain, REPORTER) == staked(expected["reporter_stake_after"])
    assert run.members()[:1] == plain([expected["committee_after"]])


@of("quirk-late-booking")
def test_quirk_late_booking(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector, strict=True)
    chain, (first, second, _) = run.chain, run.chain.committee
    assert together(chain, (REPORTER, "report_machine_fault", secret(chain))) == [None]
    looked_at(chain, REPORTER, first, True)
    start = report(chain).first_book_time
    run.at(start + 1_500)
    assert together(chain, book(second)) == [None]
    assert together(chain, tell(REPORTER, second)) == [None]
    chain.goto(start + 1_800)
    assert report(chain).status.value == expected["status_after_1800"]
    assert len(report(chain).orders) == expected["booked_after_1800"]
    assert named(together(chain, reveal_secret(chain, first, True))[0]) == expected["raw_by_c0"]
    chain.goto(start + 2_400)
    found = result(chain)
    assert {"type": found.result.value, "unruly": len(found.unruly)} == expected["result"]
    assert run.members()[:2] == plain([expected["c0"], expected["c1"]])


@of("quirk-result-executed-twice")
def test_quirk_result_executed_twice(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector, strict=True)
    chain, (first, second, _) = run.chain, run.chain.committee
    assert together(chain, (REPORTER, "report_machine_fault", secret(chain))) == [None]
    assert together(chain, book(first)) == [None]
    start = chain.engine.height
    assert together(chain, tell(REPORTER, first)) == [None]
    chain.goto(start + 600)
    early = result(chain).exec_time
    looked_at(chain, REPORTER, second, True)
    chain.goto(start + 601 + 1_800)
    assert together(chain, reveal_secret(chain, second, True)) == [None]
    found = result(chain)
    assert (found.result.value, len(found.unruly)) == (expected["result"], expected["unruly"])
    assert found.exec_time - early == expected["second_minus_first_exec"]
    free = chain.free(REPORTER)
    marks = ((early - 1, "before"), (early, "after_first_height"), (found.exec_time, "after_second_height"))
    for height, name in marks:
        chain.goto(height)
        told = expected[name]
        assert reporter_stake(chain, REPORTER) == staked(told["reporter"])
        assert run.members()[:2] == plain([told["c0"], told["c1"]])
        assert chain.reserved(first) == told["c0_reserved"]
        gained = told["reporter_free"] - expected["before"]["reporter_free"]
        assert chain.free(REPORTER) - free == gained


@of("quirk-report-appeal-next-block")
def test_quirk_report_appeal_next_block(vector, new_chain) -> None:
    expected, run = vector["expected"], rented(new_chain, vector, strict=True)
    chain, who = run.chain, run.chain.renter
    assert together(chain, (who, "report_machine_fault", inaccessible(chain))) == [None]
    judged_fast(chain, [False] * 3)
    assert reporter_stake(chain, who) == staked(expected["stake_before"])
    reserved = chain.reserved(who)
    assert named(together(chain, (who, "apply_slash_review", 0, b"no"))[0]) == expected["apply"]
    assert chain.reserved(who) - reserved == expected["reserved_after_apply_delta"]
    assert reporter_stake(chain, who) == staked(expected["stake_after_apply"])
    reserved = chain.reserved(who)
    chain.goto(chain.engine.height + 1)
    assert chain.reserved(who) - reserved == expected["reserved_next_block_delta"]
    assert reporter_stake(chain, who) == staked(expected["stake_next_block"])
    assert (run.state.get(REVIEWS, 0) is not None) == expected["review_exists_next_block"]
    moved = at_execution(run, who, result(chain).exec_time)
    assert moved["reporter_reserved_delta"] == expected["reserved_at_execution_delta"]
    assert reporter_stake(chain, who) == staked(expected["stake_final"])


@of("quirk-appeal-next-block")
def test_quirk_appeal_next_block(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, strict=True)
    run.use("A4")
    chain = run.chain
    chain.bond()
    chain.describe()
    chain.vote(*[chain.hardware(support=False)] * 3)
    reserved, stake = run.reserved(), run.state.get(STASH_STAKE, chain.stash)
    assert named(chain.attempt(chain.stash, "OnlineCommittee", "apply_slash_review", 0, b"no")) == expected["apply"]
    assert (run.state.get(committee_appeals.REVIEWS, 0) is not None) == expected["review_exists_same_block"]
    assert run.reserved() - reserved == expected["reserved_after_apply_delta"]
    meter = Meter(run, chain.renter)
    chain.goto(chain.engine.height + 1)
    moved = meter.moved()
    assert (run.state.get(committee_appeals.REVIEWS, 0) is not None) == expected["review_exists_next_block"]
    assert moved["stash_reserved_delta"] == expected["reserved_next_block_delta"]
    assert moved["committee_free_delta"] == expected["committee_free_delta"]
    assert run.state.get(STASH_STAKE, chain.stash) - stake == expected["stash_stake_delta"]
    slash = run.state.get(online_committee.PENDING, 0)
    assert ("Executed" if slash.executed else "Pending") == expected["slash_result_after"]
    moved = at_execution(run, chain.renter, slash.exec_time)
    assert moved["stash_reserved_delta"] == expected["reserved_at_execution_delta"]
    executed = run.state.get(online_committee.PENDING, 0).executed
    assert ("Executed" if executed else "Pending") == expected["slash_result_final"]
    assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake_final"]


def test_members_take_part_only_as_long_as_they_are_normal(new_chain) -> None:
    vector = VECTORS["R-report-inaccessible-1"]
    run = rented(new_chain, vector)
    chain = run.chain
    assert together(chain, (chain.renter, "report_machine_fault", inaccessible(chain))) == [None]
    assert together(chain, book(chain.renter)) == [(MC, "NotCommittee")]
    assert report(chain).status is ReportStatus.REPORTED
    assert len(committee.lists(run.state).normal) == 3

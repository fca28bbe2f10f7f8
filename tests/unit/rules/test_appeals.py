"""Appeals, and the committee of a few that grants them (chain-rules 3, 6.7, 7.6)."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import SlashOutcome
from dbc_desktop.rules import committee, technical_committee
from dbc_desktop.rules.committee_appeals import REVIEWS
from dbc_desktop.rules.maintain_committee import rows
from dbc_desktop.rules.online_committee import CANCELED, PENDING
from dbc_desktop.rules.online_profile.rows import PENDING_SLASH
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT, TREASURY
from tests.doubles.reporting import (
    MC,
    inaccessible,
    judged_fast,
    looked_at,
    reporter_stake,
    result,
    reveal_secret,
    secret,
    together,
)

DBC = 10**15
OC, TC = "OnlineCommittee", "TechnicalCommittee"


def refused(new_chain, profile=MAINNET_411):
    chain = new_chain(profile=profile)
    chain.bond()
    chain.describe()
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", chain.booked[2], 5_000 * DBC)
    return chain


def outvoted(new_chain, profile=MAINNET_411):
    """A machine that two members confirmed and the third, who also controls a stash, refused."""
    chain = refused(new_chain, profile)
    third = chain.booked[2]
    chain.do(third, "OnlineProfile", "set_controller", third)
    chain.vote(chain.hardware(), chain.hardware(), chain.hardware(support=False))
    return chain, third


def stakes(chain, members) -> list[tuple[int, int]]:
    return [committee.stake_of(chain.engine.state, one)[1:3] for one in members]


@pytest.mark.parametrize("profile", [LAUNCH_2021, MAINNET_411], ids=lambda one: one.name)
def test_a_granted_appeal_of_an_outvoted_member_turns_the_slash_round(new_chain, profile) -> None:
    chain, third = outvoted(new_chain, profile)
    due = chain.engine.state.get(PENDING, 0).exec_time
    assert chain.attempt(third, OC, "apply_slash_review", 0, b"look again") is None
    assert stakes(chain, [third]) == [(21_000 * DBC, 2_000 * DBC)]
    assert chain.engine.state.get(REVIEWS, 0).expire_time == due
    assert chain.attempt(third, OC, "apply_slash_review", 0, b"") == (OC, "AlreadyApplied")
    free = chain.free(third)
    assert chain.grant(OC, "cancel_slash", 0) is None
    assert chain.free(third) - free == 1_000 * DBC + 2 * 1_000 * DBC
    assert chain.engine.state.get(CANCELED, 0) == chain.engine.height
    held = stakes(chain, chain.booked)
    assert held == [(19_000 * DBC, 0), (19_000 * DBC, 0), (20_000 * DBC, 0)]
    chain.goto(due + 1)
    assert stakes(chain, chain.booked) == held
    assert chain.grant(OC, "cancel_slash", 0) == (OC, "NotPendingReviewSlash")


def test_an_appeal_nobody_grants_loses_its_stake_when_the_slash_is_due(new_chain) -> None:
    chain, third = outvoted(new_chain)
    chain.do(third, OC, "apply_slash_review", 0, b"look again")
    due = chain.engine.state.get(PENDING, 0).exec_time
    chain.goto(due - 1)
    assert stakes(chain, [third]) == [(21_000 * DBC, 2_000 * DBC)]
    treasury = chain.free(TREASURY)
    chain.goto(due)
    assert chain.free(TREASURY) - treasury == 2_000 * DBC
    assert stakes(chain, chain.booked) == [(20_000 * DBC, 0), (20_000 * DBC, 0), (19_000 * DBC, 0)]
    assert chain.grant(OC, "cancel_slash", 0) == (OC, "NotPendingReviewSlash")


def test_who_may_appeal_against_a_verification(new_chain) -> None:
    chain = refused(new_chain)
    chain.vote(chain.hardware(), chain.hardware(), chain.hardware(support=False))
    third = chain.booked[2]
    assert chain.attempt(third, OC, "apply_slash_review", 0, b"") == (OC, "Unknown")
    assert chain.attempt(chain.stash, OC, "apply_slash_review", 5, b"") == (OC, "Unknown")
    assert chain.attempt(chain.stash, OC, "apply_slash_review", 0, b"") == (OC, "NotSlashed")
    at_launch = refused(new_chain, LAUNCH_2021)
    at_launch.vote(at_launch.hardware(), at_launch.hardware(), at_launch.hardware(support=False))
    assert at_launch.attempt(at_launch.booked[2], OC, "apply_slash_review", 0, b"") is None


def test_a_stash_whose_machine_was_refused_is_made_whole(new_chain) -> None:
    chain = refused(new_chain)
    chain.vote(*[chain.hardware(support=False)] * 3)
    free, reserved = chain.free(chain.stash), chain.reserved(chain.stash)
    assert reserved == 500 * DBC
    chain.do(chain.stash, OC, "apply_slash_review", 0, b"it works")
    assert chain.grant(OC, "cancel_slash", 0) is None
    assert chain.reserved(chain.stash) == 0
    gained = chain.free(chain.stash) - free + 150_113_648_000
    assert gained == 500 * DBC + 3 * 1_000 * DBC
    assert stakes(chain, chain.booked) == [(19_000 * DBC, 0)] * 3


def rented(new_chain, profile=MAINNET_411, **options):
    chain = new_chain(profile=profile, **options)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    return chain


def test_a_reporter_who_was_right_after_all_gets_the_stake_of_the_opponents(new_chain) -> None:
    chain = rented(new_chain)
    together(chain, (chain.sudo, "report_machine_fault", secret(chain)))
    for member in chain.committee[:2]:
        looked_at(chain, chain.sudo, member, False)
    chain.goto(rows.report_of(chain.engine.state, 0).first_book_time + 1_800)
    together(chain, *(reveal_secret(chain, member, False) for member in chain.committee[:2]))
    assert together(chain, (chain.renter, "apply_slash_review", 0, b"")) == [(MC, "NotSlashed")]
    assert together(chain, (chain.sudo, "apply_slash_review", 7, b"")) == [(MC, "Unknown")]
    assert together(chain, (chain.sudo, "apply_slash_review", 0, b"it is broken")) == [None]
    assert reporter_stake(chain, chain.sudo) == (21_000 * DBC, 2_000 * DBC)
    free = chain.free(chain.sudo)
    assert chain.grant(MC, "cancel_reporter_slash", 0) is None
    assert chain.free(chain.sudo) - free + 150_113_648_000 == 3_000 * DBC
    assert reporter_stake(chain, chain.sudo) == (20_000 * DBC, 0)
    assert stakes(chain, chain.committee[:2]) == [(19_000 * DBC, 0)] * 2
    assert result(chain).outcome is SlashOutcome.CANCELED
    chain.goto(result(chain).exec_time + 1)
    assert reporter_stake(chain, chain.sudo) == (20_000 * DBC, 0)


def test_a_stash_appeals_against_a_report_that_was_believed(new_chain) -> None:
    chain = rented(new_chain)
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)))
    judged_fast(chain, [True, True, False])
    third = chain.committee[2]
    reserved = chain.reserved(chain.stash)
    assert together(chain, (chain.stash, "apply_slash_review", 0, b"it was up")) == [None]
    assert chain.reserved(chain.stash) - reserved == 1_000 * DBC
    assert together(chain, (third, "apply_slash_review", 0, b"I said so")) == [(MC, "AlreadyApplied")]
    free = chain.free(third)
    assert chain.grant(MC, "cancel_reporter_slash", 0) is None
    assert chain.reserved(chain.stash) == reserved
    assert reporter_stake(chain, chain.renter) == (19_000 * DBC, 0)
    assert chain.free(third) - free == 1_000 * DBC


def test_an_appeal_against_a_verdict_has_an_end(new_chain) -> None:
    chain = rented(new_chain)
    together(chain, (chain.renter, "report_machine_fault", inaccessible(chain)))
    judged_fast(chain, [False, False, False])
    chain.goto(result(chain).exec_time - 1)
    assert together(chain, (chain.renter, "apply_slash_review", 0, b"")) == [(MC, "NotSlashed")]
    assert chain.grant(MC, "cancel_reporter_slash", 0) == (MC, "NotPendingReviewSlash")
    assert chain.grant(MC, "cancel_reporter_slash", 9) == (MC, "SlashIdNotExist")


CANCEL = Call("OnlineProfile", "cancel_slash", (0,))
DIGEST = blake2_256(bytes.fromhex("6b11") + bytes(8))


def council(new_chain, seats: int):
    chain = new_chain(stash_dbc=10_000_000)
    people = tuple(bytes([number]) * 32 for number in range(1, seats + 1))
    assert chain.root(TC, "set_members", people, None, 1) is None
    assert technical_committee.seats(chain.engine.state) == people
    return chain, people


def slashed(chain) -> None:
    chain.online()
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    chain.do(chain.stash, "OnlineProfile", "apply_slash_review", 0, b"the power failed")


def test_one_of_five_seats_grants_an_appeal_at_once(new_chain) -> None:
    chain, people = council(new_chain, 5)
    slashed(chain)
    assert chain.attempt(chain.stash, TC, "propose", 1, CANCEL, 10) == (TC, "NotMember")
    assert chain.attempt(people[0], TC, "propose", 1, CANCEL, 9) == (TC, "WrongProposalLength")
    other = Call("OnlineProfile", "claim_rewards", ())
    assert chain.attempt(people[0], TC, "propose", 1, other, 10) == ("System", "CallFiltered")
    chain.do(people[0], TC, "propose", 1, CANCEL, 10)
    assert [event.name for event in chain.events if event.pallet in (TC, "OnlineProfile")] == [
        "StakeReduced",
        "StakeReduced",
        "SlashCanceled",
        "Executed",
    ]
    assert chain.event("Executed").fields["proposal_hash"] == DIGEST
    assert chain.engine.state.get(PENDING_SLASH, 0) is None
    assert chain.attempt(people[0], TC, "propose", 1, CANCEL, 10) == ("OnlineProfile", "SlashIdNotExist")


def test_six_seats_need_two_votes(new_chain) -> None:
    chain, people = council(new_chain, 6)
    slashed(chain)
    assert chain.attempt(people[0], TC, "propose", 1, CANCEL, 10) == ("System", "BadOrigin")
    chain.do(people[0], TC, "propose", 2, CANCEL, 10)
    assert chain.event("Proposed").fields["proposal_hash"] == DIGEST
    assert chain.attempt(people[1], TC, "propose", 2, CANCEL, 10) == (TC, "DuplicateProposal")
    close = (chain.renter, TC, "close", DIGEST, 0, (10**9, 0), 10)
    assert chain.attempt(*close) == (TC, "TooEarly")
    chain.do(people[0], TC, "vote", DIGEST, 0, True)
    assert chain.attempt(people[0], TC, "vote", DIGEST, 0, True) == (TC, "DuplicateVote")
    assert chain.attempt(people[0], TC, "vote", DIGEST, 3, True) == (TC, "WrongIndex")
    assert chain.attempt(people[0], TC, "vote", bytes(32), 0, True) == (TC, "ProposalMissing")
    chain.do(people[1], TC, "vote", DIGEST, 0, True)
    assert chain.event("Voted").fields["yes"] == 2
    chain.do(*close)
    assert chain.event("Executed").fields["result"] is None
    assert chain.engine.state.get(PENDING_SLASH, 0) is None
    assert chain.attempt(*close) == (TC, "ProposalMissing")


def test_a_motion_that_nobody_supports_is_closed_in_time(new_chain) -> None:
    chain, people = council(new_chain, 6)
    slashed(chain)
    chain.do(people[0], TC, "propose", 2, CANCEL, 10)
    start = chain.engine.height
    chain.do(people[1], TC, "vote", DIGEST, 0, False)
    chain.goto(start + 98)
    close = (chain.renter, TC, "close", DIGEST, 0, (10**9, 0), 10)
    assert chain.attempt(*close) == (TC, "TooEarly")
    chain.do(*close)
    assert [event.name for event in chain.events if event.pallet == TC] == ["Closed", "Disapproved"]
    assert chain.event("Closed").fields["no"] == 6
    assert chain.engine.state.get(PENDING_SLASH, 0) is not None


def test_a_motion_that_cannot_be_done_is_over_all_the_same(new_chain) -> None:
    chain, people = council(new_chain, 6)
    chain.do(people[0], TC, "propose", 2, CANCEL, 10)
    for member in people[:2]:
        chain.do(member, TC, "vote", DIGEST, 0, True)
    chain.do(chain.renter, TC, "close", DIGEST, 0, (10**9, 0), 10)
    assert chain.event("Executed").fields["result"] == ("OnlineProfile", "SlashIdNotExist")
    assert chain.engine.state.get(technical_committee.PROPOSALS, DIGEST) is None


def test_the_prime_speaks_for_who_does_not_vote(new_chain) -> None:
    chain, people = council(new_chain, 6)
    assert chain.root(TC, "set_members", people, people[0], 6) is None
    slashed(chain)
    chain.do(people[1], TC, "propose", 4, CANCEL, 10)
    start = chain.engine.height
    chain.do(people[0], TC, "vote", DIGEST, 0, True)
    chain.goto(start + 99)
    chain.do(chain.renter, TC, "close", DIGEST, 0, (10**9, 0), 10)
    assert chain.event("Closed").fields["yes"] == 6
    assert chain.engine.state.get(PENDING_SLASH, 0) is None


def test_who_leaves_the_committee_takes_its_votes_along(new_chain) -> None:
    chain, people = council(new_chain, 6)
    chain.do(people[0], TC, "propose", 2, CANCEL, 10)
    chain.do(people[0], TC, "vote", DIGEST, 0, True)
    assert chain.root(TC, "set_members", people[1:], None, 6) is None
    assert chain.engine.state.get(technical_committee.PROPOSALS, DIGEST).ayes == ()
    assert chain.attempt(people[0], TC, "vote", DIGEST, 0, False) == (TC, "NotMember")


def test_only_the_strict_profile_settles_in_the_next_block() -> None:
    profiles = (LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT)
    assert [one.appeals.settled_at(10, 28_810) for one in profiles] == [28_810, 28_810, 11]
    assert [one.appeals.lost_pays_twice for one in profiles] == [False, False, True]
    assert [one.reports.blames_reporter_for_silence for one in profiles] == [False, False, True]
    assert [one.reports.late_booking_blocks for one in profiles] == [False, False, True]
    assert [one.reports.strands_silent for one in profiles] == [False, False, True]
    assert [one.reports.reducible(5, 0, 9) for one in profiles] == [None, None, 0]
    assert [one.reports.reducible(5, 0, 3) for one in profiles] == [2, 2, 2]

"""Seats in the committee: `launch-2021` (design 3.1, row "committee")."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.rules import balances, committee, committee_election
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411

DBC = 10**15
ELECTION = "CommitteeElection"
ERA_30 = 29 * 14_400 + 1
KEY = b"k" * 32


def fund(chain, who: bytes, dbc: int) -> bytes:
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", who, dbc * DBC)
    return who


def stander(chain, number: int, dbc: int = 30_000) -> bytes:
    who = fund(chain, bytes([number]) * 32, dbc)
    chain.do(who, ELECTION, "stand", KEY)
    return who


def sitting(chain) -> tuple[bytes, ...]:
    return committee.lists(chain.engine.state).normal


def test_who_stands_has_a_members_stake_reserved(chain) -> None:
    who = fund(chain, b"w" * 32, 19_000)
    call = (who, ELECTION, "stand", KEY)
    assert chain.attempt(*call) == (ELECTION, "BalanceNotEnough")
    fund(chain, who, 2_000)
    seen = chain.engine.preview(Call(ELECTION, "stand", (KEY,)), who, 150).consequences
    assert [(one.kind, one.facts.get("amount")) for one in seen] == [
        ("reserve_stake", Balance(20_000 * DBC)),
        ("stands_for_seat", None),
    ]
    chain.do(*call)
    assert chain.reserved(who) == committee.stake_of(chain.engine.state, who).staked == 20_000 * DBC
    assert chain.attempt(*call) == (ELECTION, "AlreadyStands")
    assert chain.attempt(chain.committee[0], ELECTION, "stand", KEY) == (ELECTION, "AlreadyStands")
    assert who not in sitting(chain)
    assert chain.attempt(who, "OnlineCommittee", "submit_confirm_hash", chain.machine_id, bytes(16)) is not None


def test_who_steps_down_has_it_back(chain) -> None:
    who = stander(chain, 40)
    assert chain.attempt(chain.renter, ELECTION, "step_down") == (ELECTION, "NotStanding")
    chain.do(who, ELECTION, "step_down")
    assert chain.reserved(who) == 0
    assert chain.attempt(who, ELECTION, "step_down") == (ELECTION, "NotStanding")


def test_backing_locks_coins_and_moves_with_the_backer(chain) -> None:
    first, second = stander(chain, 40), stander(chain, 41)
    backer = fund(chain, b"b" * 32, 1_000)
    assert chain.attempt(backer, ELECTION, "back", chain.renter, 5) == (ELECTION, "NotStanding")
    assert chain.attempt(backer, ELECTION, "back", first, 1_000 * DBC) == (ELECTION, "BalanceNotEnough")
    chain.do(backer, ELECTION, "back", first, 900 * DBC)
    assert committee_election.totals(chain.engine.state)[first] == 20_900 * DBC
    send = (backer, "Balances", "transfer_keep_alive", chain.renter, 200 * DBC)
    assert chain.attempt(*send) == ("Balances", "InsufficientBalance")
    chain.do(backer, ELECTION, "back", second, 300 * DBC)
    found = committee_election.totals(chain.engine.state)
    assert (found[first], found[second]) == (20_000 * DBC, 20_300 * DBC)
    assert chain.attempt(*send) is None
    chain.do(backer, ELECTION, "back", second, 0)
    assert balances.frozen(chain.engine.state, backer) == 0
    chain.do(backer, ELECTION, "back", chain.committee[0], 1 * DBC)
    assert committee_election.totals(chain.engine.state)[chain.committee[0]] == 20_001 * DBC


def test_every_thirty_eras_the_fifteen_with_the_most_behind_them_sit(chain) -> None:
    standing = [stander(chain, 40 + number) for number in range(12)]
    backer = fund(chain, b"b" * 32, 1_000)
    chain.do(backer, ELECTION, "back", standing[11], 500 * DBC)
    chain.goto(ERA_30 - 1)
    assert sitting(chain) == chain.committee
    chain.goto(ERA_30)
    # seventeen with 20,000 DBC each, one of them backed: of equal ones the smaller account sits
    assert sitting(chain) == (*chain.committee, *standing[:9], standing[11])
    assert chain.event("CommitteeSeated").fields["era"] == 30
    rest = [who for who, _ in chain.engine.state.items(committee_election.CANDIDATES)]
    assert sorted(rest) == standing[9:11]
    chain.do(standing[0], "Committee", "committee_add_stake", 1)


def test_who_loses_a_seat_finishes_what_was_taken_and_stands_again(chain) -> None:
    chain.goto(ERA_30 - 200)
    standing = [stander(chain, 40 + number) for number in range(15)]
    rich = fund(chain, b"b" * 32, 1_000_000)
    chain.do(rich, ELECTION, "back", standing[0], 1 * DBC)
    for number in range(1, 15):
        who = fund(chain, bytes([100 + number]) * 32, 10)
        chain.do(who, ELECTION, "back", standing[number], 1 * DBC)
    chain.bond()
    chain.describe()
    assert chain.booked == chain.committee[:3]
    chain.goto(ERA_30)
    assert sitting(chain) == tuple(standing)
    member = chain.committee[0]
    assert chain.attempt(member, ELECTION, "step_down") == (ELECTION, "JobNotDone")
    chain.vote(*[chain.hardware()] * 3)
    assert committee.stake_of(chain.engine.state, member).used == 0
    chain.do(member, ELECTION, "step_down")
    assert chain.reserved(member) == 0
    assert sitting(chain) == tuple(standing)


def test_where_nobody_stands_all_stay(chain) -> None:
    chain.goto(ERA_30)
    assert sitting(chain) == chain.committee
    assert [event for event in chain.events if event.pallet == ELECTION] == []


@pytest.mark.parametrize(("name", "args"), [("stand", (KEY,)), ("step_down", ()), ("back", (b"c" * 32, 1))])
def test_the_network_elects_nobody(new_chain, name: str, args: tuple[object, ...]) -> None:
    chain = new_chain(profile=MAINNET_411)
    assert chain.attempt(chain.renter, ELECTION, name, *args) == ("System", "CallFiltered")
    assert LAUNCH_2021.seating.is_elected

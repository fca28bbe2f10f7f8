"""Elections: the highest totals of the launch, sequential Phragmén of the network (design 3.1, chain-rules 9)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.rules.election_policies import Backed, HighestTotals, SequentialPhragmen, Voter, in_equal_parts

A, B, C, D = (letter.encode() * 32 for letter in "ABCD")
X, Y, Z = (letter.encode() * 32 for letter in "XYZ")


def test_the_highest_totals_of_own_and_supporters_stake_are_elected() -> None:
    voters = [Voter(X, 30, (B, C)), Voter(Y, 7, (C,))]
    found = HighestTotals().elect({A: 20, B: 4, C: 1}, voters, 2)
    assert found.elected == (Backed(C, 1, ((X, 15), (Y, 7))), Backed(A, 20, ()))
    assert found.waiting == (Backed(B, 4, ((X, 15),)),)
    assert [one.total for one in found.elected] == [23, 20]


def test_equal_totals_are_decided_by_the_account() -> None:
    found = HighestTotals().elect({B: 5, A: 5}, [], 1)
    assert [one.who for one in found.elected] == [A]


def test_a_stake_that_does_not_divide_goes_to_those_named_first() -> None:
    assert in_equal_parts(11, 3) == [4, 4, 3]
    assert in_equal_parts(2, 3) == [1, 1, 0]
    assert in_equal_parts(7, 0) == []


@pytest.mark.vector
@pytest.mark.parametrize(("era", "seats"), [(0, 21), (89, 21), (90, 31), (179, 31), (180, 41), (365, 61)])
def test_there_are_twenty_one_seats_and_ten_more_each_quarter(era: int, seats: int) -> None:
    assert HighestTotals().seats(era, 4) == seats


def test_on_the_network_seats_are_what_the_chain_says() -> None:
    assert SequentialPhragmen().seats(900, 4) == 4


def test_phragmen_spreads_the_load_of_the_voters() -> None:
    """C first, by 1/50; then B, by (1 + 30/50)/40: half of what Z has stands behind each."""
    voters = [Voter(X, 10**16, (A, B)), Voter(Y, 2 * 10**16, (A, C)), Voter(Z, 3 * 10**16, (B, C))]
    found = SequentialPhragmen().elect({A: 0, B: 0, C: 0}, voters, 2)
    half = 15_000_000_000_000_000
    assert {one.who: one.others for one in found.elected} == {
        B: ((X, 10**16), (Z, half)),
        C: ((Y, 2 * 10**16), (Z, half)),
    }
    assert found.waiting == (Backed(A, 0, ((X, 10**16), (Y, 2 * 10**16))),)


def test_phragmen_seats_a_minority_that_the_highest_totals_would_not() -> None:
    voters = [Voter(X, 60, (A, B, C)), Voter(Y, 25, (D,))]
    candidates = {A: 1, B: 1, C: 1, D: 0}
    elected = {one.who for one in SequentialPhragmen().elect(candidates, voters, 3).elected}
    assert elected == {A, B, D}
    assert sum(len(one.others) for one in SequentialPhragmen().elect({A: 9, B: 9}, [], 5).elected) == 0


def test_nobody_without_stake_behind_him_gets_a_seat() -> None:
    found = SequentialPhragmen().elect({A: 0, B: 3}, [], 2)
    assert [one.who for one in found.elected] == [B]
    assert [one.who for one in found.waiting] == [A]


_NEAR = Fraction(1, 10**9)
_CANDIDATES = st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(0, 10**21), min_size=1)
_STAKES = st.lists(st.tuples(st.integers(1, 10**24), st.integers(1, 15)), max_size=6)


def voters_of(candidates: dict[bytes, int], stakes: list[tuple[int, int]]) -> list[Voter]:
    known, found = sorted(candidates), []
    for at, (stake, mask) in enumerate(stakes):
        targets = tuple(who for bit, who in enumerate(known) if mask >> bit & 1)
        if targets:
            found.append(Voter(bytes([at]) * 32, stake, targets))
    return found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_CANDIDATES, _STAKES, st.integers(1, 4))
def test_phragmen_elects_whom_exact_fractions_elect(candidates, stakes, seats: int) -> None:
    voters = voters_of(candidates, stakes)
    ballots = [Voter(who, own, (who,)) for who, own in sorted(candidates.items())] + voters
    load, elected = [Fraction(0)] * len(ballots), []
    for _ in range(seats):
        scores = {}
        for who in sorted(candidates):
            approval = sum(one.stake for one in ballots if who in one.targets)
            if who not in elected and approval:
                carried = sum(load[at] * one.stake for at, one in enumerate(ballots) if who in one.targets)
                scores[who] = (1 + carried) / approval
        if not scores:
            break
        best = min(scores.values())
        near = sorted((who for who, score in scores.items() if score <= best * (1 + _NEAR)), key=scores.__getitem__)
        elected.append(near[0])
        if len(near) > 1:
            return  # nearly a tie: parts of 2^128 may decide it otherwise
        for at, one in enumerate(ballots):
            if near[0] in one.targets:
                load[at] = best
    found = SequentialPhragmen().elect(candidates, voters, seats)
    assert {one.who for one in found.elected} == set(elected)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_CANDIDATES, _STAKES, st.integers(1, 4), st.sampled_from([HighestTotals(), SequentialPhragmen()]))
def test_no_unit_of_stake_is_made_or_lost(candidates, stakes, seats: int, policy) -> None:
    voters = voters_of(candidates, stakes)
    found = policy.elect(candidates, voters, seats)
    assert {one.who for one in (*found.elected, *found.waiting)} == set(candidates)
    assert len(found.elected) <= seats
    for voter in voters:
        behind = sum(dict(one.others).get(voter.who, 0) for one in (*found.elected, *found.waiting))
        if policy.name == "totals":
            assert behind == voter.stake
        elif any(target in {one.who for one in found.elected} for target in voter.targets):
            assert sum(dict(one.others).get(voter.who, 0) for one in found.elected) == voter.stake

"""How seats are given to those who stand, by the stake behind them (chain-rules 9, design 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

_ONE = 2**128 - 1
"""The load of a candidate is a part of this: the denominator of the network's own computation."""


class Voter(NamedTuple):
    """An account that stakes `stake` for `targets`."""

    who: bytes
    stake: int
    targets: tuple[bytes, ...]


class Backed(NamedTuple):
    """One who stands: own stake, and what each supporter has behind him."""

    who: bytes
    own: int
    others: tuple[tuple[bytes, int], ...]

    @property
    def total(self) -> int:
        """All stake behind him."""
        return self.own + sum(amount for _, amount in self.others)


class Standings(NamedTuple):
    """The outcome of an election: who has a seat and who has not, the best first."""

    elected: tuple[Backed, ...]
    waiting: tuple[Backed, ...]


class ElectionPolicy(Protocol):
    """How super nodes are elected. Called by `staking.election`."""

    @property
    def name(self) -> str:
        """`totals` or `phragmen`."""

    def seats(self, era: int, stored: int) -> int:
        """How many seats there are in a staking era; `stored` is the chain's own count."""

    def elect(self, candidates: Mapping[bytes, int], voters: Sequence[Voter], seats: int) -> Standings:
        """Give the seats; `candidates` with their own stake, voters with targets that stand."""


@dataclass(frozen=True, slots=True)
class HighestTotals:
    """The highest totals of own and supporters' stake; ten seats more each quarter (design 3.1).

    Who supports several supports each with an equal part; what does not divide goes to those named first.
    """

    first_seats: int = 21
    more_seats: int = 10
    every_eras: int = 90
    name: str = "totals"

    def seats(self, era: int, stored: int) -> int:
        """Seats of a staking era; the chain's own count plays no part."""
        return self.first_seats + era // self.every_eras * self.more_seats

    def elect(self, candidates: Mapping[bytes, int], voters: Sequence[Voter], seats: int) -> Standings:
        """Give the seats to the highest totals; of equal ones to the smaller account."""
        behind: dict[bytes, list[tuple[bytes, int]]] = {who: [] for who in candidates}
        for voter in voters:
            for target, amount in zip(voter.targets, in_equal_parts(voter.stake, len(voter.targets)), strict=True):
                behind[target].append((voter.who, amount))
        ranked = ranking(Backed(who, own, tuple(sorted(behind[who]))) for who, own in candidates.items())
        return Standings(ranked[:seats], ranked[seats:])


@dataclass(slots=True)
class _Run:
    """A candidate while seats are given."""

    who: bytes
    approval: int = 0
    load: int = 0
    is_elected: bool = False


@dataclass(frozen=True, slots=True)
class SequentialPhragmen:
    """One seat after the other to whom it burdens the voters least (chain-rules 9: NPoS, sequential Phragmén).

    Loads are parts of 2^128 - 1, cut as the network cuts them. What a voter has behind each elected one is computed in
    units of stake, not through the 64-bit votes and the 16-bit ratios in which the network carries a solution.
    """

    name: str = "phragmen"

    def seats(self, era: int, stored: int) -> int:
        """As many as the chain's own count says; nothing grows by itself."""
        return stored

    def elect(self, candidates: Mapping[bytes, int], voters: Sequence[Voter], seats: int) -> Standings:
        """Give the seats; those that stay without come after them by the stake that names them."""
        runs = {who: _Run(who) for who in sorted(candidates)}
        ballots = [Voter(who, own, (who,)) for who, own in candidates.items()] + list(voters)
        for ballot in ballots:
            for target in ballot.targets:
                runs[target].approval += ballot.stake
        loads = [0] * len(ballots)
        edges: list[dict[bytes, int]] = [{} for _ in ballots]
        for _ in range(min(seats, len(runs))):
            winner = _next_winner(runs, ballots, loads)
            if winner is None:
                break
            winner.is_elected = True
            for at, ballot in enumerate(ballots):
                if winner.who in ballot.targets:
                    edges[at][winner.who] = max(0, winner.load - loads[at])
                    loads[at] = winner.load
        behind: dict[bytes, list[tuple[bytes, int]]] = {who: [] for who in runs}
        for ballot, load, own_edges in zip(ballots, loads, edges, strict=True):
            for target, amount in _weights(ballot.stake, load, own_edges).items():
                behind[target].append((ballot.who, amount))
        elected = ranking(_backed(run.who, behind[run.who]) for run in runs.values() if run.is_elected)
        waiting = ranking(
            Backed(run.who, candidates[run.who], _naming(run.who, voters))
            for run in runs.values()
            if not run.is_elected
        )
        return Standings(elected, waiting)


def in_equal_parts(amount: int, number: int) -> list[int]:
    """`amount` in `number` parts that differ by a unit at most, the larger ones first."""
    each, rest = divmod(amount, number) if number else (0, 0)
    return [each + (at < rest) for at in range(number)]


def ranking(found: Iterable[Backed]) -> tuple[Backed, ...]:
    """The highest totals first; of equal ones the smaller account."""
    return tuple(sorted(found, key=lambda one: (-one.total, one.who)))


def _next_winner(runs: Mapping[bytes, _Run], ballots: Sequence[Voter], loads: Sequence[int]) -> _Run | None:
    open_runs = {who: run for who, run in runs.items() if not run.is_elected and run.approval}
    for run in open_runs.values():
        run.load = _ONE // run.approval
    for ballot, load in zip(ballots, loads, strict=True):
        if load:
            for target in ballot.targets:
                run_of = open_runs.get(target)
                if run_of is not None:
                    run_of.load = min(_ONE, run_of.load + load * ballot.stake // run_of.approval)
    return min(open_runs.values(), key=lambda run: run.load, default=None)


def _weights(stake: int, load: int, edges: Mapping[bytes, int]) -> dict[bytes, int]:
    """What of a voter's stake stands behind each elected one; together all of it."""
    if not load:
        return {}
    found = {who: stake * edge // load for who, edge in edges.items()}
    found = {who: amount for who, amount in found.items() if amount}
    for who, more in zip(found, in_equal_parts(stake - sum(found.values()), len(found)), strict=True):
        found[who] += more
    return found


def _backed(who: bytes, behind: Sequence[tuple[bytes, int]]) -> Backed:
    own = sum(amount for voter, amount in behind if voter == who)
    return Backed(who, own, tuple(sorted((voter, amount) for voter, amount in behind if voter != who)))


def _naming(who: bytes, voters: Sequence[Voter]) -> tuple[tuple[bytes, int], ...]:
    return tuple(sorted((voter.who, voter.stake) for voter in voters if who in voter.targets))

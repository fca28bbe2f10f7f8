"""Who verifies a machine, in which profiles differ (chain-rules 6.2; design 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


def drawn_of(members: tuple[bytes, ...], count: int, seed: bytes) -> tuple[bytes, ...]:
    """`count` of `members`, drawn by `seed`, sorted; none while there are too few."""
    left = list(members)
    if len(left) < count:
        return ()
    number = int.from_bytes(seed)
    drawn = []
    for _ in range(count):
        number, index = divmod(number, len(left))
        drawn.append(left.pop(index))
    return tuple(sorted(drawn))


class VerificationPolicy(Protocol):
    """Who verifies a machine. Called by `online_committee.distribute`."""

    def choose(self, normal: tuple[bytes, ...], seed: bytes) -> tuple[bytes, ...]:
        """The members that must look at the machine, sorted; none while there are too few."""

    def freed_again(self, outvoted: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Who of those that no one agreed with is freed once more, when silent others are slashed."""


@dataclass(frozen=True, slots=True)
class DrawnMembers:
    """So many members of the normal list, drawn by the randomness of the block (chain-rules 6.2)."""

    members: int = 3

    def choose(self, normal: tuple[bytes, ...], seed: bytes) -> tuple[bytes, ...]:
        """The members that must look at the machine, sorted; none while there are too few."""
        return drawn_of(normal, self.members, seed)

    def freed_again(self, outvoted: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Nobody: they were freed when the order was summed up."""
        return ()


@dataclass(frozen=True, slots=True)
class DrawnMembersFreedTwice(DrawnMembers):
    """The same with the double release of quirk Q21 of chain-rules 14; for `strict` profiles only."""

    def freed_again(self, outvoted: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """All of them, also where they have another order by now."""
        return outvoted

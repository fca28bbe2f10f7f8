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
    """Who verifies a machine, and what is asked of it before. Called by `online_committee.distribute`."""

    @property
    def members(self) -> int:
        """So many members look at a machine."""

    @property
    def checks_reports(self) -> bool:
        """Whether a machine must hand in a signed report of its hardware that agrees with what was declared."""

    @property
    def grab_window(self) -> int:
        """Blocks in which members may grab an order before the missing ones are drawn; 0: all are drawn at once."""

    def choose(
        self, normal: tuple[bytes, ...], seed: bytes, grabbed: tuple[bytes, ...] = (), waited: int = 0
    ) -> tuple[bytes, ...]:
        """The members that must look at the machine, sorted; none while there are too few.

        Args:
            normal: Those that take orders.
            seed: Randomness of the block.
            grabbed: Who took the order of their own accord, the first first.
            waited: Blocks since the order was opened.
        """

    def freed_again(self, outvoted: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Who of those that no one agreed with is freed once more, when silent others are slashed."""


@dataclass(frozen=True, slots=True)
class DrawnMembers:
    """So many members of the normal list, drawn by the randomness of the block (chain-rules 6.2)."""

    members: int = 3
    checks_reports: bool = False
    grab_window: int = 0

    def choose(
        self, normal: tuple[bytes, ...], seed: bytes, grabbed: tuple[bytes, ...] = (), waited: int = 0
    ) -> tuple[bytes, ...]:
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


@dataclass(frozen=True, slots=True)
class GrabbedOrders(DrawnMembers):
    """An automatic check, then the first three members that grab the order; missing ones are drawn after 12 h."""

    checks_reports: bool = True
    grab_window: int = 7_200

    def choose(
        self, normal: tuple[bytes, ...], seed: bytes, grabbed: tuple[bytes, ...] = (), waited: int = 0
    ) -> tuple[bytes, ...]:
        """Who grabbed it, and who is drawn for the places that are left when the window is over."""
        missing = self.members - len(grabbed)
        if not missing:
            return tuple(sorted(grabbed))
        if waited < self.grab_window:
            return ()
        drawn = drawn_of(tuple(member for member in normal if member not in grabbed), missing, seed)
        return tuple(sorted((*grabbed, *drawn))) if drawn else ()

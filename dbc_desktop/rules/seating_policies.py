"""Who sits in the committee that verifies machines, in which profiles differ (design 3.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class SeatingPolicy(Protocol):
    """How the committee is filled. Called by `committee_election`."""

    @property
    def is_elected(self) -> bool:
        """Whether accounts may stand and back those who do; else root alone adds members."""

    def is_due(self, era: int) -> bool:
        """Whether the seats are given anew when this era begins."""

    def seated(self, totals: Mapping[bytes, int]) -> tuple[bytes, ...]:
        """Who sits, sorted, by what each has behind him."""


@dataclass(frozen=True, slots=True)
class NamedByRoot:
    """Root adds members, in practice by referendum; nobody is elected (chain-rules 3)."""

    is_elected: bool = False

    def is_due(self, era: int) -> bool:
        """Never."""
        return False

    def seated(self, totals: Mapping[bytes, int]) -> tuple[bytes, ...]:
        """Whoever sits."""
        return tuple(sorted(totals))


@dataclass(frozen=True, slots=True)
class HighestBacking:
    """Fifteen seats for the highest totals of own stake and backing, given anew every 30 eras (design 3.1)."""

    seats: int = 15
    every_eras: int = 30
    is_elected: bool = True

    def is_due(self, era: int) -> bool:
        """When an era begins whose number divides."""
        return era % self.every_eras == 0

    def seated(self, totals: Mapping[bytes, int]) -> tuple[bytes, ...]:
        """The highest totals; of equal ones the smaller account."""
        ranked = sorted(totals, key=lambda who: (-totals[who], who))
        return tuple(sorted(ranked[: self.seats]))

"""What is minted for super nodes, and beside rewards, by the staking era (chain-rules 2.1, 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dbc_desktop.domain.balance import UNITS_PER_DBC as DBC
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational

YEAR_MS = 31_557_600_000
YEAR_BLOCKS = 5_259_600


@dataclass(frozen=True, slots=True)
class YearlyStream:
    """So much a year for super nodes in three phases, from the block `start_height` on (chain-rules 2.2).

    Attributes:
        per_year: Units in the first three years, in the next five, and after; root may set others.
    """

    per_year: tuple[int, int, int] = (100_000_000 * DBC, 50_000_000 * DBC, 25_000_000 * DBC)
    start_height: int = 8_800

    def era_payout(self, height: int, duration_ms: int) -> int:
        """Units for all super nodes of the staking era that ends with `height`."""
        since = height - self.start_height
        if since < 0:
            return 0
        phase = 0 if since < 3 * YEAR_BLOCKS else 1 if since < 8 * YEAR_BLOCKS else 2
        return perbill_mul(perbill_rational(duration_ms, YEAR_MS), self.per_year[phase])


class Release(NamedTuple):
    """So many coins for one account, again and again.

    Attributes:
        first_era: The staking era with whose beginning they come first.
        every_eras: How many staking eras lie between.
        times: How often they come.
    """

    who: bytes
    amount: int
    first_era: int
    every_eras: int
    times: int


class ReleasesPolicy(Protocol):
    """What is minted beside rewards. Called by `staking.eras`."""

    def due(self, era: int) -> tuple[tuple[bytes, int], ...]:
        """Accounts and units that come with the beginning of a staking era."""


@dataclass(frozen=True, slots=True)
class NoReleases:
    """Nothing: emission is what machines and super nodes earn (design 3.1)."""

    def due(self, era: int) -> tuple[tuple[bytes, int], ...]:
        """Nobody."""
        return ()


@dataclass(frozen=True, slots=True)
class ScheduledReleases:
    """Team, foundation and treasury, as the network was started with (chain-rules 2.1)."""

    releases: tuple[Release, ...]

    def due(self, era: int) -> tuple[tuple[bytes, int], ...]:
        """Accounts and units that come with the beginning of a staking era."""
        return tuple((one.who, one.amount) for one in self.releases if _is_due(one, era))


def _is_due(release: Release, era: int) -> bool:
    number, off = divmod(era - release.first_era, release.every_eras)
    return off == 0 and 0 <= number < release.times

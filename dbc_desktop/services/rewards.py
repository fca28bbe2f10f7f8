"""Rewards of a stash with everything the vesting chart needs (chain-rules 4.9; design 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.network import Head, NetworkTotals
from dbc_desktop.domain.reward import ReleaseSchedule, RewardRow, StashOverview

ERAS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class RewardsSummary:
    """What the Rewards page shows.

    Attributes:
        rows: Payouts of the last eras, newest first.
        schedule: What is still locked, by the era whose payout releases it.
    """

    overview: StashOverview
    rows: tuple[RewardRow, ...]
    schedule: ReleaseSchedule
    head: Head
    totals: NetworkTotals


def rewards_summary(backend: ChainReader, stash: Address, eras: int = ERAS_SHOWN) -> RewardsSummary:
    """Rewards of `stash` over the last `eras` eras and what is still to come."""
    head = backend.head()
    return RewardsSummary(
        overview=backend.stash(stash),
        rows=backend.rewards(stash, max(0, head.era - eras), head.era),
        schedule=backend.release_schedule(stash),
        head=head,
        totals=backend.network(),
    )

"""Rewards, their release and the stake that grows from them (chain-rules 4.9, 4.10; design 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """How a reward is released: `at_once` per 1,000, the rest in `parts` equal parts of `part` per 1,000."""

    profile: str
    at_once_permille: int
    parts: int
    part_permille: int


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One era of one machine.

    Attributes:
        earned: Reward of the era, the owner's part.
        at_once: Released in the era's payout from this era's reward.
        from_earlier: Released in the same payout from earlier eras' rewards.
    """

    era: int
    machine_id: MachineId
    earned: Balance
    at_once: Balance
    from_earlier: Balance

    @property
    def released(self) -> Balance:
        """All that this payout released to the stash."""
        return self.at_once + self.from_earlier


@dataclass(frozen=True, slots=True)
class ReleaseSchedule:
    """What is still locked, by the era whose payout releases it: `amounts[i]` in era `first_era + i`."""

    first_era: int
    amounts: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class StashOverview:
    """A stash as Home and `status` show it."""

    stash: Address
    controller: Address | None
    machines: tuple[MachineId, ...]
    gpu_num: int
    rented_gpu_num: int
    total_staked: Balance
    total_earned: Balance
    total_claimed: Balance
    claimable: Balance
    locked: Balance
    released_last_era: Balance
    released_last_7_eras: Balance
    last_claim_height: int | None
    rule: ReleaseRule

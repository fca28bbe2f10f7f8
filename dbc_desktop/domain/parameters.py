"""What root may set for the whole network, as the arguments of its calls (chain-rules 2.2, 2.3, 5.1, 6.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhaseRewards:
    """`PhaseRewardInfoDetail`: when machines earn how much an era, in units; eras are mining eras.

    Attributes:
        galaxy_on_era: The era in which the galaxy began, 0 before.
    """

    online_reward_start_era: int
    first_phase_duration: int
    galaxy_on_era: int
    phase_0_reward_per_era: int
    phase_1_reward_per_era: int
    phase_2_reward_per_era: int


@dataclass(frozen=True, slots=True)
class OnlineStakeParams:
    """`OnlineStakeParamsInfo`: units, and micro-USD where the name says so or the coins are priced when needed.

    Attributes:
        reonline_stake: Micro-USD that a second look at a machine costs.
        slash_review_stake: Units an appeal reserves.
    """

    online_stake_per_gpu: int
    online_stake_usd_limit: int
    reonline_stake: int
    slash_review_stake: int


@dataclass(frozen=True, slots=True)
class PointPrice:
    """`StandardGpuPointPrice`: a machine of `gpu_point` points costs `gpu_price` micro-USD a day."""

    gpu_point: int
    gpu_price: int


@dataclass(frozen=True, slots=True)
class MemberStakeParams:
    """`CommitteeStakeParamsInfo`: units; the part of the stake that must stay unused in parts of 10^9."""

    stake_baseline: int
    stake_per_order: int
    min_free_stake_percent: int


@dataclass(frozen=True, slots=True)
class ReporterStakeParams:
    """`ReporterStakeParamsInfo`: units; the part of the stake that must stay unused in parts of 10^9."""

    stake_baseline: int
    stake_per_report: int
    min_free_stake_percent: int

"""The end of a staking era: its payout is known, slashes that waited are taken, and the next one is elected."""

from __future__ import annotations

from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA
from dbc_desktop.rules import balances
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.staking import election, slashing
from dbc_desktop.rules.staking.rows import (
    ERA_REWARD,
    PALLET,
    YEARLY,
    YearlyRewards,
    elected_in,
    staking_era_of,
    versions,
)
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.stream_policies import YearlyStream
from dbc_desktop.rules.work import Work

ERA_MS = BLOCKS_PER_ERA * BLOCK_MS


def roll(work: Work) -> None:
    """At the first block of a staking era. A chain on which nobody ever stood for election keeps no books of it."""
    era = staking_era_of(work.height)
    if work.height % BLOCKS_PER_ERA != 1 or era == 0:
        return
    if versions(work.layer):
        _pay(work, era - 1)
        for who, amount in work.profile.releases.due(era):
            balances.mint(work, who, amount)
            work.emit("Balances", "Minted", who=who, amount=amount)
        slashing.apply_slashes(work, era)
        election.forget(work, era - work.profile.staking_history_eras)
    election.elect(work, era)


def stream(profile: RulesProfile, layer: Readable) -> YearlyStream:
    """What super nodes earn a year, as the profile or root says."""
    found = layer.get(YEARLY, SINGLE)
    return profile.node_stream if found is None else YearlyStream(found.per_year, found.start_height)


def era_payout(profile: RulesProfile, layer: Readable, era: int) -> int:
    """What all super nodes together earn in a staking era."""
    return stream(profile, layer).era_payout((era + 1) * BLOCKS_PER_ERA + 1, ERA_MS)


def _pay(work: Work, ended: int) -> None:
    if not elected_in(work.layer, ended):
        return
    payout = era_payout(work.profile, work.layer, ended)
    work.layer.put(ERA_REWARD, ended, payout)
    over = ended - work.profile.staking_history_eras
    if over >= 0 and work.layer.get(ERA_REWARD, over) is not None:
        work.layer.remove(ERA_REWARD, over)
    work.emit(PALLET, "EraPaid", era_index=ended, validator_payout=payout, remainder=0)


def set_reward_start_height(work: Work, reward_start_height: int) -> None:
    """Root: the block from which on super nodes earn."""
    now = stream(work.profile, work.layer)
    work.layer.put(YEARLY, SINGLE, YearlyRewards(now.per_year, reward_start_height))


def set_phase0_reward(work: Work, reward_per_year: int) -> None:
    """Root: units a year in the first three years."""
    _set_phase(work, 0, reward_per_year)


def set_phase1_reward(work: Work, reward_per_year: int) -> None:
    """Root: units a year in the five years after."""
    _set_phase(work, 1, reward_per_year)


def set_phase2_reward(work: Work, reward_per_year: int) -> None:
    """Root: units a year ever after."""
    _set_phase(work, 2, reward_per_year)


def _set_phase(work: Work, phase: int, per_year: int) -> None:
    now = stream(work.profile, work.layer)
    first, second, third = (per_year if at == phase else old for at, old in enumerate(now.per_year))
    work.layer.put(YEARLY, SINGLE, YearlyRewards((first, second, third), now.start_height))
    work.emit(PALLET, f"Phase{phase}RewardPerYear", reward_per_year=per_year)

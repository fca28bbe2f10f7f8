"""Why a reward is what it is: its inputs, and every step from them to what was released (chain-rules 4.9)."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by height and hash."""

    height: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class EraReward:
    """The whole reward of one era, and who of the committee shared it.

    Attributes:
        members: How many verified the machine.
        deadline: Last era of which they get their part.
    """

    era: int
    reward: Balance
    members: int
    deadline: int


@dataclass(frozen=True, slots=True)
class RewardInputs:
    """All that one machine's reward of one era follows from.

    Attributes:
        rules_profile: By whose rules.
        began: First block of the era; its snapshot of the points was final at its last block.
        paid: Block that paid the machine, in the era after.
        basic_points: As the committee confirmed them (value times 100).
        stash_gpus: GPUs that the stash had in the era.
        total_points: Of the whole network in the era, bonuses included.
        era_reward: Minted for all machines of the era.
        members: Committee members that share the reward until the era `deadline`.
        earlier: Rewards that still waited in the machine's queue, the oldest first.
    """

    genesis_hash: bytes
    rules_profile: str
    machine_id: MachineId
    stash: Address
    era: int
    began: BlockRef
    paid: BlockRef
    gpu_num: int
    basic_points: int
    is_rented: bool
    stash_gpus: int
    total_points: int
    era_reward: Balance
    members: int
    deadline: int
    earlier: tuple[EraReward, ...]


@dataclass(frozen=True, slots=True)
class RewardSteps:
    """What the rules make of the inputs, step by step.

    Attributes:
        rented_points: Bonus points of a rented machine.
        stash_points: Bonus points for the size of the stash.
        points: The three together.
        share: `points` of the network's, in parts of 10^9, cut.
        reward: That share of what the era mints.
        earned: The owner's part of it.
        each_member: What this payout gave each committee member, of this reward and earlier ones.
        at_once: Released to the owner of this reward.
        from_earlier: Released to the owner of the earlier ones.
    """

    rented_points: int
    stash_points: int
    points: int
    share: int
    reward: Balance
    earned: Balance
    each_member: Balance
    at_once: Balance
    from_earlier: Balance

    @property
    def released(self) -> Balance:
        """All that the payout released to the owner."""
        return self.at_once + self.from_earlier


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reward, explained."""

    inputs: RewardInputs
    steps: RewardSteps

"""Why a reward is what it is: the payout's own functions run again on its inputs (design 3.2; chain-rules 4.9)."""

from __future__ import annotations

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.explanation import RewardInputs, RewardSteps
from dbc_desktop.rules.arithmetic import perbill_rational
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.reward_queue import Owner, Queue


def steps_of(profile: RulesProfile, inputs: RewardInputs) -> RewardSteps:
    """What the rules of `profile` make of these inputs."""
    percent, basic, rented = profile.rented_bonus_percent, inputs.basic_points, inputs.is_rented
    bonus = points.inflation(profile, inputs.stash_gpus)
    with_rent = points.counted(percent, basic, rented, 0)
    counts = inputs.gpu_num > 0 and inputs.total_points > 0
    actual, reward = 0, 0
    if counts:
        actual, reward = payout.reward_by_points(
            percent, basic, rented, bonus, inputs.total_points, inputs.era_reward.units
        )
    queue = Queue()
    for one in inputs.earlier:
        queue, _ = profile.payout.step(queue, _owner(one.members, one.deadline), one.era, one.reward.units)
    _, paid = profile.payout.step(queue, _owner(inputs.members, inputs.deadline), inputs.era, reward)
    return RewardSteps(
        rented_points=with_rent - basic if counts else 0,
        stash_points=actual - with_rent if counts else 0,
        points=actual,
        share=perbill_rational(actual, inputs.total_points) if counts else 0,
        reward=Balance(reward),
        earned=Balance(paid.earned),
        each_member=Balance(paid.each_member),
        at_once=Balance(paid.at_once),
        from_earlier=Balance(paid.from_earlier),
    )


def _owner(members: int, deadline: int) -> Owner:
    """An owner whose committee has so many members; who they are does not matter here."""
    return Owner(b"", (b"",) * members, deadline)

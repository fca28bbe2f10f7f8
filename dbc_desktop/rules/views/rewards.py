"""Rewards: what was earned and released, and what each coming era will release."""

from __future__ import annotations

import json
from collections.abc import Iterable

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.reward import ReleaseRule, ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.rules import reward_queue
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout
from dbc_desktop.rules.online_profile.rows import MACHINES, STASH_STAKE, stash_machines, stash_rewards
from dbc_desktop.rules.orders import machine_orders
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.views.accounts import controller_of
from dbc_desktop.rules.views.eras import newest_paid_era
from dbc_desktop.rules.work import HistoryRow


def reward_row(row: HistoryRow) -> RewardRow:
    """One payout of one machine, from a history row of kind `reward`."""
    earned, at_once, from_earlier = json.loads(row.value)[:3]
    return RewardRow(row.index, MachineId(row.subject), Balance(earned), Balance(at_once), Balance(from_earlier))


def reward_rows(rows: Iterable[HistoryRow]) -> tuple[RewardRow, ...]:
    """Payouts from history rows of kind `reward`, newest era first, machines by id."""
    return tuple(sorted(map(reward_row, rows), key=lambda row: (-row.era, row.machine_id)))


def stash_overview(engine: Engine, stash: Address) -> StashOverview:
    """A stash at this height, with the machines that have not left.

    The released figures are those of the newest payout that is over, and six before.
    """
    state, profile = engine.state, engine.profile
    held, ids = stash_rewards(state, stash.raw), stash_machines(state, stash.raw).total
    newest = newest_paid_era(engine)
    eras = range(held.released_era - len(held.released) + 1, held.released_era + 1)
    released = dict(zip(eras, held.released, strict=True))
    known = ((one, state.get(MACHINES, one)) for one in ids)
    found = {one: row for one, row in known if row is not None and row.stash == stash.raw}
    locked = held.locked
    if not profile.payout.counts_locked:
        locked = sum(amount.units for amount in release_schedule(engine, stash).amounts)
    return StashOverview(
        stash=stash,
        controller=controller_of(engine, stash),
        machines=tuple(MachineId(one) for one in found),
        gpu_num=sum(row.gpu_num for row in found.values()),
        rented_gpu_num=sum(len(machine_orders(state, one).used_gpu) for one in found),
        total_staked=Balance(state.get(STASH_STAKE, stash.raw) or 0),
        total_earned=Balance(held.earned),
        total_claimed=Balance(held.claimed),
        claimable=Balance(held.can_claim),
        locked=Balance(locked),
        released_last_era=Balance(released.get(newest, 0)),
        released_last_7_eras=Balance(sum(released.get(newest - ago, 0) for ago in range(payout.RECENT))),
        last_claim_height=held.last_claim or None,
        rule=release_rule(profile),
    )


def pushed_out_era(engine: Engine, stash: Address) -> int | None:
    """The oldest of the seven eras of `released_last_7_eras`, where the payout under way pushed it out of the state."""
    held, newest = stash_rewards(engine.state, stash.raw), newest_paid_era(engine)
    is_out = held.released_era > newest and len(held.released) == payout.RECENT
    return newest - payout.RECENT + 1 if is_out else None


def release_rule(profile: RulesProfile) -> ReleaseRule:
    """How the profile releases a reward, for a sentence on the screen."""
    rule = profile.release
    return ReleaseRule(profile.name, rule.at_once_permille, rule.parts, rule.part_permille)


def release_schedule(engine: Engine, stash: Address) -> ReleaseSchedule:
    """What the stash has locked, by the era whose payout releases it; together exactly its `locked`."""
    state = engine.state
    by_era: dict[int, int] = {}
    for machine_id in stash_machines(state, stash.raw).total:
        data, owner = state.get(payout.QUEUES, machine_id), state.get(payout.OWNERS, machine_id)
        if data is not None and owner is not None and owner.stash == stash.raw:
            for era, amount in engine.profile.payout.schedule(reward_queue.unpack(data), owner).items():
                by_era[era] = by_era.get(era, 0) + amount
    if not by_era:
        return ReleaseSchedule(max(0, newest_paid_era(engine) + 1), ())
    first, last = min(by_era), max(by_era)
    return ReleaseSchedule(first, tuple(Balance(by_era.get(era, 0)) for era in range(first, last + 1)))

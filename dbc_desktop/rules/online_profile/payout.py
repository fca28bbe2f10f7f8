"""Eras and payouts: what each machine earned in the last era, what is released of earlier ones (chain-rules 4.9)."""

from __future__ import annotations

from functools import lru_cache

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules import committee, generic_func, parameters, reward_page
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational
from dbc_desktop.rules.codec import NUMBER, RAW, TEXT, row
from dbc_desktop.rules.online_profile import points
from dbc_desktop.rules.online_profile.points import MACHINE_POINTS
from dbc_desktop.rules.online_profile.rows import CURRENT_ERA, GALAXY_ERA, STASH_REWARDS, StashRewards, stash_rewards
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.reward_queue import HEAD, Owner, Queue, pack, unpack
from dbc_desktop.rules.snapshot_policies import ABSENT
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work

LIST_OFFSET = 2
"""Block of the era in which the list of machines to pay is made; it is paid from the next block on."""

RECENT = 7
_REWARDS_KEPT = 16_384
"""In a jump nothing changes from era to era: machines earn the same again."""

QUEUES = declare("OnlineProfile.MachineRecentReward", TEXT, RAW)
OWNERS = declare("OnlineProfile.MachineRewardOwner", TEXT, row(Owner))
PAYOUT_LIST = declare_value("OnlineProfile.AllMachineIdSnap", row(tuple[str, ...]))
PAYOUT_DONE = declare_value("OnlineProfile.PayoutCursor", NUMBER)


def open_queue(work: Work, machine_id: str, stash: bytes, members: tuple[bytes, ...], deadline: int) -> None:
    """Have the machine paid from now on; the profile says what becomes of a queue it has."""
    data = work.layer.get(QUEUES, machine_id)
    queue = Queue() if data is None else work.profile.payout.reopened(unpack(data))
    work.layer.put(QUEUES, machine_id, pack(queue))
    work.layer.put(OWNERS, machine_id, Owner(stash, members, deadline))
    work.record("reward_owner", machine_id, work.height, f'"{stash.hex()}"'.encode())


def belongs_to_another(work: Work, machine_id: str, stash: bytes) -> bool:
    """Whether rewards of another stash still wait in the machine's queue, and the profile protects them."""
    data, owner = work.layer.get(QUEUES, machine_id), work.layer.get(OWNERS, machine_id)
    if data is None or owner is None or owner.stash == stash:
        return False
    return work.profile.payout.hinders_others(unpack(data))


def roll_era(work: Work) -> None:
    """At the first block of an era: count it, and have the last one paid."""
    if work.height % BLOCKS_PER_ERA != 1:
        return
    work.layer.put(CURRENT_ERA, SINGLE, work.era)
    generic_func.await_hook(work)
    if next(work.layer.items(QUEUES), None) is not None:
        work.schedule(work.height + LIST_OFFSET - 1, "payout_list", "")


def list_machines(work: Work) -> None:
    """Two blocks into an era: list who earned in the last one or still has something waiting."""
    for _ in work.due("payout_list"):
        era = work.era - 1
        layer = work.layer
        paid = sorted(
            machine_id
            for machine_id, data in layer.items(QUEUES)
            if len(data) > HEAD or points.machine_at(layer, machine_id, era).gpus
        )
        if paid:
            layer.put(PAYOUT_LIST, SINGLE, tuple(paid))
            layer.put(PAYOUT_DONE, SINGLE, 0)
            work.schedule(work.height + 1, "payout", "")


def pay_slot(work: Work) -> None:
    """In each of the next blocks: pay one sixtieth of the list."""
    for _ in work.due("payout"):
        ids = work.layer.get(PAYOUT_LIST, SINGLE) or ()
        start = work.layer.get(PAYOUT_DONE, SINGLE) or 0
        end = min(len(ids), start + len(ids) // work.profile.payout_slots + 1)
        _pay(work, ids[start:end])
        if end < len(ids):
            work.layer.put(PAYOUT_DONE, SINGLE, end)
            work.schedule(work.height + 1, "payout", "")
        else:
            work.layer.remove(PAYOUT_DONE, SINGLE)


def _pay(work: Work, ids: tuple[str, ...]) -> None:
    """Pay these machines; sums of stashes and members are kept aside, and all is written once."""
    layer, profile, era = work.layer, work.profile, work.era - 1
    pay, extra_percent, pack_line = profile.payout.pay, profile.rented_bonus_percent, reward_page.pack_line
    pool, total = era_reward(profile, layer, era), points.total_at(layer, era)
    queues: dict[str, bytes] = {}
    stashes: dict[bytes, _Sums] = {}
    committees: dict[tuple[bytes, ...], int] = {}
    lines: list[bytes] = [reward_page.pack_head(reward_page.PageHead(era, total, pool))]
    before, owners, counts = layer.many(QUEUES, ids), layer.many(OWNERS, ids), layer.many(MACHINE_POINTS, ids)
    for machine_id, data, owner, versions in zip(ids, before, owners, counts, strict=True):
        if data is None or owner is None:
            continue
        stash, members, deadline = owner
        if versions and versions[-1][0] <= era:  # what `newest_at` finds of a machine to which nothing happened
            _, gpus, basic, rented = versions[-1]
        else:
            _, gpus, basic, rented = points.newest_at(versions, era) or ABSENT
        sums = stashes.get(stash)
        if sums is None:
            stash_gpus = points.stash_at(layer, stash, era).gpus
            sums = stashes[stash] = _Sums(stash_gpus, points.inflation(profile, stash_gpus))
        if gpus and total:
            actual, reward = reward_by_points(extra_percent, basic, rented, sums.bonus, total, pool)
        else:
            actual = reward = 0
        after, earned, at_once, from_earlier, each_member, locked_by = pay(data, owner, era, reward)
        queues[machine_id] = after
        sums.released += at_once + from_earlier
        sums.earned += earned
        sums.locked += locked_by
        if each_member:
            committees[members] = committees.get(members, 0) + each_member
        lines.append(
            pack_line(
                machine_id, earned, at_once, from_earlier, reward,
                actual, basic, gpus, sums.gpus, deadline, (len(data) - HEAD) // 16, len(members), rented,
            )
        )  # fmt: skip
    if queues:
        layer.put_many(QUEUES, queues)
        work.record(reward_page.KIND, next(iter(queues)), work.height, b"".join(lines))
    for stash, sums in stashes.items():
        _credit(work, stash, era, sums)
    shares: dict[bytes, int] = {}
    for members, each in committees.items():
        for member in members:
            shares[member] = shares.get(member, 0) + each
    for member, amount in shares.items():
        committee.credit(work, member, amount)


class _Sums:
    """What a block pays the machines of one stash, and what these share: GPUs and bonus of the stash."""

    __slots__ = ("bonus", "earned", "gpus", "locked", "released")

    def __init__(self, gpus: int, bonus: int) -> None:
        self.gpus, self.bonus = gpus, bonus
        self.released = self.earned = self.locked = 0


@lru_cache(maxsize=_REWARDS_KEPT)
def reward_by_points(
    extra_percent: int, basic: int, rented: bool, bonus: int, total: int, pool: int
) -> tuple[int, int]:
    """Points of a machine, bonuses included, and its part of `pool`, which `total` points share."""
    actual = points.counted(extra_percent, basic, rented, bonus)
    return actual, perbill_mul(perbill_rational(actual, total), pool)


def era_reward(profile: RulesProfile, layer: Readable, era: int) -> int:
    """Units minted for all machines of `era`."""
    info = parameters.reward_info(layer, era)
    if info is not None:
        return profile.emission.under(info).era_reward(era)
    return profile.emission.era_reward(era, layer.get(GALAXY_ERA, SINGLE))


def reward_of(profile: RulesProfile, layer: Readable, machine_id: str, stash: bytes, era: int) -> int:
    """The whole reward of a machine in `era` by the points it has there: this era, the last or the next."""
    machine, total = points.machine_at(layer, machine_id, era), points.total_at(layer, era)
    if not machine.gpus or not total:
        return 0
    bonus = points.inflation(profile, points.stash_at(layer, stash, era).gpus)
    pool = era_reward(profile, layer, era)
    return reward_by_points(profile.rented_bonus_percent, machine.basic, machine.rented, bonus, total, pool)[1]


def expected_reward(profile: RulesProfile, layer: Readable, machine_id: str, era: int) -> int:
    """The owner's part of what the machine earns in `era` if nothing changes any more."""
    owner = layer.get(OWNERS, machine_id)
    if owner is None:
        return 0
    reward = reward_of(profile, layer, machine_id, owner.stash, era)
    return profile.committee_share.share(reward, len(owner.committee), era, owner.deadline).owner


def _credit(work: Work, stash: bytes, era: int, sums: _Sums) -> None:
    held = stash_rewards(work.layer, stash)
    recent = held.released
    if era != held.released_era:
        gap = min(RECENT, era - held.released_era)
        recent = (recent + (0,) * gap)[-RECENT:]
    recent = (*recent[:-1], recent[-1] + sums.released)
    after = StashRewards(
        held.can_claim + sums.released,
        held.earned + sums.earned,
        held.claimed,
        held.locked + sums.locked,
        held.last_claim,
        era,
        recent,
    )
    work.layer.put(STASH_REWARDS, stash, after)

"""How rewards join and leave a machine's queue, in which profiles differ (chain-rules 4.9; design 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, percent
from dbc_desktop.rules.policies import CommitteeSharePolicy, ReleasePolicy
from dbc_desktop.rules.reward_queue import (
    AMOUNT_BITS,
    HEAD,
    LOCKED_BITS,
    SUMS,
    Owner,
    Paid,
    Queue,
    head,
    pack,
    rewards,
    sums,
    unpack,
)

_number = int.from_bytes

_CUTS_KEPT = 16_384
"""In a jump the same machines earn the same again each era: what was cut once is not cut again."""


Payment = tuple[bytes, int, int, int, int, int]
"""One payout of one machine: its queue afterwards, earned, released at once, released of earlier rewards, what each
member gets, and by how much `Queue.locked` moved. Plain, for there are a hundred thousand in a jump.
"""


class PayoutPolicy(Protocol):
    """What a payout does to one machine's queue. Called by `online_profile.payout` and the schedule in the views."""

    @property
    def counts_locked(self) -> bool:
        """Whether `Queue.locked` is kept; where it is not, the schedule tells it."""

    def pay(self, data: bytes, owner: Owner, era: int, reward: int) -> Payment:
        """`reward` of `era` joins the packed queue, a part of every waiting reward leaves it."""

    def step(self, queue: Queue, owner: Owner, era: int, reward: int) -> tuple[Queue, Paid]:
        """The same with the queue unpacked."""

    def schedule(self, queue: Queue, owner: Owner) -> dict[int, int]:
        """What the queue still releases to the owner, by the era whose payout does it."""

    def about_locked(self, waiting: Sequence[int], owner: Owner, era: int) -> int:
        """What these rewards of the eras up to `era`, the oldest first, still release: a unit a part off at most."""

    def reopened(self, queue: Queue) -> Queue:
        """The queue of a machine that begins another life."""

    def restarts(self, online_height: int, *, fulfilled: bool) -> bool:
        """Whether coming online begins another life: a new committee deadline, and the queue `reopened`."""

    def hinders_others(self, queue: Queue) -> bool:
        """Whether no other stash may bond the machine of this queue."""


class _Steps:
    """`step` of a policy that has `pay`."""

    __slots__ = ()

    def pay(self, data: bytes, owner: Owner, era: int, reward: int) -> Payment:
        """Who inherits pays."""
        raise AssertionError(f"who inherits pays {era}")

    def step(self, queue: Queue, owner: Owner, era: int, reward: int) -> tuple[Queue, Paid]:
        """`reward` of `era` joins the queue, a part of every waiting reward leaves it."""
        data, earned, at_once, from_earlier, each_member, _ = self.pay(pack(queue), owner, era, reward)
        return unpack(data), Paid(earned, at_once, from_earlier, each_member)


class _Cut(NamedTuple):
    """A reward shared and cut; `joins` and `leaves` are what its coming and its going do to the sums of a head.

    Attributes:
        own: The owner's part.
        own_now: Released of it at once; `each_now` to each member.
        own_part: Released of it in a part; in the last part `own_more` beyond that, `each_more` to each member.
        joins: To be added to the sums of the queue that it joins.
        leaves: To be taken off the sums of the queue that releases its last part.
    """

    own: int
    own_now: int
    own_part: int
    own_more: int
    each_now: int
    each_more: int
    joins: int
    leaves: int


def _cutter(release: ReleasePolicy, share: CommitteeSharePolicy) -> Callable[[int, int, bool], _Cut]:
    """Cuts a reward that is shared with so many members, or earned past their deadline."""

    @lru_cache(maxsize=_CUTS_KEPT)
    def cut(reward: int, members: int, late: bool) -> _Cut:
        own, each = share.share(reward, members, int(late), 0)
        own_now, own_part, each_part = release.at_once(own), release.part(own), release.part(each)
        own_more, each_more = release.last_part(own) - own_part, release.last_part(each) - each_part
        joins = sums(own, own - own_now, own_part, each_part)
        return _Cut(
            own,
            own_now,
            own_part,
            own_more,
            release.at_once(each),
            each_more,
            joins,
            sums(0, own_more, own_part, each_part),
        )

    return cut


@dataclass(frozen=True, slots=True)
class WholePayout(_Steps):
    """Each reward is shared first and released to its last unit, whatever becomes of the machine."""

    release: ReleasePolicy
    share: CommitteeSharePolicy
    counts_locked: bool = True
    _cut: Callable[[int, int, bool], _Cut] = field(init=False, repr=False, compare=False)
    _parts: int = field(init=False, repr=False, compare=False)
    _full: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cut", _cutter(self.release, self.share))
        object.__setattr__(self, "_parts", self.release.parts)
        object.__setattr__(self, "_full", HEAD + 16 * self.release.parts)

    def pay(self, data: bytes, owner: Owner, era: int, reward: int) -> Payment:
        """`reward` of `era` joins the queue, a part of every waiting reward leaves it."""
        members, deadline = len(owner[1]), owner[2]
        own, own_now, _, _, each_now, _, joins, _ = self._cut(reward, members, era > deadline)
        before = _number(data[:SUMS])
        own_earlier, each_earlier = before >> 128 & AMOUNT_BITS, before & AMOUNT_BITS
        # All four sums of the head at once: what was released is locked no more.
        after = before + joins - (own_earlier << 256)
        if len(data) < self._full:
            waiting = data[HEAD:]
        else:
            oldest = _number(data[HEAD : HEAD + 16])
            _, _, _, own_more, _, each_more, _, leaves = self._cut(oldest, members, era - self._parts > deadline)
            own_earlier += own_more
            each_earlier += each_more
            after -= leaves
            waiting = data[HEAD + 16 :]
        if after & LOCKED_BITS:
            row = b"".join(((after << 32 | era).to_bytes(HEAD), waiting, reward.to_bytes(16)))
        else:
            row = head(after >> 384, 0, 0, 0, era)
        return row, own, own_now, own_earlier, each_now + each_earlier, own - own_now - own_earlier

    def schedule(self, queue: Queue, owner: Owner) -> dict[int, int]:
        """Each waiting reward gives one part in each era until its last: added up from the latest era down."""
        waiting, release = rewards(queue), self.release
        oldest = queue.last_era - len(waiting) + 1
        ends: dict[int, tuple[int, int]] = {}
        for era, reward in enumerate(waiting, oldest):
            own = self.share.share(reward, len(owner.committee), era, owner.deadline).owner
            ends[era + release.parts] = (release.part(own), release.last_part(own))
        running, found = 0, {}
        for era in range(queue.last_era + release.parts, queue.last_era, -1):
            part, last = ends.get(era, (0, 0))
            if running + last:
                found[era] = running + last
            running += part
        return found

    def about_locked(self, waiting: Sequence[int], owner: Owner, era: int) -> int:
        """Exactly what they do."""
        found, members = 0, len(owner.committee)
        for age, reward in enumerate(reversed(waiting[-self.release.parts :])):
            cut = self._cut(reward, members, era - age > owner.deadline)
            found += cut.own - cut.own_now - age * cut.own_part
        return found

    def reopened(self, queue: Queue) -> Queue:
        """The same: nothing is lost (quirk Q8 of chain-rules 14 not copied)."""
        return queue

    def restarts(self, online_height: int, *, fulfilled: bool) -> bool:
        """A machine comes online for the first time once."""
        return not online_height

    def hinders_others(self, queue: Queue) -> bool:
        """As long as it still releases something: another owner would get it."""
        return bool(queue.waiting)


_AT_ONCE = perbill_rational(49, 200)
_PART = perbill_rational(1, 200)
_OWNER = percent(99)
_WINDOW = 150


@lru_cache(maxsize=_CUTS_KEPT)
def _window_cut(reward: int) -> tuple[int, int]:
    """What a reward adds to its own payout by itself, and with its first two hundredth."""
    by_itself = perbill_mul(_AT_ONCE, reward)
    return by_itself, by_itself + perbill_mul(_PART, reward)


@dataclass(frozen=True, slots=True)
class WindowPayout(_Steps):
    """49/200 of the new reward and 1/200 of the last 150, the new one included; shared after that (quirk Q1).

    So a reward gives 25 % at once and 0.5 % in each of the next 149 payouts: its last 0.5 % is never released.
    """

    counts_locked: bool = False

    def pay(self, data: bytes, owner: Owner, era: int, reward: int) -> Payment:
        """`reward` of `era` joins the queue, a two hundredth of all that waits is released."""
        number = int.from_bytes
        held, total, start = number(data[:16]), number(data[32:48]), HEAD
        if len(data) == HEAD + 16 * _WINDOW:
            total -= number(data[HEAD : HEAD + 16])
            start = HEAD + 16
        total += reward
        if not total:
            return head(held, 0, 0, 0, era), 0, 0, 0, 0, 0
        by_itself, at_once = _window_cut(reward)
        released = by_itself + perbill_mul(_PART, total)
        own, own_now, each = released, at_once, 0
        if era <= owner.deadline:
            own, own_now = perbill_mul(_OWNER, released), perbill_mul(_OWNER, at_once)
            each = perbill_mul(perbill_rational(1, len(owner.committee)), released - own)
        earned = self._earned(reward, era, owner.deadline)
        after = b"".join((head(held + earned, 0, total, 0, era), data[start:], reward.to_bytes(16)))
        return after, earned, own_now, own - own_now, each, 0

    @staticmethod
    def _earned(reward: int, era: int, deadline: int) -> int:
        if era > deadline:
            return reward
        if era > deadline - _WINDOW:
            return reward - perbill_mul(percent(1), perbill_mul(_PART, reward)) * (deadline - era)
        return perbill_mul(_OWNER, reward)

    def schedule(self, queue: Queue, owner: Owner) -> dict[int, int]:
        """What payouts without any new reward would release: a two hundredth of what then still waits."""
        waiting, total, found = rewards(queue), sum(rewards(queue)), {}
        for ago in range(1, _WINDOW + 1):
            gone = len(waiting) + ago - _WINDOW - 1
            total -= waiting[gone] if 0 <= gone < len(waiting) else 0
            if not total:
                break
            era, own = queue.last_era + ago, perbill_mul(_PART, total)
            if era <= owner.deadline:
                own = perbill_mul(_OWNER, own)
            if own:
                found[era] = own
        return found

    def about_locked(self, waiting: Sequence[int], owner: Owner, era: int) -> int:
        """Each of the last 150 gives a two hundredth in every payout of its next 149, less what members get of it."""
        left = sum(reward * (_WINDOW - 1 - age) for age, reward in enumerate(reversed(waiting[-_WINDOW:])))
        found = perbill_mul(_PART, left)
        return perbill_mul(_OWNER, found) if era <= owner.deadline else found

    def reopened(self, queue: Queue) -> Queue:
        """An empty one: what waited is lost (quirk Q8)."""
        return Queue()

    def restarts(self, online_height: int, *, fulfilled: bool) -> bool:
        """Whoever has to be fulfilled begins anew (chain-rules 4.8)."""
        return fulfilled or not online_height

    def hinders_others(self, queue: Queue) -> bool:
        """Never; what waited is lost then."""
        return False

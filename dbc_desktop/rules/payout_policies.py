"""How rewards join and leave a machine's queue, in which profiles differ (chain-rules 4.9; design 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, percent
from dbc_desktop.rules.policies import CommitteeSharePolicy, ReleasePolicy
from dbc_desktop.rules.reward_queue import Owner, Paid, Queue, rewards


class PayoutPolicy(Protocol):
    """What a payout does to one machine's queue. Called by `online_profile.payout` and the schedule in the views."""

    @property
    def counts_locked(self) -> bool:
        """Whether `Queue.locked` is kept; where it is not, the schedule tells it."""

    def step(self, queue: Queue, owner: Owner, era: int, reward: int) -> tuple[Queue, Paid]:
        """`reward` of `era` joins the queue, a part of every waiting reward leaves it."""

    def schedule(self, queue: Queue, owner: Owner) -> dict[int, int]:
        """What the queue still releases to the owner, by the era whose payout does it."""

    def reopened(self, queue: Queue) -> Queue:
        """The queue of a machine that begins another life."""

    def restarts(self, online_height: int, *, fulfilled: bool) -> bool:
        """Whether coming online begins another life: a new committee deadline, and the queue `reopened`."""

    def hinders_others(self, queue: Queue) -> bool:
        """Whether no other stash may bond the machine of this queue."""


@dataclass(frozen=True, slots=True)
class WholePayout:
    """Each reward is shared first and released to its last unit, whatever becomes of the machine."""

    release: ReleasePolicy
    share: CommitteeSharePolicy
    counts_locked: bool = True

    def step(self, queue: Queue, owner: Owner, era: int, reward: int) -> tuple[Queue, Paid]:
        """`reward` of `era` joins the queue, a part of every waiting reward leaves it."""
        release, share, members = self.release, self.share.share, len(owner.committee)
        own, each = share(reward, members, era, owner.deadline)
        waiting, parts_owner, parts_member = queue.waiting, queue.parts_owner, queue.parts_member
        own_earlier, each_earlier = parts_owner, parts_member
        if len(waiting) == 16 * release.parts:
            oldest = int.from_bytes(waiting[:16])
            own_old, each_old = share(oldest, members, era - release.parts, owner.deadline)
            own_part, each_part = release.part(own_old), release.part(each_old)
            own_earlier += release.last_part(own_old) - own_part
            each_earlier += release.last_part(each_old) - each_part
            parts_owner -= own_part
            parts_member -= each_part
            waiting = waiting[16:]
        own_now, each_now = release.at_once(own), release.at_once(each)
        locked = queue.locked + own - own_now - own_earlier
        if locked:
            after = Queue(
                queue.earned + own,
                locked,
                parts_owner + release.part(own),
                parts_member + release.part(each),
                era,
                waiting + reward.to_bytes(16),
            )
        else:
            after = Queue(queue.earned + own, last_era=era)
        return after, Paid(own, own_now, own_earlier, each_now + each_earlier)

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


@dataclass(frozen=True, slots=True)
class WindowPayout:
    """49/200 of the new reward and 1/200 of the last 150, the new one included; shared after that (quirk Q1).

    So a reward gives 25 % at once and 0.5 % in each of the next 149 payouts: its last 0.5 % is never released.
    """

    counts_locked: bool = False

    def step(self, queue: Queue, owner: Owner, era: int, reward: int) -> tuple[Queue, Paid]:
        """`reward` of `era` joins the queue, a two hundredth of all that waits is released."""
        waiting, total = queue.waiting, queue.parts_owner
        if len(waiting) == 16 * _WINDOW:
            total -= int.from_bytes(waiting[:16])
            waiting = waiting[16:]
        total += reward
        if not total:
            return Queue(queue.earned, last_era=era), Paid(0, 0, 0, 0)
        released = perbill_mul(_AT_ONCE, reward) + perbill_mul(_PART, total)
        at_once = perbill_mul(_AT_ONCE, reward) + perbill_mul(_PART, reward)
        own, own_now, each = released, at_once, 0
        if era <= owner.deadline:
            own, own_now = perbill_mul(_OWNER, released), perbill_mul(_OWNER, at_once)
            each = perbill_mul(perbill_rational(1, len(owner.committee)), released - own)
        earned = self._earned(reward, era, owner.deadline)
        after = Queue(queue.earned + earned, 0, total, 0, era, waiting + reward.to_bytes(16))
        return after, Paid(earned, own_now, own - own_now, each)

    @staticmethod
    def _earned(reward: int, era: int, deadline: int) -> int:
        if era > deadline:
            return reward
        if era > deadline - _WINDOW:
            return reward - perbill_mul(percent(1), perbill_mul(_PART, reward)) * (deadline - era)
        return perbill_mul(_OWNER, reward)

    def schedule(self, queue: Queue, owner: Owner) -> dict[int, int]:
        """What payouts without any new reward would release."""
        found: dict[int, int] = {}
        while queue.waiting:
            era = queue.last_era + 1
            queue, paid = self.step(queue, owner, era, 0)
            if paid.from_earlier:
                found[era] = paid.from_earlier
        return found

    def reopened(self, queue: Queue) -> Queue:
        """An empty one: what waited is lost (quirk Q8)."""
        return Queue()

    def restarts(self, online_height: int, *, fulfilled: bool) -> bool:
        """Whoever has to be fulfilled begins anew (chain-rules 4.8)."""
        return fulfilled or not online_height

    def hinders_others(self, queue: Queue) -> bool:
        """Never; what waited is lost then."""
        return False

"""The reward queue of a machine: rewards of the last 150 eras, and running sums over them (chain-rules 4.9).

It is one packed row: a head of sums, then the reward of each era, oldest first. The sums make a payout cost the same
whether one era waits in the queue or 150.
"""

from __future__ import annotations

from typing import NamedTuple

SUMS = 4 * 16
"""Bytes of the four sums a row begins with: one number to a payout, which moves them together."""

HEAD = SUMS + 4
"""Bytes of the head; a longer row holds rewards that wait."""

AMOUNT_BITS = 2**128 - 1
"""The lowest of the four sums."""

LOCKED_BITS = AMOUNT_BITS << 256
"""Where `Queue.locked` lies in them."""


class Owner(NamedTuple):
    """Whose a reward queue is; the machine's record may be gone before the queue is empty."""

    stash: bytes
    committee: tuple[bytes, ...]
    deadline: int


class Queue(NamedTuple):
    """The reward queue of a machine, unpacked; amounts in units.

    Attributes:
        earned: The owner's part of all rewards so far.
        locked: The owner's part that is not released yet, where the profile's payout keeps account of it.
        parts_owner: Kept by the profile's payout: what one later payout releases to the owner, last parts aside; or
            the sum of what waits.
        parts_member: Kept by the profile's payout: what one later payout releases to each committee member.
        last_era: Era of the newest reward.
        waiting: Whole rewards of the waiting eras, 16 bytes each, the oldest first.
    """

    earned: int = 0
    locked: int = 0
    parts_owner: int = 0
    parts_member: int = 0
    last_era: int = 0
    waiting: bytes = b""


class Paid(NamedTuple):
    """What one payout gave: the owner's part in three figures, and what each member got."""

    earned: int
    at_once: int
    from_earlier: int
    each_member: int


def head(earned: int, locked: int, parts_owner: int, parts_member: int, last_era: int) -> bytes:
    """The head of a stored row."""
    return sums(earned, locked, parts_owner, parts_member).to_bytes(SUMS) + last_era.to_bytes(4)


def sums(earned: int, locked: int, parts_owner: int, parts_member: int) -> int:
    """The four sums of a head as one number."""
    return earned << 384 | locked << 256 | parts_owner << 128 | parts_member


def pack(queue: Queue) -> bytes:
    """The stored row."""
    return head(queue.earned, queue.locked, queue.parts_owner, queue.parts_member, queue.last_era) + queue.waiting


def unpack(data: bytes) -> Queue:
    """The queue of a stored row."""
    number = int.from_bytes
    return Queue(
        number(data[:16]), number(data[16:32]), number(data[32:48]), number(data[48:64]), number(data[64:68]), data[68:]
    )


def rewards(queue: Queue) -> list[int]:
    """The waiting rewards, the oldest first."""
    waiting = queue.waiting
    return [int.from_bytes(waiting[at : at + 16]) for at in range(0, len(waiting), 16)]

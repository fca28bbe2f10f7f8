"""The books of payouts: one packed page for each block that paid machines, sorted by machine id (chain-rules 4.9).

A page says of each machine what it got and everything it was reckoned from, so that a reward can be explained later,
when the points of its era are long gone from the state. Pages are written once, kept on disk, never read by the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import NamedTuple

from dbc_desktop.rules.work import HistoryRow

KIND = "payout"
"""`HistoryRow.kind` of a page; its subject is the first machine's id, its index the height of the block."""

_HEAD = Struct(">IQ16s")
_LINE = Struct(">32s64sQQIIIHB?")
_pack = _LINE.pack


class Line(NamedTuple):
    """What one payout gave one machine; amounts in units.

    Attributes:
        earned: The owner's part of the era's reward.
        at_once: Released of it in this payout.
        from_earlier: Released in this payout of earlier eras' rewards.
        reward: The whole reward of the era.
        actual: Points of the machine, bonuses included.
        basic: Points that the committee confirmed.
        stash_gpus: GPUs of the stash in that era.
        deadline: Last era of which the committee gets its part.
        waiting: Eras whose rewards waited in the queue before this payout.
        members: How many verified the machine.
    """

    machine_id: str
    earned: int
    at_once: int
    from_earlier: int
    reward: int
    actual: int
    basic: int
    gpus: int
    stash_gpus: int
    deadline: int
    waiting: int
    members: int
    rented: bool


class PageHead(NamedTuple):
    """What all machines of an era share: its points and what it mints."""

    era: int
    total: int
    pool: int


class PaidLine(NamedTuple):
    """A line with the height of its block."""

    height: int
    head: PageHead
    line: Line


def pack_head(head: PageHead) -> bytes:
    """The beginning of a page; packed lines follow."""
    return _HEAD.pack(head.era, head.total, head.pool.to_bytes(16))


def pack_line(
    machine_id: str,
    earned: int,
    at_once: int,
    from_earlier: int,
    reward: int,
    actual: int,
    basic: int,
    gpus: int,
    stash_gpus: int,
    deadline: int,
    waiting: int,
    members: int,
    rented: bool,
) -> bytes:
    """One line, as `Line` says it."""
    return _pack(
        bytes.fromhex(machine_id),
        (earned << 384 | at_once << 256 | from_earlier << 128 | reward).to_bytes(64),
        actual,
        basic,
        gpus,
        stash_gpus,
        deadline,
        waiting,
        members,
        rented,
    )


def head_of(page: bytes) -> PageHead:
    """The beginning of a page.

    Raises:
        ValueError: It is not one.
    """
    if len(page) < _HEAD.size or (len(page) - _HEAD.size) % _LINE.size:
        raise ValueError("not a page of payouts")
    era, total, pool = _HEAD.unpack_from(page)
    return PageHead(era, total, int.from_bytes(pool))


def lines_of(page: bytes) -> Iterator[Line]:
    """All lines of a page, by machine id.

    Raises:
        ValueError: It is not one.
    """
    head_of(page)
    for at in range(_HEAD.size, len(page), _LINE.size):
        yield _line(page, at)


def line_of(page: bytes, machine_id: str) -> Line | None:
    """The line of one machine, None where the page has none.

    Raises:
        ValueError: It is not a page.
    """
    head_of(page)
    wanted = bytes.fromhex(machine_id)
    low, high = 0, (len(page) - _HEAD.size) // _LINE.size
    while low < high:
        middle = (low + high) // 2
        at = _HEAD.size + middle * _LINE.size
        found = page[at : at + 32]
        if found == wanted:
            return _line(page, at)
        low, high = (middle + 1, high) if found < wanted else (low, middle)
    return None


def _line(page: bytes, at: int) -> Line:
    machine, amounts, *rest = _LINE.unpack_from(page, at)
    earned, at_once, from_earlier, reward = (int.from_bytes(amounts[start : start + 16]) for start in (0, 16, 32, 48))
    return Line(machine.hex(), earned, at_once, from_earlier, reward, *rest)


def plain_rows(rows: Iterable[HistoryRow]) -> Iterator[HistoryRow]:
    """The same books with a row of kind `reward` for each line of a page: machine, era, and what it got in JSON.

    Older chain files keep rewards in that form.
    """
    for row in rows:
        if row.kind != KIND:
            yield row
            continue
        head = head_of(row.value)
        for line in lines_of(row.value):
            yield HistoryRow("reward", line.machine_id, head.era, plain_value(line, head.total))


def plain_value(line: Line, total: int) -> bytes:
    """A line as older chain files keep it."""
    figures = (line.earned, line.at_once, line.from_earlier, line.reward, line.actual, total)
    return json.dumps(figures, separators=(",", ":")).encode()

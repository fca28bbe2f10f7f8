"""The newest part of a node's past: it keeps no index, so its blocks are read and looked through, a stretch at a time.

What is looked through is bounded (`MOST_SEARCHED`): somebody else's node is not to be read from end to end for one
question. Blocks whose state the node does not keep any more end the search: without events nobody can say what came of
an extrinsic.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dbc_desktop.chain.event_subjects import subjects
from dbc_desktop.chain.substrate.blocks import Block, Blocks, Header, events_of
from dbc_desktop.chain.substrate.lacking import lacking
from dbc_desktop.chain.substrate.outcomes import error_in, fee_in
from dbc_desktop.chain.substrate.runtime import Runtime, Runtimes
from dbc_desktop.chain.substrate.signed import Said, read_signed
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.explorer import (
    HIGHEST,
    MOST_SEARCHED,
    EventPage,
    EventQuery,
    ExtrinsicDetail,
    ExtrinsicPage,
    ExtrinsicQuery,
    ExtrinsicRow,
    Mark,
)

if TYPE_CHECKING:
    from dbc_desktop.chain.substrate.reads import Standing

MOST_ROWS = 500
_STRETCH = 64
_STRETCHES = 4
"""Stretches that one page looks through at most."""

_KEPT = 512
_LARGEST_KEPT = 64 * 1024


class Seen(NamedTuple):
    """What one block holds: its signed extrinsics and all its events, in order."""

    height: int
    extrinsics: tuple[ExtrinsicDetail, ...]
    events: tuple[EventRecord, ...]


class Past:
    """Reads blocks whole and remembers the newest; callable from any thread."""

    def __init__(self, blocks: Blocks, runtimes: Runtimes) -> None:
        self._blocks, self._runtimes = blocks, runtimes
        self._guard = threading.Lock()
        self._known: OrderedDict[bytes, Seen] = OrderedDict()

    def down_from(self, head: Header, runtime: Runtime, top: int, lowest: int) -> Iterator[Seen]:
        """The blocks from `top` down to `lowest`, as far as the node keeps their state.

        Raises:
            ChainUnreachable: The node does not answer, or not in a form that can be understood.
        """
        at: Header | None = head if top >= head.height else self._header_at(top)
        while at is not None and at.height >= lowest:
            chain = self._blocks.down_to(at, max(lowest, at.height - _STRETCH + 1))
            found = self._read(chain, runtime)
            for block in reversed(chain):
                if block.header.hash not in found:
                    return
                yield found[block.header.hash]
            first = chain[0].header
            at = self._blocks.header(first.parent_hash) if first.height > max(0, lowest) else None

    def find(self, tx_hash: bytes) -> ExtrinsicDetail | None:
        """An extrinsic of a block that is remembered."""
        with self._guard:
            known = list(self._known.values())
        return next((one for seen in known for one in seen.extrinsics if one.row.hash == tx_hash), None)

    def _header_at(self, height: int) -> Header | None:
        (found,) = self._blocks.hashes([height])
        return None if found is None else self._blocks.header(found)

    def _read(self, chain: list[Block], runtime: Runtime) -> dict[bytes, Seen]:
        """These blocks by hash; those whose state is gone are left out."""
        with self._guard:
            found = {one.header.hash: self._known[one.header.hash] for one in chain if one.header.hash in self._known}
        missing = [one for one in chain if one.header.hash not in found]
        if not missing:
            return found
        headers = [one.header for one in missing]
        stored = self._blocks.events_at(headers)
        bodies = self._blocks.bodies([one.hash for one in headers])
        # Where the oldest ran what runs now, so did all between: versions only grow.
        oldest = self._runtime_of(headers[0])
        is_same = oldest.spec_version == runtime.spec_version
        for header, (data, is_kept), body in zip(headers, stored, bodies, strict=True):
            if is_kept:
                own = runtime if is_same else self._runtime_of(header)
                found[header.hash] = seen = _seen(own, header, data, body)
                size = len(data or b"") + sum(map(len, body))
                if size <= _LARGEST_KEPT:
                    self._remember(header.hash, seen)
        return found

    def _runtime_of(self, header: Header) -> Runtime:
        return self._runtimes.at(header.parent_hash if header.height else header.hash)

    def _remember(self, block: bytes, seen: Seen) -> None:
        with self._guard:
            self._known[block] = seen
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)


def _seen(runtime: Runtime, header: Header, data: bytes | None, body: tuple[bytes, ...]) -> Seen:
    events = events_of(runtime, header.height, data)
    found = []
    for position, extrinsic in enumerate(body):
        said = read_signed(runtime, extrinsic)
        if said is not None:
            own = tuple(event for event in events if event.extrinsic == position)
            found.append(_detail(header, position, blake2_256(extrinsic), said, own))
    return Seen(header.height, tuple(found), events)


def _detail(
    header: Header, position: int, tx_hash: bytes, said: Said, events: tuple[EventRecord, ...]
) -> ExtrinsicDetail:
    row = ExtrinsicRow(
        header.height,
        position,
        tx_hash,
        Address(said.signer),
        said.pallet,
        said.call,
        said.arguments,
        fee_in(events) or ZERO,
        error_in(events),
        events,
    )
    return ExtrinsicDetail(row, header.hash, said.nonce, Balance(said.tip), said.length, said.valid_blocks)


class NodePast:
    """The explorer's methods of `ChainReader`; who inherits says where the node stands."""

    _past: Past

    def _now(self) -> Standing:
        raise AssertionError("the side that inherits says where the node stands")

    def extrinsics(self, query: ExtrinsicQuery, limit: int, after: Mark | None = None) -> ExtrinsicPage:
        """Signed extrinsics that match, newest first; nobody counts them."""
        found: list[ExtrinsicRow] = []
        limit = max(1, min(limit, MOST_ROWS))
        mark = None
        for seen in self._blocks_to_search(query, after):
            for one in reversed(seen.extrinsics):
                place = (seen.height, one.row.position)
                if (after is None or place < after) and _is_asked(one.row, query):
                    if len(found) == limit:
                        return ExtrinsicPage(tuple(found), (found[-1].height, found[-1].position))
                    found.append(one.row)
            mark = (seen.height, 0)
        return ExtrinsicPage(tuple(found), self._rest(query, mark))

    def event_log(self, query: EventQuery, limit: int, after: Mark | None = None) -> EventPage:
        """Events that match, newest first, those of one block from its last to its first."""
        found: list[EventRecord] = []
        limit = max(1, min(limit, MOST_ROWS))
        mark = None
        last = (0, 0)
        for seen in self._blocks_to_search(query, after):
            for at in reversed(range(len(seen.events))):
                place = (seen.height, at)
                if (after is None or place < after) and _is_meant(seen.events[at], query):
                    if len(found) == limit:
                        return EventPage(tuple(found), last)
                    found.append(seen.events[at])
                    last = place
            mark = (seen.height, 0)
        return EventPage(tuple(found), self._rest(query, mark))

    def extrinsic_at(self, height: int, position: int) -> ExtrinsicDetail | None:
        """The signed extrinsic at this position of this block, as long as the node keeps the block's state."""
        now = self._now()
        if not 0 <= height <= now.header.height:
            return None
        seen = next(self._past.down_from(now.header, now.runtime, height, height), None)
        rows = () if seen is None else seen.extrinsics
        return next((one for one in rows if one.row.position == position), None)

    def extrinsic(self, tx_hash: bytes) -> ExtrinsicDetail | None:
        """One that was read already.

        Raises:
            BackendMismatch: `explorer`: a node finds none by its hash.
        """
        found = self._past.find(tx_hash)
        if found is None:
            raise lacking("explorer", tx_hash)
        return found

    def _blocks_to_search(self, query: ExtrinsicQuery | EventQuery, after: Mark | None) -> Iterator[Seen]:
        """The blocks that one page looks through, newest first."""
        now = self._now()
        top, lowest = _bounds(query, now.header.height)
        if after is not None:
            # A mark at the first place of a block means that all of it was told.
            top = min(top, after[0] if after[1] else after[0] - 1)
        lowest = max(lowest, top - _STRETCH * _STRETCHES + 1)
        if top < lowest:
            return iter(())
        return self._past.down_from(now.header, now.runtime, top, lowest)

    def _rest(self, query: ExtrinsicQuery | EventQuery, mark: Mark | None) -> Mark | None:
        """Where the next page goes on; None at the end of what is looked through, or of what the node keeps."""
        if mark is None:
            return None
        _, lowest = _bounds(query, self._now().header.height)
        return mark if mark[0] > lowest else None


def _bounds(query: ExtrinsicQuery | EventQuery, head: int) -> tuple[int, int]:
    """The heights that are looked through for a query."""
    top = min(query.to_height, HIGHEST, head)
    return top, max(0, query.from_height, top - MOST_SEARCHED + 1)


def _is_asked(row: ExtrinsicRow, query: ExtrinsicQuery) -> bool:
    return (
        query.signer in (None, row.signer)
        and query.pallet in (None, row.pallet)
        and query.call in (None, row.call)
        and query.succeeded in (None, row.error is None)
    )


def _is_meant(event: EventRecord, query: EventQuery) -> bool:
    return (
        query.pallet in (None, event.pallet)
        and query.name in (None, event.name)
        and (query.subject is None or query.subject in subjects((event,)))
    )

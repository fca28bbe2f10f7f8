"""New heads by polling: blocks that were missed are filled in, those of a fork are told again from where it began."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from dbc_desktop.chain.backend import HeadChange, Subscription
from dbc_desktop.chain.head_feed import MOST_EVENTS, HeadFeed
from dbc_desktop.chain.substrate.blocks import Block, Blocks, Header
from dbc_desktop.chain.substrate.runtime import Runtimes
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import ChainError, ChainRequestFailed, StorageError
from dbc_desktop.domain.network import Head

POLL_SECONDS = 2.0
MOST_FILLED = 256
"""Missed blocks that are filled in; older ones stay in the chain's own memory."""


class Follower:
    """Polls while somebody listens, from a thread of its own.

    Args:
        blocks: The node's blocks.
        runtimes: How their events are read.
        head_at: The head in words of the domain; reads the newest block anew.
        clock: Time; `wait` of it ends early when the owner closes.
        poll_seconds: How often it looks.
        keep: Takes what was told into the books: blocks whose state was read, each the child of the one before.
    """

    def __init__(
        self,
        blocks: Blocks,
        runtimes: Runtimes,
        head_at: Callable[[], tuple[Header, Head]],
        clock: Clock,
        poll_seconds: float = POLL_SECONDS,
        keep: Callable[[Sequence[tuple[Header, tuple[EventRecord, ...]]]], None] = lambda blocks: None,
    ) -> None:
        self._blocks, self._runtimes, self._head_at, self._clock = blocks, runtimes, head_at, clock
        self._poll_seconds, self._keep = poll_seconds, keep
        self._feed = HeadFeed("node-heads")
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._last: Header | None = None

    def follow(self, callback: Callable[[HeadChange], None]) -> Subscription:
        """Call back for each new head from now on."""
        subscription = self._feed.follow(callback)
        with self._starting:
            if self._thread is None and not self._closing.is_set():
                # From here on nothing is missed, however late the thread gets its first turn.
                with suppress(ChainError, StorageError):
                    self.poll()
                self._thread = threading.Thread(target=self._run, name="node-poll", daemon=True)
                self._thread.start()
        return subscription

    def poll(self) -> bool:
        """Look for a new head once; True where there was one and it was told.

        Raises:
            ChainUnreachable: The node does not answer; the next poll fills in what was missed.
        """
        header, head = self._head_at()
        last = self._last
        if last is not None and header.hash == last.hash:
            return False
        events: list[EventRecord] = []
        told: list[tuple[Header, tuple[EventRecord, ...]]] = []
        for block in self._missed(last, header):
            found = self._events(block)
            if found is None:  # the node does not keep that block's state any more: a gap in the books
                told = []
                continue
            told.append((block.header, found))
            events += found
        self._keep(told)
        self._last = header
        # What lay before somebody began to listen is no news.
        self._feed.push(head, () if last is None else tuple(events[-MOST_EVENTS:]))
        return last is not None

    def close(self) -> None:
        """Tell nothing more and end the threads."""
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._feed.close()

    def _missed(self, last: Header | None, new: Header) -> list[Block]:
        """The blocks above the last one that was told; after a reorganisation those above the fork."""
        lowest = new.height if last is None else max(1, new.height - MOST_FILLED, min(last.height + 1, new.height))
        chain = self._blocks.down_to(new, lowest) if new.height else []
        if last is None or not chain or chain[0].header.height > last.height + 1:
            return chain
        known = {last.hash}
        old = last
        while chain and chain[0].header.parent_hash not in known and chain[0].header.height > 1:
            # Not a child of what was told: go down both branches until they meet.
            if new.height - chain[0].header.height >= MOST_FILLED:
                break
            chain = self._blocks.down_to(new, chain[0].header.height - 1)
            if old.height >= chain[0].header.height:
                old = self._blocks.header(old.parent_hash)
                known.add(old.hash)
        return chain

    def _events(self, block: Block) -> tuple[EventRecord, ...] | None:
        try:
            return self._blocks.events(self._runtimes.at(block.header.parent_hash), block.header)
        except ChainRequestFailed:
            return None

    def _run(self) -> None:
        while not self._closing.is_set():
            # Unreachable or garbled: what was missed is filled in when it answers again.
            with suppress(ChainError, StorageError):
                self.poll()
            if self._clock.wait(self._poll_seconds):
                return

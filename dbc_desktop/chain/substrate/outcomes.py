"""What became of an extrinsic: a node keeps no index, so its blocks are looked through from where it was signed.

Success is judged by the events of its block (chain-rules 10.4).
"""

from __future__ import annotations

import threading

from dbc_desktop.chain.extrinsic import VALID_BLOCKS
from dbc_desktop.chain.substrate.blocks import Block, Blocks, Header
from dbc_desktop.chain.substrate.runtime import Runtimes
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord, Receipt, TxStatus
from dbc_desktop.domain.errors import ChainRequestFailed

_MOST_SEARCHED = 4_096
"""Blocks that one look-up goes through at most; no extrinsic of ours is valid for longer than 256."""

_FEES = {("TransactionPayment", "TransactionFeePaid"), ("AssetTxPayment", "AssetTxFeePaid")}


class Outcomes:
    """Looks extrinsics up by hash; callable from any thread."""

    def __init__(self, blocks: Blocks, runtimes: Runtimes) -> None:
        self._blocks, self._runtimes = blocks, runtimes
        self._guard = threading.Lock()
        self._sent: set[bytes] = set()
        self._seen: dict[bytes, int] = {}

    def note_sent(self, tx_hash: bytes) -> None:
        """This one was handed to the node."""
        with self._guard:
            self._sent.add(tx_hash)

    def find(self, tx_hash: bytes, head: Header, finalised: int, born: int | None) -> Receipt | None:
        """What is known of it at this head; None where the node never heard of it.

        Args:
            tx_hash: Which one.
            head: The newest block.
            finalised: The newest final height.
            born: The height it was signed at; by default so long ago that it may just still be valid.
        """
        lowest = max(1, head.height - VALID_BLOCKS if born is None else born)
        highest = min(head.height, lowest + _MOST_SEARCHED)
        top = head if highest == head.height else self._header_at(highest)
        if lowest <= highest and top is not None:
            for block in reversed(self._blocks.down_to(top, lowest)):
                if tx_hash in block.extrinsics:
                    with self._guard:
                        self._seen[tx_hash] = block.header.height
                    return self._in_block(tx_hash, block, finalised)
        return self._outside(tx_hash)

    def _header_at(self, height: int) -> Header | None:
        (found,) = self._blocks.hashes(range(height, height + 1))
        return None if found is None else self._blocks.header(found)

    def _outside(self, tx_hash: bytes) -> Receipt | None:
        pool = self._blocks.pending()
        with self._guard:
            was_seen, was_sent = tx_hash in self._seen, tx_hash in self._sent
        if pool is not None and tx_hash in pool:
            return Receipt(tx_hash, TxStatus.SENT)
        if was_seen:
            return Receipt(tx_hash, TxStatus.RETRACTED)
        if was_sent:
            return Receipt(tx_hash, TxStatus.SENT if pool is None else TxStatus.DROPPED)
        return None

    def _in_block(self, tx_hash: bytes, block: Block, finalised: int) -> Receipt:
        header, position = block.header, block.extrinsics.index(tx_hash)
        try:
            found = self._blocks.events(self._runtimes.at(header.parent_hash), header)
        except ChainRequestFailed:  # the node forgot that block's state: in it, but nobody can say what it did
            return Receipt(tx_hash, TxStatus.UNKNOWN, header.height)
        events = tuple(event for event in found if event.extrinsic == position)
        status = TxStatus.FINALISED if header.height <= finalised else TxStatus.INCLUDED
        names = {(event.pallet, event.name) for event in events}
        if ("System", "ExtrinsicSuccess") not in names and ("System", "ExtrinsicFailed") not in names:
            return Receipt(tx_hash, TxStatus.UNKNOWN, header.height)
        return Receipt(tx_hash, status, header.height, fee_in(events), error_in(events), events)


def fee_in(events: tuple[EventRecord, ...]) -> Balance | None:
    """What an extrinsic paid, by its events; None where none says."""
    for event in events:
        paid = event.fields.get("actual_fee")
        if (event.pallet, event.name) in _FEES and isinstance(paid, int):
            return Balance(paid)
    return None


def error_in(events: tuple[EventRecord, ...]) -> tuple[str, str] | None:
    """Pallet and name of what an extrinsic was refused with, by its events."""
    for event in events:
        if (event.pallet, event.name) == ("System", "ExtrinsicFailed"):
            found = event.fields.get("dispatch_error")
            return found if isinstance(found, tuple) else ("System", "Unknown")
    return None

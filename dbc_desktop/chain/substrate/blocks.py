"""Blocks of a node: headers, the extrinsics in them by hash, their events in words of the domain."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dbc_desktop.chain.substrate.event_names import named_fields
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.rpc import MOST_IN_BATCH, NodeRpc, Request, from_hex, to_hex, whole
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.chain.substrate.storage import prefix
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import ChainAnswerInvalid, ChainRequestFailed

_KEPT = 1_024
_EVENTS = prefix("System", "Events")


@dataclass(frozen=True, slots=True)
class Header:
    """The head of one block."""

    height: int
    hash: bytes
    parent_hash: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its header and the hashes of its extrinsics in order."""

    header: Header
    extrinsics: tuple[bytes, ...]


class Blocks:
    """Asks for blocks and remembers the newest of them by hash; callable from any thread."""

    def __init__(self, rpc: NodeRpc) -> None:
        self._rpc = rpc
        self._guard = threading.Lock()
        self._known: OrderedDict[bytes, Block] = OrderedDict()

    def best(self) -> tuple[Header, int]:
        """The newest block and the newest final height."""
        answers = self._rpc.batch([("chain_getBlockHash", ()), ("chain_getFinalizedHead", ())])
        best, final = from_hex(answers[0], 32), from_hex(answers[1], 32)
        headers = self._rpc.batch([("chain_getHeader", (to_hex(best),)), ("chain_getHeader", (to_hex(final),))])
        return _header(best, headers[0]), _header(final, headers[1]).height

    def header(self, block: bytes) -> Header:
        """The header of a block."""
        return _header(block, self._rpc.call("chain_getHeader", to_hex(block)))

    def hashes(self, heights: Sequence[int]) -> list[bytes | None]:
        """The hash of each height on the best chain, None where there is none yet."""
        answers = self._rpc.batch([("chain_getBlockHash", (height,)) for height in heights])
        return [None if answer is None else from_hex(answer, 32) for answer in answers]

    def blocks(self, hashes: list[bytes]) -> list[Block]:
        """These blocks; those that are remembered are not asked for.

        Raises:
            ChainAnswerInvalid: `block`: an answer is no block, or one without a body.
        """
        with self._guard:
            found = {one: self._known[one] for one in hashes if one in self._known}
        missing = [one for one in hashes if one not in found]
        requests: list[Request] = [("chain_getBlock", (to_hex(one),)) for one in missing]
        for one, answer in zip(missing, self._rpc.batch(requests) if requests else [], strict=True):
            found[one] = _block(one, answer)
        with self._guard:
            for one in missing:
                self._known[one] = found[one]
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return [found[one] for one in hashes]

    def down_to(self, head: Header, lowest: int) -> list[Block]:
        """The blocks from `lowest` up to `head`, oldest first, each the parent of the next.

        Raises:
            ChainAnswerInvalid: `block`: they do not hang together, e.g. because the chain was reorganised meanwhile.
        """
        chain: list[Block] = []
        wanted, at = head.hash, head.height
        with self._guard:
            while at >= lowest and wanted in self._known:
                if self._known[wanted].header.height != at:  # what a node said of it cannot be: ask anew
                    self._known.clear()
                    break
                chain.append(self._known[wanted])
                wanted, at = chain[-1].header.parent_hash, at - 1
        if at >= lowest:
            hashes = [*self.hashes(range(lowest, at)), wanted]
            if None in hashes:
                raise ChainAnswerInvalid("block")
            for block in reversed(self.blocks([one for one in hashes if one is not None])):
                if block.header.hash != wanted or block.header.height != at:
                    with self._guard:
                        self._known.clear()  # one of them was not what it was said to be, and must not stay
                    raise ChainAnswerInvalid("block")
                chain.append(block)
                wanted, at = block.header.parent_hash, at - 1
        return chain[::-1]

    def bodies(self, hashes: list[bytes]) -> list[tuple[bytes, ...]]:
        """The extrinsics of these blocks as they are; not remembered.

        Raises:
            ChainAnswerInvalid: `block`: an answer is no block, or one without a body.
        """
        answers = self._rpc.batch([("chain_getBlock", (to_hex(one),)) for one in hashes]) if hashes else []
        return [tuple(from_hex(one) for one in _extrinsics(answer)) for answer in answers]

    def events_at(self, headers: list[Header]) -> list[tuple[bytes | None, bool]]:
        """`System.Events` of these blocks as stored, and whether the node still keeps the block's state."""
        asked: list[Request] = [("state_getStorage", (to_hex(_EVENTS), to_hex(one.hash))) for one in headers]
        found: list[tuple[bytes | None, bool]] = []
        for at in range(0, len(asked), MOST_IN_BATCH):
            for answer in self._rpc.each(asked[at : at + MOST_IN_BATCH]):
                is_kept = not isinstance(answer, ChainRequestFailed)
                found.append((None if not is_kept or answer is None else from_hex(answer), is_kept))
        return found

    def event_counts(self, runtime: Runtime, hashes: list[bytes]) -> list[int | None]:
        """How many events each block has, None where the node does not keep its state any more."""
        return self._at_each(runtime, "System", "EventCount", hashes)

    def times(self, runtime: Runtime, hashes: list[bytes]) -> list[int | None]:
        """When each block was made, in ms since 1970; None where the node does not keep its state any more."""
        return self._at_each(runtime, "Timestamp", "Now", hashes)

    def _at_each(self, runtime: Runtime, pallet: str, item: str, hashes: list[bytes]) -> list[int | None]:
        entry, key = runtime.storage.entry(pallet, item), to_hex(prefix(pallet, item))
        found: list[int | None] = []
        asked: list[Request] = [("state_getStorage", (key, to_hex(one))) for one in hashes]
        for at in range(0, len(asked), MOST_IN_BATCH):
            for answer in self._rpc.each(asked[at : at + MOST_IN_BATCH]):
                if isinstance(answer, ChainRequestFailed):
                    found.append(None)
                else:
                    found.append(runtime.storage.value(entry, None if answer is None else from_hex(answer)))
        return found

    def events(self, runtime: Runtime, header: Header) -> tuple[EventRecord, ...]:
        """The events of a block, in order.

        Raises:
            ChainRequestFailed: The node does not keep the state of that block any more.
            ChainAnswerInvalid: `events`: they are not of the runtime's form.
        """
        stored = self._rpc.call("state_getStorage", to_hex(_EVENTS), to_hex(header.hash))
        return events_of(runtime, header.height, None if stored is None else from_hex(stored))

    def pending(self) -> tuple[bytes, ...] | None:
        """The hashes of the extrinsics in the node's pool; None where it does not tell."""
        try:
            answer = self._rpc.call("author_pendingExtrinsics")
        except ChainRequestFailed:
            return None
        if not isinstance(answer, list):
            raise ChainAnswerInvalid("rpc")
        return tuple(blake2_256(from_hex(one)) for one in answer)


def _header(block: bytes, answer: object) -> Header:
    if not isinstance(answer, dict):
        raise ChainAnswerInvalid("block")
    return Header(whole(answer.get("number")), block, from_hex(answer.get("parentHash"), 32))


def _block(block: bytes, answer: object) -> Block:
    extrinsics = _extrinsics(answer)
    header = answer["block"].get("header") if isinstance(answer, dict) else None
    return Block(_header(block, header), tuple(blake2_256(from_hex(one)) for one in extrinsics))


def _extrinsics(answer: object) -> list[object]:
    body = answer.get("block") if isinstance(answer, dict) else None
    found = body.get("extrinsics") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise ChainAnswerInvalid("block")
    return found


def events_of(runtime: Runtime, height: int, data: bytes | None) -> tuple[EventRecord, ...]:
    """Events from the bytes of `System.Events`.

    Raises:
        ChainAnswerInvalid: `events`.
    """
    entry = runtime.storage.entry("System", "Events")
    rows = () if data is None else runtime.codec.decode(entry.value, data, "events")
    found = []
    for one in rows:
        if not isinstance(one, dict) or not isinstance(one.get("phase"), Variant):
            raise ChainAnswerInvalid("events")
        found.append(_event(runtime, height, one))
    return tuple(found)


def _event(runtime: Runtime, height: int, one: dict[str, Any]) -> EventRecord:
    phase, outer = one["phase"], one.get("event")
    if not isinstance(outer, Variant) or not isinstance(outer.value, Variant):
        raise ChainAnswerInvalid("events")
    index = phase.value if phase.name == "ApplyExtrinsic" and isinstance(phase.value, int) else None
    fields = named_fields(outer.name, outer.value.name, outer.value.value)
    if (outer.name, outer.value.name) == ("System", "ExtrinsicFailed"):
        fields["dispatch_error"] = failure(runtime, fields.get("dispatch_error"))
    return EventRecord(height, index, outer.name, outer.value.name, fields)


def failure(runtime: Runtime, error: object) -> tuple[str, str]:
    """Pallet and name of a `DispatchError` (chain-rules 10.4)."""
    if not isinstance(error, Variant):
        return "System", "Unknown"
    inner = error.value
    if error.name == "Module" and isinstance(inner, dict):
        number, code = inner.get("index"), inner.get("error")
        first = code[0] if isinstance(code, bytes) and code else code
        if isinstance(number, int) and isinstance(first, int):
            return runtime.error_name(number, first)
    return (error.name, inner.name) if isinstance(inner, Variant) else ("System", error.name)

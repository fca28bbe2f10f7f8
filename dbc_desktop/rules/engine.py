"""The engine: one state, moved from block to block by `apply` alone (design 3)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from dbc_desktop.domain.call import Call, EventRecord, Preview
from dbc_desktop.domain.errors import ChainRejected, InvalidTransaction
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules import balances, hooks
from dbc_desktop.rules.dispatch import dispatch
from dbc_desktop.rules.preview import preview
from dbc_desktop.rules.profile import PROFILES, RulesProfile
from dbc_desktop.rules.state import Overlay, Readable, State
from dbc_desktop.rules.work import AGENDA, HistoryRow, Work

__all__ = ["BlockOutcome", "CallOutcome", "Engine", "HistoryRow", "SignedCall"]


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A call whose signature was verified; `length` is that of the whole extrinsic in bytes."""

    signer: bytes
    call: Call
    nonce: int
    length: int
    tip: int = 0


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of a call in its block.

    Attributes:
        error: Pallet and name of the refusal, None where the call did what it says. `("InvalidTransaction", reason)`
            when it could not even pay its fee or its nonce did not fit: then nothing at all changed.
        fee: What was charged, tip included.
    """

    error: tuple[str, str] | None
    fee: int


@dataclass(frozen=True, slots=True)
class BlockOutcome:
    """All that one block did.

    Attributes:
        changes: Changed rows by map name and canonical key; None where the row is gone. Sorted.
        digest: Running digest of all changes since genesis; a block that changes nothing leaves it as it was.
    """

    height: int
    outcomes: tuple[CallOutcome, ...]
    events: tuple[EventRecord, ...]
    changes: dict[tuple[str, bytes], bytes | None]
    history: tuple[HistoryRow, ...]
    digest: bytes


class Engine:
    """The rules of one profile, at one height. One thread at a time."""

    def __init__(self, profile: RulesProfile, state: State, height: int, digest: bytes) -> None:
        self.profile = profile
        self.state = state
        self.height = height
        self.digest = digest
        self._due = [at for at, _ in state.items(AGENDA)]
        heapq.heapify(self._due)

    @classmethod
    def from_rows(
        cls, profile_name: str, height: int, digest: bytes, rows: Iterable[tuple[str, bytes, bytes]]
    ) -> Engine:
        """The engine that gave these `rows` at this height.

        Raises:
            KeyError: No such profile, or a row of an unknown map.
            ValueError: A row is not of the canonical form.
        """
        state = State()
        for name, key, value in rows:
            state.put_row(name, key, value)
        return cls(PROFILES[profile_name], state, height, digest)

    def rows(self) -> Iterator[tuple[str, bytes, bytes]]:
        """The whole state in canonical form, sorted by map and key."""
        return self.state.rows()

    def next_due(self) -> int:
        """The next height above `height` at which a hook has something to do; there is always an era to come."""
        roll = self.height - (self.height - 1) % BLOCKS_PER_ERA + BLOCKS_PER_ERA if self.height else 1
        while self._due and (self._due[0] <= self.height or self._due[0] not in self.state.tables[AGENDA.name]):
            heapq.heappop(self._due)
        return min(roll, self._due[0]) if self._due else roll

    def fee(self, length: int, call: Call) -> int:
        """Inclusion fee in units of an extrinsic of `length` bytes (chain-rules 1.3)."""
        return self.profile.fee.inclusion_fee(length, self.profile.call_weight)

    def check(self, signed: SignedCall) -> None:
        """Whether the call could go into the next block.

        Raises:
            InvalidTransaction: `stale`, `future` or `payment`.
        """
        reason = self._fault(self.state, signed)
        if reason:
            raise InvalidTransaction(reason)

    def apply(self, height: int, parent_hash: bytes, calls: Sequence[SignedCall]) -> BlockOutcome:
        """Make the block at `height`: what is due at its start, the calls in order, what is due at its end.

        Quiet heights may be skipped, due ones may not: never go beyond `next_due`.

        Raises:
            ValueError: `height` is not above the present one, or skips a height at which something is due.
        """
        due = self.next_due()
        if not self.height < height <= due:
            raise ValueError(f"height {height} after {self.height}, due {due}")
        block = Overlay(self.state)
        work = Work(self.profile, height, parent_hash, block)
        hooks.on_initialize(work)
        outcomes = tuple(self._dispatch(work, index, signed) for index, signed in enumerate(calls))
        work.extrinsic = None
        hooks.on_finalize(work)
        for at in block.changes.get(AGENDA.name, ()):
            if at > height:
                heapq.heappush(self._due, at)
        changes = self._settle(height, block)
        return BlockOutcome(height, outcomes, tuple(work.events), changes, tuple(work.history), self.digest)

    def _settle(self, height: int, block: Overlay) -> dict[tuple[str, bytes], bytes | None]:
        """Write the block's changes into the state, and go on to its height."""
        changes = block.settle()
        self.height = height
        if changes:
            self.digest = _fold(self.digest, height, changes)
        return changes

    def preview(self, call: Call, signer: bytes, length: int) -> Preview:
        """What the call would do in the next block; on an overlay that is dropped."""
        fee = self.fee(length, call)
        return preview(self.profile, self.height + 1, self.state, call, signer, fee)

    def _fault(self, layer: Readable, signed: SignedCall) -> str | None:
        nonce = balances.holdings(layer, signed.signer).nonce
        if signed.nonce != nonce:
            return "stale" if signed.nonce < nonce else "future"
        needed = self.fee(signed.length, signed.call) + signed.tip
        return "payment" if signed.tip < 0 or balances.spendable(layer, signed.signer) < needed else None

    def _dispatch(self, work: Work, index: int, signed: SignedCall) -> CallOutcome:
        block = work.layer
        fault = self._fault(block, signed)
        if fault:
            return CallOutcome(("InvalidTransaction", fault), 0)
        work.extrinsic = index
        fee = self.fee(signed.length, signed.call)
        balances.charge_fee(work, signed.signer, fee, signed.tip)
        events, history = len(work.events), len(work.history)
        work.layer = Overlay(block)
        try:
            dispatch(work, signed.signer, signed.call)
        except ChainRejected as refusal:
            del work.events[events:], work.history[history:]
            work.layer = block
            work.emit("System", "ExtrinsicFailed", dispatch_error=(refusal.pallet, refusal.name))
            return CallOutcome((refusal.pallet, refusal.name), fee + signed.tip)
        work.layer.commit()
        work.layer = block
        work.emit("System", "ExtrinsicSuccess")
        return CallOutcome(None, fee + signed.tip)


def _fold(digest: bytes, height: int, changes: dict[tuple[str, bytes], bytes | None]) -> bytes:
    """The digest after these changes; lengths stand before the bytes so that no two sets of rows read alike."""
    parts = [digest, height.to_bytes(8)]
    for (name, key), value in changes.items():
        if value is None:
            parts += (_heading(name, len(key)), key, _GONE)
        else:
            parts += (_heading(name, len(key)), key, (len(value) + 1).to_bytes(4), value)
    return blake2b(b"".join(parts), digest_size=32).digest()


_GONE = bytes(4)


@lru_cache(maxsize=1_024)
def _heading(name: str, key_length: int) -> bytes:
    return len(name).to_bytes(1) + name.encode() + key_length.to_bytes(2)

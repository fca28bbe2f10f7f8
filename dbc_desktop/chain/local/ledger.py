"""The writing side of the embedded chain: pool, blocks, commits. No threads, no clock; `LocalChain` owns both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.local.launch import genesis_hash, launch_genesis, pack_spec, unpack_spec
from dbc_desktop.chain.local.store import Store
from dbc_desktop.chain.local.verifier import Verifier
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.call import EventRecord, Receipt, SigningContext, TxStatus
from dbc_desktop.domain.errors import DataCorrupt, InvalidTransaction
from dbc_desktop.rules import balances
from dbc_desktop.rules.engine import BlockOutcome, Engine, HistoryRow, SignedCall
from dbc_desktop.rules.genesis import GenesisSpec, genesis
from dbc_desktop.storage.sqlite import translated

_HASHES_KEPT = 64


@dataclass(frozen=True, slots=True)
class Pending:
    """An extrinsic in the pool."""

    tx_hash: bytes
    body: bytes
    signed: SignedCall
    cost: int


class Acting(Protocol):
    """Who acts on the chain by itself: the residents, or nobody."""

    def reset(self) -> None:
        """The chain stands elsewhere: plan anew from its state."""

    def next_act(self) -> int | None:
        """The next height at which someone wants to act."""

    def act(self, height: int) -> None:
        """Hand in the extrinsics for the block at `height`."""

    def look(self, height: int, events: tuple[EventRecord, ...]) -> None:
        """See what happened in the block at `height`."""


class Nobody:
    """No residents."""

    def reset(self) -> None:
        """Nothing."""

    def next_act(self) -> int | None:
        """Never."""
        return None

    def act(self, height: int) -> None:
        """Nothing."""

    def look(self, height: int, events: tuple[EventRecord, ...]) -> None:
        """Nothing."""


def hash_after(last_hash: bytes, height: int) -> bytes:
    """The hash at a height where no block is stored: of the last stored hash before it and the height."""
    return blake2_256(last_hash + height.to_bytes(4, "little"))


class Ledger:
    """One chain file and the engine at its head. One thread at a time."""

    def __init__(
        self,
        folder: Path,
        profile: str,
        seed: bytes,
        start_ms: int,
        *,
        endow_residents: bool = True,
        practice: bytes = b"",
    ) -> None:
        self.store = Store(folder)
        self.acting: Acting = Nobody()
        self.engine: Engine
        self.spec: GenesisSpec
        self.genesis_hash = b""
        self._pool: dict[bytes, Pending] = {}
        self._waiting: dict[bytes, tuple[int, int]] = {}
        self._changes: dict[tuple[str, bytes], bytes | None] = {}
        self._history: list[HistoryRow] = []
        self.blocks_waiting = 0
        self._hashes: dict[int, bytes] = {}
        self._last: tuple[int, bytes] = (0, b"")
        with ExitStack() as on_failure:
            on_failure.callback(self.store.close)
            self.is_new = self.store.meta("genesis") is None
            if self.is_new:
                with translated(self.store.path):
                    spec = launch_genesis(profile, seed, residents=endow_residents, practice=practice)
                    self._create(spec, start_ms)
            else:
                self.reload()
            on_failure.pop_all()

    def _create(self, spec: GenesisSpec, start_ms: int) -> None:
        """Write block 0; the caller commits, so that a chain whose making was interrupted was never there."""
        self.spec, self.engine = spec, genesis(spec)
        self.genesis_hash = genesis_hash(spec, self.engine.digest)
        self.store.begin()
        self.store.put_meta("genesis", pack_spec(spec))
        self.set_start(start_ms)
        self.store.add_genesis(self.genesis_hash, self.engine.digest)
        self._changes = {(name, key): value for name, key, value in self.engine.rows()}
        self._last = (0, self.genesis_hash)
        self._make_verifier()

    def reload(self) -> None:
        """Stand where the file stands; what was not committed is gone, the pool too.

        Raises:
            DataCorrupt: The file does not hold a chain.
        """
        with translated(self.store.path):
            self.store.rollback()
        self._pool.clear()
        self._waiting.clear()
        self._changes, self._history, self._hashes = {}, [], {}
        self.blocks_waiting = 0
        loaded = load(self.store)
        self.spec, self.engine, self._last = loaded.spec, loaded.engine, loaded.last
        self.genesis_hash, self.start_ms = loaded.genesis_hash, loaded.start_ms
        self._make_verifier()
        self.acting.reset()

    def set_start(self, start_ms: int) -> None:
        """Say when height 0 was, in milliseconds since 1970; inside a commit."""
        self.start_ms = start_ms
        self.store.put_meta("start_ms", start_ms.to_bytes(8))

    def _make_verifier(self) -> None:
        profile = self.engine.profile
        self.verifier = Verifier(self.genesis_hash, profile.spec_version, profile.transaction_version, self.hash_at)

    @property
    def height(self) -> int:
        """The newest height, stored or quiet."""
        return self.engine.height

    def hash_at(self, height: int) -> bytes:
        """The hash of any height up to the next one."""
        last_height, last_hash = self._last
        if height >= last_height:
            return last_hash if height == last_height else hash_after(last_hash, height)
        found = self._hashes.get(height)
        if found is None:
            below = self.store.last_block(height)
            if below is None:
                raise DataCorrupt(self.store.path, f"no block at or below {height}")
            found = below[1] if below[0] == height else hash_after(below[1], height)
            if len(self._hashes) >= _HASHES_KEPT:
                self._hashes.clear()
            self._hashes[height] = found
        return found

    # --- the pool -----------------------------------------------------------------------------------------------

    def nonce(self, signer: bytes) -> int:
        """The next nonce of an account, pending extrinsics counted."""
        return balances.holdings(self.engine.state, signer).nonce + self._of(signer)[0]

    def context(self, signer: bytes) -> SigningContext:
        """What a signature of this account must bind to now."""
        profile, height = self.engine.profile, self.height
        return SigningContext(
            self.genesis_hash,
            profile.spec_version,
            profile.transaction_version,
            self.nonce(signer),
            height,
            self.hash_at(height),
        )

    def admit(self, extrinsic: bytes) -> bytes:
        """Verify an extrinsic and put it into the pool for the next block; its hash. Twice is harmless.

        Raises:
            InvalidTransaction: `malformed`, `bad_proof`, `ancient_birth_block`, `stale`, `future`, `payment`.
        """
        tx_hash = codec.hash_of(extrinsic)
        if tx_hash in self._pool:
            return tx_hash
        try:
            self._pool_up(tx_hash, extrinsic)
        except InvalidTransaction:
            # One that is in a block already is stale or too old by now.
            if not self.store.has_extrinsic(tx_hash):
                raise
        return tx_hash

    def _pool_up(self, tx_hash: bytes, extrinsic: bytes) -> None:
        signed = self.verifier.signed_call(extrinsic, self.height + 1)
        waiting, reserved = self._of(signed.signer)
        own = balances.holdings(self.engine.state, signed.signer).nonce
        if signed.nonce != own + waiting:
            raise InvalidTransaction("stale" if signed.nonce < own + waiting else "future")
        self.engine.check(replace(signed, nonce=own, tip=signed.tip + reserved))
        cost = self.engine.fee(signed.length, signed.call) + signed.tip
        self._pool[tx_hash] = Pending(tx_hash, bytes(extrinsic), signed, cost)
        self._waiting[signed.signer] = (waiting + 1, reserved + cost)

    def pending(self, tx_hash: bytes) -> Receipt | None:
        """The receipt of an extrinsic in the pool."""
        return Receipt(tx_hash, TxStatus.SENT) if tx_hash in self._pool else None

    @property
    def has_pending(self) -> bool:
        """Whether the next block would hold an extrinsic."""
        return bool(self._pool)

    def waiting(self, signer: bytes) -> int:
        """Extrinsics of an account in the pool."""
        return self._of(signer)[0]

    def _of(self, signer: bytes) -> tuple[int, int]:
        return self._waiting.get(signer, (0, 0))

    # --- blocks -------------------------------------------------------------------------------------------------

    def next_block(self) -> int:
        """The next height at which there will be a block."""
        if self._pool:
            return self.height + 1
        due, act = self.engine.next_due(), self.acting.next_act()
        return due if act is None else min(due, max(act, self.height + 1))

    def step_to(self, target: int) -> tuple[EventRecord, ...]:
        """Move to `target` or to the next block before it, whichever comes first; what happened there.

        Nothing is durable before `commit`.
        """
        height = self.next_block()
        if height > target:
            self.engine.height = target
            return ()
        self.engine.height = height - 1
        self.acting.act(height)
        if not self._pool and self.engine.next_due() > height:
            # Someone looked and had nothing to do: the height stays quiet.
            self.engine.height = height
            return ()
        self.store.begin()
        return self._make_block(height).events

    def _make_block(self, height: int) -> BlockOutcome:
        pool = list(self._pool.values())
        parent_hash = self.hash_at(height - 1)
        calls = [pending.signed for pending in pool]
        outcome = self.engine.apply(height, parent_hash, calls)
        own_hash = self.store.add_block(
            parent_hash, outcome, [pending.body for pending in pool], [pending.tx_hash for pending in pool], calls
        )
        self._pool.clear()
        self._waiting.clear()
        self._changes.update(outcome.changes)
        self._history += outcome.history
        self._last = (height, own_hash)
        self.blocks_waiting += 1
        self.acting.look(height, outcome.events)
        return outcome

    def commit(self) -> None:
        """Make all blocks, and where the head stands, durable."""
        self.store.begin()
        self.store.put_state(self._changes)
        self.flush_history()
        if self.height > self._last[0]:
            self.store.put_meta("head", self.height.to_bytes(4))
        self.store.commit()
        self._changes, self.blocks_waiting = {}, 0

    def flush_history(self) -> None:
        """Write the new lines of the books into the open commit, so that they can be read."""
        if self._history:
            with translated(self.store.path):
                self.store.put_history(self._history)
            self._history = []

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Inside it either all goes well, or the ledger stands at the last commit again."""
        done = False
        try:
            with translated(self.store.path):
                yield
            done = True
        finally:
            if not done:
                self.reload()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A chain as its file has it."""

    spec: GenesisSpec
    genesis_hash: bytes
    start_ms: int
    engine: Engine
    last: tuple[int, bytes]


def load(store: Store) -> Loaded:
    """The chain of a file, its engine at the newest height.

    Raises:
        DataCorrupt: The file does not hold a chain.
    """
    packed, start, head = store.meta("genesis"), store.meta("start_ms"), store.meta("head")
    last, first = store.last_block(2**32), store.last_block(0)
    if packed is None or start is None or last is None or first is None:
        raise DataCorrupt(store.path, "no chain")
    try:
        spec = unpack_spec(packed)
        engine = Engine.from_rows(spec.profile, last[0], last[2], store.state_rows())
    except (ValueError, KeyError, TypeError) as error:
        raise DataCorrupt(store.path, "state") from error
    engine.height = max(last[0], min(int.from_bytes(head or b""), engine.next_due() - 1))
    return Loaded(spec, first[1], int.from_bytes(start), engine, (last[0], last[1]))

"""Running the whole log again: every signature, every outcome, every hash and the state it leads to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from dbc_desktop.chain.extrinsic import hash_of
from dbc_desktop.chain.local.launch import genesis_hash, unpack_spec
from dbc_desktop.chain.local.ledger import hash_after
from dbc_desktop.chain.local.store import Store, StoredBlock, block_hash, extrinsics_root
from dbc_desktop.chain.local.verifier import Verifier
from dbc_desktop.domain.errors import DataCorrupt, InvalidTransaction
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.genesis import genesis

_PROGRESS_BLOCKS = 50


class _Log:
    """The hashes of the blocks that were run again so far."""

    def __init__(self, first_hash: bytes) -> None:
        self._heights, self._hashes = [0], [first_hash]

    def add(self, height: int, own_hash: bytes) -> None:
        self._heights.append(height)
        self._hashes.append(own_hash)

    def hash_at(self, height: int) -> bytes:
        at = bisect_right(self._heights, height) - 1
        found = self._hashes[at]
        return found if self._heights[at] == height else hash_after(found, height)


def replay(store: Store, progress: Callable[[int, int], None] | None = None) -> None:
    """Run the log of `store` in a fresh engine and compare.

    Raises:
        DataCorrupt: Something differs; the detail says what and in which block.
        Cancelled: `progress` said so.
    """
    heights = store.block_heights()
    engine, first_hash = _genesis(store, heights)
    log = _Log(first_hash)
    profile = engine.profile
    verifier = Verifier(first_hash, profile.spec_version, profile.transaction_version, log.hash_at)
    for done, height in enumerate(heights[1:], 1):
        block = store.block(height)
        _run(store, engine, verifier, log, block)
        log.add(height, block.hash)
        if progress is not None and (done % _PROGRESS_BLOCKS == 0 or done == len(heights) - 1):
            progress(done, len(heights) - 1)
    if list(engine.rows()) != store.state_rows():
        raise DataCorrupt(store.path, "state")


def _genesis(store: Store, heights: list[int]) -> tuple[Engine, bytes]:
    packed = store.meta("genesis")
    if packed is None or not heights or heights[0] != 0:
        raise DataCorrupt(store.path, "no genesis")
    try:
        spec = unpack_spec(packed)
        engine = genesis(spec)
    except (ValueError, KeyError, TypeError) as error:
        raise DataCorrupt(store.path, "genesis") from error
    first = store.block(0)
    if first.digest != engine.digest or first.hash != genesis_hash(spec, engine.digest):
        raise DataCorrupt(store.path, "genesis")
    return engine, first.hash


def _run(store: Store, engine: Engine, verifier: Verifier, log: _Log, block: StoredBlock) -> None:
    height = block.height

    def differs(what: str) -> DataCorrupt:
        return DataCorrupt(store.path, f"{what} of block {height}")

    if block.parent_hash != log.hash_at(height - 1):
        raise differs("parent")
    try:
        calls = [verifier.signed_call(body, height) for body in block.bodies]
    except InvalidTransaction as error:
        raise differs("signature") from error
    try:
        outcome = engine.apply(height, block.parent_hash, calls)
    except ValueError as error:
        raise differs("height") from error
    if outcome.outcomes != block.outcomes:
        raise differs("outcome")
    if outcome.digest != block.digest:
        raise differs("digest")
    root = extrinsics_root([hash_of(body) for body in block.bodies])
    if root != block.extrinsics_root or block_hash(block.parent_hash, height, root, block.digest) != block.hash:
        raise differs("hash")

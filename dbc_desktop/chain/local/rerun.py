"""Running a log of blocks in a fresh engine: what replay, import, branches from the past and rescue have in common."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.chain.extrinsic import hash_of
from dbc_desktop.chain.local.launch import genesis_hash
from dbc_desktop.chain.local.ledger import hash_after
from dbc_desktop.chain.local.store import block_hash, extrinsics_root
from dbc_desktop.chain.local.verifier import Verifier
from dbc_desktop.domain.errors import DataCorrupt, InvalidTransaction
from dbc_desktop.rules.engine import BlockOutcome, SignedCall
from dbc_desktop.rules.genesis import GenesisSpec, genesis

_HASHES_LOOKED_AT = 65_536
"""The longest mortal era in blocks (chain-rules 1.2): a signature binds to no older hash, but for the first one."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One block that was run."""

    parent_hash: bytes
    root: bytes
    hash: bytes
    outcome: BlockOutcome
    calls: tuple[SignedCall, ...]
    hashes: tuple[bytes, ...]


class Rerun:
    """A fresh engine at genesis; `run` moves it from block to block. What differs raises `DataCorrupt` about `path`."""

    def __init__(self, path: Path, spec: GenesisSpec) -> None:
        self._path = path
        try:
            self.engine = genesis(spec)
        except (ValueError, KeyError, TypeError) as error:
            raise DataCorrupt(path, "genesis") from error
        self.genesis_hash = genesis_hash(spec, self.engine.digest)
        self._heights, self._hashes = [0], [self.genesis_hash]
        profile = self.engine.profile
        self._verifier = Verifier(self.genesis_hash, profile.spec_version, profile.transaction_version, self.hash_at)

    def hash_at(self, height: int) -> bytes:
        """The hash of a height that was passed, not further back than a signature may bind to."""
        at = bisect_right(self._heights, height) - 1
        if at < 0:
            return self.genesis_hash if height == 0 else bytes(32)
        found = self._hashes[at]
        return found if self._heights[at] == height else hash_after(found, height)

    def run(self, height: int, bodies: tuple[bytes, ...]) -> Ran:
        """Make the block at `height` of these extrinsics.

        Raises:
            DataCorrupt: An extrinsic is not signed for this place, or there cannot be a block.
        """
        parent_hash = self.hash_at(height - 1)
        try:
            calls = tuple(self._verifier.signed_call(body, height) for body in bodies)
        except InvalidTransaction as error:
            raise self.differs("signature", height) from error
        if not bodies and self.engine.next_due() != height:
            raise self.differs("height", height)
        try:
            outcome = self.engine.apply(height, parent_hash, calls)
        except ValueError as error:
            raise self.differs("height", height) from error
        hashes = tuple(hash_of(body) for body in bodies)
        root = extrinsics_root(hashes)
        own_hash = block_hash(parent_hash, height, root, outcome.digest)
        self._heights.append(height)
        self._hashes.append(own_hash)
        if len(self._heights) > 2 * _HASHES_LOOKED_AT:
            old = max(0, bisect_right(self._heights, height - _HASHES_LOOKED_AT) - 1)
            del self._heights[:old], self._hashes[:old]
        return Ran(parent_hash, root, own_hash, outcome, calls, hashes)

    def differs(self, what: str, height: int) -> DataCorrupt:
        """The error that says what of which block is not as it was."""
        return DataCorrupt(self._path, f"{what} of block {height}")

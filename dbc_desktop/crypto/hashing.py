"""BLAKE2b as the chain uses it (chain-rules 1)."""

from __future__ import annotations

from hashlib import blake2b


def blake2_256(data: bytes) -> bytes:
    """The 32-byte digest: blocks, extrinsics, payloads too long to sign (chain-rules 1.2)."""
    return blake2b(data, digest_size=32).digest()


def blake2_128(data: bytes) -> bytes:
    """The 16-byte digest: commitments of committees (chain-rules 6.3)."""
    return blake2b(data, digest_size=16).digest()

"""What reporters and committee members commit to before anything is shown (chain-rules 7.4, 7.5)."""

from __future__ import annotations

from dbc_desktop.crypto.hashing import blake2_128


def inaccessible_hash(report_id: int, member_rand: bytes, *, supports: bool) -> bytes:
    """A member's 16 bytes on a machine that cannot be reached."""
    return blake2_128(str(report_id).encode() + member_rand + _vote(supports))


def reporter_hash(machine_id: str, rent_id: int, reporter_rand: bytes, reason: bytes) -> bytes:
    """A reporter's 16 bytes on a fault that is told to the members only."""
    return blake2_128(machine_id.encode() + str(rent_id).encode() + reporter_rand + reason)


def member_hash(
    machine_id: str, rent_id: int, reporter_rand: bytes, member_rand: bytes, reason: bytes, *, supports: bool
) -> bytes:
    """A member's 16 bytes on such a fault."""
    told = machine_id.encode() + str(rent_id).encode() + reporter_rand
    return blake2_128(told + member_rand + _vote(supports) + reason)


def _vote(supports: bool) -> bytes:
    return b"1" if supports else b"0"

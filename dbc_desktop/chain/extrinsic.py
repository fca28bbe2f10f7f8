"""Signed extrinsics of version 4, byte by byte (chain-rules 1.2).

extrinsic = compact(length) ++ 0x84 ++ address ++ 0x01 ++ signature ++ extra ++ call
extra     = era ++ compact(nonce) ++ compact(tip) ++ option(asset_id)
payload   = call ++ extra ++ spec_version ++ transaction_version ++ genesis hash ++ birth block hash
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dbc_desktop.chain.scale import Cursor, put_call, put_compact, take_call, take_compact
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Draft, SigningContext
from dbc_desktop.domain.errors import BackendMismatch, InvalidTransaction

VALID_BLOCKS = 256
"""How long a transaction of ours may wait: 25 minutes, time to read a sheet; a power of two."""

MAX_EXTRINSIC = 65_536
"""The longest extrinsic in bytes that is looked at."""

_SIGNED_V4 = 0x84
_ID = 0
_SR25519 = 1
_SIGNATURE = 64
_LONGEST_UNHASHED = 256


@dataclass(frozen=True, slots=True)
class Era:
    """How long an extrinsic is valid: `period` blocks (4 to 65,536, a power of two) from each height that leaves the
    rest `phase`. Period 0 is immortal."""  # noqa: D205, D209

    period: int
    phase: int

    def birth(self, height: int) -> int:
        """The height whose block hash a signature that is valid at `height` binds to."""
        return height - (height - self.phase) % self.period if self.period else 0


IMMORTAL = Era(0, 0)


@dataclass(frozen=True, slots=True)
class DecodedExtrinsic:
    """What the bytes of a signed extrinsic say; the signature is not verified.

    Attributes:
        signed_part: The bytes of the payload that the extrinsic itself holds: call ++ extra.
    """

    call: Call
    signer: bytes
    signature: bytes
    era: Era
    nonce: int
    tip: int
    signed_part: bytes


@dataclass(frozen=True, slots=True)
class DecodedPayload:
    """What the bytes that are to be signed say."""

    call: Call
    era: Era
    nonce: int
    tip: int
    spec_version: int
    transaction_version: int
    genesis_hash: bytes
    block_hash: bytes


def draft(call: Call, signer: bytes, context: SigningContext, fee: Balance) -> Draft:
    """The transaction as it is shown before it is signed, valid for `VALID_BLOCKS` blocks.

    Raises:
        InvalidTransaction: `malformed`: the call is not in the catalogue or an argument does not fit its type.
    """
    out = bytearray()
    put_call(out, call)
    call_length = len(out)
    extra = _extra(Era(VALID_BLOCKS, context.block_height % VALID_BLOCKS), context.nonce)
    out += extra
    out += additional(context.spec_version, context.transaction_version, context.genesis_hash, context.block_hash)
    return Draft(call, signer, context, bytes(out), fee, VALID_BLOCKS, call_length, len(extra))


def priced(call: Call, signer: bytes, context: SigningContext, fee_of: Callable[[int, Call], int]) -> Draft:
    """The same with its fee, by the length that it will have.

    Raises:
        InvalidTransaction: As `draft`.
    """
    made = draft(call, signer, context, Balance(0))
    length = len(assemble(made, bytes(_SIGNATURE)))
    return replace(made, fee=Balance(fee_of(length, call)))


def refuse_other_bytes(draft: Draft) -> None:
    """What is signed is decoded again and must be what was shown: call, nonce, no tip, this very chain (design 4.2).

    Raises:
        BackendMismatch: `payload`, `genesis` or `version`.
    """
    context = draft.context
    try:
        said = read_payload(draft.payload)
    except InvalidTransaction as error:
        raise BackendMismatch("payload") from error
    if (said.call, said.nonce, said.tip) != (draft.call, context.nonce, 0):
        raise BackendMismatch("payload")
    if (said.genesis_hash, said.block_hash) != (context.genesis_hash, context.block_hash):
        raise BackendMismatch("genesis")
    if (said.spec_version, said.transaction_version) != (context.spec_version, context.transaction_version):
        raise BackendMismatch("version")


def assemble(draft: Draft, signature: bytes) -> bytes:
    """The extrinsic that `draft` becomes with its 64-byte signature.

    Raises:
        InvalidTransaction: `malformed`: signature or signer have another length.
    """
    if len(signature) != _SIGNATURE or len(draft.signer) != 32 or not draft.call_length:
        raise InvalidTransaction("malformed")
    end = draft.call_length + draft.extra_length
    call, extra = draft.payload[: draft.call_length], draft.payload[draft.call_length : end]
    body = b"".join((bytes([_SIGNED_V4, _ID]), draft.signer, bytes([_SR25519]), signature, extra, call))
    out = bytearray()
    put_compact(out, len(body))
    return bytes(out) + body


def take_length(cursor: Cursor) -> None:
    """Pass over the length before an extrinsic, which must be that of the rest.

    Raises:
        InvalidTransaction: `malformed`: it is not.
    """
    if take_compact(cursor, 32) != len(cursor.data) - cursor.at:
        raise InvalidTransaction("malformed")


def decode(extrinsic: bytes) -> DecodedExtrinsic:
    """What a signed extrinsic says.

    Raises:
        InvalidTransaction: `malformed`: not a version-4 extrinsic with an sr25519 signature over a call that the
            catalogue has, or paid in another asset than DBC.
    """
    if len(extrinsic) > MAX_EXTRINSIC:
        raise InvalidTransaction("malformed")
    cursor = Cursor(extrinsic)
    take_length(cursor)
    if cursor.take(2) != b"\x84\x00":
        raise InvalidTransaction("malformed")
    signer = cursor.take(32)
    if cursor.take(1)[0] != _SR25519:
        raise InvalidTransaction("malformed")
    signature = cursor.take(64)
    start = cursor.at
    era, nonce, tip = _take_extra(cursor)
    middle = cursor.at
    call = take_call(cursor)
    cursor.end()
    return DecodedExtrinsic(call, signer, signature, era, nonce, tip, extrinsic[middle:] + extrinsic[start:middle])


def decode_payload(payload: bytes) -> Call:
    """The call in the bytes that are to be signed, after everything around it was read as well.

    Raises:
        InvalidTransaction: `malformed`.
    """
    return read_payload(payload).call


def read_payload(payload: bytes) -> DecodedPayload:
    """All that the bytes that are to be signed say.

    Raises:
        InvalidTransaction: `malformed`.
    """
    if len(payload) > MAX_EXTRINSIC:
        raise InvalidTransaction("malformed")
    cursor = Cursor(payload)
    call = take_call(cursor)
    era, nonce, tip = _take_extra(cursor)
    versions = cursor.take(8)
    genesis_hash, block_hash = cursor.take(32), cursor.take(32)
    cursor.end()
    spec, transaction = int.from_bytes(versions[:4], "little"), int.from_bytes(versions[4:], "little")
    return DecodedPayload(call, era, nonce, tip, spec, transaction, genesis_hash, block_hash)


def additional(spec_version: int, transaction_version: int, genesis_hash: bytes, block_hash: bytes) -> bytes:
    """What a signature binds to beyond the extrinsic's own bytes."""
    if len(genesis_hash) != 32 or len(block_hash) != 32:
        raise InvalidTransaction("malformed")
    return b"".join(
        (spec_version.to_bytes(4, "little"), transaction_version.to_bytes(4, "little"), genesis_hash, block_hash)
    )


def signed_bytes(payload: bytes) -> bytes:
    """What the signature is over: the payload, or its hash where it is longer than 256 bytes."""
    return payload if len(payload) <= _LONGEST_UNHASHED else blake2_256(payload)


def hash_of(extrinsic: bytes) -> bytes:
    """The hash by which an extrinsic is known."""
    return blake2_256(extrinsic)


def _extra(era: Era, nonce: int) -> bytes:
    """Era, nonce, no tip, paid in DBC."""
    out = bytearray(era_bytes(era))
    put_compact(out, nonce, 32)
    out += b"\0\0"
    return bytes(out)


def _take_extra(cursor: Cursor) -> tuple[Era, int, int]:
    era = take_era(cursor)
    nonce, tip = take_compact(cursor, 32), take_compact(cursor, 128)
    if cursor.take(1)[0] != 0:
        raise InvalidTransaction("malformed")
    return era, nonce, tip


def era_bytes(era: Era) -> bytes:
    """How an era is written: one byte, or two."""
    if not era.period:
        return b"\0"
    factor = max(era.period >> 12, 1)
    return ((era.period.bit_length() - 2) | (era.phase // factor) << 4).to_bytes(2, "little")


def take_era(cursor: Cursor) -> Era:
    """Read an era.

    Raises:
        InvalidTransaction: `malformed`.
    """
    first = cursor.take(1)[0]
    if first == 0:
        return IMMORTAL
    both = first | cursor.take(1)[0] << 8
    period = 2 << (both & 15)
    phase = (both >> 4) * max(period >> 12, 1)
    if period < 4 or phase >= period:
        raise InvalidTransaction("malformed")
    return Era(period, phase)

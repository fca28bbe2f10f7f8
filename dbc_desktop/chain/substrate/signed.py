"""What the bytes of a signed extrinsic in a block say, by the types of the runtime that took them (chain-rules 1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dbc_desktop.chain import extrinsic as own
from dbc_desktop.chain.scale import Cursor
from dbc_desktop.chain.substrate import extrinsics
from dbc_desktop.chain.substrate.metadata import Field, TypeDef
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.domain.errors import ChainAnswerInvalid, InvalidTransaction
from dbc_desktop.domain.explorer import Argument
from dbc_desktop.rules.catalogue import spec_of

_SIGNED = 0x84
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Said:
    """One signed extrinsic; the signature is not verified: the network took it."""

    signer: bytes
    pallet: str
    call: str
    arguments: tuple[Argument, ...]
    nonce: int
    tip: int
    valid_blocks: int
    length: int


def read_signed(runtime: Runtime, data: bytes) -> Said | None:
    """What it says; None of one that nobody signed as an account of 32 bytes, e.g. the block's own.

    Raises:
        ChainAnswerInvalid: `block`: the bytes are no extrinsic of this runtime.
    """
    codec, metadata = runtime.codec, runtime.codec.metadata
    try:
        cursor = Cursor(data)
        own.take_length(cursor)
        if cursor.take(1)[0] != _SIGNED:
            return None
        signer, at = codec.decode_from(metadata.address, data, cursor.at, "block")
        _, at = codec.decode_from(metadata.signature, data, at, "block")
        facts: dict[str, Any] = {}
        for extension in metadata.extensions:
            at = extrinsics.take_extra(codec, extension, data, at, facts)
        call, end = codec.decode_from(metadata.call, data, at, "block")
    except (InvalidTransaction, KeyError, TypeError, AttributeError) as error:
        raise ChainAnswerInvalid("block") from error
    if end != len(data) or not isinstance(call, Variant) or not isinstance(call.value, Variant):
        raise ChainAnswerInvalid("block")
    who = signer.value if isinstance(signer, Variant) and signer.name == "Id" else signer
    if not isinstance(who, bytes) or len(who) != 32:
        return None
    era = facts.get("era")
    return Said(
        signer=who,
        pallet=call.name,
        call=call.value.name,
        arguments=_arguments(runtime, call, data),
        nonce=facts.get("nonce", 0),
        tip=facts.get("tip", 0),
        valid_blocks=era.period if isinstance(era, own.Era) else 0,
        length=len(data),
    )


def _arguments(runtime: Runtime, call: Variant, data: bytes) -> tuple[Argument, ...]:
    """In words of the domain where our own catalogue reads the same call; else as the runtime names its types."""
    try:
        ours = own.decode(data).call
    except InvalidTransaction:
        ours = None
    if ours is not None and extrinsics.same(call, ours):
        spec = spec_of(ours)
        return tuple(Argument(name, kind, value) for (name, kind), value in zip(spec.args, ours.args, strict=True))
    metadata, inner = runtime.codec.metadata, call.value
    pallet = metadata.pallets.get(call.name)
    calls = () if pallet is None or pallet.calls is None else metadata.types[pallet.calls].body
    fields: tuple[Field, ...] = next((one.fields for one in calls if one.name == inner.name), ())
    values = inner.value if isinstance(inner.value, dict) else {one.name: inner.value for one in fields[:1]}
    return tuple(
        Argument(str(field.name), _word(metadata.types[field.kind]), plain(values[field.name]))
        for field in fields
        if field.name in values
    )


def _word(kind: TypeDef) -> str:
    """A name for a type."""
    if kind.path:
        return kind.path[-1]
    return kind.body if kind.shape == "primitive" else kind.shape


def plain(value: Any) -> object:
    """A value as it can be shown: an account as its bytes, an enumeration as its words, bounded."""
    if isinstance(value, Variant):
        if value.name == "Id" or value.value is None:
            return value.name if value.value is None else plain(value.value)
        return f"{value.name}({plain(value.value)})"[:_LONGEST]
    if isinstance(value, dict):
        return tuple(f"{name} {plain(one)}"[:_LONGEST] for name, one in value.items())
    if isinstance(value, tuple):
        return tuple(plain(one) for one in value[:_LONGEST])
    return value

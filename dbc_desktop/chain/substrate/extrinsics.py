"""Drafts by a node's own metadata: the call, what each extension adds, and all of it read back (chain-rules 1.2).

The extensions are those that the metadata lists, in its order. One that is not known here stops the draft: what it
wants signed cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dbc_desktop.chain.extrinsic import VALID_BLOCKS, Era, era_bytes, take_era
from dbc_desktop.chain.scale import Cursor
from dbc_desktop.chain.substrate.codec import Codec, variant_of
from dbc_desktop.chain.substrate.metadata import Extension
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Draft, SigningContext
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid, InvalidTransaction

_EXTRINSIC_VERSION = 4

Facts = Mapping[str, Any]
"""What a payload says: `era`, `nonce`, `tip`, `asset_id`, `spec`, `transaction`, `genesis`, `birth`."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What an extension puts into the extrinsic, and what only the signature covers; None is nothing."""

    extra: Callable[[Facts], object] | None = None
    additional: Callable[[Facts], object] | None = None
    says: Callable[[Any], Facts] | None = None
    binds: str = ""


_ERA = "CheckMortality"
_KNOWN: dict[str, _Known] = {
    "CheckNonZeroSender": _Known(),
    "CheckSpecVersion": _Known(additional=lambda f: f["spec"], binds="spec"),
    "CheckTxVersion": _Known(additional=lambda f: f["transaction"], binds="transaction"),
    "CheckGenesis": _Known(additional=lambda f: f["genesis"], binds="genesis"),
    _ERA: _Known(additional=lambda f: f["birth"], binds="birth"),
    "CheckEra": _Known(additional=lambda f: f["birth"], binds="birth"),
    "CheckNonce": _Known(lambda f: f["nonce"], says=lambda value: {"nonce": value}),
    "CheckWeight": _Known(),
    "ChargeTransactionPayment": _Known(lambda f: f["tip"], says=lambda value: {"tip": value}),
    "ChargeAssetTxPayment": _Known(
        lambda f: {"tip": f["tip"], "asset_id": f["asset_id"]},
        says=lambda value: {"tip": value["tip"], "asset_id": value["asset_id"]},
    ),
    "CheckMetadataHash": _Known(
        lambda f: {"mode": "Disabled"},
        lambda f: None,
        says=lambda value: {"metadata_hash": value["mode"].name},
        binds="metadata",
    ),
}
"""The extensions whose meaning is known."""


def refuse_unknown_extensions(runtime: Runtime) -> None:
    """Stop where the runtime wants something signed that is not known.

    Raises:
        BackendMismatch: `extension`, or `extrinsic_version`.
    """
    metadata = runtime.codec.metadata
    if metadata.extrinsic_version != _EXTRINSIC_VERSION:
        raise BackendMismatch("extrinsic_version")
    names = [extension.name for extension in metadata.extensions]
    if any(name not in _KNOWN for name in names) or len(set(names)) != len(names):
        raise BackendMismatch("extension")
    if not {"CheckGenesis", "CheckNonce", "CheckSpecVersion"} <= set(names):
        raise BackendMismatch("extension")


def draft(
    runtime: Runtime,
    call: Call,
    signer: bytes,
    context: SigningContext,
    *,
    tip: int = 0,
    asset_id: int | None = None,
    valid_blocks: int = VALID_BLOCKS,
) -> Draft:
    """The transaction as it is shown before it is signed; without its fee.

    Args:
        runtime: Whose types and extensions hold.
        call: What to do.
        signer: Who signs.
        context: What the signature binds to.
        tip: Units for the block's author on top of the fee.
        asset_id: What the fee is paid in; None is DBC.
        valid_blocks: Length of the mortal era, a power of two.

    Raises:
        BackendMismatch: `extension`, `extrinsic_version`, or `call`: the runtime has no such call, or its arguments
            are of other types.
    """
    refuse_unknown_extensions(runtime)
    codec = runtime.codec
    try:
        encoded = codec.encode(codec.metadata.call, call)
    except BackendMismatch as error:
        raise BackendMismatch("call") from error
    era = era_bytes(Era(valid_blocks, context.block_height % valid_blocks))
    facts = {
        "nonce": context.nonce,
        "tip": tip,
        "asset_id": asset_id,
        "spec": context.spec_version,
        "transaction": context.transaction_version,
        "genesis": context.genesis_hash,
        "birth": context.block_hash,
    }
    extra, additional = bytearray(), bytearray()
    for extension in codec.metadata.extensions:
        known = _KNOWN[extension.name]
        if _is_era(extension):
            extra += era
        else:
            extra += _part(codec, extension.extra, known.extra, facts)
        additional += _part(codec, extension.additional, known.additional, facts)
    payload = encoded + bytes(extra) + bytes(additional)
    return Draft(call, signer, context, payload, Balance(0), valid_blocks, len(encoded), len(extra))


def _part(codec: Codec, kind: int, write: Callable[[Facts], object] | None, facts: Facts) -> bytes:
    """What an extension adds; one that is known to add nothing must be of a type without bytes."""
    try:
        return codec.encode(kind, None if write is None else write(facts))
    except BackendMismatch as error:
        raise BackendMismatch("extension") from error


def _is_era(extension: Extension) -> bool:
    return extension.name in (_ERA, "CheckEra")


def check(runtime: Runtime, shown: Draft, *, tip: int = 0, asset_id: int | None = None) -> None:
    """Read the bytes that are to be signed with the runtime's types: they must say exactly what is shown.

    Raises:
        BackendMismatch: `payload`, `genesis`, `version`, or as `draft`.
    """
    refuse_unknown_extensions(runtime)
    context = shown.context
    try:
        call, facts = read_payload(runtime, shown.payload)
    except (ChainAnswerInvalid, InvalidTransaction, KeyError, TypeError, AttributeError) as error:
        raise BackendMismatch("payload") from error
    if (facts["spec"], facts.get("transaction", context.transaction_version)) != (
        context.spec_version,
        context.transaction_version,
    ) or (runtime.spec_version, runtime.transaction_version) != (context.spec_version, context.transaction_version):
        raise BackendMismatch("version")
    if (facts["genesis"], facts.get("birth", context.block_hash)) != (context.genesis_hash, context.block_hash):
        raise BackendMismatch("genesis")
    if (facts["nonce"], facts.get("tip", 0), facts.get("asset_id")) != (context.nonce, tip, asset_id):
        raise BackendMismatch("payload")
    era = facts.get("era")
    if era is not None and era != Era(shown.valid_blocks, context.block_height % max(1, shown.valid_blocks)):
        raise BackendMismatch("payload")
    again = draft(
        runtime, shown.call, shown.signer, context, tip=tip, asset_id=asset_id, valid_blocks=shown.valid_blocks
    )
    lengths = (shown.call_length, shown.extra_length)
    if not same(call, shown.call) or (again.payload, again.call_length, again.extra_length) != (
        shown.payload,
        *lengths,
    ):
        raise BackendMismatch("payload")


def read_payload(runtime: Runtime, payload: bytes) -> tuple[Variant, dict[str, Any]]:
    """The call in the bytes that are to be signed, and what the extensions say.

    Raises:
        ChainAnswerInvalid, InvalidTransaction: They are not of the runtime's form.
    """
    codec = runtime.codec
    call, at = codec.decode_from(codec.metadata.call, payload, 0, "payload")
    facts: dict[str, Any] = {}
    for extension in codec.metadata.extensions:
        at = take_extra(codec, extension, payload, at, facts)
    for extension in codec.metadata.extensions:
        value, at = codec.decode_from(extension.additional, payload, at, "payload")
        if _KNOWN[extension.name].binds:
            facts[_KNOWN[extension.name].binds] = value
    if at != len(payload) or not isinstance(call, Variant):
        raise ChainAnswerInvalid("payload")
    return call, facts


def take_extra(codec: Codec, extension: Extension, data: bytes, at: int, facts: dict[str, Any]) -> int:
    """Read what an extension put into the extrinsic; where that ends. What is known of it goes into `facts`.

    Raises:
        ChainAnswerInvalid, InvalidTransaction: It is not of the runtime's form.
    """
    if _is_era(extension):
        cursor = Cursor(data, at)
        facts["era"] = take_era(cursor)
        return cursor.at
    value, at = codec.decode_from(extension.extra, data, at, "payload")
    known = _KNOWN.get(extension.name)
    facts |= {} if known is None or known.says is None else known.says(value)
    return at


def same(said: Any, shown: Any) -> bool:
    """Whether a value as the runtime's types read it is the domain's value: no more, no less, nothing else."""
    if isinstance(shown, Call):
        inner = said.value if isinstance(said, Variant) else None
        if not isinstance(inner, Variant) or (said.name, inner.name) != (shown.pallet, shown.name):
            return False
        values = inner.value
        args = tuple(values.values()) if isinstance(values, dict) else () if values is None else values
        args = args if isinstance(args, tuple) and len(args) == len(shown.args) else (args,)
        return len(args) == len(shown.args) and all(map(same, args, shown.args))
    if isinstance(said, Variant):
        if isinstance(shown, bytes):
            return said == Variant("Id", shown)
        found = shown if isinstance(shown, Variant) else variant_of(shown)
        return found is not None and said.name == found.name and same(said.value, found.value)
    if isinstance(said, dict) and isinstance(shown, tuple):
        return same(tuple(said.values()), shown)
    if isinstance(said, dict):
        return all(hasattr(shown, name) and same(value, getattr(shown, name)) for name, value in said.items())
    if isinstance(said, bytes):
        return said == (shown.encode() if isinstance(shown, str) else shown)
    if isinstance(said, tuple):
        return isinstance(shown, tuple | list) and len(said) == len(shown) and all(map(same, said, shown))
    return type(said) is type(shown) and bool(said == shown)

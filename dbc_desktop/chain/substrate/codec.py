"""SCALE by a runtime's own types: a decoder and an encoder is put together once for each type that is used.

Values are plain: a struct with names is a dict, one field without a name is that field, bytes are `bytes`, a list is a
tuple, an enumeration is a `Variant`, an option is None or the value. Encoding takes domain values as well: a dataclass
for a struct, a `Coordinate` or a name for an enumeration, 32 bytes for an address, a `Call`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbc_desktop.chain.substrate import parts
from dbc_desktop.chain.substrate.metadata import Field, Metadata, TypeDef, VariantDef
from dbc_desktop.chain.substrate.parts import Decode, Encode, Variant
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import MachineFault
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid
from dbc_desktop.domain.machine import Coordinate
from dbc_desktop.domain.super_node import Payee, PayTo

_MOST_COST = 4_000
"""Values that a type of fixed shape may hold: a stranger's metadata must not make one byte into a million values."""

_FREE_COST, _COST_PER_BYTE = 64, 4
"""Values that a type may hold for nothing, and for each byte that it takes at least."""


class Codec:
    """Reads and writes values of one runtime's types; callable from any thread."""

    def __init__(self, metadata: Metadata) -> None:
        self.metadata = metadata
        self._decoders: dict[int, Decode] = {}
        self._encoders: dict[int, Encode] = {}
        self._costs: dict[int, int] = {}
        self._sizes: dict[int, int] = {}

    def decode(self, kind: int, data: bytes, what: str = "storage") -> Any:
        """The value behind all of `data`.

        Raises:
            ChainAnswerInvalid: `what`: the data is not of that type.
        """
        value, end = self.decode_from(kind, data, 0, what)
        if end != len(data):
            raise ChainAnswerInvalid(what)
        return value

    def decode_from(self, kind: int, data: bytes, at: int, what: str = "storage") -> tuple[Any, int]:
        """The value that begins at `at`, and where it ends.

        Raises:
            ChainAnswerInvalid: `what`: the data is not of that type.
        """
        try:
            value, end = self.decoder(kind)(data, at)
        except (IndexError, UnicodeDecodeError, RecursionError, MemoryError, OverflowError) as error:
            raise ChainAnswerInvalid(what) from error
        if end > len(data):
            raise ChainAnswerInvalid(what)
        return value, end

    def encode(self, kind: int, value: object) -> bytes:
        """The bytes of a value.

        Raises:
            BackendMismatch: `type`: the runtime's type is not one that this value fits.
        """
        out = bytearray()
        try:
            self.encoder(kind)(out, value)
        except (KeyError, AttributeError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise BackendMismatch("type") from error
        return bytes(out)

    def decoder(self, kind: int) -> Decode:
        """The decoder of a type, made when it is first asked for."""
        found = self._decoders.get(kind)
        if found is None:
            cost = self._cost(kind, ())
            if cost > _MOST_COST or cost > _FREE_COST + _COST_PER_BYTE * self._size(kind):
                raise ChainAnswerInvalid("metadata")
            # A type that holds itself asks for its own decoder while it is made: it gets this door to it.
            self._decoders[kind] = lambda data, at: self._decoders[kind](data, at)
            found = self._decoders[kind] = self._make_decoder(self.metadata.types[kind])
        return found

    def encoder(self, kind: int) -> Encode:
        """The encoder of a type, made when it is first asked for."""
        found = self._encoders.get(kind)
        if found is None:
            self._encoders[kind] = lambda out, value: self._encoders[kind](out, value)
            found = self._encoders[kind] = self._make_encoder(self.metadata.types[kind])
        return found

    def _cost(self, kind: int, above: tuple[int, ...]) -> int:
        """Values that one value of this type holds for sure; what is read by a length or a variant pays by bytes."""
        known = self._costs.get(kind)
        if known is not None:
            return known
        if kind in above or len(above) > 200:
            raise ChainAnswerInvalid("metadata")
        _, shape, body = self.metadata.types[kind]
        inner = (*above, kind)
        if shape == "composite":
            cost = 1 + sum(self._cost(field.kind, inner) for field in body)
        elif shape == "tuple":
            cost = 1 + sum(self._cost(one, inner) for one in body)
        elif shape == "array":
            cost = 1 + body[0] * (0 if self._is_byte(body[1]) else self._cost(body[1], inner))
        else:
            cost = 1
        self._costs[kind] = min(cost, _MOST_COST + 1)
        return self._costs[kind]

    def _size(self, kind: int) -> int:
        """Bytes that one value of this type takes at least; `_cost` has found out that it does not hold itself."""
        known = self._sizes.get(kind)
        if known is None:
            _, shape, body = self.metadata.types[kind]
            if shape == "composite":
                known = sum(self._size(field.kind) for field in body)
            elif shape == "tuple":
                known = sum(self._size(one) for one in body)
            elif shape == "array":
                known = int(body[0]) * self._size(body[1])
            elif shape == "primitive" and body[1:].isdigit():
                known = int(body[1:]) // 8
            else:
                known = 1
            self._sizes[kind] = known
        return known

    def _is_byte(self, kind: int) -> bool:
        return bool(self.metadata.types[kind].body == "u8")

    # --- decoding -----------------------------------------------------------------------------------------------

    def _make_decoder(self, kind: TypeDef) -> Decode:
        shape, body = kind.shape, kind.body
        if shape == "primitive":
            return parts.PRIMITIVES[body][0]
        if shape == "compact":
            return parts.take_compact
        if shape == "composite":
            return self._take_fields(body)
        if shape == "tuple":
            return self._take_fields(tuple(Field(None, one) for one in body), single=False)
        if shape == "sequence":
            return parts.take_blob if self._is_byte(body) else parts.take_many(self.decoder(body))
        if shape == "array":
            count, one = body
            return parts.fixed(count)[0] if self._is_byte(one) else parts.take_count(count, self.decoder(one))
        if shape == "variant":
            if kind.path == ("Option",) and len(body) == 2:
                return parts.take_option(self.decoder(body[1].fields[0].kind))
            return self._take_variant(body)
        return parts.take_bits

    def _take_fields(self, fields: tuple[Field, ...], *, single: bool = True) -> Decode:
        if not fields:
            return parts.take_nothing
        if single and len(fields) == 1 and fields[0].name is None:
            return self.decoder(fields[0].kind)
        named = all(field.name is not None for field in fields)
        pieces = [(field.name, self.decoder(field.kind)) for field in fields]
        if named:
            return parts.take_struct(pieces)
        return parts.take_tuple([one for _, one in pieces])

    def _take_variant(self, body: tuple[VariantDef, ...]) -> Decode:
        """The decoders of the variants are made when one is met: an event type names a thousand."""
        table: dict[int, Callable[[bytes, int], tuple[Variant, int]]] = {}
        bare = {one.number: Variant(one.name) for one in body if not one.fields}
        rich = {one.number: one for one in body if one.fields}

        def take(data: bytes, at: int) -> tuple[Variant, int]:
            index = data[at]
            plain = bare.get(index)
            if plain is not None:
                return plain, at + 1
            inner = table.get(index)
            if inner is None:
                found = rich.get(index)
                if found is None:
                    raise IndexError(index)
                inner = table[index] = parts.named(found.name, self._take_fields(found.fields))
            return inner(data, at + 1)

        return take

    # --- encoding -----------------------------------------------------------------------------------------------

    def _make_encoder(self, kind: TypeDef) -> Encode:
        shape, body = kind.shape, kind.body
        if shape == "primitive":
            return parts.PRIMITIVES[body][1]
        if shape == "compact":
            return self._compact_encoder(body)
        if shape == "composite":
            return self._put_fields(body)
        if shape == "tuple":
            return self._put_fields(tuple(Field(None, one) for one in body), single=False)
        if shape == "sequence":
            return parts.put_blob if self._is_byte(body) else parts.put_many(self.encoder(body))
        if shape == "array":
            count, one = body
            return parts.fixed(count)[1] if self._is_byte(one) else parts.put_count(count, self.encoder(one))
        if shape == "variant":
            if kind.path == ("Option",) and len(body) == 2:
                return parts.put_option(self.encoder(body[1].fields[0].kind))
            return self._put_variant(body)
        raise BackendMismatch("type")

    def _compact_encoder(self, kind: int) -> Encode:
        """A compact number within what the type below can hold."""
        self._cost(kind, ())  # which refuses a type that holds itself
        found = self.metadata.types[kind]
        while found.shape == "composite" and len(found.body) == 1:
            found = self.metadata.types[found.body[0].kind]
        if found.shape != "primitive" or found.body[0] != "u":
            raise BackendMismatch("type")
        bits = int(found.body[1:])
        return lambda out, value: parts.put_compact(out, value, bits)

    def _put_fields(self, fields: tuple[Field, ...], *, single: bool = True) -> Encode:
        if not fields:
            return parts.put_nothing
        if single and len(fields) == 1 and fields[0].name is None:
            return self.encoder(fields[0].kind)
        pieces = [(field.name, self.encoder(field.kind)) for field in fields]

        def put(out: bytearray, value: Any) -> None:
            if isinstance(value, tuple) and not hasattr(value, "_fields"):
                values = value
            elif isinstance(value, dict):
                values = tuple(value[name] for name, _ in pieces)
            else:
                values = tuple(getattr(value, str(name)) for name, _ in pieces)
            if len(values) != len(pieces):
                raise ValueError("fields")
            for (_, one), field in zip(pieces, values, strict=True):
                one(out, field)

        return put

    def _put_variant(self, body: tuple[VariantDef, ...]) -> Encode:
        by_name = {one.name: one for one in body}
        made: dict[str, Encode] = {}

        def put(out: bytearray, value: Any) -> None:
            name, inner = _as_variant(value, by_name)
            found = by_name[name]
            out.append(found.number)
            one = made.get(name)
            if one is None:
                one = made[name] = self._put_fields(found.fields)
            one(out, inner)

        return put


def _as_variant(value: Any, known: dict[str, VariantDef]) -> tuple[str, Any]:
    """Which variant a value means, and what goes into it."""
    if isinstance(value, Variant):
        return value.name, value.value
    if isinstance(value, Call):
        if value.pallet in known:  # the runtime's call: a pallet, then one of its calls
            return value.pallet, Variant(value.name, value.args)
        return value.name, value.args
    if isinstance(value, bytes) and "Id" in known:
        return "Id", value
    found = variant_of(value)
    if found is None:
        raise TypeError("no variant")
    return found


def variant_of(value: object) -> Variant | None:
    """A domain value that the chain writes as an enumeration, as its variant; None for any other."""
    if isinstance(value, Coordinate):
        return Variant(value.direction, value.value)
    if isinstance(value, MachineFault):
        inner: tuple[object, object] = (value.reporter_hash, value.box_pubkey)
        return Variant(value.kind.value, (value.machine_id, value.rent_id) if value.is_fast else inner)
    if isinstance(value, Payee):
        name = "None" if value.pay_to is PayTo.NOWHERE else value.pay_to.name.capitalize()
        return Variant(name, value.account)
    return Variant(str(value)) if isinstance(value, str) else None

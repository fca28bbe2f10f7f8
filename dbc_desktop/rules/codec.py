"""The one canonical form of each stored value: compact JSON arrays, accounts and hashes in hex.

Rows are `NamedTuple`s or frozen dataclasses; the form follows from their annotations, so that a row written by one
build and read by the next round-trips to the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable
from enum import Enum
from functools import cache, lru_cache
from json.encoder import encode_basestring
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """How values of one type become bytes and come back."""

    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T]


def row(kind: type[T]) -> Codec[T]:
    """The codec of a row type, by its annotations."""
    hashable: Any = kind
    write, read = _forms(hashable)
    return Codec(lambda value: write(value).encode(), lambda data: read(json.loads(data)))


Write = Callable[[Any], str]
Read = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


@cache
def _forms(kind: Any) -> tuple[Write, Read]:
    """How a value of this type is written as JSON text, and made again from what `json.loads` gives."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (inner,) = [arg for arg in args if arg is not type(None)]
        write, read = _forms(inner)
        return (lambda v: "null" if v is None else write(v)), (lambda v: None if v is None else read(v))
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return (_write_numbers, tuple) if args[0] is int else _many(*_forms(args[0]))
        return _fields(args, lambda values: values, _same)
    if isinstance(kind, type):
        if kind in _BASIC:
            return _BASIC[kind]
        if issubclass(kind, Enum):
            return (lambda v: encode_basestring(v.value)), kind
        if issubclass(kind, tuple):
            return _fields(tuple(get_type_hints(kind).values()), lambda values: kind(*values), _same)
        if dataclasses.is_dataclass(kind):
            names, hints = [field.name for field in dataclasses.fields(kind)], get_type_hints(kind)
            kinds = tuple(hints[name] for name in names)
            return _fields(kinds, lambda values: kind(*values), lambda v: [getattr(v, name) for name in names])
    if hasattr(kind, "__supertype__"):
        return _forms(kind.__supertype__)
    raise TypeError(f"no canonical form for {kind}")


def _many(write: Write, read: Read) -> tuple[Write, Read]:
    return (lambda v: f"[{','.join(map(write, v))}]"), (lambda v: tuple(map(read, v)))


def _write_numbers(numbers: tuple[int, ...]) -> str:
    return _number_pattern(len(numbers)) % numbers


@lru_cache(maxsize=64)
def _number_pattern(count: int) -> str:
    return f"[{','.join(['%d'] * count)}]"


def _fields(kinds: tuple[Any, ...], build: Read, take: Read) -> tuple[Write, Read]:
    writes, reads = zip(*map(_forms, kinds), strict=True)

    # Numbers are written by the pattern itself; only the other fields need a writer of their own.
    pattern = f"[{','.join('%d' if each is str else '%s' for each in writes)}]"
    others = [(at, each) for at, each in enumerate(writes) if each is not str]

    def write(value: Any) -> str:
        parts = list(take(value))
        for at, each in others:
            parts[at] = each(parts[at])
        return pattern % tuple(parts)

    def read(plain: Any) -> Any:
        return build(tuple(each(part) for each, part in zip(reads, plain, strict=True)))

    return write, read


_BASIC: dict[type, tuple[Write, Read]] = {
    int: (str, _same),
    bool: (lambda v: "true" if v else "false", _same),
    str: (encode_basestring, _same),
    bytes: (lambda v: f'"{v.hex()}"', bytes.fromhex),
}

RAW: Codec[bytes] = Codec(_same, bytes)
"""Accounts, hashes and packed rows: the bytes themselves."""

TEXT: Codec[str] = Codec(str.encode, bytes.decode)
"""Machine ids."""

NUMBER: Codec[int] = Codec(lambda value: value.to_bytes(8), int.from_bytes)
"""Heights and ids, so that rows sort by number."""

AMOUNT: Codec[int] = Codec(lambda value: value.to_bytes(16), int.from_bytes)
"""A u128."""

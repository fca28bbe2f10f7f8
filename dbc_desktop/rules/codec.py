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
from functools import cache
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
    down, up = _plain(hashable)
    dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    return Codec(lambda value: dump(down(value)).encode(), lambda data: up(json.loads(data)))


def _same(value: Any) -> Any:
    return value


@cache
def _plain(kind: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Functions to JSON's own types and back."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (inner,) = [arg for arg in args if arg is not type(None)]
        down, up = _plain(inner)
        return (lambda v: None if v is None else down(v)), (lambda v: None if v is None else up(v))
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            down, up = _plain(args[0])
            if down is _same:
                return _same, tuple
            return (lambda v: [down(x) for x in v]), (lambda v: tuple(up(x) for x in v))
        return _fields(tuple(args), lambda values: values, lambda v: v)
    if kind is bytes:
        return bytes.hex, bytes.fromhex
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda v: v.value), kind
    if isinstance(kind, type) and issubclass(kind, tuple):
        return _fields(tuple(get_type_hints(kind).values()), lambda values: kind(*values), lambda v: v)
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        hints = get_type_hints(kind)
        return _fields(
            tuple(hints[name] for name in names),
            lambda values: kind(*values),  # type: ignore[operator,unused-ignore]
            lambda v: [getattr(v, name) for name in names],
        )
    return _same, _same


def _fields(
    kinds: tuple[Any, ...], build: Callable[[Any], Any], take: Callable[[Any], Any]
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    pairs = [_plain(kind) for kind in kinds]
    if all(down is _same and up is _same for down, up in pairs):
        return take, lambda values: build(tuple(values))
    downs, ups = [down for down, _ in pairs], [up for _, up in pairs]
    return (
        lambda v: [down(x) for down, x in zip(downs, take(v), strict=True)],
        lambda values: build(tuple(up(x) for up, x in zip(ups, values, strict=True))),
    )


RAW: Codec[bytes] = Codec(_same, bytes)
"""Accounts, hashes and packed rows: the bytes themselves."""

TEXT: Codec[str] = Codec(str.encode, bytes.decode)
"""Machine ids."""

NUMBER: Codec[int] = Codec(lambda value: value.to_bytes(8), int.from_bytes)
"""Heights and ids, so that rows sort by number."""

AMOUNT: Codec[int] = Codec(lambda value: value.to_bytes(16), int.from_bytes)
"""A u128."""

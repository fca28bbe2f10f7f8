"""The small parts from which a type's decoder and encoder are put together (`codec.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Decode = Callable[[bytes, int], tuple[Any, int]]
"""Bytes and where to read; the value and where it ended. Short data shows at the end, see `Codec.decode`."""

Encode = Callable[[bytearray, Any], None]


class Variant(NamedTuple):
    """One variant of an enumeration; `value` is None where it has no field."""

    name: str
    value: Any = None


def take_nothing(data: bytes, at: int) -> tuple[Any, int]:
    """No bytes, no value."""
    return None, at


def put_nothing(out: bytearray, value: Any) -> None:
    """No bytes."""
    if value not in (None, ()):
        raise ValueError("no fields")


def number(size: int, *, signed: bool = False) -> tuple[Decode, Encode]:
    """A whole number of `size` bytes."""

    def take(data: bytes, at: int) -> tuple[int, int]:
        end = at + size
        return int.from_bytes(data[at:end], "little", signed=signed), end

    def put(out: bytearray, value: Any) -> None:
        if type(value) is not int:
            raise TypeError("no whole number")
        out += value.to_bytes(size, "little", signed=signed)

    return take, put


def fixed(size: int) -> tuple[Decode, Encode]:
    """Exactly `size` bytes."""

    def take(data: bytes, at: int) -> tuple[bytes, int]:
        end = at + size
        return data[at:end], end

    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, bytes) or len(value) != size:
            raise ValueError("other length")
        out += value

    return take, put


def take_bool(data: bytes, at: int) -> tuple[bool, int]:
    """One byte, 0 or 1."""
    flag = data[at]
    if flag > 1:
        raise IndexError(flag)
    return flag == 1, at + 1


def put_bool(out: bytearray, value: Any) -> None:
    """One byte, 0 or 1."""
    if not isinstance(value, bool):
        raise TypeError("no flag")
    out.append(value)


def take_compact(data: bytes, at: int) -> tuple[int, int]:
    """A compact number; one that is not in its shortest form is read too."""
    first = data[at]
    mode = first & 3
    if mode == 0:
        return first >> 2, at + 1
    if mode == 1:
        return int.from_bytes(data[at : at + 2], "little") >> 2, at + 2
    if mode == 2:
        return int.from_bytes(data[at : at + 4], "little") >> 2, at + 4
    end = at + 5 + (first >> 2)
    return int.from_bytes(data[at + 1 : end], "little"), end


def put_compact(out: bytearray, value: Any, bits: int) -> None:
    """A compact number in its shortest form."""
    if type(value) is not int or value < 0 or value >> bits:
        raise ValueError("no compact number")
    if value < 1 << 6:
        out.append(value << 2)
    elif value < 1 << 14:
        out += (value << 2 | 1).to_bytes(2, "little")
    elif value < 1 << 30:
        out += (value << 2 | 2).to_bytes(4, "little")
    else:
        size = (value.bit_length() + 7) // 8
        out.append((size - 4) << 2 | 3)
        out += value.to_bytes(size, "little")


def take_blob(data: bytes, at: int) -> tuple[bytes, int]:
    """A length and so many bytes."""
    size, at = take_compact(data, at)
    end = at + size
    return data[at:end], end


def put_blob(out: bytearray, value: Any) -> None:
    """A length and the bytes; text as UTF-8."""
    data = value.encode() if isinstance(value, str) else value
    if not isinstance(data, bytes):
        raise TypeError("no bytes")
    put_compact(out, len(data), 32)
    out += data


def take_text(data: bytes, at: int) -> tuple[str, int]:
    """A length and so many bytes of UTF-8."""
    raw, end = take_blob(data, at)
    return raw.decode(), end


def take_bits(data: bytes, at: int) -> tuple[bytes, int]:
    """A length in bits and the bytes that hold them."""
    count, at = take_compact(data, at)
    end = at + (count + 7) // 8
    return data[at:end], end


def take_count(count: int, one: Decode) -> Decode:
    """Exactly `count` values."""

    def take(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        found = []
        for _ in range(count):
            value, at = one(data, at)
            found.append(value)
        return tuple(found), at

    return take


def take_many(one: Decode) -> Decode:
    """A length and so many values."""

    def take(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        count, at = take_compact(data, at)
        if count > len(data) - at:
            raise IndexError(count)
        found = []
        for _ in range(count):
            began = at
            value, at = one(data, at)
            if at == began:  # values of no bytes: a length alone would make any number of them
                raise IndexError(count)
            found.append(value)
        return tuple(found), at

    return take


def put_many(one: Encode) -> Encode:
    """A length and the values."""

    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, tuple | list):
            raise TypeError("no list")
        put_compact(out, len(value), 32)
        for item in value:
            one(out, item)

    return put


def put_count(count: int, one: Encode) -> Encode:
    """Exactly `count` values."""

    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, tuple | list) or len(value) != count:
            raise TypeError("other length")
        for item in value:
            one(out, item)

    return put


def take_option(one: Decode) -> Decode:
    """None, or the value."""

    def take(data: bytes, at: int) -> tuple[Any, int]:
        flag = data[at]
        if flag > 1:
            raise IndexError(flag)
        return one(data, at + 1) if flag else (None, at + 1)

    return take


def put_option(one: Encode) -> Encode:
    """None, or the value."""

    def put(out: bytearray, value: Any) -> None:
        out.append(value is not None)
        if value is not None:
            one(out, value)

    return put


def take_struct(parts: list[tuple[str | None, Decode]]) -> Decode:
    """Fields with names."""

    def take(data: bytes, at: int) -> tuple[dict[str | None, Any], int]:
        found = {}
        for name, one in parts:
            found[name], at = one(data, at)
        return found, at

    return take


def take_tuple(parts: list[Decode]) -> Decode:
    """Fields without names."""

    def take(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        found = []
        for one in parts:
            value, at = one(data, at)
            found.append(value)
        return tuple(found), at

    return take


def named(name: str, one: Decode) -> Callable[[bytes, int], tuple[Variant, int]]:
    """What stands in a variant, with the name of it."""

    def take(data: bytes, at: int) -> tuple[Variant, int]:
        value, end = one(data, at)
        return Variant(name, value), end

    return take


PRIMITIVES: dict[str, tuple[Decode, Encode]] = {
    "bool": (take_bool, put_bool),
    "char": number(4),
    "str": (take_text, put_blob),
    **{f"u{bits}": number(bits // 8) for bits in (8, 16, 32, 64, 128, 256)},
    **{f"i{bits}": number(bits // 8, signed=True) for bits in (8, 16, 32, 64, 128, 256)},
}
"""Reader and writer of each primitive type."""

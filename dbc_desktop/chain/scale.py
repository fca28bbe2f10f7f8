"""SCALE, the chain's binary form, for the types that `rules/catalogue.py` names (chain-rules 0.1, 4.3).

Strict: numbers stand in their shortest form, nothing is left over, lengths are limited before anything is read. An
account is its 32 raw bytes, a machine id its 64 letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

from dbc_desktop.chain.scale_types import ENUMS, LISTS, STRUCTS, Fields
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.domain.machine import Coordinate, MachineId
from dbc_desktop.domain.super_node import Payee, PayTo
from dbc_desktop.rules.catalogue import BY_INDEX, BY_NAME

MAX_BYTES = 16_384
"""The longest text or byte string that is read or written."""

_MAX_ITEMS = 64
_MAX_DEPTH = 4
_MACHINE_ID = re.compile(rb"[0-9a-f]{64}")
_PAY_TO = tuple(PayTo)
_LONGITUDES = ("East", "West")
_LATITUDES = ("South", "North")


class Cursor:
    """Reads from the front of some bytes."""

    __slots__ = ("at", "data", "depth")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.depth = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes.

        Raises:
            InvalidTransaction: `malformed`: there are fewer.
        """
        end = self.at + count
        if end > len(self.data):
            raise InvalidTransaction("malformed")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def end(self) -> None:
        """Nothing may be left.

        Raises:
            InvalidTransaction: `malformed`.
        """
        if self.at != len(self.data):
            raise InvalidTransaction("malformed")


def put_compact(out: bytearray, value: Any, bits: int = 128) -> None:
    """Write a compact number.

    Raises:
        InvalidTransaction: `malformed`: no whole number of at most `bits` bits.
    """
    _check_number(value, bits)
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


def take_compact(cursor: Cursor, bits: int = 128) -> int:
    """Read a compact number in its shortest form.

    Raises:
        InvalidTransaction: `malformed`.
    """
    first = cursor.take(1)[0]
    mode = first & 3
    if mode == 0:
        return first >> 2
    if mode == 1:
        value, least = (first | cursor.take(1)[0] << 8) >> 2, 1 << 6
    elif mode == 2:
        value, least = (first | int.from_bytes(cursor.take(3), "little") << 8) >> 2, 1 << 14
    else:
        size = (first >> 2) + 4
        if size * 8 > max(bits, 32):
            raise InvalidTransaction("malformed")
        value, least = int.from_bytes(cursor.take(size), "little"), max(1 << 30, 1 << 8 * (size - 1))
    if value < least or value >> bits:
        raise InvalidTransaction("malformed")
    return value


def put_call(out: bytearray, call: Call) -> None:
    """Write a call: its two indices, then its arguments (chain-rules 1.4).

    Raises:
        InvalidTransaction: `malformed`: not in the catalogue, or an argument does not fit its type.
    """
    spec = BY_NAME.get((call.pallet, call.name))
    if spec is None or len(spec.args) != len(call.args):
        raise InvalidTransaction("malformed")
    out.append(spec.pallet_index)
    out.append(spec.index)
    for (_, kind), value in zip(spec.args, call.args, strict=True):
        _CODECS[kind][0](out, value)


def take_call(cursor: Cursor) -> Call:
    """Read a call.

    Raises:
        InvalidTransaction: `malformed`.
    """
    head = cursor.take(2)
    spec = BY_INDEX.get((head[0], head[1]))
    if spec is None or cursor.depth >= _MAX_DEPTH:
        raise InvalidTransaction("malformed")
    cursor.depth += 1
    args = tuple([_CODECS[kind][1](cursor) for _, kind in spec.args])
    cursor.depth -= 1
    return Call(spec.pallet, spec.name, args)


def encode(kind: str, value: object) -> bytes:
    """`value` as the SCALE type `kind`.

    Raises:
        InvalidTransaction: `malformed`: it does not fit the type.
        KeyError: No such type.
    """
    out = bytearray()
    _CODECS[kind][0](out, value)
    return bytes(out)


def decode(kind: str, data: bytes) -> object:
    """The value behind all of `data`.

    Raises:
        InvalidTransaction: `malformed`.
        KeyError: No such type.
    """
    cursor = Cursor(data)
    value: object = _CODECS[kind][1](cursor)
    cursor.end()
    return value


def take(kind: str, data: bytes) -> object:
    """The value at the beginning of `data`; what follows it is not looked at.

    Raises:
        InvalidTransaction: `malformed`.
        KeyError: No such type.
    """
    value: object = _CODECS[kind][1](Cursor(data))
    return value


def _check_number(value: Any, bits: int) -> None:
    if type(value) is not int or value < 0 or value >> bits:
        raise InvalidTransaction("malformed")


_Put = Callable[[bytearray, Any], None]
_Take = Callable[[Cursor], Any]


def _number(size: int) -> tuple[_Put, _Take]:
    def put(out: bytearray, value: Any) -> None:
        _check_number(value, size * 8)
        out += value.to_bytes(size, "little")

    return put, lambda cursor: int.from_bytes(cursor.take(size), "little")


def _fixed(size: int) -> tuple[_Put, _Take]:
    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, bytes) or len(value) != size:
            raise InvalidTransaction("malformed")
        out += value

    return put, lambda cursor: cursor.take(size)


def _put_bytes(out: bytearray, value: Any) -> None:
    if not isinstance(value, bytes) or len(value) > MAX_BYTES:
        raise InvalidTransaction("malformed")
    put_compact(out, len(value))
    out += value


def _take_bytes(cursor: Cursor) -> bytes:
    size = take_compact(cursor, 32)
    if size > MAX_BYTES:
        raise InvalidTransaction("malformed")
    return cursor.take(size)


def _put_text(out: bytearray, value: Any) -> None:
    if not isinstance(value, str):
        raise InvalidTransaction("malformed")
    try:
        data = value.encode()
    except UnicodeEncodeError as error:
        raise InvalidTransaction("malformed") from error
    _put_bytes(out, data)


def _take_text(cursor: Cursor) -> str:
    try:
        return _take_bytes(cursor).decode()
    except UnicodeDecodeError as error:
        raise InvalidTransaction("malformed") from error


def _put_machine_id(out: bytearray, value: Any) -> None:
    if not isinstance(value, str) or not value.isascii() or not _MACHINE_ID.fullmatch(value.encode()):
        raise InvalidTransaction("malformed")
    _put_text(out, value)


def _take_machine_id(cursor: Cursor) -> MachineId:
    data = _take_bytes(cursor)
    if not _MACHINE_ID.fullmatch(data):
        raise InvalidTransaction("malformed")
    return MachineId(data.decode())


def _put_bool(out: bytearray, value: Any) -> None:
    if not isinstance(value, bool):
        raise InvalidTransaction("malformed")
    out.append(value)


def _take_bool(cursor: Cursor) -> bool:
    flag = cursor.take(1)[0]
    if flag > 1:
        raise InvalidTransaction("malformed")
    return flag == 1


def _put_address(out: bytearray, value: Any) -> None:
    out.append(0)
    _CODECS["AccountId"][0](out, value)


def _take_address(cursor: Cursor) -> bytes:
    if cursor.take(1)[0] != 0:
        raise InvalidTransaction("malformed")
    return cursor.take(32)


def _put_optional_account(out: bytearray, value: Any) -> None:
    out.append(value is not None)
    if value is not None:
        _CODECS["AccountId"][0](out, value)


def _take_optional_account(cursor: Cursor) -> bytes | None:
    return cursor.take(32) if _take_bool(cursor) else None


def _put_compact_u32(out: bytearray, value: Any) -> None:
    put_compact(out, value, 32)


def _put_payee(out: bytearray, value: Any) -> None:
    if not isinstance(value, Payee) or (value.account is None) == (value.pay_to is PayTo.ACCOUNT):
        raise InvalidTransaction("malformed")
    out.append(_PAY_TO.index(value.pay_to))
    if value.account is not None:
        _CODECS["AccountId"][0](out, value.account)


def _take_payee(cursor: Cursor) -> Payee:
    variant = cursor.take(1)[0]
    if variant >= len(_PAY_TO):
        raise InvalidTransaction("malformed")
    pay_to = _PAY_TO[variant]
    return Payee(pay_to, cursor.take(32) if pay_to is PayTo.ACCOUNT else None)


def _put_weight(out: bytearray, value: Any) -> None:
    if not isinstance(value, tuple) or len(value) != 2:
        raise InvalidTransaction("malformed")
    for part in value:
        put_compact(out, part, 64)


def _take_weight(cursor: Cursor) -> tuple[int, int]:
    return take_compact(cursor, 64), take_compact(cursor, 64)


_FAULTS = tuple(FaultKind)


def _put_fault(out: bytearray, value: Any) -> None:
    if not isinstance(value, MachineFault):
        raise InvalidTransaction("malformed")
    out.append(_FAULTS.index(value.kind))
    if value.is_fast:
        _put_machine_id(out, value.machine_id)
        _CODECS["u64"][0](out, value.rent_id)
    else:
        _CODECS["[u8; 16]"][0](out, value.reporter_hash)
        _CODECS["[u8; 32]"][0](out, value.box_pubkey)


def _take_fault(cursor: Cursor) -> MachineFault:
    variant = cursor.take(1)[0]
    if variant >= len(_FAULTS):
        raise InvalidTransaction("malformed")
    kind = _FAULTS[variant]
    if kind is FaultKind.RENTED_INACCESSIBLE:
        return MachineFault(kind, _take_machine_id(cursor), int.from_bytes(cursor.take(8), "little"))
    return MachineFault(kind, reporter_hash=cursor.take(16), box_pubkey=cursor.take(32))


def _coordinate(directions: tuple[str, str]) -> tuple[_Put, _Take]:
    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, Coordinate) or value.direction not in directions:
            raise InvalidTransaction("malformed")
        out.append(directions.index(value.direction))
        _CODECS["u64"][0](out, value.value)

    def take(cursor: Cursor) -> Coordinate:
        variant = cursor.take(1)[0]
        if variant > 1:
            raise InvalidTransaction("malformed")
        return Coordinate(directions[variant], int.from_bytes(cursor.take(8), "little"))

    return put, take


def _sequence(item: str) -> tuple[_Put, _Take]:
    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, tuple) or len(value) > _MAX_ITEMS:
            raise InvalidTransaction("malformed")
        put_compact(out, len(value))
        for one in value:
            _CODECS[item][0](out, one)

    def take(cursor: Cursor) -> tuple[Any, ...]:
        count = take_compact(cursor, 32)
        if count > _MAX_ITEMS:
            raise InvalidTransaction("malformed")
        return tuple([_CODECS[item][1](cursor) for _ in range(count)])

    return put, take


def _enum(made: type[Enum]) -> tuple[_Put, _Take]:
    members = list(made)

    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, made):
            raise InvalidTransaction("malformed")
        out.append(members.index(value))

    def take(cursor: Cursor) -> Enum:
        variant = cursor.take(1)[0]
        if variant >= len(members):
            raise InvalidTransaction("malformed")
        return members[variant]

    return put, take


def _struct(made: type, fields: Fields) -> tuple[_Put, _Take]:
    def put(out: bytearray, value: Any) -> None:
        if not isinstance(value, made):
            raise InvalidTransaction("malformed")
        for name, kind in fields:
            _CODECS[kind][0](out, getattr(value, name))

    return put, lambda cursor: made(**{name: _CODECS[kind][1](cursor) for name, kind in fields})


_CODECS: dict[str, tuple[_Put, _Take]] = {
    "u8": _number(1),
    "u32": _number(4),
    "u64": _number(8),
    "u128": _number(16),
    "Compact<u128>": (put_compact, take_compact),
    "Compact<u32>": (_put_compact_u32, lambda cursor: take_compact(cursor, 32)),
    "RewardDestination": (_put_payee, _take_payee),
    "Weight": (_put_weight, _take_weight),
    "MachineFaultType": (_put_fault, _take_fault),
    "bool": (_put_bool, _take_bool),
    "[u8; 16]": _fixed(16),
    "[u8; 32]": _fixed(32),
    "H160": _fixed(20),
    "H256": _fixed(32),
    "AccountId": _fixed(32),
    "Option<AccountId>": (_put_optional_account, _take_optional_account),
    "MultiAddress": (_put_address, _take_address),
    "Bytes": (_put_bytes, _take_bytes),
    "Text": (_put_text, _take_text),
    "MachineId": (_put_machine_id, _take_machine_id),
    "Longitude": _coordinate(_LONGITUDES),
    "Latitude": _coordinate(_LATITUDES),
    "Call": (put_call, take_call),
    **{f"Vec<{item}>": _sequence(item) for item in LISTS},
    **{name: _enum(made) for name, made in ENUMS.items()},
    **{name: _struct(made, fields) for name, (made, fields) in STRUCTS.items()},
}

"""Events as they rest in the chain's file: JSON, bytes in hex under a mark of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import EventRecord

_BYTES = "~"


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return {_BYTES: value.hex()}
    if isinstance(value, Address):
        return {_BYTES: value.raw.hex()}
    raise TypeError(type(value).__name__)


_dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_plain).encode


def pack(events: Iterable[EventRecord]) -> bytes | None:
    """The events without height and extrinsic, which stand beside them; None for no events."""
    rows = [(event.pallet, event.name, event.fields) for event in events]
    return _dump(rows).encode() if rows else None


def unpack(data: bytes | None, height: int, extrinsic: int | None) -> tuple[EventRecord, ...]:
    """The events of one extrinsic or hook.

    Raises:
        ValueError: Not what `pack` writes.
    """
    if not data:
        return ()
    return tuple(
        EventRecord(height, extrinsic, str(pallet), str(name), {key: _back(value) for key, value in fields.items()})
        for pallet, name, fields in json.loads(data)
    )


def _back(value: Any) -> object:
    if isinstance(value, list):
        return tuple(_back(item) for item in value)
    if isinstance(value, dict):
        if set(value) == {_BYTES}:
            return bytes.fromhex(value[_BYTES])
        return {key: _back(item) for key, item in value.items()}
    return value

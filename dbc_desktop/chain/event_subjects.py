"""Who stands in an event: one answer for every backend that is asked for what an account or a machine met."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import EventRecord

_MACHINE_ID = re.compile("[0-9a-f]{64}")


def subjects(events: Iterable[EventRecord]) -> set[bytes]:
    """The accounts and machines that stand in these events."""
    found: set[bytes] = set()
    for event in events:
        for value in event.fields.values():
            _collect(value, found)
    return found


def _collect(value: object, found: set[bytes]) -> None:
    if isinstance(value, bytes):
        if len(value) == 32:
            found.add(value)
    elif isinstance(value, str):
        if len(value) == 64 and _MACHINE_ID.fullmatch(value):
            found.add(bytes.fromhex(value))
    elif isinstance(value, Address):
        found.add(value.raw)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)

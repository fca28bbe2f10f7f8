"""By what extrinsics and events are looked up in the chain's file, and how a file without it gets it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.event_subjects import subjects
from dbc_desktop.chain.local.event_codec import unpack
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.rules.catalogue import SPECS, spec_of

PLACE_BITS = 20
"""The place of an extrinsic is its height, then its position in this many bits: rows are only ever appended."""

_GROUP_BITS = PLACE_BITS + 1
FIRST_RANK, LAST_RANK = 0, (1 << _GROUP_BITS) - 1
"""Events lie in groups: what hooks left before the extrinsics, what each extrinsic left, what hooks left after."""

ALL_CALLS = tuple(spec.pallet_index << 8 | spec.index for spec in SPECS)
"""The numbers of all calls that a block can hold."""

_ROWS_AT_ONCE = 2_000

TABLES = (
    "ALTER TABLE extrinsics ADD COLUMN signer BLOB",
    "ALTER TABLE extrinsics ADD COLUMN call INTEGER",
    "CREATE TABLE event_names (id INTEGER PRIMARY KEY, pallet TEXT NOT NULL, name TEXT NOT NULL,"
    " UNIQUE (pallet, name)) STRICT",
    "CREATE TABLE event_kinds (name INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (name, place))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE event_subjects (subject BLOB NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (subject, place))"
    " STRICT, WITHOUT ROWID",
)

INDICES = (
    "CREATE INDEX extrinsics_by_signer ON extrinsics (signer, call, place, pallet)",
    "CREATE INDEX extrinsics_by_call ON extrinsics (call, place, pallet)",
    "CREATE INDEX extrinsics_refused ON extrinsics (place) WHERE pallet IS NOT NULL",
    "CREATE INDEX blocks_with_events ON blocks (height) WHERE event_num > 0",
)


def group_place(height: int, rank: int) -> int:
    """Where a group of events lies; `rank` of extrinsic n is n + 1."""
    return height << _GROUP_BITS | rank


def group_of(place: int) -> tuple[int, int]:
    """Height and rank of a group."""
    return place >> _GROUP_BITS, place & LAST_RANK


def call_number(call: Call) -> int:
    """The call as one number: its pallet's index, then its own (chain-rules 1.4)."""
    spec = spec_of(call)
    return spec.pallet_index << 8 | spec.index


def call_numbers(pallet: str | None, call: str | None) -> tuple[int, ...] | None:
    """The numbers of all calls of these names; None where any will do."""
    if pallet is None and call is None:
        return None
    return tuple(
        spec.pallet_index << 8 | spec.index
        for spec in SPECS
        if pallet in (None, spec.pallet) and call in (None, spec.name)
    )


class EventIndex:
    """Writes which groups hold which events; `begin` and `commit` are the owner's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names: dict[tuple[str, str], int] = {}

    def forget(self) -> None:
        """What was written since `begin` is gone."""
        self._names.clear()

    def add(self, groups: Sequence[tuple[int, Sequence[EventRecord]]]) -> None:
        """Write down groups by their places."""
        kinds = [
            (self._name(pallet, name), place)
            for place, events in groups
            for pallet, name in {(event.pallet, event.name) for event in events}
        ]
        about = [(subject, place) for place, events in groups for subject in subjects(events)]
        self._connection.executemany("INSERT INTO event_kinds VALUES (?, ?)", kinds)
        self._connection.executemany("INSERT INTO event_subjects VALUES (?, ?)", about)

    def _name(self, pallet: str, name: str) -> int:
        known = self._names.get((pallet, name))
        if known is None:
            self._connection.execute("INSERT OR IGNORE INTO event_names (pallet, name) VALUES (?, ?)", (pallet, name))
            row = self._connection.execute(
                "SELECT id FROM event_names WHERE pallet = ? AND name = ?", (pallet, name)
            ).fetchone()
            known = self._names[pallet, name] = int(row[0])
        return known


def add_to_file_of_version_1(connection: sqlite3.Connection) -> None:
    """Make the tables and fill them from what the file holds; what cannot be read stays out of the lookup."""
    for statement in TABLES:
        connection.execute(statement)
    index = EventIndex(connection)
    last = -1
    while rows := connection.execute(
        "SELECT place, body, events FROM extrinsics WHERE place > ? ORDER BY place LIMIT ?", (last, _ROWS_AT_ONCE)
    ).fetchall():
        last = rows[-1][0]
        connection.executemany(
            "UPDATE extrinsics SET signer = ?, call = ? WHERE place = ?",
            [_keys(body, place) for place, body, _ in rows],
        )
        index.add(
            [
                (group_place(place >> PLACE_BITS, (place & (1 << PLACE_BITS) - 1) + 1), _read(events))
                for place, _, events in rows
            ]
        )
    last = -1
    while blocks := connection.execute(
        "SELECT height, first_events, last_events FROM blocks WHERE height > ? AND event_num > 0 ORDER BY height"
        " LIMIT ?",
        (last, _ROWS_AT_ONCE),
    ).fetchall():
        last = blocks[-1][0]
        index.add([(group_place(height, FIRST_RANK), _read(first)) for height, first, _ in blocks])
        index.add([(group_place(height, LAST_RANK), _read(after)) for height, _, after in blocks])
    for statement in INDICES:
        connection.execute(statement)


def _keys(body: bytes, place: int) -> tuple[bytes | None, int | None, int]:
    try:
        decoded = codec.decode(body)
    except InvalidTransaction:
        return None, None, place
    return decoded.signer, call_number(decoded.call), place


def _read(packed: bytes | None) -> tuple[EventRecord, ...]:
    try:
        return unpack(packed, 0, None)
    except (ValueError, TypeError, AttributeError):
        return ()

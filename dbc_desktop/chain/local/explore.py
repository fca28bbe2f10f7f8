"""The past of the embedded chain in pages: extrinsics and events by filters, each page from an index."""
# ruff: noqa: S608 - the statements are put together from literals of this file, values are bound

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.event_subjects import subjects
from dbc_desktop.chain.local import lookup
from dbc_desktop.chain.local.lookup import PLACE_BITS
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import DataCorrupt, InvalidTransaction
from dbc_desktop.domain.explorer import (
    HIGHEST,
    Argument,
    EventPage,
    EventQuery,
    ExtrinsicDetail,
    ExtrinsicPage,
    ExtrinsicQuery,
    ExtrinsicRow,
    Mark,
)
from dbc_desktop.rules.catalogue import spec_of

MOST_ROWS = 500
"""No page holds more."""

_MOST_COUNTED = 100_000
_GROUPS_AT_ONCE = 64
_RARE = 2_000
_MOST_GROUPS = 300
"""So many groups are opened for one page; where few of their events match, the page is short and can be read on."""

_Row = tuple[int, bytes, bytes, str | None, str | None, bytes, bytes | None]
_COLUMNS = "place, hash, body, pallet, error, fee, events"


def extrinsic_page(store: Store, query: ExtrinsicQuery, limit: int, after: Mark | None) -> ExtrinsicPage:
    """Extrinsics that match, newest first; counted on the first page where they are not too many."""
    limit = max(1, min(limit, MOST_ROWS))
    low, high = query.from_height << PLACE_BITS, (min(query.to_height, HIGHEST) + 1) << PLACE_BITS
    if after is not None:
        high = min(high, after[0])
    conditions = _conditions(store, query)
    streams = [_places(store, where, values, low, high, limit + 1) for where, values in conditions]
    places = list(heapq.merge(*streams, reverse=True))[: limit + 1]
    rows = _at(store, places[:limit])
    older = (places[limit - 1],) if len(places) > limit else None
    total = None if after is not None else _count(store, conditions, low, high, query.succeeded is False)
    return ExtrinsicPage(rows, older, total)


def extrinsic_detail(store: Store, tx_hash: bytes) -> ExtrinsicDetail | None:
    """One extrinsic by its hash, with all that its bytes say."""
    return _detail(store, store.first(f"SELECT {_COLUMNS} FROM extrinsics WHERE hash = ?", (tx_hash,)))


def extrinsic_at(store: Store, height: int, position: int) -> ExtrinsicDetail | None:
    """One extrinsic by its place."""
    if not 0 <= height <= HIGHEST or not 0 <= position < 1 << PLACE_BITS:
        return None
    place = height << PLACE_BITS | position
    return _detail(store, store.first(f"SELECT {_COLUMNS} FROM extrinsics WHERE place = ?", (place,)))


def event_page(store: Store, query: EventQuery, limit: int, after: Mark | None) -> EventPage:
    """Events that match, newest first; a mark is a group and how many of its events are left."""
    limit = max(1, min(limit, MOST_ROWS))
    low = lookup.group_place(query.from_height, lookup.FIRST_RANK)
    high = lookup.group_place(min(query.to_height, HIGHEST), lookup.LAST_RANK) + 1
    if after is not None:
        high = min(high, after[0] + 1)
    found: list[EventRecord] = []
    for opened, place in enumerate(_groups(store, query, low, high)):
        events = _group(store, place)
        at = after[1] if after is not None and place == after[0] else len(events)
        if opened == _MOST_GROUPS:
            return EventPage(tuple(found), (place, at))
        for index in reversed(range(at)):
            if _matches(events[index], query):
                if len(found) == limit:
                    return EventPage(tuple(found), (place, index + 1))
                found.append(events[index])
    return EventPage(tuple(found), None)


def groups_about(
    store: Store, subject: bytes, names: Iterable[tuple[str, str]] | None, high: int
) -> Iterator[tuple[int, tuple[EventRecord, ...]]]:
    """Groups of events with `subject` in them, below the place `high`, newest first, each with its place.

    Args:
        store: The chain's file.
        subject: An account, or a machine by its own key.
        names: Only groups with one of these events (pallet and name); None for all.
        high: A place as `lookup.group_place` makes it.
    """
    if names is None:
        places = _looked_up(store, "event_subjects", "subject = ?", (subject,), 0, high)
    else:
        wanted = frozenset(names)
        rows = store.query("SELECT id, pallet, name FROM event_names", ())
        places = _groups_of_both(store, [row[0] for row in rows if (row[1], row[2]) in wanted], subject, 0, high)
    return ((place, _group(store, place)) for place in places)


# --- extrinsics -------------------------------------------------------------------------------------------------------


_Condition = tuple[str, tuple[object, ...]]


def _conditions(store: Store, query: ExtrinsicQuery) -> list[_Condition]:
    """One condition a stream, each sorted by place in its index: one a call, but for a page of everything."""
    calls = lookup.call_numbers(query.pallet, query.call)
    refused = {None: "", True: " AND pallet IS NULL", False: " AND pallet IS NOT NULL"}[query.succeeded]
    if query.signer is not None:
        where = "INDEXED BY extrinsics_by_signer WHERE signer = ? AND call = ?" + refused
        wanted = frozenset(lookup.ALL_CALLS if calls is None else calls)
        return [(where, (query.signer.raw, number)) for number in _calls_of(store, query.signer) if number in wanted]
    if calls is not None:
        return [("INDEXED BY extrinsics_by_call WHERE call = ?" + refused, (number,)) for number in calls]
    return [("WHERE TRUE" + refused, ())]


def _calls_of(store: Store, signer: Address) -> list[int]:
    """The numbers of the calls that an account ever signed: from one to the next in the index, whatever their count."""
    least = "SELECT min(call) FROM extrinsics INDEXED BY extrinsics_by_signer WHERE signer = ?1"
    rows = store.query(
        f"WITH RECURSIVE found (call) AS (SELECT ({least}) UNION ALL"
        f" SELECT ({least} AND call > found.call) FROM found WHERE found.call IS NOT NULL)"
        " SELECT call FROM found WHERE call IS NOT NULL",
        (signer.raw,),
    )
    return [row[0] for row in rows]


def _places(store: Store, where: str, values: tuple[object, ...], low: int, high: int, limit: int) -> list[int]:
    rows = store.query(
        f"SELECT place FROM extrinsics {where} AND place >= ? AND place < ? ORDER BY place DESC LIMIT ?",
        (*values, low, high, limit),
    )
    return [row[0] for row in rows]


def _count(store: Store, conditions: list[_Condition], low: int, high: int, only_refused: bool) -> int | None:
    total = 0
    everywhere = low == 0 and high == (HIGHEST + 1) << PLACE_BITS
    between, bounds = ("", ()) if everywhere else (" AND place >= ? AND place < ?", (low, high))
    for where, values in conditions:
        if where.startswith("WHERE TRUE") and not only_refused:
            # The rows themselves are long; an index says as much.
            where = "INDEXED BY extrinsics_by_call " + where
        found = store.first(
            f"SELECT count(*) FROM (SELECT 1 FROM extrinsics {where}{between} LIMIT ?)",
            (*values, *bounds, _MOST_COUNTED + 1 - total),
        )
        total += 0 if found is None else found[0]
        if total > _MOST_COUNTED:
            return None
    return total


def _at(store: Store, places: list[int]) -> tuple[ExtrinsicRow, ...]:
    """The extrinsics at these places, in their order."""
    marks = ",".join("?" * len(places))
    rows = store.query(f"SELECT {_COLUMNS} FROM extrinsics WHERE place IN ({marks})", tuple(places))
    found = {row[0]: row for row in rows}
    if len(found) < len(places):
        raise DataCorrupt(store.path, f"no extrinsic {next(place for place in places if place not in found)}")
    return tuple(_row(store, row, _decoded(store, row)) for row in map(found.__getitem__, places))


def _decoded(store: Store, row: _Row) -> codec.DecodedExtrinsic:
    try:
        return codec.decode(row[2])
    except InvalidTransaction as error:
        raise DataCorrupt(store.path, f"extrinsic of block {row[0] >> PLACE_BITS}") from error


def _row(store: Store, row: _Row, decoded: codec.DecodedExtrinsic) -> ExtrinsicRow:
    place, tx_hash, _, pallet, error, fee, events = row
    height, position = place >> PLACE_BITS, place & ((1 << PLACE_BITS) - 1)
    call, spec = decoded.call, spec_of(decoded.call)
    return ExtrinsicRow(
        height,
        position,
        tx_hash,
        Address(decoded.signer),
        call.pallet,
        call.name,
        tuple(Argument(name, kind, value) for (name, kind), value in zip(spec.args, call.args, strict=True)),
        Balance(int.from_bytes(fee)),
        None if pallet is None else (pallet, error or ""),
        store.unpacked(events, height, position),
    )


def _detail(store: Store, row: _Row | None) -> ExtrinsicDetail | None:
    if row is None:
        return None
    decoded = _decoded(store, row)
    height = row[0] >> PLACE_BITS
    block = store.last_block(height)
    if block is None or block[0] != height:
        raise DataCorrupt(store.path, f"no block {height}")
    return ExtrinsicDetail(
        _row(store, row, decoded), block[1], decoded.nonce, Balance(decoded.tip), len(row[2]), decoded.era.period
    )


# --- events -----------------------------------------------------------------------------------------------------------


def _groups(store: Store, query: EventQuery, low: int, high: int) -> Iterator[int]:
    """Places of the groups that may hold a match, newest first."""
    if query.pallet is None and query.name is None:
        if query.subject is None:
            return _all_groups(store, low, high)
        return _looked_up(store, "event_subjects", "subject = ?", (query.subject,), low, high)
    names = [
        number
        for (number,) in store.query(
            "SELECT id FROM event_names WHERE pallet = coalesce(?, pallet) AND name = coalesce(?, name)",
            (query.pallet, query.name),
        )
    ]
    if query.subject is not None:
        return _groups_of_both(store, names, query.subject, low, high)
    streams = [_looked_up(store, "event_kinds", "name = ?", (number,), low, high) for number in names]
    return _without_repeats(heapq.merge(*streams, reverse=True))


def _groups_of_both(store: Store, names: list[int], subject: bytes, low: int, high: int) -> Iterator[int]:
    """Groups with one of the names and the subject: from the names where these are rare, else from the subject."""
    of_names = f"name IN ({', '.join(map(str, names))})"
    seldom = store.query(
        f"SELECT place FROM event_kinds k WHERE {of_names} AND place >= ? AND place < ? LIMIT ?", (low, high, _RARE)
    )
    if len(seldom) < _RARE:
        rows = store.query(
            f"SELECT DISTINCT place FROM event_kinds k WHERE {of_names} AND place >= ? AND place < ?"
            " AND EXISTS (SELECT 1 FROM event_subjects s WHERE s.subject = ? AND s.place = k.place)"
            " ORDER BY place DESC",
            (low, high, subject),
        )
        return (place for (place,) in rows)
    both = f"subject = ? AND EXISTS (SELECT 1 FROM event_kinds k WHERE {of_names} AND k.place = s.place)"
    return _looked_up(store, "event_subjects s", both, (subject,), low, high)


def _looked_up(store: Store, table: str, where: str, values: tuple[object, ...], low: int, high: int) -> Iterator[int]:
    while True:
        rows = store.query(
            f"SELECT place FROM {table} WHERE {where} AND place >= ? AND place < ? ORDER BY place DESC LIMIT ?",
            (*values, low, high, _GROUPS_AT_ONCE),
        )
        for (place,) in rows:
            yield place
        if len(rows) < _GROUPS_AT_ONCE:
            return
        high = rows[-1][0]


def _all_groups(store: Store, low: int, high: int) -> Iterator[int]:
    """Every group of each block that has events."""
    height = lookup.group_of(high - 1)[0]
    while True:
        blocks = store.query(
            "SELECT height, extrinsic_num FROM blocks INDEXED BY blocks_with_events"
            " WHERE event_num > 0 AND height <= ? ORDER BY height DESC LIMIT ?",
            (height, _GROUPS_AT_ONCE),
        )
        for own_height, extrinsics in blocks:
            top = lookup.group_place(own_height, lookup.LAST_RANK)
            if low <= top < high:
                yield top
            start = min(extrinsics, high - 1 - lookup.group_place(own_height, 0))
            for rank in range(start, -1, -1):
                if lookup.group_place(own_height, rank) < low:
                    return
                yield lookup.group_place(own_height, rank)
        if len(blocks) < _GROUPS_AT_ONCE:
            return
        height = blocks[-1][0] - 1


def _without_repeats(places: Iterator[int]) -> Iterator[int]:
    last = None
    for place in places:
        if place != last:
            yield place
        last = place


def _group(store: Store, place: int) -> tuple[EventRecord, ...]:
    height, rank = lookup.group_of(place)
    if rank in (lookup.FIRST_RANK, lookup.LAST_RANK):
        column = "first_events" if rank == lookup.FIRST_RANK else "last_events"
        row = store.first(f"SELECT {column} FROM blocks WHERE height = ?", (height,))
        return store.unpacked(row[0] if row else None, height, None)
    row = store.first("SELECT events FROM extrinsics WHERE place = ?", (height << PLACE_BITS | rank - 1,))
    return store.unpacked(row[0] if row else None, height, rank - 1)


def _matches(event: EventRecord, query: EventQuery) -> bool:
    return (
        query.pallet in (None, event.pallet)
        and query.name in (None, event.name)
        and (query.subject is None or query.subject in subjects((event,)))
    )

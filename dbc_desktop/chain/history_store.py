"""What this program saw of accounts on a chain whose past it cannot look into: movements, and which heights were read.

One file for all real networks, told apart by their genesis hash. A backend feeds it with the events of each block that
it reads, in whatever order they come; feeding a block twice changes nothing, and what left the chain is taken out.
"""
# ruff: noqa: S608 - as many question marks as kinds, values are bound

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from dbc_desktop.chain.account_history import accounts_in, movements
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.explorer import HIGHEST, Mark
from dbc_desktop.domain.history import Flow, HistoryKind, HistoryPage, MoneyRow
from dbc_desktop.storage.sqlite import open_database, transaction, translated

MOST_ROWS = 1_000
"""No page holds more."""

_HOOKS_FIRST = -1
_NUMBER_BITS, _POSITION_BITS = 11, 20
_MOST_OF_ONE = 1 << _NUMBER_BITS
_MIGRATIONS = (
    """
    CREATE TABLE movement (
        genesis BLOB NOT NULL,
        account BLOB NOT NULL,
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        row TEXT NOT NULL,
        PRIMARY KEY (genesis, account, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX movement_by_kind ON movement (genesis, account, kind, place);
    CREATE TABLE seen (
        genesis BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (genesis, first)
    ) STRICT, WITHOUT ROWID;
    """,
)


class HistoryStore:
    """One SQLite file; callable from any thread.

    Raises (all methods):
        DataUnwritable: The folder is read-only or the disk is full.
        DataCorrupt: The file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection = open_database(path, _MIGRATIONS, synchronous="NORMAL")

    def add_block(
        self, genesis: bytes, height: int, events: Sequence[EventRecord], accounts: Iterable[Address] | None = None
    ) -> int:
        """Take in all events of the block at `height`, in order, in the place of what was known of it.

        Args:
            genesis: Hash of the chain's block 0.
            height: Of the block.
            events: All of its events, in order.
            accounts: Whose movements are kept; None keeps everybody's.

        Returns:
            How many movements it held.
        """
        wanted = accounts_in(events) if accounts is None else frozenset(accounts) & accounts_in(events)
        values = [
            (genesis, account.raw, _place(row), row.kind.value, _packed(row))
            for account in wanted
            for group in _groups(events)
            for row in movements(group, account)[:_MOST_OF_ONE]
        ]
        low, high = _bounds(height, height)
        with self._lock, transaction(self._connection, self._path) as connection:
            connection.execute("DELETE FROM movement WHERE genesis = ? AND place BETWEEN ? AND ?", (genesis, low, high))
            connection.executemany("INSERT OR REPLACE INTO movement VALUES (?, ?, ?, ?, ?)", values)
            self._note_seen(genesis, height, height)
        return len(values)

    def forget_above(self, genesis: bytes, height: int) -> None:
        """The blocks above `height` left the chain: what they held, and that they were read, is forgotten."""
        with self._lock, transaction(self._connection, self._path) as connection:
            low, high = _bounds(height + 1, HIGHEST)
            connection.execute("DELETE FROM movement WHERE genesis = ? AND place BETWEEN ? AND ?", (genesis, low, high))
            connection.execute("DELETE FROM seen WHERE genesis = ? AND first > ?", (genesis, height))
            connection.execute("UPDATE seen SET last = ? WHERE genesis = ? AND last > ?", (height, genesis, height))

    def gaps(self, genesis: bytes, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """The heights from `first` to `last` that were never read, as pairs of both ends, lowest first."""
        found, at = [], first
        for begin, end in self._seen(genesis):
            if end < at:
                continue
            if begin > last:
                break
            if begin > at:
                found.append((at, begin - 1))
            at = end + 1
        if at <= last:
            found.append((at, last))
        return tuple(found)

    def known_from(self, genesis: bytes) -> int | None:
        """The lowest height from which on every block up to the newest that was read is known; None before any."""
        seen = self._seen(genesis)
        return seen[-1][0] if seen else None

    def page(
        self, genesis: bytes, account: Address, before: Mark | None, limit: int, kinds: Iterable[HistoryKind] | None
    ) -> HistoryPage:
        """Movements of `account`, newest first."""
        limit = max(1, min(limit, MOST_ROWS))
        wanted = frozenset(HistoryKind if kinds is None else kinds)
        below = 2**63 - 1 if before is None else before[0]
        marks = ", ".join("?" * len(wanted))
        sql = (
            "SELECT place, row FROM movement WHERE genesis = ? AND account = ? AND place < ?"
            f" AND kind IN ({marks}) ORDER BY place DESC LIMIT ?"
        )
        values = (genesis, account.raw, below, *(kind.value for kind in wanted), limit + 1)
        with self._lock, translated(self._path):
            rows = self._connection.execute(sql, values).fetchall()
        older = (rows[limit - 1][0],) if len(rows) > limit else None
        return HistoryPage(tuple(self._unpacked(row) for _, row in rows[:limit]), older, self.known_from(genesis) or 0)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _seen(self, genesis: bytes) -> list[tuple[int, int]]:
        with self._lock, translated(self._path):
            return self._connection.execute(
                "SELECT first, last FROM seen WHERE genesis = ? ORDER BY first", (genesis,)
            ).fetchall()

    def _note_seen(self, genesis: bytes, first: int, last: int) -> None:
        """Ranges that touch become one."""
        touching = self._connection.execute(
            "SELECT first, last FROM seen WHERE genesis = ? AND first <= ? AND last >= ?",
            (genesis, last + 1, first - 1),
        ).fetchall()
        for begin, end in touching:
            first, last = min(first, begin), max(last, end)
            self._connection.execute("DELETE FROM seen WHERE genesis = ? AND first = ?", (genesis, begin))
        self._connection.execute("INSERT INTO seen VALUES (?, ?, ?)", (genesis, first, last))

    def _unpacked(self, text: str) -> MoneyRow:
        try:
            height, extrinsic, number, kind, flow, amount, other, subject, pallet, name = json.loads(text)
            return MoneyRow(
                int(height),
                None if extrinsic is None else int(extrinsic),
                int(number),
                HistoryKind(kind),
                Flow(flow),
                Balance(int(amount)),
                None if other is None else Address(bytes.fromhex(other)),
                str(subject),
                (str(pallet), str(name)),
            )
        except (ValueError, TypeError) as error:
            raise DataCorrupt(self._path, "a movement") from error


def _groups(events: Sequence[EventRecord]) -> Iterable[Sequence[EventRecord]]:
    """The events of each extrinsic, and those that the chain left by itself."""
    found: dict[int | None, list[EventRecord]] = {}
    for event in events:
        found.setdefault(event.extrinsic, []).append(event)
    return found.values()


def _place(row: MoneyRow) -> int:
    """Where a movement stands: height, position (the chain's own acts first), number."""
    position = (_HOOKS_FIRST if row.extrinsic is None else row.extrinsic) + 1
    return (row.height << _POSITION_BITS | position) << _NUMBER_BITS | row.number


def _bounds(first: int, last: int) -> tuple[int, int]:
    bits = _POSITION_BITS + _NUMBER_BITS
    return first << bits, min(((last + 1) << bits) - 1, 2**63 - 1)


def _packed(row: MoneyRow) -> str:
    other = None if row.other is None else row.other.raw.hex()
    values = [row.height, row.extrinsic, row.number, row.kind.value, row.flow.value, str(row.amount.units), other]
    return json.dumps([*values, row.subject, *row.source], separators=(",", ":"), ensure_ascii=False)

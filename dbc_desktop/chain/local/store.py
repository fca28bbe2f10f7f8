"""The embedded chain's one file: whole blocks, their extrinsics and events, the state they led to, and the books."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.chain.local import lookup
from dbc_desktop.chain.local.event_codec import pack, unpack
from dbc_desktop.chain.local.lookup import PLACE_BITS as _PLACE_BITS
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord, Receipt, TxStatus
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.network import BlockSummary
from dbc_desktop.rules import reward_page
from dbc_desktop.rules.engine import BlockOutcome, CallOutcome, HistoryRow, SignedCall
from dbc_desktop.storage.sqlite import Migration, open_database, translated

FILE_NAME = "chain.sqlite3"
_MAX_PAGE = 1_000

_MIGRATIONS: tuple[Migration, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE blocks (
        height INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        parent_hash BLOB NOT NULL,
        extrinsics_root BLOB NOT NULL,
        digest BLOB NOT NULL,
        extrinsic_num INTEGER NOT NULL,
        event_num INTEGER NOT NULL,
        first_events BLOB,
        last_events BLOB
    ) STRICT;
    CREATE TABLE extrinsics (
        place INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        body BLOB NOT NULL,
        pallet TEXT,
        error TEXT,
        fee BLOB NOT NULL,
        events BLOB
    ) STRICT;
    CREATE TABLE state (
        map TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (map, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rewards (
        era INTEGER NOT NULL, machine BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (era, machine)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE history (
        kind TEXT NOT NULL, subject TEXT NOT NULL, number INTEGER NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (kind, subject, number)
    ) STRICT, WITHOUT ROWID;
    """,
    lookup.add_to_file_of_version_1,
    # Rewards are kept in pages, one for each block that paid; the table `rewards` holds those of older files only.
    """
    CREATE TABLE payouts (height INTEGER PRIMARY KEY, first BLOB NOT NULL, page BLOB NOT NULL) STRICT;
    """,
)


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block with what went into it."""

    height: int
    hash: bytes
    parent_hash: bytes
    extrinsics_root: bytes
    digest: bytes
    bodies: tuple[bytes, ...]
    outcomes: tuple[CallOutcome, ...]


def block_hash(parent_hash: bytes, height: int, root: bytes, digest: bytes) -> bytes:
    """The hash of a block: of its parent's hash, its height, its extrinsics' root and the digest of the state."""
    return blake2_256(b"".join((parent_hash, height.to_bytes(4, "little"), root, digest)))


def extrinsics_root(hashes: Sequence[bytes]) -> bytes:
    """The hash over the hashes of a block's extrinsics, in order."""
    return blake2_256(len(hashes).to_bytes(4, "little") + b"".join(hashes))


class Store:
    """The file, for one writer or for reading beside it; callable from any thread, one at a time.

    Raises (all methods):
        DataCorrupt: The file is damaged.
        DataUnwritable: The folder is read-only or the disk is full.
    """

    def __init__(self, folder: Path, *, name: str = FILE_NAME, read_only: bool = False) -> None:
        self.path = folder / name
        self.lock = threading.RLock()
        self._connection = open_database(self.path, _MIGRATIONS, synchronous="FULL", read_only=read_only)
        self._event_index = lookup.EventIndex(self._connection)

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._connection.close()

    # --- writing: between `begin` and `commit`, inside `translated` of the owner (a block must not cost ten of them) -

    def begin(self) -> None:
        """Start a commit, where none is open; nothing of it is seen by others before `commit`."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make all since `begin` durable."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget all since `begin`."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
            self._event_index.forget()

    def take_over(self, path: Path) -> None:
        """Have the content of another chain's file instead of the present one, at once or not at all.

        Readers beside this process see the one or the other. Written through SQLite: a file that is replaced while
        somebody reads would meet the old one's log.
        """
        with self.lock:
            self.rollback()
            self._event_index.forget()
            with translated(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as other:
                other.backup(self._connection)

    def add_block(
        self,
        parent_hash: bytes,
        outcome: BlockOutcome,
        bodies: Sequence[bytes],
        hashes: Sequence[bytes],
        calls: Sequence[SignedCall],
    ) -> bytes:
        """Write a block, its extrinsics and events, not its state rows; its hash."""
        height = outcome.height
        root = extrinsics_root(hashes)
        own_hash = block_hash(parent_hash, height, root, outcome.digest)
        first, by_extrinsic, last = _grouped(outcome.events, len(bodies))
        self._connection.execute(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                height,
                own_hash,
                parent_hash,
                root,
                outcome.digest,
                len(bodies),
                len(outcome.events),
                pack(first),
                pack(last),
            ),
        )
        if bodies:
            place = height << _PLACE_BITS
            self._connection.executemany(
                "INSERT INTO extrinsics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        place + at,
                        hashes[at],
                        body,
                        *(done.error or (None, None)),
                        done.fee.to_bytes(16),
                        pack(own),
                        calls[at].signer,
                        lookup.call_number(calls[at].call),
                    )
                    for at, (body, done, own) in enumerate(zip(bodies, outcome.outcomes, by_extrinsic, strict=True))
                ],
            )
        if outcome.events:
            groups = [first, *by_extrinsic]
            self._event_index.add(
                [(lookup.group_place(height, rank), own) for rank, own in enumerate(groups) if own]
                + [(lookup.group_place(height, lookup.LAST_RANK), last)]
            )
        return own_hash

    def add_genesis(self, genesis_hash: bytes, digest: bytes) -> None:
        """Write block 0."""
        self._connection.execute(
            "INSERT INTO blocks VALUES (0, ?, ?, ?, ?, 0, 0, NULL, NULL)",
            (genesis_hash, bytes(32), extrinsics_root(()), digest),
        )

    def put_state(self, changes: dict[tuple[str, bytes], bytes | None]) -> None:
        """Write the last value of each changed row."""
        puts = [(name, key, value) for (name, key), value in changes.items() if value is not None]
        drops = [row for row, value in changes.items() if value is None]
        self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", puts)
        self._connection.executemany("DELETE FROM state WHERE map = ? AND key = ?", drops)

    def put_history(self, rows: Sequence[HistoryRow]) -> None:
        """Write lines into the books: payouts by block, so that they append; the others by whom they are about."""
        pages = [(row.index, bytes.fromhex(row.subject), row.value) for row in rows if row.kind == reward_page.KIND]
        others = [(row.kind, row.subject, row.index, row.value) for row in rows if row.kind != reward_page.KIND]
        self._connection.executemany("INSERT OR REPLACE INTO payouts VALUES (?, ?, ?)", pages)
        self._connection.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", others)

    def put_meta(self, key: str, value: bytes) -> None:
        """Write one named value."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def drop_meta(self, key: str) -> None:
        """Remove one named value."""
        self._connection.execute("DELETE FROM meta WHERE key = ?", (key,))

    # --- reading ------------------------------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside it is of one commit; for the reader beside a writer."""
        with self.lock, translated(self.path):
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def data_version(self) -> int:
        """A number that changes when another process committed."""
        return int(self._one("PRAGMA data_version")[0])

    def meta(self, key: str) -> bytes | None:
        """One named value."""
        found = self.first("SELECT value FROM meta WHERE key = ?", (key,))
        return None if found is None else bytes(found[0])

    def meta_items(self, prefix: str) -> list[tuple[str, bytes]]:
        """All named values whose name begins with `prefix`."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self.query("SELECT key, value FROM meta WHERE key >= ? AND key < ? ORDER BY key", (prefix, end))

    def last_block(self, height: int) -> tuple[int, bytes, bytes] | None:
        """Height, hash and digest of the newest block at or below `height`."""
        return self.first(
            "SELECT height, hash, digest FROM blocks WHERE height <= ? ORDER BY height DESC LIMIT 1", (height,)
        )

    def state_rows(self) -> list[tuple[str, bytes, bytes]]:
        """The whole state, sorted by map and key."""
        return self.query("SELECT map, key, value FROM state ORDER BY map, key", ())

    def history(self, kind: str, subject: str) -> tuple[HistoryRow, ...]:
        """Other lines of the books, by number."""
        rows = self.query(
            "SELECT number, value FROM history WHERE kind = ? AND subject = ? ORDER BY number", (kind, subject)
        )
        return tuple(HistoryRow(kind, subject, number, value) for number, value in rows)

    def history_number(self, kind: str, number: int) -> HistoryRow | None:
        """The line of this number, whoever it is about."""
        found = self.first("SELECT subject, value FROM history WHERE kind = ? AND number = ?", (kind, number))
        return None if found is None else HistoryRow(kind, found[0], number, found[1])

    def receipt(self, tx_hash: bytes) -> Receipt | None:
        """What became of an extrinsic; every stored block is final here."""
        found = self.first("SELECT place, pallet, error, fee, events FROM extrinsics WHERE hash = ?", (tx_hash,))
        if found is None:
            return None
        place, pallet, error, fee, events = found
        height, position = place >> _PLACE_BITS, place & ((1 << _PLACE_BITS) - 1)
        status = TxStatus.REJECTED if pallet == "InvalidTransaction" else TxStatus.FINALISED
        return Receipt(
            tx_hash,
            status,
            height,
            Balance(int.from_bytes(fee)),
            None if pallet is None else (pallet, error),
            self.unpacked(events, height, position),
        )

    def has_extrinsic(self, tx_hash: bytes) -> bool:
        """Whether a block holds it."""
        return self.first("SELECT 1 FROM extrinsics WHERE hash = ?", (tx_hash,)) is not None

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        """Blocks below height `before`, newest first, at most 1,000."""
        rows = self.query(
            "SELECT height, hash, parent_hash, extrinsic_num, event_num FROM blocks WHERE height < ?"
            " ORDER BY height DESC LIMIT ?",
            (before, max(0, min(limit, _MAX_PAGE))),
        )
        return tuple(BlockSummary(*row) for row in rows)

    def events(self, height: int) -> tuple[EventRecord, ...]:
        """The events of one block, in order."""
        block = self.first("SELECT first_events, last_events FROM blocks WHERE height = ?", (height,))
        if block is None:
            return ()
        found = list(self.unpacked(block[0], height, None))
        rows = self.query(
            "SELECT events FROM extrinsics WHERE place >= ? AND place < ? ORDER BY place", _places(height)
        )
        for position, (events,) in enumerate(rows):
            found += self.unpacked(events, height, position)
        return (*found, *self.unpacked(block[1], height, None))

    def block_heights(self, above: int = -1) -> Iterator[int]:
        """Heights of all blocks above one, ascending; read on as they are taken."""
        while rows := self.query("SELECT height FROM blocks WHERE height > ? ORDER BY height LIMIT 1000", (above,)):
            for (above,) in rows:
                yield above

    def block_count(self) -> int:
        """How many blocks there are, genesis included."""
        return int(self._one("SELECT count(*) FROM blocks")[0])

    def block(self, height: int) -> StoredBlock:
        """One block with its extrinsics.

        Raises:
            DataCorrupt: There is none.
        """
        found = self.first(
            "SELECT height, hash, parent_hash, extrinsics_root, digest FROM blocks WHERE height = ?", (height,)
        )
        if found is None:
            raise DataCorrupt(self.path, f"no block {height}")
        rows = self.query(
            "SELECT body, pallet, error, fee FROM extrinsics WHERE place >= ? AND place < ? ORDER BY place",
            _places(height),
        )
        outcomes = tuple(
            CallOutcome(None if pallet is None else (pallet, error), int.from_bytes(fee))
            for _, pallet, error, fee in rows
        )
        own_height, own_hash, parent_hash, root, digest = found
        bodies = tuple(row[0] for row in rows)
        return StoredBlock(own_height, own_hash, parent_hash, root, digest, bodies, outcomes)

    def unpacked(self, data: bytes | None, height: int, extrinsic: int | None) -> tuple[EventRecord, ...]:
        """Events as they rest in a row of the file."""
        try:
            return unpack(data, height, extrinsic)
        except (ValueError, TypeError, AttributeError) as error:
            raise DataCorrupt(self.path, f"events of block {height}") from error

    def query(self, sql: str, values: tuple[object, ...]) -> list[tuple]:  # type: ignore[type-arg]
        """All rows; for the modules of this package."""
        with self.lock, translated(self.path):
            return self._connection.execute(sql, values).fetchall()

    def first(self, sql: str, values: tuple[object, ...] = ()) -> tuple | None:  # type: ignore[type-arg]
        """The first row, None where there is none."""
        with self.lock, translated(self.path):
            found: tuple | None = self._connection.execute(sql, values).fetchone()  # type: ignore[type-arg]
            return found

    def _one(self, sql: str) -> tuple:  # type: ignore[type-arg]
        with self.lock, translated(self.path):
            found: tuple = self._connection.execute(sql).fetchone()  # type: ignore[type-arg]
            return found


def _places(height: int) -> tuple[int, int]:
    return height << _PLACE_BITS, (height + 1) << _PLACE_BITS


def _grouped(
    events: Sequence[EventRecord], extrinsics: int
) -> tuple[list[EventRecord], list[list[EventRecord]], list[EventRecord]]:
    """What hooks left before the extrinsics, what each extrinsic left, what hooks left after them."""
    first: list[EventRecord] = []
    last: list[EventRecord] = []
    by_extrinsic: list[list[EventRecord]] = [[] for _ in range(extrinsics)]
    hooks = first
    for event in events:
        if event.extrinsic is None:
            hooks.append(event)
        else:
            by_extrinsic[event.extrinsic].append(event)
            hooks = last
    return first, by_extrinsic, last

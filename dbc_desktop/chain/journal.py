"""The write-ahead journal of transactions: stored before sent, moved forward only, looked up by hash after a crash."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Draft, Receipt, TxStatus
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.storage.sqlite import open_database, transaction, translated

_MIGRATIONS = (
    """
    CREATE TABLE transactions (
        number INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        genesis BLOB NOT NULL,
        signer BLOB NOT NULL,
        extrinsic BLOB NOT NULL,
        status TEXT NOT NULL,
        height INTEGER,
        fee BLOB,
        pallet TEXT,
        error TEXT
    ) STRICT;
    CREATE INDEX transactions_by_status ON transactions (status);
    """,
    """
    ALTER TABLE transactions ADD COLUMN born INTEGER;
    ALTER TABLE transactions ADD COLUMN valid INTEGER;
    """,
)

_RANK = {
    TxStatus.STORED: 0,
    TxStatus.SENT: 1,
    TxStatus.UNKNOWN: 2,
    TxStatus.DROPPED: 2,
    TxStatus.RETRACTED: 2,
    TxStatus.INCLUDED: 3,
    TxStatus.FINALISED: 4,
    TxStatus.EXPIRED: 4,
    TxStatus.REJECTED: 4,
}
_BACK = {
    (TxStatus.INCLUDED, TxStatus.RETRACTED),
    (TxStatus.INCLUDED, TxStatus.INCLUDED),
    (TxStatus.RETRACTED, TxStatus.SENT),
    (TxStatus.DROPPED, TxStatus.SENT),
    (TxStatus.UNKNOWN, TxStatus.DROPPED),
    (TxStatus.DROPPED, TxStatus.UNKNOWN),
    (TxStatus.RETRACTED, TxStatus.DROPPED),
    (TxStatus.UNKNOWN, TxStatus.SENT),
}
"""Steps beside the way forward: a block was taken back, another holds it now, or it was found again in the pool."""

_OPEN = (
    TxStatus.STORED,
    TxStatus.SENT,
    TxStatus.UNKNOWN,
    TxStatus.DROPPED,
    TxStatus.RETRACTED,
    TxStatus.INCLUDED,
)
_COLUMNS = "hash, genesis, signer, extrinsic, status, height, fee, pallet, error, born, valid"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One transaction of this computer."""

    tx_hash: bytes
    genesis_hash: bytes
    signer: bytes
    extrinsic: bytes
    status: TxStatus
    height: int | None
    fee: Balance | None
    error: tuple[str, str] | None
    born: int | None = None
    valid_blocks: int | None = None

    @property
    def call(self) -> Call | None:
        """What it asks for; None where it was written for a runtime with calls that are not in the catalogue."""
        try:
            return codec.decode(self.extrinsic).call
        except InvalidTransaction:
            return None

    def is_over(self, finalised: int) -> bool:
        """Whether no block above this final height can take it any more; False where its birth is not known."""
        if self.born is None or not self.valid_blocks:
            return False
        return finalised >= self.born + self.valid_blocks

    @property
    def receipt(self) -> Receipt:
        """What is known of it; the events stay on the chain."""
        return Receipt(self.tx_hash, self.status, self.height, self.fee, self.error, call=self.call)


class Journal:
    """One SQLite file, durable with every call; callable from any thread.

    Raises (all methods):
        DataUnwritable: The folder is read-only or the disk is full.
        DataCorrupt: The file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection = open_database(path, _MIGRATIONS, synchronous="FULL")

    def store(self, draft: Draft, extrinsic: bytes) -> bytes:
        """Write down what is about to be sent; its hash. Storing the same bytes again changes nothing."""
        tx_hash = codec.hash_of(extrinsic)
        with self._lock, transaction(self._connection, self._path) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO transactions (hash, genesis, signer, extrinsic, status, born, valid)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    tx_hash,
                    draft.context.genesis_hash,
                    draft.signer,
                    extrinsic,
                    TxStatus.STORED.value,
                    draft.context.block_height,
                    draft.valid_blocks,
                ),
            )
        return tx_hash

    def mark(
        self,
        tx_hash: bytes,
        status: TxStatus,
        *,
        height: int | None = None,
        fee: Balance | None = None,
        error: tuple[str, str] | None = None,
    ) -> bool:
        """Move an entry forward; False, and nothing changes, where it is not known or already further.

        What was in a block may be taken back, or stand in another one: `RETRACTED`, or `INCLUDED` at another height.
        """
        with self._lock, transaction(self._connection, self._path) as connection:
            found = connection.execute("SELECT status, height FROM transactions WHERE hash = ?", (tx_hash,)).fetchone()
            if found is None:
                return False
            before = TxStatus(found[0])
            if _RANK[before] >= _RANK[status] and (before, status) not in _BACK:
                return False
            if before is status and found[1] == height:
                return False
            if status is TxStatus.REJECTED and before is TxStatus.INCLUDED:
                return False
            connection.execute(
                "UPDATE transactions SET status = ?, height = ifnull(?, height), fee = ifnull(?, fee),"
                " pallet = ifnull(?, pallet), error = ifnull(?, error) WHERE hash = ?",
                (
                    status.value,
                    height,
                    None if fee is None else fee.units.to_bytes(16),
                    *(error or (None, None)),
                    tx_hash,
                ),
            )
        return True

    def recall(self) -> tuple[JournalEntry, ...]:
        """At the start of a run: what an earlier one stored or sent is unknown until it is looked up; those entries.

        Nobody knows whether the bytes of a stored one left before that run ended.
        """
        marks = "status IN (?, ?)"
        before = (TxStatus.STORED.value, TxStatus.SENT.value)
        found = self._entries(f"WHERE {marks} ORDER BY number", before)
        if found:
            with self._lock, transaction(self._connection, self._path) as connection:
                connection.execute(
                    f"UPDATE transactions SET status = ? WHERE {marks}",  # noqa: S608 - a text of this function
                    (TxStatus.UNKNOWN.value, *before),
                )
        return tuple(replace(entry, status=TxStatus.UNKNOWN) for entry in found)

    def open_entries(self) -> tuple[JournalEntry, ...]:
        """The transactions whose outcome is not known, oldest first."""
        marks = ", ".join("?" * len(_OPEN))
        return self._entries(f"WHERE status IN ({marks}) ORDER BY number", tuple(status.value for status in _OPEN))

    def entries(self, limit: int) -> tuple[JournalEntry, ...]:
        """The newest transactions, newest first."""
        return self._entries("ORDER BY number DESC LIMIT ?", (limit,))

    def receipts(self, limit: int) -> tuple[Receipt, ...]:
        """What is known of the newest transactions, newest first."""
        return tuple(entry.receipt for entry in self.entries(limit))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _entries(self, clause: str, values: tuple[object, ...]) -> tuple[JournalEntry, ...]:
        with self._lock, translated(self._path):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM transactions {clause}",  # noqa: S608 - clauses of this file only
                values,
            ).fetchall()
        return tuple(
            JournalEntry(
                row[0],
                row[1],
                row[2],
                row[3],
                TxStatus(row[4]),
                row[5],
                None if row[6] is None else Balance(int.from_bytes(row[6])),
                None if row[7] is None else (row[7], row[8]),
                row[9],
                row[10],
            )
            for row in rows
        )

"""SQLite databases of this program: how one is opened, migrated and written, and its errors in our own words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from dbc_desktop.domain.errors import ChainBusy, DataCorrupt, DataTooNew, DataUnwritable
from dbc_desktop.storage.files import files_translated, private_folder

Synchronous = Literal["FULL", "NORMAL"]
Migration = str | Callable[[sqlite3.Connection], None]
"""An SQL script, or a function where the new columns cannot be computed in SQL; it runs within the transaction."""

_BUSY_SECONDS = 5.0


def open_database(
    path: Path, migrations: Sequence[Migration], *, synchronous: Synchronous = "FULL", read_only: bool = False
) -> sqlite3.Connection:
    """A connection in WAL mode, brought to the version `len(migrations)`; a new file has mode 0600.

    It may be handed between threads, its owner lets one use it at a time. Write within `transaction`.

    Args:
        path: The database file.
        migrations: SQL scripts or functions; number n brings version n to n + 1. Never change one that was released.
        synchronous: `FULL` for what must outlive a power cut, `NORMAL` for telemetry.
        read_only: Read beside the process that writes; nothing is created or migrated.

    Raises:
        DataCorrupt: Not a database, damaged, or missing where it is only to be read.
        DataTooNew: A newer version of this program wrote it.
        DataUnwritable: Read-only or full; also when only reading and a migration is due.
        ChainBusy: Another process holds it for longer than five seconds.
    """
    if read_only and not path.is_file():
        raise DataCorrupt(path, "missing")
    if not read_only:
        private_folder(path.parent)
        with files_translated(path):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    with translated(path):
        mode = "ro" if read_only else "rw"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_SECONDS, check_same_thread=False
        )
    with ExitStack() as on_failure, translated(path):
        on_failure.callback(connection.close)
        _prepare(connection, path, migrations, synchronous, read_only)
        on_failure.pop_all()
    return connection


# A file at its limit (a quota, the largest file of a disk's format) is refused so; what was written before is whole.
_CANNOT_GROW = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Inside it what SQLite says of the file becomes an error of the tree; our own mistakes in SQL stay bugs.

    Raises:
        DataCorrupt: Damaged, or not a database.
        DataUnwritable: Read-only or full.
        ChainBusy: Another process holds it.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DataCorrupt(path, str(error)) from error
        if code in _CANNOT_GROW:
            raise DataUnwritable(path, "full") from error
        if primary == sqlite3.SQLITE_IOERR:
            raise DataCorrupt(path, "the disk does not answer") from error
        if primary == sqlite3.SQLITE_FULL:
            raise DataUnwritable(path, "full") from error
        if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise DataUnwritable(path, "read_only") from error
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise ChainBusy(path.parent, None) from error
        raise


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """All statements inside it happen, or none; errors are `translated`.

    Raises:
        DataCorrupt: As `translated`.
        DataUnwritable: As `translated`.
        ChainBusy: As `translated`.
    """
    with translated(path):
        connection.execute("BEGIN IMMEDIATE")
        done = False
        try:
            yield connection
            connection.execute("COMMIT")
            done = True
        finally:
            if not done and connection.in_transaction:
                connection.execute("ROLLBACK")


def _prepare(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Migration],
    synchronous: Synchronous,
    read_only: bool,
) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA foreign_keys = ON")
    version = _version(connection)
    if version > len(migrations):
        raise DataTooNew(path, version)
    if read_only:
        if version < len(migrations):
            raise DataUnwritable(path, "read_only")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    if version < len(migrations):
        with transaction(connection, path):
            # Another process may have migrated while this one waited for the lock.
            for number in range(_version(connection), len(migrations)):
                step = migrations[number]
                if isinstance(step, str):
                    for statement in _statements(step):
                        connection.execute(statement)
                else:
                    step(connection)
                connection.execute(f"PRAGMA user_version = {number + 1}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """One by one: `executescript` would commit first and lose the all-or-nothing of a migration."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n;"):
                yield statement
            statement = ""
    if statement.strip(" \n;"):
        yield statement

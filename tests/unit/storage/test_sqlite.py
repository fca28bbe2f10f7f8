"""Databases: migrated, private, and honest about damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import ChainBusy, DataCorrupt, DataTooNew, DataUnwritable
from dbc_desktop.storage.sqlite import open_database, transaction, translated

AsNobody = Callable[[], AbstractContextManager[None]]
FIRST = "CREATE TABLE coin (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX by_text ON coin(text);"
SECOND = "ALTER TABLE coin ADD COLUMN weight INTEGER NOT NULL DEFAULT 7;\nINSERT INTO coin(text) VALUES ('a;b');"


def test_a_new_file_gets_every_migration_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "one.sqlite3"
    connection = open_database(path, (FIRST, SECOND))
    assert connection.execute("SELECT text, weight FROM coin").fetchall() == [("a;b", 7)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}
    connection.close()


def test_an_older_file_gets_what_is_missing_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    connection = open_database(path, (FIRST,), synchronous="NORMAL")
    assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    with transaction(connection, path):
        connection.execute("INSERT INTO coin(text) VALUES ('old')")
    connection.close()
    connection = open_database(path, (FIRST, SECOND))
    assert connection.execute("SELECT text, weight FROM coin ORDER BY id").fetchall() == [("old", 7), ("a;b", 7)]
    connection.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    with pytest.raises(sqlite3.OperationalError):
        open_database(path, (FIRST, "CREATE TABLE other (x); CREATE TABLE other (x);"))
    connection = open_database(path, (FIRST,))
    assert connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall() == [("coin",)]
    connection.close()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    open_database(path, (FIRST, SECOND)).close()
    before = path.read_bytes()
    with pytest.raises(DataTooNew) as caught:
        open_database(path, (FIRST,))
    assert caught.value.version == 2
    assert path.read_bytes() == before


def test_something_else_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    path.write_bytes(b"this is a poem, not a database; " * 64)
    with pytest.raises(DataCorrupt) as caught:
        open_database(path, (FIRST,))
    assert caught.value.path == path


def test_damage_found_while_reading_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    connection = open_database(path, (FIRST,))
    with transaction(connection, path):
        connection.executemany("INSERT INTO coin(text) VALUES (?)", [(f"row {n}" * 50,) for n in range(200)])
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    connection = open_database(path, (FIRST,))
    with pytest.raises(DataCorrupt), translated(path):
        connection.execute("SELECT count(*), max(text) FROM coin").fetchall()
    connection.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    connection = open_database(path, (FIRST,))
    connection.execute("PRAGMA max_page_count = 8")
    with pytest.raises(DataUnwritable) as caught, transaction(connection, path):
        connection.executemany("INSERT INTO coin(text) VALUES (?)", [("x" * 4000,)] * 100)
    assert caught.value.reason == "full"
    assert connection.execute("SELECT count(*) FROM coin").fetchone() == (0,)
    assert not connection.in_transaction
    connection.close()


def test_reading_beside_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    writer = open_database(path, (FIRST,))
    reader = open_database(path, (FIRST,), read_only=True)
    with transaction(writer, path):
        writer.execute("INSERT INTO coin(text) VALUES ('seen')")
    assert reader.execute("SELECT text FROM coin").fetchall() == [("seen",)]
    with pytest.raises(DataUnwritable) as caught, transaction(reader, path):
        reader.execute("INSERT INTO coin(text) VALUES ('not')")
    assert caught.value.reason == "read_only"
    reader.close()
    writer.close()


def test_only_reading_creates_and_migrates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    with pytest.raises(DataCorrupt):
        open_database(path, (FIRST,), read_only=True)
    assert not path.exists()
    open_database(path, (FIRST,)).close()
    with pytest.raises(DataUnwritable):
        open_database(path, (FIRST, SECOND), read_only=True)


def test_another_writer_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    first, second = open_database(path, (FIRST,)), open_database(path, (FIRST,))
    second.execute("PRAGMA busy_timeout = 1")
    with transaction(first, path), pytest.raises(ChainBusy), transaction(second, path):
        second.execute("SELECT 1")
    first.close()
    second.close()


def test_our_own_mistakes_stay_bugs(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    connection = open_database(path, (FIRST,))
    with pytest.raises(sqlite3.IntegrityError), transaction(connection, path):
        connection.executemany("INSERT INTO coin VALUES (1, ?)", [("a",), ("b",)])
    assert connection.execute("SELECT count(*) FROM coin").fetchone() == (0,)
    connection.close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataUnwritable):
        open_database(tmp_path / "file" / "one.sqlite3", (FIRST,))
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataUnwritable):
        open_database(tmp_path / "folder", (FIRST,))


def test_an_ordinary_user_meets_a_read_only_folder(open_folder: Path, as_nobody: AsNobody) -> None:
    path = open_folder / "one.sqlite3"
    open_database(path, (FIRST,)).close()
    path.chmod(0o444)
    open_folder.chmod(0o555)
    with as_nobody():
        with pytest.raises(DataUnwritable) as caught:
            open_database(path, (FIRST,))
        with pytest.raises(DataUnwritable):
            open_database(open_folder / "other.sqlite3", (FIRST,))
    assert caught.value.reason == "read_only"

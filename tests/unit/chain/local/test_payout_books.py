"""The books of payouts in the file: pages by block, lines of older files, and pages that are damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import SEED, PlayKeys
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput

KEYS = PlayKeys(SEED)
STASH = Address(KEYS.account("operator Seoul"))
MACHINE = KEYS.machine_id("operator Seoul", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chain = LocalChain(tmp_path, is_running=False)
    chain.jump(2 * 14_400)
    chain.close()
    return tmp_path


def changed(folder: Path, sql: str, *values: object) -> int:
    with closing(sqlite3.connect(folder / "chain.sqlite3", isolation_level=None)) as database:
        return database.execute(sql, values).rowcount


def test_lines_of_older_files_stay_readable_beside_pages(folder: Path) -> None:
    """A file of before kept one JSON line a machine and era; nothing in it says what a reward was reckoned from."""
    with closing(LocalReader(folder)) as reader:
        newest, *_, oldest = reader.rewards(STASH, 0, 99)
    assert (oldest.era, newest.era) == (2, 4)
    figures = f"[{oldest.earned.units},{oldest.at_once.units},0,5,6,7]".encode()
    assert changed(folder, "DELETE FROM payouts WHERE height < 43201") > 0
    assert changed(folder, "INSERT INTO rewards VALUES (2, ?, ?)", bytes.fromhex(MACHINE), figures) == 1

    with closing(LocalReader(folder)) as reader:
        assert [row.era for row in reader.rewards(STASH, 0, 99)] == [4, 3, 2]
        assert reader.rewards(STASH, 2, 2) == (oldest,)
        # Era 3 has a page, but what waited from era 2 has none.
        for era in (2, 3):
            with pytest.raises(InvalidInput) as refused:
                reader.explain(MACHINE, era)
            assert (refused.value.field, refused.value.reason) == ("reward", "too_old")
        with pytest.raises(InvalidInput) as refused:
            reader.explain(MACHINE, 1)
        assert refused.value.reason == "not_paid"


def test_a_payout_leaves_one_row_a_block(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "chain.sqlite3")) as database:
        rows = database.execute("SELECT count(*), count(DISTINCT height), max(length(page)) FROM payouts").fetchone()
        assert database.execute("SELECT count(*) FROM rewards").fetchone() == (0,)
    # Seven machines in three eras, each in a block of its own.
    assert rows == (21, 21, 156)


@pytest.mark.parametrize("sql", ["UPDATE payouts SET page = substr(page, 1, 100)", "UPDATE payouts SET page = x'00'"])
def test_a_damaged_page_is_told(folder: Path, sql: str) -> None:
    assert changed(folder, sql) == 21
    with closing(LocalReader(folder)) as reader, pytest.raises(DataCorrupt, match="payouts of block"):
        reader.rewards(STASH, 0, 99)


def test_a_page_that_says_something_else_is_told(folder: Path) -> None:
    """The reward is reckoned again when it is explained: figures that do not follow are no explanation."""
    with closing(LocalReader(folder)) as reader:
        assert reader.explain(MACHINE, 4).steps.released > Balance(0)
        height = reader.explain(MACHINE, 4).inputs.paid.height
    with closing(sqlite3.connect(folder / "chain.sqlite3")) as database:
        (page,) = database.execute("SELECT page FROM payouts WHERE height = ?", (height,)).fetchone()
    forged = bytearray(page)
    forged[60 + 15] ^= 1
    changed(folder, "UPDATE payouts SET page = ? WHERE height = ?", bytes(forged), height)
    with closing(LocalReader(folder)) as reader, pytest.raises(DataCorrupt, match="reward of era 4"):
        reader.explain(MACHINE, 4)

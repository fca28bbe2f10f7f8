"""A file that was tampered with does not replay; each kind of damage is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.domain.errors import Cancelled, DataCorrupt, DataTooNew, DataUnwritable
from tests.doubles.chain_user import ChainUser, transfer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chain = LocalChain(tmp_path, is_running=False)
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    for extrinsic in alice.many(chain, [transfer(bytes(32), 5)] * 3):
        chain.submit(extrinsic)
    chain.jump(14_400)
    assert chain.replay() == chain.head()
    chain.close()
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / "chain.sqlite3", isolation_level=None)
    yield connection
    connection.close()


def replayed(folder: Path) -> str:
    """What the replay says is wrong."""
    chain = LocalChain(folder, is_running=False)
    try:
        with pytest.raises(DataCorrupt) as corrupt:
            chain.replay()
    finally:
        chain.close()
    return str(corrupt.value)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE blocks SET digest = zeroblob(32) WHERE height = 2", "digest of block 2"),
        ("UPDATE blocks SET hash = zeroblob(32) WHERE height = 2", "hash of block 2"),
        ("UPDATE blocks SET parent_hash = zeroblob(32) WHERE height = 2", "parent of block 2"),
        ("UPDATE blocks SET extrinsics_root = zeroblob(32) WHERE height = 2", "hash of block 2"),
        ("UPDATE blocks SET hash = zeroblob(32) WHERE height = 0", "genesis"),
        ("DELETE FROM blocks WHERE height = 1", "parent of block 2"),
        ("DELETE FROM blocks WHERE height = 14401", "parent of block 14402"),
        ("DELETE FROM extrinsics WHERE place = 30305943553", "outcome of block 28902"),
        ("UPDATE extrinsics SET fee = zeroblob(16) WHERE place = 30305943552", "outcome of block 28902"),
        (
            "UPDATE extrinsics SET pallet = 'Balances', error = 'Gone' WHERE place = 30305943552",
            "outcome of block 28902",
        ),
        ("UPDATE extrinsics SET body = zeroblob(149) WHERE place = 30304894976", "signature of block 28901"),
        (
            "UPDATE extrinsics SET body = (SELECT body FROM extrinsics WHERE place = 30305943554)"
            " WHERE place = 30305943552",
            "outcome of block 28902",
        ),
        ("DELETE FROM state WHERE map = 'System.Account' AND key = zeroblob(32)", "state"),
    ],
)
def test_damage_is_found(folder: Path, database: sqlite3.Connection, sql: str, what: str) -> None:
    assert database.execute(sql).rowcount > 0
    assert what in replayed(folder)


def test_a_replay_can_be_called_off(folder: Path) -> None:
    chain = LocalChain(folder, is_running=False)

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        chain.replay(stop)
    chain.jump(1)
    assert chain.replay() == chain.head()
    chain.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE state SET value = x'ff' WHERE map = 'System.Account'",
        "UPDATE state SET map = 'No.Such' WHERE map = 'Sudo.Key'",
        "DELETE FROM meta WHERE key = 'start_ms'",
        "UPDATE meta SET value = x'7b7d' WHERE key = 'genesis'",
        "DELETE FROM blocks",
    ],
)
def test_a_file_that_holds_no_chain_is_not_opened(folder: Path, database: sqlite3.Connection, sql: str) -> None:
    assert database.execute(sql).rowcount > 0
    with pytest.raises(DataCorrupt):
        LocalChain(folder, is_running=False)
    reader = LocalReader(folder)
    with pytest.raises(DataCorrupt):
        reader.head()
    reader.close()


def test_a_newer_file_is_not_opened(folder: Path, database: sqlite3.Connection) -> None:
    database.execute("PRAGMA user_version = 99")
    with pytest.raises(DataTooNew):
        LocalChain(folder, is_running=False)
    with pytest.raises(DataTooNew):
        LocalReader(folder)


def test_no_chain_is_told_to_a_reader(tmp_path: Path) -> None:
    with pytest.raises(DataCorrupt):
        LocalReader(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_events_that_cannot_be_read_are_told(folder: Path, database: sqlite3.Connection) -> None:
    database.execute("UPDATE extrinsics SET events = x'5b5b315d5d' WHERE place = 30305943552")
    reader = LocalReader(folder)
    with pytest.raises(DataCorrupt):
        reader.events(28_902)
    reader.close()


def test_a_full_disk_is_told_and_leaves_the_last_whole_block(folder: Path) -> None:
    chain = LocalChain(folder, is_running=False)
    alice = ChainUser("//Alice")
    before = chain.head()
    connection = chain._ledger.store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    for extrinsic in alice.many(chain, [transfer(bytes(32), 5)] * 100):
        chain.submit(extrinsic)
    with pytest.raises(DataUnwritable) as full:
        chain.jump(10)
    assert full.value.reason == "full"
    assert (chain.head(), chain.account(alice.address).nonce) == (before, 3)
    connection.execute("PRAGMA max_page_count = 1000000")
    alice.send(chain, transfer(bytes(32), 5))
    chain.jump(14_400)
    assert chain.account(alice.address).nonce == 4
    assert chain.replay() == chain.head()
    chain.close()


def test_the_chain_goes_on_while_its_log_is_replayed(folder: Path) -> None:
    chain = LocalChain(folder, is_running=False)
    before = chain.head()
    heights = []

    def go_on(done: int, total: int) -> None:
        heights.append(chain.jump(20_000).height)

    assert chain.replay(go_on) == before
    assert heights[-1] > before.height
    assert chain.replay() == chain.head()
    chain.close()


@pytest.mark.soak
@pytest.mark.timeout(1_200)
def test_a_hundred_thousand_extrinsics_are_run_again_and_agree(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, residents=False)
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    for _ in range(50):
        for extrinsic in alice.many(chain, [transfer(bytes(32), 1)] * 2_000):
            chain.submit(extrinsic)
        chain.jump(1)
    assert sum(block.extrinsic_num for block in chain.blocks(2**32, 99)) == 100_001
    assert chain.replay() == chain.head()
    chain.close()

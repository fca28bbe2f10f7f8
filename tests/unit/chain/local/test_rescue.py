"""A damaged file: opened read-only at the last good block, the original kept, and a way on from there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.branches import ResidentSettings
from dbc_desktop.domain.errors import ChainDamaged, DataCorrupt
from dbc_desktop.domain.network import ClockMode
from tests.doubles.chain_user import ChainUser, transfer

ALICE, BOB = ChainUser("//Alice"), Address(b"\x42" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Block 1: money; blocks 2 to 41: one unit for Bob in each; then two eras."""
    chain = LocalChain(tmp_path, is_running=False, residents=False, seed=b"rescue")
    chain.set_clock(ClockMode.INSTANT)
    chain.play_money(ALICE.address)
    for _ in range(40):
        ALICE.send(chain, transfer(BOB.raw, 1))
    chain.set_clock(ClockMode.MANUAL)
    chain.jump(14_400 * 2)
    chain.close()
    connection = sqlite3.connect(tmp_path / "chain.sqlite3")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return tmp_path


def by_sql(sql: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        connection = sqlite3.connect(folder / "chain.sqlite3")
        assert connection.execute(sql).rowcount > 0
        connection.commit()
        connection.close()

    return damage


def flip_state(folder: Path) -> None:
    """Bits of the newest state."""
    by_sql("UPDATE state SET value = x'ff' WHERE map = 'System.Account'")(folder)


def cut(folder: Path) -> None:
    """The end of the file is gone."""
    path = folder / "chain.sqlite3"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])


@pytest.mark.parametrize(
    ("damage", "height", "units"),
    [
        (flip_state, 28_801, 40),
        (by_sql("UPDATE state SET map = 'No.Such' WHERE map = 'Sudo.Key'"), 28_801, 40),
    ],
)
def test_a_damaged_state_is_made_again_from_the_whole_log(
    folder: Path, damage: Callable[[Path], None], height: int, units: int
) -> None:
    damage(folder)
    original = (folder / "chain.sqlite3").read_bytes()
    chain = LocalChain(folder, residents=False, rescues=True)
    identity = chain.identity()
    assert (identity.rescued_at, identity.rescued_as) == (height, f"rescued {height}")
    assert (chain.head().height, chain.account(BOB).free.units) == (height, units)
    assert chain.clock_mode() is ClockMode.MANUAL
    chain.close()
    assert (folder / "chain.sqlite3").read_bytes() == original


def test_what_lies_behind_a_damaged_block_is_not_believed(folder: Path) -> None:
    by_sql("UPDATE extrinsics SET body = zeroblob(149) WHERE place >> 20 = 30")(folder)
    flip_state(folder)
    chain = LocalChain(folder, residents=False, rescues=True)
    assert chain.identity().rescued_at == 29
    assert chain.account(BOB).free.units == 28
    chain.close()


def test_a_rescued_chain_is_only_read_until_one_goes_on_from_it(folder: Path) -> None:
    flip_state(folder)
    chain = LocalChain(folder, residents=False, rescues=True)
    signed = ALICE.signed(chain.signing_context(ALICE.address), transfer(BOB.raw, 1))
    for act in (
        lambda: chain.submit(signed),
        lambda: chain.jump(1),
        lambda: chain.play_money(BOB),
        lambda: chain.set_clock(ClockMode.INSTANT),
        lambda: chain.set_residents(ResidentSettings()),
        lambda: chain.reorganise(1),
    ):
        with pytest.raises(ChainDamaged) as refused:
            act()
        assert (refused.value.height, refused.value.path) == (28_801, folder / "chain.sqlite3")
    chain.use_branch("rescued 28801")
    assert chain.identity().rescued_at is None
    chain.submit(signed)
    chain.jump(1)
    assert chain.account(BOB).free.units == 41
    assert chain.replay() == chain.head()
    chain.close()
    again = LocalChain(folder, is_running=False, residents=False)
    assert again.account(BOB).free.units == 41
    again.close()


def test_it_is_rescued_once(folder: Path) -> None:
    flip_state(folder)
    for _ in range(2):
        chain = LocalChain(folder, residents=False, rescues=True)
        assert chain.head().height == 28_801
        chain.close()
    assert [each.name for each in (folder / "branches").iterdir()] == ["rescued 28801"]


def test_a_cut_file_gives_what_it_still_holds_or_says_that_it_holds_nothing(folder: Path) -> None:
    cut(folder)
    original = (folder / "chain.sqlite3").read_bytes()
    try:
        chain = LocalChain(folder, residents=False, rescues=True)
    except DataCorrupt:
        rescued = None
    else:
        rescued = chain.identity().rescued_at
        assert rescued is not None
        assert chain.account(BOB).free.units == max(0, min(rescued, 41) - 1)
        chain.close()
    assert rescued is None or 0 <= rescued <= 28_801
    assert (folder / "chain.sqlite3").read_bytes() == original


@pytest.mark.parametrize("page", range(1, 40, 3))
def test_any_flipped_page_opens_whole_rescued_or_not_at_all(folder: Path, page: int) -> None:
    path = folder / "chain.sqlite3"
    data = bytearray(path.read_bytes())
    at = page * 4_096
    if at + 4_096 > len(data):
        return
    data[at : at + 64] = bytes(byte ^ 0xFF for byte in data[at : at + 64])
    path.write_bytes(data)
    try:
        chain = LocalChain(folder, is_running=False, residents=False, rescues=True)
    except DataCorrupt:
        assert path.read_bytes() == data
        return
    try:
        rescued = chain.identity().rescued_at
        if rescued is not None:
            assert path.read_bytes() == data
            assert chain.replay().height == rescued
    finally:
        chain.close()


def test_what_holds_nothing_is_not_rescued(tmp_path: Path) -> None:
    (tmp_path / "chain.sqlite3").write_bytes(b"not a database at all" * 300)
    with pytest.raises(DataCorrupt):
        LocalChain(tmp_path, residents=False, rescues=True)

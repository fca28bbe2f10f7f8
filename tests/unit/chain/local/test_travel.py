"""Snapshots, branches, their comparison, and a reorganisation: what shares a log, what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import TxStatus
from dbc_desktop.domain.errors import Cancelled, DataCorrupt, InvalidInput
from dbc_desktop.domain.explorer import ExtrinsicQuery
from tests.doubles.chain_user import ChainUser, transfer

DBC = 10**15
BOB = ChainUser("//Bob").address


@pytest.fixture
def alice() -> ChainUser:
    return ChainUser("//Alice")


@pytest.fixture
def chain(tmp_path: Path, alice: ChainUser) -> Iterator[LocalChain]:
    """Block 1: a million DBC for Alice; block 2: one of them for Bob."""
    made = LocalChain(tmp_path, is_running=False, residents=False, seed=b"travel")
    made.play_money(alice.address)
    made.jump(1)
    alice.send(made, transfer(BOB.raw, DBC))
    made.jump(1)
    yield made
    made.close()


def pay(chain: LocalChain, user: ChainUser, whole: int) -> bytes:
    tx_hash = user.send(chain, transfer(BOB.raw, whole * DBC))
    chain.jump(1)
    return tx_hash


def free(chain: LocalChain | LocalReader) -> int:
    return chain.account(BOB).free.units // DBC


def test_a_revert_brings_a_moment_back_and_keeps_what_it_replaced(chain: LocalChain, alice: ChainUser) -> None:
    kept = chain.take_snapshot("two blocks")
    assert (kept.name, kept.height) == ("two blocks", 2)
    there = chain.head()
    lost = pay(chain, alice, 7)
    chain.jump(14_400)
    assert free(chain) == 8
    assert chain.revert("two blocks") == there
    assert (free(chain), chain.receipt(lost)) == (1, None)
    assert [one.name for one in chain.snapshots()] == ["two blocks", "before the last revert"]
    assert chain.replay() == there
    pay(chain, alice, 2)
    assert free(chain) == 3
    assert chain.revert("before the last revert").height == 14_403
    assert free(chain) == 8
    assert chain.extrinsics(ExtrinsicQuery(), 10).total == 3


def test_a_reader_beside_a_revert_sees_one_chain_or_the_other(chain: LocalChain, alice: ChainUser) -> None:
    chain.take_snapshot("before")
    reader = LocalReader(chain._root)
    try:
        pay(chain, alice, 7)
        assert free(reader) == 8
        chain.revert("before")
        assert (free(reader), reader.head().height) == (1, 2)
    finally:
        reader.close()


def test_two_branches_share_the_log_up_to_the_fork_and_differ_behind_it(chain: LocalChain, alice: ChainUser) -> None:
    made = chain.make_branch("generous")
    assert (made.name, made.height, made.forked_at, made.is_active) == ("generous", 2, 2, False)
    pay(chain, alice, 1)
    assert chain.use_branch("generous").height == 2
    pay(chain, alice, 100)
    chain.jump(9)
    assert free(chain) == 101
    found = chain.compare("main")
    assert (found.here.name, found.here.height) == ("generous", 12)
    assert (found.there.name, found.there.height) == ("main", 3)
    assert found.forked_at == 2
    # A longer amount is a byte more, and a byte costs 0.000001 DBC.
    assert [(one.address, one.here.units - one.there.units) for one in found.accounts[:2]] == [
        (alice.address, -99_000_001 * 10**9),
        (BOB, 99 * DBC),
    ]
    assert found.machines == ()
    assert found.here.totals.issuance == found.there.totals.issuance
    assert chain.replay().height == 12
    assert chain.use_branch("main").height == 3
    assert free(chain) == 2
    assert [(one.name, one.is_active, one.forked_at) for one in chain.branches()] == [
        ("main", True, None),
        ("generous", False, 2),
    ]


def test_a_branch_can_leave_from_the_past(chain: LocalChain, alice: ChainUser) -> None:
    pay(chain, alice, 5)
    chain.jump(14_400 * 2)
    before = chain.head()
    told: list[tuple[int, int]] = []
    made = chain.make_branch("earlier", 2, lambda done, total: told.append((done, total)))
    assert (made.height, made.forked_at) == (2, 2)
    assert told[-1] == (2, 2)
    assert chain.head() == before
    assert chain.use_branch("earlier").height == 2
    assert free(chain) == 1
    assert chain.blocks(3, 9) == chain.blocks(2**32, 9)
    pay(chain, alice, 3)
    assert chain.compare("main").forked_at == 2
    assert chain.replay() == chain.head()
    with pytest.raises(InvalidInput):
        chain.make_branch("future", 99)


def test_a_quiet_height_can_be_left_from(chain: LocalChain) -> None:
    chain.jump(100)
    made = chain.make_branch("quiet", 57)
    assert made.height == 57
    assert chain.use_branch("quiet").height == 57


def test_the_active_branch_is_remembered_and_read_by_others(chain: LocalChain, alice: ChainUser) -> None:
    root = chain._root
    chain.make_branch("other")
    reader = LocalReader(root)
    assert free(reader) == 1
    chain.use_branch("other")
    pay(chain, alice, 40)
    assert free(reader) == 41
    reader.close()
    chain.close()
    again = LocalChain(root, is_running=False, residents=False)
    assert (free(again), again.branches()[1].is_active) == (41, True)
    again.use_branch("main")
    assert free(again) == 1
    again.drop_branch("other")
    assert [one.name for one in again.branches()] == ["main"]
    again.close()


def test_a_pointer_to_a_branch_that_is_gone_means_main(tmp_path: Path, chain: LocalChain) -> None:
    chain.close()
    (tmp_path / "branch").write_text("../../elsewhere")
    again = LocalChain(tmp_path, is_running=False, residents=False)
    assert again.head().height == 2
    again.close()


@pytest.mark.parametrize("name", ["", " ", "main", "MAIN", "../up", "a/b", "a\\b", ".hidden", "x" * 60, "a\0b", "dot."])
def test_names_that_would_not_be_folders_are_refused(chain: LocalChain, name: str) -> None:
    for act in (chain.make_branch, chain.take_snapshot):
        with pytest.raises(InvalidInput) as refused:
            act(name)
        assert (refused.value.field, refused.value.reason) == ("branch", "bad_name")


def test_what_is_not_there_or_in_use_is_refused(chain: LocalChain) -> None:
    chain.make_branch("one")
    for act, name, expected in (
        (chain.make_branch, "ONE", ("branch", "exists")),
        (chain.use_branch, "two", ("branch", "missing")),
        (chain.compare, "two", ("branch", "missing")),
        (chain.drop_branch, "main", ("branch", "in_use")),
        (chain.revert, "two", ("snapshot", "missing")),
    ):
        with pytest.raises(InvalidInput) as refused:
            act(name)
        assert (refused.value.field, refused.value.reason) == expected


def test_a_branch_that_is_called_off_leaves_nothing(tmp_path: Path, chain: LocalChain) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    chain.jump(14_400)
    with pytest.raises(Cancelled):
        chain.make_branch("never", 14_000, stop)
    assert list((tmp_path / "branches").iterdir()) == []
    assert [one.name for one in chain.branches()] == ["main"]


def test_a_damaged_snapshot_changes_nothing(tmp_path: Path, chain: LocalChain) -> None:
    chain.take_snapshot("kept")
    path = tmp_path / "snapshots" / "kept.sqlite3"
    path.write_bytes(path.read_bytes()[:5_000])
    before = chain.head()
    with pytest.raises(DataCorrupt):
        chain.revert("kept")
    assert chain.head() == before
    assert chain.replay() == before


def test_a_reorganisation_undoes_blocks_and_gives_valid_extrinsics_back(chain: LocalChain, alice: ChainUser) -> None:
    chain.jump(3)
    early = alice.signed(chain.signing_context(alice.address), transfer(BOB.raw, 2 * DBC))
    chain.jump(4)
    first = chain.submit(early)
    chain.jump(1)
    # This one binds to a block that will be undone.
    second = pay(chain, alice, 4)
    assert (chain.head().height, free(chain)) == (11, 7)
    head = chain.reorganise(2)
    assert (head.height, free(chain)) == (9, 1)
    receipt = chain.receipt(first)
    assert receipt is not None
    assert receipt.status is TxStatus.SENT
    assert chain.receipt(second) is None
    chain.jump(1)
    assert free(chain) == 3
    assert chain.account(alice.address).free < Balance(1_000_000 * DBC - 3 * DBC)
    assert chain.replay() == chain.head()
    assert [one.height for one in chain.snapshots()] == [11]
    with pytest.raises(InvalidInput):
        chain.reorganise(0)


def test_jumping_ends_where_another_moment_was_chosen(chain: LocalChain) -> None:
    chain.take_snapshot("start")

    def leave(done: int, total: int) -> None:
        if chain.head().height > 2:
            chain.revert("start")

    assert chain.jump(14_400 * 3_000, leave).height == 2

"""The newest part of a node's past, held to what the chain behind it keeps in full."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.substrate import past
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid
from dbc_desktop.domain.explorer import MOST_SEARCHED, EventQuery, ExtrinsicPage, ExtrinsicQuery, ExtrinsicRow, Mark
from dbc_desktop.domain.network import Capability
from tests.doubles.chain_user import ChainUser, transfer
from tests.doubles.node_user import ChainThroughNode
from tests.doubles.substrate_node.declared import EVENTS

DBC = 10**15
ALICE, BOB = ChainUser("//Alice"), ChainUser("//Bob")
FIRST = 28_902
"""The block with the first of what Alice sends."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain on which Alice did a few things, to copy."""
    folder = tmp_path_factory.mktemp("past") / "chain"
    chain = LocalChain(folder, is_running=False, profile="mainnet-411")
    chain.play_money(ALICE.address)
    chain.jump(1)
    machine = chain.market().machine_id[0]
    both = Call("Utility", "batch_all", ((transfer(BOB.address.raw, 2), transfer(BOB.address.raw, 3)),))
    for call in (
        transfer(BOB.address.raw, DBC),
        Call("RentMachine", "rent_machine", (machine, 1, 600)),
        transfer(BOB.address.raw, 2_000_000 * DBC),
        both,
    ):
        ALICE.send(chain, call)
        chain.jump(1)
    for amount in (5, 6, 7):
        ALICE.send(chain, transfer(BOB.address.raw, amount))
    chain.jump(40)
    chain.close()
    return folder


@pytest.fixture
def chain(template: Path, tmp_path: Path) -> Iterator[ChainThroughNode]:
    folder = Path(shutil.copytree(template, tmp_path / "chain", ignore=shutil.ignore_patterns("*.lock")))
    made = ChainThroughNode(folder)
    yield made
    made.close()


def told(row: ExtrinsicRow) -> object:
    """What a node tells of an extrinsic: all of it, but those events that the node of the tests has no words for."""
    events = tuple((one.pallet, one.name) for one in row.events if one.name in EVENTS.get(one.pallet, {}))
    place = (row.height, row.position, row.hash)
    return (*place, row.signer, row.pallet, row.call, row.arguments, row.fee, row.error, events)


def all_of(chain: ChainThroughNode, query: ExtrinsicQuery, limit: int) -> list[ExtrinsicRow]:
    """Every page."""
    found: list[ExtrinsicRow] = []
    after: Mark | None = None
    for _ in range(40):
        page: ExtrinsicPage = chain.front.extrinsics(query, limit, after)
        assert len(page.rows) <= limit
        found += page.rows
        after = page.older
        if after is None:
            return found
    raise AssertionError("it does not end")


QUERIES = {
    "all of a stretch": ExtrinsicQuery(from_height=28_850),
    "of Alice": ExtrinsicQuery(signer=ALICE.address, from_height=28_600),
    "of a pallet": ExtrinsicQuery(pallet="RentMachine", from_height=28_850),
    "of a call": ExtrinsicQuery(pallet="Balances", call="transfer_allow_death", from_height=28_850),
    "refused": ExtrinsicQuery(succeeded=False, from_height=28_850),
    "up to a height": ExtrinsicQuery(from_height=28_880, to_height=FIRST + 1),
    "nothing": ExtrinsicQuery(pallet="Sudo", from_height=28_900),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
def test_extrinsics_are_those_of_the_chain_behind_it(chain: ChainThroughNode, query: ExtrinsicQuery) -> None:
    behind = [told(row) for row in chain.behind.extrinsics(query, 500).rows]
    assert bool(behind) == (query.pallet != "Sudo")
    for limit in (500, 3):
        assert [told(row) for row in all_of(chain, query, limit)] == behind


def test_an_extrinsic_is_found_by_its_place_and_then_by_its_hash(chain: ChainThroughNode) -> None:
    assert Capability.EXPLORER in chain.front.capabilities()
    with pytest.raises(BackendMismatch):
        chain.front.extrinsic(bytes(32))
    for height in range(FIRST, FIRST + 5):
        ours, theirs = chain.behind.extrinsic_at(height, 0), chain.front.extrinsic_at(height, 0)
        assert ours is not None
        assert theirs is not None
        assert told(theirs.row) == told(ours.row)
        assert (theirs.block_hash, theirs.nonce, theirs.tip, theirs.length, theirs.valid_blocks) == (
            ours.block_hash, ours.nonce, ours.tip, ours.length, ours.valid_blocks,
        )  # fmt: skip
        assert chain.front.extrinsic(ours.row.hash) == theirs
    third = chain.front.extrinsic_at(FIRST + 4, 2)
    assert third is not None
    assert third.row.arguments[1].value == 7
    refused = chain.front.extrinsic_at(FIRST + 2, 0)
    assert refused is not None
    assert refused.row.error == ("Balances", "InsufficientBalance")
    assert refused.row.fee == Balance(151 * 10**9 + 113_638_000 + 10_000)
    for height, position in ((FIRST, 1), (FIRST + 100, 0), (-1, 0), (2**40, 0), (FIRST, -1)):
        assert chain.front.extrinsic_at(height, position) is None


def test_events_are_those_of_the_chain_behind_it(chain: ChainThroughNode) -> None:
    def named(rows: tuple[EventRecord, ...]) -> list[tuple[int, str, str]]:
        return [(one.height, one.pallet, one.name) for one in rows if one.name in EVENTS.get(one.pallet, {})]

    for query in (
        EventQuery(from_height=FIRST),
        EventQuery(subject=BOB.address.raw, from_height=28_800),
        EventQuery(pallet="Balances", name="Transfer", from_height=28_800),
    ):
        behind = named(chain.behind.event_log(query, 500).rows)
        assert behind
        found: list[EventRecord] = []
        after: Mark | None = None
        while True:
            page = chain.front.event_log(query, 4, after)
            found += page.rows
            after = page.older
            if after is None:
                break
        assert named(tuple(found)) == behind


def test_only_so_many_blocks_are_looked_through_and_those_that_are_known_are_not_asked_for_again(
    chain: ChainThroughNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_SEARCHED == 2_400
    monkeypatch.setattr(past, "MOST_SEARCHED", 600)
    query = ExtrinsicQuery(pallet="Sudo")
    page = chain.front.extrinsics(query, 10)
    assert (page.rows, page.older) == ((), (chain.front.head().height - 255, 0))
    assert chain.node.asked.count("chain_getBlock") <= 2 * 256
    chain.node.asked.clear()
    assert chain.front.extrinsics(query, 10) == page
    assert "chain_getBlock" not in chain.node.asked
    pages = 1
    while page.older is not None:
        page = chain.front.extrinsics(query, 10, page.older)
        pages += 1
    assert pages == 3  # 600 blocks, 256 a page
    above = chain.front.extrinsics(ExtrinsicQuery(to_height=FIRST, from_height=FIRST), 10)
    assert (len(above.rows), above.older) == (1, None)


def test_where_the_state_of_old_blocks_is_gone_the_search_ends(chain: ChainThroughNode) -> None:
    chain.node.faults.forgets_state = 40
    query = ExtrinsicQuery(signer=ALICE.address)
    rows = all_of(chain, query, 10)
    assert {row.height for row in rows} == {FIRST + 3, FIRST + 4}
    assert chain.front.extrinsic_at(FIRST, 0) is None
    assert chain.front.extrinsic_at(FIRST + 4, 0) is not None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"block": {}},
        {"block": {"extrinsics": "0x"}},
        {"block": {"extrinsics": ["0x84"]}},
        {"block": {"extrinsics": ["0x0484"]}},
        {"block": {"extrinsics": ["0x0c840000"], "header": {"number": "0x1", "parentHash": "0x" + "00" * 32}}},
        {"block": {"extrinsics": [5], "header": {"number": "0x1", "parentHash": "0x" + "00" * 32}}},
    ],
    ids=str,
)
def test_blocks_that_are_none_end_in_one_error(chain: ChainThroughNode, answer: object) -> None:
    chain.node.faults.says = {"chain_getBlock": answer}
    for read in (
        lambda: chain.front.extrinsics(ExtrinsicQuery(), 10),
        lambda: chain.front.event_log(EventQuery(), 10),
        lambda: chain.front.extrinsic_at(FIRST, 0),
    ):
        with pytest.raises(ChainAnswerInvalid):
            read()
    chain.node.faults.says = {}
    assert chain.front.extrinsics(ExtrinsicQuery(), 10).rows

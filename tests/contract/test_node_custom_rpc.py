"""The network's own RPC methods: used where a node serves them, and never believed more than its storage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.domain.network import Census
from tests.doubles.node_user import ChainThroughNode

NUM, PLACES = "onlineProfile_getStakerNum", "onlineProfile_getPosGpuInfo"
COUNTED = Census(operators=4, places=4)
EAST, NORTH = {"East": 1}, {"North": 2}
GPUS = {"onlineGpu": 3, "offlineGpu": 0, "rentedGpu": 1, "onlineGpuCalcPoints": 9}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new chain, to copy."""
    folder = tmp_path_factory.mktemp("counted") / "chain"
    LocalChain(folder, is_running=False, profile="mainnet-411").close()
    return folder


@pytest.fixture
def chain(template: Path, tmp_path: Path) -> Iterator[ChainThroughNode]:
    folder = Path(shutil.copytree(template, tmp_path / "chain", ignore=shutil.ignore_patterns("*.lock")))
    made = ChainThroughNode(folder)
    yield made
    made.close()


def test_served_or_not_the_count_is_the_same(chain: ChainThroughNode) -> None:
    assert chain.behind.census() == COUNTED
    assert chain.front.census() == COUNTED
    assert "state_getKeysPaged" not in chain.node.asked
    at = f"0x{chain.front.head().hash.hex()}"
    assert (chain.node.asked_with[NUM], chain.node.asked_with[PLACES]) == ([at], [at])
    chain.front.census()
    assert chain.node.asked.count("rpc_methods") == 1

    chain.node.faults.lacks = {NUM, PLACES}
    chain.node.asked.clear()
    assert (
        chain.front.census() == COUNTED
    )  # listed when it was asked; now behind something that lets it through no more
    assert chain.node.asked.count(NUM) == 1
    assert "state_getKeysPaged" in chain.node.asked
    assert chain.front.census() == COUNTED
    assert chain.node.asked.count(NUM) == 1


def test_what_is_not_listed_is_not_asked_for(chain: ChainThroughNode) -> None:
    chain.node.faults.lacks = {NUM, PLACES}
    assert chain.front.census() == COUNTED
    assert NUM not in chain.node.asked


@pytest.mark.parametrize("methods", [None, [], {"methods": "all"}, {"methods": [1, None, {}]}, {}], ids=str)
def test_a_list_that_is_none_names_nothing(chain: ChainThroughNode, methods: object) -> None:
    chain.node.faults.says = {"rpc_methods": methods}
    assert chain.front.census() == COUNTED
    assert NUM not in chain.node.asked


def test_nonsense_and_contradictions_are_passed_over(chain: ChainThroughNode) -> None:
    for said in (None, "many", -1, 2**40, True, 1.5, [], {"count": 4}):
        chain.node.faults.says = {NUM: said}
        assert chain.front.census() == COUNTED, said
    for said in (
        "here",
        [1],
        [[EAST, NORTH]],
        [[EAST, NORTH, 4]],
        [[1, 2, GPUS]],
        [[{}, NORTH, GPUS]],
        [[EAST, {"North": -2}, GPUS]],
        [[EAST, NORTH, {}]],
        [[EAST, NORTH, GPUS | {"onlineGpu": -1}]],
        [[EAST, NORTH, GPUS | {"rentedGpu": 4}]],
    ):
        chain.node.faults.says = {PLACES: said}
        assert chain.front.census() == COUNTED, said
    # A form that can be believed is: two machines at one place are one, and where nothing is online is none.
    chain.node.faults.says = {
        PLACES: [[EAST, NORTH, GPUS], [EAST, NORTH, GPUS], [NORTH, EAST, GPUS | {"onlineGpu": 0, "rentedGpu": 0}]],
        NUM: 7,
    }
    assert chain.front.census() == Census(operators=7, places=1)


def test_a_refusal_is_none_and_the_next_page_asks_again(chain: ChainThroughNode) -> None:
    chain.node.faults.errors = {NUM: 1, PLACES: 1}
    assert chain.front.census() == COUNTED
    chain.node.asked.clear()
    assert chain.front.census() == COUNTED
    assert "state_getKeysPaged" not in chain.node.asked


def test_a_node_that_is_away_is_away(chain: ChainThroughNode) -> None:
    chain.front.census()
    chain.node.faults.down = True
    with pytest.raises(ChainUnreachable):
        chain.front.census()

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import BackendMismatch, ChainUnreachable, InvalidInput, NoClientNode
from dbc_desktop.domain.network import NodeHealth
from dbc_desktop.services.client_node import ClientNode
from dbc_desktop.services.networks import Networks, parse_endpoint

GENESIS = b"\x05" * 32


class Probes:
    """What nodes answer; `asked` is what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], bytes | None]] = []

    def __call__(self, endpoints: tuple[str, ...], genesis: bytes | None) -> tuple[bytes, NodeHealth]:
        self.asked.append((endpoints, genesis))
        if "down" in endpoints[0]:
            raise ChainUnreachable(endpoints[0])
        return GENESIS, NodeHealth(endpoints[0], 0.05, 100, 98, 411, 7, False)


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    return Networks(tmp_path, Probes())


def reason(call: object, *args: object) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        call(*args)  # type: ignore[operator]
    return refused.value.field, refused.value.reason


def test_a_local_chain_and_the_main_network_are_always_there(networks: Networks) -> None:
    assert [(one.key, one.kind, one.name) for one in networks.all()] == [
        ("local", "local", "Local chain"),
        ("mainnet", "node", "DBC Mainnet"),
    ]
    assert networks.chosen().key == "local"
    assert reason(networks.remove, "mainnet") == ("network", "unknown")


def test_added_ones_are_kept_opened_and_removed(networks: Networks, tmp_path: Path) -> None:
    node = networks.add_node(" My  node ", "wss://one.example https://two.example:9944,http://127.0.0.1:9933")
    assert (node.key, node.name) == ("node-1", "My node")
    assert node.endpoints == ("wss://one.example", "https://two.example:9944", "http://127.0.0.1:9933")
    chain = networks.add_local("Practice", "mainnet-411")
    assert (chain.folder, chain.rules) == ("chains/chain-1", "mainnet-411")
    networks.choose("chain-1")
    again = Networks(tmp_path, Probes())
    assert again.chosen() == chain
    assert [one.key for one in again.all()] == ["local", "chain-1", "mainnet", "node-1"]
    assert reason(again.remove, "chain-1") == ("network", "in_use")
    folder = tmp_path / "chains" / "chain-1"
    folder.mkdir(parents=True)
    (folder / "chain.sqlite3").write_bytes(b"x")
    again.choose("local")
    again.remove("chain-1")
    again.remove("node-1")
    assert not folder.exists()
    assert [one.key for one in again.all()] == ["local", "mainnet"]
    assert reason(again.choose, "chain-1") == ("network", "unknown")


def test_a_genesis_is_pinned_once(networks: Networks) -> None:
    networks.pin("mainnet", GENESIS)
    networks.pin("mainnet", GENESIS)
    networks.change_endpoints("mainnet", "https://mine.example")
    assert {one.key: one.genesis_hash for one in networks.all()} == {"local": None, "mainnet": GENESIS}
    with pytest.raises(BackendMismatch):
        networks.pin("mainnet", b"\x06" * 32)
    networks.pin("local", GENESIS)
    assert networks.chosen().genesis_hash is None


def test_health_is_asked_with_the_pinned_genesis(tmp_path: Path) -> None:
    probes = Probes()
    networks = Networks(tmp_path, probes)
    networks.pin("mainnet", GENESIS)
    assert networks.health("mainnet").height == 100
    assert probes.asked[0][1] == GENESIS
    networks.add_node("Down", "http://down.example")
    with pytest.raises(ChainUnreachable):
        networks.health("node-1")
    assert reason(networks.health, "local") == ("network", "unknown")


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ("https://rpc.example", True),
        ("ws://127.0.0.1:9944", True),
        ("ftp://rpc.example", False),
        ("rpc.example", False),
        ("https://", False),
        ("http://[::1", False),
        ("https://a.example:99999", False),
        ("https://" + "a" * 300, False),
        ("https://ex\u0430mple.org", False),
        ("", False),
    ],
)
def test_addresses(text: str, is_fine: bool) -> None:
    if is_fine:
        assert parse_endpoint(text) == text
    else:
        assert reason(parse_endpoint, text) == ("endpoint", "not_an_address")


def test_names_and_rules_are_checked(networks: Networks) -> None:
    assert reason(networks.add_node, "", "http://a.example") == ("network_name", "empty")
    assert reason(networks.add_node, "x" * 41, "http://a.example") == ("network_name", "too_long")
    assert reason(networks.add_node, "dbc mainnet", "http://a.example") == ("network_name", "taken")
    assert reason(networks.add_node, "A", " ") == ("endpoint", "empty")
    assert reason(networks.add_local, "A", "mainnet-1") == ("rules", "unknown")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"networks": 5, "chosen": 7}',
        b'{"chosen": "nowhere"}',
        json.dumps(
            {"networks": [None, {"key": 1}, {"key": "a", "name": "b", "kind": "node", "folder": "", "rules": ""}]}
        ).encode(),
        json.dumps(
            {"networks": [{"key": "evil", "name": "x", "kind": "local", "folder": "../../etc", "rules": "launch-2021"}]}
        ).encode(),
        json.dumps(
            {
                "networks": [
                    {
                        "key": "local",
                        "name": "x",
                        "kind": "node",
                        "endpoints": ["http://a.example"],
                        "folder": "",
                        "rules": "",
                    }
                ]
            }
        ).encode(),
    ],
    ids=["cut", "list", "wrong", "unknown", "rows", "folder", "kind"],
)
def test_a_garbled_file_is_what_is_whole_of_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "networks.json").write_bytes(data)
    networks = Networks(tmp_path, Probes())
    assert [(one.key, one.kind) for one in networks.all()] == [("local", "local"), ("mainnet", "node")]
    assert networks.chosen().key == "local"


def test_a_client_node_is_kept_with_its_network(networks: Networks, tmp_path: Path) -> None:
    with pytest.raises(NoClientNode):
        ClientNode(networks, "mainnet").start()
    made = networks.change_client_node("mainnet", " http://127.0.0.1:5050/ ")
    assert made.client_node == "http://127.0.0.1:5050"
    again = Networks(tmp_path, networks._probe)
    assert ClientNode(again, "mainnet").start() == "http://127.0.0.1:5050"
    again.change_client_node("mainnet", "")
    with pytest.raises(NoClientNode):
        ClientNode(again, "mainnet").start()


@pytest.mark.parametrize(
    ("key", "address", "field"),
    [
        ("mainnet", "wss://gate.example", "client_node"),
        ("mainnet", "gate.example:5050", "client_node"),
        ("mainnet", "http://gate.example:0", "client_node"),
        ("local", "http://127.0.0.1:5050", "network"),
        ("node-9", "http://127.0.0.1:5050", "network"),
    ],
)
def test_what_is_no_client_node_is_refused(networks: Networks, key: str, address: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        networks.change_client_node(key, address)
    assert refused.value.field == field

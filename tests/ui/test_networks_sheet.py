from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import ChainUnreachable, DataUnwritable, InvalidInput
from dbc_desktop.domain.network import NodeHealth
from dbc_desktop.services.networks import Networks
from dbc_desktop.ui.dialogs.networks import AddNodeSheet, NetworksSheet, NewChainSheet, PracticeSheet, RemoveChainSheet
from tests.ui.fake_program import InlineRunner


class Parts:
    """What the sheets use of a program."""

    def __init__(self, networks: Networks) -> None:
        self.networks, self.runner = networks, InlineRunner()


def look(endpoints: tuple[str, ...], genesis: bytes | None) -> tuple[bytes, NodeHealth]:
    if "127.0.0.1" not in endpoints[0]:
        raise ChainUnreachable(endpoints[0])
    return b"\x01" * 32, NodeHealth(endpoints[0], 0.01, 50, 49, 411, 1, False)


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    return Parts(Networks(tmp_path, look))


def button(sheet: Any, name: str) -> QPushButton:
    found = [one for one in sheet.findChildren(QPushButton, name) if not one.isHidden()]
    assert found, name
    return found[-1]


def test_the_list_asks_each_node_and_opens_one(qtbot: QtBot, parts: Any) -> None:
    parts.networks.add_node("Mine", "http://127.0.0.1:9944")
    sheet = NetworksSheet(parts, parts.networks)
    qtbot.addWidget(sheet)
    texts = [label.text() for label in sheet.findChildren(QLabel, "networks.health.node-1")]
    assert texts[-1] == "10 ms · block 50 · runtime 411 · 1 block not final"
    assert sheet.findChildren(QLabel, "networks.health.mainnet")[-1].text() == "No answer from the chain"
    opened: list[str] = []
    sheet.opened.connect(opened.append)
    button(sheet, "networks.open.node-1").click()
    assert opened == ["node-1"]
    button(sheet, "networks.remove.node-1").click()
    assert [one.key for one in parts.networks.all()] == ["local", "mainnet"]


def test_a_node_is_added_and_a_wrong_address_is_said_at_its_field(qtbot: QtBot, parts: Any) -> None:
    sheet = AddNodeSheet(parts, parts.networks)
    qtbot.addWidget(sheet)
    sheet.name.set_text("Mine")
    sheet.endpoint.set_text("nonsense")
    sheet.go.click()
    assert parts.networks.all()[-1].key == "mainnet"
    assert any("https://" in label.text() for label in sheet.endpoint.findChildren(QLabel))
    sheet.endpoint.set_text("http://127.0.0.1:9944")
    with qtbot.waitSignal(sheet.added):
        sheet.go.click()
    assert parts.networks.all()[-1].endpoints == ("http://127.0.0.1:9944",)


def test_a_local_chain_is_made_and_deleted_only_by_its_name(qtbot: QtBot, parts: Any) -> None:
    made = NewChainSheet(parts, parts.networks)
    qtbot.addWidget(made)
    made.name.set_text("Practice")
    made.rules.setCurrentText("mainnet-411")
    made.go.click()
    chain = next(one for one in parts.networks.all() if one.name == "Practice")
    assert (chain.rules, chain.folder) == ("mainnet-411", "chains/chain-1")
    listed = NetworksSheet(parts, parts.networks)
    qtbot.addWidget(listed)
    asked: list[Any] = []
    listed.sheet_asked.connect(asked.append)
    button(listed, "networks.remove.chain-1").click()
    (remove,) = asked
    qtbot.addWidget(remove)
    assert isinstance(remove, RemoveChainSheet)
    assert not remove.go.isEnabled()
    remove.name.set_text("practice")
    assert not remove.go.isEnabled()
    remove.name.set_text("Practice")
    remove.go.click()
    assert [one.key for one in parts.networks.all()] == ["local", "mainnet"]


def test_practice_reads_a_stash_and_makes_a_chain(qtbot: QtBot, tmp_path: Path) -> None:
    made: list[tuple[str, bytes]] = []
    networks = Networks(tmp_path, look, lambda network, copy: made.append((network.folder, copy)))

    class Node:
        def stash_copy(self, stash: Address) -> bytes:
            if stash.raw == b"\x02" * 32:
                raise InvalidInput("address", "no_stash")
            return b"copy of " + stash.raw[:1]

    parts: Any = Parts(networks)
    parts.backend = Node()
    networks.add_node("Mine", "http://127.0.0.1:9944")
    local = NetworksSheet(parts, networks)
    qtbot.addWidget(local)
    assert local.practice.isHidden()
    networks.choose("node-1")
    listed = NetworksSheet(parts, networks)
    qtbot.addWidget(listed)
    assert not listed.practice.isHidden()
    sheet = PracticeSheet(parts, networks)
    qtbot.addWidget(sheet)
    sheet.name.set_text("Like mine")
    sheet.address.set_text(ss58.encode(b"\x02" * 32))
    sheet.go.click()
    assert any("no machine" in label.text() for label in sheet.address.findChildren(QLabel))
    assert made == []
    sheet.address.set_text(ss58.encode(b"\x01" * 32))
    with qtbot.waitSignal(sheet.added):
        sheet.go.click()
    assert made == [("chains/chain-1", b"copy of \x01")]
    assert networks.all()[1].name == "Like mine"


def test_a_chain_that_cannot_be_made_is_not_in_the_list(tmp_path: Path) -> None:
    def make(network: object, copy: bytes) -> None:
        raise DataUnwritable(tmp_path, "full")

    networks = Networks(tmp_path, look, make)
    with pytest.raises(DataUnwritable):
        networks.practice("Like mine", b"copy")
    assert [one.key for one in networks.all()] == ["local", "mainnet"]


def test_the_client_node_of_the_open_network_is_named_from_the_list(qtbot: QtBot, parts: Any) -> None:
    parts.networks.choose("mainnet")
    sheet = NetworksSheet(parts, parts.networks)
    qtbot.addWidget(sheet)
    asked: list[Any] = []
    sheet.sheet_asked.connect(asked.append)
    button(sheet, "networks.client_node.mainnet").click()
    (named,) = asked
    qtbot.addWidget(named)
    named.address.set_text("http://gate.example:5050")
    with qtbot.waitSignal(named.named):
        named.go.click()
    again = NetworksSheet(parts, parts.networks)
    qtbot.addWidget(again)
    assert again.findChild(QLabel, "networks.reached.mainnet").text() == "machines through http://gate.example:5050"
    assert "http://gate.example:5050 is not encrypted" in again.findChild(QLabel, "networks.warning.mainnet").text()
    assert not again.findChildren(QPushButton, "networks.client_node.local")

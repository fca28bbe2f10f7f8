"""The Chain page on a real embedded chain: rows, filters, links, time, branches, and every state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.account import Account, KeyPlace
from dbc_desktop.domain.branches import Fault, ResidentSettings
from dbc_desktop.domain.network import Capability
from dbc_desktop.ui.dialogs.branches_sheet import BranchesSheet, CompareSheet
from dbc_desktop.ui.dialogs.chain_sheets import FaultsSheet, NameSheet, ResidentsSheet
from dbc_desktop.ui.pages.chain import ChainPage
from dbc_desktop.ui.pages.chain_table import PastModel
from tests.doubles.chain_user import ChainUser, transfer
from tests.doubles.node_user import ChainThroughNode
from tests.ui.renting_doubles import FakeWindow, program

ALICE, BOB = ChainUser("//Alice"), ChainUser("//Bob")


class Window(FakeWindow):
    def __init__(self) -> None:
        super().__init__()
        self.chosen = Account(ALICE.address, "me", KeyPlace.FILE, True)
        self.can = frozenset(Capability)
        self.jumps: list[int] = []

    def accounts(self) -> tuple[Account, ...]:
        return () if self.chosen is None else (self.chosen,)

    def capabilities(self) -> frozenset[Capability]:
        return self.can

    def open_jump(self, blocks: int = 0) -> None:
        self.jumps.append(blocks)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    """Block 1: two gifts; block 2: 250 transfers of Alice; block 3: one in vain."""
    made = LocalChain(tmp_path, is_running=False, residents=False, seed=b"page")
    made.play_money(ALICE.address)
    made.play_money(BOB.address)
    made.jump(1)
    for extrinsic in ALICE.many(made, [transfer(BOB.address.raw, 10**15)] * 250):
        made.submit(extrinsic)
    made.jump(1)
    ALICE.send(made, transfer(BOB.address.raw, 10**30))
    made.jump(1)
    yield made
    made.close()


@pytest.fixture
def window() -> Window:
    return Window()


@pytest.fixture
def page(qtbot: QtBot, chain: LocalChain, window: Window) -> ChainPage:
    parts = program()
    parts.backend = chain
    made = ChainPage(parts, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    made.on_shown()
    return made


def child(widget: Any, kind: Any, name: str) -> Any:
    found = widget.findChild(kind, name)
    assert found is not None, name
    return found


def cells(page: ChainPage, row: int) -> list[str]:
    model = page._model
    return [model.index(row, column).data() for column in range(model.columnCount())]


def test_the_newest_extrinsic_stands_first_in_words_of_people(page: ChainPage) -> None:
    assert page.state == "content"
    first = cells(page, 0)
    assert first[0] == "3"
    assert first[2:5] == ["Balances.transfer_allow_death", "me", "5FHneW…94ty · 1,000,000,000,000,000.00 DBC"]
    assert first[6] == "InsufficientBalance"
    assert page._model.index(0, 6).data(Qt.ItemDataRole.UserRole) == "loss"
    assert cells(page, 1)[6] == "sent 1.00"
    assert child(page, QLabel, "chain.found").text() == "of 253"


def test_older_pages_come_as_one_scrolls_and_never_all(page: ChainPage, qtbot: QtBot) -> None:
    assert page._model.rowCount() == 100
    page._table.scrollToBottom()
    qtbot.waitUntil(lambda: page._model.rowCount() == 200)
    page._table.scrollToBottom()
    qtbot.waitUntil(lambda: page._model.rowCount() == 253)
    assert cells(page, 252)[3] == "bank"
    assert not page._model.canFetchMore(page._model.index(-1, -1))


def test_a_new_block_puts_its_rows_on_top_and_keeps_what_is_selected(page: ChainPage, chain: LocalChain) -> None:
    page._table.selectRow(1)
    before = cells(page, 1)
    ALICE.send(chain, transfer(BOB.address.raw, 5 * 10**15))
    chain.jump(1)
    page.on_head(HeadChange(chain.head(), ()))
    assert page._model.rowCount() == 101
    assert cells(page, 0)[6] == "sent 5.00"
    assert page._table.currentIndex().row() == 2
    assert cells(page, 2)[0] == before[0]


def test_filters_are_typed_and_a_wrong_one_is_said(page: ChainPage) -> None:
    line = child(page, QLineEdit, "chain.query")
    line.setText("refused")
    assert page._model.rowCount() == 1
    line.setText("block:1")
    assert [cells(page, row)[3] for row in range(page._model.rowCount())] == ["bank", "bank"]
    line.setText("colour:red")
    assert child(page, QLabel, "chain.problem").text().startswith("“colour:red” is not a filter.")
    assert page._model.rowCount() == 2
    line.setText("call:OnlineProfile")
    assert child(page, QPushButton, "chain.clear").isVisible()
    child(page, QPushButton, "chain.clear").click()
    assert (line.text(), page._model.rowCount()) == ("", 100)


def test_mine_only_writes_the_filter_and_takes_it_away(page: ChainPage) -> None:
    chip = child(page, QPushButton, "chain.mine")
    chip.click()
    line = child(page, QLineEdit, "chain.query")
    assert line.text() == "of:5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert child(page, QLabel, "chain.found").text() == "of 251"
    chip.click()
    assert line.text() == ""


def test_blocks_lead_to_their_extrinsics_and_events_to_theirs(page: ChainPage) -> None:
    child(page, QPushButton, "chain.view.blocks").click()
    assert [cells(page, row)[0] for row in range(page._model.rowCount())] == ["3", "2", "1", "0"]
    assert cells(page, 1)[4:] == ["250", "750"]
    page._open(page._model.row_at(1).row)
    assert child(page, QLineEdit, "chain.query").text() == "block:2"
    assert page._model.rowCount() == 100
    child(page, QPushButton, "chain.view.events").click()
    assert cells(page, 0)[2:4] == ["System.ExtrinsicSuccess", "extrinsic 249"]
    page._open(page._model.row_at(1).row)
    panel = child(page, object, "chain.detail")
    assert panel.isVisible()
    assert "Balances.Transfer" in [label.text() for label in panel.findChildren(QLabel)]


def test_one_extrinsic_links_to_its_block_and_its_signer(page: ChainPage) -> None:
    page._open(page._model.row_at(0).row)
    texts = [label.text().replace("\u200b", "") for label in page._panel.findChildren(QLabel)]
    for part in (
        "Balances.transfer_allow_death",
        "dest · MultiAddress",
        "value · Compact<u128>",
        "InsufficientBalance",
    ):
        assert part in texts
    assert "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty" in texts
    child(page._panel, QPushButton, "chain.detail.block").click()
    assert child(page, QLineEdit, "chain.query").text() == "block:3"
    child(page._panel, QPushButton, "chain.detail.signer").click()
    assert child(page, QLineEdit, "chain.query").text().startswith("of:5Grwva")
    child(page._panel, QPushButton, "chain.detail.close").click()
    assert not page._panel.isVisible()


def test_the_line_of_time_jumps_forward_and_looks_back(page: ChainPage, window: Window, qtbot: QtBot) -> None:
    scrub = page._time.scrub
    qtbot.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=scrub.rect().center())
    assert window.jumps
    assert abs(window.jumps[0] - 6 * 14_400) < 14_400
    qtbot.keyClick(scrub, Qt.Key.Key_Right)
    qtbot.keyClick(scrub, Qt.Key.Key_Return)
    assert window.jumps[1] == 150
    child(page, QPushButton, "chain.jump.era").click()
    child(page, QPushButton, "chain.jump.deadline").click()
    assert window.jumps[2:] == [14_400, 14_399]
    qtbot.keyClick(scrub, Qt.Key.Key_Home)
    qtbot.keyClick(scrub, Qt.Key.Key_Return)
    assert child(page, QLineEdit, "chain.query").text() == "block:0-3"
    assert "block 3 · era 1" in scrub.toolTip()


def test_a_branch_is_made_compared_and_changed_to(page: ChainPage, window: Window, chain: LocalChain) -> None:
    child(page, QPushButton, "chain.branch_here").click()
    sheet = window.sheets[-1]
    assert isinstance(sheet, NameSheet)
    child(sheet, QPushButton, "chain.name.go").click()
    assert sheet._name.error().startswith("Use letters, digits")
    child(sheet, QLineEdit, "chain.name").setText("generous")
    child(sheet, QPushButton, "chain.name.go").click()
    listed = window.sheets[-1]
    assert isinstance(listed, BranchesSheet)
    child(listed, QPushButton, "branches.use.generous").click()
    assert [one.name for one in chain.branches() if one.is_active] == ["generous"]
    ALICE.send(chain, transfer(BOB.address.raw, 25 * 10**15))
    chain.jump(1)
    page.on_head(HeadChange(chain.head(), ()))
    child(listed, QPushButton, "branches.compare.main").click()
    compared = window.sheets[-1]
    assert isinstance(compared, CompareSheet)
    texts = [label.text() for label in compared.findChildren(QLabel)]
    assert "“generous” (block 4) against “main” (block 3): the same up to block 3" in texts
    assert "−25.00 DBC" in texts
    assert "+25.00 DBC" in texts
    assert child(page, QLabel, "chain.branch").whole_text() == ("branch “generous” · −25.00 DBC for you against “main”")
    child(listed, QPushButton, "branches.use.main").click()
    assert chain.head().height == 3
    child(listed, QPushButton, "branches.drop.generous").click()
    assert [one.name for one in chain.branches()] == ["main"]


def test_a_snapshot_is_taken_and_gone_back_to(page: ChainPage, window: Window, chain: LocalChain) -> None:
    child(page, QPushButton, "chain.snapshot").click()
    sheet = window.sheets[-1]
    child(sheet, QLineEdit, "chain.name").setText("now")
    child(sheet, QPushButton, "chain.name.go").click()
    chain.jump(10)
    child(page, QPushButton, "chain.branches").click()
    listed = window.sheets[-1]
    child(listed, QPushButton, "branches.revert.now").click()
    assert chain.head().height == 3


def test_a_chain_is_exported_and_imported_as_a_branch(
    page: ChainPage, window: Window, chain: LocalChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.dbcchain"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    child(page, QPushButton, "chain.export").click()
    assert file.read_bytes().startswith(b"DBCCHAIN")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    child(page, QPushButton, "chain.branches").click()
    listed = window.sheets[-1]
    child(listed, QPushButton, "branches.import").click()
    assert [(one.name, one.height) for one in chain.branches()] == [("main", 3), ("kept", 3)]
    file.write_bytes(file.read_bytes()[:-9])
    child(listed, QPushButton, "branches.import").click()
    assert listed._problem.text().startswith("There is a branch of that name already.")
    file.rename(tmp_path / "cut.dbcchain")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "cut.dbcchain"), ""))
    child(listed, QPushButton, "branches.import").click()
    assert "does not hold what it should" in listed._problem.text()


def test_residents_and_faults_have_a_quiet_place(page: ChainPage, window: Window, chain: LocalChain) -> None:
    child(page, QPushButton, "chain.residents").click()
    sheet = window.sheets[-1]
    assert isinstance(sheet, ResidentsSheet)
    sheet._liars.setValue(2)
    sheet._members.setValue(1)
    child(sheet, QPushButton, "residents.apply").click()
    assert sheet._problem.text().startswith("There are not that many residents")
    sheet._members.setValue(4)
    child(sheet, QPushButton, "residents.apply").click()
    assert chain.resident_settings() == ResidentSettings(4, 4, 2, 1, False)
    child(page, QPushButton, "chain.faults").click()
    panel = window.sheets[-1]
    assert isinstance(panel, FaultsSheet)
    child(panel, QPushButton, "faults.lost_connection").click()
    assert chain.fault() is Fault.LOST_CONNECTION


def test_offline_the_last_known_rows_stay_and_a_retry_brings_them_back(page: ChainPage, chain: LocalChain) -> None:
    chain.set_fault(Fault.LOST_CONNECTION)
    page.on_shown()
    assert page.state == "content"
    assert child(page, QLabel, "chain.age").isVisible()
    assert page._model.rowCount() == 100
    chain.set_fault(None)
    child(page, QPushButton, "chain.retry").click()
    assert not child(page, QLabel, "chain.age").isVisible()


def test_loading_failed_empty_and_a_network_that_cannot_be_searched(
    qtbot: QtBot, tmp_path: Path, window: Window
) -> None:
    parts = program()
    parts.backend = chain = LocalChain(tmp_path / "new", is_running=False, residents=False)
    made = ChainPage(parts, window)
    qtbot.addWidget(made)
    made.show()
    parts.runner.hold = True
    made.on_shown()
    assert made.state == "loading"
    chain.set_fault(Fault.LOST_CONNECTION)
    parts.runner.hold = False
    parts.runner.release()
    assert made.state == "message"
    chain.set_fault(None)
    child(made, QPushButton, "chain.failed").click()
    assert made._nothing.title_label.text() == "Nothing has happened yet"
    assert not made._nothing.button.isVisible()
    window.can = frozenset({Capability.PREVIEW})
    made.on_shown()
    assert made.state == "message"
    assert not made._branch.isVisible()
    chain.close()


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester, page: ChainPage) -> None:
    qtmodeltester.check(PastModel())
    qtmodeltester.check(page._model)


def test_over_a_node_the_newest_blocks_are_looked_through(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    chain = ChainThroughNode(tmp_path / "chain")
    try:
        chain.play_money(ALICE.address)
        chain.jump(1)
        ALICE.send(chain, transfer(BOB.address.raw, 10**15))
        chain.jump(300)
        parts = program()
        parts.backend = chain.front
        window.can = chain.front.capabilities()
        made = ChainPage(parts, window)
        qtbot.addWidget(made)
        made.show()
        child(made, QLineEdit, "chain.query").setText("call:Balances.transfer_allow_death")
        made.on_shown()
        # Nothing in the stretch of blocks that the first page looks through; the next one is asked for at once.
        assert [cells(made, row)[0] for row in range(made._model.rowCount())] == ["28,902", "28,901"]
        assert (cells(made, 0)[3], cells(made, 0)[6]) == ("me", "sent 1.00")
        found = child(made, QLabel, "chain.found").text()
        assert found == "in 2,400 blocks at most, as a node keeps no index"
        assert not child(made, QPushButton, "chain.snapshot").isVisible()
        chain.jump(1)
        made.on_head(HeadChange(chain.front.head(), ()))
        assert made._model.rowCount() == 2
        made._table.opened.emit(made._model.row_at(0).row)
        panel = made._panel
        assert panel.isVisibleTo(made)
        child(made, QLineEdit, "chain.query").setText("event:Transfer block:28902")
        child(made, QPushButton, "chain.view.events").click()
        assert cells(made, 0)[2] == "Balances.Transfer"
        child(made, QLineEdit, "chain.query").setText("call:Sudo block:28890-28950")
        child(made, QPushButton, "chain.view.extrinsics").click()
        assert made._nothing.title_label.text() == "Nothing matches"
    finally:
        chain.close()

"""The Network page: nodes and threshold, own support and its sheets, figures, and each of its states."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHeaderView, QLabel, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Account, AccountState, Address, KeyPlace
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import ChainUnreachable, DataCorrupt, DbcError
from dbc_desktop.domain.network import Capability, Census, Head, NetworkTotals
from dbc_desktop.domain.super_node import Election, Outlook, Payee, PayTo, SuperNode, Supply, Support, Unlocking
from dbc_desktop.ui import theme
from dbc_desktop.ui.dialogs.stake_sheet import StakeSheet, UnstakeSheet
from dbc_desktop.ui.pages.network import NetworkPage
from dbc_desktop.ui.pages.network_table import NodeModel
from tests.doubles.chain_user import ChainUser
from tests.doubles.node_user import ChainThroughNode
from tests.ui.renting_doubles import ALICE, FakeWindow, InlineRunner

NODES = tuple(Address(bytes([number]) * 32) for number in (1, 2, 3))
NEXT = 100 * 14_400 + 1


def dbc(text: str) -> Balance:
    return Balance.parse(text)


def head_at(height: int) -> Head:
    return Head(height, bytes(32), (height + 14_399) // 14_400, 0, height)


def node(at: int, own: str, support: str, elected: bool, winning: bool) -> SuperNode:
    return SuperNode(NODES[at], dbc(own), dbc(support), at + 1, 50_000_000, False, elected, winning)


class Chain:
    """Three who stand for two seats; the third wins the next election, the second loses its seat."""

    def __init__(self) -> None:
        self.height = NEXT - 600
        self.nodes: tuple[SuperNode, ...] = (
            node(0, "3000", "700", True, True),
            node(2, "1000", "1500.5", False, True),
            node(1, "2000", "400", True, False),
        )
        self.support = Support(ALICE)
        self.free = dbc("1001")
        self.fail: DbcError | None = None
        self.reads = 0
        self.can = frozenset(Capability)
        self.outlook = Outlook.COUNTED

    def capabilities(self) -> frozenset[Capability]:
        return self.can

    def head(self) -> Head:
        self.reads += 1
        if self.fail is not None:
            raise self.fail
        return head_at(self.height)

    def election(self) -> Election:
        threshold = dbc("2500.5") if self.nodes else None
        return Election(99, NEXT, 2, "totals", threshold, dbc("273785"), self.nodes, self.outlook)

    def support_of(self, address: Address) -> Support:
        return self.support

    def supply(self) -> Supply:
        return Supply(
            dbc("3900000000"), dbc("1095890"), dbc("273785"), dbc("1234.567"), dbc("500000000"), dbc("9"),
            dbc("100000000"), 12_000, NEXT - 600 - 2 * 14_400,
        )  # fmt: skip

    def network(self) -> NetworkTotals:
        return NetworkTotals(ZERO, ZERO, None, ZERO, 12_000, 40, 320, 80, dbc("7"))

    def census(self) -> Census:
        return Census(12, 9)

    def account(self, address: Address) -> AccountState:
        return AccountState(address, self.free, ZERO, 0, self.support.bonded)


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def window() -> FakeWindow:
    return FakeWindow()


@pytest.fixture
def page(qtbot: QtBot, chain: Chain, window: FakeWindow) -> NetworkPage:
    program: Any = SimpleNamespace(backend=chain, runner=InlineRunner())
    made = NetworkPage(program, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    return made


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()]


def button(page: QWidget, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def table(page: NetworkPage) -> QTableView:
    found = page.findChild(QTableView, "network.table")
    assert isinstance(found, QTableView)
    return found


def cells(page: NetworkPage) -> list[list[str]]:
    model = table(page).model()
    return [[str(model.index(row, at).data()) for at in range(model.columnCount())] for row in range(model.rowCount())]


def spent(page: NetworkPage) -> list[tuple[Call, Address]]:
    found: list[tuple[Call, Address]] = []
    page.spend.connect(lambda call, who, done: found.append((call, who)))
    return found


def test_while_reading_the_skeleton_stands(page: NetworkPage) -> None:
    assert page.state == "loading"


def test_it_shows_who_stands_and_where_the_line_is(page: NetworkPage) -> None:
    page.on_shown()
    assert page.state == "content"
    rows = cells(page)
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[1][2:] == ["1,000", "1,500", "3", "2,500", "5 %", "gets a seat"]
    assert [row[-1] for row in rows] == ["has a seat", "gets a seat", "loses its seat"]
    shown = texts(page)
    assert "3 super nodes stand" in shown
    assert "2 seats from 2,500 DBC · next election in 1 h" in shown


@pytest.mark.parametrize("stake", ["10050000", "11111111", "44444444", "20100000"])
def test_no_figure_is_cut_off(qapp: QApplication, page: NetworkPage, chain: Chain, stake: str) -> None:
    """In the fonts of the window, where a pixel too little puts dots in place of figures."""
    theme.apply(qapp, "dark")
    chain.nodes = tuple(node(at, stake, stake, True, True) for at in range(3))
    page.on_shown()
    view = page.findChild(QTableView, "network.table")
    head = view.horizontalHeader()
    assert view.model().index(0, 6).data()
    for column in range(view.model().columnCount()):
        if head.sectionResizeMode(column) is QHeaderView.ResizeMode.Fixed and not view.isColumnHidden(column):
            assert head.sectionSize(column) >= view.sizeHintForColumn(column), column


def test_it_shows_supply_burning_price_and_gpus(page: NetworkPage) -> None:
    page.on_shown()
    shown = texts(page)
    for text in (
        "3,900,000,000",
        "1,369,675 more a day",
        "1,234.56",
        "3,800,000,000 to the floor of 100,000,000",
        "0.0120",
        "set 2 eras ago",
        "320",
        "80 rented, 25 % · 40 machines",
    ):
        assert text in shown


@pytest.mark.parametrize(
    ("outlook", "said"),
    [
        (Outlook.ESTIMATED, "next election in 1 h, by our own count"),
        (Outlook.DECIDED, "seats are given, next era in 1 h"),
    ],
)
def test_of_a_node_it_says_how_sure_the_next_seats_are(
    page: NetworkPage, chain: Chain, outlook: Outlook, said: str
) -> None:
    chain.outlook = outlook
    page.on_shown()
    assert f"2 seats from 2,500 DBC · {said}" in texts(page)


def test_what_is_taken_out_names_the_slashing_spans(page: NetworkPage, chain: Chain) -> None:
    chain.support = Support(ALICE, bonded=dbc("5"), withdrawable=dbc("2"), has_ledger=True, slashing_spans=4)
    page.on_shown()
    calls = spent(page)
    button(page, "network.withdraw").click()
    assert calls == [(Call("Staking", "withdraw_unbonded", (4,)), ALICE)]


def test_for_a_stake_that_another_account_signs_for_nothing_is_offered(page: NetworkPage, chain: Chain) -> None:
    chain.support = Support(
        ALICE, bonded=dbc("5"), targets=(NODES[0],), withdrawable=dbc("2"), has_ledger=True, controller=NODES[1]
    )
    page.on_shown()
    table(page).selectRow(0)
    assert not button(page, "network.support").isEnabled()
    for name in ("network.withdraw", "network.unstake", "network.stop"):
        assert not button(page, name).isVisibleTo(page)
    assert any(text.startswith("Another account signs for this stake: 5C") for text in texts(page)), texts(page)


def test_a_block_moves_the_countdown_without_reading(page: NetworkPage, chain: Chain) -> None:
    page.on_shown()
    page.on_head(HeadChange(head_at(NEXT - 100), ()))
    assert "2 seats from 2,500 DBC · next election 10:00" in texts(page)
    assert chain.reads == 1


def test_events_and_a_new_staking_era_are_read(page: NetworkPage, chain: Chain) -> None:
    page.on_shown()
    event = EventRecord(NEXT - 99, 0, "Staking", "Bonded", {})
    page.on_head(HeadChange(head_at(NEXT - 99), (event,)))
    page.on_head(HeadChange(head_at(NEXT), ()))
    assert chain.reads == 3


def test_a_newcomer_stakes_and_supports_in_one_transaction(qtbot: QtBot, page: NetworkPage, window: FakeWindow) -> None:
    page.on_shown()
    calls = spent(page)
    assert not button(page, "network.support").isEnabled()
    table(page).selectRow(2)
    button(page, "network.support").click()
    (sheet,) = window.sheets
    assert isinstance(sheet, StakeSheet)
    qtbot.addWidget(sheet)
    amount = sheet.findChild(QLineEdit, "stake.amount")
    assert amount is not None
    amount.setText("100")
    assert "With 2,500 DBC behind it, it is still 0 DBC below the line." in texts(sheet)
    amount.setText("100.6")
    assert "With 2,500 DBC behind it, it has a seat after the next election." in texts(sheet)
    button(sheet, "stake.go").click()
    bond = Call("Staking", "bond", (dbc("100.6").units, Payee(PayTo.STASH)))
    nominate = Call("Staking", "nominate", ((NODES[1].raw,),))
    assert calls == [(Call("Utility", "batch_all", ((bond, nominate),)), ALICE)]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "Type an amount, for example 1,204.5."),
        ("0", "Type an amount above zero."),
        ("1001", "1,001.00 DBC are needed, 1,000.00 DBC are free."),
    ],
)
def test_what_cannot_be_staked_is_said(
    qtbot: QtBot, page: NetworkPage, window: FakeWindow, typed: str, problem: str
) -> None:
    page.on_shown()
    calls = spent(page)
    table(page).selectRow(0)
    button(page, "network.support").click()
    sheet = window.sheets[0]
    qtbot.addWidget(sheet)
    sheet.findChild(QLineEdit, "stake.amount").setText(typed)
    button(sheet, "stake.go").click()
    assert any(problem.split(",")[0].rstrip(".") in text for text in texts(sheet))
    assert calls == []


def supporting(chain: Chain) -> None:
    waiting = (Unlocking(dbc("50"), 113, 113 * 14_400 + 1),)
    chain.support = Support(ALICE, dbc("300"), (NODES[0], NODES[1]), waiting, dbc("20"), has_ledger=True)


def test_own_support_is_shown_and_taken_back(qtbot: QtBot, page: NetworkPage, chain: Chain, window: FakeWindow) -> None:
    supporting(chain)
    page.on_shown()
    calls = spent(page)
    shown = texts(page)
    for text in ("300.00 DBC", "has a seat, #1", "loses its seat, #3", "free in 13 days", "50.00 DBC"):
        assert text in shown
    assert button(page, "network.withdraw").text() == "Take out 20.00 DBC"
    button(page, "network.withdraw").click()
    button(page, "network.unstake").click()
    (sheet,) = window.sheets
    assert isinstance(sheet, UnstakeSheet)
    qtbot.addWidget(sheet)
    edit = sheet.findChild(QLineEdit, "unstake.amount")
    assert edit is not None
    assert edit.text() == "300.00"
    edit.setText("301")
    button(sheet, "unstake.go").click()
    edit.setText("120")
    button(sheet, "unstake.go").click()
    assert calls == [
        (Call("Staking", "withdraw_unbonded", (0,)), ALICE),
        (Call("Staking", "unbond", (dbc("120").units,)), ALICE),
    ]


def test_one_node_of_several_is_left(page: NetworkPage, chain: Chain) -> None:
    supporting(chain)
    page.on_shown()
    calls = spent(page)
    table(page).selectRow(1)
    assert not button(page, "network.stop").isVisibleTo(page)
    table(page).selectRow(0)
    button(page, "network.stop").click()
    chain.support = Support(ALICE, dbc("300"), (NODES[0],), has_ledger=True)
    page.on_shown()
    button(page, "network.stop").click()
    assert calls == [
        (Call("Staking", "nominate", ((NODES[1].raw,),)), ALICE),
        (Call("Staking", "chill"), ALICE),
    ]


def test_more_is_staked_for_one_that_is_supported_already(
    qtbot: QtBot, page: NetworkPage, chain: Chain, window: FakeWindow
) -> None:
    chain.support = Support(ALICE, dbc("300"), (NODES[0],), has_ledger=True)
    page.on_shown()
    calls = spent(page)
    table(page).selectRow(0)
    button(page, "network.support").click()
    sheet = window.sheets[0]
    qtbot.addWidget(sheet)
    button(sheet, "stake.go").click()
    assert "Type an amount above zero." in texts(sheet)
    sheet.findChild(QLineEdit, "stake.amount").setText("5")
    button(sheet, "stake.go").click()
    assert calls == [(Call("Staking", "bond_extra", (dbc("5").units,)), ALICE)]


def test_the_chosen_node_stays_chosen_when_the_order_changes(page: NetworkPage, chain: Chain) -> None:
    page.on_shown()
    table(page).selectRow(2)
    chain.nodes = (chain.nodes[2], chain.nodes[0], chain.nodes[1])
    page.on_shown()
    assert [index.row() for index in table(page).selectionModel().selectedRows()] == [0]


def test_without_an_account_the_network_is_shown_and_an_account_offered(page: NetworkPage, window: FakeWindow) -> None:
    window.chosen = None
    page.on_shown()
    assert page.state == "content"
    assert not button(page, "network.support").isVisibleTo(page)
    button(page, "network.create").click()
    assert window.asked == ["create_account"]


def test_a_super_node_of_ones_own_supports_nobody(page: NetworkPage, chain: Chain) -> None:
    chain.support = Support(ALICE, dbc("300"), is_super_node=True, has_ledger=True)
    page.on_shown()
    table(page).selectRow(0)
    assert not button(page, "network.support").isEnabled()
    assert "This account stands for election itself." in texts(page)


def test_a_chain_that_does_not_tell_of_super_nodes_shows_the_rest_and_says_so(page: NetworkPage, chain: Chain) -> None:
    chain.can = frozenset({Capability.PREVIEW})
    page.on_shown()
    assert page.state == "content"
    shown = texts(page)
    for text in (
        "3,900,000,000",
        "80 rented, 25 % · 40 machines",
        "not told by this chain",
        "Here you would stake DBC behind a super node. This chain does not tell of them.",
    ):
        assert text in shown
    assert cells(page) == []
    for name in ("network.support", "network.create", "network.unstake"):
        assert not button(page, name).isVisibleTo(page)
    page.on_head(HeadChange(head_at(NEXT + 5), ()))
    assert chain.reads == 1


def test_nobody_stands(page: NetworkPage, chain: Chain) -> None:
    chain.nodes = ()
    page.on_shown()
    assert "0 super nodes stand" in texts(page)
    assert "2 seats, enough for all · next election in 1 h" in texts(page)
    assert not button(page, "network.support").isVisibleTo(page)


def test_a_first_reading_that_fails_says_why_and_tries_again(page: NetworkPage, chain: Chain) -> None:
    chain.fail = ChainUnreachable("closed")
    page.on_shown()
    assert page.state == "message"
    chain.fail = None
    button(page, "network.failed").click()
    assert page.state == "content"


def test_offline_keeps_the_last_figures_and_offers_to_try_again(page: NetworkPage, chain: Chain) -> None:
    page.on_shown()
    chain.fail = ChainUnreachable("closed")
    page.on_shown()
    assert page.state == "content"
    assert "3,900,000,000" in texts(page)
    chain.fail = None
    button(page, "network.retry").click()
    assert not button(page, "network.retry").isVisibleTo(page)


def test_another_failure_makes_the_figures_stale(page: NetworkPage, chain: Chain, tmp_path: Any) -> None:
    page.on_shown()
    chain.fail = DataCorrupt(tmp_path, "state")
    page.on_shown()
    age = page.findChild(QLabel, "network.age")
    assert age is not None
    assert age.isVisibleTo(page)
    assert not button(page, "network.retry").isVisibleTo(page)


def test_the_table_keeps_the_rules_of_qt(qtmodeltester: ModelTester, page: NetworkPage) -> None:
    page.on_shown()
    model = table(page).model()
    assert isinstance(model, NodeModel)
    qtmodeltester.check(model)
    assert model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole).startswith("5")
    assert model.index(1, 5).data(Qt.ItemDataRole.ToolTipRole) == (
        "own 1,000.00 DBC, supporters 1,500.50 DBC, together 2,500.50 DBC"
    )


def test_over_a_node_it_shows_the_same_and_what_is_ordered_is_done(
    qtbot: QtBot, window: FakeWindow, tmp_path: Path
) -> None:
    alice, chain = ChainUser("//Alice"), ChainThroughNode(tmp_path / "chain")
    chain.play_money(alice.address)
    chain.jump(1)
    window.chosen = Account(alice.address, "mine", KeyPlace.FILE, True)
    program: Any = SimpleNamespace(backend=chain.front, runner=InlineRunner())
    page = NetworkPage(program, window)
    qtbot.addWidget(page)
    page.show()
    try:
        page.on_shown()
        assert (page.state, len(cells(page))) == ("content", 34)
        shown = texts(page)
        for text in (
            "34 super nodes stand",
            "21 seats from 14,400,000 DBC · next election in 23 h, by our own count",
            "36",
        ):
            assert text in shown
        calls = spent(page)
        table(page).selectRow(22)
        assert cells(page)[22][-1] == "below the line"
        button(page, "network.support").click()
        sheet = window.sheets[-1]
        qtbot.addWidget(sheet)
        amount = sheet.findChild(QLineEdit, "stake.amount")
        amount.setText("400000")
        button(sheet, "stake.go").click()
        ((call, who),) = calls
        assert who == alice.address
        alice.send(chain, call)
        chain.jump(1)
        page.on_account()
        QApplication.processEvents()  # rows that came while the page stood there are shown with the next turn
        assert "gets a seat, #16" in texts(page)
        button(page, "network.unstake").click()
        sheet = window.sheets[-1]
        qtbot.addWidget(sheet)
        button(sheet, "unstake.go").click()
        alice.send(chain, calls[-1][0])
        chain.jump(1)
        (event,) = [one for one in chain.front.events(chain.front.head().height) if one.pallet == "Staking"]
        assert (event.name, event.fields["amount"]) == ("Unbonded", 400_000 * 10**15)
        page.on_head(HeadChange(chain.front.head(), (event,)))
        QApplication.processEvents()
        assert "free in 13 days" in texts(page)
        assert chain.front.support_of(alice.address).leaving == Balance.of_dbc(400_000)
    finally:
        chain.close()

"""The Rewards page: chart, ledger, stakes, claim and export, and each of its states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QSlider, QTableView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import ChainUnreachable, DbcError, InvalidInput
from dbc_desktop.domain.explanation import BlockRef, EraReward, Explanation, RewardInputs, RewardSteps
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Head, NetworkTotals
from dbc_desktop.domain.reward import ReleaseRule, ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.domain.simulation import EraFigures, Plan, Simulation
from dbc_desktop.ui import theme
from dbc_desktop.ui.pages.rewards import RewardsPage
from dbc_desktop.ui.pages.rewards_table import Column, LedgerModel, LedgerView
from dbc_desktop.ui.widgets import Progress
from dbc_desktop.ui.widgets.rising_curve import RisingCurve
from dbc_desktop.ui.widgets.vesting_chart import VestingChart
from tests.ui.renting_doubles import ALICE, BOB, HEAD, MACHINE, FakeWindow, InlineRunner, machine

RULE = ReleaseRule("launch-2021", 250, 150, 5)


def dbc(text: str) -> Balance:
    return Balance.parse(text)


ROWS = (
    RewardRow(96, MACHINE, dbc("1000"), dbc("250"), dbc("5")),
    RewardRow(95, MACHINE, dbc("1000"), dbc("250"), ZERO),
)


class Chain:
    """A stash whose machine was paid for two eras."""

    def __init__(self) -> None:
        self.rows: tuple[RewardRow, ...] = ROWS
        self.schedule = ReleaseSchedule(97, (*([dbc("10")] * 149), dbc("5")))
        self.controller: Address | None = ALICE
        self.claimable = dbc("505.123456789")
        self.fail: DbcError | None = None
        self.reads = 0
        self.plans: list[Plan] = []
        self.refuse: DbcError | None = None

    def head(self) -> Head:
        self.reads += 1
        if self.fail is not None:
            raise self.fail
        return HEAD

    def stash_of(self, controller: Address) -> Address | None:
        return ALICE if controller == self.controller else None

    def controller_of(self, stash: Address) -> Address | None:
        return self.controller

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        return (machine(),)

    def network(self) -> NetworkTotals:
        return NetworkTotals(ZERO, ZERO, None, ZERO, 12_000, 1, 8, 0, ZERO)

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        return tuple(row for row in self.rows if from_era <= row.era <= to_era)

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        return self.schedule

    def stash(self, stash: Address) -> StashOverview:
        return StashOverview(
            stash, self.controller, (MACHINE,), 8, 0, dbc("571428.57"), dbc("2000"), ZERO, self.claimable,
            dbc("1495"), dbc("255"), dbc("505"), None, RULE,
        )  # fmt: skip

    def simulate(self, plan: Plan, eras: int) -> Simulation:
        self.plans.append(plan)
        if self.refuse is not None:
            raise self.refuse
        worth = plan.gpus * 10**15
        row = EraFigures(
            97, Balance(worth), ZERO, ZERO, ZERO, ZERO, ZERO, 0, plan.gpus * 1_000_000 - plan.tariff_usd * 100
        )
        return Simulation(plan, "launch-2021", HEAD.height, 12_000, (row, replace(row, era=98)), ())

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        if self.fail is not None:
            raise self.fail
        inputs = RewardInputs(
            b"g" * 32, "launch-2021", machine_id, ALICE, era, BlockRef(1_368_001, b"b" * 32),
            BlockRef(1_382_405, b"p" * 32), 8, 193_266, True, 8, 760_167, Balance.of_dbc(1_095_890), 3, 731,
            (EraReward(95, dbc("1000"), 3, 731),),
        )  # fmt: skip
        steps = RewardSteps(57_980, 155, 251_401, 330_718_118, dbc("362430.67"), dbc("358806.37"), dbc("302.02"),
                            dbc("89701.59"), dbc("4.95"))  # fmt: skip
        return Explanation(inputs, steps)


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def window() -> FakeWindow:
    return FakeWindow()


@pytest.fixture
def page(qtbot: QtBot, chain: Chain, window: FakeWindow) -> RewardsPage:
    program: Any = SimpleNamespace(backend=chain, runner=InlineRunner())
    made = RewardsPage(program, window)
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    return made


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()]


def button(page: RewardsPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def cells(page: RewardsPage) -> list[list[str]]:
    view = page.findChild(QTableView, "rewards.table")
    assert isinstance(view, QTableView)
    model = view.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_while_reading_the_skeleton_stands(page: RewardsPage) -> None:
    assert page.state == "loading"


def test_the_page_shows_rule_ledger_totals_and_stake(page: RewardsPage) -> None:
    page.on_shown()

    assert page.state == "content"
    shown = texts(page)
    assert "25 % + 150 × 0.5 % · launch-2021" in shown
    assert [row[0] for row in cells(page)] == ["96", "95"]
    assert cells(page)[0][2:] == ["1,000.00", "250.00", "5.00", "255.00", "Explain"]
    assert "571,428.57 / 1,904,761.90" in shown
    assert "1,495.00 DBC" in shown
    (bar,) = page.findChildren(Progress)
    assert bar.fraction == 0.299


def test_claim_opens_the_spending_sheet_for_the_controller(page: RewardsPage, chain: Chain, qtbot: QtBot) -> None:
    chain.controller = BOB
    page.on_shown()
    claim = button(page, "rewards.claim")
    assert claim.text() == "Claim 505.12 DBC"

    with qtbot.waitSignal(page.spend) as asked:
        qtbot.mouseClick(claim, Qt.MouseButton.LeftButton)

    call, signer, done = asked.args
    assert call == Call("OnlineProfile", "claim_rewards")
    assert signer == BOB
    reads = chain.reads
    chain.claimable = ZERO
    done(None)
    assert chain.reads == reads + 1
    assert claim.text() == "Claim 0.00 DBC"
    assert not claim.isEnabled()


def test_a_payout_is_read_when_its_block_comes_and_a_quiet_block_is_not(page: RewardsPage, chain: Chain) -> None:
    page.on_shown()
    reads = chain.reads
    page.on_head(HeadChange(HEAD, ()))
    page.on_head(HeadChange(HEAD, (EventRecord(HEAD.height, 0, "Balances", "Transfer", {}),)))
    assert chain.reads == reads

    chain.rows = (RewardRow(97, MACHINE, dbc("1000"), dbc("250"), dbc("10")), *ROWS)
    page.on_head(HeadChange(HEAD, (EventRecord(HEAD.height, 0, "OnlineProfile", "ClaimRewards", {}),)))
    assert [row[0] for row in cells(page)] == ["97", "96", "95"]


def test_without_an_account_it_offers_to_make_one(page: RewardsPage, window: FakeWindow) -> None:
    window.chosen = None
    page.on_shown()

    assert page.state == "message"
    button(page, "rewards.empty.create").click()
    assert window.asked == ["create_account"]


def test_without_rewards_it_says_where_they_come_from(page: RewardsPage, chain: Chain, qtbot: QtBot) -> None:
    chain.rows, chain.schedule = (), ReleaseSchedule(97, ())
    page.on_shown()

    assert page.state == "message"
    assert not button(page, "rewards.claim").isVisibleTo(page)
    with qtbot.waitSignal(page.navigate) as asked:
        button(page, "rewards.empty.machines").click()
    assert asked.args == ["machines", None]


def test_a_read_that_fails_says_so_and_tries_again(page: RewardsPage, chain: Chain) -> None:
    chain.fail = ChainUnreachable()
    page.on_shown()
    assert page.state == "message"

    chain.fail = None
    button(page, "rewards.failed").click()
    assert page.state == "content"


def test_what_was_read_stays_greyed_while_the_chain_is_away(page: RewardsPage, chain: Chain) -> None:
    page.on_shown()
    chain.fail = ChainUnreachable()
    page.on_shown()

    age = page.findChild(QLabel, "rewards.age")
    assert isinstance(age, QLabel)
    assert page.state == "content"
    assert age.isVisible()
    assert len(cells(page)) == 2
    chain.fail = None
    button(page, "rewards.retry").click()
    assert not age.isVisible()


def test_another_account_shows_nothing_of_the_one_before(page: RewardsPage, chain: Chain) -> None:
    page.on_shown()
    chain.fail = ChainUnreachable()
    page.on_account()

    assert page.state == "message"


def test_the_export_holds_every_digit(page: RewardsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "rewards.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page.on_shown()
    button(page, "rewards.export").click()

    assert target.read_text(encoding="utf-8").splitlines() == [
        "era,machine_id,earned_dbc,at_once_dbc,from_earlier_dbc,released_dbc",
        f"96,{MACHINE},1000.000000000000000,250.000000000000000,5.000000000000000,255.000000000000000",
        f"95,{MACHINE},1000.000000000000000,250.000000000000000,0.000000000000000,250.000000000000000",
    ]


def test_an_export_that_cannot_be_written_is_told(
    page: RewardsPage, window: FakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path), ""))
    page.on_shown()
    button(page, "rewards.export").click()

    assert len(window.notices) == 1


def test_a_row_is_explained_by_a_click_and_by_enter(
    page: RewardsPage, window: FakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.on_shown()
    view = page.findChild(QTableView, "rewards.table")
    assert isinstance(view, QTableView)
    place = view.visualRect(view.model().index(1, Column.EXPLAIN)).center()
    qtbot.mouseMove(view.viewport(), place)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    view.setCurrentIndex(view.model().index(0, Column.ERA))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    by_click, by_key = window.sheets
    for sheet in window.sheets:
        qtbot.addWidget(sheet)
    assert by_click.title_label.text().endswith("in era 95 · launch-2021")
    assert by_key.title_label.text().endswith("in era 96 · launch-2021")
    said = [label.text() for label in by_click.findChildren(QLabel)]
    assert "1,932.66 + 579.80 rented + 1.55 for the stash = 2,514.01" in said
    assert "0.330718118 × 1,095,890.00 DBC = 362,430.67 DBC" in said
    assert "less 3,624.30 DBC for the committee = 358,806.37 DBC" in said
    assert "0.5 % of 1 earlier reward = 4.95 DBC" in said

    target = tmp_path / "reward.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    by_click.findChild(QPushButton, "explain.save").click()
    assert '"format": "dbc-desktop reward"' in target.read_text(encoding="utf-8")
    by_click.findChild(QPushButton, "explain.close").click()


def test_a_reward_that_cannot_be_explained_is_told(page: RewardsPage, chain: Chain, window: FakeWindow) -> None:
    page.on_shown()
    chain.fail = InvalidInput("reward", "too_old")
    view = page.findChild(LedgerView)
    assert isinstance(view, LedgerView)
    view.explained.emit(view.model().row_at(0))
    assert "older version of this program" in window.notices[0].body
    assert window.sheets == []


def slider(page: RewardsPage, name: str) -> QSlider:
    found = page.findChild(QSlider, f"rewards.whatif.{name}")
    assert isinstance(found, QSlider)
    return found


def test_the_curve_answers_each_slider(qapp: QApplication, page: RewardsPage, chain: Chain, qtbot: QtBot) -> None:
    theme.apply(qapp, "dark")
    page.on_shown()
    assert [plan.gpus for plan in chain.plans] == [8]
    assert {"16.00 DBC", "−4.00 USD"} <= set(texts(page))
    reset = button(page, "rewards.whatif.reset")
    assert not reset.isVisible()

    slider(page, "gpus").setFocus()
    qtbot.keyClick(slider(page, "gpus"), Qt.Key.Key_Right)
    slider(page, "tariff").setValue(0)
    assert [(plan.gpus, plan.tariff_usd) for plan in chain.plans[1:]] == [(9, 100_000), (9, 0)]
    assert chain.plans[-1].replaces == ALICE
    assert {"18.00 DBC", "18.00 USD", "9"} <= set(texts(page))
    curve = page.findChild(RisingCurve)
    assert isinstance(curve, RisingCurve)
    assert curve.text_at(curve.width()) == "era 98: 9.00 DBC earned, 9.00 USD net"
    assert curve.text_at(0) == ""
    image = curve.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert theme.color("soft_good").name() in colours
    qtbot.mouseMove(curve, QPoint(curve.width() // 2, 5))

    # Another block of the same era asks nothing anew; sliders that were moved stay when the next era comes.
    page.on_shown()
    assert len(chain.plans) == 3
    reset.click()
    assert chain.plans[-1].gpus == 8
    assert chain.plans[-1].tariff_usd == 100_000
    assert not reset.isVisible()


def test_while_the_engine_computes_only_the_newest_wish_waits(page: RewardsPage, chain: Chain) -> None:
    page.on_shown()
    runner = page.program.runner
    assert isinstance(runner, InlineRunner)
    runner.hold = True
    for gpus in (9, 10, 11, 12):
        slider(page, "gpus").setValue(gpus - 1)
    assert len(runner.held) == 1
    assert "12" in texts(page)
    runner.release()
    assert len(runner.held) == 1
    runner.release()
    assert [plan.gpus for plan in chain.plans] == [8, 9, 12]
    assert runner.held == []


def test_a_plan_that_cannot_be_played_says_why(page: RewardsPage, chain: Chain) -> None:
    page.on_shown()
    chain.refuse = ChainUnreachable()
    slider(page, "offline").setValue(5)
    assert any("chain" in text.lower() and "answer" in text.lower() for text in texts(page))
    assert "16.00 DBC" not in texts(page)
    chain.refuse = None
    slider(page, "offline").setValue(6)
    assert "16.00 DBC" in texts(page)


def test_where_nothing_can_be_played_or_explained_nothing_is_offered(
    page: RewardsPage, window: FakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "capabilities", frozenset)
    page.on_shown()
    assert not slider(page, "gpus").isVisible()
    view = page.findChild(LedgerView)
    assert isinstance(view, LedgerView)
    assert view.isColumnHidden(Column.EXPLAIN)


def test_an_export_that_is_called_off_writes_nothing(
    page: RewardsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    page.on_shown()
    button(page, "rewards.export").click()

    assert list(tmp_path.iterdir()) == []


def test_the_ledger_model_keeps_its_promises(page: RewardsPage, chain: Chain, qtmodeltester: ModelTester) -> None:
    page.on_shown()
    view = page.findChild(QTableView, "rewards.table")
    assert isinstance(view, QTableView)
    model = view.model()
    assert isinstance(model, LedgerModel)
    qtmodeltester.check(model)
    assert model.index(0, Column.MACHINE).data(Qt.ItemDataRole.ToolTipRole) == MACHINE
    view.selectRow(1)

    chain.rows = (RewardRow(97, MACHINE, dbc("1"), dbc("0.25"), ZERO), *ROWS)
    page.on_shown()
    assert view.selectionModel().selectedRows()[0].row() == 2


def test_the_chart_stands_on_its_sums_and_says_them(qapp: QApplication, page: RewardsPage, qtbot: QtBot) -> None:
    theme.apply(qapp, "dark")
    page.on_shown()
    chart = page.findChild(VestingChart)
    assert isinstance(chart, VestingChart)
    qtbot.waitUntil(lambda: chart.width() > 300)
    found = {bar.era: (x, bar) for x in range(chart.width()) if (bar := chart.bar_at(x)) is not None}
    assert sorted(found)[:3] == [95, 96, 97]
    assert found[96][1].text == "era 96: 250.00 DBC at once + 5.00 DBC of earlier eras = 255.00 DBC"
    assert found[97][1].text.startswith("era 97: 10.00 DBC")
    assert chart.bar_at(0) is None

    image = chart.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(30, chart.width()) for y in range(chart.height())}
    assert theme.color("locked").name() in colours
    assert theme.color("good").name() in colours
    qtbot.mouseMove(chart, QPoint(found[96][0], 100))

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens.notices import Notice
from dbc_desktop.ui.hop import Hop
from dbc_desktop.ui.page import Page
from dbc_desktop.ui.pages.home_cards import mean_use, span_of
from dbc_desktop.ui.strip import MessageStrip
from dbc_desktop.ui.widgets import (
    AddressLabel,
    AmountLabel,
    Button,
    ElidedLabel,
    Field,
    IdLabel,
    KeyValue,
    Label,
    MixedLabel,
    Sheet,
    SheetHost,
    StepKind,
    StepLine,
)
from dbc_desktop.ui.widgets.plot import Series
from dbc_desktop.ui.widgets.qr import QrCode
from dbc_desktop.ui.widgets.release_bars import ReleaseBars
from tests.ui.fake_program import fakes, reading, sample

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def test_the_hop_brings_a_call_home_from_another_thread(qtbot: QtBot) -> None:
    hop, seen = Hop(), []
    thread = threading.Thread(target=lambda: hop.post(None, lambda: seen.append(threading.current_thread())))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [threading.main_thread()]


def test_the_hop_drops_what_belongs_to_an_owner_that_is_gone(qtbot: QtBot) -> None:
    hop, seen = Hop(), []
    owner = QObject()
    hop.post(owner, lambda: seen.append("late"))
    hop.post(None, lambda: seen.append("last"))
    import shiboken6

    shiboken6.delete(owner)
    qtbot.waitUntil(lambda: "last" in seen)
    assert seen == ["last"]


def test_a_closed_hop_is_silent(qtbot: QtBot) -> None:
    hop, seen = Hop(), []
    hop.post(None, lambda: seen.append(1))
    hop.close()
    hop.post(None, lambda: seen.append(2))
    qtbot.wait(10)
    assert seen == []


def test_amounts_show_two_decimals_and_copy_every_digit(qtbot: QtBot) -> None:
    label = AmountLabel(Balance.parse("4787.941234"))
    qtbot.addWidget(label)
    assert label.text() == "4,787.94 DBC"
    assert "4,787.941234 DBC" in label.toolTip()
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "4,787.941234"
    label.set_balance(None)
    assert label.text() == "–"


def test_addresses_are_short_and_copied_whole(qtbot: QtBot) -> None:
    label = AddressLabel(ALICE)
    qtbot.addWidget(label)
    assert label.text() == "5Grwva…utQY"
    assert ALICE in label.toolTip()
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == ALICE
    other = IdLabel("3f9a" + "0" * 56 + "c41d")
    qtbot.addWidget(other)
    assert other.text() == "3f9a…c41d"


def test_texts_from_outside_bring_no_markup(qtbot: QtBot) -> None:
    label = Label("<b>x</b>")
    mixed = MixedLabel("<i>a</i>", "<b>", "&")
    qtbot.addWidget(label)
    qtbot.addWidget(mixed)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert "<i>" not in mixed.text()
    assert "&lt;i&gt;" in mixed.text()


def test_a_line_without_room_ends_in_an_ellipsis(qtbot: QtBot) -> None:
    label = ElidedLabel("a rather long line of text")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.toolTip() == label.whole_text() == "a rather long line of text"


def test_a_field_says_what_is_wrong_until_it_is_typed_again(qtbot: QtBot) -> None:
    field = Field("Amount", "x.amount")
    qtbot.addWidget(field)
    field.set_error("Type an amount.")
    assert (field.error(), field.edit.property("wrong")) == ("Type an amount.", True)
    QTest.keyClicks(field.edit, "1")
    assert (field.error(), field.edit.property("wrong")) == ("", False)


def test_rows_change_in_place(qtbot: QtBot) -> None:
    rows = KeyValue([("Fee", "1"), ("Nonce", "2")])
    qtbot.addWidget(rows)
    shown = rows.value("Fee")
    rows.set_rows([("Fee", "3"), ("Nonce", "2")])
    assert rows.value("Fee") is shown
    assert shown.text() == "3"
    rows.set_rows([("Other", "4")])
    assert rows.value("Other").text() == "4"


def test_steps_tell_their_names(qtbot: QtBot) -> None:
    line = StepLine([("rented", StepKind.DONE), ("booted", StepKind.CURRENT), ("x", StepKind.FAILED)])
    qtbot.addWidget(line)
    line.grab()
    assert line.accessibleName() == "rented, booted, x"
    line.set_steps([("ended", StepKind.LATER)])
    assert line.steps() == (("ended", StepKind.LATER),)


def test_release_bars_name_the_era_below_the_pointer(qtbot: QtBot) -> None:
    bars = ReleaseBars()
    qtbot.addWidget(bars)
    bars.resize(300, 136)
    bars.set_bars(99, [Balance.parse("3"), Balance.parse("2"), Balance.parse("1")], [(0, "era 99")])
    assert bars.text_at(150) == "era 100 · 2.00 DBC"
    assert bars.text_at(-1) == ""
    picture = bars.grab().toImage()
    assert picture.pixelColor(50, 60) != picture.pixelColor(290, 5)


def test_a_qr_code_has_its_finder(qtbot: QtBot) -> None:
    code = QrCode(ALICE)
    qtbot.addWidget(code)
    picture = code.grab().toImage()
    assert picture.pixelColor(2, 66).lightness() > 200
    assert picture.pixelColor(18, 18).lightness() < 60


@pytest.fixture
def host(qtbot: QtBot) -> Iterator[SheetHost]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.show()
    yield SheetHost(window)
    window.close()


def test_a_sheet_stands_in_the_middle_and_escape_closes_it(host: SheetHost) -> None:
    sheet = Sheet("Title")
    host.open(sheet)
    assert host.sheet is sheet
    assert host.isVisible()
    assert sheet.x() == (900 - 520) // 2
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert host.sheet is None
    assert not host.isVisible()


def test_a_sheet_that_works_cannot_be_escaped_and_a_click_beside_does_nothing(host: SheetHost) -> None:
    sheet = Sheet("Title")
    sheet.can_escape = False
    host.open(sheet)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    QTest.mouseClick(host, Qt.MouseButton.LeftButton, pos=host.rect().topLeft())
    assert host.sheet is sheet


def test_a_second_sheet_takes_the_place_of_the_first(host: SheetHost) -> None:
    first, second = Sheet("1"), Sheet("2")
    host.open(first)
    host.open(second)
    assert host.sheet is second


def test_the_strip_keeps_messages_until_they_are_dealt_with(qtbot: QtBot) -> None:
    strip, done = MessageStrip(), []
    qtbot.addWidget(strip)
    strip.say(Notice("First", "one"))
    strip.say(Notice("Second", "two", "Do it"), act=lambda: done.append(1))
    strip.say(Notice("Second", "two", "Do it"), act=lambda: done.append(2))
    assert strip.shown() == Notice("Second", "two", "Do it")
    strip.findChild(Button, "strip.act").click()
    assert done == [2]
    assert strip.shown() == Notice("First", "one")
    strip.findChild(Button, "strip.close").click()
    assert strip.isHidden()


class SomePage(Page):
    key = "some"
    asked = 0

    def on_shown(self) -> None:
        self.asked += 1


@pytest.fixture
def page(qtbot: QtBot) -> SomePage:
    made = SomePage(fakes().program, None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def test_a_page_can_be_loading_and_full(page: SomePage) -> None:
    page.show_loading()
    assert page.state == "loading"
    page.show_content()
    assert page.state == "content"


def test_an_empty_page_offers_the_first_step(page: SomePage) -> None:
    done: list[int] = []
    page.show_empty("No account yet", "It holds your DBC.", "Make one", lambda: done.append(1))
    assert page.state == "message"
    QTest.mouseClick(page.findChild(Button, "some.empty"), Qt.MouseButton.LeftButton)
    assert done == [1]


def test_a_failed_page_says_why_and_tries_again(page: SomePage) -> None:
    page.show_failed(Notice("No answer", "why"))
    assert page.state == "message"
    QTest.mouseClick(page.findChild(Button, "some.failed"), Qt.MouseButton.LeftButton)
    assert page.asked == 1


def test_a_stale_page_is_grey_with_its_age(page: SomePage) -> None:
    page.set_stale("3 min old")
    age = page.findChild(QWidget, "some.age")
    assert (page.state, age.text(), age.isVisible()) == ("content", "3 min old", True)
    assert page.body.parentWidget().graphicsEffect() is not None
    page.show_content()
    assert page.body.parentWidget().graphicsEffect() is None
    assert not age.isVisible()


def test_an_offline_page_keeps_its_values_and_can_retry(page: SomePage) -> None:
    page.show_offline(Notice("No answer from the chain", "why"))
    age = page.findChild(QWidget, "some.age")
    assert (age.text(), age.toolTip()) == ("No answer from the chain", "why")
    QTest.mouseClick(page.findChild(Button, "some.retry"), Qt.MouseButton.LeftButton)
    assert page.asked == 1


def test_the_use_of_a_rig_is_the_mean_of_what_answered() -> None:
    class Gappy:
        def series(self, uuid: str, field: str, seconds: float) -> tuple[np.ndarray, np.ndarray]:
            assert (field, seconds) == ("gpu_percent", 600.0)
            values = {"GPU-0": [10.0, 20.0, np.nan], "GPU-1": [99.0, 30.0, 40.0, np.nan]}[uuid]
            return np.arange(float(len(values))), np.array(values)

    use = mean_use(Gappy(), sample(reading(0), reading(1)))  # type: ignore[arg-type]
    assert use.values[:2].tolist() == [20.0, 30.0]
    assert np.isnan(use.values[2])
    assert span_of(use) == 60.0
    assert span_of(Series()) == 600.0
    assert span_of(Series(np.array([0.0, 300.0]), np.array([1.0, 1.0]))) == 300.0
    assert len(mean_use(Gappy(), RigSample("x", "nvml", 0, ())).values) == 0  # type: ignore[arg-type]


def test_tab_goes_round_inside_a_sheet(host: SheetHost) -> None:
    sheet = Sheet("Title")
    field, off, button = Field("Name", "x.name"), Button("Off"), Button("Go", name="x.go")
    off.setEnabled(False)
    for widget in (field, off, button):
        sheet.body.addWidget(widget)
    host.open(sheet)
    QTest.qWait(10)
    window = host.window()
    field.edit.setFocus()
    seen = []
    for _ in range(3):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(window.focusWidget())
    assert seen == [button, field.edit, button]
    QTest.keyClick(button, Qt.Key.Key_Backtab)
    assert window.focusWidget() is field.edit


def test_enter_presses_the_focused_button(qtbot: QtBot) -> None:
    done: list[int] = []
    button = Button("Go", act=lambda: done.append(1))
    qtbot.addWidget(button)
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert done == [1, 1]

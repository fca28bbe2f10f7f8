"""The Rigs page: what is shown, chosen and kept in place while readings come in, and each of its states."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.history import History
from dbc_desktop.ui.pages import PAGES
from dbc_desktop.ui.pages.rigs import SILENT_AFTER_MS, RigsPage
from dbc_desktop.ui.pages.rigs_cards import CurvesCard, ReadingsCard, TileCard
from dbc_desktop.ui.widgets import ElidedLabel, EmptyState
from dbc_desktop.ui.widgets.live_curve import LiveCurve
from dbc_desktop.ui.widgets.plot import Series
from dbc_desktop.ui.widgets.spark_line import SparkLine
from tests.doubles.readings import lost, reading, sample, trouble
from tests.ui.renting_doubles import FakeWindow

NOW = 1_700_000_000.0


class Sampling:
    """The sampler as a page sees it: the newest sample and the history behind it."""

    def __init__(self) -> None:
        self.history = History()
        self.newest: RigSample | None = None

    def latest(self) -> RigSample | None:
        return self.newest

    def take(self, one: RigSample) -> RigSample:
        self.history.append(one)
        self.newest = one
        return one


@pytest.fixture
def sampling() -> Sampling:
    return Sampling()


@pytest.fixture
def page(qtbot: QtBot, sampling: Sampling) -> RigsPage:
    program: Any = SimpleNamespace(sampler=sampling)
    made = RigsPage(program, FakeWindow())
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    return made


def eight(second: int = 0, **changes: Any) -> RigSample:
    at = NOW + second
    return sample(*(reading(index, at, **changes) for index in range(8)), taken_at=at)


def texts(widget: QWidget) -> list[str]:
    shown = [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return [label.whole_text() if isinstance(label, ElidedLabel) else label.text() for label in shown]


def tile(page: RigsPage, number: int) -> TileCard:
    found = page.findChild(TileCard, f"rigs.gpu.{number}")
    assert isinstance(found, TileCard)
    return found


def button(page: RigsPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def test_before_the_first_sample_the_skeleton_stands(page: RigsPage) -> None:
    page.on_shown()

    assert page.state == "loading"


def test_eight_gpus_fit_a_small_window_without_scrolling(page: RigsPage, sampling: Sampling, qtbot: QtBot) -> None:
    page.on_sample(sampling.take(eight()))

    assert page.state == "content"
    assert len(page.findChildren(TileCard)) == 8
    assert len(page.findChildren(SparkLine)) == 8
    assert len(page.findChildren(LiveCurve)) == 6
    qtbot.waitUntil(lambda: page.body.parentWidget().height() > 0)
    assert page.body.minimumSize().height() <= 680
    assert page.minimumSizeHint().width() <= 1104


def test_the_source_is_told_and_demo_gpus_are_marked(page: RigsPage, sampling: Sampling) -> None:
    page.on_sample(sampling.take(eight()))
    badge = page.findChild(QLabel, "rigs.source")
    assert isinstance(badge, QLabel)
    assert (badge.text(), badge.property("badge"), badge.isVisible()) == ("driver 580.95.05", "plain", True)

    page.on_sample(sampling.take(sample(reading(0, NOW + 1), taken_at=NOW + 1, source="demo")))
    assert (badge.text(), badge.property("badge"), badge.isVisible()) == ("demo GPUs, not real", "warn", True)


def test_new_readings_change_texts_in_place(page: RigsPage, sampling: Sampling) -> None:
    page.on_sample(sampling.take(eight()))
    before = page.findChildren(QWidget)
    page.on_sample(sampling.take(eight(1, load=12)))

    assert page.findChildren(QWidget) == before
    assert tile(page, 5).load.text() == "12"
    assert "12 %" in texts(page)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_gpu_is_chosen_by_mouse_and_by_keyboard(page: RigsPage, sampling: Sampling, qtbot: QtBot, by: str) -> None:
    page.on_sample(sampling.take(eight()))
    assert "GPU 0 · RTX 3090" in texts(page)

    if by == "mouse":
        qtbot.mouseClick(tile(page, 6), Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(tile(page, 6), Qt.Key.Key_Return)

    assert "GPU 6 · RTX 3090" in texts(page)
    assert tile(page, 6).property("edge") == "accent"
    assert tile(page, 0).property("edge") == ""
    page.on_sample(sampling.take(eight(1)))
    assert "GPU 6 · RTX 3090" in texts(page)


def test_the_range_changes_what_the_curves_show(
    page: RigsPage, sampling: Sampling, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for second in range(700):
        sampling.take(eight(second))
    shown: list[tuple[int, float]] = []

    def remember(_curve: LiveCurve, series: tuple[Series, ...], _end: float, seconds: float) -> None:
        shown.append((len(series[0].times), seconds))

    monkeypatch.setattr(LiveCurve, "show_series", remember)
    page.on_shown()
    assert shown == [(600, 600)] * 6

    shown.clear()
    qtbot.mouseClick(button(page, "rigs.range.60"), Qt.MouseButton.LeftButton)
    assert shown == [(60, 60)] * 6

    shown.clear()
    qtbot.mouseClick(button(page, "rigs.range.3600"), Qt.MouseButton.LeftButton)
    assert shown == [(700, 3_600)] * 6
    assert [button(page, f"rigs.range.{each}").isChecked() for each in (60, 600, 3_600)] == [False, False, True]


def test_a_young_history_is_shown_over_a_minute_until_the_person_chooses(
    page: RigsPage, sampling: Sampling, qtbot: QtBot
) -> None:
    sampling.take(eight())
    page.on_shown()
    assert button(page, "rigs.range.60").isChecked()

    for second in range(1, 200):
        sampling.take(eight(second))
    page.on_shown()
    assert button(page, "rigs.range.600").isChecked()

    qtbot.mouseClick(button(page, "rigs.range.3600"), Qt.MouseButton.LeftButton)
    page.on_shown()
    assert button(page, "rigs.range.3600").isChecked()


def test_a_lost_gpu_is_told_in_its_tile_and_in_the_log(page: RigsPage, sampling: Sampling, qtbot: QtBot) -> None:
    page.on_sample(sampling.take(eight()))
    gpus = [lost(3, NOW + 1) if index == 3 else reading(index, NOW + 1) for index in range(8)]
    page.on_sample(sampling.take(sample(*gpus, taken_at=NOW + 1)))

    gone = tile(page, 3)
    assert gone.property("edge") == "warn"
    assert "lost 00:00:00" in texts(gone)
    assert any("Check its power and seating" in text for text in texts(gone))
    assert not gone.load.isVisible()
    qtbot.waitUntil(lambda: any(text.startswith("GPU 3 stopped answering") for text in texts(page)))

    page.on_sample(sampling.take(eight(9)))
    assert gone.load.isVisible()
    qtbot.waitUntil(lambda: "GPU 3 answers again after 8 s." in texts(page))


def test_what_is_not_supported_says_so(page: RigsPage, sampling: Sampling) -> None:
    page.on_sample(sampling.take(eight()))

    assert "not supported by this GPU" in texts(page)


def test_a_driver_that_goes_keeps_the_last_readings_greyed(page: RigsPage, sampling: Sampling) -> None:
    page.on_sample(sampling.take(eight()))
    page.on_sample(sampling.take(trouble("driver_gone", NOW + 1)))

    assert page.state == "content"
    age = page.findChild(QLabel, "rigs.age")
    assert isinstance(age, QLabel)
    assert age.isVisible()
    assert age.text() == "No readings"
    assert age.toolTip() == "The driver stopped answering. Reload it or restart the computer."
    assert button(page, "rigs.retry").isVisible()
    assert "98" in texts(page)

    page.on_sample(sampling.take(eight(9)))
    assert not age.isVisible()


def test_a_driver_that_was_never_there_is_a_failure_with_its_reason(page: RigsPage, sampling: Sampling) -> None:
    page.on_sample(sampling.take(trouble("driver_mismatch")))

    assert page.state == "message"
    assert "The driver was updated. Restart the computer." in texts(page)
    sampling.take(eight(1))
    button(page, "rigs.failed").click()
    assert page.state == "content"


def test_a_computer_without_a_gpu_says_so_without_cutting_the_sentence(
    page: RigsPage, sampling: Sampling, qtbot: QtBot
) -> None:
    page.on_sample(sampling.take(sample()))

    assert page.state == "message"
    assert "No GPU in this computer" in texts(page)
    state = page.findChild(EmptyState)
    assert isinstance(state, EmptyState)
    qtbot.waitUntil(lambda: state.text_label.height() >= 2 * state.text_label.fontMetrics().height())


def test_readings_that_stop_are_marked_as_old(page: RigsPage, sampling: Sampling) -> None:
    page.on_sample(sampling.take(eight()))
    assert page._silence.isActive()
    assert page._silence.interval() == SILENT_AFTER_MS

    page._silence.timeout.emit()

    age = page.findChild(QLabel, "rigs.age")
    assert isinstance(age, QLabel)
    assert age.isVisible()
    assert age.text().startswith("last reading ")


def test_gpus_that_come_and_go_change_the_tiles(page: RigsPage, sampling: Sampling, qtbot: QtBot) -> None:
    page.on_sample(sampling.take(eight()))
    page.on_sample(sampling.take(sample(reading(0, NOW + 1), reading(1, NOW + 1), taken_at=NOW + 1)))
    qtbot.waitUntil(lambda: len(page.findChildren(TileCard)) == 2)

    page.on_argument(reading(1).uuid)
    assert "GPU 1 · RTX 3090" in texts(page)


def test_in_a_narrow_window_nothing_is_wider_than_the_page(page: RigsPage, sampling: Sampling, qtbot: QtBot) -> None:
    page.on_sample(sampling.take(eight()))
    page.resize(848, 556)
    page.on_sample(sampling.take(eight(1)))

    content = page.body.parentWidget()
    qtbot.waitUntil(lambda: content.width() <= 848 - 40)
    readings = page.findChild(ReadingsCard)
    curves = page.findChild(CurvesCard)
    assert isinstance(readings, ReadingsCard)
    assert isinstance(curves, CurvesCard)
    qtbot.waitUntil(lambda: readings.y() > curves.y())
    assert readings.width() == curves.width()


def test_it_stands_in_the_rail_after_home() -> None:
    assert [entry.key for entry in PAGES][:2] == ["home", "rigs"]
    assert PAGES[1].load() is RigsPage

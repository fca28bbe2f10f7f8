"""The Rigs page: what is shown, chosen and kept in place while readings come in, and each of its states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.errors import DbcError, ReadingMissing
from dbc_desktop.domain.gpu import LaneTrouble, Missing, PcieThroughput, ReadingLane, RigSample
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth, GpuProcess, ProcessKind
from dbc_desktop.domain.host import HostReading
from dbc_desktop.services.rig_rentals import RigRentals
from dbc_desktop.telemetry.history import History
from dbc_desktop.telemetry.history_writer import HistoryWriter
from dbc_desktop.ui import theme
from dbc_desktop.ui.pages import PAGES
from dbc_desktop.ui.pages.rigs import SILENT_AFTER_MS, RigsPage
from dbc_desktop.ui.pages.rigs_cards import CurvesCard, TileCard
from dbc_desktop.ui.pages.rigs_readings import ReadingsCard
from dbc_desktop.ui.widgets import ElidedLabel, EmptyState
from dbc_desktop.ui.widgets.live_curve import LiveCurve
from dbc_desktop.ui.widgets.plot import Series
from dbc_desktop.ui.widgets.spark_line import SparkLine
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import lost, reading, sample, trouble
from tests.ui.fake_program import fakes
from tests.ui.renting_doubles import FakeWindow

NOW = 1_700_000_000.0


class Sampling:
    """The sampler as a page sees it: the newest sample and the history behind it."""

    def __init__(self) -> None:
        self.history = History()
        self.sensors: Any = None
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
    program: Any = replace(fakes().program, sampler=sampling)
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
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "dark")  # without the style sheet every button is wider
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


# the sections, the past, and what is done only when asked


class Inline:
    """The runner, at once; what was asked is remembered."""

    def __init__(self) -> None:
        self.lanes: list[str] = []

    def query(self, lane: str, work: Any, *, done: Any, failed: Any = None, **_: Any) -> None:
        self.lanes.append(lane)
        try:
            answer = work()
        except DbcError as error:
            failed(error)
        else:
            done(answer)

    command = query


class Metered:
    """Sensors that can measure what goes over the bus."""

    source = "nvml"

    def __init__(self, error: DbcError | None = None) -> None:
        self.error = error

    def pcie_throughput(self, uuid: str) -> PcieThroughput:
        if self.error is not None:
            raise self.error
        return PcieThroughput(uuid, NOW, 1_200_000, 3_400_000, 0.041)


@pytest.fixture
def past_page(qtbot: QtBot, sampling: Sampling, tmp_path: Path) -> Iterator[RigsPage]:
    writer = HistoryWriter(tmp_path / "telemetry.sqlite3", HandClock())
    sampling.history = History(writer)
    made = RigsPage(replace(fakes().program, sampler=sampling, runner=Inline()), FakeWindow())  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1104, 756)
    made.show()
    yield made
    writer.close()


def with_everything(second: int = 0) -> RigSample:
    gpu = replace(
        reading(0, NOW + second),
        board=GpuBoard(architecture="Ampere", power_least=100.0, power_most=400.0, power_default=350.0),
        health=GpuHealth(
            NOW,
            {"row_remapping": Missing.NOT_SUPPORTED},
            processes=(GpuProcess(4_711, ProcessKind.COMPUTE, "anna", "python train.py", 21 * 2**30),),
        ),
    )
    host = HostReading(NOW, 12.0, 16, 1.5, 54.0, 9 * 10**9, 64 * 10**9, 0, NOW - 7_200)
    return replace(sample(gpu, taken_at=NOW + second), host=host, cuda_version="13.0")


def shown_rows(page: RigsPage) -> list[str]:
    card = page.findChild(ReadingsCard)
    assert isinstance(card, ReadingsCard)
    return texts(card)


def test_each_section_shows_its_readings(past_page: RigsPage, sampling: Sampling) -> None:
    past_page.on_sample(sampling.take(with_everything()))

    button(past_page, "rigs.section.health").click()
    assert "Row remapping" in shown_rows(past_page)
    assert "not supported by this GPU" in shown_rows(past_page)
    button(past_page, "rigs.section.card").click()
    assert "Ampere" in shown_rows(past_page)
    button(past_page, "rigs.section.computer").click()
    assert "12.0 %" in shown_rows(past_page) or "12 %" in shown_rows(past_page)
    button(past_page, "rigs.section.processes").click()
    assert {"python train.py", "21.0 GB", "anna"} <= set(shown_rows(past_page))


def test_a_process_names_the_rental_it_belongs_to(past_page: RigsPage, sampling: Sampling) -> None:
    past_page.on_sample(sampling.take(with_everything()))
    button(past_page, "rigs.section.processes").click()
    past_page._show_rentals(RigRentals({0: 18}))

    assert "rental #18 · anna" in shown_rows(past_page)
    assert tile(past_page, 0).state.whole_text() == "rental #18"
    past_page._show_rentals(RigRentals({0: 18}, is_guess=True))
    assert "rental #18, a guess · anna" in shown_rows(past_page)
    assert tile(past_page, 0).state.whole_text() == "rental #18, a guess"


def test_a_long_range_comes_from_the_history_with_its_gap(past_page: RigsPage, sampling: Sampling) -> None:
    for second in (*range(0, 600), *range(1_800, 2_400)):
        sampling.take(sample(reading(0, NOW + second), taken_at=NOW + second))
    writer = sampling.history.writer
    assert writer is not None
    writer.work_off(is_last=True)
    past_page.on_sample(sampling.take(eight(2_401)))

    button(past_page, "rigs.range.86400").click()
    curve = past_page.findChildren(LiveCurve)[0]
    past = curve._past
    assert past is not None
    assert np.isnan(past.means).any()
    assert np.nanmax(past.most) == 98.0
    button(past_page, "rigs.range.600").click()
    assert curve._past is None


def test_a_history_that_cannot_be_read_is_said_and_the_page_stays(past_page: RigsPage, sampling: Sampling) -> None:
    past_page.on_sample(sampling.take(eight()))
    writer = sampling.history.writer
    assert writer is not None
    writer.store()._db.close()
    writer.store()._is_closed = True
    button(past_page, "rigs.range.86400").click()

    window: Any = past_page.window_services
    assert [notice.title for notice in window.notices] == ["A file is damaged"]
    assert past_page.state == "content"


def test_pcie_is_measured_when_asked_and_says_what_it_cost(past_page: RigsPage, sampling: Sampling) -> None:
    past_page.on_sample(sampling.take(eight()))
    button(past_page, "rigs.measure").click()
    assert "Only real NVIDIA GPUs of this computer can be measured." in shown_rows(past_page)

    sampling.sensors = Metered()
    button(past_page, "rigs.measure").click()
    assert "PCIe: 1.2 MB/s sent, 3.4 MB/s received. The driver took 41 ms for it." in shown_rows(past_page)

    sampling.sensors = Metered(ReadingMissing("pcie_throughput", "not_supported"))
    button(past_page, "rigs.measure").click()
    window: Any = past_page.window_services
    assert [notice.title for notice in window.notices] == ["The GPU does not do that"]


def test_a_hanging_call_is_said_in_the_head(past_page: RigsPage, sampling: Sampling) -> None:
    hangs = replace(eight(), lanes=(LaneTrouble(ReadingLane.SLOW, NOW, None, 1),))
    past_page.on_sample(sampling.take(hangs))

    badge = past_page.findChild(QLabel, "rigs.source")
    assert isinstance(badge, QLabel)
    assert badge.text() == "a call into the driver hangs"
    assert "slow readings" in badge.toolTip()


def test_the_power_limit_opens_in_a_sheet(past_page: RigsPage, sampling: Sampling) -> None:
    past_page.on_sample(sampling.take(with_everything()))
    button(past_page, "rigs.limit").click()

    window: Any = past_page.window_services
    (sheet,) = window.sheets
    assert sheet.title_label.text() == "Power limit of GPU 0"
    sheet.deleteLater()

"""Live curves: no peak is lost, no gap is bridged, and what is painted is where the value is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets.live_curve import LiveCurve
from dbc_desktop.ui.widgets.plot import Series, ground_below, polygon, polygons, runs, thinned, time_step, time_ticks
from dbc_desktop.ui.widgets.spark_line import SparkLine

END = 1_700_000_400.0
NAN = float("nan")


def series(values: list[float], end: float = END, token: str = "accent") -> Series:
    times = np.arange(end - len(values) + 1, end + 1)
    return Series(times, np.array(values), token)


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def is_near(image: QImage, x: int, y: int, wanted: QColor) -> bool:
    """Whether a pixel close by is of about this colour."""
    for row in range(max(0, y - 2), min(image.height(), y + 3)):
        seen = image.pixelColor(x, row)
        if all(
            abs(a - b) < 110
            for a, b in zip(
                (seen.red(), seen.green(), seen.blue()), (wanted.red(), wanted.green(), wanted.blue()), strict=True
            )
        ):
            return True
    return False


@pytest.fixture
def dark(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")


def test_runs_end_where_a_reading_is_missing() -> None:
    values = np.array([NAN, 1.0, 2.0, NAN, NAN, 3.0])
    found = runs(np.arange(6.0), values)

    assert [(times.tolist(), part.tolist()) for times, part in found] == [([1.0, 2.0], [1.0, 2.0]), ([5.0], [3.0])]
    assert runs(np.empty(0), np.empty(0)) == []
    assert runs(np.arange(2.0), np.array([NAN, NAN])) == []


def test_few_points_are_drawn_as_they_are() -> None:
    times, values = np.arange(60.0), np.arange(60.0)

    assert thinned(times, values, 60, 200)[1].tolist() == values.tolist()


def test_of_many_points_each_pixel_keeps_its_least_and_its_greatest() -> None:
    times = np.arange(3_600.0)
    values = np.full(3_600, 50.0)
    values[1_234], values[2_345] = 100.0, 0.0

    xs, ys = thinned(times, values, 3_600, 100)

    assert len(xs) == len(ys) == 200
    assert ys.max() == 100.0
    assert ys.min() == 0.0
    assert xs[ys.argmax()] == 1_242.0
    assert xs[ys.argmin()] == 2_358.0


def test_a_curve_that_moves_keeps_its_shape() -> None:
    values = np.random.default_rng(1).uniform(0, 100, 3_700)
    times = np.arange(1_700_000_000.0, 1_700_003_700.0)

    before = thinned(times[:3_600], values[:3_600], 3_600, 100)[1]
    after = thinned(times[36:3_636], values[36:3_636], 3_600, 100)[1]

    # one bucket of 36 s further; the first and last are only partly filled
    assert after[4:-4].tolist() == before[6:-2].tolist()


def test_polygons_are_in_seconds_and_units() -> None:
    lines = polygons(series([NAN, 10.0, 20.0]), END - 60, 60, 300)

    assert [[(point.x(), point.y()) for point in line.toList()] for line in lines] == [[(59.0, 10.0), (60.0, 20.0)]]


def test_a_polygon_has_the_points_of_its_columns() -> None:
    made = polygon(np.array([1.0, 2.0, 3.5]), np.array([10.0, -20.0, 0.25]))

    assert [(point.x(), point.y()) for point in made.toList()] == [(1.0, 10.0), (2.0, -20.0), (3.5, 0.25)]
    ground = ground_below(made, -30.0)
    assert [(point.x(), point.y()) for point in ground.toList()[3:]] == [(3.5, -30.0), (1.0, -30.0)]
    assert made.size() == 3


def test_what_is_older_than_the_window_is_not_drawn() -> None:
    (line,) = polygons(series([float(n) for n in range(100)]), END - 9, 9, 300)

    assert line.size() == 10
    assert line.first().y() == 90.0


@pytest.mark.parametrize(("seconds", "step"), [(60, 15), (600, 120), (3_600, 600)])
def test_times_stand_where_people_count(seconds: int, step: int) -> None:
    assert time_step(seconds) == step
    ticks = time_ticks(END, seconds)
    assert all(tick % step == 0 for tick in ticks)
    assert 3 <= len(ticks) <= 7


def test_a_spark_line_paints_its_values_and_leaves_the_gap_empty(qtbot: QtBot, dark: None) -> None:
    spark = SparkLine()
    qtbot.addWidget(spark)
    spark.resize(100, 42)
    spark.show_series(series([50.0] * 40 + [NAN] * 20 + [50.0] * 40), END, 100)
    image = picture(spark)

    line = theme.color("accent")
    assert is_near(image, 20, 21, line)
    assert is_near(image, 90, 21, line)
    assert not is_near(image, 51, 21, line)
    assert image.pixelColor(20, 35) == theme.color("soft_accent")


def test_a_spark_line_without_values_is_empty(qtbot: QtBot, dark: None) -> None:
    spark = SparkLine()
    qtbot.addWidget(spark)
    spark.resize(100, 42)
    image = picture(spark)

    assert len({image.pixel(x, y) for x in range(100) for y in range(42)}) == 1


def test_a_live_curve_paints_at_the_height_of_its_value(qtbot: QtBot, dark: None) -> None:
    curve = LiveCurve()
    qtbot.addWidget(curve)
    curve.resize(300, 122)
    curve.set_scale(0, 100, [(0, "0"), (100, "100")], limit=75)
    curve.show_series([series([25.0] * 600, token="good")], END, 600)
    image, area = picture(curve), curve.plot_rect()

    x = int(area.center().x())
    height = area.height() - 2
    assert is_near(image, x, int(area.top() + 1 + height * 0.75), theme.color("good"))
    assert not is_near(image, x, int(area.top() + 1 + height * 0.5), theme.color("good"))
    dashes = [is_near(image, each, int(area.top() + 1 + height * 0.25), theme.color("warn")) for each in range(60, 120)]
    assert any(dashes)


def test_only_the_lowest_curve_gives_room_to_the_times(qtbot: QtBot) -> None:
    lowest, upper = LiveCurve(), LiveCurve(has_time_axis=False)
    for curve in (lowest, upper):
        qtbot.addWidget(curve)
        curve.resize(300, 100)

    assert lowest.plot_rect().height() == 78
    assert upper.plot_rect().height() == 92
    assert lowest.plot_rect().width() == upper.plot_rect().width()

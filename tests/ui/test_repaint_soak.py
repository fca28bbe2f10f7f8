"""What PySide 6.12.0 did wrong (PYSIDE-3474): repaints and signals must cost no reference, however many there are."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dbc_desktop.ui.widgets.live_curve import LiveCurve
from dbc_desktop.ui.widgets.plot import Series
from dbc_desktop.ui.widgets.spark_line import SparkLine

TIMES = 30_000


class Bell(QObject):
    rang = Signal(object)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_thirty_thousand_repaints_and_signals_keep_every_reference(qtbot: QtBot) -> None:
    spark, curve, bell = SparkLine(), LiveCurve(), Bell()
    for widget in (spark, curve):
        qtbot.addWidget(widget)
        widget.resize(120, 60)
    values = np.tile(np.arange(60.0), 2)
    series = Series(np.arange(120.0), values)
    image = QImage(120, 60, QImage.Format.Format_RGB32)
    heard = [0]

    def hear(_value: object) -> None:
        heard[0] += 1

    bell.rang.connect(hear)
    before = [sys.getrefcount(one) for one in (None, True, False)]
    for number in range(TIMES):
        spark.show_series(series, 119.0 + number % 2, 60)
        curve.show_series((series,), 119.0, 60)
        spark.render(image)
        curve.render(image)
        bell.rang.emit(number)
    after = [sys.getrefcount(one) for one in (None, True, False)]

    assert heard == [TIMES]
    # from 3.12 on these objects are immortal and the counts stand still
    assert all(abs(late - early) < TIMES // 10 for early, late in zip(before, after, strict=True))

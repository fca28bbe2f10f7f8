"""The cards of Rigs: a tile for each GPU, the curves of the chosen one, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.screens.rig_events import EventLine
from dbc_desktop.screens.rigs import Curve, GpuDetail, GpuTile
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Card, CopyLabel, ElidedLabel, Label, StateDot
from dbc_desktop.ui.widgets.live_curve import LiveCurve
from dbc_desktop.ui.widgets.plot import Series
from dbc_desktop.ui.widgets.spark_line import SparkLine

if TYPE_CHECKING:
    from dbc_desktop.telemetry.ranges import RangeSeries

_TILE_HEIGHT = 128
_CURVE_COLUMNS = 3


class TileCard(Card):
    """One GPU with its spark-line; `chosen` emits its uuid on click, Enter or Space."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(padding=13)
        self.setFixedHeight(_TILE_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tile: GpuTile | None = None
        self._is_chosen = False
        self.body.setSpacing(2)
        top = QWidget()
        top.setFixedHeight(20)
        head = QHBoxLayout(top)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        self.dot, self.name_label, self.right = StateDot("good"), Label("", "strong"), Label("", "muted")
        head.addWidget(self.dot)
        head.addWidget(self.name_label)
        head.addStretch(1)
        head.addWidget(self.right)
        self.body.addWidget(top)
        self.body.addWidget(self._build_alive(), 1)
        self.advice = Label("", "second", wrap=True)
        self.advice.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.advice.setContentsMargins(0, 4, 0, 0)
        self.advice.hide()
        self.body.addWidget(self.advice, 1)

    def _build_alive(self) -> QWidget:
        self._alive = QWidget()
        box = QVBoxLayout(self._alive)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(3)
        line = QHBoxLayout()
        line.setSpacing(4)
        self.load, self._percent, self.power = Label("", "figure"), Label("%", "muted"), Label("", "muted")
        line.addWidget(self.load)
        line.addWidget(self._percent)
        line.addStretch(1)
        line.addWidget(self.power)
        box.addLayout(line)
        self.spark = SparkLine()
        box.addWidget(self.spark)
        foot = QHBoxLayout()
        self.memory, self.state = Label("", "label"), ElidedLabel("", "label")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.memory)
        foot.addStretch(1)
        foot.addWidget(self.state)
        box.addLayout(foot)
        return self._alive

    def fill(self, tile: GpuTile, is_chosen: bool) -> None:
        """Show other values; what stayed is left alone."""
        if (tile, is_chosen) == (self._tile, self._is_chosen):
            return
        self._tile, self._is_chosen = tile, is_chosen
        is_lost = bool(tile.lost)
        self.setObjectName(f"rigs.gpu.{tile.name.rpartition(' ')[2]}")
        self.setAccessibleName(f"{tile.name}: {tile.lost or tile.load + ' %'}")
        self.set_edge("accent" if is_chosen else "warn" if is_lost else "")
        self.dot.set_kind(tile.kind)
        self.name_label.setText(tile.name)
        self.right.setText(tile.lost or tile.temperature)
        self.right.set_tone("warn" if is_lost else "muted")
        self.load.setText(tile.load)
        self.power.setText(tile.power)
        self.memory.setText(tile.memory)
        self.state.setText(tile.state)
        self.advice.setText(tile.advice)
        self._alive.setVisible(not is_lost)
        self.advice.setVisible(is_lost)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look at this GPU."""
        if event.button() == Qt.MouseButton.LeftButton and self._tile is not None:
            self.chosen.emit(self._tile.uuid)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same by keyboard."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._tile is not None:
            self.chosen.emit(self._tile.uuid)
        else:
            super().keyPressEvent(event)


class _CurveBox(QWidget):
    """Name, newest value, and the curve below them."""

    def __init__(self, has_time_axis: bool) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(6)
        self.name_label, self.value = Label("", "second"), Label("", "medium")
        line.addWidget(self.name_label)
        line.addStretch(1)
        line.addWidget(self.value)
        box.addLayout(line)
        self.curve = LiveCurve(has_time_axis=has_time_axis)
        box.addWidget(self.curve, 1)


class CurvesCard(Card):
    """Six small multiples of the chosen GPU on one time axis."""

    def __init__(self) -> None:
        super().__init__()
        self.uuid = CopyLabel("", "")
        self.header.insertWidget(1, self.uuid)
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        self.boxes = [_CurveBox(has_time_axis=number >= _CURVE_COLUMNS) for number in range(6)]
        for number, box in enumerate(self.boxes):
            grid.addWidget(box, number // _CURVE_COLUMNS, number % _CURVE_COLUMNS)
            grid.setColumnStretch(number % _CURVE_COLUMNS, 1)
        self.body.addLayout(grid, 1)

    def fill(self, detail: GpuDetail, series: Sequence[Series], end: float, seconds: float) -> None:
        """Show the curves of a GPU up to `end`."""
        self.set_title(detail.name)
        self.uuid.show_value(detail.uuid, detail.short_uuid)
        for box, curve, line in zip(self.boxes, detail.curves, series, strict=True):
            self._fill_box(box, curve)
            box.curve.show_series((line,), end, seconds)

    def fill_past(self, detail: GpuDetail, past: Mapping[str, RangeSeries], end: float, seconds: float) -> None:
        """Show the curves of a stretch of the history, by name of the reading; one that is not read yet stays empty."""
        self.set_title(detail.name)
        self.uuid.show_value(detail.uuid, detail.short_uuid)
        for box, curve in zip(self.boxes, detail.curves, strict=True):
            self._fill_box(box, curve)
            box.curve.show_past(past.get(curve.field), curve.token, end, seconds)

    def _fill_box(self, box: _CurveBox, curve: Curve) -> None:
        box.name_label.setText(curve.name)
        box.value.setText(curve.value)
        box.curve.setAccessibleName(f"{curve.name}: {curve.value}")
        box.curve.set_scale(curve.low, curve.high, curve.ticks, curve.limit)


class EventsCard(Card):
    """What happened, newest first."""

    def __init__(self) -> None:
        super().__init__(tr("What happened"))
        self.outer.setSpacing(4)
        self.body.setSpacing(3)
        self._shown: tuple[EventLine, ...] | None = None

    def fill(self, events: tuple[EventLine, ...]) -> None:
        """Show other lines; nothing is built anew while they stay."""
        if events == self._shown:
            return
        self._shown = events
        while self.body.count():
            item = self.body.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        if not events:
            self.body.addWidget(Label(tr("Nothing happened since the program started."), "muted"))
        for event in events:
            self.body.addWidget(self._line(event))

    def _line(self, event: EventLine) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        time = Label(event.time, "mono", "muted")
        time.setToolTip(event.moment)
        row.addWidget(time)
        row.addWidget(StateDot(event.kind))
        row.addWidget(ElidedLabel(event.text), 1)
        return line

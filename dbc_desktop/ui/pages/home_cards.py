"""The cards of Home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens.home import Figure, RigStrip, SideCard, StepRow
from dbc_desktop.screens.home_needs import NeedRow
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.onboarding import StepId, StepState
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets import (
    AmountLabel,
    Badge,
    Button,
    Card,
    ElidedLabel,
    Hairline,
    KeyValue,
    Label,
    StateDot,
)
from dbc_desktop.ui.widgets.plot import Series
from dbc_desktop.ui.widgets.spark_line import SparkLine

if TYPE_CHECKING:
    from dbc_desktop.telemetry.history import History


SPARK_SECONDS = 600.0


def mean_use(history: History, sample: RigSample) -> Series:
    """Mean utilisation of all GPUs over the last ten minutes, in percent; a gap where none answered."""
    columns = [history.series(gpu.uuid, "gpu_percent", SPARK_SECONDS) for gpu in sample.gpus]
    rows = min((len(times) for times, _ in columns), default=0)
    if rows == 0:
        return Series()
    values = np.stack([each[-rows:] for _, each in columns])
    known = ~np.isnan(values)
    number = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    return Series(columns[0][0][-rows:], mean)


def span_of(series: Series) -> float:
    """The seconds to draw: what there is, at least one minute, so that a young curve is seen too."""
    if len(series.times) == 0:
        return SPARK_SECONDS
    return min(SPARK_SECONDS, max(60.0, float(series.times[-1] - series.times[0])))


class StepMark(QWidget):
    """The round mark before a step: a tick, or its number in a ring."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._state = number, StepState.LATER
        self.setFixedSize(22, 22)

    def set_state(self, state: StepState) -> None:
        """Show another state."""
        if state is not self._state:
            self._state = state
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._state is StepState.DONE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("good"))
            painter.drawEllipse(QPointF(11, 11), 10, 10)
            painter.setPen(QPen(theme.color("card"), 1.6))
            painter.drawPolyline([QPointF(7.4, 11.4), QPointF(9.9, 13.8), QPointF(14.6, 8.6)])
        else:
            is_current = self._state is StepState.CURRENT
            painter.setPen(QPen(theme.color("accent" if is_current else "line"), 2 if is_current else 1))
            painter.drawEllipse(QPointF(11, 11), 9.5, 9.5)
            painter.setPen(theme.color("accent" if is_current else "faint"))
            painter.setFont(theme.font(11, 500))
            painter.drawText(QRectF(0, 0, 22, 22), Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.end()


class _StepLineRow(QWidget):
    def __init__(self, number: int, step: StepId, act: Callable[[], object]) -> None:
        super().__init__()
        self.setFixedHeight(67)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(12)
        self.mark = StepMark(number)
        row.addWidget(self.mark)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        self.title = Label()
        self.detail = ElidedLabel("", "second")
        words.addWidget(self.title)
        words.addWidget(self.detail)
        words.addStretch(1)
        row.addLayout(words, 1)
        self.button = Button("", "primary", name=f"home.step.{step.value}", act=act)
        row.addWidget(self.button)

    def fill(self, step: StepRow) -> None:
        self.mark.set_state(step.state)
        self.title.setText(step.title)
        self.title.set_role("strong" if step.state is StepState.CURRENT else "")
        later = step.state is StepState.LATER
        self.title.set_tone("muted" if later else "text")
        self.detail.setText(step.detail)
        self.detail.set_tone("faint" if later else "muted")
        self.button.setText(step.button)
        self.button.setVisible(bool(step.button))


class StepsCard(Card):
    """The numbered steps; `chosen` emits the step whose button was pressed."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(padding=14)
        self.body.setSpacing(0)
        self._rows: dict[StepId, _StepLineRow] = {}
        for number, step in enumerate(StepId, 1):
            if number > 1:
                self.body.addWidget(Hairline())
            row = _StepLineRow(number, step, partial(self.chosen.emit, step))
            self._rows[step] = row
            self.body.addWidget(row)

    def fill(self, steps: Sequence[StepRow]) -> None:
        """Fill the rows; a button that waited is free again when its step is done."""
        for step in steps:
            row = self._rows[step.id]
            row.fill(step)
            if step.state is not StepState.CURRENT:
                row.button.setEnabled(True)

    def set_busy(self, step: StepId | None) -> None:
        """Hold one button while its act is on the way; None frees all."""
        for each, row in self._rows.items():
            row.button.setEnabled(each is not step)


class SideCards(QWidget):
    """What the current step will do, this computer, and another way to begin."""

    restore_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        self._what = Card(" ")
        self._rows = KeyValue()
        self._text = Label("", "second", wrap=True)
        self._what.body.addWidget(self._rows)
        self._what.body.addWidget(self._text)
        box.addWidget(self._what)
        self._rig = Card(tr("This computer"))
        self._demo = Badge(tr("demo GPUs, not real"), "warn")
        self._rig.add_right(self._demo)
        self._rig_text = Label("", "muted", wrap=True)
        self._rig.body.addWidget(self._rig_text)
        self._rig_figures = Label("", "second")
        self._rig.body.addWidget(self._rig_figures)
        self._spark = SparkLine()
        self._rig.body.addWidget(self._spark)
        self._rig.hide()
        box.addWidget(self._rig)
        other = Card(tr("Have an account already?"))
        other.body.addWidget(Label(tr("Bring it back from its words; they work here too."), "muted", wrap=True))
        restore = Button(tr("Restore an account…"), name="home.restore", act=self.restore_asked.emit)
        other.body.addWidget(restore, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(other)
        box.addStretch(1)

    def fill(self, side: SideCard | None) -> None:
        """Say what the current step will do."""
        self._what.setVisible(side is not None)
        if side is not None:
            self._what.set_title(side.title)
            self._rows.set_rows(side.rows)
            self._rows.setVisible(bool(side.rows))
            self._text.setText(side.text)

    def fill_rig(self, strip: RigStrip, sample: RigSample, use: Series) -> None:
        """Say what this computer has."""
        self._rig.show()
        self._demo.setVisible(strip.is_demo)
        self._rig_text.setText(
            tr("No NVIDIA driver was found, so imagined GPUs stand in.") if strip.is_demo else strip.detail
        )
        self._rig_figures.setText(f"{strip.name} · {strip.hottest} · {strip.power}")
        self._spark.show_series(use, sample.taken_at, span_of(use))


class RigCard(Card):
    """One rig in a line."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__(padding=16)
        self.setFixedHeight(62)
        self.outer.setContentsMargins(16, 8, 16, 8)
        self.setObjectName("home.rig")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout()
        row.setSpacing(16)
        self._dot = StateDot()
        self._name = Label("", "strong")
        self._detail = Label("", "muted")
        self._demo = Badge(tr("demo GPUs, not real"), "warn")
        words = QVBoxLayout()
        words.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._dot)
        head.addWidget(self._name)
        head.addWidget(self._demo)
        head.addStretch(1)
        words.addLayout(head)
        below = QHBoxLayout()
        below.addSpacing(18)
        below.addWidget(self._detail)
        below.addStretch(1)
        words.addLayout(below)
        row.addLayout(words, 1)
        self._hottest = _Small(tr("hottest"))
        self._power = _Small(tr("power"))
        self._spark = SparkLine()
        self._spark.setFixedWidth(110)
        row.addWidget(self._hottest)
        row.addWidget(self._power)
        row.addWidget(self._spark)
        self.body.addLayout(row)

    def fill(self, strip: RigStrip, sample: RigSample, use: Series) -> None:
        """Fill the line; `use` is the mean utilisation of its GPUs."""
        self._spark.show_series(use, sample.taken_at, span_of(use))
        self._dot.set_kind(strip.kind)
        self._name.setText(strip.name)
        self._detail.setText(strip.detail)
        self._demo.setVisible(strip.is_demo)
        self._hottest.value.setText(strip.hottest)
        self._power.value.setText(strip.power)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open Rigs."""
        self.opened.emit()


class _Small(QWidget):
    def __init__(self, label: str) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        right = Qt.AlignmentFlag.AlignRight
        name = Label(label, "label")
        name.setAlignment(right)
        self.value = Label("", "strong")
        self.value.setAlignment(right)
        box.addWidget(name)
        box.addWidget(self.value)


class FigureCard(Card):
    """Label, amount, second line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(92)
        self.body.setSpacing(1)
        self._label = Label("", "label")
        self._amount = AmountLabel()
        self._detail = ElidedLabel("", "second")
        self.body.addWidget(self._label)
        self.body.addWidget(self._amount)
        self.body.addWidget(self._detail)

    def fill(self, figure: Figure) -> None:
        """Fill it."""
        self._label.setText(figure.label)
        self._amount.set_balance(figure.balance)
        self._amount.set_tone(figure.tone or "text")
        self._detail.setText(figure.detail)


class NeedsCard(Card):
    """The list of what needs the person; `opened` emits page and argument."""

    opened = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(tr("Needs you"))
        self.add_right(Label(tr("sorted by deadline"), "muted"))
        self.body.setSpacing(0)
        self._shown: tuple[NeedRow, ...] | None = None

    def fill(self, needs: Sequence[NeedRow]) -> None:
        """Fill the list; the same list is left as it is."""
        if tuple(needs) == self._shown:
            return
        self._shown = tuple(needs)
        while self.body.count():
            item = self.body.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        if not needs:
            self.body.addWidget(Label(tr("Nothing. Everything that runs, runs without you."), "muted"))
        first_primary = next((need.key for need in needs if need.is_primary), None)
        for number, need in enumerate(needs):
            if number:
                self.body.addWidget(Hairline())
            self.body.addWidget(self._row(number, need, need.key == first_primary))

    def _row(self, number: int, need: NeedRow, is_primary: bool) -> QWidget:
        line = QWidget()
        line.setFixedHeight(51)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(StateDot(need.tone))
        when = Label(need.when, "strong")
        when.setFixedWidth(92)
        row.addWidget(when)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(ElidedLabel(need.title))
        words.addWidget(ElidedLabel(need.detail, "second"))
        words.addStretch(1)
        row.addLayout(words, 1)
        kind = "primary" if is_primary else "plain"
        act = partial(self.opened.emit, need.page, need.argument)
        row.addWidget(Button(need.button, kind, name=f"home.need.{number}", act=act))
        return line

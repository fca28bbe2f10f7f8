"""Rigs: the GPUs of this computer, live."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QGridLayout

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import Notice, driver_text
from dbc_desktop.screens.rigs import RANGES, RigsScreen, range_text, rigs_screen
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.rigs_cards import CurvesCard, EventsCard, ReadingsCard, TileCard
from dbc_desktop.ui.widgets import Button
from dbc_desktop.ui.widgets.plot import Series

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_COLUMNS = 4
_READINGS_WIDTH = 430
_NARROW_BELOW = 980
QWIDGETSIZE_MAX = 16_777_215  # Qt's own name for "no limit"; PySide does not export it
_DETAIL_HEIGHT, _TALLEST_DETAIL = 316, 440
SILENT_AFTER_MS = 5_000


class RigsPage(Page):
    """Tiles of all GPUs on one time axis, the curves and readings of the chosen one, and what happened."""

    key: ClassVar[str] = "rigs"
    icon_name: ClassVar[str] = "rigs"
    skeleton = ((128, 4), (128, 4), (316, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._sample: RigSample | None = None
        self._chosen: str | None = None
        self._seconds = RANGES[1]
        self._is_range_chosen = False
        self._tiles: list[TileCard] = []
        self._screen: RigsScreen | None = None
        self.head_badge.setObjectName("rigs.source")
        self._add_ranges()
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self.body.addLayout(self._grid)
        self._curves, self._readings, self._events = CurvesCard(), ReadingsCard(), EventsCard()
        detail = self._detail = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        detail.setSpacing(12)
        self._curves.setMinimumHeight(_DETAIL_HEIGHT)
        for card in (self._curves, self._readings):
            card.setMaximumHeight(_TALLEST_DETAIL)
        detail.addWidget(self._curves, 1)
        detail.addWidget(self._readings)
        self.body.addLayout(detail, 100)
        self.body.addWidget(self._events)
        self.body.addStretch(1)
        self._fit()
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(SILENT_AFTER_MS)
        self._silence.timeout.connect(self._say_silent)
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Rigs")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the readings stand below the curves."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_narrow = self.width() < _NARROW_BELOW
        directions = QBoxLayout.Direction
        self._detail.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        self._readings.setMinimumWidth(0 if is_narrow else _READINGS_WIDTH)
        self._readings.setMaximumWidth(QWIDGETSIZE_MAX if is_narrow else _READINGS_WIDTH)

    def _add_ranges(self) -> None:
        self._ranges = QButtonGroup(self)
        for seconds in RANGES:
            button = Button(range_text(seconds), small=True, name=f"rigs.range.{seconds}")
            button.setCheckable(True)
            button.setChecked(seconds == self._seconds)
            button.clicked.connect(partial(self._show_range, seconds))
            self._ranges.addButton(button, seconds)
            self.add_action(button)

    # what the window tells

    def on_shown(self) -> None:
        """Show the newest readings."""
        sample = self.program.sampler.latest()
        if sample is None:
            self.show_loading()
            return
        if not self._is_range_chosen:
            self._fit_range(sample)
        self.on_sample(sample)

    def _fit_range(self, sample: RigSample) -> None:
        """A program that has just started has a minute to show, not ten."""
        uuid = sample.gpus[0].uuid if sample.gpus else ""
        known = len(self.program.sampler.history.series(uuid, "gpu_percent", RANGES[1])[0])
        self._seconds = RANGES[0] if known <= 2 * RANGES[0] else RANGES[1]
        self._ranges.button(self._seconds).setChecked(True)

    def on_argument(self, argument: object) -> None:
        """The uuid of the GPU to look at."""
        if isinstance(argument, str):
            self._choose(argument)

    def on_account(self) -> None:
        """The GPUs are the same for every account."""

    def on_sample(self, sample: RigSample) -> None:
        """Show new readings in place."""
        self._silence.start()
        if sample.trouble is not None:
            self._show_trouble(sample.trouble)
        elif not sample.gpus:
            self._sample = None
            self.show_empty(
                tr("No GPU in this computer"),
                tr("The driver answers and lists no GPU. Check power and seating, then restart the computer."),
                tr("Try again"),
                self.on_shown,
            )
        else:
            self._sample = sample
            self._render()
            self.show_content()

    def _show_trouble(self, reason: str) -> None:
        notice = Notice(tr("No readings"), driver_text(reason))
        if self._sample is None:
            self.show_failed(notice)
            return
        self._events.fill(self._screen_of(self._sample).events)
        self.show_offline(notice)

    def _say_silent(self) -> None:
        """The driver hangs or the computer is too busy: what is shown is old."""
        if self._sample is not None and self.isVisible():
            self.set_stale(tr("last reading {time}", time=formats.clock_time(self._sample.taken_at)))

    # showing

    def _screen_of(self, sample: RigSample) -> RigsScreen:
        history = self.program.sampler.history
        lost = [gpu.uuid for gpu in sample.gpus if gpu.is_lost]
        since = {uuid: at for uuid in lost if (at := history.lost_since(uuid)) is not None}
        last = {uuid: gpu for uuid in lost if (gpu := history.last_readings(uuid)) is not None}
        return rigs_screen(sample, self._chosen, history.events(), since, last)

    def _render(self) -> None:
        sample = self._sample
        if sample is None:
            return
        screen = self._screen = self._screen_of(sample)
        self.set_note(screen.note)
        self.set_right_note(screen.totals)
        self.head_badge.show_state(screen.demo or screen.driver, "warn" if screen.demo else "plain")
        self.head_badge.setVisible(bool(screen.demo or screen.driver))
        self._render_tiles(screen, sample.taken_at)
        detail = screen.detail
        if detail is not None:
            history = self.program.sampler.history
            series = [
                Series(*history.series(detail.uuid, curve.field, self._seconds), curve.token) for curve in detail.curves
            ]
            self._curves.fill(detail, series, sample.taken_at, self._seconds)
            self._readings.fill(detail.readings)
        self._events.fill(screen.events)

    def _render_tiles(self, screen: RigsScreen, end: float) -> None:
        while len(self._tiles) > len(screen.tiles):
            gone = self._tiles.pop()
            self._grid.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self._tiles) < len(screen.tiles):
            number = len(self._tiles)
            card = TileCard()
            card.chosen.connect(self._choose)
            self._grid.addWidget(card, number // _COLUMNS, number % _COLUMNS)
            self._tiles.append(card)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < len(self._tiles) else 0)
        history = self.program.sampler.history
        chosen = None if screen.detail is None else screen.detail.uuid
        for card, tile in zip(self._tiles, screen.tiles, strict=True):
            card.fill(tile, tile.uuid == chosen)
            if not tile.lost:
                series = Series(*history.series(tile.uuid, "gpu_percent", self._seconds))
                card.spark.show_series(series, end, self._seconds)

    # the person

    def _choose(self, uuid: str) -> None:
        self._chosen = uuid
        self._render()

    def _show_range(self, seconds: int) -> None:
        self._seconds, self._is_range_chosen = seconds, True
        self._render()

"""Rigs: the GPUs of this computer, live."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFileDialog, QGridLayout, QHBoxLayout, QWidget

from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import Notice, driver_text, notice_for
from dbc_desktop.screens.rig_readings import Section, throughput_text
from dbc_desktop.screens.rigs import LIVE_UP_TO, RANGES, GpuDetail, RigsScreen, range_text, rigs_screen
from dbc_desktop.screens.telemetry import exported_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.rig_rentals import RigRentals, rentals_here
from dbc_desktop.ui.dialogs.power_limit import PowerLimitSheet
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.rigs_cards import CurvesCard, EventsCard, TileCard
from dbc_desktop.ui.pages.rigs_fleet import FleetSide
from dbc_desktop.ui.pages.rigs_past import CURVE_FIELDS, Past, export_to, read_past
from dbc_desktop.ui.pages.rigs_readings import ReadingsCard
from dbc_desktop.ui.widgets import Button
from dbc_desktop.ui.widgets.plot import Series

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_COLUMNS = 4
_READINGS_WIDTH = 430
_NARROW_BELOW = 980
QWIDGETSIZE_MAX = 16_777_215  # Qt's own name for "no limit"; PySide does not export it
_DETAIL_HEIGHT, _TALLEST_DETAIL = 312, 640
SILENT_AFTER_MS = 5_000
PAST_SECONDS = 60.0
"""How often a stretch of the history, and the rentals, are read again while they are looked at."""


class RigsPage(Page):
    """Tiles of all GPUs on one time axis, the curves and readings of the chosen one, and what happened."""

    key: ClassVar[str] = "rigs"
    icon_name: ClassVar[str] = "rigs"
    skeleton = ((128, 4), (128, 4), (316, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._sample: RigSample | None = None
        self._side = FleetSide(program, window_services, self._show_rig)
        self._chosen: str | None = None
        self._section = Section.NOW
        self._rentals = RigRentals()
        self._rentals_at = -PAST_SECONDS
        self._past: Past | None = None
        self._past_asked: tuple[str, int] | None = None
        self._past_at = -PAST_SECONDS
        self._seconds = RANGES[1]
        self._is_range_chosen = False
        self._tiles: list[TileCard] = []
        self._screen: RigsScreen | None = None
        self.head_badge.setObjectName("rigs.source")
        self._add_ranges()
        self.body.addWidget(self._side.card)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self.body.addLayout(self._grid)
        self._curves, self._readings, self._events = CurvesCard(), ReadingsCard(), EventsCard()
        detail = self._detail = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        detail.setSpacing(12)
        self._curves.setMinimumHeight(_DETAIL_HEIGHT)
        for card in (self._curves, self._readings):
            card.setMaximumHeight(_TALLEST_DETAIL)
        self._readings.chosen.connect(self._show_section)
        self._readings.measure.connect(self._measure)
        self._readings.limit.connect(self._open_limit)
        detail.addWidget(self._curves, 1)
        detail.addWidget(self._readings)
        self.body.addLayout(detail, 100)
        for action in self._side.actions:
            self._events.add_right(action)
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
        together = QWidget()
        line = QHBoxLayout(together)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for seconds in RANGES:
            button = Button(range_text(seconds), small=True, name=f"rigs.range.{seconds}")
            button.setCheckable(True)
            button.setChecked(seconds == self._seconds)
            button.clicked.connect(partial(self._show_range, seconds))
            self._ranges.addButton(button, seconds)
            line.addWidget(button)
        self.add_action(together)
        export = Button(tr("Export…"), small=True, name="rigs.export")
        export.clicked.connect(self._export)
        self.add_action(export)

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

    def _show_rig(self) -> None:
        """Another rig is looked at from now on."""
        self._sample, self._chosen, self._past_asked = None, None, None
        self._rentals, self._rentals_at = RigRentals(), -PAST_SECONDS
        self.on_shown()

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
        """Show new readings in place, of the rig that is looked at."""
        self._silence.start()
        sample = self._side.update(sample)
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
        rig = sample.rig_key
        since = {uuid: at for uuid in lost if (at := history.lost_since(uuid, rig)) is not None}
        last = {uuid: gpu for uuid in lost if (gpu := history.last_readings(uuid, rig)) is not None}
        return rigs_screen(sample, self._chosen, history.events(rig), since, last, self._section, self._rentals)

    def _render(self) -> None:
        sample = self._sample
        if sample is None:
            return
        screen = self._screen = self._screen_of(sample)
        self.set_note(screen.note)
        self.set_right_note(screen.totals)
        hangs = tr("a call into the driver hangs") if screen.trouble else ""
        badge = hangs or screen.demo or screen.driver
        self.head_badge.show_state(badge, "warn" if hangs or screen.demo else "plain")
        self.head_badge.setToolTip(screen.trouble)
        self.head_badge.setVisible(bool(badge))
        self._render_tiles(screen, sample.taken_at)
        if screen.detail is not None:
            self._render_detail(screen.detail, sample.taken_at)
        self._events.fill(screen.events)
        self._read_rentals(sample)

    def _render_detail(self, detail: GpuDetail, end: float) -> None:
        self._readings.fill(detail.readings)
        if self._seconds > LIVE_UP_TO:
            self._ask_past(detail.uuid)
            past = self._past_of(detail.uuid)
            self._curves.fill_past(detail, {} if past is None else past.curves, end, self._seconds)
            return
        history = self.program.sampler.history
        series = [
            Series(*history.series(detail.uuid, curve.field, self._seconds, self._side.rig), curve.token)
            for curve in detail.curves
        ]
        self._curves.fill(detail, series, end, self._seconds)

    # the past

    def _past_of(self, uuid: str) -> Past | None:
        past = self._past
        return past if past is not None and (past.uuid, past.seconds) == (uuid, self._seconds) else None

    def _ask_past(self, uuid: str) -> None:
        """Read a stretch of the history, off this thread; again once a minute."""
        writer, sample = self.program.sampler.history.writer, self._sample
        wanted, now = (uuid, self._seconds), monotonic()
        if writer is None or sample is None or (wanted == self._past_asked and now - self._past_at < PAST_SECONDS):
            return
        self._past_asked, self._past_at = wanted, now
        seconds, end = self._seconds, sample.taken_at
        uuids = tuple(gpu.uuid for gpu in sample.gpus)
        self.program.runner.query(
            "io",
            lambda: read_past(writer.store(), sample.rig_key, uuid, uuids, end, seconds, CURVE_FIELDS),
            owner=self,
            done=self._show_past,
            failed=self._tell,
        )

    def _show_past(self, past: Past) -> None:
        self._past = past
        self._render()

    def _read_rentals(self, sample: RigSample) -> None:
        """Ask the chain once a minute which rental each GPU works for."""
        account, now = self.window_services.account(), monotonic()
        matched = self.program.monitoring.settings().machines
        if now - self._rentals_at < PAST_SECONDS or (account is None and not matched):
            return
        self._rentals_at = now
        backend, address = self.program.backend, None if account is None else account.address
        self.program.runner.query(
            "chain-read",
            lambda: rentals_here(backend, address, sample, matched),
            owner=self,
            done=self._show_rentals,
            failed=self._forget_rentals,
        )

    def _show_rentals(self, rentals: RigRentals) -> None:
        if rentals != self._rentals:
            self._rentals = rentals
            self._render()

    def _forget_rentals(self, _: DbcError) -> None:
        """Without a chain nobody knows; the top bar says that it does not answer."""
        self._show_rentals(RigRentals())

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
            if tile.lost:
                continue
            past = None if self._seconds <= LIVE_UP_TO or chosen is None else self._past_of(chosen)
            if past is not None and tile.uuid in past.sparks:
                spark = past.sparks[tile.uuid]
                series = Series(spark.times, spark.means)
            else:
                series = Series(*history.series(tile.uuid, "gpu_percent", self._seconds, self._side.rig))
            card.spark.show_series(series, end, self._seconds)

    # the person

    def _choose(self, uuid: str) -> None:
        self._chosen = uuid
        self._render()

    def _show_section(self, section: Section) -> None:
        self._section = section
        self._render()

    def _shown(self) -> str | None:
        """The GPU that is looked at."""
        screen = self._screen
        return None if screen is None or screen.detail is None else screen.detail.uuid

    def _measure(self) -> None:
        sensors, uuid = self.program.sampler.sensors, self._shown()
        measure = getattr(sensors, "pcie_throughput", None)
        if uuid is None or measure is None or self._side.rig:
            self._readings.answer.setText(tr("Only real NVIDIA GPUs of this computer can be measured."))
            return
        self._readings.answer.setText(tr("Measuring…"))
        self.program.runner.query(
            "gpu",
            lambda: measure(uuid),
            owner=self,
            done=lambda measured: self._readings.answer.setText(throughput_text(measured)),
            failed=self._not_measured,
        )

    def _not_measured(self, error: DbcError) -> None:
        self._readings.answer.setText("")
        self._tell(error)

    def _open_limit(self) -> None:
        uuid, sample = self._shown(), self._sample
        if sample is None or sample.place:  # only the driver of this computer is asked to set anything
            return
        gpu = next((one for one in sample.gpus if one.uuid == uuid), None)
        if gpu is not None:
            self.window_services.open_sheet(PowerLimitSheet(self.program, gpu, sample, self.window_services.account()))

    def _export(self) -> None:
        """Write what the chosen range shows, of all GPUs, where the person wants it."""
        writer = self.program.sampler.history.writer
        if writer is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export readings"), "readings.csv", "CSV (*.csv);;JSON (*.json)"
        )
        if not chosen:
            return
        seconds, now = self._seconds, self.program.clock.now()
        self.program.runner.command(
            "io",
            lambda: export_to(writer, Path(chosen), now, seconds),
            owner=self,
            done=lambda rows: self.window_services.show_notice(
                Notice(tr("Readings exported"), exported_text(rows, Path(chosen)))
            ),
            failed=self._tell,
            deadline_seconds=600,
        )

    def _tell(self, error: DbcError) -> None:
        self.window_services.show_notice(notice_for(error))

    def _show_range(self, seconds: int) -> None:
        self._seconds, self._is_range_chosen = seconds, True
        self._render()

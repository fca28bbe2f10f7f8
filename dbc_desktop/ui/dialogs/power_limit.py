"""The sheet of the power limit: set on trial, kept by the person, or taken back by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.screens import power_limit as words
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.power_curve import PowerStep, gpu_income, power_steps
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet
from dbc_desktop.ui.widgets.power_curve import PowerCurve

if TYPE_CHECKING:
    from dbc_desktop.domain.account import Account
    from dbc_desktop.services.power_limit import Trial
    from dbc_desktop.services.program import Program
    from dbc_desktop.storage.settings import Settings

LOOK_MS = 500


class PowerLimitSheet(Sheet):
    """Off until the person switches it on. It counts down while a limit is on trial; closed, that is taken back."""

    def __init__(self, program: Program, gpu: GpuReading, sample: RigSample, account: Account | None) -> None:
        sensors = program.sampler.sensors
        screen = words.power_screen(gpu, can_set=hasattr(sensors, "set_power_limit"))
        super().__init__(screen.title, screen.subtitle, width=600)
        self._program, self._gpu, self._trial = program, gpu, program.power_limit
        self._settings: Settings | None = None
        self._steps: tuple[PowerStep, ...] = ()
        self._income: float | None = None
        self.state = Label(screen.refusal or words.rule_text(), "muted", wrap=True)
        self.body.addWidget(self.state)
        self.allow = QCheckBox(tr("Let this program set power limits"))
        self.allow.setObjectName("limit.allow")
        self.allow.setEnabled(False)
        self.allow.clicked.connect(self._save_allowed)
        self.watts = Field(tr("Limit in watts"), "limit.watts")
        self.watts.set_text(str(screen.now) if screen.now else "")
        self._can_set = not screen.refusal and self._trial is not None
        for widget in (self.allow, self.watts):
            self.body.addWidget(widget)
            widget.setVisible(self._can_set)
        self._build_curve()
        self.close_button = Button(tr("Close"), name="limit.close", act=self.close_sheet)
        self.keep = Button(tr("Keep"), "primary", name="limit.keep", act=self._keep)
        self.back = Button(tr("Take back now"), name="limit.back", act=self._revert)
        self.set_button = Button(tr("Set on trial"), "primary", name="limit.set", act=self._set)
        self.buttons.addWidget(self.close_button)
        self.buttons.addStretch(1)
        for button in (self.back, self.keep, self.set_button):
            self.buttons.addWidget(button)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.closed.connect(self._leave)
        self._show_buttons()
        self._read(sample, account)

    def _build_curve(self) -> None:
        self.body.addWidget(Label(tr("Income per joule, from what was measured here"), "strong"))
        self.note = Label("", "second", wrap=True)
        self.body.addWidget(self.note)
        self.curve = PowerCurve()
        self.curve.hide()
        self.body.addWidget(self.curve)
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self.body.addWidget(self._grid_host)

    def first_focus(self) -> QWidget | None:
        """The watts."""
        return self.watts.edit if self._can_set else self.close_button

    # what is read

    def _read(self, sample: RigSample, account: Account | None) -> None:
        program, writer, uuid = self._program, self._program.sampler.history.writer, self._gpu.uuid
        now = sample.taken_at

        def read() -> tuple[Settings, tuple[PowerStep, ...]]:
            return program.settings.load(), () if writer is None else power_steps(writer.store(), uuid, now)

        program.runner.query("io", read, owner=self, done=lambda found: self._show(*found), failed=self._failed)
        if account is not None:
            backend, address = program.backend, account.address
            matched = program.monitoring.settings().machines
            program.runner.query(
                "chain-read",
                lambda: gpu_income(backend, address, sample, matched),
                owner=self,
                done=self._show_income,
                failed=lambda _: None,
            )

    def _show(self, settings: Settings, steps: tuple[PowerStep, ...]) -> None:
        self._settings, self._steps = settings, steps
        self.allow.setEnabled(True)
        self.allow.setChecked(settings.power_limits)
        self._show_buttons()
        self._show_curve()

    def _show_income(self, income: float | None) -> None:
        self._income = income
        self._show_curve()

    def _show_curve(self) -> None:
        self.note.setText(words.curve_note(self._steps, self._income))
        income = self._income
        points = [
            (step.watts, step.mhz_per_watt if income is None else step.break_even(income)) for step in self._steps
        ]
        self.curve.show_points(points)
        while self._grid.count():
            item = self._grid.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.deleteLater()
        lines = words.step_lines(self._steps, income)[-8:]
        if not lines:
            return
        rows = [words.step_head(), *((x.watts, x.speed, x.measured, x.break_even, x.per_megajoule) for x in lines)]
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                label = Label(text, "label" if row == 0 else "second")
                label.setAlignment(Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
                self._grid.addWidget(label, row, column)

    # what is done

    def _save_allowed(self) -> None:
        if self._settings is None:
            return
        self._settings = settings = replace(self._settings, power_limits=self.allow.isChecked())
        store = self._program.settings
        self._program.runner.command(
            "io", lambda: store.save(settings), owner=self, done=lambda _: None, failed=self._failed
        )
        self._show_buttons()

    def _set(self) -> None:
        trial, gpu = self._trial, self._gpu
        if trial is None:
            return
        try:
            watts = words.parse_watts(self.watts.text())
        except InvalidInput as error:
            self.watts.set_error(input_text(error))
            return
        self.set_button.setEnabled(False)
        self._program.runner.command(
            "gpu", lambda: trial.apply(gpu, watts), owner=self, done=self._begin, failed=self._failed
        )

    def _begin(self, _: Trial) -> None:
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Say how long is left; the service takes it back by itself, with or without this sheet."""
        trial = None if self._trial is None else self._trial.trial()
        if trial is None or self._trial is None:
            self._timer.stop()
            self.state.setText(words.rule_text())
        else:
            self.state.setText(words.trial_text(trial, self._trial.seconds_left()))
        self._show_buttons()

    def _keep(self) -> None:
        trial = self._trial
        if trial is not None:
            self._program.runner.command("gpu", trial.keep, owner=self, done=lambda _: self.look(), failed=self._failed)

    def _revert(self) -> None:
        trial = self._trial
        if trial is not None:
            self._program.runner.command(
                "gpu", trial.revert, owner=self, done=lambda _: self.look(), failed=self._failed
            )

    def _leave(self) -> None:
        """Whoever goes without keeping has not kept."""
        self._timer.stop()
        trial = self._trial
        if trial is not None and trial.trial() is not None:
            self._program.runner.command("gpu", trial.revert, done=lambda _: None)

    def _failed(self, error: DbcError) -> None:
        self._show_buttons()
        self.watts.set_error(input_text(error) if isinstance(error, InvalidInput) else notice_for(error).body)

    def _show_buttons(self) -> None:
        on_trial = self._trial is not None and self._trial.trial() is not None
        self.keep.setVisible(on_trial)
        self.back.setVisible(on_trial)
        self.set_button.setVisible(self._can_set and not on_trial)
        self.set_button.setEnabled(self.allow.isChecked())
        self.watts.edit.setEnabled(self.allow.isChecked() and not on_trial)

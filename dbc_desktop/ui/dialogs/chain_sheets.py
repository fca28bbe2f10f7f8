"""The quiet corners of the Chain page: a name for a moment, the residents' settings, faults on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QWidget

from dbc_desktop.domain.branches import Fault, ResidentSettings
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens.chain_faults import fault_choices, reorganise_text, undone_text
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_REORGANISED = 10
_LONG_SECONDS = 3_600.0


class NameSheet(Sheet):
    """Asks for a name, and does something with it on the chain; `done` is called when it went well."""

    def __init__(
        self,
        program: Program,
        title: str,
        subtitle: str,
        button: str,
        act: Callable[[str], object],
        done: Callable[[], None],
    ) -> None:
        super().__init__(title, subtitle, width=440)
        self._program, self._act, self._done = program, act, done
        self._name = Field(tr("Name"), "chain.name", placeholder=tr("for example before the offer"))
        self._name.edit.setMaxLength(40)
        self._name.edit.returnPressed.connect(self._go)
        self.body.addWidget(self._name)
        self.buttons.addWidget(Button(tr("Cancel"), name="chain.name.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self._start = Button(button, "primary", name="chain.name.go", act=self._go)
        self.buttons.addWidget(self._start)

    def first_focus(self) -> QWidget:
        """The name."""
        return self._name.edit

    def _go(self) -> None:
        name, act = self._name.text(), self._act
        self._start.setEnabled(False)
        self._program.runner.command(
            "chain-write",
            lambda: act(name),
            owner=self,
            done=lambda _: self._went_well(),
            failed=self._failed,
            deadline_seconds=_LONG_SECONDS,
        )

    def _went_well(self) -> None:
        self.close_sheet()
        self._done()

    def _failed(self, error: DbcError) -> None:
        self._start.setEnabled(True)
        self._name.set_error(input_text(error) if isinstance(error, InvalidInput) else notice_for(error).body)


class ResidentsSheet(Sheet):
    """How many residents live on the branch, how busy and how honest they are."""

    def __init__(self, program: Program, settings: ResidentSettings) -> None:
        super().__init__(
            tr("Residents"),
            tr("They act by signed transactions of their own, so that the chain lives. Honest committee members"
               " outvote a dishonest one, and the rules take its stake."),
            width=460,
        )  # fmt: skip
        self._program = program
        self._paused = QCheckBox(tr("Paused: nobody acts by itself"))
        self._paused.setObjectName("residents.paused")
        self._paused.setChecked(settings.is_paused)
        self.body.addWidget(self._paused)
        self._operators = self._number(
            tr("Operators who look after their machines"), "operators", settings.operators, 4
        )
        self._members = self._number(tr("Committee members who work"), "members", settings.members, 5)
        self._liars = self._number(tr("of these dishonest"), "liars", settings.liars, 5)
        self._rents = self._number(tr("Rents of the renter in an era"), "rents", settings.rents_per_era, 12)
        self._problem = Label("", "second", "loss", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.buttons.addWidget(Button(tr("Cancel"), name="residents.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Apply"), "primary", name="residents.apply", act=self._apply))

    def first_focus(self) -> QWidget:
        """The switch."""
        return self._paused

    def _number(self, text: str, name: str, value: int, most: int) -> QSpinBox:
        line = QHBoxLayout()
        box = QSpinBox()
        box.setObjectName(f"residents.{name}")
        box.setAccessibleName(text)
        box.setRange(0, most)
        box.setValue(value)
        box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.setFixedSize(72, 30)
        line.addWidget(Label(text), 1)
        line.addWidget(box)
        self.body.addLayout(line)
        return box

    def _apply(self) -> None:
        chosen = ResidentSettings(
            self._operators.value(),
            self._members.value(),
            self._liars.value(),
            self._rents.value(),
            self._paused.isChecked(),
        )
        backend = self._program.backend
        self._program.runner.command(
            "chain-write",
            lambda: backend.set_residents(chosen),
            owner=self,
            done=lambda _: self.close_sheet(),
            failed=self._failed,
        )

    def _failed(self, error: DbcError) -> None:
        self._problem.setText(input_text(error) if isinstance(error, InvalidInput) else notice_for(error).body)
        self._problem.show()


class FaultsSheet(Sheet):
    """What a real network does now and then, on purpose; one at a time, never remembered."""

    def __init__(self, program: Program, now: Fault | None) -> None:
        super().__init__(
            tr("Faults on purpose"),
            tr("See what a real network does now and then, and how the window deals with it. Nothing is lost."),
            width=520,
        )
        self._program = program
        for fault, title, text in fault_choices():
            is_now = fault is now
            self._line(
                title,
                text,
                Button(
                    tr("Mend") if is_now else tr("Begin"),
                    small=True,
                    name=f"faults.{fault.value}",
                    act=partial(self._set, None if is_now else fault),
                ),
            )
        title, text = reorganise_text(_REORGANISED)
        self._line(title, text, Button(tr("Undo"), small=True, name="faults.reorganise", act=self._reorganise))
        self._said = Label("", "second", wrap=True)
        self._said.setObjectName("faults.said")
        self.body.addWidget(self._said)
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Close"), name="faults.close", act=self.close_sheet))

    def _line(self, title: str, text: str, button: Button) -> None:
        line = QHBoxLayout()
        line.setSpacing(12)
        words = Label(f"{title}: {text}", wrap=True)
        line.addWidget(words, 1)
        line.addWidget(button)
        self.body.addLayout(line)

    def _set(self, fault: Fault | None) -> None:
        backend = self._program.backend
        self._program.runner.command(
            "chain-write",
            lambda: backend.set_fault(fault),
            owner=self,
            done=lambda _: self.close_sheet(),
            failed=self._failed,
        )

    def _reorganise(self) -> None:
        backend = self._program.backend
        self._program.runner.command(
            "chain-write",
            lambda: backend.reorganise(_REORGANISED),
            owner=self,
            done=lambda head: self._said.setText(undone_text(head)),
            failed=self._failed,
            deadline_seconds=_LONG_SECONDS,
        )

    def _failed(self, error: DbcError) -> None:
        self._said.setText(input_text(error) if isinstance(error, InvalidInput) else notice_for(error).body)

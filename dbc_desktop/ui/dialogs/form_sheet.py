"""A sheet of named fields with one act: what is wrong stands below its field, what failed below all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.errors import DbcError, InvalidInput, WrongPassword
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class FormSheet(Sheet):
    """Who inherits adds fields and says in `work` what is done on the `secrets` lane; `on_done(result)` follows.

    Attributes:
        go: The button that acts.
        prefix: Begins the name of each widget.
        lane: Where `work` runs.
    """

    lane = "secrets"

    def __init__(
        self,
        program: Program,
        prefix: str,
        title: str,
        subtitle: str = "",
        *,
        go: str,
        subtitle_mono: bool = False,
        kind: str = "primary",
    ) -> None:
        super().__init__(title, subtitle, subtitle_mono=subtitle_mono)
        self.program, self.prefix = program, prefix
        self._fields: dict[str, Field] = {}
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName(f"{prefix}.problem")
        self._problem.hide()
        self.cancel = Button(tr("Cancel"), name=f"{prefix}.cancel", act=self.close_sheet)
        self.go = Button(go, kind, name=f"{prefix}.go", act=self.act)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.go)

    def add_field(
        self, key: str, label: str, *, wrong: str = "", secret: bool = False, mono: bool = False, text: str = ""
    ) -> Field:
        """A field; `wrong` is the name by which errors speak of it, where it is not `key`."""
        field = Field(label, f"{self.prefix}.{key}", secret=secret, mono=mono)
        field.set_text(text)
        field.edit.returnPressed.connect(self.act)
        self._fields[wrong or key] = field
        self.body.addWidget(field)
        return field

    def add_note(self, text: str, tone: str = "") -> Label:
        """A muted line between the fields."""
        note = Label(text, "second", tone, wrap=True)
        self.body.addWidget(note)
        return note

    def end_fields(self) -> None:
        """All fields are there: the line for problems follows."""
        self.body.addWidget(self._problem)

    def forget_fields(self) -> None:
        """Take what was typed out of every field."""
        for field in self._fields.values():
            field.edit.clear()

    def first_focus(self) -> QWidget | None:
        """The first field."""
        return next((field.edit for field in self._fields.values()), self.cancel)

    def work(self) -> Callable[[], Any] | None:
        """What is to be done on the lane, with everything it needs read from the fields now; None to stay.

        Raises:
            InvalidInput: A field does not say what it should.
        """
        return None

    def done(self, result: Any) -> None:
        """It was done; the sheet goes."""
        self.close_sheet()

    def act(self) -> None:
        """Check the fields, then do it."""
        if not self.go.isEnabled():
            return
        self._problem.hide()
        for field in self._fields.values():
            field.set_error("")
        try:
            work = self.work()
        except DbcError as error:
            self.failed(error)
            return
        if work is not None:
            self.go.setEnabled(False)
            self.program.runner.command(self.lane, work, owner=self, done=self._succeeded, failed=self.failed)

    def _succeeded(self, result: Any) -> None:
        self.go.setEnabled(True)
        self.done(result)

    def failed(self, error: DbcError) -> None:
        """Say it below the field it is about, else below all."""
        self.go.setEnabled(True)
        notice = notice_for(error)
        if isinstance(error, InvalidInput):
            self._point_at(self._fields.get(error.field), input_text(error))
        elif isinstance(error, WrongPassword):
            self._point_at(self._fields.get("old"), f"{notice.title}. {notice.body}")
        else:
            self.say(f"{notice.title}. {notice.body}")

    def say(self, text: str) -> None:
        """A problem that belongs to no field."""
        self._problem.setText(text)
        self._problem.show()

    def _point_at(self, field: Field | None, text: str) -> None:
        if field is None:
            self.say(text)
            return
        field.set_error(text)
        field.edit.setFocus()
        field.edit.selectAll()


def fresh_passphrase(first: Field, second: Field) -> str:
    """The new passphrase, typed twice.

    Raises:
        InvalidInput: `passphrase` with `too_short`; `repeat` with `not_equal`.
    """
    if len(first.text()) < 10:
        raise InvalidInput("passphrase", "too_short")
    if first.text() != second.text():
        raise InvalidInput("repeat", "not_equal")
    return first.text()

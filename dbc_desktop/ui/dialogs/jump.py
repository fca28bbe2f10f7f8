"""Lets time pass on the embedded chain: by hours, by eras, or to a deadline."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import Cancelled, DbcError, InvalidInput
from dbc_desktop.domain.network import BLOCKS_PER_ERA, Deadline, Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.jump import BLOCKS_PER_HOUR, JumpTarget, button, parse_count, summary, targets
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.hop import Hop
from dbc_desktop.ui.widgets import Button, Field, Label, Progress, Sheet, restyle

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

JUMP_DEADLINE_SECONDS = 3_600.0


class JumpSheet(Sheet):
    """Asks how far, jumps with a progress bar, can be cancelled at a whole block."""

    def __init__(self, program: Program, hop: Hop, head: Head, account: Address | None, blocks: int = 0) -> None:
        super().__init__(
            tr("Jump in time"), tr("The local chain passes all blocks at once; rewards and deadlines happen.")
        )
        self._program, self._hop, self._head = program, hop, head
        self._blocks, self._is_running = 0, False
        self._cancelled = threading.Event()
        row = QHBoxLayout()
        row.setSpacing(12)
        self.hours = Field(tr("Hours"), "jump.hours", placeholder="0")
        self.eras = Field(tr("Eras of 24 hours"), "jump.eras", placeholder="0")
        for field in (self.hours, self.eras):
            field.edit.setMaxLength(9)
            field.edit.textEdited.connect(lambda _: self._typed())
            field.edit.returnPressed.connect(self._go)
            row.addWidget(field)
        self.body.addLayout(row)
        quick = QHBoxLayout()
        quick.setSpacing(8)
        for text, name, length in (
            (tr("+15 min"), "jump.quick.15min", 150),
            (tr("+1 h"), "jump.quick.hour", BLOCKS_PER_HOUR),
            (tr("+1 era"), "jump.quick.era", BLOCKS_PER_ERA),
            (tr("+150 eras"), "jump.quick.150eras", 150 * BLOCKS_PER_ERA),
        ):
            quick.addWidget(Button(text, small=True, name=name, act=partial(self._choose, length)))
        quick.addStretch(1)
        self.body.addLayout(quick)
        self._deadlines = QVBoxLayout()
        self._deadlines.setSpacing(4)
        self.body.addLayout(self._deadlines)
        self._summary = Label("", "muted", wrap=True)
        self._summary.setObjectName("jump.summary")
        self.body.addWidget(self._summary)
        self._progress = Progress()
        self._progress.hide()
        self.body.addWidget(self._progress)
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName("jump.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.buttons.addStretch(1)
        self._cancel = Button(tr("Cancel"), name="jump.cancel", act=self._stop)
        self._start = Button(tr("Jump"), "primary", name="jump.go", act=self._go)
        self.buttons.addWidget(self._cancel)
        self.buttons.addWidget(self._start)
        self._choose(blocks)
        if account is not None:
            program.runner.query(
                "chain-read",
                lambda: program.backend.deadlines(account),
                owner=self,
                done=self._list_deadlines,
                failed=self._failed,
            )

    def first_focus(self) -> QWidget:
        """The hours."""
        return self.eras.edit if self._blocks and self._blocks % BLOCKS_PER_ERA == 0 else self.hours.edit

    def update_head(self, head: Head) -> None:
        """The chain went on while the sheet is open."""
        self._head = head
        if not self._is_running:
            self._tell()

    def _list_deadlines(self, found: tuple[Deadline, ...]) -> None:
        listed = targets(found, self._head)
        if not listed:
            return
        self._deadlines.addWidget(Label(tr("TO A DEADLINE"), "section"))
        for number, target in enumerate(listed):
            line = QHBoxLayout()
            line.setSpacing(12)
            line.addWidget(Label(target.text))
            line.addStretch(1)
            line.addWidget(Label(target.when, "muted"))
            line.addWidget(
                Button(tr("Choose"), small=True, name=f"jump.deadline.{number}", act=partial(self._aim, target))
            )
            self._deadlines.addLayout(line)

    def _aim(self, target: JumpTarget) -> None:
        self._choose(target.blocks)

    def _choose(self, blocks: int) -> None:
        self._blocks = blocks
        eras, rest = divmod(blocks, BLOCKS_PER_ERA)
        whole_eras = blocks > 0 and rest == 0
        self.eras.set_text(str(eras) if whole_eras else "")
        whole_hours = blocks > 0 and not whole_eras and blocks % BLOCKS_PER_HOUR == 0
        self.hours.set_text(str(blocks // BLOCKS_PER_HOUR) if whole_hours else "")
        self._tell()

    def _typed(self) -> None:
        total = 0
        for field, unit in ((self.hours, BLOCKS_PER_HOUR), (self.eras, BLOCKS_PER_ERA)):
            try:
                total += parse_count(field.text(), unit)
            except InvalidInput as error:
                field.set_error(input_text(error))
                total = 0
                break
        self._blocks = total
        self._tell()

    def _tell(self) -> None:
        self._summary.setText(summary(self._blocks, self._head))
        self._start.setText(button(self._blocks))
        self._start.setEnabled(self._blocks > 0)
        restyle(self._start, kind="primary")

    def _go(self) -> None:
        if self._blocks <= 0 or self._is_running:
            return
        self._is_running, self.can_escape = True, False
        self._problem.hide()
        self._start.setEnabled(False)
        self._progress.set_fraction(0)
        self._progress.show()
        backend, blocks, hop, cancelled = self._program.backend, self._blocks, self._hop, self._cancelled
        cancelled.clear()

        def progress(done: int, total: int) -> None:
            if cancelled.is_set():
                raise Cancelled
            hop.post(self, lambda: self._show_progress(done, total))

        self._program.runner.command(
            "chain-write",
            lambda: backend.jump(blocks, progress),
            owner=self,
            done=lambda _: self.close_sheet(),
            failed=self._failed,
            deadline_seconds=JUMP_DEADLINE_SECONDS,
        )

    def _show_progress(self, done: int, total: int) -> None:
        if self._is_running:
            self._progress.set_fraction(done / max(1, total))
            text = tr("{done} of {total} blocks", done=formats.count(done), total=formats.count(total))
            self._summary.setText(text)

    def _stop(self) -> None:
        if self._is_running:
            self._cancelled.set()
            self._cancel.setEnabled(False)
        else:
            self.close_sheet()

    def _failed(self, error: DbcError) -> None:
        was_running = self._is_running
        self._is_running, self.can_escape = False, True
        if isinstance(error, Cancelled) and was_running:
            self.close_sheet()
            return
        self._cancel.setEnabled(True)
        self._progress.hide()
        notice = notice_for(error)
        self._problem.setText(f"{notice.title}. {notice.body}")
        self._problem.show()
        self._tell()

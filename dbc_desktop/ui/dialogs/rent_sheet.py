"""The rent sheet: how many GPUs, for how long, what it costs now and what happens next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rental import RentQuote
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.rent_sheet import rent_sheet
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services import renting
from dbc_desktop.ui.widgets import Button, Field, KeyValue, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_PRESETS = (("1 h", "1h"), ("12 h", "12h"), ("1 d", "1d"), ("7 d", "7d"))


class RentSheet(Sheet):
    """Asks what to rent; `ordered` brings the call to sign.

    Args:
        program: To ask the chain for a quote.
        machine_id: The machine.
        gpu_type: Name of its GPUs.
        place: Where it stands, for the subtitle.
        free_gpu: How many GPUs may be taken.
        renter: Who pays.
    """

    ordered = Signal(object)

    def __init__(
        self, program: Program, machine_id: MachineId, gpu_type: str, place: str, free_gpu: int, renter: Address
    ) -> None:
        super().__init__(tr("Rent"), place, width=520)
        self._program, self._machine_id, self._gpu_type = program, machine_id, gpu_type
        self._renter = renter
        self._free: Balance | None = None
        self._quote: RentQuote | None = None
        self._asked = 0
        self._build(free_gpu)
        self.set_title(rent_sheet(None, None, gpu_type).title, place)
        program.runner.query(
            "chain-read",
            lambda: program.backend.account(renter).spendable,
            owner=self,
            done=self._know_free,
            failed=self._fail,
        )
        self._ask()

    def _build(self, free_gpu: int) -> None:
        inputs = QHBoxLayout()
        inputs.setSpacing(12)
        inputs.addLayout(self._build_gpus(free_gpu))
        self._duration = Field(tr("For how long"), "rent.duration", placeholder=tr("for example 24 h or 2 d"))
        self._duration.set_text("1 d")
        self._duration.edit.textChanged.connect(self._ask)
        inputs.addWidget(self._duration, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(inputs)
        presets = QHBoxLayout()
        presets.setSpacing(8)
        for text, name in _PRESETS:
            chip = Button(text, small=True, name=f"rent.preset.{name}", act=partial(self._duration.set_text, text))
            chip.setProperty("chip", True)
            presets.addWidget(chip)
        presets.addStretch(1)
        self.body.addLayout(presets)
        total = QHBoxLayout()
        total.addWidget(Label(tr("Total now"), "muted"))
        total.addStretch(1)
        self._usd = Label("", "muted")
        self._total = Label("", "figure")
        total.addWidget(self._usd)
        total.addSpacing(8)
        total.addWidget(self._total)
        self.body.addLayout(total)
        self._rows = KeyValue()
        self.body.addWidget(self._rows)
        self._inset = QFrame()
        self._inset.setProperty("inset", True)
        box = QVBoxLayout(self._inset)
        box.setContentsMargins(12, 10, 12, 10)
        box.setSpacing(6)
        box.addWidget(Label(tr("What happens in the next 15 minutes").upper(), "section"))
        self._steps = [Label("", wrap=True) for _ in range(3)]
        for label in self._steps:
            box.addWidget(label)
        self.body.addWidget(self._inset)
        self._problem = Label("", "second", "loss", wrap=True)
        self._problem.setObjectName("rent.problem")
        self.body.addWidget(self._problem)
        self.buttons.addWidget(Button(tr("Cancel"), name="rent.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self._go = Button(tr("Rent"), "primary", name="rent.go", act=self._order)
        self.buttons.addWidget(self._go)

    def _build_gpus(self, free_gpu: int) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(4)
        label = Label(tr("GPUs, {n} free", n=free_gpu), "second")
        self._max_gpus = max(1, free_gpu)
        self._gpus = QLineEdit("1")
        self._gpus.setObjectName("rent.gpus")
        self._gpus.setAccessibleName(tr("GPUs"))
        self._gpus.setMaxLength(4)
        self._gpus.setFixedSize(64, 32)
        self._gpus.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._gpus.textChanged.connect(self._ask)
        label.setBuddy(self._gpus)
        box.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(Button("−", name="rent.gpus.less", act=partial(self._step, -1)))
        row.addWidget(self._gpus)
        row.addWidget(Button("+", name="rent.gpus.more", act=partial(self._step, 1)))
        box.addLayout(row)
        return box

    def first_focus(self) -> QWidget:
        """The number of GPUs."""
        return self._gpus

    def _gpu_num(self) -> int | None:
        """What is typed, None where it is no number of GPUs this machine has free."""
        text = self._gpus.text().strip()
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= self._max_gpus:
            return None
        return int(text)

    def _step(self, by: int) -> None:
        self._gpus.setText(str(min(self._max_gpus, max(1, (self._gpu_num() or 1) + by))))

    def _know_free(self, free: Balance) -> None:
        self._free = free
        self._show("")

    def _ask(self) -> None:
        """Ask for a quote of what is typed; an answer to an older question is dropped."""
        self._asked += 1
        asked = self._asked
        self._quote = None
        try:
            duration = renting.parse_duration(self._duration.text())
        except InvalidInput as error:
            self._duration.set_error(notice_for(error).body)
            self._show("", enabled=False)
            return
        self._duration.set_error("")
        gpus, backend = self._gpu_num(), self._program.backend
        if gpus is None:
            problem = ntr("Choose 1 GPU, that is all.", "Choose a number of GPUs from 1 to {n}.", self._max_gpus)
            self._show(problem, enabled=False)
            return
        self._go.setEnabled(False)

        def answered(quote: RentQuote) -> None:
            if asked == self._asked:
                self._quote = quote
                self._show("")

        def failed(error: DbcError) -> None:
            if asked == self._asked:
                self._fail(error)

        self._program.runner.query(
            "chain-read",
            lambda: backend.rent_quote(self._machine_id, gpus, duration),
            owner=self,
            done=answered,
            failed=failed,
        )

    def _fail(self, error: DbcError) -> None:
        notice = notice_for(error)
        self._show(f"{notice.title}. {notice.body}", enabled=False)

    def _show(self, problem: str, enabled: bool = True) -> None:
        screen = rent_sheet(self._quote, self._free, self._gpu_type, problem)
        self._total.setText(screen.total)
        self._usd.setText(screen.total_usd)
        if screen.rows:
            self._rows.set_rows(screen.rows)
            for label, text in zip(self._steps, screen.next_steps, strict=True):
                label.setText(text)
        self._rows.setVisible(bool(screen.rows))
        self._inset.setVisible(bool(screen.next_steps))
        self._problem.setText(screen.problem)
        self._problem.setVisible(bool(screen.problem))
        self._go.setText(screen.button)
        self._go.setEnabled(enabled and self._quote is not None and not screen.problem)

    def _order(self) -> None:
        if self._quote is None:
            return
        call = renting.rent_call(self._machine_id, self._quote.gpu_num, self._quote.duration_blocks)
        self.close_sheet()
        self.ordered.emit(call)

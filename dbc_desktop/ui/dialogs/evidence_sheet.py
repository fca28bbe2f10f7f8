"""Evidence: makes a signed file of how this rig worked, says what it proves, and checks such files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QWidget

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import DbcError, SecretStoreUnavailable, WalletLocked
from dbc_desktop.domain.evidence import Evidence, EvidenceVerdict
from dbc_desktop.domain.machine import Machine
from dbc_desktop.screens import formats
from dbc_desktop.screens.evidence import SPANS, EvidenceScreen, evidence_limits, evidence_screen, saved_text, who_text
from dbc_desktop.screens.notices import store_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.page import WindowServices
from dbc_desktop.ui.widgets import Button, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_FILES = "JSON (*.json)"


class EvidenceSheet(FormSheet):
    """Asks for a time and the machine; the acting account signs once that the rig's key is its rig's."""

    def __init__(self, program: Program, services: WindowServices) -> None:
        super().__init__(
            program,
            "evidence",
            tr("Evidence of this rig"),
            tr("How the GPUs of this computer worked, as one signed file"),
            go=tr("Save…"),
        )
        self._services = services
        self._is_unlocked = False
        for limit in evidence_limits():
            self.add_note(limit)
        self.span = self._box("span", tr("Time"))
        for seconds, text in SPANS:
            self.span.addItem(text(), seconds)
        self.machine = self._box("machine", tr("Machine"))
        self.machine.addItem(tr("No machine named"), "")
        self._who = self.add_note("")
        self._who.setObjectName("evidence.who")
        self.passphrase = self.add_field("passphrase", tr("Passphrase"), wrong="old", secret=True)
        self.end_fields()
        self._said = Label("", "medium", "good", wrap=True)
        self._said.setObjectName("evidence.said")
        self._said.hide()
        self.body.addWidget(self._said)
        self.cancel.setText(tr("Close"))
        self.buttons.insertWidget(0, Button(tr("Check a file…"), name="evidence.check", act=self._choose_file))
        self._ask()
        self._show()

    def first_focus(self) -> QWidget:
        """The time."""
        return self.span

    def work(self) -> Callable[[], Evidence] | None:
        """Make and save the file, with the place that the person chooses."""
        account = self._services.account()
        if account is None:
            return None
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save evidence"), "evidence.json", _FILES)
        if not chosen:
            return None
        self._said.hide()
        program, address, path = self.program, account.address, Path(chosen)
        passphrase = self.passphrase.text() if self.passphrase.isVisibleTo(self) else ""
        seconds, machine_id = int(self.span.currentData()), str(self.machine.currentData())

        def sign(text: str) -> bytes:
            if passphrase:
                program.wallet.unlock(address, passphrase, program.settings.load().auto_lock_minutes * 60.0)
            return program.wallet.sign_text(address, text)

        def write() -> Evidence:
            end = program.clock.now()
            return program.monitoring.evidence.write(path, address, sign, machine_id, end - seconds, end)

        self._path = path
        return write

    def done(self, result: Evidence) -> None:
        """Say how much was saved, and stay."""
        self.forget_fields()
        self._said.setText(saved_text(len(result.minutes), self._path.name))
        self._said.show()
        self._show()

    def failed(self, error: DbcError) -> None:
        """A key that is locked after all is asked for its passphrase; the rig's key has no place but the keyring."""
        super().failed(error)
        if isinstance(error, SecretStoreUnavailable):
            self.say(store_text(error.reason) + " " + tr("The rig's key rests in the keyring only, never in a file."))
        if isinstance(error, WalletLocked):
            self.passphrase.show()
            self.passphrase.edit.setFocus()

    def check(self, path: Path) -> None:
        """Say what a file shows."""
        evidence = self.program.monitoring.evidence

        def done(verdict: EvidenceVerdict) -> None:
            self._services.open_sheet(EvidenceVerdictSheet(evidence_screen(verdict)))

        self.program.runner.query("chain-read", lambda: evidence.check(path), owner=self, done=done, failed=self.failed)

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("A file of evidence"), "", _FILES)
        if chosen:
            self.check(Path(chosen))

    def _box(self, key: str, name: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"evidence.{key}")
        box.setAccessibleName(name)
        box.setFixedHeight(32)
        self.body.addWidget(box)
        return box

    def _ask(self) -> None:
        account = self._services.account()
        if account is None:
            return
        wallet, backend, address = self.program.wallet, self.program.backend, account.address
        runner = self.program.runner
        runner.query(
            "secrets", lambda: wallet.is_unlocked(address), owner=self, done=self._knows_lock, failed=self.failed
        )
        runner.query(
            "chain-read", lambda: backend.machines_of(address), owner=self, done=self._list, failed=self.failed
        )

    def _knows_lock(self, is_unlocked: bool) -> None:
        self._is_unlocked = is_unlocked
        self._show()

    def _list(self, machines: tuple[Machine, ...]) -> None:
        matched = self.program.monitoring.settings().machines
        for machine in machines:
            self.machine.addItem(formats.short_id(machine.machine_id), machine.machine_id)
            if matched.get(machine.machine_id) == "":
                self.machine.setCurrentIndex(self.machine.count() - 1)

    def _show(self) -> None:
        account = self._services.account()
        can_sign = account is not None and account.place is not KeyPlace.WATCH_ONLY
        is_certified = account is not None and self.program.monitoring.evidence.certificate(account.address) is not None
        name = "" if account is None else account.name
        self._who.setText(who_text(name, can_sign=can_sign, is_certified=is_certified))
        self.passphrase.setVisible(can_sign and not is_certified and not self._is_unlocked)
        self.go.setEnabled(can_sign)


class EvidenceVerdictSheet(Sheet):
    """What a file shows, what was checked, and what it cannot prove."""

    def __init__(self, screen: EvidenceScreen) -> None:
        super().__init__(screen.title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for row, (label, value) in enumerate(screen.rows):
            grid.addWidget(Label(label, "second"), row, 0)
            shown = Label(value, "mono")
            shown.setObjectName(f"verdict.{row}")
            grid.addWidget(shown, row, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        for tone, lines in (("good", screen.holds), ("warn", screen.open_ends), ("muted", screen.limits)):
            for line in lines:
                self.body.addWidget(Label(line, "second", tone, wrap=True))
        self.buttons.addStretch(1)
        self._close = Button(tr("Close"), name="verdict.close", act=self.close_sheet)
        self.buttons.addWidget(self._close)

    def first_focus(self) -> QWidget:
        """Closing."""
        return self._close

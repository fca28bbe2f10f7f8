"""Evidence: makes a signed file of how this rig worked, says what it proves, and checks such files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import DbcError, InvalidInput, SecretStoreUnavailable, WalletLocked
from dbc_desktop.domain.evidence import DEMO, Evidence, EvidenceRequest, EvidenceVerdict, SpanKind
from dbc_desktop.domain.machine import Machine
from dbc_desktop.screens import formats
from dbc_desktop.screens.evidence import SPANS, demo_warning, evidence_limits, evidence_screen, saved_text, who_text
from dbc_desktop.screens.notices import store_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.evidence_verdict import EvidenceVerdictSheet
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.page import WindowServices
from dbc_desktop.ui.widgets import Button, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_FILES = "JSON (*.json)"


class EvidenceSheet(FormSheet):
    """Asks for a stretch and the machine; the acting account signs once that the rig's key is its rig's."""

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
        self._genesis: bytes | None = None
        self._orders: dict[str, str] = {}
        self._path: Path | None = None
        self._saved = ""
        sample = program.sampler.latest()
        if sample is not None and sample.source == DEMO:
            self.add_note(demo_warning(), "warn").setObjectName("evidence.demo")
        for limit in evidence_limits():
            self.add_note(limit)
        self.span = self._box("span", tr("Time"))
        for kind, text in SPANS:
            self.span.addItem(text(), kind)
        self.machine = self._box("machine", tr("Machine"))
        self.machine.addItem(tr("No machine named"), "")
        self.rental = self.add_field("rental", tr("Number of the rent order"), wrong="rent_id")
        self.place = self._box("place", tr("Where the rig's key rests"))
        self.place.addItem(tr("The rig's key rests in the keyring"), KeyPlace.KEYRING)
        self.place.addItem(tr("The rig's key rests in an encrypted file"), KeyPlace.FILE)
        self.place.setCurrentIndex(self.place.findData(program.monitoring.evidence.place()))
        self.key_passphrase = self.add_field(
            "key_passphrase", tr("Passphrase of the rig's key"), wrong="rig_passphrase", secret=True
        )
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
        for box in (self.span, self.machine, self.place):
            box.currentIndexChanged.connect(self._show)
        self.machine.currentIndexChanged.connect(self._ask_rentals)
        self._ask()
        self._show()

    def first_focus(self) -> QWidget:
        """The time."""
        return self.span

    def work(self) -> Callable[[], Evidence] | None:
        """Make and save the file, once the person has chosen its place.

        Raises:
            InvalidInput: `rent_id`: no number.
        """
        account = self._services.account()
        if account is None:
            return None
        program, address = self.program, account.address
        kind = self._kind()
        rent_id = _rent_id(self.rental.text()) if kind is SpanKind.RENTAL else None
        path, self._path = self._path, None
        if path is None:
            self._open_dialog(tr("Save evidence"), QFileDialog.AcceptMode.AcceptSave, self._save_as)
            return None
        self._said.hide()
        self._saved = path.name
        passphrase = self.passphrase.text() if self.passphrase.isVisibleTo(self) else ""
        machine_id, place = str(self.machine.currentData()), self._place()
        key_passphrase = self.key_passphrase.text() if place is KeyPlace.FILE else ""

        def sign(text: str) -> bytes:
            if passphrase:
                program.wallet.unlock(address, passphrase, program.settings.load().auto_lock_minutes * 60.0)
            return program.wallet.sign_text(address, text)

        def write() -> Evidence:
            request = EvidenceRequest(address, machine_id, kind, program.clock.now(), rent_id, place)
            return program.monitoring.evidence.write(path, request, sign, key_passphrase)

        return write

    def done(self, result: Evidence) -> None:
        """Say how much was saved, and stay."""
        self.forget_fields()
        self._said.setText(saved_text(result, self._saved))
        self._said.show()
        self._show()

    def failed(self, error: DbcError) -> None:
        """A locked key is asked for its passphrase; without a keyring there is the choice of a file."""
        super().failed(error)
        if isinstance(error, SecretStoreUnavailable):
            text = tr("Nothing was signed, and nothing is lost. The rig's key may rest in an encrypted file instead.")
            self.say(f"{store_text(error.reason)} {text}")
        if isinstance(error, WalletLocked):
            self.passphrase.show()
            self.passphrase.edit.setFocus()

    def check(self, path: Path) -> None:
        """Say what a file shows."""
        evidence = self.program.monitoring.evidence

        def done(verdict: EvidenceVerdict) -> None:
            self._services.open_sheet(EvidenceVerdictSheet(evidence_screen(verdict)))

        self.program.runner.query("chain-read", lambda: evidence.check(path), owner=self, done=done, failed=self.failed)

    def _save_as(self, chosen: str) -> None:
        self._path = Path(chosen)
        self.act()

    def _choose_file(self) -> None:
        self._open_dialog(
            tr("A file of evidence"), QFileDialog.AcceptMode.AcceptOpen, lambda chosen: self.check(Path(chosen))
        )

    def _open_dialog(self, title: str, mode: QFileDialog.AcceptMode, chosen: Callable[[str], None]) -> None:
        dialog = QFileDialog(self, title, "", _FILES)
        dialog.setObjectName("evidence.dialog")
        dialog.setAcceptMode(mode)
        if mode is QFileDialog.AcceptMode.AcceptSave:
            dialog.selectFile("evidence.json")
            dialog.setDefaultSuffix("json")
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _box(self, key: str, name: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"evidence.{key}")
        box.setAccessibleName(name)
        box.setFixedHeight(32)
        self.body.addWidget(box)
        return box

    def _kind(self) -> SpanKind:
        return SpanKind(self.span.currentData())

    def _place(self) -> KeyPlace:
        return KeyPlace(self.place.currentData())

    def _ask(self) -> None:
        account = self._services.account()
        if account is None:
            return
        wallet, backend, address = self.program.wallet, self.program.backend, account.address
        runner = self.program.runner

        def read() -> tuple[bytes, tuple[Machine, ...]]:
            stash = backend.stash_of(address) or address
            return backend.identity().genesis_hash, backend.machines_of(stash)

        runner.query(
            "secrets", lambda: wallet.is_unlocked(address), owner=self, done=self._knows_lock, failed=self.failed
        )
        runner.query("chain-read", read, owner=self, done=self._list, failed=self.failed)

    def _ask_rentals(self) -> None:
        """Which order holds the machine now: the one that a file is most often wanted of."""
        machine_id, evidence = self.machine.currentData(), self.program.monitoring.evidence
        if not machine_id:
            return

        def done(number: int | None) -> None:
            if number is not None and not self.rental.text():
                self.rental.set_text(str(number))

        def newest() -> int | None:
            return max((order.rent_id for order in evidence.rentals(machine_id)), default=None)

        self.program.runner.query("chain-read", newest, owner=self, done=done, failed=self.failed)

    def _knows_lock(self, is_unlocked: bool) -> None:
        self._is_unlocked = is_unlocked
        self._show()

    def _list(self, found: tuple[bytes, tuple[Machine, ...]]) -> None:
        self._genesis, machines = found
        matched = self.program.monitoring.settings().machines
        for machine in machines:
            self.machine.addItem(formats.short_id(machine.machine_id), machine.machine_id)
            if matched.get(machine.machine_id) == "":
                self.machine.setCurrentIndex(self.machine.count() - 1)
        self._show()

    def _show(self) -> None:
        account = self._services.account()
        can_sign = account is not None and account.place is not KeyPlace.WATCH_ONLY
        is_certified = False
        if account is not None and self._genesis is not None:
            request = EvidenceRequest(
                account.address, str(self.machine.currentData()), self._kind(), 0.0, place=self._place()
            )
            is_certified = self.program.monitoring.evidence.is_certified(request, self._genesis)
        name = "" if account is None else account.name
        self._who.setText(who_text(name, can_sign=can_sign, is_certified=is_certified))
        self.rental.setVisible(self._kind() is SpanKind.RENTAL)
        self.key_passphrase.setVisible(self._place() is KeyPlace.FILE)
        self.passphrase.setVisible(can_sign and not is_certified and not self._is_unlocked)
        self.go.setEnabled(can_sign)


def _rent_id(text: str) -> int:
    written = text.strip()
    if not (written.isascii() and written.isdigit() and len(written) < 20):
        raise InvalidInput("rent_id", "not_a_number")
    return int(written)

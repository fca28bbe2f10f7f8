"""Evidence by mouse and keys: certified once, signed, saved, and checked again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.errors import SecretStoreUnavailable
from dbc_desktop.domain.evidence import Evidence, EvidenceVerdict, OwnerFinding, RentalFinding
from dbc_desktop.domain.machine import Machine, MachineOwner
from dbc_desktop.services.evidence_check import check_evidence
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.ui.dialogs.evidence_sheet import EvidenceSheet
from dbc_desktop.ui.dialogs.evidence_verdict import EvidenceVerdictSheet
from dbc_desktop.ui.widgets import Button
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.rig_key import KeyringRigKey, RigKey, SealedRigKey
from tests.doubles.evidence import MACHINE, START, EvidenceChain, fill, order
from tests.doubles.readings import reading, sample
from tests.ui.fake_program import PHRASE, fakes
from tests.ui.renting_doubles import FakeWindow
from tests.unit.services.test_watch import WAITING

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
HOUR, DAY, RENTAL = range(3)
"""Rows of the time."""


class Ring:
    """A keyring in memory, which may be locked."""

    place = "a keyring"

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.is_locked = False

    def get(self, name: str) -> str | None:
        if self.is_locked:
            raise SecretStoreUnavailable("locked")
        return self.entries.get(name)

    def put(self, name: str, text: str) -> None:
        self.entries[name] = text

    def delete(self, name: str) -> None:
        self.entries.pop(name, None)


class World:
    def __init__(self, folder: Path) -> None:
        self.window, self.ring, self.chain = FakeWindow(), Ring(), EvidenceChain()
        self.fakes = fakes()
        self.fakes.program = replace(self.fakes.program, backend=self.chain)
        self.file, self.store = folder / "evidence.json", FleetStore(folder / "fleet.json")
        self.keys = folder / "keys"
        self.log = EvidenceLog(folder / "evidence.sqlite3")
        fill(self.log, self.chain, (0, 1, 2, 3))
        self.log.append(sample(reading(0), taken_at=START + 240.0))
        self.fakes.clock.now = lambda: START + 240.0  # type: ignore[method-assign]
        self.fakes.wallet.add(Account(ALICE, "rig stash", KeyPlace.KEYRING, True))
        self.window.chosen = Account(ALICE, "rig stash", KeyPlace.KEYRING, True)
        self.fakes.sampler.sample = sample(reading(0), taken_at=START + 240.0)
        self.evidence = RigEvidence(self.chain, lambda: "rig-02", self.store, self.key)
        self.evidence.use(self.log)
        monitoring = self.fakes.monitoring
        monitoring.settings = self.store.settings  # type: ignore[method-assign]
        monitoring.evidence = self.evidence  # type: ignore[attr-defined]

    def key(self, place: KeyPlace, passphrase: str) -> RigKey:
        return KeyringRigKey(self.ring) if place is KeyPlace.KEYRING else SealedRigKey(FileStore(self.keys), passphrase)

    def sheet(self, qtbot: QtBot) -> EvidenceSheet:
        made = EvidenceSheet(self.fakes.program, self.window)
        qtbot.addWidget(made)
        made.show()
        return made


@pytest.fixture
def world(tmp_path, qapp):
    made = World(tmp_path)
    yield made
    made.log.close()


def click(qtbot: QtBot, parent, name: str) -> None:
    qtbot.mouseClick(parent.findChild(Button, name), Qt.MouseButton.LeftButton)


def texts(parent) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisibleTo(parent)]


def problem(sheet) -> str:
    found = sheet.findChild(QLabel, "evidence.problem")
    return found.text() if found.isVisibleTo(sheet) else ""


def choose(sheet: EvidenceSheet, path: Path) -> None:
    """What the person does in the dialog for files that is open."""
    dialog = sheet.findChildren(QFileDialog)[-1]
    assert dialog.isVisible()
    dialog.hide()
    dialog.setParent(None)
    dialog.fileSelected.emit(str(path))
    dialog.close()


def save(qtbot: QtBot, sheet: EvidenceSheet, world: World, passphrase: str = PHRASE) -> None:
    if sheet.passphrase.isVisible():
        sheet.passphrase.edit.clear()
        qtbot.keyClicks(sheet.passphrase.edit, passphrase)
    click(qtbot, sheet, "evidence.go")
    choose(sheet, world.file)


def pick(sheet: EvidenceSheet, box: str, row: int) -> None:
    sheet.findChild(QComboBox, f"evidence.{box}").setCurrentIndex(row)


def judged(world: World) -> tuple[EvidenceVerdict, Evidence]:
    verdict = check_evidence(world.file, world.chain)
    assert not verdict.is_refuted
    return verdict, verdict.evidence


def machine_of_alice(world: World) -> None:
    """A machine whose stash is Alice, controlled by herself."""
    mine: Machine = replace(WAITING, machine_id=MACHINE, stash=ALICE, controller=ALICE)
    world.chain.machines.append(mine)
    world.chain.owners[MACHINE, 0] = MachineOwner(ALICE, ALICE)


def test_it_says_what_it_proves_and_who_certifies(qtbot, world):
    said = texts(world.sheet(qtbot))
    assert any(text.startswith("It does not prove that the readings are true") for text in said)
    assert "rig stash certifies this rig's key with one signature, which costs nothing." in said


def test_a_file_is_certified_signed_saved_and_holds(qtbot, world):
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, world)
    assert "4 minutes signed and saved as evidence.json. 56 minutes were not kept." in texts(sheet)
    verdict, evidence = judged(world)
    assert (evidence.certificate.rig, len(evidence.minutes), verdict.anchors.known) == ("rig-02", 4, 4)
    assert evidence.certificate.controller == ALICE
    assert world.ring.entries.keys() == {"rig-key"}
    assert world.ring.entries["rig-key"] not in world.file.read_text()


def test_the_controller_signs_only_once(qtbot, world):
    save(qtbot, world.sheet(qtbot), world)
    world.fakes.wallet.lock()
    world.file.unlink()
    sheet = world.sheet(qtbot)
    assert not sheet.passphrase.isVisible()
    assert "rig stash has certified this rig's key." in texts(sheet)
    save(qtbot, sheet, world)
    assert len(judged(world)[1].minutes) == 4


def test_another_machine_and_another_chain_are_certified_anew(qtbot, world):
    save(qtbot, world.sheet(qtbot), world)
    world.fakes.wallet.lock()
    machine_of_alice(world)
    sheet = world.sheet(qtbot)
    assert not sheet.passphrase.isVisible()
    pick(sheet, "machine", 1)
    assert sheet.passphrase.isVisible()
    save(qtbot, sheet, world)
    verdict, evidence = judged(world)
    assert (evidence.certificate.machine_id, verdict.owner) == (MACHINE, OwnerFinding.CONTROLLER)
    world.fakes.wallet.lock()
    world.chain.genesis_hash = bytes(32)
    sheet = world.sheet(qtbot)
    assert sheet.passphrase.isVisible()
    assert len(world.store.load().certificates) == 2


def test_a_new_key_of_the_rig_is_certified_anew(qtbot, world):
    save(qtbot, world.sheet(qtbot), world)
    world.fakes.wallet.lock()
    world.ring.entries.clear()
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, world)
    assert sheet.passphrase.isVisible()
    save(qtbot, sheet, world)
    judged(world)


def test_a_wrong_passphrase_saves_nothing(qtbot, world):
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, world, "not the passphrase")
    assert sheet.passphrase.error().startswith("Wrong passphrase. ")
    assert not world.file.exists()
    assert world.store.settings().certificates == ()


def test_without_a_keyring_it_says_why_and_a_file_may_hold_the_key(qtbot, world):
    world.ring.is_locked = True
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, world)
    assert problem(sheet) == (
        "The keyring is locked. Unlock it, for example by logging in again, and try again. "
        "Nothing was signed, and nothing is lost. The rig's key may rest in an encrypted file instead."
    )
    assert not world.file.exists()
    pick(sheet, "place", 1)
    qtbot.keyClicks(sheet.key_passphrase.edit, "short")
    save(qtbot, sheet, world)
    assert sheet.key_passphrase.error().startswith("Use at least 10 characters.")
    sheet.key_passphrase.edit.clear()
    qtbot.keyClicks(sheet.key_passphrase.edit, "the key of this rig")
    save(qtbot, sheet, world)
    judged(world)
    (kept,) = world.keys.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["encoding"]["type"] == ["scrypt", "xsalsa20-poly1305"]
    again = world.sheet(qtbot)
    assert again.key_passphrase.isVisible()  # where it rests is remembered
    qtbot.keyClicks(again.key_passphrase.edit, "another passphrase")
    save(qtbot, again, world)
    assert again.key_passphrase.error() == "This passphrase does not open the rig's key."


def test_a_time_of_which_nothing_was_kept_is_told_and_a_day_is_wider(qtbot, world):
    world.fakes.clock.now = lambda: START + 7_440.0  # type: ignore[method-assign]
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, world)
    assert problem(sheet) == "Nothing was kept of that time. Choose another one."
    pick(sheet, "span", DAY)
    save(qtbot, sheet, world)
    _, evidence = judged(world)
    assert len(evidence.minutes) == 4
    assert evidence.gaps == ((START + 7_440 - 86_400, START), (START + 240, START + 7_440))


def test_a_rental_is_of_its_order_on_the_chain(qtbot, world):
    machine_of_alice(world)
    world.chain.orders = [order()]
    sheet = world.sheet(qtbot)
    assert not sheet.rental.isVisible()
    pick(sheet, "machine", 1)
    pick(sheet, "span", RENTAL)
    assert (sheet.rental.isVisible(), sheet.rental.text()) == (True, "7")
    save(qtbot, sheet, world)
    verdict, evidence = judged(world)
    assert [one.height for one in evidence.minutes] == [1_220, 1_230, 1_240]
    assert (verdict.rental, evidence.span.rent_id) == (RentalFinding.FITS, 7)
    for typed, said in (
        ("8", "The chain that is open tells of no rental 8. Check the number."),
        ("x", "Type the number of the order, for example 7."),
    ):
        sheet.rental.set_text(typed)
        click(qtbot, sheet, "evidence.go")
        if typed == "8":
            choose(sheet, world.file)
        assert said in (problem(sheet), sheet.rental.error())


def test_demo_readings_are_said_before_and_after_and_in_the_first_line_of_a_check(qtbot, world, tmp_path):
    log = EvidenceLog(tmp_path / "demo.sqlite3")
    fill(log, world.chain, (0, 1, 2), source="demo")
    world.evidence.use(log)
    world.fakes.sampler.sample = sample(reading(0), source="demo")
    sheet = world.sheet(qtbot)
    assert "These are demo GPUs. The file will say so in its first line, and proves nothing." in texts(sheet)
    save(qtbot, sheet, world)
    assert any("It says that its readings are of demo GPUs." in text for text in texts(sheet))
    click(qtbot, sheet, "evidence.check")
    choose(sheet, world.file)
    (verdict,) = world.window.sheets
    qtbot.addWidget(verdict)
    assert texts(verdict)[0] == "Demo readings: not of real GPUs, and no proof of anything"
    log.close()


def test_an_account_without_a_key_certifies_nothing(qtbot, world):
    world.window.chosen = Account(ALICE, "watched", KeyPlace.WATCH_ONLY, True)
    sheet = world.sheet(qtbot)
    assert not sheet.go.isEnabled()
    assert "Choose an account whose key is here: it certifies the rig's key." in texts(sheet)


def test_a_file_is_checked_and_a_changed_one_is_found(qtbot, world):
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, world)
    click(qtbot, sheet, "evidence.check")
    choose(sheet, world.file)
    (verdict,) = world.window.sheets
    qtbot.addWidget(verdict)
    assert isinstance(verdict, EvidenceVerdictSheet)
    said = texts(verdict)
    assert said[0] == "Readings of real GPUs, as their driver told them"
    assert {"rig-02", "4 named blocks are on this chain."} <= set(said)
    assert "The file is whole. Not everything could be checked." in said  # it names no machine
    world.file.write_text(world.file.read_text().replace('"rig-02"', '"rig-03"', 1))
    click(qtbot, sheet, "evidence.check")
    choose(sheet, world.file)
    forged = world.window.sheets[1]
    qtbot.addWidget(forged)
    assert "Something in this file is not so. Trust nothing in it." in texts(forged)
    world.file.write_text("{}")
    click(qtbot, sheet, "evidence.check")
    choose(sheet, world.file)
    assert len(world.window.sheets) == 2
    assert problem(sheet) == "evidence.json is not a file of evidence, or it was damaged."


def test_a_damaged_certificate_counts_as_none(qtbot, world, tmp_path):
    save(qtbot, world.sheet(qtbot), world)
    kept = world.store.load()
    (certificate,) = kept.certificates
    assert certificate.controller == ALICE
    path = tmp_path / "fleet.json"
    path.write_text(path.read_text().replace(certificate.signature.hex(), "ab"))
    assert world.store.load() == replace(kept, certificates=())

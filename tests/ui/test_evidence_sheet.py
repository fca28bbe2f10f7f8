"""Evidence by mouse and keys: certified once, signed, saved, and checked again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.errors import SecretStoreUnavailable
from dbc_desktop.domain.network import BlockSummary
from dbc_desktop.services.evidence import check_evidence
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.ui.dialogs.evidence_sheet import EvidenceSheet, EvidenceVerdictSheet
from dbc_desktop.ui.widgets import Button
from tests.doubles.readings import reading, sample
from tests.doubles.scripted_chain import ScriptedChain
from tests.ui.fake_program import PHRASE, fakes
from tests.ui.renting_doubles import FakeWindow

NOW = 1_700_000_040.0
ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
BLOCK = bytes.fromhex("bb" * 32)


class Chain(ScriptedChain):
    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        return (BlockSummary(1_200, BLOCK, bytes(32), 1, 3),)[:limit] if before > 1_200 else ()


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
        self.fakes, self.window, self.ring, self.chain = fakes(), FakeWindow(), Ring(), Chain()
        self.file, self.store = folder / "evidence.json", FleetStore(folder / "fleet.json")
        self.log = EvidenceLog(folder / "evidence.sqlite3")
        self.log.anchor(1_200, BLOCK)
        for minute in range(4):
            self.log.append(sample(reading(0), reading(1), taken_at=NOW - 240 + 60 * minute))
        self.log.append(sample(reading(0), taken_at=NOW))
        self.fakes.clock.now = lambda: NOW  # type: ignore[method-assign]
        self.fakes.wallet.add(Account(ALICE, "rig stash", KeyPlace.KEYRING, True))
        self.window.chosen = Account(ALICE, "rig stash", KeyPlace.KEYRING, True)
        self.fakes.sampler.sample = sample(reading(0), taken_at=NOW)
        evidence = RigEvidence(self.chain, self.fakes.sampler, self.store, self.ring)  # type: ignore[arg-type]
        evidence.use(self.log)
        self.fakes.monitoring.evidence = evidence  # type: ignore[attr-defined]

    def sheet(self, qtbot: QtBot) -> EvidenceSheet:
        made = EvidenceSheet(self.fakes.program, self.window)
        qtbot.addWidget(made)
        made.show()
        return made


@pytest.fixture
def world(tmp_path, qapp, monkeypatch):
    made = World(tmp_path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(made.file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(made.file), ""))
    yield made
    made.log.close()


def click(qtbot: QtBot, parent, name: str) -> None:
    qtbot.mouseClick(parent.findChild(Button, name), Qt.MouseButton.LeftButton)


def texts(parent) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisibleTo(parent)]


def save(qtbot: QtBot, sheet: EvidenceSheet, passphrase: str = PHRASE) -> None:
    if sheet.passphrase.isVisible():
        qtbot.keyClicks(sheet.passphrase.edit, passphrase)
    click(qtbot, sheet, "evidence.go")


def test_it_says_what_it_proves_and_who_certifies(qtbot, world):
    said = texts(world.sheet(qtbot))
    assert any(text.startswith("It does not prove that the readings are true") for text in said)
    assert "rig stash certifies this rig's key with one signature, which costs nothing." in said


def test_a_file_is_certified_signed_saved_and_holds(qtbot, world):
    sheet = world.sheet(qtbot)
    save(qtbot, sheet)
    assert "4 minutes signed and saved as evidence.json." in texts(sheet)
    verdict = check_evidence(world.file, world.chain)
    assert (verdict.evidence.rig, len(verdict.evidence.minutes), verdict.blocks_known) == ("rig-02", 4, 1)
    assert verdict.evidence.certificate.controller == ALICE
    assert world.ring.entries.keys() == {"rig-key"}
    assert world.ring.entries["rig-key"] not in world.file.read_text()


def test_the_controller_signs_only_once(qtbot, world):
    save(qtbot, world.sheet(qtbot))
    world.fakes.wallet.lock()
    world.file.unlink()
    sheet = world.sheet(qtbot)
    assert not sheet.passphrase.isVisible()
    assert "rig stash has certified this rig's key." in texts(sheet)
    click(qtbot, sheet, "evidence.go")
    assert len(check_evidence(world.file, world.chain).evidence.minutes) == 4


def test_a_new_key_of_the_rig_is_certified_anew(qtbot, world):
    save(qtbot, world.sheet(qtbot))
    world.fakes.wallet.lock()
    world.ring.entries.clear()
    sheet = world.sheet(qtbot)
    click(qtbot, sheet, "evidence.go")
    assert sheet.passphrase.isVisible()
    save(qtbot, sheet)
    check_evidence(world.file, world.chain)


def test_a_wrong_passphrase_saves_nothing(qtbot, world):
    sheet = world.sheet(qtbot)
    save(qtbot, sheet, "not the passphrase")
    assert sheet.passphrase.error().startswith("Wrong passphrase. ")
    assert not world.file.exists()
    assert world.store.settings().certificate is None


def test_without_a_keyring_it_says_why(qtbot, world):
    world.ring.is_locked = True
    sheet = world.sheet(qtbot)
    save(qtbot, sheet)
    problem = sheet.findChild(QLabel, "evidence.problem")
    assert problem.isVisible()
    assert problem.text() == (
        "The keyring is locked. Unlock it, for example by logging in again, and try again. "
        "The rig's key rests in the keyring only, never in a file."
    )
    assert not world.file.exists()


def test_a_time_of_which_nothing_was_kept_is_told(qtbot, world):
    world.fakes.clock.now = lambda: NOW + 7_200  # type: ignore[method-assign]
    sheet = world.sheet(qtbot)
    save(qtbot, sheet)
    assert sheet.findChild(QLabel, "evidence.problem").text() == "Nothing was kept of that time. Choose another one."
    sheet.findChild(QComboBox, "evidence.span").setCurrentIndex(1)
    click(qtbot, sheet, "evidence.go")
    assert len(check_evidence(world.file, world.chain).evidence.minutes) == 4


def test_an_account_without_a_key_certifies_nothing(qtbot, world):
    world.window.chosen = Account(ALICE, "watched", KeyPlace.WATCH_ONLY, True)
    sheet = world.sheet(qtbot)
    assert not sheet.go.isEnabled()
    assert "Choose an account whose key is here: it certifies the rig's key." in texts(sheet)


def test_a_file_is_checked_and_a_changed_one_is_found(qtbot, world):
    sheet = world.sheet(qtbot)
    save(qtbot, sheet)
    click(qtbot, sheet, "evidence.check")
    (verdict,) = world.window.sheets
    qtbot.addWidget(verdict)
    assert isinstance(verdict, EvidenceVerdictSheet)
    assert {"The file is whole", "rig-02", "1 named block is on this chain."} <= set(texts(verdict))
    world.file.write_text(world.file.read_text().replace('"rig-02"', '"rig-03"', 1))
    click(qtbot, sheet, "evidence.check")
    assert len(world.window.sheets) == 1
    assert sheet.findChild(QLabel, "evidence.problem").isVisible()


def test_a_damaged_certificate_counts_as_none(qtbot, world, tmp_path):
    save(qtbot, world.sheet(qtbot))
    kept = world.store.load()
    assert kept.certificate is not None
    assert kept.certificate.controller == ALICE
    path = tmp_path / "fleet.json"
    path.write_text(path.read_text().replace(kept.certificate.signature.hex(), "ab"))
    assert world.store.load() == replace(kept, certificate=None)

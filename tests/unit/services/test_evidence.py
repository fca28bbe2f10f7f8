"""A file of evidence holds together, and every change to it is found."""

from __future__ import annotations

import json

import pytest

from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import RigCertificate
from dbc_desktop.domain.network import BlockSummary
from dbc_desktop.screens.evidence import evidence_screen
from dbc_desktop.services.evidence import (
    certificate_text,
    check_evidence,
    make_evidence,
    newest_stored_block,
    save_evidence,
)
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from tests.doubles.readings import reading, sample
from tests.doubles.scripted_chain import GENESIS, ScriptedChain

START = 1_700_000_040.0
RIG_KEY = KeyPair.from_seed(bytes(range(32)))
ALICE = KeyPair.from_phrase("//Alice")
BLOCK = bytes.fromhex("bb" * 32)
MACHINE = "ab" * 32


class Chain(ScriptedChain):
    """Has one block that holds something."""

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        return (BlockSummary(1_200, BLOCK, bytes(32), 1, 3),)[:limit] if before > 1_200 else ()


def certificate(rig: str = "rig-02") -> RigCertificate:
    text = certificate_text(RIG_KEY.public, rig)
    return RigCertificate(RIG_KEY.public, rig, Address(ALICE.public), ALICE.sign(wrapped(text)))


@pytest.fixture
def file(tmp_path):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    for minute in (0, 1, 2, 4, 5):
        height, block = newest_stored_block(Chain())
        log.anchor(height, block)
        log.append(sample(reading(0), reading(1), taken_at=START + 60 * minute))
    evidence = make_evidence(log, RIG_KEY.sign, certificate(), GENESIS, "nvml", MACHINE, START + 60, START + 300)
    log.close()
    path = tmp_path / "rig-02.json"
    save_evidence(evidence, path)
    return path


def change(path, **more):
    document = json.loads(path.read_text())
    document.update(more)
    path.write_text(json.dumps(document))


def test_a_whole_file_is_confirmed_with_its_blocks_and_gaps(file):
    verdict = check_evidence(file, Chain())
    assert (verdict.evidence.rig, verdict.evidence.machine_id) == ("rig-02", MACHINE)
    assert [one.number for one in verdict.evidence.minutes] == [2, 3, 4]
    assert (verdict.gaps, verdict.blocks_known, verdict.blocks_other, verdict.is_same_chain) == (1, 1, 0, True)
    screen = evidence_screen(verdict)
    assert ("Minutes", "3") in screen.rows
    assert "1 named block is on this chain." in screen.holds
    assert screen.open_ends == ("1 minute is missing in between.",)
    assert len(screen.limits) == 3


def test_blocks_of_another_history_are_told(file):
    class Other(Chain):
        def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
            return (BlockSummary(1_200, bytes(32), bytes(32), 1, 3),)

    verdict = check_evidence(file, Other())
    assert (verdict.blocks_known, verdict.blocks_other) == (0, 1)
    assert "1 named block is not on this chain." in evidence_screen(verdict).open_ends


def test_without_a_chain_only_the_file_is_judged(file):
    verdict = check_evidence(file, None)
    assert (verdict.blocks_known, verdict.is_same_chain) == (0, False)
    assert any("another chain" in line for line in evidence_screen(verdict).open_ends)


def test_a_changed_reading_is_found(file):
    document = json.loads(file.read_text())
    document["minutes"][1]["text"] = document["minutes"][1]["text"].replace('"temperature":70.0', '"temperature":60.0')
    file.write_text(json.dumps(document))
    with pytest.raises(InvalidInput, match="broken_chain") as caught:
        check_evidence(file, None)
    assert caught.value.facts == {"number": 3}


def test_a_line_left_out_is_found(file):
    document = json.loads(file.read_text())
    del document["minutes"][1]
    file.write_text(json.dumps(document))
    with pytest.raises(InvalidInput, match="broken_chain"):
        check_evidence(file, None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"machine_id": "cd" * 32}, "bad_signature"),
        ({"source": "demo"}, "bad_signature"),
        ({"rig": "rig-03"}, "bad_signature"),
        ({"genesis": "00" * 32}, "bad_signature"),
        ({"signature": "00" * 64}, "bad_signature"),
        ({"signature": "00"}, "not_evidence"),
        ({"minutes": []}, "not_evidence"),
        ({"certificate": 5}, "not_evidence"),
        ({"format": "dbc-desktop-evidence-2"}, "newer"),
        ({"format": "something"}, "not_evidence"),
    ],
)
def test_every_change_of_the_rest_is_found(file, more, reason):
    change(file, **more)
    with pytest.raises(InvalidInput) as caught:
        check_evidence(file, None)
    assert (caught.value.field, caught.value.reason) == ("evidence", reason)


def test_a_key_that_no_controller_signed_for_is_refused(tmp_path):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    for minute in range(2):
        log.append(sample(reading(0), taken_at=START + 60 * minute))
    forged = RigCertificate(RIG_KEY.public, "rig-02", Address(ALICE.public), RIG_KEY.sign(b"anything"))
    evidence = make_evidence(log, RIG_KEY.sign, forged, GENESIS, "nvml", "", START, START + 60)
    log.close()
    save_evidence(evidence, tmp_path / "file.json")
    with pytest.raises(InvalidInput, match="bad_certificate"):
        check_evidence(tmp_path / "file.json", None)


def test_nothing_kept_makes_no_file(tmp_path):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    with pytest.raises(InvalidInput, match="nothing_kept"):
        make_evidence(log, RIG_KEY.sign, certificate(), GENESIS, "nvml", "", START, START + 60)
    log.close()


@pytest.mark.parametrize("junk", [b"", b"[]", b"\xff", b"{" * 10_000])
def test_what_is_no_evidence_is_told(tmp_path, junk):
    path = tmp_path / "file.json"
    path.write_bytes(junk)
    with pytest.raises(InvalidInput, match="not_evidence"):
        check_evidence(path, None)
    with pytest.raises(InvalidInput, match="unreadable"):
        check_evidence(tmp_path / "none.json", None)

"""`dbc-desktop evidence`: made on a rig where nobody can open a keyring, and checked anywhere."""

from __future__ import annotations

import json
import platform
import stat
from pathlib import Path

import pytest

from dbc_desktop.bootstrap import ChainFactories
from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.cli.main import main
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import MachineOwner
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from tests.doubles.evidence import ALICE, BOB, MACHINE, START, EvidenceChain, fill, made, order
from tests.doubles.hand_clock import HandClock

ADDRESS = ss58.encode(ALICE.public)


class Rig(ChainFactories):
    """The composition root, with a chain and a clock in the test's hand; no keyring is ever asked."""

    def __init__(self, home: Path) -> None:
        self.home, self.chain = home, EvidenceChain()
        self.has_chain = True
        log = EvidenceLog(home / "evidence.sqlite3")
        fill(log, self.chain)
        log.close()
        self.time = HandClock()
        self.time.now = lambda: START + 420.0  # type: ignore[method-assign]

    def open_reader(self, home: Path) -> ChainReader:  # type: ignore[override]
        if not self.has_chain:
            raise InvalidInput("home", "no_chain")
        return self.chain

    def open_node(self, url: str) -> ChainReader:
        assert url == "http://127.0.0.1:9944"
        return self.chain

    def clock(self) -> Clock:
        return self.time

    def run(self, *words: str) -> int:
        return main([*words, "--home", str(self.home)], self)

    def make(self, *words: str) -> int:
        return self.run(
            "evidence", "make", str(self.home / "out.json"), "--key-file", str(self.home / "rig.key"), *words
        )

    def check(self, *words: str) -> int:
        return self.run("evidence", "check", str(self.home / "out.json"), *words)


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path)


def certify(rig: Rig, capsys: pytest.CaptureFixture[str], *words: str, by=ALICE) -> int:
    """Ask what to sign, sign it as the Wallet page does, and make the file."""
    assert rig.make(*words, "--controller", ss58.encode(by.public)) == 1
    said = capsys.readouterr().err
    text = said[said.index("DBC Desktop: the key") :].split('"')[0]
    signature = by.sign(wrapped(text)).hex()
    return rig.make(*words, "--controller", ss58.encode(by.public), "--signature", signature)


def test_an_hour_is_certified_from_afar_made_and_checked(rig, capsys):
    assert certify(rig, capsys, "--last", "hour", "--machine", MACHINE) == 0
    assert capsys.readouterr().out == "6 minutes signed and saved as out.json. 54 minutes were not kept.\n"
    assert stat.S_IMODE((rig.home / "rig.key").stat().st_mode) == 0o600
    assert rig.check() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Readings of real GPUs, as their driver told them"
    assert lines[1] == "+ The file is whole, and everything in it was checked."
    assert "+ The readings are unbroken: every line is tied to the one before it." in lines
    assert f"  Certified by  {ADDRESS}" in lines
    assert any(line.startswith("+ ") and "was the controller of the machine abab" in line for line in lines)
    assert "+ 6 named blocks are on this chain." in lines
    # It is certified for good: nobody has to sign again.
    assert rig.make("--last", "day", "--machine", MACHINE, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["minutes"], document["source"]) == (6, "nvml")
    assert document["gaps"] == [[START + 420 - 86_400, START], [START + 180, START + 240]]
    assert document["rig_key"] in lines[8] + "".join(lines)
    assert rig.check("--json") == 0
    assert json.loads(capsys.readouterr().out)["span"]["kind"] == "day"


def test_a_rental_takes_machine_and_blocks_from_the_chain(rig, capsys):
    rig.chain.orders = [order()]
    assert certify(rig, capsys, "--rental", "7") == 0
    capsys.readouterr()
    assert rig.check("--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["machine_id"], document["rental"], document["owner"]) == (MACHINE, "fits", "controller")
    assert document["span"] == {"kind": "rental", "from": START + 60, "to": START + 300, "rent_id": 7}
    assert document["gaps"] == [[START + 180, START + 240]]
    assert document["blocks"] == {"named": 3, "known": 3, "other": 0, "beyond": 0}
    assert rig.make("--rental", "8") == 1
    assert capsys.readouterr().err == "The chain that is open tells of no rental 8. Check the number.\n"
    assert rig.make("--rental", "7", "--machine", "cd" * 32) == 1
    assert capsys.readouterr().err == "Rental 7 is of another machine.\n"


def test_who_is_not_the_controller_is_found_and_the_exit_says_so(rig, capsys):
    assert certify(rig, capsys, "--last", "hour", "--machine", MACHINE, by=BOB) == 0  # the stash
    assert rig.check() == 0
    assert "was the stash of the machine" in capsys.readouterr().out
    rig.chain.owners[MACHINE, 0] = MachineOwner(None, None)
    assert rig.check() == 1
    out, err = capsys.readouterr()
    assert "- There was no machine abab" in out
    assert err == "Something in this file is not so. Trust nothing in it.\n"


def test_without_its_chain_a_file_is_checked_as_far_as_it_goes(rig, capsys):
    made(rig.home, rig.chain)
    rig.has_chain = False
    assert rig.run("evidence", "check", str(rig.home / "rig-02.json")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "? The file is whole. Not everything could be checked."
    assert "? The blocks it names could not be checked: no chain is at hand." in lines
    assert rig.run("evidence", "check", str(rig.home / "rig-02.json"), "--node", "http://127.0.0.1:9944", "--json") == 0
    assert json.loads(capsys.readouterr().out)["chain"] == "same"


def test_a_signature_of_somebody_else_is_refused_and_nothing_is_written(rig, capsys):
    signature = BOB.sign(b"anything").hex()
    for words in (("--signature", signature), ("--signature", "zz"), ()):
        assert rig.make("--last", "hour", "--controller", ADDRESS, *words) == 1
    said = capsys.readouterr().err
    assert said.count("This signature is not of that account over the text in quotes.") == 2
    assert "--signature" in said.splitlines()[-1]
    assert not (rig.home / "out.json").exists()
    assert not (rig.home / "fleet.json").exists()
    assert platform.node()[:1] in said


def test_a_key_that_others_may_read_is_refused(rig, capsys):
    (rig.home / "rig.key").write_text("11" * 32)
    (rig.home / "rig.key").chmod(0o644)
    assert rig.make("--last", "hour") == 1
    assert "chmod 600" in capsys.readouterr().err
    (rig.home / "rig.key").chmod(0o440)  # as systemd hands a credential over
    assert rig.make("--last", "hour") == 1
    assert "not certified yet" in capsys.readouterr().err
    (rig.home / "rig.key").chmod(0o600)
    (rig.home / "rig.key").write_text("secret that is no key")
    assert rig.make("--last", "hour") == 1
    assert "secret that" not in capsys.readouterr().err


def test_demo_readings_are_said_in_the_first_line(rig, capsys, tmp_path):
    (tmp_path / "demo").mkdir()
    log = EvidenceLog(tmp_path / "demo" / "evidence.sqlite3")
    fill(log, rig.chain, source="demo")
    log.close()
    made(tmp_path / "demo", rig.chain)
    assert rig.run("evidence", "check", str(tmp_path / "demo" / "rig-02.json")) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Demo readings: not of real GPUs, and no proof of anything"


def test_a_folder_without_minutes_is_told(tmp_path, capsys):
    (tmp_path / "rig").mkdir()
    (tmp_path / "empty").mkdir()
    rig = Rig(tmp_path / "rig")
    rig.home = tmp_path / "empty"
    assert rig.make("--last", "hour") == 1
    assert "evidence.sqlite3" in capsys.readouterr().err

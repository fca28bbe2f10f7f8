"""Killed by SIGKILL in the middle of writes: whole blocks only, nothing acknowledged is lost, the log replays."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.account import Address
from tests.doubles.chain_user import ChainUser
from tests.doubles.chain_writer import TARGET

ROOT = Path(__file__).parents[2]


def killed_during_a_write(folder: Path, dice: random.Random) -> tuple[bool, int]:
    """Run the writer for a moment, kill it; whether a commit was under way, and how many transfers it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.doubles.chain_writer", str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    first = child.stdout.read(1)
    assert first == b"b"
    time.sleep(dice.random() * 0.06)
    child.send_signal(signal.SIGKILL)
    rest = first + child.stdout.read()
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    marks = [byte for byte in rest.decode() if byte in "bc"]
    return marks[-1] == "b", rest.count(b"a")


def run_kills(folder: Path, wanted: int) -> None:
    alice = ChainUser("//Alice")
    chain = LocalChain(folder, is_running=False)
    chain.play_money(alice.address)
    chain.jump(1)
    chain.close()
    dice = random.Random(2021)
    acknowledged = landed = sent_before = 0
    for _ in range(wanted * 8):
        hit, count = killed_during_a_write(folder, dice)
        acknowledged += count
        landed += hit
        chain = LocalChain(folder, is_running=False)
        try:
            sent = chain.account(alice.address).nonce
            assert sent >= sent_before + count
            assert chain.account(Address(TARGET)).free.units == sent
            assert chain.replay() == chain.head()
        finally:
            chain.close()
        sent_before = sent
        if landed == wanted:
            break
    assert landed == wanted
    assert acknowledged > wanted


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_twenty_kills_during_a_write_leave_whole_blocks(tmp_path: Path) -> None:
    run_kills(tmp_path / "chain", 20)


@pytest.mark.soak
@pytest.mark.timeout(1_200)
def test_a_hundred_kills_during_a_write_leave_whole_blocks(tmp_path: Path) -> None:
    run_kills(tmp_path / "chain", 100)

"""A process that is killed at any step of a move or a change of passphrase loses nothing: real files, real SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import WrongPassword
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.wallet import Wallet
from tests.unit.wallet.test_wallet import ALICE, PASSPHRASE

FRESH = "another ten letters"

# Prepares a home, then forks one child for each step: the child kills itself before its n-th touch of a store or book.
SCRIPT = """
import os, shutil, signal, sys
from pathlib import Path
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.wallet import book
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.wallet import Wallet

root, act = Path(sys.argv[1]), sys.argv[2]
left = [10**9]

def counted(kind, names):
    for name in names:
        def step(self, *arguments, real=getattr(kind, name)):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(self, *arguments)
        setattr(kind, name, step)

counted(FileStore, ["put", "delete"])
counted(book.AccountBook, ["write", "note_errand", "end_errand"])

def open_wallet(home):
    stores = {KeyPlace.KEYRING: FileStore(home / "ring"), KeyPlace.FILE: FileStore(home / "keys")}
    return Wallet(stores, home / "wallet.sqlite3", SystemClock())

home = root / "first"
wallet = open_wallet(home)
alice = wallet.restore("Alice", "//Alice", "ten letters at least", KeyPlace.KEYRING).address
wallet.close()
for step in range(60):
    copy = root / str(step)
    shutil.copytree(home, copy)
    child = os.fork()
    if child == 0:
        mine = open_wallet(copy)
        left[0] = step
        if act == "move":
            mine.move(alice, KeyPlace.FILE, "ten letters at least")
        else:
            mine.change_passphrase(alice, "ten letters at least", "another ten letters")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        print(step)
        break
"""


class Steady:
    def now(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        return 0.0

    def wait(self, seconds: float) -> bool:
        return False


def opened(home: Path) -> Wallet:
    stores: dict[KeyPlace, Any] = {KeyPlace.KEYRING: FileStore(home / "ring"), KeyPlace.FILE: FileStore(home / "keys")}
    return Wallet(stores, home / "wallet.sqlite3", Steady())


@pytest.mark.skipif(not hasattr(os, "fork") or not hasattr(signal, "SIGKILL"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize(("act", "least_steps"), [("move", 7), ("change", 5)])
def test_killed_at_every_step_the_key_is_whole(tmp_path: Path, act: str, least_steps: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), act], capture_output=True, text=True, timeout=120, check=True
    )
    steps = int(done.stdout)
    assert steps >= least_steps
    for step in range(steps + 1):
        wallet = opened(tmp_path / str(step))
        (account,) = wallet.accounts()
        assert wallet.tidy() == 0
        try:
            wallet.unlock(ALICE, PASSPHRASE)
        except WrongPassword:
            assert act == "change"
            wallet.unlock(ALICE, FRESH)
        (account,) = wallet.accounts()
        kept = {
            folder: sorted(f.name for f in (tmp_path / str(step) / folder).glob("*")) for folder in ("ring", "keys")
        }
        own = "keys" if account.place is KeyPlace.FILE else "ring"
        other = "ring" if own == "keys" else "keys"
        assert kept == {own: ["account-5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY.json"], other: []}
        wallet.close()
    assert (account.place is KeyPlace.FILE) == (act == "move")

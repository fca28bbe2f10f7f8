"""No secret in a repr, a log, an error or a clear file: planted secrets are looked for everywhere."""

from __future__ import annotations

import io
import logging
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.crypto.keystore import encrypt
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import DataUnwritable, DbcError
from dbc_desktop.storage.core_dumps import forbid_core_dumps
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.machine_keys import MachineSeed
from dbc_desktop.wallet.wallet import Wallet

AsNobody = Callable[[], AbstractContextManager[None]]
WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
PASSPHRASE = "canary passphrase 7391"
WRONG = "canary wrong passphrase 52"
SEED = "398f0c28f98885e046333d4a41c19cee4c37368a9832c6502f6cfd182e2aef89"
MACHINE = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
TYPO = "sausagge"


def forms_of(secret: bytes) -> set[bytes]:
    return {secret, secret.hex().encode(), secret.hex().upper().encode()}


CANARIES = {WORDS.encode(), b"sausage", TYPO.encode(), b"canary"} | forms_of(bytes.fromhex(SEED))


def test_planted_secrets_turn_up_nowhere(tmp_path: Path, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def fails(act: Callable[[], object]) -> None:
        with pytest.raises(DbcError) as caught:
            act()
        # What a report may hold: the error, its facts and its causes, without the source lines of this test.
        seen.append(repr(caught.value) + str(caught.value) + repr(vars(caught.value)))
        for line in traceback.TracebackException.from_exception(caught.value).format_exception_only():
            seen.append(line)
        cause = caught.value.__cause__
        while cause is not None:
            seen.append(repr(cause))
            cause = cause.__cause__

    wallet = Wallet({KeyPlace.FILE: FileStore(tmp_path / "keys")}, tmp_path / "wallet.sqlite3", clock)
    account = wallet.create("My stash", WORDS, PASSPHRASE, KeyPlace.FILE)
    wallet.import_node_dat(f"node_id={MACHINE}\nnode_private_key={SEED}\n", PASSPHRASE, KeyPlace.FILE)
    wallet.unlock(account.address, PASSPHRASE)
    signer = wallet.signer(account.address)
    seed = MachineSeed.from_node_dat(f"node_id={MACHINE}\nnode_private_key={SEED}\n")
    proof = wallet.bind_proof(wallet.machine_keys()[0], account.address, PASSPHRASE)
    seen += [repr(thing) for thing in (wallet, account, signer, seed, proof, KeyPair.from_phrase(WORDS))]
    fails(lambda: wallet.unlock(account.address, WRONG))
    fails(lambda: wallet.export_node_dat(wallet.machine_keys()[0], WRONG))
    fails(lambda: wallet.create("Other", WORDS.replace("sausage", TYPO), PASSPHRASE, KeyPlace.FILE))
    fails(lambda: wallet.create("Other", WORDS + " sausage", PASSPHRASE, KeyPlace.FILE))
    fails(lambda: wallet.restore("Other", WORDS + "//", PASSPHRASE, KeyPlace.FILE))
    fails(lambda: wallet.restore("Other", WORDS, PASSPHRASE[:9], KeyPlace.FILE))
    fails(
        lambda: wallet.import_node_dat(f"node_id={MACHINE}\nnode_private_key=00{SEED[2:]}", PASSPHRASE, KeyPlace.FILE)
    )
    wallet.close()
    seen += [record.getMessage() for record in caplog.records]
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) >= 3
    for canary in CANARIES:
        assert not any(canary in text.encode() for text in seen), canary
        assert not any(canary in data for data in written.values()), canary


def test_secrets_do_not_travel() -> None:
    for secret in (KeyPair.from_phrase(WORDS), MachineSeed(bytes.fromhex(SEED))):
        assert repr(secret) == "***"
        with pytest.raises(TypeError):
            pickle.dump(secret, io.BytesIO())


def test_the_entry_in_a_store_is_under_the_limit_of_windows() -> None:
    assert len(encrypt(KeyPair.from_phrase(WORDS), PASSPHRASE, "n" * 64)) < 1_280
    assert len(MachineSeed.new().record(PASSPHRASE)) < 1_280


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no core dumps")
def test_core_dumps_are_off() -> None:
    """In a process of its own: the limit cannot be raised again."""
    script = (
        "import resource; from dbc_desktop.storage.core_dumps import forbid_core_dumps;"
        "print(forbid_core_dumps(), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "True (0, 0)\n"
    assert callable(forbid_core_dumps)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no core dumps")
def test_the_program_begins_with_core_dumps_off() -> None:
    """Whatever it was asked for, and before anything of it is imported that could hold a secret."""
    script = (
        "import contextlib, resource; from dbc_desktop.bootstrap import run\n"
        "with contextlib.suppress(SystemExit): run(['--version'])\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "(0, 0)"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_another_user_cannot_read_a_kept_key(open_folder: Path, as_nobody: AsNobody) -> None:
    FileStore(open_folder / "keys").put("account:alice", "text")
    (file,) = (open_folder / "keys").iterdir()
    (open_folder / "keys").chmod(0o755)  # even then the file itself is closed
    assert file.read_text() == "text"
    with as_nobody(), pytest.raises(PermissionError):
        file.read_text()


def test_an_ordinary_user_keeps_files_private_too(open_folder: Path, as_nobody: AsNobody) -> None:
    open_folder.chmod(0o777)
    before = os.umask(0)
    try:
        with as_nobody():
            FileStore(open_folder / "keys").put("account:alice", "text")
            (file,) = (open_folder / "keys").iterdir()
            assert (open_folder / "keys").stat().st_mode & 0o777 == 0o700
            assert file.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_folder_that_became_read_only_is_told(open_folder: Path, as_nobody: AsNobody) -> None:
    (open_folder / "keys").mkdir(mode=0o555)
    with as_nobody(), pytest.raises(DataUnwritable) as caught:
        FileStore(open_folder / "keys" / "deep").put("account:alice", "text")
    assert caught.value.reason == "read_only"

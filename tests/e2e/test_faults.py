"""What breaks around the program: another writer, a folder that cannot be written, a port that is taken, a kill."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.errors import ChainBusy
from dbc_desktop.storage.folder_lock import FolderLock
from tests.e2e.opened import PASSPHRASE, opened, processes_below

COMMAND = [sys.executable, "-m", "dbc_desktop"]
WINDOW_ENDS_SECONDS = 15


def run_command(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The program from outside, as a person types it."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=40, check=False, **options
    )


def until(holds: Callable[[], bool], what: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def took(lock: FolderLock) -> bool:
    try:
        lock.acquire()
    except ChainBusy:
        return False
    return True


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a chain in it."""
    home = tmp_path_factory.mktemp("made")
    LocalChain(home / "chain", is_running=False).close()
    return home


def test_a_second_writer_says_so_and_leaves_while_reading_works(tmp_path: Path) -> None:
    with opened(tmp_path) as person:
        person.start()
        assert isinstance(person.core.backend, HostedChain)
        engine = person.core.backend.engine_pid
        for arguments in ((), ("chain", "jump", "--eras", "1")):
            second = run_command(*arguments, "--home", str(tmp_path))
            assert (second.returncode, second.stdout) == (1, "")
            assert second.stderr == (
                f"This data folder is in use: process {engine} writes in {tmp_path / 'chain'}. "
                "Close it, or start with another folder: dbc-desktop --home FOLDER.\n"
            )
        person.play_money(person.restore_account())  # the first one was not disturbed
        beside = run_command("status", "--json", "--home", str(tmp_path))
        assert (beside.returncode, beside.stderr) == (0, "")
        assert json.loads(beside.stdout)


def keep_to_the_modes_of_files() -> None:
    """Before exec: root loses the right to write where modes forbid it; others never had it."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override = 24, 1
        if ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0) != 0:
            os._exit(99)


@pytest.mark.parametrize("arguments", [(), ("chain", "jump", "--eras", "1")], ids=["window", "jump"])
def test_a_folder_that_may_not_be_written_is_named(arguments: tuple[str, ...], tmp_path: Path) -> None:
    LocalChain(tmp_path / "chain", is_running=False).close()
    folders = (tmp_path, tmp_path / "chain")
    files = list((tmp_path / "chain").iterdir())
    for path in (*folders, *files):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        refused = run_command(*arguments, "--home", str(tmp_path), preexec_fn=keep_to_the_modes_of_files)
    finally:
        for path in (*folders, *files):
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"The data folder is read-only: {tmp_path}")
    assert refused.stderr.endswith(
        " cannot be written. Allow writing there, or start with another folder: dbc-desktop --home FOLDER.\n"
    )


def test_a_full_disk_is_named_and_costs_nothing(made_home: Path, tmp_path: Path) -> None:
    """No file may grow: the same refusal as that of a full disk, with EFBIG for ENOSPC."""

    def no_file_may_grow() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    for arguments in ((), ("chain", "jump", "--eras", "1")):
        full = run_command(*arguments, "--home", str(made_home), preexec_fn=no_file_may_grow)
        assert full.returncode == 1
        assert full.stderr.startswith("The disk is full: Nothing can be written to ")
        assert full.stderr.endswith("Make room and try again.\n")
    replayed = run_command("chain", "replay", "--json", "--home", str(made_home))
    assert (replayed.returncode, replayed.stderr) == (0, "")


def test_a_disk_that_fills_below_the_open_window_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as person:
        person.start()
        person.play_money(person.restore_account())
        person.hand.click("rail.wallet")
        person.sees("1,000,000.00 DBC free")
        person.hand.type("wallet.to", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
        person.hand.type("wallet.amount", "3")
        person.hand.click("wallet.send")
        person.hand.find("sheet.sign")
        assert isinstance(person.core.backend, HostedChain)
        engine = psutil.Process(person.core.backend.engine_pid)
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        engine.rlimit(psutil.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        try:
            person.hand.type("sheet.passphrase", PASSPHRASE)
            person.hand.click("sheet.sign")
            person.sees("The disk is full", 20)
        finally:
            if engine.is_running():
                engine.rlimit(psutil.RLIMIT_FSIZE, unlimited)
        person.sign()
        person.sees("999,996.99 DBC free")


def test_a_damaged_chain_opens_at_its_last_good_block_and_goes_on_from_there(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path / "chain", is_running=False)
    chain.jump(100)
    chain.close()
    path = tmp_path / "chain" / "chain.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("UPDATE state SET value = x'ff' WHERE map = 'System.Account'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    original = path.read_bytes()
    refused = run_command("chain", "jump", "--blocks", "1", "--home", str(tmp_path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("A file is damaged: ")
    with opened(tmp_path) as person:
        person.sees("The chain's file is damaged", 60)
        rescued = person.ask(person.core.backend.identity)
        assert rescued.rescued_at is not None
        assert person.text("topbar.live") == "paused"
        person.hand.click("strip.act")
        person.hand.wait(
            lambda: person.ask(person.core.backend.identity).rescued_at is None, "the branch to be in use", 30
        )
        assert person.ask(lambda: person.core.backend.jump(1)).height == rescued.rescued_at + 1
    assert path.read_bytes() == original


def test_a_port_that_is_taken_is_named(made_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        node = run_command("node", "--home", str(made_home), "--port", str(port), stdin=subprocess.DEVNULL)
    assert (node.returncode, node.stderr) == (1, "")
    assert json.loads(node.stdout) == {"error": f"port {port} on 127.0.0.1 cannot be used: Address already in use"}


def test_the_wizard_goes_on_where_the_window_was_closed(tmp_path: Path) -> None:
    with opened(tmp_path) as person:
        person.start()
        person.play_money(person.restore_account())
        person.hand.click("rail.home")
        person.hand.click("home.step.bond")
        person.hand.click("bring.next")
        person.hand.type("bring.new_passphrase", PASSPHRASE)
        person.hand.type("bring.new_passphrase_again", PASSPHRASE)
        person.hand.click("bring.place.file")
        person.hand.click("bring.next")
        person.hand.find("bring.controller")
        (key,) = person.ask(person.core.wallet.machine_keys)
        person.hand.click("bring.next")
        person.sign()
        person.hand.find("bring.passphrase")
    with opened(tmp_path) as person:
        person.hand.wait(lambda: "," in person.text("topbar.block"), "the first block", 30)
        person.hand.click("rail.machines")
        person.hand.click("machines.bring_online" if person.hand.seen("machines.empty") is None else "machines.empty")
        person.hand.find("bring.title")
        person.hand.rest(500)
        person.hand.click("bring.next")
        person.sees("Where the key comes from")
        person.hand.click("bring.next")  # the key that was made is offered first
        person.hand.type("bring.passphrase", PASSPHRASE)
        person.hand.click("bring.next")
        person.sign()
        account = person.window.account()
        assert account is not None
        (machine,) = person.ask(lambda: person.core.backend.machines_of(account.address))
        assert (machine.machine_id, machine.stake_held > ZERO) == (key, True)
        assert person.ask(person.core.wallet.machine_keys) == (key,)


def test_an_engine_that_is_killed_is_said_and_started_again(tmp_path: Path) -> None:
    with opened(tmp_path) as person:
        person.start()
        address = person.restore_account()
        person.play_money(address)
        person.hand.click("rail.wallet")
        person.sees("1,000,000.00 DBC free")
        backend = person.core.backend
        assert isinstance(backend, HostedChain)
        first = backend.engine_pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        taken = FolderLock(tmp_path / "chain")
        until(lambda: took(taken), "the engine's end")  # so that another one cannot start
        person.hand.wait(lambda: person.text("topbar.live") == "no answer", "the top bar to say so")
        person.hand.find("wallet.retry")
        assert "1,000,000.00 DBC free" in person.shown()  # the last known values stay
        taken.release()
        person.hand.wait(lambda: person.text("topbar.live") == "waits for transactions", "the engine to be back")
        person.hand.wait(lambda: person.hand.seen("wallet.retry") is None, "the page to be fresh again")
        assert backend.engine_pid not in (None, first)
        person.hand.type("wallet.to", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
        person.hand.type("wallet.amount", "3")
        person.hand.click("wallet.send")
        person.sign()
        person.sees("999,996.99 DBC free")


def start_window(home: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """The window in a process of its own, with what it started once its chain stands."""
    window = subprocess.Popen([*COMMAND, "--home", str(home)], stderr=subprocess.PIPE, text=True)
    until(lambda: (home / "chain" / "writer.lock").exists() and bool(processes_below(window.pid)), "the engine")
    time.sleep(1)
    return window, processes_below(window.pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["kill", "term", "int"])
def test_nothing_is_left_behind_by_a_window_that_ends(number: signal.Signals, tmp_path: Path) -> None:
    window, below = start_window(tmp_path)
    assert below
    window.send_signal(number)
    _, said = window.communicate(timeout=WINDOW_ENDS_SECONDS)
    until(lambda: all(is_gone(process) for process in below), "the engine to end")
    assert "Traceback" not in said
    replayed = run_command("chain", "replay", "--json", "--home", str(tmp_path))
    assert (replayed.returncode, replayed.stderr) == (0, "")

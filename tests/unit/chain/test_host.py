"""The engine process: killed, restarted, its errors and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain import wire
from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.chain.extrinsic import hash_of
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain import errors
from dbc_desktop.domain.errors import (
    ChainBusy,
    ChainRejected,
    ChainUnreachable,
    DataCorrupt,
    DbcError,
    InsufficientFunds,
    InvalidInput,
    InvalidTransaction,
    OutcomeUnknown,
)
from dbc_desktop.domain.machine import MachineId
from tests.doubles.chain_user import ChainUser, transfer

ROOT = Path(__file__).parents[3]


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[HostedChain]:
    made = HostedChain(tmp_path / "chain", is_running=False)
    yield made
    made.close()


def kill(chain: HostedChain) -> None:
    pid = chain.engine_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def ask_until_it_is_gone(chain: HostedChain) -> None:
    """The kill may take a moment to arrive."""
    while chain.head():
        pass


def test_a_killed_engine_is_told_and_started_again(chain: HostedChain) -> None:
    before = chain.jump(100)
    first = chain.engine_pid
    kill(chain)
    with pytest.raises(ChainUnreachable):
        ask_until_it_is_gone(chain)
    assert chain.head() == before
    assert chain.engine_pid not in (None, first)


def test_a_submit_that_the_engine_did_not_answer_is_unknown(chain: HostedChain) -> None:
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    extrinsic = alice.signed(chain.signing_context(alice.address), transfer(bytes(32), 1))
    pid = chain.engine_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    unknown: list[BaseException] = []

    def submit() -> None:
        with pytest.raises(OutcomeUnknown) as raised:
            chain.submit(extrinsic)
        unknown.append(raised.value)

    waiting = threading.Thread(target=submit)
    waiting.start()
    os.kill(pid, signal.SIGKILL)
    waiting.join(10)
    (error,) = unknown
    assert isinstance(error, OutcomeUnknown)
    assert error.tx_hash == hash_of(extrinsic)
    assert chain.receipt(error.tx_hash) is None


def test_followers_hear_of_heads_after_a_restart(chain: HostedChain) -> None:
    heard = threading.Event()
    heads: list[int] = []

    def told(change: HeadChange) -> None:
        heads.append(change.head.height)
        if change.head.height == 28_907:
            heard.set()

    chain.follow(told)
    chain.jump(5)
    kill(chain)
    with pytest.raises(ChainUnreachable):
        ask_until_it_is_gone(chain)
    chain.jump(2)
    assert heard.wait(10)


def test_several_callers_are_answered_each_with_its_own(chain: HostedChain) -> None:
    chain.head()
    answers: dict[int, int] = {}

    def ask(number: int) -> None:
        for _ in range(50):
            answers[number] = chain.fee_of(number, transfer(bytes(32), 1))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number * 10**9 + 113_648_000 for number in range(8)}


def test_reads_are_answered_during_a_jump(chain: HostedChain) -> None:
    started, heights = threading.Event(), []

    def progress(done: int, total: int) -> None:
        started.set()

    jumping = threading.Thread(target=lambda: heights.append(chain.jump(14_400 * 1_000, progress).height))
    jumping.start()
    assert started.wait(10)
    seen = [chain.head().height for _ in range(5)]
    was_running = jumping.is_alive()
    jumping.join()
    assert was_running
    assert seen == sorted(seen)
    assert seen[-1] < heights[0] == 28_900 + 14_400 * 1_000


def test_a_chain_that_cannot_be_opened_is_told_by_every_call_until_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "chain"
    writer = LocalChain(folder, is_running=False)
    hosted = HostedChain(folder, is_running=False)
    for _ in range(2):
        with pytest.raises(ChainBusy) as busy:
            hosted.head()
        assert (busy.value.folder, busy.value.pid) == (folder, os.getpid())
    writer.close()
    assert hosted.head().height == 28_900
    hosted.close()


def test_a_damaged_file_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "chain.sqlite3").write_bytes(b"no database at all, only some text" * 100)
    hosted = HostedChain(tmp_path)
    with pytest.raises(DataCorrupt) as corrupt:
        hosted.head()
    assert corrupt.value.path == tmp_path / "chain.sqlite3"
    hosted.close()


def test_closed_it_answers_no_more(tmp_path: Path) -> None:
    hosted = HostedChain(tmp_path, is_running=False)
    hosted.head()
    pid = hosted.engine_pid
    hosted.close()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ChainUnreachable):
        hosted.head()
    hosted.close()


ORPHANING = """
import sys
from pathlib import Path
from dbc_desktop.chain.host import HostedChain

if __name__ == "__main__":
    chain = HostedChain(Path(sys.argv[1]), is_running=False)
    chain.head()
    print(chain.engine_pid, flush=True)
    chain.jump(14_400 * 100_000)
"""


def test_the_engine_dies_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "orphaning.py"
    script.write_text(ORPHANING)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "chain")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    engine = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 10
    while is_running(engine) and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert not is_running(engine)
    chain = LocalChain(tmp_path / "chain", is_running=False)
    assert chain.replay() == chain.head()
    chain.close()


def is_running(pid: int) -> bool:
    """Alive and no zombie that nobody fetched yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


SAMPLES = [
    InvalidInput("amount", "empty", hint=3),
    InsufficientFunds(5, 2),
    ChainRejected("RentMachine", "GPUNotEnough", free=1),
    InvalidTransaction("stale"),
    OutcomeUnknown(b"\x01" * 32),
    ChainBusy(Path("somewhere"), 7),
    DataCorrupt(Path("file"), "why"),
    ChainUnreachable("gone"),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_errors_cross_with_their_attributes(error: DbcError) -> None:
    again = wire.unpack_error(wire.pack_error(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_every_error_of_the_tree_is_known_by_name() -> None:
    named = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DbcError)]
    assert len(named) > 25
    assert {type(wire.unpack_error((kind.__name__, (), {}))) for kind in named} == set(named)


def test_an_unknown_machine_is_none_through_the_pipe(chain: HostedChain) -> None:
    assert chain.machine(MachineId("00" * 32)) is None

"""How time passes: six seconds a block, an idle head noted once a minute, a standing clock while closed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.call import TxStatus
from dbc_desktop.domain.explorer import ExtrinsicQuery
from dbc_desktop.domain.network import ClockMode
from tests.doubles.chain_user import ChainUser, transfer


class StepClock:
    """Whoever waits is held until the test lets seconds pass."""

    def __init__(self) -> None:
        self._seconds = 1_000.0
        self._until = 1_000.0
        self._changed = threading.Condition()
        self._is_waiting = False
        self._is_closing = False

    def now(self) -> float:
        return 1_700_000_000.0 + self._seconds

    def monotonic(self) -> float:
        return self._seconds

    def wait(self, seconds: float) -> bool:
        with self._changed:
            target = self._seconds + seconds
            while self._until < target and not self._is_closing:
                self._is_waiting = True
                self._changed.notify_all()
                self._changed.wait()
            self._is_waiting = False
            self._seconds = target
            return self._is_closing

    def let_pass(self, seconds: float) -> None:
        """Returns when the one who waits has done all that these seconds bring."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_waiting, 10)
            self._until += seconds
            self._is_waiting = False
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._is_waiting, 10)

    def close(self) -> None:
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()


@pytest.fixture
def clock() -> StepClock:
    return StepClock()


@pytest.fixture
def chain(tmp_path: Path, clock: StepClock) -> Iterator[LocalChain]:
    made = LocalChain(tmp_path, clock=clock, residents=False)
    yield made
    clock.close()
    made.close()


def stored(folder: Path, sql: str) -> object:
    connection = sqlite3.connect(folder / "chain.sqlite3")
    try:
        found = connection.execute(sql).fetchone()
        return found and found[0]
    finally:
        connection.close()


def test_a_block_every_six_seconds(chain: LocalChain, clock: StepClock) -> None:
    assert chain.clock_mode() is ClockMode.INTERVAL
    clock.let_pass(5.5)
    assert chain.head().height == 0
    clock.let_pass(0.75)
    assert chain.head().height == 1
    clock.let_pass(60)
    assert chain.head().height == 11
    assert chain.head().timestamp_ms == 1_700_001_000_000 + 11 * 6_000


def test_a_transaction_is_in_the_next_block(chain: LocalChain, clock: StepClock) -> None:
    clock.let_pass(12.5)
    tx_hash = chain.play_money(ChainUser("//Alice").address)
    receipt = chain.receipt(tx_hash)
    assert receipt is not None
    assert receipt.status is TxStatus.SENT
    clock.let_pass(6)
    receipt = chain.receipt(tx_hash)
    assert receipt is not None
    assert (receipt.status, receipt.height) == (TxStatus.FINALISED, 3)


def test_an_idle_head_is_noted_once_a_minute(chain: LocalChain, clock: StepClock, tmp_path: Path) -> None:
    # Block 1 is stored, the first era begins with it; then nothing is due for a day.
    clock.let_pass(6)
    chain.head()
    changes = []
    head = stored(tmp_path, "SELECT value FROM meta WHERE key = 'head'")
    for second in range(6, 180, 6):
        clock.let_pass(6)
        # What a window asks with each block writes nothing either.
        assert chain.branches()[0].height == chain.head().height
        chain.extrinsics(ExtrinsicQuery(), 10)
        noted = stored(tmp_path, "SELECT value FROM meta WHERE key = 'head'")
        if noted != head:
            changes.append(second)
            head = noted
    assert len(changes) == 2
    assert changes[1] - changes[0] >= 60
    assert stored(tmp_path, "SELECT max(height) FROM blocks") == 1


def test_a_manual_clock_stands_still_and_is_remembered(chain: LocalChain, clock: StepClock, tmp_path: Path) -> None:
    chain.set_clock(ClockMode.MANUAL)
    clock.let_pass(60)
    assert chain.head().height == 0
    clock.close()
    chain.close()
    again = LocalChain(tmp_path, clock=StepClock())
    assert again.clock_mode() is ClockMode.MANUAL
    again.close()


def test_closed_it_resumes_at_the_idle_height_where_it_was(chain: LocalChain, clock: StepClock, tmp_path: Path) -> None:
    clock.let_pass(6 * 7 + 1)
    before = chain.head()
    assert before.height == 7
    clock.close()
    chain.close()
    again = LocalChain(tmp_path, clock=StepClock(), is_running=False)
    assert again.head() == before
    assert again.clock_mode() is ClockMode.MANUAL
    again.close()


def test_opened_standing_it_leaves_the_remembered_mode_alone(tmp_path: Path) -> None:
    first = LocalChain(tmp_path, clock=StepClock(), is_running=False, residents=False)
    first.set_clock(ClockMode.INSTANT)
    first.close()
    clock = StepClock()
    again = LocalChain(tmp_path, clock=clock)
    assert again.clock_mode() is ClockMode.INTERVAL
    clock.close()
    again.close()


def test_a_jump_skips_what_is_quiet(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, clock=StepClock(), is_running=False, residents=False)
    alice = ChainUser("//Alice")
    chain.jump(1_000)
    chain.play_money(alice.address)
    chain.jump(10)
    assert [block.height for block in chain.blocks(2**32, 9)] == [1_001, 1, 0]
    chain.jump(14_400 * 3)
    assert [block.height for block in chain.blocks(2**32, 9)] == [43_201, 28_801, 14_401, 1_001, 1, 0]
    alice.send(chain, transfer(bytes(32), 1))
    chain.jump(0)
    assert chain.head().height == 44_210
    chain.jump(1)
    assert chain.blocks(2**32, 1)[0].height == 44_211
    chain.close()

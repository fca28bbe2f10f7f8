"""Killed for real while it sends: sent once or never, forgotten never, unknown until it is known, and told.

A child process with everything behind the window (`tests/doubles/spender.py`) is stopped by SIGKILL at an exact point:
requests are held by the node of the tests, or the child stands still. Then the program is opened again on its folder.
"""

from __future__ import annotations

import queue
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from dbc_desktop.bootstrap import Core
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Receipt, TxStatus
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.domain.network import ClockMode, NodeHealth
from dbc_desktop.screens.outcomes import news_notices, outcome_text
from dbc_desktop.services.networks import Networks
from dbc_desktop.services.transactions import News
from tests.doubles.spender import BOB, PASSPHRASE, WORDS, transfer
from tests.doubles.substrate_node.node import TestNode
from tests.doubles.substrate_node.server import Hold, NodeServer
from tests.e2e.opened import NO_BUS, opened

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")

ROOT = Path(__file__).parents[2]
MINE = Address(KeyPair.from_phrase(WORDS).public)
FIRST, SECOND = 3_000_000_000_000_000, 5_000_000_000_000_000
VALID = 256


def noted(home: Path) -> str | None:
    """The status of the newest entry of the journal, as a stranger reads it."""
    with closing(sqlite3.connect(f"file:{home / 'journal.sqlite3'}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT status FROM transactions ORDER BY number DESC LIMIT 1").fetchone()
    return None if found is None else str(found[0])


def look_nowhere(endpoints: tuple[str, ...], genesis: bytes | None) -> tuple[bytes, NodeHealth]:
    raise ChainUnreachable


# --- the child ---------------------------------------------------------------------------------------------------


class Child:
    """The program that will be killed."""

    def __init__(self, home: Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.doubles.spender", str(home), str(FIRST), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        (pid,) = self.says("unlocked")
        self.engine = psutil.Process(int(pid))

    def says(self, word: str) -> list[str]:
        """Wait for a line; what stands behind its first word."""
        assert self._process.stdout is not None
        said, *rest = self._process.stdout.readline().split()
        assert said == word, (said, rest)
        return rest

    def kill(self, whole: bool) -> None:
        """With its engine process at once (as a power cut), or alone (as the system does that is short of memory)."""
        own = psutil.Process(self._process.pid)
        own.suspend()  # so that neither sees the other die
        if whole:
            self.engine.kill()
        own.kill()
        assert self._process.wait() == -signal.SIGKILL
        assert self._process.stdout is not None
        self._process.stdout.close()

    def engine_ends(self) -> None:
        """What the engine still had in hand when the program was killed is over."""
        if self.engine.is_running() and self.engine.status() == psutil.STATUS_STOPPED:
            self.engine.resume()
        self.engine.wait(60)


class Again:
    """The program opened anew on the folder of one that was killed."""

    def __init__(self, home: Path) -> None:
        self.news: queue.Queue[News] = queue.Queue()
        self.failed: list[BaseException] = []
        self.core = Core(home, lambda _, act: act(), self.failed.append, self.failed.append, self.news.put)
        self.program = self.core.program

    def outcomes(self) -> list[str]:
        """What Wallet shows."""
        return [outcome_text(receipt)[0] for receipt in self.program.transactions.recent()]

    def hears(self) -> News:
        """The next thing that the person is told."""
        return self.news.get(timeout=60)

    def looks(self) -> tuple[Receipt, ...]:
        """One more look, as with each new block."""
        found: queue.Queue[tuple[Receipt, ...]] = queue.Queue()
        self.program.runner.command("chain-write", self.program.transactions.resume, done=found.put)
        return found.get(timeout=60)

    def send_another(self) -> tuple[int, Callable[[], Receipt]]:
        """A second transfer: its nonce, and the act of sending it."""
        self.program.wallet.unlock(MINE, PASSPHRASE)
        prepared = self.program.transactions.prepare(transfer(SECOND), MINE)
        signer = self.program.wallet.signer(MINE)
        return prepared.draft.context.nonce, lambda: self.program.transactions.send(prepared, signer)


@contextmanager
def again(home: Path) -> Iterator[Again]:
    made = Again(home)
    try:
        yield made
    finally:
        made.core.close()
    assert made.failed == []


def told_of_one(news: News) -> None:
    """Said at once, before anybody asked the chain."""
    ((notice, kind),) = news_notices(news)
    assert notice.title == "1 transaction with an unknown outcome"
    assert notice.body == "Send 3.00 DBC: looked up by its hash, never sent again. Do not repeat it yet."
    assert kind == "warn"


# --- on a node ---------------------------------------------------------------------------------------------------


class Node:
    """A chain behind the node of the tests, which counts what it is given."""

    def __init__(self, folder: Path) -> None:
        self.chain = LocalChain(folder, is_running=False, profile="mainnet-411")
        self.node = TestNode(self.chain)
        self.server = NodeServer(self.node)

    def hold(self, when: Callable[[str], bool], *, is_done: bool = False) -> Hold:
        self.server.hold = Hold(when, is_done=is_done)
        return self.server.hold

    def let_go(self) -> None:
        hold, self.server.hold = self.server.hold, None
        if hold is not None:
            hold.let_go.set()

    def close(self) -> None:
        self.let_go()
        self.server.close()
        self.chain.close()


@pytest.fixture(scope="module")
def funded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of the network's rules on which the person has a million, to copy."""
    folder = tmp_path_factory.mktemp("funded") / "chain"
    with closing(LocalChain(folder, is_running=False, profile="mainnet-411")) as chain:
        chain.play_money(MINE)
        chain.jump(1)
    return folder


@pytest.fixture
def node(funded: Path, tmp_path: Path) -> Iterator[Node]:
    made = Node(Path(shutil.copytree(funded, tmp_path / "behind", ignore=shutil.ignore_patterns("*.lock"))))
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def choose_node(home: Path, url: str) -> None:
    networks = Networks(home, look_nowhere)
    networks.choose(networks.add_node("Office node", url).key)


def submits(method: str) -> bool:
    return method == "author_submitExtrinsic"


KILLS = ["journaled", "journaled, the engine lives on", "on the wire", "taken", "answered", "in a block", "noted"]


def kill_at(point: str, home: Path, node: Node) -> None:
    """Send until `point`, and kill."""
    is_whole = not point.endswith("lives on")
    if point.startswith("journaled"):
        hold = node.hold(lambda _: noted(home) == "stored")
    elif point in ("on the wire", "taken"):
        hold = node.hold(submits, is_done=point == "taken")
    else:
        hold = node.hold(lambda _: noted(home) == "sent")
    child = Child(home)
    assert hold.reached.wait(60)
    if point in ("in a block", "noted"):
        node.chain.jump(1)
    if point == "noted":
        after = Hold(lambda _: noted(home) == "included")
        node.server.hold = after
        hold.let_go.set()
        child.says("sent")
    child.kill(is_whole)
    node.let_go()
    child.engine_ends()


def node_case(point: str, home: Path, node: Node) -> None:
    choose_node(home, node.server.url)
    node.node.faults.finality_lag = 2
    kill_at(point, home, node)
    was_sent = point != "journaled"
    # Answering as soon as it is asked again: whatever the node still had in hand is done by now.
    assert len(node.node.submitted) == was_sent
    held = node.hold(lambda _: True)
    with again(home) as program:
        if point == "noted":
            assert program.outcomes() == ["in a block"]
        else:
            told_of_one(program.hears())
            assert program.outcomes() == ["outcome unknown"]
        assert held.reached.wait(60)
        node.let_go()
        if not was_sent:
            never_sent(program, node)
        else:
            if point not in ("in a block", "noted"):
                assert program.looks() == ()
                assert program.outcomes() == ["on its way"]
                nonce, _ = program.send_another()
                assert nonce == 1
                node.chain.jump(1)
            if point != "noted":
                (receipt,) = program.hears().known
                assert (receipt.status, receipt.error) == (TxStatus.INCLUDED, None)
                ((notice, kind),) = news_notices(News(known=(receipt,)))
                assert (notice.title, kind) == ("Send 3.00 DBC: in a block", "good")
            node.chain.jump(2)
            program.looks()
            assert program.outcomes() == ["final"]
            assert len(node.node.submitted) == 1
            assert node.node.balance_of(BOB) == FIRST
        assert program.looks() == ()
        assert program.news.empty()


def never_sent(program: Again, node: Node) -> None:
    """Nobody sends it again; the next one takes its nonce, and it expires."""
    program.looks()
    assert program.outcomes() == ["outcome unknown"]
    nonce, send = program.send_another()
    assert nonce == 0
    node.chain.set_clock(ClockMode.INSTANT)
    assert send().status is TxStatus.INCLUDED
    node.chain.set_clock(ClockMode.MANUAL)
    node.chain.jump(VALID + 2)
    (receipt,) = program.hears().known
    assert receipt.status is TxStatus.EXPIRED
    ((notice, _),) = news_notices(News(known=(receipt,)))
    assert notice.title == "Send 3.00 DBC: expired, nothing was done"
    program.looks()
    assert program.outcomes() == ["final", "expired, nothing was done"]
    assert len(node.node.submitted) == 1
    assert node.node.balance_of(BOB) == SECOND


@pytest.mark.parametrize("point", ["journaled", "on the wire", "answered", "in a block", "noted"])
def test_killed_while_a_node_is_sent_to(point: str, home: Path, node: Node) -> None:
    node_case(point, home, node)


# --- on the embedded chain ---------------------------------------------------------------------------------------

LOCAL_KILLS = {
    "journaled": ("manual", "journaled", True, False),
    "in the pipe": ("instant", "told", True, False),
    "in the pipe, the engine lives on": ("instant", "told", False, True),
    "in the pool": ("manual", "answered", True, False),
    "in a block": ("instant", "answered", True, True),
}
"""Clock, point, whether the engine dies too, whether a block holds it then."""


@pytest.fixture(scope="module")
def funded_local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded chain on which the person has a million, to copy."""
    folder = tmp_path_factory.mktemp("funded-local") / "chain"
    with closing(LocalChain(folder, is_running=False)) as chain:
        chain.play_money(MINE)
        chain.jump(1)
    return folder


def local_case(name: str, home: Path, funded: Path) -> None:
    clock, point, is_whole, is_in_block = LOCAL_KILLS[name]
    shutil.copytree(funded, home / "chain", ignore=shutil.ignore_patterns("*.lock"))
    child = Child(home, clock, point)
    child.says(point)
    child.kill(is_whole)
    child.engine_ends()
    with again(home) as program:
        backend = program.program.backend
        backend.set_clock(ClockMode.MANUAL)
        told_of_one(program.hears())
        if is_in_block:
            (receipt,) = program.hears().known
            assert (receipt.status, receipt.error) == (TxStatus.FINALISED, None)
            assert program.outcomes() == ["final"]
        else:
            assert program.looks() == ()
            assert program.outcomes() == ["outcome unknown"]
        nonce, send = program.send_another()
        assert nonce == is_in_block
        backend.set_clock(ClockMode.INSTANT)
        assert send().status is TxStatus.FINALISED
        backend.set_clock(ClockMode.MANUAL)
        backend.jump(VALID + 2)
        if not is_in_block:  # the follower looks it up with the new block, and says so
            (receipt,) = program.hears().known
            assert receipt.status is TxStatus.EXPIRED
        assert program.looks() == ()
        assert program.outcomes() == ["final", "final" if is_in_block else "expired, nothing was done"]
        assert backend.account(BOB).free == Balance(SECOND + FIRST * is_in_block)
        assert backend.account(MINE).nonce == 1 + is_in_block
        assert program.news.empty()


@pytest.mark.parametrize("name", ["journaled", "in the pipe, the engine lives on", "in a block"])
def test_killed_while_the_embedded_chain_is_sent_to(name: str, home: Path, funded_local: Path) -> None:
    local_case(name, home, funded_local)


def test_the_window_says_what_was_left_open(home: Path, funded_local: Path) -> None:
    shutil.copytree(funded_local, home / "chain", ignore=shutil.ignore_patterns("*.lock"))
    child = Child(home, "manual", "answered")
    child.says("answered")
    child.kill(whole=True)
    with opened(home) as person:
        person.sees("1 transaction with an unknown outcome", 60)
        person.sees("never sent again")
        person.hand.click("strip.act")
        person.sees("outcome unknown", 30)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("point", KILLS)
@pytest.mark.parametrize("turn", range(5))
def test_killed_again_and_again_while_a_node_is_sent_to(point: str, turn: int, home: Path, node: Node) -> None:
    node_case(point, home, node)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", LOCAL_KILLS)
@pytest.mark.parametrize("turn", range(5))
def test_killed_again_and_again_while_the_embedded_chain_is_sent_to(
    name: str, turn: int, home: Path, funded_local: Path
) -> None:
    local_case(name, home, funded_local)

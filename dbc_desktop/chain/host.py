"""The embedded chain in a process of its own behind the same port: the window waits, the engine computes."""

from __future__ import annotations

import itertools
import multiprocessing
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dbc_desktop.chain import wire
from dbc_desktop.chain.backend import HeadChange, Subscription
from dbc_desktop.chain.extensions import Extension
from dbc_desktop.chain.extrinsic import hash_of
from dbc_desktop.chain.head_feed import HeadFeed
from dbc_desktop.chain.hosted_reads import HostedReads
from dbc_desktop.chain.hosted_travel import HostedTravel
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Call, Draft, Preview, Receipt, SigningContext
from dbc_desktop.domain.errors import ChainUnreachable, OutcomeUnknown
from dbc_desktop.domain.machine import HardwareInfo
from dbc_desktop.domain.network import Capability, ClockMode, Drift, Head, NodeHealth

_LEAVE_SECONDS = 10.0
_FAR_LEAVE_SECONDS = 1.0
"""An engine that waits for a node has nothing to lose."""

Progress = Callable[[int, int], None]


class EngineBug(RuntimeError):
    """Something nobody expected happened in the engine process; the text is its traceback."""


class HostedChain(HostedReads, HostedTravel):
    """`LocalBackend` through one spawned engine process; callable from any thread.

    The process starts at once and opens the chain while the caller goes on; what goes wrong there is raised by the
    first call. When it dies, calls under way raise `ChainUnreachable` (`submit`: `OutcomeUnknown`) and the next call
    starts another one.

    Args:
        folder: As for `LocalChain`, like the other options.
    """

    _leave_seconds = _LEAVE_SECONDS

    def __init__(
        self,
        folder: Path,
        *,
        profile: str = "launch-2021",
        is_running: bool = True,
        residents: bool = True,
        seed: bytes | None = None,
        practice: bytes = b"",
    ) -> None:
        options: dict[str, Any] = {"profile": profile, "is_running": is_running, "residents": residents}
        options["rescues"] = True
        if seed is not None:
            options["seed"] = seed
        if practice:
            options["practice"] = practice
        self._start(folder, options)

    def _start(self, folder: Path, options: dict[str, Any]) -> None:
        """Start the process that opens the chain."""
        self._folder, self._options = folder, options
        self._numbers = itertools.count(1)
        self._feed = HeadFeed("chain-host-heads")
        self._starting = threading.Lock()
        self._is_closed = False
        self._link: _Link | None = _Link(folder, self._options, self._feed)

    @property
    def engine_pid(self) -> int | None:
        """Process id of the engine, None while there is none."""
        link = self._link
        return link.pid if link is not None and link.is_alive else None

    def capabilities(self) -> frozenset[Capability]:
        """All of them."""
        return frozenset(Capability)

    def signing_context(self, signer: Address) -> SigningContext:
        """What a signature of this account must bind to now."""
        found: SigningContext = self._ask("signing_context", signer)
        return found

    def fee_of(self, extrinsic_length: int, call: Call) -> int:
        """Inclusion fee in the smallest unit."""
        found: int = self._ask("fee_of", extrinsic_length, call)
        return found

    def draft(self, call: Call, signer: Address) -> Draft:
        """What to sign for `call` now, with its fee."""
        found: Draft = self._ask("draft", call, signer)
        return found

    def check_draft(self, draft: Draft) -> None:
        """The bytes of `draft` must say what it shows."""
        self._ask("check_draft", draft)

    def stash_copy(self, stash: Address) -> bytes:
        """A stash as it is now, to practise with."""
        found: bytes = self._ask("stash_copy", stash)
        return found

    def drift(self) -> tuple[Drift, ...]:
        """Where the chain's rules differ from those this program computes by."""
        found: tuple[Drift, ...] = self._ask("drift")
        return found

    def preview(self, call: Call, signer: Address) -> Preview:
        """What the call would do now."""
        found: Preview = self._ask("preview", call, signer)
        return found

    def submit(self, extrinsic: bytes) -> bytes:
        """Hand over a signed extrinsic; its hash.

        Raises:
            InvalidTransaction: It was not accepted.
            OutcomeUnknown: The engine died before it said whether.
        """
        link = self._alive()
        try:
            found: bytes = self._ask_link(link, "submit", (extrinsic,), None)
        except ChainUnreachable as error:
            raise OutcomeUnknown(hash_of(extrinsic)) from error
        return found

    def receipt(self, tx_hash: bytes, born: int | None = None) -> Receipt | None:
        """What became of an extrinsic."""
        found: Receipt | None = self._ask("receipt", tx_hash, born)
        return found

    def follow(self, callback: Callable[[HeadChange], None]) -> Subscription:
        """Call back for each new head, from one thread of this object; goes on when the engine is started again."""
        return self._feed.follow(callback)

    def clock_mode(self) -> ClockMode:
        """How time passes now."""
        found: ClockMode = self._ask("clock_mode")
        return found

    def set_clock(self, mode: ClockMode) -> None:
        """Choose how time passes."""
        self._ask("set_clock", mode)

    def jump(self, blocks: int, progress: Progress | None = None) -> Head:
        """Let `blocks` blocks pass at once; `progress` is called in the caller's thread and may raise `Cancelled`."""
        found: Head = self._ask("jump", blocks, progress=progress)
        return found

    def play_money(self, address: Address) -> bytes:
        """Have the resident bank send 1,000,000 DBC; the hash of its extrinsic."""
        found: bytes = self._ask("play_money", address)
        return found

    def show_machine(self, hardware: HardwareInfo) -> None:
        """What the resident committee finds when it looks at this machine."""
        self._ask("show_machine", hardware)

    def replay(self, progress: Progress | None = None) -> Head:
        """Run the whole log again from genesis.

        Raises:
            DataCorrupt: A block or the digest of its state changes differs.
        """
        found: Head = self._ask("replay", progress=progress)
        return found

    def close(self) -> None:
        """Have the engine close the chain and end; no callback runs after this returns."""
        with self._starting:
            self._is_closed = True
            if self._link is not None:
                self._link.leave(self._leave_seconds)
                self._link = None
        self._feed.close()

    def _ask(self, method: str, *arguments: object, progress: Progress | None = None) -> Any:
        return self._ask_link(self._alive(), method, arguments, progress)

    def _ask_link(self, link: _Link, method: str, arguments: tuple[object, ...], progress: Progress | None) -> Any:
        number = next(self._numbers)
        answers = link.ask(number, method, arguments)
        done = False
        try:
            kind, value = answers.get()
            while kind == wire.PROGRESS:
                if progress is not None:
                    progress(*value)
                kind, value = answers.get()
            done = True
        finally:
            if not done:
                # The caller called it off: return only when the engine stands at a whole block.
                link.cancel(number)
                while answers.get()[0] == wire.PROGRESS:
                    pass
        if kind == wire.ANSWER:
            return value
        if kind == wire.BUG:
            raise EngineBug(value)
        if kind == wire.LOST:
            raise ChainUnreachable("the engine process is gone")
        raise wire.unpack_error(value)

    def _alive(self) -> _Link:
        with self._starting:
            if self._is_closed:
                raise ChainUnreachable("closed")
            if self._link is None or not self._link.is_alive:
                if self._link is not None:
                    self._link.leave(self._leave_seconds)
                self._link = _Link(self._folder, self._options, self._feed)
            return self._link


class HostedNode(HostedChain):
    """`ChainBackend` of a real node in a process of its own; of what only the embedded chain can do nothing works.

    Args:
        folder: Where metadata and what was seen of accounts are kept.
        endpoints: Where the node answers.
        genesis_hash: The pinned genesis, None on first trust.
    """

    _leave_seconds = _FAR_LEAVE_SECONDS

    def __init__(self, folder: Path, endpoints: Sequence[str], *, genesis_hash: bytes | None = None) -> None:
        self._start(folder, {"endpoints": tuple(endpoints), "genesis_hash": genesis_hash})

    def capabilities(self) -> frozenset[Capability]:
        """What the node's runtime has; asked for, so that nothing is hidden that it tells.

        Raises:
            ChainUnreachable: It does not answer.
        """
        found: frozenset[Capability] = self._ask("capabilities")
        return found

    def health(self) -> NodeHealth:
        """How the node fares, asked anew."""
        found: NodeHealth = self._ask("health")
        return found


class HostedExtension(HostedNode):
    """`ChainBackend` of a third-party package in a process of its own, the only one that runs its code.

    Args:
        folder: Its own folder.
        extension: Which; it must be installed in just that version.
    """

    def __init__(self, folder: Path, extension: Extension) -> None:
        self._start(folder, {"extension": extension})


class _Link:
    """One engine process and the pipe to it."""

    def __init__(self, folder: Path, options: dict[str, Any], feed: HeadFeed) -> None:
        from dbc_desktop.chain.engine_process import serve

        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe(duplex=True)
        self._process = context.Process(target=serve, args=(theirs, folder, options), name="dbc-engine", daemon=True)
        self._feed = feed
        self._sending = threading.Lock()
        self._asked: dict[int, queue.SimpleQueue[tuple[str, Any]]] = {}
        self._asking = threading.Lock()
        self._end: tuple[str, Any] | None = None
        try:
            self._process.start()
        except OSError as error:
            raise ChainUnreachable("the engine process does not start") from error
        finally:
            theirs.close()
        self._reader = threading.Thread(target=self._read, name="chain-host", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int | None:
        """Process id of the engine."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it may still answer; an engine that could not open the chain has not told it yet."""
        return self._end is None

    def ask(self, number: int, method: str, arguments: tuple[object, ...]) -> queue.SimpleQueue[tuple[str, Any]]:
        """Send a request; where its answers arrive: progress, then one end."""
        answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        with self._asking:
            if self._end is not None:
                answers.put(self._end)
                return answers
            self._asked[number] = answers
        self._send((wire.CALL, number, method, arguments))
        return answers

    def cancel(self, number: int) -> None:
        """Have a job stop at its next whole block."""
        self._send((wire.CANCEL, number))

    def leave(self, seconds: float) -> None:
        """Say goodbye and wait until the engine has closed the chain, not longer than this."""
        self._send((wire.BYE,))
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._reader.join()
        self._connection.close()
        self._process.close()

    def _send(self, message: tuple[Any, ...]) -> None:
        with self._sending:
            try:
                self._connection.send(message)
            except OSError:
                # The reader sees the end of the pipe too and answers everyone who waits.
                return

    def _read(self) -> None:
        end: tuple[str, Any] = (wire.LOST, None)
        while True:
            try:
                kind, number, value = self._connection.recv()
            except (EOFError, OSError):
                break
            if kind == wire.HEAD:
                self._feed.push(value.head, value.events)
            elif kind == wire.FAILED:
                end = (wire.ERROR, value)
            else:
                with self._asking:
                    answers = self._asked.get(number) if kind == wire.PROGRESS else self._asked.pop(number, None)
                if answers is not None:
                    answers.put((kind, value))
        with self._asking:
            self._end = end
            waiting, self._asked = list(self._asked.values()), {}
        for answers in waiting:
            answers.put(end)

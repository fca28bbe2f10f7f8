"""The engine process: one `LocalChain`, or the backend of a real node, asked over a pipe (design 2)."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbc_desktop.chain import wire
from dbc_desktop.chain.backend import HeadChange, Subscription
from dbc_desktop.domain.errors import BackendMismatch, Cancelled, DbcError, ExtensionFailed
from dbc_desktop.lanes.clock import SystemClock

if TYPE_CHECKING:
    from dbc_desktop.chain.extensions import Extension
    from dbc_desktop.chain.local.backend import LocalChain
    from dbc_desktop.chain.substrate.backend import SubstrateChain

_WORKERS = 4
_PROGRESS_SECONDS = 0.03


def serve(connection: Connection, folder: Path, options: dict[str, Any]) -> None:
    """Open the chain and answer until the other side says goodbye or is gone."""
    # Ctrl+C in a terminal reaches every process; only the window's one decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        chain = _open(folder, options)
    except DbcError as error:
        connection.send((wire.FAILED, 0, wire.pack_error(error)))
        return
    try:
        foreign = options.get("extension")
        _Server(connection, chain, foreign).run(is_far=foreign is not None or "endpoints" in options)
    finally:
        chain.close()
        connection.close()


def _open(folder: Path, options: dict[str, Any]) -> LocalChain | SubstrateChain:
    """The embedded chain in a folder, or the node at `endpoints`.

    The imports stand here: the process that starts this one names `serve` and should not have to read the whole engine.
    """
    if "extension" in options:
        from dbc_desktop.chain.extensions import open_extension

        found: LocalChain | SubstrateChain = open_extension(options["extension"], folder)
        return found
    if "endpoints" in options:
        from dbc_desktop.chain.history_store import HistoryStore
        from dbc_desktop.chain.substrate.backend import SubstrateChain

        return SubstrateChain(folder=folder / "metadata", history=HistoryStore(folder / "history.sqlite3"), **options)
    from dbc_desktop.chain.local.backend import LocalChain

    return LocalChain(folder, **options)


class _Server:
    """Hands requests to a few threads, so that a jump does not hold up reads."""

    def __init__(
        self, connection: Connection, chain: LocalChain | SubstrateChain, foreign: Extension | None = None
    ) -> None:
        self._connection, self._chain, self._foreign = connection, chain, foreign
        self._sending = threading.Lock()
        self._cancelled: dict[int, threading.Event] = {}
        self._clock = SystemClock()

    def run(self, *, is_far: bool) -> None:
        """Answer until the pipe ends; to follow a chain that is far may take as long as its node does."""
        following: Future[Subscription] = Future()
        if not is_far:
            following.set_result(self._chain.follow(self._tell))
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="chain-engine") as workers:
            if is_far:
                following = workers.submit(self._chain.follow, self._tell)
            # The end of the pipe is the end of our parent, however it ended.
            with suppress(EOFError, OSError):
                while self._handle(self._connection.recv(), workers):
                    pass
            for event in list(self._cancelled.values()):
                event.set()
            following.result().close()

    def _tell(self, change: HeadChange) -> None:
        self._send((wire.HEAD, 0, change))

    def _handle(self, message: tuple[Any, ...], workers: ThreadPoolExecutor) -> bool:
        kind = message[0]
        if kind == wire.BYE:
            return False
        if kind == wire.CANCEL:
            event = self._cancelled.get(message[1])
            if event is not None:
                event.set()
            return True
        _, number, method, arguments = message
        if method not in wire.METHODS:
            raise ValueError(method)
        work: Callable[..., Any] | None = getattr(self._chain, method, None)
        if work is None:  # e.g. the clock of a real node
            self._send((wire.ERROR, number, wire.pack_error(BackendMismatch(method))))
            return True
        if method in wire.WITH_PROGRESS:
            arguments = (*arguments, self._progress_of(number))
        future = workers.submit(work, *arguments)
        future.add_done_callback(lambda done: self._answer(number, done))
        return True

    def _progress_of(self, number: int) -> Callable[[int, int], None]:
        cancelled = self._cancelled[number] = threading.Event()
        told = self._clock.monotonic() - _PROGRESS_SECONDS

        def progress(done: int, total: int) -> None:
            nonlocal told
            if cancelled.is_set():
                raise Cancelled
            now = self._clock.monotonic()
            if done == total or now - told >= _PROGRESS_SECONDS:
                told = now
                self._send((wire.PROGRESS, number, (done, total)))

        return progress

    def _answer(self, number: int, done: Future[Any]) -> None:
        self._cancelled.pop(number, None)
        error = done.exception()
        if error is None:
            self._send((wire.ANSWER, number, done.result()))
        elif isinstance(error, DbcError):
            self._send((wire.ERROR, number, wire.pack_error(error)))
        elif self._foreign is not None:  # a mistake of a stranger's, not one of ours
            from dbc_desktop.chain.extensions import told

            failed = ExtensionFailed(self._foreign.package, "broken", told(error))
            self._send((wire.ERROR, number, wire.pack_error(failed)))
        else:
            self._send((wire.BUG, number, "".join(traceback.format_exception(error))))

    def _send(self, message: tuple[Any, ...]) -> None:
        with self._sending, suppress(OSError):
            self._connection.send(message)

"""What the window knows of chain and GPUs: fed by their own threads, told on the GUI thread, latest value wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dbc_desktop.domain.errors import ChainUnreachable, DbcError
from dbc_desktop.domain.network import Capability
from dbc_desktop.ui.hop import Hop

if TYPE_CHECKING:
    from dbc_desktop.chain.backend import HeadChange, Subscription
    from dbc_desktop.domain.gpu import RigSample
    from dbc_desktop.domain.network import ClockMode, Head, Identity
    from dbc_desktop.services.program import Program

EVENTS_KEPT = 1_000
MOST_PATIENCE = 5


class ChainWatch(QObject):
    """Follows backend and sampler; signals are emitted on the GUI thread."""

    head_changed = Signal(object)
    chain_known = Signal()
    reach_changed = Signal()
    sampled = Signal(object)
    failed = Signal(object)

    def __init__(self, program: Callable[[], Program], hop: Hop, parent: QObject) -> None:
        super().__init__(parent)
        self._get_program, self._hop = program, hop
        self.identity: Identity | None = None
        self.head: Head | None = None
        self.mode: ClockMode | None = None
        self.capabilities: frozenset[Capability] = frozenset()
        self.is_reachable = True
        self._is_looking = False
        self._failed_looks = self._patience = 0
        self._subscription: Subscription | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._heard_at = 0.0
        self._mutex = threading.Lock()
        self._newest: HeadChange | None = None
        self._newest_sample: RigSample | None = None
        self._is_stopped = False

    @property
    def _program(self) -> Program:
        return self._get_program()

    def start(self) -> None:
        """Ask which chain it is, then follow it; follow the GPUs."""
        self._heard_at = self._program.clock.monotonic()
        self.ask_chain()
        self._unsubscribe = self._program.sampler.subscribe(self._from_sampler)
        sample = self._program.sampler.latest()
        if sample is not None:
            self._from_sampler(sample)

    def ask_chain(self) -> None:
        """Ask which chain it is and follow it; again, after it did not answer."""
        backend = self._program.backend
        if self.identity is not None:
            return

        def first() -> tuple[Identity, frozenset[Capability], ClockMode | None, Head, Subscription]:
            capabilities = backend.capabilities()
            mode = backend.clock_mode() if Capability.CLOCK in capabilities else None
            return backend.identity(), capabilities, mode, backend.head(), backend.follow(self._from_backend)

        self._program.runner.query(
            "chain-read", first, owner=self, done=lambda known: self._knows(*known), failed=self._first_failed
        )

    def look(self) -> None:
        """Ask for the newest block, once a second: this starts an engine again that has ended.

        While none answers it is said, and asked less often, down to every fifth time.
        """
        self._patience -= 1
        if self._is_looking or self._is_stopped or self.identity is None or self._patience > 0:
            return
        self._is_looking = True
        self._program.runner.query(
            "chain-read", self._program.backend.head, owner=self, done=self._answered, failed=self._not_answered
        )

    def _answered(self, head: Head) -> None:
        self._is_looking = False
        self._failed_looks = 0
        if not self.is_reachable:
            self.head, self.is_reachable = head, True
            self._heard_at = self._program.clock.monotonic()
            self.reach_changed.emit()

    def _not_answered(self, error: DbcError) -> None:
        self._is_looking = False
        self._failed_looks += 1
        self._patience = min(self._failed_looks, MOST_PATIENCE)
        if self.is_reachable:
            self.is_reachable = False
            self.reach_changed.emit()

    def stop(self) -> None:
        """No signal is emitted after this."""
        self._is_stopped = True
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def silent_seconds(self) -> float:
        """How long no block came."""
        return self._program.clock.monotonic() - self._heard_at

    def set_clock(self, mode: ClockMode) -> None:
        """Choose how the chain's time passes."""
        backend = self._program.backend

        def done(_: None) -> None:
            self.mode = mode
            self._heard_at = self._program.clock.monotonic()
            self.chain_known.emit()

        self._program.runner.command(
            "chain-write", lambda: backend.set_clock(mode), owner=self, done=done, failed=self.failed.emit
        )

    def _knows(
        self,
        identity: Identity,
        capabilities: frozenset[Capability],
        mode: ClockMode | None,
        head: Head,
        subscription: Subscription,
    ) -> None:
        if self._is_stopped:
            subscription.close()
            return
        self._subscription = subscription
        self.identity, self.capabilities, self.mode = identity, capabilities, mode
        if self.head is None or head.height > self.head.height:
            self.head = head
        self._heard_at = self._program.clock.monotonic()
        self.is_reachable = True
        self.chain_known.emit()
        from dbc_desktop.chain.backend import HeadChange  # with all words of the domain: not before the first paint

        self.head_changed.emit(HeadChange(self.head, ()))

    def _first_failed(self, error: DbcError) -> None:
        if isinstance(error, ChainUnreachable):
            self.is_reachable = False
            self.reach_changed.emit()
        self.failed.emit(error)

    def _from_backend(self, change: HeadChange) -> None:
        """On a thread of the backend: keep the newest, and all events that were not told yet."""
        with self._mutex:
            waiting = self._newest
            events = change.events if waiting is None else (*waiting.events, *change.events)[-EVENTS_KEPT:]
            self._newest = replace(change, events=events)
        if waiting is None:
            self._hop.post(self, self._tell_head)

    def _tell_head(self) -> None:
        with self._mutex:
            change, self._newest = self._newest, None
        if change is None or self._is_stopped:
            return
        self.head = change.head
        self._heard_at = self._program.clock.monotonic()
        self.is_reachable = True
        if self.identity is not None:
            self.head_changed.emit(change)

    def _from_sampler(self, sample: RigSample) -> None:
        """On the sampler's thread."""
        with self._mutex:
            waiting, self._newest_sample = self._newest_sample, sample
        if waiting is None:
            self._hop.post(self, self._tell_sample)

    def _tell_sample(self) -> None:
        with self._mutex:
            sample, self._newest_sample = self._newest_sample, None
        if sample is not None and not self._is_stopped:
            self.sampled.emit(sample)

"""New heads for those who follow a chain: one thread, the latest value wins, slow listeners hold nobody up."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.network import Head

MOST_EVENTS = 1_000

Listener = Callable[[HeadChange], None]


class FeedSubscription:
    """One listener; `close` waits for a call that is under way, unless it is made from within that call."""

    def __init__(self, listener: Listener) -> None:
        self._listener: Listener | None = listener
        self._lock = threading.RLock()

    def tell(self, change: HeadChange) -> None:
        """Call the listener, if it still listens."""
        with self._lock:
            if self._listener is not None:
                self._listener(change)

    def close(self) -> None:
        """Stop it; no callback runs after this returns."""
        with self._lock:
            self._listener = None

    @property
    def is_open(self) -> bool:
        """Whether it still listens."""
        return self._listener is not None


class HeadFeed:
    """Collects heads and events, and tells them from a thread of its own, which starts with the first listener."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._wake = threading.Condition()
        self._subscriptions: list[FeedSubscription] = []
        self._head: Head | None = None
        self._events: tuple[EventRecord, ...] = ()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    @property
    def has_listeners(self) -> bool:
        """Whether anyone would be told."""
        return any(subscription.is_open for subscription in self._subscriptions)

    def push(self, head: Head, events: tuple[EventRecord, ...]) -> None:
        """Have this told as soon as the listeners are done with the last one."""
        with self._wake:
            if self.has_listeners:
                self._head = head
                self._events = (*self._events, *events)[-MOST_EVENTS:]
                self._wake.notify()

    def follow(self, listener: Listener) -> FeedSubscription:
        """Tell `listener` from now on."""
        subscription = FeedSubscription(listener)
        with self._wake:
            self._subscriptions = [one for one in self._subscriptions if one.is_open] + [subscription]
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return subscription

    def close(self) -> None:
        """Tell nothing more and end the thread."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while self._head is None and not self._is_closed:
                    self._wake.wait()
                if self._is_closed:
                    return
                assert self._head is not None
                change = HeadChange(self._head, self._events)
                self._head, self._events = None, ()
                listeners = list(self._subscriptions)
            for subscription in listeners:
                subscription.tell(change)

"""A thread that calls into the driver again and again; when a call does not return it is left behind and replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.gpu import LaneTrouble, ReadingLane

HANG_SECONDS = 8.0
"""A call that takes longer does not return, as far as a person who waits is concerned."""
MOST_ABANDONED = 3
"""Threads left behind at most: each holds its stack, and perhaps a lock of the driver that the next one needs too."""


class LaneThread:
    """One thread of a lane, as its body sees it."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self.is_current = True
        self.call_since: float | None = None
        self.call_began: float = 0.0

    @property
    def may_go_on(self) -> bool:
        """False when the lane was stopped or this thread left behind."""
        return self.is_current and not self._lane.is_stopping

    @contextmanager
    def calling(self, *, is_answer: bool = True) -> Iterator[None]:
        """Around every call that may hang; `is_answer` where its return shows that the driver answers."""
        clock = self._lane.clock
        self.call_began, self.call_since = clock.now(), clock.monotonic()
        try:
            yield
        finally:
            self.call_since = None
            if self.is_current and is_answer:
                self._lane.answered()


class Lane:
    """Starts `body` on a thread of its own and replaces that thread when it hangs.

    Args:
        kind: Which lane it is.
        body: Runs on the thread and ends when `may_go_on` is False.
        clock: Measures calls.
    """

    def __init__(self, kind: ReadingLane, body: Callable[[LaneThread], None], clock: Clock) -> None:
        self.kind, self.clock = kind, clock
        self._body = body
        self._mutex = threading.Lock()
        self._stop = threading.Event()
        self._current: LaneThread | None = None
        self._threads: list[threading.Thread] = []
        self._abandoned = 0
        self._hung_at: float | None = None
        self.trouble: LaneTrouble | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether the lane was stopped."""
        return self._stop.is_set()

    @property
    def is_started(self) -> bool:
        """Whether a thread works in it, or one that hangs waits to be replaced."""
        return self._current is not None or self._abandoned > 0

    def start(self) -> None:
        """Begin; nothing happens where it runs already."""
        with self._mutex:
            if self._current is None:
                self._stop.clear()
                self._begin()

    def stop(self, seconds: float) -> None:
        """End; a thread that hangs is left behind after `seconds`."""
        self._stop.set()
        with self._mutex:
            threads, self._threads = self._threads, []
            self._current = None
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(seconds)

    def check(self) -> tuple[LaneTrouble | None, float | None]:
        """Leave a thread behind whose call does not return, and put another in its place while there may be more.

        Returns:
            What hangs, where it was noticed by this call; and how long it hung, where it answers again since the last.
        """
        with self._mutex:
            current, now = self._current, self.clock.monotonic()
            back = self._take_back(now)
            if self._stop.is_set():
                return None, back
            if current is None:
                if 0 < self._abandoned < MOST_ABANDONED:
                    self._begin()
                return None, back
            since = current.call_since
            if since is None or now - since < HANG_SECONDS:
                return None, back
            current.is_current = False
            self._current = None
            self._abandoned += 1
            self._hung_at = since if self._hung_at is None else self._hung_at
            self.trouble = LaneTrouble(self.kind, current.call_began, None, self._abandoned)
            return self.trouble, back

    def replace(self) -> None:
        """Put another thread in the place of one that was left behind, unless too many were."""
        with self._mutex:
            if self._current is None and not self._stop.is_set() and self._abandoned < MOST_ABANDONED:
                self._begin()

    def _take_back(self, now: float) -> float | None:
        if self.trouble is None and self._hung_at is not None:
            hung, self._hung_at = now - self._hung_at, None
            return hung
        return None

    def answered(self) -> None:
        """A call of the current thread returned."""
        self.trouble = None

    def _begin(self) -> None:
        made = self._current = LaneThread(self)
        name = f"gpu-{self.kind.value}"
        thread = threading.Thread(target=self._run, args=(made,), name=name, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _run(self, me: LaneThread) -> None:
        try:
            self._body(me)
        finally:
            with self._mutex:
                if me.is_current:
                    if self._current is me:
                        self._current = None
                else:
                    self._abandoned -= 1  # it came back after all: there is room for another

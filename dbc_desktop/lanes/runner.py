"""Slow work away from the window: named lanes of threads, a deadline for each job, one way home for each result.

A lane is for waiting, not for computing. What hangs in one lane (a driver, a keyring prompt) holds up no other, and,
since the threads are daemons, not the end of the program either.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType, TracebackType
from typing import Generic, TypeVar

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import Cancelled, DbcError, DeadlinePassed
from dbc_desktop.lanes.clock import SystemClock

T = TypeVar("T")
Post = Callable[[object | None, Callable[[], None]], None]

#: Threads per lane: one where order matters or a device is shared.
LANES: Mapping[str, int] = MappingProxyType({"gpu": 1, "secrets": 1, "chain-write": 1, "chain-read": 2, "io": 2})


class _State(Enum):
    QUEUED = auto()
    RUNNING = auto()
    ENDED = auto()


class Job:
    """One piece of work on its way; it ends at most once, and after `cancel` nothing of it is heard again."""

    def __init__(self, lane: str, deadline_seconds: float, runner: TaskRunner) -> None:
        self.lane = lane
        self.deadline_seconds = deadline_seconds
        self._runner = runner
        self._state = _State.QUEUED

    def cancel(self) -> None:
        """Drop it: not started it never is, running its result goes nowhere."""
        with self._runner._changed:
            self._state = _State.ENDED

    @property
    def is_over(self) -> bool:
        """Nothing more will be heard of it."""
        return self._state is _State.ENDED


@dataclass
class _Lane:
    width: int
    queue: deque[_Order[object]] = field(default_factory=deque)
    threads: list[threading.Thread] = field(default_factory=list)
    idle: int = 0


@dataclass
class _Order(Generic[T]):
    job: Job
    work: Callable[[], T]
    owner: object | None
    done: Callable[[T], None]
    failed: Callable[[DbcError], None]


class _Outcome:
    """Catches whatever work raises, so that no thread dies of it and nothing vanishes."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> _Outcome:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        return True


class TaskRunner:
    """Runs work in its lane and brings the result home by `post(owner, fn)`. Callable from any thread.

    Args:
        post: Runs `fn` where the owner lives, or drops it when the owner is gone.
        on_failed: Gets the expected error of a job that was given no `failed`.
        on_bug: Gets whatever else a job raised; both arrive by `post(None, …)`.
        clock: Measures deadlines.
    """

    def __init__(
        self,
        post: Post,
        *,
        on_failed: Callable[[DbcError], None] | None = None,
        on_bug: Callable[[BaseException], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._post = post
        self._on_bug = on_bug or _to_excepthook
        self._on_failed = on_failed or self._on_bug
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()
        self._lanes = {name: _Lane(width) for name, width in LANES.items()}
        self._deadlines: list[tuple[float, int, _Order[object]]] = []
        self._numbers = itertools.count()
        self._watch: threading.Thread | None = None
        self._closing = False

    def query(
        self,
        lane: str,
        work: Callable[[], T],
        *,
        owner: object | None = None,
        done: Callable[[T], None],
        failed: Callable[[DbcError], None] | None = None,
        deadline_seconds: float = 30,
    ) -> Job:
        """Read something in `lane`; then exactly one of `done` and `failed` runs, unless cancelled or closed.

        The deadline counts from now, waiting in the lane included: `failed` gets `DeadlinePassed`.
        """
        return self._submit(lane, work, owner, done, failed, deadline_seconds)

    def command(
        self,
        lane: str,
        work: Callable[[], T],
        *,
        owner: object | None = None,
        done: Callable[[T], None],
        failed: Callable[[DbcError], None] | None = None,
        deadline_seconds: float = 30,
    ) -> Job:
        """As `query`, for what changes something. A command still queued at its deadline is never started."""
        return self._submit(lane, work, owner, done, failed, deadline_seconds)

    def check_deadlines(self) -> None:
        """End the jobs whose deadline has passed; the runner does so by itself in real time."""
        with self._changed:
            overdue = self._take_overdue()
        for order in overdue:
            self._send_failure(order, DeadlinePassed(order.job.lane, order.job.deadline_seconds))

    def close(self, wait_seconds: float = 2.0) -> None:
        """Forget what is queued, drop what still comes, and wait for running work no longer than `wait_seconds`."""
        with self._changed:
            self._closing = True
            for lane in self._lanes.values():
                lane.queue.clear()
            for _, _, order in self._deadlines:
                order.job._state = _State.ENDED
            self._deadlines.clear()
            self._changed.notify_all()
            threads = [thread for lane in self._lanes.values() for thread in lane.threads]
            if self._watch is not None:
                threads.append(self._watch)
        until = self._clock.monotonic() + wait_seconds
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - self._clock.monotonic()))

    def _submit(
        self,
        lane: str,
        work: Callable[[], T],
        owner: object | None,
        done: Callable[[T], None],
        failed: Callable[[DbcError], None] | None,
        deadline_seconds: float,
    ) -> Job:
        job = Job(lane, deadline_seconds, self)
        order: _Order[object] = _Order(job, work, owner, done, failed or self._on_failed)  # type: ignore[arg-type]
        with self._changed:
            line = self._lanes[lane]
            if self._closing:
                job._state = _State.ENDED
                return job
            line.queue.append(order)
            at = self._clock.monotonic() + deadline_seconds
            heapq.heappush(self._deadlines, (at, next(self._numbers), order))
            self._ensure_threads(lane, line)
            self._changed.notify_all()
        return job

    def _ensure_threads(self, name: str, line: _Lane) -> None:
        if len(line.queue) > line.idle and len(line.threads) < line.width:
            label = f"lane-{name}-{len(line.threads) + 1}"
            thread = threading.Thread(target=self._work_off, args=(line,), name=label, daemon=True)
            line.threads.append(thread)
            thread.start()
        if self._watch is None:
            self._watch = threading.Thread(target=self._watch_deadlines, name="lane-deadlines", daemon=True)
            self._watch.start()

    def _work_off(self, line: _Lane) -> None:
        while (order := self._next(line)) is not None:
            # The order waits on the heap of deadlines: its work, which may hold a passphrase, must not.
            work, order.work = order.work, _forgotten
            with _Outcome() as outcome:
                result = work()
            del work
            with self._changed:
                wanted = order.job._state is _State.RUNNING and not self._closing
                order.job._state = _State.ENDED
            error = outcome.error
            if error is not None and not isinstance(error, DbcError):
                # A mistake of ours is told even where nobody waits for the result any more.
                self._tell_bug(error)
            elif wanted and error is None:
                self._send_result(order, result)
            elif wanted and isinstance(error, DbcError) and not isinstance(error, Cancelled):
                self._send_failure(order, error)
            # Results and tracebacks may hold secrets: let none of them live until the next job.
            del order, outcome, error
            result = None

    def _next(self, line: _Lane) -> _Order[object] | None:
        with self._changed:
            while True:
                if self._closing:
                    return None
                while line.queue:
                    order = line.queue.popleft()
                    if order.job._state is _State.QUEUED:
                        order.job._state = _State.RUNNING
                        return order
                    order.work = _forgotten
                line.idle += 1
                self._changed.wait()
                line.idle -= 1

    def _watch_deadlines(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                until = self._deadlines[0][0] - self._clock.monotonic() if self._deadlines else None
                if until is None or until > 0:
                    self._changed.wait(until)
            self.check_deadlines()

    def _take_overdue(self) -> list[_Order[object]]:
        """The orders to be told, ended here; those that ended before are only forgotten."""
        overdue = []
        now = self._clock.monotonic()
        while self._deadlines and (self._deadlines[0][2].job.is_over or self._deadlines[0][0] <= now):
            order = heapq.heappop(self._deadlines)[2]
            if not order.job.is_over:
                order.job._state = _State.ENDED
                overdue.append(order)
        return overdue

    def _send_result(self, order: _Order[T], result: T) -> None:
        done = order.done
        self._post(order.owner, lambda: done(result))

    def _send_failure(self, order: _Order[object], error: DbcError) -> None:
        failed = order.failed
        self._post(order.owner if failed is not self._on_failed else None, lambda: failed(error))

    def _tell_bug(self, error: BaseException) -> None:
        self._post(None, lambda: self._on_bug(error))


def _forgotten() -> None:
    """Stands where work was."""


def _to_excepthook(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)

"""Lanes: order, deadlines, cancelling, mistakes, and the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dbc_desktop.domain.errors import Cancelled, ChainUnreachable, DbcError, DeadlinePassed
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.lanes.runner import LANES, TaskRunner

SOON = 10.0


class Home:
    """Runs what arrives in the arriving thread and lets a test wait for it."""

    def __init__(self) -> None:
        self.owners: list[object | None] = []
        self.heard: list[object] = []
        self._arrived = threading.Condition()

    def post(self, owner: object | None, fn: Callable[[], None]) -> None:
        with self._arrived:
            self.owners.append(owner)
            fn()
            self._arrived.notify_all()

    def wait_for(self, count: int) -> list[object]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.heard) >= count, SOON), self.heard
            return list(self.heard)


class HandClock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        self.seconds += seconds
        return False


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def runner(home: Home) -> Iterator[TaskRunner]:
    runner = TaskRunner(home.post, on_failed=home.heard.append, on_bug=home.heard.append)
    yield runner
    runner.close()


def test_the_lanes_of_the_house() -> None:
    assert dict(LANES) == {"gpu": 1, "secrets": 1, "chain-write": 1, "chain-read": 2, "io": 2}


def test_a_result_comes_home_to_its_owner(home: Home, runner: TaskRunner) -> None:
    owner = object()
    runner.query("io", lambda: 41 + 1, owner=owner, done=home.heard.append)
    assert home.wait_for(1) == [42]
    assert home.owners == [owner]


def test_work_runs_in_its_lane_and_not_here(home: Home, runner: TaskRunner) -> None:
    runner.query("gpu", lambda: threading.current_thread().name, done=home.heard.append)
    assert home.wait_for(1) == ["lane-gpu-1"]


def test_a_lane_of_one_keeps_the_order(home: Home, runner: TaskRunner) -> None:
    for number in range(50):
        runner.command("chain-write", lambda number=number: number, done=home.heard.append)
    assert home.wait_for(50) == list(range(50))


def test_a_lane_of_two_does_two_things_at_once(home: Home, runner: TaskRunner) -> None:
    both = threading.Barrier(2, timeout=SOON)
    for _ in range(2):
        runner.query("chain-read", both.wait, done=home.heard.append)
    assert sorted(home.wait_for(2)) == [0, 1]  # type: ignore[type-var]


def test_an_expected_error_goes_to_failed(home: Home, runner: TaskRunner) -> None:
    error = ChainUnreachable("no answer")

    def work() -> None:
        raise error

    runner.query("io", work, done=home.heard.append, failed=lambda e: home.heard.append(("failed", e)))
    assert home.wait_for(1) == [("failed", error)]


def test_an_expected_error_without_failed_is_not_lost(home: Home, runner: TaskRunner) -> None:
    error = ChainUnreachable("no answer")

    def work() -> None:
        raise error

    runner.query("io", work, owner="page", done=home.heard.append)
    assert home.wait_for(1) == [error]
    assert home.owners == [None]


def test_a_mistake_of_ours_is_not_lost_and_the_lane_goes_on(home: Home, runner: TaskRunner) -> None:
    runner.query("io", lambda: 1 // 0, done=home.heard.append, failed=lambda e: home.heard.append("failed"))
    runner.query("io", lambda: "next", done=home.heard.append)
    heard = home.wait_for(2)
    assert "next" in heard
    assert [type(item) for item in heard if item != "next"] == [ZeroDivisionError]


def test_without_a_handler_a_mistake_reaches_the_hook_of_the_system(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: home.heard.append(kind))
    runner = TaskRunner(home.post)
    runner.query("io", lambda: 1 // 0, done=home.heard.append)
    assert home.wait_for(1) == [ZeroDivisionError]
    runner.close()


def test_what_was_called_off_is_shown_to_no_one(home: Home, runner: TaskRunner) -> None:
    def work() -> None:
        raise Cancelled

    runner.query("gpu", work, done=home.heard.append, failed=home.heard.append)
    runner.query("gpu", lambda: "next", done=home.heard.append)
    assert home.wait_for(1) == ["next"]


def test_a_cancelled_job_is_never_started(home: Home, runner: TaskRunner) -> None:
    started, release = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        release.wait(SOON)

    first = runner.query("gpu", hold, done=lambda _: home.heard.append("first"))
    second = runner.query("gpu", lambda: home.heard.append("ran"), done=lambda _: home.heard.append("second"))
    assert started.wait(SOON)
    second.cancel()
    first.cancel()
    assert first.is_over
    release.set()
    runner.query("gpu", lambda: "third", done=home.heard.append)
    assert home.wait_for(1) == ["third"]


def test_a_hung_job_holds_up_its_lane_only(home: Home, runner: TaskRunner) -> None:
    release = threading.Event()
    runner.query("gpu", lambda: release.wait(SOON), done=lambda _: home.heard.append("gpu"))
    runner.query("secrets", lambda: "secrets", done=home.heard.append)
    assert home.wait_for(1) == ["secrets"]
    release.set()
    assert home.wait_for(2) == ["secrets", "gpu"]


def test_past_its_deadline_a_job_fails_and_a_queued_one_never_starts(home: Home) -> None:
    clock = HandClock()
    runner = TaskRunner(home.post, clock=clock)
    started, release = threading.Event(), threading.Event()

    def hold() -> str:
        started.set()
        release.wait(SOON)
        return "too late"

    failures: list[DbcError] = []

    def failed(error: DbcError) -> None:
        failures.append(error)
        home.heard.append("failed")

    runner.command("gpu", hold, done=home.heard.append, failed=failed, deadline_seconds=5)
    runner.command("gpu", lambda: home.heard.append("ran"), done=home.heard.append, failed=failed, deadline_seconds=7)
    assert started.wait(SOON)
    clock.seconds += 4.9
    runner.check_deadlines()
    assert home.heard == []
    clock.seconds += 2.1
    runner.check_deadlines()
    assert home.wait_for(2) == ["failed", "failed"]
    assert [(e.lane, e.seconds) for e in failures if isinstance(e, DeadlinePassed)] == [("gpu", 5), ("gpu", 7)]
    release.set()
    runner.query("gpu", lambda: "next", done=home.heard.append)
    assert home.wait_for(3) == ["failed", "failed", "next"]
    runner.close()


def test_deadlines_pass_by_themselves(home: Home, runner: TaskRunner) -> None:
    release = threading.Event()
    runner.query("io", lambda: release.wait(SOON), done=home.heard.append, deadline_seconds=60)
    runner.query("gpu", lambda: release.wait(SOON), done=home.heard.append, deadline_seconds=0.01)
    (error,) = home.wait_for(1)
    assert isinstance(error, DeadlinePassed)
    release.set()


def test_closing_forgets_what_waits_and_hears_nothing_more(home: Home) -> None:
    runner = TaskRunner(home.post, on_bug=home.heard.append)
    started, release = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        release.wait(SOON)

    running = runner.query("gpu", hold, done=lambda _: home.heard.append("running"))
    queued = runner.query("gpu", lambda: home.heard.append("ran"), done=lambda _: home.heard.append("queued"))
    assert started.wait(SOON)
    runner.close(wait_seconds=0)
    release.set()
    runner.close()
    assert running.is_over
    assert queued.is_over
    late = runner.query("gpu", lambda: home.heard.append("ran"), done=home.heard.append)
    assert late.is_over
    assert home.heard == []


def test_lanes_cannot_keep_the_program_alive(home: Home, runner: TaskRunner) -> None:
    runner.query("io", lambda: threading.current_thread().daemon, done=home.heard.append)
    assert home.wait_for(1) == [True]


def test_an_unknown_lane_is_a_mistake(runner: TaskRunner) -> None:
    with pytest.raises(KeyError):
        runner.query("motorway", lambda: None, done=lambda _: None)


def test_the_system_clock_wakes_who_waits() -> None:
    clock = SystemClock()
    assert clock.wait(-1) is False
    assert clock.monotonic() <= clock.monotonic()
    assert clock.now() > 1_600_000_000
    woken: list[bool] = []
    waiter = threading.Thread(target=lambda: woken.append(clock.wait(600)))
    waiter.start()
    clock.close()
    waiter.join(SOON)
    assert woken == [True]
    assert clock.wait(600) is True

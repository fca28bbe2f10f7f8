"""What holds for every test: no screen, no stray warnings, no threads left behind, no skip without a listed reason."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ALLOWED_SKIPS = [
    line
    for line in (Path(__file__).parent / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Very long tests run only when their marker is asked for, and are deselected (not skipped) otherwise."""
    asked = config.getoption("-m")
    long_markers = [name for name in ("soak", "package", "bench") if name not in asked]
    kept = [item for item in items if not any(item.get_closest_marker(name) for name in long_markers)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    # Those that say they take long begin first: begun last, one core would wait for the other.
    items[:] = sorted(kept, key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """On the build machine a skipped test is a failure unless its reason is listed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"skipped without a listed reason: {reason}"


@pytest.fixture(autouse=True)
def _no_unannounced_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A WARNING in the log fails the test; one that is expected is taken out with `caplog.clear()`."""
    yield
    loud = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not loud, f"logged: {[record.getMessage() for record in loud]}"


@pytest.fixture(autouse=True)
def _no_thread_left_behind() -> Iterator[None]:
    """Threads that a test started must end with it, within two seconds."""
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + 2
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith(("pydevd", "pytest_timeout")):
            thread.join(max(0.0, until - time.monotonic()))
            assert not thread.is_alive(), f"thread left behind: {thread.name}"

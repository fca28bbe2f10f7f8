"""How a long act shows where it is, and how Ctrl+C stops it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from dbc_desktop.domain.errors import Cancelled
from dbc_desktop.screens.chain import progress_text


@contextmanager
def shown_progress() -> Iterator[Callable[[int, int], None]]:
    """A progress callback: one line on a terminal that rewrites itself; Ctrl+C stops at the next whole block."""
    asked = False
    shown = False

    def interrupted(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        del number, frame
        asked = True

    def progress(done: int, total: int) -> None:
        nonlocal shown
        if asked:
            raise Cancelled
        if sys.stderr.isatty():
            shown = True
            print("\r" + progress_text(done, total), end="", file=sys.stderr, flush=True)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield progress
    finally:
        signal.signal(signal.SIGINT, before)
        if shown:
            print(file=sys.stderr)

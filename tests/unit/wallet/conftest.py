"""A wallet on a clock that is moved by hand, with stores that keep the port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import SecretStoreUnavailable
from dbc_desktop.wallet.wallet import Wallet


class HandClock:
    """Stands until it is moved; whoever waits moves it."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.waits: list[float] = []
        self.closing = False

    def now(self) -> float:
        return 1_700_000_000 + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.seconds += seconds
        return self.closing


class MemoryStore:
    """A dictionary that keeps the port; `problem` makes it unreachable, `forgets` unreliable."""

    place = "memory of a test"

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.problem: str | None = None
        self.forgets = False

    def get(self, name: str) -> str | None:
        self._check()
        return self.kept.get(name)

    def put(self, name: str, text: str) -> None:
        self._check()
        if not self.forgets:
            self.kept[name] = text

    def delete(self, name: str) -> None:
        self._check()
        self.kept.pop(name, None)

    def _check(self) -> None:
        if self.problem is not None:
            raise SecretStoreUnavailable(self.problem)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def keyring() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def files() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def wallet(tmp_path: Path, clock: HandClock, keyring: MemoryStore, files: MemoryStore) -> Iterator[Wallet]:
    wallet = Wallet({KeyPlace.KEYRING: keyring, KeyPlace.FILE: files}, tmp_path / "wallet.sqlite3", clock)
    yield wallet
    wallet.close()

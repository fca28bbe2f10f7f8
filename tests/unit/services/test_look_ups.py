"""A block that comes during a look is not lost: it may be the last for long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.services.look_ups import LookUps


class HeldRunner:
    """Keeps what it is given until the test lets it end."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[Any], None], Callable[[Any], None]]] = []

    def command(self, lane: str, work: object, *, done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        assert lane == "chain-write"
        self.waiting.append((done, failed))


class Open:
    """Transactions of which some are open."""

    has_open = True

    def resume(self) -> tuple[()]:
        return ()


def test_a_block_during_a_look_asks_for_one_more() -> None:
    runner, transactions = HeldRunner(), Open()
    looks = LookUps(transactions, runner)  # type: ignore[arg-type]
    looks.look()
    looks.look()
    looks.look()
    assert len(runner.waiting) == 1
    runner.waiting[0][0](())
    assert len(runner.waiting) == 2
    runner.waiting[1][0](())
    assert len(runner.waiting) == 2
    transactions.has_open = False
    looks.look()
    assert len(runner.waiting) == 2


def test_a_look_that_failed_is_told_once_and_the_next_block_looks_again() -> None:
    runner = HeldRunner()
    told: list[object] = []
    looks = LookUps(Open(), runner)  # type: ignore[arg-type]
    looks.look(told.append)
    runner.waiting[0][1](ChainUnreachable())
    looks.look()
    runner.waiting[1][1](ChainUnreachable())
    assert (len(told), len(runner.waiting)) == (1, 2)

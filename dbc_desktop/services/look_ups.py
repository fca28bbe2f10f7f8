"""With each new block, a look at the transactions that are still on their way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from dbc_desktop.domain.errors import DbcError

if TYPE_CHECKING:
    from dbc_desktop.lanes.runner import TaskRunner
    from dbc_desktop.services.transactions import Transactions


def _nobody(error: DbcError) -> None:
    """The next block asks again."""


class LookUps:
    """One look at a time on the `chain-write` lane, however slow the chain answers; callable from any thread."""

    def __init__(self, transactions: Transactions, runner: TaskRunner) -> None:
        self._transactions, self._runner = transactions, runner
        self._guard = threading.Lock()
        self._is_looking = self._is_asked_again = False

    def look(self, failed: Callable[[DbcError], None] = _nobody) -> None:
        """Look, where anything is open; a block that comes during a look asks for another: it may be the last for long.

        Args:
            failed: Hears why the chain could not be asked.
        """
        with self._guard:
            self._is_asked_again = self._is_looking
            if self._is_looking or not self._transactions.has_open:
                return
            self._is_looking = True

        def over() -> None:
            with self._guard:
                self._is_looking, is_asked_again = False, self._is_asked_again
            if is_asked_again:
                self.look()

        def told(error: DbcError) -> None:
            failed(error)
            over()

        self._runner.command("chain-write", self._transactions.resume, done=lambda _: over(), failed=told)

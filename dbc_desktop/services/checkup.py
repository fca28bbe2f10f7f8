"""The self-test: what works on this computer and what is missing (design 8.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dbc_desktop.domain.errors import DbcError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to try.

    Attributes:
        name: A key of `screens/checkup.py`.
        try_it: Returns a short fact, e.g. a version; raises `DbcError` when it does not work.
        needed: Without it the program does not work at all.
    """

    name: str
    try_it: Callable[[], str]
    needed: bool


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a check went: `error` is None when it worked."""

    name: str
    needed: bool
    fact: str
    error: DbcError | None = None

    @property
    def is_fine(self) -> bool:
        """Whether the program can go on."""
        return self.error is None or not self.needed


def run_checks(checks: Iterable[Check]) -> Iterator[CheckResult]:
    """Try each in its order; one that fails does not stop the others."""
    for check in checks:
        try:
            yield CheckResult(check.name, check.needed, check.try_it())
        except DbcError as error:
            yield CheckResult(check.name, check.needed, "", error)

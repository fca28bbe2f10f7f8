"""The self-test: what works on this computer and what is missing (design 8.1)."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import dbc_desktop
from dbc_desktop.domain.errors import DbcError, PartMissing


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


def all_modules() -> str:
    """Import every module of the program; how many there are."""
    names = [module.name for module in pkgutil.walk_packages(dbc_desktop.__path__, "dbc_desktop.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    return str(len(names))


def program_on_path(name: str) -> str:
    """Where a program of that name is.

    Raises:
        PartMissing: There is none on the search path.
    """
    found = shutil.which(name)
    if found is None:
        raise PartMissing(name)
    return found

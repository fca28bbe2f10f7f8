"""How a consequence is put together, and amounts read from events and arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Consequence, Severity
from dbc_desktop.rules.state import State
from dbc_desktop.rules.work import Work

Found = Iterator[Consequence]
Teller = Callable[[Work, State, dict[str, object], bytes], Found]
"""Tells what a call did: the work it was done in, the state before, the arguments by name, the signer."""


def one(kind: str, severity: Severity = Severity.INFO, amount: int | None = None, **facts: object) -> Consequence:
    """A consequence; `amount` in units."""
    if amount is not None:
        facts = {"amount": Balance(amount), **facts}
    return Consequence(kind, severity, facts)


def units(value: object) -> int:
    """A number of an event or an argument; 0 where it is none."""
    return value if isinstance(value, int) else 0


def fixed_fee(work: Work) -> Found:
    """The fixed business fee, where the call took it."""
    for event in work.events:
        if event.name == "TxFeeToTreasury":
            yield one("fixed_fee", Severity.WARN, units(event.fields["amount"]))

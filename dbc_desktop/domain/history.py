"""What moved an account's coins, as a person keeps the books of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.explorer import Mark


class HistoryKind(StrEnum):
    """Why coins moved."""

    TRANSFER = "transfer"
    STAKE = "stake"
    RENT = "rent"
    REWARD = "reward"
    SLASH = "slash"
    FEE = "fee"


class Flow(StrEnum):
    """Where they went: into the account or out of it, from free to reserved or back, or out of what was reserved."""

    IN = "in"
    OUT = "out"
    HELD = "held"
    FREED = "freed"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One movement of one account.

    Attributes:
        extrinsic: Its position in the block; None where no transaction but the chain itself caused it.
        number: Its position among the movements of this extrinsic, or of the chain's own acts in this block, from 0.
        amount: Never negative; `flow` says the direction.
        other: Who was on the other side, where there was one account.
        subject: A machine id, or the number of a rent order; empty where neither is named.
        source: Pallet and event that told it, e.g. `("OnlineProfile", "StakeAdded")`.
    """

    height: int
    extrinsic: int | None
    number: int
    kind: HistoryKind
    flow: Flow
    amount: Balance
    other: Address | None
    subject: str
    source: tuple[str, str]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Movements, newest first.

    Attributes:
        older: To read on; None at the end. A page may be short, even empty, and still have it.
        known_from: The lowest height from which on this is complete; 0 where it is complete.
    """

    rows: tuple[MoneyRow, ...]
    older: Mark | None
    known_from: int = 0

"""The time machine's own words: branches of an embedded chain, snapshots, how branches differ, faults on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import NetworkTotals

MAIN = "main"
"""The branch that a chain begins with."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of the embedded chain.

    Attributes:
        height: Where it stands.
        forked_at: The height up to which it shares its log with the branch it was made from; None for `MAIN`.
        size_bytes: Of its file.
        is_active: Whether it is the one that people live on now.
    """

    name: str
    height: int
    forked_at: int | None
    size_bytes: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept moment of the active branch."""

    name: str
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Side:
    """Where one of two branches stands."""

    name: str
    height: int
    era: int
    totals: NetworkTotals


@dataclass(frozen=True, slots=True)
class AccountDifference:
    """An account that holds something else on the other branch; `here` and `there` are free and reserved together."""

    address: Address
    here: Balance
    there: Balance


@dataclass(frozen=True, slots=True)
class MachineDifference:
    """A machine that fares otherwise on the other branch; a status of None: no such machine. `earned` is in all."""

    machine_id: MachineId
    status_here: str | None
    stake_here: Balance
    earned_here: Balance
    status_there: str | None
    stake_there: Balance
    earned_there: Balance


@dataclass(frozen=True, slots=True)
class EraDifference:
    """What machines earned in one era on each branch; None where the branch has paid nothing for that era yet."""

    era: int
    here: Balance | None
    there: Balance | None


@dataclass(frozen=True, slots=True)
class BranchComparison:
    """Two branches side by side; only what differs is listed, the largest differences first.

    Attributes:
        forked_at: The last height at which both have the same hash.
        eras: From the era of the fork on, those in which the rewards differ, oldest first. All machines together earn
            nearly the same in every era; ask for those of one account.
    """

    here: Side
    there: Side
    forked_at: int
    accounts: tuple[AccountDifference, ...]
    machines: tuple[MachineDifference, ...]
    eras: tuple[EraDifference, ...]


class Fault(StrEnum):
    """What the fault panel can do to the chain, for learning and for tests (design 4.1)."""

    LOST_CONNECTION = "lost_connection"
    STALLED_FINALITY = "stalled_finality"
    STALE_METADATA = "stale_metadata"


@dataclass(frozen=True, slots=True)
class ResidentSettings:
    """How the residents live.

    Attributes:
        operators: How many of the resident operators look after their machines.
        members: How many of the resident committee members work.
        liars: How many of those report another hardware than they found.
        rents_per_era: How often a day the resident renter rents; 0 for never.
        is_paused: Nobody acts by itself.
    """

    operators: int = 4
    members: int = 5
    liars: int = 0
    rents_per_era: int = 1
    is_paused: bool = False

"""What interruptible machines must have at stake, and quirks of theirs in which profiles differ (chain-rules 8, 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dbc_desktop.domain.balance import UNITS_PER_DBC as DBC


class InterruptiblePolicy(Protocol):
    """The constants of TerminatingRental, amounts in units and times in blocks. Called by `terminating_rental`."""

    @property
    def online_deposit(self) -> int:
        """Reserved to bond, and back when the committee confirms."""

    @property
    def stake_per_gpu(self) -> int:
        """Where top-ups from rent stop, unless `usd_limit` is worth less."""

    @property
    def usd_limit(self) -> int:
        """Micro-USD; fixed in the pallet."""

    @property
    def stay_online(self) -> int:
        """For so long after coming online a machine cannot be taken offline."""

    @property
    def return_within(self) -> int:
        """Offline for longer costs the whole stake."""

    @property
    def exit_age(self) -> int:
        """So old a machine must be to leave."""

    @property
    def finds_timeout(self) -> bool:
        """Whether coming back in time ends the wait for it; else the stake on record is gone all the same (Q20)."""

    def extended_until(self, end: int, added: int, now: int, longest: int) -> int:
        """When an order that ends at `end` ends if `added` blocks are asked for."""


@dataclass(frozen=True, slots=True)
class Interruptible:
    """The network's, an extension cut at the longest lease from now (quirk Q18 of chain-rules 14 not copied)."""

    online_deposit: int = 10_000 * DBC
    stake_per_gpu: int = 100_000 * DBC
    usd_limit: int = 300_000_000
    stay_online: int = 14_400
    return_within: int = 144_000
    exit_age: int = 5_256_000
    finds_timeout: bool = True

    def extended_until(self, end: int, added: int, now: int, longest: int) -> int:
        """As asked for, at most the longest lease from now."""
        return max(end, min(end + added, now + longest))


@dataclass(frozen=True, slots=True)
class InterruptibleAsWritten(Interruptible):
    """As the chain does it: an extension beyond the longest lease adds a whole longest lease (Q18)."""

    def extended_until(self, end: int, added: int, now: int, longest: int) -> int:
        """As asked for; what would reach beyond the longest lease from now adds all of it."""
        return end + longest if end + added > now + longest else end + added


@dataclass(frozen=True, slots=True)
class InterruptibleMissesTimeout(InterruptibleAsWritten):
    """The same with quirk Q20 of chain-rules 14; for `strict` profiles only."""

    finds_timeout: bool = False

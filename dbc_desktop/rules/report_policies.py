"""How reports are judged and appeals are settled, in which profiles differ (chain-rules 7, 6.7; design 3.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dbc_desktop.rules.verification_policies import drawn_of


@dataclass(frozen=True, slots=True)
class ReportWindows:
    """Blocks that those who take part in a report have (chain-rules 7.4, 7.5).

    Attributes:
        fast: After the first booking, revealing begins, and ends.
        slow: The same for faults that are told to the members only.
        encrypt: After a member's booking, the reporter has told it what is wrong.
        hash: After its booking, a member has committed.
    """

    fast: tuple[int, int] = (50, 100)
    slow: tuple[int, int] = (1_800, 2_400)
    encrypt: int = 300
    hash: int = 600

    def reveal_from(self, *, is_fast: bool) -> int:
        """Blocks after the first booking at which revealing begins."""
        return (self.fast if is_fast else self.slow)[0]

    def reveal_until(self, *, is_fast: bool) -> int:
        """Blocks after the first booking at which it ends."""
        return (self.fast if is_fast else self.slow)[1]


class ReportPolicy(Protocol):
    """Who judges a report, and what that costs whom. Called by `maintain_committee`."""

    @property
    def is_drawn(self) -> bool:
        """Whether arbiters are drawn for each report; else members book it themselves."""

    @property
    def closes_every_record(self) -> bool:
        """Whether a report of the slow flow leaves its reporter's list of open ones when it is judged."""

    @property
    def blames_reporter_for_silence(self) -> bool:
        """Whether a member that misses its hash leaves a result against the reporter, executed beside the true one."""

    @property
    def late_booking_blocks(self) -> bool:
        """Whether a member that still looks when revealing begins keeps all others from revealing."""

    @property
    def strands_silent(self) -> bool:
        """Whether the stake of a member that committed and did not reveal stays used for ever."""

    def arbiters(self, normal: tuple[bytes, ...], reporter: bytes, seed: bytes) -> tuple[bytes, ...]:
        """Who must judge the report, sorted; nobody while there are too few."""

    def member_stake(self, order_stake: int, *, is_fast: bool) -> int:
        """Units a member has at risk on a report."""

    def pays_fixed_fee(self, *, is_fast: bool) -> bool:
        """Whether a member pays the fixed business fee to judge."""

    def reducible(self, staked: int, used: int, amount: int) -> int | None:
        """Units of reporter stake left when `amount` is taken back; None where it must not be."""


@dataclass(frozen=True, slots=True)
class BookedReports:
    """Members book reports themselves, up to three (chain-rules 7.4, 7.5)."""

    is_drawn: bool = False
    closes_every_record: bool = False
    blames_reporter_for_silence: bool = False
    late_booking_blocks: bool = False
    strands_silent: bool = False

    def arbiters(self, normal: tuple[bytes, ...], reporter: bytes, seed: bytes) -> tuple[bytes, ...]:
        """Nobody: they come by themselves."""
        return ()

    def member_stake(self, order_stake: int, *, is_fast: bool) -> int:
        """Nothing in the fast flow."""
        return 0 if is_fast else order_stake

    def pays_fixed_fee(self, *, is_fast: bool) -> bool:
        """In the fast flow, instead of a stake."""
        return is_fast

    def reducible(self, staked: int, used: int, amount: int) -> int | None:
        """As much as was staked, at most."""
        return staked - amount if 0 <= amount <= staked else None


@dataclass(frozen=True, slots=True)
class BookedReportsAsWritten(BookedReports):
    """The same with what hurts people (chain-rules 7.5 a to c, quirk Q22 of 14); for `strict` profiles only."""

    blames_reporter_for_silence: bool = True
    late_booking_blocks: bool = True
    strands_silent: bool = True

    def reducible(self, staked: int, used: int, amount: int) -> int | None:
        """Without any limit where no stake is used (Q22)."""
        return (
            max(0, staked - amount)
            if used == 0 and amount >= 0
            else BookedReports.reducible(self, staked, used, amount)
        )


@dataclass(frozen=True, slots=True)
class DrawnArbiters:
    """Arbiters are drawn from the committee, with a stake in every case (design 3.1: the loser is slashed)."""

    members: int = 3
    is_drawn: bool = True
    closes_every_record: bool = True
    blames_reporter_for_silence: bool = False
    late_booking_blocks: bool = False
    strands_silent: bool = False

    def arbiters(self, normal: tuple[bytes, ...], reporter: bytes, seed: bytes) -> tuple[bytes, ...]:
        """So many of the others, drawn by the randomness of the block."""
        return drawn_of(tuple(one for one in normal if one != reporter), self.members, seed)

    def member_stake(self, order_stake: int, *, is_fast: bool) -> int:
        """The stake of an order, in both flows."""
        return order_stake

    def pays_fixed_fee(self, *, is_fast: bool) -> bool:
        """Never: nobody asked to be drawn."""
        return False

    def reducible(self, staked: int, used: int, amount: int) -> int | None:
        """As much as was staked, at most."""
        return staked - amount if 0 <= amount <= staked else None


class AppealPolicy(Protocol):
    """When an appeal against a verdict is over. Called by the appeals of OnlineCommittee and MaintainCommittee."""

    @property
    def needs_controller(self) -> bool:
        """Whether only an account that is also the controller of a stash may appeal against a verification."""

    @property
    def lost_pays_twice(self) -> bool:
        """Whether a lost appeal of a stash pays its slash at once, and the slash itself is taken once more."""

    def settled_at(self, applied: int, slash_due: int) -> int:
        """The height at which an appeal that nobody granted is lost."""


@dataclass(frozen=True, slots=True)
class AppealsUntilSlash:
    """There is time to grant an appeal until the slash is due."""

    needs_controller: bool = False
    lost_pays_twice: bool = False

    def settled_at(self, applied: int, slash_due: int) -> int:
        """When the slash is due."""
        return slash_due


@dataclass(frozen=True, slots=True)
class AppealsLostAtOnce:
    """Lost in the next block (quirk Q3 of chain-rules 14); for `strict` profiles only."""

    needs_controller: bool = True
    lost_pays_twice: bool = True

    def settled_at(self, applied: int, slash_due: int) -> int:
        """In the next block."""
        return applied + 1

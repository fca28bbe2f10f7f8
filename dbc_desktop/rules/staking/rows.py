"""What Staking stores."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.super_node import Payee, PayTo, SuperNodePrefs
from dbc_desktop.rules import balances
from dbc_desktop.rules.codec import AMOUNT, NUMBER, RAW, row
from dbc_desktop.rules.election_policies import Backed
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, refuse

PALLET = "Staking"
LOCK = "staking "
"""The name of the lock that holds what is bonded (chain-rules 10.2)."""


class Chunk(NamedTuple):
    """Stake on its way out; free to withdraw from the staking era `era` on."""

    value: int
    era: int


class LedgerRow(NamedTuple):
    """What an account has bonded; `total` is `active` and all chunks. `claimed` are eras paid out to it as a node."""

    total: int = 0
    active: int = 0
    unlocking: tuple[Chunk, ...] = ()
    claimed: tuple[int, ...] = ()


class Nominations(NamedTuple):
    """Whom an account supports, in the order it named them, since which staking era."""

    targets: tuple[bytes, ...]
    submitted_in: int


class Elected(NamedTuple):
    """A super node with a seat: the stake behind it and its commission, as they were when it was elected."""

    who: bytes
    own: int
    others: tuple[tuple[bytes, int], ...]
    commission: int

    @property
    def backed(self) -> Backed:
        """The stake behind it."""
        return Backed(self.who, self.own, self.others)

    @property
    def total(self) -> int:
        """All stake behind it."""
        return self.backed.total


class UnappliedSlash(NamedTuple):
    """A slash that waits for its staking era: what the node and each supporter lose."""

    validator: bytes
    own: int
    others: tuple[tuple[bytes, int], ...]


class EraSlash(NamedTuple):
    """The hardest slash of a node for one staking era, in parts of 10^9."""

    era: int
    fraction: int


class YearlyRewards(NamedTuple):
    """The stream of rewards as root set it: units a year by phase, and the block at which it begins."""

    per_year: tuple[int, int, int]
    start_height: int


LEDGERS = declare("Staking.Ledger", RAW, row(LedgerRow))
PAYEES = declare("Staking.Payee", RAW, row(Payee))
VALIDATORS = declare("Staking.Validators", RAW, row(SuperNodePrefs))
NOMINATORS = declare("Staking.Nominators", RAW, row(Nominations))
VALIDATOR_COUNT = declare_value("Staking.ValidatorCount", NUMBER)
MIN_COMMISSION = declare_value("Staking.MinCommission", NUMBER)
ELECTED = declare("Staking.ErasStakers", NUMBER, row(tuple[Elected, ...]))
"""Who has a seat from this staking era on, by account; kept as versions, not copied into every era."""
VERSIONS = declare_value("Staking.ErasStakersFrom", row(tuple[int, ...]))
"""The staking eras that have an entry in `ELECTED`, oldest first."""
ERA_REWARD = declare("Staking.ErasValidatorReward", NUMBER, AMOUNT)
UNSETTLED = declare_value("Staking.Unsettled", NUMBER)
"""There when something changed that the next election must look at."""
YEARLY = declare_value("Staking.YearlyRewards", row(YearlyRewards))
UNAPPLIED = declare("Staking.UnappliedSlashes", NUMBER, row(tuple[UnappliedSlash, ...]))
ERA_SLASHES = declare("Staking.ValidatorSlashInEra", RAW, row(tuple[EraSlash, ...]))


def staking_era_of(height: int) -> int:
    """The staking era a block lies in, 0 from block 1 to 14,400: another counter than the mining era."""
    return max(0, height - 1) // BLOCKS_PER_ERA


def ledger_of(layer: Readable, who: bytes) -> LedgerRow:
    """What `who` has bonded."""
    return layer.get(LEDGERS, who) or LedgerRow()


def controlled(work: Work, who: bytes) -> LedgerRow:
    """The ledger of `who`; a stash controls itself.

    Raises:
        ChainRejected: `NotController`.
    """
    return work.layer.get(LEDGERS, who) or refuse(PALLET, "NotController")


def put_ledger(work: Work, who: bytes, ledger: LedgerRow) -> None:
    """Keep the ledger, and the lock over its total."""
    work.layer.put(LEDGERS, who, ledger)
    balances.set_lock(work, who, LOCK, ledger.total)


def unsettle(work: Work) -> None:
    """Have the next election look anew."""
    work.layer.put(UNSETTLED, SINGLE, 1)


def payee_of(layer: Readable, who: bytes) -> Payee:
    """Where rewards of `who` go."""
    return layer.get(PAYEES, who) or Payee(PayTo.STAKED)


def versions(layer: Readable) -> tuple[int, ...]:
    """The staking eras from which on an elected set held, oldest first."""
    return layer.get(VERSIONS, SINGLE) or ()


def elected_in(layer: Readable, era: int) -> tuple[Elected, ...]:
    """Who has a seat in a staking era, by account."""
    since = [one for one in versions(layer) if one <= era]
    return (layer.get(ELECTED, since[-1]) or ()) if since else ()


def seats_in(profile: RulesProfile, layer: Readable, era: int) -> int:
    """How many seats there are in a staking era."""
    stored = layer.get(VALIDATOR_COUNT, SINGLE)
    return profile.election.seats(era, profile.validator_count if stored is None else stored)

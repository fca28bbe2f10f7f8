"""Super nodes: who stands, who supports whom, and what an election gives (chain-rules 9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance


class PayTo(Enum):
    """Where a reward of staking goes; in the order of the chain's variants."""

    STAKED = "staked"
    STASH = "stash"
    CONTROLLER = "controller"
    ACCOUNT = "account"
    NOWHERE = "none"


@dataclass(frozen=True, slots=True)
class Payee:
    """`RewardDestination` of the chain; `account` belongs to `ACCOUNT`."""

    pay_to: PayTo
    account: bytes | None = None


@dataclass(frozen=True, slots=True)
class SuperNodePrefs:
    """`ValidatorPrefs` of the chain: commission in parts of 10^9; `blocked` takes no new supporters."""

    commission: int = 0
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class SuperNode:
    """A super node that stands for election.

    Attributes:
        support: What others stake behind it, as the next election counts it.
        supporters: How many support it.
        commission: What it keeps of each reward before it is shared, in parts of 10^9.
        is_elected: It is one of those that run the network in this staking era.
        is_winning: The next election would elect it, if it were now.
    """

    address: Address
    own: Balance
    support: Balance
    supporters: int
    commission: int
    is_blocked: bool
    is_elected: bool
    is_winning: bool

    @property
    def total(self) -> Balance:
        """Own and supporters' stake together."""
        return self.own + self.support


class Outlook(Enum):
    """How sure it is who gets a seat in the next staking era.

    `COUNTED`: by the chain's own count, if nothing changes. `ESTIMATED`: as this program counts; the network takes the
    best outcome that somebody hands in. `DECIDED`: the seats are given; what changes now counts in the era after.
    """

    COUNTED = "counted"
    ESTIMATED = "estimated"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Election:
    """All who stand, those with the largest totals first, and what the next election would decide.

    Attributes:
        era: The staking era that runs; another counter than the mining era.
        next_height: The first block of the next staking era, which the next election is for.
        rule: `totals` or `phragmen`: how seats are given.
        threshold: The smallest total that is elected as things stand; None while there are seats for all.
        era_payout: What all super nodes and their supporters earn together in this staking era.
        outlook: How sure that is.
    """

    era: int
    next_height: int
    seats: int
    rule: str
    threshold: Balance | None
    era_payout: Balance
    nodes: tuple[SuperNode, ...]
    outlook: Outlook = Outlook.COUNTED

    @property
    def elected(self) -> int:
        """How many run the network now."""
        return sum(node.is_elected for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Unlocking:
    """Stake on its way out: free to withdraw from the staking era `era` on, whose first block is `height`."""

    amount: Balance
    era: int
    height: int


@dataclass(frozen=True, slots=True)
class Support:
    """What an account stakes for super nodes; all zero and empty where it never did.

    Attributes:
        bonded: Coins that work behind the super nodes of `targets`, or behind the account itself as a super node.
        unlocking: On its way out and not yet to be withdrawn, earliest first.
        withdrawable: Coins whose time is over; free after `withdraw_unbonded`.
        has_ledger: The account bonded once, so that it adds with `bond_extra` and not with `bond`.
        controller: Another account that signs for this stake, as older runtimes had it; None where it signs itself.
        slashing_spans: Stretches of time for which slashes are noted; who takes out all must name their number.
    """

    address: Address
    bonded: Balance = ZERO
    targets: tuple[Address, ...] = ()
    unlocking: tuple[Unlocking, ...] = ()
    withdrawable: Balance = ZERO
    is_super_node: bool = False
    has_ledger: bool = False
    payee: Payee = Payee(PayTo.STAKED)
    bonding_eras: int = 14
    slashing_spans: int = 0
    controller: Address | None = None

    @property
    def leaving(self) -> Balance:
        """Stake on its way out that may not be withdrawn yet."""
        return Balance(sum(one.amount.units for one in self.unlocking))


@dataclass(frozen=True, slots=True)
class Supply:
    """How many DBC there are, how many come, and how many are gone.

    Attributes:
        issued: In existence.
        machine_emission: For machines in this mining era.
        node_emission: For super nodes in this staking era.
        burned: Destroyed for good, the treasury's own burning not counted.
        treasury: In the treasury.
        treasury_burned: Destroyed by the treasury; None where the chain keeps no such sum.
        burn_floor: The number of coins at which burning stops; None where nothing stops it.
        price_usd: Micro-USD for one DBC; None while the oracle has none.
        price_height: The block in which the newest price came; None where that is not known.
    """

    issued: Balance
    machine_emission: Balance
    node_emission: Balance
    burned: Balance
    treasury: Balance
    treasury_burned: Balance | None
    burn_floor: Balance | None
    price_usd: int | None
    price_height: int | None

    @property
    def to_floor(self) -> Balance | None:
        """How much more can be burned; None where nothing stops it."""
        if self.burn_floor is None:
            return None
        return Balance(max(0, self.issued.units - self.burn_floor.units))

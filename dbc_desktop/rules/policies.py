"""Algorithms in which rule profiles differ, each called at one place (design 3). Pure: numbers in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from dbc_desktop.domain.balance import UNITS_PER_DBC
from dbc_desktop.domain.parameters import OnlineStakeParams, PhaseRewards
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, percent, value_to_dbc

DBC = UNITS_PER_DBC
MICRO = 1_000_000


class FeePolicy(Protocol):
    """What an extrinsic costs and who gets it. Called by `balances.charge_fee`."""

    def inclusion_fee(self, length: int, weight: int) -> int:
        """Units for an extrinsic of `length` bytes."""

    def shares(self, fee: int) -> tuple[tuple[bytes, int], ...]:
        """Accounts and what each gets; together the whole fee."""


@dataclass(frozen=True, slots=True)
class LinearFee:
    """Base, bytes and weight at multiplier 1; 80 % to the treasury, the rest to the author (chain-rules 1.3)."""

    treasury: bytes
    author: bytes
    base: int = 113_638_000
    per_byte: int = 10**9
    treasury_percent: int = 80

    def inclusion_fee(self, length: int, weight: int) -> int:
        """Units for an extrinsic of `length` bytes."""
        return self.base + length * self.per_byte + weight

    def shares(self, fee: int) -> tuple[tuple[bytes, int], ...]:
        """Accounts and what each gets; together the whole fee."""
        to_treasury = fee * self.treasury_percent // 100
        return (self.treasury, to_treasury), (self.author, fee - to_treasury)


class EmissionPolicy(Protocol):
    """What all machines earn together. Called by `online_profile.payout`."""

    @property
    def galaxy_gpus(self) -> int | None:
        """The first time that exactly so many GPUs are online begins the galaxy, an age of higher rewards."""

    def era_reward(self, era: int, galaxy_era: int | None = None) -> int:
        """Units minted for the machines of `era`; `galaxy_era` is that in which the galaxy began."""

    def under(self, info: PhaseRewards) -> EmissionPolicy:
        """The policy with the parameters that root set."""


@dataclass(frozen=True, slots=True)
class PhasedEmission:
    """A fixed reward an era in three phases, the first of which begins at `start_era` (chain-rules 2.2).

    Attributes:
        galaxy_eras: So many eras after the one in which the galaxy began earn twice as much, that one counted.
        doubled_until: Every era before this one earns twice as much, whatever `galaxy_era` says.
    """

    per_era: tuple[int, int, int]
    first_phase_eras: int = 1_095
    second_phase_eras: int = 1_825
    start_era: int = 0
    galaxy_gpus: int | None = None
    galaxy_eras: int = 60
    doubled_until: int = 0

    def under(self, info: PhaseRewards) -> PhasedEmission:
        """The same with what root set; the galaxy then counts from whatever era root named."""
        begun = info.galaxy_on_era
        return replace(
            self,
            per_era=(info.phase_0_reward_per_era, info.phase_1_reward_per_era, info.phase_2_reward_per_era),
            first_phase_eras=info.first_phase_duration,
            start_era=info.online_reward_start_era,
            doubled_until=begun + self.galaxy_eras if begun else 0,
        )

    def era_reward(self, era: int, galaxy_era: int | None = None) -> int:
        """Units minted for the machines of `era`."""
        since = era - self.start_era
        if since < 0:
            return 0
        in_galaxy = galaxy_era is not None and galaxy_era < era < galaxy_era + self.galaxy_eras
        times = 2 if in_galaxy or era < self.doubled_until else 1
        if since < self.first_phase_eras:
            return times * self.per_era[0]
        return times * self.per_era[1 if since < self.first_phase_eras + self.second_phase_eras else 2]


class StakePolicy(Protocol):
    """What a GPU must have at stake. Called by `online_profile.stake`."""

    def first_stake(self, price: int, cny_per_usd_milli: int) -> int:
        """Units for one GPU, to bond and to come online."""

    def cap(self, price: int, cny_per_usd_milli: int) -> int:
        """Units for one GPU at which top-ups from income stop."""

    def recorded(self, held: int, needed: int) -> int:
        """Units a machine has on record once it is confirmed; it held `held` before and needs `needed`."""

    def under(self, params: OnlineStakeParams) -> StakePolicy:
        """The policy with the parameters that root set."""


@dataclass(frozen=True, slots=True)
class CnyStake:
    """A stake worth so many yuan at the oracle price (design 3.1)."""

    first_cny: int = 6_000
    cap_cny: int = 20_000

    def first_stake(self, price: int, cny_per_usd_milli: int) -> int:
        """Units for one GPU, to bond and to come online."""
        return _worth_of_cny(self.first_cny, price, cny_per_usd_milli)

    def cap(self, price: int, cny_per_usd_milli: int) -> int:
        """Units for one GPU at which top-ups from income stop."""
        return _worth_of_cny(self.cap_cny, price, cny_per_usd_milli)

    def recorded(self, held: int, needed: int) -> int:
        """All that is there (quirk Q7 of chain-rules 14 not copied)."""
        return max(held, needed)

    def under(self, params: OnlineStakeParams) -> CnyStake:
        """The same: what was announced in yuan is no parameter of the network."""
        return self


@dataclass(frozen=True, slots=True)
class FixedStake:
    """So many DBC a GPU, or what is worth so many US dollars where that is less; a part of it to begin with.

    Chain-rules 2.3: `per_gpu` and `usd_limit` (micro-USD) are `OnlineStakeParams` of the network.
    """

    per_gpu: int = 100_000 * DBC
    usd_limit: int = 300 * MICRO
    first_percent: int = 10
    time_slot_percent: int = 20

    def first_stake(self, price: int, cny_per_usd_milli: int) -> int:
        """Units for one GPU, to bond and to come online; the same at any price."""
        return perbill_mul(perbill_rational(self.first_percent, 100), self.per_gpu)

    def cap(self, price: int, cny_per_usd_milli: int) -> int:
        """Units for one GPU at which top-ups from income stop."""
        return min(self.per_gpu, value_to_dbc(self.usd_limit, price))

    def recorded(self, held: int, needed: int) -> int:
        """What it needs: more stays reserved without belonging to a machine (quirk Q7 of chain-rules 14)."""
        return needed

    def time_slot_stake(self) -> int:
        """Units for one GPU that is rented in hours only; no call of the network asks for it (quirk Q2)."""
        return perbill_mul(perbill_rational(self.time_slot_percent, 100), self.per_gpu)

    def under(self, params: OnlineStakeParams) -> FixedStake:
        """The same with root's figures."""
        return replace(self, per_gpu=params.online_stake_per_gpu, usd_limit=params.online_stake_usd_limit)


def _worth_of_cny(cny: int, price: int, cny_per_usd_milli: int) -> int:
    return cny * 1_000 * MICRO * DBC // (cny_per_usd_milli * price)


class ReleasePolicy(Protocol):
    """How a reward is released. Called by `online_profile.payout` and the schedule in the views."""

    @property
    def at_once_permille(self) -> int:
        """Thousandths of a reward that are released at once."""

    @property
    def parts(self) -> int:
        """Into how many daily parts the locked rest falls."""

    @property
    def part_permille(self) -> int:
        """Thousandths of a reward in each of them."""

    def at_once(self, reward: int) -> int:
        """Released with the payout that earned it."""

    def part(self, reward: int) -> int:
        """Released in each later payout but the last."""

    def last_part(self, reward: int) -> int:
        """Released in the last payout."""


@dataclass(frozen=True, slots=True)
class QuarterThenDaily:
    """25 % at once and 150 daily parts of 0.5 %; the last part takes what rounding left, so no unit is lost."""

    at_once_permille: int = 250
    parts: int = 150
    part_permille: int = 5

    def at_once(self, reward: int) -> int:
        """Released with the payout that earned it."""
        return reward * self.at_once_permille // 1_000

    def part(self, reward: int) -> int:
        """Released in each later payout but the last."""
        return reward * self.part_permille // 1_000

    def last_part(self, reward: int) -> int:
        """Released in the last payout."""
        return reward - self.at_once(reward) - (self.parts - 1) * self.part(reward)


class RewardShare(NamedTuple):
    """Who gets an era's reward: the owner, and each committee member that verified the machine."""

    owner: int
    each_member: int


class CommitteeSharePolicy(Protocol):
    """The committee's part of a reward. Called by `online_profile.payout` and the schedule in the views."""

    def share(self, reward: int, members: int, era: int, deadline: int) -> RewardShare:
        """Split what `era` earned between the owner and `members`; together the whole reward.

        Of `era` and `deadline` only matters whether the one is past the other.
        """


@dataclass(frozen=True, slots=True)
class PercentToCommittee:
    """One percent to those who verified the machine, until its deadline; what does not divide stays the owner's."""

    percent: int = 1

    def share(self, reward: int, members: int, era: int, deadline: int) -> RewardShare:
        """Split what `era` earned between the owner and `members`; together the whole reward."""
        if not members or era > deadline:
            return RewardShare(reward, 0)
        each = reward * self.percent // 100 // members
        return RewardShare(reward - each * members, each)


@dataclass(frozen=True, slots=True)
class PerbillToCommittee:
    """The same percent in parts of 10^9, each rounded for itself (chain-rules 4.9)."""

    owner_percent: int = 99

    def share(self, reward: int, members: int, era: int, deadline: int) -> RewardShare:
        """Split what `era` earned between the owner and `members`; a few units may belong to nobody."""
        if not members or era > deadline:
            return RewardShare(reward, 0)
        owner = perbill_mul(percent(self.owner_percent), reward)
        return RewardShare(owner, perbill_mul(perbill_rational(1, members), reward - owner))


class RentSplit(NamedTuple):
    """What becomes of a rent payment; what goes to the pot is burned once a day (chain-rules 2.5)."""

    burned: int
    to_owner: int
    to_pot: int = 0


class RentPolicy(Protocol):
    """What becomes of the rent. Called by `rent_machine.pay` and the quote in the views."""

    @property
    def floor(self) -> int | None:
        """Units in existence at which burning stops."""

    @property
    def pot(self) -> bytes | None:
        """The account from which all but the fixed fee is burned once a day."""

    def split(self, fee: int, issuance: int) -> RentSplit:
        """Split a payment made while `issuance` units exist."""

    def under(self, parts: int | None, pot: bytes | None) -> RentPolicy:
        """The policy with the parts of 10^9 that are destroyed and the pot, where root set them."""


@dataclass(frozen=True, slots=True)
class BurnToFloor:
    """All of the rent is burned until `floor` units remain; the rest goes to the machine's owner (design 3.1)."""

    floor: int = 100_000_000 * DBC
    pot: bytes | None = None

    def split(self, fee: int, issuance: int) -> RentSplit:
        """Split a payment made while `issuance` units exist."""
        burned = min(fee, max(0, issuance - self.floor))
        return RentSplit(burned, fee - burned)

    def under(self, parts: int | None, pot: bytes | None) -> BurnToFloor:
        """The same: what was announced is no parameter of the network."""
        return self


@dataclass(frozen=True, slots=True)
class PercentToPot:
    """A few percent to a pot that is burned once a day, the rest to the owner (chain-rules 5.3); there is no floor."""

    pot: bytes | None
    percent: int = 5
    floor: int | None = None
    parts: int | None = None

    def split(self, fee: int, issuance: int) -> RentSplit:
        """Split a payment made while `issuance` units exist."""
        to_pot = perbill_mul(percent(self.percent) if self.parts is None else self.parts, fee)
        return RentSplit(0, fee - to_pot, to_pot)

    def under(self, parts: int | None, pot: bytes | None) -> PercentToPot:
        """The same with root's parts of 10^9 and pot."""
        if parts is None and pot is None:
            return self
        return replace(self, parts=parts, pot=pot or self.pot)


class SecondLookPolicy(Protocol):
    """What becomes of coins set aside for an appeal or a second verification. Called by `review`, `hardware_change`."""

    @property
    def keeps_record_of_waiting(self) -> bool:
        """Whether a machine that waits for its stake counts as one that is verified again."""

    @property
    def may_return(self) -> bool:
        """Whether a machine that is verified again may just be reported online instead."""

    @property
    def slashes_the_gone(self) -> bool:
        """Whether a slash is taken though its machine has left; else its coins stay reserved."""

    @property
    def frees_on_exit(self) -> bool:
        """Whether a machine that leaves for good while it is verified again gets back what was set aside for it."""

    @property
    def lowers_slashed_stake(self) -> bool:
        """Whether a slash that eats the stake of a machine also lowers what the machine has on record."""

    def returned(self, earlier_review: int) -> int:
        """Units of an earlier appeal against the same slash that are free again when a new one replaces it."""


@dataclass(frozen=True, slots=True)
class NothingStranded:
    """Each coin goes on or comes back."""

    keeps_record_of_waiting: bool = False
    may_return: bool = False
    frees_on_exit: bool = True
    slashes_the_gone: bool = True
    lowers_slashed_stake: bool = True

    def returned(self, earlier_review: int) -> int:
        """All of it."""
        return earlier_review


@dataclass(frozen=True, slots=True)
class StrandedAsWritten:
    """As the chain does it: coins may stay reserved without belonging to anything (chain-rules 4.11, 4.12, Q4, Q13)."""

    keeps_record_of_waiting: bool = True
    may_return: bool = True
    frees_on_exit: bool = False
    slashes_the_gone: bool = False
    lowers_slashed_stake: bool = False

    def returned(self, earlier_review: int) -> int:
        """Nothing: the new record only takes the place of the old one."""
        return 0


class SlashPolicy(Protocol):
    """How a slash is cut and shared. Called wherever reserved coins are taken."""

    def part(self, amount: int, of_hundred: int) -> int:
        """So many percent of `amount`."""

    def each(self, amount: int, members: int) -> int:
        """What each of `members` gets of `amount`; the treasury gets what is left."""


@dataclass(frozen=True, slots=True)
class WholeUnits:
    """Whole-number division."""

    def part(self, amount: int, of_hundred: int) -> int:
        """So many percent of `amount`, cut."""
        return amount * of_hundred // 100

    def each(self, amount: int, members: int) -> int:
        """What each of `members` gets of `amount`, cut."""
        return amount // members if members else 0


@dataclass(frozen=True, slots=True)
class PartsOfBillion:
    """Parts of 10^9, to the nearest unit (chain-rules 2.7)."""

    def part(self, amount: int, of_hundred: int) -> int:
        """So many percent of `amount`."""
        return perbill_mul(percent(of_hundred), amount)

    def each(self, amount: int, members: int) -> int:
        """What each of `members` gets of `amount`."""
        return perbill_mul(perbill_rational(1, members), amount) if members else 0

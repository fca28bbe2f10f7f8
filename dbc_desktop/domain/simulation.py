"""What if: a plan of an operator, and what the rules would make of it era by era (design 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.errors import InvalidInput

MOST_GPUS = 2_000
USUAL_GPUS = 8
"""Cards of a machine where nothing else is said."""

MOST_ERAS = 730
MOST_POINTS = 10_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """An operator whose machines come online now; money in micro-USD.

    Attributes:
        gpus: All cards together.
        gpus_per_machine: Cards of one machine; the last machine takes what is left.
        points_per_gpu: Calc points of one card as on chain (value times 100).
        rented_percent: So much of all cards is rented the whole time, machine by machine.
        offline_days: All machines are offline for so many days, by the operator's own report.
        offline_from: Eras that pass before they go.
        dbc_price_usd: Micro-USD for one DBC; None: the chain's.
        rent_price_usd: Micro-USD that a rented card pays a day; None: the chain's.
        power_watts: What one card draws, the machine around it included.
        tariff_usd: Micro-USD for one kWh.
        claim_every: Rewards are claimed each so many eras; never where 0.
        replaces: The stash in whose place the operator stands: its machines are gone; None: one more operator.
    """

    gpus: int
    points_per_gpu: int
    gpus_per_machine: int = USUAL_GPUS
    rented_percent: int = 0
    offline_days: int = 0
    offline_from: int = 10
    dbc_price_usd: int | None = None
    rent_price_usd: int | None = None
    power_watts: int = 0
    tariff_usd: int = 0
    claim_every: int = 7
    replaces: Address | None = None

    def check(self) -> None:
        """Whether such a plan can be played.

        Raises:
            InvalidInput: The name of the field with `out_of_range`, and the facts `least` and `most`.
        """
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise InvalidInput(name, "out_of_range", name=name, least=least, most=most)


_RANGES: dict[str, tuple[int, int]] = {
    "gpus": (1, MOST_GPUS),
    "points_per_gpu": (1, MOST_POINTS),
    "gpus_per_machine": (1, 64),
    "rented_percent": (0, 100),
    "offline_days": (0, MOST_ERAS),
    "offline_from": (0, MOST_ERAS),
    "dbc_price_usd": (1, 1_000_000_000_000),
    "rent_price_usd": (0, 10_000_000_000),
    "power_watts": (0, 10_000),
    "tariff_usd": (0, 100_000_000),
    "claim_every": (0, MOST_ERAS),
}


@dataclass(frozen=True, slots=True)
class EraFigures:
    """One era of the plan; `electricity_usd` and `net_usd` in micro-USD.

    Attributes:
        earned: The operator's part of the era's reward.
        released: What its payout released, of this reward and earlier ones.
        locked: Still to be released after the payout; under rules that keep no account of it, less than a unit for
            each later part off.
        stake: Reserved after the payout and the claim.
        slashed: Taken since the payout before.
        rent_income: What renters paid to the operator since then; under `launch-2021` rent is burned.
        net_usd: Earned and rent income less slashes, at the price of the plan, less electricity.
    """

    era: int
    earned: Balance
    released: Balance
    locked: Balance
    stake: Balance
    slashed: Balance
    rent_income: Balance
    electricity_usd: int
    net_usd: int


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A planned call that the rules refused when its time came."""

    era: int
    call: str
    error: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """The plan, played.

    Attributes:
        height: Where the chain stood when the branch was made.
        dbc_price_usd: Micro-USD for one DBC in all of it.
        rows: Oldest era first.
    """

    plan: Plan
    rules_profile: str
    height: int
    dbc_price_usd: int
    rows: tuple[EraFigures, ...]
    refused: tuple[RefusedCall, ...]

    @property
    def earned(self) -> Balance:
        """All that was earned."""
        return sum((row.earned for row in self.rows), ZERO)

    @property
    def released(self) -> Balance:
        """All that was released."""
        return sum((row.released for row in self.rows), ZERO)

    @property
    def slashed(self) -> Balance:
        """All that was taken."""
        return sum((row.slashed for row in self.rows), ZERO)

    @property
    def rent_income(self) -> Balance:
        """All rent that came in."""
        return sum((row.rent_income for row in self.rows), ZERO)

    @property
    def electricity_usd(self) -> int:
        """Micro-USD."""
        return sum(row.electricity_usd for row in self.rows)

    @property
    def net_usd(self) -> int:
        """Micro-USD."""
        return sum(row.net_usd for row in self.rows)

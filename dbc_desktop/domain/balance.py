"""Money: whole numbers of the smallest unit, 10^15 to 1 DBC (chain-rules 0.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from dbc_desktop.domain.errors import InvalidInput

DECIMALS = 15
UNITS_PER_DBC: int = 10**DECIMALS

_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<part>\d*))?")

MOST_UNITS = 2**128 - 1
"""What the chain's numbers for money can hold."""

# More digits than any amount has, and far fewer than Python refuses to convert.
_LONGEST_TEXT = 100


@total_ordering
@dataclass(frozen=True, slots=True)
class Balance:
    """An amount of DBC; `units` is in the smallest unit and may be negative for a difference."""

    units: int

    @classmethod
    def of_dbc(cls, whole: int) -> Balance:
        """A whole number of DBC."""
        return cls(whole * UNITS_PER_DBC)

    @classmethod
    def parse(cls, text: str) -> Balance:
        """The amount a person typed, e.g. `1,204.5`; a `DBC` behind it is allowed.

        Raises:
            InvalidInput: `amount` with `empty`, `not_a_number`, `too_many_decimals` or `too_large`.
        """
        stripped = text.strip().removesuffix("DBC").strip()
        if not stripped:
            raise InvalidInput("amount", "empty")
        found = _AMOUNT.fullmatch(stripped)
        if (
            len(stripped) > _LONGEST_TEXT
            or not stripped.isascii()
            or found is None
            or not (found["whole"] or found["part"])
        ):
            raise InvalidInput("amount", "not_a_number", text=text[:40])
        part = found["part"] or ""
        if len(part.rstrip("0")) > DECIMALS:
            raise InvalidInput("amount", "too_many_decimals", decimals=DECIMALS)
        whole = int((found["whole"] or "0").replace(",", ""))
        units = whole * UNITS_PER_DBC + int(part[:DECIMALS].ljust(DECIMALS, "0"))
        if units > MOST_UNITS:
            raise InvalidInput("amount", "too_large")
        return cls(units)

    def text(self, decimals: int | None = None) -> str:
        """`12,345.67`: cut (never rounded up) to `decimals`; all significant digits and at least two where None."""
        sign = "\u2212" if self.units < 0 else ""
        whole, rest = divmod(abs(self.units), UNITS_PER_DBC)
        digits = f"{rest:0{DECIMALS}d}"
        shown = (digits.rstrip("0").ljust(2, "0")) if decimals is None else digits[:decimals]
        return f"{sign}{whole:,}.{shown}" if shown else f"{sign}{whole:,}"

    def __add__(self, other: Balance) -> Balance:
        return Balance(self.units + other.units)

    def __sub__(self, other: Balance) -> Balance:
        return Balance(self.units - other.units)

    def __neg__(self) -> Balance:
        return Balance(-self.units)

    def __lt__(self, other: Balance) -> bool:
        return self.units < other.units

    def __bool__(self) -> bool:
        return self.units != 0


ZERO = Balance(0)

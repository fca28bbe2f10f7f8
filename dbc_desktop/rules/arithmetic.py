"""Whole-number arithmetic of the chain (chain-rules 0.3): parts of 10^9, truncating divisions."""

from __future__ import annotations

from dbc_desktop.domain.balance import UNITS_PER_DBC

PERBILL: int = 1_000_000_000


def perbill_rational(part: int, whole: int) -> int:
    """`part / whole` in parts of 10^9, rounded down; all of it where `whole` is 0 or less than `part`."""
    if whole == 0 or part > whole:
        return PERBILL
    return part * PERBILL // whole


def perbill_mul(perbill: int, amount: int) -> int:
    """That part of `amount`, to the nearest unit; an exact half rounds down."""
    return parts_mul(perbill, PERBILL, amount)


def parts_mul(parts: int, of: int, amount: int) -> int:
    """`parts` of `of` equal parts of `amount`, to the nearest unit; an exact half rounds down."""
    whole, rest = divmod(parts * amount, of)
    return whole + (2 * rest > of)


def percent(number: int) -> int:
    """`number` percent in parts of 10^9."""
    return number * 10_000_000


def value_to_dbc(micro_usd: int, price: int) -> int:
    """Units of DBC worth `micro_usd` at `price` micro-USD for one DBC (chain-rules 2.3)."""
    return micro_usd * UNITS_PER_DBC // price

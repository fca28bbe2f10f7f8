"""CouncilReward 105: what the three with the most support would get (chain-rules 3, 11); its hook is off.

The embedded chain does not pay it either. It is here so that what is announced can be worked out.
"""

from __future__ import annotations

from dbc_desktop.domain.balance import UNITS_PER_DBC as DBC
from dbc_desktop.rules.arithmetic import value_to_dbc

_PLACES = ((5_000_000_000, 600_000 * DBC), (2_000_000_000, 200_000 * DBC), (2_000_000_000, 200_000 * DBC))
"""Micro-USD of each place, and the most units it may be."""


def council_reward(price: int) -> tuple[int, ...]:
    """Units of the first, second and third place at `price` micro-USD for one DBC."""
    return tuple(min(most, value_to_dbc(worth, price)) for worth, most in _PLACES)

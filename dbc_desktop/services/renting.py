"""Renting GPUs: the calls, durations as people write them, and a renter's orders (chain-rules 5)."""

from __future__ import annotations

import re

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.rules.profile import LAUNCH_2021, RulesProfile

_PALLET = "RentMachine"
BLOCKS_PER_MINUTE = 60_000 // BLOCK_MS

_MINUTES = {"d": 1_440, "h": 60, "min": 1, "m": 1}
_UNIT_WORDS = {
    "d": "d", "day": "d", "days": "d", "天": "d", "日": "d",
    "h": "h", "hour": "h", "hours": "h", "小时": "h", "时": "h",
    "m": "min", "min": "min", "minute": "min", "minutes": "min", "分钟": "min", "分": "min",
}  # fmt: skip
_PART = re.compile(r"\s*(\d{1,6})\s*([^\W\d_]*)\s*")


def rent_call(machine_id: MachineId, gpu_num: int, duration_blocks: int) -> Call:
    """Signed by the renter: order `gpu_num` GPUs; the rent is reserved until it is confirmed."""
    return Call(_PALLET, "rent_machine", (machine_id, gpu_num, duration_blocks))


def confirm_call(rent_id: int) -> Call:
    """Signed by the renter within 150 blocks of the order: pay it."""
    return Call(_PALLET, "confirm_rent", (rent_id,))


def relet_call(rent_id: int, duration_blocks: int) -> Call:
    """Signed by the renter: a longer lease, paid at once."""
    return Call(_PALLET, "relet_machine", (rent_id, duration_blocks))


def parse_duration(text: str, profile: RulesProfile = LAUNCH_2021) -> int:
    """Blocks of a duration a person typed: `1 d`, `12 h`, `90 min`, `1 d 12 h`; a bare number counts hours.

    Raises:
        InvalidInput: `duration` with `empty`, `not_a_duration`, `zero`, `not_half_hours` (the chain rents in half
            hours, chain-rules 5.2) or `too_long` (the chain would silently cut it to `days`).
    """
    stripped = text.strip().lower()
    if not stripped:
        raise InvalidInput("duration", "empty")
    minutes, position, parts = 0, 0, 0
    while position < len(stripped) and len(stripped) <= 40:
        found = _PART.match(stripped, position)
        if found is None:
            break
        unit = _UNIT_WORDS.get(found[2]) if found[2] else "h"
        if unit is None or (not found[2] and (parts or found.end() < len(stripped))):
            break
        minutes += int(found[1]) * _MINUTES[unit]
        position, parts = found.end(), parts + 1
    if position < len(stripped) or not stripped.isprintable():
        raise InvalidInput("duration", "not_a_duration", text=text[:40])
    if minutes == 0:
        raise InvalidInput("duration", "zero")
    blocks = minutes * BLOCKS_PER_MINUTE
    if blocks % profile.rent_unit:
        raise InvalidInput("duration", "not_half_hours", minutes=minutes)
    if blocks > profile.max_rental:
        raise InvalidInput("duration", "too_long", days=profile.max_rental // BLOCKS_PER_ERA)
    return blocks


def my_orders(backend: ChainReader, renter: Address) -> tuple[RentOrder, ...]:
    """All orders of `renter`, newest first, lapsed and ended ones included."""
    return backend.rent_orders(renter)

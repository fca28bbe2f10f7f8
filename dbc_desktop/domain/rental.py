"""Rent orders (chain-rules 5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId


class RentStatus(StrEnum):
    """`rent_status` of the chain, and how an order that left it ended."""

    WAITING_VERIFYING = "WaitingVerifying"
    RENTING = "Renting"
    LAPSED = "Lapsed"
    ENDED = "Ended"


@dataclass(frozen=True, slots=True)
class RentOrder:
    """A rent order; heights in blocks.

    Attributes:
        fee: What was reserved at the order and paid at confirm; None where the chain no longer says.
        confirm_until: Last height at which `confirm_rent` is taken (150 blocks after the order).
    """

    rent_id: int
    machine_id: MachineId
    renter: Address
    gpu_num: int
    gpu_index: tuple[int, ...]
    rent_start: int
    confirm_until: int
    rent_end: int
    status: RentStatus
    fee: Balance | None


@dataclass(frozen=True, slots=True)
class RentQuote:
    """What an order would cost now (chain-rules 5.1); `fee_usd` in micro-USD.

    Attributes:
        burned: Part of `fee` that is burned at confirm under the profile.
    """

    machine_id: MachineId
    gpu_num: int
    duration_blocks: int
    fee_usd: int
    fee: Balance
    burned: Balance
    fixed_fee: Balance

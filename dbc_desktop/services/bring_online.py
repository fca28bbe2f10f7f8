"""What the *bring a machine online* wizard reads before each of its steps; nothing of it is kept between two reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dbc_desktop.domain.account import Account
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.domain.network import Head
from dbc_desktop.services.staking import NextAct


class KeyRing(Protocol):
    """The part of the wallet the wizard reads."""

    def accounts(self) -> tuple[Account, ...]:
        """All accounts of this wallet."""

    def machine_keys(self) -> tuple[MachineId, ...]:
        """The machine keys it keeps."""


@dataclass(frozen=True, slots=True)
class BringFacts:
    """One reading.

    Attributes:
        account: The stash as the wallet knows it.
        free: What the stash has free.
        act: What the chain asks for next; None while no stash is chosen.
        keys: Machine keys of this wallet that no machine on the chain uses yet.
        first_stake: Stake of one GPU now, None where the chain has no price.
        gpu_num: GPUs of this computer that can be read.
    """

    head: Head
    accounts: tuple[Account, ...]
    account: Account | None
    free: Balance | None
    act: NextAct | None
    keys: tuple[MachineId, ...]
    first_stake: Balance | None
    fixed_fee: Balance | None
    hardware: HardwareInfo | None
    gpu_num: int

    @property
    def needs_room(self) -> bool:
        """No server room of the stash is registered yet."""
        return self.act is None or not self.act.server_rooms

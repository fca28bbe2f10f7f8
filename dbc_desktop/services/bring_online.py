"""What the *bring a machine online* wizard reads before each of its steps; nothing of it is kept between two reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Account, Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import HardwareInfo, MachineId, MachineStatus
from dbc_desktop.domain.network import Capability, Head
from dbc_desktop.services.hardware import this_computer
from dbc_desktop.services.staking import NextAct, next_act


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
        asks_report: The chain checks a signed hardware report of each machine.
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
    asks_report: bool = False

    @property
    def needs_room(self) -> bool:
        """No server room of the stash is registered yet."""
        return self.act is None or not self.act.server_rooms


def read_facts(
    backend: ChainReader, wallet: KeyRing, sample: RigSample | None, stash: Address | None, machine_id: MachineId | None
) -> BringFacts:
    """What the wizard needs to know now; reads the chain and the wallet, so call it from the `chain-read` lane.

    Raises:
        ChainUnreachable: The backend does not answer.
    """
    accounts = wallet.accounts()
    totals = backend.network()
    seen = this_computer(sample, machine_id or MachineId(""))
    return BringFacts(
        head=backend.head(),
        accounts=accounts,
        account=next((account for account in accounts if account.address == stash), None),
        free=None if stash is None else backend.account(stash).spendable,
        act=None if stash is None else next_act(backend, stash, machine_id),
        keys=tuple(key for key in wallet.machine_keys() if backend.machine(key) is None),
        first_stake=totals.bond_stake,
        fixed_fee=totals.fixed_fee,
        hardware=seen if seen.gpu_num else None,
        gpu_num=seen.gpu_num,
        asks_report=Capability.HARDWARE_REPORT in backend.capabilities(),
    )


def unfinished(backend: ChainReader, stash: Address) -> MachineId | None:
    """A machine of `stash` that is on its way to being online, None where there is none."""
    on_the_way = (
        MachineStatus.ADDING_CUSTOMIZE_INFO,
        MachineStatus.DISTRIBUTING_ORDER,
        MachineStatus.COMMITTEE_VERIFYING,
        MachineStatus.WAITING_FULFILL,
    )
    return next((each.machine_id for each in backend.machines_of(stash) if each.status in on_the_way), None)

"""Which machine of the chain a rig is, and which rental each of its GPUs works for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.rental import RentStatus

_NOW = (RentStatus.WAITING_VERIFYING, RentStatus.RENTING)


@dataclass(frozen=True, slots=True)
class RigRentals:
    """Rent ids by GPU number.

    Attributes:
        is_guess: Nobody said which machine the rig is: it is the only one of the account with the same GPUs.
    """

    orders: Mapping[int, int] = field(default_factory=dict)
    is_guess: bool = False


def rentals_here(
    backend: ChainReader, account: Address | None, sample: RigSample, matched: Mapping[MachineId, str]
) -> RigRentals:
    """The rentals on a rig; nothing where nobody knows which machine it is. For the `chain-read` lane.

    Args:
        backend: The chain.
        account: Whose machines are guessed among, where this computer is not matched; None guesses none.
        sample: The rig.
        matched: Which rig (by key) each machine is, as the person said.

    Raises:
        ChainUnreachable: The backend does not answer.
    """
    machines, is_guess = _machines(backend, account, sample, matched)
    orders = {
        index: order.rent_id
        for machine in machines
        for order in backend.orders_on(machine.machine_id)
        if order.status in _NOW
        for index in order.gpu_index
    }
    return RigRentals(orders, is_guess and bool(orders))


def machine_here(
    backend: ChainReader, account: Address, sample: RigSample, matched: Mapping[MachineId, str]
) -> Machine | None:
    """The machine that a rig is, by what the person said, else by a guess; None where nobody knows."""
    machines, _ = _machines(backend, account, sample, matched)
    return machines[0] if len(machines) == 1 else None


def _machines(
    backend: ChainReader, account: Address | None, sample: RigSample, matched: Mapping[MachineId, str]
) -> tuple[tuple[Machine, ...], bool]:
    """The machines of a rig, and whether they are guessed. What is matched is never guessed at."""
    said = [machine_id for machine_id, rig_key in matched.items() if rig_key == sample.rig_key]
    known = tuple(found for one in said if (found := backend.machine(one)) is not None)
    if known:
        return known, False
    if account is None or sample.place:  # another computer may have the same GPUs: only this one is guessed
        return (), False
    stash = backend.stash_of(account) or account
    here = [
        machine
        for machine in backend.machines_of(stash)
        if machine.machine_id not in matched and _could_be(machine, sample)
    ]
    return (tuple(here), True) if len(here) == 1 else ((), False)


def _could_be(machine: Machine, sample: RigSample) -> bool:
    hardware = machine.hardware
    if hardware is None or machine.gpu_num != len(sample.gpus):
        return False
    return all(gpu.name == hardware.gpu_type for gpu in sample.gpus)

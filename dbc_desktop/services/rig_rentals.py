"""Which rental a GPU of this computer works for, as the chain tells."""

from __future__ import annotations

from collections.abc import Mapping

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import Machine
from dbc_desktop.domain.rental import RentStatus

_NOW = (RentStatus.WAITING_VERIFYING, RentStatus.RENTING)


def rentals_here(backend: ChainReader, account: Address, sample: RigSample) -> Mapping[int, int]:
    """Rent ids by GPU number, for the one machine of this account that has the GPUs of this computer.

    Where several machines could be this computer, or none, nobody knows, and nothing is said.
    """
    machine = machine_here(backend, account, sample)
    if machine is None:
        return {}
    return {
        index: order.rent_id
        for order in backend.orders_on(machine.machine_id)
        if order.status in _NOW
        for index in order.gpu_index
    }


def machine_here(backend: ChainReader, account: Address, sample: RigSample) -> Machine | None:
    """The machine of this account that has the GPUs of this computer; None where none or several could be it."""
    stash = backend.stash_of(account) or account
    here = [machine for machine in backend.machines_of(stash) if _could_be(machine, sample)]
    return here[0] if len(here) == 1 else None


def _could_be(machine: Machine, sample: RigSample) -> bool:
    hardware = machine.hardware
    if hardware is None or machine.gpu_num != len(sample.gpus):
        return False
    return all(gpu.name == hardware.gpu_type for gpu in sample.gpus)

"""What needs the person, until when: one list over chain, wallet and GPUs, earliest deadline first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import Capability
from dbc_desktop.domain.rental import RentStatus

LEASE_ENDING_BLOCKS = 600
"""A lease is shown when it ends within an hour; the person may extend it."""


class NeedKind(StrEnum):
    """Why something needs the person."""

    CONFIRM_WINDOW = "confirm_window"
    LEASE_ENDING = "lease_ending"
    STAKE_SHORT = "stake_short"
    MACHINE_OFFLINE = "machine_offline"
    SLASH = "slash"
    KEY_NOT_BACKED_UP = "key_not_backed_up"
    GPU_LOST = "gpu_lost"
    DRIVER_TROUBLE = "driver_trouble"


_WITHOUT_DEADLINE = (
    NeedKind.GPU_LOST,
    NeedKind.DRIVER_TROUBLE,
    NeedKind.MACHINE_OFFLINE,
    NeedKind.STAKE_SHORT,
    NeedKind.KEY_NOT_BACKED_UP,
)


@dataclass(frozen=True, slots=True)
class NeedsYou:
    """One thing to do.

    Attributes:
        height: Last height at which it can be done; None where nothing runs out.
        subject: What it is about: a rent id in decimal, a machine id, an address in hex, a GPU's UUID or a rig's name.
        facts: CONFIRM_WINDOW and LEASE_ENDING `rent_id`, `machine_id`, `gpu_num`, `fee` · STAKE_SHORT `machine_id`,
            `missing` (Balance) · MACHINE_OFFLINE `machine_id`, `status` · SLASH `amount` (Balance), `machine_id` ·
            KEY_NOT_BACKED_UP `name`, `address` · GPU_LOST `name`, `index`, `rig` · DRIVER_TROUBLE `reason`.
    """

    kind: NeedKind
    height: int | None
    subject: str
    facts: Mapping[str, object]


def needs_you(
    backend: ChainReader, accounts: Sequence[Account], account: Address | None, sample: RigSample | None
) -> tuple[NeedsYou, ...]:
    """What needs the person now; deadlines first and earliest first, then what has none, worst first.

    Args:
        backend: The chain.
        accounts: All accounts of the wallet, for keys that are not backed up.
        account: The chosen account, as stash, controller and renter; None before there is one.
        sample: The latest readings of this computer, None where there are none yet.
    """
    found = [*_of_gpus(sample), *_of_keys(accounts)]
    if account is not None:
        found += _of_orders(backend, account)
        found += _of_machines(backend, account)
        found += _of_slashes(backend, account)
    return tuple(sorted(found, key=_urgency))


def _urgency(need: NeedsYou) -> tuple[int, int, int, str]:
    if need.height is not None:
        return 0, need.height, 0, need.subject
    return 1, 0, _WITHOUT_DEADLINE.index(need.kind), need.subject


def _of_gpus(sample: RigSample | None) -> list[NeedsYou]:
    if sample is None:
        return []
    lost = [
        NeedsYou(NeedKind.GPU_LOST, None, gpu.uuid, {"name": gpu.name, "index": gpu.index, "rig": sample.rig})
        for gpu in sample.gpus
        if gpu.is_lost
    ]
    if sample.trouble is not None:
        lost.append(NeedsYou(NeedKind.DRIVER_TROUBLE, None, sample.rig, {"reason": sample.trouble}))
    return lost


def _of_keys(accounts: Sequence[Account]) -> list[NeedsYou]:
    return [
        NeedsYou(
            NeedKind.KEY_NOT_BACKED_UP,
            None,
            account.address.raw.hex(),
            {"name": account.name, "address": account.address},
        )
        for account in accounts
        if not account.backed_up and account.place is not KeyPlace.WATCH_ONLY
    ]


def _of_orders(backend: ChainReader, renter: Address) -> list[NeedsYou]:
    height = backend.head().height
    needs = []
    for order in backend.rent_orders(renter):
        facts = {
            "rent_id": order.rent_id,
            "machine_id": order.machine_id,
            "gpu_num": order.gpu_num,
            "fee": order.fee,
        }
        if order.status is RentStatus.WAITING_VERIFYING and height <= order.confirm_until:
            needs.append(NeedsYou(NeedKind.CONFIRM_WINDOW, order.confirm_until, str(order.rent_id), facts))
        elif order.status is RentStatus.RENTING and order.rent_end - height <= LEASE_ENDING_BLOCKS:
            needs.append(NeedsYou(NeedKind.LEASE_ENDING, order.rent_end, str(order.rent_id), facts))
    return needs


def _of_slashes(backend: ChainReader, account: Address) -> list[NeedsYou]:
    """Slashes that an appeal may still undo."""
    if Capability.DISPUTES not in backend.capabilities():
        return []
    return [
        NeedsYou(
            NeedKind.SLASH,
            slash.exec_time,
            f"{slash.source.value}.{slash.number}",
            {"amount": slash.amount, "machine_id": slash.machine_id},
        )
        for slash in backend.slashes(account)
        if slash.can_appeal and slash.amount
    ]


def _of_machines(backend: ChainReader, account: Address) -> list[NeedsYou]:
    stash = backend.stash_of(account) or account
    needs = []
    for machine in backend.machines_of(stash):
        facts: dict[str, object] = {"machine_id": machine.machine_id}
        if machine.status is MachineStatus.WAITING_FULFILL and machine.stake_needed is not None:
            facts["missing"] = machine.stake_needed - machine.stake_held
            needs.append(NeedsYou(NeedKind.STAKE_SHORT, None, machine.machine_id, facts))
        elif machine.status in (MachineStatus.STAKER_REPORT_OFFLINE, MachineStatus.REPORTER_REPORT_OFFLINE):
            facts["status"] = machine.status
            needs.append(NeedsYou(NeedKind.MACHINE_OFFLINE, None, machine.machine_id, facts))
    return needs

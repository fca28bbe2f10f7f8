"""Machines of the network and their way to being online (chain-rules 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance

MachineId = NewType("MachineId", str)
"""64 lower-case hex characters: the sr25519 public key of the machine (chain-rules 0.1)."""


class MachineStatus(StrEnum):
    """`MachineStatus` of chain-rules 4.2, without the variants that are never assigned."""

    ADDING_CUSTOMIZE_INFO = "AddingCustomizeInfo"
    DISTRIBUTING_ORDER = "DistributingOrder"
    COMMITTEE_VERIFYING = "CommitteeVerifying"
    WAITING_FULFILL = "WaitingFulfill"
    ONLINE = "Online"
    STAKER_REPORT_OFFLINE = "StakerReportOffline"
    REPORTER_REPORT_OFFLINE = "ReporterReportOffline"
    RENTED = "Rented"


@dataclass(frozen=True, slots=True)
class HardwareInfo:
    """`CommitteeUploadInfo` of chain-rules 4.3, in its SCALE field order; memory and disks in GB, `cpu_rate` in MHz."""

    machine_id: MachineId
    gpu_type: str
    gpu_num: int
    cuda_core: int
    gpu_mem: int
    calc_point: int
    sys_disk: int
    data_disk: int
    cpu_type: str
    cpu_core_num: int
    cpu_rate: int
    mem_num: int
    rand_str: str
    is_support: bool


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A longitude (`East`, `West`) or latitude (`North`, `South`); `value` is degrees times 10,000, truncated."""

    direction: str
    value: int


@dataclass(frozen=True, slots=True)
class CustomizeInfo:
    """`StakerCustomizeInfo` of chain-rules 4.3; nets in Mbit/s."""

    server_room: bytes
    upload_net: int
    download_net: int
    longitude: Coordinate
    latitude: Coordinate
    telecom_operators: tuple[str, ...]
    is_bare_machine: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """The committee's order for one machine (chain-rules 6.2-6.5); heights in blocks."""

    book_time: int
    hash_until: int
    reveal_until: int
    booked: tuple[Address, ...]
    hashed: tuple[Address, ...]
    confirmed: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class MachineOwner:
    """Who held a machine at some height; both None where the chain had no record of it then."""

    stash: Address | None
    controller: Address | None


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A machine whose order members of the committee may grab; who is missing at `drawn_at` is drawn (design 3.1)."""

    since: int
    drawn_at: int
    members: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as a page or a command shows it; heights in blocks, `calc_point` as on chain (value times 100).

    Attributes:
        stake_needed: To come online with the GPUs it has; None until the GPUs are known.
        stake_cap: Where top-ups from income stop.
        day_price_usd: Micro-USD a day for all GPUs; None until verified.
        reward_today: Reward of the last era that was paid out.
        hardware: None until the committee confirmed it.
        open_order: None where no member is waited for.
        awaits_report: The chain wants the machine's own signed hardware report before it is described.
    """

    machine_id: MachineId
    stash: Address
    controller: Address
    status: MachineStatus
    bonding_height: int
    online_height: int
    last_online_height: int
    stake_held: Balance
    stake_needed: Balance | None
    stake_cap: Balance | None
    gpu_num: int
    rented_gpu_num: int
    hardware: HardwareInfo | None
    customize: CustomizeInfo | None
    verification: Verification | None
    day_price_usd: int | None
    reward_today: Balance
    total_earned: Balance
    total_rented_times: int
    total_rented_duration: int
    total_rent_fee: Balance
    total_burn_fee: Balance
    open_order: OpenOrder | None = None
    awaits_report: bool = False

"""What TerminatingRental stores."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.machine import CustomizeInfo, HardwareInfo, MachineStatus
from dbc_desktop.domain.parameters import ReporterStakeParams
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules.codec import AMOUNT, NUMBER, RAW, TEXT, row
from dbc_desktop.rules.maintain_committee.rows import ReporterRecord, ReporterStake, ReportRow, ResultRow
from dbc_desktop.rules.online_committee import OrderRow as VerificationRow
from dbc_desktop.rules.online_committee import PendingSlash
from dbc_desktop.rules.orders import MachineOrders
from dbc_desktop.rules.price import StandardPrice
from dbc_desktop.rules.state import Readable, declare, declare_value
from dbc_desktop.rules.work import Work, refuse

PALLET = "TerminatingRental"


class MachineRow(NamedTuple):
    """`MachineInfo` of chain-rules 4.3, as far as this product has it; heights in blocks, amounts in units."""

    controller: bytes
    stash: bytes
    bonding_height: int
    stake_amount: int
    status: MachineStatus = MachineStatus.ADDING_CUSTOMIZE_INFO
    renters: tuple[bytes, ...] = ()
    online_height: int = 0
    last_online_height: int = 0
    offline_height: int = 0
    total_rented_duration: int = 0
    total_rented_times: int = 0
    total_rent_fee: int = 0
    total_burn_fee: int = 0
    hardware: HardwareInfo | None = None
    customize: CustomizeInfo | None = None

    @property
    def gpu_num(self) -> int:
        """GPUs the committee confirmed."""
        return self.hardware.gpu_num if self.hardware else 0

    @property
    def calc_point(self) -> int:
        """Points the committee confirmed."""
        return self.hardware.calc_point if self.hardware else 0


class OwnedMachines(NamedTuple):
    """The machines of a stash: all, and those that are online or rented; both sorted."""

    total: tuple[str, ...] = ()
    online: tuple[str, ...] = ()


class RentRow(NamedTuple):
    """`RentOrderDetail`; `reserved` is what the renter has reserved for it."""

    machine_id: str
    renter: bytes
    rent_start: int
    confirm_rent: int
    rent_end: int
    reserved: int
    status: RentStatus
    gpu_num: int
    gpu_index: tuple[int, ...]


STASH_CONTROLLER = declare(f"{PALLET}.StashController", RAW, RAW)
CONTROLLER_STASH = declare(f"{PALLET}.ControllerStash", RAW, RAW)
SERVER_ROOMS = declare(f"{PALLET}.StashServerRooms", RAW, row(tuple[bytes, ...]))
STASH_MACHINES = declare(f"{PALLET}.StashMachines", RAW, row(OwnedMachines))
STASH_STAKE = declare(f"{PALLET}.StashStake", RAW, AMOUNT)
MACHINES = declare(f"{PALLET}.MachinesInfo", TEXT, row(MachineRow))
CONFIRMED = declare_value(f"{PALLET}.ConfirmedMachines", row(tuple[str, ...]))
"""`LiveMachines.confirmed_machine`: described and waiting for a committee."""
EXTRA_PRICE = declare(f"{PALLET}.MachineExtraPrice", TEXT, NUMBER)
RENT_RECEIVER = declare(f"{PALLET}.StashRentReceiver", RAW, RAW)

VERIFICATIONS = declare(f"{PALLET}.MachineCommittee", TEXT, row(VerificationRow))
VERIFICATION_READY = declare_value(f"{PALLET}.SummarizingMachines", row(tuple[str, ...]))
PENDING_SLASH = declare(f"{PALLET}.PendingOnlineSlash", NUMBER, row(PendingSlash))
NEXT_SLASH_ID = declare_value(f"{PALLET}.NextSlashId", NUMBER)

ORDERS = declare(f"{PALLET}.RentOrder", NUMBER, row(RentRow))
USER_RENTED = declare(f"{PALLET}.UserRented", RAW, row(tuple[int, ...]))
MACHINE_ORDERS = declare(f"{PALLET}.MachineRentOrder", TEXT, row(MachineOrders))
NEXT_RENT_ID = declare_value(f"{PALLET}.NextRentId", NUMBER)

REPORTS = declare(f"{PALLET}.ReportInfo", NUMBER, row(ReportRow))
RESULTS = declare(f"{PALLET}.ReportResult", NUMBER, row(ResultRow))
REPORTER_STAKES = declare(f"{PALLET}.ReporterStake", RAW, row(ReporterStake))
REPORTER_RECORDS = declare(f"{PALLET}.ReporterReport", RAW, row(ReporterRecord))
NEXT_REPORT_ID = declare_value(f"{PALLET}.NextReportId", NUMBER)
REPORTS_READY = declare_value(f"{PALLET}.SummarizingReports", row(tuple[int, ...]))

STAKE_PER_GPU = declare_value(f"{PALLET}.StakePerGPU", AMOUNT)
ONLINE_DEPOSIT = declare_value(f"{PALLET}.OnlineDeposit", AMOUNT)
STANDARD_PRICE = declare_value(f"{PALLET}.StandardGPUPointPrice", row(StandardPrice))
REPORTER_PARAMS = declare_value(f"{PALLET}.ReporterStakeParams", row(ReporterStakeParams))
RENT_DESTROYED = declare_value(f"{PALLET}.RentFeeDestroyPercent", NUMBER)
RENT_FEE_POT = declare_value(f"{PALLET}.RentFeePot", RAW)
"""No call of the pallet sets it (chain-rules 8)."""


def machine_of(layer: Readable, machine_id: str) -> MachineRow:
    """The machine.

    Raises:
        ChainRejected: `Unknown`.
    """
    return layer.get(MACHINES, machine_id) or refuse(PALLET, "Unknown")


def controlled(work: Work, who: bytes, machine_id: str) -> MachineRow:
    """The machine, which `who` controls.

    Raises:
        ChainRejected: `Unknown` or `NotMachineController`.
    """
    machine = machine_of(work.layer, machine_id)
    if machine.controller != who:
        refuse(PALLET, "NotMachineController")
    return machine


def owned(layer: Readable, stash: bytes) -> OwnedMachines:
    """The machines of a stash."""
    return layer.get(STASH_MACHINES, stash) or OwnedMachines()


def machine_orders(layer: Readable, machine_id: str) -> MachineOrders:
    """The orders on a machine and the GPUs they hold."""
    return layer.get(MACHINE_ORDERS, machine_id) or MachineOrders()

"""What OnlineProfile stores."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.machine import CustomizeInfo, HardwareInfo, MachineStatus
from dbc_desktop.rules import parameters
from dbc_desktop.rules.codec import AMOUNT, NUMBER, RAW, TEXT, row
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, refuse


class MachineRow(NamedTuple):
    """`MachineInfo` of chain-rules 4.3; `offline_height` and `previous` belong to StakerReportOffline."""

    controller: bytes
    stash: bytes
    bonding_height: int
    init_stake_per_gpu: int
    stake_amount: int
    status: MachineStatus = MachineStatus.ADDING_CUSTOMIZE_INFO
    renters: tuple[bytes, ...] = ()
    last_machine_restake: int = 0
    online_height: int = 0
    last_online_height: int = 0
    offline_height: int = 0
    previous: MachineStatus | None = None
    total_rented_duration: int = 0
    total_rented_times: int = 0
    total_rent_fee: int = 0
    total_burn_fee: int = 0
    hardware: HardwareInfo | None = None
    customize: CustomizeInfo | None = None
    reward_committee: tuple[bytes, ...] = ()
    reward_deadline: int = 0

    @property
    def gpu_num(self) -> int:
        """GPUs the committee confirmed."""
        return self.hardware.gpu_num if self.hardware else 0

    @property
    def calc_point(self) -> int:
        """Points the committee confirmed."""
        return self.hardware.calc_point if self.hardware else 0


class StashMachines(NamedTuple):
    """The machines of a stash, both lists sorted."""

    total: tuple[str, ...] = ()
    online: tuple[str, ...] = ()


class StashRewards(NamedTuple):
    """Rewards of a stash in units, always `earned == claimed + can_claim + locked`.

    Attributes:
        released: What the payouts of the eras up to `released_era` released, the newest last, at most seven.
    """

    can_claim: int = 0
    earned: int = 0
    claimed: int = 0
    locked: int = 0
    last_claim: int = 0
    released_era: int = 0
    released: tuple[int, ...] = ()


class SysInfo(NamedTuple):
    """Sums over the network: machines and GPUs that earn, GPUs held by orders, mining stake."""

    total_stake: int = 0
    machine_num: int = 0
    gpu_num: int = 0
    rented_gpu_num: int = 0


class PendingSlash(NamedTuple):
    """A slash that is reserved and waits for its height (chain-rules 4.12)."""

    machine_id: str
    stash: bytes
    amount: int
    renters: tuple[bytes, ...]
    slash_time: int
    exec_time: int
    reason: str


class SlashShares(NamedTuple):
    """Who shares in the slash of a reported machine; `reporter` is for the books only.

    Attributes:
        eats_stake: It takes the machine's own stake; else its coins were reserved beside that.
    """

    renters: tuple[bytes, ...]
    committee: tuple[bytes, ...]
    reporter: bytes | None
    eats_stake: bool = False


class SlashReview(NamedTuple):
    """An appeal against a pending slash; `staked` is lost if nobody grants it before the slash is due."""

    applicant: bytes
    staked: int
    apply_time: int
    expire_time: int
    reason: bytes


class HardwareChange(NamedTuple):
    """A machine that is verified again: what the stash has set aside for it, beyond the machine's stake.

    Attributes:
        verify_fee: For the members that look at it; 0 once they got it.
        offline_slash: For the treasury.
        to_describe: The machine waits for its description; else it is with a committee, or waits for one.
    """

    verify_fee: int
    offline_slash: int
    offline_time: int
    to_describe: bool = True


class Declared(NamedTuple):
    """What the controller declared and the machine's signed report of `report_height` agreed with (design 3.1)."""

    hardware: HardwareInfo
    report_height: int


STASH_CONTROLLER = declare("OnlineProfile.StashController", RAW, RAW)
CONTROLLER_STASH = declare("OnlineProfile.ControllerStash", RAW, RAW)
MACHINES = declare("OnlineProfile.MachinesInfo", TEXT, row(MachineRow))
STASH_MACHINES = declare("OnlineProfile.StashMachines", RAW, row(StashMachines))
STASH_REWARDS = declare("OnlineProfile.StashRewards", RAW, row(StashRewards))
STASH_STAKE = declare("OnlineProfile.StashStake", RAW, AMOUNT)
SERVER_ROOMS = declare("OnlineProfile.StashServerRooms", RAW, row(tuple[bytes, ...]))
CONFIRMED = declare_value("OnlineProfile.ConfirmedMachines", row(tuple[str, ...]))
"""`LiveMachines.confirmed_machine`: described and waiting for a committee."""
SYS_INFO = declare_value("OnlineProfile.SysInfo", row(SysInfo))
GALAXY_ERA = declare_value("OnlineProfile.GalaxyOnEra", NUMBER)
"""The era in which the network first had exactly the galaxy's number of GPUs (quirk Q17 of chain-rules 14)."""
PENDING_SLASH = declare("OnlineProfile.PendingSlash", NUMBER, row(PendingSlash))
SLASH_SHARES = declare("OnlineProfile.SlashShares", NUMBER, row(SlashShares))
"""Beside `PendingSlash`, where somebody else reported the machine."""
SLASH_REVIEW = declare("OnlineProfile.PendingSlashReview", NUMBER, row(SlashReview))
HARDWARE_CHANGE = declare("OnlineProfile.UserMutHardwareStake", TEXT, row(HardwareChange))
DECLARED = declare("MachineCheck.Declared", TEXT, row(Declared))
"""Gone when the machine has to be looked at again."""
NEXT_SLASH_ID = declare_value("OnlineProfile.NextSlashId", NUMBER)
CURRENT_ERA = declare_value("OnlineProfile.CurrentEra", NUMBER)
EXTRA_PRICE = declare("OnlineProfile.MachineExtraPrice", TEXT, NUMBER)
"""Micro-USD for each GPU and day on top of the standard price."""
RENT_RECEIVER = declare("OnlineProfile.StashRentReceiver", RAW, RAW)
RENTED_FINISHED = declare("OnlineProfile.RentedFinished", TEXT, RAW)
"""The renter whose order ended while the machine was offline, where the profile's `orders` look at that."""


def machine_of(layer: Readable, machine_id: str, pallet: str = "OnlineProfile") -> MachineRow:
    """The machine.

    Raises:
        ChainRejected: `Unknown` of `pallet`.
    """
    return layer.get(MACHINES, machine_id) or refuse(pallet, "Unknown")


def controlled(work: Work, who: bytes, machine_id: str) -> MachineRow:
    """The machine, which `who` controls.

    Raises:
        ChainRejected: `Unknown` or `NotMachineController`.
    """
    machine = machine_of(work.layer, machine_id)
    if machine.controller != who:
        refuse("OnlineProfile", "NotMachineController")
    return machine


def owned(work: Work, who: bytes, machine_id: str) -> MachineRow:
    """The machine, of which `who` is the stash or the controller.

    Raises:
        ChainRejected: `Unknown` or `NotMachineController`.
    """
    machine = machine_of(work.layer, machine_id)
    if who not in (machine.stash, machine.controller):
        refuse("OnlineProfile", "NotMachineController")
    return machine


def stash_machines(layer: Readable, stash: bytes) -> StashMachines:
    """The machines of a stash."""
    return layer.get(STASH_MACHINES, stash) or StashMachines()


def stash_rewards(layer: Readable, stash: bytes) -> StashRewards:
    """The rewards of a stash."""
    return layer.get(STASH_REWARDS, stash) or StashRewards()


def sys_info(layer: Readable) -> SysInfo:
    """Sums over the network."""
    return layer.get(SYS_INFO, SINGLE) or SysInfo()


def count(work: Work, *, machines: int = 0, gpus: int = 0, rented: int = 0) -> None:
    """Move the sums over the network."""
    now = sys_info(work.layer)
    moved = now._replace(
        machine_num=now.machine_num + machines, gpu_num=now.gpu_num + gpus, rented_gpu_num=now.rented_gpu_num + rented
    )
    work.layer.put(SYS_INFO, SINGLE, moved)
    if not gpus or moved.gpu_num != work.profile.emission.galaxy_gpus or parameters.begin_galaxy(work):
        return
    if work.layer.get(GALAXY_ERA, SINGLE) is None:
        work.layer.put(GALAXY_ERA, SINGLE, work.era)

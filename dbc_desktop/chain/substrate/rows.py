"""From values of the chain's storage to rows of the rules (chain-rules 4.3, 5.5, 6.2): one way in for every view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.domain.errors import ChainAnswerInvalid
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, MachineId, MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import online_committee
from dbc_desktop.rules.balances import AccountRow, Lock
from dbc_desktop.rules.online_profile.points import StashPoints
from dbc_desktop.rules.online_profile.rows import MachineRow, StashMachines, StashRewards
from dbc_desktop.rules.orders import MachineOrders, OrderRow
from dbc_desktop.rules.reward_queue import Owner, Queue, pack
from dbc_desktop.rules.snapshot_policies import ABSENT, MachinePoints

Values = Mapping[str, Any]

_STATUS = {
    "AddingCustomizeInfo": MachineStatus.ADDING_CUSTOMIZE_INFO,
    "DistributingOrder": MachineStatus.DISTRIBUTING_ORDER,
    "CommitteeVerifying": MachineStatus.COMMITTEE_VERIFYING,
    "WaitingFulfill": MachineStatus.WAITING_FULFILL,
    "Online": MachineStatus.ONLINE,
    "StakerReportOffline": MachineStatus.STAKER_REPORT_OFFLINE,
    "ReporterReportOffline": MachineStatus.REPORTER_REPORT_OFFLINE,
    "Rented": MachineStatus.RENTED,
}
_ORDER_STATUS = {
    "WaitingVerifying": RentStatus.WAITING_VERIFYING,
    "Renting": RentStatus.RENTING,
    "RentExpired": RentStatus.LAPSED,
}


def text(data: object) -> str:
    """The letters in some bytes of the chain; a stranger's bytes are shown, never trusted to be text."""
    if not isinstance(data, bytes):
        raise ChainAnswerInvalid("storage")
    return data.decode(errors="replace")


def account(value: Values) -> AccountRow:
    """What an account holds."""
    data = value["data"]
    return AccountRow(data["free"], data["reserved"], value["nonce"])


def locks(value: Iterable[Values], held: Values) -> tuple[Lock, ...]:
    """What holds coins of an account; what the account says to be frozen beyond that is a lock without a name."""
    found = tuple(sorted(Lock(text(one["id"]), one["amount"]) for one in value))
    frozen = held["data"]["frozen"]
    return found if max((one.amount for one in found), default=0) >= frozen else (*found, Lock("", frozen))


def status(value: Variant) -> tuple[MachineStatus, int, MachineStatus | None]:
    """A machine's status, and since when it is offline and what it was before.

    Raises:
        ChainAnswerInvalid: `storage`: one that is never assigned (chain-rules 4.2).
    """
    found = _STATUS.get(value.name)
    if found is None:
        raise ChainAnswerInvalid("storage")
    if found is MachineStatus.STAKER_REPORT_OFFLINE:
        height, before = value.value
        return found, height, _STATUS.get(before.name)
    if found is MachineStatus.REPORTER_REPORT_OFFLINE:
        reason, before = value.value[:2]
        return found, reason.value if isinstance(reason.value, int) else 0, _STATUS.get(before.name)
    return found, 0, None


def hardware(value: Values) -> HardwareInfo | None:
    """What the committee confirmed, None before."""
    if not value["gpu_num"] and not value["machine_id"]:
        return None
    return HardwareInfo(
        machine_id=MachineId(text(value["machine_id"])),
        gpu_type=text(value["gpu_type"]),
        gpu_num=value["gpu_num"],
        cuda_core=value["cuda_core"],
        gpu_mem=value["gpu_mem"],
        calc_point=value["calc_point"],
        sys_disk=value["sys_disk"],
        data_disk=value["data_disk"],
        cpu_type=text(value["cpu_type"]),
        cpu_core_num=value["cpu_core_num"],
        cpu_rate=value["cpu_rate"],
        mem_num=value["mem_num"],
        rand_str=text(value["rand_str"]),
        is_support=value["is_support"],
    )


def customize(value: Values) -> CustomizeInfo | None:
    """What the owner described, None before; an older runtime does not say whether it is a bare machine."""
    if not value["telecom_operators"] and value["server_room"] == bytes(32):
        return None
    return CustomizeInfo(
        server_room=value["server_room"],
        upload_net=value["upload_net"],
        download_net=value["download_net"],
        longitude=Coordinate(*value["longitude"]),
        latitude=Coordinate(*value["latitude"]),
        telecom_operators=tuple(text(one) for one in value["telecom_operators"]),
        is_bare_machine=bool(value.get("is_bare_machine", False)),
    )


def machine(value: Values, shift: int = 0) -> MachineRow:
    """A machine; `shift` is how far the chain's eras are ahead of those that its height gives."""
    found, since, before = status(value["machine_status"])
    detail = value["machine_info_detail"]
    return MachineRow(
        controller=value["controller"],
        stash=value["machine_stash"],
        bonding_height=value["bonding_height"],
        init_stake_per_gpu=value["init_stake_per_gpu"],
        stake_amount=value["stake_amount"],
        status=found,
        renters=tuple(value["renters"]),
        last_machine_restake=value["last_machine_restake"],
        online_height=value["online_height"],
        last_online_height=value["last_online_height"],
        offline_height=since,
        previous=before,
        total_rented_duration=value["total_rented_duration"],
        total_rented_times=value["total_rented_times"],
        total_rent_fee=value["total_rent_fee"],
        total_burn_fee=value["total_burn_fee"],
        hardware=hardware(detail["committee_upload_info"]),
        customize=customize(detail["staker_customize_info"]),
        reward_committee=tuple(value["reward_committee"]),
        reward_deadline=max(0, value["reward_deadline"] - shift),
    )


def machines_of_stash(value: Values) -> StashMachines:
    """The machines of a stash."""
    return StashMachines(
        tuple(text(one) for one in value["total_machine"]), tuple(text(one) for one in value["online_machine"])
    )


def rewards_of_stash(value: Values, newest_era: int, released: tuple[int, ...]) -> StashRewards:
    """The rewards of a stash; `released` by the payouts of the eras up to `newest_era`."""
    return StashRewards(
        can_claim=value["can_claim_reward"],
        earned=value["total_earned_reward"],
        claimed=value["total_claimed_reward"],
        released_era=newest_era,
        released=released,
    )


def queue(value: Values, newest_era: int, earned: int) -> bytes:
    """The reward queue of a machine, in the rules' packed form (`WindowPayout`)."""
    waiting = b"".join(one.to_bytes(16) for one in value["recent_machine_reward"])
    return pack(Queue(earned, 0, value["recent_reward_sum"], 0, max(0, newest_era), waiting))


def machine_points(era: int, value: tuple[int, bool] | None, gpus: int) -> MachinePoints:
    """What a machine counts in an era: basic points, and whether it counts as rented."""
    return ABSENT._replace(era=era) if value is None else MachinePoints(era, gpus, value[0], value[1])


def stash_points(era: int, value: Values | None) -> StashPoints:
    """What a stash counts in an era."""
    if value is None:
        return StashPoints(era)
    return StashPoints(era, value["online_gpu_num"], value["machine_total_calc_point"], value["rent_extra_grade"])


def owner(value: Values, shift: int = 0) -> Owner:
    """Whose the reward queue is."""
    deadline = max(0, value["reward_committee_deadline"] - shift)
    return Owner(value["machine_stash"], tuple(value["reward_committee"]), deadline)


def order(value: Values) -> OrderRow:
    """A rent order; after confirm the chain keeps no fee any more, and it reads 0."""
    return OrderRow(
        machine_id=text(value["machine_id"]),
        renter=value["renter"],
        rent_start=value["rent_start"],
        confirm_rent=value["confirm_rent"],
        rent_end=value["rent_end"],
        fee=value["stake_amount"],
        status=_ORDER_STATUS.get(value["rent_status"].name, RentStatus.ENDED),
        gpu_num=value["gpu_num"],
        gpu_index=tuple(value["gpu_index"]),
    )


def machine_orders(value: Values) -> MachineOrders:
    """The orders on a machine and the GPUs they hold."""
    return MachineOrders(tuple(value["rent_order"]), tuple(value["used_gpu"]))


_NOTHING_SEEN = HardwareInfo(MachineId(""), "", 0, 0, 0, 0, 0, 0, "", 0, 0, 0, "", False)


def verification(value: Values) -> online_committee.OrderRow | None:
    """The committee's order for a machine, None where it is done; who committed and revealed, not what."""
    name = value["status"].name
    if name == "Finished" or not value["booked_committee"]:
        return None
    return online_committee.OrderRow(
        book_time=value["book_time"],
        booked=tuple(value["booked_committee"]),
        status=name,
        hashes=tuple((member, b"") for member in value["hashed_committee"]),
        infos=tuple((member, _NOTHING_SEEN) for member in value["confirmed_committee"]),
    )

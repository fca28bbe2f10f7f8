"""The engine's rows as values of the declared storage: what the node answers for each item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.domain.machine import HardwareInfo, MachineId, MachineStatus
from dbc_desktop.rules import balances, committee, generic_func, online_committee, parameters, price, reward_queue
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout, points, reported
from dbc_desktop.rules.online_profile import rows as online
from dbc_desktop.rules.orders import MACHINE_ORDERS, NEXT_RENT_ID, ORDERS, USER_ORDERS
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import era_of
from tests.doubles.substrate_node.disputes import DisputeState, away
from tests.doubles.substrate_node.staking import StakingState

Entries = Iterable[tuple[tuple[object, ...], Any]]
NO_HARDWARE = HardwareInfo(MachineId(""), "", 0, 0, 0, 0, 0, 0, "", 0, 0, 0, "", False)
NO_PLACE = {
    "server_room": bytes(32), "upload_net": 0, "download_net": 0, "longitude": Variant("East", 0),
    "latitude": Variant("South", 0), "telecom_operators": (), "is_bare_machine": False,
}  # fmt: skip

LISTS = {
    MachineStatus.ADDING_CUSTOMIZE_INFO: "bonding_machine",
    MachineStatus.DISTRIBUTING_ORDER: "confirmed_machine",
    MachineStatus.COMMITTEE_VERIFYING: "booked_machine",
    MachineStatus.ONLINE: "online_machine",
    MachineStatus.WAITING_FULFILL: "fulfilling_machine",
    MachineStatus.RENTED: "rented_machine",
    MachineStatus.STAKER_REPORT_OFFLINE: "offline_machine",
    MachineStatus.REPORTER_REPORT_OFFLINE: "offline_machine",
}


class NodeState(DisputeState, StakingState):
    """The storage of one block, from an engine that stands at it.

    Args:
        engine: The state.
        now_ms: The block's time.
        rewards: Rows of the books: era, machine, earned, released.
    """

    def __init__(self, engine: Engine, now_ms: int, rewards: list[tuple[int, str, int, int]]) -> None:
        self._engine, self._state, self._now_ms, self._rewards = engine, engine.state, now_ms, rewards

    def entries(self, pallet: str, item: str) -> Entries:
        """Keys and values of an item; those of a plain value have no keys."""
        made: Callable[[], Entries] | None = getattr(self, f"_{pallet}_{item}".lower(), None)
        if made is not None:
            return made()
        table, form = _SIMPLE.get((pallet, item), (None, None))
        if table is None or form is None:
            return ()
        return ((() if key == SINGLE else (key,), form(value)) for key, value in self._state.items(table))

    def _system_number(self) -> Entries:
        return [((), self._engine.height)]

    def _system_account(self) -> Entries:
        for who, row in self._state.items(balances.ACCOUNTS):
            frozen = balances.frozen(self._state, who)
            yield (
                (who,),
                {
                    "nonce": row.nonce,
                    "consumers": 0,
                    "providers": 1,
                    "sufficients": 0,
                    "data": {"free": row.free, "reserved": row.reserved, "frozen": frozen, "flags": 0},
                },
            )

    def _balances_locks(self) -> Entries:
        for who, locks in self._state.items(balances.LOCKS):
            held = [{"id": one.name.encode(), "amount": one.amount, "reasons": Variant("All")} for one in locks]
            yield (who,), held

    def _timestamp_now(self) -> Entries:
        return [((), self._now_ms)]

    def _onlineprofile_currentera(self) -> Entries:
        return [((), era_of(self._engine.height))]

    def _onlineprofile_onlinestakeparams(self) -> Entries:
        return [((), found)] if (found := self._state.get(parameters.STAKE_PARAMS, SINGLE)) else []

    def _onlineprofile_phaserewardinfo(self) -> Entries:
        found = parameters.reward_info(self._state, era_of(self._engine.height))
        return [((), found)] if found else []

    def _onlineprofile_rentfeedestroypercent(self) -> Entries:
        found = self._state.get(parameters.RENT_DESTROYED, SINGLE)
        return [((), 50_000_000 if found is None else found)]

    def _rentmachine_maximumrentalduration(self) -> Entries:
        return [((), 60)]

    def _rentmachine_rentfeepot(self) -> Entries:
        found = self._state.get(parameters.RENT_FEE_POT, SINGLE) or self._engine.profile.rent.pot
        return [((), found)] if found else []

    def _onlineprofile_sysinfo(self) -> Entries:
        sums = online.sys_info(self._state)
        return [
            (
                (),
                {
                    "total_gpu_num": sums.gpu_num,
                    "total_rented_gpu": sums.rented_gpu_num,
                    "total_staker": 0,
                    "total_calc_points": 0,
                    "total_stake": sums.total_stake,
                    "total_rent_fee": 0,
                    "total_burn_fee": 0,
                },
            )
        ]

    def _onlineprofile_livemachines(self) -> Entries:
        found: dict[str, list[str]] = {
            f"{name}_machine": []
            for name in (
                "bonding", "confirmed", "booked", "online", "fulfilling", "refused", "rented", "offline",
                "refused_mut_hardware",
            )
        }  # fmt: skip
        for one, machine in sorted(self._state.items(online.MACHINES)):
            found[LISTS[machine.status]].append(one)
        return [((), found)]

    def _onlineprofile_machinesinfo(self) -> Entries:
        for one, row in self._state.items(online.MACHINES):
            yield (one,), machine_value(row, self._state.get(reported.REPORTED, one) or ())

    def _onlineprofile_machinerentedgpu(self) -> Entries:
        for one, held in self._state.items(MACHINE_ORDERS):
            if held.used_gpu:
                yield (one,), len(held.used_gpu)

    def _onlineprofile_posgpuinfo(self) -> Entries:
        places: dict[tuple[str, int, str, int], list[int]] = {}
        for one, row in self._state.items(online.MACHINES):
            if row.customize is None or row.status not in (MachineStatus.ONLINE, MachineStatus.RENTED):
                continue
            east, north = row.customize.longitude, row.customize.latitude
            sums = places.setdefault((east.direction, east.value, north.direction, north.value), [0, 0, 0])
            held = self._state.get(MACHINE_ORDERS, one)
            for at, more in enumerate((row.gpu_num, 0 if held is None else len(held.used_gpu), row.calc_point)):
                sums[at] += more
        for (east_name, east_value, north_name, north_value), (gpus, rented, calc) in places.items():
            place = Variant(east_name, east_value), Variant(north_name, north_value)
            yield place, {"online_gpu": gpus, "offline_gpu": 0, "rented_gpu": rented, "online_gpu_calc_points": calc}

    def _onlineprofile_stashmachines(self) -> Entries:
        for stash, machines in self._state.items(online.STASH_MACHINES):
            held = online.stash_rewards(self._state, stash)
            yield (
                (stash,),
                {
                    "total_machine": machines.total,
                    "online_machine": machines.online,
                    "total_calc_points": 0,
                    "total_gpu_num": 0,
                    "total_rented_gpu": 0,
                    "total_earned_reward": held.earned,
                    "total_claimed_reward": held.claimed,
                    "can_claim_reward": held.can_claim,
                    "total_rent_fee": 0,
                    "total_burn_fee": 0,
                },
            )

    def _onlineprofile_machinerecentreward(self) -> Entries:
        for one, data in self._state.items(payout.QUEUES):
            queue, owner = reward_queue.unpack(data), self._state.get(payout.OWNERS, one)
            if owner is None:
                continue
            waiting = reward_queue.rewards(queue)
            yield (
                (one,),
                {
                    "machine_stash": owner.stash,
                    "recent_machine_reward": waiting,
                    "recent_reward_sum": sum(waiting),
                    "reward_committee_deadline": owner.deadline,
                    "reward_committee": owner.committee,
                },
            )

    def _onlineprofile_allmachineidsnap(self) -> Entries:
        done = self._state.get(payout.PAYOUT_DONE, SINGLE)
        ids = () if done is None else (self._state.get(payout.PAYOUT_LIST, SINGLE) or ())[done:]
        return [((), {"all_machine_id": ids, "snap_len": len(ids)})]

    def _eras(self) -> tuple[int, ...]:
        """Those of which the engine keeps points: the one being paid, this one and the next."""
        era = era_of(self._engine.height)
        return tuple(one for one in (era - 1, era, era + 1) if one >= 0)

    def _onlineprofile_erasstashpoints(self) -> Entries:
        for era in self._eras():
            stashes = []
            for stash, _ in sorted(self._state.items(points.STASH_POINTS)):
                held = points.stash_at(self._state, stash, era)
                inflation = points.inflation(self._engine.profile, held.gpus)
                if held.gpus or held.basic or held.rent_extra:
                    found = {
                        "online_gpu_num": held.gpus,
                        "inflation": inflation,
                        "machine_total_calc_point": held.basic,
                        "rent_extra_grade": held.rent_extra,
                    }
                    stashes.append((stash, found))
            yield (era,), {"total": points.total_at(self._state, era), "staker_statistic": stashes}

    def _onlineprofile_erasmachinepoints(self) -> Entries:
        for era in self._eras():
            machines = []
            for one, _ in sorted(self._state.items(points.MACHINE_POINTS)):
                held = points.machine_at(self._state, one, era)
                if held.gpus:
                    machines.append((one, {"basic_grade": held.basic, "is_rented": held.rented}))
            yield (era,), machines

    def _onlineprofile_erasmachinereward(self) -> Entries:
        return (((era, one), earned) for era, one, earned, _ in self._rewards)

    def _onlineprofile_erasmachinereleasedreward(self) -> Entries:
        return (((era, one), released) for era, one, _, released in self._rewards)

    def _onlineprofile_erasstashreleasedreward(self) -> Entries:
        found: dict[tuple[object, ...], int] = {}
        for era, one, _, released in self._rewards:
            owner = self._state.get(payout.OWNERS, one)
            if owner is not None:
                found[era, owner.stash] = found.get((era, owner.stash), 0) + released
        return found.items()

    def _committee_committee(self) -> Entries:
        found = committee.lists(self._state)
        return [
            (
                (),
                {
                    "normal": found.normal,
                    "chill_list": committee.chilled(self._state),
                    "waiting_box_pubkey": found.waiting_box_pubkey,
                    "fulfilling_list": found.fulfilling,
                },
            )
        ]

    def _committee_committeestakeparams(self) -> Entries:
        return [((), parameters.member_stakes(self._engine.profile, self._state))]

    def _onlinecommittee_machinecommittee(self) -> Entries:
        for one, order in self._state.items(online_committee.ORDERS):
            yield (
                (one,),
                {
                    "book_time": order.book_time,
                    "booked_committee": order.booked,
                    "hashed_committee": sorted(member for member, _ in order.hashes),
                    "confirm_start_time": 0,
                    "confirmed_committee": sorted(member for member, _ in order.infos),
                    "onlined_committee": (),
                    "status": Variant(order.status),
                },
            )

    def _onlineprofile_standardgpupointprice(self) -> Entries:
        return [((), price.standard_price(self._engine.profile, self._state)._asdict())]

    def _genericfunc_fixedtxfee(self) -> Entries:
        return [((), generic_func.fixed_fee(self._engine.profile, self._state))]


def machine_value(row: online.MachineRow, reports: tuple[reported.Reported, ...] = ()) -> dict[str, Any]:
    """A machine as `MachineInfo`."""
    customize = NO_PLACE if row.customize is None else asdict(row.customize)
    if row.customize is not None:
        customize |= {
            "longitude": Variant(row.customize.longitude.direction, row.customize.longitude.value),
            "latitude": Variant(row.customize.latitude.direction, row.customize.latitude.value),
        }
    return {
        "controller": row.controller,
        "machine_stash": row.stash,
        "renters": row.renters,
        "last_machine_restake": row.last_machine_restake,
        "bonding_height": row.bonding_height,
        "online_height": row.online_height,
        "last_online_height": row.last_online_height,
        "init_stake_per_gpu": row.init_stake_per_gpu,
        "stake_amount": row.stake_amount,
        "machine_status": _status(row, reports),
        "total_rented_duration": row.total_rented_duration,
        "total_rented_times": row.total_rented_times,
        "total_rent_fee": row.total_rent_fee,
        "total_burn_fee": row.total_burn_fee,
        "machine_info_detail": {
            "committee_upload_info": row.hardware or NO_HARDWARE,
            "staker_customize_info": customize,
        },
        "reward_committee": row.reward_committee,
        "reward_deadline": row.reward_deadline,
    }


def _status(row: online.MachineRow, reports: tuple[reported.Reported, ...]) -> Variant:
    before = Variant((row.previous or MachineStatus.ONLINE).value)
    if row.status is MachineStatus.STAKER_REPORT_OFFLINE:
        return Variant("StakerReportOffline", (row.offline_height, before))
    if row.status is MachineStatus.REPORTER_REPORT_OFFLINE:
        return away(row, reports)
    return Variant(row.status.value)


def _order(row: Any) -> dict[str, Any]:
    is_waiting = row.status.value == "WaitingVerifying"
    return {
        "machine_id": row.machine_id,
        "renter": row.renter,
        "rent_start": row.rent_start,
        "confirm_rent": row.confirm_rent,
        "rent_end": row.rent_end,
        "stake_amount": row.fee if is_waiting else 0,
        "rent_status": Variant(row.status.value),
        "gpu_num": row.gpu_num,
        "gpu_index": row.gpu_index,
    }


def _same(value: Any) -> Any:
    return value


_SIMPLE: dict[tuple[str, str], tuple[Any, Callable[[Any], Any]]] = {
    ("Balances", "TotalIssuance"): (balances.ISSUANCE, _same),
    ("GenericFunc", "TotalDestroy"): (balances.BURNED, _same),
    ("DBCPriceOCW", "AvgPrice"): (price.AVG_PRICE, _same),
    ("OnlineProfile", "StashController"): (online.STASH_CONTROLLER, _same),
    ("OnlineProfile", "ControllerStash"): (online.CONTROLLER_STASH, _same),
    ("OnlineProfile", "MachineExtraPrice"): (online.EXTRA_PRICE, _same),
    ("OnlineProfile", "StashServerRooms"): (online.SERVER_ROOMS, _same),
    ("OnlineProfile", "StashStake"): (online.STASH_STAKE, _same),
    ("RentMachine", "UserOrder"): (USER_ORDERS, _same),
    ("RentMachine", "MachineRentOrder"): (MACHINE_ORDERS, lambda held: held._asdict()),
    ("RentMachine", "RentInfo"): (ORDERS, _order),
    ("RentMachine", "NextRentId"): (NEXT_RENT_ID, _same),
}

"""A part of a node's state as the rules engine keeps it, so that every figure comes from the one formula there is.

What is asked for is read at one block and put into an engine of today's rules; `rules/views` and the preview then do
what they do for the embedded chain. Nothing here is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from dbc_desktop.chain.substrate import dispute_rows, rows
from dbc_desktop.chain.substrate.points_log import PointsLog
from dbc_desktop.chain.substrate.reward_log import RewardLog
from dbc_desktop.chain.substrate.storage import Item, View
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.parameters import MemberStakeParams, OnlineStakeParams, PhaseRewards, ReporterStakeParams
from dbc_desktop.rules import balances, committee, generic_func, online_committee, parameters, price
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout, points, reported
from dbc_desktop.rules.online_profile import rows as online
from dbc_desktop.rules.orders import MACHINE_ORDERS, ORDERS, USER_ORDERS, MachineOrders
from dbc_desktop.rules.profile import MAINNET_411_STRICT, RulesProfile
from dbc_desktop.rules.snapshot_policies import MachinePoints
from dbc_desktop.rules.state import SINGLE, K, Map, Overlay, State, V
from dbc_desktop.rules.work import era_of

NODE_RULES = MAINNET_411_STRICT
"""What a node's chain really does, quirks and all: an appeal against a verdict is lost in the next block there."""

_P = "OnlineProfile"
_HELD = (("System", "Account"), ("Balances", "Locks"))


@lru_cache(maxsize=4)
def _rules(longest_days: int) -> RulesProfile:
    return replace(NODE_RULES, max_rental=longest_days * BLOCKS_PER_ERA)


class Mirror:
    """What was read of one block.

    Args:
        view: The block's storage.
        height: Its height.
        log: The rewards of past eras that are known already.
        snapshots: The points that are known already.
    """

    def __init__(self, view: View, height: int, log: RewardLog, snapshots: PointsLog) -> None:
        self.view, self.height, self._log, self._snapshots = view, height, log, snapshots
        self._state = State()
        self._layer = Overlay(self._state)
        self._profile: RulesProfile = NODE_RULES
        self.shift = 0
        """How far the chain's eras are ahead of those that its height gives."""
        self.newest_paid = 0
        """The newest era, by height, whose payout is over for everybody."""
        self._unpaid: frozenset[str] | None = None
        """While the era after that one is being paid: who still waits for it."""
        self._stashes: set[bytes] = set()
        self._machines: set[str] = set()

    def engine(self) -> Engine:
        """The rules, standing on what was read."""
        self._layer.settle()
        self._layer = Overlay(self._state)
        return Engine(self._profile, self._state, self.height, b"")

    def put(self, table: Map[K, V], key: K, value: V) -> None:
        """Add a row that was read elsewhere (`dispute_mirror.py`)."""
        self._layer.put(table, key, value)

    def read_parameters(self) -> None:
        """What root set, the price, and where the eras stand."""
        has = self.view.storage.has
        items: list[Item] = [
            ("DBCPriceOCW", "AvgPrice", ()),
            (_P, "OnlineStakeParams", ()),
            (_P, "StandardGPUPointPrice", ()),
            (_P, "RentFeeDestroyPercent", ()),
            (_P, "CurrentEra", ()),
            (_P, "PhaseRewardInfo", ()),
            ("GenericFunc", "FixedTxFee", ()),
            ("RentMachine", "RentFeePot", ()),
            ("RentMachine", "MaximumRentalDuration", ()),
            ("Committee", "CommitteeStakeParams", ()),
            ("MaintainCommittee", "ReporterStakeParams", ()),
            ("Balances", "TotalIssuance", ()),
        ]
        found = {item[1]: value for item, value in zip(items, self.view.many(items), strict=True) if has(*item[:2])}
        put = self._layer.put
        for item, table in (
            ("AvgPrice", price.AVG_PRICE),
            ("RentFeeDestroyPercent", parameters.RENT_DESTROYED),
            ("FixedTxFee", generic_func.FIXED_TX_FEE),
            ("TotalIssuance", balances.ISSUANCE),
        ):
            if found[item] is not None:
                put(table, SINGLE, found[item])
        if found["RentFeePot"] is not None:
            put(parameters.RENT_FEE_POT, SINGLE, found["RentFeePot"])
        if found["OnlineStakeParams"] is not None:
            put(parameters.STAKE_PARAMS, SINGLE, OnlineStakeParams(**found["OnlineStakeParams"]))
        if found["CommitteeStakeParams"] is not None:
            put(parameters.MEMBER_STAKES, SINGLE, MemberStakeParams(**found["CommitteeStakeParams"]))
        if found.get("ReporterStakeParams") is not None:
            put(parameters.REPORTER_STAKES, SINGLE, ReporterStakeParams(**found["ReporterStakeParams"]))
        if found["StandardGPUPointPrice"] is not None:
            put(price.STANDARD_PRICE, SINGLE, price.StandardPrice(**found["StandardGPUPointPrice"]))
        self.shift = found["CurrentEra"] - era_of(self.height)
        put(online.CURRENT_ERA, SINGLE, era_of(self.height))
        if found["PhaseRewardInfo"] is not None:
            self._put_rewards(found["PhaseRewardInfo"])
        self._profile = _rules(max(1, found["MaximumRentalDuration"]))
        self._note_payout()

    def _put_rewards(self, value: rows.Values) -> None:
        info = PhaseRewards(**value)
        started, galaxy = info.online_reward_start_era - self.shift, info.galaxy_on_era
        info = replace(
            info,
            online_reward_start_era=max(0, started),
            galaxy_on_era=max(1, galaxy - self.shift) if galaxy else 0,
        )
        self._layer.put(parameters.REWARD_INFO, SINGLE, ((0, info),))

    def _note_payout(self) -> None:
        """Whether the last era is being paid just now: only in the first blocks of an era can it be."""
        offset = (self.height - 1) % BLOCKS_PER_ERA + 1
        if payout.LIST_OFFSET <= offset <= payout.LIST_OFFSET + self._profile.payout_slots:
            waiting = self.view.get(_P, "AllMachineIdSnap")["all_machine_id"]
            if waiting:
                self._unpaid = frozenset(map(rows.text, waiting))
                self._layer.put(payout.PAYOUT_DONE, SINGLE, 0)
        unpaid = offset <= payout.LIST_OFFSET or self._unpaid is not None
        self.newest_paid = era_of(self.height) - (2 if unpaid else 1)

    def newest_paid_of(self, machine_id: str) -> int:
        """The newest era, by height, that was paid to a machine: in a payout under way some have it already."""
        return self.newest_paid + (self._unpaid is not None and machine_id not in self._unpaid)

    def read_accounts(self, accounts: Iterable[bytes]) -> None:
        """What these hold."""
        asked = list(dict.fromkeys(accounts))
        values = iter(self.view.many([(of, item, (who,)) for who in asked for of, item in _HELD]))
        for who in asked:
            held, locks = next(values), next(values)
            self._layer.put(balances.ACCOUNTS, who, rows.account(held))
            frozen = rows.locks(locks, held)
            if frozen:
                self._layer.put(balances.LOCKS, who, frozen)

    def read_stashes(self, stashes: Iterable[bytes]) -> tuple[str, ...]:
        """Controllers, stake, rewards and rooms of these; the ids of their machines. Machines are read apart."""
        asked = [one for one in dict.fromkeys(stashes) if one not in self._stashes]
        newest, recent = self.newest_paid, payout.RECENT
        eras = [newest - ago for ago in range(min(recent, max(0, newest)) - 1, -1, -1)]
        ids: list[str] = []
        items: list[Item] = []
        for stash in asked:
            items += [
                (_P, "StashMachines", (stash,)),
                (_P, "StashController", (stash,)),
                (_P, "StashStake", (stash,)),
                (_P, "StashServerRooms", (stash,)),
                *((_P, "ErasStashReleasedReward", (era + self.shift, stash)) for era in eras),
            ]
        found = iter(self.view.many(items) if items else [])
        put = self._layer.put
        for stash in asked:
            held, controller, stake, rooms = (next(found) for _ in range(4))
            released = tuple(next(found) for _ in eras)
            machines = rows.machines_of_stash(held)
            put(online.STASH_MACHINES, stash, machines)
            put(online.STASH_REWARDS, stash, rows.rewards_of_stash(held, newest, released))
            put(online.STASH_STAKE, stash, stake)
            put(online.SERVER_ROOMS, stash, tuple(rooms))
            if controller is not None:
                self.put_bond(stash, controller)
            ids += machines.total
        self._stashes.update(asked)
        return tuple(ids)

    def put_bond(self, stash: bytes, controller: bytes) -> None:
        """Who signs for a stash."""
        self._layer.put(online.STASH_CONTROLLER, stash, controller)
        self._layer.put(online.CONTROLLER_STASH, controller, stash)

    def read_machines(self, ids: Iterable[str], *, earned: bool = False) -> tuple[int, ...]:
        """These machines, their queues, prices and committees; the ids of the orders on them.

        Args:
            ids: Which ones.
            earned: Whether what each has earned in all is added up from the rewards of past eras.
        """
        asked = [one for one in dict.fromkeys(ids) if one not in self._machines]
        items: list[Item] = []
        for one in asked:
            key = (one,)
            items += [
                (_P, "MachinesInfo", key),
                (_P, "MachineRecentReward", key),
                (_P, "MachineExtraPrice", key),
                (_P, "MaxSlashExeced", key),
                ("RentMachine", "MachineRentOrder", key),
                ("OnlineCommittee", "MachineCommittee", key),
            ]
        items = [item for item in items if self.view.storage.has(*item[:2])]
        by_item = (
            dict(zip([(item[1], item[2][0]) for item in items], self.view.many(items), strict=True)) if items else {}
        )
        paid = {one: self.newest_paid_of(one) for one in asked}
        sums = self._log.earned(self.view, {one: era + self.shift for one, era in paid.items()}) if earned else {}
        orders: list[int] = []
        for one in asked:
            found = by_item["MachinesInfo", one]
            reward = by_item["MachineRecentReward", one]
            if reward is not None:
                packed = rows.queue(reward, paid[one], sums.get(one, 0))
                self._layer.put(payout.QUEUES, one, packed)
                self._layer.put(payout.OWNERS, one, rows.owner(reward, self.shift))
            if found is None:
                continue
            held = rows.machine_orders(by_item["MachineRentOrder", one])
            self._layer.put(MACHINE_ORDERS, one, held)
            self._layer.put(online.EXTRA_PRICE, one, by_item.get(("MachineExtraPrice", one)) or 0)
            self._put_machine(one, rows.machine(found, self.shift))
            reports, taken = dispute_rows.reports_on(found["machine_status"]), by_item.get(("MaxSlashExeced", one))
            if reports:
                self._layer.put(reported.REPORTED, one, reports)
            if taken:
                self._layer.put(reported.MAX_SLASHED, one, taken)
            order = by_item.get(("MachineCommittee", one))
            checked = None if order is None else rows.verification(order)
            if checked is not None and found["machine_status"].name == "CommitteeVerifying":
                self._layer.put(online_committee.ORDERS, one, checked)
            orders += held.rent_order
        self._machines.update(asked)
        return tuple(orders)

    def _put_machine(self, machine_id: str, row: online.MachineRow) -> None:
        """The machine, and that it earns from the era after the one in which it came online."""
        self._layer.put(online.MACHINES, machine_id, row)
        if row.status.value in ("Online", "Rented"):
            since = era_of(max(row.online_height, row.last_online_height)) + 1
            counted = MachinePoints(since, row.gpu_num, row.calc_point, row.status.value == "Rented")
            self._layer.put(points.MACHINE_POINTS, machine_id, (counted,))

    def read_points(self, eras: Iterable[int]) -> None:
        """What the machines that were read, and their stashes, count in these eras, by height (chain-rules 4.9).

        Later eras than the next one have no snapshot yet: what the next one says goes on.
        """
        known = [era for era in eras if era <= era_of(self.height) + 1]
        if not self.view.storage.has(_P, "ErasStashPoints"):
            return
        machines, stashes = dict(self._layer.items(online.MACHINES)), self.owners()
        totals: list[points.TotalPoints] = []
        of_stash: dict[bytes, list[points.StashPoints]] = {stash: [] for stash in stashes}
        for era in known:
            total, held = self._snapshots.stashes(self.view, era + self.shift)
            totals.append(points.TotalPoints(era, total))
            for stash, versions in of_stash.items():
                versions.append(rows.stash_points(era, held.get(stash)))
        self._layer.put(points.TOTAL_POINTS, SINGLE, tuple(totals))
        for stash, versions in of_stash.items():
            self._layer.put(points.STASH_POINTS, stash, tuple(versions))
        if not self.counts_machines:
            return
        by_era = {era: self._snapshots.machines(self.view, era + self.shift) for era in known}
        for one, machine in machines.items():
            counted = tuple(rows.machine_points(era, found.get(one), machine.gpu_num) for era, found in by_era.items())
            self._layer.put(points.MACHINE_POINTS, one, counted)

    @property
    def counts_machines(self) -> bool:
        """Whether the chain says what each machine counts; else that is guessed from its record."""
        return self.view.storage.has(_P, "ErasMachinePoints")

    def read_market(self) -> None:
        """Every machine that is online or rented, with what it costs and how much of it is free."""
        view, put = self.view, self._layer.put
        rented = dict(self._by_machine("MachineRentedGPU"))
        extra = dict(self._by_machine("MachineExtraPrice")) if view.storage.has(_P, "MachineExtraPrice") else {}
        for (key,), value in view.entries(_P, "MachinesInfo"):
            if value["machine_status"].name in ("Online", "Rented"):
                one = rows.text(key)
                put(online.MACHINES, one, rows.machine(value, self.shift))
                put(online.EXTRA_PRICE, one, extra.get(one, 0))
                put(MACHINE_ORDERS, one, MachineOrders((), tuple(range(min(rented.get(one, 0), 1_000)))))

    def _by_machine(self, item: str) -> Iterable[tuple[str, int]]:
        return ((rows.text(key), value) for (key,), value in self.view.entries(_P, item))

    def read_orders(self, ids: Iterable[int]) -> None:
        """These rent orders."""
        asked = list(dict.fromkeys(ids))
        values = self.view.many([("RentMachine", "RentInfo", (one,)) for one in asked]) if asked else []
        for one, value in zip(asked, values, strict=True):
            if value is not None:
                self._layer.put(ORDERS, one, rows.order(value))

    def machines_of_orders(self) -> set[str]:
        """The machines of the orders that were read."""
        return {order.machine_id for _, order in self._layer.items(ORDERS)}

    def owners(self) -> set[bytes]:
        """The stashes of the machines that were read, and those that their rewards go to."""
        found = {machine.stash for _, machine in self._layer.items(online.MACHINES)}
        return found | {owner.stash for _, owner in self._layer.items(payout.OWNERS)}

    def read_user(self, who: bytes) -> tuple[int, ...]:
        """The ids of the orders of a renter, and the stash that this account signs for, where there is one."""
        mine, stash = self.view.many([("RentMachine", "UserOrder", (who,)), (_P, "ControllerStash", (who,))])
        self._layer.put(USER_ORDERS, who, tuple(mine))
        if stash is not None:
            self.put_bond(stash, who)
        return tuple(mine)

    def read_totals(self) -> None:
        """Sums over the network, and what was burned."""
        sums, live = self.view.many([(_P, "SysInfo", ()), (_P, "LiveMachines", ())])
        machines = len(live["online_machine"]) + len(live["rented_machine"])
        total = online.SysInfo(sums["total_stake"], machines, sums["total_gpu_num"], sums["total_rented_gpu"])
        self._layer.put(online.SYS_INFO, SINGLE, total)
        for (who,), amount in self.view.entries("GenericFunc", "TotalDestroy"):
            self._layer.put(balances.BURNED, who, amount)

    def read_members(self) -> None:
        """Who is on the committee."""
        found = self.view.get("Committee", "Committee")
        lists = committee.CommitteeLists(
            tuple(found["normal"]), tuple(found["waiting_box_pubkey"]), tuple(found["fulfilling_list"])
        )
        self._layer.put(committee.LISTS, SINGLE, lists)
        self._layer.put(committee.CHILLED, SINGLE, tuple(found["chill_list"]))

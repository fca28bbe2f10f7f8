"""The reading half of the port, asked over the pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.dispute import CommitteeWork, Reporter, Slash, SlashClock
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.explorer import EventPage, EventQuery, ExtrinsicDetail, ExtrinsicPage, ExtrinsicQuery, Mark
from dbc_desktop.domain.history import HistoryKind, HistoryPage
from dbc_desktop.domain.machine import Machine, MachineId, MachineOwner
from dbc_desktop.domain.network import (
    BlockStamp,
    BlockSummary,
    Census,
    Deadline,
    Head,
    Identity,
    MachineTable,
    NetworkTotals,
)
from dbc_desktop.domain.rental import RentOrder, RentQuote
from dbc_desktop.domain.reward import ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.domain.simulation import Plan, Simulation
from dbc_desktop.domain.super_node import Election, Supply, Support


class HostedReads:
    """`ChainReader` whose answers come from another process; who inherits asks."""

    def _ask(self, method: str, *arguments: object) -> Any:
        raise AssertionError(f"the side that inherits asks for {method}{arguments}")

    def identity(self) -> Identity:
        """Which chain this is."""
        found: Identity = self._ask("identity")
        return found

    def head(self) -> Head:
        """The newest block."""
        found: Head = self._ask("head")
        return found

    def account(self, address: Address) -> AccountState:
        """Balances of an account."""
        found: AccountState = self._ask("account", address)
        return found

    def controller_of(self, stash: Address) -> Address | None:
        """The controller that `stash` named."""
        found: Address | None = self._ask("controller_of", stash)
        return found

    def stash_of(self, controller: Address) -> Address | None:
        """The stash that named `controller`."""
        found: Address | None = self._ask("stash_of", controller)
        return found

    def stash(self, stash: Address) -> StashOverview:
        """Rewards and stake of a stash."""
        found: StashOverview = self._ask("stash", stash)
        return found

    def server_rooms(self, stash: Address) -> tuple[bytes, ...]:
        """The 32-byte ids of its server rooms."""
        found: tuple[bytes, ...] = self._ask("server_rooms", stash)
        return found

    def machine(self, machine_id: MachineId) -> Machine | None:
        """One machine."""
        found: Machine | None = self._ask("machine", machine_id)
        return found

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        """All machines of a stash."""
        found: tuple[Machine, ...] = self._ask("machines_of", stash)
        return found

    def market(self) -> MachineTable:
        """Every machine that is online or rented."""
        found: MachineTable = self._ask("market")
        return found

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        """What each payout released."""
        found: tuple[RewardRow, ...] = self._ask("rewards", stash, from_era, to_era)
        return found

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        """What is still locked and when it will be released."""
        found: ReleaseSchedule = self._ask("release_schedule", stash)
        return found

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        """Why a machine's reward of an era is what it is."""
        found: Explanation = self._ask("explain", machine_id, era)
        return found

    def simulate(self, plan: Plan, eras: int) -> Simulation:
        """What the rules would make of a plan."""
        found: Simulation = self._ask("simulate", plan, eras)
        return found

    def rent_order(self, rent_id: int) -> RentOrder | None:
        """One order."""
        found: RentOrder | None = self._ask("rent_order", rent_id)
        return found

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        """All orders of a renter."""
        found: tuple[RentOrder, ...] = self._ask("rent_orders", renter)
        return found

    def orders_on(self, machine_id: MachineId) -> tuple[RentOrder, ...]:
        """The orders that now hold GPUs of a machine."""
        found: tuple[RentOrder, ...] = self._ask("orders_on", machine_id)
        return found

    def rent_quote(self, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
        """What an order would cost now."""
        found: RentQuote = self._ask("rent_quote", machine_id, gpu_num, duration_blocks)
        return found

    def network(self) -> NetworkTotals:
        """Sums over the whole network."""
        found: NetworkTotals = self._ask("network")
        return found

    def census(self) -> Census:
        """How many operate machines, and at how many places."""
        found: Census = self._ask("census")
        return found

    def election(self) -> Election:
        """All who stand as super nodes, and what the next election would decide."""
        found: Election = self._ask("election")
        return found

    def support_of(self, address: Address) -> Support:
        """What an account stakes for super nodes; zeros where it never did."""
        found: Support = self._ask("support_of", address)
        return found

    def supply(self) -> Supply:
        """How many coins there are, come and are gone, and what one is worth."""
        found: Supply = self._ask("supply")
        return found

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        """Slashes against an account and the stash it controls."""
        found: tuple[Slash, ...] = self._ask("slashes", address)
        return found

    def reporter(self, address: Address) -> Reporter:
        """An account as a reporter, and its reports."""
        found: Reporter = self._ask("reporter", address)
        return found

    def committee_work(self, member: Address) -> tuple[CommitteeWork, ...]:
        """What a member has to do or may take."""
        found: tuple[CommitteeWork, ...] = self._ask("committee_work", member)
        return found

    def slash_clock(self, machine_id: MachineId) -> SlashClock | None:
        """What a fault of a machine costs in each way it may go."""
        found: SlashClock | None = self._ask("slash_clock", machine_id)
        return found

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        """What ends for this account."""
        found: tuple[Deadline, ...] = self._ask("deadlines", address)
        return found

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        """Stored blocks below height `before`."""
        found: tuple[BlockSummary, ...] = self._ask("blocks", before, limit)
        return found

    def block_stamps(self, heights: Sequence[int]) -> tuple[BlockStamp | None, ...]:
        """Hash and time of the blocks at these heights."""
        found: tuple[BlockStamp | None, ...] = self._ask("block_stamps", tuple(heights))
        return found

    def machine_owner(self, machine_id: MachineId, height: int) -> MachineOwner | None:
        """Who held a machine when a block had been made."""
        found: MachineOwner | None = self._ask("machine_owner", machine_id, height)
        return found

    def events(self, height: int) -> tuple[EventRecord, ...]:
        """The events of one block."""
        found: tuple[EventRecord, ...] = self._ask("events", height)
        return found

    def extrinsics(self, query: ExtrinsicQuery, limit: int, after: Mark | None = None) -> ExtrinsicPage:
        """Extrinsics that match, newest first."""
        found: ExtrinsicPage = self._ask("extrinsics", query, limit, after)
        return found

    def extrinsic(self, tx_hash: bytes) -> ExtrinsicDetail | None:
        """One extrinsic by its hash."""
        found: ExtrinsicDetail | None = self._ask("extrinsic", tx_hash)
        return found

    def extrinsic_at(self, height: int, position: int) -> ExtrinsicDetail | None:
        """One extrinsic by its place."""
        found: ExtrinsicDetail | None = self._ask("extrinsic_at", height, position)
        return found

    def history(
        self, address: Address, before: Mark | None, limit: int, kinds: frozenset[HistoryKind] | None = None
    ) -> HistoryPage:
        """What moved the coins of an account, newest first."""
        found: HistoryPage = self._ask("history", address, before, limit, kinds)
        return found

    def event_log(self, query: EventQuery, limit: int, after: Mark | None = None) -> EventPage:
        """Events that match, newest first."""
        found: EventPage = self._ask("event_log", query, limit, after)
        return found

"""What both sides of the embedded chain answer alike: the writer from its engine, a reader from the file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from dbc_desktop.chain.local import explore, past_money, past_owners, payout_books
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import EventRecord, Receipt
from dbc_desktop.domain.dispute import CommitteeWork, Reporter, Slash, SlashClock
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput
from dbc_desktop.domain.explanation import BlockRef, Explanation
from dbc_desktop.domain.explorer import EventPage, EventQuery, ExtrinsicDetail, ExtrinsicPage, ExtrinsicQuery, Mark
from dbc_desktop.domain.history import HistoryKind, HistoryPage
from dbc_desktop.domain.machine import Machine, MachineId, MachineOwner
from dbc_desktop.domain.network import (
    BLOCK_MS,
    BLOCKS_PER_ERA,
    MOST_STAMPS,
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
from dbc_desktop.rules import views
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.simulation import branched, check, play
from dbc_desktop.rules.work import era_of


@dataclass(frozen=True, slots=True)
class Standing:
    """The chain at one height, to read from; `stalled_at` is where a fault keeps finality."""

    engine: Engine
    store: Store
    genesis_hash: bytes
    head_hash: bytes
    start_ms: int
    stalled_at: int | None = None

    def head(self) -> Head:
        """The newest block; on the embedded chain it is final at once."""
        height = self.engine.height
        finalised = height if self.stalled_at is None else min(height, self.stalled_at)
        return Head(height, self.head_hash, era_of(height), self.start_ms + height * BLOCK_MS, finalised)


class LocalReads:
    """The reading methods of `ChainReader`; who inherits says where the chain stands."""

    def _standing(self) -> AbstractContextManager[Standing]:
        """The chain as it stands; nothing moves it before the context ends."""
        raise AssertionError("the side that inherits says where the chain stands")

    def _pending_nonces(self, address: Address) -> int:
        """Extrinsics of the account that wait for a block."""
        del address
        return 0

    def identity(self) -> Identity:
        """Which chain this is."""
        with self._standing() as now:
            profile = now.engine.profile
            return Identity(
                kind="local",
                name="Local chain",
                genesis_hash=now.genesis_hash,
                spec_version=profile.spec_version,
                transaction_version=profile.transaction_version,
                rules_profile=profile.name,
            )

    def head(self) -> Head:
        """The newest block."""
        with self._standing() as now:
            return now.head()

    def account(self, address: Address) -> AccountState:
        """Balances of an account; all zero where the chain has never seen it."""
        with self._standing() as now:
            state = views.account_state(now.engine, address)
            waiting = self._pending_nonces(address)
            return replace(state, nonce=state.nonce + waiting) if waiting else state

    def controller_of(self, stash: Address) -> Address | None:
        """The controller that `stash` named."""
        with self._standing() as now:
            return views.controller_of(now.engine, stash)

    def stash_of(self, controller: Address) -> Address | None:
        """The stash that named `controller`."""
        with self._standing() as now:
            return views.stash_of(now.engine, controller)

    def stash(self, stash: Address) -> StashOverview:
        """Rewards and stake of a stash."""
        with self._standing() as now:
            found, era = views.stash_overview(now.engine, stash), views.pushed_out_era(now.engine, stash)
            if era is None:
                return found
            rows = [row for one in found.machines for row in payout_books.rewards(now.store, one, era, era)]
            more = sum((row.at_once + row.from_earlier for row in views.reward_rows(rows)), ZERO)
            return replace(found, released_last_7_eras=found.released_last_7_eras + more)

    def server_rooms(self, stash: Address) -> tuple[bytes, ...]:
        """The 32-byte ids of its server rooms."""
        with self._standing() as now:
            return views.server_rooms(now.engine, stash)

    def machine(self, machine_id: MachineId) -> Machine | None:
        """One machine."""
        with self._standing() as now:
            return views.machine(now.engine, machine_id)

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        """All machines of a stash."""
        with self._standing() as now:
            return views.machines_of(now.engine, stash)

    def market(self) -> MachineTable:
        """Every machine that is online or rented."""
        with self._standing() as now:
            return views.market(now.engine)

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        """What each payout released, newest era first."""
        with self._standing() as now:
            machines = views.stash_overview(now.engine, stash).machines
            rows = [row for one in machines for row in payout_books.rewards(now.store, one, from_era, to_era)]
            return views.reward_rows(rows)

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        """What is still locked and when it will be released."""
        with self._standing() as now:
            return views.release_schedule(now.engine, stash)

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        """Why a machine's reward of an era is what it is."""
        with self._standing() as now:
            store = now.store
            found = payout_books.payouts(store, machine_id, era, era)
            if not found:
                old = payout_books.rewards(store, machine_id, era, era)
                raise InvalidInput("reward", "too_old" if old else "not_paid", era=era)
            (paid,) = found
            earlier = payout_books.payouts(store, machine_id, era - paid.line.waiting, era - 1)
            if len(earlier) != paid.line.waiting:
                raise InvalidInput("reward", "too_old", era=era)
            began = (era - 1) * BLOCKS_PER_ERA + 1
            blocks = (_stored(store, began), _stored(store, paid.height))
            owners = store.history("reward_owner", machine_id)
            try:
                return views.explained(now.engine, now.genesis_hash, paid, earlier, owners, blocks)
            except ValueError as error:
                raise DataCorrupt(store.path, f"reward of era {era}") from error

    def simulate(self, plan: Plan, eras: int) -> Simulation:
        """What the rules would make of a plan; the chain goes on meanwhile."""
        check(plan, eras)
        with self._standing() as now:
            branch, height = branched(now.engine), now.engine.height
        return play(branch, plan, eras, height)

    def rent_order(self, rent_id: int) -> RentOrder | None:
        """One order, also after it lapsed or ended."""
        with self._standing() as now:
            living = views.rent_order(now.engine, rent_id)
            if living is not None:
                return living
            row = now.store.history_number("rent_order", rent_id)
            return None if row is None else views.ended_order(now.engine, row)

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        """All orders of a renter, newest first."""
        with self._standing() as now:
            return views.rent_orders(now.engine, renter, now.store.history("rent_order", renter.raw.hex()))

    def orders_on(self, machine_id: MachineId) -> tuple[RentOrder, ...]:
        """The orders that now hold GPUs of a machine."""
        with self._standing() as now:
            return views.orders_on(now.engine, machine_id)

    def rent_quote(self, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
        """What an order would cost now."""
        with self._standing() as now:
            return views.rent_quote(now.engine, machine_id, gpu_num, duration_blocks)

    def network(self) -> NetworkTotals:
        """Sums over the whole network."""
        with self._standing() as now:
            return views.network_totals(now.engine)

    def census(self) -> Census:
        """How many operate machines, and at how many places."""
        with self._standing() as now:
            return views.census(now.engine)

    def election(self) -> Election:
        """All who stand as super nodes, and what the next election would decide."""
        with self._standing() as now:
            return views.election(now.engine)

    def support_of(self, address: Address) -> Support:
        """What an account stakes for super nodes; zeros where it never did."""
        with self._standing() as now:
            return views.support_of(now.engine, address)

    def supply(self) -> Supply:
        """How many coins there are, come and are gone, and what one is worth."""
        with self._standing() as now:
            return views.supply(now.engine)

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        """Slashes against an account and the stash it controls."""
        with self._standing() as now:
            return views.slashes(now.engine, address)

    def reporter(self, address: Address) -> Reporter:
        """An account as a reporter, and its reports."""
        with self._standing() as now:
            return views.reporter(now.engine, address)

    def committee_work(self, member: Address) -> tuple[CommitteeWork, ...]:
        """What a member has to do or may take."""
        with self._standing() as now:
            return views.committee_work(now.engine, member)

    def slash_clock(self, machine_id: MachineId) -> SlashClock | None:
        """What a fault of a machine costs in each way it may go."""
        with self._standing() as now:
            return views.slash_clock(now.engine, machine_id)

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        """What ends for this account, earliest first."""
        with self._standing() as now:
            return views.deadlines(now.engine, address)

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        """Stored blocks below height `before`, newest first."""
        with self._standing() as now:
            return now.store.blocks(before, limit)

    def block_stamps(self, heights: Sequence[int]) -> tuple[BlockStamp | None, ...]:
        """Hash and time of the blocks at these heights; heights between stored blocks have none."""
        with self._standing() as now:
            return tuple(past_owners.stamp(now.store, height, now.start_ms) for height in heights[:MOST_STAMPS])

    def machine_owner(self, machine_id: MachineId, height: int) -> MachineOwner | None:
        """Who held a machine when a block had been made, by the chain's own events."""
        with self._standing() as now:
            if not 0 <= height <= now.engine.height:
                return None
            return past_owners.owner(now.store, views.machine(now.engine, machine_id), machine_id, height)

    def events(self, height: int) -> tuple[EventRecord, ...]:
        """The events of one block."""
        with self._standing() as now:
            return now.store.events(height)

    def extrinsics(self, query: ExtrinsicQuery, limit: int, after: Mark | None = None) -> ExtrinsicPage:
        """Extrinsics that match, newest first."""
        with self._standing() as now:
            return explore.extrinsic_page(now.store, query, limit, after)

    def extrinsic(self, tx_hash: bytes) -> ExtrinsicDetail | None:
        """One extrinsic by its hash."""
        with self._standing() as now:
            return explore.extrinsic_detail(now.store, tx_hash)

    def extrinsic_at(self, height: int, position: int) -> ExtrinsicDetail | None:
        """One extrinsic by its place."""
        with self._standing() as now:
            return explore.extrinsic_at(now.store, height, position)

    def event_log(self, query: EventQuery, limit: int, after: Mark | None = None) -> EventPage:
        """Events that match, newest first."""
        with self._standing() as now:
            return explore.event_page(now.store, query, limit, after)

    def history(
        self, address: Address, before: Mark | None, limit: int, kinds: frozenset[HistoryKind] | None = None
    ) -> HistoryPage:
        """What moved the coins of an account, newest first."""
        with self._standing() as now:
            return past_money.history_page(now.store, address, before, limit, kinds)

    def receipt(self, tx_hash: bytes) -> Receipt | None:
        """What became of an extrinsic; None where no block holds it."""
        with self._standing() as now:
            return now.store.receipt(tx_hash)


def _stored(store: Store, height: int) -> BlockRef:
    """The block at a height at which there always is one.

    Raises:
        DataCorrupt: There is none.
    """
    found = store.last_block(height)
    if found is None or found[0] != height:
        raise DataCorrupt(store.path, f"no block {height}")
    return BlockRef(height, found[1])

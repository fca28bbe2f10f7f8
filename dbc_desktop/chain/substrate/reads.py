"""The reading half of the port, from a node's storage at one block (chain-rules 10.2, 10.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dbc_desktop.chain.history_store import HistoryStore
from dbc_desktop.chain.substrate.blocks import Blocks, Header
from dbc_desktop.chain.substrate.custom_rpc import CustomRpc
from dbc_desktop.chain.substrate.dispute_mirror import Settled, read_committee_work, read_reporter, read_slashes
from dbc_desktop.chain.substrate.lacking import Lacking, lacking
from dbc_desktop.chain.substrate.mirror import NODE_RULES, Mirror
from dbc_desktop.chain.substrate.past import NodePast
from dbc_desktop.chain.substrate.points_log import PointsLog
from dbc_desktop.chain.substrate.reward_log import RewardLog
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.chain.substrate.staking_mirror import (
    node_emission,
    read_election,
    read_support,
    tells_of_super_nodes,
)
from dbc_desktop.chain.substrate.storage import View
from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.dispute import CommitteeWork, Reporter, Slash, SlashClock
from dbc_desktop.domain.errors import BackendMismatch, ChainRequestFailed, DbcError
from dbc_desktop.domain.explorer import Mark
from dbc_desktop.domain.history import HistoryKind, HistoryPage
from dbc_desktop.domain.machine import Machine, MachineId, MachineOwner
from dbc_desktop.domain.network import (
    MOST_STAMPS,
    BlockStamp,
    BlockSummary,
    Census,
    Deadline,
    MachineTable,
    NetworkTotals,
)
from dbc_desktop.domain.rental import RentOrder, RentQuote, RentStatus
from dbc_desktop.domain.reward import ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.domain.super_node import Election, Supply, Support
from dbc_desktop.rules import views
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout
from dbc_desktop.rules.reward_queue import Owner, Queue, rewards, unpack
from dbc_desktop.rules.work import era_of

MOST_BLOCKS = 200
"""Blocks that one list shows at most: each costs a request."""

_PERCENT_99 = 990_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the node stands: its newest block, how far it is final, and what reads it."""

    header: Header
    finalised: int
    runtime: Runtime
    view: View


@contextmanager
def shaped() -> Iterator[None]:
    """A value of another shape than this program knows is a chain of another version, not a bug of ours.

    Raises:
        BackendMismatch: `storage`.
    """
    try:
        yield
    except DbcError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError) as error:
        raise BackendMismatch("storage") from error


class NodeReads(NodePast, Lacking):
    """The reading methods of `ChainReader`; who inherits says where the node stands."""

    _blocks: Blocks
    _custom: CustomRpc
    _log: RewardLog
    _snapshots: PointsLog
    _settled: Settled
    _history: HistoryStore | None

    def _now(self) -> Standing:
        raise AssertionError("the side that inherits says where the node stands")

    def _next_nonce(self, address: Address, stored: int) -> int:
        raise AssertionError("the side that inherits asks for the pool")

    def _mirror(self) -> Mirror:
        """A mirror of the newest block with what root set."""
        now = self._now()
        mirror = Mirror(now.view, now.header.height, self._log, self._snapshots)
        mirror.read_parameters()
        return mirror

    def account(self, address: Address) -> AccountState:
        """Balances of an account; `nonce` counts pending ones."""
        with shaped():
            mirror = self._mirror_of_account(address)
            state = views.account_state(mirror.engine(), address)
        return replace(state, nonce=self._next_nonce(address, state.nonce))

    def _mirror_of_account(self, address: Address) -> Mirror:
        now = self._now()
        mirror = Mirror(now.view, now.header.height, self._log, self._snapshots)
        mirror.read_accounts([address.raw])
        return mirror

    def controller_of(self, stash: Address) -> Address | None:
        """The controller that `stash` named."""
        found = self._now().view.get("OnlineProfile", "StashController", stash.raw)
        return None if found is None else Address(found)

    def stash_of(self, controller: Address) -> Address | None:
        """The stash that named `controller`."""
        found = self._now().view.get("OnlineProfile", "ControllerStash", controller.raw)
        return None if found is None else Address(found)

    def server_rooms(self, stash: Address) -> tuple[bytes, ...]:
        """The 32-byte ids of its server rooms."""
        return tuple(self._now().view.get("OnlineProfile", "StashServerRooms", stash.raw))

    def stash(self, stash: Address) -> StashOverview:
        """Rewards and stake of a stash."""
        with shaped():
            mirror = self._mirror()
            mirror.read_machines(mirror.read_stashes([stash.raw]))
            return views.stash_overview(mirror.engine(), stash)

    def machine(self, machine_id: MachineId) -> Machine | None:
        """One machine."""
        with shaped():
            mirror = self._mirror()
            mirror.read_machines([machine_id], earned=True)
            return views.machine(mirror.engine(), machine_id)

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        """All machines of a stash."""
        with shaped():
            mirror = self._mirror()
            mirror.read_machines(mirror.read_stashes([stash.raw]), earned=True)
            return views.machines_of(mirror.engine(), stash)

    def market(self) -> MachineTable:
        """Every machine that is online or rented."""
        with shaped():
            mirror = self._mirror()
            mirror.read_market()
            return views.market(mirror.engine())

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        """What each payout released, newest era first."""
        with shaped():
            mirror = self._mirror()
            ids = mirror.read_stashes([stash.raw])
            asked = [
                (era, one)
                for one in ids
                for era in range(max(1, from_era), min(to_era, mirror.newest_paid_of(one) + mirror.shift) + 1)
            ]
            if not asked:
                return ()
            mirror.read_machines(ids)
            found = self._log.rows(mirror.view, asked)
            engine = mirror.engine()
            queues = {one: _queue_of(engine, one) for one in ids}
        made = [
            _reward_row(era, MachineId(one), earned, released, queues[one], mirror.shift)
            for (era, one), (earned, released) in found.items()
            if earned or released
        ]
        return tuple(sorted(made, key=lambda row: (-row.era, row.machine_id)))

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        """What is still locked and when it will be released."""
        with shaped():
            mirror = self._mirror()
            mirror.read_machines(mirror.read_stashes([stash.raw]))
            found = views.release_schedule(mirror.engine(), stash)
        return replace(found, first_era=found.first_era + mirror.shift)

    def rent_order(self, rent_id: int) -> RentOrder | None:
        """One order that holds GPUs now; the chain forgets those that lapsed or ended."""
        if not 0 <= rent_id < 2**64:
            return None
        with shaped():
            mirror = self._mirror()
            mirror.read_orders([rent_id])
            return self._with_fee(views.rent_order(mirror.engine(), rent_id))

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        """The orders of a renter that hold GPUs now, newest first."""
        with shaped():
            mirror = self._mirror()
            mirror.read_orders(mirror.read_user(renter.raw))
            found = views.rent_orders(mirror.engine(), renter)
        return tuple(one for one in map(self._with_fee, found) if one is not None)

    def orders_on(self, machine_id: MachineId) -> tuple[RentOrder, ...]:
        """The orders that now hold GPUs of a machine."""
        with shaped():
            mirror = self._mirror()
            mirror.read_orders(mirror.read_machines([machine_id]))
            found = views.orders_on(mirror.engine(), machine_id)
        return tuple(one for one in map(self._with_fee, found) if one is not None)

    def _with_fee(self, order: RentOrder | None) -> RentOrder | None:
        """A confirmed order's fee stands in the event of its block only; None where the node forgot that."""
        if order is None or order.status is RentStatus.WAITING_VERIFYING:
            return order
        return replace(order, fee=self._paid(order))

    def _paid(self, order: RentOrder) -> Balance | None:
        raise AssertionError(f"the side that inherits looks for what was paid for {order.rent_id}")

    def rent_quote(self, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
        """What an order would cost now."""
        with shaped():
            mirror = self._mirror()
            mirror.read_machines([machine_id])
            return views.rent_quote(mirror.engine(), machine_id, gpu_num, duration_blocks)

    def network(self) -> NetworkTotals:
        """Sums over the whole network."""
        with shaped():
            mirror = self._mirror()
            mirror.read_totals()
            return views.network_totals(mirror.engine())

    def census(self) -> Census:
        """How many operate machines, and at how many places; asked of the node where it counts itself."""
        now = self._now()
        operators, places = self._custom.operators(now.view.at), self._custom.places(now.view.at)
        with shaped():
            if operators is None:
                operators = now.view.count("OnlineProfile", "StashMachines")
            if places is None:
                entries = now.view.entries("OnlineProfile", "PosGPUInfo")
                places = sum(1 for _, value in entries if value["online_gpu"])
        return Census(operators, places)

    def election(self) -> Election:
        """All who stand, and what the next election would decide: an estimate, or what is decided already."""
        with shaped():
            return read_election(self._staking())

    def support_of(self, address: Address) -> Support:
        """What an account stakes for super nodes."""
        with shaped():
            return read_support(self._staking(), address)

    def _staking(self) -> Mirror:
        """A mirror without what machines need.

        Raises:
            BackendMismatch: `super_nodes`: the runtime keeps none as this program knows them.
        """
        now = self._now()
        if not tells_of_super_nodes(now.runtime.storage):
            raise lacking("super_nodes")
        return Mirror(now.view, now.header.height, self._log, self._snapshots)

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        """Slashes against an account and the stash it controls, the next first, then what is over."""
        with shaped():
            mirror = self._mirror()
            read_slashes(mirror, self._settled, address.raw)
            return views.slashes(mirror.engine(), address)

    def reporter(self, address: Address) -> Reporter:
        """An account as a reporter, and its reports, newest first."""
        with shaped():
            mirror = self._mirror()
            read_reporter(mirror, address.raw)
            return views.reporter(mirror.engine(), address)

    def committee_work(self, member: Address) -> tuple[CommitteeWork, ...]:
        """What a member has to do or may take, earliest deadline first."""
        with shaped():
            mirror = self._mirror()
            read_committee_work(mirror, member.raw)
            return views.committee_work(mirror.engine(), member)

    def slash_clock(self, machine_id: MachineId) -> SlashClock | None:
        """What a fault of a machine costs in each way it may go."""
        with shaped():
            mirror = self._mirror()
            mirror.read_machines([machine_id])
            if (
                mirror.counts_machines
            ):  # else what is lost of today's reward is not told: no figure is better than a guess
                mirror.read_points([era_of(mirror.height + 1)])
            return views.slash_clock(mirror.engine(), machine_id)

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        """What ends for this account."""
        with shaped():
            mirror = self._mirror()
            orders = list(mirror.read_user(address.raw))
            controlled = mirror.view.get("OnlineProfile", "ControllerStash", address.raw)
            stashes = [address.raw, *([] if controlled is None else [controlled])]
            orders += mirror.read_machines(mirror.read_stashes(stashes))
            mirror.read_orders(orders)
            read_slashes(mirror, self._settled, address.raw)
            read_reporter(mirror, address.raw)
            read_committee_work(mirror, address.raw)
            found = views.deadlines(mirror.engine(), address)
        if not mirror.shift:
            return found
        return tuple(
            replace(one, subject=str(int(one.subject) + mirror.shift)) if one.kind in ("payout", "era") else one
            for one in found
        )

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        """Blocks below height `before`, newest first, as far as the node keeps their state."""
        now = self._now()
        highest = min(before - 1, now.header.height)
        lowest = max(0, highest - min(limit, MOST_BLOCKS) + 1)
        if highest < 0 or limit <= 0:
            return ()
        top = now.header
        if highest < top.height:
            (found,) = self._blocks.hashes(range(highest, highest + 1))
            if found is None:
                return ()
            top = self._blocks.header(found)
        chain = self._blocks.down_to(top, lowest)[::-1]
        counts = self._blocks.event_counts(now.runtime, [block.header.hash for block in chain])
        made = []
        for block, count in zip(chain, counts, strict=True):
            if count is None:
                break
            header = block.header
            made.append(BlockSummary(header.height, header.hash, header.parent_hash, len(block.extrinsics), count))
        return tuple(made)

    def block_stamps(self, heights: Sequence[int]) -> tuple[BlockStamp | None, ...]:
        """Hash and time of the blocks at these heights; times as far as the node keeps their state."""
        now, asked = self._now(), list(heights[:MOST_STAMPS])
        there = [height for height in dict.fromkeys(asked) if 0 <= height <= now.header.height]
        found = dict(zip(there, self._blocks.hashes(there), strict=True))
        hashes = [one for one in found.values() if one is not None]
        times = dict(zip(hashes, self._blocks.times(now.runtime, hashes), strict=True))
        return tuple(
            None if (one := found.get(height)) is None else BlockStamp(height, one, times[one]) for height in asked
        )

    def machine_owner(self, machine_id: MachineId, height: int) -> MachineOwner | None:
        """Who held a machine when a block had been made; None where the node does not keep that state any more."""
        now = self._now()
        if not 0 <= height <= now.header.height:
            return None
        (block,) = self._blocks.hashes([height])
        if block is None:
            return None
        try:
            found = now.view.beside(block).get("OnlineProfile", "MachinesInfo", machine_id)
        except ChainRequestFailed:
            return None
        if found is None:
            return MachineOwner(None, None)
        with shaped():
            return MachineOwner(Address(found["machine_stash"]), Address(found["controller"]))

    def events(self, height: int) -> tuple[EventRecord, ...]:
        """The events of one block; empty where there is no such block."""
        if not 0 <= height < 2**32:
            return ()
        (found,) = self._blocks.hashes(range(height, height + 1))
        if found is None:
            return ()
        header = self._blocks.header(found)
        return self._events_of(header)

    def _events_of(self, header: Header) -> tuple[EventRecord, ...]:
        raise AssertionError(f"the side that inherits knows the runtime at {header.height}")

    def supply(self) -> Supply:
        """How many coins there are, come and are gone."""
        with shaped():
            mirror = self._mirror()
            mirror.read_totals()
            mirror.read_accounts([NODE_RULES.treasury])
            found = views.supply(mirror.engine())
            paid = node_emission(mirror)
        return replace(found, node_emission=paid, treasury_burned=None, price_height=None)

    def history(
        self, address: Address, before: Mark | None, limit: int, kinds: frozenset[HistoryKind] | None = None
    ) -> HistoryPage:
        """What this program saw move the coins of an account, and since when it looked."""
        store, genesis = self._history, self._genesis()
        if store is None:
            return HistoryPage((), None, self._now().header.height + 1)
        if store.known_from(genesis) is None:
            return HistoryPage((), None, self._now().header.height + 1)
        return store.page(genesis, address, before, limit, kinds)

    def _genesis(self) -> bytes:
        raise AssertionError("the side that inherits knows the genesis")


def _reward_row(
    era: int, machine_id: MachineId, earned: int, released: int, found: tuple[Queue, Owner] | None, shift: int
) -> RewardRow:
    """One era of one machine; what of it was released at once follows from its whole reward (chain-rules 4.9)."""
    at_once = perbill_mul(perbill_rational(1, 4), earned)
    if found is not None:
        queue, owner = found
        waiting, back = rewards(queue), queue.last_era + shift - era
        if 0 <= back < len(waiting):  # as long as it waits the whole reward is known, and the figure exact
            whole = waiting[len(waiting) - 1 - back]
            at_once = perbill_mul(perbill_rational(49, 200), whole) + perbill_mul(perbill_rational(1, 200), whole)
            if era <= owner.deadline + shift:
                at_once = perbill_mul(_PERCENT_99, at_once)
    at_once = min(at_once, released)
    return RewardRow(era, machine_id, Balance(earned), Balance(at_once), Balance(released - at_once))


def _queue_of(engine: Engine, machine_id: str) -> tuple[Queue, Owner] | None:
    data, owner = engine.state.get(payout.QUEUES, machine_id), engine.state.get(payout.OWNERS, machine_id)
    return None if data is None or owner is None else (unpack(data), owner)

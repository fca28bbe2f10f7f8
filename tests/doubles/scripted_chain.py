"""A chain whose answers are written down by the test; it keeps the port and counts what was submitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.backend import HeadChange, Subscription
from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, Draft, EventRecord, Preview, Receipt, SigningContext
from dbc_desktop.domain.dispute import CommitteeWork, Report, Reporter, Slash, SlashClock
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.machine import HardwareInfo, Machine, MachineId, MachineOwner
from dbc_desktop.domain.network import (
    BlockStamp,
    BlockSummary,
    Capability,
    Census,
    ClockMode,
    Deadline,
    Drift,
    Head,
    Identity,
    MachineTable,
    NetworkTotals,
)
from dbc_desktop.domain.rental import RentOrder, RentQuote
from dbc_desktop.domain.reward import ReleaseRule, ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.domain.simulation import Plan, Simulation
from dbc_desktop.domain.super_node import Election, Supply, Support

GENESIS = bytes.fromhex("11" * 32)
RULE = ReleaseRule("launch-2021", 250, 150, 5)


def head_at(height: int) -> Head:
    """The head at `height`, final, in the era that chain-rules 4.9 gives it."""
    return Head(height, bytes([height % 256]) * 32, (height + 14_399) // 14_400, 1_700_000_000_000, height)


def empty_stash(stash: Address) -> StashOverview:
    """A stash without a machine."""
    return StashOverview(stash, None, (), 0, 0, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, None, RULE)


@dataclass
class Silent:
    """A subscription that never calls."""

    def close(self) -> None:
        """Nothing runs."""


@dataclass
class ScriptedChain:
    """Set the fields; every method answers from them."""

    height: int = 1_214
    totals: NetworkTotals = field(
        default_factory=lambda: NetworkTotals(
            Balance.of_dbc(3_900_000_000), ZERO, None, Balance.of_dbc(1_095_890), 12_000, 2, 16, 0, ZERO,
            Balance(71_428_571_428_571_416_666), Balance.of_dbc(10),
        )
    )  # fmt: skip
    accounts: dict[Address, AccountState] = field(default_factory=dict)
    controllers: dict[Address, Address] = field(default_factory=dict)
    overviews: dict[Address, StashOverview] = field(default_factory=dict)
    rooms: dict[Address, tuple[bytes, ...]] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)
    orders: list[RentOrder] = field(default_factory=list)
    reward_rows: list[RewardRow] = field(default_factory=list)
    schedule: ReleaseSchedule = field(default_factory=lambda: ReleaseSchedule(1, ()))
    explanations: dict[tuple[MachineId, int], Explanation] = field(default_factory=dict)
    simulation: Simulation | None = None
    plans: list[tuple[Plan, int]] = field(default_factory=list)
    found_slashes: tuple[Slash, ...] = ()
    reports: tuple[Report, ...] = ()
    work: tuple[CommitteeWork, ...] = ()
    clocks: dict[MachineId, SlashClock] = field(default_factory=dict)
    ends: tuple[Deadline, ...] = ()
    stamps: dict[int, BlockStamp] = field(default_factory=dict)
    owners: dict[tuple[str, int], MachineOwner] = field(default_factory=dict)
    kind: str = "local"
    genesis_hash: bytes = GENESIS
    spec_version: int = 411
    nonce: int = 0
    receipts: list[Receipt | None] = field(default_factory=list)
    preview_error: tuple[str, str] | None = None
    submit_error: DbcError | None = None
    submitted: list[bytes] = field(default_factory=list)
    jumps: list[int] = field(default_factory=list)
    replay_error: DbcError | None = None
    is_closed: bool = False

    def identity(self) -> Identity:
        return Identity(self.kind, "Local chain", self.genesis_hash, self.spec_version, 1, "launch-2021")

    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    def head(self) -> Head:
        return head_at(self.height)

    def account(self, address: Address) -> AccountState:
        return self.accounts.get(address, AccountState(address, ZERO, ZERO, 0))

    def controller_of(self, stash: Address) -> Address | None:
        return self.controllers.get(stash)

    def stash_of(self, controller: Address) -> Address | None:
        return next((stash for stash, named in self.controllers.items() if named == controller), None)

    def stash(self, stash: Address) -> StashOverview:
        return self.overviews.get(stash, empty_stash(stash))

    def server_rooms(self, stash: Address) -> tuple[bytes, ...]:
        return self.rooms.get(stash, ())

    def machine(self, machine_id: MachineId) -> Machine | None:
        return next((machine for machine in self.machines if machine.machine_id == machine_id), None)

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        return tuple(machine for machine in self.machines if machine.stash == stash)

    def market(self) -> MachineTable:
        whole, real = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
        return MachineTable((), (), *([whole] * 9), real, real)

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        rows = [row for row in self.reward_rows if from_era <= row.era <= to_era]
        return tuple(sorted(rows, key=lambda row: -row.era))

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        return self.schedule

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        found = self.explanations.get((machine_id, era))
        if found is None:
            raise InvalidInput("reward", "not_paid", era=era)
        return found

    def simulate(self, plan: Plan, eras: int) -> Simulation:
        self.plans.append((plan, eras))
        if self.simulation is None:
            raise InvalidInput("plan", "no_price")
        return self.simulation

    def rent_order(self, rent_id: int) -> RentOrder | None:
        return next((order for order in self.orders if order.rent_id == rent_id), None)

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        return tuple(order for order in self.orders if order.renter == renter)

    def orders_on(self, machine_id: MachineId) -> tuple[RentOrder, ...]:
        return tuple(order for order in self.orders if order.machine_id == machine_id)

    def rent_quote(self, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
        return RentQuote(machine_id, gpu_num, duration_blocks, 0, ZERO, ZERO, Balance.of_dbc(10))

    def network(self) -> NetworkTotals:
        return self.totals

    def census(self) -> Census:
        return Census(1, 1)

    def election(self) -> Election:
        return Election(0, 14_401, 21, "totals", None, ZERO, ())

    def support_of(self, address: Address) -> Support:
        return Support(address)

    def supply(self) -> Supply:
        return Supply(self.totals.issuance, ZERO, ZERO, ZERO, ZERO, ZERO, None, 12_000, 0)

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        return self.found_slashes

    def reporter(self, address: Address) -> Reporter:
        stake, first = Balance.of_dbc(1_000), Balance.of_dbc(20_000)
        return Reporter(ZERO, ZERO, first, stake, Balance.of_dbc(10), True, self.reports)

    def committee_work(self, member: Address) -> tuple[CommitteeWork, ...]:
        return self.work

    def slash_clock(self, machine_id: MachineId) -> SlashClock | None:
        return self.clocks.get(machine_id)

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        return self.ends

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        return ()

    def block_stamps(self, heights: Sequence[int]) -> tuple[BlockStamp | None, ...]:
        return tuple(self.stamps.get(height) for height in heights)

    def machine_owner(self, machine_id: MachineId, height: int) -> MachineOwner | None:
        """What `owners` has at the next height at or below; None where nothing reaches down so far."""
        known = [one for (machine, since), one in sorted(self.owners.items(), key=lambda item: item[0][1])
                 if machine == machine_id and since <= height]  # fmt: skip
        return known[-1] if known else None

    def events(self, height: int) -> tuple[EventRecord, ...]:
        return ()

    def signing_context(self, signer: Address) -> SigningContext:
        return SigningContext(self.genesis_hash, self.spec_version, 1, self.nonce, self.height, bytes(32))

    def fee_of(self, extrinsic_length: int, call: Call) -> int:
        return 1_000_000_000_000

    def draft(self, call: Call, signer: Address) -> Draft:
        return codec.priced(call, signer.raw, self.signing_context(signer), self.fee_of)

    def stash_copy(self, stash: Address) -> bytes:
        raise AssertionError(stash)

    def drift(self) -> tuple[Drift, ...]:
        return ()

    def check_draft(self, draft: Draft) -> None:
        codec.refuse_other_bytes(draft)

    def preview(self, call: Call, signer: Address) -> Preview:
        state = self.account(signer)
        fee = Balance(1_000_000_000_000)
        return Preview(call, fee, state.free, state.reserved, (), self.preview_error)

    def submit(self, extrinsic: bytes) -> bytes:
        self.submitted.append(extrinsic)
        if self.submit_error is not None:
            raise self.submit_error
        return b""

    def receipt(self, tx_hash: bytes, born: int | None = None) -> Receipt | None:
        """The next of `receipts`; the last one stays."""
        if not self.receipts:
            return None
        return self.receipts.pop(0) if len(self.receipts) > 1 else self.receipts[0]

    def follow(self, callback: Callable[[HeadChange], None]) -> Subscription:
        return Silent()

    def clock_mode(self) -> ClockMode:
        return ClockMode.MANUAL

    def set_clock(self, mode: ClockMode) -> None:
        """Stays manual."""

    def jump(self, blocks: int, progress: Callable[[int, int], None] | None = None) -> Head:
        self.jumps.append(blocks)
        if progress is not None:
            progress(blocks, blocks)
        self.height += blocks
        return self.head()

    def play_money(self, address: Address) -> bytes:
        return bytes(32)

    def show_machine(self, hardware: HardwareInfo) -> None:
        """Nobody looks."""

    def replay(self, progress: Callable[[int, int], None] | None = None) -> Head:
        if self.replay_error is not None:
            raise self.replay_error
        return self.head()

    def close(self) -> None:
        self.is_closed = True

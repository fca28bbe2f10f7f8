"""The port to a chain, in words of the domain; `tests/contract` holds every backend to it.

All methods may block and are called from the `chain-read` and `chain-write` lanes, never from the GUI thread. Any of
them raises `ChainUnreachable` when the backend does not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.branches import Branch, BranchComparison, Fault, ResidentSettings, Snapshot
from dbc_desktop.domain.call import Call, Draft, EventRecord, Preview, Receipt, SigningContext
from dbc_desktop.domain.dispute import CommitteeWork, Reporter, Slash, SlashClock
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.explorer import EventPage, EventQuery, ExtrinsicDetail, ExtrinsicPage, ExtrinsicQuery, Mark
from dbc_desktop.domain.history import HistoryKind, HistoryPage
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
from dbc_desktop.domain.reward import ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.domain.simulation import Plan, Simulation
from dbc_desktop.domain.super_node import Election, Supply, Support

Progress = Callable[[int, int], None]
"""Told `(done, total)` while a long act runs; may raise `Cancelled`."""


@dataclass(frozen=True, slots=True)
class HeadChange:
    """A new head and the events since the last one that was told, oldest first (cut to the newest 1,000)."""

    head: Head
    events: tuple[EventRecord, ...]


class Subscription(Protocol):
    """A running `follow`."""

    def close(self) -> None:
        """Stop it; no callback runs after this returns."""


class ChainReader(Protocol):
    """A chain that is only read, at its newest block; a process beside the writer has no more than this."""

    def identity(self) -> Identity:
        """Which chain this is."""

    def capabilities(self) -> frozenset[Capability]:
        """What it can do beyond this port; `CLOCK`, `JUMP` and `PLAY_MONEY` mean it is a `TimeMachine` too."""

    def head(self) -> Head:
        """The newest block."""

    def account(self, address: Address) -> AccountState:
        """Balances of an account; all zero where the chain has never seen it. `nonce` counts pending ones."""

    def controller_of(self, stash: Address) -> Address | None:
        """The controller that `stash` named."""

    def stash_of(self, controller: Address) -> Address | None:
        """The stash that named `controller`."""

    def stash(self, stash: Address) -> StashOverview:
        """Rewards and stake of a stash; zeros where it has no machine."""

    def server_rooms(self, stash: Address) -> tuple[bytes, ...]:
        """The 32-byte ids of its server rooms."""

    def machine(self, machine_id: MachineId) -> Machine | None:
        """One machine, None where no record of it exists."""

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        """All machines of a stash that the chain has a record of."""

    def market(self) -> MachineTable:
        """Every machine that is online or rented, as columns."""

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        """What each payout released, newest era first, both ends included."""

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        """What is still locked and when it will be released."""

    def rent_order(self, rent_id: int) -> RentOrder | None:
        """One order, also after it lapsed or ended; None where there never was one."""

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        """All orders of a renter, newest first, lapsed and ended ones included."""

    def orders_on(self, machine_id: MachineId) -> tuple[RentOrder, ...]:
        """The orders that now hold GPUs of a machine."""

    def rent_quote(self, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
        """What an order would cost now.

        Raises:
            ChainRejected: As `rent_machine` would (chain-rules 5.2), e.g. `GPUNotEnough`, `OnlyHalfHourAllowed`.
        """

    def network(self) -> NetworkTotals:
        """Sums over the whole network."""

    def census(self) -> Census:
        """How many operate machines, and at how many places."""

    def election(self) -> Election:
        """All who stand as super nodes, and what the next election would decide; needs `SUPER_NODES`."""

    def support_of(self, address: Address) -> Support:
        """What an account stakes for super nodes, zeros where it never did; needs `SUPER_NODES`."""

    def supply(self) -> Supply:
        """How many coins there are, come and are gone, and what one is worth."""

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        """Slashes against an account and the stash it controls, the next first, then what is over; needs `DISPUTES`."""

    def reporter(self, address: Address) -> Reporter:
        """An account as a reporter, and its reports, newest first; zeros where it never was one; needs `DISPUTES`."""

    def committee_work(self, member: Address) -> tuple[CommitteeWork, ...]:
        """What a member has to do or may take, earliest deadline first; needs `DISPUTES`."""

    def slash_clock(self, machine_id: MachineId) -> SlashClock | None:
        """What a fault costs in each way it may go; None unless the machine works or is offline; needs `DISPUTES`."""

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        """What ends for this account (as stash, controller or renter), earliest first, the next payout included."""

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        """Stored blocks below height `before`, newest first."""

    def block_stamps(self, heights: Sequence[int]) -> tuple[BlockStamp | None, ...]:
        """Hash and time of the blocks at these heights (at most `MOST_STAMPS`); None where there is no block."""

    def machine_owner(self, machine_id: MachineId, height: int) -> MachineOwner | None:
        """Who held a machine when a block had been made; None where the chain does not tell of that height (any more).

        What it does not tell is never taken for a machine without an owner: that is a `MachineOwner` of None and None.
        """

    def events(self, height: int) -> tuple[EventRecord, ...]:
        """The events of one block; empty where the block holds none."""

    def extrinsics(self, query: ExtrinsicQuery, limit: int, after: Mark | None = None) -> ExtrinsicPage:
        """Extrinsics that match, newest first, at most 500 a page; needs `EXPLORER`.

        A page may hold fewer than `limit`, even none, and still have `older`. A chain without an index is looked
        through for `MOST_SEARCHED` blocks only.

        Args:
            query: Which ones; a pallet or call that nobody knows matches nothing.
            limit: How many.
            after: Where the page before ended (`ExtrinsicPage.older`); blocks made since do not move it.
        """

    def extrinsic(self, tx_hash: bytes) -> ExtrinsicDetail | None:
        """One extrinsic by its hash; None where no block holds it. Needs `EXPLORER`.

        Raises:
            BackendMismatch: `explorer`: the chain keeps no index by hash, and this one was not read before.
        """

    def extrinsic_at(self, height: int, position: int) -> ExtrinsicDetail | None:
        """The extrinsic at this position of this block; needs `EXPLORER`."""

    def event_log(self, query: EventQuery, limit: int, after: Mark | None = None) -> EventPage:
        """Events that match, newest first, those of one block from its last to its first; needs `EXPLORER`.

        A page may hold fewer than `limit`, even none, and still have `older`: the work for one page is bounded.
        """

    def history(
        self, address: Address, before: Mark | None, limit: int, kinds: frozenset[HistoryKind] | None = None
    ) -> HistoryPage:
        """What moved the coins of an account, newest first; `kinds` None asks for all.

        `before` is the mark of the page before. A page may be short, even empty, and still have `older`. A backend that
        cannot look into the past tells what this program saw (`chain/history_store.py`) and since when.
        """

    def close(self) -> None:
        """Let go of files, threads and processes."""


class ChainBackend(ChainReader, Protocol):
    """A chain: reads at its newest block, and sending signed extrinsics."""

    def signing_context(self, signer: Address) -> SigningContext:
        """What a signature of this account must bind to now."""

    def fee_of(self, extrinsic_length: int, call: Call) -> int:
        """Inclusion fee in the smallest unit (chain-rules 1.3)."""

    def draft(self, call: Call, signer: Address) -> Draft:
        """What to sign for `call` now, as this chain writes it, with its fee.

        Raises:
            BackendMismatch: The chain has no such call, signs over something unknown (`extension`), or asks for a fee
                out of proportion (`fee`).
            InvalidTransaction: `malformed`: an argument does not fit its type.
        """

    def check_draft(self, draft: Draft) -> None:
        """The bytes of `draft`, decoded again as the chain reads them now, must say what the draft shows.

        Raises:
            BackendMismatch: `payload`, `genesis` or `version`: they do not, or the chain changed since.
        """

    def stash_copy(self, stash: Address) -> bytes:
        """A stash with its machines, rewards and leases at the newest block, to practise with on a local chain.

        Raises:
            InvalidInput: `address` with `no_stash`: it has no machine.
            BackendMismatch: `practice`: this is a local chain already.
        """

    def drift(self) -> tuple[Drift, ...]:
        """Where the chain's rules differ from those this program computes by; nothing on the embedded chain."""

    def preview(self, call: Call, signer: Address) -> Preview:
        """What the call would do now; needs `PREVIEW`."""

    def submit(self, extrinsic: bytes) -> bytes:
        """Hand over a signed extrinsic; its blake2b-256 hash. Handing the same one twice is harmless.

        Raises:
            InvalidTransaction: It was not accepted.
            ChainRejected: The chain tried it out and it would fail; it was not sent.
            OutcomeUnknown: The connection broke while it was sent.
        """

    def receipt(self, tx_hash: bytes, born: int | None = None) -> Receipt | None:
        """What became of an extrinsic; None where the chain does not know it.

        Args:
            tx_hash: Its hash.
            born: The height it was signed at, where that is known: a chain that keeps no index looks from there on.
        """

    def follow(self, callback: Callable[[HeadChange], None]) -> Subscription:
        """Call back for each new head, from a thread of the backend; latest value wins."""


class RulesReader(Protocol):
    """What a backend answers that keeps the rules engine and its books (design 3.2); needs `EXPLAIN` and `SIMULATE`."""

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        """Why a machine's reward of an era is what it is.

        Raises:
            InvalidInput: `reward` with `not_paid`: nothing was paid for that era (yet), or with `too_old`: an older
                version paid it, without writing down what it was reckoned from.
        """

    def simulate(self, plan: Plan, eras: int) -> Simulation:
        """What the rules would make of a plan in so many eras; on a branch in memory, the chain is only read.

        Raises:
            InvalidInput: `eras` or a field of the plan with `out_of_range`; `plan` with `no_price`.
        """


class LocalReading(ChainReader, RulesReader, Protocol):
    """The embedded chain, only read."""


class TimeMachine(Protocol):
    """What only the embedded chain can do (design 4.1)."""

    def clock_mode(self) -> ClockMode:
        """How time passes now."""

    def set_clock(self, mode: ClockMode) -> None:
        """Choose how time passes."""

    def jump(self, blocks: int, progress: Callable[[int, int], None] | None = None) -> Head:
        """Let `blocks` blocks pass at once; `progress(done, total)` may raise `Cancelled` to stop at a whole block."""

    def play_money(self, address: Address) -> bytes:
        """Ask the resident bank to send 1,000,000 DBC by a signed transfer; the hash of that extrinsic."""

    def show_machine(self, hardware: HardwareInfo) -> None:
        """What the resident committee finds when it looks at this machine; a machine never shown is refused.

        `rand_str` and `is_support` are ignored: each committee member fills in its own.
        """

    def replay(self, progress: Progress | None = None) -> Head:
        """Run the whole log again from genesis.

        Raises:
            DataCorrupt: A block or the digest of its state changes differs.
            Cancelled: `progress` said so.
        """

    def snapshots(self) -> tuple[Snapshot, ...]:
        """The kept moments of the active branch, by height."""

    def take_snapshot(self, name: str) -> Snapshot:
        """Keep this moment under a name; one of that name is replaced.

        Raises:
            InvalidInput: `branch` with `bad_name`.
        """

    def revert(self, name: str) -> Head:
        """Let the active branch be as it was at a snapshot; what it was until now is kept as a snapshot too.

        Raises:
            InvalidInput: `snapshot` with `missing`.
            DataCorrupt: The snapshot is damaged; nothing has changed.
        """

    def branches(self) -> tuple[Branch, ...]:
        """All branches, `main` first."""

    def make_branch(self, name: str, height: int | None = None, progress: Progress | None = None) -> Branch:
        """Make another branch that shares the log of the active one up to `height`, by default the newest block.

        Raises:
            InvalidInput: `branch` with `bad_name` or `exists`; `height` with `too_large`.
            DataCorrupt: A block below `height` is damaged.
            Cancelled: `progress` said so; nothing is left behind.
        """

    def use_branch(self, name: str) -> Head:
        """Live on another branch from now on; remembered in the folder.

        Raises:
            InvalidInput: `branch` with `missing`.
            DataCorrupt, DataTooNew: It cannot be opened; the present one goes on.
        """

    def drop_branch(self, name: str) -> None:
        """Remove a branch and its snapshots.

        Raises:
            InvalidInput: `branch` with `missing`, or `in_use`: it is the active one or `main`.
        """

    def compare(self, name: str, account: Address | None = None) -> BranchComparison:
        """How the active branch (`here`) and another one (`there`) differ; by era for the machines of `account`.

        Raises:
            InvalidInput: `branch` with `missing`.
            BackendMismatch: That one began with another genesis.
        """

    def export(self, path: Path, progress: Progress | None = None) -> Head:
        """Write the log of the active branch into one file, which appears when it is whole; where it ends.

        Raises:
            DataUnwritable: It cannot be written there.
            Cancelled: `progress` said so; nothing is left behind.
        """

    def import_branch(self, path: Path, name: str, progress: Progress | None = None) -> Branch:
        """Run an exported file into a new branch; the active one goes on meanwhile.

        Raises:
            InvalidInput: `branch` with `bad_name` or `exists`.
            DataCorrupt, DataTooNew, DataTooLarge: The file is not what it says; nothing is left behind.
            Cancelled: `progress` said so; nothing is left behind.
        """

    def resident_names(self) -> Mapping[bytes, str]:
        """The residents by their public keys."""

    def resident_settings(self) -> ResidentSettings:
        """How the residents live."""

    def set_residents(self, settings: ResidentSettings) -> None:
        """Have the residents live otherwise; remembered in the branch's file.

        Raises:
            InvalidInput: `residents` with `out_of_range`.
        """

    def fault(self) -> Fault | None:
        """What the fault panel does to the chain now."""

    def set_fault(self, fault: Fault | None) -> None:
        """Do something to the chain on purpose, or mend it; never remembered.

        With a lost connection every read raises `ChainUnreachable` and `submit` raises `OutcomeUnknown`; while finality
        stalls no later block becomes final; with stale metadata what is signed is refused as `bad_proof`.
        """

    def reorganise(self, blocks: int, progress: Progress | None = None) -> Head:
        """Undo the newest `blocks` heights, as when a network decides for another fork; where the chain stands then.

        Extrinsics of the undone blocks that are still valid wait for the next block again, the others are lost. What
        was undone is kept as a snapshot.

        Raises:
            InvalidInput: `height` with `too_large`.
        """


class LocalBackend(ChainBackend, RulesReader, TimeMachine, Protocol):
    """The embedded chain: all ports in one object."""

"""The embedded chain in this process: the port, the clock and the turns of readers and writers (design 4.1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.backend import HeadChange, Subscription
from dbc_desktop.chain.head_feed import MOST_EVENTS, HeadFeed
from dbc_desktop.chain.local.branches import active_folder, branch_folder
from dbc_desktop.chain.local.faults import Faults
from dbc_desktop.chain.local.launch import SEED
from dbc_desktop.chain.local.ledger import Ledger, Nobody
from dbc_desktop.chain.local.panel import Panel
from dbc_desktop.chain.local.reads import LocalReads, Standing
from dbc_desktop.chain.local.replay import replay
from dbc_desktop.chain.local.rescue import Rescued, rescue
from dbc_desktop.chain.local.residents.scheduler import Residents
from dbc_desktop.chain.local.store import Store
from dbc_desktop.chain.local.travel import TimeTravel
from dbc_desktop.chain.local.turns import Turns
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call, Draft, EventRecord, Preview, Receipt, SigningContext
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import BackendMismatch, ChainDamaged, DataCorrupt, DbcError
from dbc_desktop.domain.machine import HardwareInfo
from dbc_desktop.domain.network import BLOCK_MS, Capability, ClockMode, Drift, Head, Identity
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.storage.folder_lock import FolderLock
from dbc_desktop.storage.sqlite import translated

POPULATED_AT = 28_900
"""Where a new chain with residents begins: their machines are online and have been paid for one era."""

BLOCK_SECONDS = BLOCK_MS / 1_000
IDLE_NOTE_SECONDS = 60.0
_SLICE_SECONDS = 0.05
_COMMIT_SECONDS = 1.0
_COMMIT_BLOCKS = 5_000

Progress = Callable[[int, int], None]


class LocalChain(LocalReads, TimeTravel, Panel):
    """`LocalBackend` on the active branch of one folder, the only writer there; callable from any thread.

    Args:
        folder: Holds `chain.sqlite3`; a new chain is made where there is none.
        profile: Rules of a new chain.
        clock: Time; by default the system's.
        is_running: False lets the clock stand still, whatever mode the file remembers.
        residents: Whether residents act; on a new chain also whether they are endowed.
        seed: Public seed of a new chain; the residents' play keys follow from it.
        practice: A stash of a real network that a new chain goes on from (`rules/practice.py`).
        rescues: Where the file is damaged, put what still runs into a branch and only read that; see `Identity`.

    Raises:
        ChainBusy: Another process writes in this folder.
        DataCorrupt, DataTooNew, DataUnwritable: The file cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        profile: str = "launch-2021",
        clock: Clock | None = None,
        is_running: bool = True,
        residents: bool = True,
        seed: bytes = SEED,
        rescues: bool = False,
        practice: bytes = b"",
    ) -> None:
        self._own_clock = SystemClock() if clock is None else None
        self._clock: Clock = clock or self._own_clock or SystemClock()
        self._turns = Turns()
        self._feed = HeadFeed("chain-heads")
        self._closing = threading.Event()
        self._ticker: threading.Thread | None = None
        self._is_jumping = False
        self._moves = 0
        self._root = folder
        self._folder = active_folder(folder)
        self._with_residents, self._practice = residents, practice
        self._faults = Faults()
        self._rescued: Rescued | None = None
        self._lock = FolderLock(folder)
        self._lock.acquire()
        with ExitStack() as on_failure:
            on_failure.callback(self._lock.release)
            try:
                self._open(self._folder, profile, seed)
            except DataCorrupt:
                if not rescues:
                    raise
                self._rescued = rescue(folder, self._folder)
                self._open(branch_folder(folder, self._rescued.name), profile, seed)
                is_running = False
            on_failure.pop_all()
        self._mode = self._stored_mode() if is_running else ClockMode.MANUAL
        self._remembers_mode = is_running
        self._noted_at = self._clock.monotonic()
        if is_running and self._mode is ClockMode.INTERVAL:
            self._start_ticker()

    def _open(self, folder: Path, profile: str, seed: bytes) -> None:
        now_ms = int(self._clock.now() * 1_000)
        with_residents = self._with_residents
        ledger = Ledger(folder, profile, seed, now_ms, endow_residents=with_residents, practice=self._practice)
        with ExitStack() as on_failure:
            on_failure.callback(ledger.store.close)
            residents = Residents(ledger)
            if with_residents:
                ledger.acting = residents
            if ledger.is_new:
                with translated(ledger.store.path):
                    while with_residents and ledger.height < POPULATED_AT:
                        ledger.step_to(POPULATED_AT)
                    ledger.set_start(now_ms - ledger.height * BLOCK_MS)
                    ledger.commit()
            on_failure.pop_all()
        self._ledger, self._residents, self._folder = ledger, residents, folder

    def _stand_on(self, folder: Path) -> None:
        self._commit()
        before = self._ledger
        self._open(folder, before.spec.profile, before.spec.seed)
        self._rescued = None
        before.acting = Nobody()
        before.store.close()

    def _moved(self) -> Head:
        self._moves += 1
        self._faults.moved()
        self._tell([])
        return self._newest()

    def _newest(self) -> Head:
        return self._now().head()

    def _check_whole(self) -> None:
        """Let an act pass that changes the chain.

        Raises:
            ChainDamaged: Its file is damaged and only read.
        """
        if self._rescued is not None:
            raise ChainDamaged(self._rescued.damaged, self._rescued.height, self._rescued.name)

    # --- reading ------------------------------------------------------------------------------------------------

    def capabilities(self) -> frozenset[Capability]:
        """All of them; a hardware report only where the rules check it."""
        asked = self._ledger.engine.profile.verification.checks_reports
        return frozenset(Capability) - (frozenset() if asked else {Capability.HARDWARE_REPORT})

    def identity(self) -> Identity:
        """Which chain this is."""
        found, saved = super().identity(), self._rescued
        return found if saved is None else replace(found, rescued_at=saved.height, rescued_as=saved.name)

    @contextmanager
    def _standing(self) -> Iterator[Standing]:
        with self._turns:
            self._faults.check_connection()
            yield self._now()

    def _now(self) -> Standing:
        ledger = self._ledger
        ledger.flush_history()
        return Standing(
            ledger.engine,
            ledger.store,
            ledger.genesis_hash,
            ledger.hash_at(ledger.height),
            ledger.start_ms,
            self._faults.stalled_at,
        )

    def _pending_nonces(self, address: Address) -> int:
        return self._ledger.waiting(address.raw)

    def receipt(self, tx_hash: bytes, born: int | None = None) -> Receipt | None:
        """What became of an extrinsic; one in the pool is sent, one in a block is final. All are indexed."""
        with self._turns:
            self._faults.check_connection()
            return self._ledger.pending(tx_hash) or self._faults.seen(self._ledger.store.receipt(tx_hash))

    # --- sending ------------------------------------------------------------------------------------------------

    def signing_context(self, signer: Address) -> SigningContext:
        """What a signature of this account must bind to now."""
        with self._turns:
            self._faults.check_connection()
            return self._faults.known(self._ledger.context(signer.raw))

    def fee_of(self, extrinsic_length: int, call: Call) -> int:
        """Inclusion fee in the smallest unit."""
        with self._turns:
            self._faults.check_connection()
            return self._ledger.engine.fee(extrinsic_length, call)

    def draft(self, call: Call, signer: Address) -> Draft:
        """What to sign for `call` now, with its fee."""
        with self._turns:
            self._faults.check_connection()
            context = self._faults.known(self._ledger.context(signer.raw))
            return codec.priced(call, signer.raw, context, self._ledger.engine.fee)

    def check_draft(self, draft: Draft) -> None:
        """The bytes of `draft` must say what it shows, on this chain.

        Raises:
            BackendMismatch: They do not.
        """
        codec.refuse_other_bytes(draft)

    def stash_copy(self, stash: Address) -> bytes:
        """Not here: practice goes on from a real network."""
        raise BackendMismatch("practice")

    def drift(self) -> tuple[Drift, ...]:
        """Nothing: its rules are this program's."""
        return ()

    def preview(self, call: Call, signer: Address) -> Preview:
        """What the call would do in the next block."""
        with self._turns:
            self._faults.check_connection()
            draft = codec.draft(call, signer.raw, self._ledger.context(signer.raw), ZERO)
            length = len(codec.assemble(draft, bytes(64)))
            return self._ledger.engine.preview(call, signer.raw, length)

    def submit(self, extrinsic: bytes) -> bytes:
        """Verify a signed extrinsic and have it in the next block; in `INSTANT` mode it is durable when this returns.

        Raises:
            InvalidTransaction: `malformed`, `bad_proof`, `ancient_birth_block`, `stale`, `future`, `payment`.
            OutcomeUnknown: The connection is lost, by the fault panel.
        """
        with self._turns:
            self._check_whole()
            self._faults.check_sending(extrinsic)
            tx_hash = self._ledger.admit(extrinsic)
            self._if_instant()
            return tx_hash

    def _if_instant(self) -> None:
        if self._mode is ClockMode.INSTANT and self._ledger.has_pending:
            self._advance_to(self._ledger.height + 1)

    def follow(self, callback: Callable[[HeadChange], None]) -> Subscription:
        """Call back for each new head, from one thread of this object."""
        return self._feed.follow(callback)

    # --- time ---------------------------------------------------------------------------------------------------

    def clock_mode(self) -> ClockMode:
        """How time passes now."""
        return self._mode

    def set_clock(self, mode: ClockMode) -> None:
        """Choose how time passes; remembered in the file unless this object was opened with its clock standing."""
        with self._turns:
            self._check_whole()
            self._mode = mode
            if self._remembers_mode:
                with self._ledger.whole():
                    self._ledger.store.begin()
                    self._ledger.store.put_meta("clock", mode.value.encode())
                    self._ledger.commit()
            if mode is ClockMode.INTERVAL:
                self._start_ticker()
            self._if_instant()

    def jump(self, blocks: int, progress: Progress | None = None) -> Head:
        """Let `blocks` blocks pass at once, from due height to due height; readers get their turn meanwhile.

        Raises:
            Cancelled: `progress` said so; the chain stands at the last whole block, durable.
        """
        with self._turns:
            self._check_whole()
            start = self._ledger.height
            moves = self._moves
            target = min(start + max(0, blocks), 2**32 - 1)
            self._is_jumping = True
        try:
            done = False
            while not done:
                with self._turns:
                    # Another branch or moment was chosen meanwhile: there is nothing left to jump over.
                    done = self._moves != moves or self._slice(target)
                    reached = self._ledger.height
                if progress is not None:
                    progress(max(0, min(reached, target) - start), target - start)
                while self._turns.is_wanted and not done and not self._clock.wait(0.001):
                    pass
        finally:
            with self._turns:
                self._is_jumping = False
                self._commit()
        with self._turns:
            return self._newest()

    def _slice(self, target: int) -> bool:
        """Jump on for a moment; True at the target."""
        ledger, clock = self._ledger, self._clock
        until = clock.monotonic() + _SLICE_SECONDS
        events: list[EventRecord] = []
        with ledger.whole():
            while ledger.height < target and clock.monotonic() < until:
                events += ledger.step_to(target)
                if ledger.blocks_waiting >= _COMMIT_BLOCKS:
                    ledger.commit()
            if clock.monotonic() - self._noted_at >= _COMMIT_SECONDS:
                self._commit_now()
        self._tell(events)
        return ledger.height >= target

    def _advance_to(self, target: int) -> None:
        """Make what blocks there are up to `target`, durable."""
        ledger = self._ledger
        events: list[EventRecord] = []
        with ledger.whole():
            while ledger.height < target:
                events += ledger.step_to(target)
            if ledger.blocks_waiting or self._clock.monotonic() - self._noted_at >= IDLE_NOTE_SECONDS:
                self._commit_now()
        self._tell(events)

    def _tell(self, events: list[EventRecord]) -> None:
        if self._feed.has_listeners and not self._faults.is_cut:
            self._feed.push(self._now().head(), tuple(events[-MOST_EVENTS:]))

    def _commit(self) -> None:
        with self._ledger.whole():
            self._commit_now()

    def _commit_now(self) -> None:
        self._ledger.commit()
        self._noted_at = self._clock.monotonic()

    def _start_ticker(self) -> None:
        if self._ticker is None:
            self._ticker = threading.Thread(target=self._tick, name="chain-clock", daemon=True)
            self._ticker.start()

    def _tick(self) -> None:
        """A block every six seconds; after a sleep of the computer time goes on, it does not catch up."""
        due = self._clock.monotonic() + BLOCK_SECONDS
        while not self._closing.is_set():
            left = due - self._clock.monotonic()
            if left > 0:
                # A foreign clock cannot be woken by us: look up now and then.
                if self._clock.wait(left if self._own_clock else min(left, 0.25)):
                    return
                continue
            due = max(due, self._clock.monotonic() - BLOCK_SECONDS) + BLOCK_SECONDS
            # A full disk stops the chain, not its clock; who acts on the chain is told the reason.
            with self._turns, suppress(DbcError):
                if self._mode is ClockMode.INTERVAL and not self._is_jumping and not self._closing.is_set():
                    self._advance_to(self._ledger.height + 1)

    def _stored_mode(self) -> ClockMode:
        kept = self._ledger.store.meta("clock")
        known = {mode.value: mode for mode in ClockMode}
        return known.get((kept or b"").decode(errors="replace"), ClockMode.INTERVAL)

    # --- the machine of time ------------------------------------------------------------------------------------

    def play_money(self, address: Address) -> bytes:
        """Have the resident bank send 1,000,000 DBC; the hash of its extrinsic."""
        with self._turns:
            self._check_whole()
            tx_hash = self._residents.gift(address.raw)
            self._if_instant()
            return tx_hash

    def show_machine(self, hardware: HardwareInfo) -> None:
        """What the resident committee finds when it looks at this machine."""
        with self._turns, self._ledger.whole():
            self._check_whole()
            self._ledger.store.begin()
            self._residents.findings.show(hardware)
            self._ledger.commit()

    def replay(self, progress: Progress | None = None) -> Head:
        """Run the whole log again from genesis, signatures included; others read and write meanwhile.

        Raises:
            DataCorrupt: A block, an outcome, the digest or the stored state differs.
            Cancelled: `progress` said so.
        """
        log = Store(self._folder, read_only=True)
        try:
            with self._turns:
                self._commit()
                snapshot = ExitStack()
                snapshot.enter_context(log.snapshot())
                # The first read fixes what the snapshot shows.
                log.meta("genesis")
                head = self._now().head()
            with snapshot:
                replay(log, progress)
            return head
        finally:
            log.close()

    def close(self) -> None:
        """Note where the head stands, end the threads, let go of the file."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._own_clock is not None:
            self._own_clock.close()
        if self._ticker is not None:
            self._ticker.join()
        self._feed.close()
        with self._turns:
            self._commit()
            self._ledger.store.close()
        self._lock.release()

"""A program whose parts answer at once from memory; each keeps the port it stands in for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Account, AccountState, Address, Contact, KeyPlace
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, Consequence, Draft, Preview, Receipt, Severity, SigningContext, TxStatus
from dbc_desktop.domain.dispute import Slash
from dbc_desktop.domain.errors import DbcError, InvalidInput, SecretStoreUnavailable, WalletLocked, WrongPassword
from dbc_desktop.domain.explorer import Mark
from dbc_desktop.domain.fleet import RigSource
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.history import HistoryKind, HistoryPage, MoneyRow
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Capability, ClockMode, Deadline, Head, Identity, NetworkTotals
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.domain.reward import ReleaseRule, ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.services.program import Program
from dbc_desktop.services.transactions import Prepared
from dbc_desktop.storage.settings import Settings
from dbc_desktop.telemetry.fleet_store import FleetSettings
from dbc_desktop.telemetry.history import History
from dbc_desktop.telemetry.sampler import SamplerCost

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
BOB = Address(bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"))
RULE = ReleaseRule("launch-2021", 250, 150, 5)
PHRASE = "correct horse battery"
WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def dbc(text: str) -> Balance:
    return Balance.parse(text)


class InlineRunner:
    """Runs every job at once, on the calling thread; `held` keeps the jobs of a lane until `release`."""

    def __init__(self) -> None:
        self.held: dict[str, list[Callable[[], None]]] = {}

    def query(
        self,
        lane: str,
        work: Callable[[], Any],
        *,
        owner: object = None,
        done: Callable[[Any], None],
        failed: Callable[[DbcError], None] | None = None,
        deadline_seconds: float = 30,
    ) -> None:
        def run() -> None:
            try:
                result = work()
            except DbcError as error:
                if failed is None:
                    raise
                failed(error)
            else:
                done(result)

        if lane in self.held:
            self.held[lane].append(run)
        else:
            run()

    command = query

    def hold(self, lane: str) -> None:
        self.held[lane] = []

    def release(self, lane: str) -> None:
        for run in self.held.pop(lane):
            run()

    def close(self) -> None:
        pass


class StillClock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        return True


class NoSubscription:
    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeChain:
    """One chain at a height, with whatever a test put into it."""

    height: int = 1_396_842
    mode: ClockMode = ClockMode.INTERVAL
    states: dict[Address, AccountState] = field(default_factory=dict)
    overview: StashOverview | None = None
    schedule: ReleaseSchedule = field(default_factory=lambda: ReleaseSchedule(99, ()))
    rows: tuple[RewardRow, ...] = ()
    orders: tuple[RentOrder, ...] = ()
    machines: tuple[Machine, ...] = ()
    ends: tuple[Deadline, ...] = ()
    movements: tuple[MoneyRow, ...] = ()
    known_from: int = 0
    error: DbcError | None = None
    jumps: list[int] = field(default_factory=list)
    asked_money: list[Address] = field(default_factory=list)
    callback: Callable[[HeadChange], None] | None = None
    subscription: NoSubscription = field(default_factory=NoSubscription)

    def _answer(self) -> None:
        if self.error is not None:
            raise self.error

    def identity(self) -> Identity:
        self._answer()
        return Identity("local", "Local chain", bytes(range(32)), 411, 1, "launch-2021")

    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    def clock_mode(self) -> ClockMode:
        return self.mode

    def set_clock(self, mode: ClockMode) -> None:
        self.mode = mode

    def head(self) -> Head:
        self._answer()
        return Head(self.height, self.height.to_bytes(32, "big"), (self.height - 1) // 14_400 + 1, 0, self.height)

    def follow(self, callback: Callable[[HeadChange], None]) -> NoSubscription:
        self.callback = callback
        return self.subscription

    def advance(self, blocks: int = 1) -> None:
        self.height += blocks
        assert self.callback is not None
        self.callback(HeadChange(self.head(), ()))

    def account(self, address: Address) -> AccountState:
        self._answer()
        return self.states.get(address, AccountState(address, ZERO, ZERO, 0))

    def controller_of(self, stash: Address) -> Address | None:
        return stash if self.overview is not None and stash == ALICE else None

    def stash_of(self, controller: Address) -> Address | None:
        return self.controller_of(controller)

    def stash(self, stash: Address) -> StashOverview:
        return self.overview or StashOverview(
            stash, None, (), 0, 0, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, None, RULE
        )

    def machine(self, machine_id: MachineId) -> Machine | None:
        return next((each for each in self.machines if each.machine_id == machine_id), None)

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        return self.machines

    def rewards(self, stash: Address, from_era: int, to_era: int) -> tuple[RewardRow, ...]:
        return self.rows

    def release_schedule(self, stash: Address) -> ReleaseSchedule:
        return self.schedule

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        return self.orders

    def network(self) -> NetworkTotals:
        self._answer()
        extra: Mapping[str, object] = {"bond_stake": dbc("71428.57"), "fixed_fee": dbc("10")}
        known = {name: value for name, value in extra.items() if name in NetworkTotals.__dataclass_fields__}
        return NetworkTotals(
            dbc("3900000000"), dbc("12"), dbc("100000000"), dbc("1095890"), 12_000, 40, 320, 80, dbc("1"), **known
        )

    def slashes(self, address: Address) -> tuple[Slash, ...]:
        return ()

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        return self.ends

    def history(
        self, address: Address, before: Mark | None, limit: int, kinds: frozenset[HistoryKind] | None = None
    ) -> HistoryPage:
        self._answer()
        start = 0 if before is None else before[0]
        found = [row for row in self.movements if kinds is None or row.kind in kinds]
        older = (start + limit,) if len(found) > start + limit else None
        return HistoryPage(tuple(found[start : start + limit]), older, self.known_from)

    def play_money(self, address: Address) -> bytes:
        self._answer()
        self.asked_money.append(address)
        self.states[address] = AccountState(address, dbc("1000000"), ZERO, 0)
        return bytes(32)

    def jump(self, blocks: int, progress: Callable[[int, int], None] | None = None) -> Head:
        self._answer()
        if progress is not None:
            progress(0, blocks)
        self.jumps.append(blocks)
        self.height += blocks
        return self.head()


class FakeWallet:
    """Keeps names and passphrases in memory; no key is behind them."""

    def __init__(self) -> None:
        self.kept: dict[Address, tuple[Account, str]] = {}
        self.open: set[Address] = set()
        self.problem: SecretStoreUnavailable | None = None
        self.made_with: list[tuple[str, str, str, KeyPlace]] = []
        self.book: dict[Address, Contact] = {}
        self.timed_out = False
        self.machine_places: dict[MachineId, KeyPlace] = {}

    def add(self, account: Account, passphrase: str = PHRASE) -> Account:
        self.kept[account.address] = (account, passphrase)
        return account

    def accounts(self) -> tuple[Account, ...]:
        return tuple(account for account, _ in self.kept.values())

    def create(self, name: str, words: str, passphrase: str, place: KeyPlace) -> Account:
        self.made_with.append((name, words, passphrase, place))
        return self.add(Account(ALICE if ALICE not in self.kept else BOB, name, place), passphrase)

    def import_keystore(self, name: str, text: str, old_passphrase: str, passphrase: str, place: KeyPlace) -> Account:
        if old_passphrase != PHRASE:
            raise WrongPassword(1.0)
        return self.create(name, text, passphrase, place)

    def export_keystore(self, address: Address, passphrase: str, new_passphrase: str) -> str:
        self._check(address, passphrase)
        return f'{{"encoded":"of {address.raw.hex()[:6]} under {len(new_passphrase)} letters"}}'

    def change_passphrase(self, address: Address, passphrase: str, new_passphrase: str) -> None:
        self._check(address, passphrase)
        self.kept[address] = (self.kept[address][0], new_passphrase)

    def derive(self, parent: Address, path: str, name: str, passphrase: str) -> Account:
        self._check(parent, passphrase)
        if not path.startswith("/"):
            raise InvalidInput("words", "path")
        return self.add(Account(BOB, name, self.kept[parent][0].place, False, parent, path), passphrase)

    def rename(self, address: Address, name: str) -> Account:
        if not name.strip():
            raise InvalidInput("name", "empty")
        account, passphrase = self.kept[address]
        return self.add(replace(account, name=name), passphrase)

    def move(self, address: Address, place: KeyPlace, passphrase: str) -> Account:
        self._check(address, passphrase)
        return self.add(replace(self.kept[address][0], place=place), passphrase)

    def prove_words(self, address: Address, phrase: str) -> None:
        if phrase != WORDS:
            raise InvalidInput("words", "other_account")
        self.mark_backed_up(address)

    def watch(self, name: str, address: Address) -> Account:
        return self.add(Account(address, name, KeyPlace.WATCH_ONLY))

    def contacts(self) -> tuple[Contact, ...]:
        return tuple(sorted(self.book.values(), key=lambda each: each.name))

    def keep_contact(self, contact: Contact) -> Contact:
        if not contact.name:
            raise InvalidInput("name", "empty")
        self.book[contact.address] = contact
        return contact

    def forget_contact(self, address: Address) -> None:
        self.book.pop(address, None)

    def sign_text(self, address: Address, text: str) -> bytes:
        if address not in self.open:
            raise WalletLocked
        return KeyPair.from_phrase("//Alice").sign(wrapped(text))

    def machine_key_places(self) -> tuple[tuple[MachineId, KeyPlace], ...]:
        return tuple(self.machine_places.items())

    def export_node_dat(self, machine_id: MachineId, passphrase: str) -> str:
        if passphrase != PHRASE:
            raise WrongPassword(1.0)
        return f"node_id={machine_id}\nnode_private_key={'11' * 32}\n"

    def move_machine_key(self, machine_id: MachineId, place: KeyPlace, passphrase: str) -> None:
        self.export_node_dat(machine_id, passphrase)
        self.machine_places[machine_id] = place

    def sweep(self) -> bool:
        was_open, self.timed_out = bool(self.open) and self.timed_out, False
        if was_open:
            self.open.clear()
        return was_open

    def _check(self, address: Address, passphrase: str) -> None:
        if passphrase != self.kept[address][1]:
            raise WrongPassword(1.0)

    def restore(self, name: str, phrase: str, passphrase: str, place: KeyPlace) -> Account:
        return self.create(name, phrase, passphrase, place)

    def mark_backed_up(self, address: Address) -> None:
        account, passphrase = self.kept[address]
        self.kept[address] = (replace(account, backed_up=True), passphrase)

    def is_unlocked(self, address: Address) -> bool:
        return address in self.open

    def unlock(self, address: Address, passphrase: str, seconds: float = 900) -> None:
        if passphrase != self.kept[address][1]:
            raise WrongPassword
        self.open.add(address)

    def lock(self) -> None:
        self.open.clear()

    def signer(self, address: Address) -> Address:
        return address

    def remove(self, address: Address) -> None:
        del self.kept[address]

    def place_problem(self, place: KeyPlace) -> SecretStoreUnavailable | None:
        return self.problem if place is KeyPlace.KEYRING else None


class FakeTransactions:
    """Prepares with the preview a test gave; sends by remembering."""

    def __init__(self, chain: FakeChain) -> None:
        self._chain = chain
        self.preview_error: tuple[str, str] | None = None
        self.consequences: tuple[Consequence, ...] = ()
        self.send_error: DbcError | None = None
        self.sent: list[Call] = []
        self.receipts: tuple[Receipt, ...] = ()

    def prepare(self, call: Call, signer: Address) -> Prepared:
        self._chain._answer()
        context = SigningContext(bytes(32), 411, 1, 42, self._chain.height, bytes(32))
        draft = Draft(call, signer.raw, context, b"\x07\x03payload", Balance(246_000_000_000), 64)
        free = self._chain.account(signer).free
        return Prepared(draft, Preview(call, draft.fee, free, ZERO, self.consequences, self.preview_error))

    def send(self, prepared: Prepared, signer: object, timeout_seconds: float = 60) -> Receipt:
        if self.send_error is not None:
            raise self.send_error
        self.sent.append(prepared.draft.call)
        receipt = Receipt(b"\xab" * 32, TxStatus.INCLUDED, self._chain.height, prepared.draft.fee)
        self.receipts = (receipt, *self.receipts)
        return receipt

    def recent(self, limit: int = 50) -> tuple[Receipt, ...]:
        return self.receipts[:limit]


class FakeSampler:
    sensors = None

    def cost(self) -> SamplerCost:
        return SamplerCost(600, 0, 4.0, 3.5, 41.0)

    def __init__(self) -> None:
        self.history = History()
        self.sample: RigSample | None = None
        self.callbacks: list[Callable[[RigSample], None]] = []

    def start(self) -> None:
        pass

    def latest(self) -> RigSample | None:
        return self.sample

    def subscribe(self, callback: Callable[[RigSample], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def tell(self, sample: RigSample) -> None:
        self.sample = sample
        self.history.append(sample)
        for callback in self.callbacks:
            callback(sample)


class FakeSessions:
    is_logged_in = False

    def has_logged_in(self) -> bool:
        return self.is_logged_in


class FakeSettings:
    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings(theme="light", language="en")

    def load(self) -> Settings:
        return self.settings

    def save(self, settings: Settings) -> None:
        self.settings = settings


class FakeSources:
    def __init__(self, monitoring: FakeMonitoring) -> None:
        self._monitoring = monitoring

    def all(self) -> tuple[RigSource, ...]:
        return self._monitoring.set.sources


class FakeDelivery:
    """Where alerts go; a test puts in what it wants to hear of."""


class FakeMonitoring:
    """Nothing is watched beyond the sampler, until a test puts parts in."""

    def __init__(self) -> None:
        self.parts = None
        self.alerts = None
        self.secret_trouble = None
        self.set = FleetSettings()
        self.sources, self.delivery = FakeSources(self), FakeDelivery()

    def settings(self) -> FleetSettings:
        return self.set

    def subscribe_open(self, opened: Callable[[], None]) -> None:
        if self.parts is not None:
            opened()


@dataclass
class Fakes:
    """The program, and its parts by their own types."""

    program: Program
    chain: FakeChain
    wallet: FakeWallet
    transactions: FakeTransactions
    sampler: FakeSampler
    monitoring: FakeMonitoring
    sessions: FakeSessions
    settings: FakeSettings
    runner: InlineRunner
    clock: StillClock


def fakes(home: Path = Path("/home/me/dbc"), settings: Settings | None = None) -> Fakes:
    chain, wallet, sampler, sessions = FakeChain(), FakeWallet(), FakeSampler(), FakeSessions()
    store, runner, clock, transactions = FakeSettings(settings), InlineRunner(), StillClock(), FakeTransactions(chain)
    monitoring = FakeMonitoring()
    program = Program(home, chain, wallet, transactions, sampler, monitoring, sessions, store, runner, clock)  # type: ignore[arg-type]
    return Fakes(program, chain, wallet, transactions, sampler, monitoring, sessions, store, runner, clock)


def reading(
    index: int, *, is_lost: bool = False, temperature: int | None = 72, watts: float | None = 267.5
) -> GpuReading:
    return GpuReading(
        f"GPU-{index}", index, "NVIDIA GeForce RTX 4090", 0.0, 98, 60, 22 * 2**30, 24 * 2**30, temperature, watts,
        450.0, 64, 1755, 9751, {}, is_lost,
    )  # fmt: skip


def sample(*gpus: GpuReading, source: str = "demo", trouble: str | None = None) -> RigSample:
    return RigSample("rig-01", source, 0.0, gpus or tuple(reading(index) for index in range(8)), "580.95", trouble)


def operator(made: Fakes) -> None:
    """An operator in era 98: one account, earning, with something locked."""
    made.wallet.add(Account(ALICE, "Me", KeyPlace.KEYRING, True))
    made.chain.states[ALICE] = AccountState(ALICE, dbc("41200"), dbc("571428.57"), 42)
    made.chain.overview = StashOverview(
        ALICE, ALICE, (MachineId("3f9a" + "0" * 56 + "c41d"),), 8, 4, dbc("571428.57"), dbc("49000"), dbc("9000"),
        dbc("4787.94"), dbc("37126.32"), dbc("547.09"), dbc("3750.36"), 1_396_842 - 9 * 14_400, RULE,
    )  # fmt: skip
    amounts = [dbc("362.21")] * 55 + [Balance(dbc("362.21").units * (95 - n) // 95) for n in range(95)]
    made.chain.schedule = ReleaseSchedule(99, tuple(amounts))
    made.chain.rows = (RewardRow(98, MachineId("3f9a" + "0" * 60), dbc("754.60"), dbc("188.65"), dbc("358.44")),)
    made.sampler.sample = sample()


def loss(kind: str, **facts: object) -> Consequence:
    return Consequence(kind, Severity.LOSS, facts)


def info(kind: str, **facts: object) -> Consequence:
    return Consequence(kind, Severity.INFO, facts)

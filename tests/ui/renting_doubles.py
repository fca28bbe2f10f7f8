"""Doubles for the pages of machines, market and rentals: a chain that holds values, and what a page needs around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from dbc_desktop.domain.account import Account, AccountState, Address, KeyPlace
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import ChainRejected, DbcError, WrongPassword
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.machine import (
    Coordinate,
    CustomizeInfo,
    HardwareInfo,
    Machine,
    MachineId,
    MachineStatus,
    Verification,
)
from dbc_desktop.domain.network import Capability, Deadline, Head, MachineTable, NetworkTotals
from dbc_desktop.domain.rental import RentOrder, RentQuote, RentStatus
from dbc_desktop.domain.session import Login, Session, SessionState
from dbc_desktop.screens.notices import Notice
from dbc_desktop.services.sessions import LoginTest
from dbc_desktop.wallet.wallet import HardwareProof

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
BOB = Address(bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"))
MACHINE = MachineId("3f9a" + "0" * 56 + "c41d")
OTHER = MachineId("b07e" + "1" * 56 + "19aa")
HEAD = Head(1_396_842, bytes(32), 97, 1_700_000_000_000, 1_396_842)
GPU = "NVIDIA GeForce RTX 4090"


def hardware(machine_id: MachineId = MACHINE, gpu_num: int = 8) -> HardwareInfo:
    return HardwareInfo(
        machine_id, GPU, gpu_num, 16_384, 24, 55_820, 480, 3_600, "AMD EPYC 7543", 32, 2_800, 512, "", True
    )


CUSTOMIZE = CustomizeInfo(
    bytes([0x9B]) * 32, 1_000, 1_000, Coordinate("East", 1_038_198), Coordinate("North", 13_521), ("SingTel",)
)


def machine(status: MachineStatus = MachineStatus.RENTED, **changes: Any) -> Machine:
    made = Machine(
        machine_id=MACHINE,
        stash=ALICE,
        controller=ALICE,
        status=status,
        bonding_height=1_200_000,
        online_height=1_206_210,
        last_online_height=1_206_210,
        stake_held=Balance(571_428_571_428_571_428_568),
        stake_needed=Balance(571_428_571_428_571_428_568),
        stake_cap=Balance(1_904_761_904_761_904_761_904),
        gpu_num=8,
        rented_gpu_num=4,
        hardware=hardware(),
        customize=CUSTOMIZE,
        verification=None,
        day_price_usd=53_952_000,
        reward_today=Balance(268_400_000_000_000_000),
        total_earned=Balance(24_120_550_000_000_000_000),
        total_rented_times=61,
        total_rented_duration=400_000,
        total_rent_fee=ZERO,
        total_burn_fee=Balance(137_147_520_000_000_000_000),
    )
    return replace(made, **changes)


def unverified(status: MachineStatus, **changes: Any) -> Machine:
    """A machine before the committee confirmed it."""
    first = Balance(71_428_571_428_571_428_571)
    return machine(
        status,
        **{
            "stake_held": first,
            "stake_needed": None,
            "stake_cap": None,
            "gpu_num": 0,
            "rented_gpu_num": 0,
            "hardware": None,
            "customize": None if status is MachineStatus.ADDING_CUSTOMIZE_INFO else CUSTOMIZE,
            "online_height": 0,
            "last_online_height": 0,
            "day_price_usd": None,
            "reward_today": ZERO,
            "total_earned": ZERO,
            "total_rented_times": 0,
            "total_burn_fee": ZERO,
            **changes,
        },
    )


VERIFICATION = Verification(1_396_000, 1_417_600, 1_424_800, (ALICE, BOB, ALICE), (BOB,), ())


def order(rent_id: int = 31, status: RentStatus = RentStatus.WAITING_VERIFYING, **changes: Any) -> RentOrder:
    start = 1_396_819
    made = RentOrder(
        rent_id, MACHINE, ALICE, 4, (0, 1, 2, 3), start, start + 150, start + 14_400, status,
        Balance(2_248_320_000_000_000_000),
    )  # fmt: skip
    return replace(made, **changes)


def session(state: SessionState = SessionState.READY, rent_id: int = 31, detail: str = "") -> Session:
    login = Login("127.0.0.1", 5612, "dbc", "s3cret-pass") if state is SessionState.READY else None
    return Session("0f" * 16, rent_id, MACHINE, state, login, "2026-11-23T19:20:00Z", detail)


def table(rows: int = 24) -> MachineTable:
    numbers = np.arange(rows, dtype=np.int64)
    ids = [MACHINE, OTHER] + [
        MachineId(f"{n * 2654435761 % 65536:04x}{n:056x}{n * 40503 % 65536:04x}") for n in range(2, rows)
    ]
    models = (GPU, "NVIDIA GeForce RTX 3090", "NVIDIA A100-SXM4-80GB", "NVIDIA RTX A6000")
    spots = ((103.82, 1.35), (8.68, 50.11), (126.98, 37.57), (121.57, 25.03), (114.06, 22.54), (-30.0, 12.5))
    gpus = np.array([8, 8, 4, 8, 10, 1], dtype=np.int64)[numbers % 6]
    return MachineTable(
        machine_id=tuple(ids[:rows]),
        gpu_type=tuple(models[n % 4] for n in range(rows)),
        gpu_num=gpus,
        free_gpu=np.maximum(0, gpus - numbers % 5),
        gpu_mem_gb=np.array([24, 24, 80, 48], dtype=np.int64)[numbers % 4],
        mem_gb=np.array([512, 256, 1_024, 128], dtype=np.int64)[numbers % 4],
        data_disk_gb=np.full(rows, 3_600, dtype=np.int64),
        download_mbit=np.array([1_000, 10_000, 500], dtype=np.int64)[numbers % 3],
        price_usd=6_744_000 + (numbers % 50) * 111_000,
        calc_point=np.full(rows, 55_820, dtype=np.int64) + numbers % 500,
        rented_times=np.array([61, 0, 1, 12], dtype=np.int64)[numbers % 4],
        longitude=np.array([spots[n % 6][0] for n in range(rows)]),
        latitude=np.array([spots[n % 6][1] for n in range(rows)]),
    )


class FakeChain:
    """Holds values; `fail` makes every read raise it."""

    def __init__(self) -> None:
        self.fail: DbcError | None = None
        self.machines: list[Machine] = []
        self.orders: list[RentOrder] = []
        self.table = table()
        self.now = HEAD
        self.free = Balance.of_dbc(928_561)
        self.rooms: tuple[bytes, ...] = ()
        self.controller: Address | None = ALICE
        self.ends: tuple[Deadline, ...] = ()
        self.shown: list[HardwareInfo] = []
        self.reads = 0

    def _read(self) -> None:
        self.reads += 1
        if self.fail is not None:
            raise self.fail

    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    def head(self) -> Head:
        self._read()
        return self.now

    def account(self, address: Address) -> AccountState:
        self._read()
        return AccountState(address, self.free, ZERO, 3)

    def controller_of(self, stash: Address) -> Address | None:
        return self.controller

    def stash_of(self, controller: Address) -> Address | None:
        return ALICE if controller == self.controller else None

    def server_rooms(self, stash: Address) -> tuple[bytes, ...]:
        return self.rooms

    def machine(self, machine_id: MachineId) -> Machine | None:
        self._read()
        return next((each for each in self.machines if each.machine_id == machine_id), None)

    def machines_of(self, stash: Address) -> tuple[Machine, ...]:
        self._read()
        return tuple(each for each in self.machines if each.stash == stash)

    def market(self) -> MachineTable:
        self._read()
        return self.table

    def network(self) -> NetworkTotals:
        self._read()
        return NetworkTotals(
            Balance.of_dbc(3_900_000_000), ZERO, None, ZERO, 12_000, 24, 150, 40, ZERO,
            Balance(71_428_571_428_571_428_571), Balance.of_dbc(10),
        )  # fmt: skip

    def rent_quote(self, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
        self._read()
        if gpu_num > 10:
            raise ChainRejected("RentMachine", "GPUNotEnough")
        units = 562_080_000_000_000_000 * gpu_num * duration_blocks // 14_400
        usd = 6_744_960 * gpu_num * duration_blocks // 14_400
        return RentQuote(machine_id, gpu_num, duration_blocks, usd, Balance(units), Balance(units), Balance.of_dbc(10))

    def rent_orders(self, renter: Address) -> tuple[RentOrder, ...]:
        self._read()
        return tuple(self.orders)

    def rent_order(self, rent_id: int) -> RentOrder | None:
        return next((each for each in self.orders if each.rent_id == rent_id), None)

    def deadlines(self, address: Address) -> tuple[Deadline, ...]:
        return self.ends

    def show_machine(self, info: HardwareInfo) -> None:
        self.shown.append(info)


@dataclass(frozen=True)
class Proof:
    machine_id: MachineId
    message: bytes
    signature: bytes = field(repr=False)


class FakeWallet:
    """Two accounts and machine keys; the passphrase of everything is `correct horse`."""

    PASSPHRASE = "correct horse"

    def __init__(self) -> None:
        self.all: tuple[Account, ...] = (
            Account(ALICE, "rig stash", KeyPlace.KEYRING, True),
            Account(BOB, "second", KeyPlace.FILE, False),
        )
        self.keys: list[MachineId] = []
        self.proofs: list[tuple[MachineId, Address]] = []
        self.reports: list[tuple[MachineId, HardwareInfo, Address, int]] = []

    def accounts(self) -> tuple[Account, ...]:
        return self.all

    def machine_keys(self) -> tuple[MachineId, ...]:
        return tuple(self.keys)

    def place_problem(self, place: KeyPlace) -> None:
        return None

    def new_machine_key(self, passphrase: str, place: KeyPlace) -> MachineId:
        self.keys.append(MACHINE)
        return MACHINE

    def is_unlocked(self, address: Address) -> bool:
        return True

    def import_node_dat(self, text: str, passphrase: str, place: KeyPlace) -> MachineId:
        self.keys.append(OTHER)
        return OTHER

    def bind_proof(self, machine_id: MachineId, stash: Address, passphrase: str) -> Proof:
        if passphrase != self.PASSPHRASE:
            raise WrongPassword
        self.proofs.append((machine_id, stash))
        return Proof(machine_id, b"m" * 112, b"s" * 64)

    def hardware_proof(
        self, machine_id: MachineId, hardware: HardwareInfo, stash: Address, height: int, passphrase: str
    ) -> HardwareProof:
        if passphrase != self.PASSPHRASE:
            raise WrongPassword
        self.reports.append((machine_id, hardware, stash, height))
        return HardwareProof(hardware, b"DBC hardware report", b"s" * 64)


class FakeSessions:
    def __init__(self) -> None:
        self.by_order: dict[int, Session] = {}
        self.launched: list[int] = []
        self.stopped: list[int] = []
        self.fail: DbcError | None = None
        self.test = LoginTest(True, "dbc", 1.2)

    def of_order(self, rent_id: int) -> Session | None:
        return self.by_order.get(rent_id)

    def launch(self, rented: RentOrder) -> Session:
        if self.fail is not None:
            raise self.fail
        self.launched.append(rented.rent_id)
        self.by_order[rented.rent_id] = session(SessionState.CREATING, rented.rent_id)
        return self.by_order[rented.rent_id]

    def refresh(self, known: Session) -> Session:
        return self.by_order[known.rent_id]

    def stop(self, known: Session) -> Session:
        self.stopped.append(known.rent_id)
        self.by_order[known.rent_id] = session(SessionState.STOPPED, known.rent_id)
        return self.by_order[known.rent_id]

    def test_login(self, known: Session) -> LoginTest:
        return self.test


class InlineRunner:
    """Runs work at once on the caller's thread; keeps the lanes it was asked for. `hold` keeps jobs back."""

    def __init__(self) -> None:
        self.lanes: list[str] = []
        self.hold = False
        self.held: list[Callable[[], None]] = []

    def query(self, lane: str, work: Callable[[], Any], *, owner: object = None, done: Callable[[Any], None],
              failed: Callable[[DbcError], None] | None = None, deadline_seconds: float = 30) -> Any:  # fmt: skip
        self.lanes.append(lane)

        def go() -> None:
            try:
                value = work()
            except DbcError as error:
                if failed is None:
                    raise
                failed(error)
                return
            done(value)

        if self.hold:
            self.held.append(go)
        else:
            go()
        return SimpleNamespace(cancel=lambda: None)

    command = query

    def release(self) -> None:
        held, self.held = self.held, []
        for go in held:
            go()


class FakeSampler:
    def __init__(self, gpus: int = 8) -> None:
        reading = GpuReading("GPU-1", 0, GPU, 0.0, 50, 40, 2**34, 24 * 2**30, 60, 300.0, 450.0, 40, 2_000, 9_000, {})
        self.sample: RigSample | None = (
            RigSample("this", "demo", 0.0, tuple(replace(reading, uuid=f"GPU-{n}", index=n) for n in range(gpus)))
            if gpus
            else None
        )

    def latest(self) -> RigSample | None:
        return self.sample


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        return True


class FakeWindow:
    """Remembers what a page asked of the window."""

    def __init__(self) -> None:
        self.chosen: Account | None = Account(ALICE, "rig stash", KeyPlace.KEYRING, True)
        self.sheets: list[Any] = []
        self.notices: list[Notice] = []
        self.marks: dict[str, str] = {}
        self.asked: list[str] = []
        self.now: Head | None = HEAD

    def account(self) -> Account | None:
        return self.chosen

    def accounts(self) -> tuple[Account, ...]:
        return FakeWallet().accounts()

    def head(self) -> Head | None:
        return self.now

    def identity(self) -> None:
        return None

    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    def open_sheet(self, sheet: Any) -> None:
        self.sheets.append(sheet)

    def show_notice(self, notice: Notice, act: Callable[[], None] | None = None) -> None:
        self.notices.append(notice)

    def open_create_account(self) -> None:
        self.asked.append("create_account")

    def open_restore_account(self) -> None:
        self.asked.append("restore_account")

    def open_alerts(self) -> None:
        self.asked.append("alerts")

    def open_jump(self) -> None:
        self.asked.append("jump")

    def choose_account(self, address: Address) -> None:
        self.asked.append("choose_account")

    def reload_accounts(self) -> None:
        self.asked.append("reload_accounts")

    def unlock(self, account: Account, then: Callable[[], None]) -> None:
        self.asked.append("unlock")
        then()

    def apply_settings(self) -> None:
        self.asked.append("apply_settings")

    def mark(self, key: str, text: str) -> None:
        self.marks[key] = text


def program() -> Any:
    """Everything a page may use, made of doubles."""
    return SimpleNamespace(
        home=Path(),
        backend=FakeChain(),
        wallet=FakeWallet(),
        sessions=FakeSessions(),
        runner=InlineRunner(),
        sampler=FakeSampler(),
        clock=FakeClock(),
    )


def spends(page: Any) -> list[tuple[Call, Address, Any]]:
    """Collects what a page wants to sign."""
    found: list[tuple[Call, Address, Any]] = []
    page.spend.connect(lambda call, signer, done: found.append((call, signer, done)))
    return found

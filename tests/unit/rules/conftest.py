"""A small driver of the engine: acts one call at a time and lets time pass by the agenda."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from hashlib import blake2b

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, MachineId
from dbc_desktop.rules import balances
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.engine import BlockOutcome, Engine, HistoryRow, SignedCall
from dbc_desktop.rules.genesis import FirstNode, FirstSupporter, GenesisSpec, genesis_under
from dbc_desktop.rules.hardware_report import report_message
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, MACHINES, SERVER_ROOMS, STASH_STAKE
from dbc_desktop.rules.profile import LAUNCH_2021, RulesProfile
from dbc_desktop.rules.reward_page import plain_rows
from dbc_desktop.rules.state import Overlay
from tests.doubles.runtime_fleet import Reading

DBC = 10**15
VECTOR_PRICE = (1_000, 5_000_000)
"""The standard machine of the reference's vectors V-1 to V-12."""


def parent_hash(height: int) -> bytes:
    return blake2b(height.to_bytes(8), digest_size=32).digest()


class Chain:
    """The engine with a stash that controls itself, a renter, a sudo key and five committee members."""

    sudo = b"a" * 32
    stash = b"s" * 32
    renter = b"r" * 32
    committee = tuple(bytes([number]) * 32 for number in range(1, 6))
    judge = sudo
    """The one seat of the technical committee."""

    def __init__(
        self,
        stash_dbc: int = 10_000_000,
        sudo_dbc: int = 3_000_000_000,
        profile: RulesProfile = LAUNCH_2021,
        price: int = 12_000,
        members: int = 5,
        standard: tuple[int, int] = VECTOR_PRICE,
        treasury_spends: bool = False,
        nodes: tuple[FirstNode, ...] = (),
        supporters: tuple[FirstSupporter, ...] = (),
        seats: int = 1,
    ) -> None:
        endowments: tuple[tuple[bytes, int], ...] = (
            (self.sudo, sudo_dbc * DBC),
            (self.stash, stash_dbc * DBC),
            (self.renter, 20_000_000 * DBC),
        )
        endowments += tuple((node.who, node.own + 100 * DBC) for node in nodes)
        endowments += tuple((supporter.who, supporter.stake + 100 * DBC) for supporter in supporters)
        self.committee = self.committee[:members]
        spec = GenesisSpec(
            profile.name,
            self.sudo,
            endowments,
            self.committee,
            price,
            standard_price=standard,
            treasury_spends=treasury_spends,
            super_nodes=nodes,
            supporters=supporters,
            technical=(self.judge,)[:seats],
        )
        self.engine: Engine = genesis_under(profile, spec)
        self.keys = KeyPair.from_phrase("//Bob")
        self.machine_id = MachineId(self.keys.public.hex())
        self.history: list[HistoryRow] = []
        self.books: list[HistoryRow] = []
        self.events: list[EventRecord] = []
        self.told: list[EventRecord] = []
        self.booked: tuple[bytes, ...] = ()

    def free(self, who: bytes) -> int:
        return balances.holdings(self.engine.state, who).free

    def reserved(self, who: bytes) -> int:
        return balances.holdings(self.engine.state, who).reserved

    def apply(self, height: int, calls: list[SignedCall]) -> BlockOutcome:
        outcome = self.engine.apply(height, parent_hash(height), calls)
        self.books += outcome.history
        self.history += plain_rows(outcome.history)
        self.events = list(outcome.events)
        self.told += outcome.events
        return outcome

    def goto(self, height: int) -> None:
        """Make every block that is due up to `height`, and one at `height`."""
        while self.engine.next_due() < height:
            self.apply(self.engine.next_due(), [])
        if self.engine.height < height:
            self.apply(height, [])

    def eras(self, number: int) -> None:
        """To the block after the payout window, `number` eras on."""
        self.goto((self.engine.height // 14_400 + number) * 14_400 + 100)

    def signed(self, who: bytes, pallet: str, name: str, *args: object, length: int = 150) -> SignedCall:
        nonce = balances.holdings(self.engine.state, who).nonce
        return SignedCall(who, Call(pallet, name, args), nonce, length)

    def attempt(self, who: bytes, pallet: str, name: str, *args: object) -> tuple[str, str] | None:
        """Act in the next block; the error, None where it worked."""
        signed = self.signed(who, pallet, name, *args)
        return self.apply(self.engine.height + 1, [signed]).outcomes[0].error

    def do(self, who: bytes, pallet: str, name: str, *args: object) -> list[EventRecord]:
        assert self.attempt(who, pallet, name, *args) is None
        return self.events

    def event(self, name: str) -> EventRecord:
        (found,) = [event for event in self.events if event.name == name]
        return found

    def use(self, phrase: str) -> MachineId:
        """Go on with the machine of this key."""
        self.keys = KeyPair.from_phrase(phrase)
        self.machine_id = MachineId(self.keys.public.hex())
        return self.machine_id

    def plant_stake(self, amount: int) -> None:
        """Give the machine, which is online, another stake than the rules would."""
        state = self.engine.state
        machine, held = state.get(MACHINES, self.machine_id), balances.holdings(state, self.stash)
        assert machine is not None
        layer, more = Overlay(state), amount - machine.stake_amount
        layer.put(MACHINES, self.machine_id, machine._replace(stake_amount=amount))
        layer.put(balances.ACCOUNTS, self.stash, held._replace(free=held.free - more, reserved=held.reserved + more))
        layer.put(STASH_STAKE, self.stash, (state.get(STASH_STAKE, self.stash) or 0) + more)
        layer.settle()

    def bond(self) -> None:
        if self.engine.state.get(CONTROLLER_STASH, self.stash) is None:
            self.do(self.stash, "OnlineProfile", "set_controller", self.stash)
        message = bind_message(self.machine_id, ss58.encode(self.stash))
        self.do(self.stash, "OnlineProfile", "bond_machine", self.machine_id, message, self.keys.sign(message))

    def describe(self) -> None:
        self.do(self.stash, "OnlineProfile", "gen_server_room")
        if self.engine.profile.verification.checks_reports:
            assert self.report() is None
        self.do(self.stash, "OnlineProfile", "add_machine_info", self.machine_id, self.description())
        if self.engine.profile.verification.grab_window:
            for member in self.committee[:3]:
                self.do(member, "MachineCheck", "grab_order", self.machine_id)
        booked = self.event("MachineDistributed").fields["committee"]
        assert isinstance(booked, tuple)
        self.booked = booked

    def description(self) -> CustomizeInfo:
        """Where the machine stands, in the newest server room of the stash."""
        room = (self.engine.state.get(SERVER_ROOMS, self.stash) or (b"",))[-1]
        east, south = Coordinate("East", 1_311_548), Coordinate("South", 8_000)
        return CustomizeInfo(room, 20, 20, east, south, ("Telecom",))

    def report(self, **fields: object) -> tuple[str, str] | None:
        """The machine reports four GPUs, and so its controller declares, `fields` aside; the error."""
        info, controller = self.hardware(), self.engine.state.get(MACHINES, self.machine_id).controller
        message = report_message(info, ss58.encode(self.stash), self.engine.height)
        declared = dataclasses.replace(info, **fields)
        call = ("MachineCheck", "submit_hardware_report", declared, message, self.keys.sign(message))
        return self.attempt(controller, *call)

    def root(self, pallet: str, name: str, *args: object) -> tuple[str, str] | None:
        """Act by the sudo key; the error, None where it worked."""
        return self.attempt(self.sudo, "Sudo", "sudo", Call(pallet, name, args))

    def grant(self, pallet: str, name: str, number: int) -> tuple[str, str] | None:
        """Have the technical committee's only seat grant an appeal; the error, None where it worked."""
        call = Call(pallet, name, (number,))
        return self.attempt(self.judge, "TechnicalCommittee", "propose", 1, call, 10)

    def hardware(self, rand: str = "", gpus: int = 4, support: bool = True, point: int = 59_890) -> HardwareInfo:
        return HardwareInfo(
            machine_id=self.machine_id,
            gpu_type="GeForceRTX3080",
            gpu_num=gpus,
            cuda_core=8_704,
            gpu_mem=10,
            calc_point=point,
            sys_disk=500,
            data_disk=3_905,
            cpu_type="Intel(R) Xeon(R) Silver 4214R",
            cpu_core_num=46,
            cpu_rate=2_400,
            mem_num=440,
            rand_str=rand,
            is_support=support,
        )

    def vote(self, *infos: HardwareInfo) -> None:
        """The booked members commit to these findings and reveal them, in order."""
        found = [dataclasses.replace(info, rand_str=f"abcdefg{index}") for index, info in enumerate(infos)]
        pairs = list(zip(self.booked, found, strict=False))
        for member, info in pairs:
            self.do(member, "OnlineCommittee", "submit_confirm_hash", self.machine_id, hardware_hash(info))
        if len(pairs) < len(self.booked):
            self.goto(self.engine.height + 21_600)
        for member, info in pairs:
            self.do(member, "OnlineCommittee", "submit_confirm_raw", info)

    def online(self, gpus: int = 4, point: int = 59_890) -> None:
        """Bonded, described, verified by all three and online."""
        self.bond()
        self.describe()
        self.vote(*[self.hardware(gpus=gpus, point=point)] * 3)

    def total(self) -> int:
        """All coins of all accounts."""
        return sum(held.free + held.reserved for _, held in self.engine.state.items(balances.ACCOUNTS))


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def new_chain() -> Callable[..., Chain]:
    return Chain


@pytest.fixture(autouse=True)
def _whole_recording(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test of a recorded run has looked at every figure of it."""
    yield
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    expected = params["vector"]["expected"] if "vector" in params else None
    if isinstance(expected, Reading):
        assert expected.unread() == []

"""Random play on the engine: calls of the whole catalogue with plausible arguments, and what must hold after blocks.

Arguments follow from the catalogue: by the name of an argument where it means something (`rent_id`, `duration`), else
by its SCALE type; of a type nobody thought of here any bytes are decoded. So a new call is played once it is listed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from dbc_desktop.chain import scale
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, MachineId, MachineStatus
from dbc_desktop.rules import balances, catalogue, online_committee, reward_page, reward_queue
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.catalogue import CallSpec
from dbc_desktop.rules.engine import BlockOutcome, Engine, HistoryRow, SignedCall
from dbc_desktop.rules.hardware_report import report_message
from dbc_desktop.rules.online_profile import payout
from dbc_desktop.rules.online_profile.rows import MACHINES, SERVER_ROOMS, STASH_REWARDS, STASH_STAKE, sys_info
from dbc_desktop.rules.orders import ORDERS
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import State
from tests.unit.rules.conftest import DBC, Chain, parent_hash

PHRASES = ("//Bob", "//Second", "//Third")
AMOUNTS = (0, 1, 999, DBC, 1_000 * DBC, 20_000 * DBC, 10**7 * DBC, 2**100)
DURATIONS = (0, 7, 100, 300, 600, 1_500, 14_400, 43_200, 10**7)
STRANGER = b"x" * 32

HOT = (
    "RentMachine.rent_machine", "RentMachine.confirm_rent", "RentMachine.relet_machine", "OnlineProfile.claim_rewards",
    "OnlineProfile.controller_report_offline", "OnlineProfile.controller_report_online",
    "MaintainCommittee.report_machine_fault", "MaintainCommittee.committee_book_report", "Staking.bond",
    "Staking.validate", "Staking.nominate", "Staking.payout_stakers", "OnlineProfile.apply_slash_review",
)  # fmt: skip
"""Calls that lead somewhere are played more often than the others."""

ROUGH = {"GenericFunc.set_fixed_tx_fee", "OnlineProfile.set_standard_gpu_point_price"}
"""Root calls that would price everybody out of the rest of the play."""

APPENDED = {
    "DBCPriceOCW.Prices",
    "Staking.Nominators",
    "Agenda.Due",
    "OnlineProfile.StashServerRooms",
    "OnlineProfile.ErasMachinePoints",
    "OnlineProfile.ErasStashPoints",
    "OnlineProfile.ErasTotalPoints",
}
"""Maps whose lists keep the order in which things came (chain-rules 0.4)."""


@cache
def bond_proof(phrase: str, who: bytes) -> tuple[MachineId, bytes, bytes]:
    """Machine id, message and signature with which `who` bonds the machine of this key."""
    keys = KeyPair.from_phrase(phrase)
    machine_id = MachineId(keys.public.hex())
    message = bind_message(machine_id, ss58.encode(who))
    return machine_id, message, keys.sign(message)


class Play:
    """One chain on which anything is tried."""

    def __init__(self, profile: RulesProfile) -> None:
        self.profile = profile
        self.chain = Chain(profile=profile)
        self.log: list[tuple[int, tuple[SignedCall, ...]]] = []
        self.people = (
            self.chain.stash,
            self.chain.renter,
            self.chain.sudo,
            self.chain.judge,
            *self.chain.committee,
            STRANGER,
        )
        self.machines = tuple(bond_proof(phrase, self.chain.stash)[0] for phrase in PHRASES)
        self.owner: dict[str, bytes] = {}
        self.earned: dict[bytes, int] = {}
        self.released: dict[bytes, int] = {}
        self.done: set[str] = set()
        self.tried: set[str] = set()

    @property
    def engine(self) -> Engine:
        return self.chain.engine

    # --- moving -------------------------------------------------------------------------------------------------

    def apply(self, height: int, calls: tuple[SignedCall, ...]) -> BlockOutcome:
        outcome = self.engine.apply(height, parent_hash(height), calls)
        self.log.append((height, calls))
        self._read(outcome.history)
        self.check()
        return outcome

    def wait(self, blocks: int) -> None:
        target = self.engine.height + blocks
        while self.engine.next_due() < target:
            self.apply(self.engine.next_due(), ())
        if self.engine.height < target:
            self.apply(target, ())

    def step(self, blocks: int) -> None:
        """Jump, while a twin takes every single step: both make the same blocks."""
        twin = twin_of(self.engine)
        target = self.engine.height + blocks
        history: list[HistoryRow] = []
        for height in range(twin.height + 1, target + 1):
            history += twin.apply(height, parent_hash(height), ()).history
        self.wait(blocks)
        assert twin.digest == self.engine.digest
        assert twin.state.tables == self.engine.state.tables

    def send(self, who: bytes, call: Call) -> tuple[str, str] | None:
        """Send a call in the next block; where it fails, a twin without it differs by fee and nonce alone."""
        nonce = balances.holdings(self.engine.state, who).nonce
        height, signed = self.engine.height + 1, SignedCall(who, call, nonce, 150)
        twin = twin_of(self.engine)
        outcome = self.apply(height, (signed,)).outcomes[0]
        self.tried.add(str(call))
        if outcome.error is None:
            self.done.add(str(call))
        else:
            twin.apply(height, parent_hash(height), ())
            self._differs_by_the_fee(twin, who, outcome.fee)
        return outcome.error

    def _differs_by_the_fee(self, twin: Engine, who: bytes, fee: int) -> None:
        mine, accounts = self.engine.state.tables, balances.ACCOUNTS.name
        for name, values in twin.state.tables.items():
            if name != accounts:
                assert mine[name] == values, name
        before, after = twin.state.tables[accounts], mine[accounts]
        shares = dict(self.profile.fee.shares(fee)) if fee else {}
        for one in {*before, *after}:
            was, now = before.get(one, balances.NOTHING), after.get(one, balances.NOTHING)
            paid = fee if one == who else 0
            assert now.free == was.free - paid + shares.get(one, 0)
            assert now.reserved == was.reserved
            assert now.nonce == was.nonce + (one == who and fee > 0)

    # --- calls --------------------------------------------------------------------------------------------------

    def random_call(self, random: Random, specs: tuple[CallSpec, ...] | None = None) -> Call:
        names = [spec for spec in catalogue.SPECS if not spec.root]
        hot = [spec for spec in names if f"{spec.pallet}.{spec.name}" in HOT]
        spec = random.choice(specs or (hot if random.random() < 0.5 else names))
        if (spec.pallet, spec.name) == ("Sudo", "sudo"):
            return self.random_root(random)
        if spec.name == "bond_machine":
            proof = bond_proof(random.choice(PHRASES), random.choice(self.people))
            return Call(spec.pallet, spec.name, proof)
        return Call(spec.pallet, spec.name, tuple(self._argument(random, name, kind) for name, kind in spec.args))

    def random_root(self, random: Random) -> Call:
        roots = tuple(spec for spec in catalogue.SPECS if spec.root and f"{spec.pallet}.{spec.name}" not in ROUGH)
        return Call("Sudo", "sudo", (self.random_call(random, (random.choice(roots),)),))

    def _argument(self, random: Random, name: str, kind: str) -> Any:
        if kind in ("MachineId", "Bytes") and "machine_id" in name:
            return random.choice(self.machines)
        if kind in ("AccountId", "MultiAddress"):
            return random.choice(self.people)
        if kind == "Option<AccountId>":
            return random.choice((None, *self.people))
        if kind.startswith("Vec<") and kind != "Vec<Call>":
            return tuple(self._argument(random, name, kind[4:-1]) for _ in range(random.choice((0, 1, 1, 2, 3))))
        if kind == "Call":
            return self.random_call(random, _SIMPLE)
        if kind == "Vec<Call>":
            return tuple(self.random_call(random, _SIMPLE) for _ in range(random.choice((0, 1, 2, 3))))
        if "duration" in name:
            return random.choice(DURATIONS)
        if name == "rent_gpu_num":
            return random.choice((0, 1, 2, 4, 9))
        if name == "frequency":
            return random.choice((0, 7_000, 14_400))  # each block would be one of a jump
        if name == "price":
            return random.choice((1, 500, 12_000, 10**6))
        if kind in ("u128", "Compact<u128>"):
            return random.choice(AMOUNTS)
        if kind in ("u8", "u32", "u64", "Compact<u32>"):
            return random.choice((0, 0, 1, 1, 2, 3, 4, 200))
        if kind == "StakerCustomizeInfo":
            rooms = self.engine.state.get(SERVER_ROOMS, self.chain.stash) or (bytes(32),)
            return CustomizeInfo(random.choice(rooms), 20, 20, Coordinate("East", 5), Coordinate("South", 8), ("Tel",))
        if kind == "CommitteeUploadInfo":
            self.chain.machine_id = random.choice(self.machines)
            return self.chain.hardware("abc", gpus=random.choice((0, 4, 5)), support=random.random() < 0.8)
        if kind == "MachineFaultType" and random.random() < 0.5:
            return MachineFault(FaultKind.RENTED_INACCESSIBLE, random.choice(self.machines), random.randrange(3))
        return anything(random, kind)

    # --- the way of a machine ------------------------------------------------------------------------------------

    def bond(self, phrase: str) -> None:
        chain = self.chain
        if self.engine.state.get(SERVER_ROOMS, chain.stash) is None:
            self.send(chain.stash, Call("OnlineProfile", "set_controller", (chain.stash,)))
            self.send(chain.stash, Call("OnlineProfile", "gen_server_room"))
        self.send(chain.stash, Call("OnlineProfile", "bond_machine", bond_proof(phrase, chain.stash)))

    def describe(self, machine_id: MachineId) -> None:
        verification, chain = self.profile.verification, self.chain
        if verification.checks_reports:
            chain.machine_id = machine_id
            declared = chain.hardware()
            message = report_message(declared, ss58.encode(chain.stash), self.engine.height)
            keys = next(KeyPair.from_phrase(one) for one in PHRASES if bond_proof(one, chain.stash)[0] == machine_id)
            call = Call("MachineCheck", "submit_hardware_report", (declared, message, keys.sign(message)))
            self.send(chain.stash, call)
        (room, *_) = self.engine.state.get(SERVER_ROOMS, self.chain.stash) or (bytes(32),)
        info = CustomizeInfo(room, 20, 20, Coordinate("East", 5), Coordinate("South", 8), ("Tel",))
        self.send(self.chain.stash, Call("OnlineProfile", "add_machine_info", (machine_id, info)))
        if verification.grab_window:
            for member in self.chain.committee[:3]:
                self.send(member, Call("MachineCheck", "grab_order", (machine_id,)))

    def vote(self, machine_id: MachineId, gpus: int, *, support: bool) -> None:
        """Those who have the order commit to the same finding, and reveal it."""
        order = self.engine.state.get(online_committee.ORDERS, machine_id)
        if order is None:
            return
        self.chain.machine_id = machine_id
        found = self.chain.hardware(gpus=gpus, support=support)
        infos = [dataclasses.replace(found, rand_str=f"abcdefg{at}") for at in range(len(order.booked))]
        for member, info in zip(order.booked, infos, strict=True):
            digest = online_committee.hardware_hash(info)
            self.send(member, Call("OnlineCommittee", "submit_confirm_hash", (machine_id, digest)))
        for member, info in zip(order.booked, infos, strict=True):
            self.send(member, Call("OnlineCommittee", "submit_confirm_raw", (info,)))

    def has_online(self) -> bool:
        working = (MachineStatus.ONLINE, MachineStatus.RENTED)
        return any(row.status in working for _, row in self.engine.state.items(MACHINES))

    # --- what must hold ------------------------------------------------------------------------------------------

    def _read(self, rows: tuple[HistoryRow, ...]) -> None:
        """Keep the books: what each stash earned and what was released to it."""
        for row in rows:
            if row.kind == "reward_owner":
                self.owner[row.subject] = bytes.fromhex(row.value.decode().strip('"'))
            elif row.kind == reward_page.KIND:
                for line in reward_page.lines_of(row.value):
                    stash = self.owner[line.machine_id]
                    self.earned[stash] = self.earned.get(stash, 0) + line.earned
                    self.released[stash] = self.released.get(stash, 0) + line.at_once + line.from_earlier

    def check(self) -> None:
        state = self.engine.state
        held = dict(state.items(balances.ACCOUNTS))
        assert sum(one.free + one.reserved for one in held.values()) == balances.issuance(state)
        assert all(min(one) >= 0 for one in held.values())
        assert sys_info(state).total_stake == sum(staked for _, staked in state.items(STASH_STAKE))
        if not self.profile.strict:  # there, who never reported may free what backs something else (quirk Q22)
            self._check_reserves(state, held)
        self._check_rewards(state)
        for name, values in state.tables.items():
            if name not in APPENDED:
                for value in values.values():
                    for many in lists_in(value):
                        assert list(many) == sorted(set(many)), (name, many)

    def _check_reserves(self, state: State, held: dict[bytes, balances.AccountRow]) -> None:
        """What stakes and orders say is set aside is really there."""
        named: dict[bytes, int] = {}
        for stash, staked in state.items(STASH_STAKE):
            assert staked >= 0
            named[stash] = named.get(stash, 0) + staked
        for _, order in state.items(ORDERS):
            if order.confirm_rent == 0:
                named[order.renter] = named.get(order.renter, 0) + order.fee
        for who, amount in named.items():
            assert amount <= held[who].reserved

    def _check_rewards(self, state: State) -> None:
        locked: dict[bytes, int] = {}
        for machine_id, data in state.items(payout.QUEUES):
            owner = state.get(payout.OWNERS, machine_id)
            assert owner is not None
            queue = reward_queue.unpack(data)
            locked[owner.stash] = locked.get(owner.stash, 0) + queue.locked
            if self.profile.payout.counts_locked:
                assert sum(self.profile.payout.schedule(queue, owner).values()) == queue.locked
        for stash, rewards in state.items(STASH_REWARDS):
            assert rewards.earned == self.earned.get(stash, 0)
            assert rewards.claimed + rewards.can_claim == self.released.get(stash, 0)
            if self.profile.payout.counts_locked:
                assert rewards.earned == rewards.claimed + rewards.can_claim + rewards.locked
                assert rewards.locked == locked.get(stash, 0)

    def replayed(self) -> Engine:
        """The whole log run again from genesis."""
        engine = Chain(profile=self.profile).engine
        for height, calls in self.log:
            engine.apply(height, parent_hash(height), calls)
        return engine

    def check_replay(self) -> None:
        again = self.replayed()
        assert again.digest == self.engine.digest
        assert list(again.rows()) == list(self.engine.rows())
        back = Engine.from_rows(self.profile.name, self.engine.height, self.engine.digest, self.engine.rows())
        assert back.state.tables == self.engine.state.tables


_SIMPLE = tuple(spec for spec in catalogue.SPECS if not spec.root and not any("Call" in kind for _, kind in spec.args))


def twin_of(engine: Engine) -> Engine:
    """Another engine at the same place."""
    return Engine(engine.profile, engine.state.copy(), engine.height, engine.digest)


def anything(random: Random, kind: str) -> Any:
    """A value of a SCALE type that nobody thought of here: the first that random bytes are."""
    for _ in range(200):
        # Small numbers are variants and lengths; of the others any will do.
        data = bytes(random.choice((0, 1, 2, 3, 4, random.randrange(256))) for _ in range(200))
        try:
            return scale.take(kind, data)
        except InvalidTransaction:
            continue
    raise AssertionError(f"no random bytes are a {kind}: say in play.py what is plausible")


def lists_in(value: Any) -> Iterator[tuple[Any, ...]]:
    """All lists of names, accounts or ids inside a stored value; a row's own fields are no list."""
    if not isinstance(value, tuple):
        return
    # Names or keys of one kind; an account beside a shorter hash is a pair.
    kinds = {(type(one), len(one) if isinstance(one, bytes) else 0) for one in value}
    is_named = len(kinds) == 1 and isinstance(value[0], (str, bytes))
    if is_named and len(value) > 1 and not hasattr(value, "_fields"):
        yield value
    for one in value:
        yield from lists_in(one)

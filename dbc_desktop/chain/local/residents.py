"""The residents: operators, committee members and a renter who make the embedded chain a living network.

They have no door of their own: each act is an extrinsic signed with their own key and verified like anyone's. Their
plan is rebuilt from the state whenever the chain is opened, so nothing of it has to be kept.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.local.findings import Findings
from dbc_desktop.chain.local.launch import (
    BANK,
    COMMITTEE,
    GIFT,
    OPERATORS,
    RENTER,
    Operator,
    PlayKeys,
    customize_of,
)
from dbc_desktop.chain.local.ledger import Ledger
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.domain.machine import HardwareInfo, MachineId, MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import online_committee, orders
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_profile.rows import MACHINES, SERVER_ROOMS, STASH_CONTROLLER, stash_rewards

SLOT_BLOCKS = 2_400
"""A verification slot, 4 h (chain-rules 6.2)."""

_CLAIM_ERAS = 7
_CLAIM_OFFSET = 200
_RENT_OFFSET = 7_000
_CONFIRM_AFTER = 5
_MOST_ORDERS = 3

Task = Callable[[], None]


class Residents:
    """Everyone who acts by themselves on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._keys = PlayKeys(ledger.spec.seed)
        self._members = {self._keys.account(name): name for name in COMMITTEE}
        self._operators = {self._keys.account(operator.name): operator for operator in OPERATORS}
        self._owned = {
            self._keys.machine_id(operator.name, number): (operator, number)
            for operator in OPERATORS
            for number in range(len(operator.machines))
        }
        self.findings = Findings(ledger.store, self._keys)
        self._plan: list[tuple[int, int, Task]] = []
        self._planned = 0
        self.reset()

    def reset(self) -> None:
        """Plan anew from the state as it is."""
        self._plan.clear()
        soon, state = self._ledger.height + 1, self._ledger.engine.state
        for operator in OPERATORS:
            self._at(soon, partial(self._settle_in, operator))
        for machine_id, order in state.items(online_committee.ORDERS):
            self._plan_verification(soon, MachineId(machine_id), order.booked)
        for rent_id in state.get(orders.USER_ORDERS, self._keys.account(RENTER)) or ():
            self._at(soon, partial(self._confirm, rent_id))
        self._plan_daily(soon)

    def next_act(self) -> int | None:
        """The next height at which someone wants to act."""
        return self._plan[0][0] if self._plan else None

    def act(self, height: int) -> None:
        """Hand in the extrinsics for the block at `height`."""
        while self._plan and self._plan[0][0] <= height:
            heapq.heappop(self._plan)[2]()

    def look(self, height: int, events: Iterable[EventRecord]) -> None:
        """See what happened in the block at `height`, and plan what follows from it."""
        for event in events:
            self._see(height + 1, event.name, event)

    def gift(self, account: bytes) -> bytes:
        """Have the bank send play money; the hash of its extrinsic.

        Raises:
            InvalidTransaction: The bank has nothing left.
        """
        return self._send(BANK, Call("Balances", "transfer_allow_death", (account, GIFT)))

    def _see(self, soon: int, name: str, event: EventRecord) -> None:
        fields = event.fields
        if name == "MachineDistributed":
            order = self._ledger.engine.state.get(online_committee.ORDERS, str(fields["machine_id"]))
            if order is not None:
                self._plan_verification(soon, MachineId(str(fields["machine_id"])), order.booked)
        elif name == "AddConfirmHash":
            self._at(soon, partial(self._reveal, MachineId(str(fields["machine_id"]))))
        elif name == "AddConfirmRaw":
            self._at(soon, partial(self._after_verification, MachineId(str(fields["machine_id"]))))
        elif name == "ServerRoomGenerated":
            operator = self._operators.get(_raw(fields["controller"]))
            if operator is not None:
                self._at(soon, partial(self._describe, operator))
        elif name == "Rent" and event.pallet == "RentMachine" and _raw(fields["renter"]) == self._keys.account(RENTER):
            self._at(soon + _CONFIRM_AFTER, partial(self._confirm, int(str(fields["rent_id"]))))

    def _at(self, height: int, task: Task) -> None:
        self._planned += 1
        heapq.heappush(self._plan, (height, self._planned, task))

    def _send(self, name: str, call: Call) -> bytes:
        pair, ledger = self._keys.pair(name), self._ledger
        draft = codec.draft(call, pair.public, ledger.context(pair.public), ZERO)
        return ledger.admit(codec.assemble(draft, pair.sign(codec.signed_bytes(draft.payload))))

    def _try(self, name: str, call: Call) -> None:
        """A resident whose extrinsic is not taken, mostly for want of coins, does without: nobody stops the chain."""
        with suppress(InvalidTransaction):
            self._send(name, call)

    # --- operators ----------------------------------------------------------------------------------------------

    def _settle_in(self, operator: Operator) -> None:
        """Name a controller, bond every machine and open a server room; all that was not done yet."""
        state, account = self._ledger.engine.state, self._keys.account(operator.name)
        if state.get(STASH_CONTROLLER, account) is None:
            self._try(operator.name, Call("OnlineProfile", "set_controller", (account,)))
            for number in range(len(operator.machines)):
                self._bond(operator, number)
        if not state.get(SERVER_ROOMS, account):
            self._try(operator.name, Call("OnlineProfile", "gen_server_room"))
        else:
            self._describe(operator)
            for number in range(len(operator.machines)):
                self._after_verification(self._keys.machine_id(operator.name, number))

    def _bond(self, operator: Operator, number: int) -> None:
        machine_id = self._keys.machine_id(operator.name, number)
        message = bind_message(machine_id, ss58.encode(self._keys.account(operator.name)))
        signature = self._keys.machine(operator.name, number).sign(message)
        self._try(operator.name, Call("OnlineProfile", "bond_machine", (machine_id, message, signature)))

    def _describe(self, operator: Operator) -> None:
        state = self._ledger.engine.state
        rooms = state.get(SERVER_ROOMS, self._keys.account(operator.name)) or ()
        for number in range(len(operator.machines)):
            machine_id = self._keys.machine_id(operator.name, number)
            machine = state.get(MACHINES, machine_id)
            if machine is not None and machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO and rooms:
                info = customize_of(operator, rooms[0])
                self._try(operator.name, Call("OnlineProfile", "add_machine_info", (machine_id, info)))

    def _after_verification(self, machine_id: MachineId) -> None:
        """Forget what was found; an operator pays the stake that a confirmed machine still lacks."""
        state = self._ledger.engine.state
        if state.get(online_committee.ORDERS, machine_id) is None:
            self.findings.forget(machine_id)
        machine, owned = state.get(MACHINES, machine_id), self._owned.get(machine_id)
        if machine is not None and owned is not None and machine.status is MachineStatus.WAITING_FULFILL:
            self._try(owned[0].name, Call("OnlineProfile", "fulfill_machine", (machine_id,)))

    def _plan_daily(self, soon: int) -> None:
        self._at(_next_at(soon, _RENT_OFFSET, 1), self._rent)
        self._at(_next_at(soon, _CLAIM_OFFSET, _CLAIM_ERAS), self._claim)

    def _claim(self) -> None:
        self._at(_next_at(self._ledger.height + 2, _CLAIM_OFFSET, _CLAIM_ERAS), self._claim)
        for account, operator in self._operators.items():
            if stash_rewards(self._ledger.engine.state, account).can_claim:
                self._try(operator.name, Call("OnlineProfile", "claim_rewards"))

    # --- committee ----------------------------------------------------------------------------------------------

    def _plan_verification(self, soon: int, machine_id: MachineId, booked: tuple[bytes, ...]) -> None:
        """Each member looks in its first slot; who has seen it reveals when all have, or when hashing ends."""
        order = self._ledger.engine.state.get(online_committee.ORDERS, machine_id)
        if order is None:
            return
        for slot, member in enumerate(booked):
            if member in self._members:
                due = max(soon, order.book_time + slot * SLOT_BLOCKS)
                self._at(due, partial(self._commit, machine_id, member, order.book_time))
        profile = self._ledger.engine.profile
        self._at(max(soon, order.book_time + profile.reveal_start + 1), partial(self._reveal, machine_id))

    def _commit(self, machine_id: MachineId, member: bytes, book_time: int) -> None:
        order = self._ledger.engine.state.get(online_committee.ORDERS, machine_id)
        if order is None or order.book_time != book_time or any(who == member for who, _ in order.hashes):
            return
        digest = hardware_hash(self._seen_by(member, machine_id, book_time))
        self._try(self._members[member], Call("OnlineCommittee", "submit_confirm_hash", (machine_id, digest)))

    def _reveal(self, machine_id: MachineId) -> None:
        order = self._ledger.engine.state.get(online_committee.ORDERS, machine_id)
        if order is None or order.status != online_committee.REVEALING:
            return
        revealed = {who for who, _ in order.infos}
        for member, _ in order.hashes:
            if member in self._members and member not in revealed:
                info = self._seen_by(member, machine_id, order.book_time)
                self._try(self._members[member], Call("OnlineCommittee", "submit_confirm_raw", (info,)))

    def _seen_by(self, member: bytes, machine_id: MachineId, book_time: int) -> HardwareInfo:
        """What this member found: the same hardware as the others, a secret word of its own."""
        found = self.findings.of_order(machine_id, book_time, self._owned.get(machine_id))
        return replace(found, rand_str=self._keys.word(f"{machine_id} {book_time} {member.hex()}"))

    # --- the renter ---------------------------------------------------------------------------------------------

    def _rent(self) -> None:
        """Once a day rent a quarter of one of the residents' machines for some hours."""
        ledger = self._ledger
        state, height = ledger.engine.state, ledger.height
        self._at(_next_at(height + 2, _RENT_OFFSET, 1), self._rent)
        held: tuple[int, ...] = state.get(orders.USER_ORDERS, self._keys.account(RENTER)) or ()
        if len(held) >= _MOST_ORDERS:
            return
        chance = int.from_bytes(ledger.hash_at(height))
        offers = []
        for machine_id in self._owned:
            machine = state.get(MACHINES, machine_id)
            if machine is None or machine.status not in (MachineStatus.ONLINE, MachineStatus.RENTED):
                continue
            wanted = max(1, machine.gpu_num // 4)
            if len(orders.machine_orders(state, machine_id).used_gpu) + 2 * wanted <= machine.gpu_num:
                offers.append((machine_id, wanted))
        if offers:
            machine_id, wanted = offers[chance % len(offers)]
            duration = 300 * (8 + chance // 97 % 32)
            self._try(RENTER, Call("RentMachine", "rent_machine", (machine_id, wanted, duration)))

    def _confirm(self, rent_id: int) -> None:
        order = self._ledger.engine.state.get(orders.ORDERS, rent_id)
        if order is not None and order.status is RentStatus.WAITING_VERIFYING:
            self._try(RENTER, Call("RentMachine", "confirm_rent", (rent_id,)))


def _next_at(soon: int, offset: int, eras: int) -> int:
    """The first height from `soon` on that lies `offset` blocks into an era, every so many eras."""
    span = eras * BLOCKS_PER_ERA
    return soon + (offset - soon) % span


def _raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""

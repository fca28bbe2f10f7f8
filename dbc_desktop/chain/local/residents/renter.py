"""The resident renter: once a day it rents a quarter of a resident operator's machine for some hours."""

from __future__ import annotations

from functools import partial

from dbc_desktop.chain.local.launch import RENTER
from dbc_desktop.chain.local.residents.stage import Stage, next_at, raw
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import orders
from dbc_desktop.rules.online_profile.rows import MACHINES

_RENT_OFFSET = 7_000
_CONFIRM_AFTER = 5
_MOST_ORDERS = 3


class ResidentRenter:
    """One renter with deep pockets."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._account = stage.keys.account(RENTER)

    def plan(self, soon: int) -> None:
        """Confirm what is open, and rent at the hour."""
        for rent_id in self._stage.state.get(orders.USER_ORDERS, self._account) or ():
            self._stage.at(soon, partial(self._confirm, rent_id))
        self._plan_rents(soon)

    def see(self, soon: int, event: EventRecord) -> None:
        """Confirm an own order some blocks after it was made."""
        if event.name == "Rent" and event.pallet == "RentMachine" and raw(event.fields["renter"]) == self._account:
            self._stage.at(soon + _CONFIRM_AFTER, partial(self._confirm, int(str(event.fields["rent_id"]))))

    def _plan_rents(self, soon: int) -> None:
        """The next of the day's hours at which to rent."""
        times = self._stage.settings.rents_per_era
        hours = [next_at(soon, (_RENT_OFFSET + BLOCKS_PER_ERA * n // times) % BLOCKS_PER_ERA, 1) for n in range(times)]
        if hours:
            self._stage.at(min(hours), self._rent)

    def _rent(self) -> None:
        stage = self._stage
        state, height = stage.state, stage.height
        self._plan_rents(height + 2)
        held: tuple[int, ...] = state.get(orders.USER_ORDERS, self._account) or ()
        if len(held) >= _MOST_ORDERS:
            return
        chance = int.from_bytes(stage.ledger.hash_at(height))
        offers = []
        for machine_id in stage.owned:
            machine = state.get(MACHINES, machine_id)
            if machine is None or machine.status not in (MachineStatus.ONLINE, MachineStatus.RENTED):
                continue
            wanted = max(1, machine.gpu_num // 4)
            if len(orders.machine_orders(state, machine_id).used_gpu) + 2 * wanted <= machine.gpu_num:
                offers.append((machine_id, wanted))
        if offers:
            machine_id, wanted = offers[chance % len(offers)]
            duration = 300 * (8 + chance // 97 % 32)
            stage.attempt(RENTER, Call("RentMachine", "rent_machine", (machine_id, wanted, duration)))

    def _confirm(self, rent_id: int) -> None:
        order = self._stage.state.get(orders.ORDERS, rent_id)
        if order is not None and order.status is RentStatus.WAITING_VERIFYING:
            self._stage.attempt(RENTER, Call("RentMachine", "confirm_rent", (rent_id,)))

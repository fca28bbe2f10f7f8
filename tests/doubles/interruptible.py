"""A driver of TerminatingRental on top of the rules' `Chain`."""

from __future__ import annotations

import dataclasses
from typing import Any

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.state import SINGLE, Overlay
from dbc_desktop.rules.terminating_rental.rows import (
    MACHINES,
    ORDERS,
    RENT_FEE_POT,
    SERVER_ROOMS,
    VERIFICATIONS,
    MachineRow,
    RentRow,
)

PALLET = "TerminatingRental"


class Interruptible:
    """The machine of a chain, for short rents."""

    def __init__(self, chain: Any) -> None:
        self.chain = chain

    def do(self, who: bytes, name: str, *args: object) -> None:
        self.chain.do(who, PALLET, name, *args)

    def attempt(self, who: bytes, name: str, *args: object) -> str | None:
        error = self.chain.attempt(who, PALLET, name, *args)
        assert error is None or error[0] == PALLET
        return error and error[1]

    def root(self, name: str, *args: object) -> tuple[str, str] | None:
        found: tuple[str, str] | None = self.chain.root(PALLET, name, *args)
        return found

    @property
    def machine(self) -> MachineRow | None:
        found: MachineRow | None = self.chain.engine.state.get(MACHINES, self.chain.machine_id)
        return found

    def order(self, rent_id: int = 0) -> RentRow | None:
        found: RentRow | None = self.chain.engine.state.get(ORDERS, rent_id)
        return found

    def bond(self) -> None:
        chain = self.chain
        self.do(chain.stash, "set_controller", chain.stash)
        message = bind_message(chain.machine_id, ss58.encode(chain.stash))
        self.do(chain.stash, "bond_machine", chain.machine_id, message, chain.keys.sign(message))

    def info(self) -> CustomizeInfo:
        room = (self.chain.engine.state.get(SERVER_ROOMS, self.chain.stash) or (b"",))[-1]
        return CustomizeInfo(room, 20, 20, Coordinate("East", 1), Coordinate("North", 2), ("Telecom",))

    def describe(self) -> None:
        self.do(self.chain.stash, "gen_server_room")
        self.do(self.chain.stash, "add_machine_info", self.chain.machine_id, self.info())

    @property
    def booked(self) -> tuple[bytes, ...]:
        order = self.chain.engine.state.get(VERIFICATIONS, self.chain.machine_id)
        return order.booked if order is not None else ()

    def vote(self, *infos: Any) -> None:
        """The booked members commit to these findings and reveal them, in order."""
        booked = self.booked
        found = [dataclasses.replace(info, rand_str=f"abcdefg{index}") for index, info in enumerate(infos)]
        pairs = list(zip(booked, found, strict=False))
        for member, info in pairs:
            self.do(member, "submit_confirm_hash", self.chain.machine_id, hardware_hash(info))
        if len(pairs) < len(booked):
            self.chain.goto(self.chain.engine.height + 21_600)
        for member, info in pairs:
            self.do(member, "submit_confirm_raw", info)

    def online(self) -> None:
        self.bond()
        self.describe()
        self.vote(*[self.chain.hardware()] * 3)

    def rent(self, gpus: int = 4, duration: int = 1_800, who: bytes | None = None) -> int:
        self.do(who or self.chain.renter, "rent_machine", self.chain.machine_id, gpus, duration)
        rent_id: int = self.chain.event("RentBlockNum").fields["rent_id"]
        return rent_id

    def plant_pot(self, pot: bytes) -> None:
        """What no call of the pallet does (chain-rules 8)."""
        layer = Overlay(self.chain.engine.state)
        layer.put(RENT_FEE_POT, SINGLE, pot)
        layer.settle()

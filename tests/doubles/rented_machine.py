"""A renter, a machine and a rent order, and a chain that knows no more than that."""

from __future__ import annotations

import json
from pathlib import Path

from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Draft
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rental import RentOrder, RentStatus

MACHINE = MachineId("2f8c6129d816cf51c374bc7f08c3e63ed156cf78aefb4a6550d97b87997977ee")
OTHER_MACHINE = MachineId("aa" * 32)


class KeySigner:
    """Signs with a play key that is always unlocked."""

    def __init__(self, phrase: str) -> None:
        self._pair = KeyPair.from_phrase(phrase)

    @property
    def address(self) -> Address:
        return Address(self._pair.public)

    def sign(self, draft: Draft) -> bytes:
        raise AssertionError("a node is never given a transaction")

    def sign_message(self, message: str) -> bytes:
        return self._pair.sign(message.encode("ascii"))


ALICE, BOB = KeySigner("//Alice"), KeySigner("//Bob")


def rent_order(
    rent_id: int = 7,
    *,
    renter: Address = ALICE.address,
    machine_id: MachineId = MACHINE,
    status: RentStatus = RentStatus.WAITING_VERIFYING,
    gpu_num: int = 2,
    rent_end: int = 500,
) -> RentOrder:
    return RentOrder(
        rent_id=rent_id,
        machine_id=machine_id,
        renter=renter,
        gpu_num=gpu_num,
        gpu_index=tuple(range(gpu_num)),
        rent_start=100,
        confirm_until=250,
        rent_end=rent_end,
        status=status,
        fee=Balance(5),
    )


class HeldOrders:
    """Orders and a height that the test holds in its hand."""

    def __init__(self, *orders: RentOrder, head: int = 120) -> None:
        self.orders = {order.rent_id: order for order in orders}
        self.head = head
        self.is_reachable = True

    def order(self, rent_id: int) -> RentOrder | None:
        if not self.is_reachable:
            raise ChainUnreachable
        return self.orders.get(rent_id)

    def head_height(self) -> int:
        return self.head


class FileOrders:
    """One order of Alice on `MACHINE`; its status and the height are read from a file each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @staticmethod
    def write(path: Path, *, status: str = "WaitingVerifying", head: int = 120) -> None:
        path.write_text(json.dumps({"status": status, "head": head}), encoding="utf-8")

    def order(self, rent_id: int) -> RentOrder | None:
        status = RentStatus(json.loads(self._path.read_text(encoding="utf-8"))["status"])
        return rent_order(status=status) if rent_id == 7 else None

    def head_height(self) -> int:
        return int(json.loads(self._path.read_text(encoding="utf-8"))["head"])

"""Who may act on a machine: nonce, signature and rent order, with the node's own words (compute-node-api 2.3)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.crypto.ss58 import decode
from dbc_desktop.domain.errors import ChainError, InvalidInput, StorageError
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.sessions.ports import OrderSource
from dbc_desktop.sessions.standin.envelope import Refusal, remote

_NONCES_KEPT = 100_000
_T = TypeVar("_T")


class OrderLane:
    """Asks the chain on one thread, so that a slow disk holds up no login."""

    def __init__(self, orders: OrderSource) -> None:
        self._orders = orders
        self._thread = ThreadPoolExecutor(1, "orders")

    async def look(self, rent_id: int) -> tuple[RentOrder | None, int]:
        """The order and the height of the newest block.

        Raises:
            ChainError, StorageError: The chain cannot be read now.
        """
        return await self._ask(lambda: (self._orders.order(rent_id), self._orders.head_height()))

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)

    async def _ask(self, question: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, question)


class Authority:
    """Checks each request and remembers the nonces it has seen while it runs."""

    def __init__(self, lane: OrderLane) -> None:
        self._lane = lane
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def check(self, machine_id: str, wallet: str, nonce: str, sign: str, rent_order: str) -> RentOrder:
        """The order under which `wallet` may act on the machine now.

        Raises:
            Refusal: It may not, or the chain cannot be asked. The nonce is used up once its signature was right.
        """
        public = self._signer(wallet, nonce, sign)
        if not (rent_order.isascii() and rent_order.isdecimal() and len(rent_order) < 20):
            raise _denied("wallet not rented")
        try:
            order, head = await self._lane.look(int(rent_order))
        except (ChainError, StorageError) as error:
            raise _denied("query machine_status failed") from error
        if order is None or order.machine_id != machine_id:
            raise _denied("machine is not be rented")
        if order.renter.raw != public:
            raise _denied("wallet not rented")
        if order.status is RentStatus.LAPSED or order.status is RentStatus.ENDED or head >= order.rent_end:
            raise _denied("machine has already expired")
        return order

    def _signer(self, wallet: str, nonce: str, sign: str) -> bytes:
        try:
            public, signature = decode(wallet), bytes.fromhex(sign.removeprefix("0x"))
        except (InvalidInput, ValueError) as error:
            raise _denied("nonce check failed") from error
        whole = 32 <= len(nonce) <= 200 and nonce.isascii() and nonce.isprintable()
        if not whole or not verify(public, nonce.encode("ascii"), signature):
            raise _denied("nonce check failed")
        if nonce in self._seen:
            raise remote("nonce is already exist")
        self._seen[nonce] = None
        if len(self._seen) > _NONCES_KEPT:
            self._seen.popitem(last=False)
        return public


def _denied(why: str) -> Refusal:
    return remote(f"check authority failed: {why}")

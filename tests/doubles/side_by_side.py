"""One chain read in two ways at every block it makes: by itself, and through a node over JSON-RPC."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.local.launch import SEED, PlayKeys
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import MachineTable
from tests.doubles.hand_clock import HandClock
from tests.doubles.node_user import ChainThroughNode

OF_ACCOUNT = (
    "account", "controller_of", "stash_of", "server_rooms", "stash", "machines_of", "release_schedule", "rent_orders",
    "slashes", "reporter", "committee_work", "deadlines",
)  # fmt: skip
OF_MACHINE = ("machine", "orders_on", "slash_clock")
OF_NETWORK = ("network", "supply", "market")


@dataclass(frozen=True)
class Difference:
    """Where the two sides disagree."""

    height: int
    read: str
    asked: str
    path: str
    chain: Any
    node: Any

    @property
    def name(self) -> str:
        """Which part of which read it is, wherever it stands."""
        return self.read + re.sub(r"\[\d+\]", "[]", self.path).removesuffix(".units")

    def __str__(self) -> str:
        where = f"at {self.height} {self.read}({self.asked}){self.path}"
        return f"{where}: the chain says {self.chain!r}, the node {self.node!r}"


class SideBySide:
    """An embedded chain whose residents stand still, its node, and a comparison at every block.

    Args:
        folder: Where the chain is; it has its residents' machines already.
        profile: Its rules.
        fit: What of a read's answer, by its name, both sides must say alike.
    """

    def __init__(self, folder: Path, profile: str, fit: Callable[[str, Any], Any] = lambda _, answer: answer) -> None:
        self._clock = HandClock()
        self.both = ChainThroughNode(folder, profile, residents=False, fresh_seconds=1.0, clock=self._clock)
        rpc, server = self.both.front._rpc, self.both.server
        rpc._post = lambda url, body, began: server.answered(json.loads(body))  # type: ignore[method-assign]
        self.keys, self._fit = PlayKeys(SEED), fit
        self.accounts: dict[str, Address] = {}
        self.machines: list[MachineId] = []
        self.different: list[Difference] = []
        self.compared = 0

    @property
    def height(self) -> int:
        return self.both.behind.head().height

    def watch(self, *names: str) -> None:
        """Compare what these residents are told from now on."""
        self.accounts |= {name: Address(self.keys.account(name)) for name in names}

    # --- acts -----------------------------------------------------------------------------------------------------

    def sign(self, name: str, call: Call) -> bytes:
        pair, ledger = self.keys.pair(name), self.both.behind._ledger
        draft = codec.draft(call, pair.public, ledger.context(pair.public), ZERO)
        return codec.assemble(draft, pair.sign(codec.signed_bytes(draft.payload)))

    def together(self, *acts: tuple[str, Call]) -> None:
        """All of these in the next block; each must succeed."""
        behind = self.both.behind
        sent = [behind.submit(self.sign(name, call)) for name, call in acts]
        self.both.jump(1)
        for one, (name, call) in zip(sent, acts, strict=True):
            receipt = behind.receipt(one)
            assert receipt is not None
            assert receipt.succeeded, f"{name}: {call}: {receipt}"
        self.compare()

    def do(self, name: str, pallet: str, call: str, *args: object) -> None:
        """One call in the next block."""
        self.together((name, Call(pallet, call, args)))

    def wait(self, blocks: int, every: int = 1) -> None:
        """Let blocks pass, looking at each that is made, or at some of them and the last."""
        ledger, made = self.both.behind._ledger, 0
        target = ledger.height + blocks
        while ledger.height < target:
            self.both.jump(min(ledger.engine.next_due(), target) - ledger.height)
            made += 1
            if made % every == 0 or ledger.height == target:
                self.compare()

    def jump(self, blocks: int) -> None:
        """Let blocks pass without looking."""
        self.both.jump(blocks)
        self._clock.wait(2.0)

    # --- comparing ------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Ask both sides for everything."""
        self._clock.wait(2.0)
        self.compared += 1
        for read in OF_NETWORK:
            self._ask(read, "")
        for machine_id in self.machines:
            for read in OF_MACHINE:
                self._ask(read, machine_id[:6], machine_id)
        for name, address in self.accounts.items():
            for read in OF_ACCOUNT:
                self._ask(read, name, address)
            self._ask("rewards", name, address, 0, 99)

    def _ask(self, read: str, asked: str, *args: object) -> None:
        here = self._fit(read, getattr(self.both.behind, read)(*args))
        there = self._fit(read, getattr(self.both.front, read)(*args))
        for path, one, other in apart(here, there):
            self.different.append(Difference(self.height, read, asked, path, one, other))

    def close(self) -> None:
        self.both.close()


def apart(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The innermost parts in which two values differ, by where they stand."""
    if isinstance(one, np.ndarray):
        if not np.array_equal(one, other):
            yield path, one.tolist(), other.tolist()
    elif isinstance(one, MachineTable) or (is_dataclass(one) and type(one) is type(other) and one != other):
        for field in fields(one):
            yield from apart(getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}")
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for at, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from apart(left, right, f"{path}[{at}]")
    elif one != other:
        yield path, one, other

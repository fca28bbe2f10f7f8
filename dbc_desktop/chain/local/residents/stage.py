"""What a kind of resident is given: the state it sees, its keys, a plan to write into, and the way to send."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.local.findings import Findings
from dbc_desktop.chain.local.launch import OPERATORS, Operator, PlayKeys
from dbc_desktop.chain.local.ledger import Ledger
from dbc_desktop.chain.local.residents import settings as rules_of_living
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.branches import ResidentSettings
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules.state import State

Task = Callable[[], None]


class Resident(Protocol):
    """One kind of resident; all that it knows it reads from the state, so that it can be planned anew at any height."""

    def plan(self, soon: int) -> None:
        """Plan from the state as it is; `soon` is the first height at which anyone may act."""

    def see(self, soon: int, event: EventRecord) -> None:
        """An event of the newest block: plan what follows from it, from height `soon` on."""


class Stage:
    """Where the residents of one ledger act; each act is an extrinsic signed with a play key.

    Args:
        ledger: The chain they live on.
        at: Plans a task for a height.
    """

    def __init__(self, ledger: Ledger, at: Callable[[int, Task], None]) -> None:
        self.ledger = ledger
        self.at = at
        self.keys = PlayKeys(ledger.spec.seed)
        self.live_by(ResidentSettings())
        self.findings = Findings(ledger.store, self.keys)
        self.owned: dict[MachineId, tuple[Operator, int]] = {
            self.keys.machine_id(operator.name, number): (operator, number)
            for operator in OPERATORS
            for number in range(len(operator.machines))
        }

    def live_by(self, settings: ResidentSettings) -> None:
        """Take these settings from now on."""
        self.settings = settings
        self._asleep = rules_of_living.asleep(settings)
        self.liars = rules_of_living.liars(settings)

    @property
    def state(self) -> State:
        """The chain's state at its head."""
        return self.ledger.engine.state

    @property
    def height(self) -> int:
        """The newest height; while someone acts, the one before the block that is being made."""
        return self.ledger.height

    def send(self, name: str, call: Call) -> bytes:
        """Sign a call as the resident `name` and hand it in for the next block; the hash of its extrinsic.

        Raises:
            InvalidTransaction: It was not taken, mostly for want of coins.
        """
        pair, ledger = self.keys.pair(name), self.ledger
        draft = codec.draft(call, pair.public, ledger.context(pair.public), ZERO)
        return ledger.admit(codec.assemble(draft, pair.sign(codec.signed_bytes(draft.payload))))

    def attempt(self, name: str, call: Call) -> None:
        """Like `send`, but not for who sleeps; whose extrinsic is not taken does without: nobody stops the chain."""
        if name in self._asleep:
            return
        with suppress(InvalidTransaction):
            self.send(name, call)


def next_at(soon: int, offset: int, eras: int) -> int:
    """The first height from `soon` on that lies `offset` blocks into an era, every so many eras."""
    return soon + (offset - soon) % (eras * BLOCKS_PER_ERA)


def raw(value: object) -> bytes:
    """A field of an event that holds an account; empty where it does not."""
    return value if isinstance(value, bytes) else b""

"""Who acts when: one plan for all residents of a ledger, rebuilt from the state whenever the chain is opened."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from dbc_desktop.chain.local.ledger import Ledger
from dbc_desktop.chain.local.residents import bank, settings
from dbc_desktop.chain.local.residents.arbiters import ResidentArbiters
from dbc_desktop.chain.local.residents.committee import ResidentCommittee
from dbc_desktop.chain.local.residents.operators import ResidentOperators
from dbc_desktop.chain.local.residents.renter import ResidentRenter
from dbc_desktop.chain.local.residents.seats import ResidentSeats
from dbc_desktop.chain.local.residents.stage import Resident, Stage, Task
from dbc_desktop.chain.local.residents.super_nodes import ResidentNodes
from dbc_desktop.domain.branches import ResidentSettings
from dbc_desktop.domain.call import EventRecord

KINDS: tuple[Callable[[Stage], Resident], ...] = (
    ResidentOperators,
    ResidentCommittee,
    ResidentRenter,
    ResidentArbiters,
    ResidentSeats,
    ResidentNodes,
)
"""All kinds of residents; at one height they act in this order."""


class Residents:
    """Everyone who acts by themselves on one ledger: `ledger.Acting`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._plan: list[tuple[int, int, Task]] = []
        self._planned = 0
        self._stage = Stage(ledger, self._at)
        self.findings = self._stage.findings
        self._residents = tuple(kind(self._stage) for kind in KINDS)
        self.reset()

    def reset(self) -> None:
        """Plan anew from the state, and by the settings, as they are."""
        self._plan.clear()
        self._stage.live_by(settings.load(self._ledger.store))
        for resident in self._residents:
            resident.plan(self._ledger.height + 1)

    @property
    def settings(self) -> ResidentSettings:
        """How they live."""
        return self._stage.settings

    def change(self, chosen: ResidentSettings) -> None:
        """Live otherwise from now on; joins the open commit.

        Raises:
            InvalidInput: `residents` with `out_of_range`.
        """
        settings.save(self._ledger.store, settings.checked(chosen))
        self.reset()

    def next_act(self) -> int | None:
        """The next height at which someone wants to act."""
        return self._plan[0][0] if self._plan and not self.settings.is_paused else None

    def act(self, height: int) -> None:
        """Hand in the extrinsics for the block at `height`."""
        while not self.settings.is_paused and self._plan and self._plan[0][0] <= height:
            heapq.heappop(self._plan)[2]()

    def look(self, height: int, events: Iterable[EventRecord]) -> None:
        """See what happened in the block at `height`, and plan what follows from it."""
        if self.settings.is_paused:
            return
        for event in events:
            for resident in self._residents:
                resident.see(height + 1, event)

    def gift(self, account: bytes) -> bytes:
        """Have the bank send play money; the hash of its extrinsic.

        Raises:
            InvalidTransaction: The bank has nothing left.
        """
        return bank.gift(self._stage, account)

    def _at(self, height: int, task: Task) -> None:
        self._planned += 1
        heapq.heappush(self._plan, (height, self._planned, task))

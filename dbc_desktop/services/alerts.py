"""Alerts of rigs and chain together: what is looked at, who is told, and a sign of life while all is read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.alert import Alert, Severity
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rig_event import RigEvent
from dbc_desktop.notify.ports import Carrier, Message
from dbc_desktop.services.chain_alerts import chain_conditions
from dbc_desktop.telemetry.alert_book import AlertBook, AlertChange
from dbc_desktop.telemetry.alert_rules import conditions_of, moments_of
from dbc_desktop.telemetry.node_watch import NodeWatch

Words = Callable[[Alert], Message]

_CHAIN = "chain"
_LONGEST_QUEUE = 200


class Alerts:
    """Looks at every sample and, when asked, at the chain; callable from any thread.

    `words` says an alert in the person's language. Messages wait until `deliver` is called on the `io` lane; what
    cannot be delivered is told by `trouble` and tried again with the next.
    """

    def __init__(self, book: AlertBook, words: Words, clock: Clock) -> None:
        self.book = book
        self._words, self._clock = words, clock
        self._mutex = threading.Lock()
        self._carriers: tuple[Carrier, ...] = ()
        self._waiting: list[Message] = []
        self._listeners: tuple[Callable[[AlertChange], None], ...] = ()
        self._samples: dict[str, RigSample] = {}
        self._machines: dict[MachineId, str] = {}
        self._node: NodeWatch | None = None
        self.trouble: DbcError | None = None

    def watch_node(self, process: str) -> None:
        """Tell when no process of this name runs on this computer; an empty name watches nothing."""
        self._node = NodeWatch(process, self._clock) if process else None

    def hear(self, sample: RigSample) -> None:
        """Look at a sample of any rig; called by sampler and fleet on their threads."""
        with self._mutex:
            self._samples[sample.rig_key] = sample
        rules = self.book.rules()
        found = [*conditions_of(sample, rules), *moments_of(sample.happened, sample, rules)]
        if self._node is not None and not sample.place:
            found += self._node.conditions(sample.rig)
        self._changed(self.book.look(f"rig {sample.rig_key}", found))

    def note(self, event: RigEvent) -> None:
        """Look at something that happened to a rig and stands in no sample, as a changed driver."""
        with self._mutex:
            sample = self._samples.get(event.rig_key)
        moments = moments_of((event,), sample, self.book.rules())
        if moments:
            self._changed(self.book.look(f"event {event.rig_key}", moments))

    def match(self, machines: Mapping[MachineId, str]) -> None:
        """Say which rig (by key) each machine on the chain is."""
        with self._mutex:
            self._machines = dict(machines)

    def look_at_chain(self, backend: ChainReader, accounts: Sequence[Address]) -> AlertChange:
        """Look at what the chain says for these accounts; blocks, for the `chain-read` lane.

        Raises:
            ChainUnreachable: The backend does not answer; what was known stays.
        """
        with self._mutex:
            rigs = {machine: self._samples[key] for machine, key in self._machines.items() if key in self._samples}
        change = self.book.look(_CHAIN, chain_conditions(backend, accounts, rigs, self.book.rules()))
        self._changed(change)
        return change

    def set_carriers(self, carriers: Sequence[Carrier]) -> None:
        """Who carries messages from now on; the ones before are closed."""
        with self._mutex:
            before, self._carriers = self._carriers, tuple(carriers)
        for carrier in before:
            carrier.close()

    def has_messages(self) -> bool:
        """Whether something waits to be delivered."""
        with self._mutex:
            return bool(self._waiting and self._carriers)

    def deliver(self) -> int:
        """Hand over what waits, oldest first; how many messages went out. Blocks, for the `io` lane."""
        sent = 0
        while True:
            with self._mutex:
                if not self._waiting or not self._carriers:
                    return sent
                message, carriers = self._waiting[0], self._carriers
            try:
                for carrier in carriers:
                    carrier.send(message)
            except DbcError as error:
                self.trouble = error
                return sent
            self.trouble = None
            sent += 1
            with self._mutex:
                if self._waiting and self._waiting[0] is message:
                    del self._waiting[0]

    def try_out(self, title: str, body: str) -> None:
        """Send a test message by every carrier at once; blocks, for the `io` lane.

        Raises:
            NotDelivered: One of them did not take it.
        """
        message = Message("test", "test", title, body, self._clock.now())
        with self._mutex:
            carriers = self._carriers
        for carrier in carriers:
            carrier.send(message)

    def subscribe(self, listener: Callable[[AlertChange], None]) -> Callable[[], None]:
        """Call back when alerts begin or end, on whatever thread looked; the answer takes the subscription back."""
        with self._mutex:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._mutex:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def is_well(self) -> bool:
        """Whether the sign of life may be given: every rig is read, and nothing is being lost unknown to anybody."""
        is_losing = any(one.severity is Severity.LOSS and one.known_at is None for one in self.book.open_alerts())
        return bool(self._samples) and not is_losing

    def close(self) -> None:
        """Let go of carriers and the book."""
        self.set_carriers(())
        self.book.close()

    def _changed(self, change: AlertChange) -> None:
        if not change.began and not change.ended:
            return
        messages = [self._words(alert) for alert in change.told]
        messages += [self._words(alert) for alert in change.ended if alert.severity is Severity.LOSS]
        with self._mutex:
            self._waiting = (self._waiting + messages)[-_LONGEST_QUEUE:]
            listeners = self._listeners
        for listener in listeners:
            listener(change)

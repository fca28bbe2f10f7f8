"""All that watches, joined: each sample and each block goes to whoever has to see it.

What is watched stands in `rig_sources`, what is wrong in `alerts`, who is told in `alert_delivery`, and what is kept
as proof in `rig_evidence`; here is only when they begin, what they hear, and when they end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainReader, HeadChange
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import SecretStoreUnavailable
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.lanes.paced import Paced
from dbc_desktop.lanes.runner import TaskRunner
from dbc_desktop.services.alert_delivery import AlertDelivery
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.services.rig_sources import RigSources
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore
from dbc_desktop.telemetry.ports import RigFeed

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it, not before the window paints
    from dbc_desktop.telemetry.evidence_log import EvidenceLog
    from dbc_desktop.telemetry.fleet import Fleet

_CHAIN_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class MonitoringParts:
    """What rests in files or needs slow libraries; opened on a lane after the window stands."""

    fleet: Fleet
    alerts: Alerts
    evidence: EvidenceLog


class Monitoring:
    """Starts and joins the parts; callable from any thread.

    Attributes:
        sources: The addresses of other rigs.
        delivery: Where alerts go.
        evidence: Makes and checks files of evidence.
        parts: None until they are open; `subscribe_open` tells when.
        secret_trouble: Why tokens and webhooks could not be fetched: the window says so.
    """

    def __init__(
        self,
        backend: ChainReader,
        sampler: RigFeed,
        store: FleetStore,
        sources: RigSources,
        delivery: AlertDelivery,
        evidence: RigEvidence,
        open_parts: Callable[[], MonitoringParts],
        accounts: Callable[[], Sequence[Address]],
        runner: TaskRunner,
        paced: Paced,
    ) -> None:
        self.sources, self.delivery, self.evidence = sources, delivery, evidence
        self.parts: MonitoringParts | None = None
        self.secret_trouble: SecretStoreUnavailable | None = None
        self._backend, self._sampler, self._store = backend, sampler, store
        self._open_parts, self._accounts, self._runner, self._paced = open_parts, accounts, runner, paced
        self._mutex = threading.Lock()
        self._is_stopped = False
        self._openings: list[Callable[[], None]] = []
        self._subscriptions: list[Callable[[], None]] = []
        store.settings()  # a file that cannot be read is told at the start, not by whichever lane comes first

    @property
    def alerts(self) -> Alerts | None:
        """What is wrong; None until the parts are open."""
        return self.parts.alerts if self.parts is not None else None

    def start(self) -> None:
        """Open the files on the `io` lane, then listen to the sampler, and read the fleet once its tokens are there."""
        self._runner.query("io", self._open, done=lambda _: self._opened())

    def subscribe_open(self, opened: Callable[[], None]) -> None:
        """Call back once when the parts are open, at once where they are, on the thread that results come home to."""
        if self.parts is not None:
            opened()
        else:
            self._openings.append(opened)

    def follow(self, change: HeadChange) -> None:
        """A new head: the chain is looked at again, at most once in six seconds."""
        del change
        self._paced.ask("chain-read", "chain", _CHAIN_SECONDS, self._look_at_chain)

    def stop(self) -> None:
        """Listen and read no more, and let go of files."""
        with self._mutex:
            self._is_stopped = True
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = []
        if self.parts is not None:
            self.parts.fleet.stop()
            self.parts.evidence.close()
            self.parts.alerts.close()
        self.delivery.close()

    def settings(self) -> FleetSettings:
        """What is set now."""
        return self._store.settings()

    def match(self, machine_id: MachineId, rig_key: str | None) -> None:
        """Say which rig a machine on the chain is; None that it is none of those that are watched.

        Raises:
            DataUnwritable: The settings cannot be written.
        """

        def matched(now: FleetSettings) -> FleetSettings:
            machines = {key: value for key, value in now.machines.items() if key != machine_id}
            return replace(now, machines=machines if rig_key is None else machines | {machine_id: rig_key})

        settings = self._store.change(matched)
        if self.alerts is not None:
            self.alerts.match(settings.machines)

    def watch_node(self, process: str) -> None:
        """Tell when no program of this name runs on this computer; an empty name watches nothing.

        Raises:
            DataUnwritable: The settings cannot be written.
        """
        self._store.change(lambda now: replace(now, node_process=process.strip()))
        if self.alerts is not None:
            self.alerts.watch_node(process.strip())

    def _open(self) -> None:
        parts = self._open_parts()
        with self._mutex:
            if self._is_stopped:  # the window was closed meanwhile
                parts.evidence.close()
                parts.alerts.close()
                return
            self.sources.use(parts.fleet)
            self.delivery.use(parts.alerts)
            self.evidence.use(parts.evidence)
            self.parts = parts
        parts.alerts.match(self.settings().machines)
        parts.alerts.watch_node(self.settings().node_process)
        self._subscriptions += [self._sampler.subscribe(self._hear_own), parts.fleet.subscribe(self._judge)]

    def _opened(self) -> None:
        if self.sources.needs_secrets() or self.delivery.needs_secrets():
            self._runner.query("secrets", self._fetch, done=lambda _: self._read_in_lane(), deadline_seconds=300)
        else:
            self._read_in_lane()
        openings, self._openings = self._openings, []
        for opened in openings:
            opened()

    def _fetch(self) -> None:
        try:
            self.sources.fetch_tokens()
            self.delivery.fetch()
            self.secret_trouble = None
        except SecretStoreUnavailable as error:
            self.secret_trouble = error

    def _read_in_lane(self) -> None:
        if self.sources.all():
            self._runner.query("io", self.sources.read, done=lambda _: None)

    def _hear_own(self, sample: RigSample) -> None:
        self._judge(sample)
        self.evidence.hear(sample)
        self.delivery.give_sign()

    def _judge(self, sample: RigSample) -> None:
        if self.alerts is not None:
            self.alerts.hear(sample)
            self.delivery.send_waiting()

    def _look_at_chain(self) -> None:
        if self.alerts is not None:
            self.alerts.look_at_chain(self._backend, self._accounts())
        self.evidence.look_at_chain()

"""All that watches: this computer and the fleet, alerts, who is told, and the chain of evidence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainReader, HeadChange
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.alert import Alert
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DbcError, InvalidInput, SecretStoreUnavailable
from dbc_desktop.domain.fleet import RigSource, SourceKind
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.lanes.runner import TaskRunner
from dbc_desktop.notify.ports import Message
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore
from dbc_desktop.telemetry.ports import RigFeed
from dbc_desktop.wallet.ports import SecretStore

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it, not before the window paints
    from dbc_desktop.notify.webhook import SignOfLife, WebhookForm
    from dbc_desktop.telemetry.alert_book import AlertBook
    from dbc_desktop.telemetry.evidence_log import EvidenceLog
    from dbc_desktop.telemetry.fleet import Fleet

_CHAIN_SECONDS = 6.0
_BEAT_SECONDS = 60.0
_RETRY_SECONDS = 30.0
_WEBHOOK, _SIGN_OF_LIFE = "webhook", "sign-of-life"


@dataclass(frozen=True, slots=True)
class MonitoringParts:
    """What rests in files or needs slow libraries; opened on a lane after the window stands."""

    fleet: Fleet
    book: AlertBook
    evidence: EvidenceLog


class Monitoring:
    """Starts and joins the parts; callable from any thread, what may block says so.

    `secrets` is the keyring: without one there are no tokens and no webhooks, and the window says why. It is asked on
    the `secrets` lane only.

    Attributes:
        parts: None until they are open; `subscribe_open` tells when.
        alerts: Likewise.
        evidence: Makes and checks files of evidence.
        secret_trouble: Why tokens and webhooks could not be fetched.
    """

    def __init__(
        self,
        backend: ChainReader,
        sampler: RigFeed,
        open_parts: Callable[[], MonitoringParts],
        store: FleetStore,
        secrets: SecretStore,
        runner: TaskRunner,
        clock: Clock,
        words: Callable[[Alert], Message],
        accounts: Callable[[], Sequence[Address]],
    ) -> None:
        self.parts: MonitoringParts | None = None
        self.alerts: Alerts | None = None
        self.secret_trouble: SecretStoreUnavailable | None = None
        self._backend, self._sampler, self._store, self._secrets = backend, sampler, store, secrets
        self._runner, self._clock, self._accounts, self._words = runner, clock, accounts, words
        self._open_parts = open_parts
        self._is_stopped = False
        self._openings: list[Callable[[], None]] = []
        self._settings = store.load()
        self.evidence = RigEvidence(
            backend, sampler, secrets, lambda: self.parts.evidence if self.parts else None, self.settings, self._save
        )
        self._tokens: dict[str, str] = {}
        self._sign: SignOfLife | None = None
        self._mutex = threading.Lock()
        self._busy: set[str] = set()
        self._due: dict[str, float] = {}
        self._subscriptions: list[Callable[[], None]] = []

    # --- running ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the files on the `io` lane, then listen to the sampler, and read the fleet once its tokens are there."""
        self._runner.query("io", self._open, done=lambda _: self._opened())

    def subscribe_open(self, opened: Callable[[], None]) -> None:
        """Call back once when the parts are open, at once where they are, on the thread that results come home to."""
        if self.parts is not None:
            opened()
        else:
            self._openings.append(opened)

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
        if self.alerts is not None:
            self.alerts.close()
        if self._sign is not None:
            self._sign.close()

    def _open(self) -> None:
        parts = self._open_parts()
        with self._mutex:
            if self._is_stopped:  # the window was closed meanwhile
                parts.evidence.close()
                parts.book.close()
                return
            self.alerts = Alerts(parts.book, self._words, self._clock)
            self.parts = parts
        self.alerts.match(self._settings.machines)
        self.alerts.watch_node(self._settings.node_process)
        self._subscriptions += [self._sampler.subscribe(self._hear_own), parts.fleet.subscribe(self._judge)]

    def _opened(self) -> None:
        if self._needs_secrets():
            self._runner.query("secrets", self._fetch, done=lambda _: self._read_in_lane(), deadline_seconds=300)
        else:
            self._read_in_lane()
        openings, self._openings = self._openings, []
        for opened in openings:
            opened()

    def _read_in_lane(self) -> None:
        if self._settings.sources:
            self._runner.query("io", self._read_sources, done=lambda _: None)

    def follow(self, change: HeadChange) -> None:
        """A new head: the chain is looked at again, at most once in six seconds."""
        del change
        self._in_lane("chain-read", "chain", _CHAIN_SECONDS, self._look_at_chain)

    # --- what the person sets -----------------------------------------------------------------------------------

    def settings(self) -> FleetSettings:
        """What is set now."""
        return self._settings

    def add_source(self, source: RigSource, token: str = "") -> None:
        """Read one more address; blocks where it has a token (`secrets` lane).

        Raises:
            InvalidInput: `rig_address` with `known`.
            SecretStoreUnavailable: The token cannot be kept.
            DataUnwritable: The settings cannot be written.
        """
        if any(one.url == source.url for one in self._settings.sources):
            raise InvalidInput("rig_address", "known")
        if token:
            self._secrets.put(_token_name(source), token)
            self._tokens[source.url] = token
        self._save(replace(self._settings, sources=(*self._settings.sources, source)))
        self._read_sources()
        if source.kind is SourceKind.PROMETHEUS and self.parts is not None:
            self.parts.fleet.fetch_past(source)

    def add_sources(self, sources: Sequence[RigSource]) -> int:
        """Read all of these (of a discovery file) that are not read yet; how many those were.

        Raises:
            DataUnwritable: The settings cannot be written.
        """
        known = {one.url for one in self._settings.sources}
        new = tuple(one for one in sources if one.url not in known)
        self._save(replace(self._settings, sources=(*self._settings.sources, *new)))
        self._read_sources()
        return len(new)

    def remove_source(self, url: str) -> None:
        """Read it no more, and forget its token; blocks where it has one (`secrets` lane).

        Raises:
            SecretStoreUnavailable: The token cannot be forgotten.
            DataUnwritable: The settings cannot be written.
        """
        for source in self._settings.sources:
            if source.url == url and source.has_token:
                self._secrets.delete(_token_name(source))
                self._tokens.pop(url, None)
        self._save(replace(self._settings, sources=tuple(one for one in self._settings.sources if one.url != url)))
        self._read_sources()

    def match(self, machine_id: MachineId, rig_key: str | None) -> None:
        """Say which rig a machine on the chain is; None that it is none of those that are watched.

        Raises:
            DataUnwritable: The settings cannot be written.
        """
        machines = {key: value for key, value in self._settings.machines.items() if key != machine_id}
        if rig_key is not None:
            machines[machine_id] = rig_key
        self._save(replace(self._settings, machines=machines))
        if self.alerts is not None:
            self.alerts.match(machines)

    def watch_node(self, process: str) -> None:
        """Tell when no program of this name runs on this computer; an empty name watches nothing.

        Raises:
            DataUnwritable: The settings cannot be written.
        """
        self._save(replace(self._settings, node_process=process.strip()))
        if self.alerts is not None:
            self.alerts.watch_node(process.strip())

    def set_webhook(self, url: str, form: WebhookForm) -> None:
        """Carry alerts there from now on; an empty address carries them nowhere. Blocks (`secrets` lane).

        Raises:
            InvalidInput: `webhook`.
            SecretStoreUnavailable: The address is a secret and cannot be kept.
            DataUnwritable: The settings cannot be written.
        """
        from dbc_desktop.notify.webhook import Webhook, target_of

        carriers = (Webhook(target_of(url, form)),) if url.strip() else ()
        if carriers:
            self._secrets.put(_WEBHOOK, url.strip())
        else:
            self._secrets.delete(_WEBHOOK)
        self._save(replace(self._settings, webhook_form=form.value if carriers else ""))
        if self.alerts is not None:
            self.alerts.set_carriers(carriers)

    def set_sign_of_life(self, url: str) -> None:
        """Give a sign of life there each minute while all is well; an empty address gives none. Blocks (`secrets`).

        Raises:
            InvalidInput: `webhook`.
            SecretStoreUnavailable, DataUnwritable: As for `set_webhook`.
        """
        from dbc_desktop.notify.webhook import SignOfLife, WebhookForm, target_of

        sign = SignOfLife(target_of(url, WebhookForm.JSON)) if url.strip() else None
        if sign is None:
            self._secrets.delete(_SIGN_OF_LIFE)
        else:
            self._secrets.put(_SIGN_OF_LIFE, url.strip())
        self._save(replace(self._settings, has_sign_of_life=sign is not None))
        with self._mutex:
            before, self._sign = self._sign, sign
        if before is not None:
            before.close()

    def token_of(self, source: RigSource) -> str | None:
        """The token of a source, as far as it was fetched; for whoever opens its connection."""
        return self._tokens.get(source.url)

    # --- inside -------------------------------------------------------------------------------------------------

    def _needs_secrets(self) -> bool:
        has_tokens = any(source.has_token for source in self._settings.sources)
        return has_tokens or bool(self._settings.webhook_form) or self._settings.has_sign_of_life

    def _fetch(self) -> None:
        from dbc_desktop.notify.webhook import SignOfLife, Webhook, WebhookForm, target_of

        try:
            for source in self._settings.sources:
                token = self._secrets.get(_token_name(source)) if source.has_token else None
                if token is not None:
                    self._tokens[source.url] = token
            webhook = self._secrets.get(_WEBHOOK) if self._settings.webhook_form else None
            sign = self._secrets.get(_SIGN_OF_LIFE) if self._settings.has_sign_of_life else None
            if webhook is not None and self.alerts is not None:
                self.alerts.set_carriers((Webhook(target_of(webhook, WebhookForm(self._settings.webhook_form))),))
            if sign is not None:
                self._sign = SignOfLife(target_of(sign, WebhookForm.JSON))
            self.secret_trouble = None
        except SecretStoreUnavailable as error:
            self.secret_trouble = error
        except (InvalidInput, ValueError):
            return  # somebody changed the entry: as good as none

    def _read_sources(self) -> None:
        if self.parts is not None:
            self.parts.fleet.set_sources(self._settings.sources)
            if self._settings.sources:
                self.parts.fleet.start()

    def _save(self, settings: FleetSettings) -> None:
        self._store.save(settings)
        self._settings = settings

    def _hear_own(self, sample: RigSample) -> None:
        self._judge(sample)
        if self.parts is not None and self._settings.keeps_evidence and sample.gpus:
            self.parts.evidence.append(sample)
        if self._sign is not None and self.alerts is not None and self.alerts.is_well():
            self._in_lane("io", "beat", _BEAT_SECONDS, self._beat)

    def _judge(self, sample: RigSample) -> None:
        alerts = self.alerts
        if alerts is None:
            return
        alerts.hear(sample)
        if alerts.has_messages():
            self._in_lane("io", "deliver", 0.0 if alerts.trouble is None else _RETRY_SECONDS, alerts.deliver)

    def _look_at_chain(self) -> None:
        from dbc_desktop.services.evidence import newest_stored_block

        if self.alerts is not None:
            self.alerts.look_at_chain(self._backend, self._accounts())
        block = newest_stored_block(self._backend)
        if block is not None and self.parts is not None:
            self.parts.evidence.anchor(*block)

    def _beat(self) -> None:
        with self._mutex:
            sign = self._sign
        if sign is not None:
            sign.beat()

    def _in_lane(self, lane: str, what: str, pause_seconds: float, work: Callable[[], object]) -> None:
        """Do it once at a time and not more often than that; what goes wrong is tried again, not shown each time."""
        now = self._clock.monotonic()
        with self._mutex:
            if what in self._busy or now < self._due.get(what, now):
                return
            self._busy.add(what)
            self._due[what] = now + pause_seconds
        self._runner.query(lane, work, done=lambda _: self._free(what), failed=lambda error: self._failed(what, error))

    def _free(self, what: str) -> None:
        with self._mutex:
            self._busy.discard(what)

    def _failed(self, what: str, error: DbcError) -> None:
        if what == "beat" and self.alerts is not None:
            self.alerts.trouble = error
        self._free(what)


def _token_name(source: RigSource) -> str:
    return f"rig-token {source.url}"

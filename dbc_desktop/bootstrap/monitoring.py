"""Monitoring as the window has it: files of the data folder, the keyring for tokens and webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.clock import Clock
from dbc_desktop.services.monitoring import Monitoring, MonitoringParts

if TYPE_CHECKING:
    from dbc_desktop.chain.backend import ChainBackend
    from dbc_desktop.domain.alert import Alert
    from dbc_desktop.domain.fleet import RigSource
    from dbc_desktop.lanes.runner import TaskRunner
    from dbc_desktop.notify.ports import Message
    from dbc_desktop.telemetry.history_store import HistoryStore
    from dbc_desktop.telemetry.sampler import Sampler
    from dbc_desktop.telemetry.scrape import Scraper
    from dbc_desktop.wallet.ports import SecretStore
    from dbc_desktop.wallet.rig_key import RigKey
    from dbc_desktop.wallet.wallet import Wallet


def open_monitoring(
    home: Path,
    backend: ChainBackend,
    sampler: Sampler,
    wallet: Wallet,
    secrets: SecretStore,
    runner: TaskRunner,
    clock: Clock,
) -> Monitoring:
    """Monitoring of this data folder; nothing is opened before it is started."""
    from dbc_desktop.lanes.paced import Paced
    from dbc_desktop.services.alert_delivery import AlertDelivery
    from dbc_desktop.services.rig_evidence import RigEvidence
    from dbc_desktop.services.rig_sources import RigSources
    from dbc_desktop.telemetry.fleet_store import FleetStore

    store, paced = FleetStore(home / "fleet.json"), Paced(runner, clock)
    sources = RigSources(store, secrets)

    def open_parts() -> MonitoringParts:
        from dbc_desktop.services.alerts import Alerts
        from dbc_desktop.telemetry.alert_book import AlertBook
        from dbc_desktop.telemetry.evidence_log import EvidenceLog
        from dbc_desktop.telemetry.fleet import Fleet

        return MonitoringParts(
            Fleet(clock, open_scraper, sampler.history, open_store=open_history),
            Alerts(AlertBook(home / "alerts.sqlite3", clock), message_of, clock),
            EvidenceLog(home / "evidence.sqlite3"),
        )

    def open_history() -> HistoryStore | None:
        writer = sampler.history.writer
        return writer.store() if writer is not None else None

    def open_scraper(source: RigSource) -> Scraper:
        from dbc_desktop.telemetry.scrape import Scraper

        return Scraper(source, clock, sources.token_of(source))

    def accounts() -> Sequence[Address]:
        return [account.address for account in wallet.accounts()]

    def rig() -> str | None:
        sample = sampler.latest()
        return None if sample is None else sample.rig

    return Monitoring(
        backend,
        sampler,
        store,
        sources,
        AlertDelivery(store, secrets, paced),
        RigEvidence(backend, rig, store, lambda place, passphrase: rig_key(home, secrets, place, passphrase)),
        open_parts,
        accounts,
        runner,
        paced,
    )


def rig_key(home: Path, secrets: SecretStore, place: KeyPlace, passphrase: str) -> RigKey:
    """The key of this rig in the keyring, or in an encrypted file of the data folder."""
    from dbc_desktop.wallet.file_store import FileStore
    from dbc_desktop.wallet.rig_key import KeyringRigKey, SealedRigKey

    if place is KeyPlace.FILE:
        return SealedRigKey(FileStore(home / "keys"), passphrase)
    return KeyringRigKey(secrets)


def message_of(alert: Alert) -> Message:
    """An alert as it leaves the window, in the person's language."""
    from dbc_desktop.notify.ports import Message
    from dbc_desktop.screens.alerts import message_words

    title, body = message_words(alert)
    key = f"{alert.kind.value} {alert.subject}"
    return Message(key, alert.severity.value, title, body, alert.began_at, is_over=alert.ended_at is not None)

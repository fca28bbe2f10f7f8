"""The program as pages and commands see it: one object with every part that `bootstrap` has put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.domain.clock import Clock

if TYPE_CHECKING:  # the parts are only passed on here; whoever uses one imports it
    from dbc_desktop.lanes.runner import TaskRunner
    from dbc_desktop.services.monitoring import Monitoring
    from dbc_desktop.services.networks import Networks
    from dbc_desktop.services.power_limit import PowerLimitTrial
    from dbc_desktop.services.secret_reports import SecretReports
    from dbc_desktop.services.sessions import Sessions
    from dbc_desktop.services.transactions import Transactions
    from dbc_desktop.storage.settings import SettingsStore
    from dbc_desktop.telemetry.sampler import Sampler
    from dbc_desktop.wallet.wallet import Wallet


def _no_reports_yet() -> SecretReports:
    from dbc_desktop.services.secret_reports import SecretReports  # with what seals, after the first paint

    return SecretReports()


@dataclass(frozen=True, slots=True)
class Program:
    """Everything a page may use. `home` is the data folder; the parts are closed by whoever made them."""

    home: Path
    backend: LocalBackend
    wallet: Wallet
    transactions: Transactions
    sampler: Sampler
    monitoring: Monitoring
    sessions: Sessions
    settings: SettingsStore
    runner: TaskRunner
    clock: Clock
    networks: Networks | None = None
    power_limit: PowerLimitTrial | None = None
    secret_reports: SecretReports = field(default_factory=_no_reports_yet)

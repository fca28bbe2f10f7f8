"""The pages, in rail order. A page that is not built yet is not here, and so not in the rail.

A page's module is imported when it is first shown, so that the first paint does not wait for tables and charts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbc_desktop.screens.texts import tr

if TYPE_CHECKING:
    from dbc_desktop.ui.page import Page


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One row of the rail: `title` gives its name in the current language, `load` the class."""

    key: str
    icon: str
    title: Callable[[], str]
    load: Callable[[], type[Page]]


def _home() -> type[Page]:
    from dbc_desktop.ui.pages.home import HomePage

    return HomePage


def _rigs() -> type[Page]:
    from dbc_desktop.ui.pages.rigs import RigsPage

    return RigsPage


def _machines() -> type[Page]:
    from dbc_desktop.ui.pages.machines import MachinesPage

    return MachinesPage


def _rewards() -> type[Page]:
    from dbc_desktop.ui.pages.rewards import RewardsPage

    return RewardsPage


def _market() -> type[Page]:
    from dbc_desktop.ui.pages.market import MarketPage

    return MarketPage


def _rentals() -> type[Page]:
    from dbc_desktop.ui.pages.rentals import RentalsPage

    return RentalsPage


def _network() -> type[Page]:
    from dbc_desktop.ui.pages.network import NetworkPage

    return NetworkPage


def _disputes() -> type[Page]:
    from dbc_desktop.ui.pages.disputes import DisputesPage

    return DisputesPage


def _wallet() -> type[Page]:
    from dbc_desktop.ui.pages.wallet import WalletPage

    return WalletPage


def _chain() -> type[Page]:
    from dbc_desktop.ui.pages.chain import ChainPage

    return ChainPage


def _settings() -> type[Page]:
    from dbc_desktop.ui.pages.settings import SettingsPage

    return SettingsPage


PAGES: tuple[PageEntry, ...] = (
    PageEntry("home", "home", lambda: tr("Home"), _home),
    PageEntry("rigs", "rigs", lambda: tr("Rigs"), _rigs),
    PageEntry("machines", "machines", lambda: tr("Machines"), _machines),
    PageEntry("rewards", "rewards", lambda: tr("Rewards"), _rewards),
    PageEntry("market", "market", lambda: tr("Market"), _market),
    PageEntry("rentals", "rentals", lambda: tr("Rentals"), _rentals),
    PageEntry("disputes", "disputes", lambda: tr("Disputes"), _disputes),
    PageEntry("network", "network", lambda: tr("Network"), _network),
    PageEntry("wallet", "wallet", lambda: tr("Wallet"), _wallet),
    PageEntry("chain", "chain", lambda: tr("Chain"), _chain),
    PageEntry("settings", "settings", lambda: tr("Settings"), _settings),
)

"""Accounts that belong to no person and are the same on every chain: they have names, not only addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbc_desktop.domain.account import Address
from dbc_desktop.rules.profile import AUTHOR, RENT_POT, TREASURY
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr

_OF_THE_NETWORK: dict[bytes, Callable[[], str]] = {
    TREASURY: lambda: tr("treasury"),
    AUTHOR: lambda: tr("block author"),
    RENT_POT: lambda: tr("rent pot"),
}


def account_name(raw: bytes, names: Mapping[bytes, str]) -> str:
    """What the person or the chain calls an account, else what everybody does, else its short address."""
    known = _OF_THE_NETWORK.get(raw)
    return names.get(raw) or (known() if known is not None else formats.short_address(Address(raw)))

"""How the residents live: how many, how busy, how honest; kept in the branch's file, outside the chain itself."""

from __future__ import annotations

import json
from dataclasses import asdict

from dbc_desktop.chain.local.launch import COMMITTEE, OPERATORS
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.branches import ResidentSettings
from dbc_desktop.domain.errors import InvalidInput

MOST_RENTS = 12
_KEY = "residents"


def load(store: Store) -> ResidentSettings:
    """What was chosen; the default where nothing was, or where it cannot be read."""
    kept = store.meta(_KEY)
    if kept is None:
        return ResidentSettings()
    try:
        return checked(ResidentSettings(**json.loads(kept)))
    except (ValueError, TypeError, InvalidInput):
        return ResidentSettings()


def save(store: Store, settings: ResidentSettings) -> None:
    """Remember it; joins the open commit."""
    store.put_meta(_KEY, json.dumps(asdict(settings)).encode())


def checked(settings: ResidentSettings) -> ResidentSettings:
    """The settings, each within what there is.

    Raises:
        InvalidInput: `residents` with `out_of_range`.
    """
    limits = (
        (settings.operators, len(OPERATORS)),
        (settings.members, len(COMMITTEE)),
        (settings.liars, settings.members),
        (settings.rents_per_era, MOST_RENTS),
    )
    if not isinstance(settings.is_paused, bool) or any(
        type(value) is not int or not 0 <= value <= most for value, most in limits
    ):
        raise InvalidInput("residents", "out_of_range")
    return settings


def asleep(settings: ResidentSettings) -> frozenset[str]:
    """The residents that do nothing under these settings, by name."""
    operators = [operator.name for operator in OPERATORS[settings.operators :]]
    return frozenset((*operators, *COMMITTEE[settings.members :]))


def liars(settings: ResidentSettings) -> frozenset[str]:
    """The members that report another hardware than they found."""
    return frozenset(COMMITTEE[: settings.liars])

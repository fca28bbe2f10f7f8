"""Standing for election, supporting who stands, and neither."""

from __future__ import annotations

from dbc_desktop.domain.super_node import SuperNodePrefs
from dbc_desktop.rules.arithmetic import PERBILL
from dbc_desktop.rules.staking.rows import (
    MIN_COMMISSION,
    NOMINATORS,
    PALLET,
    VALIDATOR_COUNT,
    VALIDATORS,
    Nominations,
    controlled,
    seats_in,
    staking_era_of,
    unsettle,
)
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import Work, account, refuse


def validate(work: Work, who: bytes, prefs: object) -> None:
    """Stand for election with what is bonded; who supported others does so no more."""
    controlled(work, who)
    if not isinstance(prefs, SuperNodePrefs) or prefs.commission > PERBILL:
        refuse("System", "CallFiltered")
    if prefs.commission < (work.layer.get(MIN_COMMISSION, SINGLE) or 0):
        refuse(PALLET, "CommissionTooLow")
    if work.layer.get(NOMINATORS, who) is not None:
        work.layer.remove(NOMINATORS, who)
    work.layer.put(VALIDATORS, who, prefs)
    work.emit(PALLET, "ValidatorPrefsSet", stash=who, prefs=(prefs.commission, prefs.blocked))
    unsettle(work)


def nominate(work: Work, who: bytes, targets: object) -> None:
    """Support these with what is bonded; who stood for election does so no more."""
    controlled(work, who)
    named = tuple(dict.fromkeys(account(one) for one in targets)) if isinstance(targets, tuple) else ()
    if not named:
        refuse(PALLET, "EmptyTargets")
    if len(named) > work.profile.most_nominations:
        refuse(PALLET, "TooManyTargets")
    before = work.layer.get(NOMINATORS, who)
    old = before.targets if before is not None else ()
    for one in named:
        prefs = work.layer.get(VALIDATORS, one)
        if one not in old and prefs is not None and prefs.blocked:
            refuse(PALLET, "BadTarget")
    if work.layer.get(VALIDATORS, who) is not None:
        work.layer.remove(VALIDATORS, who)
    work.layer.put(NOMINATORS, who, Nominations(named, staking_era_of(work.height)))
    unsettle(work)


def chill(work: Work, who: bytes) -> None:
    """Neither stand nor support from the next election on; what is bonded stays so."""
    controlled(work, who)
    if leave(work, who):
        work.emit(PALLET, "Chilled", stash=who)


def leave(work: Work, who: bytes) -> bool:
    """Take `who` out of the next election; False where he was not in it."""
    stood, supported = work.layer.get(VALIDATORS, who) is not None, work.layer.get(NOMINATORS, who) is not None
    if stood:
        work.layer.remove(VALIDATORS, who)
    if supported:
        work.layer.remove(NOMINATORS, who)
    if stood or supported:
        unsettle(work)
    return stood or supported


def set_validator_count(work: Work, new: int) -> None:
    """Root: how many seats there are, where the rules leave that to root."""
    work.layer.put(VALIDATOR_COUNT, SINGLE, new)
    unsettle(work)


def increase_validator_count(work: Work, additional: int) -> None:
    """Root: so many seats more."""
    set_validator_count(work, seats_in(work.profile, work.layer, staking_era_of(work.height)) + additional)


def set_min_commission(work: Work, new: int) -> None:
    """Root: the least commission that may be named from now on, in parts of 10^9."""
    work.layer.put(MIN_COMMISSION, SINGLE, new)

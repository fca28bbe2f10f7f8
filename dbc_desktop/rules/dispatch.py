"""From a call of the catalogue to the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbc_desktop.domain.call import Call
from dbc_desktop.rules import (
    balances,
    catalogue,
    committee,
    committee_appeals,
    committee_election,
    generic_func,
    machine_check,
    online_committee,
    parameters,
    price,
    rent_machine,
    technical_committee,
    utility,
)
from dbc_desktop.rules.codec import RAW
from dbc_desktop.rules.maintain_committee.calls import CALLS as MAINTAIN_COMMITTEE_CALLS
from dbc_desktop.rules.online_profile.calls import CALLS as ONLINE_PROFILE_CALLS
from dbc_desktop.rules.online_profile.calls import ROOT_CALLS as ONLINE_PROFILE_ROOT_CALLS
from dbc_desktop.rules.staking.calls import CALLS as STAKING_CALLS
from dbc_desktop.rules.staking.calls import ROOT_CALLS as STAKING_ROOT_CALLS
from dbc_desktop.rules.state import SINGLE, declare_value
from dbc_desktop.rules.terminating_rental.calls import CALLS as TERMINATING_CALLS
from dbc_desktop.rules.terminating_rental.parameters import ROOT_CALLS as TERMINATING_ROOT_CALLS
from dbc_desktop.rules.work import Work, refuse

SUDO_KEY = declare_value("Sudo.Key", RAW)

SIGNED: dict[tuple[str, str], Callable[..., None]] = {
    **balances.CALLS,
    **generic_func.CALLS,
    **ONLINE_PROFILE_CALLS,
    **committee.CALLS,
    **online_committee.CALLS,
    **committee_appeals.CALLS,
    **machine_check.CALLS,
    **committee_election.CALLS,
    **rent_machine.CALLS,
    **TERMINATING_CALLS,
    **STAKING_CALLS,
    **MAINTAIN_COMMITTEE_CALLS,
    **technical_committee.CALLS,
}
ROOT: dict[tuple[str, str], Callable[..., None]] = {
    **generic_func.ROOT_CALLS,
    **price.ROOT_CALLS,
    **parameters.ROOT_CALLS,
    **TERMINATING_ROOT_CALLS,
    **ONLINE_PROFILE_ROOT_CALLS,
    **committee.ROOT_CALLS,
    **STAKING_ROOT_CALLS,
    **technical_committee.ROOT_CALLS,
}


def dispatch(work: Work, who: bytes, call: Call) -> None:
    """Do what `call` says, signed by `who`.

    Raises:
        ChainRejected: The rules refuse it; the caller drops the overlay.
    """
    name = (call.pallet, call.name)
    if name == ("Sudo", "sudo"):
        _sudo(work, who, *call.args)
    elif name in SIGNED:
        SIGNED[name](work, who, *_checked(call))
    else:
        known = name in ROOT or name in technical_committee.MOTIONS
        refuse("System", "BadOrigin" if known else "CallFiltered")


def _batch_all(work: Work, who: bytes, calls: object) -> None:
    """All of `calls` or none."""
    utility.batch_all(work, who, calls, dispatch)


SIGNED["Utility", "batch_all"] = _batch_all


def _sudo(work: Work, who: bytes, inner: object) -> None:
    """The sudo key acts as root; unlike on the chain an inner error is the call's own error, so nobody overlooks it."""
    if work.layer.get(SUDO_KEY, SINGLE) != who:
        refuse("Sudo", "RequireSudo")
    if not isinstance(inner, Call) or (inner.pallet, inner.name) not in ROOT:
        refuse("System", "BadOrigin")
    ROOT[inner.pallet, inner.name](work, *_checked(inner))
    work.emit("Sudo", "Sudid", sudo_result=None)


def _checked(call: Call) -> tuple[Any, ...]:
    if len(call.args) != len(catalogue.spec_of(call).args):
        refuse("System", "CallFiltered")
    return call.args

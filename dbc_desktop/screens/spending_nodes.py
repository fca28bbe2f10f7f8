"""Titles and signing buttons of the calls around super nodes."""

from __future__ import annotations

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.rules.catalogue import arguments
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr


def node_names(call: Call) -> tuple[str, str] | None:
    """Title of the sheet and text of the signing button; None for a call that has nothing to do with super nodes."""
    calls = _parts(call)
    if not calls or any(one.pallet != "Staking" for one in calls):
        return None
    staked = sum(_amount(one) for one in calls if one.name in ("bond", "bond_extra"))
    named = next((one.args[0] for one in calls if one.name == "nominate"), None)
    if staked:
        amount = formats.amount(Balance(staked), None)
        title = tr("Support super nodes with {amount}", amount=amount)
        if named is None:
            title = tr("Stake {amount} more", amount=amount)
        return title, tr("Stake {amount}", amount=amount)
    if named is not None:
        number = len(named) if isinstance(named, tuple) else 0
        return ntr("Support {n} super node", "Support {n} super nodes", number), tr("Support")
    return _single(call)


def _single(call: Call) -> tuple[str, str] | None:
    if call.name == "unbond":
        amount = formats.amount(Balance(_amount(call)), None)
        return tr("Take {amount} of stake back", amount=amount), tr("Take back {amount}", amount=amount)
    if call.name == "withdraw_unbonded":
        return tr("Take out stake that is free"), tr("Take out")
    if call.name == "chill":
        return tr("Support nobody"), tr("Support nobody")
    if call.name == "payout_stakers":
        return tr("Pay out a staking era"), tr("Pay out")
    return None


def _parts(call: Call) -> tuple[Call, ...]:
    if (call.pallet, call.name) != ("Utility", "batch_all"):
        return (call,)
    calls = call.args[0]
    return tuple(one for one in calls if isinstance(one, Call)) if isinstance(calls, tuple) else ()


def _amount(call: Call) -> int:
    value = next(iter(arguments(call).values()), 0)
    return value if isinstance(value, int) else 0

"""Treasury 18: where fees and slashes go, and what of it is burned every twelve days (chain-rules 2.1, 11.1)."""

from __future__ import annotations

from dbc_desktop.rules import balances
from dbc_desktop.rules.arithmetic import parts_mul
from dbc_desktop.rules.codec import AMOUNT
from dbc_desktop.rules.state import SINGLE, Readable, declare_value
from dbc_desktop.rules.work import Work

PERMILL = 1_000_000
_PALLET, _KIND = "Treasury", "treasury_spend"

BURNT = declare_value("Treasury.TotalBurnt", AMOUNT)
"""Units that were burned here; the network keeps no such sum."""


def burnt(layer: Readable) -> int:
    """Units that the treasury burned so far."""
    return layer.get(BURNT, SINGLE) or 0


def await_spend(work: Work) -> None:
    """Have the running spend period end at its height."""
    period = work.profile.treasury_spend_period
    work.schedule(work.height - work.height % period + period, _KIND, "")


def end_spend_period(work: Work) -> None:
    """Burn a part of the pot, where a period ends; never below the number of coins at which burning stops."""
    if not work.due(_KIND):
        return
    profile, layer = work.profile, work.layer
    pot = balances.spendable(layer, profile.treasury)
    burned = min(pot, parts_mul(profile.treasury_burn_permill, PERMILL, pot))
    if profile.rent.floor is not None:
        burned = min(burned, max(0, balances.issuance(layer) - profile.rent.floor))
    work.emit(_PALLET, "Spending", budget_remaining=pot)
    balances.withdraw(work, profile.treasury, burned)
    layer.put(balances.ISSUANCE, SINGLE, balances.issuance(layer) - burned)
    layer.put(BURNT, SINGLE, burnt(layer) + burned)
    work.emit(_PALLET, "Burnt", burnt_funds=burned)
    work.emit(_PALLET, "Rollover", rollover_balance=pot - burned)
    await_spend(work)

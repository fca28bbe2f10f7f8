"""GenericFunc 104: the fixed business fee, burning, and gifts to the treasury (chain-rules 2.5, 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules import balances
from dbc_desktop.rules.codec import AMOUNT, row
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable, declare_value
from dbc_desktop.rules.work import Work, account, refuse

_PALLET = "GenericFunc"
_KIND = "destroy_pot"


class DestroyHook(NamedTuple):
    """Whose coins are burned, and every how many blocks; never at 0."""

    who: bytes
    frequency: int


FIXED_TX_FEE = declare_value("GenericFunc.FixedTxFee", AMOUNT)
"""As root set it; before, the profile's holds."""
DESTROY_HOOK = declare_value("GenericFunc.DestroyHook", row(DestroyHook))
"""As root set it; before, the profile's rent pot is burned once a day."""


def fixed_fee(profile: RulesProfile, layer: Readable) -> int:
    """The fixed business fee in units."""
    found = layer.get(FIXED_TX_FEE, SINGLE)
    return profile.fixed_tx_fee if found is None else found


def pay_fixed_fee(work: Work, who: bytes) -> bool:
    """Move the fixed business fee to the treasury; False where it cannot be paid (chain-rules 2.6)."""
    amount = fixed_fee(work.profile, work.layer)
    if not balances.withdraw(work, who, amount):
        return False
    balances.deposit(work, work.profile.treasury, amount)
    work.emit(_PALLET, "TxFeeToTreasury", who=who, amount=amount)
    return True


def destroy(work: Work, who: bytes, amount: int) -> None:
    """Burn as much of `amount` as may be spent and leaves the fixed fee (chain-rules 2.5)."""
    spare = balances.holdings(work.layer, who).free - fixed_fee(work.profile, work.layer)
    burned = min(amount, spare, balances.spendable(work.layer, who))
    if burned > 0:
        balances.burn(work, who, burned)


def destroy_hook(profile: RulesProfile, layer: Readable) -> DestroyHook | None:
    """Whose coins are burned by themselves, None where nobody's are."""
    found = layer.get(DESTROY_HOOK, SINGLE)
    if found is None:
        return None if profile.rent.pot is None else DestroyHook(profile.rent.pot, BLOCKS_PER_ERA)
    return found if found.frequency else None


def await_hook(work: Work) -> None:
    """At the first block of an era: have the profile's own pot burned at the last one."""
    hook = destroy_hook(work.profile, work.layer)
    if hook is not None and work.layer.get(DESTROY_HOOK, SINGLE) is None:
        work.schedule(work.height - 1 + BLOCKS_PER_ERA, _KIND, "")


def run_hook(work: Work) -> None:
    """Burn what the hook's account holds, and come again where root set the hook."""
    hook = destroy_hook(work.profile, work.layer)
    if work.due(_KIND) and hook is not None:
        destroy(work, hook.who, balances.holdings(work.layer, hook.who).free)
        if work.layer.get(DESTROY_HOOK, SINGLE) is not None:
            work.schedule(_next(work.height, hook.frequency), _KIND, "")


def set_fixed_tx_fee(work: Work, tx_fee: int) -> None:
    """Root: another fixed business fee."""
    work.layer.put(FIXED_TX_FEE, SINGLE, tx_fee)


def set_auto_destroy(work: Work, who: object, frequency: int) -> None:
    """Root: burn the coins of `who` every `frequency` blocks instead; 0 burns nobody's."""
    before = destroy_hook(work.profile, work.layer)
    if before is not None:
        work.unschedule(_next(work.height, before.frequency), _KIND, "")
    work.layer.put(DESTROY_HOOK, SINGLE, DestroyHook(account(who), frequency))
    if frequency:
        work.schedule(_next(work.height, frequency), _KIND, "")


def deposit_into_treasury(work: Work, who: bytes, amount: int) -> None:
    """Give to the treasury."""
    if not balances.withdraw(work, who, amount):
        refuse(_PALLET, "FreeBalanceNotEnough")
    balances.deposit(work, work.profile.treasury, amount)
    work.emit(_PALLET, "DonateToTreasury", who=who, amount=amount)


def destroy_free_dbc(work: Work, who: bytes, amount: int) -> None:
    """Burn own coins; as much as the fixed fee always stays."""
    destroy(work, who, amount)


def force_destroy_free_dbc(work: Work, who: object, amount: int) -> None:
    """Root: burn another's coins."""
    destroy(work, account(who), amount)


def _next(height: int, frequency: int) -> int:
    return height - height % frequency + frequency


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, call.__name__): call for call in (deposit_into_treasury, destroy_free_dbc)
}
ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (_PALLET, call.__name__): call for call in (set_fixed_tx_fee, set_auto_destroy, force_destroy_free_dbc)
}

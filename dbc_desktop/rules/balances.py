"""Balances 7 and the fees of transactions: free and reserved coins, and how many exist (chain-rules 1.3, 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules.codec import AMOUNT, RAW, row
from dbc_desktop.rules.state import SINGLE, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, account, refuse


class AccountRow(NamedTuple):
    """What an account holds; an account nobody ever saw is all zero (the existential deposit is 0)."""

    free: int = 0
    reserved: int = 0
    nonce: int = 0


NOTHING = AccountRow()

ACCOUNTS = declare("System.Account", RAW, row(AccountRow))
ISSUANCE = declare_value("Balances.TotalIssuance", AMOUNT)
BURNED = declare("GenericFunc.TotalDestroy", RAW, AMOUNT)
"""What was destroyed, by the account that held it."""


def holdings(layer: Readable, who: bytes) -> AccountRow:
    """What `who` holds."""
    return layer.get(ACCOUNTS, who) or NOTHING


def issuance(layer: Readable) -> int:
    """Units in existence."""
    return layer.get(ISSUANCE, SINGLE) or 0


def deposit(work: Work, who: bytes, amount: int) -> None:
    """Add to free; the coins must come from somewhere."""
    held = holdings(work.layer, who)
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free + amount))


def withdraw(work: Work, who: bytes, amount: int) -> bool:
    """Take from free; False, and nothing happens, where less is free."""
    held = holdings(work.layer, who)
    if held.free < amount:
        return False
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free - amount))
    return True


def reserve(work: Work, who: bytes, amount: int) -> bool:
    """Move free coins to reserved; False, and nothing happens, where less is free."""
    held = holdings(work.layer, who)
    if held.free < amount:
        return False
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free - amount, reserved=held.reserved + amount))
    return True


def unreserve(work: Work, who: bytes, amount: int) -> None:
    """Move reserved coins back to free, as many as there are."""
    held = holdings(work.layer, who)
    moved = min(amount, held.reserved)
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free + moved, reserved=held.reserved - moved))


def repatriate(work: Work, source: bytes, target: bytes, amount: int) -> None:
    """Move reserved coins of `source` to the free ones of `target`, as many as there are."""
    held = holdings(work.layer, source)
    moved = min(amount, held.reserved)
    work.layer.put(ACCOUNTS, source, held._replace(reserved=held.reserved - moved))
    deposit(work, target, moved)


def mint(work: Work, who: bytes, amount: int) -> None:
    """Make new coins."""
    deposit(work, who, amount)
    work.layer.put(ISSUANCE, SINGLE, issuance(work.layer) + amount)


def burn(work: Work, who: bytes, amount: int) -> None:
    """Destroy free coins that are known to be there."""
    if not withdraw(work, who, amount):
        raise ValueError("burning coins that are not there")
    work.layer.put(ISSUANCE, SINGLE, issuance(work.layer) - amount)
    work.layer.put(BURNED, who, (work.layer.get(BURNED, who) or 0) + amount)
    work.emit("GenericFunc", "DestroyDBC", who=who, amount=amount)


def destroy(work: Work, who: bytes, amount: int) -> None:
    """Burn as much of `amount` as leaves the fixed fee (chain-rules 2.5)."""
    spare = holdings(work.layer, who).free - work.profile.fixed_tx_fee
    if spare > 0 and amount > 0:
        burn(work, who, min(amount, spare))


def await_pot(work: Work) -> None:
    """At the first block of an era: have the rent pot burned at the last one, if the profile has a pot."""
    if work.profile.rent.pot is not None:
        work.schedule(work.height - 1 + BLOCKS_PER_ERA, "destroy_pot", "")


def destroy_pot(work: Work) -> None:
    """Burn what the rent pot holds: the hook of GenericFunc."""
    pot = work.profile.rent.pot
    for _ in work.due("destroy_pot"):
        if pot is not None:
            destroy(work, pot, holdings(work.layer, pot).free)


def charge_fee(work: Work, who: bytes, fee: int, tip: int) -> None:
    """Take the inclusion fee and move the nonce on; the call's outcome does not change either."""
    held = holdings(work.layer, who)
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free - fee - tip, nonce=held.nonce + 1))
    for target, part in work.profile.fee.shares(fee + tip):
        deposit(work, target, part)
    work.emit("TransactionPayment", "TransactionFeePaid", who=who, actual_fee=fee + tip, tip=tip)


def pay_fixed_fee(work: Work, who: bytes) -> bool:
    """Move the fixed business fee to the treasury; False where it cannot be paid (chain-rules 2.6)."""
    amount = work.profile.fixed_tx_fee
    if not withdraw(work, who, amount):
        return False
    deposit(work, work.profile.treasury, amount)
    work.emit("GenericFunc", "TxFeeToTreasury", who=who, amount=amount)
    return True


def transfer(work: Work, who: bytes, dest: object, value: int) -> None:
    """`transfer_allow_death` and `transfer_keep_alive`: the same, as accounts need no minimum."""
    target = account(dest)
    if value < 0 or not withdraw(work, who, value):
        refuse("Balances", "InsufficientBalance")
    deposit(work, target, value)
    work.emit("Balances", "Transfer", **{"from": who, "to": target, "amount": value})


def destroy_free_dbc(work: Work, who: bytes, amount: int) -> None:
    """Burn own coins; as much as the fixed fee always stays (chain-rules 2.5)."""
    destroy(work, who, amount)


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("Balances", "transfer_allow_death"): transfer,
    ("Balances", "transfer_keep_alive"): transfer,
    ("GenericFunc", "destroy_free_dbc"): destroy_free_dbc,
}

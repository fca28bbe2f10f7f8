"""Balances 7 and the fees of transactions: free and reserved coins, and how many exist (chain-rules 1.3, 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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


class Lock(NamedTuple):
    """Coins that stay with the account though nothing is moved; locks lie over each other, the largest counts."""

    name: str
    amount: int


LOCKS = declare("Balances.Locks", RAW, row(tuple[Lock, ...]))


def frozen(layer: Readable, who: bytes) -> int:
    """Units that the largest lock of `who` holds."""
    locks = layer.get(LOCKS, who)
    return max((lock.amount for lock in locks), default=0) if locks else 0


def spendable(layer: Readable, who: bytes) -> int:
    """Units that `who` may send, reserve or pay with: reserved coins serve a lock first (chain-rules 10.2)."""
    held = holdings(layer, who)
    return held.free - _held_back(layer, who, held)


def _held_back(layer: Readable, who: bytes, held: AccountRow) -> int:
    return min(held.free, max(0, frozen(layer, who) - held.reserved))


def set_lock(work: Work, who: bytes, name: str, amount: int) -> None:
    """Have the lock `name` hold `amount`; none is left where that is 0."""
    others = tuple(lock for lock in work.layer.get(LOCKS, who) or () if lock.name != name)
    locks = (*others, Lock(name, amount)) if amount else others
    if locks:
        work.layer.put(LOCKS, who, tuple(sorted(locks)))
    elif work.layer.get(LOCKS, who) is not None:
        work.layer.remove(LOCKS, who)


def issuance(layer: Readable) -> int:
    """Units in existence."""
    return layer.get(ISSUANCE, SINGLE) or 0


def deposit(work: Work, who: bytes, amount: int) -> None:
    """Add to free; the coins must come from somewhere."""
    held = holdings(work.layer, who)
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free + amount))


def withdraw(work: Work, who: bytes, amount: int) -> bool:
    """Take from free; False, and nothing happens, where less may be spent."""
    held = holdings(work.layer, who)
    if held.free - _held_back(work.layer, who, held) < amount:
        return False
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free - amount))
    return True


def reserve(work: Work, who: bytes, amount: int) -> bool:
    """Move free coins to reserved; False, and nothing happens, where less may be spent."""
    held = holdings(work.layer, who)
    if held.free - _held_back(work.layer, who, held) < amount:
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


def move_free(work: Work, source: bytes, target: bytes, amount: int) -> None:
    """Move free coins whatever lock lies over them, as many as there are."""
    held = holdings(work.layer, source)
    moved = min(amount, held.free)
    work.layer.put(ACCOUNTS, source, held._replace(free=held.free - moved))
    deposit(work, target, moved)


def mint(work: Work, who: bytes, amount: int) -> None:
    """Make new coins."""
    deposit(work, who, amount)
    issue(work, amount)


def issue(work: Work, amount: int) -> None:
    """Count coins as made that were deposited one by one."""
    work.layer.put(ISSUANCE, SINGLE, issuance(work.layer) + amount)


def burn(work: Work, who: bytes, amount: int) -> None:
    """Destroy free coins that are known to be there."""
    if not withdraw(work, who, amount):
        raise ValueError("burning coins that are not there")
    work.layer.put(ISSUANCE, SINGLE, issuance(work.layer) - amount)
    work.layer.put(BURNED, who, (work.layer.get(BURNED, who) or 0) + amount)
    work.emit("GenericFunc", "DestroyDBC", who=who, amount=amount)


def charge_fee(work: Work, who: bytes, fee: int, tip: int) -> None:
    """Take the inclusion fee and move the nonce on; the call's outcome does not change either."""
    held = holdings(work.layer, who)
    work.layer.put(ACCOUNTS, who, held._replace(free=held.free - fee - tip, nonce=held.nonce + 1))
    for target, part in work.profile.fee.shares(fee + tip):
        deposit(work, target, part)
    work.emit("TransactionPayment", "TransactionFeePaid", who=who, actual_fee=fee + tip, tip=tip)


def transfer(work: Work, who: bytes, dest: object, value: int) -> None:
    """`transfer_allow_death` and `transfer_keep_alive`: the same, as accounts need no minimum."""
    target = account(dest)
    if value < 0 or not withdraw(work, who, value):
        refuse("Balances", "InsufficientBalance")
    deposit(work, target, value)
    work.emit("Balances", "Transfer", **{"from": who, "to": target, "amount": value})


def transfer_all(work: Work, who: bytes, dest: object, keep_alive: bool) -> None:
    """Send all that may be spent; accounts need no minimum, so keeping the sender alive changes nothing."""
    del keep_alive
    transfer(work, who, dest, spendable(work.layer, who))


CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("Balances", "transfer_allow_death"): transfer,
    ("Balances", "transfer_keep_alive"): transfer,
    ("Balances", "transfer_all"): transfer_all,
}

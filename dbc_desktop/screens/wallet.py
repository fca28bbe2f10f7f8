"""What Wallet says: accounts with their roles and balances, and the transactions of this computer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Account, AccountState, Address, Contact, KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Receipt
from dbc_desktop.domain.errors import InsufficientFunds, InvalidInput
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.outcomes import outcome_text
from dbc_desktop.screens.refusals import refusal_text
from dbc_desktop.screens.spending import title_of
from dbc_desktop.screens.texts import tr


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What was read of one account; `state` is None where the chain did not answer."""

    account: Account
    state: AccountState | None
    controller: Address | None
    stash: Address | None
    is_unlocked: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account in the table.

    Attributes:
        origin: The account it was derived from, with the path; empty where it has words of its own.
        free: What may be sent; with `staked` and `locked` it is all that the account owns.
        backup_kind: The badge: good when the words were proved.
        needs_backup: The person should prove the words: a reminder stands on the page.
        other_place: Where its key could be moved to; None for a watched account.
    """

    address: Address
    address_text: str
    name: str
    origin: str
    role: str
    free: str
    free_full: str
    staked: str
    staked_full: str
    locked: str
    locked_full: str
    place: str
    backup_text: str
    backup_kind: str
    backup_detail: str
    needs_backup: bool
    lock_text: str
    lock_kind: str
    has_key: bool
    can_unlock: bool
    can_lock: bool
    other_place: KeyPlace | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One transaction; `outcome_kind` is the badge."""

    hash: str
    what: str
    block: str
    age: str
    fee: str
    outcome: str
    outcome_kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class WalletScreen:
    """The whole page; `reminder` asks for the words of `reminded`, empty when all were proved."""

    rows: tuple[AccountRow, ...]
    transactions: tuple[TransactionRow, ...]
    receive_name: str
    receive_text: str
    free_text: str
    reminder: str = ""
    reminded: AccountRow | None = None


def wallet_screen(
    facts: Sequence[AccountFacts], chosen: Address | None, receipts: Sequence[Receipt], head: Head
) -> WalletScreen:
    """The page; `chosen` is the account the window acts for."""
    names = {each.account.address: each.account.name for each in facts}
    rows = tuple(_row(each, each.account.address == chosen, names) for each in facts)
    waiting = next((row for row in rows if row.needs_backup), None)
    mine = next((each for each in facts if each.account.address == chosen), None)
    state = None if mine is None else mine.state
    return WalletScreen(
        rows=rows,
        transactions=tuple(_transaction(receipt, head) for receipt in receipts),
        receive_name="" if mine is None else mine.account.name,
        receive_text="" if mine is None else formats.address_text(mine.account.address),
        free_text="" if state is None else tr("{amount} free", amount=formats.amount(state.spendable)),
        reminder="" if waiting is None else _reminder(waiting),
        reminded=waiting,
    )


def role_text(facts: AccountFacts) -> str:
    """Stash, controller, both, or a plain account (chain-rules 3)."""
    is_stash, is_controller = facts.controller is not None, facts.stash is not None
    if is_stash and is_controller:
        return tr("stash, controller")
    if is_stash:
        return tr("stash")
    if is_controller:
        return tr("controller")
    return tr("watch-only") if facts.account.place is KeyPlace.WATCH_ONLY else tr("account")


def _reminder(row: AccountRow) -> str:
    return tr("The words of {name} were never proved. Without them a broken disk takes the coins.", name=row.name)


def _row(facts: AccountFacts, is_chosen: bool, names: Mapping[Address, str]) -> AccountRow:
    state, account = facts.state, facts.account
    has_key = account.place is not KeyPlace.WATCH_ONLY
    backup_text, backup_kind, backup_detail = _backup(account)
    locked = None if state is None else state.free - state.spendable
    other = KeyPlace.FILE if account.place is KeyPlace.KEYRING else KeyPlace.KEYRING
    return AccountRow(
        address=account.address,
        address_text=formats.address_text(account.address),
        name=account.name,
        origin=_origin(account, names),
        role=role_text(facts),
        free=_sum(None if state is None else state.spendable),
        free_full=_sum(None if state is None else state.spendable, None),
        staked=_sum(None if state is None else state.reserved),
        staked_full=_sum(None if state is None else state.reserved, None),
        locked=_sum(locked),
        locked_full=_sum(locked, None),
        place=_short_place(account.place),
        backup_text=backup_text,
        backup_kind=backup_kind,
        backup_detail=backup_detail,
        needs_backup=has_key and not account.backed_up,
        lock_text=(tr("unlocked") if facts.is_unlocked else tr("locked")) if has_key else tr("no key"),
        lock_kind="good" if facts.is_unlocked else "plain",
        has_key=has_key,
        can_unlock=has_key and not facts.is_unlocked,
        can_lock=has_key and facts.is_unlocked,
        other_place=other if has_key else None,
        is_chosen=is_chosen,
    )


def _short_place(place: KeyPlace) -> str:
    """Where the key rests, in the width of a column."""
    return {KeyPlace.KEYRING: tr("keyring"), KeyPlace.FILE: tr("file"), KeyPlace.WATCH_ONLY: formats.DASH}[place]


def _sum(balance: Balance | None, decimals: int | None = 2) -> str:
    return formats.DASH if balance is None else balance.text(decimals)


def _origin(account: Account, names: Mapping[Address, str]) -> str:
    if account.parent is None:
        return ""
    parent = names.get(account.parent) or formats.short_address(account.parent)
    return f"{parent} {account.path}"


def _backup(account: Account) -> tuple[str, str, str]:
    """What the column says, its badge, and the tooltip."""
    exported = (
        ""
        if account.exported_at is None
        else tr("Exported as a file on {day}.", day=formats.moment(account.exported_at)[:10])
    )
    if account.place is KeyPlace.WATCH_ONLY:
        return formats.DASH, "", tr("Its key is elsewhere.")
    if account.backed_up:
        return tr("proved"), "good", exported
    if account.parent is not None:
        detail = tr("The words of its parent and the path {path} bring it back. Prove both.", path=account.path)
        return tr("not proved"), "warn", f"{detail} {exported}".strip()
    return tr("not proved"), "warn", f"{tr('Nobody proved yet that the words are written down.')} {exported}".strip()


def _transaction(receipt: Receipt, head: Head) -> TransactionRow:
    outcome, kind = outcome_text(receipt)
    known = receipt.height is not None
    return TransactionRow(
        hash=receipt.tx_hash.hex(),
        what=title_of(receipt.call) if receipt.call is not None else formats.DASH,
        block=formats.height(receipt.height) if receipt.height is not None else formats.DASH,
        age=formats.ago(head.height - receipt.height) if receipt.height is not None and known else formats.DASH,
        fee=formats.amount(receipt.fee, 6) if receipt.fee is not None else formats.DASH,
        outcome=outcome,
        outcome_kind=kind,
        detail=refusal_text(*receipt.error) if receipt.error is not None else "",
    )


@dataclass(frozen=True, slots=True)
class MachineKeyLine:
    """The key of one machine: where it rests, and where it could be moved to."""

    machine_id: MachineId
    place: str
    other_place: KeyPlace


def machine_key_lines(keys: Sequence[tuple[MachineId, KeyPlace]]) -> tuple[MachineKeyLine, ...]:
    """The lines for machine ids and the places of their keys."""
    others = {KeyPlace.KEYRING: KeyPlace.FILE}
    return tuple(
        MachineKeyLine(machine_id, _short_place(place), others.get(place, KeyPlace.KEYRING))
        for machine_id, place in keys
    )


def recipients(accounts: Sequence[Account], contacts: Sequence[Contact]) -> tuple[str, ...]:
    """What typing into *To* suggests: name and whole address of contacts, then of one's own accounts."""
    known = [(each.name, each.address) for each in contacts] + [(each.name, each.address) for each in accounts]
    return tuple(f"{name} · {formats.address_text(address)}" for name, address in known)


def recipient_address(text: str) -> str:
    """The address in what was typed or chosen of `recipients`."""
    return text.rpartition(" · ")[2].strip()


def transfer_call(address_text: str, amount_text: str, state: AccountState | None) -> Call:
    """The transfer that was typed; it leaves the sending account alive.

    Raises:
        InvalidInput: `address` or `amount`, with the reason.
        InsufficientFunds: More than is free.
    """
    stripped = address_text.strip()
    if not stripped:
        raise InvalidInput("address", "empty")
    raw = ss58.decode(stripped)
    value = Balance.parse(amount_text)
    if not value:
        raise InvalidInput("amount", "zero")
    if state is not None and value > state.spendable:
        raise InsufficientFunds(value.units, state.spendable.units)
    return Call("Balances", "transfer_keep_alive", (raw, value.units))

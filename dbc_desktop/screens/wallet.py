"""What Wallet says: accounts with their roles and balances, and the transactions of this computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Account, AccountState, Address, KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Receipt, TxStatus
from dbc_desktop.domain.errors import InsufficientFunds, InvalidInput
from dbc_desktop.domain.network import Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.refusals import refusal_text
from dbc_desktop.screens.spending import title_of
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.topbar import place_text


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
    """One account in the table."""

    address: Address
    address_text: str
    name: str
    role: str
    free: str
    free_full: str
    reserved: str
    reserved_full: str
    place: str
    lock_text: str
    lock_kind: str
    can_unlock: bool
    can_lock: bool
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
    """The whole page."""

    rows: tuple[AccountRow, ...]
    transactions: tuple[TransactionRow, ...]
    receive_name: str
    receive_text: str
    free_text: str


def wallet_screen(
    facts: Sequence[AccountFacts], chosen: Address | None, receipts: Sequence[Receipt], head: Head
) -> WalletScreen:
    """The page; `chosen` is the account the window acts for."""
    rows = tuple(_row(each, each.account.address == chosen) for each in facts)
    mine = next((each for each in facts if each.account.address == chosen), None)
    state = None if mine is None else mine.state
    return WalletScreen(
        rows=rows,
        transactions=tuple(_transaction(receipt, head) for receipt in receipts),
        receive_name="" if mine is None else mine.account.name,
        receive_text="" if mine is None else formats.address_text(mine.account.address),
        free_text="" if state is None else tr("{amount} free", amount=formats.amount(state.free)),
    )


def role_text(facts: AccountFacts) -> str:
    """Stash, controller, both, or a plain account (chain-rules 3)."""
    is_stash, is_controller = facts.controller is not None, facts.stash is not None
    if is_stash and is_controller:
        return tr("stash and controller")
    if is_stash:
        return tr("stash")
    if is_controller:
        return tr("controller")
    return tr("watch-only") if facts.account.place is KeyPlace.WATCH_ONLY else tr("account")


def _row(facts: AccountFacts, is_chosen: bool) -> AccountRow:
    state, account = facts.state, facts.account
    has_key = account.place is not KeyPlace.WATCH_ONLY
    return AccountRow(
        address=account.address,
        address_text=formats.address_text(account.address),
        name=account.name,
        role=role_text(facts),
        free=formats.DASH if state is None else formats.amount(state.free),
        free_full="" if state is None else formats.amount(state.free, None),
        reserved=formats.DASH if state is None else formats.amount(state.reserved),
        reserved_full="" if state is None else formats.amount(state.reserved, None),
        place=place_text(account.place),
        lock_text=(tr("unlocked") if facts.is_unlocked else tr("locked")) if has_key else tr("no key"),
        lock_kind="good" if facts.is_unlocked else "plain",
        can_unlock=has_key and not facts.is_unlocked,
        can_lock=has_key and facts.is_unlocked,
        is_chosen=is_chosen,
    )


def _transaction(receipt: Receipt, head: Head) -> TransactionRow:
    outcome, kind = _outcome(receipt)
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


def _outcome(receipt: Receipt) -> tuple[str, str]:
    if receipt.error is not None:
        return receipt.error[1], "loss"
    return {
        TxStatus.STORED: (tr("not sent yet"), "plain"),
        TxStatus.SENT: (tr("on its way"), "accent"),
        TxStatus.INCLUDED: (tr("in a block"), "good"),
        TxStatus.FINALISED: (tr("final"), "good"),
        TxStatus.RETRACTED: (tr("taken back with its block"), "warn"),
        TxStatus.DROPPED: (tr("in no pool now, may still come"), "warn"),
        TxStatus.EXPIRED: (tr("expired, nothing was done"), "plain"),
        TxStatus.REJECTED: (tr("not taken"), "loss"),
        TxStatus.UNKNOWN: (tr("outcome unknown"), "warn"),
    }[receipt.status]


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
    if state is not None and value > state.free:
        raise InsufficientFunds(value.units, state.free.units)
    return Call("Balances", "transfer_keep_alive", (raw, value.units))

"""Coins in and out of staking: bond, unbond, wait, withdraw."""

from __future__ import annotations

from dbc_desktop.domain.super_node import Payee, PayTo
from dbc_desktop.rules import balances
from dbc_desktop.rules.staking.rows import (
    LEDGERS,
    NOMINATORS,
    PALLET,
    PAYEES,
    VALIDATORS,
    Chunk,
    LedgerRow,
    controlled,
    put_ledger,
    staking_era_of,
    unsettle,
)
from dbc_desktop.rules.work import Work, account, refuse


def bond(work: Work, who: bytes, value: int, payee: object) -> None:
    """Lock coins for staking; as many as there are free where more is asked for."""
    if work.layer.get(LEDGERS, who) is not None:
        refuse(PALLET, "AlreadyBonded")
    value = min(value, balances.holdings(work.layer, who).free)
    put_ledger(work, who, LedgerRow(value, value))
    work.layer.put(PAYEES, who, _payee(payee))
    work.emit(PALLET, "Bonded", stash=who, amount=value)


def bond_extra(work: Work, who: bytes, max_additional: int) -> None:
    """Lock more, as much of it as is free beyond what is bonded."""
    ledger = work.layer.get(LEDGERS, who) or refuse(PALLET, "NotStash")
    extra = min(max_additional, balances.holdings(work.layer, who).free - ledger.total)
    if extra > 0:
        put_ledger(work, who, ledger._replace(total=ledger.total + extra, active=ledger.active + extra))
        work.emit(PALLET, "Bonded", stash=who, amount=extra)
        _changed(work, who)


def unbond(work: Work, who: bytes, value: int) -> None:
    """Take coins out of play; they may be withdrawn when the bonding time is over."""
    ledger = controlled(work, who)
    if len(ledger.unlocking) >= work.profile.most_unlocking_chunks:
        # On the network too a full list first loses what could be withdrawn.
        ledger = _withdrawn(work, who, ledger)
        if len(ledger.unlocking) >= work.profile.most_unlocking_chunks:
            refuse(PALLET, "NoMoreChunks")
    value = min(value, ledger.active)
    if not value:
        return
    era = staking_era_of(work.height) + work.profile.bonding_eras
    chunks = ledger.unlocking
    if chunks and chunks[-1].era == era:
        chunks = (*chunks[:-1], Chunk(chunks[-1].value + value, era))
    else:
        chunks = (*chunks, Chunk(value, era))
    put_ledger(work, who, ledger._replace(active=ledger.active - value, unlocking=chunks))
    work.emit(PALLET, "Unbonded", stash=who, amount=value)
    _changed(work, who)


def rebond(work: Work, who: bytes, value: int) -> None:
    """Put coins on their way out back into play, the newest first."""
    ledger = controlled(work, who)
    if not ledger.unlocking:
        refuse(PALLET, "NoUnlockChunk")
    chunks, left = list(ledger.unlocking), value
    while chunks and left:
        last = chunks.pop()
        back = min(last.value, left)
        left -= back
        if back < last.value:
            chunks.append(Chunk(last.value - back, last.era))
    back = value - left
    put_ledger(work, who, ledger._replace(active=ledger.active + back, unlocking=tuple(chunks)))
    work.emit(PALLET, "Bonded", stash=who, amount=back)
    _changed(work, who)


def withdraw_unbonded(work: Work, who: bytes, num_slashing_spans: int) -> None:
    """Free the coins whose time is over; the count of slashing spans is not looked at."""
    del num_slashing_spans
    _withdrawn(work, who, controlled(work, who))


def set_payee(work: Work, who: bytes, payee: object) -> None:
    """Name where rewards go."""
    controlled(work, who)
    work.layer.put(PAYEES, who, _payee(payee))


def _withdrawn(work: Work, who: bytes, ledger: LedgerRow) -> LedgerRow:
    era = staking_era_of(work.height)
    left = tuple(chunk for chunk in ledger.unlocking if chunk.era > era)
    freed = sum(chunk.value for chunk in ledger.unlocking) - sum(chunk.value for chunk in left)
    if freed:
        ledger = ledger._replace(total=ledger.total - freed, unlocking=left)
        put_ledger(work, who, ledger)
        work.emit(PALLET, "Withdrawn", stash=who, amount=freed)
    return ledger


def _changed(work: Work, who: bytes) -> None:
    if work.layer.get(VALIDATORS, who) is not None or work.layer.get(NOMINATORS, who) is not None:
        unsettle(work)


def _payee(value: object) -> Payee:
    if not isinstance(value, Payee):
        refuse("System", "CallFiltered")
    if value.pay_to is PayTo.ACCOUNT:
        account(value.account)
    return value

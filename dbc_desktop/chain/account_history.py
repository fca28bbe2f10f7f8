"""How events become movements of an account's coins: one table for every backend (chain-rules 10.2).

Events are looked at by groups, those of one extrinsic or those that the chain left by itself in one block, because
what a transfer means is told by its neighbours: inside `confirm_rent` it is rent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.history import Flow, HistoryKind, MoneyRow

_LARGEST = 2**128


@dataclass(frozen=True, slots=True)
class _Meaning:
    """How to read one event: the fields with the account, the amount, the other side and what it is about."""

    kind: HistoryKind
    flow: Flow
    who: str = "who"
    amount: str = "amount"
    other: str = ""
    subject: str = ""


_K, _F = HistoryKind, Flow
_STAKED, _UNSTAKED = _Meaning(_K.STAKE, _F.HELD), _Meaning(_K.STAKE, _F.FREED)

_MEANINGS: dict[tuple[str, str], tuple[_Meaning, ...]] = {
    ("Balances", "Transfer"): (
        _Meaning(_K.TRANSFER, _F.OUT, who="from", other="to"),
        _Meaning(_K.TRANSFER, _F.IN, who="to", other="from"),
    ),
    ("GenericFunc", "DestroyDBC"): (_Meaning(_K.TRANSFER, _F.OUT),),
    ("GenericFunc", "DonateToTreasury"): (_Meaning(_K.TRANSFER, _F.OUT),),
    ("Treasury", "Awarded"): (_Meaning(_K.TRANSFER, _F.IN, who="account", amount="award"),),
    ("OnlineProfile", "StakeAdded"): (_STAKED,),
    ("OnlineProfile", "StakeReduced"): (_UNSTAKED,),
    ("Committee", "StakeAdded"): (_STAKED,),
    ("Committee", "StakeReduced"): (_UNSTAKED,),
    ("MaintainCommittee", "StakeAdded"): (_STAKED,),
    ("MaintainCommittee", "StakeReduced"): (_UNSTAKED,),
    ("MaintainCommittee", "ReporterAddStake"): (_STAKED,),
    ("MaintainCommittee", "ReporterReduceStake"): (_UNSTAKED,),
    ("Staking", "Bonded"): (_Meaning(_K.STAKE, _F.HELD, who="stash"),),
    ("Staking", "Withdrawn"): (_Meaning(_K.STAKE, _F.FREED, who="stash"),),
    ("RentMachine", "Rent"): (_Meaning(_K.RENT, _F.HELD, who="renter", amount="fee", subject="rent_id"),),
    ("RentMachine", "ConfirmRent"): (_Meaning(_K.RENT, _F.TAKEN, who="renter", amount="fee", subject="rent_id"),),
    ("RentMachine", "Relet"): (_Meaning(_K.RENT, _F.OUT, who="renter", amount="fee", subject="rent_id"),),
    ("OnlineProfile", "ClaimReward"): (_Meaning(_K.REWARD, _F.IN, who="stash"),),
    ("Committee", "ClaimReward"): (_Meaning(_K.REWARD, _F.IN),),
    ("Staking", "Reward"): (_Meaning(_K.REWARD, _F.IN, who="stash"),),
    ("Staking", "Rewarded"): (_Meaning(_K.REWARD, _F.IN, who="stash"),),
    ("Balances", "Minted"): (_Meaning(_K.REWARD, _F.IN),),
    ("Balances", "Reserved"): (_STAKED,),
    ("Balances", "Unreserved"): (_UNSTAKED,),
    ("OnlineProfile", "Slash"): (_Meaning(_K.SLASH, _F.TAKEN),),
    ("OnlineProfile", "SlashExecuted"): (_Meaning(_K.SLASH, _F.TAKEN, who="stash", subject="machine_id"),),
    ("OnlineProfile", "SlashCanceled"): (_Meaning(_K.SLASH, _F.FREED),),
    ("MaintainCommittee", "Slash"): (_Meaning(_K.SLASH, _F.TAKEN),),
    ("Committee", "Slash"): (_Meaning(_K.SLASH, _F.TAKEN),),
    ("Staking", "Slash"): (_Meaning(_K.SLASH, _F.TAKEN, who="staker"),),
    ("Staking", "Slashed"): (_Meaning(_K.SLASH, _F.TAKEN, who="staker"),),
    ("TransactionPayment", "TransactionFeePaid"): (_Meaning(_K.FEE, _F.OUT, amount="actual_fee"),),
    ("GenericFunc", "TxFeeToTreasury"): (_Meaning(_K.FEE, _F.OUT),),
}

_ECHOES = {("Balances", "Reserved"), ("Balances", "Unreserved"), ("Balances", "Minted")}
"""The network tells them beside the event of the pallet that caused them; alone they are all there is."""

_RENT_CALLS = {("RentMachine", "ConfirmRent"), ("RentMachine", "Relet")}
_PARTS_OF_RENT = {("Balances", "Transfer"), ("GenericFunc", "DestroyDBC")}


def events_of(kinds: Iterable[HistoryKind] | None) -> frozenset[tuple[str, str]]:
    """Pallet and name of every event that can tell a movement of one of `kinds`, or of any."""
    wanted = frozenset(HistoryKind if kinds is None else kinds)
    found = {event for event, meanings in _MEANINGS.items() if any(each.kind in wanted for each in meanings)}
    return frozenset(found | (_PARTS_OF_RENT if HistoryKind.RENT in wanted else set()))


def accounts_in(events: Iterable[EventRecord]) -> frozenset[Address]:
    """The accounts whose coins these events moved."""
    found = set()
    for event in events:
        for meaning in _MEANINGS.get((event.pallet, event.name), ()):
            raw = _account(event.fields.get(meaning.who))
            if raw is not None:
                found.add(Address(raw))
    return frozenset(found)


def movements(events: Sequence[EventRecord], account: Address) -> tuple[MoneyRow, ...]:
    """The movements of `account` that one group of events tells, in their order; what is malformed tells nothing."""
    rents = [event for event in events if (event.pallet, event.name) in _RENT_CALLS]
    found: list[MoneyRow] = []
    for event in events:
        source = (event.pallet, event.name)
        for meaning in _MEANINGS.get(source, ()):
            row = _row(event, source, meaning, account)
            if row is not None and rents and source in _PARTS_OF_RENT:
                row = _as_rent(row, rents[-1].fields)
            if row is not None:
                found.append(row)
    rows = [row for row in found if row.source not in _ECHOES or not _has_cause(row, found)]
    return tuple(replace(row, number=number) for number, row in enumerate(rows))


_CAUSES = {
    Flow.HELD: (Flow.HELD,),
    Flow.FREED: (Flow.FREED, Flow.TAKEN),
    Flow.IN: (Flow.IN,),
}


def _has_cause(echo: MoneyRow, rows: Sequence[MoneyRow]) -> bool:
    return any(row.source not in _ECHOES and row.flow in _CAUSES[echo.flow] for row in rows)


def _row(event: EventRecord, source: tuple[str, str], meaning: _Meaning, account: Address) -> MoneyRow | None:
    amount = event.fields.get(meaning.amount)
    if _account(event.fields.get(meaning.who)) != account.raw or not isinstance(amount, int):
        return None
    if not 0 < amount < _LARGEST:
        return None
    other = _account(event.fields.get(meaning.other))
    subject = event.fields.get(meaning.subject) if meaning.subject else None
    return MoneyRow(
        event.height,
        event.extrinsic,
        0,
        meaning.kind,
        meaning.flow,
        Balance(amount),
        None if other is None else Address(other),
        "" if subject is None else subject.hex() if isinstance(subject, bytes) else str(subject)[:64],
        source,
    )


def _as_rent(row: MoneyRow, rent: Mapping[str, object]) -> MoneyRow | None:
    """What the renter pays is told by the rent's own event already; what the owner gets is rent."""
    if row.flow is not Flow.IN:
        return None
    order = rent.get("rent_id")
    return replace(row, kind=HistoryKind.RENT, subject="" if order is None else str(order)[:64])


def _account(value: object) -> bytes | None:
    raw = value.raw if isinstance(value, Address) else value
    return raw if isinstance(raw, bytes) and len(raw) == 32 else None

"""What the history of an account says: one line for each movement of coins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.history import Flow, HistoryKind, MoneyRow
from dbc_desktop.domain.network import BLOCK_MS, Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One row of the table; `tone` colours the amount: good for what came in, loss for a slash, else empty.

    Attributes:
        key: Which movement it is, whatever is said of it: block, transaction and number.
        other: Who was on the other side: a name the person gave, or a short address.
        other_full: The whole address, for the tooltip and for copying.
    """

    key: tuple[int, int | None, int]
    when: str
    when_full: str
    block: str
    what: str
    amount: str
    amount_full: str
    tone: str
    other: str
    other_full: str
    subject: str
    subject_full: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One button of the filter; `kinds` is None for all."""

    key: str
    text: str
    kinds: frozenset[HistoryKind] | None


def filters() -> tuple[Filter, ...]:
    """All, then one for each kind."""
    names: dict[HistoryKind, str] = {
        HistoryKind.TRANSFER: tr("Transfers"),
        HistoryKind.STAKE: tr("Stake"),
        HistoryKind.RENT: tr("Rent"),
        HistoryKind.REWARD: tr("Rewards"),
        HistoryKind.SLASH: tr("Slashes"),
        HistoryKind.FEE: tr("Fees"),
    }
    return (
        Filter("all", tr("All"), None),
        *(Filter(kind.value, text, frozenset({kind})) for kind, text in names.items()),
    )


_WHAT: dict[tuple[HistoryKind, Flow], Callable[[], str]] = {
    (HistoryKind.TRANSFER, Flow.IN): lambda: tr("received"),
    (HistoryKind.TRANSFER, Flow.OUT): lambda: tr("sent"),
    (HistoryKind.STAKE, Flow.HELD): lambda: tr("put into stake"),
    (HistoryKind.STAKE, Flow.FREED): lambda: tr("stake returned"),
    (HistoryKind.RENT, Flow.HELD): lambda: tr("rent reserved"),
    (HistoryKind.RENT, Flow.TAKEN): lambda: tr("rent paid from what was reserved"),
    (HistoryKind.RENT, Flow.OUT): lambda: tr("rent paid"),
    (HistoryKind.RENT, Flow.IN): lambda: tr("rent received"),
    (HistoryKind.REWARD, Flow.IN): lambda: tr("reward claimed"),
    (HistoryKind.SLASH, Flow.TAKEN): lambda: tr("slashed from the stake"),
    (HistoryKind.SLASH, Flow.FREED): lambda: tr("slash cancelled"),
    (HistoryKind.FEE, Flow.OUT): lambda: tr("fee"),
}
_BURNED = ("GenericFunc", "DestroyDBC")
_HUNDREDTH = 10**13
"""In the smallest unit; below it the digits that count are shown."""

_BY_SOURCE: dict[tuple[str, str], Callable[[], str]] = {
    ("GenericFunc", "DonateToTreasury"): lambda: tr("given to the treasury"),
    ("GenericFunc", "TxFeeToTreasury"): lambda: tr("fixed fee to the treasury"),
    ("Treasury", "Awarded"): lambda: tr("paid by the treasury"),
    ("Balances", "Minted"): lambda: tr("reward released"),
    ("Balances", "Reserved"): lambda: tr("coins reserved"),
    ("Balances", "Unreserved"): lambda: tr("reserved coins returned"),
    ("Staking", "Bonded"): lambda: tr("locked for a super node"),
    ("Staking", "Withdrawn"): lambda: tr("no longer locked for a super node"),
    ("Staking", "Rewarded"): lambda: tr("reward of a super node"),
}
_SIGNS = {Flow.IN: "+", Flow.FREED: "+", Flow.OUT: "−", Flow.HELD: "−", Flow.TAKEN: ""}


def what_text(row: MoneyRow) -> str:
    """What the movement was, in a few words."""
    if row.source == _BURNED and row.kind is HistoryKind.TRANSFER:
        return tr("burned")
    words = _BY_SOURCE.get(row.source) or _WHAT.get((row.kind, row.flow))
    return words() if words is not None else ".".join(row.source)


def height_time(height: int, head: Head) -> float:
    """When the block at `height` was, in seconds since 1970, counted back from the newest."""
    return (head.timestamp_ms - (head.height - height) * BLOCK_MS) / 1_000


def history_lines(rows: Sequence[MoneyRow], head: Head, names: Mapping[Address, str]) -> tuple[HistoryLine, ...]:
    """The lines for `rows`; `names` are the person's own accounts and contacts."""
    return tuple(_line(row, head, names) for row in rows)


def _line(row: MoneyRow, head: Head, names: Mapping[Address, str]) -> HistoryLine:
    full = "" if row.other is None else formats.address_text(row.other)
    known = None if row.other is None else names.get(row.other)
    is_loss = row.kind is HistoryKind.SLASH and row.flow is Flow.TAKEN
    sign = "−" if is_loss else _SIGNS[row.flow]
    return HistoryLine(
        key=(row.height, row.extrinsic, row.number),
        when=formats.moment(height_time(row.height, head))[:16],
        when_full=formats.moment(height_time(row.height, head)),
        block=formats.height(row.height),
        what=what_text(row),
        amount=f"{sign}{row.amount.text(2 if row.amount.units >= _HUNDREDTH else 6)}",
        amount_full=f"{sign}{formats.amount(row.amount, None)}",
        tone="good" if row.flow is Flow.IN else "loss" if is_loss else "",
        other=(known or formats.short_address(full)) if full else "",
        other_full=full,
        subject=_subject(row.subject),
        subject_full=row.subject,
    )


def _subject(text: str) -> str:
    if not text:
        return ""
    return formats.short_id(text) if len(text) == 64 else tr("order {number}", number=text)


def known_note(known_from: int, count: int, is_all: bool) -> str:
    """What the head line of the table says: how many are shown, and since when this is complete."""
    shown = formats.count(count) if is_all else f"{formats.count(count)}+"
    if known_from:
        return tr("{shown} · seen by this program since block {height}", shown=shown, height=formats.height(known_from))
    return shown

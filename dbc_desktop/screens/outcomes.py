"""What became of a transaction: in a table, and in a message where nobody waits for it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbc_desktop.domain.call import Receipt, TxStatus
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import Notice
from dbc_desktop.screens.refusals import refusal_text
from dbc_desktop.screens.spending import title_of
from dbc_desktop.screens.texts import ntr, tr

if TYPE_CHECKING:
    from dbc_desktop.services.transactions import News


def outcome_text(receipt: Receipt) -> tuple[str, str]:
    """What is known of it in a few words, and their colour."""
    if receipt.error is not None:
        return receipt.error[1], "loss"
    return {
        TxStatus.STORED: (tr("being sent"), "plain"),
        TxStatus.SENT: (tr("on its way"), "accent"),
        TxStatus.INCLUDED: (tr("in a block"), "good"),
        TxStatus.FINALISED: (tr("final"), "good"),
        TxStatus.RETRACTED: (tr("taken back with its block"), "warn"),
        TxStatus.DROPPED: (tr("in no pool now, may still come"), "warn"),
        TxStatus.EXPIRED: (tr("expired, nothing was done"), "plain"),
        TxStatus.REJECTED: (tr("not taken"), "loss"),
        TxStatus.UNKNOWN: (tr("outcome unknown"), "warn"),
    }[receipt.status]


def news_notices(news: News) -> tuple[tuple[Notice, str], ...]:
    """A message for what an earlier run left open, one for each transaction whose end is known now; with colours."""
    told = []
    if news.open:
        number = len(news.open)
        title = ntr("{n} transaction with an unknown outcome", "{n} transactions with an unknown outcome", number)
        body = tr(
            "{what}: looked up by its hash, never sent again. Do not repeat it yet.",
            what=", ".join(_what(one) for one in news.open[:3]) + (" …" if number > 3 else ""),
        )
        told.append((Notice(title, body, tr("Wallet")), "warn"))
    return (*told, *(_known(one) for one in news.known))


def _known(receipt: Receipt) -> tuple[Notice, str]:
    text, kind = outcome_text(receipt)
    title = tr("{what}: {outcome}", what=_what(receipt), outcome=text)
    if receipt.error is not None:
        return Notice(title, refusal_text(*receipt.error), tr("Wallet")), "loss"
    if receipt.status is TxStatus.EXPIRED:
        body = tr("No block can take it any more. You may do it again.")
    elif receipt.status is TxStatus.RETRACTED:
        body = tr("It may come again by itself; do not repeat it yet.")
    elif receipt.height is not None:
        body = tr("It stands in block {height}.", height=formats.height(receipt.height))
    else:
        body = ""
    return Notice(title, body, tr("Wallet")), "good" if kind == "good" else "warn"


def _what(receipt: Receipt) -> str:
    return title_of(receipt.call) if receipt.call is not None else formats.short_id(receipt.tx_hash.hex())

"""The history of an account: pages, and all of it as CSV for the books."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.explorer import Mark
from dbc_desktop.domain.history import Flow, HistoryKind, HistoryPage, MoneyRow

ROWS_AT_ONCE = 200
ROWS_PER_READ = 1_000
_SIGNS = {Flow.IN: "+", Flow.OUT: "-", Flow.HELD: "-", Flow.FREED: "+", Flow.TAKEN: ""}
_HEAD = "height,time_utc,kind,flow,amount_dbc,free_change_dbc,other,subject,event,extrinsic\n"


def history_page(
    backend: ChainReader, account: Address, before: Mark | None = None, kinds: frozenset[HistoryKind] | None = None
) -> HistoryPage:
    """The next movements that the window shows, newest first.

    Raises:
        ChainUnreachable: The backend does not answer.
    """
    return backend.history(account, before, ROWS_AT_ONCE, kinds)


def all_movements(
    backend: ChainReader, account: Address, kinds: frozenset[HistoryKind] | None = None
) -> Iterator[MoneyRow]:
    """Every movement that the backend knows of, newest first."""
    before: Mark | None = None
    while True:
        page = backend.history(account, before, ROWS_PER_READ, kinds)
        yield from page.rows
        if page.older is None:
            return
        before = page.older


def history_csv(
    backend: ChainReader,
    account: Address,
    time_of: Callable[[int], str],
    kinds: frozenset[HistoryKind] | None = None,
) -> str:
    """The movements as CSV with a head line, oldest first; amounts with every digit.

    Args:
        backend: The chain.
        account: Whose.
        time_of: The time of a height as text, e.g. `2026-11-26 13:00:06`.
        kinds: Only these; None for all.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    out.write(_HEAD)
    for row in reversed(list(all_movements(backend, account, kinds))):
        amount, sign = row.amount.text().replace(",", ""), _SIGNS[row.flow]
        writer.writerow(
            (
                row.height,
                time_of(row.height),
                row.kind.value,
                row.flow.value,
                amount,
                f"{sign}{amount}" if sign else "0",
                "" if row.other is None else ss58.encode(row.other.raw),
                row.subject,
                ".".join(row.source),
                "" if row.extrinsic is None else row.extrinsic,
            )
        )
    return out.getvalue()

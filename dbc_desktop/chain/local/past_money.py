"""The movements of an account's coins on the embedded chain, in pages, from the lookup of events."""

from __future__ import annotations

from collections.abc import Iterable

from dbc_desktop.chain.account_history import events_of, movements
from dbc_desktop.chain.local import explore, lookup
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.explorer import HIGHEST, Mark
from dbc_desktop.domain.history import HistoryKind, HistoryPage, MoneyRow

MOST_ROWS = 1_000
"""No page holds more."""

_MOST_GROUPS = 4_000
"""So many groups are opened for one page; where few of them are of the kinds asked for, the page is short."""


def history_page(
    store: Store, address: Address, before: Mark | None, limit: int, kinds: Iterable[HistoryKind] | None
) -> HistoryPage:
    """Movements of `address`, newest first; a mark is a group and how many of its movements are left."""
    limit = max(1, min(limit, MOST_ROWS))
    wanted = frozenset(HistoryKind if kinds is None else kinds)
    high = lookup.group_place(HIGHEST, lookup.LAST_RANK) + 1 if before is None else before[0] + 1
    names = None if wanted == frozenset(HistoryKind) else events_of(wanted)
    found: list[MoneyRow] = []
    for opened, (place, events) in enumerate(explore.groups_about(store, address.raw, names, high)):
        rows = movements(events, address)
        at = before[1] if before is not None and place == before[0] else len(rows)
        if opened == _MOST_GROUPS:
            return HistoryPage(tuple(found), (place, at))
        for index in reversed(range(min(at, len(rows)))):
            if rows[index].kind in wanted:
                if len(found) == limit:
                    return HistoryPage(tuple(found), (place, index + 1))
                found.append(rows[index])
    return HistoryPage(tuple(found), None)

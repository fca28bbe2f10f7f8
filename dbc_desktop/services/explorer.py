"""Looking into the chain's past: a line of filters, and pages of extrinsics, blocks or events that match it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.explorer import HIGHEST, EventQuery, ExtrinsicQuery, ExtrinsicRow, Mark
from dbc_desktop.domain.network import BlockSummary

MAX_QUERY = 300
PAGE_ROWS = 100
KEYS = ("of", "call", "event", "block", "ok", "refused")

PastRow = ExtrinsicRow | BlockSummary | EventRecord


class PastView(StrEnum):
    """What is listed."""

    EXTRINSICS = "extrinsics"
    BLOCKS = "blocks"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class PastQuery:
    """What a line of filters says; `parse` and `format` are a pair.

    Attributes:
        who: 32 bytes: an account, or a machine by its own key.
        name: Pallet and name of a call or of an event, either may be empty.
        succeeded: None for all, of extrinsics only.
    """

    who: bytes | None = None
    name: tuple[str, str] = ("", "")
    succeeded: bool | None = None
    from_height: int = 0
    to_height: int = HIGHEST

    @classmethod
    def parse(cls, text: str) -> PastQuery:
        """Read a line such as `of:5Grwva… call:RentMachine.rent_machine block:100-2000 refused`.

        `call:` and `event:` take a pallet, a name, or both with a point between them.

        Raises:
            InvalidInput: `past` with `too_long`, `unknown_key` (word, known), `not_an_account` or `not_a_block`.
        """
        if len(text) > MAX_QUERY:
            raise InvalidInput("past", "too_long", limit=MAX_QUERY)
        found = cls()
        for term in text.split():
            key, colon, value = term.partition(":")
            if term.lower() in ("ok", "refused"):
                found = replace(found, succeeded=term.lower() == "ok")
            elif not colon or key not in KEYS:
                raise InvalidInput("past", "unknown_key", word=term[:40], known=", ".join(KEYS))
            elif not value:
                continue
            elif key == "of":
                found = replace(found, who=_who(value))
            elif key == "block":
                low, high = _heights(value)
                found = replace(found, from_height=low, to_height=high)
            else:
                pallet, point, name = value.partition(".")
                found = replace(found, name=(pallet, name) if point else _one_name(value))
        return found

    def format(self, view: PastView) -> str:
        """The line that parses to this query."""
        parts = []
        if self.who is not None:
            parts.append(f"of:{ss58.encode(self.who)}")
        if any(self.name):
            word = "event" if view is PastView.EVENTS else "call"
            parts.append(f"{word}:{'.'.join(self.name) if all(self.name) else ''.join(self.name)}")
        if (self.from_height, self.to_height) != (0, HIGHEST):
            low, high = self.from_height, self.to_height
            parts.append(f"block:{low}" if low == high else f"block:{low}-{'' if high == HIGHEST else high}")
        if self.succeeded is not None:
            parts.append("ok" if self.succeeded else "refused")
        return " ".join(parts)


def _one_name(value: str) -> tuple[str, str]:
    """A name alone is a pallet where it begins with a capital and names of the other kind do not."""
    return (value, "") if value[:1].isupper() else ("", value)


def _who(value: str) -> bytes:
    if re.fullmatch("[0-9a-f]{64}", value):
        return bytes.fromhex(value)
    try:
        return ss58.decode(value)
    except InvalidInput as error:
        raise InvalidInput("past", "not_an_account", text=value[:20]) from error


def _heights(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"([\d,]{1,13})(-([\d,]{1,13})?)?", value, re.ASCII)
    if found is None:
        raise InvalidInput("past", "not_a_block", text=value[:20])
    low = int(found[1].replace(",", "") or 0)
    high = low if found[2] is None else HIGHEST if not found[3] else int(found[3].replace(",", "") or 0)
    if low > high or high > HIGHEST:
        raise InvalidInput("past", "not_a_block", text=value[:20])
    return low, high


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some rows, newest first; `older` to read on, `total` where somebody counted."""

    rows: tuple[PastRow, ...]
    older: Mark | None
    total: int | None = None


def past_page(
    backend: ChainReader, view: PastView, query: PastQuery, after: Mark | None = None, limit: int = PAGE_ROWS
) -> PastPage:
    """One page of what matches; a name or an account means nothing for blocks."""
    pallet, name = (part or None for part in query.name)
    if view is PastView.EXTRINSICS:
        wanted = ExtrinsicQuery(
            None if query.who is None else Address(query.who),
            pallet,
            name,
            query.succeeded,
            query.from_height,
            query.to_height,
        )
        found = backend.extrinsics(wanted, limit, after)
        return PastPage(found.rows, found.older, found.total)
    if view is PastView.EVENTS:
        if name is not None and name[:1].islower():
            return PastPage((), None)
        return _events(backend, _event_query(query, pallet, name), limit, after)
    before = min(query.to_height + 1, HIGHEST if after is None else after[0])
    blocks = tuple(block for block in backend.blocks(before, limit) if block.height >= query.from_height)
    return PastPage(blocks, (blocks[-1].height,) if len(blocks) == limit else None)


def _event_query(query: PastQuery, pallet: str | None, name: str | None) -> EventQuery:
    """A capital alone may begin a pallet or an event: a pallet that is none is taken for an event."""
    return EventQuery(pallet, name, query.who, query.from_height, query.to_height)


def _events(backend: ChainReader, query: EventQuery, limit: int, after: Mark | None) -> PastPage:
    found = backend.event_log(query, limit, after)
    if not found.rows and after is None and query.pallet is not None and query.name is None:
        found = backend.event_log(replace(query, pallet=None, name=query.pallet), limit, None)
    return PastPage(found.rows, found.older)

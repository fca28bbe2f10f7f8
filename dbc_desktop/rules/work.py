"""What a call or a hook works with: the overlay, the height, and the events and history rows it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NoReturn

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules.codec import NUMBER, row
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import Overlay, declare

AGENDA = declare("Agenda.Due", NUMBER, row(tuple[tuple[str, str], ...]))
"""Heights at which a hook has something to do: kind and subject of each."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line for the books: written once, kept on disk, never read by the rules.

    Attributes:
        kind: `payout` (first machine id, height: a page of `reward_page`), `rent_order` (renter in hex, rent id),
            `claim` (stash in hex, height), `reward_owner` (machine id, height: the stash that earns from now on).
        value: As `rules/views` reads it.
    """

    kind: str
    subject: str
    index: int
    value: bytes


def era_of(height: int) -> int:
    """The mining era a block lies in: 1 from block 1 to 14,400, 0 at genesis (chain-rules 1)."""
    return (height + BLOCKS_PER_ERA - 1) // BLOCKS_PER_ERA


class Work:
    """One block, or one look ahead, in the making."""

    __slots__ = ("_page", "draws", "era", "events", "extrinsic", "height", "history", "layer", "parent_hash", "profile")

    def __init__(self, profile: RulesProfile, height: int, parent_hash: bytes, layer: Overlay) -> None:
        self.profile = profile
        self.height = height
        self.era = era_of(height)
        self.parent_hash = parent_hash
        self.layer = layer
        self.events: list[EventRecord] = []
        self.history: list[HistoryRow] = []
        self.extrinsic: int | None = None
        self.draws = 0
        self._page: dict[str, list[tuple[str, str]]] | None = None

    def emit(self, pallet: str, name: str, **fields: object) -> None:
        """Leave an event."""
        self.events.append(EventRecord(self.height, self.extrinsic, pallet, name, fields))

    def record(self, kind: str, subject: str, index: int, value: bytes) -> None:
        """Leave a history row."""
        self.history.append(HistoryRow(kind, subject, index, value))

    def schedule(self, height: int, kind: str, subject: str) -> None:
        """Have the hook `kind` look at `subject` at `height`."""
        if height <= self.height:
            raise ValueError("the agenda holds the future only")
        self.layer.put(AGENDA, height, ((self.layer.get(AGENDA, height) or ()) + ((kind, subject),)))

    def unschedule(self, height: int, kind: str, subject: str) -> None:
        """Take back `schedule`; what is due in this very block stays, its hook finds nothing to do."""
        if height <= self.height:
            return
        left = tuple(item for item in self.layer.get(AGENDA, height) or () if item != (kind, subject))
        if left:
            self.layer.put(AGENDA, height, left)
        else:
            self.layer.remove(AGENDA, height)

    def due(self, kind: str) -> Sequence[tuple[str, str]]:
        """What the agenda has for this block of this kind, in the order it was scheduled."""
        return self.kinds_due().get(kind, ())

    def kinds_due(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """What the agenda has for this block, by kind."""
        page = self._page
        if page is None:  # nothing is written on this block's page any more, and two dozen hooks ask
            page = self._page = {}
            for item in self.layer.get(AGENDA, self.height) or ():
                page.setdefault(item[0], []).append(item)
        return page

    def random(self, subject: bytes) -> bytes:
        """32 bytes that nobody knew before the last block; others at each call in a block."""
        self.draws += 1
        return blake2b(self.parent_hash + self.draws.to_bytes(4) + subject, digest_size=32).digest()


def refuse(pallet: str, name: str, **facts: object) -> NoReturn:
    """Refuse the call with the chain's own error name."""
    raise ChainRejected(pallet, name, **facts)


def account(value: object) -> bytes:
    """The 32 bytes of an account argument, given raw or as `Address`."""
    raw = value.raw if isinstance(value, Address) else value
    if not isinstance(raw, bytes) or len(raw) != 32:
        refuse("Balances", "InvalidAccount")
    return raw


def insert(ids: tuple[str, ...], one: str) -> tuple[str, ...]:
    """A sorted list without doubles, with `one` in it (chain-rules 0.4)."""
    return ids if one in ids else tuple(sorted((*ids, one)))


def without(ids: tuple[str, ...], one: str) -> tuple[str, ...]:
    """The list without `one`."""
    return tuple(other for other in ids if other != one)

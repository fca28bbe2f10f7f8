"""What is read out of a chain's past: extrinsics and events, by filters and in pages, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import EventRecord

HIGHEST = 2**32 - 1
"""Heights are 32-bit numbers on the chain (chain-rules 0.1)."""

MOST_SEARCHED = 2_400
"""Blocks that a chain without an index of its past is looked through: the newest ones, or those up to a height."""

Mark = tuple[int, ...]
"""Where a page ended: made by a backend and handed back to it to read on, never looked into."""


@dataclass(frozen=True, slots=True)
class ExtrinsicQuery:
    """Which extrinsics; None asks for all of that kind, both heights are included."""

    signer: Address | None = None
    pallet: str | None = None
    call: str | None = None
    succeeded: bool | None = None
    from_height: int = 0
    to_height: int = HIGHEST


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events; None asks for all of that kind, both heights are included.

    Attributes:
        subject: 32 bytes that stand in the event: an account, or a machine by its own key.
    """

    pallet: str | None = None
    name: str | None = None
    subject: bytes | None = None
    from_height: int = 0
    to_height: int = HIGHEST


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: its name, the name of its SCALE type, its value."""

    name: str
    type: str
    value: object


@dataclass(frozen=True, slots=True)
class ExtrinsicRow:
    """One extrinsic of a block.

    Attributes:
        position: Its place in the block, from 0.
        error: Pallet and name of the refusal, as in `Receipt`.
    """

    height: int
    position: int
    hash: bytes
    signer: Address
    pallet: str
    call: str
    arguments: tuple[Argument, ...]
    fee: Balance
    error: tuple[str, str] | None
    events: tuple[EventRecord, ...]


@dataclass(frozen=True, slots=True)
class ExtrinsicDetail:
    """One extrinsic with all that its bytes say.

    Attributes:
        length: Of the whole extrinsic, in bytes.
        valid_blocks: Length of its mortal era, 0 where it is immortal.
    """

    row: ExtrinsicRow
    block_hash: bytes
    nonce: int
    tip: Balance
    length: int
    valid_blocks: int


@dataclass(frozen=True, slots=True)
class ExtrinsicPage:
    """Extrinsics, newest first.

    Attributes:
        older: To read on; None at the end.
        total: How many there are in all, on the first page; None where nobody counted.
    """

    rows: tuple[ExtrinsicRow, ...]
    older: Mark | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first; `older` to read on, None at the end."""

    rows: tuple[EventRecord, ...]
    older: Mark | None

"""What the jump sheet says: how far, where to, and what lies on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.network import BLOCKS_PER_ERA, Deadline, Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.topbar import deadline_text

BLOCKS_PER_HOUR = 600
MAX_ERAS = 2_000
BEYOND = 1
"""A jump to a deadline ends one block behind it, so that what happens there has happened."""


@dataclass(frozen=True, slots=True)
class JumpTarget:
    """A deadline to jump to."""

    text: str
    when: str
    blocks: int


def targets(deadlines: Sequence[Deadline], head: Head, limit: int = 4) -> tuple[JumpTarget, ...]:
    """The next deadlines, earliest first, each height once."""
    found: dict[int, JumpTarget] = {}
    for deadline in deadlines:
        left = deadline.height - head.height
        if left >= 0 and deadline.height not in found:
            found[deadline.height] = JumpTarget(deadline_text(deadline), formats.due(left), left + BEYOND)
    return tuple(found[height] for height in sorted(found))[:limit]


def parse_count(text: str, unit_blocks: int) -> int:
    """Blocks of a whole number of hours or eras as typed; 0 where nothing was typed.

    Raises:
        InvalidInput: `number` with `not_a_number` or `too_large` (more than 2,000 eras).
    """
    stripped = text.strip().replace(",", "")
    if not stripped:
        return 0
    if not (stripped.isascii() and stripped.isdigit()):
        raise InvalidInput("number", "not_a_number")
    if len(stripped) > 9 or int(stripped) * unit_blocks > MAX_ERAS * BLOCKS_PER_ERA:
        raise InvalidInput("number", "too_large")
    return int(stripped) * unit_blocks


def summary(blocks: int, head: Head) -> str:
    """Where a jump would end."""
    if blocks <= 0:
        return tr("Say how far to jump.")
    return tr(
        "{time} pass at once, to block {height} in era {era}.",
        time=formats.blocks_as_time(blocks),
        height=formats.height(head.height + blocks),
        era=formats.count(head.era + ((head.height % BLOCKS_PER_ERA) + blocks) // BLOCKS_PER_ERA),
    )


def button(blocks: int) -> str:
    """The verb and the amount."""
    if blocks <= 0:
        return tr("Jump")
    if blocks % BLOCKS_PER_ERA == 0:
        return tr("Jump {eras}", eras=formats.blocks_as_eras(blocks))
    return tr("Jump {time}", time=formats.blocks_as_time(blocks))

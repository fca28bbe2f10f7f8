"""What the time machine says: the line of eras with its deadlines, and where each act leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.domain.branches import Branch, BranchComparison
from dbc_desktop.domain.network import BLOCKS_PER_ERA, Deadline, Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.chain_branches import branch_name, file_size, signed_amount
from dbc_desktop.screens.jump import targets
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.screens.topbar import deadline_text

ERAS_BEFORE, ERAS_AFTER = 7, 5
_MOST_MARKS = 6
_COLOURS = {"confirm": "warn", "lease_end": "accent", "verification": "accent", "payout": "good", "era": "faint"}


@dataclass(frozen=True, slots=True)
class TimeMark:
    """A deadline on the line."""

    height: int
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The scrub bar: heights from `first` to `last`, the head among them."""

    first: int
    last: int
    head: int
    ticks: tuple[tuple[int, str], ...]
    marks: tuple[TimeMark, ...]


def time_line(head: Head, deadlines: Sequence[Deadline]) -> TimeLine:
    """Some eras before the head and some behind it, with what ends there."""
    era = max(1, head.era)
    first_era = max(1, era - ERAS_BEFORE + 1)
    last_era = first_era + ERAS_BEFORE + ERAS_AFTER
    first, last = (first_era - 1) * BLOCKS_PER_ERA, (last_era - 1) * BLOCKS_PER_ERA
    ticks = tuple(
        ((each - 1) * BLOCKS_PER_ERA, tr("era {era}", era=formats.count(each)))
        for each in range(first_era, last_era + 1)
    )
    found: dict[int, TimeMark] = {}
    for deadline in deadlines:
        if deadline.kind != "era" and head.height <= deadline.height < last and deadline.height not in found:
            text = f"{deadline_text(deadline)} {formats.due(deadline.height - head.height)}"
            found[deadline.height] = TimeMark(deadline.height, text, _COLOURS.get(deadline.kind, "loss"))
    marks = tuple(found[height] for height in sorted(found))[:_MOST_MARKS]
    return TimeLine(first, last, head.height, ticks, marks)


def to_next_deadline(head: Head, deadlines: Sequence[Deadline]) -> int | None:
    """Blocks until the next thing that ends has ended; None where nothing does."""
    found = targets(deadlines, head, 1)
    return found[0].blocks if found else None


def place_text(height: int, head: Head) -> str:
    """What the pointer is over: a block and its era, and how far that is."""
    away = height - head.height
    how_far = formats.due(away) if away > 0 else formats.ago(-away)
    return tr(
        "block {height} · era {era} · {how_far}",
        height=formats.height(height),
        era=formats.count((height + BLOCKS_PER_ERA - 1) // BLOCKS_PER_ERA),
        how_far=how_far,
    )


def page_note(profile: str, branches: Sequence[Branch]) -> str:
    """The muted line beside the title."""
    active = next((one for one in branches if one.is_active), None)
    if active is None:
        return profile
    return tr("{profile} · file {size}", profile=profile, size=file_size(active.size_bytes))


def branch_note(branches: Sequence[Branch], compared: BranchComparison | None, own: bytes | None) -> str:
    """Which branch this is, and how it differs from the one it was compared with last."""
    active = next((branch_name(one.name) for one in branches if one.is_active), branch_name("main"))
    if compared is None:
        others = len(branches) - 1
        alone = tr("branch “{name}”", name=active)
        return alone if others <= 0 else alone + " · " + ntr("{n} other", "{n} others", others)
    mine = next((one for one in compared.accounts if own is not None and one.address.raw == own), None)
    other = branch_name(compared.there.name)
    if mine is None:
        return tr("branch “{name}” · the same for you as “{other}”", name=active, other=other)
    change = type(mine.here)(mine.here.units - mine.there.units)
    return tr("branch “{name}” · {change} for you against “{other}”", name=active, change=signed_amount(change),
              other=other)  # fmt: skip

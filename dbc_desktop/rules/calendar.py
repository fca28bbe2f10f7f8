"""The rules' own calendar: days and hours in UTC by the block number alone (design 3)."""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.network import BLOCK_MS
from dbc_desktop.rules.profile import RulesProfile

_HOUR = 3_600_000
_DAY = 24 * _HOUR


class Moment(NamedTuple):
    """Days since 1970, and the milliseconds of that day."""

    day: int
    ms: int

    @property
    def hour(self) -> int:
        """The hour of the day, cut."""
        return self.ms // _HOUR

    @property
    def weekday(self) -> int:
        """0 is Sunday (chain-rules 5.4)."""
        return (self.day + 4) % 7


def moment(profile: RulesProfile, height: int) -> Moment:
    """When the block at `height` is."""
    return Moment(*divmod(profile.began_ms + height * BLOCK_MS, _DAY))


def hours_of(profile: RulesProfile, start: int, blocks: int) -> tuple[Moment, int] | None:
    """When `blocks` from `start` on begin, and the hour in which they end, 24 at midnight; None: on another day."""
    begin, end = moment(profile, start), moment(profile, start + blocks)
    if end == (begin.day + 1, 0):
        return begin, 24
    return (begin, end.hour) if end.day == begin.day else None

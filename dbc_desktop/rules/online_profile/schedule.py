"""Hours in which a machine may be rented: by the day of the week, and for single dates (chain-rules 4.6, 5.4)."""

from __future__ import annotations

from itertools import pairwise

from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import BLOCK_MS
from dbc_desktop.domain.schedule import RentalMode, TimeRange
from dbc_desktop.rules import calendar
from dbc_desktop.rules.codec import TEXT, row
from dbc_desktop.rules.online_profile.rows import owned
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import Readable, declare
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineProfile"
_MOST_RANGES = 10
_DAYS_BACK, _DAYS_AHEAD = 30, 365
_LEAST_MS = 2 * 3_600_000
_NO_HOURS: tuple[tuple[TimeRange, ...], ...] = ((),) * 7

MODE = declare("OnlineProfile.MachineRentalModeStorage", TEXT, row(RentalMode))
WEEKLY = declare("OnlineProfile.WeeklySchedule", TEXT, row(tuple[tuple[TimeRange, ...], ...]))
"""Seven lists, Sunday first."""
DATES = declare("OnlineProfile.SpecificDateSchedule", TEXT, row(tuple[TimeRange, ...]))
"""By machine id and day since 1970, a colon between them."""


def mode_of(layer: Readable, machine_id: str) -> RentalMode:
    """Whether the machine keeps hours."""
    return layer.get(MODE, machine_id) or RentalMode.FULL_TIME


def weekly(layer: Readable, machine_id: str) -> tuple[tuple[TimeRange, ...], ...]:
    """Its hours on each day of the week, Sunday first."""
    return layer.get(WEEKLY, machine_id) or _NO_HOURS


def on_date(layer: Readable, machine_id: str, day: int) -> tuple[TimeRange, ...] | None:
    """Its hours on one date, counted in days since 1970, where that date has hours of its own."""
    return layer.get(DATES, f"{machine_id}:{day}")


def is_open(profile: RulesProfile, layer: Readable, machine_id: str, height: int, blocks: int) -> bool:
    """Whether the machine may be rented for `blocks` from `height` on.

    One that keeps hours is rented for two hours at least, on one day, within one range of that day; whole hours are
    compared, so an end at 17:30 still fits a range until 17.
    """
    if mode_of(layer, machine_id) is RentalMode.FULL_TIME:
        return True
    asked = calendar.hours_of(profile, height, blocks)
    if asked is None or blocks * BLOCK_MS < _LEAST_MS:
        return False
    begin, last = asked
    hours = on_date(layer, machine_id, begin.day)
    if hours is None:
        hours = weekly(layer, machine_id)[begin.weekday]
    return any(one.start_hour <= begin.hour and last <= one.end_hour for one in hours)


def set_machine_rental_mode(work: Work, who: bytes, machine_id: str, mode: RentalMode) -> None:
    """Rent out all the time, or in hours only; not while it is rented."""
    machine = owned(work, who, machine_id)
    if machine.status is MachineStatus.RENTED:
        refuse(_PALLET, "MachineStatusNotAllowed")
    work.layer.put(MODE, machine_id, mode)
    work.emit(_PALLET, "MachineRentalModeSet", machine_id=machine_id, mode=mode.value)


def set_weekly_schedule(work: Work, who: bytes, machine_id: str, weekday: int, ranges: tuple[TimeRange, ...]) -> None:
    """The hours of one day of the week, 0 is Sunday; none: closed on that day."""
    owned(work, who, machine_id)
    if not 0 <= weekday < 7:
        refuse(_PALLET, "InvalidScheduleArgs")
    _check(ranges)
    week = weekly(work.layer, machine_id)
    work.layer.put(WEEKLY, machine_id, (*week[:weekday], ranges, *week[weekday + 1 :]))
    work.emit(_PALLET, "WeeklyScheduleSet", machine_id=machine_id, weekday=weekday)


def set_specific_date_schedule(
    work: Work, who: bytes, machine_id: str, date_days: int, ranges: tuple[TimeRange, ...]
) -> None:
    """The hours of one date instead of those of its weekday; none: its weekday counts again."""
    if not ranges:
        clear_specific_date(work, who, machine_id, date_days)
        return
    owned(work, who, machine_id)
    _check(ranges)
    today = calendar.moment(work.profile, work.height).day
    if not today - _DAYS_BACK <= date_days <= today + _DAYS_AHEAD:
        refuse(_PALLET, "InvalidScheduleArgs")
    work.layer.put(DATES, f"{machine_id}:{date_days}", ranges)
    work.emit(_PALLET, "SpecificDateScheduleSet", machine_id=machine_id, date_days=date_days)


def clear_specific_date(work: Work, who: bytes, machine_id: str, date_days: int) -> None:
    """Let the weekday's hours count on this date."""
    owned(work, who, machine_id)
    work.layer.remove(DATES, f"{machine_id}:{date_days}")
    work.emit(_PALLET, "SpecificDateCleared", machine_id=machine_id, date_days=date_days)


def _check(ranges: tuple[TimeRange, ...]) -> None:
    """At most ten ranges, each of whole hours of one day, none over another.

    Raises:
        ChainRejected: `InvalidScheduleArgs`.
    """
    proper = all(one.start_hour < one.end_hour <= 24 for one in ranges)
    by_start = sorted(ranges, key=lambda one: one.start_hour)
    apart = all(one.end_hour <= other.start_hour for one, other in pairwise(by_start))
    if len(ranges) > _MOST_RANGES or not proper or not apart:
        refuse(_PALLET, "InvalidScheduleArgs")

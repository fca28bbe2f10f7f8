"""Hours in which a machine may be rented (chain-rules 4.6, 5.4)."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.domain.schedule import RentalMode, TimeRange
from dbc_desktop.rules import calendar, views
from dbc_desktop.rules.online_profile import schedule
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411

PROFILE, RENT = "OnlineProfile", "RentMachine"
SLOT = RentalMode.TIME_SLOT
TUESDAY, DAY = 2, 18_779
"""`launch-2021` begins on Tuesday, the first of June 2021, at midnight."""


@pytest.fixture
def online(chain):
    chain.online()
    return chain


def act(chain, name: str, *args: object) -> None:
    chain.do(chain.stash, PROFILE, name, chain.machine_id, *args)


def refused(chain, name: str, *args: object) -> tuple[str, str] | None:
    return chain.attempt(chain.stash, PROFILE, name, chain.machine_id, *args)


def rent(chain, duration: int) -> tuple[str, str] | None:
    return chain.attempt(chain.renter, RENT, "rent_machine", chain.machine_id, 1, duration)


def test_the_calendar_goes_by_the_block_number() -> None:
    assert calendar.moment(LAUNCH_2021, 0) == (18_779, 0)
    assert calendar.moment(LAUNCH_2021, 0).weekday == TUESDAY
    assert calendar.moment(LAUNCH_2021, 14_399).hour == 23
    assert calendar.moment(MAINNET_411, 14_400) == (20_580, 0)
    assert calendar.hours_of(LAUNCH_2021, 0, 14_400) == ((18_779, 0), 24)
    assert calendar.hours_of(LAUNCH_2021, 600, 13_801) is None
    assert calendar.hours_of(LAUNCH_2021, 600, 1_200) == ((18_779, 3_600_000), 3)


def test_a_machine_is_rented_at_all_hours_at_first(online) -> None:
    assert schedule.mode_of(online.engine.state, online.machine_id) is RentalMode.FULL_TIME
    assert rent(online, 300) is None


def test_without_hours_a_machine_that_keeps_hours_is_never_rented(online) -> None:
    act(online, "set_machine_rental_mode", SLOT)
    assert rent(online, 1_200) == (RENT, "OutOfRentalSchedule")
    with pytest.raises(ChainRejected, match="OutOfRentalSchedule"):
        views.rent_quote(online.engine, online.machine_id, 1, 1_200)
    act(online, "set_machine_rental_mode", RentalMode.FULL_TIME)
    assert rent(online, 300) is None


@pytest.mark.parametrize(
    ("at", "duration", "error"),
    [
        (5_400, 1_200, None),  # 9:00 to 11:00
        (5_399, 1_200, "OutOfRentalSchedule"),  # begins before nine
        (5_400, 900, "OutOfRentalSchedule"),  # an hour and a half
        (9_300, 1_200, None),  # 15:30 to 17:30: the hour of the end is 17
        (9_600, 1_200, "OutOfRentalSchedule"),  # until 18:00
        (12_600, 1_800, None),  # 21:00 until midnight is hour 24
        (12_900, 1_800, "OutOfRentalSchedule"),  # into the next day
        (9_600, 4_800, "OutOfRentalSchedule"),  # over two ranges
    ],
)
def test_a_lease_lies_within_one_range_of_one_day(online, at: int, duration: int, error: str | None) -> None:
    act(online, "set_machine_rental_mode", SLOT)
    act(online, "set_weekly_schedule", TUESDAY, (TimeRange(9, 17), TimeRange(21, 24)))
    online.goto(at - 1)
    assert rent(online, duration) == (error and (RENT, error))


def test_touching_ranges_are_not_one(online) -> None:
    act(online, "set_machine_rental_mode", SLOT)
    act(online, "set_weekly_schedule", TUESDAY, (TimeRange(8, 12), TimeRange(12, 16)))
    online.goto(6_599)
    assert rent(online, 2_400) == (RENT, "OutOfRentalSchedule")


def test_a_date_of_its_own_goes_before_the_weekday(online) -> None:
    act(online, "set_machine_rental_mode", SLOT)
    act(online, "set_weekly_schedule", TUESDAY, (TimeRange(0, 24),))
    act(online, "set_specific_date_schedule", DAY, (TimeRange(20, 24),))
    assert rent(online, 1_200) == (RENT, "OutOfRentalSchedule")
    act(online, "clear_specific_date", DAY)
    assert online.event("SpecificDateCleared").fields == {"machine_id": online.machine_id, "date_days": DAY}
    assert rent(online, 1_200) is None
    act(online, "set_specific_date_schedule", DAY, (TimeRange(20, 24),))
    act(online, "set_specific_date_schedule", DAY, ())
    assert online.event("SpecificDateCleared").fields["date_days"] == DAY
    assert schedule.on_date(online.engine.state, online.machine_id, DAY) is None


def test_hours_are_checked(online) -> None:
    wrong = (PROFILE, "InvalidScheduleArgs")
    hours = (TimeRange(1, 2),)
    assert refused(online, "set_weekly_schedule", 7, hours) == wrong
    for ranges in (
        (TimeRange(5, 5),),
        (TimeRange(6, 5),),
        (TimeRange(24, 24),),
        (TimeRange(23, 25),),
        (TimeRange(1, 5), TimeRange(4, 6)),
        tuple(TimeRange(hour, hour + 1) for hour in range(11)),
    ):
        assert refused(online, "set_weekly_schedule", 0, ranges) == wrong, ranges
        assert refused(online, "set_specific_date_schedule", DAY, ranges) == wrong, ranges
    assert refused(online, "set_weekly_schedule", 0, tuple(TimeRange(hour, hour + 1) for hour in range(10))) is None
    assert refused(online, "set_specific_date_schedule", DAY - 31, hours) == wrong
    assert refused(online, "set_specific_date_schedule", DAY - 30, hours) is None
    assert refused(online, "set_specific_date_schedule", DAY + 365, hours) is None
    assert refused(online, "set_specific_date_schedule", DAY + 366, hours) == wrong
    assert refused(online, "set_specific_date_schedule", DAY + 366, ()) is None


def test_only_stash_and_controller_set_hours_and_not_while_rented(online) -> None:
    new = b"n" * 32
    online.do(online.stash, PROFILE, "stash_reset_controller", new)
    online.do(online.sudo, "Balances", "transfer_keep_alive", new, 10**15)
    for who, error in ((online.renter, (PROFILE, "NotMachineController")), (online.stash, None), (new, None)):
        assert online.attempt(who, PROFILE, "set_weekly_schedule", online.machine_id, 0, ()) == error
        assert online.attempt(who, PROFILE, "clear_specific_date", online.machine_id, 0) == error
        assert online.attempt(who, PROFILE, "set_machine_rental_mode", online.machine_id, SLOT) == error
    assert online.attempt(new, PROFILE, "set_weekly_schedule", "0" * 64, 0, ()) == (PROFILE, "Unknown")
    act(online, "set_machine_rental_mode", RentalMode.FULL_TIME)
    assert rent(online, 300) is None
    assert refused(online, "set_machine_rental_mode", SLOT) == (PROFILE, "MachineStatusNotAllowed")


def test_a_preview_says_whether_hours_count(online) -> None:
    call = Call(PROFILE, "set_machine_rental_mode", (online.machine_id, SLOT))
    assert [one.kind for one in online.engine.preview(call, online.stash, 150).consequences] == ["rented_in_hours"]
    call = Call(PROFILE, "set_weekly_schedule", (online.machine_id, 0, ()))
    assert [one.kind for one in online.engine.preview(call, online.stash, 150).consequences] == ["rented_all_the_time"]

from __future__ import annotations

import pytest

from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.domain.session import SessionState as S
from dbc_desktop.sessions.states import after_missing, after_order, after_status, lease_runs, may_launch
from tests.doubles.rented_machine import rent_order


@pytest.mark.parametrize(
    ("status", "door_open", "expected"),
    [
        ("creating", False, S.CREATING),
        ("running", False, S.BOOTING),
        ("running", True, S.READY),
        ("starting", False, S.BOOTING),
        ("restarting", True, S.BOOTING),
        ("closed", False, S.STOPPED),
        ("pmsuspend", False, S.STOPPED),
        ("being poweroff", True, S.STOPPED),
        ("deleting", False, S.ENDED),
        ("error", False, S.FAILED),
        ("create error", False, S.FAILED),
        ("snapshot creating", False, S.READY),
        ("a word of next year", False, S.READY),
    ],
)
def test_what_the_node_says_moves_a_session(status: str, door_open: bool, expected: S) -> None:
    assert after_status(S.READY, status, door_open) is expected


def test_an_ended_session_stays_ended_whatever_the_node_says() -> None:
    assert after_status(S.ENDED, "running", True) is S.ENDED


def test_a_failed_session_can_come_back() -> None:
    assert after_status(S.FAILED, "running", True) is S.READY


def test_a_task_that_never_came_to_be_failed_and_one_that_is_gone_ended() -> None:
    assert after_missing(S.CREATING) is S.FAILED
    assert after_missing(S.READY) is S.ENDED
    assert after_missing(S.STOPPED) is S.ENDED


@pytest.mark.parametrize("state", list(S))
def test_every_state_ends_with_the_lease(state: S) -> None:
    order = rent_order(status=RentStatus.RENTING, rent_end=500)
    assert after_order(state, order, 499) is state
    assert after_order(state, order, 500) is S.ENDED
    assert after_order(state, None, 10) is S.ENDED


def test_an_order_that_lapsed_or_ended_gives_no_machine() -> None:
    assert lease_runs(rent_order(status=RentStatus.WAITING_VERIFYING), 120)
    assert lease_runs(rent_order(status=RentStatus.RENTING), 120)
    assert not lease_runs(rent_order(status=RentStatus.LAPSED), 120)
    assert not lease_runs(rent_order(status=RentStatus.ENDED), 120)


def test_a_new_session_may_be_launched_when_none_lives() -> None:
    assert may_launch(None)
    assert [state for state in S if may_launch(state)] == [S.STOPPED, S.ENDED, S.FAILED]

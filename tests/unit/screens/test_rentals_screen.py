"""What a card says at each point of an order's life."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.screens.rentals import Phase, RentalCard, StepMark, order_title, rentals_screen
from dbc_desktop.services.sessions import LoginTest
from tests.ui.renting_doubles import HEAD, MACHINE, machine, order, session

WORKS = LoginTest(True, "dbc", 1.23)
FAILS = LoginTest(False, "", 5.0, "wrong_password")


def card(rented: RentOrder, live: Session | None = None, test: LoginTest | None = None, **more: object) -> RentalCard:
    sessions = {} if live is None else {rented.rent_id: live}
    tests = {} if test is None else {rented.rent_id: test}
    screen = rentals_screen([rented], sessions, {MACHINE: machine()}, HEAD, tests, **more)  # type: ignore[arg-type]
    return screen.cards[0]


def test_a_fresh_order_counts_down_and_wants_to_be_tried() -> None:
    made = card(order())
    assert made.phase is Phase.TRYING
    assert made.title == "4 × RTX 4090 · Singapore"
    assert made.subtitle == "3f9a…c41d · order 31"
    assert (made.clock_label, made.clock, made.clock_kind) == ("confirm within", "12:42", "warn")
    assert made.steps == (
        ("rented", StepMark.DONE),
        ("created", StepMark.CURRENT),
        ("booted", StepMark.LATER),
        ("login works", StepMark.LATER),
        ("confirmed", StepMark.LATER),
    )
    assert made.advice_title == "Launch and test"
    assert made.confirm == "Confirm 2,248.32 DBC"
    assert made.launch == "Launch"
    assert made.facts == (("Set aside", "2,248.32 DBC"), ("Lease", "24 h"))
    assert not made.can_test
    assert not made.can_stop
    assert not made.can_extend
    assert made.ssh_command == ""


@pytest.mark.parametrize(
    ("state", "current", "badge"),
    [
        (SessionState.CREATING, "created", "creating"),
        (SessionState.BOOTING, "booted", "booting"),
        (SessionState.READY, "login works", "ready"),
        (SessionState.STOPPED, "login works", "stopped"),
        (SessionState.ENDED, "created", "session ended"),
    ],
)
def test_the_line_follows_the_session(state: SessionState, current: str, badge: str) -> None:
    made = card(order(), session(state))
    assert [text for text, mark in made.steps if mark is StepMark.CURRENT] == [current]
    assert made.badge == badge
    assert made.can_stop is (state in (SessionState.CREATING, SessionState.BOOTING, SessionState.READY))


def test_a_ready_session_shows_its_login_and_asks_for_a_test() -> None:
    made = card(order(), session())
    assert made.ssh_command == "ssh -p 5612 dbc@127.0.0.1"
    assert made.can_test
    assert made.launch == ""
    assert made.advice_title == "Test it first"
    assert "s3cret" not in repr(made)


def test_a_ready_session_whose_password_is_not_known_here_offers_to_show_it() -> None:
    shadow = Session("0f" * 16, 31, MACHINE, SessionState.READY, None, "")
    made = card(order(), shadow)
    assert made.launch == "Show login"
    assert made.ssh_command == ""
    assert not made.can_test


def test_a_working_login_is_a_reason_to_confirm() -> None:
    made = card(order(), session(), WORKS)
    assert made.advice_title == "Confirm"
    assert made.steps[3] == ("login works", StepMark.DONE)
    assert made.steps[4] == ("confirmed", StepMark.CURRENT)
    assert [(row.what, row.measured, row.verdict) for row in made.tests] == [
        ("Login by SSH", "1.2 s", "passed"),
        ("A command ran there as", "dbc", "passed"),
    ]


def test_a_failing_login_is_a_reason_to_let_it_lapse() -> None:
    made = card(order(), session(), FAILS)
    assert made.advice_title == "Let it lapse"
    assert made.steps[3] == ("login works", StepMark.FAILED)
    assert made.tests[0].verdict == "failed"
    assert made.tests[1].measured == "the password was not taken"


def test_what_the_person_lets_lapse_no_longer_waits() -> None:
    screen = rentals_screen([order()], {}, {MACHINE: machine()}, HEAD, {}, {31})
    assert screen.waiting == 0
    assert screen.cards[0].advice_title == "It will lapse"
    assert "1,396,969" in screen.cards[0].advice


def test_a_running_lease_shows_what_is_used_and_can_be_extended() -> None:
    running = order(27, RentStatus.RENTING, rent_start=1_396_842 - 3_600, rent_end=1_396_842 + 10_800)
    made = card(running, session(rent_id=27))
    assert made.phase is Phase.RUNNING
    assert (made.clock_label, made.clock) == ("ends in", "18:00:00")
    assert made.facts == (("Paid", "2,248.32 DBC"), ("Used", "6 h of 24 h"))
    assert made.progress == 250
    assert made.can_extend
    assert made.confirm == ""
    assert made.advice == ""
    assert made.steps == ()


def test_a_session_that_starts_again_on_a_running_lease_shows_its_line() -> None:
    made = card(order(27, RentStatus.RENTING), session(SessionState.BOOTING, 27))
    assert [text for text, _ in made.steps] == ["rented", "confirmed", "created", "booted", "login works"]
    assert [text for text, mark in made.steps if mark is StepMark.CURRENT] == ["booted"]


@pytest.mark.parametrize(
    ("status", "badge", "facts"),
    [
        (RentStatus.ENDED, "ended", (("Paid", "2,248.32 DBC"), ("Lease", "24 h"))),
        (RentStatus.LAPSED, "lapsed", (("Returned", "2,248.32 DBC"),)),
    ],
)
def test_what_is_over_is_short(status: RentStatus, badge: str, facts: tuple[tuple[str, str], ...]) -> None:
    made = card(order(status=status), session())
    assert (made.phase, made.badge, made.facts) == (Phase.OVER, badge, facts)
    assert made.steps == ()
    assert made.ssh_command == ""
    assert made.can_rent_again
    assert not made.can_stop


def test_a_window_that_just_passed_is_over_before_the_chain_is_read_again() -> None:
    late = order(confirm_until=HEAD.height - 1)
    assert card(late).phase is Phase.OVER
    assert card(order(confirm_until=HEAD.height)).phase is Phase.TRYING


def test_a_failed_session_quotes_the_node_and_can_be_launched_again() -> None:
    made = card(order(), session(SessionState.FAILED, detail="no <b>room</b>" + "x" * 500))
    assert made.note.startswith("The session did not start. The node said: “no <b>room</b>xxx")
    assert len(made.note) < 280
    assert made.note_kind == "warn"
    assert made.launch == "Launch"
    assert made.steps[1] == ("created", StepMark.FAILED)
    silent = card(order(), session(SessionState.FAILED))
    assert silent.note == "The session did not start. Launch it again, or let the order lapse."


def test_cards_that_need_the_person_come_first() -> None:
    orders = [
        order(33, RentStatus.LAPSED),
        order(32, RentStatus.RENTING),
        order(31),
        order(30, RentStatus.ENDED),
    ]
    screen = rentals_screen(orders, {}, {}, HEAD)
    assert [made.rent_id for made in screen.cards] == [31, 32, 33, 30]
    assert screen.summary == "1 to confirm · 1 running"
    assert screen.waiting == 1


def test_an_unknown_machine_is_counted_in_gpus() -> None:
    assert order_title(order(), None) == "4 GPUs"
    assert order_title(order(), machine()) == "4 × RTX 4090 · Singapore"

"""What the Rentals page says: a card for each order with its steps, its clock and its buttons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Head
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.screens.formats import DASH, amount, blocks_as_time, countdown, gpu_name, height, short_id
from dbc_desktop.screens.places import degrees, place_name
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.sessions import LoginTest


class Phase(StrEnum):
    """Which kind of card an order gets."""

    TRYING = "trying"
    RUNNING = "running"
    OVER = "over"


class StepMark(StrEnum):
    """How a step of a line is drawn."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TestedRow:
    """One row of the machine's test: what the chain promises, what was measured."""

    what: str
    on_chain: str
    measured: str
    verdict: str
    kind: str


@dataclass(frozen=True, slots=True)
class RentalCard:
    """One order.

    Attributes:
        steps: Text and mark of each step of the line; empty when the order is over.
        clock_label: Words before `clock`, e.g. `confirm within`.
        progress: Part of the lease that has passed, in thousandths; None where no lease runs.
        confirm: Text of the confirm button, empty when there is nothing to confirm.
        launch: Text of the launch button, empty when a session runs or may not start.
        ssh_command: The line to paste, empty when there is no login.
        tests: What the test of the machine found, empty before it ran.
        note: A word about the session or the order, e.g. what went wrong; `note_kind` colours it.
    """

    rent_id: int
    machine_id: MachineId
    phase: Phase
    title: str
    subtitle: str
    badge: str
    badge_kind: str
    steps: tuple[tuple[str, StepMark], ...]
    clock_label: str
    clock: str
    clock_kind: str
    advice_title: str
    advice: str
    facts: tuple[tuple[str, str], ...]
    progress: int | None
    confirm: str
    launch: str
    ssh_command: str
    can_test: bool
    can_extend: bool
    can_stop: bool
    can_rent_again: bool
    tests: tuple[TestedRow, ...]
    note: str
    note_kind: str


@dataclass(frozen=True, slots=True)
class RentalsScreen:
    """All cards, those that need the person first; `waiting` counts what the rail shows."""

    summary: str
    cards: tuple[RentalCard, ...]
    waiting: int


def rentals_screen(
    orders: Sequence[RentOrder],
    sessions: Mapping[int, Session],
    machines: Mapping[MachineId, Machine],
    head: Head,
    tested: Mapping[int, LoginTest] | None = None,
    let_lapse: Collection[int] = (),
) -> RentalsScreen:
    """The page at block `head`.

    Args:
        orders: All orders of the renter, lapsed and ended ones included.
        sessions: The session of an order, by its rent id.
        machines: What is known of the machines; an unknown one is shown by its id.
        head: The newest block.
        tested: For each rent id that was tried, how the login went.
        let_lapse: Rent ids the person decided not to confirm.
    """
    results = tested or {}
    cards = [
        _card(
            order,
            sessions.get(order.rent_id),
            machines,
            head,
            results.get(order.rent_id),
            order.rent_id in let_lapse,
        )
        for order in orders
    ]
    order_of = {Phase.TRYING: 0, Phase.RUNNING: 1, Phase.OVER: 2}
    cards.sort(key=lambda card: (order_of[card.phase], -card.rent_id))
    running = sum(card.phase is Phase.RUNNING for card in cards)
    waiting = sum(card.phase is Phase.TRYING and card.rent_id not in let_lapse for card in cards)
    parts = []
    if waiting:
        parts.append(tr("{n} to confirm", n=waiting))
    if running:
        parts.append(tr("{n} running", n=running))
    return RentalsScreen(" · ".join(parts), tuple(cards), waiting)


def _card(
    order: RentOrder,
    session: Session | None,
    machines: Mapping[MachineId, Machine],
    head: Head,
    test: LoginTest | None,
    is_let_go: bool,
) -> RentalCard:
    phase = _phase(order, head)
    login_works = None if test is None else test.works
    live = session if phase is not Phase.OVER else None
    ready = live is not None and live.state is SessionState.READY and live.login is not None
    running = live is not None and live.state in (SessionState.CREATING, SessionState.BOOTING, SessionState.READY)
    starting = live is not None and live.state in (SessionState.CREATING, SessionState.BOOTING, SessionState.FAILED)
    badge, kind = _badge(order, phase, live)
    label, clock, clock_kind = _clock(order, phase, head)
    advice_title, advice = _lapsing(order) if is_let_go else _advice(order, phase, ready, login_works)
    note, note_kind = _note(live)
    return RentalCard(
        rent_id=order.rent_id,
        machine_id=order.machine_id,
        phase=phase,
        title=_title(order, machines),
        subtitle=f"{short_id(order.machine_id)} · " + tr("order {id}", id=order.rent_id),
        badge=badge,
        badge_kind=kind,
        steps=_steps(order, live, login_works) if phase is Phase.TRYING or starting else (),
        clock_label=label,
        clock=clock,
        clock_kind=clock_kind,
        advice_title=advice_title,
        advice=advice,
        facts=_facts(order, phase, head),
        progress=_progress(order, head) if phase is Phase.RUNNING else None,
        confirm=tr("Confirm {amount}", amount=amount(order.fee)) if phase is Phase.TRYING else "",
        launch=_launch(phase, live, running, ready),
        ssh_command=live.login.ssh_command if ready and live is not None and live.login is not None else "",
        can_test=ready,
        can_extend=phase is Phase.RUNNING,
        can_stop=running,
        can_rent_again=phase is Phase.OVER,
        tests=() if test is None or not ready else _test_rows(test),
        note=note,
        note_kind=note_kind,
    )


def _phase(order: RentOrder, head: Head) -> Phase:
    if order.status is RentStatus.WAITING_VERIFYING:
        return Phase.TRYING if head.height <= order.confirm_until else Phase.OVER
    return Phase.RUNNING if order.status is RentStatus.RENTING else Phase.OVER


def order_title(order: RentOrder, machine: Machine | None) -> str:
    """`4 × RTX 4090 · Singapore`, or only the count of GPUs where the machine is not known."""
    return _title(order, {} if machine is None else {machine.machine_id: machine})


def _title(order: RentOrder, machines: Mapping[MachineId, Machine]) -> str:
    machine = machines.get(order.machine_id)
    if machine is None or machine.hardware is None:
        return ntr("{n} GPU", "{n} GPUs", order.gpu_num)
    title = f"{order.gpu_num} × {gpu_name(machine.hardware.gpu_type)}"
    if machine.customize is None:
        return title
    return f"{title} · {place_name(degrees(machine.customize.longitude), degrees(machine.customize.latitude))}"


def _steps(order: RentOrder, session: Session | None, login_works: bool | None) -> tuple[tuple[str, StepMark], ...]:
    state = session.state if session is not None else None
    created = state in (SessionState.BOOTING, SessionState.READY, SessionState.STOPPED)
    booted = state in (SessionState.READY, SessionState.STOPPED)
    failed = state is SessionState.FAILED
    confirmed = order.status is RentStatus.RENTING
    works = booted and login_works is True
    session_steps = [(tr("created"), created), (tr("booted"), booted), (tr("login works"), works)]
    paid = (tr("confirmed"), confirmed)
    # What was confirmed already stands before a session that is launched again.
    rest = [paid, *session_steps] if confirmed else [*session_steps, paid]
    steps = [(tr("rented"), True), *rest]
    marks: list[StepMark] = []
    open_step = True
    for name, is_done in steps:
        if is_done:
            marks.append(StepMark.DONE)
        elif open_step:
            wrong = (name == session_steps[0][0] and failed) or (name == session_steps[2][0] and login_works is False)
            marks.append(StepMark.FAILED if wrong else StepMark.CURRENT)
            open_step = False
        else:
            marks.append(StepMark.LATER)
    return tuple((name, mark) for (name, _), mark in zip(steps, marks, strict=True))


def _badge(order: RentOrder, phase: Phase, session: Session | None) -> tuple[str, str]:
    if phase is Phase.OVER:
        return (tr("ended"), "plain") if order.status is RentStatus.ENDED else (tr("lapsed"), "plain")
    if session is None:
        return "", "plain"
    return {
        SessionState.CREATING: (tr("creating"), "accent"),
        SessionState.BOOTING: (tr("booting"), "accent"),
        SessionState.READY: (tr("ready"), "good"),
        SessionState.STOPPED: (tr("stopped"), "plain"),
        SessionState.ENDED: (tr("session ended"), "plain"),
        SessionState.FAILED: (tr("session failed"), "warn"),
    }[session.state]


def _clock(order: RentOrder, phase: Phase, head: Head) -> tuple[str, str, str]:
    if phase is Phase.TRYING:
        return tr("confirm within"), countdown(order.confirm_until - head.height), "warn"
    if phase is Phase.RUNNING:
        return tr("ends in"), countdown(order.rent_end - head.height), "plain"
    return "", "", "plain"


def _advice(order: RentOrder, phase: Phase, ready: bool, login_works: bool | None) -> tuple[str, str]:
    if phase is not Phase.TRYING:
        return "", ""
    if login_works is True:
        return tr("Confirm"), tr(
            "The login works. Confirming pays {fee} and the lease runs until block {end}. Letting it lapse returns the "
            "rent; the fixed fee stays paid.",
            fee=amount(order.fee),
            end=height(order.rent_end),
        )
    if login_works is False:
        return tr("Let it lapse"), tr(
            "The login did not work. Let the order lapse: the rent of {fee} comes back by itself, only the fixed fee "
            "stays paid. Or stop the session, launch it again and test once more.",
            fee=amount(order.fee),
        )
    if ready:
        return tr("Test it first"), tr(
            "The machine is up. Test the login before you confirm: until then the rent of {fee} is only set aside.",
            fee=amount(order.fee),
        )
    return tr("Launch and test"), tr(
        "Start a session on the machine and test it. Until you confirm, the rent of {fee} is only set aside; if you do "
        "nothing it comes back and the fixed fee stays paid.",
        fee=amount(order.fee),
    )


def _facts(order: RentOrder, phase: Phase, head: Head) -> tuple[tuple[str, str], ...]:
    whole = order.rent_end - order.rent_start
    if phase is Phase.RUNNING:
        used = tr("{used} of {whole}", used=blocks_as_time(head.height - order.rent_start), whole=blocks_as_time(whole))
        return (tr("Paid"), amount(order.fee)), (tr("Used"), used)
    if phase is Phase.TRYING:
        return (tr("Set aside"), amount(order.fee)), (tr("Lease"), blocks_as_time(whole))
    if order.status is RentStatus.ENDED:
        return (tr("Paid"), amount(order.fee)), (tr("Lease"), blocks_as_time(whole))
    return ((tr("Returned"), amount(order.fee)),)


def _progress(order: RentOrder, head: Head) -> int:
    whole = max(1, order.rent_end - order.rent_start)
    return max(0, min(1000, (head.height - order.rent_start) * 1000 // whole))


def _launch(phase: Phase, live: Session | None, running: bool, ready: bool) -> str:
    if phase is Phase.OVER:
        return ""
    if live is not None and live.state is SessionState.READY and not ready:
        return tr("Show login")  # the password is not kept; asking the node needs the renter's key
    return "" if running else tr("Launch")


def _lapsing(order: RentOrder) -> tuple[str, str]:
    return tr("It will lapse"), tr(
        "Nothing more to do: at block {height} the rent of {fee} comes back by itself. Until then you may still "
        "confirm.",
        height=height(order.confirm_until),
        fee=amount(order.fee),
    )


def _test_rows(test: LoginTest) -> tuple[TestedRow, ...]:
    passed, failed = (tr("passed"), "good"), (tr("failed"), "loss")
    seconds = tr("{s} s", s=f"{test.seconds:.1f}")
    login = TestedRow(tr("Login by SSH"), DASH, seconds, *(passed if test.works else failed))
    if not test.works:
        why = TestedRow(tr("Why"), DASH, _why(test.detail), tr("not reached"), "plain")
        return login, why
    return login, TestedRow(tr("A command ran there as"), "dbc", test.user or DASH, *(passed if test.user else failed))


def _why(code: str) -> str:
    known = {
        "refused": tr("nothing listens there"),
        "wrong_password": tr("the password was not taken"),
        "timeout": tr("no answer in time"),
        "no_login": tr("the node gave no login"),
        "no_answer": tr("the machine did not answer"),
    }
    return known.get(code, code[:60] or DASH)


def _note(session: Session | None) -> tuple[str, str]:
    if session is None:
        return "", "muted"
    if session.state in (SessionState.CREATING, SessionState.BOOTING):
        return tr("The node is preparing a shell for you; this takes a few seconds."), "muted"
    if session.state is not SessionState.FAILED:
        return "", "muted"
    if not session.detail:
        return tr("The session did not start. Launch it again, or let the order lapse."), "warn"
    return tr("The session did not start. The node said: “{detail}”", detail=session.detail[:200]), "warn"

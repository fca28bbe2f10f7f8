"""The wizard's state machine: the chain alone says where it stands, whatever was left and whenever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import Coordinate, Machine, MachineStatus, OpenOrder
from dbc_desktop.screens.bring_online import (
    BringStep,
    Choice,
    account_label,
    bring_screen,
    description,
    needed_now,
    step_of,
)
from dbc_desktop.screens.places import places
from dbc_desktop.services.bring_online import BringFacts, read_facts, unfinished
from dbc_desktop.services.staking import next_act
from tests.ui.renting_doubles import (
    ALICE,
    BOB,
    HEAD,
    MACHINE,
    OTHER,
    VERIFICATION,
    FakeChain,
    FakeSampler,
    FakeWallet,
    machine,
    unverified,
)

ROOM = bytes([0x9B]) * 32
READY = Choice(ALICE, MACHINE, True)


def facts(chain: FakeChain, choice: Choice = READY, gpus: int = 8, wallet: FakeWallet | None = None) -> BringFacts:
    return read_facts(chain, wallet or FakeWallet(), FakeSampler(gpus).sample, choice.stash, choice.machine_id)  # type: ignore[arg-type]


def chain(*machines: Machine, **changes: Any) -> FakeChain:
    made = FakeChain()
    made.machines = list(machines)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("choice", "step"),
    [
        (Choice(), BringStep.ACCOUNT),
        (Choice(ALICE), BringStep.ACCOUNT),
        (Choice(ALICE, None, True), BringStep.KEY),
        (READY, BringStep.BOND),
    ],
)
def test_the_first_steps_are_choices(choice: Choice, step: BringStep) -> None:
    assert step_of(choice, facts(chain(), choice)) is step


def test_a_stash_without_a_controller_names_one_first() -> None:
    assert step_of(READY, facts(chain(controller=None))) is BringStep.CONTROLLER


@pytest.mark.parametrize(
    ("status", "rooms", "step"),
    [
        (MachineStatus.ADDING_CUSTOMIZE_INFO, (), BringStep.ROOM),
        (MachineStatus.ADDING_CUSTOMIZE_INFO, (ROOM,), BringStep.DESCRIBE),
        (MachineStatus.DISTRIBUTING_ORDER, (ROOM,), BringStep.COMMITTEE),
        (MachineStatus.COMMITTEE_VERIFYING, (ROOM,), BringStep.COMMITTEE),
        (MachineStatus.WAITING_FULFILL, (ROOM,), BringStep.STAKE),
        (MachineStatus.ONLINE, (ROOM,), BringStep.ONLINE),
        (MachineStatus.RENTED, (ROOM,), BringStep.ONLINE),
        (MachineStatus.STAKER_REPORT_OFFLINE, (ROOM,), BringStep.ONLINE),
    ],
)
def test_a_bonded_machine_is_resumed_where_the_chain_says(
    status: MachineStatus, rooms: tuple[bytes, ...], step: BringStep
) -> None:
    seen = facts(chain(machine(status), rooms=rooms))
    assert step_of(READY, seen) is step
    # Left and opened again, with nothing remembered but which machine it is:
    assert step_of(Choice(ALICE, MACHINE), seen) is step


def test_another_account_forgets_the_key() -> None:
    assert READY.with_account(BOB) == Choice(BOB)
    assert READY.with_account(ALICE) is READY
    assert Choice(ALICE).checked().with_key(MACHINE) == READY


def test_the_account_step_checks_everything_before_it_costs_anything() -> None:
    screen = bring_screen(Choice(ALICE), facts(chain(), Choice(ALICE)))
    assert screen.rows == (
        ("First GPU, staked at once", "71,428.57 DBC"),
        ("7 more GPUs, after the check", "499,999.99 DBC"),
        ("Fixed fees, bond and server room", "20.00 DBC"),
        ("Free in the account", "928,561.00 DBC"),
    )
    assert [check.kind for check in screen.checks] == ["good", "good", "good"]
    assert screen.problem == ""
    assert screen.button == "Continue"


def test_too_little_for_the_first_stake_stops_it() -> None:
    choice = Choice(ALICE)
    needed = needed_now(facts(chain(), choice))
    assert needed == Balance(71_428_571_428_571_428_571) + Balance.of_dbc(21)
    assert bring_screen(choice, facts(chain(free=needed), choice)).problem == ""
    short = bring_screen(choice, facts(chain(free=needed - Balance(1)), choice))
    assert short.problem.startswith("71,449.57 DBC is needed and 71,449.57 DBC is free.")
    assert short.checks[0].kind == "loss"
    assert bring_screen(READY, facts(chain(free=Balance(5)))).problem != ""


def test_too_little_for_all_gpus_is_a_warning() -> None:
    screen = bring_screen(Choice(ALICE), facts(chain(free=Balance.of_dbc(100_000)), Choice(ALICE)))
    assert screen.problem == ""
    warned = [check.text for check in screen.checks if check.kind == "warn"]
    assert warned == ["Not yet enough for all GPUs: after the check 471,449.57 DBC more is needed."]


def test_words_that_are_not_backed_up_are_a_warning() -> None:
    screen = bring_screen(Choice(BOB), facts(chain(), Choice(BOB)))
    assert [check.text for check in screen.checks if check.kind == "warn"] == [
        "The words of this account are not backed up yet. Write them down: page Wallet."
    ]


def test_without_gpus_nothing_can_be_described() -> None:
    seen = facts(chain(unverified(MachineStatus.ADDING_CUSTOMIZE_INFO), rooms=(ROOM,)), gpus=0)
    screen = bring_screen(READY, seen)
    assert screen.step is BringStep.DESCRIBE
    assert screen.problem.startswith("No GPU of this computer can be read yet")


def test_describing_shows_what_the_committee_will_find() -> None:
    screen = bring_screen(READY, facts(chain(unverified(MachineStatus.ADDING_CUSTOMIZE_INFO), rooms=(ROOM,))))
    assert screen.rows[0] == ("GPUs", "8 × RTX 4090")
    assert screen.rows[1] == ("GPU memory", "24 GB")
    assert screen.problem == ""


def test_waiting_for_the_committee_has_no_button_and_a_clock() -> None:
    verifying = unverified(MachineStatus.COMMITTEE_VERIFYING, verification=VERIFICATION)
    screen = bring_screen(READY, facts(chain(verifying)))
    assert screen.button == ""
    assert screen.rows == (
        ("Members drawn", "3"),
        ("Sealed answers", "1"),
        ("Opened answers", "0"),
        ("Result at the latest in", "46 h 35 min"),
    )
    queued = bring_screen(READY, facts(chain(unverified(MachineStatus.DISTRIBUTING_ORDER))))
    assert queued.rows == (("Now", "waiting for three free members"),)


def test_the_rest_of_the_stake_must_be_free() -> None:
    waiting = machine(MachineStatus.WAITING_FULFILL, stake_held=Balance(71_428_571_428_571_428_571))
    screen = bring_screen(READY, facts(chain(waiting)))
    assert screen.button == "Stake 499,999.99 DBC…"
    assert screen.problem == ""
    assert bring_screen(READY, facts(chain(waiting, free=Balance.of_dbc(499_999)))).problem != ""


def test_online_is_the_end_of_the_line() -> None:
    screen = bring_screen(READY, facts(chain(machine(MachineStatus.ONLINE))))
    assert {state for _, state in screen.line} == {"done"}
    assert screen.button == "Done"
    offline = bring_screen(READY, facts(chain(machine(MachineStatus.STAKER_REPORT_OFFLINE))))
    assert offline.button == "Report online…"


def test_the_line_shows_where_it_stands() -> None:
    line = bring_screen(READY, facts(chain())).line
    assert line[:5] == (
        ("account", "done"),
        ("machine key", "done"),
        ("controller", "done"),
        ("bond", "current"),
        ("server room", "later"),
    )


def test_a_report_is_asked_for_where_the_chain_checks_one() -> None:
    waiting = unverified(MachineStatus.ADDING_CUSTOMIZE_INFO, awaits_report=True)
    seen = facts(chain(waiting, rooms=(ROOM,)))
    assert step_of(READY, seen) is BringStep.REPORT
    screen = bring_screen(READY, seen)
    assert (screen.button, screen.problem) == ("Sign and report…", "")
    assert screen.rows[0] == ("GPUs", "8 × RTX 4090")
    assert ("report", "current") in screen.line
    blind = bring_screen(READY, facts(chain(waiting, rooms=(ROOM,)), gpus=0))
    assert blind.problem.startswith("No GPU of this computer can be read yet, so there is nothing to report.")
    described = facts(chain(unverified(MachineStatus.ADDING_CUSTOMIZE_INFO), rooms=(ROOM,)))
    assert ("report", "done") in bring_screen(READY, described).line
    elsewhere = bring_screen(READY, replace(described, asks_report=False))
    assert "report" not in [name for name, _ in elsewhere.line]


def test_members_that_take_the_order_are_counted() -> None:
    waiting = unverified(
        MachineStatus.DISTRIBUTING_ORDER, open_order=OpenOrder(HEAD.height, HEAD.height + 600, (ALICE, BOB))
    )
    assert bring_screen(READY, facts(chain(waiting))).rows == (
        ("Now", "members take the order"),
        ("Members so far", "2"),
        ("The missing ones are drawn in", "1 h"),
    )
    act = facts(chain(waiting)).act
    assert act is not None
    assert act.until == HEAD.height + 600


def test_keys_that_a_machine_uses_already_are_not_offered() -> None:
    wallet = FakeWallet()
    wallet.keys = [MACHINE, OTHER]
    assert facts(chain(machine()), wallet=wallet).keys == (OTHER,)


def test_an_unfinished_machine_is_found_again() -> None:
    on_the_way = unverified(MachineStatus.DISTRIBUTING_ORDER, machine_id=OTHER)
    assert unfinished(chain(machine(), on_the_way), ALICE) == OTHER  # type: ignore[arg-type]
    assert unfinished(chain(machine()), ALICE) is None  # type: ignore[arg-type]


def test_no_price_no_stake() -> None:
    seen = replace(facts(chain(), Choice(ALICE)), first_stake=None)
    assert needed_now(seen) is None
    assert bring_screen(Choice(ALICE), seen).problem == (
        "The chain has no price of DBC yet, so no stake can be worked out."
    )


def test_a_description_is_what_the_chain_wants() -> None:
    singapore = next(place for place in places() if place.name == "Singapore")
    told = description(ROOM, singapore, "1,000", " 500 ", "SingTel, , StarHub ")
    assert (told.upload_net, told.download_net) == (1_000, 500)
    assert told.telecom_operators == ("SingTel", "StarHub")
    assert (told.longitude, told.latitude) == (Coordinate("East", 1_038_200), Coordinate("North", 13_500))
    assert told.server_room == ROOM


@pytest.mark.parametrize(
    ("upload", "download", "operators", "field", "reason"),
    [
        ("", "1", "a", "upload", "not_a_speed"),
        ("0", "1", "a", "upload", "not_a_speed"),
        ("1.5", "1", "a", "upload", "not_a_speed"),
        ("1", "-3", "a", "download", "not_a_speed"),
        ("1", "9999999", "a", "download", "not_a_speed"),
        ("1", "١٠", "a", "download", "not_a_speed"),
        ("1", "1", " , ", "operators", "empty"),
        ("1", "1", "x" * 201, "operators", "too_long"),
    ],
)
def test_a_wrong_description_names_the_field(
    upload: str, download: str, operators: str, field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        description(ROOM, places()[0], upload, download, operators)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_accounts_of_one_name_are_told_apart() -> None:
    first, second = FakeWallet().accounts()
    assert account_label(first, (first, second)) == "rig stash"
    twin = replace(second, name="rig stash")
    assert account_label(first, (first, twin)) == "rig stash · 5Grwva…utQY"


def test_the_next_act_is_read_from_the_chain_alone() -> None:
    world = chain(controller=None)
    assert next_act(world, ALICE, MACHINE).call is not None  # type: ignore[arg-type]

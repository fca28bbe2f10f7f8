"""The table of own machines and the life line of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.network import Deadline
from dbc_desktop.screens.life_line import MachineDetail, machine_detail_screen
from dbc_desktop.screens.machines import machines_screen, stake_missing, status_text
from dbc_desktop.services.staking import LifeStage, LifeState, life_line
from tests.ui.renting_doubles import HEAD, MACHINE, OTHER, VERIFICATION, machine, unverified

FIRST_STAKE = Balance(71_428_571_428_571_428_571)


def detail(status: MachineStatus, **changes: object) -> MachineDetail:
    young = status in (
        MachineStatus.ADDING_CUSTOMIZE_INFO,
        MachineStatus.DISTRIBUTING_ORDER,
        MachineStatus.COMMITTEE_VERIFYING,
    )
    made = (unverified if young else machine)(status, **changes)
    return machine_detail_screen(made, life_line(made, HEAD), HEAD)


def open_step(shown: MachineDetail) -> tuple[LifeStage, str, str]:
    row = next(row for row in shown.life if row.state in (LifeState.CURRENT, LifeState.TROUBLE))
    return row.stage, row.who, row.until


def test_an_earning_machine_in_the_table() -> None:
    row = machines_screen([machine()], HEAD).rows[0]
    assert (row.name, row.status, row.kind) == ("3f9a…c41d", "Online, rented", "good")
    assert row.gpus == "8 × RTX 4090"
    assert row.stake == "571,428.57 / 571,428.57"
    assert not row.stake_short
    assert (row.rented, row.reward_today, row.deadline) == ("4 of 8", "268.40", "–")
    assert (row.can_report_offline, row.can_report_online, row.can_fulfil) == (True, False, False)


def test_a_machine_whose_gpus_are_not_known_yet_has_dashes() -> None:
    row = machines_screen([unverified(MachineStatus.ADDING_CUSTOMIZE_INFO)], HEAD).rows[0]
    assert (row.gpus, row.rented, row.reward_today) == ("–", "–", "–")
    assert row.stake == "71,428.57"
    assert row.deadline == "describe it"


def test_the_committees_window_counts_down() -> None:
    verifying = unverified(MachineStatus.COMMITTEE_VERIFYING, verification=VERIFICATION)
    assert machines_screen([verifying], HEAD).rows[0].deadline == "result within 46 h 35 min"
    later = replace(HEAD, height=VERIFICATION.reveal_until + 5)
    assert machines_screen([verifying], later).rows[0].deadline == "result within 0 s"


def test_a_machine_that_owes_stake_says_so() -> None:
    row = machines_screen([machine(MachineStatus.WAITING_FULFILL, stake_held=FIRST_STAKE)], HEAD).rows[0]
    assert row.stake_short
    assert row.can_fulfil
    assert row.deadline == "pay the rest of the stake"


def test_the_next_deadline_of_each_machine_is_its_own() -> None:
    ends = (
        Deadline("lease_end", HEAD.height + 600, MACHINE),
        Deadline("confirm", HEAD.height + 100, MACHINE),
        Deadline("confirm", HEAD.height - 1, OTHER),
        Deadline("payout", HEAD.height + 300, OTHER),
    )
    rows = machines_screen([machine(), machine(machine_id=OTHER)], HEAD, ends).rows
    assert [row.deadline for row in rows] == ["renter confirms within 10 min", "payout in 30 min"]


def test_the_summary_counts_what_is_online() -> None:
    machines = [machine(), unverified(MachineStatus.DISTRIBUTING_ORDER, machine_id=OTHER)]
    assert machines_screen(machines, HEAD).summary == "2 machines · 1 online · 8 GPUs"
    assert machines_screen([], HEAD).summary == ""


def test_every_status_has_words_of_its_own() -> None:
    words = {status_text(status)[0] for status in MachineStatus}
    assert len(words) == len(MachineStatus)
    assert {status_text(status)[1] for status in MachineStatus} <= {"good", "accent", "warn", "loss"}


def test_missing_stake_is_never_negative() -> None:
    assert stake_missing(machine()) == ZERO
    assert stake_missing(unverified(MachineStatus.ADDING_CUSTOMIZE_INFO)) == ZERO
    assert stake_missing(machine(stake_held=FIRST_STAKE)) == Balance(499_999_999_999_999_999_997)


@pytest.mark.parametrize(
    ("status", "stage", "who", "act", "button"),
    [
        (MachineStatus.ADDING_CUSTOMIZE_INFO, LifeStage.DESCRIBED, "you", "describe", "Describe it…"),
        (MachineStatus.DISTRIBUTING_ORDER, LifeStage.COMMITTEE, "the committee", "wait", "Follow the check…"),
        (MachineStatus.COMMITTEE_VERIFYING, LifeStage.COMMITTEE, "the committee", "wait", "Follow the check…"),
        (MachineStatus.STAKER_REPORT_OFFLINE, LifeStage.ONLINE, "you", "online", "Report online"),
        (MachineStatus.REPORTER_REPORT_OFFLINE, LifeStage.ONLINE, "you", "online", "Report online"),
        (MachineStatus.ONLINE, LifeStage.RENTED, "renters", "", ""),
    ],
)
def test_the_open_step_says_who_must_act(
    status: MachineStatus, stage: LifeStage, who: str, act: str, button: str
) -> None:
    shown = detail(status)
    assert open_step(shown)[:2] == (stage, who)
    assert (shown.act, shown.act_text) == (act, button)


def test_a_machine_waiting_for_stake_names_the_amount() -> None:
    shown = detail(MachineStatus.WAITING_FULFILL, stake_held=FIRST_STAKE)
    assert open_step(shown)[0] is LifeStage.STAKE
    assert shown.act_text == "Stake 499,999.99 DBC"


def test_a_rented_machine_has_walked_the_whole_line() -> None:
    shown = detail(MachineStatus.RENTED)
    assert [row.state for row in shown.life] == [LifeState.DONE] * 6
    assert [row.body for row in shown.life] == [
        "at block 1,200,000",
        "Singapore, 1,000 / 1,000 Mb",
        "8 × RTX 4090, 558.20 calc points",
        "571,428.57 DBC reserved",
        "since block 1,206,210",
        "4 of 8 GPUs are rented",
    ]
    assert shown.can_report_offline
    assert ("Rent paid by renters", "137,147.52 DBC") in shown.facts


def test_the_committee_first_seals_then_opens() -> None:
    sealing = detail(MachineStatus.COMMITTEE_VERIFYING, verification=VERIFICATION)
    assert open_step(sealing)[2] == "sealed answers within 34 h 35 min"
    opened = replace(VERIFICATION, hashed=VERIFICATION.booked, confirmed=VERIFICATION.booked[:1])
    shown = detail(MachineStatus.COMMITTEE_VERIFYING, verification=opened)
    assert open_step(shown)[2] == "result within 46 h 35 min"
    body = next(row.body for row in shown.life if row.stage is LifeStage.COMMITTEE)
    assert body == "3 members look at the hardware: 3 gave a sealed answer, 1 opened it."


def test_what_comes_later_is_announced() -> None:
    shown = detail(MachineStatus.ADDING_CUSTOMIZE_INFO)
    later = [row for row in shown.life if row.state is LifeState.LATER]
    assert [row.stage for row in later] == [LifeStage.COMMITTEE, LifeStage.STAKE, LifeStage.ONLINE, LifeStage.RENTED]
    assert all(row.body and not row.who for row in later)
    assert shown.subtitle == "GPUs not yet confirmed"


def test_an_unknown_id_stays_whole_in_the_row() -> None:
    assert machines_screen([machine(machine_id=MachineId("ab"))], HEAD).rows[0].name == "ab"

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus, OpenOrder, Verification
from dbc_desktop.services.staking import (
    LifeStage,
    LifeState,
    WizardStep,
    add_machine_info_call,
    claim_call,
    fulfill_call,
    gen_server_room_call,
    life_line,
    next_act,
    offline_call,
    online_call,
    set_controller_call,
)
from tests.doubles.scripted_chain import ScriptedChain, head_at

STASH = Address(b"\x01" * 32)
CONTROLLER = Address(b"\x02" * 32)
MACHINE = MachineId("ab" * 32)
BONDED = Machine(
    machine_id=MACHINE, stash=STASH, controller=CONTROLLER, status=MachineStatus.ADDING_CUSTOMIZE_INFO,
    bonding_height=100, online_height=0, last_online_height=0, stake_held=Balance.of_dbc(70_000), stake_needed=None,
    stake_cap=None, gpu_num=0, rented_gpu_num=0, hardware=None, customize=None, verification=None, day_price_usd=None,
    reward_today=ZERO, total_earned=ZERO, total_rented_times=0, total_rented_duration=0, total_rent_fee=ZERO,
    total_burn_fee=ZERO,
)  # fmt: skip
ORDER = Verification(200, 21_800, 29_000, (STASH,) * 3, (STASH,), ())


def states(machine: Machine, height: int = 300) -> list[str]:
    return [step.state.value for step in life_line(machine, head_at(height))]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (MachineStatus.ADDING_CUSTOMIZE_INFO, ["done", "current", "later", "later", "later", "later"]),
        (MachineStatus.DISTRIBUTING_ORDER, ["done", "done", "current", "later", "later", "later"]),
        (MachineStatus.COMMITTEE_VERIFYING, ["done", "done", "current", "later", "later", "later"]),
        (MachineStatus.WAITING_FULFILL, ["done", "done", "done", "current", "later", "later"]),
        (MachineStatus.STAKER_REPORT_OFFLINE, ["done", "done", "done", "done", "trouble", "later"]),
        (MachineStatus.REPORTER_REPORT_OFFLINE, ["done", "done", "done", "done", "trouble", "later"]),
        (MachineStatus.ONLINE, ["done", "done", "done", "done", "done", "current"]),
        (MachineStatus.RENTED, ["done", "done", "done", "done", "done", "done"]),
    ],
)
def test_the_life_line_has_one_open_stage_for_each_status(status: MachineStatus, expected: list[str]) -> None:
    assert states(replace(BONDED, status=status)) == expected


def test_the_committee_stage_counts_down_to_the_hash_window_and_then_to_the_reveal_window() -> None:
    machine = replace(BONDED, status=MachineStatus.COMMITTEE_VERIFYING, verification=ORDER)
    early = {step.stage: step for step in life_line(machine, head_at(21_800))}
    late = {step.stage: step for step in life_line(machine, head_at(21_801))}
    assert early[LifeStage.COMMITTEE].height == 21_800
    assert late[LifeStage.COMMITTEE].height == 29_000
    assert early[LifeStage.COMMITTEE].facts == {
        "booked": 3, "hashed": 1, "confirmed": 0, "hash_until": 21_800, "reveal_until": 29_000,
    }  # fmt: skip


def test_the_stake_stage_says_what_is_missing_and_never_less_than_nothing() -> None:
    short = replace(BONDED, status=MachineStatus.WAITING_FULFILL, stake_needed=Balance.of_dbc(560_000))
    paid = replace(short, status=MachineStatus.ONLINE, stake_held=Balance.of_dbc(600_000))
    missing = [
        next(step for step in life_line(machine, head_at(300)) if step.stage is LifeStage.STAKE).facts["missing"]
        for machine in (short, paid)
    ]
    assert missing == [Balance.of_dbc(490_000), ZERO]
    assert life_line(short, head_at(300))[3].state is LifeState.CURRENT


def test_the_wizard_first_names_a_controller_and_proposes_the_stash_itself() -> None:
    act = next_act(ScriptedChain(), STASH, None)
    assert act.step is WizardStep.SET_CONTROLLER
    assert act.call == Call("OnlineProfile", "set_controller", (b"\x01" * 32,))


def test_the_wizard_asks_to_bond_while_the_chain_does_not_know_the_machine() -> None:
    chain = ScriptedChain(controllers={STASH: CONTROLLER})
    for machine_id in (None, MACHINE):
        act = next_act(chain, STASH, machine_id)
        assert (act.step, act.call, act.controller) == (WizardStep.BOND, None, CONTROLLER)


def test_the_wizard_asks_for_a_server_room_only_where_there_is_none() -> None:
    chain = ScriptedChain(controllers={STASH: CONTROLLER}, machines=[BONDED])
    assert next_act(chain, STASH, MACHINE).step is WizardStep.SERVER_ROOM
    chain.rooms[STASH] = (b"\x07" * 32,)
    act = next_act(chain, STASH, MACHINE)
    assert (act.step, act.call, act.server_rooms) == (WizardStep.DESCRIBE, None, (b"\x07" * 32,))


def test_the_wizard_asks_for_a_report_before_the_description_where_the_chain_waits_for_one() -> None:
    waiting = replace(BONDED, awaits_report=True)
    chain = ScriptedChain(controllers={STASH: CONTROLLER}, machines=[waiting])
    assert next_act(chain, STASH, MACHINE).step is WizardStep.SERVER_ROOM
    chain.rooms[STASH] = (b"\x07" * 32,)
    act = next_act(chain, STASH, MACHINE)
    assert (act.step, act.call) == (WizardStep.REPORT, None)


def test_while_members_take_the_order_the_life_line_counts_them() -> None:
    waiting = replace(
        BONDED, status=MachineStatus.DISTRIBUTING_ORDER, open_order=OpenOrder(200, 7_400, (STASH, CONTROLLER))
    )
    stage = {step.stage: step for step in life_line(waiting, head_at(300))}[LifeStage.COMMITTEE]
    assert (stage.height, stage.facts["booked"], stage.facts["reveal_until"]) == (7_400, 2, None)


@pytest.mark.parametrize(
    ("status", "step", "call"),
    [
        (MachineStatus.DISTRIBUTING_ORDER, WizardStep.WAIT_COMMITTEE, None),
        (MachineStatus.COMMITTEE_VERIFYING, WizardStep.WAIT_COMMITTEE, None),
        (MachineStatus.WAITING_FULFILL, WizardStep.FULFILL, "fulfill_machine"),
        (MachineStatus.STAKER_REPORT_OFFLINE, WizardStep.REPORT_ONLINE, "controller_report_online"),
        (MachineStatus.ONLINE, WizardStep.ONLINE, None),
        (MachineStatus.RENTED, WizardStep.ONLINE, None),
    ],
)
def test_the_wizard_resumes_at_the_step_the_chain_is_at(
    status: MachineStatus, step: WizardStep, call: str | None
) -> None:
    machine = replace(BONDED, status=status, verification=ORDER)
    act = next_act(ScriptedChain(controllers={STASH: CONTROLLER}, machines=[machine]), STASH, MACHINE)
    assert act.step is step
    assert (act.call.name if act.call else None) == call
    assert act.until == (29_000 if step is WizardStep.WAIT_COMMITTEE else None)


def test_the_calls_carry_the_chains_own_names() -> None:
    assert set_controller_call(CONTROLLER) == Call("OnlineProfile", "set_controller", (b"\x02" * 32,))
    assert gen_server_room_call() == Call("OnlineProfile", "gen_server_room", ())
    assert fulfill_call(MACHINE) == Call("OnlineProfile", "fulfill_machine", (MACHINE,))
    assert claim_call() == Call("OnlineProfile", "claim_rewards", ())
    assert offline_call(MACHINE) == Call("OnlineProfile", "controller_report_offline", (MACHINE,))
    assert online_call(MACHINE) == Call("OnlineProfile", "controller_report_online", (MACHINE,))
    assert str(add_machine_info_call(MACHINE, None)) == "OnlineProfile.add_machine_info"  # type: ignore[arg-type]

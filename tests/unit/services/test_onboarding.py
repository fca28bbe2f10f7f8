from __future__ import annotations

from dataclasses import dataclass, field, replace

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus, Verification
from dbc_desktop.domain.network import Deadline
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.reward import RewardRow
from dbc_desktop.services.onboarding import FirstStep, StepId, StepState, first_steps
from tests.doubles.scripted_chain import ScriptedChain, empty_stash

ME = Address(b"\x01" * 32)
MACHINE = MachineId("ab" * 32)
FIRST_STAKE = Balance(71_428_571_428_571_416_666)


@dataclass
class Life:
    """A newcomer's chain, moved on step by step."""

    chain: ScriptedChain = field(default_factory=ScriptedChain)
    logged_in: bool = False
    machine: Machine = field(
        default_factory=lambda: Machine(
            machine_id=MACHINE, stash=ME, controller=ME, status=MachineStatus.ADDING_CUSTOMIZE_INFO,
            bonding_height=100, online_height=0, last_online_height=0, stake_held=FIRST_STAKE, stake_needed=None,
            stake_cap=None, gpu_num=0, rented_gpu_num=0, hardware=None, customize=None, verification=None,
            day_price_usd=None, reward_today=ZERO, total_earned=ZERO, total_rented_times=0, total_rented_duration=0,
            total_rent_fee=ZERO, total_burn_fee=ZERO,
        )
    )  # fmt: skip

    def fund(self) -> Life:
        self.chain.accounts[ME] = AccountState(ME, Balance.of_dbc(1_000_000), ZERO, 0)
        return self

    def bring(self, status: MachineStatus, **changes: object) -> Life:
        self.machine = replace(self.machine, status=status, **changes)  # type: ignore[arg-type]
        self.chain.machines = [self.machine]
        return self

    def earn(self, **changes: object) -> Life:
        overview = replace(empty_stash(ME), total_earned=Balance.of_dbc(100), **changes)  # type: ignore[arg-type]
        self.chain.overviews[ME] = overview
        self.chain.reward_rows = [RewardRow(2, MACHINE, Balance.of_dbc(100), Balance.of_dbc(25), ZERO)]
        return self

    def steps(self, gpu_num: int | None = None) -> dict[StepId, FirstStep]:
        return {step.id: step for step in first_steps(self.chain, ME, self.logged_in, gpu_num)}

    def done(self) -> list[str]:
        return [step.id.value for step in self.steps().values() if step.state is StepState.DONE]


def test_without_an_account_nothing_is_done_and_the_first_step_is_current() -> None:
    steps = first_steps(ScriptedChain(), None, logged_in=False)
    assert [step.id for step in steps] == list(StepId)
    assert [step.state.value for step in steps] == ["current"] + ["later"] * 8
    assert steps[2].facts == {"stake": FIRST_STAKE, "fixed_fee": Balance.of_dbc(10), "machine_id": None}


def test_a_fresh_account_asks_for_play_money() -> None:
    life = Life()
    assert life.done() == ["account"]
    step = life.steps()[StepId.PLAY_MONEY]
    assert (step.state, step.facts["amount"]) == (StepState.CURRENT, Balance.of_dbc(1_000_000))


def test_play_money_that_has_come_leads_to_the_bond_and_its_stake_is_the_chains() -> None:
    life = Life().fund()
    assert life.done() == ["account", "play_money"]
    steps = life.steps(gpu_num=8)
    assert steps[StepId.BOND].state is StepState.CURRENT
    assert steps[StepId.FULFILL].facts["amount"] == Balance(499_999_999_999_999_916_662)
    assert life.steps()[StepId.FULFILL].facts["amount"] is None


def test_spent_play_money_was_still_had() -> None:
    life = Life()
    life.chain.accounts[ME] = AccountState(ME, ZERO, ZERO, 3)
    assert life.done() == ["account", "play_money"]


def test_a_bonded_machine_waits_for_the_committee_with_its_window() -> None:
    life = Life().fund().bring(
        MachineStatus.COMMITTEE_VERIFYING, verification=Verification(200, 21_800, 29_000, (ME,) * 3, (), ())
    )  # fmt: skip
    assert life.done() == ["account", "play_money", "bond"]
    assert life.steps()[StepId.VERIFY].facts == {"status": MachineStatus.COMMITTEE_VERIFYING, "until": 29_000}


def test_a_verified_machine_asks_for_exactly_what_its_stake_lacks() -> None:
    life = Life().fund().bring(
        MachineStatus.WAITING_FULFILL, stake_needed=Balance(571_428_571_428_571_333_328), gpu_num=8
    )  # fmt: skip
    assert life.done() == ["account", "play_money", "bond", "verify"]
    assert life.steps()[StepId.FULFILL].facts == {
        "amount": Balance(499_999_999_999_999_916_662), "held": FIRST_STAKE, "gpu_num": 8,
    }  # fmt: skip


def test_an_online_machine_waits_for_its_first_payout() -> None:
    life = Life().fund().bring(MachineStatus.ONLINE, online_height=22_000)
    life.chain.ends = (Deadline("payout", 28_803, MACHINE), Deadline("era", 28_801, ""))
    assert life.done() == ["account", "play_money", "bond", "verify", "fulfill"]
    facts = life.steps()[StepId.EARN].facts
    assert facts == {"earned": ZERO, "at_once_permille": 250, "parts": 150, "next_height": 28_803}


def test_the_first_reward_is_named_with_its_era_and_its_last_part() -> None:
    life = Life(ScriptedChain(height=3 * 14_400 + 100)).fund().bring(MachineStatus.ONLINE, online_height=22_000).earn()
    assert "earn" in life.done()
    facts = life.steps()[StepId.RELEASE].facts
    assert (facts["first_era"], facts["reward"], facts["last_era"]) == (2, Balance.of_dbc(100), 152)
    assert (facts["parts"], facts["parts_released"]) == (150, 0)


def test_an_order_counts_when_it_is_confirmed_and_a_lapsed_one_does_not() -> None:
    order = RentOrder(
        7, MACHINE, ME, 4, (0, 1, 2, 3), 1_200, 1_350, 15_600, RentStatus.WAITING_VERIFYING, Balance.of_dbc(37)
    )
    life = Life().fund()
    life.chain.orders = [order]
    assert life.steps()[StepId.RENT].facts == {"rent_id": 7, "confirm_until": 1_350}
    assert "rent" not in life.done()
    life.chain.orders = [replace(order, status=RentStatus.LAPSED)]
    assert life.steps()[StepId.RENT].facts == {"rent_id": None, "confirm_until": None}
    assert "rent" not in life.done()
    for status in (RentStatus.RENTING, RentStatus.ENDED):
        life.chain.orders = [replace(order, status=status)]
        assert "rent" in life.done()


def test_a_login_is_ticked_only_when_one_worked() -> None:
    life = Life().fund()
    assert "login" not in life.done()
    life.logged_in = True
    assert "login" in life.done()


def released_life(claim_height: int | None, claimable: int) -> Life:
    """Era 2's reward, all of it paid out: the chain is in era 154, and eras 152 and 153 were paid out."""
    life = Life(ScriptedChain(height=153 * 14_400 + 100)).fund().bring(MachineStatus.ONLINE, online_height=22_000)
    life.earn(claimable=Balance.of_dbc(claimable), last_claim_height=claim_height)
    part = Balance(500_000_000_000_000)
    life.chain.reward_rows += [
        RewardRow(152, MACHINE, ZERO, ZERO, part),
        RewardRow(153, MACHINE, ZERO, ZERO, Balance.of_dbc(3)),
    ]
    return life


def test_the_last_part_must_be_claimed_too() -> None:
    assert "release" not in released_life(None, 100).done()
    assert "release" not in released_life(22_100, 100).done()
    assert released_life(None, 100).steps()[StepId.RELEASE].facts["parts_released"] == 150


def test_a_claim_in_the_era_of_the_last_payout_counts_only_if_it_took_the_last_part() -> None:
    era_153 = 152 * 14_400 + 500
    assert "release" in released_life(era_153, 3).done()
    assert "release" not in released_life(era_153, 4).done()


def test_a_claim_one_era_later_took_everything() -> None:
    assert "release" in released_life(153 * 14_400 + 90, 0).done()


def test_a_reward_that_is_not_all_released_is_not_done_whatever_was_claimed() -> None:
    life = Life(ScriptedChain(height=100 * 14_400 + 100)).fund().bring(MachineStatus.ONLINE, online_height=22_000)
    life.earn(last_claim_height=100 * 14_400 + 90)
    life.chain.reward_rows.append(RewardRow(99, MACHINE, ZERO, ZERO, Balance.of_dbc(1)))
    assert "release" not in life.done()
    assert life.steps()[StepId.RELEASE].facts["parts_released"] == 97

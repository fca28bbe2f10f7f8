"""The headless story: from an empty folder to a rented, rewarded machine, and every unit of it accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import ChainBusy
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.services.market import MarketQuery, SortColumn, filter_and_sort
from dbc_desktop.services.onboarding import StepId, StepState, first_steps
from dbc_desktop.services.renting import confirm_call, my_orders, parse_duration, rent_call
from dbc_desktop.services.rewards import rewards_summary
from dbc_desktop.services.staking import WizardStep, claim_call, fulfill_call, next_act, offline_call
from dbc_desktop.services.watch import NeedKind, needs_you
from tests.e2e.newcomer import (
    ERA,
    Newcomer,
    Opening,
    bring_to_the_committee,
    hosted,
    in_process,
    let_the_committee_look,
    newcomer_at,
    run_without_qt,
    take_play_money,
)


def done(person: Newcomer, account: Address) -> list[str]:
    steps = first_steps(person.chain, account, logged_in=False, gpu_num=8)
    return [step.id.value for step in steps if step.state is StepState.DONE]


@pytest.mark.parametrize("opening", [in_process, hosted])
def test_a_newcomer_bonds_earns_rents_out_and_gets_every_unit_of_the_reward(tmp_path: Path, opening: Opening) -> None:
    with newcomer_at(tmp_path, opening) as person:
        chain = person.chain

        # An account, and play money.
        owner = person.make_account("operator")
        renter = person.make_account("customer")
        assert done(person, owner) == ["account"]
        take_play_money(person, owner)
        assert done(person, owner) == ["account", "play_money"]

        # Bonded by the machine key's signature, described, and verified by the committee.
        machine_id = bring_to_the_committee(person, owner)
        assert done(person, owner) == ["account", "play_money", "bond"]
        # The operator pays a customer meanwhile, so that the rest of the stake is not there.
        person.spend(Call("Balances", "transfer_keep_alive", (renter.raw, Balance.of_dbc(500_000).units)), owner)
        let_the_committee_look(person, machine_id)
        machine = person.machine(machine_id)
        assert machine.status is MachineStatus.WAITING_FULFILL
        assert machine.hardware is not None
        assert (machine.hardware.gpu_type, machine.gpu_num) == ("NVIDIA GeForce RTX 4090", 8)
        assert machine.stake_needed is not None
        assert machine.stake_needed == Balance(machine.stake_held.units * 8)
        assert [need.kind for need in needs_you(chain, (), owner, None)] == [NeedKind.STAKE_SHORT]
        assert done(person, owner) == ["account", "play_money", "bond", "verify"]

        # The rest of the stake, and online.
        take_play_money(person, owner)
        person.spend(fulfill_call(machine_id), owner)
        machine = person.machine(machine_id)
        assert machine.status is MachineStatus.ONLINE
        assert machine.stake_held == machine.stake_needed
        assert next_act(chain, owner, machine_id).step is WizardStep.ONLINE
        assert done(person, owner) == ["account", "play_money", "bond", "verify", "fulfill"]

        # An era passes: the reward starts in the era after it came online and is paid in the one after that.
        online_era = chain.head().era
        first_era = online_era + 1
        person.jump_to_era(online_era + 2, 100)
        summary = rewards_summary(chain, owner)
        (reward,) = [row for row in summary.rows if row.earned]
        assert reward.era == first_era
        assert (summary.overview.rule.at_once_permille, summary.overview.rule.parts) == (250, 150)
        assert reward.earned.units % 200 != 0
        assert reward.at_once == Balance(reward.earned.units * 250 // 1_000)
        assert reward.from_earlier == ZERO
        assert summary.overview.claimable == reward.at_once
        assert summary.overview.locked == reward.earned - reward.at_once
        assert summary.schedule.first_era == first_era + 1
        assert len(summary.schedule.amounts) == 150
        assert sum(summary.schedule.amounts, ZERO) == summary.overview.locked
        assert set(summary.schedule.amounts[:-1]) == {Balance(reward.earned.units * 5 // 1_000)}
        assert "earn" in done(person, owner)

        # Another account rents it, tries it, and confirms; what it paid is burned.
        table = chain.market()
        rows = filter_and_sort(table, MarketQuery.parse("gpu:4090 gpus>=8 rented:no"), SortColumn.PRICE, True)
        assert machine_id in [table.machine_id[row] for row in rows]
        duration = parse_duration("30 min")
        quote = chain.rent_quote(machine_id, 4, duration)
        before = person.state(renter)
        rented = person.spend(rent_call(machine_id, 4, duration), renter)
        (order,) = my_orders(chain, renter)
        assert (order.status, order.fee, order.gpu_num) == (RentStatus.WAITING_VERIFYING, quote.fee, 4)
        assert person.machine(machine_id).status is MachineStatus.RENTED
        assert person.state(renter).reserved == quote.fee
        assert [need.kind for need in needs_you(chain, (), renter, None)] == [NeedKind.CONFIRM_WINDOW]
        burned_before, existed_before = chain.network().burned, chain.network().issuance
        confirmed = person.spend(confirm_call(order.rent_id), renter)
        (order,) = my_orders(chain, renter)
        assert order.status is RentStatus.RENTING
        after = person.state(renter)
        assert rented.fee is not None
        assert confirmed.fee is not None
        assert quote.burned == quote.fee
        assert chain.network().burned - burned_before == quote.fee
        assert existed_before - chain.network().issuance == quote.fee
        assert before.total - after.total == quote.fee + quote.fixed_fee + rented.fee + confirmed.fee
        assert [step.id for step in first_steps(chain, renter, logged_in=True) if step.state is StepState.DONE] == [
            StepId.ACCOUNT,
            StepId.PLAY_MONEY,
            StepId.RENT,
            StepId.LOGIN,
        ]

        # The lease ends; the machine goes offline in the same era, so that this one reward is all it ever earned.
        person.jump_to(order.rent_end + 1)
        assert my_orders(chain, renter)[0].status is RentStatus.ENDED
        assert person.machine(machine_id).status is MachineStatus.ONLINE
        assert chain.head().era == online_era + 2
        person.spend(offline_call(machine_id), owner)

        # 150 eras later all of that reward is released, to the last unit.
        person.jump_to_era(first_era + 150, 14_000)
        halfway = chain.stash(owner)
        assert halfway.locked > ZERO
        person.jump_to_era(first_era + 151, 100)
        paid = chain.rewards(owner, 0, first_era + 151)
        assert sum((row.earned for row in paid), ZERO) == reward.earned
        assert sum((row.released for row in paid), ZERO) == reward.earned
        assert len([row for row in paid if row.from_earlier]) == 150
        overview = chain.stash(owner)
        assert (overview.locked, overview.claimable) == (ZERO, reward.earned)
        assert sum(chain.release_schedule(owner).amounts, ZERO) == ZERO
        assert "release" not in done(person, owner)

        # Claimed: the account holds exactly that much more.
        total_before = person.state(owner).total
        claim = person.spend(claim_call(), owner)
        assert claim.fee is not None
        assert person.state(owner).total - total_before == reward.earned - claim.fee
        overview = chain.stash(owner)
        assert (overview.total_claimed, overview.claimable) == (reward.earned, ZERO)
        assert "release" in done(person, owner)

        # Another process sees the same beside this one, and may not write.
        seen_by_other_process_is_the_same(tmp_path, person, owner)
        with pytest.raises(ChainBusy):
            in_process(tmp_path / "chain")

        # The whole log runs again from genesis and meets every digest.
        head = chain.head()
        replayed = chain.replay()
        assert (replayed.height, replayed.hash) == (head.height, head.hash)
        assert all(receipt.succeeded for receipt in person.transactions.recent(100))


def seen_by_other_process_is_the_same(home: Path, person: Newcomer, owner: Address) -> None:
    overview, state, head = person.chain.stash(owner), person.state(owner), person.chain.head()
    asked = run_without_qt("status", ss58.encode(owner.raw), "--json", "--home", str(home))
    assert (asked.returncode, asked.stderr) == (0, "")
    document = json.loads(asked.stdout)
    assert document["chain"]["head"]["hash"] == "0x" + head.hash.hex()
    (account,) = document["accounts"]
    assert account["free"] == state.free.text(15).replace(",", "")
    assert account["reserved"] == state.reserved.text(15).replace(",", "")
    assert account["claimed"] == overview.total_claimed.text(15).replace(",", "")
    assert account["machines"][0]["status"] == "StakerReportOffline"
    refused = run_without_qt("chain", "jump", "--blocks", "1", "--home", str(home))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("This data folder is in use")


def test_a_machine_that_stays_online_loses_no_unit_over_150_eras(tmp_path: Path) -> None:
    """Earned is released plus locked at every time; what is locked 150 eras later comes from later rewards only."""
    with newcomer_at(tmp_path, in_process) as person:
        chain = person.chain
        owner = person.make_account("operator")
        take_play_money(person, owner)
        machine_id = bring_to_the_committee(person, owner)
        let_the_committee_look(person, machine_id)
        machine = person.machine(machine_id)
        assert machine.status is MachineStatus.ONLINE
        first_era = (machine.online_height - 1) // ERA + 2
        for era in (first_era + 3, first_era + 75, first_era + 151):
            person.jump_to_era(era, 100)
            rows = chain.rewards(owner, 0, era)
            assert len(rows) == era - first_era
            earned = sum((row.earned for row in rows), ZERO)
            released = sum((row.released for row in rows), ZERO)
            overview, schedule = chain.stash(owner), chain.release_schedule(owner)
            assert (overview.total_earned, overview.claimable) == (earned, released)
            assert overview.locked == earned - released
            assert sum(schedule.amounts, ZERO) == overview.locked
            assert (schedule.first_era, len(schedule.amounts)) == (era, 150)
        # The parts of the first reward are 0.5 % each and none of them is still to come: what the next payout releases
        # of earlier rewards is one part of each of the 150 later ones.
        later = [row for row in rows if row.era > first_era]
        assert len(later) == 150
        assert schedule.amounts[0].units == sum(part_of(row.earned, last=row.era == first_era + 1) for row in later)
        assert chain.replay().hash == chain.head().hash


def part_of(earned: Balance, *, last: bool) -> int:
    """One of the 150 parts, 0.5 %; the last takes what rounding left (design 3.1)."""
    part = earned.units * 5 // 1_000
    return earned.units - earned.units * 250 // 1_000 - 149 * part if last else part

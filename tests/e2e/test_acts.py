"""What can happen besides the story: a lapse, a refusal, a crash between sending and seeing, the commands."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dbc_desktop.chain.journal import Journal
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, TxStatus
from dbc_desktop.domain.errors import ChainRejected, OutcomeUnknown
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.services.onboarding import StepState, first_steps
from dbc_desktop.services.overview import home_facts, status_report
from dbc_desktop.services.renting import confirm_call, my_orders, parse_duration, rent_call
from dbc_desktop.services.staking import LifeState, WizardStep, life_line, next_act
from dbc_desktop.services.transactions import Transactions
from dbc_desktop.services.watch import NeedKind
from tests.e2e.newcomer import (
    bring_to_the_committee,
    in_process,
    let_the_committee_look,
    newcomer_at,
    run_without_qt,
    take_play_money,
)


def test_an_order_that_is_not_confirmed_in_fifteen_minutes_comes_back(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, in_process) as person:
        renter = person.make_account("customer")
        take_play_money(person, renter)
        table = person.chain.market()
        machine_id = next(each for each, free in zip(table.machine_id, table.free_gpu, strict=True) if free)
        quote = person.chain.rent_quote(machine_id, 1, parse_duration("1 d"))
        before = person.state(renter)
        sent = person.spend(rent_call(machine_id, 1, parse_duration("1 d")), renter)
        (order,) = my_orders(person.chain, renter)
        burned = person.chain.network().burned
        facts = home_facts(person.chain, person.wallet.accounts(), renter, None, logged_in=False)
        assert [need.kind for need in facts.needs] == [NeedKind.CONFIRM_WINDOW, NeedKind.KEY_NOT_BACKED_UP]
        person.jump_to(order.confirm_until)
        assert my_orders(person.chain, renter)[0].status in (RentStatus.WAITING_VERIFYING, RentStatus.LAPSED)
        person.jump_to(order.confirm_until + 1)
        (order,) = my_orders(person.chain, renter)
        assert order.status is RentStatus.LAPSED
        after = person.state(renter)
        assert sent.fee is not None
        assert (before.total - after.total, after.reserved) == (quote.fixed_fee + sent.fee, ZERO)
        assert person.chain.network().burned == burned
        assert person.transactions.prepare(confirm_call(order.rent_id), renter).preview.error is not None


def test_a_machine_that_nobody_has_seen_is_refused_and_may_be_bonded_again(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, in_process) as person:
        owner = person.make_account("operator")
        take_play_money(person, owner)
        machine_id = bring_to_the_committee(person, owner, is_shown=False)
        stake = person.machine(machine_id).stake_held
        line = life_line(person.machine(machine_id), person.chain.head())
        assert [step.state for step in line[:3]] == [LifeState.DONE, LifeState.DONE, LifeState.CURRENT]
        assert let_the_committee_look(person, machine_id) is None
        assert next_act(person.chain, owner, machine_id).step is WizardStep.BOND
        # 5 % of the stake stays held for two days while the slash may be appealed, then it is gone.
        held = person.state(owner).reserved
        assert held == Balance(stake.units * 5 // 100)
        total = person.state(owner).total
        person.jump_to(person.chain.head().height + 28_800)
        assert person.state(owner).reserved == ZERO
        assert total - person.state(owner).total == held


def test_what_was_sent_before_a_crash_is_found_again_and_not_sent_twice(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, in_process) as person:
        sender, friend = person.make_account("sender"), person.make_account("friend")
        take_play_money(person, sender)
        person.chain.set_clock(ClockMode.MANUAL)
        prepared = person.transactions.prepare(
            Call("Balances", "transfer_keep_alive", (friend.raw, Balance.of_dbc(5).units)), sender
        )
        with pytest.raises(OutcomeUnknown) as unknown:
            person.transactions.send(prepared, person.wallet.signer(sender), timeout_seconds=0.2)
        # The program is gone; another one opens the same journal after blocks have passed.
        again = Journal(tmp_path / "journal.sqlite3")
        resumed = Transactions(person.chain, again, person.clock)
        assert resumed.resume() == ()
        person.chain.jump(3)
        (receipt,) = resumed.resume()
        assert (receipt.tx_hash, receipt.succeeded) == (unknown.value.tx_hash, True)
        assert resumed.resume() == ()
        assert resumed.recent(1)[0].status in (TxStatus.INCLUDED, TxStatus.FINALISED)
        again.close()
        assert person.state(friend).free == Balance.of_dbc(5)


def test_a_call_that_fails_in_its_block_costs_its_fee_and_is_named(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, in_process) as person:
        sender, friend = person.make_account("sender"), person.make_account("friend")
        take_play_money(person, sender)
        call = Call("Balances", "transfer_keep_alive", (friend.raw, Balance.of_dbc(2_000_000).units))
        prepared = person.transactions.prepare(call, sender)
        assert prepared.preview.error is not None
        with pytest.raises(ChainRejected) as refused:
            person.transactions.send(prepared, person.wallet.signer(sender))
        assert (refused.value.pallet, refused.value.name) == prepared.preview.error
        assert person.state(sender).free == Balance.of_dbc(1_000_000) - prepared.draft.fee


def test_the_chain_knows_what_a_stranger_sees(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, in_process) as person:
        stranger = person.make_account("stranger")
        report = status_report(person.chain, [stranger])
        (account,) = report.accounts
        assert (account.account.total, account.machines, account.orders) == (ZERO, (), ())
        assert report.head == person.chain.head()
        facts = home_facts(person.chain, (), None, None, logged_in=False)
        assert facts.is_first_run
        assert (facts.account, facts.overview, facts.needs) == (None, None, ())
        states = [step.state for step in first_steps(person.chain, stranger, logged_in=False)]
        assert states[:2] == [StepState.DONE, StepState.CURRENT]


def test_the_commands_work_where_no_window_can_be_opened(tmp_path: Path) -> None:
    missing = run_without_qt("chain", "info", "--home", str(tmp_path))
    assert (missing.returncode, missing.stdout, missing.stderr.count("\n")) == (1, "", 1)
    with newcomer_at(tmp_path, in_process) as person:
        account = ss58.encode(person.make_account("anyone").raw)
        head = person.chain.head()
        beside = run_without_qt("chain", "info", "--json", "--home", str(tmp_path))
        assert (beside.returncode, beside.stderr) == (0, "")
        assert json.loads(beside.stdout)["head"]["hash"] == "0x" + head.hash.hex()
    jumped = run_without_qt("chain", "jump", "--eras", "2", "--json", "--home", str(tmp_path))
    assert (jumped.returncode, jumped.stderr) == (0, "")
    document = json.loads(jumped.stdout)
    assert document["from"]["height"] == head.height
    assert document["to"]["height"] == head.height + 28_800
    assert document["to"]["era"] == head.era + 2
    replayed = run_without_qt("chain", "replay", "--json", "--home", str(tmp_path))
    assert (replayed.returncode, replayed.stderr) == (0, "")
    assert json.loads(replayed.stdout)["head"] == document["to"]
    said = run_without_qt("status", "--home", str(tmp_path))
    assert (said.returncode, said.stderr) == (0, "")
    assert account in said.stdout
    read = run_without_qt("telemetry", "--once", "--json", "--home", str(tmp_path))
    assert (read.returncode, read.stderr) == (0, "")
    assert json.loads(read.stdout)["gpus"]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent otherwise on Windows")
def test_a_jump_that_is_interrupted_stops_at_a_whole_block(tmp_path: Path) -> None:
    with newcomer_at(tmp_path, in_process) as person:
        start = person.chain.head().height
    script = "import sys; from dbc_desktop.__main__ import main; sys.exit(main())"
    arguments = ["chain", "jump", "--eras", "200000", "--home", str(tmp_path)]
    child = subprocess.Popen([sys.executable, "-c", script, *arguments], stderr=subprocess.PIPE, text=True)
    reader = LocalReader(tmp_path / "chain")
    until = time.monotonic() + 30
    while reader.head().height == start and time.monotonic() < until:
        time.sleep(0.02)
    reader.close()
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (130, "Cancelled\n")
    replayed = run_without_qt("chain", "replay", "--json", "--home", str(tmp_path))
    assert replayed.returncode == 0
    assert start < json.loads(replayed.stdout)["head"]["height"] < start + 200_000 * 14_400

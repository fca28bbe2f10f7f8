"""Residents judge reports by what they can see, and forgive short outages; all by signed extrinsics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import OPERATORS, PlayKeys
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault, ReportResult, SlashSource
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.network import Capability
from tests.doubles.chain_user import ChainUser

SEED = b"test"
OWNER = OPERATORS[0].name
MACHINE = PlayKeys(SEED).machine_id(OWNER, 1)
MC, OP = "MaintainCommittee", "OnlineProfile"


@pytest.fixture(params=["launch-2021", "mainnet-411"])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalChain]:
    made = LocalChain(tmp_path, profile=request.param, is_running=False, seed=SEED)
    made.jump(20_000)
    assert Capability.DISPUTES in made.capabilities()
    yield made
    made.close()


def owner() -> ChainUser:
    """The operator, whose key everybody can derive: here it does what a person would."""
    user = ChainUser("//Alice")
    user.pair = PlayKeys(SEED).pair(OWNER)
    user.address = type(user.address)(user.pair.public)
    return user


def done(chain: LocalChain, user: ChainUser, call: Call) -> None:
    tx_hash = user.send(chain, call)
    chain.jump(1)
    receipt = chain.receipt(tx_hash)
    assert receipt is not None
    assert receipt.succeeded, receipt


def rented_by(chain: LocalChain, user: ChainUser, machine_id: MachineId) -> int:
    chain.play_money(user.address)
    chain.jump(1)
    done(chain, user, Call("RentMachine", "rent_machine", (machine_id, 1, 14_400)))
    (order,) = chain.rent_orders(user.address)
    done(chain, user, Call("RentMachine", "confirm_rent", (order.rent_id,)))
    return order.rent_id


def test_they_believe_a_report_of_a_machine_that_is_offline_and_no_other(chain: LocalChain) -> None:
    user = ChainUser("//Bob")
    rent_id = rented_by(chain, user, MACHINE)
    call = Call(MC, "report_machine_fault", (MachineFault(FaultKind.RENTED_INACCESSIBLE, MACHINE, rent_id),))
    done(chain, user, call)
    chain.jump(110)
    done(chain, owner(), Call(OP, "controller_report_offline", (MACHINE,)))
    done(chain, user, call)
    chain.jump(110)
    reports = chain.reporter(user.address).reports
    assert [(one.report_id, one.result) for one in reports] == [(1, ReportResult.SUCCEED), (0, ReportResult.REFUSED)]
    assert [len(one.members) for one in reports] == [3, 3]
    machine = chain.machine(MACHINE)
    assert machine is not None
    assert machine.status is MachineStatus.REPORTER_REPORT_OFFLINE
    assert chain.replay() == chain.head()


@pytest.mark.parametrize(("blocks", "percent", "granted"), [(30, 2, True), (100, 4, False)])
def test_a_seat_forgives_a_short_outage_and_no_longer_one(
    chain: LocalChain, blocks: int, percent: int, granted: bool
) -> None:
    user = owner()
    done(chain, user, Call(OP, "controller_report_offline", (MACHINE,)))
    chain.jump(blocks)
    done(chain, user, Call(OP, "controller_report_online", (MACHINE,)))
    (slash,) = chain.slashes(user.address)
    machine = chain.machine(MACHINE)
    assert machine is not None
    assert abs(slash.amount.units * 100 - machine.stake_held.units * percent) < 100
    done(chain, user, Call(OP, "apply_slash_review", (slash.number, b"the power failed")))
    chain.jump(110)
    assert (chain.slashes(user.address) == ()) is granted
    if not granted:
        (waiting,) = chain.slashes(user.address)
        assert (waiting.source, waiting.appeal is not None) == (SlashSource.MACHINE, True)
        assert waiting.review_stake == Balance.of_dbc(1_000)


def test_they_go_on_judging_after_a_restart(tmp_path: Path) -> None:
    first = LocalChain(tmp_path, is_running=False, seed=SEED)
    first.jump(20_000)
    user = ChainUser("//Bob")
    rent_id = rented_by(first, user, MACHINE)
    fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, MACHINE, rent_id)
    done(first, user, Call(MC, "report_machine_fault", (fault,)))
    first.close()
    again = LocalChain(tmp_path, is_running=False, seed=SEED)
    again.jump(110)
    (report,) = again.reporter(user.address).reports
    assert (report.result, [one.supports for one in report.members]) == (ReportResult.REFUSED, [False] * 3)
    again.close()

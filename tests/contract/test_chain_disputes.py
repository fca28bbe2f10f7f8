"""Disputes through the port: reports, slashes, appeals and their deadlines, in both processes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.chain import sealed_report
from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import SEED, PlayKeys
from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import (
    FaultKind,
    MachineFault,
    ReportResult,
    ReportStatus,
    SlashOutcome,
    SlashSource,
    SlashWay,
)
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.network import Capability
from tests.doubles.chain_user import ChainUser
from tests.doubles.node_user import ChainThroughNode

MC = "MaintainCommittee"
DBC = 10**15


def done(chain: LocalBackend, user: ChainUser, call: Call) -> None:
    tx_hash = user.send(chain, call)
    chain.jump(1)
    receipt = chain.receipt(tx_hash)
    assert receipt is not None
    assert receipt.succeeded, receipt


def resident(name: str) -> ChainUser:
    """A resident of the chain, acting by hand."""
    user = ChainUser("//Alice")
    user.pair = PlayKeys(SEED).pair(name)
    user.address = Address(user.pair.public)
    return user


def kinds(chain: LocalBackend, user: ChainUser) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in chain.deadlines(user.address) if one.kind not in ("era", "lease_end")]


class DisputesSuite:
    """What every backend must do."""

    is_drawn = True
    """Whether members are drawn for a report (by the rules of the launch), or book it."""

    def test_nothing_is_disputed_at_first(self, chain: LocalBackend) -> None:
        user = ChainUser("//Alice")
        assert Capability.DISPUTES in chain.capabilities()
        assert chain.slashes(user.address) == ()
        assert chain.committee_work(user.address) == ()
        found = chain.reporter(user.address)
        assert (found.staked, found.first_stake, found.per_report) == (
            ZERO,
            Balance.of_dbc(20_000),
            Balance.of_dbc(1_000),
        )
        assert (found.reports, found.is_drawn) == ((), self.is_drawn)
        assert chain.slash_clock(MachineId("ab" * 32)) is None

    def test_a_false_report_loses_its_stake_and_can_be_appealed(self, chain: LocalBackend) -> None:
        user = ChainUser("//Alice")
        chain.play_money(user.address)
        chain.jump(40_000)
        machine_id = chain.market().machine_id[0]
        done(chain, user, Call("RentMachine", "rent_machine", (machine_id, 1, 14_400)))
        rent_id = chain.rent_orders(user.address)[0].rent_id
        done(chain, user, Call("RentMachine", "confirm_rent", (rent_id,)))
        clock = chain.slash_clock(machine_id)
        assert clock is not None
        assert [branch.way for branch in clock.branches] == [SlashWay.UNREPORTED, SlashWay.OWN, SlashWay.REPORTED]
        assert [(step.after, step.percent) for step in clock.branches[2].steps] == [
            (0, 4),
            (70, 8),
            (28_800, 60),
            (72_000, 100),
        ]
        fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, machine_id, rent_id)
        done(chain, user, Call(MC, "report_machine_fault", (fault,)))
        (report,) = chain.reporter(user.address).reports
        assert (report.status, len(report.members)) == (ReportStatus.VERIFYING, 3)
        assert ("report", "0") in kinds(chain, user)
        member = report.members[0].member
        assert [one.report.report_id for one in chain.committee_work(member) if one.report is not None] == [0]
        chain.jump(100)
        (report,) = chain.reporter(user.address).reports
        assert (report.result, report.outcome) == (ReportResult.REFUSED, SlashOutcome.PENDING)
        (slash,) = chain.slashes(user.address)
        assert (slash.source, slash.amount, slash.can_appeal) == (SlashSource.REPORT, Balance.of_dbc(1_000), True)
        assert ("slash", machine_id) in kinds(chain, user)
        done(chain, user, Call(MC, "apply_slash_review", (0, b"it was down")))
        (slash,) = chain.slashes(user.address)
        assert slash.appeal is not None
        assert (slash.appeal.staked, slash.appeal.reason, slash.can_appeal) == (
            Balance.of_dbc(1_000),
            b"it was down",
            False,
        )
        assert ("appeal", machine_id) in kinds(chain, user)
        chain.jump(slash.exec_time - chain.head().height)
        assert chain.reporter(user.address).staked == Balance.of_dbc(19_000)
        (slash,) = chain.slashes(user.address)
        assert slash.outcome is SlashOutcome.EXECUTED

    def test_slashes_of_a_machine_wait_are_appealed_granted_and_taken(self, chain: LocalBackend) -> None:
        # The resident renter may have taken any of their machines, and would have the outage count as a tenant's.
        local: LocalBackend = getattr(chain, "behind", chain)
        local.set_residents(replace(local.resident_settings(), rents_per_era=0))
        operators = [resident(f"operator {place}") for place in ("Singapore", "Frankfurt", "Seoul", "Dallas")]
        owner, machine_id = next(
            (operator, machine.machine_id)
            for operator in operators
            for machine in chain.machines_of(operator.address)
            if machine.status is MachineStatus.ONLINE
        )

        def away(blocks: int) -> None:
            done(chain, owner, Call("OnlineProfile", "controller_report_offline", (machine_id,)))
            chain.jump(blocks - 1)
            done(chain, owner, Call("OnlineProfile", "controller_report_online", (machine_id,)))

        away(10)
        away(80)
        short, longer = chain.slashes(owner.address)
        assert (short.number, longer.number) == (0, 1)
        assert (short.source, short.reason, short.outcome) == (
            SlashSource.MACHINE,
            "OnlineReportOffline",
            SlashOutcome.PENDING,
        )
        assert longer.amount.units in (short.amount.units * 2 - 1, short.amount.units * 2, short.amount.units * 2 + 1)
        assert (short.can_appeal, short.signer, short.exec_time - short.slash_time) == (True, owner.address, 28_800)
        for number in (0, 1):
            done(chain, owner, Call("OnlineProfile", "apply_slash_review", (number, b"the power failed")))
        found = chain.slashes(owner.address)
        assert {one.appeal.reason for one in found if one.appeal is not None} == {b"the power failed"}
        assert [one.appeal.expire_time for one in found if one.appeal is not None] == [one.exec_time for one in found]
        assert [kind for kind, _ in kinds(chain, owner)].count("appeal") == 2
        # The residents that sit in the technical committee forgive a short outage, and no longer one.
        chain.jump(1_000)
        (left,) = chain.slashes(owner.address)
        assert (left.number, left.can_appeal) == (1, False)
        reserved = chain.account(owner.address).reserved
        chain.jump(left.exec_time - chain.head().height)
        assert chain.slashes(owner.address) == ()
        assert chain.account(owner.address).reserved == reserved - left.amount - Balance.of_dbc(1_000)
        assert not {"slash", "appeal"} & {kind for kind, _ in kinds(chain, owner)}

    def test_a_secret_report_is_read_by_the_members_it_is_sealed_to(self, chain: LocalBackend) -> None:
        user, box = ChainUser("//Alice"), BoxKey(b"\x07" * 32)
        chain.play_money(user.address)
        chain.jump(40_000)
        machine_id = chain.market().machine_id[0]
        told = sealed_report.Told(machine_id, 0, "word", "一台风扇坏了")
        fault = MachineFault(FaultKind.RENTED_HARDWARE_MALFUNCTION, reporter_hash=told.digest(), box_pubkey=box.public)
        done(chain, user, Call(MC, "report_machine_fault", (fault,)))
        (report,) = chain.reporter(user.address).reports
        assert report.machine_id == ""
        for work in report.members:
            sealed = box.seal(sealed_report.pack(told), work.box_pubkey)
            info = (report.report_id, work.member.raw, sealed)
            done(chain, user, Call(MC, "reporter_add_encrypted_error_info", info))
        chain.jump(50)
        (report,) = chain.reporter(user.address).reports
        assert (report.machine_id, report.result) == (machine_id, ReportResult.REFUSED)
        assert [work.supports for work in report.members] == [False, False, False]


class TestLocalChain(DisputesSuite):
    """In this process."""

    @pytest.fixture
    def chain(self, tmp_path: Path) -> Iterator[LocalBackend]:
        made = LocalChain(tmp_path, is_running=False)
        yield made
        made.close()


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("populated") / "chain"
    LocalChain(made, is_running=False, profile="launch-2021").close()
    return made


class TestSubstrateChain(DisputesSuite):
    """Through a node, over JSON-RPC: residents judge by the rules of the launch, the node's reader by today's."""

    is_drawn = False

    @pytest.fixture
    def chain(self, tmp_path: Path, populated: Path) -> Iterator[LocalBackend]:
        folder = tmp_path / "chain"
        shutil.copytree(populated, folder, ignore=shutil.ignore_patterns("*.lock"))
        made = ChainThroughNode(folder, "launch-2021")
        yield made  # type: ignore[misc]
        made.close()


class TestHostedChain(DisputesSuite):
    """Through the engine process."""

    @pytest.fixture
    def chain(self, tmp_path: Path) -> Iterator[LocalBackend]:
        made = HostedChain(tmp_path, is_running=False)
        yield made
        made.close()

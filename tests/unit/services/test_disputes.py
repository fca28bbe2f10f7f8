"""Calls of disputes, and votes that are kept until they are revealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault, MemberStatus, SlashSource
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules.report_hash import inaccessible_hash
from dbc_desktop.services import disputes
from dbc_desktop.services.secret_reports import SecretReports
from tests.doubles.scripted_chain import ScriptedChain
from tests.ui.dispute_doubles import MACHINE, OTHER, clock, member, report, slash
from tests.ui.renting_doubles import ALICE, BOB, machine, order

GENESIS = b"\x11" * 32


def test_calls() -> None:
    fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, MACHINE, 31)
    assert disputes.report_call(order(31)) == Call("MaintainCommittee", "report_machine_fault", (fault,))
    assert disputes.take_back_call(3) == Call("MaintainCommittee", "reporter_cancel_report", (3,))
    assert disputes.book_call(3) == Call("MaintainCommittee", "committee_book_report", (3,))


@pytest.mark.parametrize(
    ("source", "pallet"),
    [
        (SlashSource.MACHINE, "OnlineProfile"),
        (SlashSource.VERIFICATION, "OnlineCommittee"),
        (SlashSource.REPORT, "MaintainCommittee"),
    ],
)
def test_an_appeal_goes_to_the_pallet_of_its_slash(source: SlashSource, pallet: str) -> None:
    call = disputes.appeal_call(slash(6, source=source), "  断电 ")
    assert call == Call(pallet, "apply_slash_review", (6, "断电".encode()))


@pytest.mark.parametrize(("text", "reason"), [("  ", "empty"), ("x" * 501, "too_long")])
def test_an_appeal_says_why_in_a_few_words(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        disputes.appeal_call(slash(), text)
    assert (refused.value.field, refused.value.reason) == ("reason", reason)


def test_a_vote_is_kept_before_it_is_committed_and_shown_as_it_was(tmp_path: Path) -> None:
    votes = disputes.VoteDrafts(tmp_path, GENESIS)
    assert votes.of(ALICE, 9) is None
    assert votes.reveal_call(ALICE, 9) is None
    commit = votes.commit_call(ALICE, 9, supports=True)
    kept = disputes.VoteDrafts(tmp_path, GENESIS).of(ALICE, 9)
    assert kept is not None
    assert commit.args == (9, inaccessible_hash(9, kept.word, supports=True))
    reveal = votes.reveal_call(ALICE, 9)
    assert reveal == Call("MaintainCommittee", "committee_submit_inaccessible_raw", (9, kept.word, True))
    assert len(kept.word) == 32
    again = votes.commit_call(ALICE, 9, supports=False)
    assert again.args == (9, inaccessible_hash(9, kept.word, supports=False))


def test_votes_of_others_and_of_other_chains_are_their_own(tmp_path: Path) -> None:
    disputes.VoteDrafts(tmp_path, GENESIS).commit_call(ALICE, 9, supports=True)
    assert disputes.VoteDrafts(tmp_path, b"\x22" * 32).of(ALICE, 9) is None
    assert disputes.VoteDrafts(tmp_path, GENESIS).of(BOB, 9) is None
    assert (tmp_path / "votes.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("data", [b"\xff", b"{", b"[]", b'{"a": 1}', b'{"a": [1]}'])
def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "votes.json").write_bytes(data)
    with pytest.raises(DataCorrupt):
        disputes.VoteDrafts(tmp_path, GENESIS).commit_call(ALICE, 9, supports=True)
    assert (tmp_path / "votes.json").read_bytes() == data


def test_facts_show_the_clock_of_what_is_offline_first() -> None:
    chain = ScriptedChain()
    chain.machines = [
        machine(MachineStatus.RENTED, machine_id=OTHER),
        machine(MachineStatus.STAKER_REPORT_OFFLINE),
        machine(MachineStatus.COMMITTEE_VERIFYING, machine_id="ab" * 32),
    ]
    chain.clocks = {MACHINE: clock(own_since=1), OTHER: clock(machine_id=OTHER)}
    facts = disputes.dispute_facts(chain, ALICE)
    assert [one.machine_id for one in facts.machines] == [MACHINE, OTHER]
    assert facts.clock == clock(own_since=1)
    wanted = disputes.dispute_facts(chain, ALICE, OTHER).clock
    assert wanted is not None
    assert wanted.machine_id == OTHER
    assert disputes.dispute_facts(chain, ALICE, "cd" * 32).clock == clock(own_since=1)


def test_secrets_of_reports_are_not_shown() -> None:
    kept = SecretReports()
    call = kept.report_call(FaultKind.RENTED_HARDWARE_MALFUNCTION, order(31), "GPU 3")
    assert repr(kept) == "SecretReports(1, ***)"
    told = member(MemberStatus.VERIFYING)
    waiting = member(MemberStatus.WAITING_ENCRYPT, box_pubkey=BoxKey(b"\x09" * 32).public)
    done, open_report = (report(fault=call.args[0], members=members) for members in ((told,), (told, waiting)))
    assert (kept.can_tell(done), kept.tell_call(done)) == (False, None)
    assert kept.can_tell(open_report)
    tell = kept.tell_call(open_report)
    assert tell is not None
    assert (tell.name, tell.args[:2]) == ("reporter_add_encrypted_error_info", (7, BOB.raw))
    assert (SecretReports().can_tell(open_report), SecretReports().tell_call(open_report)) == (False, None)


@pytest.mark.parametrize(("text", "reason"), [("  ", "empty"), ("x" * 501, "too_long")])
def test_a_secret_report_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        SecretReports().report_call(FaultKind.RENTED_HARDWARE_MALFUNCTION, order(31), text)
    assert (refused.value.field, refused.value.reason) == ("reason", reason)

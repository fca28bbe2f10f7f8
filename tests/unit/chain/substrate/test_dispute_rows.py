"""Values of disputes as rows of the rules: what the contract suite does not meet."""

from __future__ import annotations

import pytest

from dbc_desktop.chain.substrate import dispute_rows
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.domain.dispute import FaultKind, MemberStatus, SlashOutcome
from dbc_desktop.domain.errors import ChainAnswerInvalid
from dbc_desktop.domain.machine import MachineStatus

STASH, RENTER, MEMBER, OTHER = (bytes([at]) * 32 for at in (1, 2, 3, 4))


def test_a_slash_of_a_machine_keeps_its_reason_and_its_height() -> None:
    row = dispute_rows.machine_slash(
        {
            "slash_who": STASH,
            "machine_id": b"ab",
            "slash_time": 100,
            "slash_amount": 7,
            "slash_exec_time": 28_900,
            "reporter": None,
            "renters": (RENTER,),
            "reward_to_committee": None,
            "slash_reason": Variant("RentedReportOffline", 90),
        }
    )
    assert row == ("ab", STASH, 7, (RENTER,), 100, 28_900, "RentedReportOffline")


def verification(outcome: str) -> dict[str, object]:
    return {
        "machine_id": b"ab",
        "machine_stash": STASH,
        "stash_slash_amount": 5,
        "inconsistent_committee": (MEMBER,),
        "unruly_committee": (),
        "reward_committee": (OTHER,),
        "committee_stake": 9,
        "slash_time": 1,
        "slash_exec_time": 28_801,
        "book_result": Variant("OnlineRefused"),
        "slash_result": Variant(outcome),
    }


@pytest.mark.parametrize(
    ("name", "outcome", "executed"),
    [
        ("Pending", SlashOutcome.PENDING, False),
        ("Canceled", SlashOutcome.CANCELED, False),
        ("Executed", SlashOutcome.EXECUTED, True),
    ],
)
def test_what_became_of_a_slash_of_a_verification(name: str, outcome: SlashOutcome, *, executed: bool) -> None:
    row, found = dispute_rows.verification_slash(verification(name))
    assert found is outcome
    assert row == ("ab", STASH, 5, (MEMBER,), (), (OTHER,), 28_801, "OnlineRefused", executed)


def test_an_outcome_that_nobody_knows_is_a_broken_answer() -> None:
    with pytest.raises(ChainAnswerInvalid):
        dispute_rows.verification_slash(verification("Forgiven"))


def test_a_report_on_a_machine_that_was_offline_already_lies_on_what_it_was() -> None:
    own = Variant("StakerReportOffline", (50, Variant("Rented")))
    first = Variant("ReporterReportOffline", (Variant("OnlineRentFailed", 60), own, OTHER, (MEMBER,)))
    second = Variant("ReporterReportOffline", (Variant("RentedInaccessible", 70), first, OTHER, (MEMBER, OTHER)))
    newest, below = dispute_rows.reports_on(second)
    assert newest == (
        FaultKind.RENTED_INACCESSIBLE,
        None,
        (MEMBER, OTHER),
        70,
        MachineStatus.REPORTER_REPORT_OFFLINE,
        MachineStatus.STAKER_REPORT_OFFLINE,
        60,
    )
    assert below == (
        FaultKind.ONLINE_RENT_FAILED,
        OTHER,
        (MEMBER,),
        60,
        MachineStatus.STAKER_REPORT_OFFLINE,
        MachineStatus.RENTED,
        50,
    )
    assert dispute_rows.reports_on(own) == ()


def test_of_a_member_whose_work_the_chain_dropped_the_report_tells() -> None:
    dropped = {"booked_time": 0, "confirm_hash": bytes(16)}
    row = dispute_rows.report(
        {
            "reporter": STASH,
            "report_time": 10,
            "reporter_stake": 1_000,
            "first_book_time": 20,
            "machine_id": b"ab",
            "rent_order_id": 3,
            "err_info": b"",
            "booked_committee": (MEMBER, OTHER),
            "hashed_committee": (MEMBER, OTHER),
            "confirmed_committee": (MEMBER,),
            "support_committee": (MEMBER,),
            "report_status": Variant("CommitteeConfirmed"),
            "machine_fault_type": Variant("RentedInaccessible", (b"ab", 3)),
        },
        lambda _: dropped,
        None,
    )
    found = [(one.member, one.booked_time, one.status, one.supports) for one in row.orders]
    assert found == [(MEMBER, 20, MemberStatus.FINISHED, True), (OTHER, 20, MemberStatus.WAITING_RAW, False)]
    assert (row.fault.machine_id, row.fault.rent_id) == ("ab", 3)

"""What the Chain page says: words for values, badges for outcomes, the line of time, and filters."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.branches import Branch, Fault
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.explorer import HIGHEST, Argument, ExtrinsicRow
from dbc_desktop.domain.network import Deadline, Head
from dbc_desktop.screens.chain_branches import signed_amount
from dbc_desktop.screens.chain_faults import fault_choices, fault_name
from dbc_desktop.screens.explorer import (
    arguments_text,
    outcome_badge,
    past_line,
    resident_name,
    total_text,
    value_text,
)
from dbc_desktop.screens.time_line import branch_note, page_note, place_text, time_line, to_next_deadline
from dbc_desktop.services.explorer import PastQuery, PastView

ALICE = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
ALICE_TEXT = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
MACHINE = "3f9a" + "0" * 56 + "c41d"
HEAD = Head(1_396_842, bytes(32), 98, 1_800_000_000_000, 1_396_842)
DBC = 10**15


def row(pallet: str = "RentMachine", call: str = "rent_machine", **changes: object) -> ExtrinsicRow:
    values: dict[str, object] = {
        "height": 1_396_792, "position": 0, "hash": bytes(32), "signer": Address(ALICE), "pallet": pallet,
        "call": call, "arguments": (), "fee": Balance(211_000_000_000), "error": None, "events": (),
    }  # fmt: skip
    return ExtrinsicRow(**(values | changes))  # type: ignore[arg-type]


def event(pallet: str, name: str, **fields: object) -> EventRecord:
    return EventRecord(1_396_792, 0, pallet, name, fields)


def test_an_extrinsic_is_one_line_of_words() -> None:
    rented = row(
        arguments=(
            Argument("machine_id", "MachineId", MACHINE),
            Argument("rent_gpu_num", "u32", 4),
            Argument("duration", "u32", 14_400),
        ),
        events=(event("RentMachine", "Rent", rent_id=31), event("System", "ExtrinsicSuccess")),
    )
    line = past_line(rented, HEAD, {ALICE: "me"})
    assert line.cells == (
        "1,396,792", "5 min ago", "RentMachine.rent_machine", "me", "machine 3f9a…c41d · 4 GPUs · 24 h", "0.000211",
        "Rent #31",
    )  # fmt: skip
    assert (line.kind, line.tips[3]) == ("good", ALICE_TEXT)


@pytest.mark.parametrize(
    ("made", "badge"),
    [
        (row(error=("RentMachine", "GPUNotEnough")), ("GPUNotEnough", "loss")),
        (row(events=(event("GenericFunc", "DestroyDBC", amount=1_184 * DBC),)), ("burned 1,184.00", "locked")),
        (
            row("OnlineProfile", "claim_rewards", events=(event("OnlineProfile", "ClaimReward", amount=4_190 * DBC),)),
            ("claimed 4,190.00", "good"),
        ),
        (row("Staking", "nominate"), ("ok", "good")),
        (row("OnlineCommittee", "x", events=(event("OnlineCommittee", "AddConfirmRaw"),)), ("AddConfirmRaw", "good")),
    ],
)
def test_the_badge_says_the_most_telling_thing(made: ExtrinsicRow, badge: tuple[str, str]) -> None:
    assert outcome_badge(made) == badge


@pytest.mark.parametrize(
    ("name", "value", "short", "whole"),
    [
        ("dest", ALICE, "5Grwva…utQY", ALICE_TEXT),
        ("value", 25 * DBC + 1, "25.00 DBC", "25.000000000000001 DBC"),
        ("duration", 300, "30 min", "30 min"),
        ("hash", bytes(range(16)), "0x0001…0e0f", "0x000102030405060708090a0b0c0d0e0f"),
        ("machine_id", MACHINE, "3f9a…c41d", MACHINE),
        ("is_support", True, "yes", "yes"),
        ("receiver", None, "–", "–"),
        ("targets", (ALICE, ALICE), "2 entries", f"{ALICE_TEXT}, {ALICE_TEXT}"),
        ("call", Call("Balances", "x", (1, 2)), "Balances.x(…)", "Balances.x(1, 2)"),
    ],
)
def test_values_are_written_as_people_read_them(name: str, value: object, short: str, whole: str) -> None:
    assert value_text(name, value, {}) == short
    assert value_text(name, value, {}, is_whole=True) == whole


def test_a_call_without_arguments_has_a_dash_and_residents_have_names() -> None:
    assert arguments_text((), {}) == "–"
    assert [resident_name(one) for one in ("committee 3", "renter", "operator Seoul", "someone")] == [
        "committee 3", "renter", "operator Seoul", "someone",
    ]  # fmt: skip
    assert total_text(None, True, is_node=True) == "in 2,400 blocks at most, as a node keeps no index"
    assert [total_text(None, True), total_text(48_211, True), total_text(1, False)] == [
        "of more than 100,000", "of 48,211", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", PastQuery()),
        ("refused", PastQuery(succeeded=False)),
        ("OK", PastQuery(succeeded=True)),
        ("call:RentMachine.rent_machine", PastQuery(name=("RentMachine", "rent_machine"))),
        ("call:RentMachine", PastQuery(name=("RentMachine", ""))),
        ("call:rent_machine", PastQuery(name=("", "rent_machine"))),
        (f"of:{ALICE_TEXT} block:7", PastQuery(who=ALICE, from_height=7, to_height=7)),
        (f"of:{MACHINE}", PastQuery(who=bytes.fromhex(MACHINE))),
        ("block:1,000-2,000", PastQuery(from_height=1_000, to_height=2_000)),
        ("block:100-", PastQuery(from_height=100, to_height=HIGHEST)),
        ("call: of:", PastQuery()),
    ],
)
def test_a_line_of_filters_is_read_and_written(text: str, query: PastQuery) -> None:
    assert PastQuery.parse(text) == query
    assert PastQuery.parse(query.format(PastView.EXTRINSICS)) == query


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colour:red", "unknown_key"),
        ("rent", "unknown_key"),
        ("of:5Grw", "not_an_account"),
        ("block:x", "not_a_block"),
        ("block:9-3", "not_a_block"),
        ("block:99999999999", "not_a_block"),
        ("ok " * 200, "too_long"),
    ],
)
def test_a_wrong_filter_is_named(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        PastQuery.parse(text)
    assert (refused.value.field, refused.value.reason) == ("past", reason)


def test_the_line_of_time_shows_eras_and_deadlines_around_the_head() -> None:
    ends = (
        Deadline("confirm", 1_396_969, "31"),
        Deadline("verification", 1_412_000, MACHINE),
        Deadline("era", 1_396_801 + 14_400, "99"),
        Deadline("payout", 1_500_000, "104"),
        Deadline("confirm", 1_000, "2"),
    )
    line = time_line(HEAD, ends)
    assert (line.first, line.last, line.head) == (1_310_400, 1_483_200, 1_396_842)
    assert [text for _, text in line.ticks][:2] == ["era 92", "era 93"]
    assert [(mark.height, mark.colour) for mark in line.marks] == [(1_396_969, "warn"), (1_412_000, "accent")]
    assert line.marks[0].text.endswith("12:42")
    assert to_next_deadline(HEAD, ends) == 128
    assert to_next_deadline(HEAD, ()) is None
    assert place_text(1_396_842 + 14_400, HEAD) == "block 1,411,242 · era 99 · in 24 h"
    assert time_line(Head(0, bytes(32), 0, 0, 0), ()).ticks[0] == (0, "era 1")


def test_the_head_line_and_the_branch_are_named() -> None:
    main = Branch("main", 5, None, 18_400_000, True)
    assert page_note("launch-2021", (main,)) == "launch-2021 · file 18.4 MB"
    assert branch_note((main,), None, ALICE) == "branch “main”"
    assert branch_note((main, Branch("b", 3, 2, 1, False)), None, None) == "branch “main” · 1 other"
    amounts = (-11_697 * DBC, 5 * DBC, 0, 1)
    assert [signed_amount(Balance(each)) for each in amounts] == [
        "−11,697.00 DBC", "+5.00 DBC", "0 DBC", "+0.000000000 DBC",
    ]  # fmt: skip
    assert [fault_name(fault) for fault in Fault] == [title for _, title, _ in fault_choices()]

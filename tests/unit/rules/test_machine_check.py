"""The automatic check of a machine, and orders that members grab: `launch-2021` (design 3.1)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import committee, machine_check, online_committee, views
from dbc_desktop.rules.hardware_report import read_report, report_message
from dbc_desktop.rules.online_profile.rows import DECLARED, MACHINES
from dbc_desktop.rules.profile import MAINNET_411

DBC = 10**15
CHECK, PROFILE = "MachineCheck", "OnlineProfile"
MESSAGE = """\
DBC hardware report 1
machine_id: 8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48
stash: 5Eg5fEWoVWSbnedDt5AmqMRmLbhUzoNrtcg6yqewRNtZchLS
height: 7
gpu_type: GeForceRTX3080
gpu_num: 4
cuda_core: 8704
gpu_mem: 10
sys_disk: 500
data_disk: 3905
cpu_type: Intel(R) Xeon(R) Silver 4214R
cpu_core_num: 46
cpu_rate: 2400
mem_num: 440
"""


def used(chain) -> list[int]:
    return [committee.stake_of(chain.engine.state, member).used // DBC for member in chain.committee]


def grab(chain, member: bytes) -> tuple[str, str] | None:
    return chain.attempt(member, CHECK, "grab_order", chain.machine_id)


def opened(chain):
    """Bonded, checked and described: members may grab it from the present height on."""
    chain.bond()
    chain.do(chain.stash, PROFILE, "gen_server_room")
    assert chain.report() is None
    chain.do(chain.stash, PROFILE, "add_machine_info", chain.machine_id, chain.description())
    return chain


def order(chain) -> online_committee.OrderRow | None:
    return chain.engine.state.get(online_committee.ORDERS, chain.machine_id)


def test_the_message_is_text_that_a_person_can_read(chain) -> None:
    message = report_message(chain.hardware(), ss58.encode(b"s" * 32), 7)
    assert message.decode() == MESSAGE
    found = read_report(message)
    assert (found.machine_id, found.height, found.fields[1], found.fields[6]) == (
        chain.machine_id, 7, "4", "Intel(R) Xeon(R) Silver 4214R",
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "\n",
        lambda text: text + "more: 1\n",
        lambda text: text.replace("report 1", "report 2"),
        lambda text: text.replace("height: 7", "height: -7"),
        lambda text: text.replace("height: 7", "height: ٧"),
        lambda text: text.replace("height: 7", "height: 12345678901"),
        lambda text: text.replace("gpu_num: ", "gpu_num:"),
        lambda text: text.replace("gpu_num: 4\ncuda_core: 8704\n", "cuda_core: 8704\ngpu_num: 4\n"),
        lambda text: text.replace("GeForce", "G" * 5_000),
    ],
)
def test_what_is_no_report_is_refused(chain, change) -> None:
    chain.bond()
    call = (CHECK, "submit_hardware_report", chain.hardware(), change(MESSAGE).encode(), b"")
    assert chain.attempt(chain.stash, *call) == (CHECK, "BadReport")


def test_a_text_with_a_line_break_cannot_be_reported(chain) -> None:
    with pytest.raises(ValueError, match="one line"):
        report_message(dataclasses.replace(chain.hardware(), gpu_type="RTX\ngpu_num: 8"), "x", 1)


def test_a_machine_is_described_only_after_it_reported_what_was_declared(chain) -> None:
    chain.bond()
    chain.do(chain.stash, PROFILE, "gen_server_room")
    add = (PROFILE, "add_machine_info", chain.machine_id, chain.description())
    assert chain.attempt(chain.stash, *add) == (CHECK, "NotReported")
    assert chain.report(gpu_num=8) == (CHECK, "ReportDiffers")
    assert chain.report(gpu_type="GeForceRTX4090") == (CHECK, "ReportDiffers")
    assert chain.report(mem_num=441) == (CHECK, "ReportDiffers")
    assert views.machine(chain.engine, chain.machine_id).awaits_report
    assert chain.report() is None
    assert chain.event("HardwareReported").fields["gpu_num"] == 4
    assert not views.machine(chain.engine, chain.machine_id).awaits_report
    assert chain.report() == (CHECK, "ReportNotNeeded")
    assert chain.attempt(chain.stash, *add) is None


def test_the_preview_names_the_field_that_differs(chain) -> None:
    chain.bond()
    info = chain.hardware()
    message = report_message(info, ss58.encode(chain.stash), 1)
    declared = dataclasses.replace(info, gpu_num=8)
    call = Call(CHECK, "submit_hardware_report", (declared, message, chain.keys.sign(message)))
    seen = chain.engine.preview(call, chain.stash, 150)
    assert seen.error == (CHECK, "ReportDiffers")
    right = Call(CHECK, "submit_hardware_report", (info, message, chain.keys.sign(message)))
    assert [one.kind for one in chain.engine.preview(right, chain.stash, 150).consequences] == ["report_agrees"]


def test_a_report_must_be_fresh_signed_by_the_machine_and_for_this_stash(chain) -> None:
    chain.bond()
    info = chain.hardware()

    def submit(message: bytes, keys: KeyPair, who: bytes = chain.stash) -> tuple[str, str] | None:
        return chain.attempt(who, CHECK, "submit_hardware_report", info, message, keys.sign(message))

    stash, other = ss58.encode(chain.stash), KeyPair.from_phrase("//Alice")
    now = chain.engine.height
    assert submit(report_message(info, stash, now), chain.keys, chain.renter) == (PROFILE, "NotMachineController")
    assert submit(report_message(info, ss58.encode(chain.renter), now), chain.keys) == (CHECK, "ReportOfAnother")
    assert submit(report_message(info, stash, now), other) == (CHECK, "BadReportSignature")
    assert submit(report_message(info, stash, now + 100), chain.keys) == (CHECK, "ReportNotFresh")
    chain.goto(now + 14_400)
    assert submit(report_message(info, stash, now), chain.keys) == (CHECK, "ReportNotFresh")
    assert submit(report_message(info, stash, now + 2), chain.keys) is None


def test_the_first_three_members_that_grab_an_order_get_it(chain) -> None:
    opened(chain)
    since = chain.engine.height
    seen = views.machine(chain.engine, chain.machine_id).open_order
    assert (seen.since, seen.drawn_at, seen.members) == (since, since + 7_200, ())
    (deadline,) = [one for one in views.deadlines(chain.engine, Address(chain.stash)) if one.kind == "verification"]
    assert deadline.height == since + 7_200
    assert grab(chain, chain.renter) == (CHECK, "NotCommittee")
    assert grab(chain, chain.committee[4]) is None
    assert grab(chain, chain.committee[4]) == (CHECK, "AlreadyGrabbed")
    assert grab(chain, chain.committee[0]) is None
    assert used(chain) == [1_000, 0, 0, 0, 1_000]
    assert order(chain) is None
    assert grab(chain, chain.committee[2]) is None
    assert chain.event("MachineDistributed").fields["committee"] == tuple(chain.committee[i] for i in (0, 2, 4))
    assert order(chain).book_time == chain.engine.height
    assert used(chain) == [1_000, 0, 1_000, 0, 1_000]
    assert grab(chain, chain.committee[1]) == (CHECK, "NoOrderToGrab")
    assert machine_check.open_order(chain.engine.state, chain.machine_id) is None


def test_the_missing_members_are_drawn_after_twelve_hours(chain) -> None:
    opened(chain)
    since = chain.engine.height
    assert grab(chain, chain.committee[4]) is None
    chain.goto(since + 7_199)
    assert order(chain) is None
    chain.goto(since + 7_200)
    booked = order(chain).booked
    assert len(booked) == 3
    assert chain.committee[4] in booked
    assert sum(used(chain)) == 3_000


def test_with_too_few_members_it_waits_for_another(new_chain) -> None:
    chain = opened(new_chain(members=3))
    chain.do(chain.committee[0], "Committee", "chill")
    since = chain.engine.height
    assert grab(chain, chain.committee[1]) is None
    chain.goto(since + 8_000)
    assert order(chain) is None
    chain.do(chain.committee[0], "Committee", "undo_chill")
    assert order(chain).book_time == chain.engine.height


def test_two_in_one_block_cannot_make_it_four(chain) -> None:
    opened(chain)
    calls = [chain.signed(member, CHECK, "grab_order", chain.machine_id) for member in chain.committee]
    outcome = chain.apply(chain.engine.height + 1, calls)
    assert [one.error for one in outcome.outcomes] == [None] * 3 + [(CHECK, "NoOrderToGrab")] * 2


def test_without_agreement_the_order_is_open_to_all_again(chain) -> None:
    chain.bond()
    chain.describe()
    chain.vote(chain.hardware(gpus=1), chain.hardware(gpus=2), chain.hardware(gpus=3))
    assert chain.engine.state.get(MACHINES, chain.machine_id).status is MachineStatus.DISTRIBUTING_ORDER
    assert machine_check.open_order(chain.engine.state, chain.machine_id) == (chain.engine.height, ())
    assert used(chain) == [0] * 5
    for member in chain.committee[2:]:
        assert grab(chain, member) is None
    assert order(chain).booked == chain.committee[2:]


def test_changed_hardware_is_reported_anew(chain) -> None:
    chain.online()
    chain.do(chain.stash, PROFILE, "offline_machine_change_hardware_info", chain.machine_id)
    assert chain.engine.state.get(DECLARED, chain.machine_id) is None
    add = (PROFILE, "add_machine_info", chain.machine_id, chain.description())
    assert chain.attempt(chain.stash, *add) == (CHECK, "NotReported")
    assert chain.report() is None
    assert chain.attempt(chain.stash, *add) is None
    assert machine_check.open_order(chain.engine.state, chain.machine_id) is not None


def test_a_machine_that_was_refused_reports_again(chain) -> None:
    chain.bond()
    chain.describe()
    chain.vote(*[chain.hardware(support=False)] * 3)
    assert chain.engine.state.get(DECLARED, chain.machine_id) is None
    chain.bond()
    chain.describe()


def test_who_grabbed_is_free_when_the_machine_is_forced_out(chain) -> None:
    opened(chain)
    assert grab(chain, chain.committee[1]) is None
    assert chain.root(PROFILE, "update_authorized_force_exit_accounts", (chain.sudo,)) is None
    chain.do(chain.sudo, PROFILE, "force_machine_exit", (chain.machine_id,))
    assert used(chain) == [0] * 5
    assert machine_check.open_order(chain.engine.state, chain.machine_id) is None
    chain.goto(chain.engine.height + 7_300)
    assert order(chain) is None


def test_a_member_sees_what_grabbing_uses(chain) -> None:
    opened(chain)
    seen = chain.engine.preview(Call(CHECK, "grab_order", (chain.machine_id,)), chain.committee[0], 150)
    assert [(one.kind, one.facts["amount"]) for one in seen.consequences] == [
        ("order_taken", Balance(1_000 * DBC)),
    ]


def test_the_network_knows_neither_call(new_chain) -> None:
    chain = new_chain(profile=MAINNET_411)
    chain.bond()
    assert chain.report() == ("System", "CallFiltered")
    assert grab(chain, chain.committee[0]) == ("System", "CallFiltered")
    assert not views.machine(chain.engine, chain.machine_id).awaits_report


def test_slots_of_a_member_are_four_hours_each(chain) -> None:
    made = online_committee.OrderRow(4, tuple(chain.committee[:3]))
    assert [online_committee.verify_times(made, member) for member in made.booked] == [
        (4, 7_204, 14_404),
        (2_404, 9_604, 16_804),
        (4_804, 12_004, 19_204),
    ]

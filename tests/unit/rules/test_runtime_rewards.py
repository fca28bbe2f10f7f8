"""What the runtime of version 400 did with rewards, points and the committee, done again (chain-rules 12.6)."""

from __future__ import annotations

import dataclasses
import json

import pytest

from dbc_desktop.rules import committee, online_committee, parameters
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import (
    GALAXY_ERA,
    MACHINES,
    STASH_STAKE,
    stash_rewards,
)
from dbc_desktop.rules.profile import TREASURY
from dbc_desktop.rules.reward_queue import rewards, unpack
from dbc_desktop.rules.state import SINGLE, Overlay
from tests.doubles.runtime_fleet import CALL, PROFILE, SORTED, STASHES, Runtime, of, plain

pytestmark = pytest.mark.vector


@of("rewards")
def test_rewards(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector)
    run.online(*SORTED)
    chain, rent = run.chain, given.get("rent")
    if run.galaxy:
        layer = Overlay(run.state)
        layer.put(GALAXY_ERA, SINGLE, run.galaxy)
        layer.settle()
    if rent:
        run.use(rent["machine"])
        rent_id = run.rent(rent["gpus"], rent["duration"])
        assert run.order(rent_id).fee == expected["rent_fee"]
        run.confirm(rent_id)
    assert chain.engine.height // 14_400 + 1 == expected["rented_in_era"]
    for name, amount in expected["stake_after_rent"].items():
        assert run.state.get(MACHINES, run._id(run.phrases[name])).stake_amount == amount
    for era in range(1, given["eras"] + 1):
        chain.eras(1)
        want, state = expected["eras"][str(era)], run.state
        assert chain.engine.height // 14_400 + 1 == want["payout_in_era"]
        assert points.total_at(state, era) == want["total_points"]
        pool = payout.era_reward(chain.engine.profile, state, era)
        assert (pool if want["total_points"] else 0) == want["era_reward"]
        for name, stash in STASHES.items():
            held = stash_rewards(state, stash)
            assert held.can_claim == want["stash"][name]["can_claim_reward"]
            assert held.earned == want["stash"][name]["total_earned_reward"]
            assert (held.released or (0,))[-1] == want["stash"][name]["era_released"]
            counted, figures = points.stash_at(state, stash, era), want["stash"][name]["points"]
            if figures is None:
                assert counted.gpus == 0
                continue
            assert counted[1:] == (
                figures["online_gpu_num"],
                figures["machine_total_calc_point"],
                figures["rent_extra_grade"],
            )
            assert points.inflation(chain.engine.profile, counted.gpus) == figures["inflation"]
        newest = [row for row in chain.history if row.kind == "reward" and row.index == era]
        rows = {row.subject: json.loads(row.value) for row in newest}
        earned_by = dict.fromkeys(STASHES, 0)
        for name, phrase in run.phrases.items():
            machine, (earned, at_once, earlier, *_) = want["machine"][name], rows.get(run._id(phrase), (0, 0, 0))
            earned_by[name[0]] += earned
            assert (earned, at_once + earlier) == (machine["reward"], machine["released"])
            queue = unpack(state.get(payout.QUEUES, run._id(phrase)))
            # An era in which nothing waited and nothing was earned leaves no zero in our queue.
            assert rewards(queue) == [one for one in machine["queue"] if one]
            assert sum(rewards(queue)) == machine["recent_reward_sum"]
        assert earned_by == {name: want["stash"][name]["era_reward"] for name in STASHES}
        assert {held[3] for held in run.members()} == {0}
        assert {held[2] for held in run.members()} == {want["committee_can_claim"]}
    chain.stash = STASHES["A"]
    free, reserved = run.free(), run.reserved()
    chain.do(chain.stash, PROFILE, "claim_rewards")
    claim = expected["claim_A"]
    assert chain.event("ClaimReward").fields["amount"] == claim["amount"]
    assert [one for one in chain.events if one.name == "MachineAddStake"] == claim["stake_added"]
    assert stash_rewards(run.state, chain.stash).can_claim == claim["can_claim_after"]
    assert run.free() - free + CALL == claim["stash_free_delta"]
    assert run.reserved() - reserved == claim["stash_reserved_delta"]
    assert stash_rewards(run.state, chain.stash).claimed == claim["total_claimed"]
    for name, amount in claim["stakes"].items():
        assert run.state.get(MACHINES, run._id(run.phrases[name])).stake_amount == amount
    member = chain.committee[0]
    free = chain.free(member)
    chain.do(member, "Committee", "claim_reward")
    assert chain.free(member) - free + CALL == expected["committee_claim"]["free_delta"]
    assert chain.event("ClaimReward").fields["amount"] == expected["committee_claim"]["amount"]


@of("era-snapshots")
def test_era_snapshots(vector, new_chain) -> None:
    run = Runtime(new_chain, vector, strict=True)
    run.online(*SORTED)
    run.chain.goto(14_401)

    def check(step: str) -> None:
        for name, era in (("E", 2), ("E1", 3)):
            want = vector["expected"][step][name]
            assert points.total_at(run.state, era) == want["total"], (step, name)
            for stash, held in want["stash"].items():
                found = points.stash_at(run.state, STASHES[stash], era)
                figures = (held["online_gpu_num"], held["machine_total_calc_point"], held["rent_extra_grade"])
                assert (found.gpus, found.basic, found.rent_extra) == figures, (step, name, stash)
            for machine, held in want["machine"].items():
                entry = points.machine_at(run.state, run._id(run.phrases[machine]), era)
                figures = (held["basic_grade"], held["is_rented"]) if held else (0, False)
                assert (entry.basic, entry.rented) == figures, (step, name, machine)

    check("era2_start")
    run.use("A4")
    assert run.act("controller_report_offline") == "ok"
    check("A4_offline")
    assert run.act("controller_report_online") == "ok"
    check("A4_back")
    run.use("B8")
    run.confirm(run.rent(1, 864_000))
    check("B8_rented")
    assert run.act("controller_report_offline") == "ok"
    check("B8_offline")
    assert run.act("controller_report_online") == "ok"
    check("B8_back")
    run.use("A4")
    assert run.act("controller_report_offline") == "ok"
    check("A4_offline_again")
    assert run.sums() == vector["expected"]["sys"]
    of_a = points.stash_at(run.state, STASHES["A"], 3)
    total = points.stash_total(run.chain.engine.profile, of_a)
    assert total == vector["expected"]["stash_A_total_calc_points"]


@of("committee-verdict")
def test_committee_verdict(vector, new_chain) -> None:
    expected, votes = vector["expected"], vector["inputs"]["votes"]
    run = Runtime(new_chain, vector, strict=True)
    run.use("A4")
    chain = run.chain
    chain.bond()
    chain.describe()
    booked, reserved = chain.engine.height, run.reserved()
    voters = dict(zip(chain.committee, votes, strict=True))
    infos = {
        member: dataclasses.replace(chain.hardware(f"abcdefg{number}", support=vote["is_support"]), **vote)
        for number, (member, vote) in enumerate(voters.items())
        if vote is not None
    }
    assert list(infos) == list(chain.booked[: len(infos)])
    hashing = [
        chain.signed(member, "OnlineCommittee", "submit_confirm_hash", chain.machine_id, hardware_hash(info))
        for member, info in infos.items()
    ]
    assert {one.error for one in chain.apply(booked + 1, hashing).outcomes} == {None}
    if len(infos) < 3:
        chain.goto(booked + (21_600 if infos else 28_800))
    calls = [chain.signed(member, "OnlineCommittee", "submit_confirm_raw", info) for member, info in infos.items()]
    if calls:
        outcome = chain.apply(chain.engine.height + 1, calls)
        assert [one.error for one in outcome.outcomes] == [None] * len(calls)
    summed = chain.engine.height
    found = run.machine()
    assert (found.status.value if found else "deleted") == expected["status"]
    assert run.reserved() - reserved == expected["stash_reserved_delta"]
    assert run.members() == plain(expected["committee_after_summary"])
    assert summed - booked == expected["summary_minus_book"]
    assert (run.lists() or ["refusedMachine"]) == expected["lists"]
    rewarded = None if found is None else len(found.reward_committee)
    assert rewarded == expected["reward_committee"]
    pending, want = run.state.get(online_committee.PENDING, 0), expected["pending"]
    if want is None:
        assert pending is None
        return

    def at(indexes: list[int]) -> tuple[bytes, ...]:
        return tuple(chain.committee[index] for index in indexes)

    assert pending.stash_amount == want["stash_slash_amount"]
    assert (pending.stash is not None) == want["machine_stash"]
    assert parameters.member_stakes(chain.engine.profile, run.state).stake_per_order == want["committee_stake"]
    assert (pending.invalid, pending.unruly) == (at(want["inconsistent"]), at(want["unruly"]))
    assert (pending.valid, pending.result) == (at(want["reward"]), want["book_result"])
    assert pending.exec_time - summed == want["exec_minus_now"]
    done, accounts = expected["executed"], (*chain.committee, TREASURY)
    free = [chain.free(who) for who in accounts]
    held = [chain.reserved(who) for who in (*chain.committee, chain.stash)]
    staked = run.state.get(STASH_STAKE, chain.stash)
    chain.goto(pending.exec_time)
    assert run.members() == plain(done["committee"])
    assert run.state.get(STASH_STAKE, chain.stash) - staked == done["stash_stake_delta"]
    executed = run.state.get(online_committee.PENDING, 0).executed
    assert ("Executed" if executed else "Pending") == done["slash_result"]
    gained = [chain.free(who) - old for who, old in zip(accounts, free, strict=True)]
    assert gained == [*done["committee_free_delta"], done["treasury_free_delta"]]
    now = [chain.reserved(who) for who in (*chain.committee, chain.stash)]
    moved = [after - old for after, old in zip(now, held, strict=True)]
    assert moved == [*done["committee_reserved_delta"], done["stash_reserved_delta"]]
    lists = committee.lists(run.state)
    assert (len(lists.normal), len(lists.fulfilling)) == (done["normal"], done["fulfilling"])
    chain.goto(pending.exec_time + 1)
    assert run.members() == plain(expected["one_block_later"])


@of("committee-errors")
def test_committee_errors(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.use("A4")
    chain = run.chain
    chain.bond()
    chain.describe()
    members, infos = chain.booked, [chain.hardware(f"abcdefg{number}") for number in range(3)]
    hashes = [hardware_hash(info) for info in infos]
    results = []

    def attempt(who: bytes, name: str, *args: object) -> None:
        error = chain.attempt(who, "OnlineCommittee", name, *args)
        results.append(("onlineCommittee." + error[1]) if error else "ok")

    attempt(members[0], "submit_confirm_raw", infos[0])
    attempt(chain.renter, "submit_confirm_hash", chain.machine_id, bytes(16))
    attempt(members[0], "submit_confirm_hash", chain.machine_id, hashes[0])
    attempt(members[1], "submit_confirm_hash", chain.machine_id, hashes[0])
    attempt(members[0], "submit_confirm_hash", chain.machine_id, b"1" * 16)
    attempt(members[0], "submit_confirm_raw", infos[0])
    attempt(members[0], "submit_confirm_raw", infos[1])
    attempt(members[1], "submit_confirm_hash", chain.machine_id, hashes[1])
    attempt(members[2], "submit_confirm_hash", chain.machine_id, hashes[2])
    attempt(members[0], "submit_confirm_raw", infos[0])
    attempt(members[0], "submit_confirm_raw", infos[0])
    assert results == vector["expected"]["results"]


@of("committee-booking")
def test_committee_booking(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector)
    run.use("A4")
    chain = run.chain
    chain.bond()
    chain.describe()
    order = run.state.get(online_committee.ORDERS, chain.machine_id)
    assert order.book_time == chain.engine.height
    assert {used for _, used, *_ in run.members()} == {expected["used_after_booking"]}
    assert chain.engine.profile.reveal_start == expected["confirm_start_minus_book"]
    slots = [online_committee.verify_times(order, member) for member in order.booked]
    told = [",".join(str(at - order.book_time) for at in times) for times in slots]
    assert told == expected["verify_time_offsets_sorted"]
    assert order.status == expected["status"]


@of("committee-stake")
def test_committee_stake(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector)
    chain, member = run.chain, run.chain.committee[0]
    steps = {
        "set_key_again": ("committee_set_box_pubkey", b"w" * 32),
        "reduce_1": ("committee_reduce_stake", 1),
        "add_5": ("committee_add_stake", 5),
        "reduce_5": ("committee_reduce_stake", 5),
        "claim_nothing": ("claim_reward",),
        "undo_chill_when_normal": ("undo_chill",),
        "exit_when_normal": ("exit_committee",),
        "chill": ("chill",),
        "chill_again": ("chill",),
        "set_key_in_chill": ("committee_set_box_pubkey", b"w" * 32),
        "undo_chill": ("undo_chill",),
        "chill_2": ("chill",),
        "exit": ("exit_committee",),
        "add_after_exit": ("committee_add_stake", 1),
    }
    for step, call in steps.items():
        want, reserved = expected[step], chain.reserved(member)
        error = chain.attempt(member, "Committee", *call)
        assert ("committee." + error[1] if error else "ok") == want["result"], step
        assert [run.members()[0]] == plain([want["stake"]]), step
        lists = committee.lists(run.state)
        places = {"normal": lists.normal, "chill": committee.chilled(run.state)}
        assert next((name for name, held in places.items() if member in held), "none") == want["list"], step
        told = [one for one in chain.events if one.pallet == "Committee"]
        assert [_told(one) for one in told] == want["events"], step
        if step == "exit":
            assert chain.reserved(member) - reserved == expected["reserved_delta_on_exit"]


def _told(event) -> list[object]:
    """An event as the recording has it: its name, and what it says beside whose it is."""
    figures = [value for name, value in event.fields.items() if name != "who"]
    name = event.pallet.lower() + "." + event.name
    return [name, *("0x" + one.hex() if isinstance(one, bytes) else one for one in figures)]

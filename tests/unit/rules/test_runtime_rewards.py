"""What the runtime of version 400 did with rewards, points and the committee, done again (chain-rules 12.6)."""

from __future__ import annotations

import dataclasses
import json

import pytest

from dbc_desktop.rules import committee, online_committee
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import (
    GALAXY_ERA,
    MACHINES,
    stash_rewards,
    sys_info,
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
        run.confirm(run.rent(rent["gpus"], rent["duration"]))
    for era in range(2, given["eras"] + 1):
        chain.eras(2 if era == 2 else 1)
        want, state = expected["eras"][str(era)], run.state
        for name, stash in STASHES.items():
            held = stash_rewards(state, stash)
            assert held.can_claim == want["stash"][name]["can_claim_reward"]
            assert held.earned == want["stash"][name]["total_earned_reward"]
            assert held.released[-1] == want["stash"][name]["era_released"]
        newest = [row for row in chain.history if row.kind == "reward" and row.index == era]
        rows = {row.subject: json.loads(row.value) for row in newest}
        for name, phrase in run.phrases.items():
            machine, (earned, at_once, earlier, *_) = want["machine"][name], rows[run._id(phrase)]
            assert (earned, at_once + earlier) == (machine["reward"], machine["released"])
            queue = unpack(state.get(payout.QUEUES, run._id(phrase)))
            assert rewards(queue) == [one for one in machine["queue"] if one]
            assert sum(rewards(queue)) == machine["recent_reward_sum"]
        assert {held[3] for held in run.members()} == {0}
        assert {held[2] for held in run.members()} == {want["committee_can_claim"]}
    chain.stash = STASHES["A"]
    free, reserved = run.free(), run.reserved()
    chain.do(chain.stash, PROFILE, "claim_rewards")
    claim = expected["claim_A"]
    assert run.free() - free + CALL == claim["stash_free_delta"]
    assert run.reserved() - reserved == claim["stash_reserved_delta"]
    assert stash_rewards(run.state, chain.stash).claimed == claim["total_claimed"]
    for name, amount in claim["stakes"].items():
        assert run.state.get(MACHINES, run._id(run.phrases[name])).stake_amount == amount
    member = chain.committee[0]
    free = chain.free(member)
    chain.do(member, "Committee", "claim_reward")
    assert chain.free(member) - free + CALL == expected["committee_claim"]["free_delta"]


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
    assert sys_info(run.state).gpu_num == vector["expected"]["sys"]["total_gpu_num"]
    assert sys_info(run.state).rented_gpu_num == vector["expected"]["sys"]["total_rented_gpu"]


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
    for number, (member, info) in enumerate(infos.items()):
        assert chain.booked[number] == member
        chain.do(member, "OnlineCommittee", "submit_confirm_hash", chain.machine_id, hardware_hash(info))
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
    assert run.stakes() == plain(expected["committee_after_summary"])
    pending, want = run.state.get(online_committee.PENDING, 0), expected["pending"]
    if want is None:
        assert pending is None
        return

    def at(indexes: list[int]) -> tuple[bytes, ...]:
        return tuple(chain.committee[index] for index in indexes)

    assert pending.stash_amount == want["stash_slash_amount"]
    assert (pending.invalid, pending.unruly) == (at(want["inconsistent"]), at(want["unruly"]))
    assert (pending.valid, pending.result) == (at(want["reward"]), want["book_result"])
    assert pending.exec_time - summed == want["exec_minus_now"]
    done, accounts = expected["executed"], (*chain.committee, TREASURY)
    free = [chain.free(who) for who in accounts]
    held = [chain.reserved(who) for who in (*chain.committee, chain.stash)]
    chain.goto(pending.exec_time)
    assert run.stakes() == plain(done["committee"])
    gained = [chain.free(who) - old for who, old in zip(accounts, free, strict=True)]
    assert gained == [*done["committee_free_delta"], done["treasury_free_delta"]]
    now = [chain.reserved(who) for who in (*chain.committee, chain.stash)]
    moved = [after - old for after, old in zip(now, held, strict=True)]
    assert moved == [*done["committee_reserved_delta"], done["stash_reserved_delta"]]
    lists = committee.lists(run.state)
    assert (len(lists.normal), len(lists.fulfilling)) == (done["normal"], done["fulfilling"])
    chain.goto(pending.exec_time + 1)
    assert run.stakes() == plain(expected["one_block_later"])


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

"""What the runtime of version 400 really did, done again by `mainnet-411` with 400's parameters (chain-rules 12.6)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import committee, online_committee, price
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import (
    GALAXY_ERA,
    HARDWARE_CHANGE,
    MACHINES,
    PENDING_SLASH,
    RENTED_FINISHED,
    SLASH_REVIEW,
    STASH_STAKE,
    stash_machines,
    stash_rewards,
    sys_info,
)
from dbc_desktop.rules.orders import ORDERS, machine_orders
from dbc_desktop.rules.policies import FixedStake, PercentToPot, PhasedEmission
from dbc_desktop.rules.profile import MAINNET_411, MAINNET_411_STRICT, RENT_POT, TREASURY
from dbc_desktop.rules.reward_queue import rewards, unpack
from dbc_desktop.rules.state import SINGLE, Overlay

pytestmark = pytest.mark.vector

DATA = Path(__file__).parents[2] / "data" / "runtime_400.json"
VECTORS = {one["id"]: one for one in json.loads(DATA.read_text(encoding="utf-8"))["vectors"]}
DBC = 10**15
CALL = 150_113_648_000
RENT, PROFILE = "RentMachine", "OnlineProfile"
FLEET = {"A1": (1, 6_825), "A4": (4, 59_890), "B8": (8, 119_780), "B3": (3, 33_333)}
SORTED = ("A4", "A1", "B8", "B3")
STASHES = {"A": b"A" * 32, "B": b"B" * 32}
OFFLINE = MachineStatus.STAKER_REPORT_OFFLINE


def of(scenario: str) -> Any:
    ids = [name for name, one in VECTORS.items() if one["scenario"] == scenario]
    assert ids
    return pytest.mark.parametrize("vector", [VECTORS[name] for name in ids], ids=ids)


class Runtime:
    """The fleet of the recorded runs: A1 and A4 of one stash, B8 and B3 of another, three committee members."""

    def __init__(self, make: Any, vector: dict[str, Any], *, strict: bool = False, stash_dbc: int = 1_000_000) -> None:
        params = vector["inputs"].get("params", {})
        profile = dataclasses.replace(
            MAINNET_411_STRICT if strict else MAINNET_411,
            stake=FixedStake(first_percent=1),
            rent=PercentToPot(RENT_POT, params.get("rentfee_destroy_percent", 5)),
            emission=self._emission(vector["inputs"].get("phase")),
        )
        standard = (params.get("gpu_point", 1_000), params.get("gpu_price", 5_000_000))
        self.galaxy = vector["inputs"].get("phase", {}).get("galaxy_on_era")
        self.chain = make(profile=profile, price=params.get("avg_price", 12_000), members=3, standard=standard)
        phrases = sorted((f"//fleet{number}" for number in range(len(SORTED))), key=self._id)
        self.phrases = dict(zip(SORTED, phrases, strict=True))
        for stash in STASHES.values():
            self.chain.do(self.chain.sudo, "Balances", "transfer_keep_alive", stash, stash_dbc * DBC)

    @staticmethod
    def _emission(phase: dict[str, int] | None) -> PhasedEmission:
        if phase is None:
            return MAINNET_411.emission
        return PhasedEmission(
            tuple(phase[f"phase_{number}_reward_per_era"] for number in range(3)),
            first_phase_eras=phase["first_phase_duration"],
            start_era=phase["online_reward_start_era"],
        )

    @staticmethod
    def _id(phrase: str) -> str:
        return KeyPair.from_phrase(phrase).public.hex()

    @property
    def state(self) -> Any:
        return self.chain.engine.state

    def use(self, name: str) -> None:
        self.chain.stash = STASHES[name[0]]
        self.chain.use(self.phrases[name])

    def online(self, *names: str) -> None:
        for name in names:
            self.use(name)
            self.chain.online(*FLEET[name])

    def machine(self) -> Any:
        return self.state.get(MACHINES, self.chain.machine_id)

    def order(self, rent_id: int = 0) -> Any:
        return self.state.get(ORDERS, rent_id)

    def rent(self, gpus: int, duration: int, who: bytes | None = None) -> int:
        self.chain.do(who or self.chain.renter, RENT, "rent_machine", self.chain.machine_id, gpus, duration)
        return self.chain.event("Rent").fields["rent_id"]

    def confirm(self, rent_id: int, who: bytes | None = None) -> None:
        self.chain.do(who or self.chain.renter, RENT, "confirm_rent", rent_id)

    def act(self, name: str, *args: object) -> str:
        error = self.chain.attempt(self.chain.stash, PROFILE, name, self.chain.machine_id, *args)
        return error[1] if error else "ok"

    def at(self, height: int) -> None:
        """Have the next call in the block at `height`."""
        self.chain.goto(height - 1)

    def slash(self) -> Any:
        return self.state.get(PENDING_SLASH, 0)

    def reserved(self) -> int:
        return self.chain.reserved(self.chain.stash)

    def free(self) -> int:
        return self.chain.free(self.chain.stash)

    def total(self) -> int:
        """Points of the next era."""
        return points.total_at(self.state, self.chain.engine.height // 14_400 + 2)

    def members(self) -> list[tuple[int, ...]]:
        """What each member has staked, uses, may claim and claimed."""
        return [committee.stake_of(self.state, one)[1:] for one in self.chain.committee]

    def stakes(self) -> list[tuple[int, ...]]:
        """The first two of these: eras went by that the recorded run never executed, so here they earned."""
        return [held[:2] for held in self.members()]


def plain(members: list[dict[str, int]]) -> list[tuple[int, ...]]:
    return [(one["staked"], one["used"]) for one in members]


@of("rent-confirm-relet")
def test_rent_confirm_relet(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run, name = Runtime(new_chain, vector), given["machine_name"]
    others = [one["name"] for one in given["other_online_machines_of_stash"]]
    run.online(*others, name)
    chain = run.chain
    before, free, reserved = run.total(), run.free(), run.reserved()
    renter = chain.free(chain.renter)
    run.rent(given["rent_gpu_num"], given["duration"])
    order, start = run.order(), chain.engine.height
    assert (order.fee, order.gpu_index) == (expected["fee"], tuple(expected["gpu_index"]))
    assert order.rent_end - order.rent_start == expected["rent_end_minus_start"]
    assert chain.free(chain.renter) - renter + CALL == expected["renter_free_delta"]
    assert chain.reserved(chain.renter) == expected["renter_reserved"]
    assert run.machine().status is MachineStatus.RENTED
    assert run.machine().stake_amount == expected["stake_amount_before"]
    run.confirm(0)
    added = [event.fields for event in chain.events if event.name == "MachineAddStake"]
    ids = {run._id(phrase): name for name, phrase in run.phrases.items()}
    assert [(ids[one["machine_id"]], one["pre_stake"], one["delta"]) for one in added if one["delta"]] == [
        (one["machine"], one["before"], one["added"]) for one in expected["stake_added"] if one["added"]
    ]
    assert chain.free(RENT_POT) == run.machine().total_burn_fee == expected["to_pot"]
    assert run.machine().total_rent_fee == expected["to_stash"]
    assert run.reserved() - reserved == expected["stash_reserved_delta"]
    assert run.free() - free == expected["stash_free_delta"]
    assert run.machine().stake_amount == expected["stake_amount_after"]
    assert chain.reserved(chain.renter) == 0
    assert sys_info(run.state).rented_gpu_num == expected["total_rented_gpu"]
    assert run.total() - before == expected["total_calc_points_delta"]
    relet = expected["relet"]
    run.at(start + relet["relet_blocks_after_rent"])
    renter, both = chain.free(chain.renter), run.free() + run.reserved()
    chain.do(chain.renter, RENT, "relet_machine", 0, given["relet_duration"])
    assert chain.free(chain.renter) - renter + CALL == relet["renter_free_delta"]
    assert chain.event("Relet").fields["duration"] == relet["added_duration"]
    assert chain.free(RENT_POT) - expected["to_pot"] == relet["to_pot"]
    assert run.free() + run.reserved() - both == relet["stash_total_delta"]


@of("rent-refusals")
def test_rent_refusals(vector, new_chain) -> None:
    run = Runtime(new_chain, vector, strict=True)
    run.online("A4")
    chain = run.chain

    def result(who: bytes, name: str, *args: object) -> str:
        error = chain.attempt(who, RENT, name, *args)
        return ("rentMachine." + error[1]) if error else "ok"

    machine_id, me, other = chain.machine_id, chain.renter, chain.sudo
    assert [
        result(me, "rent_machine", machine_id, 5, 300),
        result(me, "rent_machine", machine_id, 1, 299),
        result(me, "rent_machine", "0" * 64, 1, 300),
        result(me, "rent_machine", machine_id, 0, 300),
        result(me, "rent_machine", machine_id, 1, 300),
        result(other, "confirm_rent", 1),
        result(me, "relet_machine", 1, 300),
        result(me, "relet_machine", 1, 99),
        result(other, "relet_machine", 1, 300),
        result(me, "rent_machine", machine_id, 4, 300),
    ] == [one for number, one in enumerate(vector["expected"]["results"]) if number != 2]
    assert run.order(0).fee == vector["expected"]["fee_of_zero_gpu_order"]


@of("rent-lapse")
def test_rent_lapse(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector)
    run.online("A4")
    chain = run.chain
    renter, free = chain.free(chain.renter), run.free()
    run.rent(given["rent_gpu_num"], given["duration"])
    start = chain.engine.height
    assert run.order().fee == expected["fee"]
    chain.goto(start + 149)
    assert run.machine().status.value == "Rented"
    assert chain.reserved(chain.renter) == expected["reserved_at_149"]
    chain.goto(start + 150)
    assert chain.reserved(chain.renter) == expected["reserved_after_150"]
    assert chain.free(chain.renter) - renter + CALL == expected["renter_free_delta"]
    assert run.machine().status.value == expected["status_after_150"]
    assert machine_orders(run.state, chain.machine_id).used_gpu == tuple(expected["used_gpu"])
    assert run.free() - free == expected["stash_free_delta"]
    assert chain.attempt(chain.renter, RENT, "confirm_rent", 0) == (RENT, "Unknown")


@of("rent-confirm-last-block")
def test_rent_confirm_last_block(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online("A4")
    run.rent(4, vector["inputs"]["duration"])
    run.at(run.chain.engine.height + 150)
    run.confirm(0)
    assert run.order().status is RentStatus.RENTING
    assert run.machine().status.value == vector["expected"]["status"]


@of("rent-expiry")
def test_rent_expiry(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector)
    run.online(*SORTED)
    run.use("A4")
    chain = run.chain
    first, second = given["orders"]
    run.rent(first["gpus"], first["duration"])
    start = chain.engine.height
    run.confirm(0)
    run.rent(second["gpus"], second["duration"], chain.sudo)
    run.confirm(1, chain.sudo)
    assert run.total() == expected["both_running"]["sys_total_calc_points"]
    for stage in ("both_running", "first_ended", "second_ended"):
        if stage != "both_running":
            chain.goto(run.order(0 if stage == "first_ended" else 1).rent_end)
        want, found = expected[stage], run.machine()
        assert found.status.value == want["status"]
        assert len(found.renters) == want["renters"]
        assert found.total_rented_duration == want["total_rented_duration"]
        assert found.total_rented_times == want["total_rented_times"]
        assert machine_orders(run.state, chain.machine_id).used_gpu == tuple(want["used_gpu"])
        assert sys_info(run.state).rented_gpu_num == want["sys_total_rented_gpu"]
        assert run.total() == want["sys_total_calc_points"]
    assert found.last_online_height == chain.engine.height > start


def away(run: Runtime, blocks: int) -> None:
    """Offline for so many blocks and back."""
    assert run.act("controller_report_offline") == "ok"
    run.at(run.chain.engine.height + blocks)
    assert run.act("controller_report_online") == "ok"


@of("offline-own-online")
def test_offline_own_online(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online({1: "A1", 4: "A4", 8: "B8"}[vector["inputs"]["gpu_num"]])
    _offline(run, vector)


@of("offline-own-rented")
def test_offline_own_rented(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online("A4")
    renters = [run.chain.renter, run.chain.sudo][: vector["inputs"]["renters"]]
    for number, who in enumerate(renters):
        gpus = 1 if number else 4 - len(renters) + 1
        run.confirm(run.rent(gpus, 864_000 if gpus == 4 else 288_000, who), who)
    run.chain.plant_stake(vector["expected"]["stake_amount"])
    _offline(run, vector)


def _offline(run: Runtime, vector: dict[str, Any]) -> None:
    expected, chain = vector["expected"], run.chain
    assert run.machine().stake_amount == expected["stake_amount"]
    reserved = run.reserved()
    away(run, vector["inputs"]["offline_blocks"])
    want, slash = expected["slash"], run.slash()
    assert run.machine().status.value == expected["status_after"]
    assert run.reserved() - reserved == expected["stash_reserved_delta"] == slash.amount == want["amount"]
    assert slash.exec_time - chain.engine.height == want["exec_minus_now"]
    assert (len(slash.renters), slash.reason) == (want["renters"], want["reason"])
    done = expected["executed"]
    accounts = (chain.renter, chain.sudo, TREASURY)
    before = [chain.free(who) for who in accounts]
    reserved, staked = run.reserved(), run.state.get(STASH_STAKE, chain.stash)
    chain.goto(slash.exec_time)
    assert run.reserved() - reserved == done["stash_reserved_delta"]
    assert run.state.get(STASH_STAKE, chain.stash) - staked == done["stash_stake_delta"]
    assert [chain.free(who) - old for who, old in zip(accounts, before, strict=True)] == [
        done["renter1_free_delta"],
        done["renter2_free_delta"],
        done["treasury_free_delta"],
    ]
    assert run.machine().stake_amount == done["machine_stake_amount"]


@of("offline-exempt-after-year")
def test_offline_exempt_after_year(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online("A4")
    run.chain.goto(run.chain.engine.height + 5_256_001)
    if vector["inputs"]["rented"]:
        run.confirm(run.rent(4, 864_000))
    reserved = run.reserved()
    away(run, vector["inputs"]["offline_blocks"])
    assert run.machine().status.value == vector["expected"]["status_after"]
    assert (run.reserved() - reserved, run.slash()) == (0, None)


@of("rent-ends-while-offline")
def test_rent_ends_while_offline(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector)
    run.online("A4")
    chain = run.chain
    run.rent(2, 300)
    end = run.order(0).rent_end
    run.confirm(0)
    run.confirm(run.rent(1, 6_000, chain.sudo), chain.sudo)
    run.chain.plant_stake(expected["stake_amount"])
    run.at(end - 298)
    assert run.act("controller_report_offline") == "ok"
    gone = chain.engine.height
    run.at(gone + expected["offline_blocks"])
    assert (run.state.get(RENTED_FINISHED, chain.machine_id) is not None) == expected["rented_finished_set"]
    assert run.act("controller_report_online") == "ok"
    assert run.machine().status.value == expected["status_after_online"]
    assert len(run.machine().renters) == expected["renters_left"]
    assert len(machine_orders(run.state, chain.machine_id).used_gpu) == expected["rented_gpu"]
    assert (run.slash().amount, len(run.slash().renters)) == (expected["slash_amount"], expected["slash_renters"])
    assert sys_info(run.state).rented_gpu_num == expected["sys_total_rented_gpu"]


@of("slash-review")
def test_slash_review(vector, new_chain) -> None:
    expected, chain_of = vector["expected"], {}
    for cancelled in (False, True):
        run = chain_of[cancelled] = Runtime(new_chain, vector)
        run.online("A1", "A4")
        before = run.reserved()
        away(run, vector["inputs"]["offline_blocks"])
        chain = run.chain
        assert run.slash().amount == expected["slash"]
        chain.do(chain.stash, PROFILE, "apply_slash_review", 0, b"the power failed")
        review = run.state.get(SLASH_REVIEW, 0)
        assert (review.staked, review.expire_time) == (expected["review_stake"], run.slash().exec_time)
        assert run.reserved() - before == expected["reserved_delta_after_apply"]
        if cancelled:
            assert chain.root(PROFILE, "cancel_slash", 0) is None
            assert run.slash() is None
        else:
            treasury = chain.free(TREASURY)
            chain.goto(run.slash().exec_time)
            assert chain.free(TREASURY) - treasury == expected["treasury_delta_at_exec"]
        assert run.reserved() == before
        assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake"]
        assert run.state.get(SLASH_REVIEW, 0) is None


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


@of("quirk-unconfirmed-at-rent-end")
def test_quirk_unconfirmed_at_rent_end(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online("A4")
    run.confirm(run.rent(1, 300))
    end = run.order(0).rent_end
    run.at(end - 20)
    second = run.rent(1, 300, run.chain.sudo)
    run.chain.goto(end)
    assert run.machine().status.value == vector["expected"]["status_after_end"]
    used = machine_orders(run.state, run.chain.machine_id).used_gpu
    assert len(used) == vector["expected"]["rented_gpu"]
    assert run.chain.attempt(run.chain.sudo, RENT, "confirm_rent", second) == (RENT, "StatusNotAllowed")


@of("quirk-lapse-while-offline")
def test_quirk_lapse_while_offline(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, strict=True)
    run.online("A4")
    run.rent(1, 300)
    start = run.chain.engine.height
    assert run.act("controller_report_offline") == "ok"
    assert run.machine().status is OFFLINE
    run.chain.goto(start + 150)
    assert run.machine().status.value == expected["status_after_lapse"]
    assert run.act("controller_report_online") == "MachineStatusNotAllowed"
    assert run.slash() is None


@of("quirk-zero-gpu-order")
def test_quirk_zero_gpu_order(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, strict=True)
    run.online("A4")
    before = run.total()
    run.rent(0, vector["inputs"]["duration"])
    assert run.order().fee == expected["fee"]
    run.confirm(0)
    assert run.machine().status.value == expected["status"]
    assert run.total() - before == expected["total_calc_points_delta"]
    assert sys_info(run.state).rented_gpu_num == expected["total_rented_gpu"]
    run.chain.do(run.chain.renter, RENT, "relet_machine", 0, 100)


@of("quirk-offline-before-confirm")
def test_quirk_offline_before_confirm(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, strict=True)
    run.online(*SORTED)
    run.chain.goto(14_402)
    run.use("A4")
    assert run.total() == expected["before"]["total"]
    run.rent(1, 300)
    start = run.chain.engine.height
    assert run.total() == expected["after_order"]["total"]
    assert run.act("controller_report_offline") == "ok"
    assert run.total() == expected["after_offline"]["total"]
    assert run.act("controller_report_online") == "ok"
    assert run.total() == expected["after_online"]["total"]
    assert run.machine().status.value == expected["status"]
    run.chain.goto(start + 150)
    assert run.total() == expected["after_lapse"]["total"]
    assert run.machine().status.value == expected["status_after_lapse"]
    found = sys_info(run.state)
    assert (found.gpu_num, found.rented_gpu_num) == (expected["sys"]["total_gpu_num"], 4)


@of("quirk-add-info-waiting-fulfill")
def test_quirk_add_info_waiting_fulfill(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, stash_dbc=1_100)
    run.use("A4")
    run.chain.bond()
    run.chain.describe()
    run.chain.vote(*[run.chain.hardware()] * 3)
    assert run.machine().status is MachineStatus.WAITING_FULFILL
    run.chain.do(run.chain.sudo, "Balances", "transfer_keep_alive", run.chain.stash, 10_000 * DBC)
    before = run.reserved()
    assert run.act("add_machine_info", run.machine().customize) == "ok"
    assert run.reserved() - before == expected["reserved_delta"]
    assert run.act("fulfill_machine") == "ok"
    assert run.reserved() == expected["reserved_total_after"]
    assert run.machine().stake_amount == expected["stake_amount"]
    assert run.state.get(HARDWARE_CHANGE, run.chain.machine_id) is None


@of("bond-fulfill")
def test_bond_fulfill(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    whole, rest = divmod(given["stash_free_before"] + 1 * DBC, DBC)
    run = Runtime(new_chain, vector, stash_dbc=whole + 20 + bool(rest))
    run.use("A4")
    chain = run.chain
    free = run.free()
    chain.bond()
    assert chain.event("BondMachine").fields["stake"] == expected["bond_event_stake"]
    assert run.reserved() == run.state.get(STASH_STAKE, chain.stash) == expected["stash_reserved_after_bond"]
    chain.describe()
    assert run.free() - free + 4 * CALL + run.reserved() == expected["controller_free_delta"]
    chain.vote(*[chain.hardware(gpus=given["gpu_num"], point=given["calc_point"])] * 3)
    assert run.machine().status.value == expected["status_after_confirm"]
    assert run.machine().init_stake_per_gpu == expected["init_stake_per_gpu"]
    assert run.machine().stake_amount == expected["stake_amount_after_confirm"]
    assert run.reserved() == expected["stash_reserved_after_confirm"]
    if "fulfill_added" in expected:
        assert "onlineProfile." + run.act("fulfill_machine") == expected["fulfill_without_funds"]
        chain.do(chain.sudo, "Balances", "transfer_keep_alive", chain.stash, given["funded_before_fulfill"])
        before = run.reserved()
        assert run.act("fulfill_machine") == "ok"
        assert run.reserved() - before == expected["fulfill_added"]
        assert run.machine().status.value == expected["status_after_fulfill"]
        assert run.machine().stake_amount == expected["stake_amount"]
        assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake"]
    assert sys_info(run.state).gpu_num == expected["sys_total_gpu_num"]
    assert sys_info(run.state).total_stake == expected["sys_total_stake"]
    assert run.total() == expected["stash_total_calc_points"]
    assert run.machine().reward_deadline - 1 == expected["reward_deadline_minus_era"]


@of("hardware-change")
def test_hardware_change(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector)
    run.use("A4")
    chain = run.chain
    chain.online(given["gpu_num_before"], 15_000 * given["gpu_num_before"])
    assert run.machine().stake_amount == given["stake_amount_before"]
    before = run.reserved()
    assert run.act("offline_machine_change_hardware_info") == "ok"
    told = chain.event("MachineOfflineToMutHardware").fields
    assert (told["verify_fee"], told["offline_slash"]) == (expected["verify_fee"], expected["offline_slash"])
    assert run.reserved() - before == expected["stash_reserved_delta"]
    assert run.total() == 0
    chain.describe()
    free, reserved = run.free(), run.reserved()
    members = [chain.free(member) for member in chain.committee]
    chain.vote(*[chain.hardware(gpus=given["gpu_num_after"])] * 3)
    gained = [chain.free(member) - old + 2 * CALL for member, old in zip(chain.committee, members, strict=True)]
    assert gained == expected["committee_free_delta"]
    assert run.reserved() - reserved == expected["stash_reserved_delta_on_confirm"]
    assert run.free() - free == expected["stash_free_delta_on_confirm"]
    assert run.machine().stake_amount == expected["stake_amount_after"]
    assert run.machine().status.value == expected["status_after"]
    assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake_after"]
    assert run.state.get(HARDWARE_CHANGE, chain.machine_id) is None


@of("machine-exit")
def test_machine_exit(vector, new_chain) -> None:
    expected = vector["expected"]
    run = Runtime(new_chain, vector)
    run.online("A4")
    chain, reserved = run.chain, run.reserved()
    deadline = run.machine().reward_deadline
    run.at((deadline - 365) * 14_400 - 14_400)
    assert "onlineProfile." + run.act("machine_exit") == expected["era_one_too_early"]
    run.at((deadline - 365) * 14_400 - 4_000)
    run.confirm(run.rent(4, 300))
    reserved = run.reserved()
    chain.goto(run.order(0).rent_end)
    idle = run.machine().last_online_height
    run.at(idle + 143_999)
    assert "onlineProfile." + run.act("machine_exit") == expected["idle_143_999"]
    stake = run.machine().stake_amount
    assert run.act("machine_exit") == expected["idle_144_000"]
    assert chain.engine.height == idle + 144_000
    names = [event.pallet[0].lower() + event.pallet[1:] + "." + event.name for event in chain.events]
    assert [name for name in names if name.startswith("onlineProfile")] == expected["events"]
    assert reserved - run.reserved() == stake
    assert run.machine() is None
    assert stash_machines(run.state, chain.stash).total == (chain.machine_id,)
    assert (run.state.get(payout.QUEUES, chain.machine_id) is not None) == expected["recent_reward_kept"]
    with pytest.raises(AssertionError):
        chain.bond()


@of("restake")
def test_restake(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector)
    run.online("A4")
    chain = run.chain
    run.confirm(run.rent(4, 864_000))
    assert run.machine().stake_amount == expected["stake_before"]
    layer = Overlay(run.state)
    layer.put(price.AVG_PRICE, SINGLE, given["avg_price_at_restake"])
    layer.settle()
    since, reserved = run.machine().last_machine_restake, run.reserved()
    run.at(since + 5_255_999)
    assert "onlineProfile." + run.act("restake_online_machine") == expected["at_5_255_999"]
    assert run.act("restake_online_machine") == expected["at_5_256_000"]
    told = chain.event("MachineRestaked").fields
    assert [told["old_stake"], told["new_stake"]] == expected["event"]
    assert run.machine().stake_amount == expected["stake_after"]
    assert run.machine().init_stake_per_gpu == expected["init_stake_per_gpu"]
    assert run.reserved() - reserved == expected["reserved_delta"]
    assert "onlineProfile." + run.act("restake_online_machine") == expected["again"]


@of("inclusion-fee")
def test_inclusion_fee(vector) -> None:
    """The multiplier of the recorded block moves only the weight: at multiplier 1 each fee is one unit more."""
    lengths = [length for _, length in vector["inputs"]["calls"]]
    fees = [MAINNET_411.fee.inclusion_fee(length, MAINNET_411.call_weight) for length in lengths]
    assert fees[1:] == [fee + 1 for fee in vector["expected"]["fees"][1:]]

"""What the runtime of version 400 did with stakes, and its quirks, done again by `mainnet-411` (chain-rules 12.6)."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.rules import price
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.online_profile.rows import (
    HARDWARE_CHANGE,
    SLASH_REVIEW,
    STASH_STAKE,
    stash_machines,
    sys_info,
)
from dbc_desktop.rules.orders import machine_orders
from dbc_desktop.rules.profile import MAINNET_411, TREASURY
from dbc_desktop.rules.state import SINGLE, Overlay
from tests.doubles.runtime_fleet import (
    CALL,
    DBC,
    PROFILE,
    RENT,
    SORTED,
    STASHES,
    Runtime,
    away,
    of,
)

pytestmark = pytest.mark.vector


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
        assert review.staked == expected["review_stake"]
        assert (review.expire_time == run.slash().exec_time) == expected["expire_equals_exec"]
        assert run.reserved() - before == expected["reserved_delta_after_apply"]
        if cancelled:
            told = expected["cancel"]
            assert chain.grant(PROFILE, "cancel_slash", 0) is None
            assert told["propose_result"] == told["execute_result"] == "ok"
            assert (run.slash() is not None) == told["pending"]
            assert run.reserved() - before == told["reserved_delta"]
        else:
            treasury = chain.free(TREASURY)
            chain.goto(run.slash().exec_time)
            assert chain.free(TREASURY) - treasury == expected["treasury_delta_at_exec"]
            assert run.reserved() - before == expected["reserved_delta_after_exec"]
        assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake"]
        assert run.state.get(SLASH_REVIEW, 0) is None


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
    error = run.chain.attempt(run.chain.sudo, RENT, "confirm_rent", second)
    assert error is not None
    assert "rentMachine." + error[1] == vector["expected"]["confirm"]


@of("quirk-lapse-while-offline")
def test_quirk_lapse_while_offline(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, strict=True)
    run.online("A4")
    run.rent(1, 300)
    start = run.chain.engine.height
    assert run.act("controller_report_offline") == "ok"
    assert run.machine().status.value == expected["status_offline"]
    assert run.sums()["total_rented_gpu"] == expected["sys_total_rented_gpu_offline"]
    run.chain.goto(start + 150)
    assert (run.machine().status.value, run.lists()) == (expected["status_after_lapse"], expected["lists"])
    assert "onlineProfile." + run.act("controller_report_online") == expected["report_online"]
    assert (run.slash() is not None) == expected["slash"]


@of("quirk-zero-gpu-order")
def test_quirk_zero_gpu_order(vector, new_chain) -> None:
    expected, run = vector["expected"], Runtime(new_chain, vector, strict=True)
    run.online("A4")
    before = run.total()
    run.rent(0, vector["inputs"]["duration"])
    assert run.order().fee == expected["fee"]
    run.confirm(0)
    assert expected["rent"] == expected["confirm"] == expected["relet"] == "ok"
    assert (run.rented_gpus(), run.lists()) == (expected["rented_gpu"], expected["lists"])
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

    def check(step: str) -> None:
        era = run.chain.engine.height // 14_400 + 2
        stashes = [points.stash_at(run.state, stash, era) for stash in STASHES.values()]
        total = sum(one.basic + one.basic * one.gpus // 10_000 + one.rent_extra for one in stashes)
        want = expected[step]
        assert (run.total(), total) == (want["total"], want["floor_sum_of_stash_totals"]), step

    check("before")
    run.rent(1, 300)
    start = run.chain.engine.height
    check("after_order")
    assert run.act("controller_report_offline") == "ok"
    check("after_offline")
    assert run.act("controller_report_online") == "ok"
    check("after_online")
    assert (run.machine().status.value, run.lists()) == (expected["status"], expected["lists"])
    run.chain.goto(start + 150)
    check("after_lapse")
    assert run.machine().status.value == expected["status_after_lapse"]
    assert run.lists() == expected["lists_after_lapse"]
    assert run.sums() == expected["sys"]


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
    assert run.act("add_machine_info", run.machine().customize) == expected["add_info"]
    assert run.reserved() - before == expected["reserved_delta"]
    assert run.act("fulfill_machine") == expected["fulfill"]
    assert run.reserved() == expected["reserved_total_after"]
    assert run.machine().stake_amount == expected["stake_amount"]
    left = run.state.get(HARDWARE_CHANGE, run.chain.machine_id)
    assert (0 if left is None else left.verify_fee) == expected["verify_fee_left"]


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
    assert chain.event("TxFeeToTreasury").fields["amount"] == expected["bond_machine_fee"]
    assert run.reserved() == expected["stash_reserved_after_bond"]
    assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake_after_bond"]
    chain.describe()
    fees = {one.fields["amount"] for one in chain.told if one.name == "TxFeeToTreasury"}
    assert fees == {expected["gen_server_room_fee"]}
    assert run.free() - free + 4 * CALL + run.reserved() == expected["controller_free_delta"]
    chain.vote(*[chain.hardware(gpus=given["gpu_num"], point=given["calc_point"])] * 3)
    assert run.machine().status.value == expected["status_after_confirm"]
    assert run.machine().init_stake_per_gpu == expected["init_stake_per_gpu"]
    assert run.machine().stake_amount == expected["stake_amount_after_confirm"]
    assert run.reserved() == expected["stash_reserved_after_confirm"]
    if "fulfill_added" in expected:
        record = run.state.get(HARDWARE_CHANGE, chain.machine_id)
        assert (record is not None and not record.to_describe) == (expected["need_fulfilling"] == "true")
        assert "onlineProfile." + run.act("fulfill_machine") == expected["fulfill_without_funds"]
        chain.do(chain.sudo, "Balances", "transfer_keep_alive", chain.stash, given["funded_before_fulfill"])
        before = run.reserved()
        assert run.act("fulfill_machine") == "ok"
        assert run.reserved() - before == expected["fulfill_added"]
        assert run.machine().status.value == expected["status_after_fulfill"]
        assert run.machine().stake_amount == expected["stake_amount"]
        assert run.state.get(STASH_STAKE, chain.stash) == expected["stash_stake"]
        assert run.reserved() == expected["stash_reserved"]
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
    assert run.lists() == expected["lists"]
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
    assert run.lists() == expected["lists_after"]
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
    away(run, 1)
    idle = run.machine().last_online_height
    run.at(idle + 143_999)
    assert run.reserved() == reserved  # the slash for that block was taken meanwhile
    assert "onlineProfile." + run.act("machine_exit") == expected["idle_143_999"]
    stake, sums = run.machine().stake_amount, run.sums()
    assert run.act("machine_exit") == expected["idle_144_000"]
    assert chain.engine.height == idle + 144_000
    names = [event.pallet[0].lower() + event.pallet[1:] + "." + event.name for event in chain.events]
    assert [name for name in names if name.startswith("onlineProfile")] == expected["events"]
    assert run.reserved() - reserved == -stake == expected["reserved_delta"]
    moved = {name: run.sums()[name] - old for name, old in sums.items()}
    assert moved["total_gpu_num"] == expected["total_gpu_num_delta"]
    assert moved["total_stake"] == expected["total_stake_delta"]
    assert (run.machine() is not None, run.lists()) == (expected["machine_record"], expected["lists"])
    keeps = chain.machine_id in stash_machines(run.state, chain.stash).total
    assert keeps == expected["total_machine_keeps_id"]
    assert (run.state.get(payout.QUEUES, chain.machine_id) is not None) == expected["recent_reward_kept"]
    message = bind_message(chain.machine_id, ss58.encode(chain.stash))
    error = chain.attempt(chain.stash, PROFILE, "bond_machine", chain.machine_id, message, chain.keys.sign(message))
    assert error is not None
    assert "onlineProfile." + error[1] == expected["bond_again_same_stash"]


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
    assert vector["expected"]["results"] == ["ok"] * 3

"""What the runtime of version 400 did with rents and absences, done again by `mainnet-411` (chain-rules 12.6)."""

from __future__ import annotations

from typing import Any

import pytest

from dbc_desktop.rules.online_profile.rows import (
    RENTED_FINISHED,
    SLASH_SHARES,
    STASH_STAKE,
    sys_info,
)
from dbc_desktop.rules.orders import machine_orders
from dbc_desktop.rules.profile import RENT_POT, TREASURY
from tests.doubles.runtime_fleet import (
    CALL,
    RENT,
    SORTED,
    Runtime,
    of,
)

pytestmark = pytest.mark.vector


@of("rent-confirm-relet")
def test_rent_confirm_relet(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run, name = Runtime(new_chain, vector), given["machine_name"]
    others = [one["name"] for one in given["other_online_machines_of_stash"]]
    run.online(*others, name)
    chain = run.chain
    before, free, reserved, sums = run.total(), run.free(), run.reserved(), run.sums()
    renter = chain.free(chain.renter)
    run.rent(given["rent_gpu_num"], given["duration"])
    order, start = run.order(), chain.engine.height
    assert (order.fee, order.gpu_index) == (expected["fee"], tuple(expected["gpu_index"]))
    assert order.rent_end - order.rent_start == expected["rent_end_minus_start"]
    assert chain.free(chain.renter) - renter + CALL == expected["renter_free_delta"]
    assert chain.reserved(chain.renter) == expected["renter_reserved"]
    assert run.machine().status.value == expected["machine_status"]
    assert chain.event("Rent").fields["duration"] == expected["event_duration"]
    assert chain.event("TxFeeToTreasury").fields["amount"] == expected["fixed_tx_fee"]
    assert run.machine().stake_amount == expected["stake_amount_before"]
    run.confirm(0)
    added = [event.fields for event in chain.events if event.name == "MachineAddStake"]
    ids = {run._id(phrase): name for name, phrase in run.phrases.items()}
    assert [(ids[one["machine_id"]], one["pre_stake"], one["delta"]) for one in added] == [
        (one["machine"], one["before"], one["added"]) for one in expected["stake_added"]
    ]
    assert chain.free(RENT_POT) == run.machine().total_burn_fee == expected["to_pot"]
    assert run.machine().total_rent_fee == expected["to_stash"]
    assert run.reserved() - reserved == expected["stash_reserved_delta"]
    assert run.free() - free == expected["stash_free_delta"]
    assert run.machine().stake_amount == expected["stake_amount_after"]
    assert chain.reserved(chain.renter) == expected["renter_reserved_after_confirm"]
    assert run.lists() == expected["lists"]
    assert run.sums()["total_rent_fee"] - sums["total_rent_fee"] == expected["sys_total_rent_fee"]
    assert run.sums()["total_burn_fee"] - sums["total_burn_fee"] == expected["sys_total_burn_fee"]
    assert sys_info(run.state).rented_gpu_num == expected["total_rented_gpu"]
    assert run.total() - before == expected["total_calc_points_delta"]
    relet = expected["relet"]
    run.at(start + relet["relet_blocks_after_rent"])
    renter, both = chain.free(chain.renter), run.free() + run.reserved()
    assert chain.attempt(chain.renter, RENT, "relet_machine", 0, given["relet_duration"]) is None
    assert relet["result"] == "ok"
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
        result(me, "rent_machine", machine_id, 1, 0),
        result(me, "rent_machine", "0" * 64, 1, 300),
        result(me, "rent_machine", machine_id, 0, 300),
        result(me, "rent_machine", machine_id, 1, 300),
        result(other, "confirm_rent", 1),
        result(me, "relet_machine", 1, 300),
        result(me, "relet_machine", 1, 99),
        result(other, "relet_machine", 1, 300),
        result(me, "rent_machine", machine_id, 4, 300),
    ] == vector["expected"]["results"]
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
    assert run.machine().status.value == expected["status_at_149"]
    assert chain.reserved(chain.renter) == expected["reserved_at_149"]
    chain.goto(start + 150)
    assert chain.reserved(chain.renter) == expected["reserved_after_150"]
    assert chain.free(chain.renter) - renter + CALL == expected["renter_free_delta"]
    assert run.machine().status.value == expected["status_after_150"]
    assert machine_orders(run.state, chain.machine_id).used_gpu == tuple(expected["used_gpu"])
    assert run.free() - free == expected["stash_free_delta"]
    assert run.rented_gpus() == expected["rented_gpu"]
    assert (run.order(0) is not None) == expected["order_exists"]
    error = chain.attempt(chain.renter, RENT, "confirm_rent", 0)
    assert error is not None
    assert "rentMachine." + error[1] == expected["confirm_after"]


@of("rent-confirm-last-block")
def test_rent_confirm_last_block(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online("A4")
    run.rent(4, vector["inputs"]["duration"])
    run.at(run.chain.engine.height + 150)
    assert run.chain.attempt(run.chain.renter, RENT, "confirm_rent", 0) is None
    assert vector["expected"]["result"] == "ok"
    assert run.order().status.value == vector["expected"]["order_status"]
    assert run.machine().status.value == vector["expected"]["status"]


@of("rent-expiry")
def test_rent_expiry(vector, new_chain) -> None:
    given, expected = vector["inputs"], vector["expected"]
    run = Runtime(new_chain, vector)
    run.online(*SORTED)
    run.use("A4")
    chain = run.chain
    first, second = given["orders"]
    online = run.machine().last_online_height
    base = chain.engine.height - 1 + given["first_start_minus_base"] - 2
    run.rent(first["gpus"], first["duration"])
    start = chain.engine.height
    confirm = chain.signed(chain.renter, RENT, "confirm_rent", 0)
    other = chain.signed(chain.sudo, RENT, "rent_machine", chain.machine_id, second["gpus"], second["duration"])
    done = chain.apply(base + given["second_start_minus_base"], [confirm, other])
    assert [one.error for one in done.outcomes] == [None, None]
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
        assert (run.rented_gpus(), run.lists()) == (want["rented_gpu"], want["lists"])
        since = want["last_online_height_minus_base"]
        assert found.last_online_height == (base + since if since else online)
    assert found.last_online_height == chain.engine.height > start


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
        rent_id = run.rent(gpus, 216_000 if gpus == 4 else 288_000, who)
        assert number or run.order(rent_id).fee == vector["inputs"]["rent_fee_first"]
        run.confirm(rent_id, who)
    _offline(run, vector)


def _offline(run: Runtime, vector: dict[str, Any]) -> None:
    expected, chain = vector["expected"], run.chain
    assert run.machine().stake_amount == expected["stake_amount"]
    reserved = run.reserved()
    assert run.act("controller_report_offline") == "ok"
    assert run.lists() == expected["lists_offline"]
    run.at(chain.engine.height + vector["inputs"]["offline_blocks"])
    assert run.act("controller_report_online") == "ok"
    want, slash = expected["slash"], run.slash()
    shares = run.state.get(SLASH_SHARES, 0)
    assert (run.machine().status.value, run.lists()) == (expected["status_after"], expected["lists_after"])
    assert want["reward_to_committee"] is None
    assert shares is None or not shares.committee
    assert (shares is not None and shares.reporter is not None) == want["reporter"]
    assert run.reserved() - reserved == expected["stash_reserved_delta"] == slash.amount == want["amount"]
    assert slash.exec_time - chain.engine.height == want["exec_minus_now"]
    assert (len(slash.renters), slash.reason) == (want["renters"], want["reason"])
    done = expected["executed"]
    accounts = (chain.renter, chain.sudo, TREASURY)
    before, members = [chain.free(who) for who in accounts], [chain.free(who) for who in chain.committee]
    reserved, staked = run.reserved(), run.state.get(STASH_STAKE, chain.stash)
    chain.goto(slash.exec_time)
    assert run.reserved() - reserved == done["stash_reserved_delta"]
    assert run.state.get(STASH_STAKE, chain.stash) - staked == done["stash_stake_delta"]
    assert [chain.free(who) - old for who, old in zip(accounts, before, strict=True)] == [
        done["renter1_free_delta"],
        done["renter2_free_delta"],
        done["treasury_free_delta"],
    ]
    assert [chain.free(who) - old for who, old in zip(chain.committee, members, strict=True)] == done[
        "committee_free_delta"
    ]
    assert run.machine().stake_amount == done["machine_stake_amount"]


@of("offline-exempt-after-year")
def test_offline_exempt_after_year(vector, new_chain) -> None:
    run = Runtime(new_chain, vector)
    run.online("A4")
    run.chain.goto(run.chain.engine.height + 5_256_001)
    if vector["inputs"]["rented"]:
        run.confirm(run.rent(4, 864_000))
    expected, reserved = vector["expected"], run.reserved()
    assert run.machine().stake_amount == expected["stake_amount"]
    assert run.act("controller_report_offline") == "ok"
    assert run.lists() == expected["lists_offline"]
    run.at(run.chain.engine.height + vector["inputs"]["offline_blocks"])
    assert run.act("controller_report_online") == "ok"
    assert (run.machine().status.value, run.lists()) == (expected["status_after"], expected["lists_after"])
    assert (run.reserved() - reserved, run.slash()) == (expected["stash_reserved_delta"], expected["slash"])


@of("rent-ends-while-offline")
def test_rent_ends_while_offline(vector, new_chain) -> None:
    # This run had set no percentage, whatever its list of parameters says: 30 is the runtime's own.
    expected, run = vector["expected"], Runtime(new_chain, vector, burned=30)
    run.online("A4")
    chain = run.chain
    run.rent(2, 300)
    end = run.order(0).rent_end
    run.confirm(0)
    run.confirm(run.rent(1, 6_000, chain.sudo), chain.sudo)
    assert run.machine().stake_amount == expected["stake_amount"]
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
    assert run.lists() == expected["lists"]
    assert sys_info(run.state).rented_gpu_num == expected["sys_total_rented_gpu"]

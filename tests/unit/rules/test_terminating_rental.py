"""TerminatingRental: short rents that may end early (chain-rules 8, quirks Q18 and Q20 of 14)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import ReportResult, SlashOutcome
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.parameters import PointPrice, ReporterStakeParams
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import balances, committee
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT, TREASURY
from dbc_desktop.rules.report_hash import member_hash, reporter_hash
from dbc_desktop.rules.terminating_rental.reports import stake_of
from dbc_desktop.rules.terminating_rental.rows import PENDING_SLASH, REPORTS, RESULTS, STASH_STAKE, machine_orders
from tests.doubles.interruptible import PALLET, Interruptible

DBC = 10**15
CALL = 150_113_648_000
POT = b"p" * 32
FEE = 3_119_270_833_333_333_333
"""Of four GPUs for 1,800 blocks: three hours."""
ONLINE, RENTED, AWAY = MachineStatus.ONLINE, MachineStatus.RENTED, MachineStatus.STAKER_REPORT_OFFLINE


@pytest.fixture
def made(new_chain) -> Interruptible:
    return Interruptible(new_chain(profile=MAINNET_411))


@pytest.fixture
def online(made) -> Interruptible:
    made.online()
    return made


def test_a_bond_costs_a_deposit_and_no_fee(made) -> None:
    chain = made.chain
    message = bind_message(chain.machine_id, ss58.encode(chain.stash))
    bond = ("bond_machine", chain.machine_id, message, chain.keys.sign(message))
    assert made.attempt(chain.stash, *bond) == "NoStashBond"
    made.do(chain.stash, "set_controller", chain.stash)
    assert made.attempt(chain.renter, "set_controller", chain.stash) == "AlreadyController"
    assert made.attempt(chain.stash, "bond_machine", chain.machine_id, message[:-1], b"") == "BadMsgLen"
    assert made.attempt(chain.stash, "bond_machine", chain.machine_id, message, bytes(64)) == "BadSignature"
    free = chain.free(chain.stash)
    made.do(chain.stash, *bond)
    assert free - chain.free(chain.stash) == 10_000 * DBC + CALL
    assert chain.reserved(chain.stash) == chain.engine.state.get(STASH_STAKE, chain.stash) == 10_000 * DBC
    assert made.attempt(chain.stash, *bond) == "MachineIdExist"


def test_its_stashes_and_machines_are_not_those_of_online_profile(made) -> None:
    made.bond()
    made.chain.bond()
    assert made.chain.reserved(made.chain.stash) == 20_000 * DBC


def test_who_cannot_pay_the_deposit_cannot_bond(new_chain) -> None:
    made = Interruptible(new_chain(profile=MAINNET_411, stash_dbc=9_999))
    message = bind_message(made.chain.machine_id, ss58.encode(made.chain.stash))
    made.do(made.chain.stash, "set_controller", made.chain.stash)
    bond = ("bond_machine", made.chain.machine_id, message, made.chain.keys.sign(message))
    assert made.attempt(made.chain.stash, *bond) == "BalanceNotEnough"


def test_a_description_needs_a_room_and_an_operator(made) -> None:
    made.bond()
    chain = made.chain
    add = ("add_machine_info", chain.machine_id)
    assert made.attempt(chain.renter, "gen_server_room") == "NoStashBond"
    assert made.attempt(chain.renter, *add, made.info()) == "NotMachineController"
    assert made.attempt(chain.stash, *add, made.info()) == "ServerRoomNotFound"
    free = chain.free(chain.stash)
    made.do(chain.stash, "gen_server_room")
    assert free - chain.free(chain.stash) == 10 * DBC + CALL
    nobody = dataclasses.replace(made.info(), telecom_operators=())
    assert made.attempt(chain.stash, *add, nobody) == "TelecomIsNull"
    made.do(chain.stash, *add, made.info())
    assert len(made.booked) == 3
    made.do(chain.stash, *add, made.info())
    made.vote(*[chain.hardware()] * 3)
    assert made.attempt(chain.stash, *add, made.info()) == "NotAllowedChangeMachineInfo"


def test_confirmed_the_deposit_is_free_and_nothing_is_at_stake(online) -> None:
    assert online.machine.status is ONLINE
    assert (online.chain.reserved(online.chain.stash), online.machine.stake_amount) == (0, 0)
    used = [committee.stake_of(online.chain.engine.state, one).used for one in online.chain.committee]
    assert used == [0] * 5


def test_refused_the_whole_deposit_is_shared_by_those_who_refused(made) -> None:
    made.bond()
    made.describe()
    chain, booked = made.chain, made.booked
    made.vote(*[chain.hardware(support=False)] * 3)
    assert made.machine is None
    assert chain.reserved(chain.stash) == 10_000 * DBC
    before, treasury = [chain.free(one) for one in booked], chain.free(TREASURY)
    chain.goto(chain.engine.height + 28_800)
    assert [chain.free(one) - old for one, old in zip(booked, before, strict=True)] == [3_333_333_330_000_000_000] * 3
    assert chain.free(TREASURY) - treasury == 10_000_000_000
    assert (chain.reserved(chain.stash), chain.engine.state.get(STASH_STAKE, chain.stash)) == (0, 0)
    assert chain.engine.state.get(PENDING_SLASH, 0).executed


def test_a_silent_member_loses_an_orders_stake(made) -> None:
    made.bond()
    made.describe()
    chain, silent = made.chain, made.booked[2]
    made.vote(chain.hardware(), chain.hardware())
    assert made.machine.status is ONLINE
    chain.goto(chain.engine.height + 28_800)
    held = committee.stake_of(chain.engine.state, silent)
    assert (held.staked, held.used) == (19_000 * DBC, 0)


def test_without_agreement_others_look_and_errors_have_their_names(made) -> None:
    made.bond()
    made.describe()
    chain, booked = made.chain, made.booked
    info = chain.hardware("w")
    assert made.attempt(chain.renter, "submit_confirm_hash", chain.machine_id, b"1" * 16) == "NotInBookList"
    made.do(booked[0], "submit_confirm_hash", chain.machine_id, b"1" * 16)
    assert made.attempt(booked[1], "submit_confirm_hash", chain.machine_id, b"1" * 16) == "DuplicateHash"
    assert made.attempt(booked[0], "submit_confirm_hash", chain.machine_id, b"2" * 16) == "AlreadySubmitHash"
    assert made.attempt(booked[0], "submit_confirm_raw", info) == "InfoNotFeatHash"
    height = chain.engine.height
    chain.goto(height + 28_800)
    assert made.machine.status is MachineStatus.COMMITTEE_VERIFYING
    assert chain.engine.state.get(PENDING_SLASH, 0).unruly == booked


def test_rent_is_reserved_until_the_end_and_then_paid(online) -> None:
    chain = online.chain
    free = chain.free(chain.renter)
    rent_id = online.rent()
    assert online.order().reserved == FEE
    assert chain.reserved(chain.renter) == FEE
    assert free - chain.free(chain.renter) == FEE + 10 * DBC + CALL
    assert online.machine.status is RENTED
    assert online.attempt(chain.sudo, "confirm_rent", rent_id) == "NotOrderRenter"
    online.do(chain.renter, "confirm_rent", rent_id)
    assert chain.reserved(chain.renter) == FEE
    assert online.attempt(chain.renter, "confirm_rent", rent_id) == "NoOrderExist"
    stash = chain.free(chain.stash)
    chain.goto(online.order().rent_end)
    assert online.order() is None
    assert chain.reserved(chain.renter) == 0
    assert chain.reserved(chain.stash) == online.machine.stake_amount == FEE
    assert (chain.free(chain.stash), online.machine.total_rent_fee) == (stash, FEE)
    assert (online.machine.status, online.machine.total_rented_duration) == (ONLINE, 1_800)
    assert machine_orders(chain.engine.state, chain.machine_id) == ((), ())


def test_an_order_that_is_never_confirmed_is_charged_all_the_same(online) -> None:
    chain = online.chain
    rent_id = online.rent()
    chain.goto(chain.engine.height + 151)
    assert online.attempt(chain.renter, "confirm_rent", rent_id) == "ExpiredConfirm"
    assert online.order().status is RentStatus.WAITING_VERIFYING
    chain.goto(online.order().rent_end)
    assert online.machine.total_rent_fee == FEE


def test_rent_is_refused_with_the_pallets_own_names(online) -> None:
    chain = online.chain
    rent = ("rent_machine", chain.machine_id)
    assert online.attempt(chain.renter, "rent_machine", "0" * 64, 1, 600) == "Unknown"
    assert online.attempt(chain.renter, *rent, 5, 600) == "GPUNotEnough"
    assert online.attempt(chain.renter, *rent, 0, 600) == "GPUNotEnough"
    assert online.attempt(chain.renter, *rent, 1, 290) == "OnlyAllowIntegerMultipleOfHour"
    poor = b"o" * 32
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 9 * DBC)
    assert online.attempt(poor, *rent, 1, 600) == "PayTxFeeFailed"
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 2 * DBC)
    assert online.attempt(poor, *rent, 1, 600) == "InsufficientValue"
    assert online.attempt(chain.renter, *rent, 1, 0) is None
    assert online.order() is None


def test_ended_early_the_time_that_was_had_is_paid(online) -> None:
    chain = online.chain
    rent_id = online.rent()
    online.do(chain.renter, "confirm_rent", rent_id)
    start = online.order().rent_start
    assert online.attempt(chain.sudo, "terminate_rent", rent_id) == "NotOrderRenter"
    call = Call(PALLET, "terminate_rent", (rent_id,))
    chain.goto(start + 449)
    told = {one.kind: one.facts["amount"].units for one in chain.engine.preview(call, chain.renter, 150).consequences}
    assert told["rent_returned"] == FEE - told["rent_paid_so_far"] == 2_339_453_125_000_000_000
    free = chain.free(chain.renter)
    online.do(chain.renter, "terminate_rent", rent_id)
    assert chain.free(chain.renter) - free + CALL == 2_339_453_125_000_000_000
    assert online.machine.total_rent_fee == 779_817_708_333_333_333
    assert online.machine.status is ONLINE
    assert online.attempt(chain.renter, "terminate_rent", rent_id) == "Unknown"


def test_two_orders_hold_their_own_gpus(online) -> None:
    chain = online.chain
    first, second = online.rent(1, 600), online.rent(2, 1_200, chain.sudo)
    assert (online.order(first).gpu_index, online.order(second).gpu_index) == ((0,), (1, 2))
    chain.goto(online.order(first).rent_end)
    assert online.machine.status is RENTED
    assert machine_orders(chain.engine.state, chain.machine_id).used_gpu == (1, 2)
    chain.goto(online.order(second).rent_end)
    assert online.machine.status is ONLINE
    assert online.machine.total_rented_duration == 150 + 600


def test_an_extension_is_reserved_too_and_beyond_sixty_days_adds_sixty(new_chain) -> None:
    ends = {}
    for profile in (MAINNET_411, LAUNCH_2021):
        online = Interruptible(new_chain(profile=profile))
        online.online()
        chain = online.chain
        rent_id = online.rent()
        relet = ("relet_machine", rent_id)
        assert online.attempt(chain.renter, *relet, 600) == "NoOrderExist"
        online.do(chain.renter, "confirm_rent", rent_id)
        assert online.attempt(chain.sudo, *relet, 600) == "NotOrderRenter"
        assert online.attempt(chain.renter, *relet, 99) == "ReletTooShort"
        end = online.order().rent_end
        online.do(chain.renter, *relet, 1_800)
        assert (online.order().rent_end, online.order().reserved) == (end + 1_800, 2 * FEE)
        now = chain.engine.height + 1
        online.do(chain.renter, *relet, 864_000 - 100)
        ends[profile.name] = (online.order().rent_end - end - 1_800, online.order().rent_end - now)
    assert ends["mainnet-411"][0] == 864_000
    assert ends["launch-2021"][1] == 864_000


@pytest.mark.vector
def test_v50_a_machine_that_goes_charges_whole_hours(online) -> None:
    chain = online.chain
    assert online.root("set_standard_gpu_point_price", PointPrice(1_000, 10_000_000)) is None
    online.plant_pot(POT)
    chain.goto(online.machine.last_online_height + 14_400)
    rent_id = online.rent()
    assert online.order(rent_id).reserved == 6_238_541_666_666_666_666
    chain.goto(online.order(rent_id).rent_start + 649)
    free = chain.free(chain.renter)
    online.do(chain.stash, "machine_offline", chain.machine_id)
    assert chain.free(POT) == 103_975_694_340_468_750
    assert chain.reserved(chain.stash) == 1_975_538_192_468_906_250
    assert chain.free(chain.renter) - free == 4_159_027_779_857_291_666
    assert chain.reserved(chain.renter) == 0
    assert online.machine.status is AWAY


def test_a_machine_stays_a_day_and_is_away_without_a_slash(online) -> None:
    chain = online.chain
    since = online.machine.last_online_height
    assert online.attempt(chain.renter, "machine_offline", chain.machine_id) == "NotMachineController"
    chain.goto(since + 14_398)
    assert online.attempt(chain.stash, "machine_offline", chain.machine_id) == "OfflineNotYetAllowed"
    assert online.attempt(chain.stash, "machine_online", chain.machine_id) == "StatusNotAllowed"
    chain.goto(since + 14_401)
    online.do(chain.stash, "machine_offline", chain.machine_id)
    assert online.attempt(chain.stash, "machine_offline", chain.machine_id) == "StatusNotAllowed"
    assert online.attempt(chain.renter, "rent_machine", chain.machine_id, 1, 600) == "MachineNotRentable"
    online.do(chain.stash, "machine_online", chain.machine_id)
    assert online.machine.status is ONLINE
    assert online.machine.last_online_height == chain.engine.height


def with_stake(new_chain, profile) -> Interruptible:
    online = Interruptible(new_chain(profile=profile))
    online.online()
    online.rent()
    online.chain.goto(online.machine.last_online_height + 14_400)
    assert online.machine.stake_amount == online.chain.reserved(online.chain.stash) == FEE
    online.do(online.chain.stash, "machine_offline", online.chain.machine_id)
    return online


@pytest.mark.parametrize("profile", [MAINNET_411, MAINNET_411_STRICT], ids=lambda one: one.name)
def test_ten_days_away_cost_the_whole_stake(new_chain, profile) -> None:
    online = with_stake(new_chain, profile)
    chain, gone = online.chain, online.chain.engine.height
    treasury = chain.free(TREASURY)
    chain.goto(gone + 143_999)
    assert chain.reserved(chain.stash) == FEE
    chain.goto(gone + 144_000)
    assert chain.free(TREASURY) - treasury == FEE
    assert (chain.reserved(chain.stash), online.machine.stake_amount) == (0, 0)
    assert chain.engine.state.get(STASH_STAKE, chain.stash) == 0


def test_back_in_time_keeps_the_stake_but_not_the_record_of_it_as_written(new_chain) -> None:
    found = {}
    for profile in (MAINNET_411, MAINNET_411_STRICT):
        online = Interruptible(new_chain(profile=profile))
        online.online()
        chain = online.chain
        online.rent()
        chain.goto(online.machine.last_online_height + 14_400)
        online.do(chain.stash, "machine_offline", chain.machine_id)
        gone = chain.engine.height
        online.do(chain.stash, "machine_online", chain.machine_id)
        chain.goto(gone + 144_001)
        found[profile.name] = (online.machine.stake_amount, chain.reserved(chain.stash))
    assert found == {"mainnet-411": (FEE, FEE), "mainnet-411-strict": (0, FEE)}


def test_at_launch_this_rent_is_burned_too(new_chain) -> None:
    online = Interruptible(new_chain(profile=LAUNCH_2021))
    online.online()
    chain = online.chain
    before = balances.issuance(chain.engine.state)
    online.rent()
    chain.goto(online.order().rent_end)
    assert before - balances.issuance(chain.engine.state) == FEE
    assert online.machine.total_burn_fee == FEE
    assert chain.reserved(chain.stash) == 0


def test_a_year_on_it_may_leave_even_while_it_is_rented(online) -> None:
    chain = online.chain
    since = online.machine.online_height
    assert online.attempt(chain.stash, "machine_exit", chain.machine_id) == "TimeNotAllow"
    chain.goto(since + 5_255_998)
    assert online.attempt(chain.stash, "machine_exit", chain.machine_id) == "TimeNotAllow"
    online.rent()
    chain.goto(chain.engine.height + 649)
    online.do(chain.stash, "machine_exit", chain.machine_id)
    assert online.machine is None
    assert (chain.reserved(chain.stash), chain.reserved(chain.renter)) == (0, 0)
    assert online.order() is None
    online.do(chain.stash, "bond_machine", chain.machine_id, *proof(chain))


def proof(chain) -> tuple[bytes, bytes]:
    message = bind_message(chain.machine_id, ss58.encode(chain.stash))
    return message, chain.keys.sign(message)


def test_rent_raises_the_stake_to_a_cap_of_300_dollars_a_gpu(online) -> None:
    chain = online.chain
    assert online.root("set_stake_per_gpu", 1 * DBC) is None
    online.rent(4, 14_400)
    chain.goto(online.order().rent_end)
    assert online.machine.stake_amount == chain.reserved(chain.stash) == 4 * DBC
    assert online.root("set_stake_per_gpu", 10**30) is None
    online.rent(4, 864_000)
    chain.goto(online.order(1).rent_end)
    assert online.machine.stake_amount == 100_000 * DBC


def test_root_sets_its_own_parameters(made) -> None:
    chain = made.chain
    assert made.root("set_online_deposit", 7 * DBC) is None
    assert made.root("set_rentfee_destroy_percent", 500_000_000) is None
    assert made.root("set_standard_gpu_point_price", PointPrice(0, 5)) == ("DBCPriceOCW", "InvalidPrice")
    assert made.root("set_reporter_stake_params", ReporterStakeParams(100 * DBC, 10 * DBC, 0)) is None
    made.plant_pot(POT)
    made.bond()
    assert chain.reserved(chain.stash) == 7 * DBC
    made.describe()
    made.vote(*[chain.hardware()] * 3)
    made.rent()
    chain.goto(made.order().rent_end)
    assert chain.free(POT) == 1_559_635_416_666_666_666
    assert chain.attempt(chain.renter, PALLET, "set_online_deposit", 1) == ("System", "BadOrigin")


def test_extra_price_and_receiver(online) -> None:
    chain = online.chain
    price = ("set_machine_extra_price", chain.machine_id)
    assert online.attempt(chain.renter, *price, 1) == "NotMachineController"
    assert online.attempt(chain.stash, *price, 10_000_000_001) == "ExtraPriceTooHigh"
    online.do(chain.stash, *price, 1_000_000)
    assert online.attempt(chain.stash, "set_rent_receiver", bytes(32)) == "InvalidRentReceiver"
    online.do(chain.stash, "set_rent_receiver", POT)
    online.rent(4, 14_400)
    assert online.order().reserved == 25_287_500_000_000_000_000
    chain.goto(online.order().rent_end)
    assert chain.free(POT) == 25_287_500_000_000_000_000
    online.do(chain.stash, "set_rent_receiver", None)


# --- reports -----------------------------------------------------------------------------------------------------

SECRET = (b"abcdef", b"faked")


def report(online: Interruptible) -> bytes:
    digest = reporter_hash(online.chain.machine_id, 0, *SECRET)
    online.do(online.chain.renter, "report_machine_fault", digest, b"k" * 32)
    return digest


def look(online: Interruptible, member: bytes, *, supports: bool, word: bytes) -> None:
    chain = online.chain
    online.do(member, "committee_book_report", 0)
    online.do(chain.renter, "reporter_add_encrypted_error_info", 0, member, b"sealed")
    digest = member_hash(chain.machine_id, 0, SECRET[0], word, SECRET[1], supports=supports)
    online.do(member, "committee_submit_verify_hash", 0, digest)


def show(online: Interruptible, member: bytes, *, supports: bool, word: bytes) -> None:
    args = (0, online.chain.machine_id, 0, SECRET[0], word, SECRET[1], b"", supports)
    online.do(member, "committee_submit_verify_raw", *args)


def test_a_report_that_is_upheld_takes_the_machine_offline_and_frees_the_stakes(online) -> None:
    chain = online.chain
    rent_id = online.rent(4, 14_400)
    report(online)
    assert (stake_of(chain.engine.state, chain.renter)) == (20_000 * DBC, 1_000 * DBC)
    votes = ((chain.committee[0], True), (chain.committee[1], True), (chain.committee[2], False))
    for number, (member, supports) in enumerate(votes):
        look(online, member, supports=supports, word=b"abc%d" % number)
    for number, (member, supports) in enumerate(votes):
        show(online, member, supports=supports, word=b"abc%d" % number)
    assert online.machine.status is MachineStatus.REPORTER_REPORT_OFFLINE
    assert online.order(rent_id) is None
    result = chain.engine.state.get(RESULTS, 0)
    assert (result.result, result.inconsistent) == (ReportResult.SUCCEED, (chain.committee[2],))
    before = [chain.free(one) for one in (*chain.committee[:3], chain.renter)]
    chain.goto(result.exec_time)
    gained = [chain.free(one) - old for one, old in zip((*chain.committee[:3], chain.renter), before, strict=True)]
    assert gained == [333_333_333_000_000_000, 333_333_333_000_000_000, 0, 333_333_333_000_000_000]
    assert committee.stake_of(chain.engine.state, chain.committee[2]).staked == 19_000 * DBC
    assert stake_of(chain.engine.state, chain.renter) == (20_000 * DBC, 0)
    assert chain.engine.state.get(RESULTS, 0).outcome is SlashOutcome.EXECUTED
    online.do(chain.stash, "machine_online", chain.machine_id)
    assert online.machine.status is ONLINE


def test_a_false_report_costs_its_stake_shared_by_those_who_refuted_it(online) -> None:
    chain = online.chain
    report(online)
    member = chain.committee[0]
    look(online, member, supports=False, word=b"w")
    chain.goto(chain.engine.state.get(REPORTS, 0).first_book_time + 1_800)
    show(online, member, supports=False, word=b"w")
    assert online.machine.status is ONLINE
    free = chain.free(member)
    chain.goto(chain.engine.state.get(RESULTS, 0).exec_time)
    assert chain.free(member) - free == 1_000 * DBC
    assert stake_of(chain.engine.state, chain.renter) == (19_000 * DBC, 0)


def test_a_reporter_who_tells_nothing_pays(online) -> None:
    chain = online.chain
    report(online)
    online.do(chain.committee[0], "committee_book_report", 0)
    assert online.attempt(chain.renter, "reporter_cancel_report", 0) == "ReportNotAllowCancel"
    chain.goto(chain.engine.height + 300)
    assert chain.engine.state.get(RESULTS, 0).result is ReportResult.NOT_ENCRYPTED
    assert committee.stake_of(chain.engine.state, chain.committee[0]).used == 0
    chain.goto(chain.engine.height + 28_800)
    assert stake_of(chain.engine.state, chain.renter) == (19_000 * DBC, 0)


def test_a_member_that_misses_its_hash_pays_when_the_report_is_judged(online) -> None:
    chain = online.chain
    report(online)
    late, other = chain.committee[:2]
    online.do(late, "committee_book_report", 0)
    online.do(chain.renter, "reporter_add_encrypted_error_info", 0, late, b"sealed")
    assert online.attempt(other, "committee_book_report", 0) == "ReportNotAllowBook"
    chain.goto(chain.engine.height + 600)
    assert online.attempt(late, "committee_book_report", 0) == "NotProperCommittee"
    look(online, other, supports=True, word=b"w")
    first = chain.engine.state.get(REPORTS, 0).first_book_time
    chain.goto(first + 1_800)
    show(online, other, supports=True, word=b"w")
    chain.goto(chain.engine.state.get(RESULTS, 0).exec_time)
    assert committee.stake_of(chain.engine.state, late) == committee.CommitteeStake(late, 19_000 * DBC, 0)
    assert committee.stake_of(chain.engine.state, other).used == 0


def test_nobody_shows_a_vote_then_a_new_report_is_open(online) -> None:
    chain = online.chain
    report(online)
    look(online, chain.committee[0], supports=True, word=b"w")
    chain.goto(chain.engine.state.get(REPORTS, 0).first_book_time + 2_400)
    assert chain.engine.state.get(RESULTS, 0).result is ReportResult.NO_CONSENSUS
    assert chain.engine.state.get(REPORTS, 1).report_time == chain.engine.state.get(REPORTS, 0).report_time
    chain.goto(chain.engine.height + 28_800)
    assert stake_of(chain.engine.state, chain.renter) == (20_000 * DBC, 1_000 * DBC)
    assert committee.stake_of(chain.engine.state, chain.committee[0]).staked == 19_000 * DBC
    online.do(chain.renter, "reporter_cancel_report", 1)
    assert stake_of(chain.engine.state, chain.renter).used == 0


def test_reporters_and_members_are_refused_with_the_pallets_own_names(online) -> None:
    chain, member = online.chain, online.chain.committee[0]
    digest = report(online)
    poor = b"o" * 32
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", poor, 9 * DBC)
    assert online.attempt(poor, "report_machine_fault", digest, b"k" * 32) == "BalanceNotEnough"
    assert online.attempt(chain.renter, "committee_book_report", 0) == "NotCommittee"
    assert online.attempt(member, "committee_book_report", 7) == "Unknown"
    assert online.attempt(poor, "reporter_cancel_report", 0) == "NotReporter"
    assert online.attempt(chain.renter, "reporter_add_encrypted_error_info", 0, member, b"") == "NotOrderCommittee"
    online.do(member, "committee_book_report", 0)
    assert online.attempt(member, "committee_book_report", 0) == "AlreadyBooked"
    assert online.attempt(poor, "reporter_add_encrypted_error_info", 0, member, b"") == "NotOrderReporter"
    assert online.attempt(member, "committee_submit_verify_hash", 0, b"1" * 16) == "OrderStatusNotFeat"
    assert online.attempt(poor, "committee_submit_verify_hash", 0, b"1" * 16) == "NotInBookedList"
    online.do(chain.renter, "reporter_add_encrypted_error_info", 0, member, b"sealed")
    assert online.attempt(chain.renter, "reporter_add_encrypted_error_info", 0, member, b"") == "OrderStatusNotFeat"
    found = member_hash(chain.machine_id, 0, SECRET[0], b"w", SECRET[1], supports=True)
    online.do(member, "committee_submit_verify_hash", 0, found)
    raw = ("committee_submit_verify_raw", 0, chain.machine_id, 0, SECRET[0], b"w", SECRET[1], b"", True)
    assert online.attempt(member, *raw) == "OrderStatusNotFeat"
    other = chain.committee[1]
    online.do(other, "committee_book_report", 0)
    online.do(chain.renter, "reporter_add_encrypted_error_info", 0, other, b"sealed")
    assert online.attempt(other, "committee_submit_verify_hash", 0, found) == "DuplicateHash"
    chain.goto(chain.engine.state.get(REPORTS, 0).first_book_time + 1_800)
    assert online.attempt(member, *raw[:-1], False) == "NotEqualCommitteeSubmit"
    assert online.attempt(member, *raw[:4], b"x", *raw[5:]) == "NotEqualReporterSubmit"
    online.do(member, *raw)


def test_a_reporters_stake_grows_and_shrinks_within_its_bounds(online) -> None:
    chain = online.chain
    report(online)
    online.do(chain.renter, "reporter_add_stake", 5 * DBC)
    assert stake_of(chain.engine.state, chain.renter).staked == 20_005 * DBC
    assert online.attempt(chain.renter, "reporter_reduce_stake", 20_006 * DBC) == "StakeNotEnough"
    assert online.attempt(chain.renter, "reporter_reduce_stake", 19_500 * DBC) == "StakeNotEnough"
    online.do(chain.renter, "reporter_reduce_stake", 5 * DBC)
    assert chain.reserved(chain.renter) == 20_000 * DBC


def test_previews_name_what_follows(made) -> None:
    chain = made.chain
    made.do(chain.stash, "set_controller", chain.stash)

    def told(who: bytes, name: str, *args: object) -> list[str]:
        return [one.kind for one in chain.engine.preview(Call(PALLET, name, args), who, 150).consequences]

    assert told(chain.stash, "bond_machine", chain.machine_id, *proof(chain)) == ["deposit_reserved"]
    assert told(chain.stash, "gen_server_room") == ["fixed_fee"]
    made.do(chain.stash, "bond_machine", chain.machine_id, *proof(chain))
    made.describe()
    made.vote(*[chain.hardware()] * 3)
    rent = told(chain.renter, "rent_machine", chain.machine_id, 1, 600)
    assert rent == ["rent_reserved_to_end", "fixed_fee", "paid_unconfirmed"]
    assert told(chain.renter, "rent_machine", chain.machine_id, 1, 0) == ["nothing_happens"]
    rent_id = made.rent()
    assert told(chain.renter, "confirm_rent", rent_id) == ["lease_starts"]
    made.do(chain.renter, "confirm_rent", rent_id)
    assert told(chain.renter, "relet_machine", rent_id, 600) == ["rent_reserved_to_end", "lease_extended"]
    chain.goto(made.machine.last_online_height + 14_400)
    assert told(chain.stash, "machine_offline", chain.machine_id) == ["goes_offline", "return_within"]
    made.do(chain.stash, "machine_offline", chain.machine_id)
    assert told(chain.stash, "machine_online", chain.machine_id) == ["back_on_the_market"]
    reported = told(chain.renter, "report_machine_fault", bytes(16), bytes(32))
    assert reported == ["reporter_stake", "report_at_risk", "members_look", "members_told"]
    report(made)
    assert told(chain.committee[0], "committee_book_report", 0) == ["member_at_risk"]

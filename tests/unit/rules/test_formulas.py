"""Formulas of the protocol against literals of its reference (chain-rules 4, 5, 12)."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational, value_to_dbc
from dbc_desktop.rules.bind_message import bind_message, check_bind_message
from dbc_desktop.rules.calc_point import calc_point
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.online_profile.points import MachinePoints, StashPoints, machine_total, stash_total
from dbc_desktop.rules.price import StandardPrice
from dbc_desktop.rules.profile import LAUNCH_2021
from dbc_desktop.rules.rent_machine import day_price, free_indexes
from dbc_desktop.rules.work import era_of

DBC = 10**15
BOB = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
FERDIE = "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL"
SIGNATURE = bytes.fromhex(
    "b4084f70730b183127e9db78c6d8dcf79039f23466cd1ee8b536c40c3027a83d"
    "ab040be4ed2db57b67eaac406817a69ce72a13f8ac11ba460e15d318b1504481"
)


def test_perbill_rounds_to_the_nearest_and_an_exact_half_down() -> None:
    assert perbill_mul(500_000_000, 1) == 0
    assert perbill_mul(500_000_001, 1) == 1
    assert perbill_mul(999_999_999, 10) == 10
    assert perbill_rational(1, 3) == 333_333_333
    assert perbill_rational(5, 3) == 1_000_000_000
    assert perbill_rational(0, 0) == 1_000_000_000


def test_fee_of_107_bytes_at_multiplier_one() -> None:
    assert LAUNCH_2021.fee.inclusion_fee(107, LAUNCH_2021.call_weight) == 107_113_648_000


@pytest.mark.vector
def test_v1_price_of_four_gpus_for_ten_days() -> None:
    a_day = day_price(StandardPrice(1_000, 5_000_000), 59_890, 4, 4)
    assert a_day == 299_450_000
    assert value_to_dbc(a_day * 144_000 // 14_400, 12_000) == 249_541_666_666_666_666_666


@pytest.mark.vector
def test_v11_lowest_free_gpus_are_taken() -> None:
    assert free_indexes((1,), 2, 4) == (0, 2)


@pytest.mark.vector
@pytest.mark.parametrize(
    ("gpus", "basic", "extra", "expected"),
    [(4, 59_890, 0, 59_914), (8, 119_780, 0, 119_876), (4, 59_890, 17_967, 77_881)],
    ids=["V-22", "V-23", "V-24"],
)
def test_points_of_a_stash(gpus: int, basic: int, extra: int, expected: int) -> None:
    assert stash_total(LAUNCH_2021, StashPoints(1, gpus, basic, extra)) == expected


def test_points_of_a_machine_are_those_of_its_stash_when_it_is_alone() -> None:
    assert machine_total(LAUNCH_2021, MachinePoints(1, 4, 59_890, rented=True), 4) == 77_881
    assert machine_total(LAUNCH_2021, MachinePoints(1, 4, 59_890, rented=False), 4) == 59_914


def test_the_bonus_of_a_large_stash_stops_at_ten_percent() -> None:
    assert stash_total(LAUNCH_2021, StashPoints(1, 5_000, 100_000, 0)) == 110_000


@pytest.mark.vector
def test_v32_shares_of_two_stashes() -> None:
    a, b = perbill_rational(77_881, 197_757), perbill_rational(119_876, 197_757)
    assert (a, b) == (393_821_710, 606_178_289)
    assert perbill_mul(a, 1_095_890 * DBC) == 431_585_273_771_900_000_000
    assert perbill_mul(b, 1_095_890 * DBC) == 664_304_725_132_210_000_000


@pytest.mark.vector
@pytest.mark.parametrize(("height", "era"), [(0, 0), (1, 1), (14_400, 1), (14_401, 2), (28_801, 3)])
def test_v35_mining_era_of_a_block(height: int, era: int) -> None:
    assert era_of(height) == era


def test_stake_of_a_gpu_is_six_thousand_yuan_and_its_cap_twenty_thousand() -> None:
    assert LAUNCH_2021.stake.first_stake(12_000, 7_000) == 71_428_571_428_571_428_571
    assert LAUNCH_2021.stake.cap(12_000, 7_000) == 238_095_238_095_238_095_238
    assert LAUNCH_2021.stake.first_stake(24_000, 7_000) == 35_714_285_714_285_714_285


def test_emission_falls_after_three_and_after_eight_years() -> None:
    reward = LAUNCH_2021.emission.era_reward
    assert [reward(era) // DBC for era in (0, 1_094, 1_095, 2_919, 2_920)] == [
        1_095_890,
        1_095_890,
        547_945,
        547_945,
        273_972,
    ]


@pytest.mark.parametrize("reward", [0, 1, 3, 199, 200, 1_000, 999_999_999_999_999_999_999_999, 1_095_890 * DBC + 7])
def test_a_quarter_and_150_parts_are_the_whole_reward(reward: int) -> None:
    rule = LAUNCH_2021.release
    assert rule.at_once(reward) + 149 * rule.part(reward) + rule.last_part(reward) == reward
    assert rule.at_once(reward) == reward // 4
    assert rule.part(reward) == reward // 200


@pytest.mark.parametrize("reward", [0, 1, 299, 300, 1_000_000_007])
def test_owner_and_committee_get_the_whole_reward(reward: int) -> None:
    share = LAUNCH_2021.committee_share.share
    own, each = share(reward, 3, 700, 730)
    assert own + 3 * each == reward
    assert share(reward, 3, 731, 730) == (reward, 0)
    assert share(reward, 0, 1, 730) == (reward, 0)


@pytest.mark.parametrize(
    ("issuance", "burned"),
    [(200_000_000, 1_000), (100_001_000, 1_000), (100_000_400, 400), (100_000_000, 0), (90_000_000, 0)],
)
def test_rent_is_burned_down_to_the_floor_and_no_further(issuance: int, burned: int) -> None:
    assert LAUNCH_2021.rent.split(1_000 * DBC, issuance * DBC) == (burned * DBC, (1_000 - burned) * DBC, 0)


def test_calc_point_of_the_reference() -> None:
    assert calc_point(4, 440, 8_704, 10) == 59_890
    assert calc_point(8, 512, 16_384, 24) == 193_266


@pytest.mark.vector
@pytest.mark.parametrize(
    ("rand", "gpus", "point", "support", "digest"),
    [
        ("abcdefg1", 4, 59_890, True, "fd8885a22a9d9784adaa36effcd77522"),
        ("abcdefg2", 4, 59_890, True, "c016090e0943c17f5d4999dc6eb52683"),
        ("abcdefg3", 4, 59_890, True, "4a6b2df1e1a77b9bcdab5e31dc7950d2"),
        ("abcdefg1", 8, 119_780, True, "53cf058dfa07ef517b2f28bccff88c2b"),
        ("abcdefg1", 4, 59_890, False, "cee14a520ba6a988c306aab9dc3794b1"),
    ],
)
def test_commit_hashes_of_the_reference(rand: str, gpus: int, point: int, support: bool, digest: str, chain) -> None:
    info = dataclasses.replace(chain.hardware(rand, gpus, support), calc_point=point)
    assert hardware_hash(info).hex() == digest


@pytest.mark.vector
def test_bind_signature_of_the_reference() -> None:
    message = bind_message(BOB, FERDIE)
    assert len(message) == 112
    check_bind_message(BOB, ss58.decode(FERDIE), message, SIGNATURE)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda m: (m[:-1], SIGNATURE), "BadMsgLen"),
        (lambda m: (b"0" + m[1:], SIGNATURE), "SigMachineIdNotEqualBondedMachineId"),
        (lambda m: (m[:64] + b"0" * 48, SIGNATURE), "ConvertMachineIdToWalletFailed"),
        (
            lambda m: (m[:64] + b"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", SIGNATURE),
            "MachineStashNotEqualControllerStash",
        ),
        (lambda m: (m, bytes(64)), "BadSignature"),
        (lambda m: (m, b"short"), "BadSignature"),
    ],
)
def test_bind_errors_come_in_the_order_of_the_chain(change, error: str) -> None:
    message, signature = change(bind_message(BOB, FERDIE))
    with pytest.raises(ChainRejected) as refused:
        check_bind_message(BOB, ss58.decode(FERDIE), message, signature)
    assert (refused.value.pallet, refused.value.name) == ("OnlineProfile", error)

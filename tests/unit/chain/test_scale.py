"""SCALE against literal bytes and against an independent codec with the metadata of a real runtime."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbc_desktop.chain import scale
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, MachineId
from dbc_desktop.domain.parameters import (
    MemberStakeParams,
    OnlineStakeParams,
    PhaseRewards,
    PointPrice,
    ReporterStakeParams,
)
from dbc_desktop.domain.schedule import RentalMode, TimeRange
from dbc_desktop.domain.super_node import Payee, PayTo, SuperNodePrefs
from dbc_desktop.rules.catalogue import BY_NAME, SPECS

METADATA = Path(__file__).parents[4] / "shared" / "data" / "dbc-runtime" / "state_getMetadata.hex"

MACHINE = MachineId("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")
ACCOUNT = bytes(range(32))
INFO = CustomizeInfo(
    server_room=b"\x07" * 32,
    upload_net=10_000,
    download_net=20,
    longitude=Coordinate("West", 967_970),
    latitude=Coordinate("North", 327_767),
    telecom_operators=("China Unicom", "中国电信"),
    is_bare_machine=True,
)
HARDWARE = HardwareInfo(
    machine_id=MACHINE,
    gpu_type="GeForceRTX3080",
    gpu_num=4,
    cuda_core=8_704,
    gpu_mem=10,
    calc_point=59_890,
    sys_disk=480,
    data_disk=3_905,
    cpu_type="Intel(R) Xeon(R) Silver 4214R",
    cpu_core_num=46,
    cpu_rate=2_400,
    mem_num=440,
    rand_str="abcdefg1",
    is_support=True,
)

CALLS = {
    ("Balances", "transfer_allow_death"): (ACCOUNT, 10**15),
    ("Balances", "transfer_keep_alive"): (ACCOUNT, 2**128 - 1),
    ("Balances", "transfer_all"): (ACCOUNT, True),
    ("Utility", "batch_all"): ((Call("Committee", "chill"), Call("GenericFunc", "destroy_free_dbc", (7,))),),
    ("Sudo", "sudo"): (Call("DBCPriceOCW", "submit_price_by_root", (12_000,)),),
    ("Staking", "bond"): (10**24, Payee(PayTo.ACCOUNT, ACCOUNT)),
    ("Staking", "bond_extra"): (10**15,),
    ("Staking", "unbond"): (2**127,),
    ("Staking", "withdraw_unbonded"): (0,),
    ("Staking", "validate"): (SuperNodePrefs(100_000_000, True),),
    ("Staking", "nominate"): ((ACCOUNT, b"\x03" * 32),),
    ("Staking", "chill"): (),
    ("Staking", "set_payee"): (Payee(PayTo.STASH),),
    ("Staking", "set_validator_count"): (31,),
    ("Staking", "increase_validator_count"): (10,),
    ("Staking", "cancel_deferred_slash"): (14, (0, 2)),
    ("Staking", "payout_stakers"): (ACCOUNT, 83),
    ("Staking", "rebond"): (10**20,),
    ("Staking", "set_min_commission"): (10_000_000,),
    ("Staking", "set_reward_start_height"): (8_800,),
    ("Staking", "set_phase0_reward"): (10**23,),
    ("Staking", "set_phase1_reward"): (5 * 10**22,),
    ("Staking", "set_phase2_reward"): (10**22,),
    ("GenericFunc", "set_fixed_tx_fee"): (10**16,),
    ("GenericFunc", "deposit_into_treasury"): (10**15,),
    ("GenericFunc", "set_auto_destroy"): (ACCOUNT, 14_400),
    ("GenericFunc", "destroy_free_dbc"): (2**100,),
    ("GenericFunc", "force_destroy_free_dbc"): (ACCOUNT, 10**18),
    ("DBCPriceOCW", "submit_price_by_root"): (12_000,),
    ("OnlineProfile", "set_controller"): (ACCOUNT,),
    ("OnlineProfile", "bond_machine"): (MACHINE, b"message", b"\x01" * 64),
    ("OnlineProfile", "gen_server_room"): (),
    ("OnlineProfile", "add_machine_info"): (MACHINE, INFO),
    ("OnlineProfile", "fulfill_machine"): (MACHINE,),
    ("OnlineProfile", "claim_rewards"): (),
    ("OnlineProfile", "controller_report_offline"): (MACHINE,),
    ("OnlineProfile", "controller_report_online"): (MACHINE,),
    ("OnlineProfile", "stash_reset_controller"): (ACCOUNT,),
    ("OnlineProfile", "offline_machine_change_hardware_info"): (MACHINE,),
    ("OnlineProfile", "apply_slash_review"): (7, b"the power failed"),
    ("OnlineProfile", "cancel_slash"): (2**40,),
    ("OnlineProfile", "machine_exit"): (MACHINE,),
    ("OnlineProfile", "restake_online_machine"): (MACHINE,),
    ("OnlineProfile", "update_machine_info"): (MACHINE, INFO),
    ("OnlineProfile", "set_machine_extra_price"): (MACHINE, 1_000_000),
    ("OnlineProfile", "set_rent_receiver"): (ACCOUNT,),
    ("OnlineProfile", "set_reward_info"): (PhaseRewards(1, 1_095, 0, 10**21, 2**100, 3),),
    ("OnlineProfile", "set_online_stake_params"): (OnlineStakeParams(10**20, 300_000_000, 46_000_000, 10**18),),
    ("OnlineProfile", "set_standard_gpu_point_price"): (PointPrice(1_000, 5_000_000),),
    ("OnlineProfile", "set_rentfee_destroy_percent"): (50_000_000,),
    ("OnlineProfile", "force_machine_exit"): ((MACHINE,),),
    ("OnlineProfile", "update_authorized_force_exit_accounts"): ((ACCOUNT, bytes(32)),),
    ("OnlineProfile", "set_machine_rental_mode"): (MACHINE, RentalMode.TIME_SLOT),
    ("OnlineProfile", "set_weekly_schedule"): (MACHINE, 6, (TimeRange(0, 8), TimeRange(20, 24))),
    ("OnlineProfile", "set_specific_date_schedule"): (MACHINE, 18_779, (TimeRange(9, 17),)),
    ("OnlineProfile", "clear_specific_date"): (MACHINE, 18_779),
    ("Committee", "set_committee_stake_params"): (MemberStakeParams(2 * 10**19, 10**18, 400_000_000),),
    ("RentMachine", "set_rent_fee_pot"): (ACCOUNT,),
    ("TerminatingRental", "set_stake_per_gpu"): (10**20,),
    ("TerminatingRental", "set_online_deposit"): (10**19,),
    ("TerminatingRental", "set_standard_gpu_point_price"): (PointPrice(1_000, 5_000_000),),
    ("TerminatingRental", "set_reporter_stake_params"): (ReporterStakeParams(2 * 10**19, 10**18, 400_000_000),),
    ("TerminatingRental", "set_controller"): (ACCOUNT,),
    ("TerminatingRental", "gen_server_room"): (),
    ("TerminatingRental", "bond_machine"): (MACHINE, b"message", b"\x01" * 64),
    ("TerminatingRental", "add_machine_info"): (MACHINE, INFO),
    ("TerminatingRental", "submit_confirm_hash"): (MACHINE, b"\x05" * 16),
    ("TerminatingRental", "submit_confirm_raw"): (HARDWARE,),
    ("TerminatingRental", "rent_machine"): (MACHINE, 2, 14_400),
    ("TerminatingRental", "confirm_rent"): (2**40,),
    ("TerminatingRental", "relet_machine"): (7, 300),
    ("TerminatingRental", "terminate_rent"): (7,),
    ("TerminatingRental", "machine_offline"): (MACHINE,),
    ("TerminatingRental", "machine_online"): (MACHINE,),
    ("TerminatingRental", "machine_exit"): (MACHINE,),
    ("TerminatingRental", "report_machine_fault"): (b"\x05" * 16, b"\x06" * 32),
    ("TerminatingRental", "reporter_add_stake"): (10**18,),
    ("TerminatingRental", "reporter_reduce_stake"): (10**18,),
    ("TerminatingRental", "reporter_cancel_report"): (7,),
    ("TerminatingRental", "committee_book_report"): (7,),
    ("TerminatingRental", "reporter_add_encrypted_error_info"): (7, ACCOUNT, b"sealed"),
    ("TerminatingRental", "committee_submit_verify_hash"): (7, b"\x05" * 16),
    ("TerminatingRental", "committee_submit_verify_raw"): (7, MACHINE, 3, b"abcdef", b"abc1", b"faked", b"", True),
    ("TerminatingRental", "set_rentfee_destroy_percent"): (50_000_000,),
    ("TerminatingRental", "set_machine_extra_price"): (MACHINE, 1_000_000),
    ("TerminatingRental", "set_rent_receiver"): (None,),
    ("CommitteeElection", "stand"): (b"\x09" * 32,),
    ("CommitteeElection", "step_down"): (),
    ("CommitteeElection", "back"): (ACCOUNT, 10**18),
    ("Equivocation", "report"): (ACCOUNT, 43, b"\x01" * 32, b"\x02" * 64, b"\x03" * 32, b"\x04" * 64),
    ("MachineCheck", "submit_hardware_report"): (HARDWARE, b"DBC hardware report 1\n", b"\x01" * 64),
    ("MachineCheck", "grab_order"): (MACHINE,),
    ("RentMachine", "bond_evm_address"): (MACHINE, b"\x0e" * 20),
    ("Committee", "add_committee"): (ACCOUNT,),
    ("Committee", "committee_add_stake"): (5 * 10**15,),
    ("Committee", "committee_reduce_stake"): (2**100,),
    ("Committee", "claim_reward"): (),
    ("Committee", "chill"): (),
    ("Committee", "undo_chill"): (),
    ("Committee", "exit_committee"): (),
    ("Committee", "committee_set_box_pubkey"): (b"\x09" * 32,),
    ("OnlineCommittee", "submit_confirm_hash"): (MACHINE, b"\x05" * 16),
    ("OnlineCommittee", "submit_confirm_raw"): (HARDWARE,),
    ("RentMachine", "rent_machine"): (MACHINE, 2, 14_400),
    ("RentMachine", "confirm_rent"): (2**40,),
    ("RentMachine", "relet_machine"): (7, 300),
    ("TechnicalCommittee", "set_members"): ((ACCOUNT, b"\x02" * 32), ACCOUNT, 3),
    ("TechnicalCommittee", "propose"): (1, Call("OnlineProfile", "cancel_slash", (7,)), 10),
    ("TechnicalCommittee", "vote"): (ACCOUNT, 300, True),
    ("TechnicalCommittee", "close"): (ACCOUNT, 2, (2**40, 65_536), 10),
    ("OnlineProfile", "exec_slash"): (MACHINE,),
    ("OnlineCommittee", "apply_slash_review"): (7, b"they did not look"),
    ("OnlineCommittee", "cancel_slash"): (7,),
    ("MaintainCommittee", "set_reporter_stake_params"): (ReporterStakeParams(2**100, 10**18, 400_000_000),),
    ("MaintainCommittee", "report_machine_fault"): (MachineFault(FaultKind.RENTED_INACCESSIBLE, MACHINE, 9),),
    ("MaintainCommittee", "reporter_add_stake"): (2**100,),
    ("MaintainCommittee", "reporter_reduce_stake"): (10**15,),
    ("MaintainCommittee", "reporter_cancel_report"): (3,),
    ("MaintainCommittee", "committee_book_report"): (3,),
    ("MaintainCommittee", "reporter_add_encrypted_error_info"): (3, ACCOUNT, b"sealed"),
    ("MaintainCommittee", "committee_submit_verify_hash"): (3, b"\x05" * 16),
    ("MaintainCommittee", "committee_submit_verify_raw"): (3, MACHINE, 9, b"ab", b"cd", b"why", b"", True),
    ("MaintainCommittee", "committee_submit_inaccessible_raw"): (3, b"abcd", False),
    ("MaintainCommittee", "apply_slash_review"): (3, b"it was true"),
    ("MaintainCommittee", "cancel_reporter_slash"): (2**40,),
}

OURS = ("MachineCheck", "CommitteeElection", "Equivocation")
"""Pallets of `launch-2021` that no runtime has."""

SINCE_411 = {
    ("TerminatingRental", "set_rentfee_destroy_percent"),
    ("TerminatingRental", "set_machine_extra_price"),
    ("TerminatingRental", "set_rent_receiver"),
} | {
    ("OnlineProfile", name)
    for name in (
        "force_machine_exit",
        "update_authorized_force_exit_accounts",
        "set_machine_extra_price",
        "set_machine_rental_mode",
        "set_weekly_schedule",
        "set_specific_date_schedule",
        "clear_specific_date",
        "set_rent_receiver",
    )
}
"""Calls that the recorded runtime, of version 400, does not have."""

MACHINE_HEX = "0101" + MACHINE.encode().hex()

LITERALS = [
    (("TerminatingRental", "set_rentfee_destroy_percent"), "711980f0fa02"),
    (("TerminatingRental", "set_machine_extra_price"), "711a" + MACHINE_HEX + "40420f0000000000"),
    (("TerminatingRental", "set_rent_receiver"), "711b00"),
    (("CommitteeElection", "step_down"), "c901"),
    (("MachineCheck", "grab_order"), "c801" + MACHINE_HEX),
    (("Balances", "transfer_allow_death"), "070000" + ACCOUNT.hex() + "0f0080c6a47e8d03"),
    (("Sudo", "sudo"), "21006a01e02e000000000000"),
    (("OnlineProfile", "claim_rewards"), "6b0b"),
    (("OnlineProfile", "bond_machine"), "6b07" + MACHINE_HEX + "1c6d657373616765" + "0101" + "01" * 64),
    (
        ("OnlineProfile", "add_machine_info"),
        "6b09" + MACHINE_HEX + "07" * 32 + "10270000000000001400000000000000"
        "0122c50e00000000000157000500000000000830" + b"China Unicom".hex() + "30" + "中国电信".encode().hex() + "01",
    ),
    (("OnlineCommittee", "submit_confirm_hash"), "6e00" + MACHINE_HEX + "05" * 16),
    (("RentMachine", "rent_machine"), "6f01" + MACHINE_HEX + "0200000040380000"),
    (("RentMachine", "confirm_rent"), "6f020000000000010000"),
    (("OnlineProfile", "set_machine_extra_price"), "6b16" + MACHINE_HEX + "40420f0000000000"),
    (("OnlineProfile", "set_rent_receiver"), "6b1b01" + ACCOUNT.hex()),
    (("OnlineProfile", "force_machine_exit"), "6b1404" + MACHINE_HEX),
    (("OnlineProfile", "update_authorized_force_exit_accounts"), "6b1508" + ACCOUNT.hex() + "00" * 32),
    (("OnlineProfile", "set_machine_rental_mode"), "6b17" + MACHINE_HEX + "01"),
    (("OnlineProfile", "set_weekly_schedule"), "6b18" + MACHINE_HEX + "06" + "08" + "0008" + "1418"),
    (("OnlineProfile", "set_specific_date_schedule"), "6b19" + MACHINE_HEX + "5b490000" + "04" + "0911"),
    (("OnlineProfile", "clear_specific_date"), "6b1a" + MACHINE_HEX + "5b490000"),
    (("MaintainCommittee", "report_machine_fault"), "700100" + MACHINE_HEX + "0900000000000000"),
    (("TechnicalCommittee", "propose"), "0e02046b11070000000000000028"),
]


def encoded(call: Call) -> bytes:
    return scale.encode("Call", call)


FAULTS = [
    ("RentedHardwareMalfunction", "700101"),
    ("RentedHardwareCounterfeit", "700102"),
    ("OnlineRentFailed", "700103"),
]


@pytest.mark.parametrize(("kind", "head"), FAULTS)
def test_faults_that_are_kept_secret(kind: str, head: str) -> None:
    fault = MachineFault(FaultKind(kind), reporter_hash=b"\x05" * 16, box_pubkey=b"\x06" * 32)
    call = Call("MaintainCommittee", "report_machine_fault", (fault,))
    assert encoded(call).hex() == head + "05" * 16 + "06" * 32
    assert scale.decode("Call", encoded(call)) == call
    assert decoded_or_reason(bytes.fromhex("700104") + encoded(call)[3:]) == "malformed"


def decoded_or_reason(data: bytes) -> object:
    try:
        return scale.decode("Call", data)
    except InvalidTransaction as error:
        return error.reason


def test_every_call_of_the_catalogue_has_a_sample() -> None:
    assert set(CALLS) == set(BY_NAME)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.pallet}.{spec.name}")
def test_each_call_comes_back_as_it_was(spec: Any) -> None:
    call = Call(spec.pallet, spec.name, CALLS[spec.pallet, spec.name])
    assert scale.decode("Call", encoded(call)) == call


@pytest.mark.parametrize(
    ("name", "text"), LITERALS, ids=lambda value: ".".join(value) if isinstance(value, tuple) else ""
)
def test_literal_bytes(name: tuple[str, str], text: str) -> None:
    call = Call(*name, CALLS[name])
    assert encoded(call).hex() == text


def test_an_account_that_may_be_missing() -> None:
    call = Call("OnlineProfile", "set_rent_receiver", (None,))
    assert encoded(call).hex() == "6b1b00"
    assert scale.decode("Call", bytes.fromhex("6b1b00")) == call
    assert decoded_or_reason(bytes.fromhex("6b1b02") + ACCOUNT) == "malformed"
    assert decoded_or_reason(bytes.fromhex("6b1b01") + ACCOUNT[:-1]) == "malformed"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "00"),
        (63, "fc"),
        (64, "0101"),
        (16_383, "fdff"),
        (16_384, "02000100"),
        (2**30 - 1, "feffffff"),
        (2**30, "0300000040"),
        (2**32 - 1, "03ffffffff"),
        (2**32, "070000000001"),
        (2**128 - 1, "33" + "ff" * 16),
    ],
)
def test_compact_numbers(value: int, text: str) -> None:
    assert scale.encode("Compact<u128>", value).hex() == text
    assert scale.decode("Compact<u128>", bytes.fromhex(text)) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Compact<u128>", ""),
        ("Compact<u128>", "0100"),
        ("Compact<u128>", "02000000"),
        ("Compact<u128>", "0301000000"),
        ("Compact<u128>", "070000004000"),
        ("Compact<u128>", "37" + "ff" * 17),
        ("Compact<u128>", "ff" + "ff" * 67),
        ("bool", "02"),
        ("u32", "010000"),
        ("u32", "0100000000"),
        ("MultiAddress", "01" + "00" * 32),
        ("MultiAddress", "00" + "00" * 31),
        ("Longitude", "02" + "00" * 8),
        ("Text", "04ff"),
        ("Bytes", "feffffff"),
        ("Bytes", "08ff"),
        ("Vec<Text>", "feffffff"),
        ("MachineId", "0101" + "5a" * 64),
        ("MachineId", "fc" + "61" * 63),
        ("Call", "ff00"),
        ("Call", "0701"),
        ("Call", "2100210021002100210021006b0b"),
        ("Call", "6b0b00"),
    ],
)
def test_malformed_bytes_are_refused(kind: str, text: str) -> None:
    with pytest.raises(InvalidTransaction) as refused:
        scale.decode(kind, bytes.fromhex(text))
    assert refused.value.reason == "malformed"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("u32", 2**32),
        ("u32", -1),
        ("u64", "7"),
        ("u64", True),
        ("u128", 2**128),
        ("Compact<u128>", 2**128),
        ("AccountId", b"short"),
        ("AccountId", "5Grwva"),
        ("MachineId", "8EAF" + MACHINE[4:]),
        ("MachineId", MACHINE + "\n"),
        ("Bytes", b"x" * 16_385),
        ("Text", "\ud800"),
        ("Vec<Text>", ("x",) * 65),
        ("Vec<Text>", ["x"]),
        ("Longitude", Coordinate("North", 1)),
        ("StakerCustomizeInfo", HARDWARE),
        ("bool", 1),
        ("Call", Call("Balances", "burn_all", ())),
        ("Call", Call("OnlineProfile", "claim_rewards", (1,))),
    ],
)
def test_values_that_do_not_fit_are_refused(kind: str, value: object) -> None:
    with pytest.raises(InvalidTransaction) as refused:
        scale.encode(kind, value)
    assert refused.value.reason == "malformed"


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_malformed(data: bytes) -> None:
    call = decoded_or_reason(data)
    assert call == "malformed" or scale.encode("Call", call) == data


@given(st.sampled_from(sorted(CALLS)), st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_never_reads_as_the_same_call(name: tuple[str, str], at: int, byte: int) -> None:
    call = Call(*name, CALLS[name])
    data = bytearray(encoded(call))
    at %= len(data)
    if data[at] == byte:
        return
    data[at] = byte
    assert decoded_or_reason(bytes(data)) != call


@pytest.fixture(scope="module")
def runtime() -> Any:
    if not METADATA.exists():
        pytest.skip("../shared/data is not beside this checkout")
    from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
    from scalecodec.type_registry import load_type_registry_preset

    configuration = RuntimeConfigurationObject(implements_scale_info=True)
    configuration.update_type_registry(load_type_registry_preset("core"))
    metadata = configuration.create_scale_object("MetadataVersioned", ScaleBytes(METADATA.read_text().strip()))
    metadata.decode()
    configuration.add_portable_registry(metadata)
    return configuration, metadata


def foreign(value: object, kind: str) -> object:
    """A value of ours as the other codec wants it."""
    if kind == "Call":
        assert isinstance(value, Call)
        return {"call_module": value.pallet, "call_function": value.name, "call_args": foreign_args(value)}
    if isinstance(value, CustomizeInfo):
        return {
            "server_room": "0x" + value.server_room.hex(),
            "upload_net": value.upload_net,
            "download_net": value.download_net,
            "longitude": {value.longitude.direction: value.longitude.value},
            "latitude": {value.latitude.direction: value.latitude.value},
            "telecom_operators": ["0x" + text.encode().hex() for text in value.telecom_operators],
            "is_bare_machine": value.is_bare_machine,
        }
    if isinstance(value, PhaseRewards | OnlineStakeParams | PointPrice | MemberStakeParams | ReporterStakeParams):
        return dataclasses.asdict(value)
    if isinstance(value, HardwareInfo):
        plain = {name: getattr(value, name) for name in HardwareInfo.__slots__}
        return {name: "0x" + held.encode().hex() if isinstance(held, str) else held for name, held in plain.items()}
    if isinstance(value, SuperNodePrefs):
        return {"commission": value.commission, "blocked": value.blocked}
    if isinstance(value, Payee):
        name = {PayTo.NOWHERE: "None"}.get(value.pay_to, value.pay_to.name.capitalize())
        return name if value.account is None else {name: "0x" + value.account.hex()}
    if isinstance(value, MachineFault):
        told = ("machine_id", "rent_id") if value.is_fast else ("reporter_hash", "box_pubkey")
        return {value.kind.value: tuple(foreign(getattr(value, name), "") for name in told)}
    if kind == "Weight" and isinstance(value, tuple):
        return {"ref_time": value[0], "proof_size": value[1]}
    if isinstance(value, tuple):
        return [foreign(one, kind.removeprefix("Vec<").removesuffix(">")) for one in value]
    if isinstance(value, str):
        return "0x" + value.encode().hex()
    return "0x" + value.hex() if isinstance(value, bytes) else value


def foreign_args(call: Call) -> dict[str, object]:
    spec = BY_NAME[call.pallet, call.name]
    return {name: foreign(value, kind) for (name, kind), value in zip(spec.args, call.args, strict=True)}


@pytest.mark.parametrize(
    "spec",
    [spec for spec in SPECS if spec.pallet not in OURS and (spec.pallet, spec.name) not in SINCE_411],
    ids=lambda spec: f"{spec.pallet}.{spec.name}",
)
def test_an_independent_codec_writes_the_same_bytes(runtime: Any, spec: Any) -> None:
    configuration, metadata = runtime
    call = Call(spec.pallet, spec.name, CALLS[spec.pallet, spec.name])
    theirs = configuration.create_scale_object("Call", metadata=metadata)
    theirs.encode(foreign(call, "Call"))
    assert encoded(call).hex() == theirs.data.to_hex().removeprefix("0x")


@pytest.mark.parametrize(
    "spec",
    [spec for spec in SPECS if spec.pallet not in OURS and (spec.pallet, spec.name) not in SINCE_411],
    ids=lambda spec: f"{spec.pallet}.{spec.name}",
)
def test_an_independent_codec_reads_the_call_that_was_shown(runtime: Any, spec: Any) -> None:
    from scalecodec.base import ScaleBytes

    configuration, metadata = runtime
    call = Call(spec.pallet, spec.name, CALLS[spec.pallet, spec.name])
    theirs = configuration.create_scale_object("Call", ScaleBytes("0x" + encoded(call).hex()), metadata=metadata)
    theirs.decode()
    assert (theirs.value["call_module"], theirs.value["call_function"]) == (spec.pallet, spec.name)
    assert [one["name"] for one in theirs.value["call_args"]] == [name for name, _ in spec.args]
    shown = {one["name"]: flat(one["value"]) for one in theirs.value["call_args"]}
    assert shown == {name: flat(value) for name, value in foreign_args(call).items()}


def flat(value: Any) -> object:
    """A value of the other codec in one form: it gives bytes as hex or, where they read as such, as text."""
    if isinstance(value, str):
        return bytes.fromhex(value[2:]) if value.startswith("0x") else value.encode()
    if isinstance(value, dict):
        if isinstance(args := value.get("call_args"), list):
            args = {one["name"]: one["value"] for one in args}
            value = {**{name: value[name] for name in ("call_module", "call_function")}, "call_args": args}
        return {name: flat(one) for name, one in value.items()}
    return [flat(one) for one in value] if isinstance(value, list | tuple) else value

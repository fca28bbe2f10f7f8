"""Signed extrinsics of a block as a runtime's own types read them: calls we have no words for, and strangers' bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.chain import extrinsic as own
from dbc_desktop.chain.scale import put_compact
from dbc_desktop.chain.substrate import extrinsics
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.signed import plain, read_signed
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import ChainAnswerInvalid
from tests.unit.chain.substrate.test_extrinsics import CONTEXT, SIGNER, declared, needs_record, recorded

MACHINE = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"


def made(call: Call, tip: int = 0) -> bytes:
    draft = extrinsics.draft(declared(), call, SIGNER, CONTEXT, tip=tip)
    return own.assemble(draft, bytes(64))


def test_a_call_of_the_catalogue_is_told_in_words_of_the_domain() -> None:
    data = made(Call("RentMachine", "rent_machine", (MACHINE, 4, 14_400)), tip=3)
    said = read_signed(declared(), data)
    assert said is not None
    assert (said.signer, said.pallet, said.call) == (SIGNER, "RentMachine", "rent_machine")
    assert [(one.name, one.type, one.value) for one in said.arguments] == [
        ("machine_id", "MachineId", MACHINE),
        ("rent_gpu_num", "u32", 4),
        ("duration", "u32", 14_400),
    ]
    assert (said.nonce, said.tip, said.valid_blocks, said.length) == (77, 3, 256, len(data))


def framed(body: bytes) -> bytes:
    """With its length before it."""
    out = bytearray()
    put_compact(out, len(body))
    return bytes(out) + body


EXTRA = bytes.fromhex("0500" + "3501" + "00" + "00")
"""64 blocks, nonce 77, no tip, paid in DBC."""


@needs_record
def test_a_call_that_only_the_runtime_knows_is_told_by_its_names() -> None:
    """`Recovery.as_recovered(account, call)` of the recorded runtime, around a remark."""
    recovery, system = (recorded().codec.metadata.pallets[name].number for name in ("Recovery", "System"))
    remark = bytes([system, 0]) + b"\x08hi"
    call = bytes([recovery, 0]) + b"\x00" + b"\x07" * 32 + remark
    data = framed(b"\x84\x00" + SIGNER + b"\x01" + bytes(64) + EXTRA + call)
    said = read_signed(recorded(), data)
    assert said is not None
    assert (said.pallet, said.call, said.nonce, said.valid_blocks) == ("Recovery", "as_recovered", 77, 64)
    assert [(one.name, one.type) for one in said.arguments] == [
        ("account", "MultiAddress"),
        ("call", "RuntimeCall"),
    ]
    assert said.arguments[0].value == b"\x07" * 32
    assert str(said.arguments[1].value).startswith("System(remark(")


@needs_record
def test_what_the_block_itself_put_in_is_signed_by_nobody() -> None:
    timestamp = recorded().codec.metadata.pallets["Timestamp"].number
    assert read_signed(recorded(), framed(b"\x04" + bytes([timestamp, 0]) + b"\x0b\x00\x00\x00\x00\x00\x01")) is None


def test_an_address_that_is_no_account_of_32_bytes_is_passed_over() -> None:
    call = extrinsics.draft(declared(), Call("Staking", "chill"), SIGNER, CONTEXT)
    body = b"\x84\x04" + bytes(20) + b"\x01" + bytes(64) + call.payload[call.call_length :][: call.extra_length]
    assert read_signed(declared(), framed(body + call.payload[: call.call_length])) is None


def test_values_are_made_plain() -> None:
    assert plain(Variant("Id", b"\x01" * 32)) == b"\x01" * 32
    assert plain(Variant("Staked", None)) == "Staked"
    assert plain(Variant("Account", 5)) == "Account(5)"
    assert plain({"a": 1, "b": (Variant("X", None),)}) == ("a 1", "b ('X',)")
    assert plain(tuple(range(1_000))) == tuple(range(300))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_read_or_end_in_one_error(data: bytes, how: int) -> None:
    whole = made(Call("Balances", "transfer_allow_death", (b"\x05" * 32, 1)))
    damaged = (data, framed(data), framed(b"\x84" + data), whole[: len(whole) - len(data)] + data)[how]
    try:
        said = read_signed(declared(), damaged)
    except ChainAnswerInvalid:
        return
    assert said is None or len(said.signer) == 32


@pytest.mark.parametrize("at", range(2, 150, 7))
def test_a_damaged_extrinsic_is_read_or_refused(at: int) -> None:
    whole = bytearray(made(Call("Balances", "transfer_allow_death", (b"\x05" * 32, 10**15))))
    whole[at % len(whole)] ^= 0x41
    try:
        said = read_signed(declared(), bytes(whole))
    except ChainAnswerInvalid:
        return
    assert said is None or len(said.signer) == 32

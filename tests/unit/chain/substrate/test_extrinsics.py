"""Drafts by metadata: against a recorded runtime, against our own codec, and against strangers' bytes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.chain import extrinsic as own
from dbc_desktop.chain.substrate import extrinsics
from dbc_desktop.chain.substrate.codec import Codec
from dbc_desktop.chain.substrate.metadata import decode_metadata
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.chain.substrate.storage import Storage
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, SigningContext
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid
from tests.doubles.substrate_node.declared import STORAGE, node_metadata
from tests.doubles.substrate_node.declared_disputes import DISPUTE_STORAGE
from tests.doubles.substrate_node.declared_staking import STAKING_STORAGE
from tests.unit.chain.test_scale import CALLS

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "dbc-runtime" / "state_getMetadata.hex"
needs_record = pytest.mark.skipif(not RECORDED.exists(), reason="../shared/data is not beside this checkout")

SIGNER = bytes(range(32))
CONTEXT = SigningContext(b"\x11" * 32, 400, 1, 77, 123_456, b"\x22" * 32)


@cache
def runtime(metadata: bytes, spec: int, transaction: int) -> Runtime:
    codec = Codec(decode_metadata(metadata))
    return Runtime("DeepBrainChain", spec, transaction, codec, Storage(codec))


@cache
def recorded() -> Runtime:
    return runtime(bytes.fromhex(RECORDED.read_text().strip()[2:]), 400, 1)


@cache
def declared() -> Runtime:
    return runtime(node_metadata(), 400, 1)


# Of the calls that spec 411 has and the recorded spec 400 has not, or that only the embedded chain knows.
NOT_AT_400 = {
    "force_machine_exit", "update_authorized_force_exit_accounts", "set_machine_extra_price", "set_machine_rental_mode",
    "set_weekly_schedule", "set_specific_date_schedule", "clear_specific_date", "set_rent_receiver",
}  # fmt: skip
NOT_THERE_AT_400 = {("TerminatingRental", "set_rentfee_destroy_percent")}


@needs_record
@pytest.mark.parametrize("name", CALLS, ids=".".join)
def test_each_call_is_written_as_the_recorded_runtime_reads_it(name: tuple[str, str]) -> None:
    call = Call(*name, CALLS[name])
    here = recorded()
    pallet = here.codec.metadata.pallets.get(call.pallet)
    if call.name in NOT_AT_400 or name in NOT_THERE_AT_400 or pallet is None:
        with pytest.raises(BackendMismatch) as refused:
            extrinsics.draft(here, call, SIGNER, CONTEXT)
        assert refused.value.what == "call"
        return
    draft = extrinsics.draft(here, call, SIGNER, CONTEXT)
    extrinsics.check(here, draft)
    # Two codecs that know nothing of each other come to the same bytes.
    assert draft == own.draft(call, SIGNER, CONTEXT, ZERO)
    said, facts = extrinsics.read_payload(here, draft.payload)
    assert extrinsics.same(said, call)
    assert not extrinsics.same(said, Call("Committee", "claim_all"))
    assert (facts["era"], facts["nonce"], facts["tip"], facts["asset_id"]) == (own.Era(256, 64), 77, 0, None)
    assert (facts["spec"], facts["transaction"]) == (400, 1)
    assert (facts["genesis"], facts["birth"]) == (b"\x11" * 32, b"\x22" * 32)


@needs_record
def test_all_eight_extensions_with_a_tip_and_an_asset() -> None:
    here = recorded()
    assert [one.name for one in here.codec.metadata.extensions] == [
        "CheckNonZeroSender", "CheckSpecVersion", "CheckTxVersion", "CheckGenesis", "CheckMortality", "CheckNonce",
        "CheckWeight", "ChargeAssetTxPayment",
    ]  # fmt: skip
    call = Call("Balances", "transfer_keep_alive", (b"\x05" * 32, 1_000))
    draft = extrinsics.draft(here, call, SIGNER, CONTEXT, tip=9, asset_id=7, valid_blocks=64)
    extrinsics.check(here, draft, tip=9, asset_id=7)
    assert (
        draft.payload.hex()
        == (
            "0703" + "00" + "05" * 32 + "a10f"  # Balances.transfer_keep_alive, Id, 1,000
            "0500" + "3501" + "24" + "0107000000"  # 64 blocks from a height that ends in 0, nonce 77, tip 9, asset 7
            "90010000" + "01000000" + "11" * 32 + "22" * 32
        )
    )
    for wrong in ({"tip": 8, "asset_id": 7}, {"tip": 9, "asset_id": None}, {}):
        with pytest.raises(BackendMismatch):
            extrinsics.check(here, draft, **wrong)


@needs_record
def test_an_independent_codec_reads_the_same_call() -> None:
    from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
    from scalecodec.type_registry import load_type_registry_preset

    config = RuntimeConfigurationObject()
    config.update_type_registry(load_type_registry_preset("core"))
    metadata = config.create_scale_object("MetadataVersioned", data=ScaleBytes(RECORDED.read_text().strip()))
    metadata.decode()
    config.add_portable_registry(metadata)
    pair = KeyPair.from_phrase("//Alice")
    call = Call(
        "RentMachine", "rent_machine", ("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48", 4, 14_400)
    )
    draft = extrinsics.draft(recorded(), call, pair.public, CONTEXT)
    extrinsic = own.assemble(draft, pair.sign(own.signed_bytes(draft.payload)))
    found = config.create_scale_object("Extrinsic", data=ScaleBytes(extrinsic), metadata=metadata)
    found.decode()
    assert found.value["call"]["call_module"] == "RentMachine"
    assert [one["value"] for one in found.value["call"]["call_args"]][1:] == [4, 14_400]
    assert found.value["nonce"] == 77
    assert found.value["address"].removeprefix("0x") == pair.public.hex()


@needs_record
def test_the_node_of_the_tests_declares_storage_as_the_recorded_runtime_has_it() -> None:
    """Same keys, same value types, for every item that the recorded runtime has."""
    real, ours = recorded().codec.metadata, declared().codec.metadata

    def shape(metadata: object, kind: int, depth: int = 0) -> object:
        found = metadata.types[kind]  # type: ignore[attr-defined]
        if depth > 6:
            return found.path[-1:]
        if found.shape == "composite":
            fields = found.body
            if len(fields) == 1:
                return shape(metadata, fields[0].kind, depth)
            return tuple((field.name, shape(metadata, field.kind, depth + 1)) for field in fields)
        if found.shape == "variant":
            return tuple(
                (one.name, one.number, tuple(shape(metadata, field.kind, depth + 1) for field in one.fields))
                for one in found.body
            )
        if found.shape == "array":
            return found.body[0], shape(metadata, found.body[1], depth + 1)
        if found.shape in ("sequence", "compact"):
            return found.shape, shape(metadata, found.body, depth + 1)
        if found.shape == "tuple":
            return tuple(shape(metadata, one, depth + 1) for one in found.body)
        return found.body

    compared = 0
    for pallet, entries in [*STORAGE.items(), *DISPUTE_STORAGE.items(), *STAKING_STORAGE.items()]:
        for entry in entries:
            theirs = real.storage(pallet, entry.name)
            if theirs is None or entry.name == "Events":  # its events are a part of the runtime's
                assert entry.name in ("Events", "MachineExtraPrice"), entry.name
                continue
            mine = ours.storage(pallet, entry.name)
            assert mine is not None
            assert (mine.is_optional, mine.hashers) == (theirs.is_optional, theirs.hashers), entry.name
            if entry.keys:
                assert shape(ours, int(mine.key or 0)) == shape(real, int(theirs.key or 0)), entry.name
            assert shape(ours, mine.value) == shape(real, theirs.value), entry.name
            compared += 1
    assert compared >= 70


@needs_record
def test_storage_keys_are_those_of_the_reference() -> None:
    """Chain-rules 10.1."""
    storage = recorded().storage
    assert storage.key("OnlineProfile", "MachinesInfo").hex() == (
        "2885a3060ddfd3ee4dcf7dfee867c9ac8837b1bce969b604719b7692a717f277"
    )
    machine = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
    key = storage.key("OnlineProfile", "MachinesInfo", (machine,))
    assert key.hex()[64:] == "7b14d5a8acf148914c7058d5679f6bf1" + "0101" + machine.encode().hex()
    assert storage.keys_of("OnlineProfile", "MachinesInfo", key) == (machine.encode(),)
    assert storage.key("RentMachine", "RentInfo", (0,)).hex() == (
        "dce96135b0aa38e9b6a3d631512458babe78e7d657e51a82dc50ff7424594d6ac804ce198ec337e3dc762bdd1a09aece0000000000000000"
    )
    assert storage.key("DBCPriceOCW", "AvgPrice").hex() == (
        "75881b72c41c5d7629208f0845dcbb612874c4df23e22c1bc0645934c2f9ee1d"
    )


def test_a_draft_for_what_the_node_of_the_tests_declares() -> None:
    for name, args in CALLS.items():
        call = Call(*name, args)
        draft = extrinsics.draft(declared(), call, SIGNER, CONTEXT)
        extrinsics.check(declared(), draft)
        assert draft == own.draft(call, SIGNER, CONTEXT, ZERO), name


def test_what_is_not_what_was_shown_is_told_apart() -> None:
    assert extrinsics.same(Variant("Id", b"\x01" * 32), b"\x01" * 32)
    assert not extrinsics.same(Variant("Index", 5), b"\x01" * 32)
    assert not extrinsics.same(Variant("Raw", b"\x01" * 32), b"\x01" * 32)
    assert not extrinsics.same(1, True)
    assert not extrinsics.same(b"ab", "abc")
    assert not extrinsics.same((1, 2), (1,))
    assert extrinsics.same(None, None)
    assert not extrinsics.same(None, 0)


# --- strangers' bytes -------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=300))
def test_any_bytes_as_a_payload_end_in_one_error(data: bytes) -> None:
    draft = extrinsics.draft(declared(), Call("OnlineProfile", "claim_rewards"), SIGNER, CONTEXT)
    with pytest.raises(BackendMismatch):
        extrinsics.check(declared(), replace(draft, payload=data, fee=Balance(0)))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_metadata_is_read_or_refused_with_one_error(data: st.DataObject) -> None:
    whole = bytearray(node_metadata())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 40))
    try:
        found = decode_metadata(bytes(whole[: len(whole) - cut]))
        codec = Codec(found)
        for pallet in found.pallets.values():
            for entry in pallet.storage.values():
                codec.decode(entry.value, entry.default)
    except (ChainAnswerInvalid, BackendMismatch):
        return


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=400), st.integers(0, 200))
def test_any_bytes_as_a_stored_value_end_in_one_error(data: bytes, kind: int) -> None:
    codec = declared().codec
    try:
        value = codec.decode(kind % len(codec.metadata.types), data)
    except ChainAnswerInvalid:
        return
    assert value is None or value is not None


def test_a_type_that_holds_itself_or_a_million_values_is_refused() -> None:
    from tests.doubles.substrate_node.declared import TYPES
    from tests.doubles.substrate_node.metadata_writer import Entry, PalletDef, Registry, Struct, write

    for types in (
        {"Loop": Struct(((None, "Loop"),))},
        {"Loop": Struct((("a", "[Empty; 4000000]"),)), "Empty": Struct(())},
    ):
        metadata = decode_metadata(
            write(
                Registry(TYPES | types),
                [PalletDef("P", 1, (Entry("I", "Optional", (), "Vec<Loop>"),))]
                if "Empty" not in types
                else [PalletDef("P", 1, (Entry("J", "Optional", (), "Vec<Loop>"),))],
                [],
                address="MultiAddress",
                call="u8",
                signature="u8",
            )
        )
        codec = Codec(metadata)
        (entry,) = metadata.pallets["P"].storage.values()
        with pytest.raises(ChainAnswerInvalid):
            codec.decode(entry.value, b"\x04\x00\x00")


def test_deep_nesting_in_a_value_ends_in_one_error() -> None:
    codec = declared().codec
    status = next(at for at, kind in enumerate(codec.metadata.types) if kind.path == ("MachineStatus",))
    with pytest.raises(ChainAnswerInvalid):
        codec.decode(status, b"\x06\0\0\0\0" * 100_000)

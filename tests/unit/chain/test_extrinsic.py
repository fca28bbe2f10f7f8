"""Version-4 extrinsics byte by byte; the signature is over literal bytes, the whole is read by another codec too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, Draft, SigningContext
from dbc_desktop.domain.errors import InvalidTransaction

METADATA = Path(__file__).parents[4] / "shared" / "data" / "dbc-runtime" / "state_getMetadata.hex"

ALICE = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
BOB = bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")
CONTEXT = SigningContext(b"\x11" * 32, 411, 2, 5, 1_000, b"\x22" * 32)
TRANSFER = Call("Balances", "transfer_allow_death", (BOB, 10**15))
SIGNATURE = bytes(range(64))

CALL_HEX = "070000" + BOB.hex() + "0f0080c6a47e8d03"
EXTRA_HEX = "870e140000"
"""Era of 256 blocks at phase 232, nonce 5, no tip, no asset."""


def drafted(call: Call = TRANSFER) -> Draft:
    return codec.draft(call, ALICE, CONTEXT, Balance(7))


def test_the_payload_is_call_extra_additional() -> None:
    draft = drafted()
    assert draft.payload.hex() == CALL_HEX + EXTRA_HEX + "9b01000002000000" + "11" * 32 + "22" * 32
    assert (draft.fee, draft.valid_blocks, draft.signer) == (Balance(7), 256, ALICE)


def test_the_extrinsic_is_length_version_address_signature_extra_call() -> None:
    body = "8400" + ALICE.hex() + "01" + SIGNATURE.hex() + EXTRA_HEX + CALL_HEX
    whole = codec.assemble(drafted(), SIGNATURE)
    assert whole.hex() == "4d02" + body
    assert len(whole) == 149
    assert codec.hash_of(whole) == blake2_256(bytes.fromhex("4d02" + body))


def test_what_was_assembled_decodes() -> None:
    decoded = codec.decode(codec.assemble(drafted(), SIGNATURE))
    assert decoded.call == TRANSFER
    assert (decoded.signer, decoded.signature, decoded.nonce, decoded.tip) == (ALICE, SIGNATURE, 5, 0)
    assert decoded.era == codec.Era(256, 232)
    assert decoded.signed_part.hex() == CALL_HEX + EXTRA_HEX


def test_the_payload_decodes_to_the_call_and_all_it_binds_to() -> None:
    draft = drafted()
    assert codec.decode_payload(draft.payload) == TRANSFER
    read = codec.read_payload(draft.payload)
    assert (read.spec_version, read.transaction_version, read.nonce, read.tip) == (411, 2, 5, 0)
    assert (read.genesis_hash, read.block_hash) == (b"\x11" * 32, b"\x22" * 32)


def test_payloads_over_256_bytes_are_hashed() -> None:
    assert codec.signed_bytes(b"x" * 256) == b"x" * 256
    assert codec.signed_bytes(b"x" * 257) == blake2_256(b"x" * 257)


@pytest.mark.parametrize(
    ("period", "phase", "height", "birth"),
    [(256, 232, 1_000, 1_000), (256, 232, 1_255, 1_000), (256, 232, 1_256, 1_256), (64, 0, 63, 0), (64, 10, 9, -54)],
)
def test_the_birth_of_an_era(period: int, phase: int, height: int, birth: int) -> None:
    assert codec.Era(period, phase).birth(height) == birth


def test_an_immortal_extrinsic_binds_to_genesis() -> None:
    assert codec.IMMORTAL.birth(123_456) == 0


def test_every_way_to_cut_or_lengthen_it_is_malformed() -> None:
    whole = codec.assemble(drafted(), SIGNATURE)
    for size in range(len(whole)):
        with pytest.raises(InvalidTransaction, match="malformed"):
            codec.decode(whole[:size])
    with pytest.raises(InvalidTransaction, match="malformed"):
        codec.decode(whole + b"\0")


@pytest.mark.parametrize(
    ("at", "byte"),
    [(2, 0x04), (2, 0x85), (3, 0x01), (36, 0x00), (36, 0x02), (105, 0x01)],
    ids=["unsigned", "version 5", "address form", "ed25519", "ecdsa", "paid in an asset"],
)
def test_other_forms_are_refused(at: int, byte: int) -> None:
    whole = bytearray(codec.assemble(drafted(), SIGNATURE))
    assert whole[at] != byte
    whole[at] = byte
    with pytest.raises(InvalidTransaction, match="malformed"):
        codec.decode(bytes(whole))


def test_a_very_long_one_is_refused_unread() -> None:
    with pytest.raises(InvalidTransaction, match="malformed"):
        codec.decode(b"\x02" * 65_537)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65)])
def test_a_signature_has_64_bytes(signature: bytes) -> None:
    with pytest.raises(InvalidTransaction, match="malformed"):
        codec.assemble(drafted(), signature)


def test_a_call_outside_the_catalogue_has_no_draft() -> None:
    with pytest.raises(InvalidTransaction, match="malformed"):
        codec.draft(Call("Balances", "force_transfer", ()), ALICE, CONTEXT, ZERO)


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


def test_the_signed_extensions_are_those_of_the_metadata(runtime: Any) -> None:
    _, metadata = runtime
    assert list(metadata.get_signed_extensions()) == [
        "CheckNonZeroSender",
        "CheckSpecVersion",
        "CheckTxVersion",
        "CheckGenesis",
        "CheckMortality",
        "CheckNonce",
        "CheckWeight",
        "ChargeAssetTxPayment",
    ]


def test_an_independent_codec_reads_the_whole_extrinsic(runtime: Any) -> None:
    configuration, metadata = runtime
    from scalecodec.base import ScaleBytes

    theirs = configuration.create_scale_object(
        "Extrinsic", ScaleBytes("0x" + codec.assemble(drafted(), SIGNATURE).hex()), metadata=metadata
    )
    theirs.decode()
    read = theirs.value
    assert read["address"] == "0x" + ALICE.hex()
    assert read["signature"] == {"Sr25519": "0x" + SIGNATURE.hex()}
    assert read["extrinsic_hash"] == "0x" + codec.hash_of(codec.assemble(drafted(), SIGNATURE)).hex()
    assert (read["extrinsic_length"], read["nonce"]) == (147, 5)
    assert read["era"] == (256, 232)
    assert read["call"]["call_module"] == "Balances"
    assert read["call"]["call_function"] == "transfer_allow_death"

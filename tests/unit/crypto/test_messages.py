"""Signed messages, against signatures that polkadot-js made."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto.messages import verify_text, wrapped
from dbc_desktop.crypto.sr25519 import KeyPair, verify

# util-crypto's own test of signatureVerify: "hello world", once bare and once between the marks.
BARE_BY = bytes.fromhex("4ccb70b12eb845976ed0d08b391b1b9681e9b5858bf46b826bb85caa5395d525")
BARE = bytes.fromhex(
    "ca01419b5a17219f7b78335658cab3b126db523a5df7be4bfc2bef76c2eb3b1d"
    "cf4ca86eb877d0a6cf6df12db5995c51d13b00e005d053b892bd09c594434288"
)
WRAPPED_BY = bytes.fromhex("f6b21d624832094b03aa672e016462a020e217cc67b1434785b99114a2b4fa5a")
WRAPPED = bytes.fromhex(
    "84b6afb1c8e54bbcb3f4872baf172580e21310e9387a53742627d6652d121447"
    "fa406b82805ed3184fb7bd519175cc9f99f283f97954d95cf966ee164df85489"
)


@pytest.mark.parametrize(("public", "signature"), [(BARE_BY, BARE), (WRAPPED_BY, WRAPPED), (BARE_BY, b"\x01" + BARE)])
def test_what_another_wallet_signed_verifies(public: bytes, signature: bytes) -> None:
    assert verify_text(public, "hello world", signature)
    assert not verify_text(public, "hello World", signature)
    assert not verify_text(bytes(32), "hello world", signature)
    assert not verify_text(public, "hello world", signature[:-1])
    assert not verify_text(public, "hello world", b"\x00" + signature)


def test_the_marks_are_those_of_other_wallets() -> None:
    assert wrapped("深 hi") == b"<Bytes>\xe6\xb7\xb1 hi</Bytes>"
    assert verify(WRAPPED_BY, b"<Bytes>hello world</Bytes>", WRAPPED)


def test_half_a_character_is_no_bug() -> None:
    assert not verify_text(BARE_BY, "\ud800", BARE)


def test_our_own_is_read_by_our_own() -> None:
    pair = KeyPair.from_phrase("//Alice")
    assert verify_text(pair.public, "I am Alice.", pair.sign(wrapped("I am Alice.")))

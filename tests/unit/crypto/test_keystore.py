"""Keystores: one that another wallet wrote, our own, and whatever a stranger may hand us."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from pathlib import Path

import nacl.bindings
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.crypto import keystore
from dbc_desktop.crypto.sealed import seal, unseal
from dbc_desktop.crypto.sr25519 import KeyPair, verify
from dbc_desktop.domain.errors import DataCorrupt, DbcError, InvalidInput, WrongPassword

PASSPHRASE = "ten letters at least"
ALICE = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"

# A public example of the polkawallet SDK, written by polkadot-js on network 0 with the passphrase beside it.
OTHERS = (
    '{"address":"14gV68QsGAEUGkcuV5JA1hx2ZFTuKJthMFfnkDyLMZyn8nnb","encoded":"G3BHvs9tVTSf1Qe02bcOGpj7vjLdgqyS+/s0/J3EfR'
    "MAgAAAAQAAAAgAAADpWTEOs5/06DmEZaeuoExpf9+y1xcUhIzmEr6dUxyl67VQRX2KNGVmTqq05/sEIUDPVeOqqLbjBEPaNRoC0lZTQlKM5u38lX4P"
    'zKivGHM9ZJkvtQxf7RAndN/vgfIX4X76gX60bqrUY8Qr2ZswtuPTeGVKQOD7y0GtoPOcR2RzFg6rs44NuugTR0UwA8HWTDkh0c/KOnUc1FJDb4rV",'
    '"encoding":{"content":["pkcs8","sr25519"],"type":["scrypt","xsalsa20-poly1305"],"version":"3"},'
    '"meta":{"name":"testName-3","whenCreated":1598270113026,"whenEdited":1598270113026}}'
)
OTHERS_PASSPHRASE = "a123456"
# `//Alice` as another toolkit's own test has it, from the browser extension, with the passphrase 456123.
ALICE_OF_ANOTHER = (
    "paO3SvbXf/ktnJwuxB5Jn3L5Yxrv9JPhOLA4dplOFu8AgAAAAQAAAAgAAACuIZoAe4sfEiV55sUsZaGq9cCwddaqYdBE7rMSfZfYd7kjgw5YUIo7QB6e"
    "+PVY+q6Du8uRSxOOjR5++LTEavlppjbkEce38/MrsDmrKccUqxu+hjv8Rt/RK77btcSuWDm6CA5bgX3y2lKeYqJEidMbP68dSKEN8uOoEdOuCdAFCH1B"
    "HCKPhOcu80RNcQ9puZDqZdLoPxc7QDlF9LS5"
)
OTHERS_PUBLIC = "a2d1d33cc490d34ccc6938f8b30430428da815a85bf5927adc85d9e27cbbfc1a"


@pytest.fixture(scope="module")
def alice_text() -> str:
    return keystore.encrypt(KeyPair.from_phrase("//Alice"), PASSPHRASE, "Alice of 深链")


def test_a_keystore_of_another_wallet_opens_and_signs() -> None:
    pair = keystore.decrypt(OTHERS, OTHERS_PASSPHRASE)
    assert pair.public.hex() == OTHERS_PUBLIC
    assert verify(pair.public, b"m", pair.sign(b"m"))
    assert keystore.address_of(OTHERS).hex() == OTHERS_PUBLIC


def test_alice_of_another_toolkit_opens() -> None:
    document = json.loads(OTHERS) | {"encoded": ALICE_OF_ANOTHER}
    del document["address"]
    assert keystore.decrypt(json.dumps(document), "456123").public.hex() == ALICE


def test_the_name_inside_is_a_suggestion(alice_text: str) -> None:
    assert keystore.name_of(alice_text) == "Alice of 深链"
    assert keystore.name_of(OTHERS) == "testName-3"
    names = {"\ud800 a\n\tb \x00": "a b", "n" * 500: "n" * 64, 7: "", None: "", "  ": ""}
    for given_name, shown in names.items():
        assert keystore.name_of(_changed(OTHERS, meta={"name": given_name})) == shown
    assert keystore.name_of(_changed(OTHERS, meta=[])) == ""


def test_our_own_opens_again(alice_text: str) -> None:
    assert keystore.decrypt(alice_text, PASSPHRASE).public.hex() == ALICE
    assert keystore.address_of(alice_text).hex() == ALICE


def test_the_form_is_that_of_polkadot_js(alice_text: str) -> None:
    document = json.loads(alice_text)
    assert document["encoding"] == {
        "content": ["pkcs8", "sr25519"],
        "type": ["scrypt", "xsalsa20-poly1305"],
        "version": "3",
    }
    assert document["address"] == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    raw = base64.b64decode(document["encoded"])
    assert raw[32:44].hex() == "008000000100000008000000"  # N 32768, p 1, r 8
    assert len(raw) == 32 + 12 + 24 + 16 + 16 + 64 + 5 + 32


def test_another_reader_finds_in_ours_what_polkadot_js_would_write(alice_text: str) -> None:
    """Read as its documentation says, with the standard library and libsodium only; the secret is its own literal."""
    raw = base64.b64decode(json.loads(alice_text)["encoded"])
    n, p, r = (int.from_bytes(raw[at : at + 4], "little") for at in (32, 36, 40))
    key = hashlib.scrypt(PASSPHRASE.encode(), salt=raw[:32], n=n, r=r, p=p, maxmem=2**28, dklen=64)[:32]
    plain = nacl.bindings.crypto_secretbox_open(raw[68:], raw[44:68], key)
    assert plain.hex() == (
        "3053020101300506032b657004220420"
        "98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48"
        "925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011"
        "a123032100"
        "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    )


def test_it_fits_one_windows_entry() -> None:
    """1,280 UTF-16 characters, with the longest name allowed."""
    text = keystore.encrypt(KeyPair.from_phrase("//Alice"), PASSPHRASE, "𝕏" * 64)
    assert len(text.encode("utf-16-le")) // 2 < 1_280


def test_a_name_has_a_limit() -> None:
    with pytest.raises(InvalidInput):
        keystore.encrypt(KeyPair.from_phrase("//Alice"), PASSPHRASE, "n" * 65)


def test_a_wrong_passphrase_is_told_apart(alice_text: str) -> None:
    with pytest.raises(WrongPassword):
        keystore.decrypt(alice_text, PASSPHRASE + " ")
    with pytest.raises(WrongPassword):
        keystore.decrypt(alice_text, "")


def _changed(text: str, **changes: object) -> str:
    return json.dumps(json.loads(text) | changes)


def _with_head(text: str, head_hex: str) -> str:
    raw = base64.b64decode(json.loads(text)["encoded"])
    return _changed(text, encoded=base64.b64encode(raw[:32] + bytes.fromhex(head_hex) + raw[44:]).decode())


def test_a_changed_byte_never_opens(alice_text: str) -> None:
    raw = bytearray(base64.b64decode(json.loads(alice_text)["encoded"]))
    raw[-1] ^= 1
    with pytest.raises(WrongPassword):
        keystore.decrypt(_changed(alice_text, encoded=base64.b64encode(raw).decode()), PASSPHRASE)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("000000400100000008000000", "a gigabyte of rows"),
        ("0100000001000000ffffffff", "blocks without end"),
        ("020000000100000008000000", "a lock of no cost"),
        ("00800000ffffffff08000000", "rounds without end"),
    ],
)
def test_costs_of_a_stranger_are_not_paid(alice_text: str, head: str, why: str) -> None:
    with pytest.raises(DataCorrupt, match="scrypt parameters"):
        keystore.decrypt(_with_head(alice_text, head), PASSPHRASE)


def test_what_is_no_keystore_is_corrupt(alice_text: str) -> None:
    document = json.loads(alice_text)
    bad = [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 16_000,
        " " * 20_000,
        _changed(alice_text, encoding=None),
        _changed(alice_text, encoding={"content": ["pkcs8", "ed25519"], "type": ["none"], "version": "3"}),
        _changed(alice_text, encoding=document["encoding"] | {"version": "2"}),
        _changed(alice_text, encoded=7),
        _changed(alice_text, encoded="*"),
        _changed(alice_text, encoded="ä"),
        _changed(alice_text, encoded="AAAA"),
        _changed(alice_text, address=7),
        _changed(alice_text, address="nobody"),
        _changed(alice_text, address="5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"),
    ]
    for text in bad:
        with pytest.raises(DataCorrupt):
            keystore.decrypt(text, PASSPHRASE)


def test_a_keystore_without_its_address_line_opens(alice_text: str) -> None:
    document = json.loads(alice_text)
    del document["address"]
    assert keystore.decrypt(json.dumps(document), PASSPHRASE).public.hex() == ALICE
    with pytest.raises(DataCorrupt):
        keystore.address_of(json.dumps(document))


def test_a_box_with_something_else_inside_is_corrupt(alice_text: str) -> None:
    pair = KeyPair.from_phrase("//Bob")
    header, divider = bytes.fromhex("3053020101300506032b657004220420"), bytes.fromhex("a123032100")
    inside = [
        b"not a key",
        bytes(117 + 16),
        header + bytes(64) + bytes(5) + pair.public,
        header + b"\xff" * 64 + divider + pair.public,
        header + pair.ed25519_form() + divider + bytes.fromhex(ALICE),
    ]
    for plain in inside:
        text = _changed(alice_text, encoded=base64.b64encode(seal(plain, PASSPHRASE)).decode())
        with pytest.raises(DataCorrupt):
            keystore.decrypt(text, PASSPHRASE)


@given(st.text(max_size=300))
def test_garbage_is_corrupt_and_nothing_else(text: str) -> None:
    with pytest.raises(DataCorrupt):
        keystore.decrypt(text, PASSPHRASE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(
    place=st.sampled_from(["encoded", "encoding", "address", "meta"]),
    value=_JSON,
    passphrase=st.text(st.characters(), max_size=9),
)
def test_a_keystore_with_one_part_of_a_stranger_ends_in_the_tree(place: str, value: object, passphrase: str) -> None:
    """Whatever stands in one part: it opens, or an error of the tree says why not."""
    text = _changed(OTHERS, **{place: value})
    for act in (lambda: keystore.address_of(text), lambda: keystore.name_of(text)):
        with contextlib.suppress(DbcError):
            act()
    with contextlib.suppress(DataCorrupt, WrongPassword):
        assert keystore.decrypt(text, passphrase or "x").public.hex() == OTHERS_PUBLIC


@settings(max_examples=12, deadline=None)
@given(at=st.integers(0, 215), flip=st.integers(1, 255), end=st.integers(0, 216))
def test_flipped_and_cut_bytes_end_in_the_tree(at: int, flip: int, end: int) -> None:
    raw = bytearray(base64.b64decode(json.loads(OTHERS)["encoded"]))
    raw[at % len(raw)] ^= flip
    for data in (bytes(raw), bytes(raw[:end])):
        with pytest.raises((DataCorrupt, WrongPassword)):
            keystore.decrypt(_changed(OTHERS, encoded=base64.b64encode(data).decode()), OTHERS_PASSPHRASE)


def test_half_a_character_in_a_passphrase() -> None:
    with pytest.raises(WrongPassword):
        keystore.decrypt(OTHERS, "\ud800")


def test_sealed_bytes_come_back() -> None:
    sealed = seal(b"thirty-two bytes of machine seed", PASSPHRASE)
    assert unseal(sealed, PASSPHRASE, Path("machine")) == b"thirty-two bytes of machine seed"
    assert b"machine" not in sealed
    with pytest.raises(DataCorrupt):
        unseal(sealed[:80], PASSPHRASE, Path("machine"))

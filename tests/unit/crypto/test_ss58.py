"""Addresses against those every Substrate wallet shows."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.errors import InvalidInput

ALICE_KEY = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB_KEY = bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.mark.parametrize(("key", "text"), [(ALICE_KEY, ALICE), (BOB_KEY, BOB)])
def test_known_addresses(key: bytes, text: str) -> None:
    assert ss58.encode(key) == text
    assert ss58.decode(f" {text}\n") == key


def test_alice_on_other_networks() -> None:
    """Polkadot (0) and Kusama (2) as their explorers show her."""
    assert ss58.encode(ALICE_KEY, 0) == "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
    assert ss58.encode(ALICE_KEY, 2) == "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F"


@given(st.binary(min_size=32, max_size=32), st.integers(0, 63))
def test_every_key_and_prefix_comes_back(key: bytes, prefix: int) -> None:
    assert ss58.decode(ss58.encode(key, prefix), prefix) == key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_an_address"),
        ("hello", "not_an_address"),
        ("0OIl", "not_an_address"),
        (ALICE[:-1], "not_an_address"),
        (ALICE * 2, "not_an_address"),
        ("1" * 60, "not_an_address"),
        (ALICE[:-1] + "Z", "checksum"),
        (ALICE.replace("wva", "wvb"), "checksum"),
        ("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "other_network"),
    ],
)
def test_the_reason_is_clear(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ss58.decode(text)
    assert (caught.value.field, caught.value.reason) == ("address", reason)


def test_the_other_network_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        ss58.decode("HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F")
    assert caught.value.facts == {"prefix": 2}


@given(st.text(max_size=80))
def test_garbage_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(InvalidInput):
        ss58.decode(text)


def test_a_two_byte_prefix_is_another_network_too() -> None:
    """Prefix 66 is written 0x50 0x80: bits 2 to 7 first, the lowest two on top of the second byte."""
    body = bytes([0x50, 0x80]) + ALICE_KEY
    checksum = hashlib.blake2b(b"SS58PRE" + body).digest()[:2]
    with pytest.raises(InvalidInput) as caught:
        ss58.decode(ss58.to_base58(body + checksum))
    assert (caught.value.reason, caught.value.facts) == ("other_network", {"prefix": 66})


def test_short() -> None:
    assert ss58.short(ALICE) == "5Grwva…utQY"
    assert ss58.short("5Grwva") == "5Grwva"


def test_sizes_are_checked() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ss58.encode(b"x")
    with pytest.raises(ValueError, match="below 64"):
        ss58.encode(ALICE_KEY, 64)

"""Sealed messages: for one reader only, and literal keys."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.errors import InvalidInput

ALICE = BoxKey(bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099c8a5f2bb1cfe2a4d8a"[:64]))
BOB = BoxKey(bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))


def test_the_public_halves_are_those_of_rfc_7748() -> None:
    assert BOB.public.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"


def test_only_the_two_can_open_it() -> None:
    sealed = ALICE.seal("一".encode(), BOB.public)
    assert BOB.open(sealed, ALICE.public) == "一".encode()
    assert ALICE.open(sealed, BOB.public) == "一".encode()
    assert BoxKey(b"\x01" * 32).open(sealed, ALICE.public) is None
    assert BOB.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), ALICE.public) is None
    assert BOB.open(b"short", ALICE.public) is None
    assert BOB.open(sealed, b"short") is None


def test_a_key_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        ALICE.seal(b"x", b"short")
    assert refused.value.field == "box_key"


def test_the_secret_is_not_shown() -> None:
    assert "***" in repr(BOB)
    assert "5dab087e" not in repr(BOB)

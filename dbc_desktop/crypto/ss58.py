"""Addresses as text: base58 of network prefix, public key and checksum; DBC writes prefix 42 (chain-rules 1)."""

from __future__ import annotations

from hashlib import blake2b

from dbc_desktop.domain.errors import InvalidInput

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LONGEST = 64


def encode(raw: bytes, prefix: int = 42) -> str:
    """The text of a 32-byte account; `prefix` is below 64."""
    if len(raw) != 32 or not 0 <= prefix < 64:
        raise ValueError("an account has 32 bytes, a prefix is below 64")
    body = bytes([prefix]) + raw
    return to_base58(body + _checksum(body))


def decode(text: str, prefix: int = 42) -> bytes:
    """The 32 bytes behind an address that a person typed or a node sent.

    Raises:
        InvalidInput: `address` with `not_an_address`, `checksum`, or `other_network` (fact `prefix`: the one it has).
    """
    try:
        whole = from_base58(text.strip())
    except ValueError as error:
        raise InvalidInput("address", "not_an_address") from error
    head = 1 if whole[0] < 0x40 else 2
    if len(whole) != head + 34 or whole[0] >= 0x80:
        raise InvalidInput("address", "not_an_address")
    if _checksum(whole[:-2]) != whole[-2:]:
        raise InvalidInput("address", "checksum")
    found = whole[0] if head == 1 else (whole[0] & 0x3F) << 2 | whole[1] >> 6 | (whole[1] & 0x3F) << 8
    if found != prefix:
        raise InvalidInput("address", "other_network", prefix=found)
    return whole[head:-2]


def short(text: str) -> str:
    """First six and last four letters of an address: `5Grwva…utQY`."""
    return text if len(text) <= 12 else f"{text[:6]}…{text[-4:]}"


def to_base58(data: bytes) -> str:
    """Base58 with leading zero bytes as `1`."""
    number = int.from_bytes(data)
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(_ALPHABET[rest])
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + "".join(reversed(letters))


def from_base58(text: str) -> bytes:
    """The bytes behind base58.

    Raises:
        ValueError: A letter that base58 does not have, or a text over 64 letters.
    """
    if not text or len(text) > _LONGEST:
        raise ValueError("length")
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise ValueError("letter")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def _checksum(body: bytes) -> bytes:
    return blake2b(b"SS58PRE" + body).digest()[:2]

"""BIP-39 words, and the seed that Substrate makes of them (dependencies: mnemonic)."""

from __future__ import annotations

import unicodedata
from functools import cache
from hashlib import pbkdf2_hmac

from mnemonic import Mnemonic

from dbc_desktop.domain.errors import InvalidInput

COUNTS = (12, 15, 18, 21, 24)
_MAX_TEXT = 1_000


@cache
def _english() -> Mnemonic:
    return Mnemonic("english")


@cache
def _known() -> frozenset[str]:
    return frozenset(_english().wordlist)


def new_words(count: int = 12) -> str:
    """Fresh words from the system's randomness, separated by single spaces; `count` is one of `COUNTS`."""
    return str(_english().generate(strength=count * 32 // 3))


def check_words(text: str) -> str:
    """The words as they should be written: lower case, single spaces.

    Raises:
        InvalidInput: `words` with `count`, `unknown_word` (fact `position`, from 1; the word stays out of the error: a
            slip of the pen is next to a secret) or `checksum`.
    """
    words = unicodedata.normalize("NFKD", text[:_MAX_TEXT]).lower().split()
    if len(words) not in COUNTS:
        raise InvalidInput("words", "count", count=len(words))
    for position, word in enumerate(words, 1):
        if word not in _known():
            raise InvalidInput("words", "unknown_word", position=position)
    written = " ".join(words)
    if not _english().check(written):
        raise InvalidInput("words", "checksum")
    return written


def seed_of(words: str, password: str = "") -> bytes:
    """The 32-byte seed: Substrate stretches the entropy, not the words.

    Raises:
        InvalidInput: As `check_words`.
    """
    entropy = bytes(_english().to_entropy(check_words(words)))
    return pbkdf2_hmac("sha512", entropy, b"mnemonic" + password.encode(), 2048)[:32]

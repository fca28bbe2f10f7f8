"""Keys and signatures of the chain: sr25519 with the signing context `substrate`."""

from __future__ import annotations

import re
from typing import NoReturn

import sr25519

from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.words import seed_of
from dbc_desktop.domain.errors import InvalidInput

DEV_WORDS = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
"""The words behind `//Alice` and the other well-known play accounts."""

_PHRASE = re.compile(r"(?P<words>[^/]*)(?P<path>(?://?[^/]+)*)(?:///(?P<password>.*))?", re.DOTALL)
_JUNCTION = re.compile(r"(//?)([^/]+)")
_SEED = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
_MAX_PHRASE = 2_000


class KeyPair:
    """A secret key and its public key. The secret shows itself nowhere: `repr` is `***`."""

    __slots__ = ("_secret", "public")

    def __init__(self, public: bytes, secret: bytes) -> None:
        self.public = public
        self._secret = secret

    @classmethod
    def from_seed(cls, seed: bytes) -> KeyPair:
        """The pair of a 32-byte seed, e.g. `node_private_key` of a machine (chain-rules 4.1)."""
        if len(seed) != 32:
            raise ValueError("a seed has 32 bytes")
        public, secret = sr25519.pair_from_seed(seed)
        return cls(public, secret)

    @classmethod
    def from_phrase(cls, phrase: str) -> KeyPair:
        """The pair of `words//hard/soft///password`, or of a raw seed in the place of the words (64 hex digits).

        Without words those of the play accounts are meant, so `//Alice` works.

        Raises:
            InvalidInput: `words` as `check_words`, with `path`, or with `seed`: cut short, or a password behind it.
        """
        found = _PHRASE.fullmatch(phrase.strip()) if len(phrase) <= _MAX_PHRASE else None
        if found is None or not _is_text(phrase):
            raise InvalidInput("words", "path")
        words, path = found["words"].strip(), found["path"]
        if not words and not path:
            raise InvalidInput("words", "count", count=0)
        seed = _SEED.fullmatch(words)
        if seed is None and words.startswith("0x"):
            raise InvalidInput("words", "seed")
        if seed is not None:
            if found["password"] is not None:  # other wallets ignore it, and so lead to another key than was meant
                raise InvalidInput("words", "seed")
            return cls.from_seed(bytes.fromhex(seed[1])).derive(path)
        return cls.from_seed(seed_of(words or DEV_WORDS, found["password"] or "")).derive(path)

    @classmethod
    def from_ed25519_form(cls, secret: bytes) -> KeyPair:
        """The pair behind the 64-byte form that keystores hold.

        Raises:
            ValueError: The bytes are no key.
        """
        if len(secret) != 64:
            raise ValueError("an expanded secret has 64 bytes")
        public, own = sr25519.pair_from_ed25519_secret_key(secret)
        return cls(public, own)

    def ed25519_form(self) -> bytes:
        """The 64-byte form that keystores hold. A secret: encrypt it at once."""
        return bytes(sr25519.convert_secret_key_to_ed25519(self._secret))

    def derive(self, path: str) -> KeyPair:
        """The child at `path`: `//` before a hard junction, `/` before a soft one; digits alone are a number.

        Raises:
            InvalidInput: `words` with `path`.
        """
        junctions = _JUNCTION.findall(path)
        if "".join(kind + name for kind, name in junctions) != path or not path.isprintable():
            raise InvalidInput("words", "path")
        public, secret = self.public, self._secret
        for kind, name in junctions:
            step = sr25519.hard_derive_keypair if kind == "//" else sr25519.derive_keypair
            _, public, secret = step((_chain_code(name), public, secret), b"")
        return KeyPair(public, secret)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature; another one each time."""
        return bytes(sr25519.sign((self.public, self._secret), message))

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret key does not travel")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` is of `public` (32 bytes); False for anything malformed."""
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        return bool(sr25519.verify(signature, message, public))
    except ValueError:
        return False


def _is_text(phrase: str) -> bool:
    """Whether it can be written as UTF-8: half a character leads nowhere."""
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in phrase)


def _chain_code(name: str) -> bytes:
    """A number stands little-endian, a name as SCALE text, hashed when longer; both fill 32 bytes."""
    if name.isascii() and name.isdecimal() and int(name) < 2**64:
        data = int(name).to_bytes(8, "little")
    else:
        text = name.encode()
        data = _compact(len(text)) + text
    return blake2_256(data) if len(data) > 32 else data.ljust(32, b"\0")


def _compact(number: int) -> bytes:
    return bytes([number << 2]) if number < 64 else (number << 2 | 1).to_bytes(2, "little")

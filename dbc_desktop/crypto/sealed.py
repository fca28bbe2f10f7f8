"""Bytes under a passphrase: scrypt and xsalsa20-poly1305 in the layout of polkadot-js keystores.

Layout: salt (32), N, p, r (4 bytes each, little-endian), nonce (24), box (plain text + 16).
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from dbc_desktop.domain.errors import DataCorrupt, WrongPassword

_SALT, _NONCE = 32, 24
_PARAMETERS_END = _SALT + 12
_HEAD = _PARAMETERS_END + _NONCE
_N, _P, _R = 32_768, 1, 8
# What other wallets write; anything else is a way to make us use all memory, or a far too cheap lock.
_ALLOWED = {
    (1 << 13, 10, 8),
    (1 << 14, 5, 8),
    (1 << 15, 3, 8),
    (1 << 15, 1, 8),
    (1 << 16, 2, 8),
    (1 << 17, 1, 8),
}
_MEMORY_BYTES = 256 * 1024 * 1024


def seal(plain: bytes, passphrase: str) -> bytes:
    """`plain` under `passphrase`; takes about 0.1 s, on purpose."""
    salt = secrets.token_bytes(_SALT)
    box = SecretBox(_key(passphrase, salt, _N, _P, _R)).encrypt(plain, secrets.token_bytes(_NONCE))
    return salt + b"".join(number.to_bytes(4, "little") for number in (_N, _P, _R)) + bytes(box)


def unseal(sealed: bytes, passphrase: str, source: Path) -> bytes:
    """What was sealed; `source` names the untrusted bytes in errors.

    Raises:
        WrongPassword: The passphrase does not open it (or a byte of the box was changed: the two look the same).
        DataCorrupt: Not in this layout, or with costs that no wallet writes.
    """
    if len(sealed) <= _HEAD + SecretBox.MACBYTES:
        raise DataCorrupt(source, "too short")
    salt, numbers = sealed[:_SALT], sealed[_SALT:_PARAMETERS_END]
    n, p, r = (int.from_bytes(numbers[at : at + 4], "little") for at in (0, 4, 8))
    if (n, p, r) not in _ALLOWED:
        raise DataCorrupt(source, "scrypt parameters")
    try:
        return bytes(SecretBox(_key(passphrase, salt, n, p, r)).decrypt(sealed[_HEAD:], sealed[_PARAMETERS_END:_HEAD]))
    except CryptoError as error:
        raise WrongPassword from error


def _key(passphrase: str, salt: bytes, n: int, p: int, r: int) -> bytes:
    # Half a character, as some keyboards send it, is part of a passphrase too.
    typed = passphrase.encode("utf-8", "surrogatepass")
    # polkadot-js asks for 64 bytes and uses the first half.
    whole = hashlib.scrypt(typed, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY_BYTES, dklen=64)
    return whole[: SecretBox.KEY_SIZE]

"""Messages sealed to one person's key: NaCl box, X25519 with xsalsa20-poly1305 (chain-rules 7.5)."""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey

from dbc_desktop.domain.errors import InvalidInput

KEY_BYTES = 32


class BoxKey:
    """A pair for sealed messages; its secret half is never shown."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        self._secret = PrivateKey(seed)
        self.public = bytes(self._secret.public_key)

    def __repr__(self) -> str:
        """The public half only."""
        return f"BoxKey({self.public.hex()}, ***)"

    def seal(self, message: bytes, to: bytes) -> bytes:
        """`message` for the holder of `to` only; the nonce stands before it.

        Raises:
            InvalidInput: `box_key` with `odd`: no such key is possible.
        """
        try:
            return bytes(Box(self._secret, PublicKey(to)).encrypt(message))
        except (CryptoError, ValueError, TypeError) as error:
            raise InvalidInput("box_key", "odd") from error

    def open(self, sealed: bytes, sender: bytes) -> bytes | None:
        """What `sender` sealed to this key; None where it is not that."""
        try:
            return bytes(Box(self._secret, PublicKey(sender)).decrypt(sealed))
        except (CryptoError, ValueError, TypeError):
            return None

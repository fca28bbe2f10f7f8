"""The key that speaks for this rig: it signs evidence by itself, holds no coins, and rests in the keyring only."""

from __future__ import annotations

import secrets
from pathlib import Path

from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.wallet.ports import SecretStore

_ENTRY = "rig-key"


class RigKey:
    """Made when it is first needed. Call from the `secrets` lane: the keyring may ask the person."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store

    def public(self) -> bytes:
        """Its 32-byte public key.

        Raises:
            SecretStoreUnavailable: There is no usable keyring; the key is nowhere else.
            DataCorrupt: The keyring's entry is no key.
        """
        return self._pair().public

    def sign(self, message: bytes) -> bytes:
        """Its 64-byte signature.

        Raises:
            SecretStoreUnavailable, DataCorrupt: As for `public`.
        """
        return self._pair().sign(message)

    def _pair(self) -> KeyPair:
        text = self._store.get(_ENTRY)
        if text is None:
            text = secrets.token_bytes(32).hex()
            self._store.put(_ENTRY, text)
        try:
            return KeyPair.from_seed(bytes.fromhex(text))
        except ValueError:
            # Not the entry itself: an error must not quote a secret, however garbled.
            raise DataCorrupt(Path(_ENTRY), self._store.place) from None

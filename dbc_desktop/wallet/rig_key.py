"""The key that speaks for this rig: it signs evidence, holds no coins, and rests in one of three places.

In the keyring; in an encrypted file, where a person chose that; or in a bare file of mode 0600, on a rig where nobody
is there to open a keyring. None of them stands in for another: a key that is not where it should be is an error.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from dbc_desktop.crypto import keystore
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput, SecretStoreUnavailable, WrongPassword
from dbc_desktop.storage.files import read_limited, write_whole
from dbc_desktop.wallet.passphrases import check_passphrase
from dbc_desktop.wallet.ports import SecretStore

_ENTRY = "rig-key"
_FILE_ENTRY = "rig:key"
_LIMIT_BYTES = 4_096


class RigKey(Protocol):
    """A place of the rig's key."""

    def pair(self) -> KeyPair:
        """The key, made when it is first asked for; what is returned rests there. For the `secrets` lane.

        Raises:
            SecretStoreUnavailable: The place cannot be reached, or does not keep what it was given.
            InvalidInput: `rig_passphrase`: `wrong`, or too weak for a new key; `rig_key` with `open_to_others`.
            DataCorrupt: What rests there is no key.
            DataUnwritable: Nothing can be written there.
        """


class KeyringRigKey:
    """In the system's keyring, which may ask the person; not encrypted a second time."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store

    def pair(self) -> KeyPair:
        """As `RigKey.pair`."""
        text = self._store.get(_ENTRY)
        if text is None:
            text = secrets.token_bytes(32).hex()
            self._store.put(_ENTRY, text)
            if self._store.get(_ENTRY) != text:  # a controller must not sign for a key that is gone tomorrow
                raise SecretStoreUnavailable("denied")
        return _pair_of(text, Path(_ENTRY), self._store.place)


class SealedRigKey:
    """In an encrypted keystore, opened by a passphrase each time."""

    def __init__(self, store: SecretStore, passphrase: str) -> None:
        self._store, self._passphrase = store, passphrase

    def pair(self) -> KeyPair:
        """As `RigKey.pair`."""
        text = self._store.get(_FILE_ENTRY)
        if text is not None:
            try:
                return keystore.decrypt(text, self._passphrase, Path(_ENTRY))
            except WrongPassword as error:
                raise InvalidInput("rig_passphrase", "wrong") from error
        try:
            check_passphrase(self._passphrase)
        except InvalidInput as error:
            raise InvalidInput("rig_passphrase", error.reason) from error
        made = KeyPair.from_seed(secrets.token_bytes(32))
        self._store.put(_FILE_ENTRY, keystore.encrypt(made, self._passphrase, _ENTRY))
        return made


class BareRigKey:
    """In a file that only its owner reads, as the host key of an SSH server; also what systemd hands to a service."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pair(self) -> KeyPair:
        """As `RigKey.pair`; a file that others may read or write is refused."""
        data = read_limited(self._path, _LIMIT_BYTES)
        if data is None:
            text = secrets.token_bytes(32).hex()
            write_whole(self._path, text.encode() + b"\n")
            data = text.encode()
        mode = stat.S_IMODE(self._path.stat().st_mode)
        # systemd hands a credential over through an ACL, which shows as a group that may read.
        if os.name == "posix" and mode & 0o037:
            raise InvalidInput("rig_key", "open_to_others", text=str(self._path))
        try:
            return _pair_of(data.decode("ascii").strip(), self._path, "file")
        except UnicodeDecodeError:
            raise DataCorrupt(self._path, "file") from None


def _pair_of(text: str, source: Path, place: str) -> KeyPair:
    try:
        return KeyPair.from_seed(bytes.fromhex(text))
    except ValueError:
        # Not the entry itself: an error must not quote a secret, however garbled.
        raise DataCorrupt(source, place) from None

"""Keys that are open for a while, the signer that uses them, and patience with wrong passphrases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Draft
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import Cancelled, InvalidInput, ReadOnlyMode, UnknownAccount, WalletLocked, WrongPassword

T = TypeVar("T")

# Longer payloads are signed by their hash (chain-rules 1.2).
_LONGEST_PAYLOAD = 256
_LONGEST_MESSAGE = 200
_LONGEST_TEXT = 10_000
# Below the deadline of a job, so that the right passphrase after wrong ones is still heard.
_LONGEST_WAIT_SECONDS = 16.0


class UnlockedKeys:
    """Open keys and when each closes; callable from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[Address, tuple[KeyPair, float]] = {}

    def open(self, pair: KeyPair, seconds: float) -> None:
        """Keep the pair for `seconds` from now."""
        with self._lock:
            self._open[Address(pair.public)] = (pair, self._clock.monotonic() + seconds)

    def pair_of(self, address: Address) -> KeyPair | None:
        """The open pair of `address`; each call drops all whose time is over."""
        self.sweep()
        with self._lock:
            entry = self._open.get(address)
            return None if entry is None else entry[0]

    def sweep(self) -> bool:
        """Drop all whose time is over; True where there was one."""
        with self._lock:
            before, now = len(self._open), self._clock.monotonic()
            self._open = {key: entry for key, entry in self._open.items() if entry[1] > now}
            return len(self._open) < before

    def close(self, address: Address | None = None) -> None:
        """Close the key of `address`, or all of them."""
        with self._lock:
            if address is None:
                self._open.clear()
            else:
                self._open.pop(address, None)


class WalletSigner:
    """The `Signer` port for one account: signs while its key is open, and never hands the key out."""

    def __init__(self, address: Address, keys: UnlockedKeys, is_read_only: Callable[[], bool]) -> None:
        self._address = address
        self._keys = keys
        self._is_read_only = is_read_only

    @property
    def address(self) -> Address:
        """The account that signs."""
        return self._address

    def sign(self, draft: Draft) -> bytes:
        """The 64-byte signature over the payload of `draft`, hashed when longer than 256 bytes (chain-rules 1.2).

        Raises:
            ReadOnlyMode: Nothing is signed now.
            WalletLocked: The key is not unlocked.
            UnknownAccount: The draft names another signer.
        """
        if draft.signer != self._address.raw:
            raise UnknownAccount
        payload = draft.payload
        return self._pair().sign(payload if len(payload) <= _LONGEST_PAYLOAD else blake2_256(payload))

    def sign_message(self, message: str) -> bytes:
        """The 64-byte signature over a short printable text, e.g. a node's nonce (compute-node-api 2.3).

        Raises:
            ReadOnlyMode: Nothing is signed now.
            WalletLocked: The key is not unlocked.
            InvalidInput: `message` with `not_printable`.
        """
        if not 0 < len(message) <= _LONGEST_MESSAGE or not all(" " <= letter <= "~" for letter in message):
            raise InvalidInput("message", "not_printable")
        return self._pair().sign(message.encode("ascii"))

    def sign_text(self, text: str) -> bytes:
        """The 64-byte signature over a text of the person, between marks (`crypto/messages.py`).

        Raises:
            ReadOnlyMode: Nothing is signed now.
            WalletLocked: The key is not unlocked.
            InvalidInput: `message` with `empty` or `too_long`.
        """
        if not text:
            raise InvalidInput("message", "empty")
        if len(text) > _LONGEST_TEXT:
            raise InvalidInput("message", "too_long", limit=_LONGEST_TEXT)
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            raise InvalidInput("message", "not_printable")
        return self._pair().sign(wrapped(text))

    def _pair(self) -> KeyPair:
        if self._is_read_only():
            raise ReadOnlyMode
        pair = self._keys.pair_of(self._address)
        if pair is None:
            raise WalletLocked
        return pair

    def __repr__(self) -> str:
        return f"WalletSigner({self._address!r})"


class Patience:
    """Holds back the next try after wrong passphrases: 1 s, 2 s, 4 s … 16 s, for each key on its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: dict[Hashable, tuple[int, float]] = {}

    def attempt(self, key: Hashable, opens: Callable[[], T]) -> T:
        """What `opens` gives, tried no earlier than allowed; waiting happens on the clock.

        Raises:
            WrongPassword: Again wrong; it says how long the next try will be held back.
            Cancelled: The program is closing.
        """
        with self._lock:
            count, not_before = self._wrong.get(key, (0, 0.0))
        held_back = not_before - self._clock.monotonic()
        if count and held_back > 0 and self._clock.wait(held_back):
            raise Cancelled
        try:
            result = opens()
        except WrongPassword as error:
            wait_seconds = min(2.0**count, _LONGEST_WAIT_SECONDS)
            with self._lock:
                self._wrong[key] = (count + 1, self._clock.monotonic() + wait_seconds)
            raise WrongPassword(wait_seconds) from error
        with self._lock:
            self._wrong.pop(key, None)
        return result

"""Accounts as the chain knows them, and who signs for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from dbc_desktop.domain.balance import ZERO, Balance

if TYPE_CHECKING:
    from dbc_desktop.domain.call import Draft


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """An account: its 32-byte public key. `crypto/ss58.py` turns it into text and back."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise ValueError("an address has 32 bytes")

    def __repr__(self) -> str:
        return f"Address({self.raw.hex()})"


class KeyPlace(StrEnum):
    """Where the secret of an account rests."""

    KEYRING = "keyring"
    FILE = "file"
    WATCH_ONLY = "watch_only"


@dataclass(frozen=True, slots=True)
class Account:
    """An account this wallet keeps.

    Attributes:
        backed_up: The person proved that the words are written down.
        parent: The account whose key this one was derived from here; None where it has words of its own.
        path: The derivation path from `parent`, e.g. `//rig/0`.
        exported_at: When its keystore last left as a file, in seconds since 1970.
    """

    address: Address
    name: str
    place: KeyPlace
    backed_up: bool = False
    parent: Address | None = None
    path: str = ""
    exported_at: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody else's account, named by the person."""

    address: Address
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountState:
    """Balances and nonce of an account at one block (chain-rules 10.2)."""

    address: Address
    free: Balance
    reserved: Balance
    nonce: int
    frozen: Balance = ZERO

    @property
    def total(self) -> Balance:
        """What the account owns, staked coins included."""
        return self.free + self.reserved

    @property
    def spendable(self) -> Balance:
        """What may be sent, paid or reserved: a lock holds free coins only where reserved ones do not suffice."""
        held_back = max(0, self.frozen.units - self.reserved.units)
        return Balance(max(0, self.free.units - held_back))


class Signer(Protocol):
    """Signs what was shown; the secret never leaves it. Callable from the `secrets` lane only."""

    @property
    def address(self) -> Address:
        """The account that signs."""

    def sign(self, draft: Draft) -> bytes:
        """The 64-byte sr25519 signature over the payload of `draft` (chain-rules 1.2).

        Raises:
            WalletLocked: The key is not unlocked.
            UnknownAccount: The draft names another signer.
        """

    def sign_message(self, message: str) -> bytes:
        """The 64-byte sr25519 signature over the ASCII bytes of `message`, e.g. a node's nonce (compute-node-api 2.3).

        Only printable ASCII of at most 200 characters is signed, so that no transaction can pass for a message.

        Raises:
            WalletLocked: The key is not unlocked.
            InvalidInput: `message` with `not_printable`.
        """

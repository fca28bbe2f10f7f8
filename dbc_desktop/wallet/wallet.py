"""The wallet: accounts, the keys of machines, and when they may sign.

What opens or encrypts a key takes about 0.1 s and may wait for the keyring: it belongs on the `secrets` lane.
`accounts`, `contacts`, `is_unlocked`, `sweep`, `lock` and `signer` are quick and callable from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from dbc_desktop.crypto import keystore
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.crypto.words import check_words
from dbc_desktop.domain.account import Account, Address, Contact, KeyPlace, Signer
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import (
    DataCorrupt,
    InvalidInput,
    ReadOnlyMode,
    SecretStoreUnavailable,
    UnknownAccount,
)
from dbc_desktop.wallet.book import AccountBook, account_entry
from dbc_desktop.wallet.machine_keys import BindProof, HardwareProof
from dbc_desktop.wallet.machine_ring import MachineRing
from dbc_desktop.wallet.passphrases import check_passphrase
from dbc_desktop.wallet.ports import SecretStore
from dbc_desktop.wallet.unlocking import Patience, UnlockedKeys, WalletSigner
from dbc_desktop.wallet.vault import Vault

__all__ = ["BindProof", "HardwareProof", "Wallet"]

_LONGEST_NAME, _LONGEST_NOTE = 64, 200
_PROBE = "account:probe"
_IMPORTED = Path("keystore.json")


class Wallet(MachineRing):
    """Accounts in a database, their secrets encrypted in the store of their place.

    Args:
        stores: Where secrets may rest.
        database_path: The book of names and places.
        clock: For locking again and for patience with wrong passphrases.
        is_read_only: Asked before each unlocking and each signature.
    """

    def __init__(
        self,
        stores: Mapping[KeyPlace, SecretStore],
        database_path: Path,
        clock: Clock,
        is_read_only: Callable[[], bool] = lambda: False,
    ) -> None:
        book = AccountBook(database_path)
        super().__init__(book, Vault(stores, book), Patience(clock), clock)
        self._keys = UnlockedKeys(clock)
        self._is_read_only = is_read_only

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, oldest first."""
        return self._book.accounts()

    def create(self, name: str, words: str, passphrase: str, place: KeyPlace) -> Account:
        """Keep the account of fresh words, not backed up yet.

        Raises:
            InvalidInput: `words`, `name` or `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep(name, KeyPair.from_phrase(check_words(words)), passphrase, place)

    def restore(self, name: str, phrase: str, passphrase: str, place: KeyPlace) -> Account:
        """Keep the account of words or a raw seed, either with `//path` behind it, the words also with `///password`.

        An account that is kept already gets the new name, passphrase and place.

        Raises:
            InvalidInput: `words`, `name` or `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep(name, KeyPair.from_phrase(phrase), passphrase, place)

    def import_keystore(self, name: str, text: str, old_passphrase: str, passphrase: str, place: KeyPlace) -> Account:
        """Keep the account of an untrusted keystore of polkadot-js (version 3), under a passphrase of this program.

        Raises:
            InvalidInput: `keystore` with `other_kind` or `damaged`; `name` or `passphrase`.
            WrongPassword: `old_passphrase` does not open it; with the time that the next try will be held back.
            SecretStoreUnavailable: The place cannot keep it.
        """
        check_passphrase(passphrase)
        pair = self._patience.attempt("import", lambda: _decrypted(text, old_passphrase))
        return self._keep(name, pair, passphrase, place)

    def export_keystore(self, address: Address, passphrase: str, new_passphrase: str) -> str:
        """The account as keystore text for another wallet, under a fresh passphrase.

        Raises:
            WrongPassword: With the time that the next try will be held back.
            InvalidInput: `passphrase`: the fresh one is too short, too long, or the same.
            UnknownAccount: No key of it is kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        account, pair = self._opened(address, passphrase, new_passphrase)
        text = keystore.encrypt(pair, new_passphrase, account.name)
        keystore.decrypt(text, new_passphrase)
        self._book.write(replace(account, exported_at=int(self._clock.now())), 0)
        return text

    def change_passphrase(self, address: Address, passphrase: str, new_passphrase: str) -> None:
        """Encrypt the key anew; cut off half-way it opens with the old or the new passphrase.

        Raises:
            As `export_keystore`.
        """
        account, pair = self._opened(address, passphrase, new_passphrase)
        text = keystore.encrypt(pair, new_passphrase, account.name)
        self._vault.replace(account_entry(address), account.place, text)
        self._keys.close(address)

    def derive(self, parent: Address, path: str, name: str, passphrase: str) -> Account:
        """Keep the child of `parent` at `path`, beside it and under the same passphrase; one that is kept stays.

        Raises:
            InvalidInput: `words` with `path`; `name`.
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: No key of the parent is kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        path = path.strip()
        if not path:
            raise InvalidInput("words", "path")
        account, pair = self._opened(parent, passphrase)
        child = pair.derive(path)
        kept = self._book.account(Address(child.public))
        if kept is not None and kept.place is not KeyPlace.WATCH_ONLY:
            return kept
        made = self._keep(name, child, passphrase, account.place)
        made = replace(made, parent=parent, path=path)
        self._book.write(made, 0)
        return made

    def rename(self, address: Address, name: str) -> Account:
        """Give the account another name.

        Raises:
            InvalidInput: `name`.
            UnknownAccount: It is not kept here.
        """
        renamed = replace(self._account(address), name=self._checked_name(name, address))
        self._book.write(renamed, 0)
        return renamed

    def move(self, address: Address, place: KeyPlace, passphrase: str) -> Account:
        """Let the key rest in `place` from now on; killed half-way it is whole in one of the two.

        Raises:
            WrongPassword: The passphrase does not open what is to be moved; nothing is moved.
            UnknownAccount: No key of it is kept here.
            SecretStoreUnavailable: A place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        account, _ = self._opened(address, passphrase)
        moved = replace(account, place=place)
        entry = account_entry(address)
        text = self._vault.read(entry, account.place)
        if place is not account.place and text is not None:
            self._vault.move(entry, account.place, place, text, lambda: self._book.write(moved, 0))
        return moved

    def watch(self, name: str, address: Address) -> Account:
        """Follow an account whose key is elsewhere; one that is kept stays as it is.

        Raises:
            InvalidInput: `name`.
        """
        kept = self._book.account(address)
        if kept is not None:
            return kept
        account = Account(address, self._checked_name(name, address), KeyPlace.WATCH_ONLY)
        self._book.write(account, int(self._clock.now()))
        return account

    def mark_backed_up(self, address: Address) -> None:
        """Note that the person proved to have written down the words.

        Raises:
            UnknownAccount: It is not kept here.
        """
        self._book.write(replace(self._account(address), backed_up=True), 0)

    def prove_words(self, address: Address, phrase: str) -> None:
        """Take the words (or seed) with their path as proof of a back-up; the reminders stop then.

        Raises:
            InvalidInput: `words`, with `other_account` where they lead elsewhere.
            UnknownAccount: It is not kept here.
        """
        self._account(address)
        if KeyPair.from_phrase(phrase).public != address.raw:
            raise InvalidInput("words", "other_account")
        self.mark_backed_up(address)

    def remove(self, address: Address) -> None:
        """Forget the account and its secret. Only its words bring it back.

        Raises:
            UnknownAccount: It is not kept here.
            SecretStoreUnavailable: The secret cannot be removed; the account stays.
        """
        account = self._account(address)
        self._keys.close(address)
        if account.place is not KeyPlace.WATCH_ONLY:
            self._vault.forget(account_entry(address), account.place)
        self._book.remove(address)

    def contacts(self) -> tuple[Contact, ...]:
        """The address book, by name."""
        return self._book.contacts()

    def keep_contact(self, contact: Contact) -> Contact:
        """Write down somebody else's address, or change its name and note.

        Raises:
            InvalidInput: `name` or `note`.
        """
        name, note = " ".join(contact.name.split()), " ".join(contact.note.split())
        _check_name(name)
        if len(note) > _LONGEST_NOTE:
            raise InvalidInput("note", "too_long", limit=_LONGEST_NOTE)
        if any(each.name == name and each.address != contact.address for each in self.contacts()):
            raise InvalidInput("name", "taken")
        kept = Contact(contact.address, name, note)
        self._book.write_contact(kept)
        return kept

    def forget_contact(self, address: Address) -> None:
        """Take an address out of the address book."""
        self._book.remove_contact(address)

    def unlock(self, address: Address, passphrase: str, seconds: float = 900) -> None:
        """Let the account sign for `seconds`. A try after wrong ones is held back on the clock.

        Raises:
            ReadOnlyMode: Nothing is signed now.
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: No key of it is kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
            Cancelled: The program is closing.
        """
        if self._is_read_only():
            raise ReadOnlyMode
        _, pair = self._opened(address, passphrase)
        self._keys.open(pair, seconds)

    def lock(self) -> None:
        """Close all keys at once."""
        self._keys.close()

    def sweep(self) -> bool:
        """Drop the keys whose time is over; True where there was one. Called once a second by who has a clock."""
        return self._keys.sweep()

    def is_unlocked(self, address: Address) -> bool:
        """Whether the account can sign now; asking also drops the keys whose time is over."""
        return self._keys.pair_of(address) is not None

    def signer(self, address: Address) -> Signer:
        """Who signs for the account; it asks at each signature whether the key is still open.

        Raises:
            UnknownAccount: No key of it is kept here.
        """
        if self._account(address).place is KeyPlace.WATCH_ONLY:
            raise UnknownAccount
        return WalletSigner(address, self._keys, self._is_read_only)

    def sign_text(self, address: Address, text: str) -> bytes:
        """The 64-byte signature over any text, wrapped so that no transaction can pass for it (`crypto/messages`).

        Raises:
            ReadOnlyMode: Nothing is signed now.
            WalletLocked: The key is not unlocked.
            UnknownAccount: No key of it is kept here.
            InvalidInput: `message` with `empty` or `too_long`.
        """
        if self._account(address).place is KeyPlace.WATCH_ONLY:
            raise UnknownAccount
        return WalletSigner(address, self._keys, self._is_read_only).sign_text(text)

    def place_problem(self, place: KeyPlace) -> SecretStoreUnavailable | None:
        """Why secrets cannot rest there, None when they can; may ask the person to unlock the keyring."""
        try:
            self._vault.read(_PROBE, place)
        except SecretStoreUnavailable as problem:
            return problem
        return None

    def tidy(self) -> int:
        """End what a crash left half done; how many steps still wait for a place that cannot be reached."""
        return self._vault.tidy()

    def close(self) -> None:
        """Close all keys and the database."""
        self._keys.close()
        self._book.close()

    def _opened(self, address: Address, passphrase: str, fresh: str | None = None) -> tuple[Account, KeyPair]:
        """The account and its open pair; `fresh` is the passphrase to come, checked before anything is opened."""
        account = self._account(address)
        if account.place is KeyPlace.WATCH_ONLY:
            raise UnknownAccount
        if fresh is not None:
            check_passphrase(fresh)
            if fresh == passphrase:
                raise InvalidInput("passphrase", "same")
        text = self._vault.read(account_entry(address), account.place)
        if text is None:
            raise UnknownAccount
        source = Path(account_entry(address))
        pair = self._patience.attempt(address, lambda: keystore.decrypt(text, passphrase, source))
        if pair.public != address.raw:
            raise DataCorrupt(source, "the key of another account")
        return account, pair

    def _keep(self, name: str, pair: KeyPair, passphrase: str, place: KeyPlace) -> Account:
        address = Address(pair.public)
        kept = self._book.account(address)
        name = self._checked_name(name, address)
        account = Account(address, name, place) if kept is None else replace(kept, name=name, place=place)
        check_passphrase(passphrase)
        entry, text = account_entry(address), keystore.encrypt(pair, passphrase, name)
        self._keys.close(address)

        def write() -> None:
            self._book.write(account, int(self._clock.now()))

        self._vault.keep(entry, None if kept is None else kept.place, place, text, write)
        return account

    def _account(self, address: Address) -> Account:
        account = self._book.account(address)
        if account is None:
            raise UnknownAccount
        return account

    def _checked_name(self, name: str, address: Address) -> str:
        name = " ".join(name.split())
        _check_name(name)
        if any(account.name == name and account.address != address for account in self.accounts()):
            raise InvalidInput("name", "taken")
        return name


def _check_name(name: str) -> None:
    if not name:
        raise InvalidInput("name", "empty")
    if not name.isprintable():
        raise InvalidInput("name", "not_printable")
    if len(name) > _LONGEST_NAME:
        raise InvalidInput("name", "too_long", limit=_LONGEST_NAME)


def _decrypted(text: str, passphrase: str) -> KeyPair:
    try:
        return keystore.decrypt(text, passphrase, _IMPORTED)
    except DataCorrupt as error:
        is_other = error.detail == "another kind of keystore"
        raise InvalidInput("keystore", "other_kind" if is_other else "damaged") from error

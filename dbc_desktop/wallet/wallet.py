"""The wallet: accounts, the keys of machines, and when they may sign.

What opens or encrypts a key takes about 0.1 s and may wait for the keyring: it belongs on the `secrets` lane.
`accounts`, `is_unlocked`, `lock` and `signer` are quick and callable from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dbc_desktop.crypto import keystore, ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.crypto.words import check_words
from dbc_desktop.domain.account import Account, Address, KeyPlace, Signer
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput, SecretStoreUnavailable, UnknownAccount
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.wallet.book import AccountBook, MachineKeyRow
from dbc_desktop.wallet.machine_keys import BindProof, MachineSeed
from dbc_desktop.wallet.ports import SecretStore
from dbc_desktop.wallet.unlocking import Patience, UnlockedKeys, WalletSigner

__all__ = ["BindProof", "Wallet"]

_SHORTEST_PASSPHRASE, _LONGEST_PASSPHRASE = 10, 1_000
_LONGEST_NAME = 64
_PROBE = "account:probe"


class Wallet:
    """Accounts in a database, their secrets encrypted in the store of their place."""

    def __init__(self, stores: Mapping[KeyPlace, SecretStore], database_path: Path, clock: Clock) -> None:
        self._stores = dict(stores)
        self._clock = clock
        self._book = AccountBook(database_path)
        self._keys = UnlockedKeys(clock)
        self._patience = Patience(clock)

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
        """Keep the account of words that may carry `//path///password`; one that is kept gets the new passphrase.

        Raises:
            InvalidInput: `words`, `name` or `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep(name, KeyPair.from_phrase(phrase), passphrase, place)

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
        self._book.write(replace(self._account(address), backed_up=True), int(self._clock.now()))

    def remove(self, address: Address) -> None:
        """Forget the account and its secret. Only its words bring it back.

        Raises:
            UnknownAccount: It is not kept here.
            SecretStoreUnavailable: The secret cannot be removed; the account stays.
        """
        account = self._account(address)
        self._keys.close(address)
        if account.place is not KeyPlace.WATCH_ONLY:
            self._store(account.place).delete(_account_entry(address))
        self._book.remove(address)

    def unlock(self, address: Address, passphrase: str, seconds: float = 900) -> None:
        """Let the account sign for `seconds`. A try after wrong ones is held back on the clock.

        Raises:
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: No key of it is kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
            Cancelled: The program is closing.
        """
        account = self._account(address)
        if account.place is KeyPlace.WATCH_ONLY:
            raise UnknownAccount
        text = self._store(account.place).get(_account_entry(address))
        if text is None:
            raise UnknownAccount
        source = Path(_account_entry(address))
        pair = self._patience.attempt(address, lambda: keystore.decrypt(text, passphrase, source))
        if pair.public != address.raw:
            raise DataCorrupt(source, "the key of another account")
        self._keys.open(pair, seconds)

    def lock(self) -> None:
        """Close all keys at once."""
        self._keys.close()

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
        return WalletSigner(address, self._keys)

    def place_problem(self, place: KeyPlace) -> SecretStoreUnavailable | None:
        """Why secrets cannot rest there, None when they can; may ask the person to unlock the keyring."""
        try:
            self._store(place).get(_PROBE)
        except SecretStoreUnavailable as problem:
            return problem
        return None

    def machine_keys(self) -> tuple[MachineId, ...]:
        """The machines whose own key is kept here, oldest first."""
        return tuple(row.machine_id for row in self._book.machine_keys())

    def new_machine_key(self, passphrase: str, place: KeyPlace) -> MachineId:
        """Make and keep the key of a new machine.

        Raises:
            InvalidInput: `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep_machine(MachineSeed.new(), passphrase, place)

    def import_node_dat(self, text: str, passphrase: str, place: KeyPlace) -> MachineId:
        """Keep the key of a machine that exists already.

        Raises:
            InvalidInput: `node_dat` with `not_node_dat` or `keys_differ`; `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep_machine(MachineSeed.from_node_dat(text), passphrase, place)

    def bind_proof(self, machine_id: MachineId, stash: Address, passphrase: str) -> BindProof:
        """The machine's signed consent to work for `stash` (chain-rules 4.1).

        Raises:
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: The machine's key is not kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        return self._machine_seed(machine_id, passphrase).bind_proof(stash)

    def export_node_dat(self, machine_id: MachineId, passphrase: str) -> str:
        """The machine's `node.dat`, in the clear: whoever has it is the machine.

        Raises:
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: The machine's key is not kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        return self._machine_seed(machine_id, passphrase).node_dat()

    def close(self) -> None:
        """Close all keys and the database."""
        self._keys.close()
        self._book.close()

    def _keep(self, name: str, pair: KeyPair, passphrase: str, place: KeyPlace) -> Account:
        address = Address(pair.public)
        kept = self._book.account(address)
        account = Account(address, self._checked_name(name, address), place, kept is not None and kept.backed_up)
        _check_passphrase(passphrase)
        self._put(place, _account_entry(address), keystore.encrypt(pair, passphrase, account.name))
        self._keys.close(address)
        self._book.write(account, int(self._clock.now()))
        if kept is not None and kept.place not in (place, KeyPlace.WATCH_ONLY):
            self._store(kept.place).delete(_account_entry(address))
        return account

    def _keep_machine(self, seed: MachineSeed, passphrase: str, place: KeyPlace) -> MachineId:
        _check_passphrase(passphrase)
        self._put(place, _machine_entry(seed.machine_id), seed.record(passphrase))
        self._book.write_machine_key(MachineKeyRow(seed.machine_id, place), int(self._clock.now()))
        return seed.machine_id

    def _machine_seed(self, machine_id: MachineId, passphrase: str) -> MachineSeed:
        row = next((row for row in self._book.machine_keys() if row.machine_id == machine_id), None)
        text = None if row is None else self._store(row.place).get(_machine_entry(machine_id))
        if text is None:
            raise UnknownAccount
        return self._patience.attempt(machine_id, lambda: MachineSeed.from_record(text, passphrase, machine_id))

    def _put(self, place: KeyPlace, entry: str, text: str) -> None:
        store = self._store(place)
        store.put(entry, text)
        # A keyring that forgets would lose the key without a word.
        if store.get(entry) != text:
            raise SecretStoreUnavailable("denied")

    def _store(self, place: KeyPlace) -> SecretStore:
        store = self._stores.get(place)
        if store is None:
            raise SecretStoreUnavailable("unsupported")
        return store

    def _account(self, address: Address) -> Account:
        account = self._book.account(address)
        if account is None:
            raise UnknownAccount
        return account

    def _checked_name(self, name: str, address: Address) -> str:
        name = " ".join(name.split())
        if not name:
            raise InvalidInput("name", "empty")
        if len(name) > _LONGEST_NAME:
            raise InvalidInput("name", "too_long", limit=_LONGEST_NAME)
        if any(account.name == name and account.address != address for account in self.accounts()):
            raise InvalidInput("name", "taken")
        return name


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        raise InvalidInput("passphrase", "too_short", shortest=_SHORTEST_PASSPHRASE)
    if len(passphrase) > _LONGEST_PASSPHRASE:
        raise InvalidInput("passphrase", "too_long", longest=_LONGEST_PASSPHRASE)


def _account_entry(address: Address) -> str:
    return f"account:{ss58.encode(address.raw)}"


def _machine_entry(machine_id: MachineId) -> str:
    return f"machine:{machine_id}"

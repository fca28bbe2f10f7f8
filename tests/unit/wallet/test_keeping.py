"""What a person does with accounts that are kept: import, export, derive, rename, move, prove, and an address book."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.crypto import keystore
from dbc_desktop.crypto.messages import verify_text
from dbc_desktop.crypto.sr25519 import DEV_WORDS
from dbc_desktop.domain.account import Account, Address, Contact, KeyPlace
from dbc_desktop.domain.errors import (
    DbcError,
    InvalidInput,
    ReadOnlyMode,
    SecretStoreUnavailable,
    UnknownAccount,
    WalletLocked,
    WrongPassword,
)
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.wallet.wallet import Wallet
from tests.unit.crypto.test_keystore import OTHERS, OTHERS_PASSPHRASE, OTHERS_PUBLIC
from tests.unit.wallet.test_machine_keys import BOB_ID, BOB_NODE_DAT
from tests.unit.wallet.test_wallet import ALICE, BOB, PASSPHRASE, WORDS, draft

FRESH = "another ten letters"
STASH = Address(bytes.fromhex("be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f"))
ALICE_SEED = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"


@pytest.fixture
def alice(wallet: Wallet) -> Account:
    return wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.KEYRING)


def test_a_keystore_of_another_wallet_is_kept_under_a_passphrase_of_ours(wallet: Wallet) -> None:
    account = wallet.import_keystore("Old", OTHERS, OTHERS_PASSPHRASE, PASSPHRASE, KeyPlace.FILE)
    assert account == Account(Address(bytes.fromhex(OTHERS_PUBLIC)), "Old", KeyPlace.FILE)
    wallet.unlock(account.address, PASSPHRASE)
    with pytest.raises(WrongPassword):
        wallet.unlock(account.address, OTHERS_PASSPHRASE)


def test_wrong_passphrases_of_a_file_are_held_back(wallet: Wallet, clock: Any) -> None:
    for wait_seconds in (1, 2):
        with pytest.raises(WrongPassword) as caught:
            wallet.import_keystore("Old", OTHERS, "a123457", PASSPHRASE, KeyPlace.FILE)
        assert caught.value.wait_seconds == wait_seconds
    assert (clock.waits, wallet.accounts()) == ([1], ())


@pytest.mark.parametrize(
    ("text", "passphrase", "field", "reason"),
    [
        ("", PASSPHRASE, "keystore", "damaged"),
        ("{}", PASSPHRASE, "keystore", "damaged"),
        (OTHERS.replace("sr25519", "ed25519"), PASSPHRASE, "keystore", "other_kind"),
        (OTHERS.replace('"3"', '"2"'), PASSPHRASE, "keystore", "other_kind"),
        (OTHERS, "9 letters", "passphrase", "too_short"),
    ],
)
def test_what_cannot_be_imported_is_named(wallet: Wallet, text: str, passphrase: str, field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        wallet.import_keystore("Old", text, OTHERS_PASSPHRASE, passphrase, KeyPlace.FILE)
    assert (caught.value.field, caught.value.reason) == (field, reason)


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.characters(), max_size=80), phrase=st.text(st.characters(), max_size=40))
def test_whatever_is_typed_ends_in_the_tree(tmp_path_factory: pytest.TempPathFactory, text: str, phrase: str) -> None:
    from tests.unit.wallet.conftest import HandClock, MemoryStore

    home = tmp_path_factory.mktemp("typed")
    wallet = Wallet({KeyPlace.FILE: MemoryStore()}, home / "wallet.sqlite3", HandClock())
    acts = (
        lambda: wallet.import_keystore(text, phrase, "x", PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.restore(text or "n", phrase, PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.import_node_dat(text, PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.keep_contact(Contact(ALICE, text, phrase)),
        lambda: wallet.prove_words(ALICE, phrase),
    )
    try:
        for act in acts:
            with contextlib.suppress(DbcError):
                act()
    finally:
        wallet.close()


def test_an_export_opens_with_the_fresh_passphrase_only(wallet: Wallet, alice: Account) -> None:
    text = wallet.export_keystore(ALICE, PASSPHRASE, FRESH)
    assert keystore.decrypt(text, FRESH).public == ALICE.raw
    with pytest.raises(WrongPassword):
        keystore.decrypt(text, PASSPHRASE)
    document = json.loads(text)
    assert document["address"] == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert document["meta"] == {"name": "Alice"}
    (account,) = wallet.accounts()
    assert (account.exported_at, account.backed_up) == (1_700_001_000, False)
    wallet.unlock(ALICE, PASSPHRASE)


def test_an_export_needs_the_passphrase_and_a_fresh_one(wallet: Wallet, alice: Account) -> None:
    with pytest.raises(WrongPassword):
        wallet.export_keystore(ALICE, "not the passphrase", FRESH)
    for fresh, reason in ((PASSPHRASE, "same"), ("9 letters", "too_short")):
        with pytest.raises(InvalidInput) as caught:
            wallet.export_keystore(ALICE, PASSPHRASE, fresh)
        assert caught.value.reason == reason
    assert wallet.accounts() == (alice,)


def test_another_passphrase_takes_the_place_of_the_old_one(wallet: Wallet, alice: Account, keyring: Any) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    wallet.change_passphrase(ALICE, PASSPHRASE, FRESH)
    assert not wallet.is_unlocked(ALICE)
    with pytest.raises(WrongPassword):
        wallet.unlock(ALICE, PASSPHRASE)
    wallet.unlock(ALICE, FRESH)
    assert list(keyring.kept) == ["account:5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]
    assert wallet.tidy() == 0


def test_a_child_stands_beside_its_parent(wallet: Wallet, alice: Account, keyring: Any) -> None:
    wallet.mark_backed_up(ALICE)
    child = wallet.derive(ALICE, " //stash ", "Savings", PASSPHRASE)
    assert child == Account(STASH, "Savings", KeyPlace.KEYRING, False, ALICE, "//stash")
    assert child in wallet.accounts()
    assert len(keyring.kept) == 2
    wallet.unlock(STASH, PASSPHRASE)
    assert wallet.derive(ALICE, "//stash", "Once more", PASSPHRASE) == child


@pytest.mark.parametrize("path", ["", "stash", "//", "//stash/", "///password"])
def test_a_path_that_is_none(wallet: Wallet, alice: Account, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        wallet.derive(ALICE, path, "Savings", PASSPHRASE)
    assert (caught.value.field, caught.value.reason) == ("words", "path")


def test_a_raw_seed_restores_with_a_path(wallet: Wallet) -> None:
    assert wallet.restore("A", ALICE_SEED, PASSPHRASE, KeyPlace.FILE).address == ALICE
    assert wallet.restore("S", f"{ALICE_SEED}//stash", PASSPHRASE, KeyPlace.FILE).address == STASH


def test_another_name(wallet: Wallet, alice: Account) -> None:
    wallet.watch("Bob", BOB)
    assert wallet.rename(ALICE, "  Me ").name == "Me"
    assert sorted(account.name for account in wallet.accounts()) == ["Bob", "Me"]
    for name, reason in (("Bob", "taken"), ("", "empty"), ("n" * 65, "too_long"), ("a\x00", "not_printable")):
        with pytest.raises(InvalidInput) as caught:
            wallet.rename(ALICE, name)
        assert (caught.value.field, caught.value.reason) == ("name", reason)
    with pytest.raises(UnknownAccount):
        wallet.rename(STASH, "Nobody")


def test_moving_between_keyring_and_file_and_back(wallet: Wallet, alice: Account, keyring: Any, files: Any) -> None:
    wallet.mark_backed_up(ALICE)
    text = dict(keyring.kept)
    assert wallet.move(ALICE, KeyPlace.FILE, PASSPHRASE).place is KeyPlace.FILE
    assert (keyring.kept, files.kept) == ({}, text)
    assert wallet.accounts() == (Account(ALICE, "Alice", KeyPlace.FILE, True),)
    wallet.unlock(ALICE, PASSPHRASE)
    wallet.move(ALICE, KeyPlace.KEYRING, PASSPHRASE)
    assert (keyring.kept, files.kept) == (text, {})
    wallet.move(ALICE, KeyPlace.KEYRING, PASSPHRASE)
    assert keyring.kept == text
    assert wallet.tidy() == 0


def test_moving_needs_the_passphrase_and_a_place_that_works(
    wallet: Wallet, alice: Account, keyring: Any, files: Any
) -> None:
    with pytest.raises(WrongPassword):
        wallet.move(ALICE, KeyPlace.FILE, "not the passphrase")
    files.forgets = True
    with pytest.raises(SecretStoreUnavailable):
        wallet.move(ALICE, KeyPlace.FILE, PASSPHRASE)
    assert (len(keyring.kept), files.kept, wallet.accounts()) == (1, {}, (alice,))
    assert wallet.tidy() == 0
    wallet.unlock(ALICE, PASSPHRASE)


def test_the_old_copy_goes_when_its_place_answers_again(
    wallet: Wallet, alice: Account, keyring: Any, files: Any
) -> None:
    """The keyring locks itself after it was read: the account is in its file already, the entry goes later."""
    entry = next(iter(keyring.kept))
    delete = keyring.delete

    def denied(name: str) -> None:
        raise SecretStoreUnavailable("locked")

    keyring.delete = denied
    with pytest.raises(SecretStoreUnavailable):
        wallet.move(ALICE, KeyPlace.FILE, PASSPHRASE)
    assert wallet.accounts()[0].place is KeyPlace.FILE
    assert wallet.tidy() == 1
    keyring.delete = delete
    assert wallet.tidy() == 0
    assert (keyring.kept, list(files.kept)) == ({}, [entry])


def test_machine_keys_move_too(wallet: Wallet, keyring: Any, files: Any) -> None:
    wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.KEYRING)
    wallet.move_machine_key(BOB_ID, KeyPlace.FILE, PASSPHRASE)
    assert (keyring.kept, list(files.kept)) == ({}, [f"machine:{BOB_ID}"])
    assert wallet.export_node_dat(BOB_ID, PASSPHRASE) == BOB_NODE_DAT
    wallet.move_machine_key(BOB_ID, KeyPlace.FILE, PASSPHRASE)
    with pytest.raises(WrongPassword):
        wallet.move_machine_key(BOB_ID, KeyPlace.KEYRING, "not the passphrase")
    with pytest.raises(UnknownAccount):
        wallet.move_machine_key(MachineId("ab" * 32), KeyPlace.KEYRING, PASSPHRASE)
    wallet.import_node_dat(BOB_NODE_DAT, FRESH, KeyPlace.KEYRING)
    assert (list(keyring.kept), files.kept) == ([f"machine:{BOB_ID}"], {})
    assert wallet.export_node_dat(BOB_ID, FRESH) == BOB_NODE_DAT


def test_the_words_are_proof_of_a_back_up(wallet: Wallet, alice: Account) -> None:
    for phrase, reason in ((WORDS, "other_account"), ("//Bob", "other_account"), ("one two", "count")):
        with pytest.raises(InvalidInput) as caught:
            wallet.prove_words(ALICE, phrase)
        assert (caught.value.field, caught.value.reason) == ("words", reason)
    assert not wallet.accounts()[0].backed_up
    wallet.prove_words(ALICE, f"{DEV_WORDS}//Alice")
    assert wallet.accounts()[0].backed_up
    with pytest.raises(UnknownAccount):
        wallet.prove_words(BOB, "//Bob")


def test_the_address_book(wallet: Wallet) -> None:
    wallet.keep_contact(Contact(BOB, " The  exchange ", "deposits"))
    wallet.keep_contact(Contact(ALICE, "A friend"))
    assert wallet.contacts() == (Contact(ALICE, "A friend"), Contact(BOB, "The exchange", "deposits"))
    wallet.keep_contact(Contact(ALICE, "Alice"))
    for contact, field, reason in (
        (Contact(STASH, "Alice"), "name", "taken"),
        (Contact(STASH, " "), "name", "empty"),
        (Contact(STASH, "n" * 65), "name", "too_long"),
        (Contact(STASH, "S", "n" * 201), "note", "too_long"),
    ):
        with pytest.raises(InvalidInput) as caught:
            wallet.keep_contact(contact)
        assert (caught.value.field, caught.value.reason) == (field, reason)
    wallet.forget_contact(BOB)
    wallet.forget_contact(BOB)
    assert wallet.contacts() == (Contact(ALICE, "Alice"),)


def test_a_text_is_signed_and_anyone_can_check_it(wallet: Wallet, alice: Account) -> None:
    with pytest.raises(WalletLocked):
        wallet.sign_text(ALICE, "I am Alice.")
    wallet.unlock(ALICE, PASSPHRASE)
    assert verify_text(ALICE.raw, "深 I am\nAlice.", wallet.sign_text(ALICE, "深 I am\nAlice."))
    for text, reason in (("", "empty"), ("x" * 10_001, "too_long"), ("\ud800", "not_printable")):
        with pytest.raises(InvalidInput) as caught:
            wallet.sign_text(ALICE, text)
        assert (caught.value.field, caught.value.reason) == ("message", reason)
    wallet.watch("Bob", BOB)
    with pytest.raises(UnknownAccount):
        wallet.sign_text(BOB, "I am Bob.")


def test_read_only_mode_signs_nothing(tmp_path: Path, clock: Any, keyring: Any) -> None:
    mode = [False]
    wallet = Wallet({KeyPlace.KEYRING: keyring}, tmp_path / "other.sqlite3", clock, lambda: mode[0])
    wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.KEYRING)
    wallet.unlock(ALICE, PASSPHRASE)
    signer = wallet.signer(ALICE)
    mode[0] = True
    acts = (
        lambda: wallet.unlock(ALICE, PASSPHRASE),
        lambda: signer.sign(draft(b"payload")),
        lambda: signer.sign_message("nonce"),
        lambda: wallet.sign_text(ALICE, "text"),
    )
    for act in acts:
        with pytest.raises(ReadOnlyMode):
            act()
    mode[0] = False
    signer.sign_message("nonce")
    wallet.close()


def test_keys_are_dropped_when_their_time_is_over(wallet: Wallet, alice: Account, clock: Any) -> None:
    wallet.unlock(ALICE, PASSPHRASE, seconds=60)
    assert not wallet.sweep()
    clock.seconds += 60
    assert wallet.sweep()
    assert not wallet.sweep()
    assert not wallet.is_unlocked(ALICE)


def test_a_book_of_the_first_version_is_brought_up(tmp_path: Path, clock: Any, keyring: Any) -> None:
    path = tmp_path / "first.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE account (address BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, place TEXT NOT NULL,"
            " backed_up INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL) STRICT, WITHOUT ROWID"
        )
        database.execute(
            "CREATE TABLE machine_key (machine_id TEXT PRIMARY KEY, place TEXT NOT NULL, created INTEGER NOT NULL)"
            " STRICT, WITHOUT ROWID"
        )
        database.execute("INSERT INTO account VALUES (?, 'Old', 'keyring', 1, 7)", (ALICE.raw,))
        database.execute("PRAGMA user_version = 1")
    database.close()
    wallet = Wallet({KeyPlace.KEYRING: keyring}, path, clock)
    assert wallet.accounts() == (Account(ALICE, "Old", KeyPlace.KEYRING, True),)
    assert (wallet.contacts(), wallet.tidy()) == ((), 0)
    wallet.close()

"""Accounts: made, restored, opened for a while, and gone only when asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.sr25519 import DEV_WORDS, verify
from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Draft, SigningContext
from dbc_desktop.domain.errors import (
    Cancelled,
    DataCorrupt,
    InvalidInput,
    SecretStoreUnavailable,
    UnknownAccount,
    WalletLocked,
    WrongPassword,
)
from dbc_desktop.wallet.wallet import Wallet

PASSPHRASE = "ten letters at least"
WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
BOB = Address(bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"))


def draft(payload: bytes, signer: Address = ALICE) -> Draft:
    context = SigningContext(bytes(32), 411, 2, 0, 0, bytes(32))
    return Draft(Call("OnlineProfile", "claim_rewards"), signer.raw, context, payload, Balance(0), 64)


@pytest.fixture
def alice(wallet: Wallet) -> Account:
    return wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.KEYRING)


def test_a_new_account_is_kept_and_not_backed_up(wallet: Wallet, keyring: Any) -> None:
    account = wallet.create("  My   stash ", f" {WORDS.upper()} ", PASSPHRASE, KeyPlace.KEYRING)
    assert (account.name, account.place, account.backed_up) == ("My stash", KeyPlace.KEYRING, False)
    assert wallet.accounts() == (account,)
    assert len(keyring.kept) == 1


def test_a_path_belongs_to_restoring_only(wallet: Wallet) -> None:
    with pytest.raises(InvalidInput):
        wallet.create("Alice", f"{DEV_WORDS}//Alice", PASSPHRASE, KeyPlace.FILE)
    assert wallet.restore("Alice", f"{DEV_WORDS}//Alice", PASSPHRASE, KeyPlace.FILE).address == ALICE


def test_the_entry_names_its_address(alice: Account, keyring: Any) -> None:
    assert list(keyring.kept) == ["account:5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]


def test_accounts_survive_a_restart(wallet: Wallet, alice: Account, tmp_path: Path, keyring: Any, clock: Any) -> None:
    wallet.mark_backed_up(ALICE)
    wallet.close()
    again = Wallet({KeyPlace.KEYRING: keyring}, tmp_path / "wallet.sqlite3", clock)
    assert again.accounts() == (Account(ALICE, "Alice", KeyPlace.KEYRING, backed_up=True),)
    again.unlock(ALICE, PASSPHRASE)
    assert again.is_unlocked(ALICE)
    again.close()


def test_accounts_stand_in_the_order_of_their_age(wallet: Wallet, clock: Any) -> None:
    for name in ("Zoe", "Bob", "Alice"):
        wallet.restore(name, f"//{name}", PASSPHRASE, KeyPlace.FILE)
        clock.seconds += 60
    assert [account.name for account in wallet.accounts()] == ["Zoe", "Bob", "Alice"]


@pytest.mark.parametrize(
    ("name", "passphrase", "field", "reason"),
    [
        ("", PASSPHRASE, "name", "empty"),
        (" \n ", PASSPHRASE, "name", "empty"),
        ("n" * 65, PASSPHRASE, "name", "too_long"),
        ("Alice", PASSPHRASE, "name", "taken"),
        ("Bob", "9 letters", "passphrase", "too_short"),
        ("Bob", "x" * 1_001, "passphrase", "too_long"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_kept(
    wallet: Wallet, alice: Account, keyring: Any, name: str, passphrase: str, field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        wallet.restore(name, "//Bob", passphrase, KeyPlace.KEYRING)
    assert (caught.value.field, caught.value.reason) == (field, reason)
    assert wallet.accounts() == (alice,)
    assert len(keyring.kept) == 1


def test_restoring_again_sets_the_passphrase_and_the_place(
    wallet: Wallet, alice: Account, keyring: Any, files: Any
) -> None:
    wallet.mark_backed_up(ALICE)
    wallet.unlock(ALICE, PASSPHRASE)
    account = wallet.restore("Alice again", "//Alice", "another passphrase", KeyPlace.FILE)
    assert account == Account(ALICE, "Alice again", KeyPlace.FILE, backed_up=True)
    assert (keyring.kept, len(files.kept)) == ({}, 1)
    assert not wallet.is_unlocked(ALICE)
    with pytest.raises(WrongPassword):
        wallet.unlock(ALICE, PASSPHRASE)
    wallet.unlock(ALICE, "another passphrase")


def test_a_place_that_is_not_offered(wallet: Wallet) -> None:
    with pytest.raises(SecretStoreUnavailable):
        wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.WATCH_ONLY)


def test_a_place_that_forgets_or_fails_leaves_no_account(wallet: Wallet, keyring: Any) -> None:
    keyring.forgets = True
    with pytest.raises(SecretStoreUnavailable) as caught:
        wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.KEYRING)
    assert caught.value.reason == "denied"
    keyring.problem = "locked"
    with pytest.raises(SecretStoreUnavailable) as caught:
        wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.KEYRING)
    assert caught.value.reason == "locked"
    assert wallet.accounts() == ()


def test_the_problem_of_a_place_is_told(wallet: Wallet, keyring: Any) -> None:
    assert wallet.place_problem(KeyPlace.KEYRING) is None
    keyring.problem = "no_bus"
    problem = wallet.place_problem(KeyPlace.KEYRING)
    assert problem is not None
    assert problem.reason == "no_bus"
    assert wallet.place_problem(KeyPlace.FILE) is None


def test_a_key_opens_for_its_time_only(wallet: Wallet, alice: Account, clock: Any) -> None:
    assert not wallet.is_unlocked(ALICE)
    wallet.unlock(ALICE, PASSPHRASE, seconds=60)
    signer = wallet.signer(ALICE)
    clock.seconds += 59.9
    assert wallet.is_unlocked(ALICE)
    signer.sign(draft(b"payload"))
    clock.seconds += 0.1
    assert not wallet.is_unlocked(ALICE)
    with pytest.raises(WalletLocked):
        signer.sign(draft(b"payload"))
    with pytest.raises(WalletLocked):
        signer.sign_message("nonce")


def test_locking_closes_all_keys(wallet: Wallet, alice: Account) -> None:
    wallet.restore("Bob", "//Bob", PASSPHRASE, KeyPlace.FILE)
    for address in (ALICE, BOB):
        wallet.unlock(address, PASSPHRASE)
    wallet.lock()
    assert not wallet.is_unlocked(ALICE)
    assert not wallet.is_unlocked(BOB)


@pytest.mark.parametrize("length", [1, 255, 256])
def test_a_short_payload_is_signed_as_it_is(wallet: Wallet, alice: Account, length: int) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    payload = b"p" * length
    assert verify(ALICE.raw, payload, wallet.signer(ALICE).sign(draft(payload)))


def test_a_long_payload_is_signed_by_its_hash(wallet: Wallet, alice: Account) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    payload = b"p" * 257
    signature = wallet.signer(ALICE).sign(draft(payload))
    assert verify(ALICE.raw, blake2_256(payload), signature)
    assert not verify(ALICE.raw, payload, signature)


def test_no_one_signs_for_another(wallet: Wallet, alice: Account) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    signer = wallet.signer(ALICE)
    assert signer.address == ALICE
    with pytest.raises(UnknownAccount):
        signer.sign(draft(b"payload", signer=BOB))


def test_a_message_of_a_node_is_signed_as_ascii(wallet: Wallet, alice: Account) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    signature = wallet.signer(ALICE).sign_message("1a2B ~nonce")
    assert verify(ALICE.raw, b"1a2B ~nonce", signature)


@pytest.mark.parametrize("message", ["", "x" * 201, "two\nlines", "\x00", "ünicode", "\x7f", "深"])
def test_only_short_plain_text_is_a_message(wallet: Wallet, alice: Account, message: str) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    with pytest.raises(InvalidInput) as caught:
        wallet.signer(ALICE).sign_message(message)
    assert caught.value.reason == "not_printable"


def test_wrong_passphrases_are_held_back_longer_and_longer(wallet: Wallet, alice: Account, clock: Any) -> None:
    told = []
    for _ in range(7):
        with pytest.raises(WrongPassword) as caught:
            wallet.unlock(ALICE, "not the passphrase")
        told.append(caught.value.wait_seconds)
    assert told == [1, 2, 4, 8, 16, 16, 16]
    assert clock.waits == [1, 2, 4, 8, 16, 16]
    clock.seconds += 10
    wallet.unlock(ALICE, PASSPHRASE)
    assert clock.waits[-1] == 6
    clock.waits.clear()
    with pytest.raises(WrongPassword) as caught:
        wallet.unlock(ALICE, "not the passphrase")
    assert caught.value.wait_seconds == 1
    assert clock.waits == []


def test_patience_is_for_each_key_on_its_own(wallet: Wallet, alice: Account, clock: Any) -> None:
    wallet.restore("Bob", "//Bob", PASSPHRASE, KeyPlace.FILE)
    with pytest.raises(WrongPassword):
        wallet.unlock(ALICE, "not the passphrase")
    wallet.unlock(BOB, PASSPHRASE)
    assert clock.waits == []


def test_closing_ends_the_wait(wallet: Wallet, alice: Account, clock: Any) -> None:
    with pytest.raises(WrongPassword):
        wallet.unlock(ALICE, "not the passphrase")
    clock.closing = True
    with pytest.raises(Cancelled):
        wallet.unlock(ALICE, PASSPHRASE)
    assert not wallet.is_unlocked(ALICE)


def test_a_watched_account_cannot_sign(wallet: Wallet) -> None:
    account = wallet.watch("Bob of elsewhere", BOB)
    assert account == Account(BOB, "Bob of elsewhere", KeyPlace.WATCH_ONLY)
    for act in (lambda: wallet.unlock(BOB, PASSPHRASE), lambda: wallet.signer(BOB)):
        with pytest.raises(UnknownAccount):
            act()
    wallet.restore("Bob", "//Bob", PASSPHRASE, KeyPlace.FILE)
    wallet.unlock(BOB, PASSPHRASE)
    assert wallet.watch("Bob of elsewhere", BOB).place is KeyPlace.FILE


def test_removing_takes_the_secret_too(wallet: Wallet, alice: Account, keyring: Any) -> None:
    wallet.unlock(ALICE, PASSPHRASE)
    signer = wallet.signer(ALICE)
    keyring.problem = "locked"
    with pytest.raises(SecretStoreUnavailable):
        wallet.remove(ALICE)
    assert wallet.accounts() == (alice,)
    keyring.problem = None
    wallet.remove(ALICE)
    assert (wallet.accounts(), keyring.kept) == ((), {})
    with pytest.raises(WalletLocked):
        signer.sign(draft(b"payload"))
    wallet.watch("Bob", BOB)
    wallet.remove(BOB)
    assert wallet.accounts() == ()


def test_who_is_not_kept_is_unknown(wallet: Wallet) -> None:
    acts = [
        lambda: wallet.unlock(ALICE, PASSPHRASE),
        lambda: wallet.signer(ALICE),
        lambda: wallet.mark_backed_up(ALICE),
        lambda: wallet.remove(ALICE),
    ]
    for act in acts:
        with pytest.raises(UnknownAccount):
            act()


def test_a_secret_that_was_taken_away_or_swapped(wallet: Wallet, alice: Account, keyring: Any) -> None:
    wallet.restore("Bob", "//Bob", PASSPHRASE, KeyPlace.KEYRING)
    mine, bobs = keyring.kept
    keyring.kept[mine] = keyring.kept[bobs]
    with pytest.raises(DataCorrupt):
        wallet.unlock(ALICE, PASSPHRASE)
    keyring.kept[mine] = "{}"
    with pytest.raises(DataCorrupt):
        wallet.unlock(ALICE, PASSPHRASE)
    del keyring.kept[mine]
    with pytest.raises(UnknownAccount):
        wallet.unlock(ALICE, PASSPHRASE)
    assert not wallet.is_unlocked(ALICE)


def test_a_place_of_another_version_is_corrupt(wallet: Wallet, alice: Account, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "wallet.sqlite3") as database:
        database.execute("UPDATE account SET place = 'cloud'")
    database.close()
    with pytest.raises(DataCorrupt):
        wallet.accounts()

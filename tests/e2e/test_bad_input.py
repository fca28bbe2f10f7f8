"""Bad input gets a sentence that says what to do, in the real window, by mouse and keys; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QTableView

from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.crypto.words import new_words
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.services.renting import rent_call
from dbc_desktop.ui.pages.market_table import MarketModel
from tests.e2e.opened import NO_BUS, PASSPHRASE, WORDS, Opened, opened, warm_lanes

POLKADOT = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One opened program with one restored account that has play money; the session has no D-Bus."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)
        with opened(tmp_path_factory.mktemp("bad-input")) as person:
            person.start()
            person.play_money(person.restore_account())
            warm_lanes(person)
            yield person


@pytest.fixture
def person(shared: Opened) -> Iterator[Opened]:
    yield shared
    shared.put_away()


def me(person: Opened) -> Address:
    return person.ask(person.core.wallet.accounts)[0].address


def balance(person: Opened) -> Balance:
    return person.ask(lambda: person.core.backend.account(me(person)).free)


def fill_send(person: Opened, address: str, amount: str) -> None:
    person.hand.click("rail.wallet")
    person.hand.type("wallet.to", address)
    person.hand.type("wallet.amount", amount)
    person.hand.click("wallet.send")


def stays_in_wallet(person: Opened, address: str, amount: str) -> None:
    """No sheet opened and what was typed still stands there."""
    assert person.hand.seen("sheet.sign") is None
    assert (person.text("wallet.to"), person.text("wallet.amount")) == (address, amount)


def test_a_wrong_passphrase_is_said_and_the_right_one_still_signs(person: Opened) -> None:
    before = balance(person)
    person.ask(person.core.wallet.lock)
    fill_send(person, ALICE, "12.5")
    person.hand.find("sheet.sign")
    person.hand.type("sheet.passphrase", "incorrect horse")
    person.hand.click("sheet.sign")
    person.sees("Wrong passphrase. It does not open this key. Mind capitals and the keyboard's language.")
    assert person.hand.seen("sheet.sign") is not None
    assert balance(person) == before
    person.sign()
    assert before - balance(person) > Balance.of_dbc(12)
    assert person.text("wallet.to") == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (WORDS.replace("sausage", "sausaged"), "Word 6 is not in the word list. Check its spelling."),
        (WORDS.replace("yellow", "winner"), "The words do not belong together. Check their order and spelling."),
        (WORDS + " legal", "There must be 12, 15, 18, 21 or 24 words. Count them again."),
        ("", "Type the words, with a blank between them."),
        (WORDS + " /", "The part behind the words is not a derivation path. It looks like //stash/0."),
    ],
    ids=["unknown", "checksum", "count", "empty", "path"],
)
def test_bad_words_are_named_and_nothing_typed_is_lost(person: Opened, words: str, sentence: str) -> None:
    before = person.ask(person.core.wallet.accounts)
    person.hand.click("rail.wallet")
    person.hand.click("wallet.restore")
    person.fill_restore(words, "second")
    person.hand.click("restore.go")
    person.sees(sentence)
    assert (person.text("restore.words"), person.text("restore.name")) == (words, "second")
    assert person.text("restore.passphrase") == PASSPHRASE
    person.hand.find("restore.go")
    assert person.ask(person.core.wallet.accounts) == before


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (POLKADOT, "This address belongs to another network. Ask for the DBC form of it, which starts with 5."),
        (ALICE[:-1] + "X", "A character of this address is wrong or missing. Copy it again."),
        ("hello", "This is not an address. It has 47 or 48 letters and digits and starts with 5."),
        ("", "Paste the address of the account."),
    ],
    ids=["polkadot", "checksum", "word", "empty"],
)
def test_an_address_that_cannot_be_sent_to_is_refused(person: Opened, address: str, sentence: str) -> None:
    before = balance(person)
    fill_send(person, address, "1")
    person.sees(sentence)
    stays_in_wallet(person, address, "1")
    assert balance(person) == before


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        (
            "2000000",
            "This needs 2,000,000.00 DBC, and {free} is free; {missing} is missing. Use a smaller amount or add funds.",
        ),
        ("1.0000000000000001", "DBC has 15 decimals at most. Shorten the amount."),
        ("0", "Type an amount above zero."),
        ("-5", "This is not an amount. Use digits and one point, for example 1,204.5."),
        ("9" * 40, "No account can hold that much. Type a smaller amount."),
        ("", "Type an amount, for example 1,204.5."),
        ("1e6", "This is not an amount. Use digits and one point, for example 1,204.5."),
    ],
    ids=["over", "decimals", "zero", "negative", "huge", "empty", "exponent"],
)
def test_an_amount_that_cannot_be_sent_is_refused(person: Opened, amount: str, sentence: str) -> None:
    before = balance(person)
    fill_send(person, ALICE, amount)
    missing = Balance.of_dbc(2_000_000) - before
    person.sees(sentence.format(free=f"{before.text(2)} DBC", missing=f"{missing.text()} DBC"))
    stays_in_wallet(person, ALICE, amount)
    assert balance(person) == before


def test_an_amount_that_leaves_nothing_for_the_fee_cannot_be_signed(person: Opened) -> None:
    before = balance(person)
    fill_send(person, ALICE, before.text())
    person.hand.find("sheet.cancel")
    person.hand.wait(lambda: bool(person.text("sheet.problem")), "why it cannot be signed")
    assert not person.sign_is_possible()
    person.hand.click("sheet.cancel")
    assert balance(person) == before


def open_rent(person: Opened, machine_id: MachineId | None = None) -> None:
    """Choose a row of the market, the first one or that of `machine_id`, and ask to rent it."""
    person.hand.click("rail.market")
    person.hand.type("market.query", "rented:no")
    person.hand.rest(300)
    view = person.hand.find("market.table")
    assert isinstance(view, QTableView)
    model = view.model()
    assert isinstance(model, MarketModel)
    person.hand.click_row("market.table", 0 if machine_id is None else model.row_of(machine_id))
    person.hand.click("market.rent")
    person.hand.find("rent.duration")


@pytest.mark.parametrize(
    ("duration", "sentence"),
    [
        ("45 min", "The chain rents by half hours. Choose a multiple of 30 minutes."),
        ("61 d", "Rent for at most 60 days."),
        ("0", "Rent for at least half an hour."),
        ("tomorrow", "This is not a duration. Type hours or days, for example 24 h or 2 d."),
    ],
    ids=["half-hours", "long", "zero", "word"],
)
def test_a_duration_that_the_chain_does_not_rent_is_refused(person: Opened, duration: str, sentence: str) -> None:
    open_rent(person)
    person.hand.type("rent.duration", duration)
    person.sees(sentence)
    go = person.hand.seen("rent.go")
    assert go is not None
    assert not go.isEnabled()
    person.hand.type("rent.duration", "90 min")
    person.hand.find("rent.go")
    assert sentence not in person.shown()


TAKEN = "Fewer GPUs of this machine are free than you asked for. Ask for fewer, or choose another machine."


def open_rent_of_a_free_machine(person: Opened) -> tuple[KeyPair, Call]:
    """The rent sheet of a machine whose GPUs are all free, and the order by which a rival can take them all."""
    table = person.ask(person.core.backend.market)
    row = next(i for i, free in enumerate(table.free_gpu) if free and free == table.gpu_num[i])
    rival = KeyPair.from_phrase(new_words())
    person.play_money(Address(rival.public))
    open_rent(person, table.machine_id[row])
    return rival, rent_call(table.machine_id[row], int(table.free_gpu[row]), BLOCKS_PER_ERA)


def test_gpus_that_somebody_else_takes_before_the_sheet_cannot_be_signed_for(person: Opened) -> None:
    rival, order = open_rent_of_a_free_machine(person)
    before = balance(person)
    person.send_as(rival, order)
    person.hand.click("rent.go")
    person.sees(TAKEN)
    assert not person.sign_is_possible()
    person.hand.click("sheet.cancel")
    assert balance(person) == before


def test_gpus_that_somebody_else_takes_before_the_signature_cost_the_fee_only(person: Opened) -> None:
    rival, order = open_rent_of_a_free_machine(person)
    before = balance(person)
    person.hand.click("rent.go")
    person.hand.find("sheet.sign")
    person.send_as(rival, order)
    if person.hand.seen("sheet.passphrase") is not None:
        person.hand.type("sheet.passphrase", PASSPHRASE)
    person.hand.click("sheet.sign")
    person.sees(TAKEN)
    person.hand.wait(lambda: not person.sign_is_possible(), "the sheet to say that it cannot be signed again")
    assert Balance(0) < before - balance(person) < Balance.of_dbc(1)
    assert person.ask(lambda: person.core.backend.rent_orders(me(person))) == ()


def test_without_a_keyring_the_reason_is_said_and_a_file_can_be_chosen(person: Opened) -> None:
    person.hand.click("rail.wallet")
    person.hand.click("wallet.create")
    person.sees(
        "This session has no D-Bus, which the keyring needs. Log in to a desktop session, or start the program with "
        "dbus-run-session. You can also keep the key in an encrypted file."
    )
    person.hand.type("create.name", "by file")
    person.hand.type("create.passphrase", PASSPHRASE)
    person.hand.type("create.repeat", PASSPHRASE)
    person.hand.click("create.next")
    person.sees("Choose where to keep the key: the keyring cannot be used now, an encrypted file can.")
    person.hand.click("create.place.file")
    person.hand.click("create.next")
    person.hand.find("create.shown.12")
    words = [person.text(f"create.shown.{number}") for number in range(1, 13)]
    person.hand.click("create.next")
    asked = [number for number in range(1, 13) if person.hand.seen(f"create.word.{number}") is not None]
    person.hand.type(f"create.word.{asked[0]}", "zebra" if words[asked[0] - 1] != "zebra" else "zone")
    person.hand.click("create.finish")
    person.sees("This is not the word with that number. Look at what you wrote down.")
    for number in asked:
        person.hand.type(f"create.word.{number}", words[number - 1])
    person.hand.click("create.finish")
    person.hand.wait(lambda: person.hand.seen("create.finish") is None, "the account to be made")
    made = person.ask(person.core.wallet.accounts)[-1]
    assert (made.name, made.place) == ("by file", KeyPlace.FILE)
    assert list((person.home / "keys").iterdir())
    # The window acts for the account that was made; the other tests of this file act for the first.
    person.hand.click("wallet.act.0")
    person.hand.wait(lambda: person.window.account() != made, "the window to act for the first account")

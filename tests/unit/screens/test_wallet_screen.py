"""Wallet's words: back-ups, locks, history, and the address behind a name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.domain.account import Account, AccountState, Address, Contact, KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import InsufficientFunds
from dbc_desktop.domain.history import Flow, HistoryKind, MoneyRow
from dbc_desktop.domain.network import Head, Identity
from dbc_desktop.screens.history import filters, height_time, history_lines, known_note, what_text
from dbc_desktop.screens.settings import settings_screen
from dbc_desktop.screens.wallet import AccountFacts, recipient_address, recipients, transfer_call, wallet_screen
from dbc_desktop.storage.settings import Settings

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
BOB = Address(bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"))
ALICE_TEXT = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB_TEXT = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
HEAD = Head(1_000, bytes(32), 1, 1_764_158_400_000, 1_000)
ME = Account(ALICE, "Me", KeyPlace.KEYRING)


def dbc(text: str) -> Balance:
    return Balance.parse(text)


def facts(account: Account, state: AccountState | None = None) -> AccountFacts:
    return AccountFacts(account, state, None, None, False)


def test_the_reminder_stands_until_the_words_were_proved() -> None:
    screen = wallet_screen((facts(ME),), ALICE, (), HEAD)
    row = screen.rows[0]
    assert screen.reminder == "The words of Me were never proved. Without them a broken disk takes the coins."
    assert screen.reminded == row
    assert (row.backup_text, row.backup_kind, row.needs_backup) == ("not proved", "warn", True)
    proved = wallet_screen((facts(replace(ME, backed_up=True)),), ALICE, (), HEAD)
    assert (proved.reminder, proved.reminded) == ("", None)
    assert (proved.rows[0].backup_text, proved.rows[0].backup_kind) == ("proved", "good")
    watched = wallet_screen((facts(Account(BOB, "Bob", KeyPlace.WATCH_ONLY)),), ALICE, (), HEAD)
    assert (watched.reminder, watched.rows[0].backup_text, watched.rows[0].other_place) == ("", "–", None)


def test_an_export_and_a_path_are_told() -> None:
    exported = replace(ME, exported_at=1_764_158_400)
    child = Account(BOB, "Rig", KeyPlace.FILE, False, ALICE, "//rig/0")
    screen = wallet_screen((facts(exported), facts(child)), ALICE, (), HEAD)
    assert screen.rows[0].backup_detail.endswith("Exported as a file on 2025-11-26.")
    assert screen.rows[1].origin == "Me //rig/0"
    assert "the path //rig/0" in screen.rows[1].backup_detail
    assert (screen.rows[0].other_place, screen.rows[1].other_place) == (KeyPlace.FILE, KeyPlace.KEYRING)
    alone = wallet_screen((facts(child),), BOB, (), HEAD)
    assert alone.rows[0].origin == "5Grwva…utQY //rig/0"


def test_what_a_lock_holds_cannot_be_sent() -> None:
    """Locks lie over reserved coins first (chain-rules 10.2)."""
    state = AccountState(ALICE, dbc("100"), dbc("30"), 0, dbc("50"))
    row = wallet_screen((facts(ME, state),), ALICE, (), HEAD).rows[0]
    assert (row.free, row.staked, row.locked) == ("80.00", "30.00", "20.00")
    with pytest.raises(InsufficientFunds) as caught:
        transfer_call(BOB_TEXT, "80.01", state)
    assert caught.value.available == dbc("80").units


def test_a_name_of_the_address_book_stands_for_its_address() -> None:
    entries = recipients([ME], [Contact(BOB, "The · exchange")])
    assert entries == (f"The · exchange · {BOB_TEXT}", f"Me · {ALICE_TEXT}")
    assert [recipient_address(entry) for entry in entries] == [BOB_TEXT, ALICE_TEXT]
    assert recipient_address(f"  {BOB_TEXT} ") == BOB_TEXT


def row(kind: HistoryKind, flow: Flow, amount: str, **more: object) -> MoneyRow:
    other, subject = more.get("other"), more.get("subject", "")
    source = more.get("source", ("Balances", "Transfer"))
    return MoneyRow(990, 0, 0, kind, flow, dbc(amount), other, subject, source)  # type: ignore[arg-type]


def test_a_movement_in_words() -> None:
    rows = (
        row(HistoryKind.TRANSFER, Flow.IN, "1250.5", other=BOB),
        row(HistoryKind.TRANSFER, Flow.OUT, "3", other=ALICE),
        row(HistoryKind.FEE, Flow.OUT, "0.000246"),
        row(HistoryKind.SLASH, Flow.TAKEN, "11428.57", subject="3f9a" + "0" * 56 + "c41d"),
        row(HistoryKind.RENT, Flow.HELD, "8", subject="31"),
    )
    lines = history_lines(rows, HEAD, {BOB: "The exchange"})
    assert [(line.what, line.amount, line.tone, line.other, line.subject) for line in lines] == [
        ("received", "+1,250.50", "good", "The exchange", ""),
        ("sent", "−3.00", "", "5Grwva…utQY", ""),
        ("fee", "−0.000246", "", "", ""),
        ("slashed from the stake", "−11,428.57", "loss", "", "3f9a…c41d"),
        ("rent reserved", "−8.00", "", "", "order 31"),
    ]
    assert lines[0].amount_full == "+1,250.50 DBC"
    assert (lines[0].other_full, lines[3].subject_full[-4:], lines[0].block) == (BOB_TEXT, "c41d", "990")
    assert height_time(990, HEAD) == 1_764_158_340.0


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (row(HistoryKind.TRANSFER, Flow.OUT, "1", source=("GenericFunc", "DestroyDBC")), "burned"),
        (row(HistoryKind.TRANSFER, Flow.OUT, "1", source=("GenericFunc", "DonateToTreasury")), "given to the treasury"),
        (row(HistoryKind.FEE, Flow.OUT, "10", source=("GenericFunc", "TxFeeToTreasury")), "fixed fee to the treasury"),
        (row(HistoryKind.STAKE, Flow.FREED, "1"), "stake returned"),
        (row(HistoryKind.RENT, Flow.TAKEN, "1"), "rent paid from what was reserved"),
        (row(HistoryKind.REWARD, Flow.HELD, "1", source=("Odd", "Event")), "Odd.Event"),
    ],
)
def test_what_is_told_by_its_source(one: MoneyRow, words: str) -> None:
    assert what_text(one) == words


def test_there_is_a_filter_for_each_kind() -> None:
    found = filters()
    assert (found[0].text, found[0].kinds) == ("All", None)
    assert {kind for each in found[1:] for kind in each.kinds or ()} == set(HistoryKind)


def test_it_says_how_much_is_known() -> None:
    assert known_note(0, 60, True) == "60"
    assert known_note(0, 1_200, False) == "1,200+"
    assert known_note(1_396_000, 60, True) == "60 · seen by this program since block 1,396,000"


def test_settings_say_what_locks() -> None:
    identity: Identity | None = None
    settings = Settings(ask_above=dbc("2500").units, read_only=True, lock_with_session=False)
    screen = settings_screen(settings, Path("/h"), None, identity, "6", hears_session=False)
    assert (screen.ask_above, screen.read_only, screen.lock_with_session) == ("2,500.00", True, False)
    assert "does not tell when its session locks" in screen.session_detail
    assert settings_screen(settings, Path("/h"), None, identity, "6").session_detail == ""

# ruff: noqa: E501 - tables read better in one line
"""Top bar, jump sheet, wallet and settings: their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbc_desktop.domain.account import Account, AccountState, Address, KeyPlace
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, Receipt, TxStatus
from dbc_desktop.domain.errors import InsufficientFunds, InvalidInput, SecretStoreUnavailable
from dbc_desktop.domain.network import Capability, ClockMode, Deadline, Head, Identity
from dbc_desktop.screens import jump
from dbc_desktop.screens.settings import Choice, parse_minutes, settings_screen
from dbc_desktop.screens.topbar import account_chip, clock_detail, deadline_text, place_text, topbar_screen
from dbc_desktop.screens.wallet import AccountFacts, role_text, transfer_call, wallet_screen
from dbc_desktop.storage.settings import Settings

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
BOB = Address(bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"))
BOB_TEXT = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
ME = Account(ALICE, "Me", KeyPlace.KEYRING, True)
IDENTITY = Identity("local", "x", bytes.fromhex("3f9a" + "00" * 28 + "c41d"), 411, 1, "launch-2021")
HEAD = Head(1_396_842, bytes(32), 98, 0, 1_396_842)
EVERYTHING = frozenset(Capability)


def test_the_bar_says_chain_block_era_and_clock() -> None:
    bar = topbar_screen(IDENTITY, HEAD, ClockMode.INTERVAL, EVERYTHING, 2.0)
    assert (bar.chain, bar.chain_detail) == ("Local chain · launch-2021", "Genesis 3f9a…c41d · runtime 411")
    assert (bar.block, bar.era, bar.live, bar.live_kind) == ("1,396,842", "era 98", "live", "good")
    assert (bar.clock, bar.clock_icon, bar.shows_clock, bar.shows_jump) == ("6 s", "play", True, True)


def test_another_chain_has_the_name_it_gave_and_no_clock() -> None:
    bar = topbar_screen(Identity("node", "DBC", bytes(32), 1, 1, "mainnet-411"), HEAD, None, frozenset(), 0)
    assert (bar.chain, bar.shows_clock, bar.shows_jump) == ("DBC · mainnet-411", False, False)


@pytest.mark.parametrize(
    ("mode", "silent", "jumping", "reachable", "words", "kind"),
    [
        (ClockMode.INTERVAL, 90.0, False, True, "no block for 1 min 30 s", "warn"),
        (ClockMode.MANUAL, 90.0, False, True, "paused", "idle"),
        (ClockMode.INSTANT, 90.0, False, True, "waits for transactions", "good"),
        (ClockMode.INTERVAL, 0.0, True, True, "jumping", "accent"),
        (ClockMode.INTERVAL, 0.0, True, False, "no answer", "loss"),
    ],
)
def test_the_dot_tells_the_truth(
    mode: ClockMode, silent: float, jumping: bool, reachable: bool, words: str, kind: str
) -> None:
    bar = topbar_screen(IDENTITY, HEAD, mode, EVERYTHING, silent, is_jumping=jumping, is_reachable=reachable)
    assert (bar.live, bar.live_kind) == (words, kind)


def test_every_clock_mode_is_explained() -> None:
    assert {clock_detail(mode) for mode in ClockMode} == {
        "A block every 6 seconds while the program is open",
        "A block whenever there is a transaction",
        "Time stands still until you jump",
    }


def test_the_account_in_the_bar() -> None:
    chip = account_chip(ME, AccountState(ALICE, Balance.parse("41200"), Balance.parse("5"), 1))
    assert (chip.short, chip.whole, chip.rest) == ("5Grwva…utQY", "41,200.00", "DBC")
    assert chip.detail == "Me: 41,200.00 DBC free, 5.00 DBC reserved"
    assert account_chip(ME, None).whole == "–"


def test_places_have_names() -> None:
    assert [place_text(place) for place in KeyPlace] == [
        "keyring of this computer", "encrypted file", "watched, no key here"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("verification", "committee decides on 31"),
        ("confirm", "order 31 lapses unless confirmed"),
        ("lease_end", "lease 31 ends"),
        ("payout", "next payout of rewards"),
        ("era", "next era"),
        ("odd", "odd"),
    ],
)
def test_deadlines_have_names(kind: str, text: str) -> None:
    assert deadline_text(Deadline(kind, 5, "31")) == text


def test_jump_targets_are_ahead_and_each_height_once() -> None:
    found = jump.targets(
        (Deadline("era", 1_396_800, "x"), Deadline("payout", 1_396_942, "x"), Deadline("era", 1_396_942, "x")), HEAD
    )
    assert [(each.text, each.when, each.blocks) for each in found] == [("next payout of rewards", "10:00", 101)]


@pytest.mark.parametrize(("text", "unit", "blocks"), [("", 600, 0), (" 2 ", 600, 1_200), ("150", 14_400, 2_160_000)])
def test_a_jump_is_typed_in_whole_numbers(text: str, unit: int, blocks: int) -> None:
    assert jump.parse_count(text, unit) == blocks


@pytest.mark.parametrize(("text", "reason"), [("1.5", "not_a_number"), ("-1", "not_a_number"), ("2001", "too_large"), ("9" * 12, "too_large"), ("٣", "not_a_number")])  # fmt: skip
def test_other_jumps_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        jump.parse_count(text, 14_400)
    assert (caught.value.field, caught.value.reason) == ("number", reason)


def test_a_jump_says_where_it_ends() -> None:
    assert jump.summary(14_400, HEAD) == "24 h pass at once, to block 1,411,242 in era 99."
    assert jump.summary(0, HEAD) == "Say how far to jump."
    assert [jump.button(blocks) for blocks in (0, 150, 14_400, 150 * 14_400)] == [
        "Jump", "Jump 15 min", "Jump 1 era", "Jump 150 eras"
    ]  # fmt: skip


def facts(
    controller: Address | None = None, stash: Address | None = None, place: KeyPlace = KeyPlace.KEYRING
) -> AccountFacts:
    state = AccountState(ALICE, Balance.parse("41200"), Balance.parse("571428.57"), 1)
    return AccountFacts(Account(ALICE, "Me", place), state, controller, stash, False)


@pytest.mark.parametrize(
    ("known", "role"),
    [
        (facts(), "account"),
        (facts(controller=BOB), "stash"),
        (facts(stash=BOB), "controller"),
        (facts(ALICE, ALICE), "stash, controller"),
        (facts(place=KeyPlace.WATCH_ONLY), "watch-only"),
    ],
)
def test_roles(known: AccountFacts, role: str) -> None:
    assert role_text(known) == role


def test_the_wallet_lists_accounts_and_transactions() -> None:
    receipts = (
        Receipt(
            b"\x01" * 32,
            TxStatus.INCLUDED,
            1_396_792,
            Balance.parse("0.000246"),
            call=Call("OnlineProfile", "claim_rewards"),
        ),
        Receipt(b"\x02" * 32, TxStatus.REJECTED, None, None, ("RentMachine", "GPUNotEnough")),
        Receipt(b"\x03" * 32, TxStatus.UNKNOWN),
    )
    screen = wallet_screen((facts(ALICE, ALICE),), ALICE, receipts, HEAD)
    row = screen.rows[0]
    assert (row.free, row.staked, row.locked, row.place, row.lock_text) == (
        "41,200.00", "571,428.57", "0.00", "keyring", "locked"
    )  # fmt: skip
    assert (row.can_unlock, row.can_lock, row.is_chosen) == (True, False, True)
    assert [(each.block, each.age, each.fee, each.outcome, each.outcome_kind) for each in screen.transactions] == [
        ("1,396,792", "5 min ago", "0.000246 DBC", "in a block", "good"),
        ("–", "–", "–", "GPUNotEnough", "loss"),
        ("–", "–", "–", "outcome unknown", "warn"),
    ]
    assert [each.what for each in screen.transactions] == ["Claim rewards", "–", "–"]
    assert screen.receive_text == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert screen.free_text == "41,200.00 DBC free"


def test_a_watched_account_cannot_be_unlocked_and_a_silent_chain_gives_dashes() -> None:
    known = AccountFacts(Account(BOB, "Bob", KeyPlace.WATCH_ONLY), None, None, None, False)
    row = wallet_screen((known,), ALICE, (), HEAD).rows[0]
    assert (row.free, row.lock_text, row.can_unlock, row.is_chosen) == ("–", "no key", False, False)


def test_a_transfer_is_typed() -> None:
    state = AccountState(ALICE, Balance.parse("10"), ZERO, 0)
    call = transfer_call(f" {BOB_TEXT} ", "1.5", state)
    assert call == Call("Balances", "transfer_keep_alive", (BOB.raw, 1_500_000_000_000_000))


@pytest.mark.parametrize(
    ("address", "amount", "field", "reason"),
    [
        ("", "1", "address", "empty"),
        ("hello", "1", "address", "not_an_address"),
        (BOB_TEXT[:-1] + "z", "1", "address", "checksum"),
        (BOB_TEXT, "1.0000000000000001", "amount", "too_many_decimals"),
        (BOB_TEXT, "0", "amount", "zero"),
        (BOB_TEXT, "x", "amount", "not_a_number"),
    ],
)
def test_a_transfer_that_is_wrong_says_where(address: str, amount: str, field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        transfer_call(address, amount, None)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_more_than_is_free_is_refused() -> None:
    with pytest.raises(InsufficientFunds) as caught:
        transfer_call(BOB_TEXT, "11", AccountState(ALICE, Balance.parse("10"), ZERO, 0))
    assert (caught.value.needed, caught.value.available) == (11 * 10**15, 10 * 10**15)


def test_settings_offer_themes_languages_and_the_keyring_state() -> None:
    screen = settings_screen(Settings(theme="dark"), Path("data"), None, IDENTITY, "6.11")
    assert screen.themes == (Choice("system", "as the computer"), Choice("light", "light"), Choice("dark", "dark"))
    assert [choice.text for choice in screen.languages] == ["as the computer", "English", "简体中文"]
    assert (screen.theme, screen.auto_lock, screen.folder) == ("dark", "15", "data")
    assert (screen.keyring_text, screen.keyring_kind) == ("ready", "good")
    assert ("Chain", "Local chain · launch-2021") in screen.about


def test_settings_say_how_to_mend_the_keyring() -> None:
    screen = settings_screen(Settings(), Path("data"), SecretStoreUnavailable("no_service"), None, "6.11")
    assert (screen.keyring_text, screen.keyring_kind) == ("cannot be used", "warn")
    assert "apt install gnome-keyring" in screen.keyring_detail


@pytest.mark.parametrize(("text", "minutes"), [("1", 1), (" 15 ", 15), ("1440", 1440)])
def test_minutes(text: str, minutes: int) -> None:
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(("text", "reason"), [("", "not_a_number"), ("1.5", "not_a_number"), ("0", "too_small"), ("1441", "too_large"), ("9999999", "too_large")])  # fmt: skip
def test_other_minutes_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_minutes(text)
    assert caught.value.reason == reason

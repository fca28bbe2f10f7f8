"""The window and its sheets, moved by mouse and keys as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.call import Call, Receipt
from dbc_desktop.domain.errors import ChainRejected, ChainUnreachable, SecretStoreUnavailable
from dbc_desktop.domain.network import ClockMode, Deadline
from dbc_desktop.screens import texts
from dbc_desktop.screens.notices import Notice
from dbc_desktop.storage.settings import Settings
from dbc_desktop.ui import theme
from dbc_desktop.ui.dialogs.palette import PaletteSheet
from dbc_desktop.ui.window import Window
from tests.ui.fake_program import ALICE, BOB, PHRASE, Fakes, dbc, fakes, info, loss, operator, reading, sample

Open = Callable[[Fakes], Window]
CLAIM = Call("OnlineProfile", "claim_rewards")


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Open]:
    opened: list[Window] = []

    def show(made: Fakes) -> Window:
        window = Window(lambda: made.program, made.program.settings.load())
        opened.append(window)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(lambda: window.visible_page() is not None)
        return window

    yield show
    for window in opened:
        window.close()
    texts.set_language("en")


def find(window: QWidget, name: str) -> QWidget:
    found = visible(window, name)
    for _ in range(100):
        if found:
            break
        QTest.qWait(5)
        found = visible(window, name)
    assert len(found) == 1, f"{name}: {len(found)}"
    return found[0]


def choose(window: QWidget, button: str, entry: str) -> None:
    """Open the menu of an account and choose an entry by the end of its name."""
    click(window, button)
    menu = next(each for each in window.findChildren(QMenu, "wallet.menu") if each.isVisible())
    action = next(each for each in menu.actions() if each.objectName() == f"wallet.menu.{entry}")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def visible(window: QWidget, name: str) -> list[QWidget]:
    return [widget for widget in window.findChildren(QWidget, name) if widget.isVisible()]


def click(window: QWidget, name: str) -> None:
    widget = find(window, name)
    assert widget.isEnabled(), name
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def write(window: QWidget, name: str, text: str) -> None:
    QTest.keyClicks(find(window, name), text)


def is_visible(window: QWidget, name: str) -> bool:
    QTest.qWait(10)
    return bool(visible(window, name))


def words(widget: QWidget) -> str:
    QTest.qWait(10)
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def rich() -> Fakes:
    made = fakes()
    operator(made)
    return made


def test_a_newcomer_meets_the_first_ten_minutes(open_window: Open) -> None:
    window = open_window(fakes())
    assert "Your first ten minutes" in words(window)
    assert find(window, "home.step.account").property("kind") == "primary"
    assert is_visible(window, "topbar.create")


def test_an_account_is_made_by_typing(open_window: Open, qtbot: QtBot) -> None:
    made = fakes()
    window = open_window(made)
    click(window, "home.step.account")
    assert find(window, "create.name").text() == "Me"
    write(window, "create.passphrase", PHRASE)
    write(window, "create.repeat", PHRASE)
    click(window, "create.next")
    shown = [find(window, f"create.shown.{number}").text() for number in range(1, 13)]
    click(window, "create.next")
    asked = [number for number in range(1, 13) if is_visible(window, f"create.word.{number}")]
    assert len(asked) == 3
    for number in asked:
        write(window, f"create.word.{number}", shown[number - 1])
    click(window, "create.finish")
    name, phrase, passphrase, place = made.wallet.made_with[0]
    assert (name, phrase.split(), passphrase, place) == ("Me", shown, PHRASE, KeyPlace.KEYRING)
    assert made.wallet.accounts()[0].backed_up
    assert window.sheets.sheet is None
    assert is_visible(window, "home.step.play_money")


def test_a_wrong_word_makes_no_account(open_window: Open) -> None:
    made = fakes()
    window = open_window(made)
    click(window, "topbar.create")
    write(window, "create.passphrase", PHRASE)
    write(window, "create.repeat", PHRASE)
    click(window, "create.next")
    click(window, "create.next")
    click(window, "create.finish")
    assert "This is not the word with that number" in words(window.sheets)
    assert made.wallet.made_with == []


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [("short", "short", "Use at least 10 characters"), (PHRASE, PHRASE + "x", "The two passphrases differ")],
)
def test_passphrases_are_checked(open_window: Open, first: str, second: str, sentence: str) -> None:
    window = open_window(fakes())
    click(window, "topbar.create")
    write(window, "create.passphrase", first)
    write(window, "create.repeat", second)
    click(window, "create.next")
    assert sentence in words(window.sheets)


def test_without_a_keyring_the_person_is_told_and_chooses_the_file(open_window: Open) -> None:
    made = fakes()
    made.wallet.problem = SecretStoreUnavailable("no_service")
    window = open_window(made)
    click(window, "topbar.create")
    assert "apt install gnome-keyring" in words(window.sheets)
    write(window, "create.passphrase", PHRASE)
    write(window, "create.repeat", PHRASE)
    click(window, "create.next")
    assert "Choose where to keep the key" in words(window.sheets)
    click(window, "create.place.file")
    click(window, "create.next")
    assert is_visible(window, "create.shown.12")


def test_an_account_is_restored(open_window: Open) -> None:
    made = fakes()
    window = open_window(made)
    click(window, "home.restore")
    write(window, "restore.words", "word " * 12)
    write(window, "restore.name", "Old")
    write(window, "restore.passphrase", PHRASE)
    write(window, "restore.repeat", PHRASE)
    click(window, "restore.go")
    assert made.wallet.made_with[0][0] == "Old"
    assert window.account() == Account(ALICE, "Old", KeyPlace.KEYRING, True)


def test_play_money_is_asked_for(open_window: Open) -> None:
    made = fakes()
    made.wallet.add(Account(ALICE, "Me", KeyPlace.KEYRING, True))
    window = open_window(made)
    click(window, "home.step.play_money")
    assert made.chain.asked_money == [ALICE]
    assert is_visible(window, "home.step.bond")


def test_home_shows_rig_figures_and_releases(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "home.toggle")
    text = words(window)
    for expected in ("rig-01 · 8 × RTX 4090", "547", ".09 DBC", "4,787", "25 % + 150 × 0.5 %, launch-2021"):
        assert expected in text


def test_a_lost_gpu_marks_the_rail_and_the_strip(open_window: Open, qtbot: QtBot) -> None:
    made = rich()
    window = open_window(made)
    click(window, "home.toggle")
    made.sampler.tell(sample(reading(0), reading(3, is_lost=True)))
    qtbot.waitUntil(lambda: "GPU 3 lost" in words(window))


def test_home_without_an_answer_fails_with_one_action_and_comes_back(open_window: Open) -> None:
    made = rich()
    made.chain.error = ChainUnreachable()
    window = open_window(made)
    assert "No answer from the chain" in words(window)
    made.chain.error = None
    click(window, "home.failed")
    assert window.visible_page().state == "content"


def test_the_bar_asks_again_for_a_chain_that_was_silent_at_first(open_window: Open) -> None:
    made = rich()
    made.chain.error = ChainUnreachable()
    window = open_window(made)
    made.chain.error = None
    click(window, "strip.act")
    assert find(window, "topbar.block").text() == "1,396,842"
    assert window.visible_page().state == "content"


def test_home_keeps_the_last_values_when_the_chain_falls_silent(open_window: Open, qtbot: QtBot) -> None:
    made = rich()
    window = open_window(made)
    made.chain.error = ChainUnreachable()
    window.visible_page().on_shown()
    assert find(window, "home.age").text() == "No answer from the chain"
    made.chain.error = None
    click(window, "home.retry")
    assert not is_visible(window, "home.age")


def test_a_slow_chain_shows_the_skeleton(open_window: Open) -> None:
    made = rich()
    made.runner.hold("chain-read")
    window = open_window(made)
    assert window.visible_page().state == "loading"
    made.runner.release("chain-read")
    assert window.visible_page().state == "content"


def test_new_blocks_reach_the_bar_and_the_balance(open_window: Open, qtbot: QtBot) -> None:
    made = rich()
    window = open_window(made)
    made.chain.states[ALICE] = made.chain.states[ALICE].__class__(ALICE, dbc("7"), dbc("0"), 1)
    made.chain.advance(3)
    qtbot.waitUntil(lambda: find(window, "topbar.block").text() == "1,396,845")
    assert find(window, "topbar.account").text() == "7.00 DBC"


def test_silence_is_said(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    made.clock.seconds += 95
    window._render_chain()
    assert find(window, "topbar.live").text() == "no block for 1 min 35 s"


def test_the_clock_is_chosen_from_its_menu(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "topbar.clock")
    menu = find(window, "topbar.clock").opened_menu()
    action = next(each for each in menu.actions() if each.objectName() == "topbar.clock.manual")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert made.chain.mode is ClockMode.MANUAL
    assert find(window, "topbar.live").text() == "paused"


def test_a_jump_by_eras(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "topbar.jump")
    write(window, "jump.eras", "2")
    assert find(window, "jump.go").text() == "Jump 2 eras"
    click(window, "jump.go")
    assert made.chain.jumps == [28_800]
    assert window.sheets.sheet is None


def test_a_jump_to_a_deadline_ends_behind_it(open_window: Open) -> None:
    made = rich()
    made.chain.ends = (Deadline("confirm", 1_396_842 + 127, "31"),)
    window = open_window(made)
    click(window, "topbar.jump")
    click(window, "jump.deadline.0")
    click(window, "jump.go")
    assert made.chain.jumps == [128]


def test_a_jump_that_fails_says_why_and_nonsense_is_refused(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "topbar.jump")
    write(window, "jump.hours", "1.5")
    assert "Type a number in digits" in words(window.sheets)
    assert not find(window, "jump.go").isEnabled()
    click(window, "jump.quick.hour")
    made.chain.error = ChainUnreachable()
    click(window, "jump.go")
    assert "No answer from the chain" in find(window, "jump.problem").text()


def test_spending_asks_the_passphrase_signs_and_tells(open_window: Open) -> None:
    made = rich()
    made.transactions.consequences = (info("reward_minted", amount=dbc("4787.94")),)
    window, done = open_window(made), []
    window.open_spending(CLAIM, ALICE, done.append)
    assert find(window, "sheet.sign").text() == "Claim 4,787.94 DBC"
    assert window.focusWidget() is find(window, "sheet.passphrase")
    write(window, "sheet.passphrase", "wrong passphrase")
    click(window, "sheet.sign")
    assert "Wrong passphrase" in words(window.sheets)
    QTest.keyClick(find(window, "sheet.passphrase"), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write(window, "sheet.passphrase", PHRASE)
    click(window, "sheet.sign")
    assert made.transactions.sent == [CLAIM]
    assert isinstance(done[0], Receipt)
    assert window.sheets.sheet is None


def test_an_unlocked_key_is_asked_again_only_above_the_amount_that_was_set(open_window: Open) -> None:
    made = rich()
    made.settings.settings = Settings(theme="light", language="en", ask_above=dbc("100").units)
    made.wallet.open.add(ALICE)
    window = open_window(made)
    made.transactions.consequences = (info("transfer_out", amount=dbc("100")),)
    window.open_spending(CLAIM, ALICE)
    assert not is_visible(window, "sheet.passphrase")
    click(window, "sheet.cancel")
    made.transactions.consequences = (info("transfer_out", amount=dbc("100.01")),)
    window.open_spending(CLAIM, ALICE)
    assert is_visible(window, "sheet.passphrase")


def test_what_would_fail_cannot_be_signed(open_window: Open) -> None:
    made = rich()
    made.transactions.preview_error = ("RentMachine", "GPUNotEnough")
    window = open_window(made)
    window.open_spending(Call("RentMachine", "rent_machine", ("3f" * 32, 9, 300)), ALICE)
    assert "Fewer GPUs" in find(window, "sheet.problem").text()
    assert not find(window, "sheet.sign").isEnabled()


def test_a_refusal_in_the_block_is_said_inside_the_sheet(open_window: Open) -> None:
    made = rich()
    made.wallet.open.add(ALICE)
    made.transactions.send_error = ChainRejected("RentMachine", "ExpiredConfirm")
    window = open_window(made)
    window.open_spending(Call("RentMachine", "confirm_rent", (31,)), ALICE)
    click(window, "sheet.sign")
    assert "The 15 minutes to confirm are over" in find(window, "sheet.problem").text()
    assert find(window, "sheet.sign").isEnabled()


def test_the_harmless_choice_is_the_primary_one(open_window: Open) -> None:
    made = rich()
    made.transactions.consequences = (loss("reward_of_era_lost", amount=dbc("268.40")),)
    window = open_window(made)
    window.open_spending(Call("OnlineProfile", "controller_report_offline", ("3f" * 32,)), ALICE)
    assert find(window, "sheet.cancel").property("kind") == "primary"
    assert find(window, "sheet.sign").property("kind") == "danger"
    assert window.focusWidget() is not find(window, "sheet.sign")


def test_the_bytes_can_be_seen(open_window: Open) -> None:
    window = open_window(rich())
    window.open_spending(CLAIM, ALICE)
    assert not is_visible(window, "sheet.payload")
    click(window, "sheet.bytes")
    assert find(window, "sheet.payload").toPlainText() == b"\x07\x03payload".hex()


def test_the_wallet_sends_through_the_sheet(open_window: Open) -> None:
    made = rich()
    made.wallet.open.add(ALICE)
    window = open_window(made)
    click(window, "rail.wallet")
    write(window, "wallet.to", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")
    write(window, "wallet.amount", "12.5")
    click(window, "wallet.send")
    click(window, "sheet.sign")
    assert made.transactions.sent == [Call("Balances", "transfer_keep_alive", (BOB.raw, 12_500_000_000_000_000))]
    assert "abab…abab" in words(window)


@pytest.mark.parametrize(
    ("address", "amount", "sentence"),
    [
        ("hello", "1", "This is not an address"),
        ("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "41201", "Not enough"),
        ("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "0.0000000000000001", "15 decimals at most"),
    ],
)
def test_the_wallet_says_what_is_wrong(open_window: Open, address: str, amount: str, sentence: str) -> None:
    made = rich()
    window = open_window(made)
    click(window, "rail.wallet")
    write(window, "wallet.to", address)
    write(window, "wallet.amount", amount)
    click(window, "wallet.send")
    shown = words(window)
    assert sentence in shown or (sentence == "Not enough" and "is free" in shown)
    assert window.sheets.sheet is None


def test_an_empty_wallet_offers_an_account(open_window: Open) -> None:
    window = open_window(fakes())
    click(window, "rail.wallet")
    click(window, "wallet.empty.create")
    assert is_visible(window, "create.name")


def test_accounts_are_unlocked_locked_and_removed(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "rail.wallet")
    click(window, "wallet.unlock.0")
    write(window, "unlock.passphrase", PHRASE)
    click(window, "unlock.go")
    assert made.wallet.is_unlocked(ALICE)
    click(window, "wallet.lock.0")
    assert not made.wallet.is_unlocked(ALICE)
    choose(window, "wallet.more.0", "remove")
    assert window.focusWidget() is find(window, "remove.keep")
    assert not find(window, "remove.go").isEnabled()
    write(window, "remove.name", "Me")
    click(window, "remove.go")
    assert made.wallet.accounts() == ()
    assert window.account() is None


def test_the_wallet_without_an_answer(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    made.chain.error = ChainUnreachable()
    click(window, "rail.wallet")
    assert window.visible_page().state == "message"
    made.chain.error = None
    click(window, "wallet.failed")
    made.chain.error = ChainUnreachable()
    window.visible_page().on_shown()
    assert is_visible(window, "wallet.age")


def test_settings_change_theme_and_language_at_once(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "rail.settings")
    box = find(window, "settings.theme")
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    assert made.settings.settings.theme == "dark"
    assert theme.current().name == "dark"
    box = find(window, "settings.language")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    assert made.settings.settings.language == "zh_CN"
    assert find(window, "rail.home").text() == "首页"
    assert window.visible_page().key == "settings"


def test_settings_refuse_odd_minutes_and_keep_good_ones(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    click(window, "rail.settings")
    edit = find(window, "settings.autolock")
    assert isinstance(edit, QLineEdit)
    for text, kept in (("0", 15), ("30", 30)):
        edit.selectAll()
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Qt.Key.Key_Return)
        assert made.settings.settings.auto_lock_minutes == kept


def test_the_rail_collapses_in_a_small_window(open_window: Open) -> None:
    window = open_window(rich())
    assert window.rail.width() == 176
    window.resize(1_000, 700)
    assert window.rail.width() == 52
    assert find(window, "rail.home").toolTip() == "Home"


def test_ctrl_k_finds_pages_and_actions(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(rich())
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    sheet = window.sheets.sheet
    assert isinstance(sheet, PaletteSheet)
    write(window, "palette.text", "sett")
    assert sheet.shown() == ["Settings"]
    QTest.keyClick(find(window, "palette.text"), Qt.Key.Key_Return)
    assert window.visible_page().key == "settings"


def test_another_account_can_be_chosen(open_window: Open) -> None:
    made = rich()
    made.wallet.add(Account(BOB, "Bob", KeyPlace.FILE, True))
    window = open_window(made)
    click(window, "rail.wallet")
    click(window, "wallet.act.1")
    assert window.account() == Account(BOB, "Bob", KeyPlace.FILE, True)


def test_messages_stay_in_the_strip(open_window: Open) -> None:
    window, done = open_window(rich()), []
    window.show_notice(Notice("Title", "body", "Do it"), lambda: done.append(1))
    click(window, "strip.act")
    assert done == [1]


def test_a_bug_is_shown_to_the_person(open_window: Open) -> None:
    window = open_window(rich())
    window.show_bug("Traceback: something")
    assert find(window, "bug.report").toPlainText() == "Traceback: something"
    click(window, "bug.close")
    assert window.sheets.sheet is None


def test_closing_ends_what_was_followed(open_window: Open) -> None:
    made = rich()
    window = open_window(made)
    window.close()
    assert made.chain.subscription.is_closed
    assert made.sampler.callbacks == []


def test_every_control_of_a_page_has_a_name(open_window: Open) -> None:
    window = open_window(rich())
    for key in ("home", "wallet", "settings"):
        click(window, f"rail.{key}")
        controls = [*window.findChildren(QPushButton), *window.findChildren(QLineEdit), *window.findChildren(QComboBox)]
        assert [each for each in controls if each.isVisible() and not each.objectName()] == []


def test_an_address_is_no_page(open_window: Open) -> None:
    window = open_window(rich())
    window.show_page("nowhere")
    assert window.visible_page().key == "home"
    assert isinstance(window.account().address, Address)

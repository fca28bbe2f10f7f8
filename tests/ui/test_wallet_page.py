"""Wallet by mouse and keys: the care of accounts, the history, messages, the address book, and what locks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.account import Account, Contact, KeyPlace
from dbc_desktop.domain.errors import ChainUnreachable
from dbc_desktop.domain.history import Flow, HistoryKind, MoneyRow
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.screens.history import HistoryLine
from dbc_desktop.storage.settings import Settings
from dbc_desktop.ui.clipboard import CLEAR_SECONDS, secret_clipboard, secret_data
from dbc_desktop.ui.dialogs.export_account import ExportSheet
from dbc_desktop.ui.dialogs.machine_key_sheets import NodeDatSheet
from dbc_desktop.ui.dialogs.restore_account import RestoreAccountSheet
from dbc_desktop.ui.pages.wallet import WalletPage
from dbc_desktop.ui.pages.wallet_history import HistoryModel
from dbc_desktop.ui.session_lock import SessionLock
from dbc_desktop.ui.window import Window
from tests.contract.test_secret_store import environment, private_bus, short_folder
from tests.ui.fake_program import ALICE, BOB, PHRASE, WORDS, Fakes, dbc, fakes, operator
from tests.ui.test_window import Open, choose, click, find, is_visible, open_window, visible, words, write
from tests.unit.crypto.test_keystore import OTHERS

__all__ = ["open_window"]
FRESH = "another ten letters"
BOB_TEXT = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


def rich(**settings: Any) -> Fakes:
    made = fakes(settings=Settings(theme="light", language="en", **settings))
    operator(made)
    return made


def on_wallet(open_window: Open, made: Fakes) -> Window:
    window = open_window(made)
    click(window, "rail.wallet")
    return window


def error_below(window: Window, name: str) -> str:
    labels = find(window, name).parentWidget().findChildren(QLabel)
    return next(label.text() for label in labels if label.isVisible() and label.property("tone") == "loss")


def retype(window: Window, name: str, text: str) -> None:
    edit = find(window, name)
    assert isinstance(edit, QLineEdit)
    edit.clear()
    write(window, name, text)


def leave(window: Window, name: str) -> None:
    QTest.keyClick(find(window, name), Qt.Key.Key_Return)


def moved(count: int) -> tuple[MoneyRow, ...]:
    kinds = ((HistoryKind.TRANSFER, Flow.IN), (HistoryKind.FEE, Flow.OUT), (HistoryKind.REWARD, Flow.IN))
    return tuple(
        MoneyRow(1_396_000 - at, 0, 0, *kinds[at % 3], dbc(str(at + 1)), BOB, "", ("Balances", "Transfer"))
        for at in range(count)
    )


# the care of accounts


def test_an_account_is_renamed(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    choose(window, "wallet.more.0", "rename")
    retype(window, "rename.name", " ")
    click(window, "rename.go")
    assert "name" in error_below(window, "rename.name")
    retype(window, "rename.name", "Main stash")
    click(window, "rename.go")
    assert [account.name for account in window.accounts()] == ["Main stash"]
    assert "Main stash" in words(window)


def test_the_words_are_proved_and_the_reminder_goes(open_window: Open) -> None:
    made = rich()
    made.wallet.add(Account(ALICE, "Me", KeyPlace.KEYRING))
    window = on_wallet(open_window, made)
    assert "words of Me were never proved" in find(window, "wallet.reminder").text()
    click(window, "wallet.reminder.prove")
    write(window, "prove.words", WORDS.replace("yellow", "year"))
    click(window, "prove.go")
    assert "another account" in error_below(window, "prove.words")
    retype(window, "prove.words", WORDS)
    click(window, "prove.go")
    assert not is_visible(window, "wallet.reminder")
    assert find(window, "wallet.words.0").text() == "proved"


def test_the_passphrase_is_changed(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    choose(window, "wallet.more.0", "passphrase")
    for name, text in (("old", "not this one"), ("passphrase", FRESH), ("repeat", "something else")):
        write(window, f"change.{name}", text)
    click(window, "change.go")
    assert "differ" in error_below(window, "change.repeat")
    retype(window, "change.repeat", FRESH)
    click(window, "change.go")
    assert "Wrong passphrase" in error_below(window, "change.old")
    retype(window, "change.old", PHRASE)
    click(window, "change.go")
    assert made.wallet.kept[ALICE][1] == FRESH
    assert window.sheets.sheet is None


def test_a_key_moves_between_keyring_and_file(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    for place, word in ((KeyPlace.FILE, "file"), (KeyPlace.KEYRING, "keyring")):
        choose(window, "wallet.more.0", "move")
        write(window, "move.old", PHRASE)
        click(window, "move.go")
        assert made.wallet.kept[ALICE][0].place is place
        assert word in words(window)


def test_a_child_is_derived_and_the_window_acts_for_it(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    choose(window, "wallet.more.0", "derive")
    write(window, "derive.path", "rig")
    write(window, "derive.name", "Rig")
    write(window, "derive.old", PHRASE)
    click(window, "derive.go")
    assert "derivation path" in error_below(window, "derive.path")
    retype(window, "derive.path", "//rig/0")
    click(window, "derive.go")
    assert window.account() == Account(BOB, "Rig", KeyPlace.KEYRING, False, ALICE, "//rig/0")
    assert "Me //rig/0" in words(window)


def test_an_export_is_shown_copied_for_a_while_and_saved(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    choose(window, "wallet.more.0", "export")
    for name, text in (("old", PHRASE), ("passphrase", FRESH), ("repeat", FRESH)):
        write(window, f"export.{name}", text)
    click(window, "export.go")
    shown = find(window, "export.text")
    assert isinstance(shown, QPlainTextEdit)
    text = shown.toPlainText()
    assert text == '{"encoded":"of d43593 under 19 letters"}'
    assert not is_visible(window, "export.old")
    click(window, "export.copy")
    assert QGuiApplication.clipboard().text() == text
    button = find(window, "export.copy")
    assert isinstance(button, QPushButton)
    assert button.text() == f"Cleared in {CLEAR_SECONDS} s"
    sheet = window.sheets.sheet
    assert isinstance(sheet, ExportSheet)
    sheet.save_to(tmp_path / "alice.json")
    assert (tmp_path / "alice.json").read_text() == text
    assert (tmp_path / "alice.json").stat().st_mode & 0o777 == 0o600
    for _ in range(CLEAR_SECONDS):
        secret_clipboard().tick()
    assert QGuiApplication.clipboard().text() == ""


def test_an_account_is_watched_without_its_key(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    click(window, "wallet.watch")
    write(window, "watch.address", "hello")
    click(window, "watch.go")
    assert "not an address" in error_below(window, "watch.address")
    retype(window, "watch.address", BOB_TEXT)
    write(window, "watch.name", "Cold")
    click(window, "watch.go")
    assert window.account() == Account(BOB, "Cold", KeyPlace.WATCH_ONLY)
    assert "watch-only" in words(window)
    assert not is_visible(window, "wallet.unlock.1")
    click(window, "wallet.more.1")
    menu = window.findChild(WalletPage)._accounts._menu
    assert [action.objectName() for action in menu.actions() if action.text()] == [
        "wallet.menu.rename",
        "wallet.menu.remove",
    ]
    menu.close()


def test_a_keystore_of_another_wallet_is_restored_from_its_file(open_window: Open, tmp_path: Path) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    click(window, "wallet.restore")
    click(window, "restore.way.file")
    sheet = window.sheets.sheet
    assert isinstance(sheet, RestoreAccountSheet)
    (tmp_path / "bad.json").write_text("[]")
    sheet.read_file(tmp_path / "bad.json")
    assert "not the keystore file" in error_below(window, "restore.json")
    (tmp_path / "other.json").write_text(OTHERS)
    sheet.read_file(tmp_path / "other.json")
    assert find(window, "restore.name").text() == "testName-3"
    for name, text in (("old", "wrong"), ("passphrase", FRESH), ("repeat", FRESH)):
        write(window, f"restore.{name}", text)
    click(window, "restore.go")
    assert "Wrong passphrase" in error_below(window, "restore.old")
    retype(window, "restore.old", PHRASE)
    click(window, "restore.go")
    assert made.wallet.made_with[-1] == ("testName-3", OTHERS, FRESH, KeyPlace.KEYRING)
    assert not made.wallet.kept[BOB][0].backed_up


def test_twenty_four_words_can_be_asked_for(open_window: Open) -> None:
    made = fakes()
    window = open_window(made)
    window.open_create_account()
    write(window, "create.name", "Me")
    click(window, "create.count.24")
    write(window, "create.passphrase", PHRASE)
    write(window, "create.repeat", PHRASE)
    click(window, "create.next")
    assert len([each for number in range(1, 25) for each in visible(window, f"create.shown.{number}")]) == 24
    assert "Write these 24 words" in words(window.sheets)


def test_the_key_of_a_machine_is_moved_and_carried_away(open_window: Open, tmp_path: Path) -> None:
    made = rich()
    machine = MachineId("3f9a" + "0" * 56 + "c41d")
    made.wallet.machine_places[machine] = KeyPlace.KEYRING
    window = on_wallet(open_window, made)
    click(window, "wallet.move_machine.0")
    write(window, "movemachine.old", PHRASE)
    click(window, "movemachine.go")
    assert made.wallet.machine_places == {machine: KeyPlace.FILE}
    click(window, "wallet.node_dat.0")
    assert not is_visible(window, "nodedat.text")
    write(window, "nodedat.old", "wrong")
    click(window, "nodedat.go")
    assert "Wrong passphrase" in error_below(window, "nodedat.old")
    retype(window, "nodedat.old", PHRASE)
    click(window, "nodedat.go")
    assert not is_visible(window, "nodedat.old")
    sheet = window.sheets.sheet
    assert isinstance(sheet, NodeDatSheet)
    sheet.save_to(tmp_path / "node.dat")
    assert (tmp_path / "node.dat").read_text() == f"node_id={machine}\nnode_private_key={'11' * 32}\n"
    assert (tmp_path / "node.dat").stat().st_mode & 0o777 == 0o600


def test_nothing_is_cut_off_in_the_smallest_window(open_window: Open, qtbot: QtBot) -> None:
    made = rich()
    made.wallet.add(Account(BOB, "rig controller of the north", KeyPlace.FILE, True, ALICE, "//rig/0"))
    made.wallet.open.add(BOB)
    window = on_wallet(open_window, made)
    page = window.findChild(WalletPage)
    assert is_visible(window, "wallet.lock.1")
    assert "Role" in words(page)
    window.resize(900, 600)
    qtbot.waitUntil(lambda: page.width() == 848)  # the rail has collapsed too
    assert page._content.minimumSizeHint().width() <= 798
    assert "Role" not in words(page)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: "Role" in words(page))


# sending, messages, the address book


def test_the_address_book_fills_the_field(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    write(window, "wallet.to", BOB_TEXT)
    click(window, "wallet.book")
    assert find(window, "book.address").text() == BOB_TEXT
    click(window, "book.go")
    assert "name" in error_below(window, "book.name")
    write(window, "book.name", "The exchange")
    click(window, "book.go")
    assert made.wallet.contacts() == (Contact(BOB, "The exchange"),)
    write(window, "book.address", "")
    click(window, "book.choose.0")
    assert find(window, "wallet.to").text() == BOB_TEXT
    click(window, "wallet.book")
    click(window, "book.forget.0")
    assert made.wallet.contacts() == ()
    assert "No address is kept yet" in words(window.sheets)


def test_a_chosen_name_is_sent_to_its_address(open_window: Open) -> None:
    made = rich()
    made.wallet.keep_contact(Contact(BOB, "The exchange"))
    made.wallet.open.add(ALICE)
    window = on_wallet(open_window, made)
    completer = find(window, "wallet.to").completer()
    completer.setCompletionPrefix("exch")
    assert completer.currentCompletion() == f"The exchange · {BOB_TEXT}"
    write(window, "wallet.to", completer.currentCompletion())
    write(window, "wallet.amount", "1.5")
    click(window, "wallet.send")
    click(window, "sheet.sign")
    assert made.transactions.sent[0].args == (BOB.raw, 1_500_000_000_000_000)


def test_a_message_is_signed_and_checked(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    click(window, "wallet.message")
    find(window, "message.text").setPlainText("I am Alice.")
    write(window, "message.passphrase", "wrong")
    click(window, "message.go")
    assert "Wrong passphrase" in error_below(window, "message.passphrase")
    retype(window, "message.passphrase", PHRASE)
    click(window, "message.go")
    assert "Signed" in find(window, "message.verdict").text()
    signature = find(window, "message.signature").text()
    assert len(signature) == 130
    click(window, "message.copy")
    assert QGuiApplication.clipboard().text() == signature
    click(window, "message.face.check")
    click(window, "message.go")
    assert "genuine" in find(window, "message.verdict").text()
    find(window, "message.text").setPlainText("I am Bob.")
    click(window, "message.go")
    assert "Not genuine" in find(window, "message.verdict").text()
    retype(window, "message.signature", "0x1234")
    click(window, "message.go")
    assert "128 hex digits" in error_below(window, "message.signature")


def test_a_signature_of_another_wallet_and_network_is_checked(open_window: Open) -> None:
    window = on_wallet(open_window, rich())
    click(window, "wallet.message")
    click(window, "message.face.check")
    write(window, "message.address", "J9nD3s7zssCX7bion1xctAF6xcVexcpy2uwy4jTm9JL8yuK")
    find(window, "message.text").setPlainText("hello world")
    signature = (
        "0x84b6afb1c8e54bbcb3f4872baf172580e21310e9387a53742627d6652d121447"
        "fa406b82805ed3184fb7bd519175cc9f99f283f97954d95cf966ee164df85489"
    )
    write(window, "message.signature", signature)
    click(window, "message.go")
    assert "genuine: this account" in find(window, "message.verdict").text()


# history


def test_the_history_is_read_filtered_and_read_on(open_window: Open, tmp_path: Path) -> None:
    made = rich()
    made.chain.movements = moved(450)
    window = on_wallet(open_window, made)
    page = window.findChild(WalletPage)
    model = page._history.model
    assert model.rowCount() == 200
    assert "200+" in words(window)
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert model.rowCount() == 400
    click(window, "wallet.history.fee")
    assert model.rowCount() == 150
    assert {model.row_at(at).what for at in range(150)} == {"fee"}
    page.save_csv(tmp_path / "history.csv")
    lines = (tmp_path / "history.csv").read_text().splitlines()
    assert (len(lines), lines[0][:24]) == (151, "height,time_utc,kind,flo")
    assert ",fee,out," in lines[1]


def test_new_movements_come_above_what_was_read_on(open_window: Open) -> None:
    made = rich()
    made.chain.movements = moved(450)
    window = on_wallet(open_window, made)
    page = window.findChild(WalletPage)
    page._history.model.fetchMore(QModelIndex())
    newest = MoneyRow(1_396_900, 0, 0, HistoryKind.SLASH, Flow.TAKEN, dbc("7"), None, "", ("OnlineProfile", "Slash"))
    made.chain.movements = (newest, *made.chain.movements)
    page.on_shown()
    assert page._history.model.rowCount() == 400  # nothing of the balance has moved: it is not read again
    state = made.chain.states[ALICE]
    made.chain.states[ALICE] = type(state)(ALICE, state.free - dbc("7"), state.reserved, state.nonce)
    page.on_shown()
    assert page._history.model.rowCount() == 401
    assert page._history.model.row_at(0).what == "slashed from the stake"


def test_the_states_of_the_history(open_window: Open) -> None:
    made = rich()
    window = on_wallet(open_window, made)
    page = window.findChild(WalletPage)
    assert "Nothing moved yet" in find(window, "wallet.history.message").text()
    assert not find(window, "wallet.history.csv").isEnabled()
    made.chain.known_from = 1_390_000
    made.chain.movements = moved(3)
    click(window, "wallet.history.all")
    assert "seen by this program since block 1,390,000" in words(window)
    made.chain.error = ChainUnreachable()
    page._reading._forget()
    click(window, "wallet.history.all")
    assert "No answer from the chain" in find(window, "wallet.history.message").text()


def test_the_model_of_the_history_keeps_its_promises(qtbot: QtBot) -> None:
    def line(number: int) -> HistoryLine:
        return HistoryLine((number, None, 0), "when", "", str(number), "sent", "-1.00", "", "", "", "", "", "")

    model = HistoryModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in ((), (line(1), line(2)), (line(1), line(2), line(3)), (line(9), line(1)), ()):
        model.show_lines(rows, has_older=True)
        assert model.rowCount() == len(rows)
    assert tester is not None


# what locks


def test_keys_lock_when_their_time_is_over(open_window: Open) -> None:
    made = rich()
    made.wallet.open.add(ALICE)
    window = on_wallet(open_window, made)
    assert is_visible(window, "wallet.lock.0")
    made.wallet.timed_out = True
    window._on_tick()
    assert is_visible(window, "wallet.unlock.0")


def test_locking_empties_the_clipboard(open_window: Open) -> None:
    made = rich()
    made.wallet.open.add(ALICE)
    window = on_wallet(open_window, made)
    secret_clipboard().copy("a secret")
    window.lock()
    assert (QGuiApplication.clipboard().text(), made.wallet.open) == ("", set())
    secret_clipboard().copy("a secret")
    QGuiApplication.clipboard().setText("something else")
    window.lock()
    assert QGuiApplication.clipboard().text() == "something else"


@pytest.mark.parametrize(
    ("platform", "kind", "value"),
    [
        ("linux", "x-kde-passwordManagerHint", b"secret"),
        ("darwin", "application/x-nspasteboard-concealed-type", b"1"),
        ("win32", 'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"', b"1"),
        ("win32", 'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"', b"\0\0\0\0"),
    ],
)
def test_clipboard_managers_are_told_not_to_keep_it(platform: str, kind: str, value: bytes) -> None:
    data = secret_data("s3cret", platform)
    assert data.text() == "s3cret"
    assert data.data(kind).data() == value


def test_the_session_of_the_computer_locks_the_keys(open_window: Open, qtbot: QtBot) -> None:
    """A real bus; what a screen saver says on it is said by dbus-send."""
    if shutil.which("dbus-send") is None:
        pytest.skip("gnome-keyring is not installed")
    made = rich()
    made.wallet.open.add(ALICE)
    with short_folder() as folder, private_bus(folder) as address, environment(DBUS_SESSION_BUS_ADDRESS=address):
        from PySide6.QtDBus import QDBusConnection

        name = "dbc-test-session"
        bus = QDBusConnection.connectToBus(address, name)
        assert bus.isConnected()
        window = on_wallet(open_window, made)
        assert window._guard.session.listen_on(bus)
        said = ["dbus-send", f"--bus={address}", "--type=signal", "/org/freedesktop/ScreenSaver"]
        subprocess.run([*said, "org.freedesktop.ScreenSaver.ActiveChanged", "boolean:false"], check=True)
        subprocess.run([*said, "org.freedesktop.ScreenSaver.Other", "boolean:true"], check=True)
        QCoreApplication.processEvents()
        assert made.wallet.open == {ALICE}
        subprocess.run([*said, "org.freedesktop.ScreenSaver.ActiveChanged", "boolean:true"], check=True)
        qtbot.waitUntil(lambda: made.wallet.open == set(), timeout=5_000)
        QDBusConnection.disconnectFromBus(name)


def test_logind_says_lock_and_sleep(qtbot: QtBot) -> None:
    session, heard = SessionLock(QCoreApplication.instance()), []
    session.locked.connect(lambda: heard.append(1))
    session._sleeping(False)
    session._active(False)
    assert heard == []
    session._sleeping(True)
    session._lock()
    assert heard == [1, 1]
    session.deleteLater()


def test_a_session_that_locks_is_ignored_where_the_person_wants_so(open_window: Open) -> None:
    made = rich(lock_with_session=False)
    made.wallet.open.add(ALICE)
    window = on_wallet(open_window, made)
    window._guard.session.locked.emit()
    assert made.wallet.open == {ALICE}


def test_settings_of_keys_are_kept(open_window: Open) -> None:
    made = rich()
    made.wallet.open.add(ALICE)
    window = open_window(made)
    click(window, "rail.settings")
    retype(window, "settings.askabove", "nonsense")
    leave(window, "settings.askabove")
    assert "not an amount" in error_below(window, "settings.askabove")
    retype(window, "settings.askabove", "25.5")
    leave(window, "settings.askabove")
    assert made.settings.settings.ask_above == dbc("25.5").units
    box = find(window, "settings.locksession")
    assert isinstance(box, QCheckBox)
    box.click()
    assert not made.settings.settings.lock_with_session
    assert made.wallet.open == {ALICE}
    click(window, "settings.readonly")
    assert made.settings.settings.read_only
    assert made.wallet.open == set()
    assert isinstance(find(window, "settings.theme"), QComboBox)

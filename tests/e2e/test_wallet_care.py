"""The care of an account in the real window, with the real wallet, chain and history behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QPlainTextEdit

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import WrongPassword
from dbc_desktop.ui.dialogs.export_account import ExportSheet
from dbc_desktop.ui.dialogs.restore_account import RestoreAccountSheet
from dbc_desktop.ui.pages.wallet import WalletPage
from tests.e2e.opened import NO_BUS, PASSPHRASE, opened

FRESH = "another ten letters"
BOB_TEXT = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.mark.timeout(300)
def test_an_account_is_derived_exported_removed_and_brought_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)
    with opened(tmp_path / "home") as person:
        hand, wallet = person.hand, person.core.wallet
        person.start()
        main = person.restore_account()
        person.play_money(main)
        hand.pick_action("wallet.more.0", "wallet.menu.derive")
        hand.type("derive.path", "//rig/0")
        hand.type("derive.name", "Rig")
        hand.type("derive.old", PASSPHRASE)
        hand.click("derive.go")
        hand.wait(lambda: len(person.ask(wallet.accounts)) == 2, "the child")
        child = next(each for each in person.ask(wallet.accounts) if each.address != main)
        assert (child.name, child.path, child.parent, child.place) == ("Rig", "//rig/0", main, KeyPlace.FILE)
        person.sees("operator //rig/0")

        hand.pick_action("wallet.more.1", "wallet.menu.export")
        hand.type("export.old", PASSPHRASE)
        hand.type("export.passphrase", FRESH)
        hand.type("export.repeat", FRESH)
        hand.click("export.go")
        shown, sheet = hand.find("export.text"), person.window.sheets.sheet
        assert isinstance(shown, QPlainTextEdit)
        assert isinstance(sheet, ExportSheet)
        text = shown.toPlainText()
        sheet.save_to(tmp_path / "rig.json")
        hand.wait(lambda: person.window.sheets.sheet is None, "the file to be written")
        assert (tmp_path / "rig.json").read_text() == text

        hand.pick_action("wallet.more.1", "wallet.menu.remove")
        hand.type("remove.name", "Rig")
        hand.click("remove.go")
        hand.wait(lambda: len(person.ask(wallet.accounts)) == 1, "the child to go")

        hand.click("wallet.restore")
        hand.click("restore.way.file")
        restore = person.window.sheets.sheet
        assert isinstance(restore, RestoreAccountSheet)
        restore.read_file(tmp_path / "rig.json")
        hand.wait(lambda: person.text("restore.name") == "Rig", "the name inside the file")
        hand.type("restore.old", FRESH)
        hand.click("restore.place.file")
        hand.type("restore.passphrase", PASSPHRASE)
        hand.type("restore.repeat", PASSPHRASE)
        hand.click("restore.go")
        hand.wait(lambda: len(person.ask(wallet.accounts)) == 2, "the child to come back")
        back = next(each for each in person.ask(wallet.accounts) if each.address != main)
        assert (back.address, back.backed_up) == (child.address, False)
        person.ask(lambda: wallet.unlock(back.address, PASSPHRASE))
        with pytest.raises(WrongPassword):
            person.ask(lambda: wallet.unlock(back.address, FRESH))


@pytest.mark.timeout(300)
def test_what_was_sent_stands_in_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)
    with opened(tmp_path / "home") as person:
        hand = person.hand
        person.start()
        main = person.restore_account()
        person.play_money(main)
        hand.click("wallet.book")
        hand.type("book.address", BOB_TEXT)
        hand.type("book.name", "Bob")
        hand.click("book.go")
        hand.click("book.choose.0")
        hand.type("wallet.amount", "12.5")
        hand.click("wallet.send")
        person.sign()
        page = person.window.findChild(WalletPage)
        model = page._history.model
        hand.wait(lambda: model.rowCount() == 3, "three movements")
        rows = [(model.row_at(at).what, model.row_at(at).amount, model.row_at(at).other) for at in range(3)]
        assert ("sent", "−12.50", "Bob") in rows
        assert rows[2][:2] == ("received", "+1,000,000.00")
        assert {what for what, _, _ in rows} == {"sent", "fee", "received"}
        hand.click("wallet.history.fee")
        hand.wait(lambda: model.rowCount() == 1, "the fee alone")
        assert not model.canFetchMore(QModelIndex())
        state = person.ask(lambda: person.core.backend.account(main))
        spent = Balance.parse("1000000") - state.free
        assert model.row_at(0).amount_full == f"−{(spent - Balance.parse('12.5')).text()} DBC"

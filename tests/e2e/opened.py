"""The real program, opened in a folder of its own, with a hand on it and eyes for what stands in its window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from dbc_desktop.bootstrap import open_window
from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.lanes.runner import LANES
from dbc_desktop.ui.tour.hand import Hand

T = TypeVar("T")
PASSPHRASE = "correct horse battery"
WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
NO_BUS = "unix:path=/nonexistent/dbc-desktop-bus"


class Opened:
    """The opened program. Only `hand` acts; the rest looks, or plays somebody else on the same chain."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.program = open_window(home)
        self.core = self.program.program
        self.window = self.program.window
        self.hand = Hand(self.window)
        self.window.show()

    # eyes

    def shown(self) -> str:
        """Every text that is visible in the window."""
        labels = [each.text() for each in self.window.findChildren(QLabel) if each.isVisible() and each.text()]
        return "\n".join(labels)

    def sees(self, sentence: str, seconds: float = 10) -> None:
        """Wait until a text with `sentence` in it is visible."""
        self.hand.wait(lambda: sentence in self.shown(), f"“{sentence}” among:\n{self.shown()}\n", seconds)

    def text(self, name: str) -> str:
        """What a label shows or a field holds."""
        widget = self.hand.seen(name)
        return widget.text() if isinstance(widget, QLabel | QLineEdit) else ""

    def ask(self, question: Callable[[], T]) -> T:
        """Ask the chain or the wallet away from the GUI thread, as everything here must."""
        found: list[T] = []
        failed: list[Exception] = []
        self.core.runner.query("io", question, done=found.append, failed=failed.append)
        self.hand.wait(lambda: bool(found or failed), "an answer")
        if failed:
            raise failed[0]
        return found[0]

    # habits of the hand

    def start(self) -> None:
        """Wait for the first block, and let blocks come with transactions only."""
        self.hand.wait(lambda: "," in self.text("topbar.block"), "the first block in the top bar", 30)
        self.hand.pick_action("topbar.clock", "topbar.clock.instant")
        self.hand.wait(lambda: self.ask(self.core.backend.clock_mode) is ClockMode.INSTANT, "the clock to change")

    def restore_account(self, words: str = WORDS, name: str = "operator") -> Address:
        """By the sheet that restores; the key rests in an encrypted file."""
        before = len(self.ask(self.core.wallet.accounts))
        self.hand.click("rail.wallet")
        self.hand.click("wallet.restore")
        self.fill_restore(words, name)
        self.hand.click("restore.go")
        self.hand.wait(lambda: self.hand.seen("restore.go") is None, "the account to be restored")
        return self.ask(self.core.wallet.accounts)[before].address

    def fill_restore(self, words: str, name: str = "operator") -> None:
        """Fill the sheet that restores an account."""
        self.hand.type("restore.words", words)
        self.hand.type("restore.name", name)
        self.hand.click("restore.place.file")
        self.hand.type("restore.passphrase", PASSPHRASE)
        self.hand.type("restore.repeat", PASSPHRASE)

    def sign(self, passphrase: str = PASSPHRASE) -> None:
        """Sign in the spending sheet and wait until it has gone."""
        self.hand.find("sheet.sign")
        if self.hand.seen("sheet.passphrase") is not None:
            self.hand.type("sheet.passphrase", passphrase)
        self.hand.click("sheet.sign")
        self.hand.wait(lambda: self.hand.seen("sheet.sign") is None, "the call to be in a block", 30)

    def sign_is_possible(self) -> bool:
        """Whether the spending sheet is open and lets the person sign."""
        button = self.hand.seen("sheet.sign")
        return button is not None and button.isEnabled()

    def put_away(self) -> None:
        """Close a sheet that is open, with Escape."""
        sheet = self.window.sheets.sheet
        if sheet is not None:
            QTest.keyClick(sheet, Qt.Key.Key_Escape)
            self.hand.wait(lambda: self.window.sheets.sheet is None, "the sheet to go")

    # somebody else

    def play_money(self, address: Address) -> None:
        """The bank's transfer, and the block that holds it."""
        self.ask(lambda: self.core.backend.play_money(address))
        self.hand.wait(lambda: self.ask(lambda: self.core.backend.account(address)).free != ZERO, "play money to come")

    def send_as(self, pair: KeyPair, call: Call) -> None:
        """A transaction that another person signs elsewhere and sends to the same chain."""
        backend, signer = self.core.backend, Address(pair.public)

        def send() -> bytes:
            draft = codec.draft(call, signer.raw, backend.signing_context(signer), ZERO)
            return backend.submit(codec.assemble(draft, pair.sign(codec.signed_bytes(draft.payload))))

        tx_hash = self.ask(send)

        def is_included() -> bool:
            receipt = self.ask(lambda: backend.receipt(tx_hash))
            return receipt is not None and receipt.succeeded

        self.hand.wait(is_included, "the other person's transaction to be in a block")

    def close(self) -> None:
        """As the person does, by the window."""
        self.window.close()
        self.program.close()


@contextmanager
def opened(home: Path) -> Iterator[Opened]:
    """The program in `home`; closed at the end, whatever happened."""
    person = Opened(home)
    try:
        yield person
    finally:
        person.close()


def warm_lanes(person: Opened) -> None:
    """Have every lane start its threads now, so that a test of a shared program leaves none behind that are new."""
    for lane, width in LANES.items():
        for _ in range(width):
            person.core.runner.query(lane, lambda: time.sleep(0.1), done=lambda _: None)
    person.hand.rest(400)


def processes_below(pid: int) -> list[psutil.Process]:
    """The children of a process, and theirs."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []

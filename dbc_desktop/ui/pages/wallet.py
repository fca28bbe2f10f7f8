"""Wallet: accounts and their care, receive, send, history, and the transactions of this computer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QWidget

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Account, Address, Contact
from dbc_desktop.domain.call import Receipt
from dbc_desktop.domain.errors import DbcError, InsufficientFunds, InvalidInput
from dbc_desktop.domain.network import Head
from dbc_desktop.screens.history import height_time
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import (
    AccountFacts,
    AccountRow,
    MachineKeyLine,
    TransactionRow,
    WalletScreen,
    machine_key_lines,
    recipients,
    transfer_call,
    wallet_screen,
)
from dbc_desktop.services.history import history_csv
from dbc_desktop.storage.files import write_whole
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.wallet_accounts import AccountsCard, clear, put
from dbc_desktop.ui.pages.wallet_history import HistoryCard
from dbc_desktop.ui.pages.wallet_machines import MachineKeysCard
from dbc_desktop.ui.pages.wallet_money import ReceiveCard, SendCard
from dbc_desktop.ui.pages.wallet_reading import HistoryReading
from dbc_desktop.ui.pages.wallet_sheets import account_sheet
from dbc_desktop.ui.widgets import Badge, Button, Card, ElidedLabel, Hairline, IdLabel, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

RECENT = 12
ALL_COLUMNS = 1_080
"""Pixels of the page in which every column of the accounts has room."""

CSV_SECONDS = 300


@dataclass(frozen=True, slots=True)
class _Read:
    """What the page reads at once."""

    facts: tuple[AccountFacts, ...]
    receipts: tuple[Receipt, ...]
    head: Head
    contacts: tuple[Contact, ...]
    machine_keys: tuple[MachineKeyLine, ...]


class WalletPage(Page):
    """Reads accounts and receipts when shown and when a block has come, the history when the balance changed."""

    key: ClassVar[str] = "wallet"
    icon_name: ClassVar[str] = "wallet"
    skeleton = ((150, 1), (210, 2), (200, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._facts: tuple[AccountFacts, ...] = ()
        self._contacts: tuple[Contact, ...] = ()
        self._screen: WalletScreen | None = None
        self._is_reading = self._is_asked_again = False
        self.add_action_button(tr("Sign a message…"), name="wallet.message", act=self._open_message)
        self.add_action_button(tr("Watch an account…"), name="wallet.watch", act=self._open_watch)
        self.add_action_button(
            tr("Restore an account…"), name="wallet.restore", act=window_services.open_restore_account
        )
        self.add_action_button(tr("Make an account"), name="wallet.create", act=window_services.open_create_account)
        self._reminder = self._build_reminder()
        self._accounts = AccountsCard()
        self._accounts.asked.connect(self._do)
        self._receive, self._send = ReceiveCard(), SendCard()
        self._send.send_asked.connect(self._spend)
        self._send.book_asked.connect(self._open_book)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._receive, 1)
        row.addWidget(self._send, 1)
        self._machines = MachineKeysCard()
        self._machines.asked.connect(self._do_machine)
        self._history = HistoryCard()
        self._history.csv_asked.connect(self._ask_csv)
        self._reading = HistoryReading(program, self._history, self._names)
        self._recent = Card(tr("Transactions of this computer"))
        self._recent_table = QGridLayout()
        self._recent_table.setHorizontalSpacing(16)
        self._recent_table.setVerticalSpacing(0)
        self._recent.body.addLayout(self._recent_table)
        self.body.addWidget(self._reminder)
        self.body.addWidget(self._accounts)
        self.body.addLayout(row)
        self.body.addWidget(self._history)
        self.body.addWidget(self._machines)
        self.body.addWidget(self._recent)
        self.body.addStretch(1)
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Wallet")

    def _build_reminder(self) -> Card:
        card = Card()
        card.set_edge("warn")
        line = QHBoxLayout()
        line.setSpacing(12)
        self._reminder_text = Label("", wrap=True)
        self._reminder_text.setObjectName("wallet.reminder")
        line.addWidget(self._reminder_text, 1)
        prove = Button(tr("Prove the words…"), name="wallet.reminder.prove", act=self._prove)
        line.addWidget(prove, 0, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(line)
        card.hide()
        return card

    # reading

    def on_shown(self) -> None:
        """Read everything."""
        if self._screen is None:
            self.show_loading()
        self._read()

    def on_head(self, change: HeadChange) -> None:
        """Balances may have changed."""
        self._read()

    def on_account(self) -> None:
        """Another account, another address to receive at."""
        self._read()

    def _read(self) -> None:
        if self._is_reading:
            self._is_asked_again = True
            return
        self._is_reading = True
        program, accounts = self.program, self.window_services.accounts()
        backend, wallet = program.backend, program.wallet

        def read() -> _Read:
            facts = tuple(
                AccountFacts(
                    account,
                    backend.account(account.address),
                    backend.controller_of(account.address),
                    backend.stash_of(account.address),
                    wallet.is_unlocked(account.address),
                )
                for account in accounts
            )
            keys, receipts = machine_key_lines(wallet.machine_key_places()), program.transactions.recent(RECENT)
            return _Read(facts, receipts, backend.head(), wallet.contacts(), keys)

        program.runner.query("chain-read", read, owner=self, done=self._show, failed=self._failed)

    def _show(self, found: _Read) -> None:
        self._is_reading = False
        facts, head = found.facts, found.head
        self._facts, self._contacts = facts, found.contacts
        self._machines.show_lines(found.machine_keys)
        account = self.window_services.account()
        if not facts:
            self._screen = None
            self.show_empty(
                tr("No account yet"),
                tr("An account holds your DBC and signs for your machines. Making one takes a minute."),
                tr("Make an account"),
                self.window_services.open_create_account,
                name="wallet.empty.create",
            )
        else:
            screen = wallet_screen(facts, None if account is None else account.address, found.receipts, head)
            if screen != self._screen:
                self._fill(screen)
            self._send.show_names(recipients([each.account for each in facts], found.contacts))
            state = next((each.state for each in facts if account is not None and each.account == account), None)
            self._reading.look(None if account is None else account.address, state, head)
            self.show_content()
        if self._is_asked_again:
            self._is_asked_again = False
            self._read()

    def _failed(self, error: DbcError) -> None:
        self._is_reading = self._is_asked_again = False
        notice = notice_for(error)
        if self._screen is None:
            self.show_failed(notice)
        else:
            self.show_offline(notice)

    def _names(self) -> dict[Address, str]:
        """Names the person gave, own accounts before contacts."""
        names = {each.address: each.name for each in self._contacts}
        return names | {each.account.address: each.account.name for each in self._facts}

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave columns out where there is no room for all."""
        super().resizeEvent(event)
        self._accounts.set_narrow(self.width() < ALL_COLUMNS)

    # showing

    def _fill(self, screen: WalletScreen) -> None:
        before, self._screen = self._screen, screen
        if before is None or before.rows != screen.rows:
            self._accounts.show_rows(screen.rows)
        if before is None or before.transactions != screen.transactions:
            self._fill_recent(screen)
        self._reminder_text.setText(screen.reminder)
        self._reminder.setVisible(bool(screen.reminder))
        self._receive.show_screen(screen)
        self._send.show_screen(screen)

    def _fill_recent(self, screen: WalletScreen) -> None:
        clear(self._recent_table)
        if not screen.transactions:
            self._recent_table.addWidget(Label(tr("Nothing was sent from here yet."), "muted"), 0, 0)
            return
        heads = (tr("What"), tr("Block"), tr("When"), tr("Fee"), tr("Outcome"), tr("Transaction"))
        for column, text in enumerate(heads):
            put(self._recent_table, 0, column, Label(text, "label"), right=column in (1, 3))
        for number, row in enumerate(screen.transactions):
            line = 2 * number + 1
            self._recent_table.addWidget(Hairline(), line, 0, 1, len(heads))
            for column, cell in enumerate(_transaction_cells(row)):
                put(self._recent_table, line + 1, column, cell, right=column in (1, 3))
        self._recent_table.setHorizontalSpacing(32)
        self._recent_table.setColumnStretch(0, 1)

    # acting

    def _do(self, key: str, row: AccountRow) -> None:
        services = self.window_services
        if key == "act":
            services.choose_account(row.address)
        elif key == "unlock":
            account = next((each for each in services.accounts() if each.address == row.address), None)
            if account is not None:
                services.unlock(account, self._read)
        elif key == "lock":
            wallet = self.program.wallet
            self.program.runner.command(
                "secrets", wallet.lock, owner=self, done=lambda _: self._read(), failed=self._say
            )
        else:
            services.open_sheet(account_sheet(key, self.program, row, services.reload_accounts, self._made))

    def _do_machine(self, key: str, line: MachineKeyLine) -> None:
        from dbc_desktop.ui.dialogs.machine_key_sheets import MoveMachineKeySheet, NodeDatSheet

        is_file = key == "node_dat"
        sheet = NodeDatSheet(self.program, line) if is_file else MoveMachineKeySheet(self.program, line, self._read)
        self.window_services.open_sheet(sheet)

    def _made(self, account: Account) -> None:
        self.window_services.choose_account(account.address)
        self.window_services.reload_accounts()

    def _prove(self) -> None:
        if self._screen is not None and self._screen.reminded is not None:
            self._do("prove", self._screen.reminded)

    def _open_message(self) -> None:
        from dbc_desktop.ui.dialogs.sign_message import SignMessageSheet

        self.window_services.open_sheet(SignMessageSheet(self.program, self.window_services))

    def _open_watch(self) -> None:
        from dbc_desktop.ui.dialogs.account_sheets import WatchSheet

        self.window_services.open_sheet(WatchSheet(self.program, self._made))

    def _open_book(self, address: str) -> None:
        from dbc_desktop.ui.dialogs.address_book import AddressBookSheet

        sheet = AddressBookSheet(self.program, self._send.to.set_text, self._read, address)
        self.window_services.open_sheet(sheet)

    def _spend(self, to: str, amount: str) -> None:
        account = self.window_services.account()
        if account is None:
            return
        state = next((each.state for each in self._facts if each.account.address == account.address), None)
        try:
            call = transfer_call(to, amount, state)
        except (InvalidInput, InsufficientFunds) as error:
            self._send.show_problem(error)
            return
        self.spend.emit(call, account.address, self._sent)

    def _sent(self, receipt: Receipt) -> None:
        self._send.empty()
        self._read()

    def _ask_csv(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save as CSV"), "dbc-history.csv", "CSV (*.csv)")
        if name:
            self.save_csv(Path(name))

    def save_csv(self, path: Path) -> None:
        """Write the whole history, of the kinds that are shown, into a file."""
        account = self.window_services.account()
        if account is None:
            return
        backend, kinds, address = self.program.backend, self._reading.kinds, account.address
        head = self.window_services.head()

        def time_of(height: int) -> str:
            at = height_time(height, head) if head is not None else 0.0
            return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")

        self.program.runner.query(
            "chain-read",
            lambda: write_whole(path, history_csv(backend, address, time_of, kinds).encode()),
            owner=self,
            done=lambda _: None,
            failed=self._say,
            deadline_seconds=CSV_SECONDS,
        )

    def _say(self, error: DbcError) -> None:
        self.window_services.show_notice(notice_for(error))


def _transaction_cells(row: TransactionRow) -> tuple[QWidget, ...]:
    outcome = Badge(row.outcome, row.outcome_kind)
    outcome.setToolTip(row.detail)
    return ElidedLabel(row.what), Label(row.block), Label(row.age, "muted"), Label(row.fee), outcome, IdLabel(row.hash)

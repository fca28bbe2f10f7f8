"""Wallet: accounts, receive, send, and the transactions of this computer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Receipt
from dbc_desktop.domain.errors import DbcError, InsufficientFunds, InvalidInput
from dbc_desktop.domain.network import Head
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import Notice, notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.wallet import (
    AccountFacts,
    AccountRow,
    TransactionRow,
    WalletScreen,
    transfer_call,
    wallet_screen,
)
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.widgets import AddressLabel, Badge, Button, Card, ElidedLabel, Field, Hairline, IdLabel, Label
from dbc_desktop.ui.widgets.qr import QrCode

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

RECENT = 12
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WalletPage(Page):
    """Reads accounts and receipts when shown and when a block has come."""

    key: ClassVar[str] = "wallet"
    icon_name: ClassVar[str] = "wallet"
    skeleton = ((150, 1), (210, 2), (200, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._facts: tuple[AccountFacts, ...] = ()
        self._screen: WalletScreen | None = None
        self._is_reading = self._is_asked_again = False
        self.add_action_button(
            tr("Restore an account…"), name="wallet.restore", act=window_services.open_restore_account
        )
        self._create = self.add_action_button(
            tr("Make an account"), name="wallet.create", act=window_services.open_create_account
        )
        self._accounts = Card(tr("Accounts"))
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(16)
        self._table.setVerticalSpacing(0)
        self._accounts.body.addLayout(self._table)
        self.body.addWidget(self._accounts)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._build_receive(), 1)
        row.addWidget(self._build_send(), 1)
        self.body.addLayout(row)
        self._recent = Card(tr("Transactions of this computer"))
        self._recent_table = QGridLayout()
        self._recent_table.setHorizontalSpacing(16)
        self._recent_table.setVerticalSpacing(0)
        self._recent.body.addLayout(self._recent_table)
        self.body.addWidget(self._recent)
        self.body.addStretch(1)
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Wallet")

    def _build_receive(self) -> QWidget:
        card = Card(tr("Receive"))
        row = QHBoxLayout()
        row.setSpacing(16)
        self._qr = QrCode()
        row.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(8)
        self._receive_name = Label("", "medium")
        self._receive_address = Label("", "mono", wrap=True)
        self._receive_address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._receive_address.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._copy = Button(tr("Copy address"), name="wallet.copy", act=self._copy_address)
        words.addWidget(self._receive_name)
        words.addWidget(self._receive_address)
        words.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row.addLayout(words, 1)
        card.body.addLayout(row)
        return card

    def _build_send(self) -> QWidget:
        card = Card(tr("Send"))
        self._free = Label("", "muted")
        card.add_right(self._free)
        self._to = Field(tr("To address"), "wallet.to", placeholder="5…", mono=True)
        self._amount = Field(tr("Amount in DBC"), "wallet.amount", placeholder="0.00")
        self._amount.edit.returnPressed.connect(self._send)
        self._send_button = Button(tr("Send…"), "primary", name="wallet.send", act=self._send)
        card.body.addWidget(self._to)
        card.body.addWidget(self._amount)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self._send_button)
        card.body.addLayout(line)
        card.body.addStretch(1)
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

        def read() -> tuple[tuple[AccountFacts, ...], tuple[Receipt, ...], Head]:
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
            return facts, program.transactions.recent(RECENT), backend.head()

        program.runner.query("chain-read", read, owner=self, done=lambda found: self._show(*found), failed=self._failed)

    def _show(self, facts: tuple[AccountFacts, ...], receipts: tuple[Receipt, ...], head: Head) -> None:
        self._is_reading = False
        self._facts = facts
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
            screen = wallet_screen(facts, None if account is None else account.address, receipts, head)
            if screen != self._screen:
                self._fill(screen)
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

    # showing

    def _fill(self, screen: WalletScreen) -> None:
        before, self._screen = self._screen, screen
        if before is None or before.rows != screen.rows:
            self._fill_accounts(screen)
        if before is None or before.transactions != screen.transactions:
            self._fill_recent(screen)
        self._qr.set_text(screen.receive_text)
        self._receive_name.setText(screen.receive_name)
        half = (len(screen.receive_text) + 1) // 2
        self._receive_address.setText(f"{screen.receive_text[:half]}\n{screen.receive_text[half:]}")
        self._free.setText(screen.free_text)

    def _fill_accounts(self, screen: WalletScreen) -> None:
        _clear(self._table)
        heads = (tr("Name"), tr("Address"), tr("Role"), tr("Free"), tr("Reserved"), tr("Key in"), tr("State"), "")
        for column, text in enumerate(heads):
            _put(self._table, 0, column, Label(text, "label"), right=column in (3, 4))
        for number, row in enumerate(screen.rows):
            line = 2 * number + 1
            self._table.addWidget(Hairline(), line, 0, 1, len(heads))
            name = Label(row.name, "strong" if row.is_chosen else "")
            name.setToolTip(tr("The window acts for this account") if row.is_chosen else "")
            free, reserved = Label(row.free, "strong"), Label(row.reserved)
            free.setToolTip(row.free_full)
            reserved.setToolTip(row.reserved_full)
            cells = (
                name,
                AddressLabel(row.address_text),
                ElidedLabel(row.role, "muted"),
                free,
                reserved,
                ElidedLabel(row.place, "muted"),
                Badge(row.lock_text, row.lock_kind),
                self._row_buttons(number, row),
            )
            for column, cell in enumerate(cells):
                _put(self._table, line + 1, column, cell, right=column in (3, 4, 7))
        self._table.setColumnStretch(0, 1)
        self._table.setColumnStretch(7, 1)

    def _row_buttons(self, number: int, row: AccountRow) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addStretch(1)
        if not row.is_chosen:
            act = partial(self.window_services.choose_account, row.address)
            line.addWidget(Button(tr("Act as"), small=True, name=f"wallet.act.{number}", act=act))
        if row.can_unlock:
            act = partial(self._unlock, row.address)
            line.addWidget(Button(tr("Unlock"), small=True, name=f"wallet.unlock.{number}", act=act))
        if row.can_lock:
            line.addWidget(Button(tr("Lock"), small=True, name=f"wallet.lock.{number}", act=self._lock))
        remove = partial(self._remove, row)
        line.addWidget(Button(tr("Remove…"), "danger", small=True, name=f"wallet.remove.{number}", act=remove))
        return box

    def _fill_recent(self, screen: WalletScreen) -> None:
        _clear(self._recent_table)
        if not screen.transactions:
            self._recent_table.addWidget(Label(tr("Nothing was sent from here yet."), "muted"), 0, 0)
            return
        heads = (tr("What"), tr("Block"), tr("When"), tr("Fee"), tr("Outcome"), tr("Transaction"))
        for column, text in enumerate(heads):
            _put(self._recent_table, 0, column, Label(text, "label"), right=column in (1, 3))
        for number, row in enumerate(screen.transactions):
            line = 2 * number + 1
            self._recent_table.addWidget(Hairline(), line, 0, 1, len(heads))
            for column, cell in enumerate(_transaction_cells(row)):
                _put(self._recent_table, line + 1, column, cell, right=column in (1, 3))
        self._recent_table.setHorizontalSpacing(32)
        self._recent_table.setColumnStretch(0, 1)

    # acting

    def _copy_address(self) -> None:
        if self._screen is not None:
            QGuiApplication.clipboard().setText(self._screen.receive_text)

    def _lock(self) -> None:
        wallet = self.program.wallet
        self.program.runner.command("secrets", wallet.lock, owner=self, done=lambda _: self._read(), failed=self._say)

    def _unlock(self, address: Address) -> None:
        account = next((each for each in self.window_services.accounts() if each.address == address), None)
        if account is not None:
            self.window_services.unlock(account, self._read)

    def _remove(self, row: AccountRow) -> None:
        from dbc_desktop.ui.dialogs.remove_account import RemoveAccountSheet

        sheet = RemoveAccountSheet(self.program, row, self.window_services.reload_accounts)
        self.window_services.open_sheet(sheet)

    def _send(self) -> None:
        account = self.window_services.account()
        if account is None:
            return
        state = next((each.state for each in self._facts if each.account.address == account.address), None)
        for field in (self._to, self._amount):
            field.set_error("")
        try:
            call = transfer_call(self._to.text(), self._amount.text(), state)
        except InvalidInput as error:
            field = self._to if error.field == "address" else self._amount
            field.set_error(input_text(error))
            field.edit.setFocus()
            return
        except InsufficientFunds as error:
            self._amount.set_error(notice_for(error).body)
            return
        self.spend.emit(call, account.address, self._sent)

    def _sent(self, receipt: Receipt) -> None:
        self._to.set_text("")
        self._amount.set_text("")
        self._read()

    def _say(self, error: DbcError) -> None:
        notice: Notice = notice_for(error)
        self.window_services.show_notice(notice)


def _transaction_cells(row: TransactionRow) -> tuple[QWidget, ...]:
    outcome = Badge(row.outcome, row.outcome_kind)
    outcome.setToolTip(row.detail)
    return ElidedLabel(row.what), Label(row.block), Label(row.age, "muted"), Label(row.fee), outcome, IdLabel(row.hash)


def _put(table: QGridLayout, row: int, column: int, cell: QWidget, *, right: bool) -> None:
    table.setRowMinimumHeight(row, 32 if row else 28)
    alignment = _RIGHT if right else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    table.addWidget(cell, row, column, alignment)


def _clear(table: QGridLayout) -> None:
    while table.count():
        item = table.takeAt(0)
        if item is not None and (gone := item.widget()) is not None:
            gone.hide()
            gone.deleteLater()

"""The account the window acts for: which there are, which one is chosen, and what it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from dbc_desktop.domain.account import Account, AccountState, Address
    from dbc_desktop.domain.errors import DbcError
    from dbc_desktop.services.program import Program


class ActingAccount(QObject):
    """Reads accounts and balance on lanes; signals are emitted on the GUI thread.

    Attributes:
        changed: Other accounts, or another one chosen.
        balance_changed: The chosen one has more or less than before.
        failed: Emits the `DbcError` of what went wrong.
    """

    changed = Signal()
    balance_changed = Signal()
    failed = Signal(object)

    def __init__(self, program: Callable[[], Program], parent: QObject) -> None:
        super().__init__(parent)
        self._get_program = program
        self.accounts: tuple[Account, ...] = ()
        self.address: Address | None = None
        self.state: AccountState | None = None
        self._is_reading = False

    @property
    def account(self) -> Account | None:
        """The chosen account, None before there is one."""
        return next((each for each in self.accounts if each.address == self.address), None)

    def choose(self, address: Address) -> None:
        """Act for another account from now on."""
        self.address, self.state = address, None
        self._tell()

    def made(self, account: Account) -> None:
        """An account was made: act for it."""
        self.address, self.state = account.address, None
        self.reload()

    def reload(self) -> None:
        """Read the accounts again."""
        program = self._get_program()
        program.runner.query("secrets", program.wallet.accounts, owner=self, done=self._show, failed=self.failed.emit)

    def lock(self) -> None:
        """Lock every account."""
        program = self._get_program()
        program.runner.command(
            "secrets", program.wallet.lock, owner=self, done=lambda _: self._tell(), failed=self.failed.emit
        )

    def sweep(self) -> None:
        """Tell where a key's time is over; called once a second."""
        if self._get_program().wallet.sweep():
            self._tell()

    def read_balance(self) -> None:
        """Ask the chain what the chosen account has, one question at a time."""
        program, address = self._get_program(), self.address
        if address is None or self._is_reading:
            return
        self._is_reading = True
        program.runner.query(
            "chain-read",
            lambda: program.backend.account(address),
            owner=self,
            done=self._show_state,
            failed=self._state_failed,
        )

    def _show(self, accounts: tuple[Account, ...]) -> None:
        self.accounts = accounts
        if self.account is None:
            self.address = accounts[0].address if accounts else None
            self.state = None
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.read_balance()

    def _show_state(self, state: AccountState) -> None:
        self._is_reading = False
        if state.address == self.address:
            self.state = state
            self.balance_changed.emit()

    def _state_failed(self, error: DbcError) -> None:
        """The top bar says already that the chain does not answer; the next block asks again."""
        self._is_reading = False

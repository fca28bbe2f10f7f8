"""The one spending sheet: what, how much, fee, after this, sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Address, KeyPlace, Signer
from dbc_desktop.domain.call import Call, Receipt
from dbc_desktop.domain.errors import DbcError, ReadOnlyMode, UnknownAccount, WrongPassword
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import Notice, notice_for
from dbc_desktop.screens.spending import Line, SpendingScreen, estimate_reason, spending_screen, spent
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.page import WindowServices
from dbc_desktop.ui.widgets import (
    AddressLabel,
    Badge,
    Button,
    Field,
    KeyValue,
    Label,
    MixedLabel,
    Sheet,
    Skeleton,
    StateDot,
)

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program
    from dbc_desktop.services.transactions import Prepared
    from dbc_desktop.storage.settings import Settings

UNLOCK_SECONDS_PER_MINUTE = 60.0


class SpendingSheet(Sheet):
    """Prepares a call, shows what it does, asks for the passphrase where the key is locked, signs and sends.

    `on_done(receipt)` runs after the call is in a block and did what it says; the sheet has gone by then.
    """

    def __init__(
        self,
        program: Program,
        services: WindowServices,
        call: Call,
        signer: Address,
        on_done: Callable[[Receipt], None] | None,
        mode: ClockMode | None = None,
    ) -> None:
        super().__init__(tr("Preparing…"), str(call), subtitle_mono=True)
        self.setObjectName("sheet")
        self._program, self._services = program, services
        self._call, self._signer, self._on_done, self._mode = call, signer, on_done, mode
        self._prepared: Prepared | None = None
        self._screen: SpendingScreen | None = None
        self._is_unlocked: bool | None = None
        self._ask_above = 0
        self._is_busy = False
        self._refusal: Notice | None = None
        self._waiting = Skeleton(((150, 1),))
        self._waiting.setFixedHeight(150)
        self.body.addWidget(self._waiting)
        self._filled = QVBoxLayout()
        self._filled.setSpacing(12)
        self.body.addLayout(self._filled)
        self.passphrase = Field("", "sheet.passphrase", secret=True)
        self.passphrase.edit.returnPressed.connect(self._sign)
        self.passphrase.hide()
        self.body.addWidget(self.passphrase)
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName("sheet.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._bytes = QPlainTextEdit()
        self._bytes.setObjectName("sheet.payload")
        self._bytes.setProperty("mono", True)
        self._bytes.setReadOnly(True)
        self._bytes.setFixedHeight(84)
        self._bytes.hide()
        self.body.addWidget(self._bytes)
        self.show_bytes = Button(tr("Show bytes"), name="sheet.bytes", act=self._toggle_bytes)
        self.cancel = Button(tr("Cancel"), name="sheet.cancel", act=self.close_sheet)
        self.sign = Button(tr("Sign"), "primary", name="sheet.sign", act=self._sign)
        self.sign.setEnabled(False)
        self.show_bytes.setEnabled(False)
        self.buttons.addWidget(self.show_bytes)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.sign)
        self._prepare()

    def first_focus(self) -> QWidget:
        """The passphrase where it is asked, else the way out; never the signature."""
        return self.passphrase.edit if self.passphrase.isVisibleTo(self) else self.cancel

    def _prepare(self) -> None:
        runner, program = self._program.runner, self._program
        call, signer = self._call, self._signer
        runner.query(
            "chain-write",
            lambda: program.transactions.prepare(call, signer),
            owner=self,
            done=self._is_prepared,
            failed=self._failed,
        )
        runner.query(
            "secrets",
            lambda: (program.wallet.is_unlocked(signer), program.settings.load()),
            owner=self,
            done=lambda known: self._knows_lock(*known),
            failed=self._failed,
        )

    def _is_prepared(self, prepared: Prepared) -> None:
        identity = self._services.identity()
        profile = identity.rules_profile if identity is not None else formats.DASH
        accounts = self._services.accounts()
        estimate = estimate_reason(identity, prepared.preview.trial)
        screen = spending_screen(prepared.draft, prepared.preview, accounts, profile, self._mode, estimate)
        self._prepared, self._screen = prepared, screen
        self._waiting.hide()
        self.set_title(screen.title, screen.call_text)
        self._fill(screen)
        self._bytes.setPlainText(screen.payload_hex)
        self.show_bytes.setEnabled(True)
        self.cancel.setText(screen.keep_text)
        self.cancel.set_kind("primary" if screen.is_danger else "plain")
        self.sign.setText(screen.sign_text)
        self.sign.set_kind("danger" if screen.is_danger else "primary")
        if screen.problem is not None:
            self._say(screen.problem.body)
        self._refresh()

    def _fill(self, screen: SpendingScreen) -> None:
        while self._filled.count():
            item = self._filled.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.deleteLater()
        who = QWidget()
        row = QHBoxLayout(who)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(screen.signer_name))
        row.addWidget(AddressLabel(screen.signer_address))
        self._filled.addWidget(
            KeyValue([(tr("From"), who), (tr("Fee"), screen.fee), (tr("Nonce, valid for"), screen.nonce_text)])
        )
        after = QVBoxLayout()
        after.setSpacing(6)
        heading = QHBoxLayout()
        heading.addWidget(Label(tr("AFTER THIS"), "section"))
        heading.addStretch(1)
        if screen.estimate:
            mark = Badge(tr("estimate"), "warn")
            mark.setObjectName("sheet.estimate")
            heading.addWidget(mark)
        after.addLayout(heading)
        inset = QFrame()
        inset.setProperty("inset", True)
        lines = QVBoxLayout(inset)
        lines.setContentsMargins(12, 10, 12, 10)
        lines.setSpacing(4)
        for line in screen.lines:
            lines.addLayout(_line_row(line))
        after.addWidget(inset)
        holder = QWidget()
        holder.setLayout(after)
        after.setContentsMargins(0, 0, 0, 0)
        self._filled.addWidget(holder)
        self._filled.addWidget(Label(screen.estimate or screen.footnote, "second", wrap=True))
        if screen.hint:
            self._filled.addWidget(Label(screen.hint, "second", "warn", wrap=True))

    def _knows_lock(self, is_unlocked: bool, settings: Settings) -> None:
        account = next((each for each in self._services.accounts() if each.address == self._signer), None)
        name = "" if account is None else account.name
        self._is_unlocked, self._ask_above = is_unlocked, settings.ask_above
        if settings.read_only:
            self._refusal = notice_for(ReadOnlyMode())
        elif account is None or account.place is KeyPlace.WATCH_ONLY:
            self._refusal = notice_for(UnknownAccount())
        self.passphrase.edit.setPlaceholderText(tr("Passphrase of {name}", name=name))
        self.passphrase.edit.setAccessibleName(self.passphrase.edit.placeholderText())
        self._refresh()

    def _needs_passphrase(self) -> bool:
        """Where the key is locked, and again above the amount that the person set."""
        if self._is_unlocked is None or self._prepared is None or self._refusal is not None:
            return False
        return not self._is_unlocked or spent(self._prepared.preview).units > self._ask_above

    def _refresh(self) -> None:
        asks = self._needs_passphrase()
        if asks and not self.passphrase.isVisibleTo(self):
            self.passphrase.show()
            self.passphrase.edit.setFocus()
        self.passphrase.setVisible(asks)
        ready = self._screen is not None and self._screen.problem is None and self._is_unlocked is not None
        self.sign.setEnabled(ready and self._refusal is None and not self._is_busy)
        if self._refusal is not None and self._screen is not None:
            self._say(f"{self._refusal.title}. {self._refusal.body}")
        self.cancel.setEnabled(not self._is_busy)
        self.passphrase.setEnabled(not self._is_busy)
        self.can_escape = not self._is_busy

    def _sign(self) -> None:
        if not self.sign.isEnabled() or self._prepared is None:
            return
        self._problem.hide()
        if not self._needs_passphrase():
            self._get_signer("")
            return
        if not self.passphrase.text():
            self.passphrase.set_error(tr("Type the passphrase of this account."))
            self.passphrase.edit.setFocus()
            return
        self._get_signer(self.passphrase.text())

    def _get_signer(self, passphrase: str) -> None:
        self._busy(tr("Signing…"))
        wallet, address = self._program.wallet, self._signer
        store = self._program.settings

        def unlocked() -> Signer:
            if passphrase:
                wallet.unlock(address, passphrase, store.load().auto_lock_minutes * UNLOCK_SECONDS_PER_MINUTE)
            return wallet.signer(address)

        self._program.runner.command("secrets", unlocked, owner=self, done=self._send, failed=self._failed)

    def _send(self, signer: Signer) -> None:
        self.passphrase.edit.clear()
        self._busy(tr("Waiting for the block…"))
        transactions, prepared = self._program.transactions, self._prepared
        if prepared is None:
            return
        self._program.runner.command(
            "chain-write",
            lambda: transactions.send(prepared, signer),
            owner=self,
            done=self._done,
            failed=self._send_failed,
            deadline_seconds=90,
        )

    def _done(self, receipt: Receipt) -> None:
        on_done = self._on_done
        self.close_sheet()
        if on_done is not None:
            on_done(receipt)

    def _send_failed(self, error: DbcError) -> None:
        """The draft is spent or stale: say why, and prepare anew so that signing again is possible."""
        self._failed(error)
        self._is_unlocked = None
        self._prepare()

    def _failed(self, error: DbcError) -> None:
        self._is_busy = False
        notice = notice_for(error)
        if self._screen is not None:
            self.sign.setText(self._screen.sign_text)
        if isinstance(error, WrongPassword):
            self.passphrase.set_error(notice.title + ". " + notice.body)
            self._refresh()
            self.passphrase.edit.selectAll()
            self.passphrase.edit.setFocus()
            return
        if self._screen is None:
            self._waiting.hide()
            self.set_title(notice.title, str(self._call))
            self._say(notice.body)
        else:
            self._say(f"{notice.title}. {notice.body}")
        self._refresh()

    def _busy(self, text: str) -> None:
        self._is_busy = True
        self.sign.setText(text)
        self._refresh()

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()

    def _toggle_bytes(self) -> None:
        self._bytes.setVisible(not self._bytes.isVisible())
        self.show_bytes.setText(tr("Hide bytes") if self._bytes.isVisible() else tr("Show bytes"))


def _line_row(line: Line) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    dot = StateDot(line.tone)
    row.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
    dot.setFixedHeight(18)
    row.addWidget(MixedLabel(line.text, line.strong, line.rest), 1)
    return row

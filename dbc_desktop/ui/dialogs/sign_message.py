"""Signs a message with an account, and checks whose signature stands under one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPlainTextEdit, QWidget

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.messages import verify_text
from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.page import WindowServices
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_SIGNATURE_DIGITS = 128


class SignMessageSheet(Sheet):
    """Two faces over the same message: *Sign* and *Check*."""

    def __init__(self, program: Program, services: WindowServices) -> None:
        super().__init__(tr("Sign or check a message"), tr("Proves who wrote it, and costs nothing"))
        self._program, self._services = program, services
        faces = QHBoxLayout()
        faces.setSpacing(8)
        group = QButtonGroup(self)
        self._faces: dict[str, Button] = {}
        for key, text in (("sign", tr("Sign")), ("check", tr("Check"))):
            face = Button(text, small=True, name=f"message.face.{key}", act=self._show_face)
            face.setCheckable(True)
            group.addButton(face)
            faces.addWidget(face)
            self._faces[key] = face
        self._faces["sign"].setChecked(True)
        faces.addStretch(1)
        self.body.addLayout(faces)
        self._who = Label("", "second")
        self.body.addWidget(self._who)
        self._address = Field(tr("Address of who signed"), "message.address", mono=True)
        self.body.addWidget(self._address)
        self.body.addWidget(Label(tr("Message"), "second"))
        self._text = QPlainTextEdit()
        self._text.setObjectName("message.text")
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(96)
        self.body.addWidget(self._text)
        self._passphrase = Field(tr("Passphrase"), "message.passphrase", secret=True)
        self._passphrase.edit.returnPressed.connect(self._act)
        self.body.addWidget(self._passphrase)
        self._signature = Field(tr("Signature, 128 hex digits"), "message.signature", mono=True)
        self.body.addWidget(self._signature)
        self._verdict = Label("", "medium", wrap=True)
        self._verdict.setObjectName("message.verdict")
        self._verdict.hide()
        self.body.addWidget(self._verdict)
        self._copy = Button(tr("Copy signature"), name="message.copy", act=self._copy_signature)
        self._go = Button("", "primary", name="message.go", act=self._act)
        self.buttons.addWidget(self._copy)
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Close"), name="message.close", act=self.close_sheet))
        self.buttons.addWidget(self._go)
        self._is_unlocked = False
        account = services.account()
        if account is not None:
            program.runner.query(
                "secrets",
                lambda: program.wallet.is_unlocked(account.address),
                owner=self,
                done=self._knows_lock,
                failed=self._failed,
            )
        self._show_face()

    def first_focus(self) -> QWidget:
        """The message."""
        return self._text

    @property
    def _is_signing(self) -> bool:
        return self._faces["sign"].isChecked()

    def _knows_lock(self, is_unlocked: bool) -> None:
        self._is_unlocked = is_unlocked
        self._show_face()

    def _show_face(self) -> None:
        account = self._services.account()
        can_sign = account is not None and account.place is not KeyPlace.WATCH_ONLY
        name = "" if account is None else account.name
        signing = self._is_signing
        self._who.setVisible(signing)
        self._who.setText(tr("As {name}", name=name) if can_sign else tr("Choose an account whose key is here."))
        self._passphrase.setVisible(signing and can_sign and not self._is_unlocked)
        self._address.setVisible(not signing)
        self._signature.edit.setReadOnly(signing)
        self._signature.setVisible(not signing or bool(self._signature.text()))
        self._copy.setVisible(signing and bool(self._signature.text()))
        self._go.setText(tr("Sign") if signing else tr("Check"))
        self._go.setEnabled(can_sign or not signing)
        self._verdict.hide()

    def _act(self) -> None:
        for field in (self._address, self._passphrase, self._signature):
            field.set_error("")
        if self._is_signing:
            self._sign()
        else:
            self._check()

    def _sign(self) -> None:
        account, text = self._services.account(), self._text.toPlainText()
        if account is None:
            return
        wallet, settings, address = self._program.wallet, self._program.settings, account.address
        passphrase = "" if self._is_unlocked else self._passphrase.text()

        def signed() -> bytes:
            if passphrase:
                wallet.unlock(address, passphrase, settings.load().auto_lock_minutes * 60.0)
            return wallet.sign_text(address, text)

        self._program.runner.command("secrets", signed, owner=self, done=self._signed, failed=self._failed)

    def _signed(self, signature: bytes) -> None:
        self._is_unlocked = True
        self._passphrase.edit.clear()
        self._signature.set_text("0x" + signature.hex())
        account = self._services.account()
        if account is not None:
            self._address.set_text(ss58.encode(account.address.raw))
        self._show_face()
        self._tell(tr("Signed. Send the message, the address and the signature."), "good")

    def _check(self) -> None:
        try:
            public = ss58.decode(self._address.text())
        except InvalidInput as error:
            if error.reason != "other_network":
                self._address.set_error(input_text(error))
                return
            public = ss58.decode(self._address.text(), prefix=int(str(error.facts["prefix"])))
        digits = self._signature.text().strip().removeprefix("0x")
        try:
            signature = bytes.fromhex(digits)
        except ValueError:
            signature = b""
        if len(digits) not in (_SIGNATURE_DIGITS, _SIGNATURE_DIGITS + 2) or len(signature) * 2 != len(digits):
            self._signature.set_error(tr("A signature has 128 hex digits. Copy it again."))
            return
        if verify_text(public, self._text.toPlainText(), signature):
            self._tell(tr("The signature is genuine: this account signed exactly this message."), "good")
        else:
            self._tell(tr("Not genuine: the message, the address or the signature is another one."), "loss")

    def _failed(self, error: DbcError) -> None:
        notice = notice_for(error)
        if isinstance(error, InvalidInput):
            self._tell(input_text(error), "loss")
        elif self._passphrase.isVisibleTo(self):
            self._passphrase.set_error(f"{notice.title}. {notice.body}")
            self._passphrase.edit.setFocus()
        else:
            self._tell(f"{notice.title}. {notice.body}", "loss")

    def _tell(self, text: str, tone: str) -> None:
        self._verdict.setText(text)
        self._verdict.set_tone(tone)
        self._verdict.show()

    def _copy_signature(self) -> None:
        QGuiApplication.clipboard().setText(self._signature.text())

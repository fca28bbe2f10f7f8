"""Makes an account: name and passphrase, 12 or 24 words to write down, three of them asked back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dbc_desktop.crypto import words as bip39
from dbc_desktop.domain.account import Account, KeyPlace
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.current_steps import CurrentSteps
from dbc_desktop.ui.dialogs.key_place import KeyPlaceChoice, passphrase_problem
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

ASKED = 3


class CreateAccountSheet(Sheet):
    """Three steps; `on_made(account)` runs when the key rests in its place and the words were asked back."""

    def __init__(self, program: Program, on_made: Callable[[Account], None], suggested_name: str = "") -> None:
        super().__init__(tr("Make an account"), tr("Step 1 of 3: name and passphrase"))
        self._program, self._on_made = program, on_made
        self._words: tuple[str, ...] = ()
        self._asked: dict[int, Field] = {}
        self._place: KeyPlace | None = None
        self._steps = CurrentSteps()
        self._steps.addWidget(self._build_first(suggested_name))
        self.body.addWidget(self._steps)
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName("create.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._back = Button(tr("Back"), name="create.back", act=self._go_back)
        self._back.hide()
        self._next = Button(tr("Next"), "primary", name="create.next", act=self._go_on)
        self._finish = Button(tr("Make the account"), "primary", name="create.finish", act=self._make)
        self._finish.hide()
        self.buttons.addWidget(self._back)
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Cancel"), name="create.cancel", act=self.close_sheet))
        self.buttons.addWidget(self._next)
        self.buttons.addWidget(self._finish)

    def first_focus(self) -> QWidget:
        """The name."""
        return self._name.edit

    def _build_first(self, suggested_name: str) -> QWidget:
        step = QWidget()
        box = QVBoxLayout(step)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        self._name = Field(tr("Name, seen only here"), "create.name")
        self._name.set_text(suggested_name)
        self._name.edit.setMaxLength(40)
        self._choice = KeyPlaceChoice(self._program, "create")
        self._counts = QButtonGroup(step)
        counts = QHBoxLayout()
        counts.setSpacing(16)
        for number, text in ((12, tr("12 words")), (24, tr("24 words"))):
            choice = QRadioButton(text)
            choice.setObjectName(f"create.count.{number}")
            choice.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            choice.setFixedHeight(20)
            choice.setChecked(number == 12)
            self._counts.addButton(choice, number)
            counts.addWidget(choice)
        counts.addStretch(1)
        self._first = Field(tr("Passphrase, at least 10 characters"), "create.passphrase", secret=True)
        self._second = Field(tr("The same passphrase again"), "create.repeat", secret=True)
        box.addWidget(self._name)
        box.addWidget(self._choice)
        box.addWidget(Label(tr("Words to write down"), "second"))
        box.addLayout(counts)
        box.addWidget(self._first)
        box.addWidget(self._second)
        for field in (self._name, self._first, self._second):
            field.edit.returnPressed.connect(self._go_on)
        note = tr("The passphrase encrypts the key here. The words, on paper, bring it back anywhere.")
        box.addWidget(Label(note, "second", wrap=True))
        return step

    def _build_words(self) -> QWidget:
        step = QWidget()
        box = QVBoxLayout(step)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        text = tr(
            "Write these {n} words on paper, in this order. Whoever has them has the account; nobody can renew them.",
            n=len(self._words),
        )
        box.addWidget(Label(text, wrap=True))
        inset = QFrame()
        inset.setProperty("inset", True)
        grid = QGridLayout(inset)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(10)
        rows = max(1, len(self._words) // 3)
        for number, word in enumerate(self._words, 1):
            cell = QHBoxLayout()
            cell.setSpacing(8)
            order = Label(str(number), "faint")
            order.setFixedWidth(18)
            order.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            shown = Label(word, "mono")
            shown.setObjectName(f"create.shown.{number}")
            cell.addWidget(order)
            cell.addWidget(shown, 1)
            grid.addLayout(cell, (number - 1) % rows, (number - 1) // rows)
        box.addWidget(inset)
        return step

    def _build_asked(self) -> QWidget:
        step = QWidget()
        box = QVBoxLayout(step)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addWidget(Label(tr("Look at your paper and type these three words."), wrap=True))
        self._asked = {}
        for number in sorted(secrets.SystemRandom().sample(range(1, len(self._words) + 1), ASKED)):
            field = Field(tr("Word {number}", number=number), f"create.word.{number}")
            field.edit.returnPressed.connect(self._make)
            self._asked[number] = field
            box.addWidget(field)
        box.addStretch(1)
        return step

    def _go_on(self) -> None:
        if self._steps.currentIndex() == 0:
            self._leave_first()
        else:
            self._show_step(2, self._build_asked())
            next(iter(self._asked.values())).edit.setFocus()

    def _leave_first(self) -> None:
        if not self._name.text().strip():
            self._name.set_error(input_text(InvalidInput("name", "empty")))
            self._name.edit.setFocus()
            return
        self._place = self._choice.place()
        if self._place is None:
            self._say(tr("Choose where to keep the key: the keyring cannot be used now, an encrypted file can."))
            return
        self._problem.hide()
        if passphrase_problem(self._first, self._second):
            return
        count = self._counts.checkedId()
        if len(self._words) == count:
            self._show_step(1, self._build_words())
            return
        self._next.setEnabled(False)
        self._program.runner.query(
            "secrets", lambda: bip39.new_words(count), owner=self, done=self._show_words, failed=self._failed
        )

    def _show_words(self, text: str) -> None:
        self._next.setEnabled(True)
        self._words = tuple(text.split())
        self._show_step(1, self._build_words())
        self._next.setFocus()

    def _show_step(self, index: int, step: QWidget) -> None:
        while self._steps.count() > index:
            old = self._steps.widget(index)
            self._steps.removeWidget(old)
            old.deleteLater()
        self._steps.addWidget(step)
        self._move(index)

    def _move(self, index: int) -> None:
        self._problem.hide()
        self._steps.setCurrentIndex(index)
        texts = (
            tr("Step 1 of 3: name and passphrase"),
            tr("Step 2 of 3: write down the words"),
            tr("Step 3 of 3: the words are asked back"),
        )
        self.set_title(tr("Make an account"), texts[index])
        self._back.setVisible(index > 0)
        self._next.setVisible(index < 2)
        self._next.setText(tr("I have written them down") if index == 1 else tr("Next"))
        self._finish.setVisible(index == 2)

    def _go_back(self) -> None:
        self._move(self._steps.currentIndex() - 1)

    def _make(self) -> None:
        for number, field in self._asked.items():
            if field.text().strip().lower() != self._words[number - 1]:
                field.set_error(input_text(InvalidInput("words", "wrong_word")))
                field.edit.setFocus()
                field.edit.selectAll()
                return
        place = self._place
        if place is None or not self._finish.isEnabled():
            return
        self._finish.setEnabled(False)
        wallet, name = self._program.wallet, self._name.text().strip()
        words, passphrase = " ".join(self._words), self._first.text()

        def make() -> Account:
            account = wallet.create(name, words, passphrase, place)
            wallet.mark_backed_up(account.address)
            return account

        self._program.runner.command("secrets", make, owner=self, done=self._made, failed=self._failed)

    def _made(self, account: Account) -> None:
        self._words = ()
        on_made = self._on_made
        self.close_sheet()
        on_made(account)

    def _failed(self, error: DbcError) -> None:
        self._next.setEnabled(True)
        self._finish.setEnabled(True)
        notice = notice_for(error)
        self._say(f"{notice.title}. {notice.body}")

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()

"""The sheet that asks how much to stake for a super node, or to take back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import DbcError, InsufficientFunds, InvalidInput
from dbc_desktop.domain.super_node import SuperNode, Support
from dbc_desktop.screens import formats
from dbc_desktop.screens.network import outcome_of
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import network
from dbc_desktop.services.network import NetworkSummary
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet


class StakeSheet(Sheet):
    """Asks for an amount behind `node`; `ordered` brings the call to sign."""

    ordered = Signal(object)

    def __init__(self, summary: NetworkSummary, support: Support, node: SuperNode) -> None:
        address = formats.address_text(node.address)
        super().__init__(tr("Support a super node"), address, width=520, subtitle_mono=True)
        self._summary, self._support, self._node = summary, support, node
        self._amount = Field(tr("Stake more, in DBC"), "stake.amount", placeholder=tr("for example 1,000"))
        self._amount.edit.textChanged.connect(self._say)
        self._amount.edit.returnPressed.connect(self._order)
        self.body.addWidget(self._amount)
        held = tr("{amount} can be staked", amount=formats.amount(summary.available))
        if support.bonded:
            held += " · " + tr("{amount} is staked already", amount=formats.amount(support.bonded))
        self.body.addWidget(Label(held, "muted", wrap=True))
        self._outcome = Label("", "second", wrap=True)
        self._outcome.setObjectName("stake.outcome")
        self.body.addWidget(self._outcome)
        text = tr(
            "The coins stay yours and locked. Taking them back lasts {time}. If the node breaks the rules, "
            "a part of them can be taken from you as well.",
            time=formats.blocks_as_time(support.bonding_eras * 14_400),
        )
        self.body.addWidget(Label(text, "muted", wrap=True))
        self.buttons.addWidget(Button(tr("Cancel"), name="stake.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Support…"), "primary", name="stake.go", act=self._order))
        self._say()

    def first_focus(self) -> QWidget:
        """The amount."""
        return self._amount.edit

    def _wanted(self) -> Balance | None:
        """What is typed; nothing at all where stake is there already. None where it does not fit, which is said."""
        if not self._amount.text().strip() and self._support.bonded:
            return Balance(0)
        return _typed(self._amount, self._summary.available)

    def _say(self) -> None:
        typed = self._amount.text().strip()
        amount = self._wanted() if typed or self._support.bonded else None
        said = outcome_of(self._summary, self._node, amount)
        self._outcome.setText(said.outcome)
        self._outcome.set_tone(said.tone)
        self._outcome.setVisible(bool(said.outcome))

    def _order(self) -> None:
        amount = self._wanted()
        if amount is None:
            return
        if not amount and self._node.address in self._support.targets:
            self._amount.set_error(notice_for(InvalidInput("amount", "zero")).body)
            return
        call = network.support_call(self._support, self._node.address, amount)
        self.close_sheet()
        self.ordered.emit(call)


class UnstakeSheet(Sheet):
    """Asks how much to take back; `ordered` brings the call to sign."""

    ordered = Signal(object)

    def __init__(self, support: Support) -> None:
        super().__init__(tr("Take stake back"), width=440)
        self._support = support
        self._amount = Field(tr("Take back, in DBC"), "unstake.amount")
        self._amount.set_text(support.bonded.text())
        self._amount.edit.returnPressed.connect(self._order)
        self.body.addWidget(self._amount)
        text = tr(
            "It counts for nobody and earns nothing from the next election on, and is free after {time}.",
            time=formats.blocks_as_time(support.bonding_eras * 14_400),
        )
        self.body.addWidget(Label(text, "muted", wrap=True))
        self.buttons.addWidget(Button(tr("Cancel"), name="unstake.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Take back…"), "primary", name="unstake.go", act=self._order))

    def first_focus(self) -> QWidget:
        """The amount."""
        return self._amount.edit

    def _order(self) -> None:
        amount = _typed(self._amount, self._support.bonded)
        if amount is not None:
            self.close_sheet()
            self.ordered.emit(network.unbond_call(amount))


def _typed(field: Field, most: Balance) -> Balance | None:
    """The amount in `field`, None where it does not fit, which is said below it."""
    try:
        value = network.parse_stake(field.text(), most)
    except (InvalidInput, InsufficientFunds) as error:
        field.set_error(_reason(error))
        return None
    field.set_error("")
    return value


def _reason(error: DbcError) -> str:
    return notice_for(error).body

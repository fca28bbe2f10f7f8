"""The sheet that chooses which rented machine cannot be reached, and says what reporting it costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from dbc_desktop.domain.dispute import Reporter
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services import disputes
from dbc_desktop.ui.widgets import Button, Label, Sheet


class ReportSheet(Sheet):
    """Chooses a lease; `reported` brings the call to sign."""

    reported = Signal(object)

    def __init__(self, orders: Sequence[RentOrder], reporter: Reporter) -> None:
        super().__init__(tr("Report a machine"), tr("It is rented and cannot be reached."), width=480)
        self._orders = tuple(orders)
        self._choice = QComboBox()
        self._choice.setObjectName("report.order")
        self._choice.setAccessibleName(tr("order"))
        self._choice.setFixedHeight(32)
        self._choice.addItems([_name(order) for order in self._orders])
        self.body.addWidget(self._choice)
        self.body.addWidget(Label(_cost(reporter), "muted", wrap=True))
        self.buttons.addWidget(Button(tr("Cancel"), name="report.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Report…"), "primary", name="report.go", act=self._go))

    def first_focus(self) -> QWidget:
        """The choice."""
        return self._choice

    def _go(self) -> None:
        order = self._orders[self._choice.currentIndex()]
        self.close_sheet()
        self.reported.emit(disputes.report_call(order))


def _name(order: RentOrder) -> str:
    gpus = ntr("{n} GPU", "{n} GPUs", order.gpu_num)
    machine = tr("{gpus} of {machine}", gpus=gpus, machine=formats.short_id(order.machine_id))
    return f"{machine} · " + tr("order {id}", id=order.rent_id)


def _cost(reporter: Reporter) -> str:
    who = (
        tr("Three arbiters are drawn and look within ten minutes.")
        if reporter.is_drawn
        else tr("Members of the committee look within ten minutes of the first who takes it.")
    )
    stake = formats.amount(reporter.per_report, 0)
    fee = formats.amount(reporter.fixed_fee, 0)
    risk = tr(
        "If they can reach the machine, {stake} of your stake are lost. The fee of {fee} is gone in any case.",
        stake=stake,
        fee=fee,
    )
    if reporter.staked:
        return f"{who} {risk}"
    first = tr("A first report reserves {amount}, which stay yours.", amount=formats.amount(reporter.first_stake, 0))
    return f"{who} {risk} {first}"

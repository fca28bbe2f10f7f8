"""The sheet that asks which rented machine is at fault and how, and says what reporting it costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from dbc_desktop.domain.dispute import FaultKind, Reporter
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.screens import formats
from dbc_desktop.screens.dispute_calls import fault_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services import disputes
from dbc_desktop.services.secret_reports import SecretReports
from dbc_desktop.ui.widgets import Button, Field, Label, Sheet

_KINDS = (
    FaultKind.RENTED_INACCESSIBLE,
    FaultKind.RENTED_HARDWARE_MALFUNCTION,
    FaultKind.RENTED_HARDWARE_COUNTERFEIT,
)


class ReportSheet(Sheet):
    """Chooses a lease and a fault; `reported` brings the call to sign."""

    reported = Signal(object)

    def __init__(self, orders: Sequence[RentOrder], reporter: Reporter, secret_reports: SecretReports) -> None:
        super().__init__(tr("Report a machine"), tr("It is rented and does not do what it should."), width=480)
        self._orders, self._reporter, self._secret = tuple(orders), reporter, secret_reports
        self._choice = self._box("report.order", tr("order"), [_name(order) for order in self._orders])
        self._kind = self._box("report.kind", tr("fault"), [fault_text(kind) for kind in _KINDS])
        self._reason = Field(
            tr("What is wrong"), "report.reason", placeholder=tr("for example: GPU 3 is another model")
        )
        self._reason.edit.setMaxLength(disputes.LONGEST_REASON)
        self._reason.edit.returnPressed.connect(self._go)
        self.body.addWidget(self._reason)
        self._text = Label("", "muted", wrap=True)
        self.body.addWidget(self._text)
        self.buttons.addWidget(Button(tr("Cancel"), name="report.cancel", act=self.close_sheet))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Report…"), "primary", name="report.go", act=self._go))
        self._kind.currentIndexChanged.connect(lambda _: self._show_kind())
        self._show_kind()

    def first_focus(self) -> QWidget:
        """The lease."""
        return self._choice

    def _box(self, name: str, label: str, items: list[str]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(label)
        box.setFixedHeight(32)
        box.addItems(items)
        self.body.addWidget(box)
        return box

    def _show_kind(self) -> None:
        is_fast = _KINDS[self._kind.currentIndex()] is FaultKind.RENTED_INACCESSIBLE
        self._reason.setVisible(not is_fast)
        self._text.setText(_cost(self._reporter) if is_fast else _secret_cost(self._reporter))

    def _go(self) -> None:
        order, kind = self._orders[self._choice.currentIndex()], _KINDS[self._kind.currentIndex()]
        if kind is FaultKind.RENTED_INACCESSIBLE:
            call = disputes.report_call(order)
        else:
            try:
                call = self._secret.report_call(kind, order, self._reason.text())
            except InvalidInput as error:
                self._reason.set_error(notice_for(error).body)
                return
        self.close_sheet()
        self.reported.emit(call)


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
    return " ".join((who, risk, *_first(reporter)))


def _secret_cost(reporter: Reporter) -> str:
    told = tr(
        "The machine stays secret: you tell it to each member under seal, within 30 minutes of its taking the report. "
        "Keep the program open until then; nothing of it is written to this computer."
    )
    risk = tr(
        "If the members find nothing, or are not told, {stake} of your stake are lost.",
        stake=formats.amount(reporter.per_report, 0),
    )
    return " ".join((told, risk, *_first(reporter)))


def _first(reporter: Reporter) -> tuple[str, ...]:
    if reporter.staked:
        return ()
    return (tr("A first report reserves {amount}, which stay yours.", amount=formats.amount(reporter.first_stake, 0)),)

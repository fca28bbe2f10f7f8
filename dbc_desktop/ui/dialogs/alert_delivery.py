"""Where alerts go: a webhook or chat bot, a sign of life, and the node's program that is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from dbc_desktop.notify.webhook import WebhookForm, target_of
from dbc_desktop.screens.alerts import FORMS, trial_words
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.widgets import Button, Label

if TYPE_CHECKING:
    from dbc_desktop.services.alerts import Alerts
    from dbc_desktop.services.program import Program


class AlertDeliverySheet(FormSheet):
    """Addresses are secrets: what is kept is not shown again, an empty field leaves it as it is."""

    def __init__(self, program: Program, alerts: Alerts) -> None:
        super().__init__(program, "delivery", tr("Where alerts go"), go=tr("Save"))
        self._alerts = alerts
        self._settings = settings = program.monitoring.settings()
        trouble = program.monitoring.secret_trouble
        if trouble is not None:
            notice = notice_for(trouble)
            self.add_note(f"{notice.title}. {notice.body}", "loss")
        self.form = QComboBox()
        self.form.setObjectName("delivery.form")
        self.form.setAccessibleName(tr("Form of the message"))
        self.form.setFixedHeight(32)
        for form, text in FORMS:
            self.form.addItem(text(), form)
        chosen = self.form.findData(settings.webhook_form)
        self.form.setCurrentIndex(max(0, chosen))
        self.webhook = self.add_field("webhook", tr("Address of a webhook or chat bot"), secret=True)
        self.webhook.edit.setPlaceholderText(_kept(is_kept=bool(settings.webhook_form)))
        self.body.addWidget(Label(tr("Form of the message"), "second"))
        self.body.addWidget(self.form)
        self.sign = self.add_field(
            "sign", tr("Address that gets a sign of life each minute"), wrong="sign", secret=True
        )
        self.sign.edit.setPlaceholderText(_kept(is_kept=settings.has_sign_of_life))
        self.add_note(tr("When it stays away, whoever watches that address knows that this computer is dead."))
        self.process = self.add_field(
            "process", tr("Program of the compute node on this computer"), text=settings.node_process
        )
        self.process.edit.setMaxLength(60)
        self.end_fields()
        self.cancel.setText(tr("Close"))
        self.buttons.insertWidget(0, Button(tr("Send a test"), name="delivery.test", act=self._test))
        if settings.webhook_form or settings.has_sign_of_life:
            self.buttons.insertWidget(1, Button(tr("Forget both"), "danger", name="delivery.forget", act=self._forget))

    def work(self) -> Callable[[], None]:
        """Keep what was typed.

        Raises:
            InvalidInput: `webhook`: one of the addresses cannot be used.
        """
        monitoring = self.program.monitoring
        webhook, sign, process = self.webhook.text().strip(), self.sign.text().strip(), self.process.text()
        form = WebhookForm(self.form.currentData())
        for address in (webhook, sign):
            if address:
                target_of(address, form)

        def save() -> None:
            if webhook:
                monitoring.delivery.set_webhook(webhook, form)
            if sign:
                monitoring.delivery.set_sign_of_life(sign)
            monitoring.watch_node(process)

        return save

    def _test(self) -> None:
        alerts = self._alerts
        if not self.program.monitoring.settings().webhook_form:
            self.say(tr("Save an address first."))
            return
        title, body = trial_words()
        self.program.runner.command(
            "io",
            lambda: alerts.try_out(title, body),
            owner=self,
            done=lambda _: self.say(tr("The test was taken. Look for it where you read them.")),
            failed=self.failed,
        )

    def _forget(self) -> None:
        monitoring = self.program.monitoring

        def forget() -> None:
            monitoring.delivery.set_webhook("", WebhookForm.JSON)
            monitoring.delivery.set_sign_of_life("")

        self.program.runner.command(
            "secrets", forget, owner=self, done=lambda _: self.close_sheet(), failed=self.failed
        )


def _kept(*, is_kept: bool) -> str:
    return tr("one is kept; type to replace it") if is_kept else "https://…"

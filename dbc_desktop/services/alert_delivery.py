"""How alerts leave the window: a webhook or chat bot that takes them, and a sign of life while all is well."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.lanes.paced import Paced
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.wallet.ports import SecretStore

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it
    from dbc_desktop.notify.webhook import SignOfLife, WebhookForm

_BEAT_SECONDS = 60.0
_RETRY_SECONDS = 30.0
_WEBHOOK, _SIGN_OF_LIFE = "webhook", "sign-of-life"


class AlertDelivery:
    """Keeps where they go; both addresses are secrets, which rest in the keyring (`secrets` lane)."""

    def __init__(self, store: FleetStore, secrets: SecretStore, paced: Paced) -> None:
        self._store, self._secrets, self._paced = store, secrets, paced
        self._alerts: Alerts | None = None
        self._sign: SignOfLife | None = None
        self._mutex = threading.Lock()

    def set_webhook(self, url: str, form: WebhookForm) -> None:
        """Carry alerts there from now on; an empty address carries them nowhere. Blocks (`secrets` lane).

        Raises:
            InvalidInput: `webhook`.
            SecretStoreUnavailable: The address is a secret and cannot be kept.
            DataUnwritable: The settings cannot be written.
        """
        from dbc_desktop.notify.webhook import Webhook, target_of

        carriers = (Webhook(target_of(url, form)),) if url.strip() else ()
        self._keep(_WEBHOOK, url)
        self._store.change(lambda now: replace(now, webhook_form=form.value if carriers else ""))
        if self._alerts is not None:
            self._alerts.set_carriers(carriers)

    def set_sign_of_life(self, url: str) -> None:
        """Give a sign of life there each minute while all is well; an empty address gives none. Blocks (`secrets`).

        Raises:
            InvalidInput: `webhook`.
            SecretStoreUnavailable, DataUnwritable: As for `set_webhook`.
        """
        from dbc_desktop.notify.webhook import SignOfLife, WebhookForm, target_of

        sign = SignOfLife(target_of(url, WebhookForm.JSON)) if url.strip() else None
        self._keep(_SIGN_OF_LIFE, url)
        self._store.change(lambda now: replace(now, has_sign_of_life=sign is not None))
        self._beat_with(sign)

    def needs_secrets(self) -> bool:
        """Whether the keyring has to be asked before anything can be carried."""
        settings = self._store.settings()
        return bool(settings.webhook_form) or settings.has_sign_of_life

    def fetch(self) -> None:
        """Take the addresses out of the keyring; blocks, for the `secrets` lane.

        Raises:
            SecretStoreUnavailable: Nothing is carried until it is there.
        """
        from dbc_desktop.notify.webhook import SignOfLife, Webhook, WebhookForm, target_of

        settings = self._store.settings()
        webhook = self._secrets.get(_WEBHOOK) if settings.webhook_form else None
        sign = self._secrets.get(_SIGN_OF_LIFE) if settings.has_sign_of_life else None
        try:
            if webhook is not None and self._alerts is not None:
                self._alerts.set_carriers((Webhook(target_of(webhook, WebhookForm(settings.webhook_form))),))
            if sign is not None:
                self._beat_with(SignOfLife(target_of(sign, WebhookForm.JSON)))
        except (InvalidInput, ValueError):
            return  # somebody changed the entry: as good as none

    def use(self, alerts: Alerts) -> None:
        """Carry the messages of these alerts."""
        self._alerts = alerts

    def send_waiting(self) -> None:
        """Hand over what waits, on the `io` lane; what was not taken is tried again half a minute later."""
        alerts = self._alerts
        if alerts is not None and alerts.has_messages():
            pause = 0.0 if alerts.trouble is None else _RETRY_SECONDS
            self._paced.ask("io", "deliver", pause, alerts.deliver)

    def give_sign(self) -> None:
        """Give the sign of life if it is due and all is well, on the `io` lane."""
        if self._sign is not None and self._alerts is not None and self._alerts.is_well():
            self._paced.ask("io", "beat", _BEAT_SECONDS, self._beat, self._beat_failed)

    def close(self) -> None:
        """Let go of connections."""
        self._beat_with(None)

    def _keep(self, name: str, url: str) -> None:
        if url.strip():
            self._secrets.put(name, url.strip())
        else:
            self._secrets.delete(name)

    def _beat_with(self, sign: SignOfLife | None) -> None:
        with self._mutex:
            before, self._sign = self._sign, sign
        if before is not None:
            before.close()

    def _beat(self) -> None:
        with self._mutex:
            sign = self._sign
        if sign is not None:
            sign.beat()

    def _beat_failed(self, error: DbcError) -> None:
        if self._alerts is not None:
            self._alerts.trouble = error

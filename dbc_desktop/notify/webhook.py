"""Messages by HTTP POST: a JSON document of our own, or the form that a chat bot takes.

The address of a webhook is a secret (who knows it can write there): it is in no `repr`, log or error.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

import httpx

from dbc_desktop.domain.errors import InvalidInput, NotDelivered
from dbc_desktop.notify.ports import Message

_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_MAX_URL = 1_000
_MAX_ANSWER = 65_536
_SLOW_DOWN = 429


class WebhookForm(StrEnum):
    """What the receiver takes."""

    JSON = "json"
    """Our own document: key, severity, title, body, began_at (ISO 8601), is_over, text."""
    SLACK = "slack"
    """`{"text": …}`: Slack, Mattermost, Rocket.Chat."""
    DISCORD = "discord"
    """`{"content": …}`."""
    TELEGRAM = "telegram"
    """`{"chat_id": …, "text": …}` to a bot's sendMessage; the chat stands in the address as `?chat_id=`."""


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """Where messages go."""

    url: str = field(repr=False)
    form: WebhookForm = WebhookForm.JSON


def target_of(url: str, form: WebhookForm) -> WebhookTarget:
    """A target from what the person pasted.

    Raises:
        InvalidInput: `webhook` with `empty`, `not_an_address` or `needs_https` (other computers only by TLS).
    """
    written = url.strip()
    if not written:
        raise InvalidInput("webhook", "empty")
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
        is_sound = parts.port is None or parts.port > 0
    except ValueError as error:
        raise InvalidInput("webhook", "not_an_address") from error
    if parts.scheme not in ("http", "https") or not host or not is_sound or not written.isprintable():
        raise InvalidInput("webhook", "not_an_address")
    if len(written) > _MAX_URL or " " in written:
        raise InvalidInput("webhook", "not_an_address")
    if parts.scheme == "http" and host not in ("127.0.0.1", "::1", "localhost"):
        raise InvalidInput("webhook", "needs_https")
    return WebhookTarget(written, form)


class Webhook:
    """A carrier to one target. One thread at a time."""

    def __init__(self, target: WebhookTarget) -> None:
        self._target = target
        self._client: httpx.Client | None = None

    def send(self, message: Message) -> None:
        """Post it once; what is not taken is told, not tried for ever.

        Raises:
            NotDelivered: `unreachable`, `too_slow`, `slow_down` (429), `refused` (another status).
        """
        _post(self._open(), self._target.url, body(message, self._target.form))

    def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _open(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
        return self._client


class SignOfLife:
    """Tells an address of the person's own that this program runs and its rigs are read; silence there is the alarm."""

    def __init__(self, target: WebhookTarget) -> None:
        self._target = target
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)

    def beat(self) -> None:
        """Say once that all is well.

        Raises:
            NotDelivered: As for `Webhook.send`.
        """
        _post(self._client, self._target.url, b"")

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def body(message: Message, form: WebhookForm) -> bytes:
    """The document that is posted, UTF-8 JSON."""
    text = f"{message.title}\n{message.body}" if message.body else message.title
    if form is WebhookForm.SLACK or form is WebhookForm.TELEGRAM:
        document: dict[str, object] = {"text": text}
    elif form is WebhookForm.DISCORD:
        document = {"content": text[:2_000], "allowed_mentions": {"parse": []}}
    else:
        began = datetime.fromtimestamp(message.began_at, UTC).isoformat(timespec="seconds")
        document = asdict(message) | {"began_at": began, "text": text}
    return json.dumps(document, ensure_ascii=False).encode()


def _post(client: httpx.Client, url: str, content: bytes) -> None:
    try:
        headers = {"Content-Type": "application/json", "User-Agent": "dbc-desktop"}
        with client.stream("POST", url, content=content, headers=headers) as answer:
            status, size = answer.status_code, 0
            for part in answer.iter_bytes(4_096):  # read a little of it, so that the connection can be used again
                size += len(part)
                if size > _MAX_ANSWER:
                    break
    except httpx.TimeoutException:
        raise NotDelivered("too_slow") from None  # the cause quotes the address, which is a secret
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError):
        raise NotDelivered("unreachable") from None
    if status == _SLOW_DOWN:
        raise NotDelivered("slow_down")
    if not 200 <= status < 300:
        raise NotDelivered("refused")

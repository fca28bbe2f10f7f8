"""Messages reach their receiver in its own form; what does not is told without telling the address."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dbc_desktop.domain.errors import InvalidInput, NotDelivered
from dbc_desktop.notify.ports import Message
from dbc_desktop.notify.webhook import SignOfLife, Webhook, WebhookForm, WebhookTarget, body, target_of

MESSAGE = Message("gpu_lost GPU-7c1e", "loss", "rig-02: GPU 3 is lost", "Check its power.", 1_700_000_000.0)


class Receiver:
    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[str, bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook/t0psecret"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))


@pytest.fixture
def receiver():
    made = Receiver()
    made.thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


def test_a_message_is_posted_whole(receiver):
    hook = Webhook(target_of(receiver.url, WebhookForm.JSON))
    hook.send(MESSAGE)
    hook.send(MESSAGE)
    hook.close()
    assert [path for path, _ in receiver.got] == ["/hook/t0psecret"] * 2
    assert json.loads(receiver.got[0][1]) == {
        "key": "gpu_lost GPU-7c1e",
        "severity": "loss",
        "title": "rig-02: GPU 3 is lost",
        "body": "Check its power.",
        "began_at": "2023-11-14T22:13:20+00:00",
        "is_over": False,
        "text": "rig-02: GPU 3 is lost\nCheck its power.",
    }


@pytest.mark.parametrize(
    ("form", "document"),
    [
        (WebhookForm.SLACK, {"text": "rig-02: GPU 3 is lost\nCheck its power."}),
        (WebhookForm.TELEGRAM, {"text": "rig-02: GPU 3 is lost\nCheck its power."}),
        (
            WebhookForm.DISCORD,
            {"content": "rig-02: GPU 3 is lost\nCheck its power.", "allowed_mentions": {"parse": []}},
        ),
    ],
)
def test_chat_bots_get_their_own_form(form, document):
    assert json.loads(body(MESSAGE, form)) == document


def test_a_sign_of_life_is_an_empty_post(receiver):
    sign = SignOfLife(target_of(receiver.url, WebhookForm.JSON))
    sign.beat()
    sign.close()
    assert receiver.got == [("/hook/t0psecret", b"")]


@pytest.mark.parametrize(("status", "reason"), [(429, "slow_down"), (500, "refused"), (302, "refused")])
def test_what_is_not_taken_is_told_without_the_address(receiver, status, reason):
    receiver.status = status
    hook = Webhook(target_of(receiver.url, WebhookForm.JSON))
    with pytest.raises(NotDelivered) as caught:
        hook.send(MESSAGE)
    hook.close()
    assert caught.value.reason == reason
    assert "t0psecret" not in repr(caught.value)
    assert "t0psecret" not in repr(hook._target)


def test_nobody_there_is_told_without_the_address():
    hook = Webhook(WebhookTarget("http://127.0.0.1:9/hook/t0psecret"))
    with pytest.raises(NotDelivered, match="unreachable") as caught:
        hook.send(MESSAGE)
    hook.close()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "empty"),
        ("hooks.example/x", "not_an_address"),
        ("http://hooks.example/x", "needs_https"),
        ("https://hooks.example:99999/x", "not_an_address"),
        ("https://a b/x", "not_an_address"),
        ("https://hooks.example/" + "x" * 1_000, "not_an_address"),
    ],
)
def test_what_is_no_webhook_is_told(url, reason):
    with pytest.raises(InvalidInput, match=reason):
        target_of(url, WebhookForm.JSON)

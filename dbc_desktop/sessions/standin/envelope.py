"""The answer of every call: `{"errcode": …, "message": …}` (compute-node-api 2.1)."""

from __future__ import annotations

import json

OK = 0
REMOTE_ERROR = -3
INVALID_PARAMS = -25
INVALID_REQUEST = -32600
NO_SUCH_URI = -32601
TRY_LATER = -32602
RESPONSE_ERROR = -32701


class Refusal(Exception):
    """The call is not done; inside the stand-in only, `web` turns it into an answer.

    Attributes:
        http_status: 400 for what the gateway itself sees, 200 for what the machine answers.
    """

    def __init__(self, errcode: int, message: str, http_status: int = 400) -> None:
        super().__init__(message)
        self.errcode, self.message, self.http_status = errcode, message, http_status


def invalid(message: str) -> Refusal:
    """Found wrong before the machine was asked."""
    return Refusal(INVALID_PARAMS, message)


def remote(message: str) -> Refusal:
    """Refused by the machine: HTTP 200 all the same."""
    return Refusal(REMOTE_ERROR, message, http_status=200)


def encode(errcode: int, message: object) -> bytes:
    """The bytes of an answer."""
    return json.dumps({"errcode": errcode, "message": message}, ensure_ascii=True).encode("ascii")

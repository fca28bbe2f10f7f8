"""JSON to a compute node and back: one POST at a time, with limits on time and size (compute-node-api 2.1)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import httpx

from dbc_desktop.domain.errors import NodeRefused, NodeUnreachable

MAX_ANSWER = 256 * 1024
_MAX_MESSAGE = 300
_DEADLINE_SECONDS = 35.0
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)


class NodeWire:
    """Knows where the node is and how it answers; nothing of what is said."""

    def __init__(self, base_url: str) -> None:
        base = base_url.rstrip("/")
        self._base = base if base.endswith("/api/v1") else f"{base}/api/v1"

    def post(self, path: str, body: Mapping[str, object]) -> object:
        """The `message` of a successful answer; untrusted.

        Raises:
            NodeUnreachable: No answer in time, or none that is in the node's form.
            NodeRefused: It answered with an errcode.
        """
        answer = self._parsed(self._raw(path, body))
        errcode = answer.get("errcode")
        if isinstance(errcode, str) and errcode.lstrip("-").isdecimal() and len(errcode) < 10:
            errcode = int(errcode)
        if isinstance(errcode, bool) or not isinstance(errcode, int):
            raise NodeUnreachable("the answer has no errcode")
        if errcode != 0:
            raise NodeRefused(errcode, plain(answer.get("message"), _MAX_MESSAGE))
        return answer.get("message")

    def _raw(self, path: str, body: Mapping[str, object]) -> bytes:
        """The bytes of an answer. No proxy, no redirect, no environment: the node is where it was said to be."""
        until = time.monotonic() + _DEADLINE_SECONDS
        answer = bytearray()
        try:
            with (
                httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client,
                client.stream("POST", f"{self._base}{path}", json=body) as response,
            ):
                for piece in response.iter_raw(16 * 1024):
                    answer += piece
                    if len(answer) > MAX_ANSWER:
                        raise NodeUnreachable("the answer is too large")
                    if time.monotonic() > until:
                        raise NodeUnreachable("the answer takes too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NodeUnreachable(type(error).__name__) from error
        return bytes(answer)

    @staticmethod
    def _parsed(raw: bytes) -> dict[str, object]:
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise NodeUnreachable("the answer is not JSON") from error
        if not isinstance(answer, dict):
            raise NodeUnreachable("the answer is not a JSON object")
        return answer


def plain(value: object, most: int) -> str:
    """A node's text made fit to keep: printable, at most `most` characters; empty for what is no text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in value[:most]).strip()
